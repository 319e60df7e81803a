"""Other places that take a credential: attributes of clients, classes on them, headers, settings."""

from __future__ import annotations

from collections.abc import Iterator

from binlint import facts as f
from binlint.facts import Call, Expr
from binlint.finding import Kind, Place
from binlint.flow.calls import Calls, short
from binlint.flow.case import Case
from binlint.flow.scopes import is_method
from binlint.flow.sighting import Sighting, Sink
from binlint.flow.values import External, Instance, OwnClass, Thunk, Value, bare


class Places:
    """The places of one file that take a credential and are no calls."""

    def __init__(self, case: Case, calls: Calls) -> None:
        self._case = case
        self._calls = calls

    def sightings(self) -> Iterator[Sighting]:
        """What reaches any of them."""
        for attribute in self._case.facts.attribute_sets:
            yield from self._at_attribute(attribute)
        for index in range(len(self._case.facts.classes)):
            yield from self._at_class(index)
        yield from self._at_headers()
        yield from self._at_settings()

    def _at_attribute(self, item: f.AttributeSet) -> Iterator[Sighting]:
        if not self._case.catalogue.is_attribute(item.name):
            return
        target = () if self._is_receiver(item.target) else (item.target,)
        for frame in self._case.frames(item.scope, item.value, *target):
            for value in self._case.evaluator.ask(item.target, frame):
                value = bare(value)
                for dotted in self._classes_of(value):
                    kind = self._case.catalogue.attributes_of(dotted).get(item.name)
                    if kind is not None:
                        call = value.call if isinstance(value, Instance) else None
                        made = self._case.networks.made_at(value)
                        tests = made in self._case.networks.turned_here()
                        sink = Sink(
                            self._case.location(item.place),
                            f"the attribute `{item.name}` of {short(dotted)}",
                            item.name,
                        )
                        place = call.place if call is not None else item.place
                        group = self._case.group(frame, *place)
                        yield from self._case.seen(
                            Thunk(item.value, frame), kind, sink, item.statement, group, tests
                        )

    def _is_receiver(self, target: Expr) -> bool:
        """Whether it is `self`."""
        value = self._case.facts.bindings[target.binding].value if isinstance(target, f.Ref) else target
        if not isinstance(value, f.ParameterRef):
            return False
        return is_method(self._case.facts.functions[value.function], value.name)

    def _classes_of(self, value: Value) -> Iterator[str]:
        if isinstance(value, Instance):
            if isinstance(value.of, External):
                yield value.of.dotted
            else:
                yield from (base.dotted for base in self._case.classes.external_bases(value.of))

    def _at_class(self, index: int) -> Iterator[Sighting]:
        """`class Exchange(ccxt.binance): apiKey = "…"`"""
        cls = self._case.facts.classes[index]
        own = OwnClass(self._case.facts, index)
        if not any(self._calls.may_lead_to_client(base) for base in cls.bases):
            return
        yield from self._calls.at_constructions(own)
        if not any(self._case.catalogue.is_attribute(field.name) for field in cls.fields):
            return
        for base in self._case.classes.external_bases(own):
            attributes = self._case.catalogue.attributes_of(base.dotted)
            for field in cls.fields:
                kind = attributes.get(field.name)
                if kind is not None and field.default is not None:
                    sink = Sink(
                        self._case.location(cls.place),
                        f"the class `{cls.name}` on {short(base.dotted)}",
                        field.name,
                    )
                    thunk = Thunk(field.default, self._case.evaluator.root)
                    group = self._case.group(self._case.evaluator.root, *cls.place)
                    yield from self._case.seen(thunk, kind, sink, cls.place, group, False)

    def _at_headers(self) -> Iterator[Sighting]:
        headers = self._case.catalogue.headers
        for slot in self._case.facts.slots:
            kind = headers.get(slot.name.rpartition(".")[2].lower())
            if kind is not None:
                yield from self._at_header(
                    slot.value, kind, slot.name.rpartition(".")[2], slot.place, slot.scope
                )
        for mapping in self._case.facts.mappings:
            for key, value in mapping.entries:
                if isinstance(key, f.Ref | f.Free | f.Attribute):
                    for text in self._case.evaluator.texts(key):
                        kind = headers.get(text.string().lower())
                        if kind is not None:
                            yield from self._at_header(
                                value, kind, text.string(), mapping.place, mapping.scope
                            )

    def _at_header(self, value: Expr, kind: Kind, name: str, place: Place, scope: int) -> Iterator[Sighting]:
        sink = Sink(self._case.location(place), f"the header {name}", name)
        for frame in self._case.frames(scope, value):
            thunk = Thunk(value, frame)
            group = self._case.group(frame, -1, scope)
            yield from self._case.seen(thunk, kind, sink, place, group, self._case.facts.only_testnet)

    def _at_settings(self) -> Iterator[Sighting]:
        settings = self._case.catalogue.settings
        if self._case.facts.roots.isdisjoint(path.partition(".")[0] for path in settings):
            return
        for item in self._case.facts.item_sets:
            for value in self._case.evaluator.ask(item.target):
                if not isinstance(value, External):
                    continue
                for path in (
                    f"{value.dotted}.{text.string()}" for text in self._case.evaluator.texts(item.key)
                ):
                    owner, _, last = path.rpartition(".")
                    for setting in settings.get(owner, ()):
                        if setting[0] == last:
                            yield from self._at_setting(
                                Thunk(item.value, self._case.evaluator.root), setting[1], path, item
                            )
                    for name, kind in settings.get(path, ()):
                        for entries in self._case.evaluator.ask(item.value):
                            for thunk in self._case.under(bare(entries), (name,)):
                                yield from self._at_setting(thunk, kind, path, item)
        for call in self._case.facts.calls:
            if isinstance(call.func, f.Attribute) and call.func.name == "update":
                for value in self._case.evaluator.ask(call.func.value):
                    if isinstance(value, External):
                        yield from self._at_update(value.dotted, call)

    def _at_update(self, path: str, call: Call) -> Iterator[Sighting]:
        passed = self._case.linked.arguments(call, self._case.evaluator.root)
        for name, kind in self._case.catalogue.settings.get(path, ()):
            found = list(passed.get(name))
            for other in passed.positional:
                for entries in self._case.evaluator.thunk(other):
                    found.extend(self._case.under(bare(entries), (name,)))
            for thunk in found:
                sink = Sink(self._case.location(call.place), f"the setting {path}", name)
                group = self._case.group(self._case.evaluator.root, *call.place)
                yield from self._case.seen(thunk, kind, sink, call.statement, group, False)

    def _at_setting(self, thunk: Thunk, kind: Kind, path: str, item: f.ItemSet) -> Iterator[Sighting]:
        sink = Sink(self._case.location(item.place), f"the setting {path}", path.rpartition(".")[2])
        group = self._case.group(self._case.evaluator.root, -2, item.scope)
        yield from self._case.seen(thunk, kind, sink, item.statement, group, False)
