"""Opens files so that nothing in a scanned tree can make binlint wait, or read what is no file."""

from __future__ import annotations

import os
import stat

LARGEST = 50 * 1024 * 1024  # no source is larger, and what is larger costs memory
LARGEST_SETTINGS = 1024 * 1024  # for configuration and ignore files

CHUNK = 65536  # a larger first read costs more in allocation than it saves
# Without O_NONBLOCK a FIFO would keep the open waiting for a writer that never comes.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)


class NotRegular(Exception):
    """What stands there is a directory, device, FIFO or socket. `is_folder` tells the first from the rest."""

    def __init__(self, is_folder: bool) -> None:
        super().__init__("not a regular file")
        self.is_folder = is_folder


class TooLarge(Exception):
    """The file is longer than the limit."""


def open_regular(path: str | bytes, limit: int) -> int:
    """A descriptor of the regular file at `path`, which is not followed if it is a link.

    Raises OSError, NotRegular or TooLarge.
    """
    descriptor = os.open(path, _FLAGS)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise NotRegular(stat.S_ISDIR(status.st_mode))
        if status.st_size > limit:
            raise TooLarge
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def size_of(descriptor: int) -> int:
    """How long an open file is now, in bytes."""
    return os.fstat(descriptor).st_size


def read_chunk(descriptor: int) -> bytes:
    """The next bytes; fewer than a whole chunk means that the file ends here."""
    return os.read(descriptor, CHUNK)


def read_rest(descriptor: int, first: bytes, limit: int) -> bytes:
    """`first` and all that follows it. Raises TooLarge when the file grows beyond the limit meanwhile."""
    if len(first) < CHUNK:
        return first
    chunks, size = [first], len(first)
    while chunk := os.read(descriptor, 1024 * 1024):
        chunks.append(chunk)
        size += len(chunk)
        if size > limit:
            raise TooLarge
    return b"".join(chunks)


def read_settings(path: str) -> bytes:
    """A whole small file: configuration, or a list of patterns. Raises as `open_regular` does."""
    descriptor = open_regular(path, LARGEST_SETTINGS)
    try:
        return read_rest(descriptor, read_chunk(descriptor), LARGEST_SETTINGS)
    finally:
        os.close(descriptor)
