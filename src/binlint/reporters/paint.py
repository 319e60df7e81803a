"""Terminal colours, or none: the one place that writes escape sequences."""

from __future__ import annotations

from typing import NamedTuple

from binlint.finding import Severity

_CODES = {
    "bold": "1",
    "red": "1;31",
    "yellow": "1;33",
    "cyan": "1;36",
    "blue": "1;34",
    "green": "32",
    "dim": "2",
}

SEVERITY_STYLE = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


class Paint(NamedTuple):
    """Colours text that is clean already; made with `False` it gives every text back as it is."""

    colour: bool

    def __call__(self, style: str, text: str) -> str:
        """`text` in a style named above."""
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self.colour and text else text
