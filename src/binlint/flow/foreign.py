"""Literals that reach the client of another service: they are no leak of Binance's credentials."""

from __future__ import annotations

from collections.abc import Iterator

from binlint import facts as f
from binlint.facts import Call, Facts
from binlint.finding import Location, Place
from binlint.flow.calls import constructor
from binlint.flow.case import Case
from binlint.flow.scopes import walk
from binlint.flow.values import (
    PROJECT,
    Entries,
    External,
    Frame,
    Instance,
    OwnClass,
    OwnFunction,
    Partial,
    Text,
    Thunk,
    Value,
    bare,
)
from binlint.names import speaks_of_binance

_LOOK_AT = 40  # expressions looked at to see what an argument is made of
_LEAST = 12  # characters of what could be a credential of anybody


class Foreign:
    """What one file hands to other services."""

    def __init__(self, case: Case) -> None:
        self._case = case

    def literals(self, wanted: frozenset[Location] | None = None) -> set[Location]:
        """The literals that reach a client which is not Binance's; they may stand in other files.

        Of `wanted` ones, if they are given; whom a call calls is asked only where it takes one of them.
        """
        found: set[Location] = set()
        evaluator = self._case.evaluator
        for call in self._case.facts.calls:
            if not (call.args or call.keywords) or _is_labelled(call):
                continue
            if wanted is not None and not self._may_be_foreign(call):
                continue
            if not self._takes(call, wanted):
                continue
            targets = evaluator.ask(call.func)
            if any(map(self._may_be_ours, targets)):
                continue
            if any(self._is_foreign(value) or self._is_for_another(value, call) for value in targets):
                for frame in self._case.rounds(call):
                    if frame.picked and not any(map(self._is_foreign, evaluator.ask(call.func, frame))):
                        continue
                    found.update(self._passed_in(call, frame))
        for item in self._case.facts.attribute_sets:
            literals = set(self._literals_in(Thunk(item.value, evaluator.root), 0))
            is_asked = bool(literals) and (wanted is None or not wanted.isdisjoint(literals))
            if is_asked and any(map(self._is_foreign, evaluator.ask(item.target))):
                found.update(literals)
        return found

    def _may_be_foreign(self, call: Call) -> bool:
        """Whether a call may be one of another service, told within this file."""
        evaluator = self._case.evaluator
        is_local, evaluator.is_local = evaluator.is_local, True
        try:
            targets = evaluator.ask(call.func)
        finally:
            evaluator.is_local = is_local
        return any(
            self._is_foreign(value) or self._is_for_another(value, call) or self._is_imported(value)
            for value in targets
        )

    def _is_imported(self, value: Value) -> bool:
        """Whether it comes from another file of the project."""
        value = bare(value)
        root = value.dotted.partition(".")[0] if isinstance(value, External) else ""
        project = self._case.linked.world.project
        return root == PROJECT or (bool(root) and project.module(self._case.facts.path, root, 0) is not None)

    def _takes(self, call: Call, wanted: frozenset[Location] | None) -> bool:
        """Whether a literal that is asked for is among the arguments, by any way into the function around.

        Those of this file are found in it; those of others where names are passed, not what calls give.
        """
        evaluator = self._case.evaluator
        if wanted is None and not any(map(self._is_name, (*call.args, *(v for _, v in call.keywords)))):
            return False
        is_local, evaluator.is_local = evaluator.is_local, evaluator.is_local or wanted is not None
        try:
            return any(
                wanted is None or location in wanted
                for frame in self._case.rounds(call)
                for location in self._passed_in(call, frame)
            )
        finally:
            evaluator.is_local = is_local

    def _is_name(self, expr: f.Expr) -> bool:
        """Whether an argument is something that was imported, or made of it without a call."""
        found = list(walk((expr,), self._case.facts, _LOOK_AT))
        has_call = any(isinstance(each, f.Call) for each in found)
        return not has_call and any(isinstance(each, f.Imported | f.Free) for each in found)

    def _passed_in(self, call: Call, frame: Frame) -> Iterator[Location]:
        passed = self._case.linked.arguments(call, frame)
        for thunk in (*passed.positional, *(thunk for _, thunk in passed.keywords)):
            yield from self._literals_in(thunk, 0)

    def _is_for_another(self, value: Value, call: Call) -> bool:
        """A framework for many exchanges, told to use one that is not Binance."""
        value = bare(value)
        if not isinstance(value, External):
            return False
        apis = self._case.catalogue.api(constructor(value.dotted))
        passed = self._case.linked.arguments(call, self._case.evaluator.root)
        conditions = [api.when for api in apis if api.when is not None]
        return any(passed.get(c.param, c.index) and not self._case.holds(c, passed) for c in conditions)

    def _literals_in(self, thunk: Thunk, depth: int) -> Iterator[Location]:
        for value in self._case.evaluator.ask(thunk.expr, thunk.frame):
            value = bare(value)
            if isinstance(value, Text) and len(value.value) >= _LEAST:
                yield from value.origins
            elif isinstance(value, Entries) and depth < 3:
                for _, inner in value.entries:
                    yield from self._literals_in(inner, depth + 1)

    def _is_foreign(self, value: Value) -> bool:
        value = bare(value)
        if isinstance(value, Partial):
            return self._is_foreign(value.target)
        if isinstance(value, Instance) and isinstance(value.of, External):
            value = value.of
        if isinstance(value, OwnClass):
            bases = self._case.classes.external_bases(value)
            place = value.facts.classes[value.number].place
            return any(map(self._is_foreign, bases)) or self._wraps_others(value.facts, place)
        if isinstance(value, OwnFunction):
            return self._wraps_others(value.frame.facts, value.frame.facts.functions[value.number].place)
        if not isinstance(value, External):
            return False
        dotted = value.dotted
        root = dotted.partition(".")[0]
        if self._case.catalogue.is_other_vendor(dotted):
            return True
        if (
            root in (PROJECT, "builtins")
            or self._case.catalogue.is_binance_root(root)
            or self._case.catalogue.is_neutral(root)
        ):
            return False
        return not self._case.facts.company

    def _may_be_ours(self, value: Value) -> bool:
        """Whether a function or class of another file may be a wrapper around a client of Binance."""
        value = bare(value)
        facts = value.facts if isinstance(value, OwnClass) else None
        if isinstance(value, OwnFunction):
            facts = value.frame.facts
        if facts is None or facts is self._case.facts or not facts.company:
            return False
        return not self._is_foreign(value)

    def _wraps_others(self, facts: Facts, place: Place) -> bool:
        """Whether a function or class of another file is a wrapper around the client of another service."""
        catalogue = self._case.catalogue
        if facts is self._case.facts or not any(map(catalogue.is_other_vendor, facts.roots)):
            return False
        if not facts.company:
            return True
        root = self._case.linked.unit(facts).root
        targets = [
            bare(value)
            for call in facts.calls
            if place[:2] <= call.place[:2] and call.place[2:] <= place[2:]
            for value in self._case.evaluator.ask(call.func, root)
        ]
        names = [value.dotted for value in targets if isinstance(value, External)]
        return any(map(catalogue.is_other_vendor, names)) and not any(map(catalogue.api, names))


def _is_labelled(call: Call) -> bool:
    """`store.set("binance_api_key", …)`: somebody else's client, and Binance's credential."""
    return any(
        isinstance(value, f.Literal) and isinstance(value.value, str) and speaks_of_binance(value.value[:200])
        for value in (*call.args, *(value for _, value in call.keywords))
    )
