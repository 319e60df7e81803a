"""What was named on the command line: a file, a directory, or something that cannot be looked at."""

from __future__ import annotations

import os
import stat
from typing import NamedTuple

from binlint.report import Note
from binlint.sources.kinds import NOT_A_KIND, Entry, kind_of
from binlint.sources.read import LINK, MISSING, SPECIAL, explain

LEAVES = f"{LINK} that leaves the project"


class Folder(NamedTuple):
    """A directory to be listed."""

    path: str  # relative to the directory of the run, "" for itself
    os_path: str


class Base(NamedTuple):
    """The directory of the run. `tree` is the root of the project, which links must not leave."""

    cwd: str
    tree: str
    is_current: bool  # then relative paths can be opened as they are
    inside: dict[str, bool]  # directories that were asked about, and whether they really lie in the tree

    def holds(self, shown: str, os_path: str) -> bool:
        """Whether a path that seems to lie in the tree does so, past the links among its directories."""
        folder = os.path.dirname(os_path)
        if _is_outside(shown):
            return True
        if folder not in self.inside:
            tree = os.path.realpath(self.tree)
            self.inside[folder] = _is_inside(os.path.realpath(folder), tree) or shown == ""
        return self.inside[folder]


def base_of(cwd: str, tree: str) -> Base:
    """The base for paths that are relative to `cwd`."""
    return Base(cwd, tree, cwd == _current_folder(), {})


def resolve(path: str, base: Base) -> Entry | Folder | Note:
    """What stands at a path from the command line."""
    shown = relative(path, base.cwd)
    os_path = path if base.is_current else os.path.join(base.cwd, path)
    try:
        mode = os.lstat(os_path).st_mode
        if stat.S_ISLNK(mode):
            return _resolve_link(shown, os_path, base)
        if not base.holds(shown, os_path):
            return Note(shown, LEAVES, "through a linked directory", failure=True)
    except (OSError, ValueError) as error:
        return explain(shown or ".", error, given=True)
    return _sort(shown, os_path, mode)


def relative(path: str, cwd: str) -> str:
    """The path as reports show it: relative to the run, with "/" and without "./"; "" for `cwd` itself."""
    if os.path.isabs(path):
        path = _below(path, cwd)
    shown = os.path.normpath(path) if path else ""
    if os.sep != "/":
        shown = shown.replace(os.sep, "/")
    return "" if shown == os.curdir else shown


def _below(path: str, cwd: str) -> str:
    folder, name = os.path.split(path)
    for start, target in ((cwd, path), (os.path.realpath(cwd), os.path.join(os.path.realpath(folder), name))):
        try:
            shown = os.path.relpath(target, start)
        except ValueError:  # another drive
            continue
        if shown != os.pardir and not shown.startswith(os.pardir + os.sep):
            return shown
    try:
        return os.path.relpath(path, cwd)
    except ValueError:
        return path


def _resolve_link(shown: str, os_path: str, base: Base) -> Entry | Folder | Note:
    target = os.path.realpath(os_path)
    try:
        mode = os.lstat(target).st_mode
    except (OSError, ValueError):
        return Note(shown, MISSING, "a link without target", failure=True)
    # Somebody who names a link from afar means what is beside it, too.
    tree = os.path.dirname(os.path.abspath(os_path)) if _is_outside(shown) else base.tree
    if not _is_inside(target, os.path.realpath(tree)):
        return Note(shown, LEAVES, failure=True)
    if stat.S_ISDIR(mode):  # listed under its own name, so that nothing is found twice
        return Folder(relative(target, base.cwd), target)
    return _sort(shown, target, mode)


def _sort(shown: str, os_path: str, mode: int) -> Entry | Folder | Note:
    if stat.S_ISDIR(mode):
        return Folder(shown, os_path)
    if stat.S_ISLNK(mode):  # realpath gives up on a loop
        return Note(shown, LINK, "a loop", failure=True)
    if not stat.S_ISREG(mode):
        return Note(shown, SPECIAL, failure=True)
    kind = kind_of(shown)
    return Entry(shown, os_path, True, kind) if kind else Note(shown, NOT_A_KIND)


def _is_outside(shown: str) -> bool:
    return shown == os.pardir or shown.startswith("../") or os.path.isabs(shown)


def _is_inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder if folder.endswith(os.sep) else folder + os.sep)


def _current_folder() -> str | None:
    try:
        return os.getcwd()
    except OSError:  # it was removed
        return None
