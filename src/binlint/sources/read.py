"""Reads one file, or says why not."""

from __future__ import annotations

import errno
import os

from binlint.files import LARGEST, NotRegular, TooLarge, open_regular, read_chunk, read_rest
from binlint.report import Note
from binlint.sources.kinds import NOT_A_KIND, Entry, is_python_script

MISSING = "no such file or directory"
GONE = "not on disk"  # found by git or a walk, but deleted, sparse or vanished meanwhile
LINK = "symbolic link"
SPECIAL = "not a regular file"
UNREADABLE = "unreadable"
TOO_LARGE = "larger than 50 MiB"
NESTED = "submodule or nested repository"


def read(entry: Entry) -> bytes | Note:
    """The bytes of a file; of a file without extension that is no Python script only the first ones.

    A note is a failure where the file was asked for, directly or by its directory, and is there,
    but cannot be looked at.
    """
    try:
        descriptor = open_regular(entry.os_path, LARGEST if not entry.shebang else 2**63)
        try:
            data = read_chunk(descriptor)
            if entry.shebang and not is_python_script(data):
                return Note(entry.path, NOT_A_KIND) if entry.given else data
            return read_rest(descriptor, data, LARGEST)
        finally:
            os.close(descriptor)
    except OSError as error:
        return explain(entry.path, error, entry.given)
    except NotRegular as error:
        reason = NESTED if error.is_folder and not entry.given else SPECIAL
        return Note(entry.path, reason, failure=entry.given)
    except TooLarge:
        return Note(entry.path, TOO_LARGE, "exclude it if it is no source", failure=True)


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
