"""What the rewriting of one literal takes and gives."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from binlint.finding import Place
from binlint.fixing.edits import Edit

IMPORT, CALL, NEVER = "import", "call", "never"  # when a look-up runs


class Level(IntEnum):
    """How much a rewriting may change: nothing while the variable is set, or when and how it is read."""

    SAFE = 1
    UNSAFE = 2


class Target(NamedTuple):
    """A credential in a file. Its `repr` does not show the value."""

    place: Place  # of the literal, or of the first of those that it is put together from
    parts: tuple[Place, ...]  # all of these, in order
    value: str
    variable: str

    def __repr__(self) -> str:
        return f"Target({self.place!r}, {len(self.parts)} parts, {self.variable!r})"


class Planned(NamedTuple):
    """The change of the file for one credential, checked by itself."""

    edits: tuple[Edit, ...]
    level: Level
    uses: tuple[int, ...]  # where, in the text as it is, a look-up will stand
    variable: str  # the source's own where it reads one already
    note: str
    evaluated: str  # IMPORT, CALL or NEVER
    is_outside: bool = False  # no look-up of ours, but what is there already reads the environment


class Refused(NamedTuple):
    """Why nothing is changed; the reason never holds the value."""

    reason: str
