"""The summary of a job: a table that stays one, in bounds, and in which nothing of a stranger has a meaning."""

from __future__ import annotations

import re

import pytest
from reporter_readers import markdown_page
from reporter_samples import HOSTILE_NAMES, context, finding, many, rich_finding, sample_report

from binlint.finding import Severity
from binlint.report import Note, Report
from binlint.reporters.clean import clean
from binlint.reporters.markdown import render

OWN = {"h2", "table", "thead", "tbody", "tr", "th", "td", "code", "ul", "li", "p", "strong"}
MIB = 1024 * 1024


def rows_of(report: Report, **changes: object) -> list[list[str]]:
    """The cells of the table's rows as a reader sees them; every element of the page is one of ours."""
    page = markdown_page(render(report, context(**changes)))
    assert {name.lower() for name in re.findall(r"</?([A-Za-z!?][\w-]*)", page)} <= OWN
    rows = re.findall(r"<tr>\n(.*?)</tr>", page, re.DOTALL)[1:]
    return [[_shown(cell) for cell in re.findall(r"<td>(.*?)</td>", row)] for row in rows]


def _shown(cell: str) -> str:
    text = re.sub(r"</?code>", "", cell)
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(entity, character)
    return text


def test_a_page():
    assert render(Report((finding(),), checked=1), context()) == (
        "## binlint\n"
        "\n"
        "| level | place | code | finding |\n"
        "|---|---|---|---|\n"
        "| error | <code>src/bot.py&#58;3&#58;10</code> | BIN102 "
        "| secret key is hard-coded and reaches <code>Client&#40;api&#95;secret&#61;...&#41;</code> |\n"
        "\n"
        "**First revoke the key** (Binance, API Management): editing the file does not help what was pushed.\n"
        "\n"
        "Checked 1 file, 1 error.\n"
    )


def test_a_clean_page():
    assert render(Report(checked=1), context()) == "## binlint\n\nChecked 1 file, no findings.\n"


@pytest.mark.parametrize("path", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES.keys())
def test_hostile_names_are_text(path):
    rows = rows_of(sample_report(path, path), show=Severity.NOTE, verbose=True, statistics=True)
    assert [len(row) for row in rows] == [4] * 4
    row = next(row for row in rows if row[2] == "BIN102")
    if "`" not in path:  # binlint's own sentences have names between backticks
        assert row[1].strip() == _clipped(f"{clean(path)}:3:10", at_start=True)
        assert row[3].strip() == _clipped(clean(f"secret key reaches {path}"), at_start=False)


def _clipped(text: str, at_start: bool) -> str:
    if len(text) > 300:
        return f"...{text[-300:]}" if at_start else f"{text[:300]}..."
    return text.strip()


def test_the_worst_come_first():
    levels = [row[0] for row in rows_of(sample_report(), show=Severity.NOTE)]
    assert levels == ["error", "error", "warning", "note"]


@pytest.mark.parametrize("number", [0, 1, 200, 201, 5_001])
def test_rows_are_bounded_and_the_rest_is_counted(number):
    report = Report(tuple(finding(f"m{n:05}.py") for n in range(number)), checked=number)
    assert len(rows_of(report)) == min(number, 200)
    text = render(report, context())
    more = {201: "1 more is not shown.", 5_001: "4801 more are not shown."}.get(number)
    assert more is None or f"\n{more}\n" in text
    assert ("not shown" in text) == (number > 200)
    assert len(text.encode()) < MIB


def test_the_bytes_are_bounded_too():
    wide = "\U0001f511" * 4_000
    notes = tuple(Note(f"{n}{'|' * 3_000}", "unreadable", wide, failure=True) for n in range(300))
    report = Report(tuple(rich_finding(f"{n}{'|' * 4_000}", "|" * 4_000) for n in range(300)), skipped=notes)
    text = render(report, context(unicode=False))
    assert len(text.encode()) < MIB
    assert len(rows_of(report)) <= 200
    assert "more are not shown." in text
    assert "\n- 250 more\n" in text


def test_what_was_not_read_is_a_list():
    assert "- gone.py&#58; not checked&#58; unreadable" in render(sample_report(), context())
    assert len(rows_of(many(8))) == 6
