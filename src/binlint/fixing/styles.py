"""The ways in which a project reads its environment: what stands where the literal stood, and its import."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from binlint.fixing import imports
from binlint.fixing.edits import Edit, Refusal, apply
from binlint.fixing.imports import Provided, Use, Wanted
from binlint.fixing.rewrite_code import parsed
from binlint.fixing.scopes import Offsets

MODULES = ("decouple", "dotenv", "json", "pathlib", "tomli", "tomllib")  # what styles import, without os
AUTO = "auto"  # what the project does already; see `detect`
LOAD = Wanted("dotenv", "load_dotenv")
_NEWLINE = re.compile(r"\r\n|\n|\r")
_REST_OF_LINE = re.compile(r"[ \t\f]*;?[ \t\f]*(?:#[^\r\n]*)?(\r\n|\n|\r|\Z)")
_HARD = re.compile(r"[\r\n\\']")  # what python-decouple, which knows no escapes, would not read back


class Lookups(NamedTuple):
    """How to spell a look-up in one file, and the edits that make it possible."""

    lookup: Callable[[str], str]
    edits: tuple[Edit, ...]


class Where(NamedTuple):
    """A file that is edited and the store, as paths from the root of the project, with "/".

    `own` are the modules of the project itself that come before those of others of the same name.
    """

    path: str
    store: str
    own: frozenset[str] = frozenset()


class Style(NamedTuple):
    """One way. `provide` makes it right for the places of one file."""

    name: str
    loads: str  # what the reader has to do for the variable to be there
    provisional: Callable[[str], str]
    provide: Callable[[str, Sequence[Use], Where], Lookups | Refusal]
    unreadable: Callable[[str], str] = lambda value: ""  # why it could not read a value from the store
    form: str = "dotenv"  # the format of the store: "dotenv", "toml" or "json"


def _quoted(name: str) -> str:
    return f'"{name}"'


def _subscript(text: str, uses: Sequence[Use], where: Where) -> Lookups | Refusal:
    provided = imports.environ(text, uses, path=where.path)
    return _with(provided, lambda spelled: lambda name: f"{spelled}[{_quoted(name)}]")


def _environ_get(text: str, uses: Sequence[Use], where: Where) -> Lookups | Refusal:
    provided = imports.environ(text, uses, path=where.path)
    return _with(provided, lambda spelled: lambda name: f"{spelled}.get({_quoted(name)})")


def _getenv(text: str, uses: Sequence[Use], where: Where) -> Lookups | Refusal:
    provided = imports.getenv(text, uses, path=where.path)
    return _with(provided, lambda spelled: lambda name: f"{spelled}({_quoted(name)})")


def _decouple(text: str, uses: Sequence[Use], where: Where) -> Lookups | Refusal:
    provided = imports.provide(text, Wanted("decouple", "config"), uses, path=where.path)
    return _with(provided, lambda spelled: lambda name: f"{spelled}({_quoted(name)})")


def _with(provided: Provided | Refusal, spell: Callable[[str], Callable[[str], str]]) -> Lookups | Refusal:
    if isinstance(provided, Refusal):
        return provided
    return Lookups(spell(provided.spelled), (provided.edit,) if provided.edit is not None else ())


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
    )
}


# the call that reads the file


def with_load(text: str, is_early: Callable[[ast.stmt], bool]) -> str | Refusal:
    """The text of a module that calls `load_dotenv()` below its imports.

    `is_early` tells the imports that must not be executed before the call.
    """
    tree = parsed(text)
    if tree is None:
        return Refusal("it does not parse")
    provided = _import_of_load(text, tree, _end_of_imports(tree, is_early))
    if isinstance(provided, Refusal):
        return provided
    imported = text if provided.edit is None else apply(text, [provided.edit])
    between = parsed(imported)
    if between is None:
        return Refusal("it would not parse any more")
    at = _end_of_imports(between, is_early)
    after = apply(imported, [_call(imported, between, at, f"{provided.spelled}()")])
    new = parsed(after)
    if new is None or not _is_call(new.body.pop(at)) or ast.dump(new) != ast.dump(between):
        return Refusal("the call cannot be placed without changing other code")
    return after


def _import_of_load(text: str, tree: ast.Module, at: int) -> Provided | Refusal:
    """The import for a call before statement `at`; with the imports above that, if there are any."""
    if at == len(tree.body):
        return imports.provide(text, LOAD, [Use(len(text))])
    offsets = Offsets(text)
    start = _start(offsets, tree.body[at])
    above = text[: offsets.starts[offsets.line(start)]]
    if (
        at
        and isinstance(tree.body[at - 1], ast.Import | ast.ImportFrom)
        and "load_dotenv" not in text[start:]
    ):
        provided = imports.provide(above, LOAD, [Use(len(above))])
        if isinstance(provided, imports.Provided) and not text[len(above) : start].strip():
            return provided
    return imports.provide(text, LOAD, [Use(start)])


def _end_of_imports(tree: ast.Module, is_early: Callable[[ast.stmt], bool]) -> int:
    """The index of the statement before which the call goes: after the last import that may come first."""
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


def _call(text: str, tree: ast.Module, at: int, call: str) -> Edit:
    """The insertion before statement `at`, on a line of its own if there can be one."""
    offsets = Offsets(text)
    end = offsets.span(tree.body[at - 1])[1] if at else 0
    rest = _REST_OF_LINE.match(text, end)
    if rest is None:
        start = _start(offsets, tree.body[at])
        return Edit(start, start, f"{call}; ")
    found = _NEWLINE.search(text)
    newline = rest.group(1) or (found.group() if found else "\n")
    before = newline if rest.group(1) else newline * 2
    following = text[rest.end() :]
    line = _NEWLINE.split(following, maxsplit=1)[0]
    return Edit(
        rest.end(), rest.end(), f"{before}{call}{newline}{newline if following and line.strip() else ''}"
    )


def _start(offsets: Offsets, node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    if not decorators:
        return offsets.span(node)[0]
    return offsets.starts[min(part.lineno for part in decorators) - 1]


def _is_call(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
