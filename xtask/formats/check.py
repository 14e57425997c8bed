"""What `cargo crosscheck report` and `matrix` write, read by programs that no one here wrote.

    check.py EXECUTABLE RECORD...

Each record is shown in each format, and each is read back: by a schema, by a parser, or by GitHub's own Markdown. What was counted
in the record has to be what the reader counts. Then each of these outputs is damaged in each way that its check is for, and the
check has to notice.
"""

import csv
import io
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import cmarkgfm
import html5lib
import jsonschema
import junitparser
from cmarkgfm.cmark import Options
from lxml import etree
from schemas import validator
from tap.parser import Parser

HERE = Path(__file__).parent
ROOT = HERE.parent.parent

# What each format makes of an outcome, written down a second time.
FAILURES = {"x_passed", "x_changed", "expired", "vacuous", "flaky"}
ERRORS = {"timed_out", "crashed", "missing"}
SKIPPED = {"skipped", "not_implemented", "unavailable", "x_failed"}
PASSED = {"passed", "known_flaky"}
OUTCOMES = FAILURES | ERRORS | SKIPPED | PASSED | {"failed"}


class Wrong(Exception):
    """A reader found something else than the record holds."""


def expect(what, found, expected):
    if found != expected:
        raise Wrong(f"{what}: {str(found)[:300]}, and not {str(expected)[:300]}")


class Run:
    """What a record holds, by a plain look at its lines."""

    def __init__(self, path):
        # There are more ends of lines than this one, which may stand in a text.
        self.lines = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
        cells = {line["name"]: line for line in self.lines if line["line"] == "cell"}
        self.planned = {name for line in self.lines if line["line"] == "plan" for name in line["cells"]}
        self.cells = {name: cell["outcome"] for name, cell in cells.items()}
        self.missing = self.planned - set(cells)
        self.cells.update(dict.fromkeys(self.missing, "missing"))
        self.known = cells
        self.failing = {name for name, outcome in self.cells.items() if outcome not in SKIPPED | PASSED}
        self.set_up = {name for name, cell in cells.items() if cell.get("setup")}
        self.backend_of = {name: name.rsplit("::", 1)[1] for name in self.missing}
        self.backend_of.update({name: cell["backend"] for name, cell in cells.items()})
        self.backends = len(set(self.backend_of.values()))
        self.features = {marker for cell in cells.values() for marker in cell["markers"]}

    def junit(self):
        """Tests, failures, errors, skipped."""
        errors = {name for name, outcome in self.cells.items() if outcome in ERRORS} | {
            name for name in self.set_up if self.cells[name] == "failed"
        }
        skipped = sum(outcome in SKIPPED for outcome in self.cells.values())
        return len(self.cells), len(self.failing - errors), len(errors), skipped


def schema_of_jenkins(extended):
    """The schema as it is, or with what all readers but Jenkins' xUnit plugin know of a test case."""
    text = (HERE / "junit-10.xsd").read_text()
    if extended:
        case = text.index('<xs:element name="testcase">')
        head, tail = text[:case], text[case:]
        tail = tail.replace('<xs:element ref="skipped"/>', '<xs:element ref="skipped"/><xs:element ref="properties"/>', 1)
        file_and_line = '<xs:attribute name="file" type="xs:string"/><xs:attribute name="line" type="xs:string"/>'
        tail = tail.replace('<xs:attribute name="name"', file_and_line + '<xs:attribute name="name"', 1)
        text = head + tail
    return etree.XMLSchema(etree.fromstring(text.encode()))


def check_junit(text, run, extended=True):
    # A megabyte in one text is more than the parser takes by itself.
    tree = etree.fromstring(text.encode(), etree.XMLParser(huge_tree=True, resolve_entities=False))
    schema = schema_of_jenkins(extended)
    if not schema.validate(tree):
        raise Wrong(str(schema.error_log.last_error))
    read = junitparser.JUnitXml.fromroot(tree)
    cases = [(case, suite.name) for suite in read for case in suite]
    expect("what the suites say", tuple(sum(getattr(suite, it) for suite in read) for it in COUNTED), run.junit())
    expect("what the report says", (read.tests, read.failures, read.errors), run.junit()[:3])
    kinds = Counter(type(result).__name__ for case, _ in cases for result in case.result)
    counted = (len(cases), kinds["Failure"], kinds["Error"], kinds["Skipped"])
    expect("what the cases are", counted, run.junit())
    expect("how often a cell is there", Counter(case.name for case, _ in cases).most_common(1)[0][1] if cases else 1, 1)
    for case, suite in cases:
        for result in case.result:
            if not result.type or result.type.lower() != result.type and type(result).__name__ == "Skipped":
                raise Wrong(f"{case.name}: a result of type {result.type}")
        if extended:
            properties = {it.name: it.value for it in case.child(junitparser.Properties) or []}
            if suite and properties.get("backend") != suite:
                raise Wrong(f"{case.name}: the properties are {properties}")
    # A pass that failed before says so.
    flaky = sum(outcome == "known_flaky" for outcome in run.cells.values())
    expect("runs that failed before", len(tree.findall(".//flakyFailure")), flaky)


COUNTED = ("tests", "failures", "errors", "skipped")


def check_xunit(text, run):
    check_junit(text, run, extended=False)
    said = len(re.findall(r"\[\[PROPERTY\|backend=", text))
    expect("the backends that are said", said, sum(bool(backend) for backend in run.backend_of.values()))


def check_ctrf(text, run):
    report = json.loads(text)
    schema = json.loads((HERE / "ctrf-schema-0.0.json").read_text())
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    validator(schema, format_checker=validator.FORMAT_CHECKER).validate(report)
    tests, failures, errors, skipped = run.junit()
    summary = report["results"]["summary"]
    expected = {"tests": tests, "failed": failures + errors, "skipped": skipped, "passed": tests - failures - errors - skipped}
    expect("the summary", {key: summary[key] for key in expected}, expected)
    counted = Counter(test["status"] for test in report["results"]["tests"])
    expect("the tests", {**dict.fromkeys(expected, 0), **counted, "tests": tests}, expected)
    flaky = sum(outcome in ("flaky", "known_flaky") for outcome in run.cells.values())
    expect("flaky tests", (summary["flaky"], sum(test.get("flaky", False) for test in report["results"]["tests"])), (flaky, flaky))


# What a page of ours consists of. A link is only where a row says where it is followed up.
ELEMENTS = {
    "html", "head", "body", "h3", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "code", "pre",
    "ul", "li", "a",
}  # fmt: skip
ATTRIBUTES = {"lang": "code pre", "href": "a"}


def page(text, run):
    """The page as GitHub makes it, before it takes out what it does not trust."""
    html = cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE)
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    for element in tree.iter():
        if element.tag not in ELEMENTS:
            raise Wrong(f"the page has an element {element.tag!r}")
        for name in element.attrib:
            if element.tag not in ATTRIBUTES.get(name, "").split():
                raise Wrong(f"the page has {element.tag} with {name}")
    tracking = {row.get("tracking") for line in run.lines if line["line"] == "suite" for row in line.get("rows", [])}
    for link in tree.iter("a"):
        if link.get("href") not in tracking:
            raise Wrong(f"the page has a link to {link.get('href')}")
    return tree


def words_of_ours(element):
    """The texts that do not stand as code."""
    if element.tag in ("code", "pre", "a"):
        return
    yield element.text or ""
    for child in element:
        yield from words_of_ours(child)
        yield child.tail or ""


def check_table(tree, run, rows):
    tables = list(tree.iter("table"))
    expect("tables", len(tables), 1 if run.cells else 0)
    for table in tables:
        shape = {len(list(row)) for row in table.iter("tr")}
        expect("the columns of the table", shape, {1 + run.backends})
        lines = [["".join(cell.itertext()).strip() for cell in row] for row in table.iter("tr")][1:]
        expect("the rows of the table", len(lines), rows)
        # What does not fit into the columns is not shown: a bar too many would push counts out.
        for cell in (cell for line in lines for cell in line[1:]):
            if not re.fullmatch(r"–|[✅❌➖] \d+ .*", cell):
                raise Wrong(f"no counts: {cell!r}")
        expect("the last row", lines[-1][0], "all cells")
        expect("all cells", sum(int(count) for cell in lines[-1][1:] for count in re.findall(r"\d+", cell)), len(run.cells))
    for words in words_of_ours(tree):
        if found := re.search(r"[@<>|`\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2028]|forged|owned|evil", words):
            raise Wrong(f"{found.group()!r} stands outside of code: {words[:200]!r}")


def rows_of(run, none):
    """By feature: those that are used, all cells, and the cells without one."""
    return len(run.features) + 1 + none


def check_markdown(text, run):
    if len(text.encode()) > 65_535:
        raise Wrong(f"a comment of {len(text.encode())} bytes")
    tree = page(text, run)
    none = any(not cell["markers"] for cell in run.known.values()) or bool(run.missing)
    check_table(tree, run, rows_of(run, none))
    left_out = re.search(r"(\d+) of the cells that fail the run", text.rsplit("Left out", 1)[-1])
    rows_of_the_matrix = re.compile(r"\d+ rows? of the exclusion matrix: ")
    shown = sum(not rows_of_the_matrix.match("".join(it.itertext())) for it in tree.iter("summary"))
    expect("cells that fail the run", shown + int(left_out.group(1) if left_out else 0), len(run.failing))


def check_github(text, run):
    """As the runner reads it: a command a line, its properties and its text escaped."""
    lines = text.split("\n")
    expect("the end", lines.pop(), "")
    for line in lines:
        if not re.fullmatch(r"::error (file=[^,:]+,line=\d+,)?title=[^,:]*::[^\r\n]*", line):
            raise Wrong(f"not an annotation: {line[:200]!r}")
        if found := re.search(r"%(?!25|0A|0D|3A|2C)", line):
            raise Wrong(f"an escape that the runner does not know: {line[found.start() :][:20]!r}")
    if len(lines) > 10 or (len(lines) == 0) != (not run.failing):
        raise Wrong(f"{len(lines)} annotations for {len(run.failing)} cells")


def check_tap(text, run):
    with tempfile.NamedTemporaryFile("w", suffix=".tap", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        lines = list(Parser().parse_file(file.name))
    unknown = [line for line in lines if line.category in ("unknown", "bail")]
    expect("lines that are none", len(unknown), 0)
    plans = [line.expected_tests for line in lines if line.category == "plan"]
    expect("the plan", plans, [len(run.cells)])
    tests = [line for line in lines if line.category == "test"]
    expect("the numbers", [test.number for test in tests], list(range(1, len(run.cells) + 1)))
    counted = Counter("todo" if test.todo else "skip" if test.skip else "ok" if test.ok else "not ok" for test in tests)
    todo = sum(outcome == "x_failed" for outcome in run.cells.values())
    skipped = sum(outcome in SKIPPED for outcome in run.cells.values()) - todo
    passed = sum(outcome in PASSED for outcome in run.cells.values())
    expected = Counter({"todo": todo, "skip": skipped, "ok": passed, "not ok": len(run.failing)})
    expect("the tests", +counted, +expected)
    said = [test.yaml_block["outcome"] for test in tests if test.yaml_block]
    expect("the notes", len(said), len(run.failing))


def check_json(text, run):
    report = json.loads(text)
    validator("run.schema.json").validate(report)
    expect("the outcomes", {cell["name"]: cell["outcome"] for cell in report["cells"]}, run.cells)
    expect("the counts", report["counts"], dict(Counter(run.cells.values())))
    suites = [{key: value for key, value in line.items() if key != "line"} for line in run.lines if line["line"] == "suite"]
    empty = {"description": "", "reason": ""}
    whole = lambda suite: {key: [{**empty, **it} for it in value] if key in ("features", "rows") else value for key, value in suite.items()}
    expect("the suites", [whole(suite) for suite in report["suites"]], [whole(suite) for suite in suites])
    expect("what was planned", set(report["planned"]), run.planned)
    for cell in report["cells"]:
        if (known := run.known.get(cell["name"])) is not None:
            # An empty text is left out.
            expect(f"the cell {cell['name']}", {"reason": "", **cell, "line": "cell"}, {"reason": "", **cell, **known})


def check_record(_, run):
    record = validator("record.schema.json")
    for line in run.lines:
        # `oneOf` does not say which field is wrong.
        part = record.evolve(schema={**record.schema, "oneOf": [{"$ref": f"#/$defs/{line['line']}"}]})
        part.validate(line)


def check_matrix_markdown(text, run):
    none = any(not cell["markers"] for cell in run.known.values()) or bool(run.missing)
    check_table(page(text, run), run, rows_of(run, none))


def check_matrix_json(text, run):
    table = json.loads(text)
    expect("the backends", len(table["backends"]), run.backends)
    counted = Counter()
    for counts in table["rows"][-1]["backends"].values():
        counted.update(counts)
    expect("all cells", counted, Counter(run.cells.values()))


def check_matrix_csv(text, run):
    rows = list(csv.DictReader(io.StringIO(text)))
    if any(row["feature"][:1] in "=+-@" and row["feature"] for row in rows):
        raise Wrong("a formula")
    if any(None in row or None in row.values() for row in rows):
        raise Wrong("a row with other columns")
    # Also a feature may be called so; the row of all cells is the last one.
    last, counted = [], Counter()
    for row in reversed(rows):
        if row["feature"] != "all cells" or (row["backend"], row["outcome"]) in last:
            break
        last.append((row["backend"], row["outcome"]))
        counted[row["outcome"]] += int(row["cells"])
    expect("all cells", counted, Counter(run.cells.values()))


REPORT, MATRIX = ["report"], ["matrix"]
CHECKS = [
    (REPORT, "junit", check_junit),
    (REPORT, "xunit", check_xunit),
    (REPORT, "ctrf", check_ctrf),
    (REPORT, "markdown", check_markdown),
    (REPORT, "github", check_github),
    (REPORT, "tap", check_tap),
    (REPORT, "json", check_json),
    (REPORT, "json", check_record),
    (MATRIX, "markdown", check_matrix_markdown),
    (MATRIX, "json", check_matrix_json),
    (MATRIX, "csv", check_matrix_csv),
]

# How an output can be wrong, a way for each thing that its check is for: a pattern, and what stands there instead.
DAMAGES = {
    check_junit: [
        (r"<failure ", "<fail "),
        (r"<skipped ([^>]*)/>", ""),
        (r"tests=\"(\d+)\"", r'tests="1\1"'),
        (r'<property name="backend"[^>]*/>', ""),
        (r"<flakyFailure.*?</flakyFailure>", ""),
        (r'(?s)<testcase [^>]*>.*?</testcase>', ""),
        (r' message="', ' message="\x1b'),
        (r'name="', 'nom="'),
    ],
    check_xunit: [(r"<testcase ([^>]*)>", r"<testcase \1><properties/>"), (r'<testsuites ', '<testsuites skipped="1" '), (r"\[\[PROPERTY\|backend=", "[[")],
    check_ctrf: [
        (r'"status": "failed"', '"status": "broken"'),
        (r'"status": "failed"', '"status": "passed"'),
        (r'"flaky": true', '"flaky": false'),
        (r'"duration": (\d+)', r'"duration": "\1"'),
        (r'"skipped": (\d+)', r'"skipped": 1\1'),
    ],
    check_markdown: [
        (r"\n\| all cells", "\n| all | cells"),
        (r"(?s)<details>.*?</details>", ""),
        (r"<summary>", "<summary><script>alert(1)</script>"),
        (r"\n\n", "\n\n[a link](https://evil.example)\n\n"),
        (r"\n\n", "\n\n@all\n\n"),
        (r"\n\| all cells[^\n]*", ""),
    ],
    check_github: [(r"title=", "title=a:"), (r"\n", r"\nforged\n"), (r"title=", "title=%7C"), (r"(?s).*", "")],
    check_tap: [
        (r"# TODO", "TODO"),
        (r"\nnot ok", "\nok"),
        (r"\n1\.\.(\d+)", r"\n1..1\1"),
        (r"  ---\n", ""),
        (r"\nok (\d+)", r"\nok 1\1"),
        (r"# SKIP", "# TODO"),
    ],
    check_json: [
        (r'"outcome": "passed"', '"outcome": "fine"'),
        (r'"duration_us"', '"duration"'),
        (r'"reason": "', '"reason": "x'),
        (r'(?s)(.*"reason": ")', r"\1x"),
        (r'"concluded": true', '"concluded": 1'),
        (r'"name": "', '"nom": "", "name": "'),
    ],
    check_matrix_markdown: [(r"\n\| all cells", "\n| all | cells"), (r"`", "<b>")],
    check_matrix_json: [(r'(?s)(.*"passed": )(\d+)', r"\g<1>1\2")],
    check_matrix_csv: [(r"(\d+)\n$", r"1\1\n"), (r"\n(?=all cells)", "\n=1,a,passed,1\n")],
}  # fmt: skip


def show(executable, command, form, record):
    done = subprocess.run([executable, *command, record, "--format", form], capture_output=True)
    if done.returncode != 0:
        raise Wrong(f"status {done.returncode}: {done.stderr.decode()}")
    return done.stdout.decode()


def product(path):
    """A record of each outcome under each kind of row, and of a megabyte."""
    kinds = [None, "skip", "xfail", "flaky", "baseline_wrong", "run"]
    rows = [{"backend": "b", "row": kind, "action": kind, "at": f"m.rs:{at}"} for at, kind in enumerate(kinds) if kind]
    lines = [
        {"line": "start", "format": 5, "suite": "s", "fingerprint": "0" * 16},
        {"line": "suite", "subject": "dyn S", "baseline": "a", "features": [], "backends": ["a", "b"], "rows": rows},
    ]
    for at, kind in enumerate(kinds):
        for outcome in sorted(OUTCOMES):
            reason = "x" * 1_000_000 if (outcome, kind) == ("failed", "xfail") else f"a {outcome}\nof {kind}"
            cell = {"line": "cell", "name": f"t::{outcome}::{kind}::b", "test": f"t::{outcome}", "backend": "b", "markers": [],
                    "row": kind, "outcome": outcome, "reason": reason, "origin": "t.rs:1", "duration_us": at}  # fmt: skip
            lines.append(cell if kind is None else {**cell, "row_at": f"m.rs:{at}"})
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def main(executable, records):
    wrong, noticed = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        every = Path(folder) / "product.jsonl"
        product(every)
        for record in [*map(Path, records), every]:
            run = Run(record)
            for command, form, check in CHECKS:
                what = f"{' '.join(command)} --format {form} of {record.name}, {check.__name__}"
                try:
                    text = show(executable, command, form, record)
                    check(text, run)
                    print(f"as it should be: {what}: {len(run.cells)} cells, {len(text.encode())} bytes")
                except Exception as error:
                    wrong += 1
                    print(f"WRONG: {what}: {type(error).__name__}: {str(error)[:2000]}")
        # The first record has something of everything.
        run = Run(Path(records[0]))
        for command, form, check in CHECKS:
            text = show(executable, command, form, records[0])
            for pattern, instead in DAMAGES.get(check, []):
                damaged = re.sub(pattern, instead, text, count=1)
                what = f"{check.__name__} with {instead!r} for {pattern!r}"
                if damaged == text:
                    wrong += 1
                    print(f"WRONG: {what}: there is nothing to damage")
                    continue
                try:
                    check(damaged, run)
                    wrong += 1
                    print(f"WRONG: {what}: nobody noticed")
                except Exception:
                    noticed += 1
    print(f"{noticed} damages noticed, {wrong} wrong")
    return wrong == 0


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1], sys.argv[2:]) else 1)
