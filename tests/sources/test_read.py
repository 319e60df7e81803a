"""Reading one file, or saying why not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from trees import as_a_guest, open_folder

from binlint import files
from binlint.report import Note
from binlint.sources import read as reading
from binlint.sources.kinds import (
    ARCHIVE,
    BYTECODE,
    DOTENV,
    JSON,
    PYTHON,
    SCRIPT,
    SOURCE,
    TEXT,
    Entry,
    is_python_script,
    kind_of,
)
from binlint.sources.read import read


def entry(place: Path, given: bool = False, kind: str = PYTHON) -> Entry:
    return Entry(place.name, str(place), given, kind)


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 3_000_000])
def test_every_byte_is_read(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "a.py").write_bytes(data)
    assert read(entry(tmp_path / "a.py")) == data


def folder(place: Path) -> None:
    place.mkdir()


def link(place: Path) -> None:
    (place.parent / "target.py").write_text("")
    place.symlink_to("target.py")


def device(place: Path) -> None:
    place.symlink_to("/dev/zero")


def nothing(place: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("make", "found", "given"),
    [
        (folder, "submodule or nested repository", "!not a regular file"),
        (os.mkfifo, "not a regular file", "!not a regular file"),
        (link, "symbolic link", "!symbolic link"),
        (device, "symbolic link", "!symbolic link"),
        (nothing, "not on disk", "!no such file or directory"),
    ],
)
def test_what_is_no_file_is_noted_and_never_waited_for(
    tmp_path: Path, make: object, found: str, given: str
) -> None:
    assert callable(make)
    make(tmp_path / "a.py")
    for is_given, expected in ((False, found), (True, given)):
        note = read(entry(tmp_path / "a.py", is_given))
        assert isinstance(note, Note)
        assert "!" * note.failure + note.reason == expected


def test_an_unreadable_file_is_a_failure() -> None:
    with open_folder() as folder:
        (folder / "a.py").write_text("")
        (folder / "a.py").chmod(0)
        with as_a_guest():
            note = read(entry(folder / "a.py"))
    assert note == Note("a.py", "unreadable", "Permission denied", failure=True)


def test_a_name_that_the_system_refuses(tmp_path: Path) -> None:
    note = read(entry(tmp_path / ("x" * 300)))
    assert isinstance(note, Note)
    assert (note.reason, note.failure) == ("unreadable", True)


def test_a_huge_file_is_a_failure_at_once(tmp_path: Path) -> None:
    with (tmp_path / "a.py").open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    note = read(entry(tmp_path / "a.py"))
    assert isinstance(note, Note)
    assert (note.reason, note.failure) == ("larger than 50 MiB", True)
    # What is no Python is read by pieces, and nothing of it matters.
    (tmp_path / "a.py").rename(tmp_path / "a")
    assert read(entry(tmp_path / "a", kind=SCRIPT)) == b""


def test_a_file_that_grows_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.py").write_bytes(b"x" * 70_000)
    monkeypatch.setattr(reading, "LARGEST", 10)
    monkeypatch.setattr(reading, "open_regular", lambda path, limit: os.open(path, os.O_RDONLY))
    note = read(entry(tmp_path / "a.py"))
    assert isinstance(note, Note)
    assert note.reason == "larger than 50 MiB"


def test_scripts(tmp_path: Path) -> None:
    (tmp_path / "tool").write_bytes(b"#!/usr/bin/env python3\n" + b"x\n" * 50_000)
    (tmp_path / "text").write_bytes(b"hello\n")
    assert len(read(entry(tmp_path / "tool", kind=SCRIPT))) == 100_023
    assert read(entry(tmp_path / "text", kind=SCRIPT)) == b"hello\n"


def test_descriptors_are_closed(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("")
    os.mkfifo(tmp_path / "pipe.py")
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    for _ in range(20):
        read(entry(tmp_path / "a.py"))
        read(entry(tmp_path / "pipe.py"))
        read(entry(tmp_path))
    assert not before or len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a.py", PYTHON),
        ("a/b.pyi", PYTHON),
        ("A.PYW", PYTHON),
        ("a.b.py", PYTHON),
        (".py", PYTHON),
        (".pyi", PYTHON),
        ("a.d/tool", SCRIPT),
        (".githook", SCRIPT),
        ("a.pyc", BYTECODE),
        ("a.py.bak", PYTHON),
        ("data.json.example", JSON),
        (".env.production", DOTENV),
        ("prod.env", DOTENV),
        ("README.md", TEXT),
        ("x.unknown", TEXT),
        ("main.go", SOURCE),
        ("a.whl", ARCHIVE),
        ("a.JPG", None),
        ("font.woff2", None),
        ("a.py/", SCRIPT),
    ],
)
def test_kinds(path: str, kind: str | None) -> None:
    assert kind_of(path) == kind


@pytest.mark.parametrize(
    ("data", "is_python"),
    [
        (b"#!/usr/bin/python\n", True),
        (b"#!/usr/bin/env -S python3.12 -u\r\n", True),
        (b"\xef\xbb\xbf#! /opt/pypy3\n", True),
        (b"#!/usr/bin/env -S uv run --script\n", True),
        (b"#!/bin/sh\n# python\n", False),
        (b"python\n", False),
        (b"", False),
        (b"#!", False),
    ],
)
def test_first_lines(data: bytes, is_python: bool) -> None:
    assert is_python_script(data) is is_python


def test_settings_are_limited(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(files.LARGEST_SETTINGS))
    assert len(files.read_settings(str(tmp_path / "a"))) == files.LARGEST_SETTINGS
    (tmp_path / "a").write_bytes(bytes(files.LARGEST_SETTINGS + 1))
    with pytest.raises(files.TooLarge):
        files.read_settings(str(tmp_path / "a"))
