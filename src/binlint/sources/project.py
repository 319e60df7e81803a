"""What the scanned project owns: whether an imported module is its own or a library."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

_LIMIT = 40  # folders between a file and the root; deeper trees are not projects


class Project:
    """Answers, from the file system below `root`, who an import means.

    `libraries` maps the import root of each client library to its submodules: a package `binance` that
    holds `client.py` is a vendored copy of the library, while a file `binance.py` shadows it. A folder
    without `__init__.py` shadows nothing that is installed, as Python's import has it.
    """

    def __init__(self, root: str, libraries: Mapping[str, frozenset[str]]) -> None:
        self._root = root
        self._libraries = libraries
        self._known: dict[tuple[str, str, str], bool] = {}

    def owns(self, path: str) -> Callable[[str], bool]:
        """A function that tells whether a module that the file at `path` imports is the project's own."""
        folder, name = os.path.split(path)
        stem = name.removesuffix(".py")

        def is_own(module: str) -> bool:
            top, _, rest = module.partition(".")
            second = rest.partition(".")[0]
            if not module.replace(".", "").isidentifier():
                return False
            key = (folder, top, second)
            if key not in self._known:
                self._known[key] = any(self._holds(base, top, second) for base in self._bases(folder))
            # a script that is named like the library it uses, `binance.py`, means the library
            return self._known[key] and (top != stem or self._holds(self._package_root(folder), top, "."))

        return is_own

    def _bases(self, folder: str) -> list[str]:
        """The folders from which an absolute import can be found."""
        return list(dict.fromkeys([folder, self._package_root(folder), "", "src", "lib"]))

    def _package_root(self, folder: str) -> str:
        for _ in range(_LIMIT):
            if not folder or not os.path.isfile(os.path.join(self._root, folder, "__init__.py")):
                break
            folder = os.path.dirname(folder)
        return folder

    def _holds(self, base: str, top: str, second: str) -> bool:
        stem = os.path.join(self._root, base, top)
        try:
            if not second and os.path.isfile(f"{stem}.py"):
                return True
            names = {name.removesuffix(".py") for name in os.listdir(stem)}
        except OSError:
            return False
        library = self._libraries.get(top)
        if library is None:
            return any(os.path.isfile(os.path.join(stem, f"{name}.py")) for name in names)
        return "__init__" in names and not library & names
