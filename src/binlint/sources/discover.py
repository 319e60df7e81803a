"""From the paths of the command line to the files that are read, each of them once and in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from binlint.config import Config
from binlint.report import Note
from binlint.sources.exclusion import EXCLUDED, Exclusion
from binlint.sources.given import Folder, base_of, resolve
from binlint.sources.kinds import Entry


class Discovery(NamedTuple):
    """The files of a run, sorted by path.

    `notes` are about files and directories that will not be read (`Report.skipped`); `remarks` about
    how the listing was made (`Report.notes`); `others` counts found files of kinds that binlint does
    not read. Every path is relative to `root`, the directory of the run.
    """

    files: tuple[Entry, ...] = ()
    notes: tuple[Note, ...] = ()
    root: str = "."
    remarks: tuple[Note, ...] = ()
    others: int = 0


class Finds:
    """What has been found so far."""

    def __init__(self) -> None:
        self.files: dict[str, Entry] = {}
        self.remarks: list[Note] = []
        self.others = 0
        self._notes: dict[str, Note] = {}

    def note(self, note: Note) -> None:
        """Takes a note; of several about one path a failure stays, else the first."""
        old = self._notes.setdefault(note.path, note)
        if note.failure and not old.failure:
            self._notes[note.path] = note

    def discovery(self, root: str) -> Discovery:
        """Everything, in order."""
        files = tuple(self.files[path] for path in sorted(self.files))
        # One path can be left out below a directory and yet be asked for by name.
        notes = tuple(self._notes[path] for path in sorted(self._notes) if path not in self.files)
        return Discovery(files, notes, root, tuple(sorted(set(self.remarks))), self.others)


def discover(paths: Sequence[str], config: Config, cwd: str) -> Discovery:
    """Everything that `binlint PATH…` looks at, started in the absolute directory `cwd`."""
    base = base_of(cwd, config.root)
    exclusion = Exclusion(config)
    finds = Finds()
    folders: list[Folder] = []
    for path in dict.fromkeys(paths):
        found = resolve(path, base)
        if isinstance(found, Note):
            finds.note(found)
        elif config.force_exclude and exclusion.excludes(found.path, isinstance(found, Folder)):
            finds.note(Note(found.path or ".", EXCLUDED))
        elif isinstance(found, Folder):
            folders.append(found)
        else:
            finds.files.setdefault(found.path, found)
    if folders:
        # git, the walk and pathspec are only for directories; a hook names files.
        from binlint.sources.folders import list_folders

        list_folders(folders, config, exclusion, finds)
    return finds.discovery(cwd)
