"""The ways in which a project reads its environment: what stands where the literal stood, and its import."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from binlint.fixing import imports
from binlint.fixing.edits import Edit, Refusal
from binlint.fixing.imports import Provided, Use, Wanted


class Lookups(NamedTuple):
    """How to spell a look-up in one file, and the edits that make it possible."""

    lookup: Callable[[str], str]
    edits: tuple[Edit, ...]


class Style(NamedTuple):
    """One way. `provide` makes it right for the places of one file."""

    name: str
    loads: str  # what the reader has to do for the variable to be there
    provisional: Callable[[str], str]
    provide: Callable[[str, Sequence[Use]], Lookups | Refusal]


def _quoted(name: str) -> str:
    return f'"{name}"'


def _subscript(text: str, uses: Sequence[Use]) -> Lookups | Refusal:
    return _with(imports.environ(text, uses), lambda spelled: lambda name: f"{spelled}[{_quoted(name)}]")


def _environ_get(text: str, uses: Sequence[Use]) -> Lookups | Refusal:
    return _with(imports.environ(text, uses), lambda spelled: lambda name: f"{spelled}.get({_quoted(name)})")


def _getenv(text: str, uses: Sequence[Use]) -> Lookups | Refusal:
    return _with(imports.getenv(text, uses), lambda spelled: lambda name: f"{spelled}({_quoted(name)})")


def _decouple(text: str, uses: Sequence[Use]) -> Lookups | Refusal:
    provided = imports.provide(text, Wanted("decouple", "config"), uses)
    return _with(provided, lambda spelled: lambda name: f"{spelled}({_quoted(name)})")


def _with(provided: Provided | Refusal, spell: Callable[[str], Callable[[str], str]]) -> Lookups | Refusal:
    if isinstance(provided, Refusal):
        return provided
    return Lookups(spell(provided.spelled), (provided.edit,) if provided.edit is not None else ())


_EXPORT = "set the variables in the environment, for example with `set -a; . ./.env; set +a`"
STYLES: dict[str, Style] = {
    style.name: style
    for style in (
        Style("environ", _EXPORT, lambda name: f'os.environ["{name}"]', _subscript),
        Style("environ-get", _EXPORT, lambda name: f'os.environ.get("{name}")', _environ_get),
        Style("getenv", _EXPORT, lambda name: f'os.getenv("{name}")', _getenv),
        Style("decouple", "python-decouple reads the .env file", lambda name: f'config("{name}")', _decouple),
    )
}
