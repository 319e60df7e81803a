"""Helpers to grow directories and repositories for the tests of `sources`."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from binlint.config import Config
from binlint.sources.discover import Discovery, discover

_GUEST = 65534  # "nobody": to root nothing is closed, so that root tries it as somebody else


@contextmanager
def open_folder() -> Iterator[Path]:
    """A new folder that every user can reach, unlike those that pytest makes."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        yield Path(name)


@contextmanager
def as_a_guest() -> Iterator[None]:
    """Inside, closed files are closed to us, even where the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(_GUEST)
    try:
        yield
    finally:
        os.seteuid(0)


def grow(root: Path, *files: str, **texts: str) -> Path:
    """Makes empty files, directories where a name ends with "/", and files with a text."""
    for name in files:
        place = root / name
        if name.endswith("/"):
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text("")
    for name, text in texts.items():
        place = root / name.replace("__", "/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return root


def ignore(root: Path, *lines: str) -> None:
    root.mkdir(parents=True, exist_ok=True)
    (root / ".gitignore").write_text("".join(f"{line}\n" for line in lines))


def git(root: Path, *arguments: str) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    clean.update(GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1")
    settings = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "protocol.file.allow=always"]
    subprocess.run(["git", *settings, *arguments], cwd=root, env=clean, check=True, capture_output=True)


def repository(root: Path) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "--quiet")
    return root


def found(place: Path, *paths: str, **settings: object) -> Discovery:
    """What `binlint PATH…` in `place` would look at."""
    config = Config(root=str(place), cwd=str(place))._replace(**settings)  # type: ignore[arg-type]
    return discover(paths or (".",), config, str(place))


def names(discovery: Discovery) -> list[str]:
    return [entry.path for entry in discovery.files]


def reasons(discovery: Discovery) -> dict[str, str]:
    """Path → reason; a failure has a "!" before it."""
    return {note.path: "!" * note.failure + note.reason for note in discovery.notes}
