"""The suggested replacement of one literal, as formats write it whose readers could apply it."""

from __future__ import annotations

from typing import NamedTuple

from binlint.finding import MASK, Finding
from binlint.reporters.clean import clean, clean_block


class Edit(NamedTuple):
    """What could stand instead of the literal at the finding's place; it holds no secret.

    `needs` says what else has to be done for the code to run, and is empty if nothing has.
    """

    text: str
    variables: tuple[str, ...]
    needs: str


def edit(finding: Finding) -> Edit | None:
    """The edit of a finding, if its suggestion changes nothing but its own literal.

    The rest of a suggestion is masked source text, which must never be written back.
    """
    suggestion = finding.suggestion
    if suggestion is None or not suggestion.lookup or MASK in suggestion.lookup:
        return None
    if clean_block(suggestion.lookup) != suggestion.lookup:
        return None  # what would have to be escaped cannot be applied
    return Edit(
        suggestion.lookup,
        tuple(clean(name) for name in suggestion.variables),
        clean(suggestion.note),
    )
