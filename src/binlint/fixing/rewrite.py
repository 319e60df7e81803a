"""Which text stands for a literal credential, how safe that is, or why it must not be done.

The interpreter's parser finds the literal and the smallest expression that comes to the whole value;
`rewrite_forms` knows what becomes of it in each form. Nothing is returned that was not applied and
compared: the result parses, differs in nothing but the planned nodes, and the value is gone.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from binlint.fixing.edits import apply
from binlint.fixing.rewrite_checks import is_left, is_read_alike, is_same
from binlint.fixing.rewrite_code import Code, String, parsed
from binlint.fixing.rewrite_forms import Draft, Place, draft
from binlint.fixing.rewrite_types import Level, Planned, Refused, Target
from binlint.fixing.rewrite_values import Folding
from binlint.syntax.lexical import COMMENT, strings_and_comments

__all__ = ["Level", "Planned", "Refused", "Target", "rewrite"]

_HEAD = 2_000  # characters in which a file says that it is generated
_SAYS_SO = r"(?:\bdo[ \t]+not[ \t]+edit\b|@generated\b)"
_GENERATED = re.compile(rf"(?im)^[ \t]*#.*{_SAYS_SO}|\A(?:#[^\n]*\n|\s)*[rRuU]?[\"']{{3}}[^\"']*{_SAYS_SO}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_NOT_PARSED = Refused("the file does not parse")
_IN_PROSE = Refused("in a comment or docstring: delete it by hand")
_NOTHING = Refused("no literal stands in its place")
_LONGER = Refused("part of a longer text")
_COMPUTED = Refused("the value is not what the literals in one place come to")
_STAYS = Refused("a piece of the value would stay beside it")
_DIFFERS = Refused("the change would do more than it should")


def rewrite(text: str, target: Target, lookup: Callable[[str], str]) -> Planned | Refused:
    """The change of `text` for one credential; `lookup` spells the look-up of a variable, of type str.

    Never raises for what a file holds.
    """
    if not _VARIABLE.fullmatch(target.variable):
        return Refused("there is no name for the variable")
    if _GENERATED.search(_head(text)):
        return Refused("the file is generated: change what generates it")
    tree = parsed(text)
    if tree is None:
        return _NOT_PARSED
    try:
        return _rewritten(Code(text, tree), target, lookup)
    except RecursionError:
        return Refused("nested too deeply")


def _rewritten(code: Code, target: Target, lookup: Callable[[str], str]) -> Planned | Refused:
    start, end = code.offsets(target.place)
    literal = code.string_at(start, end)
    if literal is None:
        is_comment = any(
            kind == COMMENT and first <= start < last for kind, first, last in strings_and_comments(code.text)
        )
        return _IN_PROSE if is_comment else _NOTHING
    if isinstance(literal, ast.Constant) and isinstance(code.parent(literal)[0], ast.Expr):
        return _IN_PROSE
    whole = _whole(code, literal, target.value)
    if whole is None:
        return _why_not(literal, target)
    node, is_bytes = whole
    first, last = code.span(node)
    if not all(first <= code.offsets(part)[0] < last for part in target.parts):
        return _in_several(target)
    if is_bytes and not target.value.isascii():
        return Refused("bytes that are no text")
    if not is_read_alike(code, literal):
        return Refused("two parsers read the literal differently")
    is_plain = isinstance(node, ast.Constant)
    if not _is_expression(lookup(target.variable)):
        return Refused("the look-up is no expression")
    drafted = draft(Place(code, node, is_plain, is_bytes, target.variable, lookup))
    return _checked(code, drafted, target.value) if isinstance(drafted, Draft) else drafted


def _whole(code: Code, literal: String, value: str) -> tuple[ast.expr, bool] | None:
    """The smallest expression that comes to the value, and whether it comes to bytes."""
    folding = Folding()
    found: tuple[ast.expr, bool] | None = None
    nodes = [literal, *(parent for parent, _, _ in code.above(literal))]
    for node in nodes:
        if isinstance(node, ast.stmt):
            break
        if not isinstance(node, ast.expr):
            continue
        folded = folding.fold(node)
        if folded == value:
            return node, False
        if found is None and isinstance(folded, bytes) and folded.decode("latin-1") == value:
            found = node, True
    return found


def _why_not(literal: String, target: Target) -> Refused:
    if len(target.parts) > 1:
        return _in_several(target)
    if isinstance(literal, ast.JoinedStr):
        return _LONGER
    assert isinstance(literal, ast.Constant)
    value = literal.value.decode("latin-1") if isinstance(literal.value, bytes) else literal.value
    if not isinstance(value, str) or target.value not in value:
        return _COMPUTED
    if value.strip() == target.value.strip():
        return Refused("the literal has white space around the value")
    return _LONGER


def _in_several(target: Target) -> Refused:
    return Refused(f"put together from {len(target.parts)} literals in several places")


def _checked(code: Code, drafted: Draft, value: str) -> Planned | Refused:
    planned = drafted.planned
    try:
        after = apply(code.text, planned.edits)
    except ValueError:
        return _DIFFERS
    tree = parsed(after)
    if tree is None:
        return Refused("the result would not parse")
    drafted.change()
    if not is_same(code.tree, tree):
        return _DIFFERS
    return _STAYS if is_left(after, planned.edits, value) else planned


def _is_expression(source: str) -> bool:
    try:
        tree = ast.parse(source, mode="eval")
    except (SyntaxError, ValueError):
        return False
    # whatever stands beside it must not become a part of it
    return isinstance(tree.body, (ast.Subscript, ast.Call, ast.Attribute, ast.Name))


def _head(text: str) -> str:
    """The first lines, in which a generated file says so."""
    return "\n".join(text[:_HEAD].splitlines()[:10])
