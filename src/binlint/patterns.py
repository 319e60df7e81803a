"""Patterns in the manner of .gitignore, as options and configuration use them.

Names without wildcards are matched here, since they are most of what people write and pathspec
costs five times a bare interpreter start. All else is left to pathspec, whose backend is pinned:
the one that it would choose by itself can miss matches.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pathspec import GitIgnoreSpec

LONGEST = 1024
# Not compiled here: most runs have no pattern.
_PLAIN = r"[^!#*?\[\]\\\s/](?:[^*?\[\]\\\r\n]*[^*?\[\]\\\s])?"
_STARS = r"\*+"


def defect(line: str) -> str:
    """What is wrong with a pattern, or nothing.

    Matching tries every way to share a name among the stars, so that their number is limited.
    """
    if not line.strip():
        return "is empty"
    if len(line) > LONGEST:
        return f"is longer than {LONGEST} characters"
    if "\0" in line:
        return "holds a NUL"
    if len(re.findall(_STARS, line)) > 6 or any(
        len(re.findall(_STARS, part)) > 3 for part in line.split("/")
    ):
        return "has too many wildcards"
    if _is_plain(line):
        return ""
    spec = compile_lines((line,))
    # pathspec keeps what it discards (a comment, an open bracket) as a pattern without effect.
    return (
        ""
        if spec and any(pattern.include is not None for pattern in spec.patterns)
        else "is not a valid pattern"
    )


def compile_lines(lines: Iterable[str]) -> GitIgnoreSpec | None:
    """The lines as pathspec takes them, or None when one of them is not a pattern."""
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines, backend="simple")
    except (ValueError, re.error, OverflowError, RecursionError):
        return None


class Patterns:
    """Some patterns, relative to one directory. Paths are relative to it too, with `/`."""

    __slots__ = ("_anchored", "_folders", "_names", "_spec")

    def __init__(self, lines: Iterable[str]) -> None:
        lines = tuple(line[1:] if line.startswith("./") else line for line in lines)
        self._names: set[str] = set()
        self._folders: set[str] = set()
        self._anchored: tuple[str, ...] = ()  # with "/" at the end; and without it in the path: folders only
        self._spec: GitIgnoreSpec | None = None
        if all(map(_is_plain, lines)):
            self._sort(lines)
        else:
            self._spec = compile_lines(lines)

    def _sort(self, lines: tuple[str, ...]) -> None:
        anchored = []
        for line in lines:
            body = line.rstrip("/")
            if "/" in body:
                anchored.append(line.lstrip("/"))
            else:
                (self._folders if line.endswith("/") else self._names).add(body)
        self._anchored = tuple(anchored)

    def match(self, path: str, is_folder: bool = False, below: str = "") -> bool:
        """Whether a pattern matches the path or a directory above it.

        With `below`, a directory of the path that was asked for by name, only what is deeper counts:
        `binlint vendor` looks into `vendor` though `vendor` is excluded, but not into `vendor/vendor`.
        A path outside (`../x`) is only matched by patterns that hold anywhere.
        """
        part = path[len(below) + 1 :] if below else path
        outside = path.startswith("../")
        if outside:
            while part.startswith("../"):
                part = part[3:]
        if self._spec is not None:
            end = "/" if is_folder else ""
            return _spec_matches(self._spec, "" if outside else path + end, part + end, below)
        parts = part.split("/")
        if not self._names.isdisjoint(parts):
            return True
        if self._folders and not self._folders.isdisjoint(parts if is_folder else parts[:-1]):
            return True
        return not outside and any(_is_at(path, anchor, is_folder, below) for anchor in self._anchored)


def _is_plain(line: str) -> bool:
    body = line.removeprefix("/").removesuffix("/")
    return "//" not in line and re.fullmatch(_PLAIN, body) is not None


def _is_at(path: str, anchor: str, is_folder: bool, below: str) -> bool:
    body = anchor.rstrip("/")
    if below and f"{below}/".startswith(f"{body}/"):
        return False
    if path == body:
        return is_folder or not anchor.endswith("/")
    return path.startswith(f"{body}/")


def _spec_matches(spec: GitIgnoreSpec, path: str, part: str, below: str) -> bool:
    if path and not (below and spec.check_file(f"{below}/").include):
        return bool(spec.check_file(path).include)
    # A pattern matched what was asked for by name (or nothing here is below the root): those that hold
    # anywhere are asked about the deeper part alone, the others only if they left the given path alone.
    verdict = False
    for pattern in spec.patterns:
        if pattern.include is None:
            continue
        text = str(getattr(pattern, "pattern", ""))
        body = text.lstrip("!").rstrip("/").removeprefix("**/")
        if "/" not in body:
            matched = pattern.match_file(part)
        elif path and not pattern.match_file(f"{below}/"):
            matched = pattern.match_file(path)
        else:
            continue
        if matched:
            verdict = bool(pattern.include)
    return verdict
