"""Which files belong to the tree that is scanned, of those that were not listed but led to."""

from __future__ import annotations

from collections.abc import Iterable

from binlint.config import Config
from binlint.sources.exclusion import Exclusion
from binlint.sources.given import Folder
from binlint.sources.walk import Walk
from binlint.sources.worktree import NoListing, belonging


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
    known = belonging(asked, config.cwd, untracked=not is_hook)
    if not isinstance(known, NoListing):
        return known
    walk = Walk(Folder("", config.cwd), True, lambda path: None)
    return frozenset(path for path in asked if path.startswith("..") or walk.keeps(path))
