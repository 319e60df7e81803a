"""What the readers of data files share: containers while they are being read, strings and numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from binlint.facts import UNKNOWN, Constant, Expr, Literal, Mapping, Sequence
from binlint.finding import Place
from binlint.syntax.lexical import Lines

DEPTH = 100  # containers in containers; real files have ten
MAPPING, SEQUENCE, OTHER = "mapping", "sequence", "other"  # OTHER is read past and kept as unknown

_DIGITS = 40  # a longer number is no index, and reading it takes the square of its length
_SIMPLE = {"a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")

# Unrolled, so that a quote without its partner costs one look at the line.
DOUBLE = r'"[^"\\\r\n]*(?:\\(?:\r\n|.)[^"\\\r\n]*)*"'
SINGLE = DOUBLE.replace('"', "'")


class Value(NamedTuple):
    """A finished value: of how many it consists, itself included, and how deep they are nested."""

    expr: Expr
    nodes: int = 1
    height: int = 0


class _Open:
    """A container whose end has not been read yet."""

    __slots__ = ("before", "entries", "height", "items", "key", "kind", "start")

    def __init__(self, kind: str, start: int, before: int) -> None:
        self.kind = kind
        self.start = start
        self.before = before  # how many nodes the tree had
        self.items: list[Expr] = []
        self.entries: list[tuple[Expr, Expr]] = []
        self.key: Expr | None = None
        self.height = 0


class Tree:
    """Nested containers, built without recursion from what a scanner meets in order."""

    def __init__(self, lines: Lines) -> None:
        self.nodes = 0
        self._documents: list[Expr] = []
        self._lines = lines
        self._open: list[_Open] = []
        self._deeper = 0  # containers below the last one that is kept

    @property
    def depth(self) -> int:
        """How many containers are open."""
        return len(self._open) + self._deeper

    @property
    def kind(self) -> str:
        """What the innermost container is; empty outside of all."""
        if self._deeper:
            return OTHER
        return self._open[-1].kind if self._open else ""

    @property
    def expects_key(self) -> bool:
        """Whether the next value is a key."""
        return self.kind == MAPPING and self._open[-1].key is None

    def open(self, kind: str, start: int) -> None:
        """A container begins."""
        if len(self._open) >= DEPTH:
            self._deeper += 1
        else:
            self._open.append(_Open(kind, start, self.nodes))

    def close(self, end: int) -> Value:
        """Ends the innermost container. `put` then puts it where it belongs."""
        if self._deeper:
            self._deeper -= 1
            return Value(UNKNOWN)
        done = self._open.pop()
        nodes = self.nodes - done.before + 1
        if done.kind == OTHER:
            return Value(UNKNOWN, nodes)
        if done.kind == SEQUENCE:
            return Value(Sequence(tuple(done.items)), nodes, done.height + 1)
        return Value(mapping(done.entries, self._lines.place(done.start, end)), nodes, done.height + 1)

    def put(self, value: Value, counted: int = 1) -> None:
        """Adds a document, an item, or in turn a key and its value."""
        self.nodes += counted
        if self._deeper:
            return
        if not self._open:
            self._documents.append(value.expr)
            return
        into = self._open[-1]
        into.height = max(into.height, value.height)
        if into.kind != MAPPING:
            into.items.append(value.expr)
        elif into.key is None:
            into.key = value.expr if isinstance(value.expr, Literal | Constant) else UNKNOWN
        else:
            into.entries.append((into.key, value.expr))
            into.key = None

    def drop_key(self) -> None:
        """The last key stays without a value."""
        if self.kind == MAPPING:
            self._open[-1].key = None

    def finish(self, end: int) -> Expr:
        """Closes what is still open; what `read` gives then."""
        while self.depth:
            self.put(self.close(end))
        return self.read()

    def read(self) -> Expr:
        """The one document that was read to its end, or all of them."""
        if len(self._documents) == 1:
            return self._documents[0]
        return Sequence(tuple(self._documents)) if self._documents else UNKNOWN


def mapping(entries: Iterable[tuple[Expr | None, Expr]], place: Place) -> Mapping:
    """An object, table or section."""
    return Mapping(tuple(entries), place, 0, place)


def integer(text: str) -> Expr:
    """A whole number as Python, JSON and TOML write it; anything else is unknown."""
    if len(text) > _DIGITS or not text.isascii():
        return UNKNOWN
    try:
        return Constant(int(text, 0))
    except ValueError:
        return UNKNOWN


def unescape(text: str, escape: re.Pattern[str]) -> str:
    """A text with its escapes decoded. `escape` has one group, of what follows the backslash."""
    if "\\" not in text:
        return text
    decoded = escape.sub(_character, text)
    return _SURROGATES.sub(lambda pair: _joined(pair.group()), decoded)


def _character(found: re.Match[str]) -> str:
    escaped: str = found[1]
    if escaped[0].isspace():
        return ""  # the line goes on in the next
    if len(escaped) > 1:
        code = int(escaped[1:], 16)
        return chr(code) if code < 0x110000 else found[0]
    return _SIMPLE.get(escaped, escaped)


def _joined(pair: str) -> str:
    return pair.encode("utf-16-le", "surrogatepass").decode("utf-16-le")


def literal(value: str, lines: Lines, start: int, end: int) -> Literal:
    """A text that stands at these offsets."""
    return Literal(value, lines.place(start, end))
