#!/usr/bin/env python3
"""Whole programs side by side: the same pages as a site of each generator that is installed.

    benches/compare.py [--pages 1000] [--playbill target/release/playbill] [--runs 3]

    benches/compare.py --portal FOLDER --playbill target/release/playbill

Prints the processor time, the time on the clock and the most memory of each, the best of some runs, and how many times as
much as Playbill that is. Every program starts without what an earlier run left; `playbill again` is a build with nothing
changed. `hugo + pagefind` is a site with a search, as all others but Hugo alone have one. With a folder the portal of that
folder is built instead: without a cache, again without a change, and after one word of one document has changed. Needs Python 3.8 and nothing else; a program that is not installed is passed over.
"""
import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WORDS = [a + b + c for a in "ba de fi go lu ma ne pi ro su".split() for b in "ka li mo nu re".split() for c in ("", "n", "sta")]
CODE = [
    ("yaml", "service:\n  name: {a}\n  replicas: {n}\n"),
    ("json", '{{"{a}": [{n}, true, "{b}"]}}\n'),
    ("python", "def {a}({b}):\n    return {n}  # {b}\n"),
    ("bash", "curl -s https://example.org/{a} | grep {b}\n"),
]


def page(number: int, pages: int) -> str:
    """Returns one page: headings, paragraphs with emphasis, links and code spans, a list, a table, code."""
    pick = random.Random(number)
    word = lambda: pick.choice(WORDS)
    sentence = lambda: " ".join(word() for _ in range(pick.randint(8, 18))).capitalize() + "."
    parts = [f"# {word().capitalize()} {word()} {number}\n"]
    for _ in range(6):
        parts.append(f"## {word().capitalize()} {word()}\n")
        for _ in range(3):
            other = pick.randrange(pages)
            parts.append(f"{sentence()} **{word()}** `{word()}_{word()}` {sentence()} See [{word()}](page-{other}.md).\n")
    parts.append("".join(f"- {sentence()}\n" for _ in range(5)))
    parts.append("| a | b |\n|---|---|\n" + "".join(f"| {word()} | {pick.randint(1, 999)} |\n" for _ in range(6)))
    for language, code in pick.sample(CODE, 2):
        parts.append(f"```{language}\n{code.format(a=word(), b=word(), n=pick.randint(1, 99))}```\n")
    return "\n".join(parts)


def write(folder: Path, files: dict) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def layouts(pages: dict, playbill: str) -> dict:
    """Returns by program: the command, its files, and the folder it writes to."""
    titled = lambda text: text.splitlines()[0].lstrip("# ")
    front = lambda text, mark: f"{mark}\ntitle = \"{titled(text)}\"\n{mark}\n" + text
    # Of a folder with an `index.md` these make one page, with all others as its attachments.
    bare = {name.replace("index.md", "_index.md"): text.replace(".md)", ")") for name, text in pages.items()}
    summary = "# Summary\n\n" + "".join(f"- [{titled(text)}]({name})\n" for name, text in pages.items())
    docs = {"mkdocs.yml": "site_name: Side by side\nplugins: [search]\n"}
    docs.update({f"docs/{name}": text for name, text in pages.items()})
    return {
        "playbill": ([playbill, "-q", "docs", "build", ".", "-o", "out", "--no-cache"], docs, "out"),
        "playbill again": ([playbill, "-q", "docs", "build", ".", "-o", "out", "--cache", "../cache"], docs, None),
        "mkdocs": (["mkdocs", "-q", "build", "-d", "out"], docs, "out"),
        "mdbook": (
            ["mdbook", "build", "-d", "out"],
            {"book.toml": "[book]\ntitle = \"Side by side\"\n", "src/SUMMARY.md": summary}
            | {f"src/{name}": text for name, text in pages.items()},
            "out",
        ),
        "zola": (
            ["zola", "build", "-o", "out", "--force"],
            {
                "config.toml": "base_url = \"https://example.org\"\nbuild_search_index = true\n[markdown]\nhighlight_code = true\n",
                "templates/index.html": "{{ section.content | safe }}",
                "templates/page.html": "<!doctype html><title>{{ page.title }}</title>{{ page.content | safe }}",
            }
            | {f"content/{name}": front(text, "+++") for name, text in bare.items()},
            "out",
        ),
        "hugo": (
            ["hugo", "--quiet", "-d", "out"],
            {
                "hugo.toml": "baseURL = \"https://example.org\"\n",
                "layouts/_default/single.html": "<!doctype html><html lang=\"en\"><title>{{ .Title }}</title><body>{{ .Content }}</body></html>",
                "layouts/_default/list.html": "<!doctype html><html lang=\"en\"><title>{{ .Title }}</title><body>{{ range .Pages }}<a href=\"{{ .Permalink }}\">{{ .Title }}</a>{{ end }}</body></html>",
            }
            | {f"content/{name}": front(text, "+++") for name, text in bare.items()},
            "out",
        ),
        "zensical": (["zensical", "build"], {"zensical.toml": "[project]\nsite_name = \"Side by side\"\n"} | docs, "site"),
    }


def with_pagefind(all_layouts: dict) -> None:
    """Adds Hugo with a search."""
    command, files, output = all_layouts["hugo"]
    pagefind = ["pagefind"] if shutil.which("pagefind") else [sys.executable, "-m", "pagefind"]
    both = f"{' '.join(command)} && {' '.join(pagefind)} --site {output} --quiet"
    if shutil.which("hugo") and subprocess.run(pagefind + ["--version"], capture_output=True).returncode == 0:
        all_layouts["hugo + pagefind"] = (["sh", "-c", both], files, output)


def portal(playbill: str, folder: Path, runs: int) -> None:
    """Measures builds of a portal, the least of some runs."""
    document = sorted(folder.rglob("docs/*.md"))[-1]
    before = document.read_text()
    with tempfile.TemporaryDirectory(dir=folder.parent) as above:
        build = [playbill, "-q", "build", str(folder), "-o", f"{above}/out"]
        kinds = {
            "no cache": lambda run: build + ["--no-cache"],
            "first with cache": lambda run: build + ["--cache", f"{above}/cache-{run}"],
            "nothing changed": lambda run: build + ["--cache", f"{above}/cache-{runs - 1}"],
            "one document": lambda run: build + ["--cache", f"{above}/cache-{runs - 1}"],
        }
        print(f"{'':<18}{'CPU s':>9}{'wall s':>9}{'MB':>7}")
        try:
            for name, command in kinds.items():
                measured = []
                for run in range(runs):
                    if name == "one document":
                        document.write_text(f"{before}\nchange{run}\n")
                    measured.append(measure(command(run), Path(above), fails=True))
                cpu, wall, memory = (min(run[at] for run in measured) for at in range(3))
                print(f"{name:<18}{cpu:>9.2f}{wall:>9.2f}{memory // 1000:>7}")
        finally:
            document.write_text(before)


def measure(command: list, folder: Path, fails: bool = False):
    """Runs a command, which may report problems if `fails`; returns processor seconds, seconds, and kilobytes."""
    start = time.monotonic()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0 and not fails:
        sys.exit(f"{' '.join(command)}\n{errors.decode(errors='replace')}")
    memory = usage.ru_maxrss // (1024 if sys.platform == "darwin" else 1)
    return usage.ru_utime + usage.ru_stime, time.monotonic() - start, memory


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--pages", type=int, default=1000)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--playbill", default="target/release/playbill")
    arguments.add_argument("--portal", type=Path)
    options = arguments.parse_args()
    if options.portal:
        portal(str(Path(options.playbill).resolve()), options.portal.resolve(), options.runs)
        return
    pages = {f"page-{number}.md": page(number, options.pages) for number in range(options.pages)}
    pages["index.md"] = "# Side by side\n\nThe same pages for everyone.\n"
    playbill = str(Path(options.playbill).resolve())
    base = None
    print(f"{len(pages)} pages, {sum(map(len, pages.values())) // 1000} kB of Markdown")
    print(f"{'':<16}{'CPU s':>9}{'wall s':>9}{'MB':>7}{'CPU, times Playbill':>22}")
    with tempfile.TemporaryDirectory() as above:
        programs = layouts(pages, playbill)
        with_pagefind(programs)
        for name, (command, files, output) in programs.items():
            if shutil.which(command[0]) is None:
                print(f"{name:<16}  not installed")
                continue
            folder = Path(above) / name.replace(" ", "-")
            write(folder, files)
            runs = []
            if output is None:
                measure(command, folder)
            for _ in range(options.runs):
                if output is not None:
                    shutil.rmtree(folder / output, ignore_errors=True)
                runs.append(measure(command, folder))
                made = sum(1 for _ in (folder / (output or "out")).rglob("*.html")) if output else len(pages)
                if made < len(pages):
                    sys.exit(f"{name} made {made} pages of {len(pages)}, so its time says nothing")
            cpu, wall, memory = (min(run[at] for run in runs) for at in range(3))
            base = base or cpu
            print(f"{name:<16}{cpu:>9.2f}{wall:>9.2f}{memory // 1000:>7}{cpu / base:>22.2f}")


if __name__ == "__main__":
    main()
