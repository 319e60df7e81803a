"""A file as binlint holds it: its path and its bytes, and once decoded its text."""

from __future__ import annotations

from typing import NamedTuple


class Source(NamedTuple):
    """A path relative to the root of the run (with `/`) and the bytes that were read there."""

    path: str
    data: bytes

    def __repr__(self) -> str:
        return f"Source({self.path!r}, {len(self.data)} bytes)"


class Text(NamedTuple):
    """A decoded source. `text` keeps every newline as it stands in the file and holds no BOM.

    `encoding` is a codec name that decodes `data[bom:]`; `newline` is the commonest line end.
    `exact` is false where bytes had to be replaced or a codec was guessed.
    """

    path: str
    text: str
    encoding: str
    bom: int = 0  # bytes of the byte-order mark
    newline: str = "\n"
    exact: bool = True

    def __repr__(self) -> str:
        return f"Text({self.path!r}, {len(self.text)} characters, {self.encoding!r})"
