#!/usr/bin/env python3
"""What scorecards and saved answers add to a build: processor time and memory, with and without them.

    benches/scorecards_and_snapshots.py PROGRAM [--entities 10000] [--rules 30] [--runs 2] [--folder FOLDER] [--commands build,export]

Makes a portal of components with a scorecard and with the answers of ten tools for each of them (those of `content-example`),
and builds it bare, with the scorecard, and with the answers. Prints the best of some runs, and the differences. Needs Python
3.8 and nothing else.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

RULES = [
    "has(entity.metadata.description)", "entity.metadata.description.size() >= 20", "related.ownedBy.size() > 0",
    "related.ownedBy.all(o, !has(o.missing))", "has(entity.spec.system)", "entity.spec.lifecycle in [\"production\", \"experimental\"]",
    "entity.metadata.tags.exists(t, t == \"java\")", "entity.metadata.name.matches(\"^service-[0-9]+$\")", "files(\"README*\").size() > 0",
    "entity.metadata.annotations[\"github.com/project-slug\"].startsWith(\"acme/\")", "related.dependsOn.all(d, d.kind == \"Component\")",
    "docs.exists", "findings.all(f, f.severity != \"error\")", "facts.own.coverage >= 80", "daysSince(facts.own.reviewed) < 365",
]
SOURCES = {
    "github-actions": ("footlights-example/web", "acme/service-{n}"), "github-repo": ("footlights-example/box-office", "acme/service-{n}"),
    "github-pulls": ("footlights-example/web", "acme/service-{n}"), "github-dependabot": ("footlights-example/web", "acme/service-{n}"),
    "sonarqube": ("footlights_seating", "service-{n}"), "sentry": ("storefront", "service-{n}"), "pagerduty": ("PBOX001", "P{n}"),
    "kubernetes@prod": ("booking-service", "service-{n}"), "lighthouse": ("default/component/storefront", "default/component/service-{n}"),
    "coverage": ("default/component/booking-service", "default/component/service-{n}"),
}


def component(number: int) -> str:
    depends = f", dependsOn: ['component:service-{number - 1}']" if number % 3 else ""
    return f"""apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: service-{number}
  description: Number {number} of many services that are alike
  tags: [java, tier-{number % 3}]
  annotations:
    github.com/project-slug: acme/service-{number}
    sonarqube.org/project-key: service-{number}
    sentry.io/project-slug: service-{number}
    pagerduty.com/service-id: P{number}
    backstage.io/kubernetes-id: service-{number}
spec: {{type: service, lifecycle: production, owner: team-{number % 200}, system: system-{number % 500}{depends}}}
"""


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def make(root: Path, entities: int, rules: int) -> None:
    """Writes the three portals: `bare`, `rules` and `answers`."""
    example = Path(__file__).resolve().parent.parent / "content-example" / "snapshots"
    for portal in ("bare", "rules", "answers"):
        folder = root / portal
        for number in range(entities):
            write(folder / f"services/{number}/catalog-info.yaml", component(number))
        groups = "".join(
            f"---\napiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {{name: team-{n}}}\nspec: {{type: team, children: []}}\n" for n in range(200))
        systems = "".join(
            f"---\napiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: {{name: system-{n}}}\nspec: {{owner: team-{n % 200}}}\n" for n in range(500))
        write(folder / "org/catalog-info.yaml", groups + systems)
        write(folder / "README.md", "# All\n")
        write(folder / "playbill.yaml", "title: Many\n")
    listed = "".join(
        f"  - id: rule-{n}\n    level: {('bronze', 'silver', 'gold')[n * 3 // rules]}\n    category: C{n % 4}\n    pass: {RULES[n % len(RULES)]!r}\n".replace("'", "'") for n in range(rules))
    card = "kind: Scorecard\nid: all\nfilter: kind:component\nlevels: [{id: bronze}, {id: silver}, {id: gold}]\nrules:\n" + listed
    write(root / "rules/scorecards/all.yaml", card)
    facts = "".join(f"  component:default/service-{n}: {{coverage: {60 + n % 40}, reviewed: '2026-0{1 + n % 9}-01'}}\n" for n in range(entities) if n % 5)
    write(root / "rules/facts/own.yaml", "facts:\n" + facts)
    log = []
    for source, (key, own) in SOURCES.items():
        for file in sorted((example / source / key).iterdir()):
            for number in range(entities):
                to = f"{source}/{own.format(n=number)}/{file.name}"
                (root / "answers/snapshots" / to).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, root / "answers/snapshots" / to)
                log.append(f"{to}\t200\t2026-11-29T05:00:00Z\n")
    write(root / "answers/snapshots/fetched.tsv", "".join(log))


def run(command: list) -> tuple:
    """Returns processor seconds and megabytes."""
    env = {**os.environ, "SOURCE_DATE_EPOCH": "1795953600"}
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
    _, _, used = os.wait4(child.pid, 0)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--entities", type=int, default=10_000)
    parser.add_argument("--rules", type=int, default=30)
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--folder", help="where the portals are made, and kept")
    parser.add_argument("--commands", default="build,export")
    asked = parser.parse_args()
    root = Path(asked.folder or tempfile.mkdtemp(prefix="playbill-known-"))
    if not (root / "answers/snapshots/fetched.tsv").exists():
        make(root, asked.entities, asked.rules)
    portals = [portal for portal in ("bare", "rules", "answers") if (root / portal).exists()]
    for command in asked.commands.split(","):
        best = {}
        for _ in range(asked.runs):
            for portal in portals:
                site = root / f"site-{portal}"
                shutil.rmtree(site, ignore_errors=True)
                if command == "build":
                    words = ["build", "--output", str(site), "--no-cache"]
                else:
                    words = ["export", "--facts" if portal == "answers" else "--scorecards"]
                seconds, megabytes = run([asked.program, *words, str(root / portal)])
                old = best.get(portal, (seconds, megabytes))
                best[portal] = (min(old[0], seconds), min(old[1], megabytes))
                shutil.rmtree(site, ignore_errors=True)
        for portal, (seconds, megabytes) in best.items():
            more = f", {seconds - best['bare'][0]:+.2f} s, {megabytes - best['bare'][1]:+.0f} MB" if portal != "bare" else ""
            print(f"{command:8} {portal:8} {seconds:6.2f} CPU s, {megabytes:5.0f} MB{more}")
    if not asked.folder:
        shutil.rmtree(root)
    return 0


if __name__ == "__main__":
    sys.exit(main())
