"""The literals behind a text, wherever in the project they stand: exact places, and what is around them."""

from __future__ import annotations

from bisect import bisect_right

from binlint import facts as f
from binlint.facts import Facts, Region
from binlint.finding import Location, Place
from binlint.flow.surroundings import Surroundings
from binlint.flow.values import Text
from binlint.flow.world import World
from binlint.shapes import Shape, classify

_PEM_FRAME = 44  # characters of `"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"`; a line of the key has 64


class _Home:
    """What is asked of one file, gathered once."""

    def __init__(self, facts: Facts) -> None:
        self.around = Surroundings(facts) if facts.statements else None
        self.regions = facts.regions
        self.starts = [region.place[:2] for region in facts.regions]
        self.literals = {s.literal.place: s.literal.value for s in facts.strings}
        self.mentioned: dict[str, list[Place]] = {}
        for mention in facts.mentions:
            self.mentioned.setdefault(mention.value.strip(), []).append(mention.place)


class Origins:
    """Answers for the file that is traced and for those that it leads to."""

    def __init__(self, world: World, facts: Facts) -> None:
        self._world = world
        self._homes: dict[str, _Home] = {facts.path: _Home(facts)}

    def _home(self, path: str) -> _Home:
        home = self._homes.get(path)
        if home is None:
            home = self._homes[path] = _Home(self._world.facts(path) or Facts(path))
        return home

    def undone(self, text: Text, samples: frozenset[str]) -> Text:
        """The literal itself where what was made of it says nothing: a seed cut out of a key, a cipher."""
        if len(text.origins) != 1 or classify(text.string(), samples) is not Shape.OTHER:
            return text
        origin = text.origins[0]
        literal = Text(self._home(origin.path).literals.get(origin.place, ""), text.origins, text.way)
        whole = classify(literal.string(), samples)
        return literal if whole in (Shape.KEY, Shape.PRIVATE_KEY) else text

    def exactly(self, text: Text) -> tuple[Location, ...]:
        """The place of a value that is cut out of a longer literal or file, where it is seen there."""
        if len(text.origins) == 1:
            origin = text.origins[0]
            outer = origin.place
            if outer.line == outer.end_line and outer.end_column - outer.column <= len(text.value):
                return text.origins  # nothing stands within it
            for place in self._home(origin.path).mentioned.get(text.string().strip(), ()):
                if place != outer and outer[:2] <= place[:2] and place[2:] <= outer[2:]:
                    return (Location(origin.path, place),)
            return (self._in_file(text, origin),)
        if "-----BEGIN" in text.string():  # its first and last line give nothing away
            return tuple(o for o in text.origins if _is_longer(o.place, _PEM_FRAME)) or text.origins
        return text.origins

    def _in_file(self, text: Text, origin: Location) -> Location:
        """Where in a file of plain text a value stands that was cut out of it."""
        facts = self._world.known_document(origin.path, "text")
        if facts is None or not isinstance(facts.document, f.Literal):
            return origin
        whole = facts.document.value
        value = text.string().strip()
        if facts.document.place != origin.place or not isinstance(whole, str) or value not in whole:
            return origin
        before = whole[: whole.index(value)].replace("\r\n", "\n").replace("\r", "\n")
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
        lines = value.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        end = column + len(value) if len(lines) == 1 else len(lines[-1]) + 1
        return Location(origin.path, Place(line, column, line + len(lines) - 1, end))

    def context(self, origin: Location) -> str:
        """The dotted name of the definition around a literal."""
        around = self._home(origin.path).around
        return around.context(origin.place) if around is not None else ""

    def region(self, origin: Location) -> Region | None:
        """The part of its file that a literal stands in, where files have parts."""
        home = self._home(origin.path)
        index = bisect_right(home.starts, origin.place[:2]) - 1
        if index < 0 or home.regions[index].place[2:] < origin.place[:2]:
            return None
        return home.regions[index]

    def statement(self, origin: Location) -> Place | None:
        """The statement around a literal."""
        around = self._home(origin.path).around
        return around.statement(origin.place) if around is not None else None


def _is_longer(place: Place, length: int) -> bool:
    return place.end_line > place.line or place.end_column - place.column > length
