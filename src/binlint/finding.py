"""What binlint reports: frozen, sortable values that hold no secret and no syntax node.

A `Finding` is made by `rules`, completed by `engine`, and read by `reporters`. The raw secret
stays behind in `SecretText`, which shows only its mask.
"""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import NamedTuple


class Severity(IntEnum):
    """How bad a finding is; ordered, so that `--fail-on` is a comparison."""

    NOTE = 1
    WARNING = 2
    ERROR = 3

    @property
    def word(self) -> str:
        """The lower-case name, as it is written in options, JSON and SARIF."""
        return self.name.lower()


class Confidence(IntEnum):
    """How sure binlint is that the literal is a live Binance credential."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def word(self) -> str:
        """The lower-case name, as it is written in JSON."""
        return self.name.lower()


class Kind(Enum):
    """Which part of a credential a value is."""

    API_KEY = "API key"
    SECRET_KEY = "secret key"
    PRIVATE_KEY = "private key"
    PASSPHRASE = "private key passphrase"
    UNKNOWN = "key or secret"


class Place(NamedTuple):
    """A region of a decoded text: 1-based lines and columns in code points, end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Location(NamedTuple):
    """A place in a file. `path` is relative to the root of the run, with `/`."""

    path: str
    place: Place


class Step(NamedTuple):
    """One station on the way from the literal to the client: where, and what happens there."""

    location: Location
    text: str


class Frame(NamedTuple):
    """Source lines around a finding, with every secret in them masked already."""

    lines: tuple[tuple[int, str], ...]


class Suggestion(NamedTuple):
    """The statement as it could stand, without the literal.

    `before` and `after` are masked source text; `variables` are the environment variables
    that `after` reads; `note` says what else the statement needs (an import, a caveat).
    `lookup` alone could replace the finding's literal, where nothing else of the statement changes.
    """

    place: Place
    before: str
    after: str
    variables: tuple[str, ...]
    note: str = ""
    lookup: str = ""


class SecretText:
    """A text that may be a secret. Printing or formatting it by mistake shows its mask only.

    `reveal()` is the single way to the value; the shape check and the fixer's store use it.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The raw value. Never hand it to output, logs, exceptions or child processes."""
        return self._value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretText) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return f"SecretText({self.mask()!r})"

    __str__ = __repr__

    def mask(self) -> str:
        """What may be shown of the value, see `mask`."""
        return mask(self._value)


MASK = "********"
_SHOWN = 4
_LONG = 32


def mask(value: str) -> str:
    """The only form in which a value may be shown.

    `value`: any text. Returns `abcd********wxyz` for 32 or more printable ASCII characters without
    white space, else eight stars; the length of the value cannot be read off.
    """
    body = value.strip()
    if len(body) < _LONG or not body.isascii() or not body.isalnum():
        return MASK
    return f"{body[:_SHOWN]}{MASK}{body[-_SHOWN:]}"


class Finding(NamedTuple):
    """One literal that should not be where it is. Sorts by place, then code."""

    location: Location  # the literal
    code: str  # "BIN101"
    rule: str  # "hardcoded-api-key"
    message: str  # one sentence: what, and where it goes
    severity: Severity
    confidence: Confidence
    kind: Kind
    preview: str  # masked value
    context: str = ""  # enclosing definition, e.g. "Bot.connect"; part of the fingerprint
    evidence: tuple[str, ...] = ()  # why it is believed, strongest first
    steps: tuple[Step, ...] = ()  # the way from the literal to the client, both included
    sink: Step | None = None  # the client call, header or signature that takes the value
    also: tuple[Step, ...] = ()  # further clients that take the same literal
    pair: Location | None = None  # the other half of the same client's credential
    testnet: bool = False
    statement: Place | None = None  # the statement around the literal; suppression looks here
    frame: Frame | None = None
    suggestion: Suggestion | None = None
    fingerprint: str = ""  # made of rule, path, context and occurrence; never of the value
    reason: str = ""  # why it was accepted, as the directive or the baseline that hides it says
    byte_columns: tuple[int, int] | None = None  # where the literal starts and ends, in bytes of UTF-8
