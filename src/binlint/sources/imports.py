"""Who imports what, read off the bytes of many files at once: good enough to know whom to ask.

Building it reads every file of the listing, which is why it is made only when somebody asks who uses a
module. The parser decides later what an import means.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence

Import = tuple[str, int, tuple[str, ...]]  # dotted module, leading dots, names ("*" among them)

KEPT = 64 * 1024 * 1024  # bytes of sources that stay in memory for further questions; the rest is read again

# Every repetition has an end, so that no file can make it slow.
_IMPORT = re.compile(
    rb"(?:^|[;:])[ \t]{0,80}(?:"
    rb"from[ \t]{1,8}(\.{0,20}[ \t]{0,8}[\w.]{0,200})[ \t]{1,8}import[ \t\\\r\n]{0,40}(\([^)]{0,8000}\)|[^\n#;]*)"
    rb"|import[ \t]{1,8}([^\n#;]+))"
    rb"|(?:import_module|__import__)\(\s{0,40}(?:name\s?=\s?)?[rRuUbB]?[\"']([\w.]{1,200})[\"']",
    re.MULTILINE,
)
_WORD = re.compile(r"\w+")


class ImportIndex:
    """The import statements of some files. `read` gives the bytes of one."""

    def __init__(self, paths: Sequence[str], read: Callable[[str], bytes | None]) -> None:
        self._paths = paths
        self._read = read
        self._kept: dict[str, bytes] = {}
        self._room = KEPT
        self._imports: dict[str, tuple[Import, ...]] = {}
        self._by_word: dict[str, list[str]] | None = None

    def of(self, path: str) -> tuple[Import, ...]:
        """The imports of one file."""
        found = self._imports.get(path)
        if found is None:
            found = self._imports[path] = tuple(_imports(self._bytes(path)))
        return found

    def naming(self, word: str) -> tuple[str, ...]:
        """The files of the listing that have this word in an import, in order."""
        if self._by_word is None:
            by_word: defaultdict[str, list[str]] = defaultdict(list)
            for path in self._paths:
                for found in sorted({w for each in self.of(path) for w in _words(each)}):
                    by_word[found].append(path)
            self._by_word = dict(by_word)
        return tuple(self._by_word.get(word, ()))

    def mentions(self, path: str, words: frozenset[str]) -> bool:
        """Whether a file has any of these words anywhere."""
        data = self._bytes(path)
        return any(word.encode("utf-8", "surrogatepass") in data for word in words)

    def _bytes(self, path: str) -> bytes:
        data = self._kept.get(path)
        if data is None:
            data = self._read(path) or b""
            if len(data) <= self._room:
                self._kept[path] = data
                self._room -= len(data)
        return data


def _imports(data: bytes) -> list[Import]:
    found: list[Import] = []
    for match in _IMPORT.finditer(data):
        source, names, modules, dynamic = (
            None if group is None else group.decode("utf-8", "replace") for group in match.groups()
        )
        if source is not None:
            dotted = source.replace(" ", "").replace("\t", "")
            bare = dotted.lstrip(".")
            found.append((bare, len(dotted) - len(bare), tuple(_names(names or ""))))
        elif modules is not None:
            found += [(name.split()[0], 0, ()) for name in modules.split(",") if name.split()]
        elif dynamic is not None:
            found.append((dynamic, 0, ()))
    return found


def _names(text: str) -> list[str]:
    text = re.sub(r"#[^\n]*", "", text).strip("() \t\r\n\\")
    return [part.split()[0] for part in text.replace("\\", " ").split(",") if part.split()]


def _words(found: Import) -> list[str]:
    dotted, _, names = found
    return [*_WORD.findall(dotted), *names]
