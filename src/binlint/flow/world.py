"""What the linker may ask for: the catalogue, and the files of the project, compiled on demand."""

from __future__ import annotations

from collections import OrderedDict

from binlint.catalogue import Catalogue
from binlint.facts import Facts
from binlint.flow import budget
from binlint.report import Note
from binlint.sources.decode import decode
from binlint.sources.project import Project
from binlint.sources.read import GONE
from binlint.sources.source import Source, Text
from binlint.syntax.python import compile_facts


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
        self._facts: OrderedDict[tuple[str, str], Facts | None] = OrderedDict()

    def facts(self, path: str) -> Facts | None:
        """What a Python file of the project says; None if it cannot be read."""
        return self._known(path, "python")

    def document(self, path: str, kind: str) -> Facts | None:
        """What a file of data says, read as one of `FORMATS`."""
        return self._known(path, kind)

    def known_document(self, path: str, kind: str) -> Facts | None:
        """The same if somebody has asked for it before."""
        return self._facts.get((path, kind))

    def text(self, path: str) -> Text | Note:
        """The decoded text of a file, or why there is none."""
        data = self.project.read(path)
        return Note(path, GONE) if data is None else decode(Source(path, data))

    def _known(self, path: str, kind: str) -> Facts | None:
        key = (path, kind)
        if key in self._facts:
            self._facts.move_to_end(key)
            return self._facts[key]
        text = self.text(path)
        facts = None
        if not isinstance(text, Note) and kind != "python" and len(text.text) > budget.DATA:
            self.unread += 1
        elif not isinstance(text, Note):
            self.compiled += 1
            facts = compile_facts(path, text.text) if kind == "python" else _data(path, text.text, kind)
        self._facts[key] = facts
        if len(self._facts) > budget.KEPT:
            self._facts.popitem(last=False)
        return facts


def _data(path: str, text: str, kind: str) -> Facts:
    from binlint.syntax.data import compile_data  # five readers; most runs need none

    return compile_data(path, text, kind)
