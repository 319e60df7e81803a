"""Writes a change and proves that it did what it should; what fails is taken back."""

from __future__ import annotations

import os
import stat

from binlint.files import NotRegular, TooLarge, read_settings
from binlint.fixing.atomic import Unsynced, locked, remove_leftovers, sync_folder, write_atomically
from binlint.fixing.store_changes import Change
from binlint.fixing.store_ignoring import published
from binlint.fixing.store_places import unreplaceable
from binlint.fixing.store_types import Part, StoreError


def write(root: str, change: Change) -> None:
    """Writes one file and looks at it again.

    Raises StoreError, or what `write_atomically` and `locked` raise; then the file is as it was, unless
    the message says otherwise.
    """
    if not change.is_needed:
        return
    try:
        with locked(root):
            _write(root, change)
    except Unsynced as error:
        raise StoreError(
            f"{change.shown} was written, but may not survive a crash: {error.strerror}"
        ) from None
    except OSError as error:
        # Without the error's own text: it holds the whole path.
        raise StoreError(f"{change.shown} could not be written: {error.strerror or error}") from None


def _write(root: str, change: Change) -> None:
    blocked = unreplaceable(root, change.shown)
    if blocked is None and change.part in (Part.STORE, Part.KEY_FILE):
        blocked = published(root, change.shown)
    if blocked is not None:
        raise StoreError(f"{blocked.reason}; {blocked.remedy}")
    old_mode = None if change.before is None else stat.S_IMODE(os.lstat(change.path).st_mode)
    folder = os.path.dirname(change.path)
    workshop = _workshop(root, folder)
    for each in {folder, workshop or folder}:
        remove_leftovers(each)
    write_atomically(change.path, change.after, change.mode, change.before, workshop)
    failure = _failure(root, change)
    if failure:
        _restore(change, old_mode)
        raise StoreError(f"{failure}; {change.shown} is as it was")


def _failure(root: str, change: Change) -> str:
    """What is wrong with a file that has just been written; empty if nothing is."""
    if change.part is Part.IGNORE:
        refusals = (published(root, shown) for shown in change.ignored)
        return next((refusal.reason for refusal in refusals if refusal is not None), "")
    if change.part is Part.EXAMPLE:  # nothing depends on it
        return ""
    try:
        return _misread_key(change) if change.part is Part.KEY_FILE else _misread(change)
    except (OSError, ValueError, RecursionError, NotRegular, TooLarge):
        return f"{change.shown} cannot be read back"


def _misread_key(change: Change) -> str:
    if read_settings(change.path) == change.after:
        return ""
    return f"the private key does not read back from {change.shown} as it was written"


def _misread(change: Change) -> str:
    read = change.form.read(change.path)
    for name, value, _ in change.settings:
        if value is not None and read.get(name) != value.reveal():
            return f"{name} does not read back from {change.shown} as it was written"
    return ""


def _workshop(root: str, folder: str) -> str | None:
    """Where a file with secrets can be written so that git never sees it: in its own directory."""
    place = os.path.join(root, ".git")
    try:
        status = os.lstat(place)
        is_near = stat.S_ISDIR(status.st_mode) and status.st_dev == os.stat(folder).st_dev
    except OSError:
        return None
    return place if is_near and os.access(place, os.W_OK | os.X_OK) else None


def _restore(change: Change, old_mode: int | None) -> None:
    if change.before is None or old_mode is None:
        os.unlink(change.path)
        sync_folder(os.path.dirname(change.path))
    else:
        write_atomically(change.path, change.before, old_mode, change.after)
