"""The table that every rule reads: what the string is × where it goes."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from binlint.finding import Confidence, Severity
from binlint.flow.sighting import Sighting


class Standing(IntEnum):
    """How much speaks for a Binance credential besides the looks of the text."""

    NOTHING = 0
    HALF = 1  # a credential's name, or Binance company
    NAMED = 2  # both
    PROVEN = 3  # it reaches a Binance client, header or signature


class Verdict(NamedTuple):
    """What a rule says of a sighting."""

    severity: Severity
    confidence: Confidence
    message: str


def standing(sighting: Sighting) -> Standing:
    """The column of the table."""
    if sighting.sink is not None:
        return Standing.PROVEN
    company = bool(sighting.company) or sighting.named_binance
    named = bool(sighting.name)
    if named and company:
        return Standing.NAMED
    return Standing.HALF if named or company or sighting.project else Standing.NOTHING


def leak(sighting: Sighting, what: str) -> Verdict | None:
    """The verdict on something that is key-shaped: an error with both halves, a warning with one."""
    level = standing(sighting)
    if level is Standing.NOTHING:
        return None
    if level is Standing.HALF:
        return Verdict(Severity.WARNING, Confidence.LOW, message(sighting, what, "looks hard-coded"))
    confidence = Confidence.HIGH if level is Standing.PROVEN else Confidence.MEDIUM
    severity = Severity.WARNING if sighting.testnet else Severity.ERROR
    return Verdict(severity, confidence, message(sighting, what, "is hard-coded"))


def message(sighting: Sighting, what: str, claim: str) -> str:
    """One sentence: what stands there and where it goes."""
    network = "test network " if sighting.testnet and not sighting.alone else ""
    subject = f"Binance {network}{what} {claim}"
    if sighting.sink is not None:
        return f"{subject} and reaches {sighting.sink.text} as `{sighting.sink.parameter}`"
    if sighting.name:
        where = " in a comment or text" if sighting.where == "text" else ""
        return f"{subject} in `{sighting.name[:60]}`{where}"
    return subject
