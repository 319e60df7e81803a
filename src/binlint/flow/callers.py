"""Who calls a function or makes an instance: in its own file, and in the files that import it.

Other files are asked only while a credential is being followed (`Evaluator.far`): a module is compiled
because it imports the one at hand and mentions the name that is asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from binlint import facts as f
from binlint.facts import Call, Facts
from binlint.finding import Location
from binlint.flow import budget
from binlint.flow.classes import CONSTRUCTORS, definition
from binlint.flow.scopes import called, function_of, last_name
from binlint.flow.users import Names, Users, mentions
from binlint.flow.values import (
    Frame,
    Instance,
    OwnClass,
    OwnFunction,
    Partial,
    Site,
    Values,
    bare,
)

if TYPE_CHECKING:
    from binlint.flow.link import Linked, Unit

Key = tuple[str, int, int]  # "function" or "class", the identity of its facts, its number


class Caller(NamedTuple):
    """A call, what it calls, and the root frame of the file it stands in.

    A `wrapped` function is not called by it, but what a decorator of the project has put in its place.
    """

    call: Call
    target: OwnFunction | OwnClass
    root: Frame
    wrapped: bool = False

    @property
    def site(self) -> Site:
        """The call as a station of a way."""
        facts = self.root.facts
        return Site(Location(facts.path, self.call.place), called(self.call.func, facts))


class Callers:
    """The calls of the project, by what they call."""

    def __init__(self, linked: Linked) -> None:
        self._linked = linked
        self._evaluator = linked.evaluator
        self._users = Users(linked)
        self._classes = linked.classes
        self._local: dict[str, dict[Key, list[Caller]]] = {}
        self._far: dict[Key, list[Caller]] = {}
        self._targets: dict[int, list[tuple[Key, Caller]]] = {}
        self._instances: dict[tuple[int, int, bool], list[Instance]] = {}

    def of(self, facts: Facts, number: int) -> list[Caller]:
        """The calls that may call a function."""
        return self._all(("function", id(facts), number), facts, self._names(facts, number))

    def constructions(self, cls: OwnClass) -> list[Caller]:
        """The calls that make an instance of a class, or of one that is derived from it."""
        return self._all(("class", id(cls.facts), cls.number), cls.facts, _names_of_class(cls))

    def instances(self, cls: OwnClass) -> list[Instance]:
        """What those calls make, with what any caller of theirs may pass."""
        key = (id(cls.facts), cls.number, self._evaluator.far)
        found = self._instances.get(key)
        if found is None:
            self._instances[key] = []  # what is made with the help of another one
            found = [
                self._linked.classes.construct(
                    caller.target, caller.call, self._linked.arguments(caller.call, caller.root), caller.root
                )
                for caller in self.constructions(cls)[: budget.CONTEXTS]
                if isinstance(caller.target, OwnClass)
            ]
            self._instances[key] = found
        return found

    def _all(self, key: Key, facts: Facts, names: Names | None) -> list[Caller]:
        local = self._calls_in(self._linked.unit(facts)).get(key, [])
        if not self._evaluator.far or names is None:
            return local
        far = self._far.get(key)
        if far is None:
            self._far[key] = []  # while it is being asked for
            far = self._far[key] = list(self._calls_elsewhere(key, facts, names))
        return [*local, *far]

    # in the file itself

    def _calls_in(self, unit: Unit) -> dict[Key, list[Caller]]:
        found = self._local.get(unit.facts.path)
        if found is None:
            found = self._local[unit.facts.path] = {}
            first, unresolved = self._collect(unit, unit.calls)
            self._local[unit.facts.path] = first
            unit.root.forget()
            second, _ = self._collect(unit, unresolved)
            for key, callers in second.items():
                first[key].extend(callers)
            unit.root.forget()
            found = first
        return found

    def _collect(
        self, unit: Unit, calls: Iterable[Call]
    ) -> tuple[defaultdict[Key, list[Caller]], list[Call]]:
        found: defaultdict[Key, list[Caller]] = defaultdict(list)
        unresolved: list[Call] = []
        for call in calls:
            if not unit.relevance.may_call_own(call):
                continue
            values = self._evaluator.ask(call.func, unit.root)
            if not values:
                unresolved.append(call)
            for key, caller in self._called(values, call, unit):
                found[key].append(caller)
        return found, unresolved

    def _called(self, values: Values, call: Call, unit: Unit) -> Iterator[tuple[Key, Caller]]:
        for value in values:
            target = bare(value)
            if isinstance(target, Partial):
                target = bare(target.target)
            if isinstance(target, OwnFunction):
                yield key_of(target), Caller(call, target, unit.root, self._is_wrapped(target, call))
            elif isinstance(target, OwnClass):
                for name in CONSTRUCTORS:
                    method = self._linked.classes.method(target, name)
                    if method is not None:
                        yield key_of(method), Caller(call, target, unit.root)
                for base in self._linked.classes.own_mro(target):
                    yield ("class", id(base.facts), base.number), Caller(call, target, unit.root)
            elif isinstance(target, Instance) and isinstance(target.of, OwnClass):
                method = self._linked.classes.method(target.of, "__call__")
                if method is not None:
                    yield key_of(method), Caller(call, method._replace(receiver=target), unit.root)

    def _is_wrapped(self, target: OwnFunction, call: Call) -> bool:
        """Whether a decorator of the project gives something else than the function that it is given."""
        facts = target.frame.facts
        for decorator in facts.functions[target.number].decorators:
            for value in self._evaluator.ask(decorator, self._linked.unit(facts).root):
                if isinstance(value, OwnFunction) and decorator is not call.func:
                    home = value.frame.facts
                    if any(isinstance(r, f.Ref) and _is_function(r, home) for r in _returned(value)):
                        return True
        return False

    # in other files

    def _names(self, facts: Facts, number: int) -> Names | None:
        """What somebody elsewhere knows a function by; None if nobody elsewhere can call it."""
        function = facts.functions[number]
        while function.method_of < 0 and function.parent > 0:  # what a decorator gives back
            outer = function_of(function.parent, facts)
            if outer < 0:
                return None
            function = facts.functions[outer]
        if function.method_of < 0:
            return Names(frozenset({function.name}), frozenset({function.name}))
        cls = OwnClass(facts, function.method_of)
        if function.name in CONSTRUCTORS or definition(cls).parent != 0:
            return _names_of_class(cls)
        return Names(frozenset({definition(cls).name}), frozenset({function.name}), is_method=True)

    def _calls_elsewhere(self, key: Key, facts: Facts, names: Names) -> Iterator[Caller]:
        asked: set[str] = set()
        for unit, words in self._users.of(facts.path, names):
            asked.add(unit.facts.path)
            for call in unit.calls:
                if _may_name(call.func, unit.facts, words):
                    yield from self._matching(key, call, unit)
        for unit in self._bases(key, facts):  # a base calls by its own name what derived classes define
            for call in unit.calls:
                if unit.facts.path not in asked and last_name(call.func, unit.facts) in names.called:
                    yield from self._matching(key, call, unit, far=True)
        for path in self._handed_to(key, facts):
            receiver = self._linked.unit_at(path)
            if receiver is not None and path not in asked:
                for call in receiver.calls:
                    if not _is_fixed(call.func, receiver.facts):
                        yield from self._matching(key, call, receiver)

    def _bases(self, key: Key, facts: Facts) -> Iterator[Unit]:
        """The other files in which the bases of a method's class stand."""
        kind, _, number = key
        method_of = facts.functions[number].method_of if kind == "function" else -1
        if method_of >= 0:
            homes = {
                base.facts.path: base.facts for base in self._classes.own_mro(OwnClass(facts, method_of))
            }
            yield from (self._linked.unit(home) for home in homes.values() if home is not facts)

    def _matching(self, key: Key, call: Call, unit: Unit, far: bool = False) -> Iterator[Caller]:
        known = self._targets.get(id(call))
        if known is None:
            values = () if far else self._evaluator.ask(call.func, unit.root)
            if not values:  # an object that was handed on: by whom, others know
                values = self._evaluator.ask(call.func, unit.root, far=True)
            known = self._targets[id(call)] = list(self._called(values, call, unit))
        yield from (caller for found, caller in known if found == key)

    def _handed_to(self, key: Key, facts: Facts) -> Iterator[str]:
        """The files whose functions are given a function or class: callbacks, decorators, registries."""
        kind, _, number = key
        decorators = (
            facts.classes[number].decorators if kind == "class" else facts.functions[number].decorators
        )
        if kind == "function" and facts.functions[number].method_of >= 0:
            method_of = facts.functions[number].method_of
            kind, number, decorators = "class", method_of, facts.classes[method_of].decorators
        for decorator in decorators:
            yield from self._home_of(decorator, facts)
        wanted = f.ClassRef(number) if kind == "class" else f.FunctionRef(number)
        for call in facts.calls:
            for arg in (*call.args, *(value for _, value in call.keywords)):
                if isinstance(arg, f.Ref) and facts.bindings[arg.binding].value == wanted:
                    yield from self._home_of(call.func, facts)

    def _home_of(self, func: f.Expr, facts: Facts) -> Iterator[str]:
        """The file of the project from which what is called was imported."""
        while isinstance(func, f.Call | f.Attribute):
            func = func.func if isinstance(func, f.Call) else func.value
        value = facts.bindings[func.binding].value if isinstance(func, f.Ref) else None
        if isinstance(value, f.Imported):
            yield from self._linked.module_paths(value, facts)

    def derived(self, cls: OwnClass) -> Iterator[OwnClass]:
        """The classes that are derived from one, here and, if far is asked, in other files."""
        units = [(self._linked.unit(cls.facts), frozenset({definition(cls).name}))]
        names = _names_of_class(cls)
        if self._evaluator.far and names is not None:
            units += self._users.of(cls.facts.path, names)
        for unit, words in units:
            for number, other in enumerate(unit.facts.classes):
                own = OwnClass(unit.facts, number)
                is_itself = unit.facts is cls.facts and number == cls.number
                if is_itself or not mentions(other.bases, unit.facts, set(words)):
                    continue
                bases = self._linked.classes.own_mro(own)
                if any(base.facts is cls.facts and base.number == cls.number for base in bases):
                    yield own


def _returned(function: OwnFunction) -> tuple[f.Expr, ...]:
    return function.frame.facts.functions[function.number].returns


def _is_function(expr: f.Ref, facts: Facts) -> bool:
    return isinstance(facts.bindings[expr.binding].value, f.FunctionRef)


def _may_name(func: f.Expr, facts: Facts, words: frozenset[str]) -> bool:
    """Whether what is called may go by one of these names, or has none."""
    name = last_name(func, facts)
    if name:
        return name in words
    if isinstance(func, f.Ref):
        binding = facts.bindings[func.binding]
        is_definition = isinstance(binding.value, f.FunctionRef | f.ClassRef | f.Imported)
        return not is_definition or binding.name in words
    return True


def _is_fixed(func: f.Expr, facts: Facts) -> bool:
    """Whether a name says already what is called: a definition, an import, something built in."""
    if isinstance(func, f.Ref):
        return isinstance(facts.bindings[func.binding].value, f.FunctionRef | f.ClassRef | f.Imported)
    return isinstance(func, f.Free) and not any(func.name in scope.every for scope in facts.scopes)


def key_of(function: OwnFunction) -> Key:
    """A function as a key, the same however it was reached."""
    return ("function", id(function.frame.facts), function.number)


def _names_of_class(cls: OwnClass) -> Names | None:
    if definition(cls).parent != 0:
        return None
    name = definition(cls).name
    return Names(frozenset({name}), frozenset({name, "__init__"}))
