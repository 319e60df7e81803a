"""Files of one setting a line: `configparser`'s dialect of INI, and python-dotenv's of .env."""

from __future__ import annotations

import re
from typing import NamedTuple

from binlint.facts import NOTHING, Expr, Literal
from binlint.syntax.data_build import literal, mapping, unescape
from binlint.syntax.lexical import Lines

# --- INI -----------------------------------------------------------------------------------------

_SECTION = re.compile(r"\[(.+)\]")
_DELIMITER = re.compile(r"[=:]")
_DEFAULT = "DEFAULT"


def read_ini(text: str) -> Expr:
    """Section → option → text. What stands before any section belongs to the top itself."""
    reader = _IniReader(text)
    ends = [*reader.lines.starts[1:], len(text)]
    for start, end in zip(reader.lines.starts, ends, strict=True):
        reader.take(text[start:end], start)
    return reader.document()


class _Option:
    """An option, while the lines of its value are being read."""

    __slots__ = ("end", "key", "parts", "start")

    def __init__(self, key: Literal, parts: list[str], start: int, end: int) -> None:
        self.key = key
        self.parts = parts  # none where there is no delimiter
        self.start = start
        self.end = end

    def extend(self, part: str, start: int) -> None:
        """A further line; empty ones count only if another follows."""
        self.parts.append(part)
        if part:
            self.start = start if self.start == self.end else self.start
            self.end = start + len(part)

    def entry(self, lines: Lines) -> tuple[Expr, Expr]:
        """Name and whole value."""
        if not self.parts:
            return self.key, NOTHING
        return self.key, literal("\n".join(self.parts).rstrip(), lines, self.start, self.end)


class _Section(NamedTuple):
    """A section and where its header stands."""

    key: Literal
    start: int
    end: int
    options: list[_Option]

    def read(self, lines: Lines, shared: Expr | None) -> Expr:
        """Its options, after those that all sections share."""
        entries: list[tuple[Expr | None, Expr]] = [option.entry(lines) for option in self.options]
        if shared is not None:
            entries.insert(0, (None, shared))
        return mapping(entries, lines.place(self.start, self.options[-1].end if self.options else self.end))


class _IniReader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = Lines(text)
        self.options = self.top = list[_Option]()
        self.sections: dict[str, _Section] = {}
        self.option: _Option | None = None
        self.indent = 0

    def take(self, line: str, start: int) -> None:
        """Goes on by one line."""
        content = line.strip()
        if content.startswith(("#", ";")):
            return
        indent = len(line) - len(line.lstrip())
        if self.option is not None and self.option.parts and (not content or indent > self.indent):
            self.option.extend(content, start + indent)
        elif header := _SECTION.match(content):
            self._begin_section(header[1], start + indent, header.end())
            self.indent = indent
        elif content:
            self._begin_option(content, start + indent)
            self.indent = indent

    def _begin_section(self, name: str, start: int, length: int) -> None:
        key = literal(name, self.lines, start + 1, start + 1 + len(name))
        section = self.sections.setdefault(name, _Section(key, start, start + length, []))
        self.options, self.option = section.options, None

    def _begin_option(self, content: str, at: int) -> None:
        found = _DELIMITER.search(content)
        name = content[: found.start()].rstrip() if found else content
        value = content[found.end() :].strip() if found else ""
        start = at + len(content) - len(value)
        key = literal(name.lower(), self.lines, at, at + len(name))
        self.option = _Option(key, [value] if found else [], start, start + len(value))
        if name:
            self.options.append(self.option)

    def document(self) -> Expr:
        """The top. Sections share the defaults as one object: copies would be many."""
        default = self.sections.pop(_DEFAULT, None)
        shared = None if default is None else default.read(self.lines, None)
        entries = [option.entry(self.lines) for option in self.top]
        if default is not None and shared is not None:
            entries.append((default.key, shared))
        entries.extend((section.key, section.read(self.lines, shared)) for section in self.sections.values())
        return mapping(entries, self.lines.place(0, len(self.text)))


# --- .env ----------------------------------------------------------------------------------------

_START = re.compile(r"\s*(?:export[^\S\r\n]+)?")
_NAME = re.compile(r"""'[^'\r\n]+'|"[^"\r\n]+"|[^=#\s'"][^=#\s]*""")
_EQUALS = re.compile(r"[^\S\r\n]*=([^\S\r\n]*)")
_QUOTED = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|' r"'[^'\\]*(?:\\.[^'\\]*)*'", re.DOTALL)
_PLAIN = re.compile(r"[^\r\n]*")
_COMMENT = re.compile(r"\s#")
_END = re.compile(r"[^\S\r\n]*(?:#[^\r\n]*)?(?:\r\n|\r|\n|\Z)")
_REST = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_ESCAPES = {'"': re.compile(r"""\\([\\'"abfnrtv])"""), "'": re.compile(r"\\([\\'])")}


def read_dotenv(text: str) -> Expr:
    """Name → text. A line that is no setting is passed over."""
    lines = Lines(text)
    entries: list[tuple[Expr | None, Expr]] = []
    position = 0
    while position < len(text):
        position = _end(_START, text, position)
        name = _NAME.match(text, position)
        value: Expr | None = NOTHING
        if name is not None:
            position = name.end()
            if equals := _EQUALS.match(text, position):
                value, position = _setting(text, equals, lines)
        end = _END.match(text, position)
        if end is not None and name is not None and value is not None:
            bare = name[0][1:-1] if name[0][0] in _ESCAPES else name[0]
            entries.append((literal(bare, lines, *name.span()), value))
        position = end.end() if end else _end(_REST, text, position)
    return mapping(entries, lines.place(0, len(text)))


def _setting(text: str, equals: re.Match[str], lines: Lines) -> tuple[Literal | None, int]:
    """The value after `=` and where it ends; None for a quote without its partner."""
    start = equals.end()
    quote = text[start : start + 1]
    if quote in _ESCAPES:
        found = _QUOTED.match(text, start)
        if found is None:
            return None, start
        return literal(unescape(found[0][1:-1], _ESCAPES[quote]), lines, start, found.end()), found.end()
    end = _end(_PLAIN, text, start)
    if equals[1] and quote == "#":
        return literal("", lines, start, start), end
    comment = _COMMENT.search(text, start, end)
    value = text[start : comment.start() if comment else end].rstrip()
    return literal(value, lines, start, start + len(value)), end


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position
