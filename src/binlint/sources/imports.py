"""Who imports what, read off the bytes of many files at once: good enough to know whom to ask.

The first question reads every file of the listing, which is why nothing is asked before a credential
leads to a parameter. The parser decides later what an import means.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence

Import = tuple[str, int, tuple[str, ...]]  # dotted module, leading dots, names ("*" among them)

KEPT = 64 * 1024 * 1024  # bytes of sources that stay in memory for further questions; the rest is read again

# Every repetition has an end, so that no file can make it slow.
_STATEMENT = re.compile(
    rb"[ \t]{0,200}(?:from[ \t]{1,8}(\.{0,20}[ \t]{0,8}[\w.\x80-\xff]{0,200})[ \t]{1,8}"
    rb"import[ \t\\\r\n]{0,40}(\([^)]{0,8000}\)|[^\n#;]*)|import[ \t]{1,8}([^\n#;]+))"
)
_CALL = re.compile(
    rb"import(?:_module|__)\(\s{0,40}(?:name\s?=\s?)?[rRuUbB]?[\"']([\w.\x80-\xff]{1,200})[\"']"
)
_FEW = 8  # words that are looked for one by one; from then on reading all imports is cheaper
_WORD = re.compile(r"\w+")


class ImportIndex:
    """The import statements of some files. `read` gives the bytes of one."""

    def __init__(self, paths: Sequence[str], read: Callable[[str], bytes | None]) -> None:
        self._paths = paths
        self._read = read
        self._kept: dict[str, bytes] = {}
        self._room = KEPT
        self._imports: dict[str, tuple[Import, ...]] = {}
        self._by_word: dict[str, tuple[str, ...]] = {}
        self._complete: dict[str, list[str]] | None = None

    def of(self, path: str) -> tuple[Import, ...]:
        """The imports of one file."""
        found = self._imports.get(path)
        if found is None:
            found = self._imports[path] = tuple(_imports(self._bytes(path)))
        return found

    def naming(self, word: str) -> tuple[str, ...]:
        """The files of the listing that have this word in an import, in order."""
        if self._complete is not None:
            return tuple(self._complete.get(word, ()))
        found = self._by_word.get(word)
        if found is None:
            if len(self._by_word) >= _FEW:
                self._complete = self._all_words()
                return tuple(self._complete.get(word, ()))
            wanted = word.encode("utf-8", "surrogatepass")
            found = self._by_word[word] = tuple(
                path
                for path in self._paths
                if wanted in self._bytes(path) and any(word in _words(each) for each in self.of(path))
            )
        return found

    def _all_words(self) -> dict[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for path in self._paths:
            for word in sorted({word for each in self.of(path) for word in _words(each)}):
                found[word].append(path)
        return found

    def mentions(self, path: str, words: frozenset[str]) -> bool:
        """Whether a file has any of these words anywhere."""
        data = self._bytes(path)
        return any(word.encode("utf-8", "surrogatepass") in data for word in words)

    def _bytes(self, path: str) -> bytes:
        data = self._kept.get(path)
        if data is None:
            data = self._read(path) or b""
            if path.endswith(".ipynb"):
                data = _code_of(data)
            if len(data) <= self._room:
                self._kept[path] = data
                self._room -= len(data)
        return data


def _code_of(notebook: bytes) -> bytes:
    """The lines of a notebook's cells on lines of their own; enough for what they import."""
    return notebook.replace(b"\\n", b"\n").replace(b'"', b"\n")


def _imports(data: bytes) -> list[Import]:
    found: list[Import] = []
    at = data.find(b"import")
    while at >= 0:
        start = data.rfind(b"\n", 0, at) + 1
        start = max(start, data.rfind(b";", start, at) + 1, data.rfind(b":", start, at) + 1)
        match = _STATEMENT.match(data, start)
        if match is not None:
            found += _statement(*(_decoded(group) for group in match.groups()))
        else:
            match = _CALL.match(data, at)
            if match is not None:
                dotted = _decoded(match[1]) or ""
                bare = dotted.lstrip(".")
                found.append((bare, len(dotted) - len(bare), ()))
        at = data.find(b"import", max(at + 6, match.end() if match is not None else 0))
    return found


def _decoded(group: bytes | None) -> str | None:
    return None if group is None else group.decode("utf-8", "replace")


def _statement(source: str | None, names: str | None, modules: str | None) -> list[Import]:
    if source is None:
        parts = [name.split()[0] for name in (modules or "").split(",") if name.split()]
        return [(name, 0, ()) for name in parts]
    dotted = source.replace(" ", "").replace("\t", "")
    bare = dotted.lstrip(".")
    return [(bare, len(dotted) - len(bare), tuple(_names(names or "")))]


def _names(text: str) -> list[str]:
    text = re.sub(r"#[^\n]*", "", text).strip("() \t\r\n\\")
    return [part.split()[0] for part in text.replace("\\", " ").split(",") if part.split()]


def _words(found: Import) -> list[str]:
    dotted, _, names = found
    return [*_WORD.findall(dotted), *names]
