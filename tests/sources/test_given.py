"""Paths from the command line or a hook, and which patterns leave them out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from trees import found, grow, names, reasons, repository


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (("a.py",), ["a.py"]),
        (("./a.py", "a.py", "sub/../a.py"), ["a.py"]),
        (("b.py", "a.py"), ["a.py", "b.py"]),
        (("sub", "a.py"), ["a.py", "sub/c.py", "sub/d.py"]),
        (("sub/", "./sub", "sub/c.py"), ["sub/c.py", "sub/d.py"]),
        ((".", "sub"), ["a.py", "b.py", "sub/c.py", "sub/d.py", "tool"]),
        (("tool",), ["tool"]),
        (("-x.py",), ["-x.py"]),
    ],
)
def test_files_and_directories(tmp_path: Path, paths: tuple[str, ...], expected: list[str]) -> None:
    grow(tmp_path, "a.py", "b.py", "sub/c.py", "sub/d.py", "tool", "picture.png")
    if paths == ("-x.py",):
        grow(tmp_path, "-x.py")
    assert names(found(tmp_path, *paths)) == expected


def test_absolute_paths_and_paths_from_elsewhere(tmp_path: Path) -> None:
    grow(tmp_path, "here/a.py", "there/b.py")
    here = tmp_path / "here"
    assert names(found(here, str(here / "a.py"))) == ["a.py"]
    assert names(found(here, "../there")) == ["../there/b.py"]
    assert names(found(here, str(tmp_path / "there"))) == ["../there/b.py"]


def test_an_absolute_path_past_a_linked_directory(tmp_path: Path) -> None:
    grow(tmp_path, "real/a.py")
    (tmp_path / "link").symlink_to("real")
    assert names(found(tmp_path / "real", str(tmp_path / "link" / "a.py"))) == ["a.py"]


def test_entries_know_whether_they_were_named(tmp_path: Path) -> None:
    grow(tmp_path, "a.py", "sub/b")
    assert [(entry.given, entry.kind) for entry in found(tmp_path, "a.py", "sub").files] == [
        *((True, "python"), (False, "script")),
    ]


def test_what_cannot_be_looked_at(tmp_path: Path) -> None:
    grow(tmp_path, "a.py", "real/b.py", "notes.mp3")
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "dangling.py").symlink_to("nowhere")
    (tmp_path / "loop.py").symlink_to("loop.py")
    (tmp_path / "device.py").symlink_to("/dev/zero")
    (tmp_path / "outside").symlink_to("/usr")
    paths = (
        "missing.py",
        "a.py/",
        "pipe.py",
        "dangling.py",
        "loop.py",
        "device.py",
        "outside",
        "notes.mp3",
        "x" * 300,
    )
    result = found(tmp_path, *paths)
    assert names(result) == []
    assert reasons(result) == {
        "missing.py": "!no such file or directory",
        "a.py": "!no such file or directory",
        "pipe.py": "!not a regular file",
        "dangling.py": "!no such file or directory",
        "loop.py": "!symbolic link",
        "device.py": "!symbolic link that leaves the project",
        "outside": "!symbolic link that leaves the project",
        "notes.mp3": "not a kind that binlint reads",
        "x" * 300: "!unreadable",
    }


def test_links_within_the_project_are_read_under_their_name(tmp_path: Path) -> None:
    grow(tmp_path, "a.py", "real/b.py")
    (tmp_path / "link.py").symlink_to("a.py")
    (tmp_path / "folder").symlink_to("real")
    assert names(found(tmp_path, "link.py")) == ["link.py"]
    assert names(found(tmp_path, "folder", "real")) == ["real/b.py"]


def test_links_below_the_root_of_the_configuration(tmp_path: Path) -> None:
    grow(tmp_path, "shared/a.py", "project/")
    (tmp_path / "project" / "link.py").symlink_to("../shared/a.py")
    assert names(found(tmp_path / "project", "link.py", root=str(tmp_path))) == ["link.py"]
    assert names(found(tmp_path / "project", "link.py")) == []


def test_a_file_past_a_directory_that_leads_out(tmp_path: Path) -> None:
    grow(tmp_path, "outside/x.py", "top/")
    (tmp_path / "top" / "link").symlink_to("../outside")
    assert reasons(found(tmp_path / "top", "link/x.py")) == {
        "link/x.py": "!symbolic link that leaves the project"
    }


TREE = ("vendor/a.py", "vendor/vendor/b.py", "vendor/sub/c.py", "docs/d.py", "docs/e.pyi", "f.py")
EXCLUDES = [
    # patterns, paths, force, what is found
    (("vendor",), ".", False, ["docs/d.py", "docs/e.pyi", "f.py"]),
    (("vendor/",), ".", False, ["docs/d.py", "docs/e.pyi", "f.py"]),
    (("/vendor",), ".", False, ["docs/d.py", "docs/e.pyi", "f.py"]),
    (("./vendor",), ".", False, ["docs/d.py", "docs/e.pyi", "f.py"]),
    (("vendor/sub", "f.py"), ".", False, ["docs/d.py", "docs/e.pyi", "vendor/a.py", "vendor/vendor/b.py"]),
    (("f.py/",), "f.py", True, ["f.py"]),
    (("*.pyi", "vendor"), ".", False, ["docs/d.py", "f.py"]),
    (("**/d.py", "vendor"), ".", False, ["docs/e.pyi", "f.py"]),
    (("vendor", "docs/*", "!docs/d.py"), ".", False, ["docs/d.py", "f.py"]),
    (("vendor",), "vendor", False, ["vendor/a.py", "vendor/sub/c.py"]),
    (("vendor*",), "vendor", False, ["vendor/a.py", "vendor/sub/c.py"]),
    (("/vendor",), "vendor", False, ["vendor/a.py", "vendor/sub/c.py", "vendor/vendor/b.py"]),
    (("/vendor*",), "vendor", False, ["vendor/a.py", "vendor/sub/c.py", "vendor/vendor/b.py"]),
    (("vendor/*.py",), "vendor", False, ["vendor/sub/c.py", "vendor/vendor/b.py"]),
    (("vendor/sub",), "vendor", False, ["vendor/a.py", "vendor/vendor/b.py"]),
    (("vendor",), "vendor", True, []),
    (("vendor",), "vendor/a.py", False, ["vendor/a.py"]),
    (("vendor",), "vendor/a.py", True, []),
    (("*.py",), "f.py", False, ["f.py"]),
    (("*.py",), "f.py", True, []),
    (("node_modules",), "f.py", True, ["f.py"]),
]


@pytest.mark.parametrize("with_git", [False, True])
@pytest.mark.parametrize(("patterns", "path", "force", "expected"), EXCLUDES)
def test_excludes(
    tmp_path: Path, patterns: tuple[str, ...], path: str, force: bool, expected: list[str], with_git: bool
) -> None:
    if with_git:
        repository(tmp_path)
    grow(tmp_path, *TREE)
    result = found(tmp_path, path, extend_exclude=patterns, force_exclude=force)
    assert names(result) == expected
    assert set(reasons(result).values()) <= {"excluded"}
    assert expected or result.notes


def test_patterns_are_relative_to_the_root_of_the_configuration(tmp_path: Path) -> None:
    grow(tmp_path, "sub/a.py", "sub/b.py", "a.py")
    settings = {"extend_exclude": ("sub/a.py", "/b.py"), "root": str(tmp_path)}
    assert names(found(tmp_path / "sub", ".", **settings)) == ["b.py"]
    # `..` was named: the pattern matches deeper in it.
    assert names(found(tmp_path / "sub", "..", **settings)) == ["../a.py", "b.py"]
    # The directory of the run was named, too.
    assert names(found(tmp_path / "sub", ".", extend_exclude=("sub",), root=str(tmp_path))) == [
        "a.py",
        "b.py",
    ]
    forced = {**settings, "force_exclude": True}
    assert names(found(tmp_path / "sub", "a.py", "b.py", **forced)) == ["b.py"]


def test_outside_of_the_root_only_patterns_that_hold_anywhere_count(tmp_path: Path) -> None:
    grow(tmp_path, "project/", "other/a.py", "other/b.py")
    settings = {"extend_exclude": ("a.py", "/other", "other/b.py")}
    assert names(found(tmp_path / "project", "../other", **settings)) == ["../other/b.py"]
    assert names(found(tmp_path / "project", "../other", extend_exclude=("a.*", "/other/*"))) == [
        "../other/b.py"
    ]


def test_own_excludes_replace_the_defaults_and_hold_for_tracked_files(tmp_path: Path) -> None:
    from trees import git

    repository(tmp_path)
    grow(tmp_path, "venv/a.py", "mine/b.py", "c.py")
    git(tmp_path, "add", ".")
    assert names(found(tmp_path, exclude=("mine",))) == ["c.py", "venv/a.py"]
