"""The code frame: masked source lines with their numbers, and carets under the literal.

The finding's columns count characters of the file, but the frame is masked, which shortens or
lengthens what stands there. So the carets look for the masked value first and fall back to the columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from unicodedata import combining, east_asian_width

from binlint.finding import Finding
from binlint.reporters.clean import clean, disarm, plain
from binlint.reporters.paint import SEVERITY_STYLE, Paint

_TAB = "    "
_QUOTES = "'\""
_LEAST = 40
_CUT = "..."


class Underline(NamedTuple):
    """Which characters of a masked line are the literal; end exclusive."""

    start: int
    end: int


def frame_lines(finding: Finding, paint: Paint, width: int, unicode: bool) -> Iterator[str]:
    """The frame as lines ready to print; nothing where the finding has none."""
    if finding.frame is None or not finding.frame.lines:
        return
    gutter = len(str(finding.frame.lines[-1][0]))
    room = max(width, _LEAST) - gutter - len(" | ")
    empty = paint("blue", " " * gutter + " |")
    yield empty
    for number, source in finding.frame.lines:
        text = disarm(source)  # first and whole: what follows goes character by character
        bar = paint("blue", f"{number:>{gutter}} |")
        mark = underline(finding, text) if number == finding.location.place.line else None
        cells, spaces, carets = _fit(text, mark, room, unicode)
        yield f"{bar} {cells}".rstrip()
        if mark:
            yield f"{empty} {' ' * spaces}{paint(SEVERITY_STYLE[finding.severity], '^' * carets)}"
    yield empty


def underline(finding: Finding, text: str) -> Underline:
    """Where the literal stands in its masked line; at least one character, never past the end."""
    place = finding.location.place
    expected = place.column - 1
    at = _nearest(text, finding.preview, expected)
    if at is None:
        start = min(expected, max(len(text) - 1, 0))
        end = place.end_column - 1 if place.end_line == place.line else len(text)
        return Underline(start, max(start + 1, min(end, len(text))))
    start, end = at, at + len(finding.preview)
    if text[start - 1 : start] in tuple(_QUOTES) and text[end : end + 1] == text[start - 1]:
        return Underline(start - 1, end + 1)
    return Underline(start, end)


def _nearest(text: str, preview: str, expected: int) -> int | None:
    """The occurrence of the masked value that is closest to where the columns say it should be."""
    found: list[int] = []
    at = text.find(preview) if preview else -1
    while at >= 0:
        found.append(at)
        at = text.find(preview, at + len(preview))
    return min(found, key=lambda place: abs(place - expected)) if found else None


def _fit(text: str, mark: Underline | None, room: int, unicode: bool) -> tuple[str, int, int]:
    """The visible part of a line, with the cells before and under the mark, clipped to the room."""
    focus = mark or Underline(0, 0)
    # A line of megabytes must not be walked: nothing beyond one room on either side can show.
    first = max(0, focus.start - room)
    shown = [_show(character, unicode) for character in text[first : focus.start + 2 * room]]
    before = sum(map(_cells, shown[: focus.start - first]))
    under = sum(map(_cells, shown[focus.start - first : focus.end - first]))
    if not first and len(text) <= len(shown) and sum(map(_cells, shown)) <= room:
        return "".join(shown), before, max(under, 1)
    start = 0
    lead = _CUT if first else ""
    while start < focus.start - first and len(lead) + before + min(under, room // 2) > room - len(_CUT):
        before -= _cells(shown[start])
        start += 1
        lead = _CUT
    visible, used = [], len(lead)
    for piece in shown[start:]:
        if used + _cells(piece) > room - len(_CUT):
            break
        visible.append(piece)
        used += _cells(piece)
    cut = _CUT if start + len(visible) < len(shown) or first + len(shown) < len(text) else ""
    before += len(lead)
    return f"{lead}{''.join(visible)}{cut}", before, max(1, min(under, used - before))


def _show(character: str, unicode: bool) -> str:
    return _TAB if character == "\t" else plain(clean(character), unicode)


def _cells(piece: str) -> int:
    """How many columns of a terminal a piece takes: two for a wide character, none for a combining one."""
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in piece)
