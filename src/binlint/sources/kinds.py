"""Which files binlint reads, told by the name alone. A further kind of file is a further line here."""

from __future__ import annotations

from typing import NamedTuple

NOT_A_KIND = "not a kind that binlint reads"

PYTHON = "python"
SCRIPT = "script"  # no extension: Python if its first line says so

SUFFIXES: dict[str, str] = {
    ".py": PYTHON,
    ".pyi": PYTHON,
    ".pyw": PYTHON,
}


class Entry(NamedTuple):
    """A file to read: how it is called in reports, and how it is opened."""

    path: str  # relative to the directory of the run, with "/"
    os_path: str
    given: bool  # named on the command line, not found in a directory
    kind: str = PYTHON

    @property
    def shebang(self) -> bool:
        """Whether only the first line can tell if this is a file for binlint."""
        return self.kind == SCRIPT


def kind_of(path: str) -> str | None:
    """The kind of a file, or None if its name says that binlint does not read it."""
    if path.endswith(".py"):  # the same as below, for most of the names of a large tree
        return PYTHON
    name = path[path.rfind("/") + 1 :]
    dot = name.rfind(".")
    return (SUFFIXES.get(name[dot:].lower()) if dot >= 0 else None) or (SCRIPT if dot <= 0 else None)


def is_python_script(data: bytes) -> bool:
    """Whether the first line hands the file to a Python interpreter."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.startswith(b"#!"):
        return False
    line = data[:256].splitlines()[0]
    return any(name in line for name in (b"python", b"pypy", b"uv run", b"uvx"))
