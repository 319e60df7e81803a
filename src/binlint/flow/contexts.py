"""The ways into a function, each with all that its callers pass: what tells two accounts apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binlint.facts import Facts, Function
from binlint.finding import Location
from binlint.flow import budget
from binlint.flow.callers import Caller, key_of
from binlint.flow.classes import AFTERWARDS, CONSTRUCTORS, definition
from binlint.flow.scopes import function_of
from binlint.flow.values import Frame, Instance, OwnClass, OwnFunction, Partial, Value, bare, merged

if TYPE_CHECKING:
    from binlint.flow.link import Linked


class Contexts:
    """A frame for every way; whether other files are asked is told by `Evaluator.far`."""

    def __init__(self, linked: Linked) -> None:
        self._linked = linked
        self._evaluator = linked.evaluator
        self._callers = linked.callers
        self._contexts: dict[tuple[int, int, int, bool], list[Frame]] = {}

    def of(self, facts: Facts, function: int, depth: int = budget.CHAIN) -> list[Frame]:
        """The ways into a function: a frame for every call, for every instance, and one with the defaults."""
        root = self._linked.unit(facts).root
        if function < 0:
            return [root]
        key = (id(facts), function, depth, self._evaluator.far)
        known = self._contexts.get(key)
        if known is not None:
            return known
        self._contexts[key] = []  # a recursive function adds nothing to itself
        frames: list[Frame] = []
        definition = facts.functions[function]
        for caller in self._callers.of(facts, function):
            for outer in self.outer(caller, depth):
                frame = self._context(definition, facts, function, caller, outer)
                if frame is not None:
                    frames.append(frame)
            if len(frames) > budget.CONTEXTS:
                break
        if definition.method_of >= 0 and definition.name not in CONSTRUCTORS:
            met = {_made_by(frame.receiver) for frame in frames}
            on_instances = [
                frame
                for frame in self._on_instances(
                    OwnClass(facts, definition.method_of), definition, function, depth
                )
                if _made_by(frame.receiver) is None or _made_by(frame.receiver) not in met
            ]
            if on_instances or met - {None}:  # then no other object is imagined
                self._contexts[key] = [*frames, *on_instances][: budget.CONTEXTS]
                return self._contexts[key]
        called = bool(frames)
        enclosing = function_of(definition.parent, facts)
        for outer in (self.of(facts, enclosing, depth - 1) if depth > 0 else []) or [root]:
            frame = Frame(facts, function, {}, None, outer, outer.depth, closed=True)
            frame.entry, frame.imagined = outer.entry, called or outer.imagined
            frames.append(frame)
        self._contexts[key] = frames[: budget.CONTEXTS]
        return self._contexts[key]

    def outer(self, caller: Caller, depth: int = budget.CHAIN) -> list[Frame]:
        """The frames in which a call is made."""
        facts = caller.root.facts
        above = function_of(caller.call.scope, facts)
        return self.of(facts, above, depth - 1) if depth > 0 else [caller.root]

    def _on_instances(self, cls: OwnClass, method: Function, function: int, depth: int) -> Iterator[Frame]:
        """A method on each instance that is made of its class anywhere."""
        if not method.parameters or self._linked.decorated(
            method, self._linked.unit(cls.facts).root, "builtins.staticmethod", "builtins.classmethod"
        ):
            return
        root = self._linked.unit(cls.facts).root
        count = 0
        made: set[tuple[int, int]] = set()
        for caller in self._callers.constructions(cls):
            for outer in self.outer(caller, depth):
                count += 1
                if count > budget.CONTEXTS or not isinstance(caller.target, OwnClass):
                    return
                made.add((id(caller.target.facts), caller.target.number))
                passed = self._linked.arguments(caller.call, outer)
                instance = self._linked.classes.construct(caller.target, caller.call, passed, outer)
                _mark(instance.frame, caller, outer)
                frame = Frame(cls.facts, function, {}, instance, root, outer.depth + 1, closed=True)
                frame.entry = outer.entry or caller.site.location
                yield frame
        for derived in self._callers.derived(cls):
            if (id(derived.facts), derived.number) not in made:
                instance = Instance(derived, None, None)
                frame = Frame(cls.facts, function, {}, instance, root, 1, closed=True)
                frame.entry = Location(derived.facts.path, definition(derived).place)
                yield frame

    def _context(
        self, definition: Function, facts: Facts, function: int, caller: Caller, outer: Frame
    ) -> Frame | None:
        """The frame of one call; None if in `outer` somebody else is called."""
        linked = self._linked
        passed = linked.arguments(caller.call, outer)
        target = caller.target
        is_open = outer is caller.root
        meant = [bare(value) for value in self._evaluator.ask(caller.call.func, outer)]
        meant = [bare(value.target) if isinstance(value, Partial) else value for value in meant]
        known = [value for value in meant if isinstance(value, OwnClass | OwnFunction)]
        if known and not is_open and not any(_is_alike(value, target) for value in known):
            return None
        if isinstance(target, OwnClass):
            instance = linked.classes.construct(target, caller.call, passed, outer)
            _mark(instance.frame, caller, outer)
            if instance.frame is not None and instance.frame.function == function:
                return instance.frame
            if definition.name in AFTERWARDS:  # it sees the fields, and is handed those that are no fields
                fields = instance.frame.arguments if instance.frame is not None else {}
                own = {p.name: fields[p.name] for p in definition.parameters[1:] if p.name in fields}
            else:
                own = linked.bind(definition, passed, True)
            frame = Frame(
                facts, function, own, instance, linked.unit(facts).root, outer.depth + 1, closed=True
            )
            _mark(frame, caller, outer)
            return frame
        for value in self._evaluator.ask(caller.call.func, outer):
            value = bare(value)
            if isinstance(value, Partial) and isinstance(value.target, OwnFunction):
                passed = merged(value.arguments, passed)
                value = value.target
            if isinstance(value, OwnFunction) and key_of(value) == ("function", id(facts), function):
                target = value
                break
        arguments = linked.bind(definition, passed, target.receiver is not None)
        frame = Frame(facts, function, arguments, target.receiver, target.frame, outer.depth + 1, closed=True)
        _mark(frame, caller, outer)
        return frame


def _made_by(receiver: Value | None) -> int | None:
    """The call that made an object, by identity; None if it is not known."""
    whole = bare(receiver) if receiver is not None else None
    return id(whole.call) if isinstance(whole, Instance) and whole.call is not None else None


def _mark(frame: Frame | None, caller: Caller, outer: Frame) -> None:
    if frame is not None:
        frame.site, frame.imagined = caller.site, outer.imagined or caller.wrapped
        frame.entry = outer.entry or caller.site.location


def _is_alike(value: OwnClass | OwnFunction, target: OwnClass | OwnFunction) -> bool:
    if isinstance(value, OwnFunction):
        return isinstance(target, OwnFunction) and key_of(value) == key_of(target)
    return isinstance(target, OwnClass) and value.facts is target.facts and value.number == target.number
