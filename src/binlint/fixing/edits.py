"""Changes of a text by place, and the value that stands for not changing it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Edit(NamedTuple):
    """`text` instead of what stands from `start` to `end`: offsets into the decoded text, in code points."""

    start: int
    end: int
    text: str


class Refusal(NamedTuple):
    """Why something is not done; the reason never quotes the file."""

    reason: str


def apply(text: str, edits: Iterable[Edit]) -> str:
    """`text` with all `edits` made, in any order; ValueError where two overlap or one lies outside.

    What is inserted at the start of a region that is replaced comes before the replacement; several
    insertions at one place keep their order.
    """
    parts = []
    last = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if not last <= edit.start <= edit.end <= len(text):
            raise ValueError(f"edits overlap or lie outside the text: {edit.start} to {edit.end}")
        parts += [text[last : edit.start], edit.text]
        last = edit.end
    return "".join((*parts, text[last:]))
