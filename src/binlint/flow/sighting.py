"""A text that may be a credential, with all that is known about it: the input of the rules."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from binlint.finding import Kind, Location, Place, SecretText, Step

Group: TypeAlias = tuple[int | str, ...]


class Sink(NamedTuple):
    """A place that takes a credential: the call of a client, a header, a signature, an attribute."""

    location: Location
    text: str  # for the message: "`Client(…)` (binance.client.Client)"
    parameter: str
    accepts_path: bool = False
    context: str = ""  # the definition around it
    callee: str = ""  # the dotted name of what is called, as far as the path of a key file is the same there
    index: int | None = None  # type: ignore[assignment]  # the position of the parameter, if it has one


class Sighting(NamedTuple):
    """One text on one way. `rules` compare several sightings of the same literal."""

    text: SecretText
    origins: tuple[Location, ...]  # the literals that it is made of, in order
    kind: Kind
    sink: Sink | None
    name: str  # what it is called where no sink is known, else ""
    way: tuple[Step, ...]
    company: tuple[str, ...]  # what says Binance, strongest first; empty if nothing does
    named_binance: bool  # the name itself says Binance
    testnet: bool
    group: Group  # equal for the parts of one credential
    context: str = ""  # the definition around the literal
    statement: Place | None = None  # the statement around it
    where: str = "code"  # or "comment", "text"
    alone: bool = False  # neither sink nor name
    within: str = ""  # the part of the file that the literal stands in: "cell 3, line 2"
    advice: str = ""  # what else must be done, since the literal stands there
    project: bool = False  # only the project, not the file, speaks of Binance
