"""The file that is traced, with everything that its tracing needs, and how a sighting is made."""

from __future__ import annotations

from collections.abc import Iterator

from binlint import facts as f
from binlint.catalogue import Catalogue, Condition
from binlint.facts import Call, Expr, Facts
from binlint.finding import Kind, Location, Place, SecretText, Step
from binlint.flow.evaluate import Evaluator
from binlint.flow.networks import Networks
from binlint.flow.origins import Origins
from binlint.flow.scopes import function_of, walk
from binlint.flow.sighting import Group, Sighting, Sink
from binlint.flow.values import Arguments, Entries, Frame, Text, Thunk, Value, bare, texts
from binlint.flow.world import World
from binlint.names import read_name, says_testnet
from binlint.shapes import Shape, classify

_PRIVATE = frozenset({Shape.PRIVATE_KEY, Shape.ENCRYPTED_PRIVATE_KEY})
_LOOK_AT = 200  # expressions looked at to see whether a value depends on callers


class Case:
    """What the parts of the tracer share."""

    def __init__(self, facts: Facts, world: World) -> None:
        self.facts = facts
        self.catalogue: Catalogue = world.catalogue
        self.evaluator = Evaluator(facts, world)
        self.linked = self.evaluator.linked
        self.unit = self.linked.unit(facts)
        self.classes, self.callers = self.linked.classes, self.linked.callers
        self.contexts = self.linked.contexts
        self.origins = Origins(world, facts)
        self.networks = Networks(self)
        self.is_related = False  # traced for the sake of a credential that another file holds

    def frames(self, scope: int, *passed: Expr) -> list[Frame]:
        """The ways to a place; by way of other files too, if what is passed there depends on the callers."""
        function = function_of(scope, self.facts)
        if function < 0:
            return [self.evaluator.root]
        self.evaluator.far = self._depends(passed)
        try:
            return self.contexts.of(self.facts, function)
        finally:
            self.evaluator.far = False

    def _depends(self, exprs: tuple[Expr, ...]) -> bool:
        """Whether values depend on a parameter, as far as one can see without evaluating them."""
        for expr in walk(exprs, self.facts, _LOOK_AT):
            if isinstance(expr, f.ParameterRef):
                return True
            if isinstance(expr, f.Free) and self.facts.scopes[expr.scope].parent > 0:
                return True  # a name of an enclosing function, perhaps
        return False

    def rounds(self, call: Call, passed: tuple[Expr, ...] = ()) -> Iterator[Frame]:
        for frame in self.frames(call.scope, *passed):
            yield from self.linked.rounds(call, frame)

    def group(self, frame: Frame, *numbers: int) -> Group:
        """What the halves of one credential share: the client, and the outermost call on the way to it."""
        entry = (frame.entry.path, *frame.entry.place) if frame.entry is not None else ()
        return (self.facts.path, *numbers, *entry)

    def seen_in(
        self, thunk: Thunk, kind: Kind, sink: Sink, call: Call, frame: Frame, tests: bool
    ) -> Iterator[Sighting]:
        yield from self.seen(thunk, kind, sink, call.statement, self.group(frame, *call.place), tests)

    def seen(
        self, thunk: Thunk, kind: Kind, sink: Sink, statement: Place, group: Group, tests: bool
    ) -> Iterator[Sighting]:
        is_test = tests or self.networks.is_turned_elsewhere(sink)
        for value in self.evaluator.ask(thunk.expr, thunk.frame, far=True):
            value = bare(value)
            if not isinstance(value, Text):
                continue
            if value.origins:
                text = self.origins.undone(value, self.catalogue.samples)
                is_odd = classify(text.string(), self.catalogue.samples) is Shape.OTHER
                if not (thunk.frame.imagined and is_odd):
                    yield self.sighting(text, kind, sink, "", group, is_test, thunk.frame.entry)
            if sink.accepts_path:
                for inside in self._in_key_file(value):
                    yield self.sighting(inside, kind, sink, "", group, is_test, thunk.frame.entry)

    def _in_key_file(self, text: Text) -> Iterator[Text]:
        """The private key in the file that a text names, if it is a file of the project."""
        path = self.linked.files.named(text, self.facts.path)
        for whole in texts(self.linked.files.whole(path)) if path is not None else ():
            if classify(whole.string(), self.catalogue.samples) in _PRIVATE:
                yield whole

    def sighting(
        self,
        text: Text,
        kind: Kind,
        sink: Sink | None,
        name: str,
        group: Group,
        tests: bool,
        entry: Location | None = None,
    ) -> Sighting:
        """One text on one way. `entry` is the outermost call that leads to the sink."""
        origins = self.origins.exactly(text)
        parts = [Step(origin, "a part of it") for origin in origins[1:] if origin.path != origins[0].path]
        way = [Step(origins[0], "the literal"), *parts, *text.steps()]
        if entry is not None and entry.path not in {self.facts.path, *(s.location.path for s in way)}:
            way.append(Step(entry, "the call that leads there"))
        if sink is not None:
            sink = sink._replace(context=self.origins.context(sink.location))
            way.append(Step(sink.location, sink.text))
        reading = read_name(name) if name else None
        named_test = any(says_testnet(step.text) for step in text.steps()) or (
            reading is not None and reading.testnet
        )
        region = self.origins.region(origins[0])
        return Sighting(
            text=SecretText(text.string()),
            origins=origins,
            kind=kind,
            sink=sink,
            name=name,
            way=tuple(dict.fromkeys(way)),
            company=self.facts.company,
            named_binance=reading is not None and reading.company,
            testnet=tests or named_test or self.networks.lends(sink),
            group=group,
            context=self.origins.context(origins[0]),
            statement=self.origins.statement(origins[0]),
            within=region.text if region is not None else "",
            advice=region.advice if region is not None else "",
        )

    def holds(self, condition: Condition, passed: Arguments) -> bool:
        wanted = {value.casefold() if condition.casefold else value for value in condition.values}
        thunks = passed.get(condition.param, condition.index)
        if not thunks:
            return condition.default in condition.values if condition.default is not None else False
        for value in (v for thunk in thunks for v in self.evaluator.thunk(thunk)):
            candidates = [value]
            if condition.key is not None:
                candidates = list(self.evaluator.item_of(value, [condition.key], []))
            for text in texts(tuple(candidates)):
                if (text.string().casefold() if condition.casefold else text.string()) in wanted:
                    return True
        return False

    def under(self, value: Value, path: tuple[str, ...]) -> Iterator[Thunk]:
        if not isinstance(value, Entries):
            return
        for name, thunk in reversed(value.entries):
            if name == path[0]:
                if len(path) == 1:
                    yield thunk
                else:
                    for inner in self.evaluator.ask(thunk.expr, thunk.frame, far=True):
                        yield from self.under(bare(inner), path[1:])
                if not isinstance(thunk.expr, f.Choice):
                    return

    def location(self, place: Place) -> Location:
        return Location(self.facts.path, place)
