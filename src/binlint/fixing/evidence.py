"""What a literal is called in its source: the names on the way to it, outermost first."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from binlint.finding import Place
from binlint.syntax.builder import Positions


def names_at(tree: ast.AST, text: str, place: Place) -> tuple[str, ...]:
    """The classes, functions, variables, dict keys and keywords that a place stands in."""
    positions = Positions(text)
    names: list[str] = []
    node: ast.AST | None = tree
    while node is not None:
        inner = next((child for child in _children(node) if _holds(positions, child, place)), None)
        if inner is not None:
            names += _said(node, inner)
        node = inner
    return tuple(names)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """What is below a node; of these, some have no place but that of what is below them."""
    return (child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr_context))


def _holds(positions: Positions, node: ast.AST, place: Place) -> bool:
    if getattr(node, "end_lineno", None) is None:
        return any(_holds(positions, child, place) for child in _children(node))
    around = positions.place(node)
    return around[:2] <= place[:2] and place[2:] <= around[2:]


def _said(node: ast.AST, inner: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        yield node.name
    elif isinstance(node, ast.Assign):
        yield from (_target(target) for target in node.targets[:1])
    elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr):
        yield _target(node.target)
    elif isinstance(node, ast.keyword) and node.arg:
        yield node.arg
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if value is inner and isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value


def _target(target: ast.expr) -> str:
    if isinstance(target, ast.Name):
        return target.id
    if isinstance(target, ast.Attribute):
        return target.attr
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        return str(target.slice.value)
    return ""
