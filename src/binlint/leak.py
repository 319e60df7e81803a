"""A finding with what the refactor needs and a report must not have: the value itself.

It never leaves the process that found it, but for the store that it is moved to.
"""

from __future__ import annotations

from typing import NamedTuple

from binlint.finding import Finding, Location, SecretText


class PathUse(NamedTuple):
    """A call to which the path of a key file means the same as the key itself."""

    location: Location
    callee: str  # the dotted name of what is called
    parameter: str
    index: int | None  # type: ignore[assignment]  # hides tuple.index; the position, if there is one


class Leak(NamedTuple):
    """One literal that can be moved out of the code, or of which it can be said why not."""

    finding: Finding
    value: SecretText
    origins: tuple[Location, ...]  # the literals that the value is made of, in order
    name: str  # what it is called where no client is known, else ""
    account: tuple[int | str, ...]  # equal for the halves of one credential
    paths: tuple[PathUse, ...] = ()  # all that takes the value, if each of it takes a path as well
    importers: tuple[str, ...] | None = None  # the files that may import the one of a value with `paths`
