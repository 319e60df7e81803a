"""Whether a project supports versions of Python that lack something, as far as it says."""

from __future__ import annotations

import ast
import configparser
import os
import re
import sys
from collections.abc import Callable, Iterator

from binlint.fixing.rewrite_code import only_text, parsed

Read = Callable[[str], "bytes | None"]
_CLAUSE = re.compile(r"(>=|>|~=|===|==|\^|~)?\s*v?(\d+)(?:\.(\d+))?")


def supports_before(read: Read, root: str, version: tuple[int, int]) -> bool:
    """Whether the project declares to run on something older than `version`; False where it says nothing."""
    said = next((each for each in _declared(read, root) if each.strip()), "")
    return bool(said) and any(_lowest(part) < version for part in re.split(r"\|\|?", said))


def _lowest(specifier: str) -> tuple[int, int]:
    """The oldest version that a list of conditions lets through."""
    found = [(0, 0)]
    for clause in specifier.split(","):
        matched = _CLAUSE.match(clause.strip())
        if matched is not None:
            found.append((int(matched[2]), int(matched[3] or 0)))
    return max(found)


def _declared(read: Read, root: str) -> Iterator[str]:
    yield from _of_pyproject(read(os.path.join(root, "pyproject.toml")) or b"")
    yield from _of_config(read(os.path.join(root, "setup.cfg")) or b"")
    tree = parsed(read(os.path.join(root, "setup.py")) or b"")
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.keyword) and node.arg == "python_requires":
            yield only_text(node.value) or ""


def _of_pyproject(data: bytes) -> Iterator[str]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        document: object = tomllib.loads(data.decode())
    except (ValueError, RecursionError):
        return
    for path in (("project", "requires-python"), ("tool", "poetry", "dependencies", "python")):
        node = document
        for key in path:
            node = node.get(key) if isinstance(node, dict) else None
        if isinstance(node, str):
            yield node


def _of_config(data: bytes) -> Iterator[str]:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(data.decode())
    except (ValueError, configparser.Error):
        return
    yield parser.get("options", "python_requires", fallback="")
