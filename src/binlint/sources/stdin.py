"""A source that is piped in, under the name that `--stdin-filename` gives it."""

from __future__ import annotations

from typing import Protocol

from binlint.files import LARGEST
from binlint.report import Note
from binlint.sources.kinds import NOT_A_KIND, kind_of
from binlint.sources.read import TOO_LARGE, UNREADABLE
from binlint.sources.source import Source

NAMELESS = "<stdin>"


class Stream(Protocol):
    """What is read from: `sys.stdin.buffer`."""

    def read(self, size: int, /) -> bytes: ...


def read_stdin(stream: Stream | None, name: str) -> Source | Note:
    """All of the stream. Without a name it is Python; with one, the name decides as it does for a file."""
    path = name or NAMELESS
    if stream is None:
        return Note(path, UNREADABLE, "standard input is closed", failure=True)
    if name and kind_of(path) is None:
        return Note(path, NOT_A_KIND)
    try:
        data = stream.read(LARGEST + 1)
    except (OSError, ValueError):
        return Note(path, UNREADABLE, "standard input cannot be read", failure=True)
    if len(data) > LARGEST:
        return Note(path, TOO_LARGE, failure=True)
    return Source(path, data)
