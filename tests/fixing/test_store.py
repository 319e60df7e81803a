"""The environment file: what is refused, what is written, and that nothing is lost or shown."""

from __future__ import annotations

import errno
import io
import os
import shutil
import stat
import string
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from dotenv import dotenv_values
from fresh_values import fresh_key
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sources.trees import as_a_guest, git, grow, ignore, open_folder, repository
from test_atomic import entries, killed_at, mode_of

from binlint.finding import MASK, SecretText
from binlint.fixing import atomic, ignored, store_dotenv, store_ignoring
from binlint.fixing.atomic import Changed
from binlint.fixing.store import Store, example_change, open_store
from binlint.fixing.store_changes import Change, _lines
from binlint.fixing.store_forms import DOTENV
from binlint.fixing.store_types import Refusal, Setting, StoreError
from binlint.sources import worktree

KEY, SECRET, OTHER = fresh_key(), fresh_key(), fresh_key()
PEM = (
    "-----BEGIN PRIVATE KEY-----\n"
    + "\n".join(fresh_key() for _ in range(3))
    + "\n-----END PRIVATE KEY-----\n"
)
SETTINGS = (Setting("BINANCE_API_KEY", SecretText(KEY)), Setting("BINANCE_API_SECRET", SecretText(SECRET)))

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX")


@pytest.fixture(autouse=True)
def _git_of_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def without_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worktree, "_find_git", lambda: None)


def opened(root: Path, path: str | None = None) -> Store:
    found = open_store(str(root), path)
    assert isinstance(found, Store), found
    return found


def ready(root: Path) -> Store:
    """The store, which is ignored already."""
    place = opened(root)
    if place.ignore_change is not None:
        place.write(place.ignore_change)
    return place


def secret(root: Path) -> list[str]:
    """The files that are there, without the one that has others ignored."""
    return [name for name in entries(root) if name != ".gitignore"]


def refused(root: Path, path: str | None = None) -> str:
    found = open_store(str(root), path)
    assert isinstance(found, Refusal)
    assert found.remedy
    assert str(root) not in found.reason + found.remedy
    return found.reason


def planned(place: Store, *wanted: Setting) -> Change:
    change = place.plan(wanted or SETTINGS)
    assert isinstance(change, Change), change
    return change


def save(root: Path, *wanted: Setting, path: str | None = None) -> Change:
    """All that a fix does with the store."""
    place = opened(root, path)
    change = planned(place, *wanted)
    if place.ignore_change is not None:
        place.write(place.ignore_change)
    place.write(change)
    return change


def one(name: str, value: str) -> Setting:
    return Setting(name, SecretText(value))


def read(path: Path) -> dict[str, str | None]:
    return dict(dotenv_values(path, interpolate=False))


# Opening


@pytest.mark.parametrize(
    ("before", "after"),
    [(None, "/.env\n"), (".env\n", ".env\n"), (".env\n!.env\n", ".env\n!.env\n/.env\n")],
)
def test_without_a_repository_it_is_ignored_too(tmp_path: Path, before: str | None, after: str) -> None:
    """One may be made of the directory later."""
    if before is not None:
        (tmp_path / ".gitignore").write_text(before)
    place = opened(tmp_path)
    assert dict(place.names()) == {}
    assert (place.ignore_change is None) == (before == after)
    assert not (tmp_path / ".env").exists()
    save(tmp_path)
    assert entries(tmp_path) == [".env", ".gitignore"]
    assert (tmp_path / ".gitignore").read_text() == after
    assert opened(tmp_path).ignore_change is None


@pytest.mark.parametrize("path", ["../.env", "sub/../../.env", "/etc/.env", ".."])
def test_outside_the_root(tmp_path: Path, path: str) -> None:
    (tmp_path / "root").mkdir()
    assert refused(tmp_path / "root", path) == "the file for the values is outside the project"


def test_the_root_and_the_file_may_be_called_by_different_ways(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "way").symlink_to("root")
    assert opened(tmp_path / "root", str(tmp_path / "way" / "x.env")).shown == "x.env"
    assert opened(tmp_path / "way", str(tmp_path / "root" / "x.env")).shown == "x.env"
    assert opened(tmp_path / "way").shown == ".env"
    assert opened(tmp_path / "root", str(tmp_path / "root" / "x.env")).shown == "x.env"


def link_file(root: Path) -> str | None:
    (root / "real.env").write_text("A=1\n")
    (root / ".env").symlink_to("real.env")
    return None


def link_nowhere(root: Path) -> str | None:
    (root / ".env").symlink_to("nowhere")
    return None


def link_loop(root: Path) -> str | None:
    (root / ".env").symlink_to(".env")
    return None


def link_folder(root: Path) -> str | None:
    (root / "real").mkdir()
    (root / "conf").symlink_to("real")
    return "conf/.env"


def link_upper_folder(root: Path) -> str | None:
    (root / "real" / "in").mkdir(parents=True)
    (root / "conf").symlink_to("real")
    return "conf/in/.env"


def link_out(root: Path) -> str | None:
    (root / "conf").symlink_to("/")
    return "conf/x.env"


def hard_link(root: Path) -> str | None:
    (root / ".env").write_text("A=1\n")
    os.link(root / ".env", root / "second")
    return None


def folder(root: Path) -> str | None:
    (root / ".env").mkdir()
    return None


def fifo(root: Path) -> str | None:
    os.mkfifo(root / ".env")
    return None


def no_folder(root: Path) -> str | None:
    return "conf/x/.env"


def file_for_folder(root: Path) -> str | None:
    (root / "conf").touch()
    return "conf/.env"


def root_itself(root: Path) -> str | None:
    return "."


def in_git(root: Path) -> str | None:
    return ".git/x.env"


def not_utf8(root: Path) -> str | None:
    (root / ".env").write_bytes(b"A=\xff\n")
    return None


def utf16(root: Path) -> str | None:
    (root / ".env").write_text("A=1\n", encoding="utf-16-le")
    return None


def garbage(root: Path) -> str | None:
    (root / ".env").write_text("A=1\n\n\nnot a setting\nB=2\n")
    return None


def open_quote(root: Path) -> str | None:
    (root / ".env").write_text("A='1\n")
    return None


def large(root: Path) -> str | None:
    (root / ".env").write_text("A=1\n" * 300_000)
    return None


def slow(root: Path) -> str | None:
    (root / ".env").write_text("A=x" + " " * 500_000 + "y\n")
    return None


def read_only(root: Path) -> str | None:
    (root / ".env").touch(mode=0o400)
    return None


CANNOT = [
    (link_file, ".env is a symbolic link"),
    (link_nowhere, ".env is a symbolic link"),
    (link_loop, ".env is a symbolic link"),
    (link_folder, "conf is a symbolic link"),
    (link_upper_folder, "conf is a symbolic link"),
    (link_out, "conf is a symbolic link"),
    (hard_link, ".env has a second name (a hard link)"),
    (folder, ".env is not a regular file"),
    (fifo, ".env is not a regular file"),
    (no_folder, "there is no directory conf"),
    (file_for_folder, "conf is not a directory"),
    (root_itself, ". is not a regular file"),
    (in_git, ".git/x.env is inside the directory of git itself"),
    (not_utf8, ".env is not valid UTF-8"),
    (utf16, ".env is not a file of settings"),
    (garbage, "python-dotenv cannot read line 4 of .env"),
    (open_quote, "python-dotenv cannot read line 1 of .env"),
    (large, ".env is larger than 1 MiB"),
    (slow, ".env is not a file of settings"),
    (read_only, ".env is read-only"),
]


@pytest.mark.parametrize(("make", "reason"), CANNOT, ids=[make.__name__ for make, _ in CANNOT])
def test_what_cannot_be_a_store(tmp_path: Path, make: Callable[[Path], str | None], reason: str) -> None:
    path = make(tmp_path)
    before = entries(tmp_path)
    assert refused(tmp_path, path) == reason
    assert entries(tmp_path) == before


def test_closed_files_and_directories() -> None:
    with open_folder() as root:
        root.chmod(0o555)
        with as_a_guest():
            assert refused(root) == "the project root is read-only"
        root.chmod(0o755)
    with open_folder() as root:
        grow(root, ".env", "conf/.env")
        (root / ".env").chmod(0o000)
        (root / "conf").chmod(0o555)
        root.chmod(0o777)
        with as_a_guest():
            assert refused(root) == ".env cannot be read"
            assert refused(root, "conf/.env") == "conf is read-only"
            (root / ".env").unlink()
            (root / ".env").touch(0o444)
            assert refused(root) == ".env is read-only"
        (root / "conf").chmod(0o000)
        with as_a_guest():
            assert "conf/.env cannot be looked at" in refused(root, "conf/.env")
        (root / "conf").chmod(0o755)


# Git


def test_an_ignored_file_needs_nothing(tmp_path: Path) -> None:
    ignore(repository(tmp_path), "*.env")
    assert opened(tmp_path).ignore_change is None
    save(tmp_path)
    assert (tmp_path / ".gitignore").read_text() == "*.env\n"


def test_ignored_by_a_setting_of_the_user_or_the_clone(tmp_path: Path) -> None:
    repository(tmp_path)
    (tmp_path / ".git" / "info").mkdir(exist_ok=True)
    (tmp_path / ".git" / "info" / "exclude").write_text(".env\n")
    assert opened(tmp_path).ignore_change is None


@pytest.mark.parametrize("has_git", [True, False])
def test_a_tracked_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_git: bool) -> None:
    repository(tmp_path)
    grow(tmp_path, ".env", "conf/.env", "a.py", "z.py")
    git(tmp_path, "add", "--all")
    if not has_git:
        monkeypatch.setattr(worktree, "_find_git", lambda: None)
    ignore(tmp_path, ".env")  # which does not help
    assert refused(tmp_path) == ".env is tracked by git"
    assert refused(tmp_path, "conf/.env") == "conf/.env is tracked by git"
    (tmp_path / ".env").unlink()
    assert refused(tmp_path) == ".env is tracked by git"
    ignore(tmp_path, "*.env", "env")
    assert isinstance(opened(tmp_path, "env"), Store)
    assert isinstance(opened(tmp_path, "conf/env"), Store)


def test_tracked_in_a_repository_above(tmp_path: Path) -> None:
    repository(tmp_path)
    grow(tmp_path, "project/.env")
    git(tmp_path, "add", "--all")
    assert refused(tmp_path / "project") == ".env is tracked by git"


IGNORE_FILES = [
    (None, b"/.env\n"),
    (b"", b"/.env\n"),
    (b"*.pyc\n", b"*.pyc\n/.env\n"),
    (b"*.pyc", b"*.pyc\n/.env\n"),
    (b"*.pyc\r\nx\r\n", b"*.pyc\r\nx\r\n/.env\r\n"),
    (b"*.pyc\r\nx", b"*.pyc\r\nx\r\n/.env\r\n"),
    (b"\xef\xbb\xbf*.pyc\n", b"\xef\xbb\xbf*.pyc\n/.env\n"),
    (b"caf\xe9\n", b"caf\xe9\n/.env\n"),
    (b"*.env\n!.env\n", b"*.env\n!.env\n/.env\n"),
    (b"# .env\n", b"# .env\n/.env\n"),
]


@pytest.mark.parametrize(("before", "after"), IGNORE_FILES)
@pytest.mark.parametrize("has_git", [True, False])
def test_adding_to_the_ignore_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_git: bool, before: bytes | None, after: bytes
) -> None:
    repository(tmp_path)
    if not has_git:
        monkeypatch.setattr(worktree, "_find_git", lambda: None)
    if before is not None:
        (tmp_path / ".gitignore").write_bytes(before)
        (tmp_path / ".gitignore").chmod(0o664)
    change = opened(tmp_path).ignore_change
    assert change is not None
    assert (change.before, change.after) == (before, after)
    assert change.shown_diff().endswith("+/.env\n")
    assert ("/dev/null" in change.shown_diff()) == (before is None)
    save(tmp_path)
    assert (tmp_path / ".gitignore").read_bytes() == after
    assert mode_of(tmp_path / ".gitignore") == (0o644 if before is None else 0o664)
    assert opened(tmp_path).ignore_change is None


@pytest.mark.parametrize(
    "path",
    [
        "conf/.env",
        "conf/a b.env",
        "conf/[x]*?.env",
        "conf/b ",
        "#a",
        "!a",
        "-a",
        ":(top)a",
        "café.env",
        "a\\b",
    ],
)
@pytest.mark.parametrize("has_git", [True, False])
def test_the_line_names_this_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_git: bool, path: str
) -> None:
    repository(tmp_path)
    (tmp_path / "conf").mkdir()
    if not has_git:
        monkeypatch.setattr(worktree, "_find_git", lambda: None)
    save(tmp_path, path=path)
    assert read(tmp_path / path) == {"BINANCE_API_KEY": KEY, "BINANCE_API_SECRET": SECRET}
    assert len((tmp_path / ".gitignore").read_text().splitlines()) == 1
    monkeypatch.undo()
    status = subprocess.run(
        ["git", "status", "--short", "-uall"], cwd=tmp_path, capture_output=True, check=True
    )
    assert status.stdout == b"?? .gitignore\n"


def test_a_name_with_a_newline_cannot_be_ignored(tmp_path: Path) -> None:
    repository(tmp_path)
    assert "cannot change it" in refused(tmp_path, "a\nb")


def test_the_root_may_be_a_directory_of_the_repository(tmp_path: Path) -> None:
    ignore(repository(tmp_path), "!.env")
    (tmp_path / "project").mkdir()
    save(tmp_path / "project")
    assert entries(tmp_path / "project") == [".env", ".gitignore"]
    assert (tmp_path / ".gitignore").read_text() == "!.env\n"


@pytest.mark.parametrize("has_git", [True, False])
def test_an_ignore_file_below_that_takes_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_git: bool
) -> None:
    repository(tmp_path)
    ignore(tmp_path / "conf", "!.env")
    if not has_git:
        monkeypatch.setattr(worktree, "_find_git", lambda: None)
    assert "cannot change it" in refused(tmp_path, "conf/.env")
    assert entries(tmp_path) == [".git", "conf"]


@pytest.mark.parametrize("has_git", [True, False])
def test_a_repository_within_the_project_asks_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_git: bool
) -> None:
    repository(tmp_path)
    repository(tmp_path / "inner")
    if not has_git:
        monkeypatch.setattr(worktree, "_find_git", lambda: None)
    assert "cannot change it" in refused(tmp_path, "inner/.env")
    ignore(tmp_path / "inner", ".env")
    assert opened(tmp_path, "inner/.env").ignore_change is None


def test_a_worktree_of_another_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main = repository(tmp_path / "main")
    grow(main, ".env")
    git(main, "add", "--all")
    git(main, "commit", "--quiet", "-m", "x")
    git(main, "worktree", "add", "--quiet", "../tree")
    assert refused(tmp_path / "tree") == ".env is tracked by git"
    monkeypatch.setattr(worktree, "_find_git", lambda: None)
    assert refused(tmp_path / "tree") == ".env is tracked by git"
    save(tmp_path / "tree", path="x.env")
    (tmp_path / "tree" / ".git").write_text("nonsense")
    assert refused(tmp_path / "tree") == "git cannot tell whether .env is ignored: git is not installed"


@pytest.mark.usefixtures("without_git")
@pytest.mark.parametrize("data", [b"", b"DIRC\0\0\0\4", b"DIRC\0\0\0\2link\0\0\0\x14", b"no index"])
def test_without_git_an_index_that_cannot_be_read(tmp_path: Path, data: bytes) -> None:
    repository(tmp_path)
    (tmp_path / ".git" / "index").write_bytes(data)
    assert refused(tmp_path) == "git cannot tell whether .env is ignored: git is not installed"


def test_git_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(tmp_path)
    (tmp_path / ".git" / "index").write_bytes(b"broken")
    assert refused(tmp_path).startswith("git cannot tell whether .env is ignored: git cannot read the index")
    (tmp_path / ".git" / "index").unlink()

    def run(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("git", 1)

    monkeypatch.setattr(subprocess, "run", run)
    assert refused(tmp_path).endswith("git did not answer in time")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 128, b"", b""))
    assert refused(tmp_path).endswith("git failed with status 128")

    def fail(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(subprocess, "run", fail)
    assert refused(tmp_path).endswith("git could not be started")


def test_a_repository_that_is_none_for_git(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").touch()
    assert opened(tmp_path).ignore_change is None


def test_what_a_hostile_repository_configures_is_not_run(tmp_path: Path) -> None:
    repository(tmp_path)
    marker = tmp_path / "marker"
    git(tmp_path, "config", "core.fsmonitor", f"touch {marker}; false")
    save(tmp_path)
    assert not marker.exists()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda place: place.symlink_to("x"), ".gitignore is a symbolic link"),
        (Path.mkdir, ".gitignore is not a regular file"),
        (lambda place: place.touch(0o400), ".gitignore is read-only"),
        (lambda place: place.write_text("x" * 2_000_000), ".gitignore is larger than 1 MiB"),
    ],
)
def test_an_ignore_file_that_cannot_be_added_to(
    tmp_path: Path, make: Callable[[Path], None], reason: str
) -> None:
    repository(tmp_path)
    make(tmp_path / ".gitignore")
    assert refused(tmp_path) == f"git does not ignore .env, and {reason}"


def test_an_ignore_file_in_utf16(tmp_path: Path) -> None:
    repository(tmp_path)
    (tmp_path / ".gitignore").write_text("x\n", encoding="utf-16")
    assert "not a text" in refused(tmp_path)


def test_the_store_is_not_written_while_git_would_publish_it(tmp_path: Path) -> None:
    repository(tmp_path)
    place = opened(tmp_path)
    with pytest.raises(StoreError, match=r"git does not ignore \.env"):
        place.write(planned(place))
    assert not (tmp_path / ".env").exists()


def test_an_ignore_line_that_does_not_help_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ignore(repository(tmp_path), "x")
    place = opened(tmp_path)
    assert place.ignore_change is not None
    monkeypatch.setattr(store_ignoring, "standing_of", lambda *_: ignored.Standing(is_ignored=False))
    with pytest.raises(StoreError, match=r"git does not ignore \.env; \.gitignore is as it was"):
        place.write(place.ignore_change)
    assert (tmp_path / ".gitignore").read_text() == "x\n"
    (tmp_path / ".gitignore").unlink()
    monkeypatch.undo()
    place = opened(tmp_path)
    assert place.ignore_change is not None
    monkeypatch.setattr(store_ignoring, "standing_of", lambda *_: ignored.Standing(is_ignored=False))
    with pytest.raises(StoreError):
        place.write(place.ignore_change)
    assert entries(tmp_path) == [".git"]


# Planning


CONTENTS = [
    ("", ""),
    ("A=1\n", "\n"),
    ("A=1\n\n", ""),
    ("A=1", "\n\n"),
    ("# comment\nA = 'x' # y\n\n\n", ""),
    ("\n", ""),
    ("  ", "\n"),
    ("A=1\r\n", "\r\n"),
    ("A=1\r\nB=2", "\r\n\r\n"),
    ("A=1\r\n\r\n", ""),
    ("A=1\nB=2\r\n", "\r\n"),
    ("A=1\rB=2\r", "\r"),
    ("\ufeffA=1\n", "\n"),
    ("\ufeff", "\n\n"),
    ("A=1 \\\n", "\n"),
    ("export A='1\n2'\nB\n", "\n"),
]


@pytest.mark.parametrize(("before", "gap"), CONTENTS)
@pytest.mark.parametrize("value", [KEY, 'it\'s a "phrase" \\', PEM])
def test_what_was_there_stays_and_ours_is_added(tmp_path: Path, before: str, gap: str, value: str) -> None:
    raw = before.encode()
    (tmp_path / ".env").write_bytes(raw)
    old = read(tmp_path / ".env")
    change = save(tmp_path, one("X", value), one("Y", SECRET))
    after = (tmp_path / ".env").read_bytes()
    assert after == change.after
    assert after.startswith(raw + gap.encode() + b"X=")
    newline = "\r\n" if "\r\n" in before else "\r" if "\r" in before else "\n"
    assert after.endswith(f"{newline}Y={SECRET}{newline}".encode())
    assert read(tmp_path / ".env") == {**old, "X": value, "Y": SECRET}
    assert not save(tmp_path, one("X", value), one("Y", SECRET)).is_needed
    assert (tmp_path / ".env").read_bytes() == after


def test_a_new_file(tmp_path: Path) -> None:
    change = save(tmp_path)
    assert (change.before, change.names) == (None, ("BINANCE_API_KEY", "BINANCE_API_SECRET"))
    assert (tmp_path / ".env").read_text() == f"BINANCE_API_KEY={KEY}\nBINANCE_API_SECRET={SECRET}\n"
    assert mode_of(tmp_path / ".env") == 0o600
    assert not change.tightened


def test_what_is_there_with_the_same_value_is_reused(tmp_path: Path) -> None:
    before = f"export BINANCE_API_KEY = '{KEY}' # mine\n"
    (tmp_path / ".env").write_text(before)
    change = save(tmp_path)
    assert change.names == ("BINANCE_API_SECRET",)
    assert (tmp_path / ".env").read_text() == f"{before}\nBINANCE_API_SECRET={SECRET}\n"


def test_without_values_the_mode_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1\n")
    (tmp_path / ".env").chmod(0o644)
    assert not save(tmp_path, Setting("X", None)).is_needed
    assert mode_of(tmp_path / ".env") == 0o644


def test_without_values_nothing_is_stored(tmp_path: Path) -> None:
    place = opened(tmp_path)
    for wanted in ([], [Setting("X", None)]):
        change = place.plan(wanted)
        assert isinstance(change, Change)
        assert not change.is_needed
        assert change.shown_diff() == ""
        place.write(change)
    assert entries(tmp_path) == []


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        (f"BINANCE_API_KEY={OTHER}\n", "BINANCE_API_KEY is in .env already, with another value"),
        (
            f"BINANCE_API_KEY={KEY}\nBINANCE_API_KEY={OTHER}\n",
            "BINANCE_API_KEY is in .env more than once, with different values",
        ),
        (
            f"BINANCE_API_KEY=\nBINANCE_API_KEY={OTHER}\n",
            "BINANCE_API_KEY is in .env more than once, with different values",
        ),
    ],
    ids=["other", "two", "empty-and-one"],
)
def test_nothing_is_overwritten(tmp_path: Path, before: str, reason: str) -> None:
    (tmp_path / ".env").write_text(before)
    found = opened(tmp_path).plan(SETTINGS)
    assert isinstance(found, Refusal)
    assert found.reason == reason
    assert KEY not in repr(found)


def test_a_duplicate_with_the_same_value_is_none(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"A=1\nA=2\nBINANCE_API_KEY={KEY}\nBINANCE_API_KEY='{KEY}'\n")
    assert planned(opened(tmp_path)).names == ("BINANCE_API_SECRET",)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("A B", "x", "A B cannot be the name of a variable"),
        ("1A", "x", "1A cannot be the name of a variable"),
        ("A\n", "x", "A? cannot be the name of a variable"),
        ("", "x", " cannot be the name of a variable"),
        ("A", "x\0y", "the value of A cannot be in an environment"),
        ("A", "x\ud800y", "the value of A cannot be in an environment"),
        ("A", "x${HOME}y", "python-dotenv would replace a part of A, ${…}"),
        ("A", "x${B:-c}y", "python-dotenv would replace a part of A, ${…}"),
        ("A", "x" + " " * 600 + "y", "the value of A is mostly white space"),
    ],
)
def test_what_no_environment_file_can_hold(tmp_path: Path, name: str, value: str, reason: str) -> None:
    found = opened(tmp_path).plan([one(name, value)])
    assert isinstance(found, Refusal)
    assert found.reason == reason


def test_two_values_for_one_name(tmp_path: Path) -> None:
    place = opened(tmp_path)
    found = place.plan([one("A", KEY), one("A", OTHER)])
    assert isinstance(found, Refusal)
    assert found.reason == "two values are to become A"
    assert planned(place, one("A", KEY), one("A", KEY)).names == ("A",)


@pytest.mark.parametrize(
    ("mode", "then"), [(0o644, 0o600), (0o600, 0o600), (0o640, 0o600), (0o777, 0o600), (0o4755, 0o600)]
)
@pytest.mark.parametrize("is_there", [False, True])
def test_others_cannot_read_it_afterwards(tmp_path: Path, mode: int, then: int, is_there: bool) -> None:
    place = tmp_path / ".env"
    place.write_text(f"A={KEY}\n" * is_there)
    place.chmod(mode)
    change = save(tmp_path, one("A", KEY))
    assert stat.S_IMODE(place.stat().st_mode) == then
    assert change.tightened == (mode != then)
    assert not planned(opened(tmp_path), one("A", KEY)).is_needed


def test_names_tell_what_is_there(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("\ufeffA=1\nexport B='${A}'\nC\nA=2 # x\n# D=3\n", encoding="utf-8")
    found = opened(tmp_path).names()
    assert {name: value.reveal() for name, value in found.items()} == {"A": "2", "B": "${A}", "C": ""}


# Quoting

TEXTS = st.text(
    st.one_of(
        st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
        st.sampled_from("'\"\\$`#= \t\r\n{}!~"),
    ),
    max_size=40,
).filter(lambda text: "${" not in text)
HARD = [
    "",
    " ",
    "'",
    '"',
    "\\",
    "\\\\",
    "\\'",
    "'\\",
    "#",
    "a #b",
    "$HOME",
    "`id`",
    "$(id)",
    "a'b$c",
    "~",
    "!!",
    "é",
]


@settings(max_examples=600, deadline=None)
@given(TEXTS, st.sampled_from(["", "A=1\n", "A=1\r\n", "A='1\n'", "\ufeff#", "A=1\r"]))
def test_python_dotenv_reads_every_value_back(value: str, before: str) -> None:
    place = Store("/", ".env", before.encode(), 0o600, None)
    change = planned(place, one("X", value), one("Y", "y"))
    text = change.after.decode()
    for newline in (None, ""):  # as a file is opened, and as a string is given
        found = dotenv_values(stream=io.StringIO(text, newline=newline), interpolate=False)
        assert (found["X"], found["Y"]) == (value, "y")
    with_interpolation = dotenv_values(stream=io.StringIO(text, newline=None))
    assert with_interpolation["X"] == value


def in_a_shell(folder: Path) -> bytes:
    return subprocess.run(
        ["sh", "-c", 'set -a; . ./.env; printf %s "$X"; unset X; env | grep -q "^Y=y$" || printf LOST'],
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        check=True,
    ).stdout


SINGLE_LINES = st.text(st.sampled_from(string.printable[:95] + "\té€"), max_size=12)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.sampled_from(HARD), SINGLE_LINES).filter(lambda text: "${" not in text))
def test_a_shell_reads_the_same_where_one_form_fits_both(tmp_path: Path, value: str) -> None:
    place = Store(str(tmp_path), ".env", None, 0o600, None)
    change = planned(place, one("X", value), one("Y", "y"))
    must_differ = ("'" in value or "\\\\" in value or value.endswith("\\")) and ("$" in value or "`" in value)
    assert change.only_dotenv == (("X",) if must_differ else ())
    if not must_differ:
        (tmp_path / ".env").write_bytes(change.after)
        assert in_a_shell(tmp_path) == value.encode()


@pytest.mark.parametrize(
    "value", [PEM, PEM.rstrip("\n"), "a\n'b'\n", "a\n$b\n"], ids=["pem", "cut", "quotes", "dollar"]
)
def test_a_shell_reads_several_lines(tmp_path: Path, value: str) -> None:
    change = save(tmp_path, one("X", value), one("Y", "y"))
    assert change.only_dotenv == ()
    assert in_a_shell(tmp_path) == value.encode()


@pytest.mark.parametrize(
    ("value", "raw"),
    [
        ("abc_/.+=:@-", "abc_/.+=:@-"),
        ("", ""),
        ("a b", "'a b'"),
        ("a'b", '"a\'b"'),
        ("a\\b", "'a\\b'"),
        ("a\nb", '"a\nb"'),
        ("a\rb", '"a\\rb"'),
        ("a'$b", "'a\\'$b'"),
    ],
)
def test_how_values_are_written(tmp_path: Path, value: str, raw: str) -> None:
    save(tmp_path, one("X", value))
    assert (tmp_path / ".env").read_bytes() == f"X={raw}\n".encode()


# Showing


def test_the_diff_shows_names_and_masks(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        f"A={OTHER}\n# B={OTHER}\n\nexport C='{PEM}'\n{OTHER}\nD=\nE=\"hunter2\" # {OTHER}\n{OTHER}=1\nF=s3cr3t"
    )
    change = planned(opened(tmp_path), *SETTINGS, one("P", PEM))
    assert change.shown_diff() == (
        "--- a/.env\n+++ b/.env\n@@ -12,3 +12,12 @@\n"
        f" E={MASK}\n {MASK}\n F={MASK}\n+\n"
        f"+BINANCE_API_KEY={KEY[:4]}{MASK}{KEY[-4:]}\n"
        f"+BINANCE_API_SECRET={SECRET[:4]}{MASK}{SECRET[-4:]}\n"
        f"+P={MASK}\n" + f"+{MASK}\n" * 5
    )
    lines = change.shown_lines(_lines(change.after))
    shown = "".join(lines)
    for secret in (KEY, SECRET, OTHER, "hunter2", "s3cr3t", *PEM.splitlines()):
        assert secret not in shown
        assert secret not in change.shown_diff()
    assert len(lines) == len(change.after.splitlines())


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.just(f"A={OTHER}"), st.just(OTHER), st.just(f"#{OTHER}"), TEXTS), max_size=6))
def test_no_diff_shows_what_was_there(lines: list[str]) -> None:
    place = Store("/", ".env", "\n".join(lines).encode(), 0o600, None)
    if any(name is None for name, _ in place._entries):
        return
    change = place.plan([one("X_NEW", SECRET)])
    if isinstance(change, Change):
        assert OTHER not in change.shown_diff()
        assert SECRET not in change.shown_diff()


def test_nothing_that_is_printed_by_mistake_holds_a_value(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"A={OTHER}\n")
    place = opened(tmp_path)
    change = planned(place)
    for thing in (place, change, place.names(), change.settings, [change], SETTINGS):
        for text in (repr(thing), str(thing)):
            assert not any(secret in text for secret in (KEY, SECRET, OTHER))


# Writing


@pytest.mark.parametrize("before", [None, f"A={OTHER}\r\n".encode()], ids=["new", "old"])
def test_a_value_that_does_not_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bytes | None
) -> None:
    if before is not None:
        (tmp_path / ".env").write_bytes(before)
        (tmp_path / ".env").chmod(0o640)
    place = ready(tmp_path)
    change = planned(place)
    for answer in ({}, {"BINANCE_API_KEY": KEY, "BINANCE_API_SECRET": "other"}):
        monkeypatch.setattr(store_dotenv, "dotenv_values", lambda *_, answer=answer, **__: answer)
        with pytest.raises(StoreError, match="as it was") as caught:
            place.write(change)
        text = "".join(traceback.format_exception(caught.value))
        assert not any(secret in text for secret in (KEY, SECRET, OTHER))
        assert ((tmp_path / ".env").read_bytes() if before else None) == before
        assert secret(tmp_path) == ([".env"] if before else [])
        assert before is None or mode_of(tmp_path / ".env") == 0o640


@pytest.mark.parametrize("name", ["open", "write", "fsync", "replace"])
def test_a_full_disk_is_told_without_path_and_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / ".env").write_text("A=1\n")
    place = ready(tmp_path)
    change = planned(place)

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(tmp_path))

    with monkeypatch.context() as patched:
        patched.setattr(atomic, "locked", lambda *_: None)
        patched.setattr(os, name, fail)
        with pytest.raises(StoreError) as caught:
            place.write(change)
    assert str(caught.value) == ".env could not be written: No space left on device"
    assert (tmp_path / ".env").read_text() == "A=1\n"
    assert secret(tmp_path) == [".env"]


def test_what_changed_since_the_plan_is_kept(tmp_path: Path) -> None:
    place = ready(tmp_path)
    change = planned(place)
    (tmp_path / ".env").write_text("A=1\n")
    with pytest.raises(Changed):
        place.write(change)
    assert (tmp_path / ".env").read_text() == "A=1\n"


def test_what_became_a_link_since_the_plan_is_refused(tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    place = opened(tmp_path, "conf/.env")
    change = planned(place)
    (tmp_path / "conf").rename(tmp_path / "real")
    (tmp_path / "conf").symlink_to("real")
    with pytest.raises(StoreError, match="conf is a symbolic link"):
        place.write(change)
    assert entries(tmp_path / "real") == []


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    place = ready(tmp_path)
    change = planned(place)
    assert killed_at("replace", True, lambda: place.write(change))
    left = secret(tmp_path)
    assert len(left) == 1
    assert mode_of(tmp_path / left[0]) == 0o600
    save(tmp_path)
    assert secret(tmp_path) == [".env"]


@pytest.mark.parametrize("name", ["write", "fsync", "fchmod", "replace"])
@pytest.mark.parametrize("before", [True, False])
def test_killed_while_writing(tmp_path: Path, name: str, before: bool) -> None:
    (tmp_path / ".env").write_text("A=1\n")
    place = ready(tmp_path)
    change = planned(place)
    assert killed_at(name, before, lambda: place.write(change))
    assert (tmp_path / ".env").read_bytes() in (change.before, change.after)
    save(tmp_path)
    assert read(tmp_path / ".env") == {"A": "1", "BINANCE_API_KEY": KEY, "BINANCE_API_SECRET": SECRET}
    assert secret(tmp_path) == [".env"]


WRITER = """
import sys
from contextlib import nullcontext
from binlint.errors import BinlintError
from binlint.finding import SecretText
from binlint.fixing.atomic import locked
from binlint.fixing.store import open_store
from binlint.fixing.store_types import Setting
root, name, is_locked = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
try:
    with locked(root) if is_locked else nullcontext():
        store = open_store(root, None)
        change = store.plan([Setting(name, SecretText(name * 3))])
        if store.ignore_change:
            store.write(store.ignore_change)
        store.write(change)
except BinlintError as error:
    print(f"told: {type(error).__name__}: {error}")
"""


@pytest.mark.parametrize("is_locked", [True, False])
@pytest.mark.parametrize("has_git", [True, False])
def test_two_writers_at_once_lose_nothing(tmp_path: Path, has_git: bool, is_locked: bool) -> None:
    names = ("FIRST", "SECOND")
    for number in range(10):
        root = tmp_path / str(number)
        root.mkdir()
        if has_git:
            repository(root)
        children = [
            subprocess.Popen(
                [sys.executable, "-c", WRITER, str(root), name, "yes" * is_locked],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for name in names
        ]
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
        for child in children:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
        answers = [child.communicate(timeout=60) for child in children]
        written = read(root / ".env")
        for name, (output, errors) in zip(names, answers, strict=True):
            assert errors == ""
            assert (written.get(name) == name * 3) != output.startswith("told: Changed: "), (number, output)
            assert output == "" or not is_locked
        assert set(entries(root)) <= {".env", ".gitignore", ".git"}
        for name in names:  # and again, one after the other
            save(root, one(name, name * 3))
        assert read(root / ".env") == {name: name * 3 for name in names}


def test_it_works_where_git_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(tmp_path)
    grow(tmp_path, "a.py")
    git(tmp_path, "add", "a.py")
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert shutil.which("git") is None
    save(tmp_path)
    assert entries(tmp_path) == [".env", ".git", ".gitignore", "a.py", "bin"]


# The example file


def test_an_example_is_made(tmp_path: Path) -> None:
    change = example_change(str(tmp_path), ["A", "B", "A"])
    assert change is not None
    assert (change.shown, change.after, change.mode) == (".env.example", b"A=\nB=\n", 0o644)
    opened(tmp_path).write(change)
    assert (tmp_path / ".env.example").read_bytes() == b"A=\nB=\n"
    assert example_change(str(tmp_path), ["A", "B"]) is None
    assert change.shown_diff() == "--- /dev/null\n+++ b/.env.example\n@@ -0,0 +1,2 @@\n+A=\n+B=\n"


@pytest.mark.parametrize("name", DOTENV.examples)
def test_the_example_that_is_there_is_used(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(f"A={OTHER}\r\n".encode())
    (tmp_path / name).chmod(0o664)
    change = example_change(str(tmp_path), ["B", "A", "C"])
    assert change is not None
    assert OTHER not in change.shown_diff()
    opened(tmp_path).write(change)
    assert (tmp_path / name).read_bytes() == f"A={OTHER}\r\n\r\nB=\r\nC=\r\n".encode()
    assert mode_of(tmp_path / name) == 0o664


@pytest.mark.parametrize(
    "make",
    [
        lambda place: place.symlink_to("x"),
        Path.mkdir,
        lambda place: place.write_bytes(b"\xff"),
        lambda place: place.write_bytes(b"A='"),
        lambda place: place.write_bytes(b"x" * 2_000_000),
        lambda place: place.touch(0o444),
    ],
)
def test_an_example_that_cannot_be_added_to_is_left_alone(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / ".env.example")
    change = example_change(str(tmp_path), ["A"])
    if change is not None:  # a line that python-dotenv cannot read spoils nothing
        assert change.after == b"A='\n\nA=\n"


def test_nothing_to_add(tmp_path: Path) -> None:
    assert example_change(str(tmp_path), []) is None
    assert example_change(str(tmp_path), ["not a name"]) is None


@pytest.mark.parametrize("empty", ["X=", "X", "X=''", 'X=""', "export X=", "  X = "])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_variable_without_a_value_is_filled_in(tmp_path: Path, empty: str, newline: str) -> None:
    value = fresh_key()
    before = f"# mine{newline}{empty}{newline}B=2{newline}"
    (tmp_path / ".env").write_bytes(before.encode())
    store = open_store(str(tmp_path), None)
    assert isinstance(store, Store)
    change = store.plan([Setting("X", SecretText(value))])
    assert isinstance(change, Change)
    start = empty[: empty.index("X")]
    assert change.after.decode() == f"# mine{newline}{start}X={value}{newline}B=2{newline}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("X=  # here\n", "X={}  # here\n"),
        ("X= # here", "X={} # here"),
        ("X=''# here\n", "X={} # here\n"),
        ('export X = ""\t# here\r\nB=2\r\n', "export X={}\t# here\r\nB=2\r\n"),
        ("X # here\n", "X={} # here\n"),
        ("'X'=\n", "X={}\n"),
        ("\ufeffX=\n", "\ufeffX={}\n"),
        ("X=\n\nX= # last\nB=\n", "X=\n\nX={} # last\nB=\n"),
        ("A='\nX=\n'\nX=\n", "A='\nX=\n'\nX={}\n"),
        ("# X=\nX=\nXX=\nY_X=\n", "# X=\nX={}\nXX=\nY_X=\n"),
    ],
)
def test_what_stands_around_an_empty_value_stays(tmp_path: Path, before: str, after: str) -> None:
    (tmp_path / ".env").write_bytes(before.encode())
    assert save(tmp_path, one("X", KEY)).names == ("X",)
    assert (tmp_path / ".env").read_bytes() == after.format(KEY).encode()
    assert read(tmp_path / ".env")["X"] == KEY
    assert not save(tmp_path, one("X", KEY)).is_needed


def test_an_empty_variable_takes_several_lines_before_its_comment(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("X= # here\nB=2\n")
    save(tmp_path, one("X", PEM))
    assert (tmp_path / ".env").read_text() == f'X="{PEM}" # here\nB=2\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"X=\nX={KEY}\n", f"X=\nX={KEY}\n"),
        (f"X={KEY}\nX=\n", f"X={KEY}\nX={KEY}\n"),
        ("X=\nX=\n", f"X=\nX={KEY}\n"),
    ],
    ids=["first", "last", "both"],
)
def test_of_several_lines_the_last_is_what_counts(tmp_path: Path, before: str, after: str) -> None:
    (tmp_path / ".env").write_text(before)
    save(tmp_path, one("X", KEY))
    assert (tmp_path / ".env").read_text() == after
    assert read(tmp_path / ".env") == {"X": KEY}


def test_the_diff_shows_what_is_filled_in(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"A={OTHER}\nX= # {OTHER}\nB={OTHER}\n")
    change = planned(opened(tmp_path), one("X", KEY), one("Y", SECRET))
    assert change.shown_diff() == (
        "--- a/.env\n+++ b/.env\n@@ -1,3 +1,5 @@\n"
        f" A={MASK}\n-X=\n+X={KEY[:4]}{MASK}{KEY[-4:]}\n B={MASK}\n+\n+Y={SECRET[:4]}{MASK}{SECRET[-4:]}\n"
    )


def test_a_directory_that_does_not_reach_the_disk_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is written then, which the message must not deny."""
    place = ready(tmp_path)
    change = planned(place)
    sync = os.fsync

    def fail(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(tmp_path))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StoreError) as caught:
        place.write(change)
    assert str(caught.value) == ".env was written, but may not survive a crash: Input/output error"
    assert (tmp_path / ".env").read_bytes() == change.after
