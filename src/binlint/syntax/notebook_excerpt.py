"""A text that is taken out of a file, decoded and edited, and still knows where each character stands.

The way back is kept in segments, stretches of characters at equal steps: a step of 1 is a text as it
stands, 6 is a row of `\\u0041`, and 0 is what was put in and stands nowhere.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from binlint.finding import Place
from binlint.syntax.lexical import Lines
from binlint.syntax.moved import Move

_PAIR = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_ESCAPE = re.compile(rf"{_PAIR}|\\u[0-9a-fA-F]{{4}}|\\[\s\S]")
_DECODER = json.JSONDecoder(strict=False)
_SIMPLE = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


Range: TypeAlias = tuple[int, int]  # of a file's characters


class Edit(NamedTuple):
    """Other text for a range of an excerpt. It stands where the next character does, or the one before."""

    start: int
    end: int
    text: str
    leans_left: bool = False


class Excerpt:
    """A text and the way back to its file."""

    __slots__ = ("_origins", "_starts", "_steps", "text")

    def __init__(self, text: str, starts: list[int], origins: list[int], steps: list[int]) -> None:
        self.text = text
        self._starts = starts
        self._origins = origins
        self._steps = steps

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The file's range that says what stands from `start` to `end`."""
        first = self._at(start) if start < len(self.text) else self._behind(len(self.text))
        return first, (max(first, self._behind(end)) if end > start else first)

    def _at(self, offset: int) -> int:
        index = bisect_right(self._starts, offset) - 1
        return self._origins[index] + (offset - self._starts[index]) * self._steps[index]

    def _behind(self, offset: int) -> int:
        """Where the character before `offset` ends."""
        if not self._starts:
            return 0
        index = max(0, bisect_right(self._starts, offset - 1) - 1)
        return self._origins[index] + (offset - self._starts[index]) * self._steps[index]

    def edited(self, edits: Iterable[Edit]) -> Excerpt:
        """The excerpt with other text in some ranges, which are in order and do not overlap."""
        weaver = Weaver()
        position = 0
        for edit in edits:
            weaver.keep(self, position, edit.start)
            is_last = edit.leans_left or edit.end >= len(self.text)
            weaver.put(edit.text, self._behind(edit.start) if is_last else self._at(edit.end), 0)
            position = edit.end
        weaver.keep(self, position, len(self.text))
        return weaver.finished()

    def part(self, start: int, end: int) -> Excerpt:
        """A range of it."""
        weaver = Weaver()
        weaver.keep(self, start, end)
        return weaver.finished()

    def segments(self, start: int, end: int) -> Iterable[tuple[str, int, int]]:
        """The segments between two offsets: text, where it stands, and its step."""
        index = max(0, bisect_right(self._starts, start) - 1)
        while start < end:
            stop = self._starts[index + 1] if index + 1 < len(self._starts) else end
            stop = min(stop, end)
            step = self._steps[index]
            yield self.text[start:stop], self._origins[index] + (start - self._starts[index]) * step, step
            start = stop
            index += 1

    def mover(self, file: Lines) -> Move:
        """Turns places in the excerpt into places in its file."""
        starts = Lines(self.text).starts

        def offset(line: int, column: int) -> int:
            return min(starts[min(line, len(starts)) - 1] + column - 1, len(self.text))

        def move(place: Place) -> Place:
            start = offset(place.line, place.column)
            return file.place(*self.span(start, offset(place.end_line, place.end_column)))

        return move


class Weaver:
    """An excerpt that is being put together."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._starts: list[int] = []
        self._origins: list[int] = []
        self._steps: list[int] = []

    def put(self, text: str, origin: int, step: int) -> None:
        """Adds characters that stand in the file from `origin` on, `step` from each other."""
        if not text:
            return
        goes_on = (
            self._steps
            and self._steps[-1] == step
            and self._origins[-1] + (self._length - self._starts[-1]) * step == origin
        )
        if not goes_on:
            self._starts.append(self._length)
            self._origins.append(origin)
            self._steps.append(step)
        self._parts.append(text)
        self._length += len(text)

    def keep(self, excerpt: Excerpt, start: int, end: int) -> None:
        """Adds a part of another excerpt."""
        for text, origin, step in excerpt.segments(start, end):
            self.put(text, origin, step)

    def decode(self, file: str, start: int, end: int) -> None:
        """Adds a range of a file with the escapes of JSON decoded."""
        position = start
        for found in _ESCAPE.finditer(file, start, end):
            at, behind = found.span()
            self.put(file[position:at], position, 1)
            self.put(_character(found[0]), at, behind - at)
            position = behind
        self.put(file[position:end], position, 1)

    def finished(self) -> Excerpt:
        """What was put together."""
        return Excerpt("".join(self._parts), self._starts, self._origins, self._steps)


def _character(escape: str) -> str:
    if len(escape) == 2:
        return _SIMPLE.get(escape[1], escape[1])
    code = int(escape[2:6], 16)
    if len(escape) > 6:
        code = 0x10000 + ((code - 0xD800) << 10) + int(escape[8:12], 16) - 0xDC00
    return chr(code)


def plain(file: str, ranges: Iterable[Range], separator: str = "") -> str:
    """The text of `decoded` without the way back, which takes far longer."""
    return separator.join(_unescaped(file, start, end) for start, end in ranges)


def _unescaped(file: str, start: int, end: int) -> str:
    if file.find("\\", start, end) < 0:
        return file[start:end]
    try:
        text, behind = _DECODER.raw_decode(file, start - 1) if file[start - 1] == '"' else (None, -1)
    except ValueError:
        text, behind = None, -1
    if behind == end + 1 and isinstance(text, str):
        return text
    return _ESCAPE.sub(lambda found: _character(found[0]), file[start:end])  # no string, or a broken one


def decoded(file: str, ranges: Iterable[Range], separator: str = "") -> Excerpt:
    """Ranges of a file, decoded and joined."""
    weaver = Weaver()
    last = -1
    for start, end in ranges:
        if last >= 0:
            weaver.put(separator, last, 0)
        weaver.decode(file, start, end)
        last = end
    return weaver.finished()


def joined(excerpts: Iterable[Excerpt], separator: str) -> Excerpt:
    """Excerpts of one file behind each other."""
    weaver = Weaver()
    last: Excerpt | None = None
    for excerpt in excerpts:
        if last is not None:
            weaver.put(separator, last.span(len(last.text), len(last.text))[0], 0)
        weaver.keep(excerpt, 0, len(excerpt.text))
        last = excerpt
    return weaver.finished()
