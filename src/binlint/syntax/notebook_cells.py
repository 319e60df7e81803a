"""A notebook taken apart: its code cells in Python, what else there is to read, and what is called how.

Version 4 has `cells` with a `source`; version 3 has `worksheets` of them, and calls that of code `input`.
What is at no known place is read as text, as it is spelt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from binlint.facts import Region
from binlint.syntax.lexical import Lines
from binlint.syntax.notebook_excerpt import Edit, Excerpt, Range, decoded, plain
from binlint.syntax.notebook_json import Container, Entry, Leaf, Node, read_ranges
from binlint.syntax.notebook_magics import imports_of, python_of, stands_alone
from binlint.syntax.python import NOT_PARSED

NO_NOTEBOOK = "read as text only: it is no valid notebook"

_SOURCES = frozenset({"source", "input"})  # "input" in version 3
_PLAIN = frozenset({"text", "html", "svg", "javascript", "latex", "ename", "evalue"})  # of an output
_BINARY = frozenset({"png", "jpeg", "jpg", "gif", "pdf"})
_BINARY_TYPE = re.compile(
    r"(?:image|audio|video|font)/|application/(?:pdf|zip|octet-stream|vnd\.(?!.*\+json))"
)
_CODE = frozenset({"", "code"})
_PYTHON = ("python", "ipython", "sage", "xpython")
# What colours a terminal, and its links.
_ANSI = re.compile(r"\x1b(?:\[[0-?]{0,30}[ -/]{0,4}[@-~]|\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\))")
_LANGUAGES = (("metadata", "kernelspec", "language"), ("metadata", "language_info", "name"))
_CELL_LANGUAGES = (("metadata", "vscode", "languageId"), ("language",))  # the latter in version 3
_COMMENT = re.compile(r"\s#.*")
_ADVICE = "outputs stay when the code is mended: clear them"
_LAST_NAME = re.compile(r"([^\W\d]\w*)(?:\([^()\n]{0,200}\))?\s*;?\s*\Z")


class Piece(NamedTuple):
    """A text that is no program, and the ranges of the file that it was decoded from."""

    text: str
    ranges: tuple[Range, ...]
    separator: str
    asked: tuple[Range, ...] = ()  # of an output: the source of its cell

    @classmethod
    def of(
        cls, file: str, ranges: tuple[Range, ...], separator: str = "", asked: tuple[Range, ...] = ()
    ) -> Piece:
        """Ranges of a file as one text, without colours."""
        text = plain(file, ranges, separator)
        return cls(_ANSI.sub("", text) if "\x1b" in text else text, ranges, separator, asked)

    def shown(self, file: str) -> str:
        """The name of what an output shows: the last thing that its cell says."""
        source = plain(file, self.asked, "").rstrip() if self.asked else ""
        found = _LAST_NAME.search(_COMMENT.sub("", source[source.rfind("\n") + 1 :]))
        return found[1] if found else ""

    def excerpt(self, file: str) -> Excerpt:
        """The same with the way back: made late, since most pieces hold nothing to be placed."""
        excerpt = decoded(file, self.ranges, self.separator)
        if "\x1b" not in excerpt.text:
            return excerpt
        return excerpt.edited(Edit(*found.span(), "") for found in _ANSI.finditer(excerpt.text))


class CodeCell(NamedTuple):
    """A cell that is a part of the program: its Python, and the strings of the file that say it."""

    python: Excerpt
    source: Node
    ranges: tuple[Range, ...]


class Notebook(NamedTuple):
    """What a notebook consists of. `gaps` and `reason` are of what should have been read otherwise."""

    program: tuple[Excerpt, ...]
    pieces: tuple[Piece, ...]
    regions: tuple[Region, ...]  # in order
    gaps: tuple[tuple[int, int], ...]
    reason: str
    cells: tuple[CodeCell, ...] = ()  # those of the program, in order


def take_apart(text: str, lines: Lines) -> Notebook | None:
    """The parts of a notebook; None if a text is none. What is behind a break in it is a piece."""
    document = read_ranges(text)
    lists = _lists_of_cells(document.root)
    if not isinstance(document.root, Container) or not lists:
        return None
    reading = _Reading(text, lines)
    reading.read(document.root, lists)
    if document.end < len(text):
        reading.read_rest(document.end)
    return reading.finished()


def _lists_of_cells(root: Node | None) -> list[Container]:
    """That of version 4 and those of all worksheets of version 3."""
    if not isinstance(root, Container):
        return []
    sheets = root.container("worksheets")
    holders = [root, *(sheet.value for sheet in (sheets.entries if sheets else ()))]
    lists = [holder.container("cells") for holder in holders if isinstance(holder, Container)]
    return [cells for cells in lists if cells is not None and not cells.is_object]


class _Reading:
    """What was taken out of a notebook so far."""

    def __init__(self, text: str, lines: Lines) -> None:
        self._text = text
        self._lines = lines
        self._program: list[Excerpt] = []
        self._cells: list[CodeCell] = []
        self._pieces: list[Piece] = []
        self._asked: tuple[Range, ...] = ()
        self._regions: list[Region] = []
        self._gaps: list[tuple[int, int]] = []
        self._reason = ""

    def read(self, root: Container, lists: list[Container]) -> None:
        """Reads the cells, and all that stands around them."""
        is_python = _is_python(self._word(root, *path) for path in _LANGUAGES)
        cells = (cell for each in lists for cell in each.entries)
        for number, cell in enumerate(cells, 1):
            if isinstance(cell.value, Container) and cell.value.is_object:
                self._cell(number, cell.value, is_python)
            else:
                self._whole(cell, f"cell {number}")
        done = {id(each) for each in lists}
        sheets = root.container("worksheets")
        for entry in root.entries:
            for each in _inside(entry) if entry.value is sheets else [entry]:
                if id(each.value) not in done:
                    self._whole(each, "metadata")

    def read_rest(self, start: int) -> None:
        """Reads what is no JSON any more."""
        self._say(((start, len(self._text)),))
        self._gap(start, len(self._text))
        self._reason = NO_NOTEBOOK

    def finished(self) -> Notebook:
        """What was found."""
        parts = tuple(self._program), tuple(self._pieces), tuple(sorted(self._regions))
        return Notebook(*parts, tuple(self._gaps), self._reason, tuple(self._cells))

    # cells

    def _cell(self, number: int, cell: Container, is_python: bool) -> None:
        own = [self._word(cell, *path) for path in _CELL_LANGUAGES]
        is_code = self._word(cell, "cell_type") in _CODE
        is_program = is_code and (_is_python(own) if any(own) else is_python)
        source = next((entry for entry in cell.entries if entry.name in _SOURCES), None)
        asked = (_ranges(source.value) if source is not None else None) or ()
        for entry in cell.entries:
            if entry.name in _SOURCES:
                self._source(number, entry, is_program)
            elif entry.name == "outputs" and isinstance(entry.value, Container):
                self._asked = asked
                for output in entry.value.entries:
                    self._output(number, output)
                self._asked = ()
            elif entry.name == "attachments" and isinstance(entry.value, Container):
                for attached in entry.value.entries:
                    self._bundle(attached)
            elif entry.name != "cell_type":
                self._whole(entry, "metadata")

    def _source(self, number: int, entry: Entry, is_program: bool) -> None:
        ranges = _ranges(entry.value)
        if ranges is None:
            self._whole(entry, f"cell {number}")
            return
        source = decoded(self._text, ranges)
        self._number_lines(number, source)
        python = python_of(source) if is_program else None
        if python is not None and stands_alone(python.text):
            self._program.append(python)
            self._cells.append(CodeCell(python, entry.value, ranges))
            return
        self._say(ranges)
        if python is not None:
            self._program += (source.part(start, end) for start, end in imports_of(source.text))
            self._gap(*source.span(0, len(source.text)))
            self._reason = NOT_PARSED

    def _number_lines(self, number: int, source: Excerpt) -> None:
        starts = Lines(source.text).starts
        for line, (start, end) in enumerate(zip(starts, [*starts[1:], len(source.text)], strict=True), 1):
            if start < end or line == 1:
                bare = start + len(source.text[start:end].rstrip("\r\n"))
                place = self._lines.place(*source.span(start, bare))
                self._regions.append(Region(place, f"cell {number}, line {line}"))

    # outputs

    def _output(self, number: int, output: Entry) -> None:
        where = f"cell {number}, output"
        if not isinstance(output.value, Container) or not output.value.is_object:
            self._whole(output, where)
            return
        self._region(output, where)
        for entry in output.value.entries:
            if entry.name == "data":
                self._bundle(entry)
            elif entry.name == "traceback":
                self._printed(entry, "\n")
            elif entry.name in _PLAIN:
                self._printed(entry)
            elif entry.name not in _BINARY:
                self._whole(entry)

    def _bundle(self, bundle: Entry) -> None:
        """The same thing in several media types."""
        if not isinstance(bundle.value, Container) or not bundle.value.is_object:
            self._whole(bundle)
            return
        for entry in bundle.value.entries:
            kind = entry.name.lower()
            if _BINARY_TYPE.match(kind):
                continue
            if kind.endswith("json"):
                self._whole(entry)
            else:
                self._printed(entry)

    def _printed(self, entry: Entry, separator: str = "") -> None:
        ranges = _ranges(entry.value)
        if ranges is None:
            self._whole(entry)
        else:
            self._say(ranges, separator)

    # pieces

    def _whole(self, entry: Entry, where: str = "") -> None:
        """All that an entry is spelt with, its name included, which tells what the value is."""
        value = entry.value
        if isinstance(value, Leaf) and not value.is_text and self._text[value.start] not in "[{":
            return  # a number or the like
        if where:
            self._region(entry, where)
        self._say(((entry.start, value.end),))

    def _region(self, entry: Entry, where: str) -> None:
        advice = _ADVICE if where.endswith("output") else ""
        self._regions.append(Region(self._lines.place(entry.start, entry.value.end), where, advice))

    def _say(self, ranges: tuple[Range, ...], separator: str = "") -> None:
        self._pieces.append(Piece.of(self._text, ranges, separator, self._asked))

    def _word(self, container: Container, *path: str) -> str:
        """The text at the end of a path; empty if there is none."""
        value: Node | None = container
        for name in path:
            value = value.get(name) if isinstance(value, Container) else None
        if not isinstance(value, Leaf) or not value.is_text:
            return ""
        return self._text[value.start : min(value.end, value.start + 100)].lower()

    def _gap(self, start: int, end: int) -> None:
        self._gaps.append((self._lines.index(start) + 1, self._lines.index(end) + 1))


def _inside(sheets: Entry) -> Iterator[Entry]:
    """What stands in worksheets, one level down."""
    assert isinstance(sheets.value, Container)
    for sheet in sheets.value.entries:
        if isinstance(sheet.value, Container):
            yield from sheet.value.entries
        else:
            yield sheet


def _ranges(value: Node) -> tuple[Range, ...] | None:
    """A text, or a list of texts that are one; None for anything else."""
    if isinstance(value, Leaf):
        return ((value.start, value.end),) if value.is_text else None
    texts = [entry.value for entry in value.entries]
    if value.is_object or not all(isinstance(text, Leaf) and text.is_text for text in texts):
        return None
    return tuple((text.start, text.end) for text in texts)


def _is_python(languages: Iterable[str]) -> bool:
    """Whether one of the languages that are named is Python, or none is named."""
    named = [language for language in languages if language]
    return not named or any(language.startswith(_PYTHON) for language in named)
