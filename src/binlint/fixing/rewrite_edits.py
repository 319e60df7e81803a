"""The smallest edits that put one piece of source for another, or take one away."""

from __future__ import annotations

import ast
import re
from itertools import pairwise

from binlint.fixing.edits import Edit
from binlint.fixing.rewrite_code import Code, has_docstring, only_text
from binlint.fixing.rewrite_types import Refused
from binlint.syntax.lexical import STRING, strings_and_comments

_IN_THE_WAY = Refused("a comment stands inside of what would go")
_COMMA = re.compile(r"[ \t\f\r\n]*,[ \t\f]*")
_COMMENT_NEXT = re.compile(r"[ \t\f]*(?=#)")
_SEMICOLON = re.compile(r"[ \t\f]*;[ \t\f]*")


def replacement(code: Code, node: ast.AST, source: str) -> tuple[Edit, ...] | Refused:
    """`source` where `node` stands; comments between strings side by side stay."""
    start, end = code.span(node)
    comments = code.comments(start, end)
    if not comments:
        return (Edit(start, end, _apart(code.text, start, end, source)),)
    if not isinstance(node, (ast.Constant, ast.JoinedStr)):
        return _IN_THE_WAY
    found = strings_and_comments(code.text[start:end])
    strings = [(start + first, start + last) for kind, first, last in found if kind == STRING]
    edits = [Edit(*strings[0], _apart(code.text, *strings[0], source))]
    for (_, before), (first, last) in pairwise(strings):
        edits.append(_without_string(code, before, first, last))
    return tuple(edits)


def _without_string(code: Code, before: int, first: int, last: int) -> Edit:
    """Takes away a string behind another one that ends at `before`, but no comment between or behind."""
    between = code.comments(before, first)
    if not between:
        return Edit(before, last, "")
    behind = _COMMENT_NEXT.match(code.text, last)
    if behind:
        return Edit(first, behind.end(), "")
    return Edit(between[-1][1] if code.line_end(last) is not None else first, last, "")


def _apart(text: str, start: int, end: int, source: str) -> str:
    """Keeps `source` from growing together with a word beside it."""
    left = " " if _is_word(text[start - 1 : start]) and _is_word(source[:1]) else ""
    return left + source + (" " if _is_word(text[end : end + 1]) and _is_word(source[-1:]) else "")


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def without_item(code: Code, start: int, end: int, *, tidy: bool) -> Edit | Refused:
    """Takes an argument or item away, with its comma; `tidy` takes the one before the last item instead."""
    if code.comments(start, end):
        return _IN_THE_WAY
    comma = _COMMA.match(code.text, end)
    if comma is None:
        if tidy and (before := re.search(r",[ \t\f\r\n]*\Z", code.text[max(start - 500, 0) : start])):
            start -= before.end() - before.start()
        return Edit(start, end, "")
    line_end = code.line_end(comma.end())
    if line_end is not None:
        is_alone = not code.before(start).strip()
        return Edit(code.line_start(start), line_end, "") if is_alone else Edit(start, comma.end(), "")
    return Edit(start, comma.end(), "")


def without_statement(code: Code, statement: ast.stmt, is_leaving: list[bool]) -> Edit | Refused:
    """Takes a statement away; `is_leaving` says of each in its block whether it may be taken away as well.

    `pass` stands for it where nothing else would be left.
    """
    block = code.siblings(statement)
    at = block.index(statement)
    start, end = code.span(statement)
    if code.comments(start, end):
        return _IN_THE_WAY
    is_module = isinstance(code.parent(statement)[0], ast.Module)
    if not is_module and at == 0 and all(is_leaving):
        return Edit(start, end, "pass")
    semicolon = _SEMICOLON.match(code.text, end)
    behind = semicolon.end() if semicolon else end
    if semicolon and at + 1 < len(block) and code.start(block[at + 1]) == behind:
        return Edit(start, behind, "")
    if code.before(start).strip():
        if at == 0 or is_leaving[at - 1]:
            return Edit(start, end, "pass")
        return Edit(code.span(block[at - 1])[1], end, "")
    line_end = code.line_end(behind)
    if line_end is not None:
        return Edit(code.line_start(start), line_end, "")
    comment = _COMMENT_NEXT.match(code.text, behind)
    return Edit(start, comment.end() if comment else end, "" if comment else "pass")


class BodyStart:
    """Where a function's first statement goes: behind the docstring, on a line of its own if it can."""

    def __init__(self, code: Code, function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._code = code
        self._function = function
        self.index = 1 if has_docstring(function.body) else 0
        self._first = function.body[0]
        start = code.start(self._first)
        self._indent = code.before(start)
        line = code.line(start)
        above = code.text[code.starts[line - 1] : code.starts[line]] if line else ""
        is_continued = above.rstrip("\r\n").endswith("\\") and "#" not in above
        self.is_inline = bool(self._indent.strip()) or is_continued
        if self.index and not self.is_inline:
            behind = _SEMICOLON.match(code.text, code.span(self._first)[1])
            end = behind.end() if behind else code.span(self._first)[1]
            self.is_inline = code.line_end(end) is None and _COMMENT_NEXT.match(code.text, end) is None

    @property
    def use(self) -> int:
        """An offset at which code of the body stands, for the question what a name means there."""
        body = self._function.body
        first = body[self.index] if self.index < len(body) else body[0]
        decorators = getattr(first, "decorator_list", ())
        return self._code.span(decorators[0] if decorators else first)[0]

    def insertion(self, name: str, lookup: str) -> Edit:
        """The edit that gives a parameter its value where it has none."""
        if self.is_inline:
            return self._inline(f"{name} = {lookup} if {name} is None else {name}")
        text, starts = self._code.text, self._code.starts
        line = self._code.line(self._code.span(self._first)[1]) if self.index else self._header_line()
        newline = self._code.newline(line)
        added = (
            f"{self._indent}if {name} is None:{newline}{self._indent}{self._unit()}{name} = {lookup}{newline}"
        )
        if line + 1 < len(starts):
            return Edit(starts[line + 1], starts[line + 1], added)
        return Edit(len(text), len(text), newline + added.removesuffix(newline))

    def statement(self, name: str, lookup: str) -> ast.stmt:
        """The same as a tree."""
        if self.is_inline:
            return ast.parse(f"{name} = {lookup} if {name} is None else {name}").body[0]
        return ast.parse(f"if {name} is None:\n    {name} = {lookup}").body[0]

    def _inline(self, source: str) -> Edit:
        body = self._function.body
        if self.index < len(body):
            start = self._code.start(body[self.index])
            return Edit(start, start, f"{source}; ")
        end = self._code.span(body[0])[1]
        return Edit(end, end, f"; {source}")

    def _header_line(self) -> int:
        """The line of the colon: only blank lines and comments stand between it and the body."""
        line = self._code.line(self._code.start(self._first)) - 1
        while line > 0:
            shown = self._code.text[self._code.starts[line] : self._code.starts[line + 1]].strip()
            if shown and not shown.startswith("#"):
                break
            line -= 1
        return line

    def _unit(self) -> str:
        outer = self._code.before(self._code.start(self._function))
        if self._indent.startswith(outer) and not outer.strip() and self._indent != outer:
            return self._indent[len(outer) :]
        return "    "


def is_string_item(node: ast.AST | None) -> bool:
    """Whether this is a literal that may be taken away as well."""
    return only_text(node) is not None
