"""Workflow commands: their escapes, their limits, and the list in the log."""

from __future__ import annotations

from reporter_samples import context, finding, many

from binlint.finding import Location, Place, Severity
from binlint.report import Report
from binlint.reporters.github import render


def test_an_annotation_and_the_list():
    assert render(Report((finding(),), checked=1), context()) == (
        "::error file=src/bot.py,line=3,endLine=3,col=10,endColumn=76,title=BIN102 hardcoded-secret-key::"
        "secret key is hard-coded and reaches `Client(api_secret=...)`%0A"
        "Revoke a key that was pushed: editing the file does not help it. See: binlint explain BIN102\n"
        "::group::binlint: 1 finding\n"
        "src/bot.py:3:10: BIN102 secret key is hard-coded and reaches `Client(api_secret=...)`\n"
        "::endgroup::\n"
        "Checked 1 file, 1 error.\n"
    )


def test_nothing_found_is_the_closing_line_alone():
    assert render(Report(checked=1), context()) == "Checked 1 file, no findings.\n"


def test_levels_have_their_commands():
    found = (finding(), finding(code="BIN107"), finding(code="BIN201"))
    lines = render(Report(found, checked=1), context(show=Severity.NOTE)).splitlines()
    assert [line.partition(" ")[0] for line in lines[:3]] == ["::error", "::warning", "::notice"]


def test_properties_and_message_are_escaped():
    made = finding("a:1,b%0A\n.py", code="BIN107", message="50 % of `a::b`\r\n::error::x")
    line = render(Report((made,), checked=1), context()).splitlines()[0]
    assert line == (
        "::warning file=a%3A1%2Cb%250A\\n.py,line=3,endLine=3,col=10,endColumn=76,title=BIN107 unnamed-key::"
        "50 %25 of `a::b`\\r\\n::error::x"
    )


def test_a_region_of_several_lines_has_no_columns():
    made = finding(location=Location("a.py", Place(1, 5, 9, 3)))
    line = render(Report((made,), checked=1), context()).splitlines()[0]
    assert line.startswith("::error file=a.py,line=1,endLine=9,title=")


def test_the_limits_and_the_whole_list_most_severe_first():
    lines = render(many(60), context(show=Severity.NOTE)).splitlines()
    commands = [line.partition(" ")[0] for line in lines if line.startswith("::")]
    assert commands == [
        *["::error"] * 10, *["::notice"] * 10, "::group::binlint:", "::endgroup::"
    ]  # fmt: skip
    listed = lines[lines.index("::group::binlint: 60 findings") + 1 : lines.index("::endgroup::")]
    assert len(listed) == 60
    assert ["BIN201" in line for line in listed] == [False] * 45 + [True] * 15
    assert lines[-2] == "40 more not shown as annotations; the list above has them all."


def test_masks_are_not_commands():
    assert "add-mask" not in render(many(5_001), context())
