"""Directories without git: ignore files, links, and what else lies about."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from trees import as_a_guest, found, git, grow, ignore, names, open_folder, reasons, repository

from binlint.sources.walk import parse_ignore_file


def test_nested_ignore_files(tmp_path: Path) -> None:
    ignore(tmp_path, "*.pyi", "/only_here.py", "gone/", "docs/*.py", "!docs/kept.py")
    ignore(tmp_path / "sub", "!taken_back.pyi", "own.py")
    grow(
        tmp_path,
        *("a.py", "a.pyi", "only_here.py", "gone/x.py", "docs/a.py", "docs/kept.py", "own.py"),
        *("sub/only_here.py", "sub/taken_back.pyi", "sub/own.py", "sub/gone/y.py", "sub/deep/own.py"),
    )
    assert [name for name in names(found(tmp_path)) if not name.endswith(".gitignore")] == [
        *("a.py", "docs/kept.py", "own.py", "sub/only_here.py", "sub/taken_back.pyi"),
    ]


def test_ignore_files_above_a_subdirectory_of_a_damaged_repository(tmp_path: Path) -> None:
    repository(tmp_path)
    (tmp_path / ".git" / "index").write_bytes(b"damaged")
    (tmp_path / ".git" / "info" / "exclude").write_text("private.py\n")
    ignore(tmp_path, "/sub/x.py", "*.pyi")
    grow(tmp_path, "sub/a.py", "sub/x.py", "sub/y.pyi", "sub/private.py", "sub/deep/sub/x.py")
    assert names(found(tmp_path, "sub")) == ["sub/a.py", "sub/deep/sub/x.py"]


def test_no_respect_gitignore(tmp_path: Path) -> None:
    repository(tmp_path)
    ignore(tmp_path, "*.py")
    grow(tmp_path, "a.py", ".git/hooks/x.py", "venv/b.py")
    result = found(tmp_path, respect_gitignore=False)
    assert names(result) == [".gitignore", "a.py"]
    assert reasons(result) == {"venv/": "excluded by default"}


def test_default_excludes_and_virtual_environments(tmp_path: Path) -> None:
    grow(
        tmp_path,
        "node_modules/x.py",
        "sub/.venv/x.py",
        "myenv/pyvenv.cfg",
        "myenv/x.py",
        "build/x.py",
        "dist/x.py",
    )
    result = found(tmp_path)
    assert names(result) == ["build/x.py", "dist/x.py"]
    assert reasons(result) == {
        "node_modules/": "excluded by default",
        "sub/.venv/": "excluded by default",
        "myenv/": "virtual environment",
    }
    assert names(found(tmp_path, "node_modules", "myenv", "sub/.venv")) == [
        *("myenv/pyvenv.cfg", "myenv/x.py", "node_modules/x.py", "sub/.venv/x.py"),
    ]
    assert "node_modules/x.py" in names(found(tmp_path, exclude=("other",)))


def test_repositories_on_the_way_are_left_to_git(tmp_path: Path) -> None:
    inner = repository(tmp_path / "projects" / "one")
    ignore(inner, "*.py")
    grow(inner, "tracked.py", "ignored.py")
    git(inner, "add", "--force", "tracked.py")
    grow(tmp_path, "a.py", "projects/b.py")
    assert names(found(tmp_path)) == [
        "a.py",
        "projects/b.py",
        "projects/one/.gitignore",
        "projects/one/tracked.py",
    ]


def test_links_and_loops(tmp_path: Path) -> None:
    outside = grow(tmp_path / "outside", "x.py")
    top = grow(tmp_path / "top", "a.py", "sub/b.py")
    for name, target in {
        "loop": ".",
        "sub/up": "..",
        "self.py": "self.py",
        "dangling.py": "nowhere",
        "inside.py": "a.py",
        "outside": str(outside),
        "outside.py": str(outside / "x.py"),
        "device.py": "/dev/zero",
    }.items():
        (top / name).symlink_to(target)
    result = found(top)
    assert names(result) == ["a.py", "sub/b.py"]
    assert set(reasons(result).values()) == {"symbolic link"}
    assert len(result.notes) == 8


def test_pipes_and_sockets_are_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    monkeypatch.chdir(tmp_path)  # the name of a socket must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.py")
        assert reasons(found(tmp_path)) == dict.fromkeys(("pipe.py", "socket.py"), "not a regular file")


def test_closed_directories_are_failures() -> None:
    with open_folder() as folder:
        grow(folder, "closed/x.py", "a.py")
        (folder / "closed").chmod(0)
        with as_a_guest():
            result = found(folder)
        (folder / "closed").chmod(0o700)
    assert names(result) == ["a.py"]
    assert reasons(result) == {"closed/": "!unreadable"}


def link_ignore(place: Path) -> None:
    place.symlink_to("/dev/zero")


def pipe_ignore(place: Path) -> None:
    os.mkfifo(place)


def large_ignore(place: Path) -> None:
    place.write_bytes(b"a.py\n" + b"#" * (1024 * 1024))


@pytest.mark.parametrize("make", [link_ignore, pipe_ignore, large_ignore])
def test_an_ignore_file_that_is_none_is_not_read(tmp_path: Path, make: object) -> None:
    grow(tmp_path, "a.py")
    assert callable(make)
    make(tmp_path / ".gitignore")
    result = found(tmp_path)
    assert "a.py" in names(result)
    assert [(note.path, note.reason) for note in result.remarks] == [
        (".gitignore", "ignore file not fully honoured")
    ]


def test_deep_directories(tmp_path: Path) -> None:
    depth = "/".join("d" * 400)
    grow(tmp_path, f"{depth}/a.py")
    assert names(found(tmp_path)) == [f"{depth}/a.py"]


@pytest.mark.parametrize(
    ("data", "matching", "other", "left_out"),
    [
        (b"a.py\n", "a.py", "b.py", 0),
        (b"\xef\xbb\xbfa.py\r\n# comment\r\n\r\n", "a.py", "# comment", 0),
        (b"!\na.py\n[z-a]\nb\\\n", "a.py", "b.py", 3),
        (b"*a*a*a*a*a*b\na.py\n", "a.py", "aaaaaaaaab", 1),
        (b"\xff.py\n", os.fsdecode(b"\xff.py"), "a.py", 0),
    ],
)
def test_ignore_files_line_by_line(data: bytes, matching: str, other: str, left_out: int) -> None:
    spec, number = parse_ignore_file(data)
    assert spec is not None
    assert spec.match_file(matching)
    assert not spec.match_file(other)
    assert number == left_out


def test_too_many_patterns() -> None:
    spec, left_out = parse_ignore_file(b"".join(b"name%d\n" % number for number in range(2_010)))
    assert spec is not None
    assert left_out == 10
