"""Lists directories, with git or by a walk, and leaves out what is excluded or somebody else's.

What git tracks is looked at in whatever directory it lies: somebody has committed it. The directories
that are left out by default (`.venv`, `node_modules`) are so only among what git does not track.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence

from binlint.config import DEFAULT_EXCLUDES, Config
from binlint.report import Note
from binlint.sources.discover import Finds
from binlint.sources.exclusion import EXCLUDED, Exclusion
from binlint.sources.given import Folder, relative
from binlint.sources.kinds import Entry, kind_of
from binlint.sources.read import LINK, NESTED, UNREADABLE
from binlint.sources.walk import VIRTUAL_ENVIRONMENT, Walk
from binlint.sources.worktree import Listing, NoListing, list_with_git

EXCLUDED_BY_DEFAULT = "excluded by default"
LISTED_BY_WALK = "listed without git"


def list_folders(folders: Sequence[Folder], config: Config, exclusion: Exclusion, finds: Finds) -> None:
    """Adds to `finds` what lies below the folders, and below the repositories that turn up in them."""
    lister = _Lister(config, exclusion, finds)
    waiting = list(folders)
    for folder in waiting:  # it grows meanwhile
        waiting += lister.list(folder)


class _Lister:
    def __init__(self, config: Config, exclusion: Exclusion, finds: Finds) -> None:
        self._config = config
        self._exclusion = exclusion
        self._finds = finds
        self._defaults = frozenset(DEFAULT_EXCLUDES if config.exclude == DEFAULT_EXCLUDES else ())

    def list(self, folder: Folder) -> Iterable[Folder]:
        """Lists one folder; returns repositories within that are to be listed on their own."""
        if not self._config.respect_gitignore:
            return self._walk(folder)
        listing = list_with_git(folder.os_path)
        if isinstance(listing, NoListing):
            if listing.reason:
                self._finds.remarks.append(Note(folder.path or ".", LISTED_BY_WALK, listing.reason))
            return self._walk(folder, hands_over=not listing.reason)
        self._take_listing(folder, listing)
        # A directory that git ignores but somebody names: only the ignore files within it count.
        return self._walk(folder, from_above=False) if listing.is_ignored else ()

    def _take_listing(self, folder: Folder, listing: Listing) -> None:
        self._take(folder, listing.tracked, _Detour(folder).note)
        self._take(folder, listing.untracked, _Foreign(folder, listing.untracked, self._defaults).note)
        for reason, paths in ((LINK, filter(kind_of, listing.links)), (NESTED, listing.nested)):
            for path in paths:
                shown = _join(folder, path)
                if not self._exclusion.excludes(shown.rstrip("/"), below=folder.path):
                    self._finds.note(Note(shown, reason))
        for path in listing.closed:
            self._finds.note(Note(_join(folder, path), UNREADABLE, "a directory", failure=True))

    def _walk(self, folder: Folder, from_above: bool = True, hands_over: bool = False) -> Iterable[Folder]:
        def prune(path: str) -> Note | None:
            shown = _join(folder, path)
            if path[path.rfind("/", 0, -1) + 1 : -1] in self._defaults:
                return Note(shown, EXCLUDED_BY_DEFAULT)
            excluded = self._exclusion.excludes(shown.rstrip("/"), is_folder=True, below=folder.path)
            return Note(shown, EXCLUDED) if excluded else None

        walk = Walk(folder, self._config.respect_gitignore, prune, hands_over)
        self._take(folder, walk.files(from_above), lambda path: None)
        for note in walk.notes:
            self._finds.note(note)
        self._finds.remarks += walk.remarks
        self._finds.others += walk.others
        found = sorted(walk.repositories)
        return [Folder(_join(folder, path), os.path.join(folder.os_path, path)) for path in found]

    def _take(self, folder: Folder, paths: Iterable[str], leave_out: Callable[[str], Note | None]) -> None:
        files = self._finds.files
        start = _join(folder, "")
        os_start = "" if folder.os_path == os.curdir else os.path.join(folder.os_path, "")
        # From `src`, the file `../src/a.py` is `a.py`.
        cwd, is_above = self._config.cwd, folder.path.startswith("..")
        for path in paths:
            kind = kind_of(path)
            if kind is None:
                self._finds.others += 1
                continue
            shown = start + path if not is_above else relative(os.path.join(cwd, start + path), cwd)
            note = leave_out(path)
            if note is None and self._exclusion.excludes(shown, below=folder.path):
                note = Note(shown, EXCLUDED)
            if note is not None:
                self._finds.note(note)
            elif shown not in files:
                files[shown] = Entry(shown, os_start + path, False, kind)


class _Detour:
    """Finds what lies behind a link: git still lists the files of a directory that a link has replaced."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._is_solid = {"": True}

    def note(self, path: str) -> Note | None:
        head = path[: path.rfind("/") + 1]
        if head not in self._is_solid:
            self._look_at(head)
        if self._is_solid[head]:
            return None
        return Note(_join(self._folder, path), LINK, "its directory has become a link")

    def _look_at(self, head: str) -> None:
        above = ""
        for name in head.split("/")[:-1]:
            part = f"{above}{name}/"
            if part not in self._is_solid:
                place = os.path.join(self._folder.os_path, part[:-1])
                self._is_solid[part] = self._is_solid[above] and not os.path.islink(place)
            above = part


class _Foreign:
    """Finds what is not tracked and lies in a directory of others: installed, or made by a tool."""

    def __init__(self, folder: Folder, paths: Iterable[str], defaults: frozenset[str]) -> None:
        self._folder = folder
        self._defaults = defaults
        mark = "/pyvenv.cfg"
        self._environments = tuple(path[: 1 - len(mark)] for path in paths if path.endswith(mark))

    def note(self, path: str) -> Note | None:
        folders = path.split("/")[:-1]
        if not self._defaults.isdisjoint(folders):
            depth = next(index for index, name in enumerate(folders) if name in self._defaults)
            return Note(_join(self._folder, "/".join(folders[: depth + 1]) + "/"), EXCLUDED_BY_DEFAULT)
        if self._environments and path.startswith(self._environments):
            place = next(place for place in self._environments if path.startswith(place))
            return Note(_join(self._folder, place), VIRTUAL_ENVIRONMENT)
        return None


def _join(folder: Folder, path: str) -> str:
    return f"{folder.path}/{path}" if folder.path else path
