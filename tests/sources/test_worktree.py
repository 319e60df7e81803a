"""Directories as git sees them, in good and in hostile repositories."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from trees import found, git, grow, ignore, names, reasons, repository

from binlint.sources import worktree
from binlint.sources.worktree import Listing, NoListing, list_with_git


def test_tracked_and_untracked_but_not_ignored(tmp_path: Path) -> None:
    repository(tmp_path)
    ignore(tmp_path, "ignored*.py", "gone/")
    grow(
        tmp_path,
        "tracked.py",
        "ignored_but_tracked.py",
        "new.py",
        "ignored.py",
        "gone/a.py",
        "sub/b.pyi",
        "c.mp3",
    )
    git(tmp_path, "add", "--force", "tracked.py", "ignored_but_tracked.py", "sub")
    result = found(tmp_path)
    assert names(result) == [".gitignore", "ignored_but_tracked.py", "new.py", "sub/b.pyi", "tracked.py"]
    assert result.notes == result.remarks == ()
    assert result.others == 1


def test_nested_ignore_files_can_take_back(tmp_path: Path) -> None:
    repository(tmp_path)
    ignore(tmp_path, "*.py")
    ignore(tmp_path / "sub", "!kept.py")
    grow(tmp_path, "a.py", "sub/kept.py", "sub/b.py")
    assert [name for name in names(found(tmp_path)) if name.endswith(".py")] == ["sub/kept.py"]


def test_a_subdirectory_of_a_repository(tmp_path: Path) -> None:
    repository(tmp_path)
    ignore(tmp_path, "/sub/x.py")
    grow(tmp_path, "a.py", "sub/b.py", "sub/x.py")
    assert names(found(tmp_path, "sub")) == ["sub/b.py"]
    assert names(found(tmp_path / "sub")) == ["b.py"]
    assert names(found(tmp_path / "sub", "..")) == ["../.gitignore", "../a.py", "b.py"]


def test_an_ignored_directory_that_is_named_is_looked_at(tmp_path: Path) -> None:
    repository(tmp_path)
    ignore(tmp_path, "build/")
    ignore(tmp_path / "build", "b.py")
    grow(tmp_path, "build/a.py", "build/b.py", "build/tracked_b.py")
    git(tmp_path, "add", "--force", "build/tracked_b.py")
    assert names(found(tmp_path)) == [".gitignore", "build/tracked_b.py"]
    assert names(found(tmp_path, "build")) == ["build/.gitignore", "build/a.py", "build/tracked_b.py"]


def test_what_git_tracks_is_not_left_out_by_default(tmp_path: Path) -> None:
    repository(tmp_path)
    grow(tmp_path, "venv/tracked.py", "venv/lib/new.py", "env/pyvenv.cfg", "env/lib/x.py", "a.py")
    git(tmp_path, "add", "venv/tracked.py")
    result = found(tmp_path)
    assert names(result) == ["a.py", "venv/tracked.py"]
    assert reasons(result) == {"venv/": "excluded by default", "env/": "virtual environment"}


def test_submodules_and_nested_repositories_are_noted(tmp_path: Path) -> None:
    other = repository(tmp_path / "other")
    grow(other, "x.py")
    git(other, "add", ".")
    git(other, "commit", "-qm", "x")
    top = repository(tmp_path / "top")
    git(top, "submodule", "--quiet", "add", str(other), "module.js")
    grow(repository(top / "nested"), "y.py")
    assert reasons(found(top)) == dict.fromkeys(("module.js", "nested/"), "submodule or nested repository")
    assert names(found(top, "nested", "module.js")) == ["module.js/x.py", "nested/y.py"]


def test_a_worktree_has_a_file_for_git(tmp_path: Path) -> None:
    top = repository(tmp_path / "top")
    grow(top, "a.py")
    git(top, "add", ".")
    git(top, "commit", "-qm", "x")
    git(top, "worktree", "add", "-q", "../tree")
    result = found(tmp_path / "tree")
    assert (names(result), result.remarks) == (["a.py"], ())


def test_links(tmp_path: Path) -> None:
    repository(tmp_path)
    grow(tmp_path, "a.py", "real/b.py")
    (tmp_path / "link.py").symlink_to("a.py")
    (tmp_path / "folder").symlink_to("real")
    git(tmp_path, "add", ".")
    result = found(tmp_path)
    assert names(result) == ["a.py", "real/b.py"]
    assert reasons(result) == {"link.py": "symbolic link", "folder": "symbolic link"}


def test_a_directory_that_a_link_has_replaced_is_not_entered(tmp_path: Path) -> None:
    outside = grow(tmp_path / "outside", "deep/b.py")
    top = repository(tmp_path / "top")
    grow(top, "real/deep/b.py")
    git(top, "add", ".")
    (top / "real").rename(top / "elsewhere")
    (top / "real").symlink_to(outside)
    result = found(top)
    assert names(result) == ["elsewhere/deep/b.py", "real"]  # a link, as reading it tells
    assert reasons(result)["real/deep/b.py"] == "symbolic link"


@pytest.mark.parametrize(
    "name",
    [
        "a\nb.py",
        "a\x1b[31m.py",
        "-x.py",
        "%0A.py",
        "::error::.py",
        os.fsdecode(b"\xff.py"),
        "n" * 252 + ".py",
    ],
)
def test_awkward_names(tmp_path: Path, name: str) -> None:
    repository(tmp_path)
    (tmp_path / name).write_text("")
    assert names(found(tmp_path)) == [name]
    git(tmp_path, "add", ".")
    assert names(found(tmp_path)) == [name]


def test_an_unmerged_file_is_listed_once(tmp_path: Path) -> None:
    repository(tmp_path)
    (tmp_path / "a.py").write_text("1\n")
    git(tmp_path, "add", ".")
    blob = subprocess.run(
        ["git", "hash-object", "a.py"], cwd=tmp_path, check=True, capture_output=True
    ).stdout.decode()
    stages = "".join(f"100644 {blob.strip()} {stage}\ta.py\n" for stage in (1, 2, 3))
    git(tmp_path, "rm", "--cached", "-q", "a.py")
    subprocess.run(["git", "update-index", "--index-info"], cwd=tmp_path, check=True, input=stages.encode())
    assert names(found(tmp_path)) == ["a.py"]


@pytest.mark.parametrize("variable", ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"])
def test_variables_of_a_surrounding_hook_do_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    top = repository(tmp_path / "top")
    grow(top, "a.py")
    git(top, "add", ".")
    monkeypatch.setenv(variable, str(repository(tmp_path / "elsewhere") / ".git"))
    result = found(top)
    assert (names(result), result.remarks) == (["a.py"], ())


def test_programs_of_a_hostile_configuration_do_not_run(tmp_path: Path) -> None:
    top, marker = repository(tmp_path / "top"), tmp_path / "marker"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {marker}\n")
    program.chmod(0o755)
    for key in ("core.fsmonitor", "diff.external", "core.pager", "core.sshCommand", "pager.ls-files"):
        git(top, "config", key, str(program))
    hooks = grow(tmp_path / "hooks")
    for hook in ("post-index-change", "fsmonitor-watchman"):
        hooks.mkdir(exist_ok=True)
        (hooks / hook).write_text(program.read_text())
        (hooks / hook).chmod(0o755)
    git(top, "config", "core.hooksPath", str(hooks))
    grow(top, "a.py")
    assert names(found(top)) == ["a.py"]
    assert not marker.exists()


def test_the_environment_of_git(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "GIT_DIR",
        "GIT_TRACE",
        "GIT_CONFIG_PARAMETERS",
        "GIT_CONFIG_COUNT",
        "GIT_CEILING_DIRECTORIES",
    ):
        monkeypatch.setenv(name, "0")
    environment = {
        name: value for name, value in worktree.clean_environment().items() if name.startswith("GIT_")
    }
    assert environment == {
        "GIT_CONFIG_COUNT": "0",
        "GIT_CEILING_DIRECTORIES": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
    }


def test_a_program_named_git_beside_the_sources_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top, marker = repository(tmp_path / "top"), tmp_path / "marker"
    (top / "git").write_text(f"#!/bin/sh\ntouch {marker}\n")
    (top / "git").chmod(0o755)
    monkeypatch.chdir(top)
    monkeypatch.setenv("PATH", f":.:{os.environ['PATH']}")
    assert isinstance(list_with_git("."), Listing)
    assert not marker.exists()


def damaged_index(top: Path) -> None:
    (top / ".git" / "index").write_bytes(b"DIRC" + b"\xff" * 40)


def lost_repository(top: Path) -> None:
    (top / ".git").rename(top.parent / "moved")
    (top / ".git").write_text("gitdir: /nowhere\n")


def damaged_configuration(top: Path) -> None:
    (top / ".git" / "config").write_text("[core\n")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (damaged_index, "git cannot read the index of this repository"),
        (lost_repository, "git failed with status 128"),
        (damaged_configuration, "git failed with status 128"),
    ],
)
def test_where_git_fails_a_walk_takes_over_and_says_so(tmp_path: Path, damage: object, words: str) -> None:
    top = repository(tmp_path / "top")
    ignore(top, "x.py")
    grow(top, "a.py", "x.py", "sub/b.py")
    git(top, "add", ".")
    assert callable(damage)
    damage(top)
    result = found(top)
    assert names(result) == [".gitignore", "a.py", "sub/b.py"]
    assert [(note.path, note.reason, note.detail, note.failure) for note in result.remarks] == [
        (".", "listed without git", words, False)
    ]


@pytest.mark.parametrize(
    ("status", "errors", "words"),
    [
        (128, b"fatal: not a git repository (or any of the parent directories): .git", ""),
        (128, b"fatal: detected dubious ownership in repository at '/home/x'", "safe.directory"),
        (128, b"fatal: this operation must be run in a work tree", "no work tree"),
        (-9, b"", "status -9"),
    ],
)
def test_reasons_hold_no_path(status: int, errors: bytes, words: str) -> None:
    reason = worktree._reason(status, errors)
    assert words in reason
    assert bool(words) == bool(reason)
    assert "/home" not in reason


def test_directories_that_git_was_not_let_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(tmp_path)
    errors = b"warning: could not open directory 'sub/closed/': Permission denied\n"
    monkeypatch.setattr(worktree, "_run_together", lambda *_: [(0, b"", b""), (0, b"", errors)])
    assert reasons(found(tmp_path)) == {"sub/closed/": "!unreadable"}


@pytest.mark.parametrize("answer", [None, OSError()])
def test_a_git_that_hangs_or_cannot_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:
    def run(*_: object) -> None:
        if isinstance(answer, OSError):
            raise answer

    grow(repository(tmp_path), "a.py")
    monkeypatch.setattr(worktree, "_run_together", run)
    result = found(tmp_path)
    assert names(result) == ["a.py"]
    assert [note.reason for note in result.remarks] == ["listed without git"]


def test_without_git_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grow(repository(tmp_path), "a.py")
    monkeypatch.setenv("PATH", str(tmp_path))
    result = found(tmp_path)
    assert names(result) == ["a.py"]
    assert result.remarks[0].detail == "git is not installed"


def test_git_is_not_started_where_there_is_no_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worktree, "_run_together", None)
    grow(tmp_path, ".git/", "a.py")  # an empty .git is no repository
    assert list_with_git(str(tmp_path)) == NoListing()
    assert names(found(tmp_path)) == ["a.py"]


def test_records_over_several_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worktree, "_BLOCK", 16)
    paths = [f"name{number:03}" for number in range(40)]
    assert list(worktree._records("".join(f"{path}\0" for path in paths).encode())) == paths
