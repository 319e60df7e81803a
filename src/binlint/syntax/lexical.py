"""Reads what no parser takes: where strings and comments are in broken Python, and keys in any text.

Everything here is one pass forward with bounded looks back, so that hostile input costs no more
than its length.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from binlint import candidates, shapes
from binlint.facts import Mention
from binlint.finding import Place

# --- strings and comments ------------------------------------------------------------------------

_START = re.compile(r"""#[^\r\n]*|(?:(?<!\w)[bBfFrRtTuU]{1,2})?("{3}|'{3}|"|')""")
_BODY = {
    '"': re.compile(r'(?:[^"\\\r\n]|\\(?:\r\n|[\s\S]))*'),
    "'": re.compile(r"(?:[^'\\\r\n]|\\(?:\r\n|[\s\S]))*"),
}
STRING, COMMENT, OPEN = "string", "comment", "open"


def strings_and_comments(text: str) -> Iterator[tuple[str, int, int]]:
    """Every string literal (with its prefix) and comment of Python source, however broken.

    Yields `(kind, start, end)` with kind `"string"`, `"comment"` or, for a string without its
    closing quote, `"open"`: that one ends with its line, a triple-quoted one with the text.
    """
    position = 0
    while found := _START.search(text, position):
        quote = found.group(1)
        if quote is None:
            kind, position = COMMENT, found.end()
        elif len(quote) == 3:
            kind, position = _triple_end(text, found.end(), quote)
        else:
            body = _BODY[quote].match(text, found.end())
            position = body.end() if body else found.end()
            kind = OPEN
            if text.startswith(quote, position):
                kind, position = STRING, position + 1
        yield kind, found.start(), position


def _triple_end(text: str, position: int, quote: str) -> tuple[str, int]:
    while (end := text.find(quote, position)) >= 0:
        slashes = end
        while slashes > position and text[slashes - 1] == "\\":
            slashes -= 1
        if (end - slashes) % 2 == 0:
            return STRING, end + 3
        position = end + 1
    return OPEN, len(text)


_NEWLINE = re.compile(r"\r\n|\n|\r")


class Lines:
    """Turns offsets of a text into places; only `\\n`, `\\r\\n` and `\\r` end a line."""

    __slots__ = ("_column", "_line", "starts")

    def __init__(self, text: str, line: int = 1, column: int = 1) -> None:
        self.starts = [0, *(found.end() for found in _NEWLINE.finditer(text))]
        self._line = line
        self._column = column

    def index(self, offset: int) -> int:
        """The 0-based line that holds an offset."""
        return bisect_right(self.starts, offset) - 1

    def point(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, counted from the place of the text's first character."""
        index = self.index(offset)
        column = offset - self.starts[index] + (self._column if index == 0 else 1)
        return self._line + index, column

    def offset(self, line: int, column: int) -> int:
        """The offset of a place's line and column, in a text that begins at the first of both."""
        return self.starts[line - 1] + column - 1

    def place(self, start: int, end: int) -> Place:
        """The place of a region."""
        return Place(*self.point(start), *self.point(end))


# --- values --------------------------------------------------------------------------------------


class _Region(NamedTuple):
    """A value that was found, or (value empty) a region that must not be searched for keys."""

    start: int
    end: int
    value: str

    def __repr__(self) -> str:
        return f"_Region({self.start}, {self.end})"


_PRIVATE = (shapes.Shape.PRIVATE_KEY, shapes.Shape.ENCRYPTED_PRIVATE_KEY)
_PEM_LINE = re.compile(
    r"-----[A-Z0-9 ]{1,60}-----|[A-Za-z0-9+/]{16,}={0,2}|[A-Za-z0-9+/]{2,15}={0,2}(?=[^A-Za-z0-9+/]*-----END)"
)
_ESCAPED_NEWLINE = re.compile(r"(?:\\+r)?\\+n")
_WRITTEN_AS_CODE = re.compile(r"""["'#]|//""")


def _may_hold_value(text: str) -> bool:
    """The byte filter's question: is there a run of 64, or the head of a private key?"""
    if "-----BEGIN " in text or "MC4CAQ" in text or "MII" in text:
        return True
    data = text.encode("utf-8", "surrogatepass")
    return len(data) - candidates.find_run(data, 0) >= 64


def _values(text: str) -> list[_Region]:
    """Private keys and key-shaped runs in order, none inside another, none inside a certificate."""
    blocks: list[_Region] = []
    if not _may_hold_value(text):
        return blocks
    if "-----BEGIN " in text:
        for start, end, shape in shapes.pem_blocks(text):
            blocks.append(_Region(start, end, _pem_text(text[start:end]) if shape in _PRIVATE else ""))
    starts = [block.start for block in blocks]

    def is_free(start: int) -> bool:
        around = bisect_right(starts, start) - 1
        return around < 0 or start >= blocks[around].end

    runs = {start: end for start, end in shapes.private_key_runs(text) if is_free(start)}
    for start, end in shapes.key_runs(text):
        if is_free(start):
            runs.setdefault(start, end)
    found = (_Region(start, end, text[start:end]) for start, end in runs.items())
    return sorted(region for region in (*blocks, *found) if region.value)


def _pem_text(raw: str) -> str:
    """A PEM block as it was meant: line breaks unescaped, without comment signs and quotes."""
    text = _ESCAPED_NEWLINE.sub("\n", raw).replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(_PEM_LINE.findall(text)) if _WRITTEN_AS_CODE.search(text) else text


# --- what stands around a value ------------------------------------------------------------------

_LOOK_BACK = 300
_LABEL = 80
_LINES_BACK = 20
_QUOTES = "\"'`\u201c\u201d\u2018\u2019\u300c\u300d\u300e\u300f\u300a\u300b\u00ab\u00bb"
_BLANK = " \t\x0b\x0c\xa0\u3000"
_OPENERS = _BLANK + _QUOTES + "*_~\\"
_CLOSERS = _OPENERS + "])"
_SEPARATORS = "=:>|\uff1a\uff1d\u2192\u2013\u2014-"
_AROUND_SEPARATOR = _BLANK + _SEPARATORS + "<!+?~"
_BOUNDARIES = frozenset(_QUOTES + "[](){}<>,;=:|#!?&$\t/\\\uff1a\uff1d\uff0c\u3002\u3001\uff1b\r\n")
_PREFIXED = re.compile(r"""(?<!\w)[bBrRfFuU]{1,2}["']+$""")
_ESCAPE = re.compile(r"\\[nrt]$")
_ANNOTATION = re.compile(
    r":\s*(?:typing\.|t\.)?(?:str|bytes|Final|Optional|Any|ClassVar|Annotated|Union|Secret\w*)\b"
    r"""[\w.\[\], |"']{0,60}$"""
)
_BRACKET = re.compile(r""""[^"\r\n]{0,200}"|'[^'\r\n]{0,200}'|[()\[\]{},]|(?:\r\n|\n|\r)[ \t]*(?=\r|\n)""")
_FIRST_TEXT = re.compile(r"""\s*["']([^"'\r\n]{1,60})["']""")
_HTML_FIELD = re.compile(r"""name=\\?["']([\w.-]{1,60})\\?["'][^<>]{0,200}$""")
_LAST_TEXT = re.compile(r"""["']([^"'\r\n]{1,60})["']\s*,\s*$""")
# calls that name their value in the argument before, and wrappers that only hand it on
_NAMING = frozenset(
    ("getenv", "get", "setdefault", "setattr", "putenv", "setenv", "set", "put", "add", "append")
)
_WRAPPERS = frozenset(
    (
        "str",
        "bytes",
        "bytearray",
        "secretstr",
        "secretbytes",
        "secret",
        "b64decode",
        "b64encode",
        "quote",
        "field",
    )
)
_GENERIC = frozenset(("default", "value", "default_value", "defaultvalue", "val", "v"))
_SIGNATURES = frozenset(("signature", "sig", "sign"))
_FRESH = _OPENERS + "#-/;>:\u2022"
_LONGEST_WORD = 50  # characters; a longer one is a value itself
_OPTIONS = {"-hmac": "hmac_key", "-H": ""}
_CODE_WORDS = frozenset(
    ("import", "from", "def", "class", "return", "pass", "else", "try", "finally", "break", "del")
)
_STATEMENTS = frozenset(
    ("if", "elif", "while", "return", "print", "in", "not", "and", "or", "assert", "yield", "await")
)


class _Bracket(NamedTuple):
    """An open bracket and how many commas followed it."""

    character: str
    offset: int
    commas: int


class _Brackets:
    """The brackets that are open at an offset; asked in ascending order only.

    A blank line closes everything: what is broken or prose must not reach further.
    """

    __slots__ = ("_commas", "_next", "_open", "_tokens")

    def __init__(self, text: str) -> None:
        self._tokens = _BRACKET.finditer(text)
        self._next = next(self._tokens, None)
        self._open: list[tuple[str, int]] = []
        self._commas: list[int] = []  # behind each of them; apart, since there may be a million

    def innermost(self, offset: int) -> _Bracket | None:
        """The bracket around an offset."""
        while self._next is not None and self._next.start() < offset:
            self._take(self._next.group(), self._next.start())
            self._next = next(self._tokens, None)
        return _Bracket(*self._open[-1], self._commas[-1]) if self._open else None

    def _take(self, token: str, offset: int) -> None:
        if token == ",":
            if self._open:
                self._commas[-1] += 1
        elif token in ("(", "[", "{"):
            self._open.append((token, offset))
            self._commas.append(0)
        elif token in (")", "]", "}"):
            if self._open:
                self._open.pop()
                self._commas.pop()
        elif token[0] in "\r\n":
            self._open.clear()
            self._commas.clear()


def mentions(text: str, line: int = 1, column: int = 1) -> Iterator[Mention]:
    """Key-shaped runs and private keys in any text, in order, with the name or call next to them.

    `line` and `column` are the place of the text's first character in its file, so that a comment,
    a docstring or a range of lines can be given alone.
    """
    values = _values(text)
    if not values:
        return
    lines = Lines(text, line, column)
    brackets = _Brackets(text)
    floor = 0
    for region in values:
        name, call, position = _company(text, lines, region.start, floor, brackets.innermost(region.start))
        floor = region.end
        if name.lower() not in _SIGNATURES:
            yield Mention(region.value, lines.place(region.start, region.end), name, call, position)


def _company(
    text: str, lines: Lines, start: int, floor: int, bracket: _Bracket | None
) -> tuple[str, str, int | None]:
    """Name, call and position of the value at `start`; nothing before `floor` on its line names it."""
    index = lines.index(start)
    line_start = lines.starts[index]
    left = text[max(line_start, floor, start - _LOOK_BACK) : start]
    head = _ESCAPE.sub("", _PREFIXED.sub("", left)).rstrip(_OPENERS)
    if bracket is not None and index - lines.index(bracket.offset) > _LINES_BACK:
        bracket = None
    call = _callee(text, bracket)
    if not head.strip(_FRESH):  # nothing but a comment sign or a bullet before it
        name = _label_before(text, line_start) if floor <= line_start else ""
        if name or (bracket is None and floor > line_start):
            return name, call, None
        if bracket is not None:
            return _in_bracket(text, bracket, call, left)
        return _label_above(text, lines, index), "", None
    if head[-1] in "([{,":
        if bracket is None:
            return _target(text, line_start, start), "", None
        return _in_bracket(text, bracket, call, left)
    name = (_target(text, line_start, start) if bracket is None else "") or _label(head)
    if name.lower() == "value":  # of a field in HTML
        field = _HTML_FIELD.search(left)
        name = field.group(1) if field else name
    if bracket is not None and call and name.lower() in _GENERIC:
        first = _FIRST_TEXT.match(text, bracket.offset + 1, bracket.offset + _LABEL)
        name = first.group(1) if first else name
    return name, call, None


def _in_bracket(text: str, bracket: _Bracket, call: str, left: str) -> tuple[str, str, int | None]:
    if not call:
        return _label_before(text, bracket.offset), "", None
    last = call.rpartition(".")[2].lower()
    name = ""
    if last in _NAMING:
        found = _LAST_TEXT.search(left[-_LABEL:].rstrip(_OPENERS + "bru"))
        name = found.group(1) if found else ""
    elif last in _WRAPPERS:
        name = _label_before(text, bracket.offset - len(call))
    return name, call, bracket.commas


def _callee(text: str, bracket: _Bracket | None) -> str:
    """The dotted name that is called by a bracket, or nothing."""
    if bracket is None or bracket.character != "(":
        return ""
    before = text[max(0, bracket.offset - _LABEL) : bracket.offset].rstrip(" \t")
    start = len(before)
    while start and (before[start - 1].isalnum() or before[start - 1] in "_."):
        start -= 1
    callee = before[start:].strip(".")
    return "" if callee in _STATEMENTS or not callee[:1].isidentifier() else callee


def _label_before(text: str, offset: int) -> str:
    """The label whose separator is the last thing before `offset`, perhaps on the line above."""
    head = text[max(0, offset - _LOOK_BACK) : offset].rstrip(_OPENERS + "#([{\r\n")
    return _label(head) if head[-1:] and head[-1] in "=:\uff1a\uff1d" else ""


def _label(head: str) -> str:
    """The name at the end of a text: before `=`, a short phrase before `:` and where only a space follows."""
    bare = head.rstrip(_AROUND_SEPARATOR)
    is_assignment = "=" in head[len(bare) :] or "\uff1d" in head[len(bare) :]
    if is_assignment:
        bare = _ANNOTATION.sub("", bare[-2 * _LABEL :])
    bare = bare.rstrip(_CLOSERS)
    start = len(bare)
    while start and len(bare) - start < _LABEL and bare[start - 1] not in _BOUNDARIES:
        start -= 1
    if bare[start - 1 : start] == "\\" and bare[start : start + 1] in ("n", "r", "t"):
        start += 1  # the letter belongs to an escape
    words = bare[start:].strip(_OPENERS + "-.").split()
    if not words or any(len(word) > _LONGEST_WORD for word in words):
        return ""
    name = words[-1] if is_assignment else " ".join(words[-4:])
    if words[-1].startswith("-"):  # an option of a command
        name = _OPTIONS.get(words[-1], words[-1].lstrip("-"))
    for owner in ("self.", "cls.", "this."):
        name = name.removeprefix(owner)
    return name


def _target(text: str, line_start: int, start: int) -> str:
    """The name that a value of `key, secret = "…", "…"` goes to."""
    left = text[line_start : min(start, line_start + 2 * _LABEL)]
    targets, equals, _ = left.partition("=")
    if not equals or "," not in targets or start - line_start > 1_000:
        return ""
    names = [target.strip(_BLANK + "#*") for target in targets.split(",")]
    position = text.count(",", line_start + len(targets), start)
    if position >= len(names) or not all(name.replace(".", "_").isidentifier() for name in names):
        return ""
    return names[position].removeprefix("self.")


def _label_above(text: str, lines: Lines, index: int) -> str:
    """The line above when it is nothing but a few words: a heading for the value below."""
    if index == 0:
        return ""
    start = lines.starts[index - 1]
    above = text[start : min(lines.starts[index], start + 2 * _LABEL)].strip(_OPENERS + "#/;-:>\r\n")
    words = above.split()
    if not 0 < len(words) <= 5 or len(above) > 60 or words[0] in _CODE_WORDS:
        return ""
    return "" if any(char in _BOUNDARIES for char in above) else " ".join(words)
