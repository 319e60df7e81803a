"""Private keys as files of their own, for clients that take a path: planned and found again.

The contract with whoever plans: a `Setting` with `as_file=True` has the text of a key in PEM form as its
value. It goes to a new file at the root of the project, which git ignores and only its owner can read, and
the variable of that name holds the path of the file. The path is absolute, because a program may be started
in any directory. The price: when the project is moved, the path in the store has to be changed by hand.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from binlint.finding import SecretText
from binlint.fixing.store_changes import Change
from binlint.fixing.store_ignoring import ignoring
from binlint.fixing.store_places import content_of, inside, mode_of, unreplaceable, unusable
from binlint.fixing.store_types import OTHER_FILE, Part, Refusal, Setting, is_encodable, unnameable

_SECRET_MODE = 0o600
_HAS_MODES = os.name == "posix"
_MOST = 1000  # numbers behind a name
_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----\s.*\s-----END \1-----", re.DOTALL)
_ROLE = re.compile(r"_(?:path|file|filename|pem)\Z")


class KeyFiles(NamedTuple):
    """The files for some settings, and the settings as the store is to hold them."""

    changes: tuple[Change, ...]  # also of files that need no change, because git must ignore them too
    settings: tuple[Setting, ...]


def plan(
    root: str, settings: Sequence[Setting], stored: Mapping[str, SecretText], taken: Iterable[str] = ()
) -> KeyFiles | Refusal:
    """The key files for the settings that want one, or why one of them cannot be written.

    A file that holds the key already is used: first the one that the variable names in `stored`. `taken` are
    paths that stay free for others. Nothing is changed.
    """
    root = os.path.abspath(root)
    changes: dict[str, Change] = {}
    closed = set(taken)
    saved: list[Setting] = []
    for setting in settings:
        if setting.value is None or not setting.as_file:
            saved.append(setting._replace(as_file=False))
            continue
        refusal = _unfit(setting.name, setting.value.reveal())
        if refusal is not None:
            return refusal
        data = _data(setting.value)
        own = _stored_place(root, setting.name, stored, data)
        change = _change(root, own, setting, data) if own else _placed(root, setting, data, changes, closed)
        if isinstance(change, Refusal):
            return change._replace(remedy=change.remedy.replace(OTHER_FILE, "move that file away"))
        changes[change.shown] = _joined(changes.get(change.shown), change)
        path = stored[setting.name] if own else SecretText(change.path)
        saved.append(Setting(setting.name, path))
    return KeyFiles(tuple(changes.values()), tuple(saved))


def held(root: str, stored: Mapping[str, SecretText]) -> dict[str, SecretText]:
    """The keys in the files that variables of the store name, under the names of the variables."""
    root = os.path.abspath(root)
    found: dict[str, SecretText] = {}
    for name, path in stored.items():
        shown = _key_file(root, path.reveal())
        data = content_of(os.path.join(root, *shown.split("/")), shown) if shown else None
        text = data.decode("utf-8", "replace") if isinstance(data, bytes) else ""
        if _PEM.search(text):
            found[name] = SecretText(text)
    return found


def _unfit(name: str, value: str) -> Refusal | None:
    if not is_encodable(value) or not _PEM.search(value):
        return Refusal(f"the value of {name} is no private key in PEM form", "move it by hand")
    return unnameable(name)


def _data(value: SecretText) -> bytes:
    """The bytes of a key, as they are, with one newline at the end."""
    text = value.reveal().rstrip("\r\n")
    return (text + ("\r\n" if "\r\n" in text else "\n")).encode()


def _key_file(root: str, path: str) -> str | None:
    """A stored path as one from the root, if it may be that of a key file of the project."""
    if not os.path.isabs(path) or "\0" in path or "\n" in path:
        return None
    shown = inside(root, path)
    return shown if shown is not None and unreplaceable(root, shown) is None else None


def _stored_place(root: str, name: str, stored: Mapping[str, SecretText], data: bytes) -> str | None:
    """The file that the variable names already, if it holds the key."""
    shown = _key_file(root, stored[name].reveal()) if name in stored else None
    if shown is None or content_of(os.path.join(root, *shown.split("/")), shown) != data:
        return None
    return shown


def _placed(
    root: str, setting: Setting, data: bytes, planned: Mapping[str, Change], taken: Iterable[str]
) -> Change | Refusal:
    """The first file of its name that holds the key, or is not there."""
    stem = _ROLE.sub("", setting.name.lower())
    for number in range(1, _MOST):
        shown = f"{stem}.pem" if number == 1 else f"{stem}_{number}.pem"
        if shown in taken or (shown in planned and planned[shown].after != data):
            continue
        refusal = unreplaceable(root, shown)
        content = content_of(os.path.join(root, shown), shown) if refusal is None else refusal
        if isinstance(content, Refusal):
            return content
        if content is None or content == data:
            return _change(root, shown, setting, data)
    return Refusal(f"there are too many files like {stem}.pem", "delete those that are not used")


def _change(root: str, shown: str, setting: Setting, data: bytes) -> Change | Refusal:
    """What has to be done for a file to be the key file of a setting."""
    path = os.path.join(root, *shown.split("/"))
    refusal = unreplaceable(root, shown)
    before = content_of(path, shown) if refusal is None else refusal
    if isinstance(before, Refusal):
        return before
    old_mode = _SECRET_MODE if before is None else mode_of(path)
    mode = old_mode & _SECRET_MODE if _HAS_MODES else old_mode
    change = Change(
        path=path,
        shown=shown,
        before=before,
        after=data,
        mode=mode,
        part=Part.KEY_FILE,
        names=(setting.name,),
        tightened=mode != old_mode,
    )
    # A key file that is right already may be read-only, as many are.
    refusal = unusable(root, shown) if change.is_needed else None
    if refusal is None:
        refusal = _unignorable(root, shown)
    return refusal or change


def _unignorable(root: str, shown: str) -> Refusal | None:
    found = ignoring(root, [shown])
    return found if isinstance(found, Refusal) else None


def _joined(old: Change | None, new: Change) -> Change:
    """One change for a file that several variables name."""
    return new if old is None else replace(new, names=tuple(dict.fromkeys((*old.names, *new.names))))
