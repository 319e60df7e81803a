"""Where a project keeps its baseline. Imported by every run, so it asks the disk one question and no more."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from binlint.sources.worktree import repository_top

if TYPE_CHECKING:
    from binlint.config import Config

FILE_NAME = ".binlint-baseline.jsonl"


def root_of(config: Config) -> str:
    """What the paths in a baseline are relative to.

    The directory of the configuration file; without one the top of the repository, else the directory of
    the run.
    """
    if config.source is not None:
        return os.path.abspath(config.root)
    return repository_top(config.cwd) or os.path.abspath(config.cwd)


def place_of(config: Config) -> str:
    """The baseline's path on the disk, whether it is there or not."""
    return os.path.join(root_of(config), config.baseline or FILE_NAME)


def in_use(config: Config) -> str | None:
    """The baseline that a run has to heed: the one that was named, or the usual one if it exists."""
    place = place_of(config)
    return place if config.baseline is not None or os.path.lexists(place) else None
