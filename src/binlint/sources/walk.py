"""Lists a directory without git: an own walk that honours the .gitignore files it comes across."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from binlint.files import NotRegular, TooLarge, read_settings
from binlint.patterns import compile_lines, defect
from binlint.report import Note
from binlint.sources.given import Folder
from binlint.sources.kinds import kind_of
from binlint.sources.read import LINK, SPECIAL, explain
from binlint.sources.worktree import repository_top

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

VIRTUAL_ENVIRONMENT = "virtual environment"
NOT_HONOURED = "ignore file not fully honoured"

_MOST_PATTERNS = 2_000


class IgnoreFile(NamedTuple):
    """The patterns of one .gitignore. `prefix` is where it stands, relative to the walk's start.

    Above the start it is a path to be put before what the walk sees: `above`.
    """

    prefix: str
    above: str
    spec: GitIgnoreSpec

    def verdict(self, path: str) -> bool | None:
        """Whether the path (with "/" at its end for a directory) is ignored, taken back, or neither."""
        return self.spec.check_file(self.above + path[len(self.prefix) :]).include


class Walk:
    """One walk. `notes` fills up with what will not be read, `remarks` with what is only odd.

    A walk that hands over leaves the repositories that it meets to git, in `repositories`.
    """

    def __init__(
        self,
        folder: Folder,
        respect_gitignore: bool,
        prune: Callable[[str], Note | None],
        hands_over: bool = False,
    ) -> None:
        self._folder = folder
        self._respects = respect_gitignore
        self._prune = prune
        self._hands_over = hands_over
        self.notes: list[Note] = []
        self.remarks: list[Note] = []
        self.repositories: list[str] = []
        self.others = 0

    def files(self, from_above: bool = True) -> Iterator[str]:
        """Files of the kinds that are read, relative to the start; `from_above` heeds ignore files above."""
        ignores = tuple(self._ignores_above()) if self._respects and from_above else ()
        waiting: list[tuple[str, tuple[IgnoreFile, ...]]] = [("", ignores)]
        while waiting:
            prefix, ignores = waiting.pop()
            children = self._children(prefix)
            names = {child.name for child in children}
            if prefix and "pyvenv.cfg" in names:
                self.notes.append(Note(self._shown(prefix), VIRTUAL_ENVIRONMENT))
                continue
            if prefix and self._hands_over and ".git" in names:
                self.repositories.append(prefix.rstrip("/"))
                continue
            if self._respects:
                ignores = (*ignores, *self._ignore_file(names, prefix))
            for child in children:
                path = prefix + child.name
                if child.name == ".git":
                    continue
                if child.is_dir(follow_symlinks=False):
                    if not self._is_left_out(f"{path}/", ignores):
                        waiting.append((f"{path}/", ignores))
                elif kind_of(path) is None:
                    self.others += 1
                elif not self._is_left_out(path, ignores):
                    if child.is_file(follow_symlinks=False):
                        yield path
                    else:
                        self.notes.append(Note(self._shown(path), LINK if child.is_symlink() else SPECIAL))

    def keeps(self, path: str) -> bool:
        """Whether no ignore file between the start and `path`, relative to the start, leaves it out."""
        ignores = tuple(self._ignores_above())
        prefix = ""
        for step in path.split("/"):
            names = {child.name for child in self._children(prefix)}
            ignores = (*ignores, *self._ignore_file(names, prefix))
            place = prefix + step
            if self._is_left_out(place if place == path else f"{place}/", ignores):
                return False
            prefix = f"{place}/"
        return True

    def _children(self, prefix: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(os.path.join(self._folder.os_path, prefix)) as children:
                return list(children)
        except OSError as error:
            note = explain(self._shown(prefix), error, given=not prefix)
            self.notes.append(note)
            return []

    def _is_left_out(self, path: str, ignores: tuple[IgnoreFile, ...]) -> bool:
        for ignore in reversed(ignores):
            verdict = ignore.verdict(path)
            if verdict is not None:
                if verdict:
                    return True
                break
        if not path.endswith("/"):
            return False
        note = self._prune(path)
        if note is not None:
            self.notes.append(note)
        return note is not None

    def _ignores_above(self) -> Iterator[IgnoreFile]:
        start = os.path.abspath(self._folder.os_path)
        top = repository_top(start)
        if top is None:
            return
        spec = self._read(os.path.join(top, ".git", "info", "exclude"), is_needed=False)
        if spec is not None:
            yield IgnoreFile("", _between(top, start), spec)
        place = top
        for step in _between(top, start).split("/")[:-1]:
            spec = self._read(os.path.join(place, ".gitignore"))
            if spec is not None:
                yield IgnoreFile("", _between(place, start), spec)
            place = os.path.join(place, step)

    def _ignore_file(self, names: set[str], prefix: str) -> Iterator[IgnoreFile]:
        if ".gitignore" in names:
            spec = self._read(os.path.join(self._folder.os_path, prefix, ".gitignore"), prefix)
            if spec is not None:
                yield IgnoreFile(prefix, "", spec)

    def _read(self, path: str, prefix: str = "", is_needed: bool = True) -> GitIgnoreSpec | None:
        shown = self._shown(f"{prefix}.gitignore")
        try:
            data = read_settings(path)
        except FileNotFoundError:
            return None
        except (OSError, NotRegular, TooLarge):
            if is_needed:
                self.remarks.append(Note(shown, NOT_HONOURED, "it is no regular file of at most 1 MiB"))
            return None
        spec, left_out = parse_ignore_file(data)
        if left_out:
            self.remarks.append(Note(shown, NOT_HONOURED, f"{left_out} lines left out"))
        return spec

    def _shown(self, path: str) -> str:
        return (f"{self._folder.path}/{path}" if self._folder.path else path) or "."


def parse_ignore_file(data: bytes) -> tuple[GitIgnoreSpec | None, int]:
    """The patterns of a .gitignore, and how many of its lines were left out as broken or too costly."""
    lines: list[str] = []
    left_out = 0
    for raw in data.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        line = raw.removesuffix(b"\r").decode("utf-8", "surrogateescape")
        if not line.strip() or line.startswith("#"):
            continue
        if len(lines) < _MOST_PATTERNS and not defect(line):
            lines.append(line)
        else:
            left_out += 1
    return (compile_lines(lines) if lines else None), left_out


def _between(top: str, start: str) -> str:
    below = os.path.relpath(start, top).replace(os.sep, "/")
    return "" if below == os.curdir else f"{below}/"
