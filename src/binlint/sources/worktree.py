"""Asks git which files belong to a directory. git is started hardened: the tree may be hostile.

The configuration of a repository can name programs for git to run (`core.fsmonitor`, hooks), so
everything of that kind is switched off, the network too, and whatever a surrounding hook has put
into the environment is taken away.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import subprocess

_PATIENCE = 120  # seconds
_BLOCK = 1024 * 1024
_OPTIONS = (
    "--no-pager",
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.pager=cat"),
    *("-c", "core.sshCommand=false"),
    *("-c", "diff.external="),
    *("-c", "submodule.recurse=false"),
    *("-c", "protocol.allow=never"),
)
# What a user sets for all repositories. The rest of GIT_* points git at one of them, or makes it write.
_KEPT = re.compile(
    "GIT_(EXEC_PATH|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM"
    "|CONFIG_(NOSYSTEM|GLOBAL|SYSTEM|COUNT|KEY_[0-9]+|VALUE_[0-9]+))"
)
_OWN = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")  # of a commit that is being made
_CLOSED_FOLDER = re.compile(r"could not open directory '(.*)'")
_LINK_MODE, _MODULE_MODE = "120000", "160000"
_COMMIT = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")


class Listing(NamedTuple):
    """What git knows below a directory; paths are relative to it."""

    tracked: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()  # neither tracked nor ignored
    links: tuple[str, ...] = ()  # tracked ones
    nested: tuple[str, ...] = ()  # submodules and repositories within
    closed: tuple[str, ...] = ()  # directories that git was not let into
    is_ignored: bool = False  # the directory itself, so that only its tracked files are known


class NoListing(NamedTuple):
    """git could not help. An empty reason means that there simply is no repository."""

    reason: str = ""
    is_answer: bool = False  # git said no by its exit code


def list_with_git(folder: str) -> Listing | NoListing:
    """The files of a directory as git sees them, or why it does not."""
    top = repository_top(folder)
    if top is None:
        return NoListing()
    program = _find_git()
    if program is None:
        return NoListing("git is not installed")
    commands: list[tuple[str, ...]] = [
        ("ls-files", "-z", "--cached", "--stage"),
        ("ls-files", "-z", "--others", "--exclude-standard"),
    ]
    if top != os.path.abspath(folder):
        commands.append(("check-ignore", "-q", "--no-index", "."))
    try:
        results = _run_together(program, commands, folder)
    except OSError:
        return NoListing("git could not be started")
    if results is None:
        return NoListing("git did not answer in time")
    for (status, _, errors), command in zip(results, commands, strict=True):
        # check-ignore answers by its exit code: 1 is "no".
        if status != 0 and not (status == 1 and command[0] == "check-ignore"):
            return NoListing(_reason(status, errors))
    listing = _parse(results[0][1], results[1][1])
    closed = tuple(_CLOSED_FOLDER.findall(os.fsdecode(results[1][2])))
    return listing._replace(closed=closed, is_ignored=len(results) > 2 and results[2][0] == 0)


def tracked_files(folder: str) -> tuple[str, ...]:
    """The files that git tracks below a directory, relative to it, without links; none without git."""
    cached = ask_git(("ls-files", "-z", "--cached", "--stage"), folder)
    return () if isinstance(cached, NoListing) else _parse(cached, b"").tracked


def belonging(
    paths: Sequence[str], folder: str, untracked: bool, is_own_index: bool = False
) -> frozenset[str] | NoListing:
    """Which of some files git tracks; with `untracked` also those that it would not ignore.

    Paths are relative to `folder`. With `is_own_index` a commit of this repository that is being made
    tracks what it is going to hold.
    """
    if repository_top(folder) is None:
        return NoListing()
    program = _find_git()
    if program is None:
        return NoListing("git is not installed")
    kinds = ("--cached", "--others", "--exclude-standard") if untracked else ("--cached",)
    command = ("--literal-pathspecs", "ls-files", "-z", *kinds, "--", *paths)
    try:
        own = _index_of_commit(folder) if is_own_index else {}
        results = _run_together(program, [command], folder, own=own)
    except OSError:
        return NoListing("git could not be started")
    if results is None:
        return NoListing("git did not answer in time")
    status, output, errors = results[0]
    return NoListing(_reason(status, errors)) if status else frozenset(filter(None, _records(output)))


def _index_of_commit(folder: str) -> dict[str, str]:
    """The index that a surrounding `git commit` names, if it is one of the repository of the folder.

    Raises OSError.
    """
    top, index = repository_top(folder), os.environ.get("GIT_INDEX_FILE")
    if top is None or not index:
        return {}
    index = os.path.join(top, index)
    home = os.path.join(top, ".git")
    if os.path.isfile(home):  # of a linked worktree, or of a submodule
        with open(home, "rb") as stream:
            said = os.fsdecode(stream.read(_BLOCK)).removeprefix("gitdir:").strip()
        home = os.path.join(top, said)
    is_ours = os.path.realpath(os.path.dirname(index)) == os.path.realpath(home)
    return {"GIT_INDEX_FILE": index} if is_ours and os.path.isfile(index) else {}


def ask_git(
    arguments: Sequence[str],
    folder: str,
    given: bytes = b"",
    is_own_index: bool = False,
    settings: Sequence[tuple[str, str]] = (),
) -> bytes | NoListing:
    """What git answers to a question that reads only; `given` is its standard input.

    With `is_own_index` it is the repository and the index that a surrounding `git commit` works on.
    `settings` are for this question alone, and before those of the repository.
    """
    own = {name: os.environ[name] for name in _OWN if name in os.environ} if is_own_index else {}
    if repository_top(folder) is None and not own:
        return NoListing()
    program = _find_git()
    if program is None:
        return NoListing("git is not installed")
    try:
        results = _run_together(
            program, [tuple(arguments)], folder, given, {**own, **_as_environment(settings)}
        )
    except OSError:
        return NoListing("git could not be started")
    if results is None:
        return NoListing("git did not answer in time")
    status, output, errors = results[0]
    return NoListing(_reason(status, errors), status == 1) if status else output


def _as_environment(settings: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Settings as variables, which hold any name, behind those that the user has put there."""
    if not settings:
        return {}
    count = os.environ.get("GIT_CONFIG_COUNT", "0")
    first = int(count) if count.isascii() and count.isdigit() else 0
    found = {"GIT_CONFIG_COUNT": str(first + len(settings))}
    for number, (name, value) in enumerate(settings, first):
        found[f"GIT_CONFIG_KEY_{number}"], found[f"GIT_CONFIG_VALUE_{number}"] = name, value
    return found


def head(folder: str) -> str:
    """The commit that is checked out, in hexadecimal digits, or nothing where there is none."""
    program = _find_git()
    if program is None or repository_top(folder) is None:
        return ""
    try:
        results = _run_together(program, [("rev-parse", "--verify", "--quiet", "HEAD^{commit}")], folder)
    except OSError:
        return ""
    if results is None or results[0][0] != 0:
        return ""
    found = _COMMIT.fullmatch(results[0][1].decode("ascii", "replace").strip())
    return found[0] if found else ""


def repository_top(folder: str) -> str | None:
    """The nearest directory upwards with a `.git`, be it a directory or, in a worktree, a file."""
    place = os.path.abspath(folder)
    while not _is_repository(os.path.join(place, ".git")):
        above = os.path.dirname(place)
        if above == place:
            return None
        place = above
    return place


def _is_repository(path: str) -> bool:
    # git passes over a `.git` that has no HEAD; to start it only to hear that would be slow.
    return os.path.isfile(path) or os.path.lexists(os.path.join(path, "HEAD"))


def clean_environment() -> dict[str, str]:
    """The environment without what points git at another repository."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or _KEPT.fullmatch(name)
    }
    kept.update(GIT_OPTIONAL_LOCKS="0", GIT_TERMINAL_PROMPT="0", GIT_NO_LAZY_FETCH="1", LC_ALL="C")
    return kept


def _find_git() -> str | None:
    # Only absolute entries: an empty one, or Windows, would look into the directory that is scanned.
    name = "git.exe" if os.name == "nt" else "git"
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        program = os.path.join(folder, name)
        if os.path.isabs(folder) and os.path.isfile(program) and os.access(program, os.X_OK):
            return program
    return None


def _run_together(
    program: str,
    commands: list[tuple[str, ...]],
    folder: str,
    given: bytes = b"",
    own: Mapping[str, str] | None = None,
) -> list[tuple[int, bytes, bytes]] | None:
    import subprocess

    environment = {**clean_environment(), **(own or {})}
    children: list[subprocess.Popen[bytes]] = []
    try:
        for command in commands:
            children.append(
                subprocess.Popen(  # a fixed command line, without a shell
                    [program, *_OPTIONS, *command],
                    cwd=folder,
                    env=environment,
                    stdin=subprocess.PIPE if given else subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                )
            )
        # Read one after the other: they work at the same time, and at worst wait with a full pipe.
        outputs = [child.communicate(given or None, _PATIENCE) for child in children]
    except subprocess.TimeoutExpired:
        return None
    finally:
        for child in children:
            _end(child)
    return [(child.returncode, *output) for child, output in zip(children, outputs, strict=True)]


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.kill()
        child.wait()
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe is not None:
            pipe.close()


def _reason(status: int, errors: bytes) -> str:
    # git's own words hold absolute paths, which do not belong into reports.
    if b"not a git repository (or any" in errors:
        return ""
    if b"dubious ownership" in errors or b"unsafe repository" in errors:
        return "git does not trust the owner of this repository (see safe.directory)"
    if b"index file" in errors:
        return "git cannot read the index of this repository"
    if b"must be run in a work tree" in errors:
        return "git has no work tree here"
    return f"git failed with status {status}"


def _parse(cached: bytes, others: bytes) -> Listing:
    tracked: list[str] = []
    links: list[str] = []
    nested: list[str] = []
    for record in _records(cached):
        # "100644 <object> 0<TAB>path"
        path = record[record.index("\t") + 1 :]
        if record.startswith(_LINK_MODE):
            links.append(path)
        elif record.startswith(_MODULE_MODE):
            nested.append(path)
        else:
            tracked.append(path)
    untracked: list[str] = []
    for path in _records(others):
        (nested if path.endswith("/") else untracked).append(path)
    return Listing(tuple(tracked), tuple(untracked), tuple(links), tuple(nested))


def _records(output: bytes) -> Iterator[str]:
    # By blocks: the names of a large tree, all at once and twice, are most of the memory of a run.
    start = 0
    while start < len(output):
        end = output.rfind(b"\0", start, start + _BLOCK)
        yield from os.fsdecode(output[start:end]).split("\0")
        start = end + 1
