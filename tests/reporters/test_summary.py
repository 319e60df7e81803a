"""The closing line in all its forms."""

from __future__ import annotations

import pytest
from reporter_samples import context, finding

from binlint.finding import Severity
from binlint.report import Note, Report
from binlint.reporters import summary

ERROR, WARNING, NOTE = finding(), finding(code="BIN107"), finding(code="BIN201")
BINARY, UNREADABLE = Note("a", "binary"), Note("b", "unreadable", failure=True)
TEXT = Note("c.py", "read as text only: it does not parse")
DEEP = Note("d.py", "read as text only: nested too deeply")

CASES = {
    "nothing at all": (Report(), "Checked 0 files: nothing was looked at."),
    "nothing changed": (Report(is_of_changes=True), "Checked 0 files."),
    "nothing but skipped": (
        Report(skipped=(BINARY,)),
        "Checked 0 files: nothing was looked at; skipped 1 (1 binary).",
    ),
    "clean": (Report(checked=1), "Checked 1 file, no findings."),
    "clean many": (Report(checked=12), "Checked 12 files, no findings."),
    "clean but suppressed": (
        Report(checked=2, suppressed=(ERROR,)),
        "Checked 2 files, no findings, 1 suppressed.",
    ),
    "one of each": (
        Report((ERROR, WARNING, NOTE), (ERROR,), 1, (BINARY,)),
        (
            "Checked 1 file, 1 error, 1 warning, 1 note (shown with --fail-on note), 1 suppressed; "
            "skipped 1 (1 binary)."
        ),
    ),
    "many": (
        Report((ERROR,) * 3 + (WARNING,) + (NOTE,) * 2, (ERROR,), 12, (BINARY, UNREADABLE) * 2),
        (
            "Checked 12 files, 3 errors, 1 warning, 2 notes (shown with --fail-on note), 1 suppressed; "
            "skipped 4 (2 binary, 2 unreadable)."
        ),
    ),
    "only notes": (Report((NOTE,), checked=1), "Checked 1 file, 1 note (shown with --fail-on note)."),
    "text only": (
        Report((ERROR,), checked=3, notes=(TEXT, DEEP)),
        "Checked 3 files (2 read as text only), 1 error.",
    ),
    "hostile reason": (
        Report(checked=1, skipped=(Note("a", "x\n\x1b"),)),
        "Checked 1 file, no findings; skipped 1 (1 x\\n\\x1b).",
    ),
}


@pytest.mark.parametrize(("report", "expected"), CASES.values(), ids=CASES.keys())
def test_line(report, expected):
    assert summary.line(report, context()) == expected


@pytest.mark.parametrize(
    ("show", "expected"),
    [
        (Severity.NOTE, "1 error, 1 warning, 1 note."),
        (Severity.WARNING, "1 error, 1 warning, 1 note (shown with --fail-on note)."),
        (Severity.ERROR, "1 error, 1 warning, 1 note (shown with --fail-on note)."),
    ],
)
def test_the_hint_speaks_of_what_is_hidden(show, expected):
    line = summary.line(Report((ERROR, WARNING, NOTE), checked=1), context(show=show))
    assert line == f"Checked 1 file, {expected}"


def test_the_hint_names_the_lowest_hidden_level():
    line = summary.line(Report((WARNING,), checked=1), context(show=Severity.ERROR))
    assert line == "Checked 1 file, 1 warning (shown with --fail-on warning)."


@pytest.mark.parametrize(
    "report",
    [
        Report(),
        Report((NOTE,), checked=1),
        Report(checked=1, skipped=(BINARY,)),
        Report(checked=1, notes=(TEXT,)),
    ],
)
def test_quiet_is_silent_only_about_a_clean_run(report):
    assert summary.closing(report, context(quiet=True)) == summary.line(report, context())


def test_quiet_and_clean():
    assert summary.closing(Report(checked=1), context(quiet=True)) == ""
    assert summary.closing(Report(checked=1), context()) == "Checked 1 file, no findings."
