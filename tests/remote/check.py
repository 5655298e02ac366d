"""Push, pull, publish and gc against an imitation of S3 on loopback; see run."""

import hashlib
import html.parser
import json
import logging
import os
import posixpath
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

import boto3
from moto.server import ThreadedMotoServer

PROGRAM = os.path.abspath(sys.argv[1])
KILLS = int(sys.argv[2])
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SEED = int(os.environ.get("SEED", "20261130"))
BUCKET = "acme"

random.seed(SEED)
logging.getLogger("werkzeug").setLevel(logging.ERROR)
for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
    del os.environ[name]
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
server.start()
ENDPOINT = f"http://127.0.0.1:{port}"
os.environ.update(
    AWS_ENDPOINT_URL=ENDPOINT, AWS_ACCESS_KEY_ID="key", AWS_SECRET_ACCESS_KEY="secret", AWS_REGION="us-east-1",
    AWS_DEFAULT_REGION="us-east-1", SOURCE_DATE_EPOCH="1735689600",
)
s3 = boto3.client("s3", endpoint_url=ENDPOINT)
s3.create_bucket(Bucket=BUCKET)
work = tempfile.mkdtemp(prefix="playbill-remote-")
os.environ["PLAYBILL_CACHE"] = os.path.join(work, "cache")
os.chdir(work)


def run(*arguments, code=0):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True)
    assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def kill(within, *arguments):
    """Runs a command and kills it at a random moment; returns whether it had ended by then."""
    process = subprocess.Popen([PROGRAM, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        process.wait(random.uniform(0, within))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False
    assert process.returncode == 0, process.stderr.read()
    return True


def objects(prefix):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
    return {item["Key"][len(prefix):]: item["ETag"].strip('"') for page in pages for item in page.get("Contents", [])}


def read(key):
    return s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()


def files(folder):
    found = {}
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            if not name.startswith(".playbill-"):
                found[os.path.relpath(path, folder).replace(os.sep, "/")] = path
    return found


def digest(path, kind="md5"):
    with open(path, "rb") as file:
        return hashlib.new(kind, file.read()).hexdigest()


def pack(slug, sequence, words):
    folder = os.path.join("all", slug)
    os.makedirs(os.path.join(folder, "docs"), exist_ok=True)
    name = slug.replace("/", "-")
    with open(os.path.join(folder, "catalog-info.yaml"), "w") as file:
        file.write(
            f"apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: {name}\n"
            "  annotations: {backstage.io/techdocs-ref: 'dir:.'}\n"
            "spec: {type: service, lifecycle: production, owner: shop}\n"
        )
    with open(os.path.join(folder, "docs/index.md"), "w") as file:
        file.write(f"# {name}\n\n{words}\n")
    target = f"{name}-{sequence}.tar.gz"
    run("pack", folder, "-o", target, "--slug", slug, "--sequence", str(sequence), "--allow-errors", "-q")
    return target


def pointer_is_whole(slug, prefix):
    """Returns the sequence that the pointer of a repository has, once all that it says is found to be true."""
    try:
        pointer = json.loads(read(f"{prefix}sources/{slug}.json"))
    except s3.exceptions.NoSuchKey:
        return 0
    content = read(f"{prefix}packs/{pointer['pack']}.tar.gz")
    assert hashlib.sha256(content).hexdigest() == pointer["pack"]
    return pointer["sequence"]


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.links = set()

    def handle_starttag(self, tag, attrs):
        self.links.update(value for name, value in attrs if name in ("href", "src") and value)


parsed = {}


def missing(stored, read_page):
    """Returns what readers come to from the home page and is not there; pages that were read before are known by their tag."""
    lost, seen, waiting = set(), set(), ["index.html"] if "index.html" in stored else []
    while waiting:
        path = waiting.pop()
        if path in seen or not path.endswith(".html"):
            continue
        seen.add(path)
        tag = stored[path]
        if (path, tag) not in parsed:
            links = Links()
            links.feed(read_page(path).decode())
            parsed[path, tag] = links.links
        for link in parsed[path, tag]:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme or parts.netloc or not parts.path:
                continue
            to = posixpath.normpath(posixpath.join("/", posixpath.dirname(path), urllib.parse.unquote(parts.path)))[1:]
            to = to if to in stored else posixpath.join(to, "index.html")
            if to in stored:
                waiting.append(to)
            else:
                lost.add((path, link))
    return lost


def part(text):
    print(f"{time.monotonic() - began:7.1f} s  {text}", flush=True)


began = time.monotonic()

# ---- push
first, second = pack("acme/web", 1, "one"), pack("acme/web", 2, "two")
run("push", first, "--to", f"s3://{BUCKET}/store")
assert "nothing to push" in run("push", first, "--to", f"s3://{BUCKET}/store")
run("push", second, "--to", f"s3://{BUCKET}/store")
assert "a newer pack" in run("push", first, "--to", f"s3://{BUCKET}/store")
assert pointer_is_whole("acme/web", "store/") == 2
times = []
for number in range(9):
    name = pack("acme/timed", number, "text " * 200)
    began_push = time.monotonic()
    run("push", name, "--to", f"s3://{BUCKET}/timed")
    times.append(time.monotonic() - began_push)
length = sorted(times)[4]
part(f"push: {length * 1000:.0f} ms; the same again uploads nothing; an older one leaves the newer one")

ended, last = 0, 2
for number in range(3, 3 + KILLS):
    name = pack("acme/web", number, f"text {number} " * 200)
    has_ended = kill(1.3 * length, "push", name, "--to", f"s3://{BUCKET}/store")
    there = pointer_is_whole("acme/web", "store/")
    assert there in (last, number) and (not has_ended or there == number), (there, last, number)
    ended, last = ended + has_ended, there
newest = pack("acme/web", 1000, "last")
run("push", newest, "--to", f"s3://{BUCKET}/store")
assert pointer_is_whole("acme/web", "store/") == 1000
part(f"push: {KILLS} kills at random moments ({ended} had ended): the pointer is whole each time")

for number in range(KILLS // 4):
    slug = f"acme/race-{number}"
    names = [pack(slug, 1, "lower"), pack(slug, 2, "higher"), pack(slug, 3, "highest")]
    random.shuffle(names)
    processes = [subprocess.Popen([PROGRAM, "push", name, "--to", f"s3://{BUCKET}/race", "-q"]) for name in names]
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert pointer_is_whole(slug, "race/") == 3
part(f"push: {KILLS // 4} times three at once: the highest sequence stays")

# ---- pull
count = 200
for number in range(count):
    slug = f"acme/repository-{number}"
    run("push", pack(slug, 1, f"page of {number} " * 100), "--to", f"s3://{BUCKET}/many", "-q")
before = time.monotonic()
run("pull", f"s3://{BUCKET}/many", "-o", "packs")
fresh = time.monotonic() - before
before = time.monotonic()
assert f"0 new, {count} unchanged" in run("pull", f"s3://{BUCKET}/many", "-o", "packs")
again = time.monotonic() - before
pointer = json.loads(read("many/sources/acme/repository-7.json"))
s3.put_object(Bucket=BUCKET, Key=f"many/packs/{pointer['pack']}.tar.gz", Body=b"damaged")
shutil.rmtree("packs/acme")
said = run("pull", f"s3://{BUCKET}/many", "-o", "packs", code=1)
assert "error[source-broken]" in said and f"pulled {count - 1} packs" in said, said
run("build", "--packs", "packs", "-o", "from-packs", "-q")
part(f"pull: {count} packs in {fresh:.1f} s, again in {again:.1f} s; a damaged one costs itself alone")

for number in range(KILLS // 4):
    shutil.rmtree("killed", ignore_errors=True)
    kill(fresh, "pull", f"s3://{BUCKET}/race", "-o", "killed")
    for path, place in files("killed").items():
        sha = digest(place, "sha256")
        slug = path.removesuffix(".tar.gz")
        assert json.loads(read(f"race/sources/{slug}.json"))["pack"] == sha, path
run("pull", f"s3://{BUCKET}/race", "-o", "killed")
part(f"pull: {KILLS // 4} kills: each file in the folder is a whole pack")

# ---- publish
shutil.copytree(os.path.join(ROOT, "content-example"), "example")
sites = []
for number, words in enumerate(["one", "two"]):
    page = "example/payments/docs/index.md"
    if not os.path.exists(page):
        page = next(os.path.join(p, n) for p, _, ns in sorted(os.walk("example")) for n in sorted(ns) if n == "index.md")
    with open(page, "a") as file:
        file.write(f"\n\nAnother sentence, {words}.\n")
    run("build", "example", "-o", f"site-{number}", "-q")
    sites.append(f"site-{number}")
os.makedirs("example/more")
with open("example/more/catalog-info.yaml", "w") as file:
    for number in range(30):
        file.write(
            f"---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: extra-{number}}}\n"
            "spec: {type: service, lifecycle: production, owner: checkout}\n"
        )
run("build", "example", "-o", "site-2", "-q")
sites.append("site-2")
known = set()
for site in sites:
    local = {path: digest(place) for path, place in files(site).items()}
    known |= missing(local, lambda path: open(os.path.join(site, path), "rb").read())
www = f"s3://{BUCKET}/www"


def is_whole(prefix="www/"):
    stored = objects(prefix)
    state = json.loads(read(f"{prefix}.playbill/published.json"))
    if "build" in state:
        assert hashlib.sha256(read(f"{prefix}.playbill/builds/{state['build']}.json")).hexdigest() == state["build"]
    lost = missing(stored, lambda path: read(prefix + path)) - known
    assert not lost, sorted(lost)[:5]
    return state


def is_equal(site):
    stored = {path: tag for path, tag in objects("www/").items() if not path.startswith(".playbill/")}
    for path, place in files(site).items():
        assert stored.get(path) == digest(place), path


before = time.monotonic()
said = run("publish", sites[0], "--to", www)
length = time.monotonic() - before
is_whole()
is_equal(sites[0])
part(f"publish: {said.strip().splitlines()[-1]} in {length:.1f} s")
before = time.monotonic()
assert "nothing to publish" in run("publish", sites[0], "--to", www)
nothing = time.monotonic() - before
before = time.monotonic()
said = run("publish", sites[1], "--to", www)
change = time.monotonic() - before
is_equal(sites[1])
part(f"publish: one page changed: {said.strip().splitlines()[-1]} in {change:.2f} s; nothing changed: {nothing:.2f} s")
uploads = int(said.split(": ")[-1].split(" ")[0])
assert uploads <= 60, said

# Every second one begins from the other site, so that there is much to upload.
before = time.monotonic()
run("publish", sites[2], "--to", www, "-q")
length = time.monotonic() - before
ended, site = 0, sites[2]
for number in range(KILLS):
    site = random.choice([other for other in sites if other != site])
    has_ended = kill(1.2 * length, "publish", site, "--to", www, "--take-over", "-q")
    is_whole()
    if has_ended:
        is_equal(site)
    ended += has_ended
said = run("publish", sites[0], "--to", www, "--take-over")
is_whole()
is_equal(sites[0])
part(f"publish: {KILLS} kills at random moments ({ended} had ended): no page that is reached leads to what is not there; then {said.strip()[-70:]}")


# Where nothing is there from earlier times.
ended = 0
for number in range(KILLS // 4):
    to = f"s3://{BUCKET}/fresh-{number}"
    if number % 3:
        run("publish", sites[0], "--to", to, "-q")
    ended += kill(length, "publish", sites[2], "--to", to, "-q")
    if f"fresh-{number}/.playbill/published.json" in objects(""):
        is_whole(f"fresh-{number}/")
part(f"publish: {KILLS // 4} kills of a first one, or of one with new pages ({ended} had ended)")

processes = [subprocess.Popen([PROGRAM, "publish", site, "--to", www, "-q"], stdout=subprocess.DEVNULL) for site in sites[1:]]
assert [process.wait() for process in processes] == [0, 0]
built = json.loads(read("www/.playbill/published.json"))
stored = objects("www/")
winner = [site for site in sites[1:] if all(stored.get(path) == digest(place) for path, place in files(site).items())]
assert len(winner) == 1 and "claim" not in built and "unfinished" not in built, winner
part(f"publish: two at once: one waited for the other, and all of {winner[0]} is there")

other = next(site for site in sites[1:] if site != winner[0])
process = subprocess.Popen([PROGRAM, "publish", other, "--to", www, "-q"], stdout=subprocess.DEVNULL)
while process.poll() is None and "unfinished" not in json.loads(read("www/.playbill/published.json")):
    time.sleep(0.01)
process.kill()
process.wait()
before = time.monotonic()
run("publish", sites[0], "--to", www, "-q")
part(f"publish: after a kill, the next one without --take-over needs {time.monotonic() - before:.0f} s")
is_equal(sites[0])

# ---- gc
s3.put_object(Bucket=BUCKET, Key="www/foreign.html", Body=b"somebody else's")
all_before = objects("")
assert "0 files" in run("gc", www) and "0 packs" in run("gc", f"s3://{BUCKET}/store")
assert objects("").keys() - {"www/.playbill/published.json"} == all_before.keys() - {"www/.playbill/published.json"}
part("gc: nothing young is removed; waiting until all is a minute old")
time.sleep(62)
would = run("gc", www, "--keep", "1m", "--dry-run", "-q").split()
assert would and objects("").keys() == all_before.keys()
ended = 0
for _ in range(KILLS // 10):
    ended += kill(0.3, "gc", www, "--keep", "1m", "-q")
    is_whole()
    # The claim of the one that was killed.
    state = json.loads(read("www/.playbill/published.json"))
    state.pop("claim", None)
    s3.put_object(Bucket=BUCKET, Key="www/.playbill/published.json", Body=json.dumps(state))
said = run("gc", www, "--keep", "1m")
is_whole()
is_equal(sites[0])
left = {path for path in objects("www/") if not path.startswith(".playbill/")}
assert left == set(files(sites[0])) | {"foreign.html"}, left ^ set(files(sites[0]))
part(f"gc: {len(would)} files that no build needs are removed, over {KILLS // 10} kills; the site is whole, others' files stay")
lock = {"format": 1, "packs": {"acme/web": {"sha256": hashlib.sha256(open(first, "rb").read()).hexdigest()}}}
with open("lock.json", "w") as file:
    json.dump(lock, file)
before = len(objects("store/packs/"))
said = run("gc", f"s3://{BUCKET}/store", "--keep", "1m", "--lock", "lock.json")
names = {hashlib.sha256(open(place, "rb").read()).hexdigest() for place in (first, newest)}
assert {path.removesuffix(".tar.gz") for path in objects("store/packs/")} == names, objects("store/packs/")
assert pointer_is_whole("acme/web", "store/") == 1000
part(f"gc: of {before} packs the newest and the one that a lock names are left")

server.stop()
shutil.rmtree(work)
print("all is well")
