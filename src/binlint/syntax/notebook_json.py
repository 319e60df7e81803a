"""JSON as the ranges of its values: what a notebook is made of, without decoding any of it.

What lies deeper than a notebook's own structure is passed over as one range.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

_KEPT = 8  # worksheets in version 3: [ { cells: [ { outputs: [ { text: [ are eight with the outermost
_GAP = re.compile(r"[ \t\r\n\ufeff]*")
_WORD = re.compile(r"true|false|null|NaN|-?Infinity|-?[0-9][0-9.eE+-]*")
_SHALLOW = re.compile(r'[^"\[\]{}]*')
_CLOSED_BY = {"[": "]", "{": "}"}


class Leaf(NamedTuple):
    """A value without parts to be looked at. The range of a text is without its quotes."""

    start: int
    end: int
    is_text: bool


@dataclass(slots=True)
class Container:
    """An object, or an array, whose entries have no names. Numbers and the like in arrays are left out."""

    start: int
    end: int
    is_object: bool
    entries: list[Entry] = field(default_factory=list)

    def get(self, name: str) -> Node | None:
        """The value of the last entry with that name."""
        return next((entry.value for entry in reversed(self.entries) if entry.name == name), None)

    def container(self, name: str) -> Container | None:
        """The same if it has entries of its own."""
        value = self.get(name)
        return value if isinstance(value, Container) else None


class Entry(NamedTuple):
    """A value in its container, with its name as it is spelt; `start` is where the name begins."""

    name: str
    start: int
    value: Node


Node: TypeAlias = Leaf | Container


class Document(NamedTuple):
    """What could be read of a text; it goes on as something else at `end` unless that is its length."""

    root: Node | None
    end: int


def read_ranges(text: str) -> Document:
    """Reads up to the end or to what is no JSON. Containers that are still open there end there."""
    reader = _Reader(text)
    end = reader.read()
    return Document(reader.root, end)


class _Reader:
    """One pass over a text, with what it expects next in a word."""

    def __init__(self, text: str) -> None:
        self.root: Node | None = None
        self._text = text
        self._open: list[Container] = []
        self._expects = "value"
        self._name = ("", 0)

    def read(self) -> int:
        """Reads what it can; returns where it ended."""
        text = self._text
        position = 0
        while True:
            position = _end(_GAP, text, position)
            if position == len(text):
                break
            following = self._read_one(position, text[position])
            if following < 0:
                break
            position = following
        for container in self._open:
            container.end = position
        return position

    def _read_one(self, at: int, char: str) -> int:
        """Reads what stands at an offset and returns where it ends; -1 if it cannot stand there."""
        if self._expects == "colon" or self._expects == "more":
            wanted = ":" if self._expects == "colon" else ","
            if char == wanted and self._open:
                is_key = wanted == "," and self._open[-1].is_object
                self._expects = "key" if is_key else "value"
                return at + 1
            return self._close(at, char) if self._expects == "more" else -1
        if char == '"':
            return self._string(at)
        if char in "]}":
            is_cut_off = self._expects == "value" and bool(self._open) and self._open[-1].is_object
            return -1 if is_cut_off else self._close(at, char)
        if self._expects == "key":
            return -1
        if char in "[{":
            return self._begin(at, char)
        word = _WORD.match(self._text, at)
        if word is None:
            return -1
        if not self._open or self._open[-1].is_object:
            self._put(Leaf(at, word.end(), False), at)
        self._expects = "more"
        return word.end()

    def _string(self, at: int) -> int:
        end = _string_end(self._text, at)
        if end < 0:
            return -1
        if self._expects == "key":
            self._name = (self._text[at + 1 : end - 1], at)
            self._expects = "colon"
        else:
            self._put(Leaf(at + 1, end - 1, True), at)
            self._expects = "more"
        return end

    def _begin(self, at: int, char: str) -> int:
        if len(self._open) == _KEPT:
            end = _container_end(self._text, at)
            if end >= 0:
                self._put(Leaf(at, end, False), at)
                self._expects = "more"
            return end
        container = Container(at, len(self._text), char == "{")
        self._put(container, at)
        self._open.append(container)
        self._expects = "key" if container.is_object else "value"
        return at + 1

    def _close(self, at: int, char: str) -> int:
        if not self._open or char != ("}" if self._open[-1].is_object else "]"):
            return -1
        self._open.pop().end = at + 1
        self._expects = "more"
        return at + 1

    def _put(self, value: Node, at: int) -> None:
        if not self._open:
            self.root = value
        elif self._open[-1].is_object:
            self._open[-1].entries.append(Entry(*self._name, value))
        else:
            self._open[-1].entries.append(Entry("", at, value))


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position


def _string_end(text: str, start: int) -> int:
    """Where the string ends that begins at `start`; -1 if it does not end on its line."""
    position = start + 1
    while (end := text.find('"', position)) >= 0:
        slashes = end
        while text[slashes - 1] == "\\":
            slashes -= 1
        if (end - slashes) % 2 == 0:
            return -1 if text.find("\n", start, end) >= 0 else end + 1
        position = end + 1
    return -1


def _container_end(text: str, start: int) -> int:
    """Where a container ends whose inside does not matter; -1 if it does not."""
    waiting: list[str] = []
    position = start
    while position < len(text):
        char = text[position]
        if char == '"':
            position = _string_end(text, position)
            if position < 0:
                return -1
        elif char in _CLOSED_BY:
            waiting.append(_CLOSED_BY[char])
            position += 1
        elif char == waiting.pop():
            position += 1
        else:
            return -1
        if not waiting:
            return position
        position = _end(_SHALLOW, text, position)
    return -1
