"""Whether a file can be read and replaced without harm. Every reason that is given is fit to be shown."""

from __future__ import annotations

import os
import stat
import sys

from binlint.files import NotRegular, TooLarge, read_settings
from binlint.fixing.store_types import OTHER_FILE, Refusal, printable


def inside(root: str, path: str) -> str | None:
    """A path relative to the root, with "/"; None if it is outside, however the root is called."""
    place = os.path.abspath(os.path.join(root, path))
    folder, name = os.path.split(place)
    for top, start in ((root, place), (os.path.realpath(root), os.path.join(os.path.realpath(folder), name))):
        try:
            found = os.path.relpath(start, top).replace(os.sep, "/")
        except ValueError:  # another drive
            continue
        if found != ".." and not found.startswith("../"):
            return found
    return None


def unusable(root: str, shown: str) -> Refusal | None:
    """Why a file, which need not be there, could not be written now."""
    return unreplaceable(root, shown) or _closed(os.path.join(root, *shown.split("/")), shown)


def unreplaceable(root: str, shown: str) -> Refusal | None:
    """Why what stands at a place, or on the way there, keeps a file from standing there."""
    return _blocked(root, shown) or _no_file(os.path.join(root, *shown.split("/")), shown)


def may(place: str, access: int) -> bool:
    """Whether we have access to a file or directory, as who we are at the moment."""
    return os.access(place, access, effective_ids=os.access in os.supports_effective_ids)


def is_owner_kept(status: os.stat_result) -> bool:
    """Whether a new file that we make can have the owner and group of an old one."""
    if sys.platform == "win32" or os.geteuid() == 0:
        return True
    groups = {os.getegid(), *os.getgroups()}
    return status.st_uid == os.geteuid() and status.st_gid in groups


def mode_of(place: str) -> int:
    """The permissions of what stands at a place."""
    return stat.S_IMODE(os.lstat(place).st_mode)


def content_of(place: str, shown: str) -> bytes | Refusal | None:
    """The bytes of a small file; None where there is none."""
    try:
        return read_settings(place)
    except FileNotFoundError:
        return None
    except NotRegular:
        return Refusal(f"{printable(shown)} is not a regular file", OTHER_FILE)
    except TooLarge:
        return Refusal(f"{printable(shown)} is larger than 1 MiB", OTHER_FILE)
    except OSError as error:
        return Refusal(f"{printable(shown)} cannot be read: {error.strerror}", OTHER_FILE)


def _blocked(root: str, shown: str) -> Refusal | None:
    """Why a directory on the way to a file keeps us from writing there."""
    place = root
    steps = shown.split("/")
    if ".git" in steps:
        return Refusal(f"{printable(shown)} is inside the directory of git itself", OTHER_FILE)
    for count, step in enumerate(steps[:-1], 1):
        place = os.path.join(place, step)
        folder = printable("/".join(steps[:count]))
        try:
            mode = os.lstat(place).st_mode
        except FileNotFoundError:
            return Refusal(f"there is no directory {folder}", "create it, or " + OTHER_FILE)
        except OSError as error:
            return Refusal(f"{folder} cannot be looked into: {error.strerror}", OTHER_FILE)
        if stat.S_ISLNK(mode):
            return Refusal(f"{folder} is a symbolic link", OTHER_FILE)
        if not stat.S_ISDIR(mode):
            return Refusal(f"{folder} is not a directory", OTHER_FILE)
    return None


def _no_file(place: str, shown: str) -> Refusal | None:
    """Why what stands at a place is no file that could be replaced; nothing at all is fine."""
    name = printable(shown)
    try:
        status = os.lstat(place)
    except FileNotFoundError:
        return None
    except OSError as error:
        return Refusal(f"{name} cannot be looked at: {error.strerror}", OTHER_FILE)
    if stat.S_ISLNK(status.st_mode):
        return Refusal(f"{name} is a symbolic link", "replace it by the file itself, or " + OTHER_FILE)
    if not stat.S_ISREG(status.st_mode):
        return Refusal(f"{name} is not a regular file", OTHER_FILE)
    if status.st_nlink > 1:
        return Refusal(f"{name} has a second name (a hard link)", "replace it by a copy, or " + OTHER_FILE)
    return None


def _closed(place: str, shown: str) -> Refusal | None:
    """Why a file cannot be read, or not be written."""
    folder = os.path.dirname(place)
    where = printable(os.path.dirname(shown)) or "the project root"
    if not os.path.isdir(folder):
        return Refusal(f"{where} is not a directory", OTHER_FILE)
    if not may(folder, os.W_OK | os.X_OK):
        return Refusal(f"{where} is read-only", "make it writable, or " + OTHER_FILE)
    if not os.path.lexists(place):
        return None
    name = printable(shown)
    if not may(place, os.R_OK):
        return Refusal(f"{name} cannot be read", "let its owner run binlint, or " + OTHER_FILE)
    # To root nothing is closed, but a file that its owner may not write was meant to stay as it is.
    if not may(place, os.W_OK) or not mode_of(place) & stat.S_IWUSR:
        return Refusal(f"{name} is read-only", "make it writable, or " + OTHER_FILE)
    if not is_owner_kept(os.lstat(place)):
        return Refusal(f"{name} belongs to another user", "let its owner run binlint, or " + OTHER_FILE)
    return None
