"""Which files belong to the tree that is scanned, of those that were not listed but led to."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from binlint.config import DEFAULT_EXCLUDES, Config
from binlint.sources.exclusion import Exclusion
from binlint.sources.given import Folder
from binlint.sources.walk import Walk
from binlint.sources.worktree import NoListing, belonging

_FOREIGN = frozenset(DEFAULT_EXCLUDES)  # folders of tools and of others: only what is tracked there counts


def members(paths: Iterable[str], config: Config, is_hook: bool) -> frozenset[str]:
    """Those of some files that a finding may stand in.

    A file that git ignores is where secrets belong, and one that the configuration excludes was asked to
    be left alone. Where files were named, as a hook does, only what git tracks is about to be published.
    Without git the ignore files decide. Paths are relative to the directory of the run.
    """
    exclusion = Exclusion(config)
    asked = [path for path in dict.fromkeys(paths) if not exclusion.excludes(path)]
    if not asked or not config.respect_gitignore:
        return frozenset(asked)
    found: set[str] = set()
    for folder, is_below in ((config.cwd, True), (config.root, False)):
        shown = {
            _seen_from(folder, path, config): path for path in asked if path.startswith("..") != is_below
        }
        inside = [path for path in shown if path is not None]
        foreign = [path for path in inside if not _FOREIGN.isdisjoint(path.split("/"))]
        for some, is_tracked in ((foreign, True), ([p for p in inside if p not in foreign], is_hook)):
            found.update(shown[path] for path in _kept(some, folder, is_tracked))
    return frozenset(found)


def would_commit(paths: Sequence[str], config: Config) -> frozenset[str]:
    """Those of some files that git tracks, or would add if it were asked to add all; none without git."""
    found = belonging(paths, config.cwd, untracked=True) if paths else frozenset()
    return frozenset() if isinstance(found, NoListing) else found


def _kept(paths: Sequence[str], folder: str, is_tracked: bool) -> Iterable[str]:
    known = belonging(paths, folder, untracked=not is_tracked, is_own_index=True) if paths else frozenset()
    if not isinstance(known, NoListing):
        return known
    walk = Walk(Folder("", folder), True, lambda path: None)
    return [p for p in paths if _FOREIGN.isdisjoint(p.split("/")) and walk.keeps(p)]


def _seen_from(folder: str, path: str, config: Config) -> str | None:
    """A path as it is called in another folder; None if it lies outside."""
    found = os.path.relpath(os.path.join(config.cwd, path), folder).replace(os.sep, "/")
    return None if found.startswith("..") else found
