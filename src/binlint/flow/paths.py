"""Paths in the code under analysis, kept as texts: `Path(__file__).parent / "keys.json"`.

A path that starts at a file of the project begins with a mark, so that joining and cutting work on it
as on any text, and nothing else can be taken for it.
"""

from __future__ import annotations

import posixpath

_MARK = "<project>"


def of_project(path: str) -> str:
    """The text that `__file__` is in the file at `path`."""
    return f"{_MARK}/{path}"


def folder(text: str, importer: str) -> str | None:
    """The folder of the project that a text means in `importer`; None if it leads out."""
    return _relative(text, posixpath.dirname(importer))


def file(text: str) -> tuple[str, bool] | None:
    """The path that a text means, and whether it starts at the project rather than anywhere."""
    text = text.replace("\\\\", "/").replace("\\", "/")
    if text.startswith(_MARK):
        found = _relative(text, "")
        return None if found is None else (found, True)
    return (posixpath.normpath(text), False) if text and not posixpath.isabs(text) else None


def _relative(text: str, base: str) -> str | None:
    text = text.replace("\\", "/")
    if text.startswith(_MARK):
        text, base = text[len(_MARK) :].lstrip("/"), ""
    if posixpath.isabs(text):
        return None
    found = posixpath.normpath(posixpath.join(base, text))
    return "" if found == "." else found


def parent(text: str) -> str:
    """`os.path.dirname`, or `Path.parent`"""
    text = text.replace("\\", "/").rstrip("/")
    return text if text == _MARK else posixpath.dirname(text)


def join(first: str, second: str) -> str:
    """`os.path.join`, or `first / second`"""
    second = second.replace("\\", "/")
    if second.startswith(_MARK) or not first:
        return second
    return posixpath.join(first.replace("\\", "/"), second)


def is_path(text: str) -> bool:
    """Whether a text starts at a file of the project."""
    return text.startswith(_MARK)
