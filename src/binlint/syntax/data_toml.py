"""TOML with places, which `tomllib` does not give. A line that is not TOML is passed over."""

from __future__ import annotations

import re
from contextlib import suppress

from binlint.facts import Constant, Expr, Literal, Sequence
from binlint.syntax.data_build import DEPTH, DOUBLE, integer, literal, mapping, unescape
from binlint.syntax.lexical import Lines

_BLANK = re.compile(r"[ \t]*")
_GAP = re.compile(r"(?:[ \t\r\n]+|#[^\r\n]*)*")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_BARE_KEY = re.compile(r"""[^\s=.,\[\]{}"'#]+""")
_PLAIN = re.compile(r"[^,\]}#\r\n]+")
_SHORT = {'"': re.compile(DOUBLE), "'": re.compile(r"'[^'\r\n]*'")}
# Up to two quotes may stand before the three that end a string.
_FIRST_BREAK = re.compile(r"""(?:\"{3}|'{3})(?:\r\n|\n|\r)""")
_LONG_END = {'"': re.compile(r'\\.|"{3,5}', re.DOTALL), "'": re.compile(r"'{3,5}")}
_ESCAPE = re.compile(
    r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|[ \t]*[\r\n][ \t\r\n]*|.)", re.DOTALL
)
_WORDS = {"true": Constant(True), "false": Constant(False)}


def read_toml(text: str) -> Expr:
    """The root table."""
    return _Reader(text).document()


class _Broken(Exception):
    """What follows is no TOML."""


class _Table:
    """A table that may still grow: headers come back to it."""

    __slots__ = ("depth", "end", "entries", "start")

    def __init__(self, depth: int, start: int, end: int) -> None:
        self.depth = depth
        self.start = start
        self.end = end
        self.entries: dict[str | bytes, tuple[Literal, Expr | _Table | list[_Table]]] = {}

    def below(self, key: Literal, start: int, end: int, another: bool = False) -> _Table:
        """The table of that name (of an array of tables, the last), or `another` one for the array."""
        value = self.entries[key.value][1] if key.value in self.entries else None
        if isinstance(value, _Table) and not another:
            return value
        if isinstance(value, list) and not another:
            return value[-1]
        if self.depth >= DEPTH:
            raise _Broken
        table = _Table(self.depth + 1, start, end)
        if isinstance(value, list):
            value.append(table)
        else:
            self.entries[key.value] = (key, [table] if another else table)
        return table


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = Lines(text)
        self.at = 0

    def document(self) -> Expr:
        """Reads line by line, wherever the one before broke off."""
        root = table = _Table(1, 0, len(self.text))
        while self.at < len(self.text):
            self._skip(_BLANK)
            if self.text.startswith("[", self.at):
                table = self._header(root)
            elif not self.text.startswith(("#", "\r", "\n"), self.at):
                with suppress(_Broken):
                    self._pair(table)
            self._skip(_LINE)
        return self._frozen(root)

    def _header(self, root: _Table) -> _Table:
        start = self.at
        is_array = self.text.startswith("[[", start)
        self.at += 2 if is_array else 1
        try:
            *above, last = self._path()
            self._expect("]]" if is_array else "]")
            table = root
            for key in above:
                table = table.below(key, start, self.at)
            return table.below(last, start, self.at, another=is_array)
        except _Broken:
            return _Table(DEPTH, start, start)  # nobody's, so that its entries are nobody else's

    def _pair(self, table: _Table) -> None:
        start = self.at
        *above, last = self._path()
        self._expect("=")
        self._skip(_BLANK)
        value = self._value(table.depth + len(above))
        for key in above:
            table.end = max(table.end, self.at)
            table = table.below(key, start, self.at)
        table.end = max(table.end, self.at)
        table.entries[last.value] = (last, value)

    def _path(self) -> list[Literal]:
        path = [self._key()]
        while self._takes("."):
            path.append(self._key())
        return path

    def _key(self) -> Literal:
        self._skip(_BLANK)
        start = self.at
        if self.text.startswith(('"', "'"), start):
            key = self._string()
        else:
            self._skip(_BARE_KEY)
            key = literal(self.text[start : self.at], self.lines, start, self.at)
            if start == self.at:
                raise _Broken
        self._skip(_BLANK)
        return key

    def _value(self, depth: int) -> Expr:
        if depth > DEPTH:
            raise _Broken
        if self.text.startswith(('"', "'"), self.at):
            return self._string()
        if self._takes("["):
            return self._array(depth + 1)
        if self._takes("{"):
            return self._inline_table(depth + 1)
        found = _PLAIN.match(self.text, self.at)
        if found is None:
            raise _Broken
        self.at = found.end()
        word = found[0].strip()
        return _WORDS.get(word) or integer(word)

    def _array(self, depth: int) -> Expr:
        items: list[Expr] = []
        self._skip(_GAP)
        while not self._takes("]"):
            items.append(self._value(depth))
            self._between("]")
        return Sequence(tuple(items))

    def _inline_table(self, depth: int) -> Expr:
        table = _Table(depth, self.at - 1, self.at)
        self._skip(_GAP)
        while not self._takes("}"):
            self._pair(table)
            self._between("}")
        table.end = self.at
        return self._frozen(table)

    def _between(self, close: str) -> None:
        self._skip(_GAP)
        if self._takes(","):
            self._skip(_GAP)
        elif not self.text.startswith(close, self.at):
            raise _Broken

    def _string(self) -> Literal:
        start, quote = self.at, self.text[self.at]
        if self.text.startswith(quote * 3, start):
            body = self._long_body(quote)
        else:
            self._skip(_SHORT[quote])
            if start == self.at:
                raise _Broken
            body = self.text[start + 1 : self.at - 1]
        value = unescape(body, _ESCAPE) if quote == '"' else body
        if first := _FIRST_BREAK.match(self.text, start):
            start = first.end()  # where its first line begins
        return literal(value, self.lines, start, self.at)

    def _long_body(self, quote: str) -> str:
        start = self.at + 3
        for found in _LONG_END[quote].finditer(self.text, start):
            if found[0].startswith(quote):
                self.at = found.end()
                body = self.text[start : self.at - 3].replace("\r\n", "\n")
                return body[1:] if body.startswith(("\n", "\r")) else body
        raise _Broken

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def _takes(self, token: str) -> bool:
        is_there = self.text.startswith(token, self.at)
        self.at += len(token) if is_there else 0
        return is_there

    def _expect(self, token: str) -> None:
        if not self._takes(token):
            raise _Broken

    def _frozen(self, table: _Table) -> Expr:
        entries: list[tuple[Expr | None, Expr]] = []
        for key, value in table.entries.values():
            if isinstance(value, _Table):
                entries.append((key, self._frozen(value)))
            elif isinstance(value, list):
                entries.append((key, Sequence(tuple(self._frozen(element) for element in value))))
            else:
                entries.append((key, value))
        return mapping(entries, self.lines.place(table.start, table.end))
