"""JUnit XML: a suite for each file, a failed test for each finding, a skipped one for what is only a note.

A run without findings has one test that passed: some readers take a report without tests for a mistake. A
file that could not be looked at is an error, so that it never looks like success.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain, groupby
from typing import NamedTuple

from binlint.finding import Finding
from binlint.report import Report
from binlint.reporters.clean import clean
from binlint.reporters.context import ReportContext
from binlint.reporters.listing import ordered
from binlint.reporters.summary import counted

_NAMESPACE = "org.binlint"
_PYTHON = re.compile(r"\.pyw?\Z")
_NO_XML = re.compile("[\ufffe\uffff]")  # what else XML 1.0 has no way to write is escaped by `clean`
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"})


class _Case(NamedTuple):
    """One test. `outcome` is "failure", "skipped", "error" or, for one that passed, empty."""

    path: str
    name: str
    line: int = 0
    column: int = 0
    outcome: str = ""
    kind: str = ""
    message: str = ""
    detail: str = ""


def render(report: Report, context: ReportContext) -> str:
    """The whole document, for machines: every severity is in it."""
    found = ordered(report.findings)
    cases = [*_numbered(_finding(each, context) for each in found), *_unread(report)]
    cases = sorted(cases, key=lambda case: case.path) or [_clean(report)]
    suites = [_suite(path, list(group)) for path, group in groupby(cases, key=lambda case: case.path)]
    head = f'<testsuites name="binlint"{_counts(cases)}>'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', head, *chain.from_iterable(suites), "</testsuites>"]
    text = "".join(f"{line}\n" for line in lines)
    return text if context.unicode else text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _finding(finding: Finding, context: ReportContext) -> _Case:
    place = finding.location.place
    return _Case(
        finding.location.path,
        f"{_NAMESPACE}.{finding.code}",
        place.line,
        place.column,
        "failure" if finding.severity >= context.show else "skipped",
        finding.severity.word,
        finding.message,
        f"line {place.line}, col {place.column}, {finding.message}",
    )


def _numbered(cases: Iterator[_Case]) -> Iterator[_Case]:
    """Readers take tests of one name for one test, so the second of a file is called `… (2)`."""
    seen: Counter[tuple[str, str]] = Counter()
    for case in cases:
        seen[case.path, case.name] += 1
        number = seen[case.path, case.name]
        yield case if number == 1 else case._replace(name=f"{case.name} ({number})")


def _unread(report: Report) -> Iterator[_Case]:
    name = f"{_NAMESPACE}.unread"
    for note in sorted({*report.skipped, *report.notes}):
        if note.failure:
            yield _Case(note.path, name, 0, 0, "error", "unread", note.reason, note.detail or note.reason)


def _clean(report: Report) -> _Case:
    if report.checked:
        return _Case("binlint", f"No findings in {counted(report.checked, 'file')}")
    return _Case("binlint", f"{_NAMESPACE}.unread", 0, 0, "skipped", "", "nothing was looked at")


def _suite(path: str, cases: list[_Case]) -> Iterator[str]:
    skipped = sum(case.outcome == "skipped" for case in cases)  # the schema has no such count of all suites
    named = f'name="{_text(path)}" package="{_NAMESPACE}"'
    yield f'    <testsuite {named}{_counts(cases)} skipped="{skipped}">'
    for case in cases:
        yield from _case(case)
    yield "    </testsuite>"


def _case(case: _Case) -> Iterator[str]:
    place = f' line="{case.line}" column="{case.column}"' if case.line else ""
    file = f' file="{_text(case.path)}"' if case.outcome else ""
    named = f'name="{_text(case.name)}" classname="{_text(_PYTHON.sub("", case.path))}"'
    head = f"        <testcase {named}{file}{place}"
    if not case.outcome:
        yield f"{head}/>"
        return
    yield f"{head}>"
    if case.outcome == "skipped":
        yield f'            <skipped message="{_text(case.message)}"/>'
    else:
        mark = f'{case.outcome} type="{_text(case.kind)}" message="{_text(case.message)}"'
        yield f"            <{mark}>{_text(case.detail)}</{case.outcome}>"
    yield "        </testcase>"


def _counts(cases: list[_Case]) -> str:
    counts = Counter(case.outcome for case in cases)
    return f' tests="{len(cases)}" failures="{counts["failure"]}" errors="{counts["error"]}"'


def _text(text: str) -> str:
    shown = _NO_XML.sub(lambda match: f"\\u{ord(match[0]):04x}", clean(text))
    return shown.translate(_ENTITIES)
