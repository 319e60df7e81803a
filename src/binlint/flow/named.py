"""Texts that no client takes: what has a telling name, and what is shaped like a key and stands alone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from binlint import facts as f
from binlint.facts import Expr
from binlint.finding import Kind, Location, Place, SecretText
from binlint.flow import budget
from binlint.flow.case import Case
from binlint.flow.sighting import Sighting
from binlint.flow.values import Text
from binlint.names import NameReading, read_name
from binlint.shapes import SECRETS, Shape, classify
from binlint.sources.kinds import CODE, SCRIPT, kind_in, kind_of

_OURS = "binance"
_SILENT = (f.Constant, f.Unknown, f.FunctionRef, f.ClassRef, f.Imported)  # what is never a text


class Named:
    """The texts of one file that are judged by their names and company."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._innocent_values: set[str | bytes] = set()  # what has a harmless name is harmless without one
        self._reached_texts: dict[int, list[tuple[Place, SecretText]]] = {}  # by line

    def take(self, sighting: Sighting) -> None:
        """Remembers what reaches a client already."""
        for origin in sighting.origins:
            if origin.path == self._case.facts.path:
                for line in range(origin.place.line, origin.place.end_line + 1):
                    self._reached_texts.setdefault(line, []).append((origin.place, sighting.text))

    def sightings(self, reached: set[Location]) -> Iterator[Sighting]:
        seen: set[Location] = set(reached)
        innocent: set[Location] = set()
        readings: dict[str, NameReading] = {}
        for slot in self._case.facts.slots:
            if isinstance(slot.value, _SILENT) or not (
                self._case.facts.has_material or self._is_plain(slot.value)
            ):
                continue
            reading = readings.get(slot.name)
            if reading is None:
                if len(readings) >= budget.NAMES:  # a file of data; a key in it is found standing alone
                    continue
                reading = readings[slot.name] = read_name(slot.name)
            reading = _owned(reading, slot.owner)
            if reading.kind is None and not reading.innocent and reading.vendor is None:
                continue
            for text in self._case.evaluator.texts(slot.value):
                if not text.origins or self._case.origins.exactly(text)[0] in reached:
                    continue
                if classify(text.string(), self._case.catalogue.samples) not in SECRETS:
                    continue
                if reading.innocent or (reading.vendor is not None and not reading.company):
                    innocent.update(text.origins)
                    if not self._is_code:
                        self._innocent_values.add(text.string())
                elif reading.kind is not None:
                    seen.update(text.origins)
                    group = (self._case.facts.path, slot.group)
                    sighting = self._case.sighting(text, reading.kind, None, slot.name, group, False)
                    yield _by_neighbours(sighting) if slot.owner == _OURS else sighting
        yield from self._alone(seen | innocent)

    def _is_plain(self, value: Expr) -> bool:
        """Whether a value stands there as it is: all that counts in a file without a piece of any key."""
        if isinstance(value, f.Ref):
            value = self._case.facts.bindings[value.binding].value
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
        for string in self._case.facts.strings:
            location = self._case.location(string.literal.place)
            value = string.literal.value
            if location in seen or value in self._innocent_values:
                continue
            if len(value) > budget.LENGTH or not _may_be_secret(value):
                continue
            text = Text(value, (location,), None)
            shape = classify(text.string(), self._case.catalogue.samples)
            if shape in (Shape.KEY, Shape.PRIVATE_KEY):
                places.add(string.literal.place)
                sighting = self._case.sighting(
                    text, Kind.UNKNOWN, None, "", (self._case.facts.path, -9, string.scope), False
                )
                yield sighting._replace(alone=True)
        if not self._is_code:
            self._innocent_values.update(
                mention.value for mention in self._case.facts.mentions if read_name(mention.name).innocent
            )
        for mention in self._case.facts.mentions:
            if mention.value in self._innocent_values and not read_name(mention.name).kind:
                continue
            location = self._case.location(mention.place)
            if location in seen or mention.place in places or self._overlaps(mention, seen):
                continue
            yield from self._mentioned(mention, location)

    def _takes_pair(self, mention: f.Mention) -> bool:
        """Whether a call takes a key and a secret: it names Binance, or does so in its company."""
        if read_name(mention.call).company:
            return True
        return bool(self._case.facts.company) and {(mention.call, 0), (mention.call, 1)} <= self._passed

    @cached_property
    def _is_code(self) -> bool:
        path = self._case.facts.path
        return kind_in(path, b"") in CODE or kind_of(path) == SCRIPT

    @cached_property
    def _passed(self) -> set[tuple[str, int | None]]:
        return {(mention.call, mention.position) for mention in self._case.facts.mentions}

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
        if kind is None and mention.call and mention.position in (0, 1) and self._takes_pair(mention):
            kind = (Kind.API_KEY, Kind.SECRET_KEY)[mention.position]
        text = Text(mention.value, (location,), None)
        name = (mention.name or mention.call) if kind is not None else ""
        sighting = self._case.sighting(
            text, kind or Kind.UNKNOWN, None, name, (self._case.facts.path, -8, mention.place.line), False
        )
        statement = mention.statement or sighting.statement
        where = "text" if self._is_code else "code"
        yield sighting._replace(alone=kind is None, where=where, statement=statement)


def _owned(reading: NameReading, owner: str) -> NameReading:
    """What a name says together with its surroundings; what it says itself comes first."""
    if not owner or reading.company or reading.vendor is not None:
        return reading
    if owner == _OURS:
        return reading._replace(company=True)
    return reading._replace(vendor=owner)


def _by_neighbours(sighting: Sighting) -> Sighting:
    if sighting.named_binance:
        return sighting
    return sighting._replace(company=("what stands around it names Binance", *sighting.company))


def _may_be_secret(value: str | bytes) -> bool:
    """Cheaper than a look at the shape: a word of some length, or the frame of a private key."""
    if isinstance(value, bytes):
        return b"PRIVATE KEY" in value or len(value.split(None, 1)) == 1
    return "PRIVATE KEY" in value or len(value.split(None, 1)) == 1
