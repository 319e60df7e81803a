"""Calls of known clients, and what signs requests: the commonest places that take a credential."""

from __future__ import annotations

from collections.abc import Iterator

from binlint import facts as f
from binlint.catalogue import Api
from binlint.facts import Call, Expr
from binlint.finding import Location
from binlint.flow.case import Case
from binlint.flow.relevance import PARTIALS
from binlint.flow.scopes import walk
from binlint.flow.sighting import Sighting, Sink
from binlint.flow.values import (
    Arguments,
    External,
    Frame,
    Instance,
    Number,
    OwnClass,
    Partial,
    Value,
    bare,
    merged,
)
from binlint.names import read_name
from binlint.shapes import SECRETS, classify

_HANDS = 8  # files through which a name is followed to where it is defined
_LOOK_AT = 200  # expressions looked at to see how a class is chosen
_CLIENT_WORDS = frozenset({"inance", "ccxt", "X-MBX"})


class Calls:
    """The calls of one file that take a credential."""

    def __init__(self, case: Case) -> None:
        self._case = case

    def _credential_arguments(self, call: Call, targets: list[Value]) -> tuple[Expr, ...]:
        """The arguments that may hold a credential, and what names the client where only callers know."""
        every = (*call.args, *(value for _, value in call.keywords))
        names: set[str] = set()
        places: set[int] = set()
        for value in targets:
            if not isinstance(value, External):
                return every
            apis = self._case.catalogue.api(constructor(value.dotted))
            parameters = [
                *((p.name, p.index) for api in apis for p in api.parameters),
                *((p.name, p.index) for api in apis for p in api.config),
                *((p.name, p.index) for p in self._case.catalogue.signing(value.dotted)),
            ]
            if not parameters:
                return every
            names.update(name for name, _ in parameters)
            places.update(index for _, index in parameters if index is not None)
        if any(isinstance(arg, f.Star) for arg in call.args):
            return every
        return (
            *(arg for index, arg in enumerate(call.args) if index in places),
            *(value for name, value in call.keywords if name is None or name in names),
            *((call.func,) if self._is_chosen(call.func) else ()),
        )

    def _is_chosen(self, func: Expr) -> bool:
        """Whether a class is picked by its name: `getattr(ccxt, name)`."""
        return any(
            isinstance(expr, f.Call) and isinstance(expr.func, f.Free) and expr.func.name == "getattr"
            for expr in walk((func,), self._case.facts, _LOOK_AT)
        )

    def at(self, call: Call) -> Iterator[Sighting]:
        if not self._case.unit.relevance.may_take_credentials(call) or not self.may_lead_to_client(call.func):
            return
        known = [value for value in self._called(call) if self._takes_credentials(value)]
        if not known:
            return
        for frame in self._case.rounds(call, self._credential_arguments(call, known)):
            if not self._is_reached(call, frame):
                continue
            for target, passed in self._targets(call, frame):
                for api in self._case.catalogue.api(target):
                    yield from self._at_api(api, target, call, passed, frame)
                if self._case.facts.company:
                    for parameter in self._case.catalogue.signing(target):
                        sink = Sink(
                            self._case.location(call.place),
                            f"`{short(target)}(…)`, which signs requests here",
                            parameter.name,
                        )
                        for thunk in passed.get(parameter.name, parameter.index):
                            for sighting in self._case.seen_in(
                                thunk, parameter.kind, sink, call, frame, self._case.networks.says(passed)
                            ):
                                if self._signs_for_binance(sighting):
                                    yield sighting

    def _is_reached(self, call: Call, frame: Frame) -> bool:
        """Whether a call can be reached in a frame: not if it stands in a branch that is not taken there."""
        for test, wanted in call.guards if frame.closed else ():
            known = self._case.evaluator.ask(test, frame)
            if known and all(isinstance(value, Number) for value in known):
                truths = {bool(value.value) for value in known if isinstance(value, Number)}
                if truths == {not wanted}:
                    return False
        return True

    def may_lead_to_client(self, func: Expr) -> bool:
        """Whether a name imported from the project may be a client there, told without compiling it."""
        names: list[str] = []
        while isinstance(func, f.Attribute):
            names.append(func.name)
            func = func.value
        value = self._case.facts.bindings[func.binding].value if isinstance(func, f.Ref) else None
        if not isinstance(value, f.Imported) or not self._case.linked.is_own(value, self._case.facts):
            return True
        names += [value.name] if value.name else []
        if not self._case.catalogue.last_names.isdisjoint(names):
            return True
        project = self._case.linked.world.project
        waiting = list(self._case.linked.module_paths(value, self._case.facts))
        for path in waiting:  # it grows meanwhile
            if project.mentions(path, _CLIENT_WORDS):
                return True
            if value.name and len(waiting) < _HANDS:
                waiting += (other for other in project.handing_on(path, value.name) if other not in waiting)
        return False

    def _called(self, call: Call) -> tuple[Value, ...]:
        """What a call may call; where only callers know, they are asked."""
        found = self._case.evaluator.ask(call.func)
        if not found and (self._is_chosen(call.func) or self._case.is_related):
            return self._case.evaluator.ask(call.func, far=True)
        return found

    def _signs_for_binance(self, sighting: Sighting) -> bool:
        """Webhooks, cookies and other vendors are signed with the same functions."""
        for step in sighting.way:
            reading = read_name(step.text.rpartition(" ")[2].strip("`"))
            foreign = reading.vendor is not None and not reading.company
            if foreign or (reading.innocent and not self._case.facts.signs):
                return False
        return (
            self._case.facts.signs
            or classify(sighting.text.reveal(), self._case.catalogue.samples) in SECRETS
        )

    def _takes_credentials(self, value: Value) -> bool:
        value = bare(value)
        if isinstance(value, Partial):
            value = bare(value.target)
        if isinstance(value, OwnClass):
            bases = self._case.classes.external_bases(value)
            return any(
                self._case.catalogue.api(base.dotted) for base in bases
            ) and not self._case.classes.has_init(value)
        if isinstance(value, External):
            dotted = constructor(value.dotted)
            known = self._case.catalogue.api(dotted) or dotted in PARTIALS
            return bool(known or (self._case.facts.company and self._case.catalogue.signing(dotted)))
        return False

    def _targets(self, call: Call, frame: Frame) -> Iterator[tuple[str, Arguments]]:
        for value in self._case.evaluator.ask(call.func, frame):
            passed = self._case.linked.arguments(call, frame)
            value = bare(value)
            if isinstance(value, External) and value.dotted in PARTIALS and passed.positional:
                rest = passed._replace(positional=passed.positional[1:])
                for target in self._case.evaluator.thunk(passed.positional[0]):
                    yield from self._dotted(target, rest)
            else:
                yield from self._dotted(value, passed)

    def _dotted(self, value: Value, passed: Arguments) -> Iterator[tuple[str, Arguments]]:
        value = bare(value)
        if isinstance(value, Partial):
            yield from self._dotted(value.target, merged(value.arguments, passed))
        elif isinstance(value, External):
            if value.dotted.endswith(".__init__") and self._passes_self(passed):
                passed = passed._replace(positional=passed.positional[1:])
            yield constructor(value.dotted), passed
        elif isinstance(value, OwnClass) and not self._case.classes.has_init(value):
            for base in self._case.classes.external_bases(value):
                yield base.dotted, passed

    def _passes_self(self, passed: Arguments) -> bool:
        """`Base.__init__(self, …)` rather than `super().__init__(…)`."""
        first = passed.positional[:1]
        return any(
            isinstance(bare(v), Instance) for thunk in first for v in self._case.evaluator.thunk(thunk)
        )

    def _at_api(
        self, api: Api, target: str, call: Call, passed: Arguments, frame: Frame
    ) -> Iterator[Sighting]:
        if api.when is not None and not self._case.holds(api.when, passed):
            return
        name = f"`{short(api.names[0])}(…)`"
        label = f"{name} of {api.package}" if api.package else name
        where = Location(frame.facts.path, call.place)
        tests = self._case.networks.says(passed) or where in self._case.networks.turned_here()
        for parameter in api.parameters:
            if parameter.key_object:
                continue
            sink = Sink(where, label, parameter.name, parameter.accepts_path)
            if parameter.path_or_key:
                sink = sink._replace(callee=target, index=parameter.index)
            for thunk in passed.get(parameter.name, parameter.index):
                yield from self._case.seen_in(thunk, parameter.kind, sink, call, frame, tests)
        for config in api.config:
            for thunk in passed.get(config.name, config.index):
                for value in self._case.evaluator.ask(thunk.expr, thunk.frame, far=True):
                    for key in config.keys:
                        for found in self._case.under(bare(value), key.path):
                            sink = Sink(where, label, key.path[-1])
                            marked = tests or self._case.networks.entries_say(value)
                            yield from self._case.seen_in(found, key.kind, sink, call, frame, marked)

    def at_constructions(self, cls: OwnClass) -> Iterator[Sighting]:
        """`Mine("…", "…")` in another file, where `Mine` only inherits the constructor of a client."""
        bases = [
            base for base in self._case.classes.external_bases(cls) if self._case.catalogue.api(base.dotted)
        ]
        if not bases or self._case.classes.has_init(cls):
            return
        self._case.evaluator.far = True
        try:
            ways = [
                (caller, frame)
                for caller in self._case.callers.constructions(cls)
                if caller.root.facts is not self._case.facts
                and isinstance(caller.target, OwnClass)
                and not self._case.classes.has_init(caller.target)
                for frame in self._case.contexts.outer(caller)
            ]
        finally:
            self._case.evaluator.far = False
        for caller, frame in ways:
            passed = self._case.linked.arguments(caller.call, frame)
            for base in bases:
                for api in self._case.catalogue.api(base.dotted):
                    yield from self._at_api(api, base.dotted, caller.call, passed, frame)


def constructor(dotted: str) -> str:
    """The class whose constructor is called by its own name."""
    return dotted.removesuffix(".__init__").removesuffix(".__new__")


def short(dotted: str) -> str:
    """A name as messages show it: the class, or a function with its module."""
    return (
        ".".join(dotted.split(".")[-2:])
        if dotted.rpartition(".")[2][:1].islower()
        else dotted.rpartition(".")[2]
    )
