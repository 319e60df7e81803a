"""Which names a piece of code binds, read off the tree without following it into other scopes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def bound_names(statements: Iterable[ast.AST]) -> set[str]:
    """Every name that `statements` bind in their own scope, each once, in no order."""
    return set(_bindings(statements))


def _bindings(nodes: Iterable[ast.AST]) -> Iterator[str]:
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                yield node.id
            continue
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            yield node.name
            continue
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.alias):
            yield node.asname or node.name.partition(".")[0]
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name
        elif isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
            yield node.name
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest
        elif isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            root = root_name(node)
            if root is not None:  # changing an object binds its name anew, see facts.WithItem
                yield "." + root
        elif isinstance(node, _COMPREHENSIONS):
            stack.extend(walrus for walrus in ast.walk(node) if isinstance(walrus, ast.NamedExpr))
            continue
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            root = root_name(node.func)
            if root is not None:
                yield "." + root
        stack.extend(ast.iter_child_nodes(node))


def split(names: set[str]) -> tuple[set[str], set[str]]:
    """(names that are bound, names whose object may be changed in place) from `bound_names`."""
    changed = {name[1:] for name in names if name.startswith(".")}
    return {name for name in names if not name.startswith(".")}, changed


def root_name(node: ast.AST) -> str | None:
    """`a` of `a.b["c"].d`; None where the chain starts with something else."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


_DECLARATION = re.compile(r"(?m)(?:^|[;:])[ \t]*(global|nonlocal)[ \t\\\r\n]+(\w+(?:[ \t]*,[ \t]*\w+)*)")


def outer_names(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The names in `global` and in `nonlocal` statements of a text; a word of a docstring does no harm."""
    found: dict[str, set[str]] = {"global": set(), "nonlocal": set()}
    for match in _DECLARATION.finditer(text):
        found[match[1]].update(name.strip() for name in match[2].split(","))
    return frozenset(found["global"]), frozenset(found["nonlocal"])
