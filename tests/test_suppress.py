"""Inline directives: what they hide, what they leave, and what is said about them."""

from __future__ import annotations

import pytest

from binlint.finding import Confidence, Finding, Kind, Location, Place, Severity
from binlint.rules import RULES
from binlint.suppress import Outcome, apply, directives


def finding(
    line: int, end: int = 0, statement: tuple[int, int] | None = None, code: str = "BIN101"
) -> Finding:
    rule = next(rule for rule in RULES if rule.code == code)
    return Finding(
        location=Location("a.py", Place(line, 5, end or line, 9)),
        code=code,
        rule=rule.name,
        message="",
        severity=Severity.NOTE if code.startswith("BIN2") else Severity.ERROR,
        confidence=Confidence.HIGH,
        kind=Kind.API_KEY,
        preview="",
        statement=Place(statement[0], 1, statement[1], 1) if statement else None,
    )


def outcome(text: str, *findings: Finding) -> Outcome:
    return apply("a.py", text, findings, RULES)


def codes(done: Outcome) -> list[str]:
    return [reported.code for reported in done.reported]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("k = 1  # binlint: ignore[BIN101] -- rotated", finding(1)),
        ("k = 1  # binlint: ignore[BIN102, BIN101] why", finding(1)),
        ("k = 1  # binlint: ignore[hardcoded-api-key]", finding(1)),
        ("k = 1  # binlint: ignore[BIN1]", finding(1)),
        ("k = 1  # binlint:ignore[bin101]", finding(1)),
        ("k = 1  # noqa  # binlint: ignore[BIN101]  # see #12", finding(1)),
        ("k = '''\na\n'''  # binlint: ignore[BIN101]", finding(1, 3)),
        ("c = f(  # binlint: ignore[BIN101]\n  1,\n  2)", finding(2, 2, (1, 3))),
        ("c = f(\n  1,\n  2)  # binlint: ignore[BIN101]", finding(2, 2, (1, 3))),
        ("# binlint: ignore-next-line[BIN101]\nk = 1", finding(2)),
        ("# binlint: ignore-next-line[BIN101]\n# more\n\nk = f(\n 1)", finding(5, 5, (4, 5))),
        ("f(\n # binlint: ignore-next-line[BIN101]\n 1)", finding(3, 3, (1, 3))),
        ("# binlint: disable[BIN101]\nk = 1\n# binlint: enable[BIN101]", finding(2)),
        ("# binlint: disable[BIN1]\nk = 1\n# binlint: enable", finding(2)),
        ("# binlint: disable[BIN101]\n\n\nk = 1", finding(4)),
        ("# binlint: disable[BIN101]\n# binlint: enable[BIN102]\nk = 1", finding(3)),
        ("#!/usr/bin/python\n# binlint: skip-file -- recorded", finding(99)),
        ("# binlint: skip-file[BIN101]", finding(99)),
        ("k = 1  # binlint: ignore[BIN201]", finding(1, code="BIN201")),
        ("a\rk = 1  # binlint: ignore[BIN101]\rb", finding(2)),
        ("a\r\nk = 1  # binlint: ignore[BIN101]\r\n", finding(2)),
        ("\x0c\u2028'\x0c\u2028'\nk = 1  # binlint: ignore[BIN101]", finding(2)),
        ("def (:\n  k = 1  # binlint: ignore[BIN101]", finding(2)),
        ("print 'x'\nk = $ 1  # binlint: ignore[BIN101]", finding(2)),
        ("f((\nk = 1  # binlint: ignore[BIN101]", finding(2)),
        ("   a\n  b\n c\nk = 1  # binlint: ignore[BIN101]", finding(4)),
        ("don't\nk = 1  # binlint: ignore[BIN101]", finding(2)),
    ],
)
def test_hides(text: str, found: Finding) -> None:
    done = outcome(text, found)
    assert done.suppressed == (found,)
    assert done.kept == ()
    assert [code for code in codes(done) if "enable[BIN102]" not in text] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("k = 1", finding(1)),
        ("k = 1  # binlint: ignore[BIN102]", finding(1)),
        ("k = 1  # binlint: ignore[hardcoded-secret-key]", finding(1)),
        ("k = 1  # binlint: ignore[BIN101", finding(1)),
        ("k = 1  # binlint: ignroe[BIN101]", finding(1)),
        ("k = 1  # binlint: ignore[BIN999]", finding(1)),
        ("k = 1  # binlint: ignore[B]", finding(1)),
        ("k = 1\n# binlint: ignore[BIN101]", finding(1)),
        ("# binlint: ignore[BIN101]\nk = 1", finding(2)),
        ("k = '# binlint: ignore[BIN101]'", finding(1)),
        ("k = '''\n# binlint: ignore[BIN101]\n'''", finding(2)),
        ("k = '# binlint: ignore[BIN101]", finding(1)),
        ("k = '''\n# binlint: ignore[BIN101]", finding(2)),
        ("# binlint: ignore-next-line[BIN101]\na = 1\nk = 1", finding(3)),
        ("f(\n # binlint: ignore-next-line[BIN101]\n 1,\n 2)", finding(4, 4, (1, 4))),
        ("k = 1\n# binlint: disable[BIN101]", finding(1)),
        ("# binlint: disable[BIN101]\n# binlint: enable[BIN101]\nk = 1", finding(3)),
        ("# binlint: disable[BIN101]\n# binlint: enable\nk = 1", finding(3)),
        ("\n" * 10 + "# binlint: skip-file", finding(1)),
        ("'# binlint: skip-file'", finding(1)),
        ("k = 1  # binlint", finding(1)),
        ("k = 1  # see binlint: ignore", finding(1)),
    ],
)
def test_leaves(text: str, found: Finding) -> None:
    done = outcome(text, found)
    assert done.kept == (found,)
    assert done.suppressed == ()


@pytest.mark.parametrize(
    ("text", "found", "code", "words"),
    [
        ("k = 1  # binlint: ignore", finding(1), "BIN902", "name the rules"),
        ("k = 1  # binlint: ignore[] -- why", finding(1), "BIN902", "name the rules"),
        ("# binlint: disable\nk = 1", finding(2), "BIN902", "disable[BIN101]"),
        ("k = 1\n# binlint: ignore[BIN101]", finding(1), "BIN901", "nothing to suppress here"),
        ("k = 1\n# binlint: ignore", finding(1), "BIN901", "nothing to suppress here"),
        ("k = 1  # binlint: ignore[BIM101]", finding(1), "BIN901", "did you mean BIN101?"),
        (
            "k = 1  # binlint: ignore[hardcoded-apikey]",
            finding(1),
            "BIN901",
            "did you mean hardcoded-api-key?",
        ),
        ("k = 1  # binlint: ignore[BIN101, NO]", finding(1), "BIN901", "there is no rule 'NO'"),
        ("k = 1  # binlint: ignroe[BIN101]", finding(1), "BIN901", "did you mean 'ignore'?"),
        ("k = 1  # binlint: ignore[BIN101", finding(1), "BIN901", "closing bracket"),
        ("# binlint: enable[BIN101]", finding(1), "BIN901", "no 'disable' above"),
        ("\n" * 10 + "# binlint: skip-file", finding(1), "BIN901", "first 10 lines"),
    ],
)
def test_reports(text: str, found: Finding, code: str, words: str) -> None:
    (reported,) = outcome(text, found).reported
    assert (reported.code, reported.severity) == (code, Severity.WARNING)
    assert (reported.kind, reported.preview) == (Kind.UNKNOWN, "")
    assert words in reported.message


@pytest.mark.parametrize(
    "text",
    [
        "k = 1",
        "k = 1  # binlint: this comment tells what binlint does",
        "'# binlint: ignore[BIN101]'",
        "# binlint: disable[BIN101]\nk = 1\n# binlint: enable[BIN101]",
        "k = 1  # binlint: ignore[BIN101] # binlint: ignore[BIN1]",
        "# binlint: skip-file\n# binlint: ignore",
    ],
)
def test_reports_nothing(text: str) -> None:
    assert outcome(text, finding(1 + text.startswith("# binlint: d"))).reported == ()


def test_an_unused_skip_of_a_file_is_told() -> None:
    assert codes(outcome("# binlint: skip-file")) == ["BIN901"]


def test_the_place_is_the_directive() -> None:
    (reported,) = outcome("é = 1  # a # binlint: ignore[BIN101] -- b").reported
    assert reported.location == Location("a.py", Place(1, 12, 1, 42))


@pytest.mark.parametrize(
    ("text", "reported", "suppressed"),
    [
        ("k = 1  # binlint: ignore[BIN101, BIN901]", [], ["BIN901"]),
        ("k = 1  # binlint: ignore[BIN101]  # binlint: ignore[unused-suppression]", [], ["BIN901"]),
        ("k = 1  # binlint: ignore  # binlint: ignore[BIN901]", [], ["BIN901"]),
        ("k = 1  # binlint: ignore[BIN101, BIN9]", ["BIN901"], []),
        ("# binlint: disable[BIN901]\nk = 1  # binlint: ignore[BIN101]", ["BIN901"], []),
    ],
)
def test_only_an_explicit_code_on_the_line_hides_what_is_said_of_a_directive(
    text: str, reported: list[str], suppressed: list[str]
) -> None:
    done = outcome(text)
    assert codes(done) == reported
    assert [hidden.code for hidden in done.suppressed] == suppressed


def test_no_secret_is_quoted_from_a_directive() -> None:
    value = "aZ09" * 16
    (reported,) = outcome(f"k = 1  # binlint: ignore[{value}]", finding(1)).reported
    assert value not in reported.message
    (reported,) = outcome("k = 1  # binlint: ignore[\x1b[31m]", finding(1)).reported
    assert "\x1b" not in reported.message


def test_directives_as_they_are_written() -> None:
    (first, second) = directives("# binlint: ignore-next-line[A, b] -- why not\nx  # binlint: ignore")
    assert (first.verb, first.codes, first.reason, first.line, first.next_line) == (
        "ignore-next-line",
        ("A", "b"),
        "why not",
        1,
        2,
    )
    assert (second.verb, second.codes, second.reason) == ("ignore", (), "")
