"""Keyed fingerprints: by them a value is known again, and nobody who reads them learns it.

The definition must never change: every baseline that was ever written depends on it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from itertools import pairwise

from binlint.baseline.entries import BaselineError
from binlint.finding import SecretText

_LENGTH = 16  # bytes
_RUN = re.compile(r"[A-Za-z0-9+/=_-]{32,}")
_DISTINCT = 12  # characters of a run that a machine has made; 64 hex digits have some 16
_DIGITS = 4  # changes between digits and others in it; a year behind a word makes one or two
_RESTLESS = 0.25  # changes of class for each character; random text has twice that
_OWN = "BIN9"  # findings about binlint's own comments, which have no value


class Fingerprints:
    """The fingerprints of a run, each computed once: those of what can be guessed are slow on purpose."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, SecretText], str] = {}

    def __repr__(self) -> str:
        return f"Fingerprints({len(self._known)})"

    def of(self, salt: str, rule: str, value: SecretText) -> str:
        """The fingerprint of a value under a rule. Raises BaselineError where Python lacks scrypt."""
        key = (salt, rule, value)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = _fingerprint(bytes.fromhex(salt), rule, value.reveal())
        return known


def new_salt() -> str:
    """16 random bytes."""
    return secrets.token_hex(_LENGTH)


def is_guessable(value: str) -> bool:
    """Whether a value may have less than some 64 bits: whatever holds no long run as machines make it."""
    return not any(_is_machine_made(run) for run in _RUN.findall(value))


def _is_machine_made(run: str) -> bool:
    digits = sum(left.isdigit() != right.isdigit() for left, right in pairwise(run))
    kinds = [0 if c.isdigit() else 1 if c.isupper() else 2 if c.islower() else 3 for c in run]
    changes = sum(left != right for left, right in pairwise(kinds))
    return len(set(run)) >= _DISTINCT and digits >= _DIGITS and changes >= _RESTLESS * len(run)


def _fingerprint(salt: bytes, rule: str, value: str) -> str:
    message = rule.encode() + b"\0" + value.encode("utf-8", "surrogatepass")
    if rule.startswith(_OWN) or not is_guessable(value):
        return hmac.new(salt, message, hashlib.sha256).digest()[:_LENGTH].hex()
    try:
        return hashlib.scrypt(message, salt=salt, n=2**14, r=8, p=1, dklen=_LENGTH).hex()
    except (AttributeError, ValueError, MemoryError):
        raise BaselineError(
            "this Python cannot compute scrypt, which the baseline needs for short values"
        ) from None
