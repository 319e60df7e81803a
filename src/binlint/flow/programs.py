"""Files of settings of known programs: what stands in their fields is handed to Binance, whatever it is."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator
from fnmatch import fnmatchcase

from binlint import facts as f
from binlint.catalogue.model import SettingsFile, Steps, Whose
from binlint.facts import Expr, Literal, Slot
from binlint.finding import Kind, Place
from binlint.flow.case import Case
from binlint.flow.sighting import Sighting, Sink
from binlint.flow.values import Text
from binlint.names import read_name, says_testnet
from binlint.shapes import Shape, classify

_HALVES = {Kind.API_KEY, Kind.SECRET_KEY}
_MOST = 500  # values in one file
_KEYS = frozenset({Shape.KEY, Shape.HEX, Shape.PRIVATE_KEY, Shape.ENCRYPTED_PRIVATE_KEY})


class Programs:
    """What a file says to the program that reads it."""

    def __init__(self, case: Case) -> None:
        self._case = case

    def sightings(self) -> Iterator[Sighting]:
        facts = self._case.facts
        if not isinstance(facts.document, f.Mapping | f.Sequence):
            return
        yield from self._test_accounts()
        for known in self._case.catalogue.settings_files:
            if any(_is_called(facts.path, pattern) for pattern in known.files):
                yield from self._in_file(known)

    def _test_accounts(self) -> Iterator[Sighting]:
        """Pairs of 64 hex digits, as the test network of the futures has them, in settings of Binance."""
        halves: defaultdict[int, list[tuple[Kind, Slot, str]]] = defaultdict(list)
        for slot in self._case.facts.slots:
            reading = read_name(slot.name)
            if reading.kind in _HALVES and (reading.company or slot.owner == "binance"):
                value = str(slot.value.value) if isinstance(slot.value, Literal) else ""
                if classify(value, frozenset()) is Shape.HEX:
                    halves[slot.group].append((reading.kind, slot, value))
        for group, found in halves.items():
            if {kind for kind, _, _ in found} == _HALVES:
                for kind, slot, value in found:
                    sink = Sink(self._case.location(slot.place), "an account of Binance", slot.name)
                    yield self._at_sink(kind, slot.place, value, sink, (group,))

    def _in_file(self, known: SettingsFile) -> Iterator[Sighting]:
        facts = self._case.facts
        if known.whose is None and not facts.company and not self._case.linked.world.speaks:
            return
        for parts, kind in known.keys:
            for way, literal in _at(facts.document, parts, ()):
                if known.whose is None or self._is_ours(known.whose, way):
                    yield from self._sighting(known, kind, literal, way)

    def _is_ours(self, whose: Whose, way: Steps) -> bool:
        """Whether the file says at the place that belongs to this one that it is about Binance."""
        own = tuple(
            step if wanted in ("*", "[]") else wanted for wanted, step in zip(whose.path, way, strict=False)
        )
        path = (*own, *whose.path[len(own) :])
        if whose.is_key:
            return _among(path[-1], whose)
        said = list(_at(self._case.facts.document, path, ()))
        if not said:  # a file that is laid over another one need not repeat it
            return self._case.linked.world.speaks
        return any(_among(str(literal.value), whose) for _, literal in said)

    def _sighting(self, known: SettingsFile, kind: Kind, literal: Literal, way: Steps) -> Iterator[Sighting]:
        case, shown = self._case, ".".join(way)
        if not known.is_plain and classify(str(literal.value), case.catalogue.samples) not in _KEYS:
            return
        sink = Sink(case.location(literal.place), f"the settings of {known.program}", shown)
        yield self._at_sink(kind, literal.place, str(literal.value), sink, way[:-1])

    def _at_sink(
        self, kind: Kind, place: Place, value: str, sink: Sink, account: tuple[int | str, ...]
    ) -> Sighting:
        case = self._case
        text = Text(value, (case.location(place),), None)
        tests = case.facts.only_testnet or says_testnet(sink.parameter) or read_name(sink.parameter).testnet
        return case.sighting(text, kind, sink, "", (case.facts.path, -7, *account), tests)


def _is_called(path: str, pattern: str) -> bool:
    if "/" in pattern:
        return fnmatchcase(f"/{path}", f"*/{pattern}")
    return fnmatchcase(posixpath.basename(path), pattern)


def _among(value: str, whose: Whose) -> bool:
    return (value.casefold() if whose.casefold else value) in {
        known.casefold() if whose.casefold else known for known in whose.values
    }


def _at(expr: Expr, parts: Steps, way: Steps) -> Iterator[tuple[Steps, Literal]]:
    """The texts at a path, each with the path without its stars. An item's step is `[number]`."""
    waiting = [(expr, 0, way)]
    count = 0
    while waiting and count < _MOST:
        here, depth, way = waiting.pop()
        if depth == len(parts):
            if isinstance(here, Literal):
                count += 1
                yield way, here
            continue
        step = parts[depth]
        if isinstance(here, f.Sequence):
            for number, item in enumerate(here.items):
                if step in ("[]", f"[{number}]"):
                    waiting.append((item, depth + 1, (*way, f"[{number}]")))
        elif isinstance(here, f.Mapping):
            for key, value in here.entries:
                if key is None:
                    waiting.append((value, depth, way))
                elif isinstance(key, Literal) and step in ("*", str(key.value)):
                    waiting.append((value, depth + 1, (*way, str(key.value))))
