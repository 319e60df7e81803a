"""Look-ups through an object that a file reads its settings with: `env("X")` of environs and the like.

It has to be made once, at the top of the very file, and have read its file of variables before the first use.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from binlint.fixing.below_imports import bound_names
from binlint.fixing.edits import Refusal
from binlint.fixing.imports import Use
from binlint.fixing.rewrite_code import FUNCTIONS, Code, parsed
from binlint.fixing.scopes import Offsets
from binlint.fixing.style_types import Lookups, Style, Where

_ENVIRONS = "environs.Env"
_DJANGO = "environ.Env"
_STRICT = frozenset({_ENVIRONS, _DJANGO})
_READ = "read_env"


class _Object(NamedTuple):
    """An object of the module, and how it is asked for a text."""

    name: str
    is_typed: bool  # what it gives may have another type than str, unless it is asked for one


def at_hand(style: Style) -> Style:
    """The style, but for the files in which such an object is at hand."""

    def provide(text: str, uses: Sequence[Use], where: Where) -> Lookups | Refusal:
        found = _found(text, uses)
        if found is None or where.own & {"environ", "environs"}:
            return style.provide(text, uses, where)
        call = f"{found.name}.str" if found.is_typed or f"{found.name}.str(" in text else found.name
        return Lookups(lambda variable: f'{call}("{variable}")', ())

    return style._replace(provide=provide)


def _found(text: str, uses: Sequence[Use]) -> _Object | None:
    if _READ not in text or not uses:
        return None
    tree = parsed(text)
    if tree is None:
        return None
    code, offsets = Code(text, tree), Offsets(text)
    first = min(use.offset for use in uses)
    before = [node for node in tree.body if offsets.span(node)[1] <= first]
    for node in before:
        made = _made(code, node)
        if made is None:
            continue
        if sum(name == made.name for name in bound_names(tree)) != 1 or _is_changed(tree, made.name):
            continue
        if any(_reads(code, each, made.name) for each in before[before.index(node) + 1 :]):
            return made
    return None


def _made(code: Code, node: ast.stmt) -> _Object | None:
    """The object that a statement makes: `env = Env()`, or with types for django-environ."""
    if not isinstance(node, ast.Assign) or len(node.targets) != 1 or not isinstance(node.value, ast.Call):
        return None
    target, call = node.targets[0], node.value
    kind = code.dotted(call.func)
    if not isinstance(target, ast.Name) or kind not in _STRICT or call.args:
        return None
    if call.keywords and kind != _DJANGO:
        return None
    return _Object(target.id, bool(call.keywords))


def _is_changed(tree: ast.Module, name: str) -> bool:
    """Whether something of the object is set, such as a prefix of all names."""
    return any(
        (
            isinstance(node, ast.Attribute)
            and not isinstance(node.ctx, ast.Load)
            and isinstance(node.value, ast.Name)
            and node.value.id == name
        )
        or (isinstance(node, ast.Attribute) and node.attr == "prefixed")
        for node in ast.walk(tree)
    )


def _reads(code: Code, statement: ast.stmt, name: str) -> bool:
    """Whether a statement, when it is executed, reads the file of variables."""
    for node in _at_once(statement):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == _READ:
            owner = node.func.value
            if (isinstance(owner, ast.Name) and owner.id == name) or code.dotted(owner) in _STRICT:
                return True
    return False


def _at_once(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    if not isinstance(node, (*FUNCTIONS, ast.Lambda)):
        for child in ast.iter_child_nodes(node):
            yield from _at_once(child)
