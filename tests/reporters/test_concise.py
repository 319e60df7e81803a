"""The short format, as editors match it."""

from __future__ import annotations

from reporter_samples import context, finding

from binlint.report import Report
from binlint.reporters.concise import render


def test_lines_in_the_order_of_places():
    report = Report(
        (finding(line=10), finding(line=9), finding("a.py", code="BIN107", message="x")), checked=2
    )
    assert render(report, context()) == (
        "a.py:3:10: BIN107 x\n"
        "src/bot.py:9:10: BIN102 secret key is hard-coded and reaches `Client(api_secret=...)`\n"
        "src/bot.py:10:10: BIN102 secret key is hard-coded and reaches `Client(api_secret=...)`\n"
        "Checked 2 files, 2 errors, 1 warning.\n"
    )
