"""Every format is taken by its schema, and tells every finding, whatever their number and the names of files."""

from __future__ import annotations

from collections import Counter

import pytest
from reporter_readers import JUNIT_EXTRAS, MATCHER, READERS, Told, junit_tree, read_back
from reporter_samples import HOSTILE_NAMES, context, finding, many, sample_report

from binlint.finding import Severity
from binlint.report import Report
from binlint.reporters import FORMATS, load
from binlint.reporters.clean import clean
from binlint.reporters.listing import severest_first

# Formats with a limit keep the most severe findings.
MOST = {"sarif": 5_000, "markdown": 200}

every_format = pytest.mark.parametrize("name", FORMATS)


def expected(name: str, report: Report) -> Counter[Told]:
    kept = severest_first(report.findings)[: MOST.get(name)]
    return Counter(
        Told(_shown(name, each.location.path), each.location.place.line, each.code) for each in kept
    )


def _shown(name: str, path: str) -> str:
    """A name as the reader of a format gets it."""
    if name == "markdown":
        return ""
    if name == "sarif":  # exact to the byte
        return path.encode("utf-8", "surrogatepass" if "\ud800" in path else "surrogateescape").decode(
            "utf-8", "surrogateescape"
        )
    if name == "junit":
        return clean(path).replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
    return clean(path)[:4_000] if name == "teamcity" else clean(path)


def test_every_format_has_a_reader():
    assert tuple(READERS) == FORMATS


@every_format
@pytest.mark.parametrize("number", [0, 1, 5_001])
def test_any_number_of_findings_is_read_back(name, number):
    report = many(number)
    text = load(name).render(report, context(show=Severity.NOTE))
    assert Counter(read_back(name, text)) == expected(name, report)


@every_format
@pytest.mark.parametrize("path", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES.keys())
def test_findings_in_files_of_hostile_names_are_read_back(name, path):
    report = sample_report(path, path)
    text = load(name).render(report, context(show=Severity.NOTE, verbose=True, statistics=True))
    assert Counter(read_back(name, text)) == expected(name, report)


@every_format
def test_all_hostile_names_in_one_report_are_read_back(name):
    report = Report(tuple(finding(path, n) for n, path in enumerate(HOSTILE_NAMES.values(), 1)), checked=1)
    text = load(name).render(report, context())
    assert Counter(read_back(name, text)) == expected(name, report)


def test_the_problem_matcher_takes_no_other_line():
    text = load("concise").render(sample_report(), context(verbose=True, statistics=True))
    assert sum(MATCHER.match(line) is not None for line in text.splitlines()) == 3


def test_what_jenkins_refuses_is_only_the_place_of_a_test():
    root = junit_tree(load("junit").render(sample_report(), context()))
    assert {name for case in root.iter("testcase") for name in case.attrib} == {
        "name", "classname", *JUNIT_EXTRAS
    }  # fmt: skip
