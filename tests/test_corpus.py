"""Every file of the corpus is one test: the loud ones must be heard, the quiet ones must stay quiet."""

from __future__ import annotations

import re

import pytest
from corpus import (
    ROOT,
    Expectations,
    Expected,
    Found,
    cases,
    difference,
    document,
    expectations,
    findings,
)

LOUD = cases("loud")
QUIET = cases("quiet")
ERRORS_AND_WARNINGS = re.compile(r"BIN10\d")


@pytest.mark.parametrize("case", LOUD)
def test_loud(case: str) -> None:
    path = ROOT / "loud" / case
    wanted, found = expectations(path.read_bytes()), findings(path)
    verdict = str(difference(wanted, found))
    assert verdict == ""


@pytest.mark.parametrize("case", QUIET)
def test_quiet(case: str) -> None:
    path = ROOT / "quiet" / case
    wanted, found = expectations(path.read_bytes()), findings(path)
    verdict = str(difference(wanted, found))
    assert verdict == ""


def test_quiet_files_stay_quiet_in_a_project_with_loud_ones() -> None:
    """The company of a project must not make a leak of what is none in its own file."""
    loud = [found for found in document(ROOT)["findings"] if found["severity"] != "note"]
    assert len(loud) > len(LOUD)
    assert [found["path"] for found in loud if "/quiet/" in found["path"]] == []


def test_every_loud_file_expects_something() -> None:
    assert [case for case in LOUD if not expectations((ROOT / "loud" / case).read_bytes()).required] == []


def test_no_quiet_file_expects_more_than_notes() -> None:
    for case in QUIET:
        for expected in expectations((ROOT / "quiet" / case).read_bytes()).required:
            assert not any(ERRORS_AND_WARNINGS.fullmatch(code) for code in expected.codes), case


def test_there_are_about_as_many_quiet_cases_as_loud_ones() -> None:
    assert len(QUIET) >= 200
    assert len(LOUD) >= 200


def test_comments_are_read() -> None:
    data = (
        b'# expect-at 3/4: BIN103\nx = "a"  # expect: BIN101 testnet BIN102|BIN107\r\ny = 1  # also: BIN101\n'
    )
    assert expectations(data) == Expectations(
        required=(
            Expected(frozenset({3, 4}), frozenset({"BIN103"}), False),
            Expected(frozenset({2}), frozenset({"BIN101"}), True),
            Expected(frozenset({2}), frozenset({"BIN102", "BIN107"}), False),
        ),
        allowed=(Expected(frozenset({3}), frozenset({"BIN101"}), False),),
    )


def test_pairing_finds_the_best_match() -> None:
    either = Expected(frozenset({1, 2}), frozenset({"BIN101"}), False)
    first = Expected(frozenset({1}), frozenset({"BIN101"}), False)
    found = [Found(1, "BIN101", "error"), Found(2, "BIN101", "error"), Found(9, "BIN201", "note")]
    result = difference(Expectations((either, first), ()), found)
    assert not result.missed
    assert not result.unexpected


def test_differences_are_named() -> None:
    wanted = Expectations((Expected(frozenset({1}), frozenset({"BIN101"}), True),), ())
    result = difference(wanted, [Found(1, "BIN101", "error")])
    assert str(result) == "missed      1: BIN101 testnet\nunexpected  1: BIN101 (error)"
