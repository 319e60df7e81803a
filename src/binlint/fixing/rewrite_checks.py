"""Whether a planned change does what it says, and nothing else."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from binlint.finding import Place
from binlint.fixing.edits import Edit
from binlint.fixing.rewrite_code import Code, parsed
from binlint.shapes import Shape, classify
from binlint.syntax.lexical import COMMENT, Lines, strings_and_comments

_PIECE = 12
_SHAPED = frozenset({Shape.KEY, Shape.HEX, Shape.PRIVATE_KEY, Shape.ENCRYPTED_PRIVATE_KEY, Shape.SAMPLE})


def is_read_alike(code: Code, node: ast.Constant | ast.JoinedStr) -> bool:
    """Whether libcst, where it may be asked, reads the same literal in the same place."""
    if not isinstance(node, ast.Constant):
        return True
    from binlint.syntax.concrete import establish  # libcst: only when something is rewritten

    statement = code.statement(node)
    place = code.place(statement)
    body = getattr(statement, "body", None)
    if isinstance(body, list) and body:
        last = max(code.line(code.start(body[0])), place.line)  # 0-based, so the line before the body
        place = Place(place.line, place.column, last, 1)
    established = establish(code.text, place, code.place(node), "X")
    return established is None or (
        established.value == node.value and type(established.value) is type(node.value)
    )


def is_same(one: ast.AST, other: ast.AST) -> bool:
    """Whether two trees are equal but for their places."""
    stack: list[tuple[object, object]] = [(one, other)]
    while stack:
        left, right = stack.pop()
        if isinstance(left, ast.AST):
            if type(left) is not type(right):
                return False
            stack.extend((getattr(left, name, None), getattr(right, name, None)) for name in left._fields)
        elif isinstance(left, list):
            if not isinstance(right, list) or len(left) != len(right):
                return False
            stack.extend(zip(left, right, strict=True))
        elif type(left) is not type(right) or not (left == right or (left != left and right != right)):
            return False
    return True


def is_left(after: str, edits: Iterable[Edit], value: str) -> bool:
    """Whether the changed lines still hold the value, or a good piece of one that looks like a key.

    What comments and further literals with the very same value say is not this change's business.
    """
    pieces = {value[at : at + _PIECE] for at in range(len(value) - _PIECE + 1)}
    if classify(value) not in _SHAPED:
        pieces = {value} if len(value) >= _PIECE else set()
    if not pieces:
        return False
    size = len(next(iter(pieces)))
    return any(
        text[at : at + size] in pieces
        for text in _code_of(after, _regions(after, edits), value)
        for at in range(len(text) - size + 1)
    )


def _regions(after: str, edits: Iterable[Edit]) -> list[tuple[int, int]]:
    """The lines of the changed text that edits touch, as offsets."""
    lines = Lines(after)
    regions = []
    moved = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        start = edit.start + moved
        end = start + len(edit.text)
        moved += len(edit.text) - (edit.end - edit.start)
        following = lines.index(end) + 1
        last = lines.starts[following] if following < len(lines.starts) else len(after)
        regions.append((lines.starts[lines.index(start)], last))
    return regions


def _code_of(after: str, regions: Sequence[tuple[int, int]], value: str) -> list[str]:
    """The text of some regions without comments, and without literals of the same value."""
    hidden = [
        (start, end)
        for kind, start, end in strings_and_comments(after)
        if any(start < last and first < end for first, last in regions)
        and (kind == COMMENT or _is_literal_of(after[start:end], value))
    ]
    texts = []
    for first, last in regions:
        at = first
        for start, end in hidden:
            if start < last and at < end:
                texts.append(after[at : max(start, at)])
                at = min(end, last)
        texts.append(after[at:last])
    return texts


def _is_literal_of(source: str, value: str) -> bool:
    if value not in source:
        return False
    tree = parsed(source)
    expression = tree.body[0] if tree is not None and len(tree.body) == 1 else None
    found = getattr(getattr(expression, "value", None), "value", None)
    return found == value or (isinstance(found, bytes) and found.decode("latin-1") == value)
