"""Replaces a file as a whole or not at all, and keeps two runs from overwriting each other.

A file that holds a secret must never be half written, readable by others for a moment, or left
behind as a copy. So the new bytes go into a closed file beside the old one, reach the disk, and
take its place in one step.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum

from binlint.errors import BinlintError
from binlint.files import LARGEST, NotRegular, TooLarge, open_regular, read_chunk, read_rest

if sys.platform != "win32":
    import fcntl

LOCK_FILE = ".binlint.lock"

_PATIENCE = 10.0  # seconds
_PAUSE = 0.02
_LEFTOVER = re.compile(r"\.binlint-[0-9a-f]{16}\.tmp")
_NEW = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_EXCL
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
# What file systems answer that cannot bring a directory to the disk, or that do not let it be opened.
_NO_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EACCES, errno.EPERM, errno.EBADF, errno.ENOSYS)

_held: set[tuple[int, int, int]] = set()  # locks of this process: what it holds it need not wait for


class NotReplaceable(BinlintError):
    """Something other than a plain file of its own stands where it should be written."""


class Unsynced(OSError):
    """The file is as it should be, but the disk may not know its directory's new state yet."""


class Changed(BinlintError):
    """The file is no longer what the plan was made for."""


class Busy(BinlintError):
    """Another run is writing in the same project."""


class Unchecked(Enum):
    """Stands for "whatever is there now"."""

    CONTENT = "content"


def write_atomically(
    path: str,
    data: bytes,
    mode: int,
    expected: bytes | Unchecked | None = Unchecked.CONTENT,
    workshop: str | None = None,
) -> None:
    """Makes `data` the content of the file at `path`, with the permissions `mode`.

    It is written in the directory `workshop`, on the same file system, or beside the file.

    `expected` is what must be there immediately before: the old bytes, or None for no file.
    Raises OSError, NotReplaceable or Changed; then the old file is as it was. Raises Unsynced, an OSError,
    when only the very last step failed, bringing the directory to the disk; then the new one is there.
    """
    place = os.path.abspath(path)
    folder, name = os.path.split(place)
    old = _status(place, name)
    temporary = os.path.join(workshop or folder, f".binlint-{secrets.token_hex(8)}.tmp")
    descriptor = os.open(temporary, _NEW, 0o600)
    try:
        try:
            _write_all(descriptor, data)
            os.fsync(descriptor)
            if sys.platform != "win32":
                _keep_owner(descriptor, old)
                os.fchmod(descriptor, mode)
        finally:
            os.close(descriptor)
        _status(place, name)
        if expected is not Unchecked.CONTENT and _content(place, name) != expected:
            raise Changed(
                f"{_shown(name)} was changed by something else in the meantime; nothing was written"
            )
        os.replace(temporary, place)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    sync_folder(folder)


def sync_folder(folder: str) -> None:
    """Brings the names in a directory to the disk, where the system can. Raises Unsynced."""
    if sys.platform == "win32":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise Unsynced(error.errno, error.strerror) from None


def remove_leftovers(folder: str) -> None:
    """Removes what a killed run left in a directory. Only under the lock: a live run has such files too."""
    with suppress(OSError), os.scandir(folder) as children:
        for child in children:
            if _LEFTOVER.fullmatch(child.name) and child.is_file(follow_symlinks=False):
                with suppress(OSError):
                    os.unlink(child.path)


@contextmanager
def locked(folder: str, patience: float = _PATIENCE) -> Iterator[None]:
    """Inside, no other run of binlint is inside for the same directory. Raises Busy or OSError.

    The system takes the lock from a killed process, where it can lock directories. A process that
    holds the lock may enter again.
    """
    status = os.stat(folder)
    identity = (os.getpid(), status.st_dev, status.st_ino)
    if identity in _held:
        yield
        return
    release = _acquire(folder, patience)
    _held.add(identity)
    try:
        yield
    finally:
        _held.discard(identity)
        release()


def _status(place: str, name: str) -> os.stat_result | None:
    """What stands at a place, None for nothing; raises when it cannot be replaced without harm."""
    try:
        status = os.lstat(place)
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(status.st_mode):
        raise NotReplaceable(f"{_shown(name)} is a symbolic link")
    if not stat.S_ISREG(status.st_mode):
        raise NotReplaceable(f"{_shown(name)} is not a regular file")
    if status.st_nlink > 1:
        raise NotReplaceable(
            f"{_shown(name)} has a second name (a hard link), which would keep the old content"
        )
    return status


def _content(place: str, name: str) -> bytes | None:
    try:
        descriptor = open_regular(place, LARGEST)
    except FileNotFoundError:
        return None
    except (NotRegular, TooLarge):
        raise NotReplaceable(f"{_shown(name)} is not a regular file of a usual size") from None
    try:
        return read_rest(descriptor, read_chunk(descriptor), LARGEST)
    except TooLarge:
        raise NotReplaceable(f"{_shown(name)} is growing") from None
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        count = os.write(descriptor, rest)
        if count <= 0:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        rest = rest[count:]


def _keep_owner(descriptor: int, old: os.stat_result | None) -> None:
    # A file that root rewrites would else be closed to the user whose file it was.
    if sys.platform == "win32" or old is None:
        return
    new = os.fstat(descriptor)
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        os.fchown(descriptor, old.st_uid, old.st_gid)


def _shown(name: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in name)


def _acquire(folder: str, patience: float) -> Callable[[], None]:
    end = time.monotonic() + patience
    while (release := _try_lock(folder)) is None:
        if time.monotonic() >= end:
            raise Busy(
                "another run of binlint is writing in this project;"
                f" try again when it is done (and delete {LOCK_FILE} if there is one, but no other run)"
            )
        time.sleep(_PAUSE)
    return release


def _try_lock(folder: str) -> Callable[[], None] | None:
    """What gives the lock back; None when somebody else has it."""
    if sys.platform == "win32":
        return _try_lock_file(folder)
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except PermissionError:
        return _try_lock_file(folder)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError:  # network file systems lock only what is open for writing, which no directory can be
        os.close(descriptor)
        return _try_lock_file(folder)
    return lambda: os.close(descriptor)


def _try_lock_file(folder: str) -> Callable[[], None] | None:
    path = os.path.join(folder, LOCK_FILE)
    try:
        # Windows deletes a temporary file even when its process is killed.
        descriptor = os.open(path, _NEW | getattr(os, "O_TEMPORARY", 0), 0o600)
    except FileExistsError:
        return None
    except PermissionError:
        if sys.platform == "win32" and os.path.lexists(path):  # it is about to be deleted
            return None
        raise

    def release() -> None:
        os.close(descriptor)
        with suppress(OSError):
            os.unlink(path)

    return release
