"""From each place that takes a credential backwards to the literals that reach it, and from telling names.

The demand starts here. First the proven ways: calls of known clients, attributes, headers, signatures,
settings. Then what only has a name or only stands there.
"""

from __future__ import annotations

from collections.abc import Iterator

from binlint import facts as f
from binlint.catalogue import Api, Catalogue, Condition
from binlint.facts import Call, Expr, Facts
from binlint.finding import Kind, Location, Place, SecretText, Step
from binlint.flow import budget
from binlint.flow.evaluate import Evaluator
from binlint.flow.link import Unit
from binlint.flow.origins import Origins
from binlint.flow.relevance import PARTIALS
from binlint.flow.scopes import function_of, is_method, walk
from binlint.flow.sighting import Group, Sighting, Sink
from binlint.flow.users import Names, Users
from binlint.flow.values import (
    Arguments,
    Entries,
    External,
    Frame,
    Instance,
    Number,
    OwnClass,
    OwnFunction,
    Partial,
    Text,
    Thunk,
    Value,
    bare,
    merged,
    texts,
)
from binlint.flow.world import World
from binlint.names import NameReading, read_name, says_testnet, speaks_of_binance
from binlint.shapes import Shape, classify

_TEST_FLAGS = frozenset(
    {"testnet", "demo", "sandbox", "test", "is_testnet", "use_testnet", "paper", "sandbox_mode"}
)
_TEST_CALLS = frozenset(
    {"set_sandbox_mode", "setSandboxMode", "enable_demo_trading", "set_testnet", "set_testnet_mode"}
)
_TEST_WORDS = frozenset({*_TEST_CALLS, *_TEST_FLAGS, "testnet", "test_net"})
_SECRETS = frozenset(
    {Shape.KEY, Shape.PRIVATE_KEY, Shape.ENCRYPTED_PRIVATE_KEY, Shape.PLACEHOLDER, Shape.SAMPLE}
)
_WEB = frozenset({"flask", "quart", "sanic", "bottle", "aiohttp", "starlette", "fastapi"})
_LOOK_AT = 200  # expressions looked at to see whether a value depends on callers
_CLIENT_WORDS = frozenset({"inance", "ccxt", "X-MBX"})
_SILENT = (f.Constant, f.Unknown, f.FunctionRef, f.ClassRef, f.Imported)  # what is never a text


class Tracer:
    """All sightings that one file leads to. Their literals may stand in other files."""

    def __init__(self, facts: Facts, world: World, lent: Facts | None = None) -> None:
        """`lent` is another file, whose company counts where this one keeps none."""
        if lent is not None and not facts.company:
            facts = facts._replace(company=lent.company, signs=lent.signs, only_testnet=lent.only_testnet)
        self._facts = facts
        self._catalogue: Catalogue = world.catalogue
        self._evaluator = Evaluator(facts, world)
        self._linked = self._evaluator.linked
        self._unit = self._linked.unit(facts)
        self._classes, self._callers = self._linked.classes, self._linked.callers
        self._origins = Origins(world, self._linked, facts)
        self._test_clients: set[Location] | None = None
        self._says_itself: bool | None = None
        self._far_test_clients: set[Location] | None = None
        self._reached_texts: dict[int, list[tuple[Place, SecretText]]] = {}  # by line

    @property
    def exhausted(self) -> int:
        """How many questions ran out of budget."""
        return self._evaluator.exhausted

    @property
    def unfollowed(self) -> int:
        """How many questions were not carried into further files."""
        return self._linked.gave_up

    def sightings(self) -> Iterator[Sighting]:
        """What reaches a sink, then what has a telling name, then what stands alone."""
        reached: set[Location] = set()
        for sighting in self._at_sinks():
            reached.update(sighting.origins)
            for origin in sighting.origins:
                if origin.path != self._facts.path:
                    continue
                for line in range(origin.place.line, origin.place.end_line + 1):
                    self._reached_texts.setdefault(line, []).append((origin.place, sighting.text))
            yield sighting
        rest = [s for s in self._by_name_or_alone(reached) if self._may_be_ours(s)]
        if rest:
            foreign = self.foreign()
            halves = {s.kind for s in rest}
            for sighting in rest:
                is_foreign = any(origin in foreign for origin in sighting.origins)
                is_web = _is_web_secret(sighting, self._facts.roots) and Kind.API_KEY not in halves
                if not is_foreign and not is_web:
                    yield sighting

    def _may_be_ours(self, sighting: Sighting) -> bool:
        """A file that talks to somebody else, and not to Binance, borrows no company from its project."""
        if sighting.company or sighting.named_binance:
            return True
        return not self._facts.other_hosts and not any(
            map(self._catalogue.is_other_vendor, self._facts.roots)
        )

    # sinks

    def _at_sinks(self) -> Iterator[Sighting]:
        for call in self._unit.calls:
            yield from self._at_call(call)
        for attribute in self._facts.attribute_sets:
            yield from self._at_attribute(attribute)
        for index in range(len(self._facts.classes)):
            yield from self._at_class(index)
        yield from self._at_headers()
        yield from self._at_settings()

    def _frames(self, scope: int, *passed: Expr) -> list[Frame]:
        """The ways to a place; by way of other files too, if what is passed there depends on the callers."""
        function = function_of(scope, self._facts)
        if function < 0:
            return [self._evaluator.root]
        self._evaluator.far = self._depends(passed)
        try:
            return self._callers.contexts(self._facts, function)
        finally:
            self._evaluator.far = False

    def _depends(self, exprs: tuple[Expr, ...]) -> bool:
        """Whether values depend on a parameter, as far as one can see without evaluating them."""
        for expr in walk(exprs, self._facts, _LOOK_AT):
            if isinstance(expr, f.ParameterRef):
                return True
            if isinstance(expr, f.Free) and self._facts.scopes[expr.scope].parent > 0:
                return True  # a name of an enclosing function, perhaps
        return False

    def _rounds(self, call: Call, passed: tuple[Expr, ...] = ()) -> Iterator[Frame]:
        for frame in self._frames(call.scope, *passed):
            yield from self._linked.rounds(call, frame)

    def _credential_arguments(self, call: Call, targets: list[Value]) -> tuple[Expr, ...]:
        """The arguments of a call that may hold a credential, and what names the client where only callers know."""
        every = (*call.args, *(value for _, value in call.keywords))
        names: set[str] = set()
        places: set[int] = set()
        for value in targets:
            if not isinstance(value, External):
                return every
            apis = self._catalogue.api(_constructor(value.dotted))
            parameters = [
                *((p.name, p.index) for api in apis for p in api.parameters),
                *((p.name, p.index) for api in apis for p in api.config),
                *((p.name, p.index) for p in self._catalogue.signing(value.dotted)),
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
            for expr in walk((func,), self._facts, _LOOK_AT)
        )

    def _at_call(self, call: Call) -> Iterator[Sighting]:
        if not self._unit.relevance.may_take_credentials(call) or not self._may_lead_to_client(call.func):
            return
        known = [value for value in self._called(call) if self._takes_credentials(value)]
        if not known:
            return
        for frame in self._rounds(call, self._credential_arguments(call, known)):
            for target, passed in self._targets(call, frame):
                for api in self._catalogue.api(target):
                    yield from self._at_api(api, call, passed, frame)
                if self._facts.company:
                    for parameter in self._catalogue.signing(target):
                        sink = Sink(
                            self._location(call.place),
                            f"`{_short(target)}(…)`, which signs requests here",
                            parameter.name,
                        )
                        for thunk in passed.get(parameter.name, parameter.index):
                            for sighting in self._seen(
                                thunk, parameter.kind, sink, call, frame, self._tests(passed)
                            ):
                                if self._signs_for_binance(sighting):
                                    yield sighting

    def _may_lead_to_client(self, func: Expr) -> bool:
        """Whether a name that is imported from the project may be a client there, told without compiling it."""
        names: list[str] = []
        while isinstance(func, f.Attribute):
            names.append(func.name)
            func = func.value
        value = self._facts.bindings[func.binding].value if isinstance(func, f.Ref) else None
        if not isinstance(value, f.Imported) or not self._linked.is_own(value, self._facts):
            return True
        names += [value.name] if value.name else []
        if not self._catalogue.last_names.isdisjoint(names):
            return True
        return any(
            self._linked.world.project.mentions(path, _CLIENT_WORDS)
            for path in self._linked.module_paths(value, self._facts)
        )

    def _called(self, call: Call) -> tuple[Value, ...]:
        """What a call may call; where only callers know, they are asked."""
        found = self._evaluator.ask(call.func)
        if not found and self._is_chosen(call.func):
            return self._evaluator.ask(call.func, far=True)
        return found

    def _signs_for_binance(self, sighting: Sighting) -> bool:
        """Webhooks, cookies and other vendors are signed with the same functions."""
        for step in sighting.way:
            reading = read_name(step.text.rpartition(" ")[2].strip("`"))
            foreign = reading.vendor is not None and not reading.company
            if foreign or (reading.innocent and not self._facts.signs):
                return False
        return self._facts.signs or classify(sighting.text.reveal(), self._catalogue.samples) in _SECRETS

    def _takes_credentials(self, value: Value) -> bool:
        value = bare(value)
        if isinstance(value, Partial):
            value = bare(value.target)
        if isinstance(value, OwnClass):
            bases = self._classes.external_bases(value)
            return any(self._catalogue.api(base.dotted) for base in bases) and not self._classes.has_init(
                value
            )
        if isinstance(value, External):
            dotted = _constructor(value.dotted)
            known = self._catalogue.api(dotted) or dotted in PARTIALS
            return bool(known or (self._facts.company and self._catalogue.signing(dotted)))
        return False

    def _targets(self, call: Call, frame: Frame) -> Iterator[tuple[str, Arguments]]:
        for value in self._evaluator.ask(call.func, frame):
            passed = self._linked.arguments(call, frame)
            value = bare(value)
            if isinstance(value, External) and value.dotted in PARTIALS and passed.positional:
                rest = passed._replace(positional=passed.positional[1:])
                for target in self._evaluator.thunk(passed.positional[0]):
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
            yield _constructor(value.dotted), passed
        elif isinstance(value, OwnClass) and not self._classes.has_init(value):
            for base in self._classes.external_bases(value):
                yield base.dotted, passed

    def _passes_self(self, passed: Arguments) -> bool:
        """`Base.__init__(self, …)` rather than `super().__init__(…)`."""
        first = passed.positional[:1]
        return any(isinstance(bare(v), Instance) for thunk in first for v in self._evaluator.thunk(thunk))

    def _at_api(self, api: Api, call: Call, passed: Arguments, frame: Frame) -> Iterator[Sighting]:
        if api.when is not None and not self._holds(api.when, passed):
            return
        name = f"`{_short(api.names[0])}(…)`"
        label = f"{name} of {api.package}" if api.package else name
        where = Location(frame.facts.path, call.place)
        tests = self._tests(passed) or where in self._clients_for_tests()
        for parameter in api.parameters:
            if parameter.key_object:
                continue
            sink = Sink(where, label, parameter.name, parameter.accepts_path)
            for thunk in passed.get(parameter.name, parameter.index):
                yield from self._seen(thunk, parameter.kind, sink, call, frame, tests)
        for config in api.config:
            for thunk in passed.get(config.name, config.index):
                for value in self._evaluator.ask(thunk.expr, thunk.frame, far=True):
                    for key in config.keys:
                        for found in self._under(bare(value), key.path):
                            sink = Sink(where, label, key.path[-1])
                            marked = tests or self._entries_test(value)
                            yield from self._seen(found, key.kind, sink, call, frame, marked)

    def _under(self, value: Value, path: tuple[str, ...]) -> Iterator[Thunk]:
        if not isinstance(value, Entries):
            return
        for name, thunk in reversed(value.entries):
            if name == path[0]:
                if len(path) == 1:
                    yield thunk
                else:
                    for inner in self._evaluator.ask(thunk.expr, thunk.frame, far=True):
                        yield from self._under(bare(inner), path[1:])
                if not isinstance(thunk.expr, f.Choice):
                    return

    def _holds(self, condition: Condition, passed: Arguments) -> bool:
        wanted = {value.casefold() if condition.casefold else value for value in condition.values}
        thunks = passed.get(condition.param, condition.index)
        if not thunks:
            return condition.default in condition.values if condition.default is not None else False
        for value in (v for thunk in thunks for v in self._evaluator.thunk(thunk)):
            candidates = [value]
            if condition.key is not None:
                candidates = list(self._evaluator.item_of(value, [condition.key], []))
            for text in texts(tuple(candidates)):
                if (text.string().casefold() if condition.casefold else text.string()) in wanted:
                    return True
        return False

    def _at_attribute(self, item: f.AttributeSet) -> Iterator[Sighting]:
        if not self._catalogue.is_attribute(item.name):
            return
        target = () if self._is_receiver(item.target) else (item.target,)
        for frame in self._frames(item.scope, item.value, *target):
            for value in self._evaluator.ask(item.target, frame):
                value = bare(value)
                for dotted in self._classes_of(value):
                    kind = self._catalogue.attributes_of(dotted).get(item.name)
                    if kind is not None:
                        call = value.call if isinstance(value, Instance) else None
                        made = self._made_at(value)
                        tests = made in self._clients_for_tests()
                        sink = Sink(
                            self._location(item.place),
                            f"the attribute `{item.name}` of {_short(dotted)}",
                            item.name,
                        )
                        place = call.place if call is not None else item.place
                        group = self._group(frame, *place)
                        yield from self._seen_at(
                            Thunk(item.value, frame), kind, sink, item.statement, group, tests
                        )

    def _is_receiver(self, target: Expr) -> bool:
        """Whether it is `self`."""
        value = self._facts.bindings[target.binding].value if isinstance(target, f.Ref) else target
        if not isinstance(value, f.ParameterRef):
            return False
        return is_method(self._facts.functions[value.function], value.name)

    def _classes_of(self, value: Value) -> Iterator[str]:
        if isinstance(value, Instance):
            if isinstance(value.of, External):
                yield value.of.dotted
            else:
                yield from (base.dotted for base in self._classes.external_bases(value.of))

    def _at_class(self, index: int) -> Iterator[Sighting]:
        """`class Exchange(ccxt.binance): apiKey = "…"`"""
        cls = self._facts.classes[index]
        own = OwnClass(self._facts, index)
        if not any(self._may_lead_to_client(base) for base in cls.bases):
            return
        yield from self._at_constructions(own)
        if not any(self._catalogue.is_attribute(field.name) for field in cls.fields):
            return
        for base in self._classes.external_bases(own):
            attributes = self._catalogue.attributes_of(base.dotted)
            for field in cls.fields:
                kind = attributes.get(field.name)
                if kind is not None and field.default is not None:
                    sink = Sink(
                        self._location(cls.place),
                        f"the class `{cls.name}` on {_short(base.dotted)}",
                        field.name,
                    )
                    thunk = Thunk(field.default, self._evaluator.root)
                    group = self._group(self._evaluator.root, *cls.place)
                    yield from self._seen_at(thunk, kind, sink, cls.place, group, False)

    def _at_constructions(self, cls: OwnClass) -> Iterator[Sighting]:
        """`Mine("…", "…")` in another file, where `Mine` only inherits the constructor of a client."""
        bases = [base for base in self._classes.external_bases(cls) if self._catalogue.api(base.dotted)]
        if not bases or self._classes.has_init(cls):
            return
        self._evaluator.far = True
        try:
            ways = [
                (caller, frame)
                for caller in self._callers.constructions(cls)
                if caller.root.facts is not self._facts
                and isinstance(caller.target, OwnClass)
                and not self._classes.has_init(caller.target)
                for frame in self._callers.outer(caller)
            ]
        finally:
            self._evaluator.far = False
        for caller, frame in ways:
            passed = self._linked.arguments(caller.call, frame)
            for base in bases:
                for api in self._catalogue.api(base.dotted):
                    yield from self._at_api(api, caller.call, passed, frame)

    def _at_headers(self) -> Iterator[Sighting]:
        headers = self._catalogue.headers
        for slot in self._facts.slots:
            kind = headers.get(slot.name.rpartition(".")[2].lower())
            if kind is not None:
                yield from self._at_header(
                    slot.value, kind, slot.name.rpartition(".")[2], slot.place, slot.scope
                )
        for mapping in self._facts.mappings:
            for key, value in mapping.entries:
                if isinstance(key, f.Ref | f.Free | f.Attribute):
                    for text in self._evaluator.texts(key):
                        kind = headers.get(text.string().lower())
                        if kind is not None:
                            yield from self._at_header(
                                value, kind, text.string(), mapping.place, mapping.scope
                            )

    def _at_header(self, value: Expr, kind: Kind, name: str, place: Place, scope: int) -> Iterator[Sighting]:
        sink = Sink(self._location(place), f"the header {name}", name)
        for frame in self._frames(scope, value):
            thunk = Thunk(value, frame)
            group = self._group(frame, -1, scope)
            yield from self._seen_at(thunk, kind, sink, place, group, self._facts.only_testnet)

    def _at_settings(self) -> Iterator[Sighting]:
        settings = self._catalogue.settings
        if self._facts.roots.isdisjoint(path.partition(".")[0] for path in settings):
            return
        for item in self._facts.item_sets:
            for value in self._evaluator.ask(item.target):
                if not isinstance(value, External):
                    continue
                for path in (f"{value.dotted}.{text.string()}" for text in self._evaluator.texts(item.key)):
                    owner, _, last = path.rpartition(".")
                    for setting in settings.get(owner, ()):
                        if setting[0] == last:
                            yield from self._at_setting(
                                Thunk(item.value, self._evaluator.root), setting[1], path, item
                            )
                    for name, kind in settings.get(path, ()):
                        for entries in self._evaluator.ask(item.value):
                            for thunk in self._under(bare(entries), (name,)):
                                yield from self._at_setting(thunk, kind, path, item)
        for call in self._facts.calls:
            if isinstance(call.func, f.Attribute) and call.func.name == "update":
                for value in self._evaluator.ask(call.func.value):
                    if isinstance(value, External):
                        yield from self._at_update(value.dotted, call)

    def _at_update(self, path: str, call: Call) -> Iterator[Sighting]:
        passed = self._linked.arguments(call, self._evaluator.root)
        for name, kind in self._catalogue.settings.get(path, ()):
            found = list(passed.get(name))
            for other in passed.positional:
                for entries in self._evaluator.thunk(other):
                    found.extend(self._under(bare(entries), (name,)))
            for thunk in found:
                sink = Sink(self._location(call.place), f"the setting {path}", name)
                group = self._group(self._evaluator.root, *call.place)
                yield from self._seen_at(thunk, kind, sink, call.statement, group, False)

    def _at_setting(self, thunk: Thunk, kind: Kind, path: str, item: f.ItemSet) -> Iterator[Sighting]:
        sink = Sink(self._location(item.place), f"the setting {path}", path.rpartition(".")[2])
        group = self._group(self._evaluator.root, -2, item.scope)
        yield from self._seen_at(thunk, kind, sink, item.statement, group, False)

    def _seen(
        self, thunk: Thunk, kind: Kind, sink: Sink, call: Call, frame: Frame, tests: bool
    ) -> Iterator[Sighting]:
        yield from self._seen_at(thunk, kind, sink, call.statement, self._group(frame, *call.place), tests)

    def _group(self, frame: Frame, *numbers: int) -> Group:
        """What the two halves of one credential share: the client, and the outermost call on the way to it."""
        entry = (frame.entry.path, *frame.entry.place) if frame.entry is not None else ()
        return (self._facts.path, *numbers, *entry)

    def _seen_at(
        self, thunk: Thunk, kind: Kind, sink: Sink, statement: Place, group: Group, tests: bool
    ) -> Iterator[Sighting]:
        for value in self._evaluator.ask(thunk.expr, thunk.frame, far=True):
            value = bare(value)
            if isinstance(value, Text) and value.origins:
                text = self._origins.undone(value, self._catalogue.samples)
                yield self._sighting(text, kind, sink, "", group, tests or self._turned_elsewhere(sink))

    def _sighting(
        self, text: Text, kind: Kind, sink: Sink | None, name: str, group: Group, tests: bool
    ) -> Sighting:
        origins = self._origins.exactly(text)
        way = [Step(origins[0], "the literal"), *text.steps()]
        if sink is not None:
            sink = sink._replace(context=self._origins.context(sink.location))
            way.append(Step(sink.location, sink.text))
        reading = read_name(name) if name else None
        named_test = any(says_testnet(step.text) for step in text.steps()) or (
            reading is not None and reading.testnet
        )
        return Sighting(
            text=SecretText(text.string()),
            origins=origins,
            kind=kind,
            sink=sink,
            name=name,
            way=tuple(dict.fromkeys(way)),
            company=self._facts.company,
            named_binance=reading is not None and reading.company,
            testnet=tests or named_test or self._lends_tests(sink),
            group=group,
            context=self._origins.context(origins[0]),
            statement=self._origins.statement(origins[0]),
        )

    # tests and hosts

    def _lends_tests(self, sink: Sink | None) -> bool:
        """Whether a value is for tests because all hosts of the file are, and no client says it for itself."""
        if not self._facts.only_testnet:
            return False
        if self._says_itself is None:
            root = self._evaluator.root
            self._says_itself = any(
                self._tests(self._linked.arguments(call, root))
                for call in self._facts.calls
                if call.keywords and self._unit.relevance.may_take_credentials(call)
            )
        return sink is None or not self._says_itself

    def _tests(self, passed: Arguments) -> bool:
        for name, thunk in passed.keywords:
            for value in self._evaluator.thunk(thunk):
                if name.lower() in _TEST_FLAGS and isinstance(value, Number) and value.value:
                    return True
                if (
                    isinstance(value, Text)
                    and len(value.value) < 200
                    and "://" in value.string()
                    and says_testnet(value.string())
                ):
                    return True
        return False

    def _entries_test(self, value: Value) -> bool:
        value = bare(value)
        if not isinstance(value, Entries):
            return False
        return self._tests(
            Arguments((), tuple((name, thunk) for name, thunk in value.entries if name is not None))
        )

    def _clients_for_tests(self) -> set[Location]:
        """The constructor calls of clients that this file turns to a test network afterwards."""
        if self._test_clients is None:
            self._test_clients = set()
            self._test_clients = set(self._turned_to_tests(self._unit))
        return self._test_clients

    def _turned_elsewhere(self, sink: Sink) -> bool:
        """Whether another file turns the client of a sink to a test network."""
        if self._far_test_clients is None:
            self._far_test_clients = set()
            names = frozenset(self._facts.scopes[0].names)
            for unit, _ in Users(self._linked).of(self._facts.path, Names(names, _TEST_WORDS)):
                if self._linked.world.project.mentions(unit.facts.path, _TEST_WORDS):
                    self._far_test_clients.update(self._turned_to_tests(unit))
        return sink.location in self._far_test_clients

    def _turned_to_tests(self, unit: Unit) -> Iterator[Location]:
        for call in unit.facts.calls:
            if isinstance(call.func, f.Attribute) and call.func.name in _TEST_CALLS:
                off = any(isinstance(arg, f.Constant) and not arg.value for arg in call.args[:1])
                if not off:
                    yield from self._constructed(call.func.value, unit)
        for item in unit.facts.attribute_sets:
            if isinstance(item.value, f.Call) and item.name.lower() not in _TEST_FLAGS:
                continue
            tests = any(says_testnet(t.string()) for t in self._evaluator.texts(item.value, unit.root))
            flag = item.name.lower() in _TEST_FLAGS and any(
                isinstance(v, Number) and v.value for v in self._evaluator.ask(item.value, unit.root)
            )
            if tests or flag:
                yield from self._constructed(item.target, unit)

    def _constructed(self, target: Expr, unit: Unit) -> Iterator[Location]:
        for value in self._evaluator.ask(target, unit.root):
            made = self._made_at(value)
            if made is not None:
                yield made

    def _made_at(self, value: Value) -> Location | None:
        """The call that made an instance."""
        value = bare(value)
        if not isinstance(value, Instance) or value.call is None or value.frame is None:
            return None
        where = value.frame.entry if isinstance(value.of, OwnClass) else None
        return where or Location(value.frame.facts.path, value.call.place)

    # names, and texts that stand alone

    def _by_name_or_alone(self, reached: set[Location]) -> Iterator[Sighting]:
        seen: set[Location] = set(reached)
        innocent: set[Location] = set()
        readings: dict[str, NameReading] = {}
        for slot in self._facts.slots:
            if isinstance(slot.value, _SILENT) or not (
                self._facts.has_material or self._is_plain(slot.value)
            ):
                continue
            reading = readings.get(slot.name)
            if reading is None:
                if len(readings) >= budget.NAMES:  # a file of data; a key in it is found standing alone
                    continue
                reading = readings[slot.name] = read_name(slot.name)
            if reading.kind is None and not reading.innocent and reading.vendor is None:
                continue
            for text in self._evaluator.texts(slot.value):
                if not text.origins or self._origins.exactly(text)[0] in reached:
                    continue
                if classify(text.string(), self._catalogue.samples) not in _SECRETS:
                    continue
                if reading.innocent or (reading.vendor is not None and not reading.company):
                    innocent.update(text.origins)
                elif reading.kind is not None:
                    seen.update(text.origins)
                    group = (self._facts.path, slot.group)
                    yield self._sighting(text, reading.kind, None, slot.name, group, False)
        yield from self._alone(seen | innocent)

    def _is_plain(self, value: Expr) -> bool:
        """Whether a value stands there as it is: all that counts in a file without a piece of any key."""
        if isinstance(value, f.Ref):
            value = self._facts.bindings[value.binding].value
        if isinstance(value, f.Call):
            getter = isinstance(value.func, f.Attribute) and value.func.name in (
                "getenv",
                "get",
                "setdefault",
            )
            return getter and any(isinstance(arg, f.Literal) for arg in value.args[1:2])
        return isinstance(value, f.Literal | f.Choice)

    def _alone(self, seen: set[Location]) -> Iterator[Sighting]:
        places: set[Place] = set()
        for string in self._facts.strings:
            location = self._location(string.literal.place)
            value = string.literal.value
            if location in seen or len(value) > budget.LENGTH or not _may_be_secret(value):
                continue
            text = Text(value, (location,), None)
            shape = classify(text.string(), self._catalogue.samples)
            if shape in (Shape.KEY, Shape.PRIVATE_KEY):
                places.add(string.literal.place)
                sighting = self._sighting(
                    text, Kind.UNKNOWN, None, "", (self._facts.path, -9, string.scope), False
                )
                yield sighting._replace(alone=True)
        for mention in self._facts.mentions:
            location = self._location(mention.place)
            if location in seen or mention.place in places or self._overlaps(mention, seen):
                continue
            yield from self._mentioned(mention, location)

    def _overlaps(self, mention: f.Mention, seen: set[Location]) -> bool:
        """Whether it is a key put together from literals, or within a longer text that was seen itself."""
        place = mention.place
        if place.line < place.end_line:
            return any(other.place[:2] < place[2:] and place[:2] < other.place[2:] for other in seen)
        return any(
            outer[:2] <= place[:2] and place[2:] <= outer[2:] and mention.value in text.reveal()
            for outer, text in self._reached_texts.get(place.line, ())
        )

    def _mentioned(self, mention: f.Mention, location: Location) -> Iterator[Sighting]:
        reading = read_name(mention.name) if mention.name else None
        if reading is not None and (reading.innocent or (reading.vendor is not None and not reading.company)):
            return
        kind = reading.kind if reading is not None else None
        if kind is None and mention.call and mention.position in (0, 1) and read_name(mention.call).company:
            kind = (Kind.API_KEY, Kind.SECRET_KEY)[mention.position]
        text = Text(mention.value, (location,), None)
        name = (mention.name or mention.call) if kind is not None else ""
        sighting = self._sighting(
            text, kind or Kind.UNKNOWN, None, name, (self._facts.path, -8, mention.place.line), False
        )
        statement = mention.statement or sighting.statement
        yield sighting._replace(alone=kind is None, where="text", statement=statement)

    # other vendors

    def foreign(self) -> set[Location]:
        """The literals that reach a client which is not Binance's; they may stand in other files."""
        found: set[Location] = set()
        for call in self._facts.calls:
            if _is_labelled(call):
                continue
            targets = self._evaluator.ask(call.func)
            if any(self._is_foreign(value) or self._is_for_another(value, call) for value in targets):
                for frame in self._rounds(call):
                    if frame.picked and not any(map(self._is_foreign, self._evaluator.ask(call.func, frame))):
                        continue
                    passed = self._linked.arguments(call, frame)
                    thunks = [*passed.positional, *(thunk for _, thunk in passed.keywords)]
                    for thunk in thunks:
                        found.update(self._literals_in(thunk, 0))
        for item in self._facts.attribute_sets:
            if any(self._is_foreign(value) for value in self._evaluator.ask(item.target)):
                found.update(self._literals_in(Thunk(item.value, self._evaluator.root), 0))
        return found

    def _is_for_another(self, value: Value, call: Call) -> bool:
        """A framework for many exchanges, told to use one that is not Binance."""
        value = bare(value)
        if not isinstance(value, External):
            return False
        apis = self._catalogue.api(_constructor(value.dotted))
        passed = self._linked.arguments(call, self._evaluator.root)
        conditions = [api.when for api in apis if api.when is not None]
        return any(passed.get(c.param, c.index) and not self._holds(c, passed) for c in conditions)

    def _literals_in(self, thunk: Thunk, depth: int) -> Iterator[Location]:
        for value in self._evaluator.ask(thunk.expr, thunk.frame):
            value = bare(value)
            if isinstance(value, Text):
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
            bases = self._classes.external_bases(value)
            return any(map(self._is_foreign, bases)) or self._is_for_others(value.facts)
        if isinstance(value, OwnFunction):
            return self._is_for_others(value.frame.facts)
        if not isinstance(value, External):
            return False
        dotted = value.dotted
        root = dotted.partition(".")[0]
        if self._catalogue.is_other_vendor(dotted):
            return True
        if (
            root in ("<project>", "builtins")
            or self._catalogue.is_binance_root(root)
            or self._catalogue.is_neutral(root)
        ):
            return False
        return not self._facts.company

    def _is_for_others(self, facts: Facts) -> bool:
        """Whether another file of the project is about another service: a wrapper around its client."""
        if facts is self._facts or facts.company:
            return False
        return any(map(self._catalogue.is_other_vendor, facts.roots))

    def _location(self, place: Place) -> Location:
        return Location(self._facts.path, place)


def _is_labelled(call: Call) -> bool:
    """`store.set("binance_api_key", …)`: somebody else's client, and Binance's credential."""
    return any(
        isinstance(value, f.Literal) and isinstance(value.value, str) and speaks_of_binance(value.value[:200])
        for value in (*call.args, *(value for _, value in call.keywords))
    )


def _may_be_secret(value: str | bytes) -> bool:
    """Cheaper than a look at the shape: a word of some length, or the frame of a private key."""
    if isinstance(value, bytes):
        return b"PRIVATE KEY" in value or len(value.split(None, 1)) == 1
    return "PRIVATE KEY" in value or len(value.split(None, 1)) == 1


def _is_web_secret(sighting: Sighting, roots: frozenset[str]) -> bool:
    """`SECRET_KEY` alone and without company is a web framework's; `app.secret_key` is in any company."""
    if sighting.named_binance:
        return False
    if sighting.company:
        path = sighting.name.lower().split(".")
        return path[-1] == "secret_key" and "app" in path[:-1] and not roots.isdisjoint(_WEB)
    return sighting.name.rpartition(".")[2].lower().strip("_") in ("secret_key", "secret", "secretkey")


def _constructor(dotted: str) -> str:
    return dotted.removesuffix(".__init__").removesuffix(".__new__")


def _short(dotted: str) -> str:
    return (
        ".".join(dotted.split(".")[-2:])
        if dotted.rpartition(".")[2][:1].islower()
        else dotted.rpartition(".")[2]
    )
