"""Which files use what another file defines, told from imports and from the names that they mention."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from binlint import facts as f
from binlint.facts import Facts
from binlint.flow import budget
from binlint.flow.scopes import walk

if TYPE_CHECKING:
    from binlint.flow.link import Linked, Unit

_NESTED = 40  # expressions looked at to see whether a definition hands a name on
_STAR = "import *"


class Names(NamedTuple):
    """What a function or class is known by in other files.

    `handed` is what a file mentions that hands it on, `called` what one mentions that calls it. For a
    method they differ: its class, and its own name.
    """

    handed: frozenset[str]
    called: frozenset[str]
    is_method: bool = False


class Users:
    """Finds the files; a file is compiled only if it mentions a name that it would call."""

    def __init__(self, linked: Linked) -> None:
        self._linked = linked

    def of(self, path: str, names: Names) -> Iterator[tuple[Unit, frozenset[str]]]:
        """The files that import the one at `path`, directly or not, and mention one of the names.

        With each come the names by which it may call: those of derived classes and other names for the same
        are among them.
        """
        project = self._linked.world.project
        handed, words = set(names.handed), set(names.called - {"__init__"})
        seen, waiting, compiled = {path}, [path], 0
        while waiting and len(seen) < budget.VISITED:
            for importer in sorted(project.importers(waiting.pop(0)), key=self._is_bare):
                if importer in seen:
                    continue
                seen.add(importer)
                if project.mentions(importer, frozenset((*handed, *words, _STAR))):
                    waiting.append(importer)
                users = [importer] if project.mentions(importer, frozenset(words)) else []
                if names.is_method and project.mentions(importer, frozenset(handed)):
                    users += self._given(importer, words, seen)
                for user in users:
                    compiled += 1
                    if compiled > self._linked.world.reach.users:
                        self._linked.gave_up += 1
                        return
                    unit = self._linked.unit_at(user)
                    if unit is None:
                        continue
                    if not names.is_method:
                        words |= further_names(unit.facts, words)
                    yield unit, frozenset(words | names.called)
        if waiting:
            self._linked.gave_up += 1

    def _is_bare(self, path: str) -> bool:
        """Whether a file neither holds a key nor imports one that does: it is asked after those."""
        world = self._linked.world
        if path in world.material:
            return False
        return not world.material or world.material.isdisjoint(world.project.imported(path))

    def _given(self, path: str, words: set[str], seen: set[str]) -> Iterator[str]:
        """The files to which another one may hand an object: what it imports, if that mentions the method."""
        project = self._linked.world.project
        for imported in project.imported(path):
            if imported not in seen and project.mentions(imported, frozenset(words)):
                seen.add(imported)
                yield imported


def further_names(facts: Facts, words: set[str]) -> set[str]:
    """The names by which a file hands on what has one of these: derived classes, aliases, factories."""
    handing: defaultdict[str, set[str]] = defaultdict(set)  # a name → the names that are defined with it
    for name, exprs in _definitions(facts):
        for mentioned in _names_in(exprs, facts):
            handing[mentioned].add(name)
    found, waiting = set(words), list(words)
    while waiting and len(found) < budget.NAMES_OF_ONE:
        further = handing[waiting.pop()] - found
        found |= further
        waiting += further
    return found


def _definitions(facts: Facts) -> Iterator[tuple[str, tuple[f.Expr, ...]]]:
    for cls in facts.classes:
        if cls.parent == 0:
            yield cls.name, cls.bases
    for function in facts.functions:
        if function.parent == 0:
            yield function.name, function.returns
    for name, binding in facts.scopes[0].names.items():
        yield name, (facts.bindings[binding].value,)


def mentions(exprs: tuple[f.Expr, ...], facts: Facts, words: set[str]) -> bool:
    """Whether some expressions speak of one of these names."""
    return not words.isdisjoint(_names_in(exprs, facts))


def _names_in(exprs: tuple[f.Expr, ...], facts: Facts) -> Iterator[str]:
    for expr in walk(exprs, facts, _NESTED):
        if isinstance(expr, f.Free | f.Attribute):
            yield expr.name
        elif isinstance(expr, f.Imported):
            yield expr.name or ""
        elif isinstance(expr, f.ClassRef):
            yield facts.classes[expr.number].name
        elif isinstance(expr, f.FunctionRef):
            yield facts.functions[expr.number].name
