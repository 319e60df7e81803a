"""What changed, as git tells it: what is staged, with the bytes of the index, and what a revision lacks."""

from __future__ import annotations

import difflib
import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from binlint.config import Config
from binlint.errors import ConfigError
from binlint.files import LARGEST
from binlint.report import Note
from binlint.sources.discover import Discovery
from binlint.sources.exclusion import EXCLUDED, Exclusion
from binlint.sources.kinds import Entry, kind_of
from binlint.sources.read import TOO_LARGE
from binlint.sources.worktree import NoListing, ask_git

_LINK, _MODULE = "120000", "160000"
_FEW = 4_000  # lines up to which the changed ones are found exactly


class Changes(NamedTuple):
    """The files of a run that looks at what changed."""

    discovery: Discovery
    planned: Mapping[str, bytes]  # what to look at instead of the files on the disk
    origins: Mapping[str, tuple[str, str]]  # for each file that was there before: revision, and path in it


def staged(paths: Sequence[str], config: Config, cwd: str) -> Changes:
    """What the index holds that the last commit does not. Raises ConfigError where git does not help."""
    git = _Git(cwd, is_own_index=True)
    paths = git.checked(paths, "HEAD")
    changed = git.names("diff", "--cached", *_PLAIN, "--name-only", "--diff-filter=ACMRT", "--", *paths)
    entries = git.index(changed)
    apart = git.names("diff-files", "--relative", "--name-only", "--no-ext-diff")
    objects = {
        **git.index(apart),
        **{path: entry for path, entry in entries.items() if not _is_there(cwd, path)},
    }
    planned, notes = git.contents({path: each for path, (_, each) in objects.items()})
    regular = [path for path, (mode, _) in entries.items() if mode not in (_LINK, _MODULE)]
    return Changes(_discovery(regular, notes, config, cwd), planned, {})


def since(revision: str, paths: Sequence[str], config: Config, cwd: str) -> Changes:
    """What differs from where this branch left a revision. Raises ConfigError where git does not help."""
    git = _Git(cwd)
    base = git.base(revision)
    paths = git.checked(paths, base)
    statuses = git.records(
        "diff-index", "--cached", "--name-status", "-M", "--relative", "-z", base, "--", *paths
    )
    before: dict[str, str] = {}
    changed: list[str] = []
    while statuses:
        status = statuses.pop(0)
        path = statuses.pop(0)
        if status[0] == "R":
            path, old = statuses.pop(0), path
            before[path] = old
        if status[0] != "D":
            changed.append(path)
    changed += git.names("diff-files", "--relative", "--name-only", "--diff-filter=MT", "--", *paths)
    tracked = git.index(changed)
    untracked = git.names("ls-files", "--others", "--exclude-standard", "--", *paths)
    regular = [
        path for path in dict.fromkeys(changed) if tracked.get(path, ("", ""))[0] not in (_LINK, _MODULE)
    ]
    found = [path for path in (*regular, *untracked) if _is_there(cwd, path)]
    return Changes(
        _discovery(found, (), config, cwd), {}, {path: (base, before.get(path, path)) for path in found}
    )


def changed_lines(changes: Changes, paths: Collection[str], cwd: str) -> dict[str, frozenset[int]]:
    """For some of the files the numbers of the lines that are new or changed, from 1."""
    git = _Git(cwd)
    objects = {
        path: f"{revision}:./{old}" for path, (revision, old) in changes.origins.items() if path in paths
    }
    before, _ = git.contents(objects)
    found: dict[str, frozenset[int]] = {}
    for path in objects:
        try:
            with open(os.path.join(cwd, path), "rb") as stream:
                after = stream.read()
        except OSError:
            continue
        found[path] = frozenset(_new_lines(_lines(before.get(path, b"")), _lines(after)))
    return found


def _lines(data: bytes) -> list[bytes]:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")


def _new_lines(before: list[bytes], after: list[bytes]) -> Iterator[int]:
    if len(before) > _FEW or len(after) > _FEW:
        left = Counter(before)
        for number, line in enumerate(after, 1):
            if left[line]:
                left[line] -= 1
            else:
                yield number
        return
    for tag, _, _, start, end in difflib.SequenceMatcher(None, before, after, False).get_opcodes():
        if tag != "equal":
            yield from range(start + 1, end + 1)


_PLAIN = ("--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all", "--relative")


def _is_there(cwd: str, path: str) -> bool:
    return os.path.isfile(os.path.join(cwd, path)) and not os.path.islink(os.path.join(cwd, path))


def _discovery(paths: Iterable[str], notes: Iterable[Note], config: Config, cwd: str) -> Discovery:
    exclusion = Exclusion(config)
    files: list[Entry] = []
    found = list(notes)
    large = {note.path for note in found}
    others = 0
    for path in sorted(set(paths)):
        kind = kind_of(path)
        if exclusion.excludes(path):
            found.append(Note(path, EXCLUDED))
        elif kind is None:
            others += 1
        elif path not in large:
            files.append(Entry(path, os.path.join(cwd, path), True, kind))
    return Discovery(tuple(files), tuple(sorted(found)), cwd, others=others)


class _Git:
    """Questions to git about the repository of a directory."""

    def __init__(self, cwd: str, is_own_index: bool = False) -> None:
        self._cwd = cwd
        self._is_own_index = is_own_index

    def run(self, *arguments: str, given: bytes = b"") -> bytes:
        """What git prints. Raises ConfigError."""
        found = self.try_to(*arguments, given=given)
        if isinstance(found, NoListing):
            raise ConfigError(f"git cannot tell what changed: {found.reason or 'this is no repository'}")
        return found

    def try_to(self, *arguments: str, given: bytes = b"") -> bytes | NoListing:
        """The same, or why git does not help."""
        return ask_git(arguments, self._cwd, given, self._is_own_index, self._harmless)

    @cached_property
    def _harmless(self) -> list[tuple[str, str]]:
        """The filters of the repository, which may be any program, switched off."""
        found = ask_git(
            ("config", "-z", "--name-only", "--get-regexp", r"^filter\..*\.(clean|process)$"),
            self._cwd,
            is_own_index=self._is_own_index,
        )
        names = [] if isinstance(found, NoListing) else os.fsdecode(found).split("\0")
        drivers = {name.rpartition(".")[0] for name in names if name}
        return [
            (f"{driver}.{key}", value)
            for driver in sorted(drivers)
            for key, value in (("clean", ""), ("process", ""), ("required", "false"))
        ]

    def records(self, *arguments: str) -> list[str]:
        """The records of an output that NUL ends."""
        return [os.fsdecode(record) for record in self.run(*arguments).split(b"\0") if record]

    def names(self, command: str, *arguments: str) -> list[str]:
        """Paths relative to the directory, as git lists them."""
        return self.records("--literal-pathspecs", command, "-z", *arguments)

    def checked(self, paths: Sequence[str], revision: str) -> list[str]:
        """The paths as git has to be asked for them. Raises ConfigError for what it could not tell of."""
        found = []
        for path in paths:
            place = os.path.join(self._cwd, path)
            shown = os.path.relpath(os.path.realpath(place), os.path.realpath(self._cwd))
            if shown == os.pardir or shown.startswith(os.pardir + os.sep) or os.path.isabs(shown):
                raise ConfigError(f"{path}: --staged and --since look below the directory of the run only")
            if not os.path.lexists(place) and not self._knows(path, revision):
                raise ConfigError(f"{path}: no such file or directory, neither here nor in git")
            found.append(shown if os.path.lexists(place) and os.path.isdir(place) else path)
        return found

    def _knows(self, path: str, revision: str) -> bool:
        asked = ("ls-tree", "-r", "-z", "--name-only", revision, "--", path)
        before = self.try_to("--literal-pathspecs", *asked)
        is_old = not isinstance(before, NoListing) and bool(before)
        return is_old or bool(self.names("ls-files", "--", path))

    def base(self, revision: str) -> str:
        """The commit in which the present state and a revision were last the same."""
        commit = self.try_to("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if isinstance(commit, NoListing) and not commit.is_answer:
            raise ConfigError(f"git cannot tell what changed: {commit.reason or 'this is no repository'}")
        if isinstance(commit, NoListing):
            raise ConfigError(f"--since: there is no commit {revision!r} here; was it fetched?")
        base = self.try_to("merge-base", commit.decode().strip(), "HEAD")
        if isinstance(base, NoListing):
            raise ConfigError(
                f"--since: {revision!r} and HEAD have no commit in common here; fetch the whole history "
                "(fetch-depth: 0)"
            )
        return base.decode().strip()

    def index(self, paths: Iterable[str]) -> dict[str, tuple[str, str]]:
        """Mode and object of some paths in the index, without those in conflict."""
        wanted = frozenset(paths)
        found = {}
        for record in self.names("ls-files", "--stage") if wanted else ():
            facts, _, path = record.partition("\t")
            mode, name, stage = facts.split(" ")
            if path in wanted and stage == "0":
                found[path] = (mode, name)
        return found

    def contents(self, objects: Mapping[str, str]) -> tuple[dict[str, bytes], list[Note]]:
        """The bytes of some objects; what is missing is left out, what is too large is noted."""
        if not objects:
            return {}, []
        asked = "".join(f"{name}\n" for name in objects.values() if "\n" not in name)
        paths = [path for path, name in objects.items() if "\n" not in name]
        sizes = self.run("cat-file", "--batch-check=%(objecttype) %(objectsize)", given=os.fsencode(asked))
        wanted: dict[str, str] = {}
        notes = []
        for path, line in zip(paths, sizes.splitlines(), strict=True):
            kind, _, size = line.rpartition(b" ")
            if kind == b"blob" and int(size) > LARGEST:
                notes.append(Note(path, TOO_LARGE, failure=True))
            elif kind == b"blob":
                wanted[path] = objects[path]
        given = "".join(f"{name}\n" for name in wanted.values())
        output = self.run("cat-file", "--batch=%(objectsize)", given=os.fsencode(given)) if wanted else b""
        found: dict[str, bytes] = {}
        start = 0
        for path in wanted:  # each as its size, its bytes and a newline
            first = output.index(b"\n", start) + 1
            end = first + int(output[start:first])
            found[path] = output[first:end]
            start = end + 1
        return found, notes
