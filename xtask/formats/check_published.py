"""What `cargo crosscheck statement`, `diff` and `trend` write, read by programs that no one here wrote.

    check_published.py EXECUTABLE

Two runs are made up, one of plain texts and one of texts that are markup, formulas and commands to a terminal. Then each output is
damaged in each way that its check is for, and the check has to notice.
"""

import copy
import csv
import io
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import datetime
from pathlib import Path

import cmarkgfm
from cmarkgfm.cmark import Options
from lxml import etree
from schemas import validator

LIE = "\x1b]0;owned\x07\u202e\n=1+1,<img src=x onerror=alert(1)>|`*[a](b)*`@all \"'&amp;"
OUTCOMES = ["passed", "x_failed", "known_flaky", "skipped", "not_implemented", "failed", "timed_out", "expired"]
SVG = "{http://www.w3.org/2000/svg}"


class Wrong(Exception):
    """A reader found something else than the record holds."""


def expect(what, found, expected):
    if found != expected:
        raise Wrong(f"{what}: {str(found)[:300]}, and not {str(expected)[:300]}")


def lines(lie, at, shift):
    """A run of two backends, in which there is each outcome; shifted, each cell has another one."""
    features = [{"marker": f"{it}{lie}", "description": f"It is {it}.{lie}"} for it in ("one", "other", "unused")]
    cells = []
    for backend in ("cpu", "gpu"):
        for number in range(2 * len(OUTCOMES)):
            test = f"ops::test_{number}{lie}"
            cell = {"line": "cell", "name": f"{test}::{backend}", "test": test, "backend": backend, "markers": [f"one{lie}"],
                    "row": f"one{lie}", "debt": "not_yet", "outcome": OUTCOMES[(number + shift) % len(OUTCOMES)], "reason": f"so it is{lie}",
                    "terms": [f"rtol 1e-{number}, atol 0e0 (so it is{lie})"], "origin": "a.rs:1", "duration_us": 20_000 + number,
                    "agreement": {"used": number / 100, "elements": 1, "histogram": [0, 0, 0, 0, 0, 0, 0, 1]},
                    "receipt": {"device": f"device{lie}", "evaluations": 1, "refusals": 0, "fallbacks": [], "bytes": None},
                    "about": f"driver 7{lie}"}  # fmt: skip
            cells.append(cell)
    rows = [{"backend": "gpu", "row": f"one{lie}", "action": "xfail", "reason": f"no{lie}", "debt": "not_yet", "at": "m.rs:1",
             "source": {"file": "m.rs", "lines": [1, 4], "hash": "0123456789abcdef"}}]
    crate = {"name": f"ops{lie}", "version": "1.2.3"}
    return [
        {"line": "start", "format": 5, "suite": f"suite{lie}", "fingerprint": "0123456789abcdef", "package": f"ops-suite{lie}",
         "crosscheck": "0.1.0", "machine": "x86_64-linux", "at": at},
        {"line": "suite", "subject": f"dyn Ops{lie}", "baseline": "cpu", "package": crate, "terms": [f"f32: rtol 1e-6, atol 0e0{lie}"],
         "features": features, "backends": ["cpu", "gpu"], "packages": {"gpu": crate}, "rows": rows},
        {"line": "plan", "cells": [cell["name"] for cell in cells]},
        *cells,
        {"line": "end"},
    ]  # fmt: skip


def cells(run, backend=None):
    return [line for line in run if line["line"] == "cell" and backend in (None, line["backend"])]


def check_statement(text, old, new):
    statement = json.loads(text)
    validator("statement.schema.json").validate(statement)
    expect("the date", datetime.fromisoformat(statement["run"]["date"]).timestamp(), new[0]["at"])
    own = cells(new, "gpu")
    expect("the counts", statement["counts"], dict(Counter(cell["outcome"] for cell in own)))
    expect("the cells", statement["cells"], len(own))
    expect("the exceptions", sum(it["cells"] for it in statement["exceptions"]), sum(cell["outcome"] != "passed" for cell in own))
    expect("the tolerances", statement["own_tolerances"], {cell["test"]: cell["terms"] for cell in own})
    expect("the features", [it["marker"] for it in statement["features"]], [it["marker"] for it in new[1]["features"]])
    expect("the rows", statement["exclusions"], new[1]["rows"])


def svg(text):
    root = etree.fromstring(text.encode())
    expect("the root", root.tag, f"{SVG}svg")
    if root.get("role") != "img" or root.find(f"{SVG}title") is None:
        raise Wrong("a picture without a title")
    allowed = {"svg", "title", "desc", "style", "rect", "text", "g", "path", "clipPath"}
    for element in root.iter():
        if element.tag.removeprefix(SVG) not in allowed:
            raise Wrong(f"the picture has an element {element.tag!r}")
    return root


def check_badge(text, old, new):
    words = ["".join(it.itertext()) for it in svg(text).iter(f"{SVG}text")]
    own = cells(new, "gpu")
    failing = sum(cell["outcome"] in ("failed", "timed_out", "expired") for cell in own)
    expect("the badge", words, ["crosscheck: gpu", f"{failing} of {len(own)} failing"])


def check_trend_svg(text, old, new):
    root = svg(text)
    expect("the charts", sum(it.get("class") == "part" for it in root.iter(f"{SVG}text")), 4)
    lines = [it for it in root.iter(f"{SVG}path") if it.get("class") == "line"]
    # Support, time and headroom of two backends, and debt if any.
    expect("the lines", len(lines), 6 + 1)
    for line in lines:
        expect("the points of a line", len(re.findall("[ML]", line.get("d"))), 2)


def check_trend_csv(text, old, new):
    rows = list(csv.DictReader(io.StringIO(text)))
    expect("the rows", len(rows), 4)
    for row, (run, backend) in zip(rows, [(old, "cpu"), (old, "gpu"), (new, "cpu"), (new, "gpu")]):
        own = cells(run, backend)
        expect("the backend", row["backend"], backend)
        expect("the cells", int(row["cells"]), len(own))
        expect("what passed", int(row["passed"]), sum(cell["outcome"] == "passed" for cell in own))
        counted = sum(int(row[it]) for it in ("passed", "excused", "not_run", "unavailable", "failing"))
        expect("all of them", counted, len(own))
        ran = sum(cell["duration_us"] for cell in own if cell["outcome"] not in ("skipped", "not_implemented"))
        expect("the time", round(float(row["seconds"]) * 1e6), ran)
        if any(value[:1] in ("=", "+", "@") for value in row.values()):
            raise Wrong("a formula")


def check_diff_json(text, old, new):
    diff = json.loads(text)
    validator("diff.schema.json").validate(diff)
    before = {cell["name"]: cell["outcome"] for cell in cells(old)}
    after = {cell["name"]: cell["outcome"] for cell in cells(new)}
    expect("the cells", {it["name"]: (it["old"], it["new"]) for it in diff["cells"]},
           {name: (before[name], after[name]) for name in before if before[name] != after[name]})  # fmt: skip
    by_kind = Counter(it["kind"] for it in diff["cells"])
    of_cells = ("failing", "removed", "excused", "unavailable", "changed", "passing", "added")
    expect("the counts", {kind: diff["counts"][kind] for kind in of_cells}, {kind: by_kind[kind] for kind in of_cells})


ELEMENTS = {"h1", "h2", "h3", "p", "strong", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "code", "details", "summary", "div"}


def page(text):
    html = cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE)
    root = etree.fromstring(f"<div>{html}</div>".encode())
    for element in root.iter():
        if element.tag not in ELEMENTS or element.attrib:
            raise Wrong(f"the page has {element.tag!r} with {dict(element.attrib)}")
        shape = {len(row) for row in element.iter("tr")} if element.tag == "table" else {0}
        expect("the shape of a table", len(shape), 1)
    for element in root.iter():
        for words in [element.tail, None if element.tag == "code" else element.text]:
            if found := re.search(r"owned|@all|=1\+1|[\x00-\x08\x0e-\x1f\u202e]", words or ""):
                raise Wrong(f"{found.group()!r} stands outside of code: {words[:200]!r}")
    return root


def check_statement_markdown(text, old, new):
    tables = {table.getprevious().text: len(list(table.iter("tr"))) - 1 for table in page(text).iter("table")}
    expect("the features", tables["Features"], len(new[1]["features"]))
    expect("the rows", tables["What is excluded"], len(new[1]["rows"]))
    expect("what did not pass", tables["What did not pass"], sum(cell["outcome"] != "passed" for cell in cells(new, "gpu")))


def check_diff_markdown(text, old, new):
    before = {cell["name"]: cell["outcome"] for cell in cells(old)}
    changed = sum(before[cell["name"]] != cell["outcome"] for cell in cells(new))
    expect("the changes", sum(len(list(table.iter("tr"))) - 1 for table in page(text).iter("table")), changed)


# The command, `OLD`, `NEW` and `FOLDER` in it being what they say; the check; and how what it reads can be wrong.
CHECKS = [
    (["statement", "gpu", "NEW", "--format", "json"], check_statement, [
        (r'"passed": (\d+)', r'"passed": 1\1'),
        (r'"result": "\w+"', '"result": "fine"'),
        (r'"date": "', '"date": "on '),
        (r'"fingerprint": "0', '"fingerprint": "x'),
        (r'"cells": (\d+),\n      "passed"', r'"cells": "\1", "passed"'),
        (r'"format": 1', '"format": 1, "more": 1'),
        (r'"action": "xfail"', '"action": "skip"'),
        (r"rtol 1e-3", "rtol 1e-2"),
    ]),
    (["statement", "gpu", "NEW", "--format", "badge"], check_badge, [
        (r"failing</text>", "passed</text>"), (r"<title>.*</title>", ""), (r"</svg>", "<script/></svg>"), (r"</g>", ""),
    ]),
    (["statement", "gpu", "NEW", "--format", "markdown"], check_statement_markdown, [
        (r"\n\| `[^\n]*\| xfail[^\n]*", ""), (r"\n## ", "\n<img src=x>\n\n## "), (r"partial|excluded|failing", "@all"), (r"\n## Features\n", "\n"),
    ]),
    (["trend", "FOLDER", "--format", "svg"], check_trend_svg, [
        (r'class="line"', 'class="other"'), (r"<desc", "<script/><desc"), (r'role="img"', ""), (r'class="part"', ""), (r'(class="line".* d="M[^L]*)L[^"]*', r"\1"),
    ]),
    (["trend", "FOLDER", "--format", "csv"], check_trend_csv, [
        (r"\n2", "\n=2"), (r",gpu,(\d+)", r",gpu,1\1"), (r"\n[^\n]*,gpu,[^\n]*", ""), (r"cpu,(\d+),(\d+)", r"cpu,\1,1\2"),
    ]),
    (["diff", "OLD", "NEW", "--format", "json"], check_diff_json, [
        (r'"kind": "failing"', '"kind": "passing"'), (r'"new": "skipped"', '"new": "passed"'), (r'"failing": (\d+)', r'"failing": 1\1'),
        (r'"format": 1', '"format": 2'), (r'"format": 1', '"format": 1, "more": 1'), (r'"kind": "changed"', '"kind": "loosened"'),
        (r'"loosened": \d+,', ""), (r'"at": 17', '"at": -17'), (r'"origin": "a.rs:1"', '"origin": null'), (r'"rows": \[\]', '"rows": [{}]'),
    ]),
    (["diff", "OLD", "NEW", "--format", "markdown", "--all"], check_diff_markdown, [
        (r"\n\| `[^\n]*", ""), (r"\n\| what", "\n| what | more"), (r"\n\| `", "\n| <b>x</b> `"), (r"### ", "### @all "),
    ]),
]  # fmt: skip


def run(executable, *arguments):
    done = subprocess.run([executable, *arguments], capture_output=True)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def main(executable):
    wrong, noticed = 0, 0
    for lie in ("", LIE):
        old, new = lines(lie, 1_700_000_000, 0), lines(lie, 1_700_086_400, 1)
        with tempfile.TemporaryDirectory() as folder:
            paths = {"FOLDER": folder, "OLD": f"{folder}/old.jsonl", "NEW": f"{folder}/new.jsonl"}
            for name, of in (("OLD", old), ("NEW", new)):
                Path(paths[name]).write_text("".join(json.dumps(line) + "\n" for line in of))
            for command, check, damages in CHECKS:
                what = f"{' '.join(command)}{' of lies' if lie else ''}"
                status, text, errors = run(executable, *(paths.get(word, word) for word in command))
                try:
                    expect("the status", status, 1 if command[0] == "diff" else 0)
                    check(text, copy.deepcopy(old), copy.deepcopy(new))
                    print(f"as it should be: {what}: {len(text.encode())} bytes")
                except Exception as error:
                    wrong += 1
                    print(f"WRONG: {what}: {type(error).__name__}: {str(error)[:2000]} {errors}")
                for pattern, instead in [] if lie else damages:
                    damaged = re.sub(pattern, instead, text, count=1)
                    if damaged == text:
                        wrong += 1
                        print(f"WRONG: {what}: there is nothing to damage for {pattern!r}")
                        continue
                    try:
                        check(damaged, old, new)
                        wrong += 1
                        print(f"WRONG: {what} with {instead!r} for {pattern!r}: nobody noticed")
                    except Exception:
                        noticed += 1
            # What another program has read and written again still holds.
            statement = Path(folder) / "statement.json"
            _, text, _ = run(executable, "statement", "gpu", paths["NEW"])
            statement.write_text(json.dumps(json.loads(text)))
            status, _, errors = run(executable, "verify", str(statement), paths["NEW"])
            if status != 0:
                wrong += 1
                print(f"WRONG: verify: {errors}")
    print(f"{noticed} damages noticed, {wrong} wrong")
    return wrong == 0


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 1)
