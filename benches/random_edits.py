#!/usr/bin/env python3
"""Edits a copy of the example at random, hostile names included, and builds after each edit.

usage: random_edits.py PLAYBILL [--edits N] [--seed S] [--source DIR]

After every edit a build with the cache must end with 0, hold the page of an entity that no edit touches, and give the bytes of a
build without the cache. Ends with 1 at the first difference and says what was edited.
"""

import argparse
import filecmp
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

NAMES = [
    "con.md", "aux.png", "a:b.md", "back\\slash.md", "tab\there.md", "line\nend.md", "::add-mask::x.md", "trail..md", "trail .md",
    'say "x".md', "what?.md", "c#.png", "Setup.md", "setup.md", "index.html", "README", "README.md", "evil.html", "evil.svg", "evil.js",
    "x" * 240 + ".md", "é.md", "e\u0301.md", "\u202eevil.md", "page.html.gz", "style.css.br", "_headers", "404.html", "%2e%2e.md", "-.md",
    "ſetup.md", "a;b.md", "🎭.md", "nul", "com1.txt", ".hidden.md", "search", "static", "mkdocs.yml", "catalog-info.yaml",
]
TEXTS = [
    "# A\n", "", "---\na: [[[[\n---\n# B\n", "<script>alert(1)</script>\n", "<a href='x'>" * 500, "*[A]: " + "b" * 5000 + "\n\n" + "A " * 500,
    "[x](../../../../etc/passwd)\n", "\x00\xff", "--8<-- \"nothing.md\"\n", "!!! note\n    x\n" * 50, "`" * 999, "[" * 999, "> " * 300 + "x\n",
    "<svg xmlns='http://www.w3.org/2000/svg' onload='x()'><script>1</script></svg>",
]
ENTITY = "apiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}, title: '{title}', tags: [{tag}]}}\nspec: {{type: {type}, lifecycle: production, owner: {owner}, dependsOn: [component:{other}]}}\n"
WORDS = ["web", "con", "a" * 63, "x-1", "Guest", "box-office", "ümlaut", "'", '"><b>', "c++", "t" * 300, "../up", "::stop::"]


def build(playbill, source, site, *more):
    return subprocess.run([playbill, "build", str(source), "-o", str(site), "-q", *more], capture_output=True, timeout=120)


def same(one, other):
    compared = filecmp.dircmp(one, other)
    if compared.left_only or compared.right_only or compared.funny_files:
        return f"{compared.left_only} {compared.right_only} below {one}"
    _, different, errors = filecmp.cmpfiles(one, other, compared.common_files, shallow=False)
    if different or errors:
        return f"{different} {errors} below {one}"
    return next((found for name in compared.common_dirs if (found := same(os.path.join(one, name), os.path.join(other, name)))), None)


def edit(chance, root):
    """Makes one change below `root` and says which."""
    folders = [path for path in root.rglob("*") if path.is_dir() and "keep" not in path.parts]
    files = [path for path in root.rglob("*") if path.is_file() and "keep" not in path.parts and path.name != "playbill.yaml"]
    folder, kind = chance.choice(folders), chance.randrange(6)
    try:
        if kind <= 1:
            path = folder / chance.choice(NAMES)
            path.write_text(chance.choice(TEXTS), encoding="latin-1") if not path.is_dir() else None
            return f"wrote {path!r}"
        if kind == 2:
            path = chance.choice(files)
            path.unlink()
            return f"removed {path!r}"
        if kind == 3:
            path = chance.choice(files)
            data = bytearray(path.read_bytes())
            at = chance.randrange(len(data) + 1)
            data[at : at + chance.randrange(20)] = chance.choice(TEXTS).encode("latin-1")[: chance.randrange(1, 60)]
            path.write_bytes(data)
            return f"cut into {path!r}"
        if kind == 4:
            path = folder / f"{chance.randrange(99)}" / "catalog-info.yaml"
            path.parent.mkdir(exist_ok=True)
            word = lambda: chance.choice(WORDS).replace("'", "''")
            kinds = ["Component", "API", "System", "Group", "User", "Resource", "Template"]
            path.write_text(ENTITY.format(kind=chance.choice(kinds), name=chance.choice(WORDS[:6]), title=word(), tag=chance.choice(WORDS[:4]), type=f"'{word()}'", owner=chance.choice(WORDS[:6]), other=chance.choice(WORDS[:6])))
            return f"described {path!r}"
        path, target = chance.choice(files), folder / chance.choice(NAMES)
        path.rename(target)
        return f"renamed {path!r} to {target!r}"
    except OSError as error:
        return f"nothing ({error})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("playbill")
    parser.add_argument("--edits", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--source", default=str(pathlib.Path(__file__).resolve().parent.parent / "content-example"))
    arguments = parser.parse_args()
    playbill, chance = os.path.abspath(arguments.playbill), random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        root = work / "source"
        shutil.copytree(arguments.source, root)
        keep = root / "keep"
        keep.mkdir()
        (keep / "catalog-info.yaml").write_text(ENTITY.format(kind="Component", name="kept-service", title="Kept", tag="kept", type="service", owner="kept", other="web"))
        for number in range(arguments.edits):
            what = edit(chance, root)
            warm = build(playbill, root, work / "site", "--cache", str(work / "cache"))
            shutil.rmtree(work / "clean", ignore_errors=True)
            clean = build(playbill, root, work / "clean", "--no-cache")
            page = work / "site/catalog/default/component/kept-service/index.html"
            why = None
            if warm.returncode or clean.returncode:
                why = f"ended with {warm.returncode} and {clean.returncode}: {(warm.stderr + clean.stderr).decode(errors='replace')[-600:]}"
            elif not page.is_file():
                why = "the page of the others is not there"
            else:
                why = same(str(work / "site"), str(work / "clean"))
            if why:
                print(f"edit {number} ({what}): {why}")
                return 1
        print(f"{arguments.edits} edits: every build whole, incremental equal to clean")
    return 0


if __name__ == "__main__":
    sys.exit(main())
