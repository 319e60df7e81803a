"""Reads one file, or says why not."""

from __future__ import annotations

import errno
import os

from binlint.files import (
    CHUNK,
    LARGEST,
    NotRegular,
    TooLarge,
    open_regular,
    read_chunk,
    read_rest,
    size_of,
)
from binlint.report import Note
from binlint.sources.kinds import ARCHIVE, ARTEFACTS, PYTHON, Entry

MISSING = "no such file or directory"
GONE = "not on disk"  # found by git or a walk, but deleted, sparse or vanished meanwhile
LINK = "symbolic link"
SPECIAL = "not a regular file"
UNREADABLE = "unreadable"
TOO_LARGE = "larger than 50 MiB"
NESTED = "submodule or nested repository"
LARGE_ARCHIVE = "archive larger than 20 MiB"

_ARCHIVE = 20 * 1024 * 1024  # bytes of an archive that is opened
_ENDLESS = 2**63
_WHOLE = 8 * 1024 * 1024  # a longer text is read by pieces


def read(entry: Entry) -> bytes | Note:
    """The bytes of a file; of a long one that is no Python only what surrounds what may be a key.

    A note is a failure where the file was asked for, directly or by its directory, and is there,
    but cannot be looked at.
    """
    try:
        descriptor = open_regular(entry.os_path, LARGEST if entry.kind == PYTHON else _ENDLESS)
        try:
            return _whole_or_extract(entry, descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        return explain(entry.path, error, entry.given)
    except NotRegular as error:
        reason = NESTED if error.is_folder and not entry.given else SPECIAL
        return Note(entry.path, reason, failure=entry.given)
    except TooLarge:
        return Note(entry.path, TOO_LARGE, "exclude it if it is no source", failure=True)


def _whole_or_extract(entry: Entry, descriptor: int) -> bytes | Note:
    data = read_chunk(descriptor)
    if entry.kind == PYTHON or len(data) < CHUNK:
        return read_rest(descriptor, data, LARGEST)
    size = size_of(descriptor)
    if entry.kind == ARCHIVE and size > _ARCHIVE:
        return Note(entry.path, LARGE_ARCHIVE)
    if size <= _WHOLE or (entry.kind in ARTEFACTS and size <= LARGEST):
        return read_rest(descriptor, data, LARGEST)
    from binlint.sources.extract import extract  # few trees have a file of that size

    return extract(descriptor)


def explain(path: str, error: OSError | ValueError, given: bool) -> Note:
    """The note for a file or directory that the system refuses to open."""
    code = error.errno if isinstance(error, OSError) else None
    if code in (errno.ENOENT, errno.ENOTDIR):
        return Note(path, MISSING if given else GONE, failure=given)
    if code == errno.ELOOP:
        return Note(path, LINK, failure=given)
    if code == errno.ENXIO:  # a socket
        return Note(path, SPECIAL, failure=given)
    return Note(path, UNREADABLE, os.strerror(code) if code else "", failure=True)
