"""What the linker may ask for: the catalogue, and the files of the project, compiled on demand."""

from __future__ import annotations

from collections import OrderedDict

from binlint.catalogue import Catalogue
from binlint.facts import Facts
from binlint.flow import budget
from binlint.report import Note
from binlint.sources.decode import BINARY
from binlint.sources.kinds import SETTINGS, kind_in
from binlint.sources.project import Project
from binlint.sources.read import GONE
from binlint.sources.source import Source, Text
from binlint.syntax.reading import LONGEST, compile_source, text_of


class World:
    """The same for all files that one process looks at. `compiled` counts what was compiled."""

    def __init__(
        self,
        catalogue: Catalogue,
        project: Project,
        material: frozenset[str] = frozenset(),
        speaks: bool = True,
    ) -> None:
        """`material` are the files that hold something shaped like a key.

        If the project never speaks of Binance (`speaks`), no import leads to a client of it.
        """
        self.catalogue = catalogue
        self.material = material
        self.speaks = speaks
        self.reach = budget.FAR if material else budget.NEAR
        self.project = project
        self.compiled = 0
        self.unread = 0  # files of data that are longer than settings are
        self._kinds: dict[str, str] = {}
        self._facts: OrderedDict[tuple[str, str], Facts | None] = OrderedDict()

    def facts(self, path: str) -> Facts | None:
        """What a file of the project says; None if it cannot be read."""
        return self._known(path, self.kind(path))

    def kind(self, path: str) -> str:
        """What kind of file it is."""
        kind = self._kinds.get(path)
        if kind is None:
            kind = self._kinds[path] = kind_in(path, self.project.read(path) or b"")
        return kind

    def document(self, path: str, kind: str) -> Facts | None:
        """What a file says to a program that reads it as one of `FORMATS`."""
        return self._known(path, kind)

    def known_document(self, path: str, kind: str) -> Facts | None:
        """The same if somebody has asked for it before."""
        return self._facts.get((path, kind))

    def text(self, path: str) -> Text | Note:
        """The decoded text of a file, or why there is none. An artefact has an empty one."""
        data = self.project.read(path)
        if data is None:
            return Note(path, GONE)
        text = text_of(Source(path, data), kind_in(path, data))
        return Note(path, BINARY) if text is None else text

    def _known(self, path: str, kind: str) -> Facts | None:
        key = (path, kind)
        if key in self._facts:
            self._facts.move_to_end(key)
            return self._facts[key]
        facts = self._facts[key] = self._compiled(path, kind)
        if len(self._facts) > budget.KEPT:
            self._facts.popitem(last=False)
        return facts

    def _compiled(self, path: str, kind: str) -> Facts | None:
        data = self.project.read(path)
        if data is None:
            return None
        if kind in SETTINGS and len(data) > LONGEST:
            self.unread += 1
        self.compiled += 1
        return compile_source(Source(path, data), kind)
