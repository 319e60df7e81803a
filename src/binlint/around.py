"""What stands around the few files that a hook is given: what they import, and what the project speaks of.

Files without suspicion are asked only for what they import directly, so that a commit in a large project
costs what its own files and their nearest relatives cost.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from binlint import candidates
from binlint.files import NotRegular, TooLarge, read_settings
from binlint.sources.project import Project
from binlint.sources.source import Source

_CODE = (".py", ".pyw", ".ipynb")
_MOST = 200  # files that are read because others import them
_LOOKED_AT = 400  # files that are read to see whether a project speaks of Binance
_FOLDERS = 100  # and folders that are listed for it
_TELLING = ("requirements.txt", "pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "environment.yml")


class Near(NamedTuple):
    """The files that some files import; `candidates` are those that could hold or use a key."""

    paths: tuple[str, ...] = ()
    candidates: tuple[Source, ...] = ()


def near(project: Project, given: Sequence[str], deep: bool) -> Near:
    """What is imported directly, and the files from which such names really come; all of it if `deep`."""
    waiting = [found for path in given if path.endswith(_CODE) for found in project.sources_of(path)]
    seen = {(path, "") for path in given}
    paths: list[str] = []
    found: list[Source] = []
    while waiting and len(paths) < _MOST:
        path, names = waiting.pop(0)
        waiting += [
            (other, (name,))
            for name in names
            if (path, name) not in seen
            for other in project.handing_on(path, name)
        ]
        seen.update((path, name) for name in names)
        if (path, "") in seen:
            continue
        seen.add((path, ""))
        paths.append(path)
        data = project.read(path)
        if data is not None and candidates.is_candidate(data) and candidates.may_matter(data):
            found.append(Source(path, data))
            if not deep:
                break
        if deep:
            waiting += project.sources_of(path)
    return Near(tuple(paths), tuple(found))


def speaks_of_binance(top: str) -> bool:
    """Whether the project below `top` names Binance: in its requirements, or in its nearest Python files."""
    if any(_names_binance(os.path.join(top, name)) for name in _TELLING):
        return True
    looked_at = 0
    waiting = [top]
    for folder in waiting:  # it grows meanwhile
        try:
            with os.scandir(folder) as children:
                entries = sorted(children, key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if not entry.name.startswith(".") and len(waiting) < _FOLDERS:
                    waiting.append(entry.path)
            elif entry.name.endswith(".py"):
                looked_at += 1
                if looked_at > _LOOKED_AT:
                    return False
                if _names_binance(entry.path):
                    return True
    return False


def _names_binance(path: str) -> bool:
    try:
        return candidates.names_binance(read_settings(path))
    except (OSError, ValueError, NotRegular, TooLarge):
        return False
