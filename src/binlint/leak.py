"""A finding with what the refactor needs and a report must not have: the value itself.

It never leaves the process that found it, but for the store that it is moved to.
"""

from __future__ import annotations

from typing import NamedTuple

from binlint.finding import Finding, Location, SecretText


class Leak(NamedTuple):
    """One literal that can be moved out of the code, or of which it can be said why not."""

    finding: Finding
    value: SecretText
    origins: tuple[Location, ...]  # the literals that the value is made of, in order
    name: str  # what it is called where no client is known, else ""
    account: tuple[int | str, ...]  # equal for the halves of one credential
