"""The user's exclude patterns, asked about paths that are relative to the run."""

from __future__ import annotations

import os

from binlint.config import Config
from binlint.patterns import Patterns
from binlint.sources.given import relative

EXCLUDED = "excluded"


class Exclusion:
    """Translates between the directory of the run and that of the patterns."""

    def __init__(self, config: Config) -> None:
        lines = config.user_excludes
        self._patterns = Patterns(lines) if lines else None
        self._prefix = ""
        if lines:
            prefix = relative(os.path.abspath(config.cwd), config.root)
            self._prefix = f"{prefix}/" if prefix else ""

    def excludes(self, path: str, is_folder: bool = False, below: str | None = None) -> bool:
        """Whether a pattern matches the path or what is above it.

        `below` is a directory that was named on the command line; it and what is above it do not count.
        """
        if self._patterns is None:
            return False
        place = self._from_root(path)
        start = "" if below is None else self._from_root(below)
        # Somebody in `src` can name `..`, whose files are not called `../…` when they lie in `src`.
        return self._patterns.match(place, is_folder, start if place.startswith(f"{start}/") else "")

    def _from_root(self, path: str) -> str:
        return relative(self._prefix + path, "")
