"""Parses Python with the interpreter's own parser, and what it refuses without the statements it refuses.

A file in Python 2, with a merge conflict or cut off in the middle still says a lot. Statements that do
not parse are replaced by neutral ones of as many lines; whatever is kept stays where it was, to the
UTF-8 byte, because findings are places.
"""

from __future__ import annotations

import ast
import gc
import keyword
import re
import warnings
from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from binlint.syntax.lexical import COMMENT, Lines, strings_and_comments

MAX_CHARACTERS = 4 * 1024 * 1024
MAX_LINES = 200_000
TOO_LARGE = "too large to parse"
_RETRIES = 60  # of one top-level statement
_WORK = 6_000_000  # characters to parse again in all: about a second and a half
_DEEP = 200  # operators, brackets and attributes on top of each other in one statement
_ELIFS = 100  # a chain longer than that is cut, since each is a level of nesting
_DOTS = 2_000  # in one import: the parser is quadratic there

_FLAGS = ast.PyCF_ONLY_AST
_REFUSALS = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError, SystemError)


class Parsed(NamedTuple):
    """A syntax tree, and the line ranges (1-based, inclusive) that are not in it.

    `tree` is None when nothing could be saved. `reason` says in a few words why something is
    missing; it never quotes the file.
    """

    tree: ast.Module | None
    dropped: tuple[tuple[int, int], ...]
    reason: str


def parse(text: str, *, shallow: bool = False) -> Parsed:
    """The tree of `text`, without the statements that do not parse.

    `shallow` also leaves out statements that are nested more deeply than a recursive reader of the
    tree can follow, for a second try after it could not.
    """
    if len(text) > MAX_CHARACTERS or text.count("\n") + text.count("\r") > MAX_LINES:
        return Parsed(None, (), TOO_LARGE)
    text = _encodable(text)
    if _has_endless_import(text):
        refusal: _Refusal = _Refusal(0, "")
    else:
        outcome = _compile(text)
        if isinstance(outcome, ast.Module) and not shallow:
            return Parsed(outcome, (), "")
        refusal = _Refusal(0, "") if isinstance(outcome, ast.Module) else outcome
    mending = _Mending(text)
    if refusal.line:
        mending.rewrite()
    tree = mending.mend(shallow=shallow)
    where = f"line {refusal.line}" if refusal.line else "nested too deeply"
    return Parsed(tree, mending.dropped(), f"does not parse ({where})")


class _Refusal(NamedTuple):
    """Where and why the parser gave up; line 0 when it could not tell."""

    line: int
    message: str


def _compile(source: str) -> ast.Module | _Refusal:
    collects = gc.isenabled()
    gc.disable()  # a tree is many objects and no cycles; looking for them takes half the time
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = compile(source, "<source>", "exec", _FLAGS, dont_inherit=True)
        except SyntaxError as error:
            return _Refusal(error.lineno or 0, error.msg or "")
        except _REFUSALS:
            return _Refusal(0, "")
        finally:
            if collects:
                gc.enable()
    assert isinstance(tree, ast.Module)
    return tree


# --- characters that the parser does not take ------------------------------------------------------

_NOT_ENCODABLE = re.compile("[\ud800-\udfff]")
_ODD = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f\x85\xa0\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]"
)
_IMPORT = re.compile(r"^[ \t\f]*(?:from|import)\b[^\r\n]{4000,}", re.MULTILINE)


def _encodable(text: str) -> str:
    """`text` without NUL and lone surrogates, which no parser takes; each byte keeps its place."""
    if "\0" in text:
        text = text.replace("\0", " ")
    return text if text.isascii() else _NOT_ENCODABLE.sub("\ufffd", text)


def _has_endless_import(text: str) -> bool:
    return len(text) > _DOTS and any(found.group().count(".") > _DOTS for found in _IMPORT.finditer(text))


# --- logical lines ---------------------------------------------------------------------------------

_PHYSICAL = re.compile(r"[^\n]*\n|[^\n]+")
_HOLE = "\x01"  # stands for the inside of strings
_INSIDE = re.compile(r"[^\n]")
_BRACKET = re.compile(r"[()\[\]{}]")
_INDENT = re.compile(r"[ \t\f]*")
_WORD = re.compile(r"[ \t\f]*(\w*)")
# what begins a statement and cannot begin a line inside brackets
_BEGINS = re.compile(
    r"[ \t\f]*(?:(?:def|class|import|return|while|with|try|except|finally|raise|global|nonlocal|del|pass"
    r"|break|continue|assert)\b(?!\s*[=,.)\]}])|async\s+def\b|from\s+[\w.]+\s+import\b|@\w[\w.]*\s*(?:\(|$))"
)
_MAY_BEGIN = re.compile(
    r"[ \t\f]*(?:[\w.]+(?:\[[^\]]*\])?\s*(?:=(?!=)|:\s*\w+\s*=(?!=))|(?:if|elif|for|else)\b.*:\s*$)"
)
_ASKS_FOR_MORE = "([{,=+-*/%&|^<>\\"


class _Logical:
    """One logical line: physical lines `first` to `last` (0-based), and how far it was replaced."""

    __slots__ = ("code", "first", "last", "level", "width")

    def __init__(self, first: int, last: int, code: str) -> None:
        self.first = first
        self.last = last
        self.code = code  # strings as holes, comments as spaces
        self.width = _width(code)
        self.level = 0

    @property
    def word(self) -> str:
        found = _WORD.match(self.code)
        return found.group(1) if found else ""

    @property
    def is_header(self) -> bool:
        return self.code.rstrip().endswith(":")

    def drop_into(self, lines: list[str], replacement: str) -> None:
        """Puts a replacement where this stands."""
        indent = _indent(lines[self.first])
        for index in range(self.first, self.last + 1):
            lines[index] = _line_end(lines[index])
        lines[self.first] = (indent + replacement if replacement else "") + lines[self.first]


def _indent(line: str) -> str:
    found = _INDENT.match(line)
    return found.group() if found else ""


def _width(line: str) -> int:
    """How far a line is indented in the eyes of Python 2: a tab goes to the next multiple of eight."""
    width = 0
    for char in _indent(line):
        width = width + 1 if char == " " else (width // 8 + 1) * 8 if char == "\t" else 0
    return width


def _line_end(line: str) -> str:
    return "\n" if line.endswith("\n") else ""


def _masked(text: str) -> tuple[list[str], set[int]]:
    """Physical lines with strings as holes and comments as spaces, and the lines that end inside a string."""
    parts = []
    last = 0
    for kind, start, end in strings_and_comments(text):
        parts.append(text[last:start])
        inside = text[start:end]
        parts.append(" " * len(inside) if kind == COMMENT else '"' + _INSIDE.sub(_HOLE, inside[1:]))
        last = end
    parts.append(text[last:])
    lines = _PHYSICAL.findall("".join(parts))
    return lines, _lines_in_strings(text)


def _lines_in_strings(text: str) -> set[int]:
    lines = Lines(text)
    inside: set[int] = set()
    for kind, start, end in strings_and_comments(text):
        if kind != COMMENT and end - start > 2:
            first, last = lines.index(start), lines.index(end)
            if last > first:
                inside.update(range(first, last))
    return inside


def _logical_lines(mask: list[str], inside: set[int]) -> list[_Logical]:
    """The logical lines; where a bracket is never closed, one ends where the next statement begins."""
    found = []
    index = 0
    while index < len(mask):
        if not mask[index].strip():
            index += 1
            continue
        first = index
        depth = 0
        while True:
            for token in _BRACKET.findall(mask[index]):
                depth = depth + 1 if token in "([{" else max(0, depth - 1)
            index += 1
            if index >= len(mask) or not (index - 1 in inside or _goes_on(mask, first, index, depth)):
                break
        found.append(_Logical(first, index - 1, "".join(mask[first:index])))
    return found


def _goes_on(mask: list[str], first: int, index: int, depth: int) -> bool:
    before = mask[index - 1].rstrip()
    if depth == 0:
        return before.endswith("\\")
    line = mask[index]
    if _BEGINS.match(line):
        return False
    if before and before[-1] not in _ASKS_FOR_MORE and _MAY_BEGIN.match(line):
        return _width(line) > _width(mask[first])
    return True


# --- rewriting what is known -------------------------------------------------------------------------

_CONFLICT = re.compile(r"(?:<{7}|\|{7}|>{7})(?:[ \t]|$)|={7}\s*$")
_TEMPLATE = re.compile(r"\s*(?:\{%.*%\}|\{#.*#\})\s*$")
_MAGIC = re.compile(r"[ \t]*(?:%%?[A-Za-z]|!|\?)|[ \t]*[\w.*]+\?{1,2}\s*$|[^=\r\n]*=\s*[!%][A-Za-z]")
_OPERATORS = r"(?![ \t]+(?:if|in|is|and|or|for|else|not[ \t]+in)\b)"
_AT_START = r"(?:^|(?<=[:;]))([ \t\f]*)"
_PRINT = re.compile(_AT_START + "print" + _OPERATORS + r'(?=[ \t]+["\w`{~])')
_EXEC = re.compile(_AT_START + "exec" + _OPERATORS + r'(?=[ \t]+["\w`])')
_RAISE = re.compile(_AT_START + r"raise(?=[ \t]+[\w.]+[ \t]*(?:\([^()]*\))?[ \t]*,)")
_EXCEPT = re.compile(r"^([ \t\f]*except\s+(?:[\w.]+|\([^()]*\))\s*)(,\s*\w+\s*)(?=:)")
_UNEQUAL = re.compile(r"(?<![<>])<>(?![<>])")
_OCTAL = re.compile(r"(?<![\w.])0(?=\d*[1-9])(?=\d+[lL]?(?![\w.]))")
_LONG = re.compile(r"((?<![\w.])(?:0[xX][0-9a-fA-F]+|\d+))[lL]\b")
_ASYNC = re.compile(r"\basync\b(?!\s+(?:def|for|with)\b)")
# Python 2 as Python 3 of the same length, so that nothing moves; the values stay where they can be seen
_REWRITES: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("print", _PRINT, r"\1__  ="),
    ("exec", _EXEC, r"\1__ ="),
    ("raise", _RAISE, r"\1__  ="),
    ("<>", _UNEQUAL, "!="),
    ("0", _OCTAL, "1"),
    ("", _LONG, r"\1 "),
    ("async", _ASYNC, "asyn_"),
)
_RAW_UNICODE = re.compile(r"""(?<!\w)[uU](?=[rR]["'])""")


def _modern(code: str, raw: str) -> str:
    """`raw`, a logical line in Python 2, in Python 3 of the same length. `code` is its masked form."""
    edited = code
    for hint, pattern, replacement in _REWRITES:
        if hint in edited:
            edited = pattern.sub(replacement, edited)
    if "except" in edited:
        edited = _EXCEPT.sub(lambda found: found[1] + " " * len(found[2]), edited)
    if "`" in edited and edited.count("`") % 2 == 0:
        pieces = edited.split("`")
        edited = pieces[0] + "".join("()"[index % 2] + piece for index, piece in enumerate(pieces[1:]))
    assert len(edited) == len(code) == len(raw)
    if edited != code:
        raw = "".join(new if new != old else kept for old, new, kept in zip(code, edited, raw, strict=True))
    for found in _RAW_UNICODE.finditer(raw):
        at = found.start()
        if code[at] == '"' and code[at + 1 : at + 2] == _HOLE:  # a string begins here
            raw = raw[:at] + " " + raw[at + 1 :]
    return raw


# --- mending -----------------------------------------------------------------------------------------

_NEUTRAL = {
    "if": "if 1:",
    "elif": "elif 1:",
    "else": "else:",
    "try": "try:",
    "except": "except Exception:",
    "finally": "finally:",
    "for": "for _ in ():",
    "while": "while 1:",
    "with": "with _:",
    "def": "def _():",
    "class": "class _:",
    "async": "async def _():",
    "match": "match _:",
    "case": "case _:",
}
_FOLLOWS = frozenset(("else", "elif", "except", "finally"))
_WEIGHED = re.compile(r"[()\[\]{}]|[,:;]|\*\*|//|<<|>>|[-+*/%&|^~.@]|\b(?:not|lambda|if|await|yield|for)\b")
_EXHAUSTED = 3


class _Mending:
    """A text under repair. Lines are replaced in place, never added or taken away."""

    def __init__(self, text: str) -> None:
        # One kind of newline: a blanked line after a lone "\r" would make "\r\n", which is one line less.
        self._lines: list[str] = _PHYSICAL.findall(text.replace("\r\n", "\n").replace("\r", "\n"))
        self._dropped: set[int] = set()
        self._work = _WORK
        self._read()

    def _read(self) -> None:
        self._mask, self._inside = _masked("".join(self._lines))
        self._logical = _logical_lines(self._mask, self._inside)

    def dropped(self) -> tuple[tuple[int, int], ...]:
        """The line ranges that were replaced, 1-based."""
        ranges: list[tuple[int, int]] = []
        for index in sorted(self._dropped):
            if ranges and ranges[-1][1] == index:
                ranges[-1] = (ranges[-1][0], index + 1)
            else:
                ranges.append((index + 1, index + 1))
        return tuple(ranges)

    # what is known to be foreign

    def rewrite(self) -> None:
        """Takes out conflict markers, templates and magics; mends Python 2, odd spaces and indentation."""
        self._blank_markers()
        self._plain_spaces()
        for logical in self._logical:
            if _MAGIC.match(logical.code) and not _is_operand(logical.code):
                self._drop(logical, "pass")
                logical.level = _EXHAUSTED
                continue
            raw = "".join(self._lines[logical.first : logical.last + 1])
            modern = _modern(logical.code, raw)
            if modern != raw:
                self._lines[logical.first : logical.last + 1] = _PHYSICAL.findall(modern)
        self._reindent()

    def _blank_markers(self) -> None:
        found = False
        for index, line in enumerate(self._lines):
            if index - 1 in self._inside:
                continue
            if _CONFLICT.match(line) or (("{%" in line or "{#" in line) and _TEMPLATE.match(line)):
                self._lines[index] = _line_end(line)
                self._dropped.add(index)
                found = True
        if found:
            self._read()

    def _plain_spaces(self) -> None:
        """Puts spaces for characters that look like one, or like nothing, outside strings."""
        found = False
        for index, line in enumerate(self._mask):
            if not _ODD.search(line.replace(_HOLE, "")):
                continue
            raw = self._lines[index]
            self._lines[index] = "".join(
                _spaces_for(char) if _ODD.match(char) and char != _HOLE else kept
                for char, kept in zip(line, raw, strict=True)
            )
            found = True
        if found:
            self._read()

    def _reindent(self) -> None:
        """Gives every statement an indentation that its neighbours agree with, in the width that it has.

        Columns must stay, so that a form feed, which sets the parser's count back to nothing, fills up.
        """
        indents = {_indent(logical.code) for logical in self._logical}
        mixed = any("\t" in indent for indent in indents) and any(" " in indent for indent in indents)
        levels = [(0, 0)]  # indentation as written, as it is to count
        header: _Logical | None = None
        for logical in self._logical:
            width = logical.width
            if header is not None:
                if width > levels[-1][0]:
                    levels.append((width, width))
                else:
                    self._give_body(header)
            elif width > levels[-1][0]:
                levels.append((width, levels[-1][1]))
            while width < levels[-1][0]:
                levels.pop()
            if width > levels[-1][0]:
                levels.append((width, levels[-1][1]))
            self._indent_to(logical, levels[-1][1], mixed)
            header = logical if logical.is_header and not logical.level else None
        if header is not None:
            self._give_body(header)

    def _indent_to(self, logical: _Logical, width: int, mixed: bool) -> None:
        if width == logical.width and not mixed:
            return
        line = self._lines[logical.first]
        old = _indent(line)
        new = "\t" * (width // 8) + " " * (width % 8) if "\t" in old or mixed else " " * width
        logical.width = width
        if len(new) > len(old):
            logical.drop_into(self._lines, "")
            self._note(logical)
            logical.level = _EXHAUSTED
        else:
            self._lines[logical.first] = "\f" * (len(old) - len(new)) + new + line[len(old) :]

    def _give_body(self, header: _Logical) -> None:
        """Appends `pass` to a header that nothing is indented under."""
        line = self._lines[header.last]
        code = self._mask[header.last].rstrip()
        self._lines[header.last] = line[: len(code)] + " pass" + _line_end(line)
        header.code = header.code.rstrip() + " pass\n"

    # trying

    def mend(self, shallow: bool) -> ast.Module | None:
        """The tree of what can be kept."""
        if shallow:
            self._lighten(self._logical, _DEEP)
        text = "".join(self._lines)
        outcome: ast.Module | _Refusal = _Refusal(0, "") if _has_endless_import(text) else _compile(text)
        if isinstance(outcome, ast.Module):
            return outcome
        units = list(self._units())
        # What stands well before the first error is right, unless the parser misplaced it.
        index = bisect_right([unit[0].first for unit in units], outcome.line - 1) - 2
        for unit in units[max(0, index) :]:
            self._mend_unit(unit)
        outcome = _compile("".join(self._lines))
        if isinstance(outcome, _Refusal):
            for unit in (*units, self._logical):
                if unit:
                    self._mend_unit(unit)
            outcome = _compile("".join(self._lines))
        return outcome if isinstance(outcome, ast.Module) else None

    def _units(self) -> Iterable[list[_Logical]]:
        """Top-level statements with their blocks and decorators: what can be parsed apart."""
        unit: list[_Logical] = []
        for logical in self._logical:
            begins = logical.width == 0 and logical.word not in _FOLLOWS
            if unit and begins and not unit[-1].code.lstrip().startswith("@"):
                yield unit
                unit = []
            unit.append(logical)
        if unit:
            yield unit

    def _mend_unit(self, unit: list[_Logical]) -> None:
        first, last = unit[0].first, unit[-1].last
        depths = iter((_DEEP, _DEEP // 2, _DEEP // 4, _DEEP // 8))
        for attempt in range(_RETRIES):
            text = "".join(self._lines[first : last + 1])
            if attempt:
                self._work -= max(len(text), 400)  # a try costs something, however short
                if self._work < 0:
                    break
            if _has_endless_import(text):
                self._drop_endless(unit)
                continue
            outcome = _compile(text)
            if isinstance(outcome, ast.Module):
                return
            if not outcome.line:
                depth = next(depths, 0)
                if not depth:
                    break
                self._lighten(unit, depth)
            elif not self._give_way(unit, first + outcome.line - 1, outcome.message):
                break
        for index in range(first, last + 1):
            if self._lines[index].strip():
                self._dropped.add(index)
            self._lines[index] = _line_end(self._lines[index])
        for logical in unit:
            self._note(logical)

    def _give_way(self, unit: list[_Logical], index: int, message: str) -> bool:
        """Replaces the statement that holds physical line `index`, or the one that is to blame for it."""
        at = max(0, bisect_right([logical.first for logical in unit], index) - 1)
        if "expected 'except'" in message:
            for before in reversed(unit[: at + 1]):
                if before.word == "try" and before.level < 2:
                    before.level = 1
                    self._neutralise(before, unit)
                    return True
        if "expected an indented block" in message:
            for before in reversed(unit[: at + 1]):
                if before.is_header and before.level < 2 and before.first < index:
                    self._give_body(before)
                    before.level = 2
                    return True
        for candidate in (*reversed(unit[: at + 1]), *unit[at + 1 :]):
            if candidate.level < _EXHAUSTED:
                self._neutralise(candidate, unit)
                return True
        return False

    def _neutralise(self, logical: _Logical, unit: list[_Logical]) -> None:
        """Replaces a statement: first by one of its kind, then by any, then by nothing."""
        logical.level += 1
        code = logical.code.strip()
        is_compound = logical.word in _NEUTRAL and (":" in code)
        if code.startswith("@"):
            logical.level = _EXHAUSTED
            self._drop(logical, "")
        elif logical.level == _EXHAUSTED:
            self._drop(logical, "")
        elif not (logical.is_header or is_compound):
            logical.level = max(logical.level, 1)
            self._drop(logical, "pass" if logical.level == 1 else "")
            if logical.level > 1:
                logical.level = _EXHAUSTED
        else:
            header = _neutral_header(logical) if logical.level == 1 else "if 1:"
            self._drop(logical, header if self._has_block(logical, unit) else f"{header} pass")

    def _has_block(self, logical: _Logical, unit: list[_Logical]) -> bool:
        at = bisect_right([other.first for other in unit], logical.first)
        return logical.is_header and at < len(unit) and unit[at].width > logical.width

    def _drop(self, logical: _Logical, replacement: str) -> None:
        logical.drop_into(self._lines, replacement)
        self._note(logical)

    def _note(self, logical: _Logical) -> None:
        self._dropped.update(range(logical.first, logical.last + 1))

    def _lighten(self, unit: list[_Logical], depth: int) -> None:
        """Replaces statements that are nested too deeply, and cuts endless chains of `elif`."""
        elifs: dict[int, int] = {}
        for logical in unit:
            if logical.word == "elif":
                elifs[logical.width] = elifs.get(logical.width, 0) + 1
                if elifs[logical.width] % min(depth, _ELIFS) == 0:
                    logical.level = 1
                    self._neutralise(logical, unit)
            elif logical.word == "if":
                elifs[logical.width] = 0
            if logical.level == 0 and len(logical.code) > depth and _nesting(logical.code) > depth:
                self._neutralise(logical, unit)

    def _drop_endless(self, unit: list[_Logical]) -> None:
        for logical in unit:
            if logical.code.count(".") > _DOTS and logical.word in ("from", "import"):
                self._drop(logical, "pass")
                logical.level = _EXHAUSTED


_NAMED = re.compile(r"\s*(?:async\s+)?(?:def|class)\s+([^\W\d]\w*)")


def _neutral_header(logical: _Logical) -> str:
    named = _NAMED.match(logical.code)
    if named and not keyword.iskeyword(named[1]):
        return f"class {named[1]}:" if logical.word == "class" else f"def {named[1]}():"
    return _NEUTRAL.get(logical.word, "if 1:")


def _spaces_for(char: str) -> str:
    """As many spaces as the character has bytes: the parser counts bytes."""
    return " " * len(char.encode())


def _is_operand(code: str) -> bool:
    """Whether what looks like a magic is the rest of an expression."""
    return code.lstrip().startswith("!=")


def _nesting(code: str) -> int:
    """How deep the tree of a statement may be: operators, attributes, calls and brackets upon each other."""
    deepest = current = 0
    outer: list[int] = []
    for token in _WEIGHED.findall(code):
        if token in "([{":
            outer.append(current)
            current += 1
        elif token in ")]}":
            current = outer.pop() + 1 if outer else 0
        elif token in ",:;":
            current = outer[-1] + 1 if outer else 0
        else:
            current += 1
        deepest = max(deepest, current)
    return deepest
