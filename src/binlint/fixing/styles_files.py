"""The styles that read a file of the project: `_SECRETS["X"]`, from TOML or JSON that git ignores.

One constant below the imports reads the file, by a path relative to the module. Where none can be put before
every use, the whole expression stands at each of them. A notebook has no `__file__`: there the path is
relative to the directory in which it is run, which is that of the notebook unless it was told otherwise.
"""

from __future__ import annotations

import ast
import json
import posixpath
import re
import unicodedata
from collections.abc import Sequence
from itertools import chain, count
from typing import NamedTuple

from binlint.fixing import imports
from binlint.fixing.below_imports import bound_names, end_of_imports, import_for, insertion, start_of
from binlint.fixing.edits import Edit, Refusal, apply
from binlint.fixing.imports import Use, Wanted
from binlint.fixing.rewrite_checks import is_same
from binlint.fixing.rewrite_code import parsed
from binlint.fixing.rewrite_types import Planned
from binlint.fixing.scopes import Offsets
from binlint.fixing.style_types import Lookups, Style, Where, is_shadowed

_PATH = Wanted("pathlib", "Path")
_WORD = re.compile(r"\w+")
_NAMES = ("_SECRETS", "_BINLINT_SECRETS")
_ELSEWHERE = "the program reads it from the environment, not from a file: choose another --fix-style"
_LOADS = "the program reads the file itself: it must lie there wherever the program runs"


def file_style(name: str, module: str) -> Style:
    """The style that reads the store with `loads` of a module."""

    def provide(text: str, uses: Sequence[Use], where: Where) -> Lookups | Refusal:
        return _provided(text, uses, where, Wanted(module))

    def unfit(planned: Planned) -> str:
        return _ELSEWHERE if planned.is_outside else ""

    return Style(name, _LOADS, lambda variable: _item(_NAMES[0], variable), provide, unfit=unfit, form=name)


def refusing(style: Style, reason: str) -> Style:
    """The same, for a project in which it cannot be used."""
    return style._replace(provide=lambda text, uses, where: Refusal(reason))


def _item(mapping: str, variable: str) -> str:
    return f'{mapping}["{variable}"]'


def _provided(text: str, uses: Sequence[Use], where: Where, reader: Wanted) -> Lookups | Refusal:
    tree = parsed(text)
    if tree is None:
        return Refusal("it does not parse")
    refusal = is_shadowed(where, reader.module, _PATH.module)
    if refusal is not None:
        return refusal
    if "__file__" in bound_names(tree) and not _is_notebook(where):
        return Refusal("it gives __file__ another value")
    offsets = [use.offset for use in uses] or [len(text)]
    known = _known(text, tree, offsets, where, reader)
    if known is not None:
        return Lookups(lambda variable: _item(known, variable), ())
    constant = _constant(_Growing(text, offsets), where, reader)
    if not isinstance(constant, Refusal):
        return constant
    return _inline(_Growing(text, offsets), where, reader)


# the text while it grows


class _Growing:
    """A text to which insertions come one after another, and the places of the uses in it."""

    def __init__(self, text: str, uses: Sequence[int]) -> None:
        self.text = text
        self._uses = uses
        self._pieces: dict[int, str] = {}  # offset in the text as it was -> what is inserted there

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All insertions, as edits of the text as it was."""
        return tuple(Edit(at, at, piece) for at, piece in sorted(self._pieces.items()))

    @property
    def uses(self) -> list[int]:
        """Where the uses are by now."""
        return [
            use + sum(len(piece) for at, piece in self._pieces.items() if at <= use) for use in self._uses
        ]

    def insert(self, edit: Edit | None) -> None:
        """Makes an insertion."""
        if edit is None:
            return
        assert edit.start == edit.end, edit
        at, cut = self._origin(edit.start)
        piece = self._pieces.get(at, "")
        self._pieces[at] = piece[:cut] + edit.text + piece[cut:]
        self.text = apply(self.text, [edit])

    def _origin(self, offset: int) -> tuple[int, int]:
        """The place of an offset in the text as it was, and in what is inserted there."""
        moved = 0
        for at, piece in sorted(self._pieces.items()):
            start = at + moved
            if offset < start:
                break
            if offset <= start + len(piece):
                return at, offset - start
            moved += len(piece)
        return offset - moved, 0


# the constant


def _constant(growing: _Growing, where: Where, reader: Wanted) -> Lookups | Refusal:
    """A constant below the imports, before the statement of the first use."""
    name = _free(growing.text)
    spelled = []
    for wanted in (reader, _PATH):
        spot = _spot(growing)
        if isinstance(spot, Refusal):
            return spot
        provided = import_for(growing.text, spot.tree, spot.at, wanted, where.path)
        if isinstance(provided, Refusal):
            return provided
        growing.insert(provided.edit)
        spelled.append(provided.spelled)
    spot = _spot(growing)
    if isinstance(spot, Refusal):
        return spot
    statement = f"{name} = {_expression(where, *spelled)}"
    edit = insertion(growing.text, spot.tree, spot.at, statement)
    growing.insert(edit)
    new = parsed(growing.text)
    if new is None or ast.dump(new.body[spot.at]) != ast.dump(ast.parse(statement).body[0]):
        return Refusal("the constant cannot be placed without changing other code")
    start = start_of(Offsets(growing.text), new.body[spot.at])
    if any(not _is_there(growing.text, wanted, start, where) for wanted in (reader, _PATH)):
        return Refusal("the imports of the constant cannot be placed before it")
    del new.body[spot.at]
    if not is_same(new, spot.tree):
        return Refusal("the constant cannot be placed without changing other code")
    return Lookups(lambda variable: _item(name, variable), growing.edits)


class _Spot(NamedTuple):
    tree: ast.Module
    at: int


def _spot(growing: _Growing) -> _Spot | Refusal:
    """The statement before which the constant goes."""
    tree = parsed(growing.text)
    if tree is None:
        return Refusal("it would not parse any more")
    return _Spot(tree, min(end_of_imports(tree, lambda node: False), _top_at(growing, tree)))


def _top_at(growing: _Growing, tree: ast.Module) -> int:
    """The index of the statement that holds the first use."""
    offsets = Offsets(growing.text)
    starts, first = [start_of(offsets, node) for node in tree.body], min(growing.uses)
    return max(sum(start <= first for start in starts) - 1, 0)


def _is_there(text: str, wanted: Wanted, offset: int, where: Where) -> bool:
    found = imports.provide(text, wanted, [Use(offset)], path=where.path)
    return not isinstance(found, Refusal) and found.edit is None


def _free(text: str) -> str:
    """A name that nothing in the text uses."""
    words = set(_WORD.findall(unicodedata.normalize("NFKC", text)))
    numbered = (f"{_NAMES[-1]}_{number}" for number in count(2))
    for name in chain(_NAMES, numbered):
        if name not in words:
            return name
    raise AssertionError(numbered)


def _expression(where: Where, reader: str, path: str) -> str:
    """What reads the file into a mapping."""
    if _is_notebook(where):
        relative = posixpath.relpath(where.store, posixpath.dirname(where.path) or ".")
        place = f"{path}({_quoted(relative)})"
    else:
        depth = where.path.count("/")
        above = f".parents[{depth}]" if depth else ".parent"
        place = f"({path}(__file__).resolve(){above} / {_quoted(where.store)})"
    return f'{reader}.loads({place}.read_text(encoding="utf-8"))'


def _is_notebook(where: Where) -> bool:
    return where.path.endswith(".ipynb")


def _quoted(path: str) -> str:
    return json.dumps(path, ensure_ascii=False)


def _known(text: str, tree: ast.Module, uses: Sequence[int], where: Where, reader: Wanted) -> str | None:
    """The constant of the module that reads the same file already, and is there before all uses."""
    offsets = Offsets(text)
    for node in tree.body:
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        start, end = offsets.span(node)
        if len(node.targets) > 1 or end > min(uses) or "read_text" not in text[start:end]:
            continue
        spelled = [imports.provide(text, wanted, [Use(start)], path=where.path) for wanted in (reader, _PATH)]
        names = [each.spelled for each in spelled if not isinstance(each, Refusal) and each.edit is None]
        if len(names) < len(spelled) or not is_same(
            node.value, ast.parse(_expression(where, *names), mode="eval").body
        ):
            continue
        name = node.targets[0].id
        if sum(each == name for each in bound_names(tree)) == 1:
            return name
    return None


# without one


def _inline(growing: _Growing, where: Where, reader: Wanted) -> Lookups | Refusal:
    """The whole expression at each use."""
    spelled = []
    for wanted in (reader, _PATH):
        uses = [Use(use) for use in growing.uses]
        provided = imports.provide(growing.text, wanted, uses, path=where.path)
        if isinstance(provided, Refusal):
            return provided
        growing.insert(provided.edit)
        spelled.append(provided.spelled)
    expression = _expression(where, *spelled)
    return Lookups(lambda variable: _item(expression, variable), growing.edits)
