"""How a project reads its settings already, and where `load_dotenv()` belongs in it."""

from __future__ import annotations

import ast
import functools
import os
import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from binlint.fixing.edits import Refusal
from binlint.fixing.rewrite_code import parsed
from binlint.fixing.style_types import Style
from binlint.fixing.styles import AUTO, STYLES, with_load
from binlint.fixing.styles_at_hand import at_hand
from binlint.fixing.styles_files import file_style, refusing
from binlint.fixing.supported import supports_before
from binlint.sources.decode import decode
from binlint.sources.project import Project
from binlint.sources.source import Source, Text

Read = Callable[[str], "bytes | None"]

_MOST = 2000  # files that are looked at; a project shows its habits sooner
_MOST_ABOVE = 200  # modules between a file and its entry points
_DECLARATIONS = ("pyproject.toml", "requirements.txt", "requirements.in", "setup.py", "setup.cfg", "Pipfile")
_FOLDER = "requirements"  # base.txt and others in it
_DECLARED = re.compile(rb"^[^#\n]*\bpython[-_.]dotenv\b", re.IGNORECASE | re.MULTILINE)
_LOADERS = frozenset({"load_dotenv", "read_env"})  # the second is of environs and django-environ
_TEST = re.compile(r"(?:^|/)(?:tests?/|test_[^/]*$|[^/]*_test\.py$|conftest\.py$)")
_TOMLLIB = (3, 11)
_NO_TOMLLIB = "the project supports Python without tomllib, and does not have tomli: use --fix-style json"
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


# --- the style ---------------------------------------------------------------------------------------


def style_for(wish: str, read: Read, listing: Sequence[str], root: str) -> Style:
    """The style that is wished for, as it is to be in this project."""
    if wish == AUTO:
        style = STYLES[detected(read, listing, root)]
        return style if style.name == "decouple" else at_hand(style)
    if wish == "toml" and supports_before(read, root, _TOMLLIB):
        if _has_tomli(read, listing):
            return file_style("toml", "tomli")
        return refusing(STYLES[wish], _NO_TOMLLIB)
    return STYLES[wish]


def _has_tomli(read: Read, listing: Sequence[str]) -> bool:
    """Whether a file imports tomli without a condition, so that it is there for all versions."""
    for path in listing[:_MOST]:
        data = read(path) if path.endswith((".py", ".pyw")) else None
        tree = parsed(data) if data is not None and b"tomli" in data else None
        for node in tree.body if tree is not None else ():
            if isinstance(node, ast.Import) and any(alias.name == "tomli" for alias in node.names):
                return True
            if isinstance(node, ast.ImportFrom) and node.module == "tomli" and not node.level:
                return True
    return False


def detected(read: Read, listing: Iterable[str], root: str) -> str:
    """The style that fits the project: `decouple`, `dotenv` or `pydantic` where it is used, else `environ`.

    `listing` are files of the project, of which `read` gives the bytes.
    """
    users = {"decouple": 0, "dotenv": 0, "pydantic": 0}
    for path in list(listing)[:_MOST]:
        data = read(path) if path.endswith((".py", ".pyw")) else None
        if data is None or not any(word in data for word in (b"decouple", b"dotenv", b"BaseSettings")):
            continue
        tree = parsed(data)
        if tree is not None:
            for style in _imported(tree):
                users[style] += 1
    if users["decouple"] > users["dotenv"]:
        return "decouple"
    if users["dotenv"] or any(_DECLARED.search(read(path) or b"") for path in _declarations(root)):
        return "dotenv"
    return "pydantic" if users["pydantic"] else "environ"


def _declarations(root: str) -> Iterator[str]:
    yield from (os.path.join(root, name) for name in _DECLARATIONS)
    yield from (os.path.join(root, _FOLDER, f"{name}.txt") for name in ("base", "common", "main", "prod"))


def _imported(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = {alias.name for alias in node.names}
            if node.module == "decouple" and names & {"config", "AutoConfig", "Config"}:
                found.add("decouple")
            elif node.module == "dotenv" and names & {"load_dotenv", "find_dotenv"}:
                found.add("dotenv")
            elif node.module in ("pydantic", "pydantic_settings") and "BaseSettings" in names:
                found.add("pydantic")
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & {"decouple", "dotenv"}
    return found


# --- where the file is loaded --------------------------------------------------------------------------


class Loaded(NamedTuple):
    """A changed file, the file that should load its variables, and whether that happens already."""

    path: str
    entry: str
    is_loaded: bool


class Loading:
    """Where changed files get their variables from. Without a `project`, each is its own entry point."""

    def __init__(self, read: Read, root: str, project: Project | None) -> None:
        self._read = read
        self._root = root
        self._project = project

    def standing(self, files: Mapping[str, bytes], names: Collection[str]) -> list[Loaded]:
        """For each file that reads one of the variables `names`, whether they are loaded by then.

        `files` are the changed files as they would be.
        """
        look = _Look(files, self._read, self._project)
        found = []
        for path in sorted(files):
            if path.endswith(".ipynb"):
                is_loaded = any(f"{name}(".encode() in files[path] for name in _LOADERS)
                found.append(Loaded(path, path, is_loaded))
                continue
            if not look.reads(path, names):
                continue
            entries = look.entries(path)
            is_loaded = all(look.is_loaded(entry, path, names) for entry in entries)
            found.append(Loaded(path, entries[0] if len(entries) == 1 else path, is_loaded))
        return found

    def placed(self, files: Mapping[str, bytes], names: Collection[str]) -> dict[str, bytes]:
        """The files with `load_dotenv()` where it is needed; entry points may come to them."""
        after = dict(files)
        for entry in sorted({each.entry for each in self.standing(files, names) if not each.is_loaded}):
            data = after.get(entry, self._read(entry))
            text = decode(Source(entry, data)) if data is not None else None
            if data is None or not isinstance(text, Text) or not text.exact or entry.endswith(".ipynb"):
                continue
            if (
                self.is_shadowed(entry)
                or self._has_own_dotenv(entry)
                or text.text.encode(text.encoding) != data[text.bom :]
            ):
                continue
            look = _Look(files, self._read, self._project)
            loaded = with_load(text.text, functools.partial(look.is_early, entry, names), entry)
            if not isinstance(loaded, Refusal):
                after[entry] = data[: text.bom] + loaded.encode(text.encoding)
        return after

    def _has_own_dotenv(self, entry: str) -> bool:
        return self._project is not None and self._project.module(entry, "dotenv", 0) is not None

    def note(self, files: Mapping[str, bytes], names: Collection[str]) -> str:
        """What is left to do, or how it works, when the files are as in `files`."""
        standing = self.standing(files, names)
        shadowed = sorted({each.entry for each in standing if self.is_shadowed(each.entry)})
        if shadowed:
            return f"call load_dotenv() with its path, as another .env is nearer to {', '.join(shadowed)}"
        missing = sorted({each.entry for each in standing if not each.is_loaded})
        if missing:
            return f"call load_dotenv() of python-dotenv first thing in {', '.join(missing)}"
        return "load_dotenv() reads them from there"

    def is_shadowed(self, entry: str) -> bool:
        """Whether `load_dotenv()` in a file would find another `.env` than that in the root."""
        folder = posixpath.dirname(entry)
        while True:
            nearest = self._read(posixpath.join(folder, ".env"))
            if nearest is not None:
                return nearest != self._read(os.path.join(self._root, ".env"))
            if folder in ("", "/") or folder.endswith(".."):
                return False
            folder = posixpath.dirname(folder)


class _Look:
    """One look at the project as it would be."""

    def __init__(self, files: Mapping[str, bytes], read: Read, project: Project | None) -> None:
        self._files = files
        self._read = read
        self._project = project
        self._trees: dict[str, ast.Module | None] = {}
        self._own: dict[str, set[str]] = {}

    def tree(self, path: str) -> ast.Module | None:
        if path not in self._trees:
            data = self._files.get(path)
            if data is None:
                data = self._read(path)
            self._trees[path] = parsed(data) if data is not None else None
        return self._trees[path]

    def reads(self, path: str, names: Collection[str], *, at_once: bool = False) -> bool:
        """Whether a file looks one of the variables up; or does so as soon as it is executed."""
        tree = self.tree(path)
        return tree is not None and any(_is_look_up(node, names) for node in _nodes(tree, at_once))

    # who starts a file

    def entries(self, path: str) -> Sequence[str]:
        """The scripts that a file is a part of: itself, if it can be started or nobody imports it."""
        if self._project is None or self._is_script(path):
            return [path]
        seen, waiting, found = {path}, [path], []
        while waiting:
            current = waiting.pop()
            above = [other for other in self._project.importers(current) if not _TEST.search(other)]
            if current != path and (not above or self._is_script(current)):
                found.append(current)
                continue
            new = [other for other in above if other not in seen]
            seen.update(new)
            waiting += new
            if len(seen) > _MOST_ABOVE:
                return [path]
        return sorted(found) or [path]

    def _is_script(self, path: str) -> bool:
        tree = self.tree(path)
        return tree is not None and any(map(_is_guard, tree.body))

    # what a file runs

    def modules(self, path: str, node: ast.stmt) -> Iterator[str]:
        """The files of the project that an import statement executes."""
        project = self._project
        if project is None:
            return
        if isinstance(node, ast.Import):
            for alias in node.names:
                parts = alias.name.split(".")
                for length in range(1, len(parts) + 1):
                    module = project.module(path, ".".join(parts[:length]), 0)
                    if module is not None and module.path:
                        yield module.path
        elif isinstance(node, ast.ImportFrom):
            module = project.module(path, node.module or "", node.level)
            if module is None:
                return
            if module.path:
                yield module.path
            for alias in node.names:
                inner = project.submodule(module, alias.name)
                if inner is not None and inner.path:
                    yield inner.path

    def closure(self, path: str) -> set[str]:
        """The files of the project that executing a file executes, as far as one looks."""
        seen, waiting = {path}, [path]
        while self._project is not None and waiting and len(seen) < _MOST_ABOVE:
            new = [other for other in self._project.imported(waiting.pop()) if other not in seen]
            seen.update(new)
            waiting += new
        return seen

    def is_early(self, entry: str, names: Collection[str], node: ast.stmt) -> bool:
        """Whether an import in the file `entry` may run code that reads one of the variables."""
        for module in self.modules(entry, node):
            reached = self.closure(module) - {entry}
            readers = [path for path in reached if path in self._files and self.reads(path, names)]
            if readers and any(
                self.reads(path, names, at_once=True) or self._is_busy(path) for path in reached
            ):
                return True
        return False

    def _is_busy(self, path: str) -> bool:
        tree = self.tree(path)
        return tree is not None and any(self._calls_own(path, node) for node in tree.body)

    def _calls_own(self, path: str, node: ast.stmt) -> bool:
        """Whether executing a statement may call a function of the project."""
        if _is_guard(node):
            return False
        own = self._own_names(path)
        called: list[ast.AST] = []
        for part in _nodes(node, at_once=True):
            if isinstance(part, ast.Call):
                called.append(part.func)
            called += getattr(part, "decorator_list", [])
        return any(
            isinstance(part, ast.Name) and part.id in own for call in called for part in ast.walk(call)
        )

    def _own_names(self, path: str) -> set[str]:
        if path not in self._own:
            names = self._own[path] = set()
            tree = self.tree(path)
            for node in ast.walk(tree) if tree is not None else ():
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    names.add(node.name)
                elif isinstance(node, ast.Import | ast.ImportFrom) and any(self.modules(path, node)):
                    names |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        return self._own[path]

    # what is loaded

    def is_loaded(self, entry: str, path: str, names: Collection[str]) -> bool:
        """Whether the variables are surely there when the file at `path` reads them."""
        if self._loaded_by(entry, path, names, set()):
            return True
        tree = self.tree(entry)
        if tree is None or self.reads(path, names, at_once=True):
            return False
        # Only functions read them: whoever loads the file in a function does so before it calls these.
        return any(_loads(tree, node) for node in ast.walk(tree)) and not any(
            self._calls_own(entry, node) or self.is_early(entry, names, node) for node in tree.body
        )

    def _loaded_by(self, path: str, target: str, names: Collection[str], seen: set[str]) -> bool | None:
        """What comes first when a file is executed: loading (True) or what may look one up (False)."""
        tree = self.tree(path)
        if path in seen or tree is None or len(seen) > _MOST_ABOVE:
            return None
        seen.add(path)
        for node in _flat(tree.body):
            if any(_loads(tree, part) for part in _nodes(node, at_once=True)):
                return True
            if self._calls_own(path, node) or (
                path == target and any(_is_look_up(part, names) for part in _nodes(node, at_once=True))
            ):
                return False
            for module in self.modules(path, node):
                found = self._loaded_by(module, target, names, seen)
                if found is not None:
                    return found
        return None


def _is_guard(node: ast.stmt) -> bool:
    """Whether a statement is `if __name__ == "__main__":`."""
    return isinstance(node, ast.If) and any(
        isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(node.test)
    )


def _flat(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module in their order, without what stands around them."""
    for node in body:
        if isinstance(node, ast.If | ast.Try | ast.With):
            yield from _flat(node.body)
            if not isinstance(node, ast.With):
                yield from _flat(node.orelse)
            if isinstance(node, ast.Try):
                yield from (part for handler in node.handlers for part in _flat(handler.body))
                yield from _flat(node.finalbody)
        else:
            yield node


def _nodes(node: ast.AST, at_once: bool) -> Iterator[ast.AST]:
    """What is below a node; `at_once` leaves out what only calls execute."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        if at_once and isinstance(current, _DEFINITIONS):
            arguments = current.args
            waiting += [*arguments.defaults, *filter(None, arguments.kw_defaults)]
            waiting += getattr(current, "decorator_list", [])
        else:
            waiting += ast.iter_child_nodes(current)


def _is_look_up(node: ast.AST, names: Collection[str]) -> bool:
    return (
        isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value in names
    )


def _loads(tree: ast.Module, node: ast.AST) -> bool:
    """Whether a node calls what loads the file `.env`."""
    if not isinstance(node, ast.Call):
        return False
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called not in _LOADERS and called not in _aliases(tree):
        return False
    given = [*node.args, *(k.value for k in node.keywords if k.arg in ("dotenv_path", "path", "env_file"))]
    if any(keyword.arg == "stream" for keyword in node.keywords):
        return False
    return not given or _says_env(given[0], tree)


def _says_env(given: ast.expr, tree: ast.Module) -> bool:
    """Whether an argument may mean a file called `.env`."""
    if isinstance(given, ast.Constant):
        return given.value is None or posixpath.normpath(str(given.value)) == ".env"
    if isinstance(given, ast.Call) and _last_name(given.func) == "find_dotenv" and not given.args:
        return True
    words = [node.value for node in ast.walk(given) if isinstance(node, ast.Constant)]
    if not any(isinstance(word, str) for word in words):  # a variable
        words = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return any(isinstance(word, str) and posixpath.basename(word) == ".env" for word in words)


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _aliases(tree: ast.Module) -> set[str]:
    return {
        alias.asname
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "dotenv"
        for alias in node.names
        if alias.asname and alias.name == "load_dotenv"
    }
