"""Which private keys can become files of their own, because whatever takes them takes a path as well.

A client tells a path from a key by looking for such a file. The rest of a program does not: so a key goes
to a file only if it is proven that nothing but the arguments of such clients ever sees it. In doubt it goes
to the store as the text that it is.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from binlint.finding import SecretText
from binlint.fixing.rewrite_code import FUNCTIONS, Code, only_text, parsed
from binlint.leak import Leak, PathUse
from binlint.names import NameReading, read_name
from binlint.shapes import Shape, classify
from binlint.sources.decode import decode
from binlint.sources.kinds import NOTEBOOK, PYTHON, kind_in
from binlint.sources.source import Source, Text

NOTE = "saved as a key file"
_PRIVATE = frozenset({Shape.PRIVATE_KEY, Shape.ENCRYPTED_PRIVATE_KEY})
_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----\s.*\s-----END \1-----\n*", re.DOTALL)
_OF_A_PATH = re.compile(r"_(?:PATH|FILE|FILENAME|FILE_PATH|FILEPATH)\Z")
_BY_NAME = frozenset({"eval", "exec", "globals", "locals", "vars", "__dict__", "modules"})  # read all names
_ANY_NAME = re.compile(rb"import\s*\(?\s*\*|\b(?:vars|dir|getattr|__dict__|eval|exec)\b")

Read = Callable[[str], "bytes | None"]


def in_file(value: SecretText) -> SecretText:
    """What stands in the file of a key: a last line break more or less is no other key."""
    return SecretText(value.reveal().rstrip("\n") + "\n")


def as_path(value: SecretText) -> SecretText:
    """What tells a variable with the path of a key from one with the key itself."""
    return SecretText(f"path of {in_file(value).reveal()}")


def read_path_name(name: str) -> NameReading | None:
    """What a name says about the key whose path it stands for; None if it stands for no path."""
    bare = _OF_A_PATH.sub("", name)
    return read_name(bare) if bare != name else None


class KeyPaths:
    """The files of a program, asked for what becomes of a key. `listing` are all that may use it."""

    def __init__(self, read: Read, listing: Iterable[str]) -> None:
        self._read = read
        self._listing = tuple(listing)
        self._codes: dict[str, Code | None] = {}

    def among(self, leaks: Iterable[Leak], stored: Collection[SecretText]) -> frozenset[SecretText]:
        """The values that go to key files, each from all of its places. `stored` are kept as text already."""
        groups: defaultdict[SecretText, list[Leak]] = defaultdict(list)
        for leak in leaks:
            if _PEM.fullmatch(leak.value.reveal()):
                groups[in_file(leak.value)].append(leak)
        found: set[SecretText] = set()
        for content, members in groups.items():
            values = {leak.value for leak in members}
            is_stored = any(value in stored for value in (content, *values))
            if not is_stored and all(self._takes_path(leak) for leak in members):
                found |= values
        return frozenset(found)

    def _takes_path(self, leak: Leak) -> bool:
        """Whether a key that stands in a file of its own means the same to everything that sees it."""
        value = leak.value.reveal()
        path = leak.origins[0].path
        if not leak.paths or len(leak.origins) > 1 or not value.isascii() or "\r" in value:
            return False
        if classify(value) not in _PRIVATE or any(use.location.path != path for use in leak.paths):
            return False
        code = self._code(path)
        if code is None or any(self._reads_back(use.parameter) for use in leak.paths):
            return False
        literal = code.string_at(*code.offsets(leak.origins[0].place))
        if literal is None or only_text(literal) != value:
            return False
        uses = self._uses(code, literal, leak)
        found = [_use(code, node, leak.paths) for node in uses]
        return set(found) == set(leak.paths)

    def _uses(self, code: Code, literal: ast.expr, leak: Leak) -> list[ast.expr]:
        """The expressions that stand for a literal in the whole program; none if that is not known."""
        parent, field = code.parent(literal)
        if not isinstance(parent, (ast.Assign, ast.AnnAssign)):
            return [literal]
        targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
        if field != "value" or len(targets) > 1 or not isinstance(targets[0], ast.Name):
            return []
        scope = next(node for node, _, _ in code.above(parent) if isinstance(node, _SCOPES))
        if isinstance(scope, ast.ClassDef):
            return []
        name = targets[0].id
        if isinstance(scope, ast.Module) and self._is_known_elsewhere(name, leak):
            return []
        return _reads(code, targets[0])

    def _is_known_elsewhere(self, name: str, leak: Leak) -> bool:
        """Whether another file may have the variable of a module."""
        if leak.importers is None:
            return True
        word = re.compile(rb"\b%s\b" % name.encode())
        for path in leak.importers:
            data = self._read(path)
            if data is None or word.search(data) or _ANY_NAME.search(data):
                return True
        asked = re.compile(rb"""(?:\.\s*|["'])%s\b""" % name.encode())
        others = (data for path, data in self._python() if path != leak.origins[0].path)
        return any(asked.search(data) for data in others)

    def _reads_back(self, attribute: str) -> bool:
        """Whether the program asks a client for the key that it was given."""
        name = attribute.encode()
        read = re.compile(rb"\.\s*%s\b(?!\s*(?::[^=\n]*)?=(?!=))" % name)
        asked = re.compile(rb"""\bgetattr\b[^\n]*["']%s["']""" % name)
        return any(read.search(data) or asked.search(data) for _, data in self._python())

    def _python(self) -> Iterator[tuple[str, bytes]]:
        for path in self._listing:
            data = self._read(path)
            if data is not None and kind_in(path, data) in (PYTHON, NOTEBOOK):
                yield path, data

    def _code(self, path: str) -> Code | None:
        if path not in self._codes:
            data = self._read(path)
            is_python = data is not None and kind_in(path, data) == PYTHON
            text = decode(Source(path, data or b"")) if is_python else None
            tree = parsed(text.text) if isinstance(text, Text) else None
            self._codes[path] = Code(text.text, tree) if isinstance(text, Text) and tree is not None else None
        return self._codes[path]


_SCOPES = (*FUNCTIONS, ast.Lambda, ast.ClassDef, ast.Module)


def _reads(code: Code, target: ast.Name) -> list[ast.expr]:
    """All readings of a name that is bound once; none if it may be read in ways that are not seen."""
    found: list[ast.expr] = []
    for node in ast.walk(code.tree):
        if node is target:
            continue
        if isinstance(node, ast.Name) and node.id == target.id and isinstance(node.ctx, ast.Load):
            found.append(node)
        elif not isinstance(node, ast.keyword) and not _BY_NAME.union((target.id,)).isdisjoint(_words(node)):
            return []
    return found


def _words(node: ast.AST) -> Iterator[str]:
    """The names, and the texts, that a node holds by itself."""
    for _, value in ast.iter_fields(node):
        yield from (
            each for each in (value if isinstance(value, list) else (value,)) if isinstance(each, str)
        )


def _use(code: Code, node: ast.expr, uses: Sequence[PathUse]) -> PathUse | None:
    """Which of some uses an expression is: the argument of a call that takes the path of a key."""
    parent, field = code.parent(node)
    keyword = parent.arg if isinstance(parent, ast.keyword) else None
    call = code.parent(parent)[0] if isinstance(parent, ast.keyword) else parent
    if not isinstance(call, ast.Call) or field == "func":
        return None
    before = [] if keyword else call.args[: call.args.index(node)]
    if any(isinstance(each, ast.Starred) for each in before) or not _is_imported_once(code, call.func):
        return None
    for use in uses:
        is_parameter = keyword == use.parameter if keyword else len(before) == use.index
        if is_parameter and code.place(call) == use.location.place and code.dotted(call.func) == use.callee:
            return use
    return None


def _is_imported_once(code: Code, function: ast.expr) -> bool:
    """Whether nothing but one import says what a function is."""
    while isinstance(function, ast.Attribute):
        function = function.value
    if not isinstance(function, ast.Name) or "*" in code.aliases:
        return False
    roots = [
        alias.asname or alias.name.partition(".")[0]
        for node in ast.walk(code.tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    ]
    return roots.count(function.id) == 1
