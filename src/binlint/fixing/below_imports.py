"""Puts a statement below the imports of a module, and the imports that it needs above it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from binlint.fixing import imports
from binlint.fixing.edits import Edit, Refusal
from binlint.fixing.imports import Provided, Use, Wanted
from binlint.fixing.scopes import Offsets

_NEWLINE = re.compile(r"\r\n|\n|\r")
_REST_OF_LINE = re.compile(r"[ \t\f]*;?[ \t\f]*(?:#[^\r\n]*)?(\r\n|\n|\r|\Z)")


def end_of_imports(tree: ast.Module, is_early: Callable[[ast.stmt], bool]) -> int:
    """The index of the statement before which another one goes: after the last import that may come first.

    `is_early` tells the imports that must not be executed before it.
    """
    end = 1 if ast.get_docstring(tree, clean=False) is not None else 0
    for index, node in enumerate(tree.body):
        if index < end:
            continue
        parts = [part for part in ast.walk(node) if isinstance(part, ast.stmt)]
        if not all(map(_is_like_import, parts)) or any(map(is_early, parts)):
            break
        if any(isinstance(part, ast.Import | ast.ImportFrom) for part in parts):
            end = index + 1
    return end


def _is_like_import(node: ast.stmt) -> bool:
    """Whether imports may go on after a statement: `try: import a except ImportError: a = None`."""
    if isinstance(node, ast.Assign):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Import | ast.ImportFrom | ast.Try | ast.If | ast.Pass)


def import_for(text: str, tree: ast.Module, at: int, wanted: Wanted, path: str) -> Provided | Refusal:
    """The import for something before statement `at`; with the imports above that, if there are any."""
    if at == len(tree.body):
        return imports.provide(text, wanted, [Use(len(text))], path=path)
    offsets = Offsets(text)
    start = start_of(offsets, tree.body[at])
    above = text[: offsets.starts[offsets.line(start)]]
    name = wanted.name or wanted.module.partition(".")[0]
    if (
        at
        and isinstance(tree.body[at - 1], ast.Import | ast.ImportFrom)
        and not re.search(rf"\b{name}\b", text[start:])
    ):
        provided = imports.provide(above, wanted, [Use(len(above))], path=path)
        if isinstance(provided, Provided) and not text[len(above) : start].strip():
            return provided
    return imports.provide(text, wanted, [Use(start)], path=path)


def insertion(text: str, tree: ast.Module, at: int, statement: str) -> Edit:
    """The edit that puts a statement before statement `at`, on a line of its own if there can be one."""
    offsets = Offsets(text)
    end = offsets.span(tree.body[at - 1])[1] if at else 0
    rest = _REST_OF_LINE.match(text, end)
    if rest is None:
        start = start_of(offsets, tree.body[at])
        return Edit(start, start, f"{statement}; ")
    found = _NEWLINE.search(text)
    newline = rest.group(1) or (found.group() if found else "\n")
    before = newline if rest.group(1) else newline * 2
    following = text[rest.end() :]
    line = _NEWLINE.split(following, maxsplit=1)[0]
    gap = newline if following and line.strip() else ""
    return Edit(rest.end(), rest.end(), f"{before}{statement}{newline}{gap}")


def start_of(offsets: Offsets, node: ast.stmt) -> int:
    """Where a statement begins, with its decorators."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    if not decorators:
        return offsets.span(node)[0]
    return offsets.starts[min(part.lineno for part in decorators) - 1]


def bound_names(tree: ast.Module) -> Iterator[str]:
    """Each binding of a name, in whatever scope; keywords of calls count as well."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                yield node.id
            continue
        found = [getattr(node, field, None) for field in ("asname", "name", "arg", "rest")]
        name = next((each for each in found if isinstance(each, str)), None)
        if name is not None:
            yield name.partition(".")[0]
