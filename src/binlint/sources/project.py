"""What the scanned project owns: whether an imported module is its own or a library."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

_LIMIT = 40  # folders between a file and the root; deeper trees are not projects


class Project:
    """Answers, from the file system below `root`, who an import means.

    `libraries` maps the import root of each client library to its submodules: a folder `binance/` that
    holds `client.py` is a vendored copy of the library, while a file `binance.py` shadows it.
    """

    def __init__(self, root: str, libraries: Mapping[str, frozenset[str]]) -> None:
        self._root = root
        self._libraries = libraries
        self._known: dict[tuple[str, str], bool] = {}

    def owns(self, path: str) -> Callable[[str], bool]:
        """For the file at `path` (relative to the root): a function that tells whether a module is the project's own."""
        folder = os.path.dirname(path)

        def is_own(module: str) -> bool:
            top = module.partition(".")[0]
            if not top.isidentifier():
                return False
            key = (folder, top)
            if key not in self._known:
                self._known[key] = any(self._holds(base, top) for base in self._bases(folder))
            return self._known[key]

        return is_own

    def _bases(self, folder: str) -> list[str]:
        bases, current = [], folder
        for _ in range(_LIMIT):
            bases.append(current)
            if not current:
                break
            current = os.path.dirname(current)
        return [*bases, "src", "lib"]

    def _holds(self, base: str, top: str) -> bool:
        stem = os.path.join(self._root, base, top)
        try:
            if os.path.isfile(f"{stem}.py"):
                return True
            names = {name.removesuffix(".py") for name in os.listdir(stem)}
        except OSError:
            return False
        if self._libraries.get(top, frozenset()) & names:
            return False
        return "__init__" in names or any(os.path.isfile(os.path.join(stem, f"{name}.py")) for name in names)
