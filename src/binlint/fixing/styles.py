"""The ways in which a project reads its environment: what stands where the literal stood, and its import."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence

from binlint.fixing import imports
from binlint.fixing.below_imports import end_of_imports, import_for, insertion
from binlint.fixing.edits import Refusal, apply
from binlint.fixing.imports import Use, Wanted
from binlint.fixing.rewrite_code import parsed
from binlint.fixing.style_types import Lookups, Style, Where, is_shadowed, spelled_with
from binlint.fixing.styles_files import file_style

__all__ = ["AUTO", "EXPORT", "LOAD", "MODULES", "STYLES", "Lookups", "Style", "Where", "with_load"]

MODULES = ("decouple", "dotenv", "json", "pathlib", "tomli", "tomllib")  # what styles import, without os
AUTO = "auto"  # what the project does already; see `detect`
LOAD = Wanted("dotenv", "load_dotenv")
_HARD = re.compile(r"[\r\n\\']")  # what python-decouple, which knows no escapes, would not read back


def _quoted(name: str) -> str:
    return f'"{name}"'


def _subscript(text: str, uses: Sequence[Use], where: Where) -> Lookups | Refusal:
    provided = imports.environ(text, uses, path=where.path)
    return spelled_with(provided, lambda spelled: lambda name: f"{spelled}[{_quoted(name)}]")


def _environ_get(text: str, uses: Sequence[Use], where: Where) -> Lookups | Refusal:
    provided = imports.environ(text, uses, path=where.path)
    return spelled_with(provided, lambda spelled: lambda name: f"{spelled}.get({_quoted(name)})")


def _getenv(text: str, uses: Sequence[Use], where: Where) -> Lookups | Refusal:
    provided = imports.getenv(text, uses, path=where.path)
    return spelled_with(provided, lambda spelled: lambda name: f"{spelled}({_quoted(name)})")


def _decouple(text: str, uses: Sequence[Use], where: Where) -> Lookups | Refusal:
    refusal = is_shadowed(where, "decouple")
    if refusal is not None:
        return refusal
    provided = imports.provide(text, Wanted("decouple", "config"), uses, path=where.path)
    return spelled_with(provided, lambda spelled: lambda name: f"{spelled}({_quoted(name)})")


def _no_decouple(value: str) -> str:
    return (
        "python-decouple cannot read such a value from a file; see --fix-style" if _HARD.search(value) else ""
    )


EXPORT = "set the variables in the environment, for example with `set -a; . ./.env; set +a`"
STYLES: dict[str, Style] = {
    style.name: style
    for style in (
        Style("environ", EXPORT, lambda name: f'os.environ["{name}"]', _subscript),
        Style("environ-get", EXPORT, lambda name: f'os.environ.get("{name}")', _environ_get),
        Style("getenv", EXPORT, lambda name: f'os.getenv("{name}")', _getenv),
        Style(
            "decouple",
            "python-decouple reads the .env file",
            lambda name: f'config("{name}")',
            _decouple,
            _no_decouple,
        ),
        Style(
            "dotenv", "load_dotenv() reads the .env file", lambda name: f'os.environ["{name}"]', _subscript
        ),
        Style(
            "pydantic",
            "settings classes read the file that their env_file names",
            lambda name: f'os.environ["{name}"]',
            _subscript,
        ),
        file_style("toml", "tomllib"),
        file_style("json", "json"),
    )
}


# the call that reads the file


def with_load(text: str, is_early: Callable[[ast.stmt], bool], path: str = "") -> str | Refusal:
    """The text of a module that calls `load_dotenv()` below its imports.

    `is_early` tells the imports that must not be executed before the call.
    """
    tree = parsed(text)
    if tree is None:
        return Refusal("it does not parse")
    provided = import_for(text, tree, end_of_imports(tree, is_early), LOAD, path)
    if isinstance(provided, Refusal):
        return provided
    imported = text if provided.edit is None else apply(text, [provided.edit])
    between = parsed(imported)
    if between is None:
        return Refusal("it would not parse any more")
    at = end_of_imports(between, is_early)
    after = apply(imported, [insertion(imported, between, at, f"{provided.spelled}()")])
    new = parsed(after)
    if new is None or not _is_call(new.body.pop(at)) or ast.dump(new) != ast.dump(between):
        return Refusal("the call cannot be placed without changing other code")
    return after


def _is_call(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
