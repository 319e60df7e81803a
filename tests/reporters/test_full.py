"""The long format, compared whole where that reads best."""

from __future__ import annotations

import pytest
from reporter_samples import PREVIEW, context, finding, location, rich_finding

from binlint.finding import Confidence, Finding, Frame, Kind, Location, Place, Severity
from binlint.report import Report
from binlint.reporters.clean import clean
from binlint.reporters.frame import frame_lines, underline
from binlint.reporters.full import render
from binlint.reporters.paint import Paint

WHOLE = """\
src/bot.py:3:10: error BIN102 secret key reaches client = Client(key, secret)
  |
2 | client = Client(key, secret)
3 | secret = "abcd********wxyz"
  |          ^^^^^^^^^^^^^^^^^^
4 |
  |
   confidence: high
   evidence: 64 letters and digits
             client = Client(key, secret)
   way: src/bot.py:3:10 client = Client(key, secret)
        src/bot.py:5:18 client = Client(key, secret)
   also: src/bot.py:9:1 client = Client(key, secret)
   pair: src/bot.py:2:7 its API key; together they are a whole credential
   suggestion:
     - secret = "abcd********wxyz"
     + client = Client(key, secret)
     + second line
     client = Client(key, secret)
   help: binlint explain BIN102

src/bot.py:8:10: warning BIN107 secret key is hard-coded and reaches `Client(api_secret=...)`
   confidence: high
   help: binlint explain BIN107

First revoke the key (Binance, API Management): editing the file does not help a key that was pushed.
Then look for orders, withdrawals and keys that are not yours, make a new key with the smallest
rights and keep it outside the code. `binlint explain BIN102` has every step.

Checked 2 files, 1 error, 1 warning.
"""


def framed(
    text: str, place: Place, preview: str = PREVIEW, width: int = 80, unicode: bool = True
) -> list[str]:
    """The source line and the caret line of a frame of one line, without the gutter."""
    made = finding(location=Location("a.py", place), preview=preview, frame=Frame(((place.line, text),)))
    lines = list(frame_lines(made, Paint(False), width, unicode))
    return [line[4:] for line in lines[1:3]]


def test_the_whole_report():
    report = Report((finding(line=8, code="BIN107"), rich_finding()), checked=2)
    assert render(report, context()) == WHOLE


def test_an_empty_report_is_its_closing_line():
    assert render(Report(checked=2), context()) == "Checked 2 files, no findings.\n"


def test_the_advice_is_given_once_and_only_for_keys():
    report = Report((finding(), finding(line=5)), checked=1)
    assert render(report, context()).count("First revoke") == 1
    assert "First revoke" in render(report, context(quiet=True))
    note = Report((finding(code="BIN201"),), checked=1)
    assert "First revoke" not in render(note, context(show=Severity.NOTE))


def test_a_note_that_is_paired_is_no_whole_credential():
    made = finding(code="BIN201", pair=location(line=2), kind=Kind.API_KEY, confidence=Confidence.LOW)
    output = render(Report((made,), checked=1), context(show=Severity.NOTE))
    assert "   pair: src/bot.py:2:10 its secret key\n" in output
    assert "confidence: low" in output


def test_the_sink_is_the_way_when_there_are_no_steps():
    made = rich_finding()._replace(steps=())
    assert "   way: src/bot.py:5:18 client" in render(Report((made,), checked=1), context())


def test_colours_mark_severity_and_place():
    output = render(Report((rich_finding(),), checked=1), context(colour=True))
    assert output.startswith(
        "\x1b[1msrc/bot.py:3:10\x1b[0m: \x1b[1;31merror\x1b[0m \x1b[1mBIN102\x1b[0m secret"
    )
    assert "\x1b[1;31m^^^^" in output


@pytest.mark.parametrize(
    ("text", "column", "end", "expected"),
    [
        (f'x = "{PREVIEW}"', 5, 71, '"abcd********wxyz"'),
        (f"x = b'{PREVIEW}'", 5, 72, "'abcd********wxyz'"),
        (f'Client("qwer********tyui", "{PREVIEW}")', 76, 142, '"abcd********wxyz"'),
        (f"# key {PREVIEW} here", 7, 71, PREVIEW),
        ('Client("********", "********")', 20, 30, '"********"'),
        ("x = unmasked", 5, 10, "unmas"),
        ("x = short", 200, 264, "t"),
        ("x = short", 5, 264, "short"),
        ("", 1, 65, ""),
    ],
)
def test_the_underline_finds_the_masked_literal(text, column, end, expected):
    preview = "********" if '("********' in text else PREVIEW
    made = finding(location=location(line=1, column=column, end_column=end), preview=preview)
    mark = underline(made, text)
    assert text[mark.start : mark.end] == expected
    assert mark.end > mark.start
    assert mark.start >= text.rfind(expected)


def test_a_literal_of_several_lines_is_underlined_to_the_end_of_its_first():
    assert framed('key = """abc', Place(1, 7, 3, 4), "none") == ['key = """abc', "      ^^^^^^"]


def test_wide_characters_and_tabs_take_their_columns():
    text = f"\t密钥 = '{PREVIEW}'"
    assert framed(text, Place(1, 7, 1, 73)) == [f"    密钥 = '{PREVIEW}'", " " * 11 + "^" * 18]


def test_escapes_take_their_columns():
    shown, carets = framed(f"\x1b = '{PREVIEW}'", Place(1, 5, 1, 71))
    assert shown == f"\\x1b = '{PREVIEW}'"
    assert carets.index("^") == shown.index("'")
    shown, carets = framed(f"密 = '{PREVIEW}'", Place(1, 5, 1, 71), unicode=False)
    assert shown == f"\\u5bc6 = '{PREVIEW}'"
    assert carets.index("^") == shown.index("'")


@pytest.mark.parametrize("width", [0, 60, 200])
@pytest.mark.parametrize("before", [0, 5, 30, 500, 1_000_000])
@pytest.mark.parametrize("after", [0, 90, 1_000_000])
@pytest.mark.parametrize("filler", ["x", "交", "\x1b"])
def test_a_long_line_is_cut_around_the_literal(width, before, after, filler):
    text = f"{filler * before}'{PREVIEW}'{filler * after}"
    shown, carets = framed(text, Place(1, before + 1, 1, before + 67), width=width)
    room = max(width, 40) - 4
    cells = sum(2 if character == "交" else 1 for character in shown)
    assert cells <= room
    under = len(carets) - len(carets.lstrip())
    lead = shown[: shown.index("'")]
    assert under == sum(2 if character == "交" else 1 for character in lead)
    assert carets.strip("^ ") == ""
    whole = before <= room and clean(filler * before) == lead
    assert whole or (lead[:3] == "..." and (lead[3:] in clean(filler * room)))
    assert carets.count("^") == 18
    if not after:
        assert not shown.endswith("...")


def test_a_finding_of_another_line_or_without_lines_has_no_carets():
    made: Finding = finding(frame=Frame(((1, "a"), (2, "b"))))
    assert not any("^" in line for line in frame_lines(made, Paint(False), 80, True))
    assert list(frame_lines(finding(frame=Frame(())), Paint(False), 80, True)) == []
