"""What a value in any text is called, where the words right before it do not say so.

In markup the name stands in the tag, in a table in the head of its column, in other languages before the
type of a constant, in the argument before, or around the block.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from binlint.facts import Mention
from binlint.finding import Kind
from binlint.names import read_name
from binlint.syntax.company import owner_of
from binlint.syntax.lexical import Lines
from binlint.syntax.tables import NOT_ONE, Tables

_BACK = 400  # characters before a value
_AHEAD = 200
_LONGEST = 60  # characters of a name
_PLAIN = re.compile(r"(?:[^\W\d]|[-.]){1,30}")
_ABOVE = 6  # lines
_FEW = 6  # words
_BLANK = " \t\"'`("
_MOST = 2_000  # values of one text that are looked at so closely

_TAG = re.compile(r"<([\w:.-]{1,80})((?:\s[^<>]{0,300})?)>\s*(?:<!\[CDATA\[\s*)?$")
_IN_TAG = re.compile(r"<([\w:.-]{1,80})(\s[^<>]{0,300})$")
_ATTRIBUTE = re.compile(
    r"""\b(?:name|key|id|property|label|field)\s*=\s*\\?["']([^"'<>\\]{1,60})""", re.IGNORECASE
)
_KEY_BEFORE = re.compile(
    r"<(?:key|name|string)>([^<>]{1,60})</(?:key|name|string)>\s*<\w{1,20}>\s*$", re.IGNORECASE
)
_QUOTED = re.compile(r"""\\?["'`]([^"'`\\\r\n]{1,60})\\?["'`]""")
_BLOCK = re.compile(
    r"""\w[\w.-]{0,60}\s+["']([^"'{}]{1,60})["'](?:\s+["'][^"'{}]{1,60}["'])?\s*\{[^{}]{0,350}$"""
)
_RUN = re.compile(r"[\w.-]+")
_WORD = re.compile(r"[^\W\d][\w.-]{0,59}")
_WHERE = re.compile(r"""["'`]?\s*WHERE\s+[\w."`]{1,60}\s*=\s*["']([^"']{1,60})["']""", re.IGNORECASE)
_IN_URL = re.compile(r"://[^\s\"'<>]{1,300}[?&][\w.-]{1,40}=$")  # what is no credential by its name
_PLACES = frozenset({"default", "value", "val", "string", "data", "text", "content"})


def named(text: str, mentions: Iterable[Mention]) -> Iterator[Mention]:
    """The same mentions with better names; without those of a column that holds something harmless."""
    lines: Lines | None = None
    tables: Tables | None = None
    asked = 0
    for mention in mentions:
        if _says_something(mention.name) or asked > _MOST:
            yield mention
            continue
        asked += 1
        lines = lines or Lines(text)
        tables = tables or Tables(text)
        start = lines.starts[mention.place.line - 1] + mention.place.column - 1
        if _IN_URL.search(text, max(0, start - _BACK), start):
            continue
        name = (
            _around(text, lines, start, mention)
            or tables.name(mention)
            or _said(text[lines.starts[mention.place.line - 1] : start])
        )
        if name and name != NOT_ONE:
            yield mention._replace(name=name)
        elif not name:
            yield mention


def owned(text: str, mentions: Iterable[Mention]) -> Iterator[Mention]:
    """The same with the service before the name, where a heading, a tag or a call above says whose it is."""
    lines: Lines | None = None
    asked = 0
    for mention in mentions:
        asked += 1
        if not mention.name or asked > _MOST or owner_of(mention.name):
            yield mention
            continue
        lines = lines or Lines(text)
        last = lines.starts[mention.place.line - 1] + mention.place.column - 1
        first = lines.starts[max(0, mention.place.line - 1 - _ABOVE)]
        owner = _owner_above(text[max(first, last - _BACK) : last])
        yield mention._replace(name=f"{owner}.{mention.name}") if owner else mention


def _owner_above(before: str) -> str:
    """The nearest service that a short line, a tag or a call before a value names."""
    for line in reversed(before.splitlines()):
        words = [word for word in _RUN.findall(line) if len(word) <= _LONGEST // 2]  # not in a value
        if len(words) <= _FEW:
            owners = [owner for word in words for part in word.split(".") if (owner := owner_of(part))]
            if owners:
                return owners[-1]
    return ""


def _says_something(name: str) -> bool:
    reading = read_name(name) if name else None
    return reading is not None and (
        reading.kind is not None or reading.innocent or reading.vendor is not None
    )


def _around(text: str, lines: Lines, start: int, mention: Mention) -> str:
    before = text[max(0, start - _BACK) : start]
    if "<" in before:
        found = _in_markup(before)
        if found:
            return found
    if mention.name.lower() in _PLACES:
        block = _BLOCK.search(before)
        if block is not None and _is_credential(block[1]):
            return block[1]
        where = _WHERE.match(text, start + len(mention.value), start + len(mention.value) + _AHEAD)
        if where is not None:
            return where[1]
    line = before[max(0, len(before) - (start - lines.starts[mention.place.line - 1])) :]
    if not line.strip(_BLANK) and "=" in before[-_LONGEST - len(line) :]:
        line = before[: len(before) - len(line)].rstrip().rpartition("\n")[2]  # the line above ends with "="
    return _in_argument(line) or _before_type(line)


def _in_markup(before: str) -> str:
    """`<string name="…">`, `<add key="…" value="`, `<apiKey>`, `<key>…</key><string>`."""
    key = _KEY_BEFORE.search(before)
    if key is not None:
        return key[1].strip()
    tag = _TAG.search(before) or _IN_TAG.search(before)
    if tag is None:
        return ""
    attribute = _ATTRIBUTE.search(tag[2])
    if attribute is not None:
        return attribute[1]
    return tag[1] if _is_credential(tag[1]) else ""


def _in_argument(line: str) -> str:
    """`define('BINANCE_API_KEY', '`: the last text in quotes before it, if that is a name."""
    texts = _QUOTED.findall(line)
    last: str = texts[-1] if texts else ""
    if last and read_name(last).innocent:
        return last
    return last if _is_credential(last) and line.rstrip("\"'`\\ ").endswith((",", "=", ":")) else ""


def _before_type(line: str) -> str:
    """`static API_KEY: &str = "`, `Const API_KEY As String = "`."""
    head, equals, rest = line.rpartition("=")
    if not equals or rest.strip(" \t\"'`\\@bBrRfFuU$"):
        return ""
    words = [word for word in _WORD.findall(head[-_BACK:]) if _is_credential(word)]
    return words[-1] if words else ""


def _said(line: str) -> str:
    """`* Binance secret key: @…@`, `#define SECRET F("`: a few words, of which the last are a name."""
    words = _WORD.findall(line)
    if len(line) > _LONGEST or not 0 < len(words) <= _FEW or not all(map(_PLAIN.fullmatch, words)):
        return ""
    for first in range(len(words)):
        name = " ".join(words[first:])
        if _is_credential(name):
            return name
    return ""


def _is_credential(name: str) -> bool:
    reading = read_name(name)
    is_told = reading.kind is not None and reading.kind is not Kind.UNKNOWN
    return len(name) <= _LONGEST and is_told and not reading.innocent
