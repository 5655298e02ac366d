#!/usr/bin/env python3
"""Edits a portal for long while `playbill serve` shows it: nothing may grow, and no page may be stale.

    benches/soak.py PROGRAM FOLDER [EDITS]

FOLDER is as `gen_org` makes them; it is copied. Every so often, what is served is compared with what `playbill build`
writes, page by page.
"""

import http.client
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

program, source, edits = sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 2000
dice = random.Random(7)
work = pathlib.Path(tempfile.mkdtemp(prefix="playbill-soak-", dir=os.environ.get("SOAK_DIR")))
root = work / "org"
shutil.copytree(source, root)


def git(*arguments):
    command = ["git", "-C", root, "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


marker = root / "docs" / "index.md"
marker.parent.mkdir(exist_ok=True)
marker.write_text("# Marker\n")
(root / "mkdocs.yml").write_text("site_name: Marker\n")
(root / "marker.yaml").write_text("")
entity = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: marker\n  annotations: {backstage.io/techdocs-ref: 'dir:.'}\nspec: {type: service, lifecycle: production, owner: nobody}\n"
(root / "soak").mkdir()
shutil.move(root / "docs", root / "soak" / "docs")
shutil.move(root / "mkdocs.yml", root / "soak" / "mkdocs.yml")
(root / "marker.yaml").unlink()
(root / "soak" / "catalog-info.yaml").write_text(entity)
marker = root / "soak" / "docs" / "index.md"
git("init", "-q", "-b", "main")
git("add", "-A")
git("commit", "-qm", "all")
git("checkout", "-q", "-b", "other")
for page in list(root.glob("services/*/docs/index.md"))[::3]:
    page.write_text(page.read_text() + "\nOn the other branch.\n")
for folder in list(root.glob("services/*"))[::10]:
    shutil.rmtree(folder)
git("commit", "-qam", "other")
git("checkout", "-q", "main")

server = subprocess.Popen([program, "serve", root, "--port", "0"], stderr=subprocess.PIPE, text=True)
said = []
threading.Thread(target=lambda: said.extend(server.stderr), daemon=True).start()
while not any("serving" in line for line in said):
    time.sleep(0.05)
port = int(re.search(r":(\d+)/", next(line for line in said if "serving" in line)).group(1))


def get(path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", "/" + path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


def caught_up():
    """Waits until what was done so far is shown."""
    config = root / "playbill.yaml"
    if config.exists() and "[" in config.read_text():
        # Nothing new is shown until the configuration is mended.
        config.write_text("title: Mended\n")
    text = f"mark-{dice.random()}"
    marker.write_text(f"# Marker\n\n{text}\n")
    start = time.time()
    while time.time() - start < 60:
        if text.encode() in get("docs/default/component/marker/")[1]:
            return time.time() - start
        time.sleep(0.002)
    sys.exit(f"a change was not shown within a minute: {said[-5:]}")


def state():
    status = pathlib.Path(f"/proc/{server.pid}/status").read_text()
    memory = int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) // 1024
    return memory, len(os.listdir(f"/proc/{server.pid}/fd"))


def compare():
    time.sleep(0.5)
    caught_up()
    site = work / "site"
    shutil.rmtree(site, ignore_errors=True)
    subprocess.run([program, "build", root, "-o", site, "--no-cache", "-q"], check=True, stderr=subprocess.DEVNULL)
    pages = [path for path in site.rglob("*") if path.is_file() and not path.name.startswith(".")]
    compared = 0
    for path in dice.sample(pages, min(len(pages), 1500)):
        url = str(path.relative_to(site))
        if url.startswith("search/") and not url.endswith(".html"):
            continue
        status, body = get(url)
        body = re.sub(rb'<script src="[./]*_playbill/live.js" defer></script>', b"", body)
        if status != 200 and url != "404.html" or body != path.read_bytes():
            sys.exit(f"stale: {url} ({status})")
        compared += 1
    shutil.rmtree(site)
    return compared


def edit():
    services = sorted(root.glob("services/*"))
    service = dice.choice(services)
    pages = sorted(service.glob("docs/**/*.md"))
    choice = dice.randrange(20)
    if choice < 9 and pages:
        page = dice.choice(pages)
        text = page.read_text()[:20000]
        text += f"\n\nEdit {dice.randrange(1000)}, see [it](index.md) and [none](none-{dice.randrange(3)}.md).\n"
        if choice < 3:
            aside = page.with_name(f".{page.name}.swp")
            aside.write_text(text)
            aside.rename(page)
        else:
            page.write_text(text)
    elif choice == 9:
        (service / "docs" / f"new-{dice.randrange(5)}").mkdir(parents=True, exist_ok=True)
        (service / "docs" / f"new-{dice.randrange(5)}.md").write_text("# New\n")
    elif choice == 10 and len(pages) > 2:
        pages[-1].unlink()
    elif choice == 11 and pages:
        pages[-1].rename(pages[-1].with_name(f"moved-{dice.randrange(5)}.md"))
    elif choice == 12:
        file = service / "catalog-info.yaml"
        if file.exists():
            file.write_text(re.sub(r"lifecycle: .*", f"lifecycle: {dice.choice(['production', 'experimental'])}", file.read_text()))
    elif choice == 13:
        file = service / "catalog-info.yaml"
        if file.exists():
            text = file.read_text()
            file.write_text("kind: [broken\n")
            time.sleep(0.02)
            file.write_text(text)
    elif choice == 14:
        (service / "mkdocs.yml").write_text(dice.choice(["site_name: One\n", "site_name: [\n", "site_name: Two\nnav: [index.md]\n"]))
    elif choice == 15:
        (root / "playbill.yaml").write_text(dice.choice(["title: One\n", "title: Two\n", "title: [\n"]) if dice.randrange(8) == 0 else "title: One\n")
    elif choice == 16:
        folder = service.with_name(f"{service.name}-x")
        if not folder.exists():
            service.rename(folder)
    elif choice == 17:
        (service / "docs" / "picture.png").write_bytes(bytes(dice.randrange(256) for _ in range(100)))
    elif choice == 18 and dice.randrange(6) == 0:
        git("checkout", "-qf", dice.choice(["main", "other"]))
        git("clean", "-qfd", "-e", "soak")
    else:
        (service / "docs" / "index.md~").write_text("left by an editor")


try:
    get("")
    waits, sampled = [], []
    for number in range(1, edits + 1):
        edit()
        if dice.randrange(4) == 0:
            waits.append(caught_up())
        if number % max(edits // 10, 1) == 0:
            (root / "playbill.yaml").write_text("title: One\n")
            compared = compare()
            sampled.append(state())
            memory, files = sampled[-1]
            print(f"{number} edits: {compared} files as built, {memory} MB, {files} descriptors", flush=True)
    waits.sort()
    print(f"shown after {1000 * waits[len(waits) // 2]:.0f} ms (median), {1000 * waits[-1]:.0f} ms at most")
    (first, _), (last, files) = sampled[1 if len(sampled) > 1 else 0], sampled[-1]
    if last > first * 1.25 + 20:
        sys.exit(f"memory has grown from {first} to {last} MB")
    if files > sampled[0][1] + 8:
        sys.exit(f"descriptors have grown from {sampled[0][1]} to {files}")
    start = time.time()
    server.send_signal(2)
    server.wait(10)
    print(f"ended {1000 * (time.time() - start):.0f} ms after Ctrl-C")
finally:
    server.kill()
    shutil.rmtree(work, ignore_errors=True)
