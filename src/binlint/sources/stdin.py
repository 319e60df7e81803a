"""A source that is piped in, under the name that `--stdin-filename` gives it."""

from __future__ import annotations

from typing import Protocol

from binlint.files import LARGEST
from binlint.report import Note
from binlint.sources.kinds import NOT_A_KIND, SCRIPT, is_python_script, kind_of
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
    kind = kind_of(path) if name else None
    if name and kind is None:
        return Note(path, NOT_A_KIND)
    try:
        data = stream.read(LARGEST + 1)
    except (OSError, ValueError):
        return Note(path, UNREADABLE, "standard input cannot be read", failure=True)
    if len(data) > LARGEST:
        return Note(path, TOO_LARGE, failure=True)
    if kind == SCRIPT and not is_python_script(data):
        return Note(path, NOT_A_KIND)
    return Source(path, data)
