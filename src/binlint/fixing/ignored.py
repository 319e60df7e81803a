"""Whether git would publish a file, and which line in .gitignore would keep it from that.

Where git is not installed, but there is a repository, its index and its ignore files are read here:
what others will publish does not depend on the machine that the fix runs on.
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from binlint.files import NotRegular, TooLarge, open_regular, read_chunk, read_rest, read_settings
from binlint.sources import worktree
from binlint.sources.given import Folder
from binlint.sources.walk import Walk
from binlint.sources.worktree import NoListing, belonging, clean_environment, repository_top

IGNORE_FILE = ".gitignore"

_PATIENCE = 60  # seconds
_LARGEST_INDEX = 256 * 1024 * 1024
_NAME_LENGTH = 0xFFF  # in the flags before a name in the index; longer names have all bits set
_SPECIAL = re.compile(rb"[\\*?\[]")
_NO_GIT = "git is not installed"


class Standing(NamedTuple):
    """How git treats a file, or would treat it if the folder were a repository."""

    is_tracked: bool = False
    is_ignored: bool = True
    can_be_ignored: bool = True  # by a line at the end of the .gitignore at the project root
    has_repository: bool = True


class Unclear(NamedTuple):
    """It could not be found out."""

    reason: str


class _Pattern(NamedTuple):
    """The pattern that decides about a file, and where it stands, seen from the repository's top."""

    source: str
    text: str


def standing_of(root: str, path: str) -> Standing | Unclear:
    """What git makes of a file that need not exist yet. `path` is relative to `root`, with "/"."""
    folder, name = os.path.split(os.path.join(root, path))
    top = repository_top(folder)
    if top is None:
        return _standing_outside(root, path)
    if worktree._find_git() is None:
        return _standing_without_git(root, path, top)
    tracked = belonging([name], folder, untracked=False)
    if isinstance(tracked, NoListing):
        return Unclear(tracked.reason) if tracked.reason else Standing()
    pattern = _deciding_pattern(folder, name)
    if isinstance(pattern, Unclear):
        return pattern
    is_ignored = pattern is not None and not pattern.text.startswith("!")
    return Standing(bool(tracked), is_ignored, _reaches(root, top) and not _is_below(pattern, root, top))


def _standing_outside(root: str, path: str) -> Standing:
    """In no repository, but one may be made of the folder; and a scan heeds its ignore files already."""
    is_kept = Walk(Folder("", os.path.abspath(root)), True, lambda _: None).keeps(path)
    return Standing(False, not is_kept, not _takes_back(root, path), has_repository=False)


def line_for(path: str) -> bytes | None:
    """The line in the .gitignore at the root that stands for one file; None where no line can."""
    raw = os.fsencode(path)
    if b"\n" in raw or b"\r" in raw:
        return None
    escaped = _SPECIAL.sub(rb"\\\g<0>", raw)
    return b"/" + (escaped[:-1] + b"\\ " if escaped.endswith(b" ") else escaped)


def _reaches(root: str, top: str) -> bool:
    # In a repository within the project, the ignore file at the project root says nothing.
    return os.path.commonpath([os.path.abspath(root), top]) == top


def _is_below(pattern: _Pattern | None, root: str, top: str) -> bool:
    """Whether an ignore file in a directory below the root decides; it would overrule the root's."""
    if pattern is None:
        return False
    place = os.path.dirname(os.path.join(top, pattern.source))
    return place != os.path.abspath(root) and place.startswith(os.path.join(os.path.abspath(root), ""))


def _deciding_pattern(folder: str, name: str) -> _Pattern | Unclear | None:
    import subprocess

    program = worktree._find_git()
    assert program is not None
    # With -v it names patterns that take back as well; what its status means for them differs by version.
    command = [program, *worktree._OPTIONS, "check-ignore", "-v", "-z", "--no-index", "--stdin"]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=clean_environment(),
            input=os.fsencode(f"./{name}\0"),
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Unclear("git did not answer in time")
    except OSError:
        return Unclear("git could not be started")
    if done.returncode not in (0, 1):
        return Unclear(f"git failed with status {done.returncode}")
    parts = os.fsdecode(done.stdout).split("\0")
    return _Pattern(parts[0], parts[2]) if len(parts) > 3 else None


def _standing_without_git(root: str, path: str, top: str) -> Standing | Unclear:
    place = os.path.join(os.path.abspath(root), path)
    is_tracked = _is_in_index(top, os.path.relpath(place, top).replace(os.sep, "/"))
    if isinstance(is_tracked, Unclear):
        return is_tracked
    # A walk starts at the root, or at the top of the repository within the project.
    start = root if _reaches(root, top) else top
    inside = os.path.relpath(place, start).replace(os.sep, "/")
    is_kept = Walk(Folder("", start), True, lambda _: None).keeps(inside)
    return Standing(is_tracked, not is_kept, _reaches(root, top) and not _takes_back(root, path))


def _takes_back(root: str, path: str) -> bool:
    """Whether an ignore file between root and file might take back what the one at the root says."""
    place = root
    for step in path.split("/")[:-1]:
        place = os.path.join(place, step)
        try:
            data = read_settings(os.path.join(place, IGNORE_FILE))
        except FileNotFoundError:
            continue
        except (OSError, NotRegular, TooLarge):
            return True
        if re.search(rb"^(\xef\xbb\xbf)?!", data, re.MULTILINE):
            return True
    return False


def _is_in_index(top: str, path: str) -> bool | Unclear:
    folder = _git_folder(top)
    if folder is None:
        return Unclear(_NO_GIT)
    try:
        descriptor = open_regular(os.path.join(folder, "index"), _LARGEST_INDEX)
    except FileNotFoundError:
        return False
    except (OSError, NotRegular, TooLarge):
        return Unclear(_NO_GIT)
    try:
        data = read_rest(descriptor, read_chunk(descriptor), _LARGEST_INDEX)
    except (OSError, TooLarge):
        return Unclear(_NO_GIT)
    finally:
        os.close(descriptor)
    version = int.from_bytes(data[4:8], "big")
    # Version 4 shortens names by those before them, and a split index keeps most of them elsewhere.
    if data[:4] != b"DIRC" or version not in (2, 3) or b"link\x00\x00\x00" in data:
        return Unclear(_NO_GIT)
    return _has_entry(data, os.fsencode(path))


def _has_entry(data: bytes, name: bytes) -> bool:
    """Whether a name stands in an index of version 2 or 3, by its length in the flags before it."""
    length = min(len(name), _NAME_LENGTH)
    position = data.find(name + b"\0")
    while position >= 0:
        for start in (position - 2, position - 4):  # version 3 may have two more bytes of flags
            if start > 0 and int.from_bytes(data[start : start + 2], "big") & _NAME_LENGTH == length:
                return True
        position = data.find(name + b"\0", position + 1)
    return False


def _git_folder(top: str) -> str | None:
    """The directory with the index: `.git`, or where a file of that name points to."""
    place = os.path.join(top, ".git")
    if os.path.isdir(place):
        return place
    try:
        text = os.fsdecode(read_settings(place))
    except (OSError, NotRegular, TooLarge):
        return None
    return os.path.join(top, text.removeprefix("gitdir:").strip()) if text.startswith("gitdir:") else None
