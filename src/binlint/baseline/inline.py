"""Directives for findings: a text, findings in it and a reason in, the text with comments out.

A comment goes behind the last line of a finding's statement that can carry one, or, in files of settings
whose readers know no comment behind a value, on a line of its own above. Nothing else of the text changes.
"""

from __future__ import annotations

import ast
import re
import sys
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from binlint.facts import Literal
from binlint.finding import Finding
from binlint.sources.decode import decode
from binlint.sources.kinds import ARTEFACTS, DOTENV, INI, JSON, NOTEBOOK, PYTHON, TOML, YAML
from binlint.sources.source import Source, Text
from binlint.suppress import IGNORE, IGNORE_NEXT, MARK, directives
from binlint.syntax.data import compile_data
from binlint.syntax.lexical import COMMENT, Lines, strings_and_comments

_LONGEST = 200  # characters of a reason
_END = re.compile(r"\r\n|\r|\n")
_SETTING = re.compile(r"[ \t]*(?:export[ \t]+)?[\w.-]+[ \t]*[=:]")
_ITEM = re.compile(r"""[ \t]*(?:-[ \t]+)*(?:[\w.-]+|"[^"]*"|'[^']*')[ \t]*:[ \t]+\S|[ \t]*(?:-[ \t]+)+\S""")
_BLOCK = re.compile(r"[|>][0-9+-]{0,2}[ \t]*(?:#.*)?$")
_WHY_NOT = {
    JSON: "JSON has no comments",
    NOTEBOOK: "a notebook is JSON: write the comment in the cell",
    **dict.fromkeys(ARTEFACTS, "it is no text"),
}
_UNSURE = "binlint cannot tell where a comment can stand there; write it by hand"


class Refused(NamedTuple):
    """A finding without a directive, and why."""

    finding: Finding
    why: str


class Annotated(NamedTuple):
    """The bytes of a file with directives. `done` are the findings that they are for."""

    data: bytes
    done: tuple[Finding, ...] = ()
    refused: tuple[Refused, ...] = ()


class _Spot(NamedTuple):
    """Where a comment goes: behind a line, or on one of its own above it."""

    line: int
    is_above: bool = False


def defect(reason: str) -> str:
    """What keeps a text from being the reason in a directive, or nothing."""
    if not any(map(str.isalnum, reason)):
        return "expected a reason, in words"
    if not reason.isprintable() or len(reason) > _LONGEST:
        return f"expected one line of at most {_LONGEST} characters"
    if MARK in reason or "#" in reason or "expires" in reason:
        return "a reason cannot hold `#`, `binlint:` or `expires`, which mean something in a directive"
    return ""


def annotated(path: str, data: bytes, kind: str, findings: Sequence[Finding], reason: str) -> Annotated:
    """The file with a directive for each finding that can have one."""
    why = _WHY_NOT.get(kind, "") or ("" if kind in _SPOTS else _UNSURE)
    text = decode(Source(path, data)) if not why else None
    if not why and (not isinstance(text, Text) or not _is_faithful(text, data)):
        why = "its encoding is not the one that it declares"
    if why or not isinstance(text, Text):
        return Annotated(data, refused=tuple(Refused(finding, why) for finding in findings))
    wanted: defaultdict[_Spot, list[Finding]] = defaultdict(list)
    refused = []
    spots = _SPOTS[kind](text.text)
    for finding in findings:
        spot = spots.of(finding)
        if spot is None:
            refused.append(Refused(finding, "no line of the statement can carry a comment"))
        else:
            wanted[spot].append(finding)
    changed = _written(text.text, wanted, reason)
    try:
        after = data[: text.bom] + changed.encode(text.encoding)
    except UnicodeEncodeError:
        why = f"its encoding, {text.encoding}, lacks characters of the reason"
    if not why and not _is_sound(text.text, changed, kind, sum(map(len, map(_codes, wanted.values())))):
        why = _UNSURE
    if why:
        return Annotated(data, refused=tuple(Refused(finding, why) for finding in findings))
    return Annotated(after, tuple(f for group in wanted.values() for f in group), tuple(refused))


def _is_faithful(text: Text, data: bytes) -> bool:
    return text.exact and text.text.encode(text.encoding, "surrogatepass") == data[text.bom :]


def _codes(findings: Iterable[Finding]) -> list[str]:
    return sorted({finding.code for finding in findings})


def _written(text: str, wanted: dict[_Spot, list[Finding]], reason: str) -> str:
    starts = [0, *(found.end() for found in _END.finditer(text))]
    newline = found[0] if (found := _END.search(text)) else "\n"
    pieces, at = [], 0
    for spot in sorted(wanted):
        start = starts[spot.line - 1]
        ended = _END.search(text, start)
        line = text[start : ended.start() if ended else len(text)]
        verb = IGNORE_NEXT if spot.is_above else IGNORE
        words = f"# {MARK} {verb}[{', '.join(_codes(wanted[spot]))}] -- {reason}"
        if spot.is_above:
            indent = line[: len(line) - len(line.lstrip(" \t"))]
            pieces += [text[at:start], indent, words, newline]
            at = start
        else:
            pieces += [text[at:start], line.rstrip(" \t"), "  ", words]
            at = start + len(line)
    return "".join([*pieces, text[at:]])


# where


class _Spots(ABC):
    """Where comments can stand in a text."""

    def __init__(self, text: str) -> None:
        self._lines = _END.split(text)

    @abstractmethod
    def of(self, finding: Finding) -> _Spot | None:
        """The place for a finding's directive, if there is one."""

    def line(self, number: int) -> str:
        """A line by its number; none where there is no such line."""
        return self._lines[number - 1] if 0 < number <= len(self._lines) else ""


class _PythonSpots(_Spots):
    """Behind any line that ends neither in a string nor in a backslash."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        lines = Lines(text)
        self._closed: set[int] = set()
        comments = set()
        for kind, start, end in strings_and_comments(text):
            first, last = lines.index(start) + 1, lines.index(end) + 1
            if kind == COMMENT:
                comments.add(first)
            else:
                self._closed.update(range(first, last))
        self._closed.update(
            number
            for number, line in enumerate(self._lines, 1)
            if line.endswith("\\") and number not in comments
        )

    def of(self, finding: Finding) -> _Spot | None:
        """The last line of the statement that can take it, else one of the literal."""
        literal = finding.location.place
        for place in (finding.statement, literal):
            for number in _upwards(place.line, place.end_line) if place is not None else ():
                if number not in self._closed and number <= len(self._lines):
                    return _Spot(number)
        return None


def _upwards(first: int, last: int) -> Iterator[int]:
    yield from range(last, first - 1, -1)


class _SettingSpots(_Spots):
    """Above a line `name = value`: readers of such files take a comment behind a value for a part of it."""

    def of(self, finding: Finding) -> _Spot | None:
        """Above the line that the value begins on."""
        first = finding.location.place.line
        if not _SETTING.match(self.line(first)) or self.line(first - 1).endswith("\\"):
            return None
        return _Spot(first, is_above=True)


class _TomlSpots(_Spots):
    """Behind the line on which a value ends; that nothing else changes is found out by reading it."""

    def of(self, finding: Finding) -> _Spot | None:
        """The line on which the value ends."""
        return _Spot(finding.location.place.end_line)


class _YamlSpots(_Spots):
    """Behind a key or an item with its value on the same line, unless a block of text is around it."""

    def of(self, finding: Finding) -> _Spot | None:
        """The line of the value."""
        place = finding.location.place
        if place.line != place.end_line or not _ITEM.match(self.line(place.line)):
            return None
        indent = _indent(self.line(place.line))
        for number in _upwards(1, place.line - 1):
            above = self.line(number)
            if above.strip() and _indent(above) < indent:
                if _BLOCK.search(above):
                    return None
                indent = _indent(above)
        return _Spot(place.line)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


_SPOTS: dict[str, type[_Spots]] = {
    PYTHON: _PythonSpots,
    TOML: _TomlSpots,
    YAML: _YamlSpots,
    INI: _SettingSpots,
    DOTENV: _SettingSpots,
}


# what must be the same


def _is_sound(before: str, after: str, kind: str, added: int) -> bool:
    """Whether the comments are comments, and all else means what it did."""
    old, new = directives(before, kind), directives(after, kind)
    if sum(len(each.codes) for each in new) - sum(len(each.codes) for each in old) != added:
        return False
    if kind == PYTHON:
        return _tree(before) == _tree(after)
    if kind == TOML:
        return _table(before) == _table(after)
    return _texts(before, kind) == _texts(after, kind)


def _texts(text: str, kind: str) -> list[object]:
    """All values of a file of settings, in order."""
    found: list[object] = []
    seen: set[int] = set()  # what has several names is looked at once
    document = compile_data("", text, kind).document
    waiting: list[object] = [document]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Literal):
            found.append(each.value)
        elif isinstance(each, tuple) and id(each) not in seen:
            seen.add(id(each))
            waiting += each
    return found


def _tree(text: str) -> str | None:
    try:
        return ast.dump(ast.parse(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None  # then only the comments tell


def _table(text: str) -> object:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return None
