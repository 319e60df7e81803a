"""What stands around a place in a file: sorted once, so that thousands of findings can ask."""

from __future__ import annotations

from bisect import bisect_right

from binlint.facts import Facts
from binlint.finding import Place

_END = 1 << 60
_BACK = 200  # statements looked at; they hardly nest, since a compound one counts for its header only


class Surroundings:
    """The statements and definitions of one file."""

    def __init__(self, facts: Facts) -> None:
        self._statements = sorted(facts.statements)
        places = [(d.place, d.scope) for d in facts.functions] + [(d.place, d.scope) for d in facts.classes]
        places.sort(key=lambda found: (found[0][:2], (-found[0].end_line, -found[0].end_column)))
        self._definitions = [(place, facts.scopes[scope].qualname) for place, scope in places]
        self._starts = [place[:2] for place, _ in places]
        self._outer: list[int] = []  # for each definition the one around it, or -1
        around = -1
        for number, (place, _) in enumerate(places):
            while around >= 0 and self._definitions[around][0][2:] < place[2:]:
                around = self._outer[around]
            self._outer.append(around)
            around = number

    def statement(self, place: Place) -> Place | None:
        """The innermost statement that holds a place."""
        last = bisect_right(self._statements, (place.line, place.column, _END, _END))
        for statement in reversed(self._statements[max(0, last - _BACK) : last]):
            if place[2:] <= statement[2:]:
                return statement
        return None

    def context(self, place: Place) -> str:
        """The dotted name of the innermost function or class around a place; "" at module level."""
        found = bisect_right(self._starts, place[:2]) - 1
        while found >= 0 and self._definitions[found][0][2:] < place[2:]:
            found = self._outer[found]
        while found >= 0 and self._fills(found):
            found = self._outer[found]
        return self._definitions[found][1] if found >= 0 else ""

    def _fills(self, definition: int) -> bool:
        """Whether it is as tall as what is around it: a lambda in a function of one line."""
        outer = self._outer[definition]
        return outer >= 0 and self._height(outer) == self._height(definition)

    def _height(self, definition: int) -> int:
        place = self._definitions[definition][0]
        return place.end_line - place.line
