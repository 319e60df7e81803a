"""The rest of the project, for runs that are given single files, and what of it other runs are given.

pre-commit and prek hand the files of a commit to several processes, none of which knows what the others have.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection

from binlint import candidates
from binlint.config import Config
from binlint.files import NotRegular, TooLarge, read_settings
from binlint.sources.exclusion import Exclusion
from binlint.sources.kinds import CODE, SCRIPT, SETTINGS, TEXT, Entry, kind_of
from binlint.sources.worktree import NoListing, ask_git, tracked_files

_LOADED = CODE | SETTINGS | {SCRIPT, TEXT}  # what code can bring to a client
_LOOKED_AT = 400  # files that are read to see whether a project speaks of Binance
_FOLDERS = 100  # and folders that are listed for it
_TELLING = ("requirements.txt", "pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "environment.yml")
_RANGE = ("PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF")
_RUNNER = re.compile(r"(?:^|[\0/\\])(?:pre[-_]commit|prek)(?:\.exe|\.pyz)?\0")
_ALL = re.compile(r"\0run\0(?:.*\0)?(?:--all-files|-v*av*)\0", re.DOTALL)
_NAMED = re.compile(r"\0--files(?:\0|=)")
PIECE = 4  # names that pre-commit and prek give to each process before they start another
_COMMAND_LINE = 65_536  # bytes
_NAMES = ("--name-only", "-z", "--no-renames", "--no-ext-diff", "--ignore-submodules=all", "--relative")


def is_material(path: str, data: bytes) -> bool:
    """Whether a file holds what code could bring to a client."""
    return kind_of(path) in _LOADED and (
        candidates.has_key(data) or (candidates.names_binance(data) and candidates.has_hex(data))
    )


def may_be_taken(path: str, data: bytes, speaks: Callable[[], bool]) -> bool:
    """Whether a file alone is reason enough to ask the whole project who takes what it holds.

    `speaks` tells whether the project speaks of Binance: private keys alone are anybody's.
    """
    return is_material(path, data) and (not candidates.is_private_key_only(data) or speaks())


def tracked(config: Config) -> list[Entry]:
    """What git tracks below the directory of the run and binlint reads; nothing where git is not asked."""
    if not config.respect_gitignore:
        return []
    exclusion = Exclusion(config)
    found = []
    for path in tracked_files(config.cwd):
        kind = kind_of(path)
        if kind is not None and not exclusion.excludes(path):
            found.append(Entry(path, os.path.join(config.cwd, path), False, kind))
    return found


def given_to_others(paths: Collection[str], listed: Collection[str], config: Config) -> frozenset[str]:
    """Those of some tracked files that were not given to this run, but are to another piece of the same hook.

    A hook is given what is staged, or what lies between two revisions, or everything, if whoever started it
    was told so. Few files are never divided: what is missing of them was not given to anybody. While a merge
    stands open a hook is given only what was in conflict. Where this cannot be told nothing is left to
    others: two reports of one literal are better than none.
    """
    if not config.force_exclude:  # somebody named the files by hand: there is no other piece
        return frozenset()
    revisions = [os.environ.get(name, "") for name in _RANGE]
    compared = ("--end-of-options", "...".join(revisions)) if all(revisions) else ("--cached",)
    answer = ask_git(("diff", *_NAMES, *compared, "--"), config.cwd, is_own_index=True)
    if isinstance(answer, NoListing) or _is_merging(config.cwd):
        return frozenset()
    handed = frozenset(os.fsdecode(record) for record in answer.split(b"\0") if record)
    told = arguments_of_parent()
    if not _RUNNER.search(told):
        told = ""
    if _NAMED.search(told):
        return frozenset()
    if not handed.issuperset(listed):
        if not _ALL.search(told):
            return frozenset()
        handed = frozenset(tracked_files(config.cwd))
    return handed.intersection(paths) if len(handed) > PIECE else frozenset()


def arguments_of_parent() -> str:
    """The command line of whatever has started this program, a NUL after each argument; empty if unknown."""
    parent = os.getppid()
    try:
        with open(f"/proc/{parent}/cmdline", "rb") as stream:
            return os.fsdecode(stream.read(_COMMAND_LINE))
    except OSError:
        pass
    if os.name == "nt":
        return ""
    import subprocess

    command = ["ps", "-ww", "-o", "args=", "-p", str(parent)]
    try:
        said = subprocess.run(command, capture_output=True, timeout=10, check=False).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
    return "".join(f"{word}\0" for word in os.fsdecode(said[:_COMMAND_LINE]).split())


def _is_merging(folder: str) -> bool:
    found = ask_git(("rev-parse", "--quiet", "--verify", "MERGE_HEAD"), folder, is_own_index=True)
    return not isinstance(found, NoListing)


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
