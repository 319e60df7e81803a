"""What the store's modules hand on: settings, refusals, errors, and names for the files that are written."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from binlint.errors import BinlintError
from binlint.finding import SecretText

DEFAULT_STORE = ".env"
BOM = "\ufeff"
NEWLINE = re.compile(r"\r\n|\n|\r")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
SHOWN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,47}")  # a longer "name" may be a pasted key
OTHER_FILE = "name another file with --env-file"


class Setting(NamedTuple):
    """A variable. Without a value only its name is wanted, in the example file; nothing is stored.

    With `as_file` the value is a private key in PEM form that is saved as a file of its own, at the
    project root; what the variable holds is the absolute path of that file.
    """

    name: str
    value: SecretText | None
    as_file: bool = False


class Refusal(NamedTuple):
    """Why a file cannot be the store, or not hold a setting, and what the user can do about it."""

    reason: str
    remedy: str


class StoreError(BinlintError):
    """The store could not be written, or does not hold what it should. The source must not be edited."""


class Part(Enum):
    """Which file a change is for."""

    STORE = "store"
    IGNORE = "ignore file"
    EXAMPLE = "example"
    KEY_FILE = "key file"


def printable(text: str) -> str:
    """A text without what could disturb a terminal."""
    return "".join(character if character.isprintable() else "?" for character in text)


def newline_of(text: str) -> str:
    """The newline of the last line that has one; a lone "\\r" only where there is no other."""
    found = NEWLINE.findall(text) or ["\n"]
    return next((newline for newline in reversed(found) if newline != "\r"), "\r")


def is_encodable(value: str) -> bool:
    """Whether a value can be written as UTF-8."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def unnameable(name: str) -> Refusal | None:
    """Why a text cannot be the name of a variable."""
    if NAME.fullmatch(name):
        return None
    return Refusal(f"{printable(name)} cannot be the name of a variable", "choose another name")
