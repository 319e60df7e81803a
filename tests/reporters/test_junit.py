"""JUnit XML: well-formed whatever stands in it, with a test for everything that was or was not found."""

from __future__ import annotations

from collections import Counter

import pytest
from lxml.etree import _Element
from reporter_readers import junit_tree
from reporter_samples import HOSTILE_NAMES, context, finding, rich_finding, sample_report

from binlint.finding import Severity
from binlint.report import Note, Report
from binlint.reporters.junit import render

OUTCOMES = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def tree_of(report: Report, **changes: object) -> _Element:
    """The tree, with its counts checked."""
    root = junit_tree(render(report, context(**changes)))
    for level in (root, *root.findall("testsuite")):
        cases = list(level.iter("testcase"))
        counts = Counter(OUTCOMES[outcome.tag] for case in cases for outcome in case)
        assert level.attrib["tests"] == str(len(cases))
        told = set(OUTCOMES.values()) & set(level.attrib)
        assert told == set(OUTCOMES.values()) - ({"skipped"} if level is root else set())
        assert all(level.attrib[name] == str(counts[name]) for name in told)
    names = [(case.attrib["classname"], case.attrib["name"]) for case in root.iter("testcase")]
    assert len(set(names)) == len(names)
    return root


@pytest.mark.parametrize("path", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES.keys())
@pytest.mark.parametrize("unicode", [True, False])
def test_hostile_names_are_well_formed(path, unicode):
    root = tree_of(sample_report(path, path), unicode=unicode)
    assert len(list(root.iter("testcase"))) == 5


def test_the_tests_of_a_file():
    suite = tree_of(sample_report()).find("testsuite[@name='src/bot.py']")
    assert suite is not None
    told = [(case.attrib, case[0].tag, case[0].attrib, case[0].text) for case in suite]
    assert told[0] == (
        {
            "name": "org.binlint.BIN102",
            "classname": "src/bot",
            "file": "src/bot.py",
            "line": "3",
            "column": "10",
        },
        "failure",
        {"type": "error", "message": "secret key reaches client = Client(key, secret)"},
        "line 3, col 10, secret key reaches client = Client(key, secret)",
    )
    assert [(case[0]["name"], case[1]) for case in told[1:]] == [
        ("org.binlint.BIN107", "failure"),
        ("org.binlint.BIN201", "skipped"),
    ]


def test_the_level_decides_what_fails():
    outcomes = {
        level: [
            case[0].tag for case in tree_of(Report((finding(code="BIN201"),)), show=level).iter("testcase")
        ]
        for level in Severity
    }
    assert outcomes == {
        Severity.NOTE: ["failure"],
        Severity.WARNING: ["skipped"],
        Severity.ERROR: ["skipped"],
    }


def test_findings_of_one_rule_have_names_of_their_own_that_stay_when_lines_move():
    root = tree_of(Report(tuple(finding(line=line) for line in (3, 9, 12))))
    names = [case.attrib["name"] for case in root.iter("testcase")]
    assert names == ["org.binlint.BIN102", "org.binlint.BIN102 (2)", "org.binlint.BIN102 (3)"]


def test_a_clean_run_has_a_test_that_passed():
    root = tree_of(Report(checked=3))
    assert [(case.attrib["name"], len(case)) for case in root.iter("testcase")] == [
        ("No findings in 3 files", 0)
    ]


def test_a_run_that_looked_at_nothing_has_none_that_passed():
    assert [case[0].tag for case in tree_of(Report()).iter("testcase")] == ["skipped"]


def test_a_file_that_could_not_be_looked_at_is_an_error():
    notes = (Note("gone.py", "unreadable", "no such file", failure=True), Note("a.png", "binary"))
    [case] = tree_of(Report(checked=3, skipped=notes)).iter("testcase")
    assert (case.attrib["file"], case[0].tag, case[0].attrib["message"], case[0].text) == (
        "gone.py", "error", "unreadable", "no such file"
    )  # fmt: skip


def test_a_run_is_the_same_whatever_ends_a_section():
    text = render(Report((rich_finding("a]]>b.py", "]]><x>&\"'"),)), context())
    assert "]]>" not in text
    assert text.count("<failure ") == 1
