"""Credentials for tests, made while they run."""

from __future__ import annotations

import secrets
import string

from binlint.shapes import Shape, classify


def fresh_key() -> str:
    """64 random letters and digits; once in some ten thousand draws they are not mixed like a key."""
    while True:
        key = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(64))
        if classify(key) is Shape.KEY:
            return key
