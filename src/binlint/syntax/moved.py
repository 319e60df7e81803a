"""Facts about a text that stands inside a file, made facts about the file: every place in them is moved."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from binlint.facts import Facts
from binlint.finding import Place

Move = Callable[[Place], Place]


def moved(facts: Facts, move: Move) -> Facts:
    """The same facts with every place put through `move`, once for each place.

    What is shared stays shared. Raises RecursionError on expressions that are nested too deeply.
    """
    mover = _Mover(move)
    values = {
        name: mover.moved(value)
        for name, value in zip(facts._fields, facts, strict=True)
        if isinstance(value, tuple) and name != "gaps"
    }
    return facts._replace(
        gaps=tuple(_moved_lines(first, last, move) for first, last in facts.gaps),
        **values,  # type: ignore[arg-type]
    )


def _moved_lines(first: int, last: int, move: Move) -> tuple[int, int]:
    return move(Place(first, 1, first, 1)).line, move(Place(last, 1, last, 1)).line


class _Mover:
    """Moves values of all types; what holds no place comes back as it is."""

    def __init__(self, move: Move) -> None:
        self._move = move
        self._places: dict[Place, Place] = {}
        self._done: dict[int, object] = {}  # by id, which stays taken as long as the old facts live

    def moved(self, value: object) -> object:
        """The value with every place in it moved."""
        if not isinstance(value, tuple):
            return value
        if isinstance(value, Place):
            return self._place(value)
        known = self._done.get(id(value))
        if known is None:
            known = self._done[id(value)] = self._items(value)
        return known

    def _place(self, place: Place) -> Place:
        found = self._places.get(place)
        if found is None:
            found = self._places[place] = self._move(place)
        return found

    def _items(self, value: tuple[object, ...]) -> object:
        items = []
        changed = False
        for item in value:  # no comprehension: that would be one more frame for each level
            other = self.moved(item)
            changed = changed or other is not item
            items.append(other)
        if not changed:
            return value
        make = getattr(type(value), "_make", tuple)
        return cast("object", make(items))
