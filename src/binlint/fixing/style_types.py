"""What a way of reading moved values is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from binlint.fixing.edits import Edit, Refusal
from binlint.fixing.imports import Provided, Use
from binlint.fixing.rewrite_types import Planned


class Lookups(NamedTuple):
    """How to spell a look-up in one file, and the edits that make it possible."""

    lookup: Callable[[str], str]
    edits: tuple[Edit, ...]


class Where(NamedTuple):
    """A file that is edited and the store, as paths from the root of the project, with "/".

    `own` are the modules of the project itself that come before those of others of the same name.
    """

    path: str
    store: str
    own: frozenset[str] = frozenset()


class Style(NamedTuple):
    """One way. `provide` makes it right for the places of one file."""

    name: str
    loads: str  # what the reader has to do for the variable to be there
    provisional: Callable[[str], str]
    provide: Callable[[str, Sequence[Use], Where], Lookups | Refusal]
    unreadable: Callable[[str], str] = lambda value: ""  # why it could not read a value from the store
    unfit: Callable[[Planned], str] = lambda planned: ""  # why a change would not get its value from there
    form: str = "dotenv"  # the format of the store: "dotenv", "toml" or "json"


def spelled_with(
    provided: Provided | Refusal, spell: Callable[[str], Callable[[str], str]]
) -> Lookups | Refusal:
    """Look-ups that are spelled with an import."""
    if isinstance(provided, Refusal):
        return provided
    return Lookups(spell(provided.spelled), (provided.edit,) if provided.edit is not None else ())


def is_shadowed(where: Where, *modules: str) -> Refusal | None:
    """The refusal for modules that are the project's own under the same name."""
    own = next((module for module in modules if module in where.own), None)
    if own is None:
        return None
    return Refusal(f"the project has a module {own} of its own, which would be imported in its place")
