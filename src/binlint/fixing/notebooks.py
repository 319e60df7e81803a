"""The refactor of a notebook: planned in the program of its code cells, made in the strings of its JSON.

The program is what the linter reads: the cells one after another, with Python where a magic stands. A change
of it is carried back to the file only where it stands there character for character. What comes out is read
again: it has to be the program that was planned, and the same JSON but for the sources of the changed cells.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from binlint.finding import Place
from binlint.fixing.edits import Edit, Refusal, apply
from binlint.fixing.evidence import names_at
from binlint.fixing.imports import Use
from binlint.fixing.rewrite import Level, Planned, Refused, Target, rewrite
from binlint.fixing.rewrite_checks import is_same
from binlint.fixing.rewrite_code import parsed
from binlint.fixing.scopes import Offsets
from binlint.fixing.styles import Lookups, Style, Where
from binlint.syntax.lexical import Lines
from binlint.syntax.notebook_cells import CodeCell, take_apart
from binlint.syntax.notebook_excerpt import Excerpt, joined, plain
from binlint.syntax.notebook_json import Container, Leaf, Node, read_ranges

OUTPUT = "outputs are not rewritten: clear them, or say --clear-outputs"
PROSE = "only code is rewritten: delete it by hand"
NOT_PYTHON = "a cell in another language, or for another process: move it by hand"
ELSEWHERE = frozenset({OUTPUT, PROSE, NOT_PYTHON})  # what stays there keeps no code from being mended

_MAGIC = Refused("a magic: delete the line by hand")
_IN_THE_WAY = Refused("a magic stands in the way")
_SPANS = Refused("it spans lines of a cell")
_NO_NOTEBOOK = Refused("it is no valid notebook")
_NOT_READ = Refused("a code cell of the notebook cannot be read as Python")
_NO_PLACE = Refused("there is no place for an import in the first code cell")
_DIFFERS = Refused("the change would do more to the notebook than it should")
_STAYS = Refused("the value would still stand in the cell")
_NOTE = "the cell is changed in the notebook's JSON"

_APART = "\n\n"  # between cells: what follows a cell's last line is told from what precedes the next cell
_OWN_MAGICS = frozenset({"capture", "time"})  # those under which a cell runs as any other does
_CELL_MAGIC = re.compile(r"\s*%%(\w*)[^\r\n]*(?:\r\n|[\r\n]|\Z)")
_VISIBLE = re.compile(r"[^\r\n]")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_SOURCES = frozenset({"source", "input"})
_BLANKS = re.compile(r"[ \t\r\n]*")


def read(text: str) -> NotebookCode | Refused:
    """A notebook whose code can be changed, or why it cannot. Nothing in a file makes it raise."""
    document = read_ranges(text)
    notebook = take_apart(text, Lines(text))
    if notebook is None or not isinstance(document.root, Container) or _loaded(text) is None:
        return _NO_NOTEBOOK
    return NotebookCode(text, document.root, notebook.cells, is_whole=not notebook.gaps)


class _Cell(NamedTuple):
    """A cell in the program, without what stands between it and the next."""

    start: int
    end: int
    code: CodeCell
    is_plain: bool  # its code runs where that of the other cells does


class _Span(NamedTuple):
    """A change in one string of the file; `number` is the string's among those of its cell."""

    cell: _Cell
    number: int
    edit: Edit


class NotebookCode:
    """One notebook and its program."""

    def __init__(self, text: str, root: Container, cells: Iterable[CodeCell], *, is_whole: bool) -> None:
        self._text = text
        self._root = root
        self._lines = Lines(text)
        self._is_whole = is_whole
        cells = tuple(cells)
        self._program = joined([*(cell.python for cell in cells), Excerpt("", [], [], [])], _APART)
        self._back = _Back(self._program)
        self._cells: list[_Cell] = []
        start = 0
        for cell in cells:
            end = start + len(cell.python.text)
            self._cells.append(_Cell(start, end, cell, _is_plain(plain(text, cell.ranges))))
            start = end + len(_APART)
        self._code = self._program.text
        for each in self._cells:
            if not each.is_plain:
                self._code = _blanked(self._code, each.start, each.end)

    # what the plan asks

    @property
    def code(self) -> str:
        """The code of the cells that run in one interpreter."""
        return self._code

    def words(self, place: Place) -> tuple[str, ...]:
        """What the literal at a place of the file is called in the code."""
        found = self._found(place)
        tree = parsed(self._code)
        if isinstance(found, Refused) or tree is None:
            return ()
        return names_at(tree, self._code, Lines(self._code).place(*found))

    def rewrite(self, target: Target, lookup: Callable[[str], str]) -> Planned | Refused:
        """As `rewrite` for Python, for a target with places of the file; its edits are of the program."""
        translated = self._translated(target)
        if isinstance(translated, Refused):
            return translated
        planned = rewrite(self._code, translated, lookup)
        if isinstance(planned, Refused):
            return planned
        for edit in planned.edits:
            span = self._span(self._settled(edit))
            if isinstance(span, Refused):
                return span
        note = f"{planned.note}; {_NOTE}" if planned.note else _NOTE
        return planned._replace(level=Level.UNSAFE, note=note)

    def changed(self, targets: Sequence[Target], style: Style, where: Where) -> str | Refused:
        """The text of the file with all targets rewritten, and proven."""
        uses: list[int] = []
        for target in targets:
            planned = self.rewrite(target, style.provisional)
            if isinstance(planned, Refused):
                return planned
            uses += planned.uses
        provided = style.provide(self._view(), [Use(use) for use in uses], where) if uses else None
        if isinstance(provided, Refusal):
            return Refused(provided.reason)
        lookup = provided.lookup if provided is not None else style.provisional
        edits: list[Edit] = []
        for target in targets:
            planned = self.rewrite(target, lookup)
            if isinstance(planned, Refused):
                return planned
            edits += planned.edits
        edits = list(dict.fromkeys(edits))
        if provided is None or not provided.edits:
            return self._written(edits, targets)
        found: str | Refused = _NO_PLACE
        for added in self._imports(provided, uses, style, where):
            found = self._written([added, *edits], targets)
            if isinstance(found, str):
                break
        return found

    # places

    def _found(self, place: Place) -> tuple[int, int] | Refused:
        """Where in the program a place of the file is, exactly."""
        try:
            start = self._lines.offset(place.line, place.column)
            end = self._lines.offset(place.end_line, place.end_column)
        except IndexError:
            return _DIFFERS
        cell = next((cell for cell in self._cells if _in_ranges(cell.code, start) is not None), None)
        if cell is None:
            return Refused(_kind_of_place(self._root, start))
        if not self._is_whole:
            return _NOT_READ
        if not cell.is_plain:
            return Refused(NOT_PYTHON)
        first, last = self._back.at(start), self._back.behind(end)
        if first is None or last is None or first >= last or self._program.span(first, last) != (start, end):
            return _MAGIC
        line = self._code.rfind("\n", cell.start, first) + 1 or cell.start
        behind = self._code.find("\n", last, cell.end)
        if self._back.is_made_up(line, behind if behind >= 0 else cell.end):
            return _MAGIC
        return first, last

    def _translated(self, target: Target) -> Target | Refused:
        """The target with places of the program."""
        lines = Lines(self._code)
        places = []
        for place in (target.place, *target.parts):
            found = self._found(place)
            if isinstance(found, Refused):
                return found
            places.append(lines.place(*found))
        return target._replace(place=places[0], parts=tuple(places[1:]))

    def _settled(self, edit: Edit) -> Edit:
        """The same edit, inside of the cell where it reaches the newline behind its last line."""
        for cell in self._cells:
            if edit.end == cell.end + 1:
                if edit.start == edit.end and edit.text.endswith("\n"):
                    added = edit.text.removesuffix("\n").removesuffix("\r")
                    return Edit(cell.end, cell.end, edit.text[len(added) :] + added)
                if edit.start <= cell.end and not edit.text:
                    return Edit(edit.start, cell.end, "")
        return edit

    def _span(self, edit: Edit) -> _Span | Refused:
        """Where in the file an edit of the program is made."""
        cell = next((cell for cell in self._cells if cell.start <= edit.start <= cell.end), None)
        if cell is None or edit.end > cell.end:
            return _SPANS
        if edit.start == edit.end:
            start = end = self._point(cell, edit.start)
        else:
            if self._back.is_made_up(edit.start, edit.end):
                return _MAGIC
            start, end = self._program.span(edit.start, edit.end)
        index = _in_ranges(cell.code, start)
        if index is None or end > cell.code.ranges[index][1]:
            return _SPANS
        if edit.start < edit.end and self._back.width(edit.start, edit.end) != end - start:
            return _MAGIC
        return _Span(cell, index, Edit(start, end, edit.text))

    def _point(self, cell: _Cell, offset: int) -> int:
        """Where in the file something is put in; what is at the end of a string is put into the next."""
        ranges = [each for each in cell.code.ranges if each[0] < each[1]] or list(cell.code.ranges)
        if not ranges:
            return -1
        if offset == cell.end:
            return ranges[-1][1]
        return ranges[0][0] if offset == cell.start else self._program.span(offset, offset)[0]

    # imports

    def _view(self) -> str:
        """The program as an import sees it: each cell begins anew, with what it has of `__future__`."""
        code = self._code
        tree = parsed(code)
        if tree is None:
            return code
        places = Offsets(code)
        for node in tree.body:
            if _is_future(node):
                start, end = places.span(node)
                code = f"{code[:start]}pass{_blanked(code, start + 4, end)[start + 4 :]}"
        return code

    def _imports(self, provided: Lookups, uses: Sequence[int], style: Style, where: Where) -> Iterator[Edit]:
        """Edits that put into the first code cell what is to be provided, from best to last resort."""
        first = next((cell for cell in self._cells if cell.is_plain and self._said(cell).strip()), None)
        if first is None or any(edit.start != edit.end for edit in provided.edits):
            return
        view = self._view()
        floor, spot = self._below_head(first)
        found = []
        if len(provided.edits) == 1:
            own = provided.edits[0]
            begins = own.start == first.start or view[own.start - 1] == "\n"
            if floor <= own.start <= first.end and begins and own.text.endswith("\n"):
                found.append(own)
        statement = "\n".join(edit.text.strip(" \t\r\n;") for edit in provided.edits)
        if spot is not None and _only_provides(statement):
            found.append(self._line_at(first, spot, statement))
        for edit in found:
            if _is_enough(view, edit, uses, style, where, provided):
                yield edit

    def _said(self, cell: _Cell) -> str:
        return self._code[cell.start : cell.end]

    def _below_head(self, cell: _Cell) -> tuple[int, int | None]:
        """Behind the docstring, magics and `__future__` of a cell, and its first line of code below them.

        The latter is the end of the cell where there is no code, and None where no line begins with it.
        """
        code = self._said(cell)
        tree = parsed(code)
        if tree is None:
            return cell.end, None
        lines, places = Lines(code), Offsets(code)
        head = 0
        for index, node in enumerate(tree.body):
            start, end = _offsets(places, node)
            is_text = index == 0 and isinstance(node, ast.Expr) and _is_string(node.value)
            is_magic = self._back.is_made_up(cell.start + start, cell.start + start + 1)
            if is_text or is_magic or _is_future(node):
                following = lines.index(max(end - 1, 0)) + 1
                head = lines.starts[following] if following < len(lines.starts) else len(code)
                continue
            is_alone = start >= head and lines.starts[lines.index(start)] == start
            return cell.start + head, cell.start + start if is_alone else None
        return cell.start + head, cell.end

    def _line_at(self, cell: _Cell, offset: int, statement: str) -> Edit:
        code = self._said(cell)
        newline = "\r\n" if "\r\n" in code else "\n"
        statement = statement.replace("\n", newline)
        if offset < cell.end:
            return Edit(offset, offset, statement + newline)
        return Edit(offset, offset, statement if code.endswith("\n") else newline + statement)

    # the file

    def _written(self, edits: Sequence[Edit], targets: Sequence[Target]) -> str | Refused:
        """The file with edits of the program, proven to be what they say and nothing else."""
        settled = [self._settled(edit) for edit in edits]
        spans = []
        for edit in settled:
            span = self._span(edit)
            if isinstance(span, Refused):
                return span
            spans.append(span)
        try:
            expected = apply(self._program.text, settled)
            visible = apply(self._code, settled), apply(self._code, edits)
            after = apply(self._text, self._file_edits(spans))
        except ValueError:
            return Refused("its edits overlap")
        trees = [parsed(each) for each in visible]
        if trees[0] is None or trees[1] is None:
            return Refused("it would not parse any more")
        found = read(after)
        if isinstance(found, Refused) or not is_same(trees[0], trees[1]):
            return _DIFFERS
        if found._program.text != expected:
            return _IN_THE_WAY
        return self._proven(found, {self._cells.index(span.cell) for span in spans}, targets) or after

    def _proven(self, after: NotebookCode, numbers: set[int], targets: Sequence[Target]) -> Refused | None:
        """Nothing but the sources of the changed cells is different, which hold no value and are Python."""
        changes = []
        for number in sorted(numbers):
            before, cell = self._cells[number], after._cells[number]
            said = plain(after._text, cell.code.ranges)
            changes.append((plain(self._text, before.code.ranges), said))
            if any(target.value in said for target in targets):
                return _STAYS
            if _compiles(self._said(before)) and not _compiles(after._said(cell)):
                return Refused("a cell would not compile any more")
        differences = _differences(_loaded(self._text), _loaded(after._text))
        return None if sorted(differences) == sorted(changes) else _DIFFERS

    def _file_edits(self, spans: Iterable[_Span]) -> Iterator[Edit]:
        """The edits of the JSON, in the form that the file has."""
        gone: defaultdict[int, set[int]] = defaultdict(set)
        is_ascii = self._text.isascii()
        for span in spans:
            cell, index, edit = span
            start, end = cell.code.ranges[index]
            is_whole = (edit.start, edit.end) == (start, end) and start < end and not edit.text
            if is_whole and len(cell.code.ranges) > 1:
                gone[self._cells.index(cell)].add(index)
                continue
            lines = _LINE.findall(edit.text)
            between = self._between(cell.code)
            escaped = [json.dumps(line, ensure_ascii=is_ascii)[1:-1] for line in lines]
            if between and lines:
                if plain(self._text, ((start, edit.start),)).endswith("\n"):
                    escaped.insert(0, "")
                if lines[-1].endswith("\n") and edit.end < end:
                    escaped.append("")
            yield edit._replace(text=between.join(escaped))
        for number, indices in gone.items():
            yield from _without(self._cells[number].code.ranges, indices)

    def _between(self, cell: CodeCell) -> str:
        """What stands between the ends of two lines in a list of them; nothing where lines are not listed."""
        source, ranges = cell.source, cell.ranges
        if not isinstance(source, Container) or not ranges:
            return ""
        if any("\n" in plain(self._text, (each,)).removesuffix("\n") for each in ranges):
            return ""
        if len(ranges) > 1:
            return self._text[ranges[0][1] : ranges[1][0]]
        blanks = _BLANKS.match(self._text, source.start + 1)
        space = blanks[0] if blanks else ""
        if not space:
            found = next((each for each in self._cells if len(each.code.ranges) > 1), None)
            if found is not None and isinstance(found.code.source, Container):
                (_, first), (last, _) = found.code.ranges[:2]
                return self._text[first:last]
            space = " " if '", "' in self._text else ""
        return f'",{space}"'


class _Back:
    """From the file to the program: the stretches of the program that stand in the file as they are."""

    def __init__(self, program: Excerpt) -> None:
        self._program = program
        self._real: list[tuple[int, int, int, int]] = []  # origin, its end, start in the program, step
        position = 0
        for text, origin, step in program.segments(0, len(program.text)):
            if step:
                self._real.append((origin, origin + len(text) * step, position, step))
            position += len(text)
        self._real.sort()

    def at(self, offset: int) -> int | None:
        """The offset of the character that begins there in the file."""
        index = bisect_right(self._real, offset, key=lambda each: each[0]) - 1
        if index < 0:
            return None
        origin, end, start, step = self._real[index]
        return start + (offset - origin) // step if offset < end and not (offset - origin) % step else None

    def behind(self, offset: int) -> int | None:
        """The offset behind the character that ends there in the file."""
        index = bisect_right(self._real, offset - 1, key=lambda each: each[0]) - 1
        if index < 0:
            return None
        origin, end, start, step = self._real[index]
        return start + (offset - origin) // step if offset <= end and not (offset - origin) % step else None

    def is_made_up(self, start: int, end: int) -> bool:
        """Whether a part of the program stands nowhere in the file."""
        return any(not step for _, _, step in self._program.segments(start, end))

    def width(self, start: int, end: int) -> int:
        """How many characters of the file say a part of the program."""
        return sum(len(text) * step for text, _, step in self._program.segments(start, end))


def _in_ranges(cell: CodeCell, offset: int) -> int | None:
    """The string of a cell that holds an offset."""
    return next((at for at, (start, end) in enumerate(cell.ranges) if start <= offset <= end), None)


def _without(ranges: Sequence[tuple[int, int]], indices: set[int]) -> Iterator[Edit]:
    """Takes strings out of a list, each run of them with one comma; something always stays."""
    index = 0
    while index < len(ranges):
        first = index
        while index in indices:
            index += 1
        if first < index < len(ranges):
            yield Edit(ranges[first][0], ranges[index][0], "")
        elif first and first < index:
            yield Edit(ranges[first - 1][1], ranges[index - 1][1], "")
        elif first < index:
            yield Edit(ranges[0][0], ranges[-1][1], "")
        index += 1


def _kind_of_place(root: Container, offset: int) -> str:
    """Why something that stands in no cell of the program stays."""
    node: Node = root
    names: list[str] = []
    is_code = True
    while isinstance(node, Container):
        kind = node.get("cell_type")
        is_code = is_code and (not isinstance(kind, Leaf) or kind.end - kind.start == len("code"))
        entry = next((each for each in node.entries if each.start <= offset <= each.value.end), None)
        if entry is None:
            break
        names.append(entry.name)
        node = entry.value
    if "outputs" in names:
        return OUTPUT
    return NOT_PYTHON if is_code and _SOURCES.intersection(names) else PROSE


def _is_plain(source: str) -> bool:
    position = 0
    while magic := _CELL_MAGIC.match(source, position):
        if magic[1] not in _OWN_MAGICS:
            return False
        position = magic.end()
    return True


def _blanked(text: str, start: int, end: int) -> str:
    return text[:start] + _VISIBLE.sub(" ", text[start:end]) + text[end:]


# --- code --------------------------------------------------------------------------------------------


def _offsets(places: Offsets, node: ast.stmt) -> tuple[int, int]:
    """Start and end of a statement with its decorators."""
    start, end = places.span(node)
    lines = [part.lineno for part in getattr(node, "decorator_list", ())]
    return (places.starts[min(lines) - 1] if lines else start), end


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__" and not node.level


def _is_string(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _only_provides(statement: str) -> bool:
    """Whether this only imports, and calls or names what it imports."""
    tree = parsed(statement)
    return tree is not None and all(
        isinstance(node, (ast.Import, ast.ImportFrom, ast.Assign))
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))
        for node in tree.body
    )


def _is_enough(
    view: str, edit: Edit, uses: Sequence[int], style: Style, where: Where, provided: Lookups
) -> bool:
    """Whether nothing else is asked for once the edit is made."""
    size = len(edit.text)
    moved = [Use(use + size if use >= edit.start else use) for use in uses]
    again = style.provide(apply(view, [edit]), moved, where)
    return not isinstance(again, Refusal) and not again.edits and again.lookup("X") == provided.lookup("X")


def _compiles(code: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(code, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError, SystemError):
            return False
    return True


# --- JSON --------------------------------------------------------------------------------------------


class _Object(tuple[tuple[str, object], ...]):
    """An object of JSON with its names in order."""


def _object(pairs: list[tuple[str, object]]) -> _Object:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name is there twice")
    return _Object(pairs)


def _loaded(text: str) -> object:
    """What a text of JSON says, numbers as they are spelt; None if it is none."""
    try:
        return json.loads(
            text.removeprefix("\ufeff"),
            object_pairs_hook=_object,
            parse_float=str,
            parse_int=str,
            parse_constant=str,
        )
    except (ValueError, RecursionError):
        return None


def _differences(one: object, other: object) -> list[tuple[str, str]]:
    """The sources that differ, before and after; something that is no source is a difference of its own."""
    found: list[tuple[str, str]] = []
    stack: list[tuple[str, object, object]] = [("", one, other)]
    while stack:
        name, left, right = stack.pop()
        if isinstance(left, _Object) and isinstance(right, _Object) and len(left) == len(right):
            for (key, before), (same, after) in zip(left, right, strict=True):
                stack.append((key if key == same else "", before, after if key == same else None))
        elif name in _SOURCES and isinstance(left, list | str) and type(left) is type(right):
            assert isinstance(right, list | str)
            if left != right:
                found.append((_source(left), _source(right)))
        elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
            stack += (("", before, after) for before, after in zip(left, right, strict=True))
        elif left != right or type(left) is not type(right):
            found.append(("", ""))
    return found


def _source(value: list[object] | str) -> str:
    return "".join(map(str, value))
