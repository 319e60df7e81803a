"""The project around a file: which file an import means, which file a path means, who imports whom.

Everything is answered from the file system, on demand: each folder is listed once, when it is first
asked about, and links are not followed. Paths are relative to the directory of the run, with "/".
"""

from __future__ import annotations

import os
import posixpath
import re
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from binlint.files import LARGEST, NotRegular, TooLarge, open_regular, read_chunk, read_rest
from binlint.sources.imports import ImportIndex

_ABOVE = 40  # folders between a file and the top; deeper trees are not projects
_SEARCH_PATH = frozenset({"sys.path", "addsitedir"})
_LAYOUTS = ("src", "lib")  # folders that hold packages and are none
_INIT = "__init__.py"
_ROOT_MARKS = frozenset(
    {"pyproject.toml", "setup.py", "setup.cfg", "manage.py", "requirements.txt", "Pipfile", "tox.ini"}
)
_LIBRARY_WORDS = (b"inance.", b"X-MBX", b"ccxt")


class Module(NamedTuple):
    """A module of the project. A package has a folder; one without `__init__.py` has no path."""

    path: str
    folder: str | None = None


class _Folder(NamedTuple):
    files: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()


class Project:
    """Answers questions about the files below `cwd`, and up to `top`, the root of the project.

    `libraries` maps the import root of each client library to its submodules: a package `binance` that
    holds `client.py` is a vendored copy of the library, while a file `binance.py` shadows it. `sources`
    are bytes that are in hand already, by path; `listing` the Python files of the run.
    """

    def __init__(
        self,
        cwd: str,
        libraries: Mapping[str, frozenset[str]],
        top: str | None = None,
        sources: Mapping[str, bytes] | None = None,
        listing: Sequence[str] = (),
    ) -> None:
        self._cwd = cwd
        self._libraries = libraries
        self._height = _height(cwd, top)
        self._sources = sources or {}
        self.listing = tuple(listing) or tuple(self._sources)
        self._folders: dict[str, _Folder] = {}
        self._bases_of: dict[str, tuple[str, ...]] = {}
        self._modules: dict[tuple[str, str, int], Module | None] = {}
        self._imported: dict[str, tuple[str, ...]] = {}
        self._mentioning: dict[frozenset[str], tuple[str, ...]] = {}
        self._matching: dict[tuple[frozenset[str], re.Pattern[bytes]], tuple[str, ...]] = {}
        self._importers: dict[str, tuple[str, ...]] = {}
        self._given: dict[str, set[str]] = {}
        for path in self._sources:
            self._given.setdefault(posixpath.dirname(path), set()).add(posixpath.basename(path))

    # bytes

    @property
    def in_hand(self) -> Collection[str]:
        """The paths of the sources whose bytes are in hand: what the byte filter has let through."""
        return self._sources.keys()

    def read(self, path: str) -> bytes | None:
        """The bytes of a regular file, or None if there is none that can be read."""
        data = self._sources.get(path)
        if data is not None:
            return data
        try:
            descriptor = open_regular(os.path.join(self._cwd, path), LARGEST)
            try:
                return read_rest(descriptor, read_chunk(descriptor), LARGEST)
            finally:
                os.close(descriptor)
        except (OSError, ValueError, NotRegular, TooLarge):
            return None

    # modules

    def module(
        self,
        importer: str,
        dotted: str,
        level: int,
        also: tuple[Sequence[str], Sequence[str]] = ((), ()),
    ) -> Module | None:
        """The module of the project that an import in `importer` means; None if it is somebody else's.

        `level` counts the leading dots. `also` are further folders of the search path, before and behind.
        """
        if any(also):
            return self._module(importer, dotted, level, also)
        key = (importer, dotted, level)
        if key not in self._modules:
            self._modules[key] = self._module(importer, dotted, level, also)
        return self._modules[key]

    def _module(
        self, importer: str, dotted: str, level: int, also: tuple[Sequence[str], Sequence[str]]
    ) -> Module | None:
        parts = dotted.split(".") if dotted else []
        folder = posixpath.dirname(importer)
        if not all(part.isidentifier() for part in parts):
            return None
        if level:
            for _ in range(level - 1):
                above = self._above(folder)
                if above is None:
                    return None
                folder = above
            return None if self.vendored(folder) else self._within(folder, parts)
        if not parts or self._is_namesake(importer, parts[0]):
            return None
        for base in (*also[0], *self._bases(folder), *also[1]):
            if self._may_hold(base, parts[0]):
                found = self._within(base, parts)
                if found is not None:
                    return found
        return self._elsewhere(parts)

    def submodule(self, module: Module, name: str) -> Module | None:
        """A module in a package."""
        return None if module.folder is None else self._within(module.folder, [name])

    def vendored(self, folder: str) -> str | None:
        """The dotted name of a folder that belongs to a vendored copy of a client library."""
        if not self._libraries:
            return None
        parts = folder.split("/")
        for index, part in enumerate(parts):
            library = self._libraries.get(part)
            if library is not None and self._is_copy("/".join(parts[: index + 1]), library):
                return ".".join(parts[index:])
        return None

    def _is_copy(self, folder: str, library: frozenset[str]) -> bool:
        here = self._folder(folder)
        if not library.isdisjoint(here.folders):
            return True
        for name in sorted(library):
            if f"{name}.py" in here.files:
                data = self.read(_join(folder, f"{name}.py")) or b""
                if any(word in data for word in _LIBRARY_WORDS):  # else it is only called like it
                    return True
        return False

    def _is_namesake(self, importer: str, top: str) -> bool:
        """A script that is named like the library it uses, `binance.py`, means the library."""
        folder, name = posixpath.split(importer)
        return name == f"{top}.py" and top not in self._folder(self._package_root(folder)).folders

    def _may_hold(self, base: str, top: str) -> bool:
        """Whether a module at `base` comes before the installed one of that name."""
        here = self._folder(base)
        if f"{top}.py" not in here.files and top not in here.folders:
            return False
        if top in sys.stdlib_module_names:  # a script's own folder comes first, a package's does not
            return f"{top}.py" in here.files and _INIT not in here.files
        library = self._libraries.get(top)
        if library is None or f"{top}.py" in here.files:
            return True
        folder = _join(base, top)
        return _INIT in self._folder(folder).files and not self._is_copy(folder, library)

    def _within(self, base: str, parts: Sequence[str]) -> Module | None:
        folder = base
        for index, part in enumerate(parts):
            here, inner = self._folder(folder), _join(folder, part)
            is_last = index == len(parts) - 1
            if part in here.folders and _INIT in self._folder(inner).files:
                folder = inner
            elif f"{part}.py" in here.files:
                return Module(f"{inner}.py") if is_last else None
            elif part in here.folders and self._is_namespace(inner):
                folder = inner
            else:
                return None
        return Module(_join(folder, _INIT) if _INIT in self._folder(folder).files else "", folder)

    def _is_namespace(self, folder: str) -> bool:
        here = self._folder(folder)
        return bool(here.folders) or any(name.endswith(".py") for name in here.files)

    def _bases(self, folder: str) -> tuple[str, ...]:
        """The folders from which an absolute import can be found, the likeliest first."""
        found = self._bases_of.get(folder)
        if found is None:
            root = self._package_root(folder)
            order = [root, folder]
            above: str | None = root
            while above is not None and len(order) < _ABOVE:
                order += [above, *(_join(above, name) for name in _LAYOUTS if self._has(above, name))]
                above = self._above(above)
            found = self._bases_of[folder] = tuple(dict.fromkeys(order))
        return found

    def _has(self, folder: str, name: str) -> bool:
        return name in self._folder(folder).folders

    def _package_root(self, folder: str) -> str:
        current: str | None = folder
        while current is not None and _INIT in self._folder(current).files:
            folder, current = current, self._above(current)
        return folder if current is None else current

    def _above(self, folder: str) -> str | None:
        """The folder above, unless that leaves the project."""
        if folder == "" or folder.endswith(".."):
            height = folder.count("..") + 1
            return _join(folder, "..") if height <= self._height else None
        if posixpath.isabs(folder):
            here = self._folder(folder)
            is_top = ".git" in here.folders or not _ROOT_MARKS.isdisjoint(here.files)
            return None if is_top or posixpath.dirname(folder) == folder else posixpath.dirname(folder)
        return posixpath.dirname(folder)

    def _elsewhere(self, parts: Sequence[str]) -> Module | None:
        """A package below another root of the repository, if only one of them has it."""
        if len(parts) < 2 or parts[0] in sys.stdlib_module_names or parts[0] in self._libraries:
            return None
        found = {
            self._within(base, parts)
            for base in self._holders.get(parts[0], ())
            if self._is_root(base) or _INIT not in self._folder(_join(base, parts[0])).files
        }
        found.discard(None)
        return found.pop() if len(found) == 1 else None

    def _is_root(self, folder: str) -> bool:
        """Whether a folder looks like the root of a distribution, or holds packages and is none."""
        return posixpath.basename(folder) in _LAYOUTS or not _ROOT_MARKS.isdisjoint(
            self._folder(folder).files
        )

    @cached_property
    def _holders(self) -> dict[str, list[str]]:
        """The name of each folder with Python files in or below it → the folders that hold such a one."""
        folders = {posixpath.dirname(path) for path in self.listing}
        for folder in tuple(folders):
            while folder := posixpath.dirname(folder):
                folders.add(folder)
        found: dict[str, list[str]] = {}
        for folder in sorted(filter(None, folders)):
            found.setdefault(posixpath.basename(folder), []).append(posixpath.dirname(folder))
        return found

    def _folder(self, path: str) -> _Folder:
        found = self._folders.get(path)
        if found is None:
            files, folders = set(self._given.get(path, ())), set()
            try:
                if not self._is_solid(path):
                    raise NotADirectoryError(path)
                with os.scandir(os.path.join(self._cwd, path)) as entries:
                    for entry in entries:
                        if entry.is_file(follow_symlinks=False):
                            files.add(entry.name)
                        elif entry.is_dir(follow_symlinks=False):
                            folders.add(entry.name)
            except (OSError, ValueError):
                pass
            found = self._folders[path] = _Folder(frozenset(files), frozenset(folders))
        return found

    def _is_solid(self, folder: str) -> bool:
        """Whether no step to a folder is a link: what lies behind one is not of this project."""
        above, name = posixpath.split(folder)
        if not folder or name == ".." or posixpath.isabs(folder):
            return True
        return name in self._folder(above).folders

    # files that are no modules

    def file(self, importer: str, path: str) -> str | None:
        """The file that a relative path in `importer` means: beside it, in the root, or in between."""
        path = posixpath.normpath(path.replace("\\", "/"))
        if posixpath.isabs(path):
            return None
        folder: str | None = posixpath.dirname(importer)
        for _ in range(_ABOVE):
            if folder is None:
                break
            found = posixpath.normpath(_join(folder, path))
            if self._is_file(found):
                return found
            folder = self._above(folder)
        return None

    def is_inside(self, path: str) -> bool:
        """Whether a path, relative and without detours, stays in the project."""
        return not posixpath.isabs(path) and path.count("..") <= self._height

    def _is_file(self, path: str) -> bool:
        if not self.is_inside(path):
            return False
        return posixpath.basename(path) in self._folder(posixpath.dirname(path)).files

    # who imports whom

    def importers(self, path: str) -> tuple[str, ...]:
        """The files of the listing that import the module at `path`; tests come last."""
        found = self._importers.get(path)
        if found is None:
            found = self._importers[path] = tuple(self._importers_of(path))
        return found

    def _importers_of(self, path: str) -> Iterator[str]:
        stem = posixpath.basename(path).removesuffix(".py")
        beside: tuple[str, ...] = ()
        if stem == "__init__":  # `from . import name` does not say of what package
            folder = posixpath.dirname(path)
            stem = posixpath.basename(folder)
            beside = tuple(other for other in self.listing if posixpath.dirname(other) == folder)
        for importer in sorted(dict.fromkeys((*self._index.naming(stem), *beside)), key=_is_test):
            if importer != path and any(
                self._means(importer, found, path) for found in self._index.of(importer)
            ):
                yield importer

    def _means(self, importer: str, found: tuple[str, int, tuple[str, ...]], path: str) -> bool:
        dotted, level, names = found
        module = self.module(importer, dotted, level)
        if module is None:
            return not level and self._is_on_search_path(importer, dotted, names, path)
        if module.path == path:
            return True
        inside = (self.submodule(module, name) for name in names)
        if any(each is not None and each.path == path for each in inside):
            return True
        # `import a.b.c` runs `a/__init__.py` and `a/b/__init__.py` too
        head, _, _ = dotted.rpartition(".")
        return bool(head) and not names and self._means(importer, (head, level, ()), path)

    def _is_on_search_path(self, importer: str, dotted: str, names: tuple[str, ...], path: str) -> bool:
        """Whether a file that changes `sys.path` may mean a module by the end of its path."""
        if not self._index.mentions(importer, _SEARCH_PATH):
            return False
        ends = [dotted.replace(".", "/"), *(f"{dotted}.{name}".replace(".", "/") for name in names)]
        return any(f"/{path}".endswith((f"/{end}.py", f"/{end}/{_INIT}")) for end in ends)

    def found_by_search_path(self, path: str) -> Iterator[str]:
        """The files that a file which changes `sys.path` may import, by the ends of their paths."""
        if not self._index.mentions(path, _SEARCH_PATH):
            return
        for dotted, level, names in self._index.of(path):
            if not level and self.module(path, dotted, level) is None:
                for other in self.listing:
                    if other.endswith(".py") and self._is_on_search_path(path, dotted, names, other):
                        yield other

    def imported(self, path: str) -> tuple[str, ...]:
        """The files of the project that the file at `path` imports."""
        found = self._imported.get(path)
        if found is None:
            found = self._imported[path] = tuple(dict.fromkeys(self._imports_of(path)))
        return found

    def _imports_of(self, path: str) -> Iterator[str]:
        for dotted, level, names in self._index.of(path):
            module = self.module(path, dotted, level)
            if module is None:
                continue
            if module.path:
                yield module.path
            for name in names:
                inner = self.submodule(module, name)
                if inner is not None and inner.path:
                    yield inner.path

    def sources_of(self, path: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The files that the file at `path` imports, each with the names that it wants of it."""
        for dotted, level, names in self._index.of(path):
            module = self.module(path, dotted, level)
            if module is None:
                continue
            wanted = []
            for name in names:
                inner = self.submodule(module, name)
                if inner is None:
                    wanted.append(name)
                elif inner.path:
                    yield inner.path, ()
            if module.path:
                yield module.path, tuple(wanted)

    def handing_on(self, path: str, name: str) -> Iterator[str]:
        """The files from which the file at `path` may have a name that it only hands on."""
        for dotted, level, names in self._index.of(path):
            if name in names or "*" in names:
                module = self.module(path, dotted, level)
                inner = self.submodule(module, name) if module is not None else None
                yield from (found.path for found in (module, inner) if found is not None and found.path)

    def mentions(self, path: str, words: frozenset[str]) -> bool:
        """Whether the bytes of a file hold any of some words."""
        return self._index.mentions(path, words)

    def mentioning(self, words: frozenset[str]) -> tuple[str, ...]:
        """The files of the listing that mention any of some words."""
        found = self._mentioning.get(words)
        if found is None:
            found = tuple(path for path in self.listing if self._index.mentions(path, words))
            self._mentioning[words] = found
        return found

    def matching(self, words: frozenset[str], pattern: re.Pattern[bytes]) -> tuple[str, ...]:
        """The files of the listing that mention any of some words, and hold what a pattern finds."""
        key = words, pattern
        found = self._matching.get(key)
        if found is None:
            found = tuple(p for p in self.mentioning(words) if pattern.search(self.read(p) or b""))
            self._matching[key] = found
        return found

    def naming(self, word: str) -> tuple[str, ...]:
        """The files of the listing that have a word in their imports."""
        return self._index.naming(word)

    @cached_property
    def _index(self) -> ImportIndex:
        return ImportIndex(self.listing, self.read)


def _is_test(path: str) -> bool:
    return "test" in path or path.endswith("conftest.py")


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _height(cwd: str, top: str | None) -> int:
    """How many folders the top of the project lies above the directory of the run."""
    if top is None:
        return 0
    steps = os.path.relpath(top, cwd).replace(os.sep, "/").split("/")
    return len(steps) if steps and all(step == ".." for step in steps) else 0
