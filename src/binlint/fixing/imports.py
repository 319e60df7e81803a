"""Makes a module's name usable at given places: finds the import that is there, or places one.

`provide` promises that what it spells is the wanted object wherever it is asked for, or refuses. It
reasons about scopes with `scopes`, and has the compiler's own tables confirm the answer at every use.
"""

from __future__ import annotations

import ast
import re
import symtable
import sys
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from itertools import count
from typing import NamedTuple

from binlint.fixing.edits import Edit, Refusal, apply
from binlint.fixing.scopes import COMPREHENSION, MODULE, Bind, Offsets, Place, Scope, Scopes

_STANDARD = sys.stdlib_module_names | {"tomllib"}
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError, SystemError)
_COOKIE = re.compile(r"[ \t\f]*#.*?coding[:=][ \t]*[-\w.]+", re.ASCII)
_NEWLINE = re.compile(r"\r\n|\n|\r")
_REST_OF_LINE = re.compile(r"[ \t\f]*;?[ \t\f]*(?:#[^\r\n]*)?(\r\n|\n|\r|\Z)")
_WORD = re.compile(r"\w+")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Wanted(NamedTuple):
    """`import module`, or `from module import name`."""

    module: str
    name: str | None = None

    @property
    def dotted(self) -> str:
        """The full name of the object."""
        return f"{self.module}.{self.name}" if self.name else self.module


class Use(NamedTuple):
    """Where, in the text as it is, an expression that uses the import will stand."""

    offset: int


class Provided(NamedTuple):
    """How to write the wanted thing at all uses, once `edit` is made (None: it is there already).

    Where an edit of the caller inserts at the same offset, this one comes first.
    """

    edit: Edit | None
    spelled: str


def provide(text: str, wanted: Wanted, uses: Sequence[Use], *, path: str = "") -> Provided | Refusal:
    """The import of `wanted` for all `uses`; `path` tells stubs and packages."""
    return _guarded(text, wanted, wanted, uses, path)


def environ(text: str, uses: Sequence[Use], *, path: str = "") -> Provided | Refusal:
    """`os.environ`, by whatever name the module has for it."""
    return _guarded(text, Wanted("os", "environ"), Wanted("os"), uses, path)


def getenv(text: str, uses: Sequence[Use], *, path: str = "") -> Provided | Refusal:
    """`os.getenv`, by whatever name the module has for it."""
    return _guarded(text, Wanted("os", "getenv"), Wanted("os"), uses, path)


def _guarded(text: str, wanted: Wanted, added: Wanted, uses: Sequence[Use], path: str) -> Provided | Refusal:
    if path.endswith(".pyi"):
        return Refusal("a stub is never executed")
    if not all(0 <= use.offset <= len(text) for use in uses):
        raise ValueError("a use lies outside the text")
    offsets = sorted({use.offset for use in uses}) or [len(text)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(text)
        except _UNREADABLE:
            return Refusal("does not parse")
        try:
            return _Module(text, tree, offsets, is_package=_may_be_package(path)).provide(wanted, added)
        except RecursionError:
            return Refusal("nested too deeply")


def _may_be_package(path: str) -> bool:
    return not path or path.replace("\\", "/").rpartition("/")[2] == "__init__.py"


class _Candidate(NamedTuple):
    """A name that some import binds, and what to write after it to have the wanted object."""

    name: str
    bound: str
    rest: str

    @property
    def spelled(self) -> str:
        return self.name + self.rest


class _Module:
    """One text, and the places where something is wanted in it."""

    def __init__(self, text: str, tree: ast.Module, offsets: list[int], *, is_package: bool) -> None:
        self._text = text
        self._tree = tree
        self._scopes = Scopes(text, tree, offsets, is_package=is_package)
        self._placing = _Placing(text, tree, self._scopes)

    def provide(self, wanted: Wanted, added: Wanted) -> Provided | Refusal:
        """What is there already, else the first insertion that serves all uses."""
        for candidate in self._candidates(wanted):
            if self._is_there(candidate, wanted):
                refusal = self._doubts(None, candidate)
                return refusal or Provided(None, candidate.spelled)
        rest = wanted.dotted[len(added.dotted) :]
        for candidate in self._spellings(added, rest):
            edit = self._insertion(added, candidate)
            if edit is not None:
                refusal = self._doubts(edit, candidate)
                return refusal or Provided(edit, candidate.spelled)
        return Refusal("there is no place for an import before the first use")

    # what is there

    def _candidates(self, wanted: Wanted) -> list[_Candidate]:
        """Names that are bound to the object itself, then names that it can be reached from."""
        whole: dict[_Candidate, None] = {}
        parts: dict[_Candidate, None] = {}
        for name, bind in self._scopes.imports():
            if name.startswith("__") and not name.endswith("__"):
                continue  # mangled inside classes
            if bind.bound == wanted.dotted:
                whole[_Candidate(name, bind.bound, "")] = None
            elif f"{wanted.dotted}.".startswith(f"{bind.bound}."):
                parts[_Candidate(name, bind.bound, wanted.dotted[len(bind.bound) :])] = None
        return [*whole, *parts]

    def _is_there(self, candidate: _Candidate, wanted: Wanted) -> bool:
        return all(self._reaches(candidate, wanted, place) for place in self._scopes.places)

    def _reaches(self, candidate: _Candidate, wanted: Wanted, place: Place) -> bool:
        """Whether the name surely is the wanted object at one place."""
        scope = place.scope.owner(candidate.name)
        binds = scope.binds.get(candidate.name, [])
        if any(bind.bound != candidate.bound for bind in binds):
            return False
        enough = [bind for bind in binds if _loads(bind, wanted)]
        if scope.kind != MODULE:
            return any(bind.precedes(place.offset) for bind in enough)
        return any(
            bind.block.is_top
            and not self._may_be_hidden(candidate.name, bind.start)
            and self._is_in_time(self._top_of(bind), place)
            for bind in enough
        )

    def _may_be_hidden(self, name: str, start: int) -> bool:
        """Whether `from m import *` after `start` may bind a name anew; it leaves out `_names`."""
        return not name.startswith("_") and any(star > start for star in self._scopes.stars)

    def _top_of(self, bind: Bind) -> int:
        return next(
            index for index, (start, end) in enumerate(self._scopes.spans) if start <= bind.start < end
        )

    def _is_in_time(self, top: int, place: Place) -> bool:
        """Whether top-level statement `top` has been executed when the code at `place` runs."""
        if top < place.top or (top == place.top and self._scopes.spans[top][1] <= place.offset):
            return True
        return place.is_deferred and all(map(_is_quiet, self._tree.body[:top]))

    # what is added

    def _spellings(self, added: Wanted, rest: str) -> Iterator[_Candidate]:
        """The plain name, if it is free, then the first names that nobody has."""
        plain = added.name or added.module.partition(".")[0]
        bound = added.dotted if added.name else plain
        yield _Candidate(plain, bound, added.dotted[len(bound) :] + rest)
        text = self._text
        words = set(_WORD.findall(text if text.isascii() else unicodedata.normalize("NFKC", text)))
        base = (added.name or added.module.replace(".", "_")).lstrip("_")
        numbered = (f"_binlint_{base}{number}" for number in count(2))
        for name in (f"_{base}", f"_binlint_{base}"):
            if name not in words:
                break
        else:
            name = next(name for name in numbered if name not in words)
        yield _Candidate(name, added.dotted, rest)

    def _insertion(self, added: Wanted, candidate: _Candidate) -> Edit | None:
        """The edit that binds the candidate's name for all uses; None if it cannot."""
        outer = []
        for place in self._scopes.places:
            scope = place.scope.owner(candidate.name)
            binds = scope.binds.get(candidate.name, [])
            if any(bind.bound != candidate.bound for bind in binds):
                return None
            if scope.kind == MODULE:
                outer.append(place)
            elif not any(_loads(bind, added) and bind.precedes(place.offset) for bind in binds):
                return None
        if self._scopes.stars and self._is_borrowed(candidate.name):
            return None
        statement = _statement(added, candidate.name)
        for spot in self._placing.spots(added):
            if all(self._serves(spot, place) for place in outer) and not self._may_be_hidden(
                candidate.name, spot.offset - 1
            ):
                return self._placing.edit(spot, statement)
        return None

    def _is_borrowed(self, name: str) -> bool:
        """Whether the module may mean what `from m import *` binds when it says `name`."""
        return name in self._scopes.mentioned or name in self._scopes.module.binds

    def _serves(self, spot: _Spot, place: Place) -> bool:
        """Whether an import at `spot` has been executed when the code at `place` runs."""
        if spot.offset <= place.offset:
            return True
        return place.is_deferred and all(map(_is_quiet, self._tree.body[: spot.following]))

    # the proof

    def _doubts(self, edit: Edit | None, candidate: _Candidate) -> Refusal | None:
        edits = [] if edit is None else [edit]
        if edit is not None and not _adds_only(self._text, self._tree, edit):
            return Refusal("the import cannot be placed without changing other code")
        return _Probe(self._text, self._tree, self._scopes).doubts(edits, candidate)


def _loads(bind: Bind, wanted: Wanted) -> bool:
    return f"{bind.loaded}.".startswith(f"{wanted.module}.") or bind.loaded == wanted.dotted


def _statement(added: Wanted, name: str) -> str:
    plain = added.name or added.module.partition(".")[0]
    alias = "" if name == plain else f" as {name}"
    if added.name:
        return f"from {added.module} import {added.name}{alias}"
    return f"import {added.module}{alias}"


def _is_quiet(node: ast.AST) -> bool:
    """Whether a statement only imports or defines, so that it calls nothing of this module."""
    if isinstance(node, (ast.Import, ast.ImportFrom, ast.Pass)):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        arguments = node.args
        defaults = [*arguments.defaults, *(value for value in arguments.kw_defaults if value is not None)]
        return not node.decorator_list and all(map(_is_plain, defaults))
    if isinstance(node, ast.ClassDef):
        outside = [*node.bases, *(keyword.value for keyword in node.keywords)]
        return (
            not node.decorator_list and all(map(_is_plain, outside)) and all(map(_is_quiet_member, node.body))
        )
    return False


def _is_quiet_member(node: ast.stmt) -> bool:
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        return node.value is None or _is_plain(node.value)
    return _is_quiet(node)


def _is_plain(node: ast.expr) -> bool:
    simple = (ast.Constant, ast.Name, ast.Attribute, ast.Tuple, ast.List, ast.Dict, ast.UnaryOp)
    inert = (ast.expr_context, ast.unaryop)
    return all(isinstance(part, simple + inert) for part in ast.walk(node))


# --- the place ---------------------------------------------------------------------------------------


class _Spot(NamedTuple):
    """A place for a statement, with what goes around it; `following` is the statement after it."""

    offset: int
    following: int
    before: str = ""
    after: str = "\n"


class _Placing:
    """Where an import goes in a module: into its imports as isort would, or above its code."""

    def __init__(self, text: str, tree: ast.Module, scopes: Scopes) -> None:
        self._text = text
        self._body = tree.body
        self._spans = scopes.spans
        self._offsets: Offsets = scopes.offsets
        self._head = _length_of_head(tree)

    def spots(self, added: Wanted) -> Iterator[_Spot]:
        """Places from best to last resort."""
        block = self._first_block()
        if block:
            yield self._in_block(block, added)
            yield self._after(block[-1])
        if not block or block[0] != self._head:
            yield self._above()
        elif block:
            yield self._before(block[0])

    def edit(self, spot: _Spot, statement: str) -> Edit:
        """The insertion, with the newlines of its surroundings."""
        newline = self._newline(spot.offset)
        parts = (spot.before, statement, spot.after)
        return Edit(spot.offset, spot.offset, "".join(part.replace("\n", newline) for part in parts))

    def _newline(self, offset: int) -> str:
        before = [found.group() for found in _NEWLINE.finditer(self._text, 0, offset)][-1:]
        after = _NEWLINE.search(self._text, offset)
        return before[0] if before else after.group() if after else "\n"

    # the first imports

    def _first_block(self) -> range:
        """The first run of imports, unless a condition that holds imports stands before it."""
        for index in range(self._head, len(self._body)):
            node = self._body[index]
            if _is_import(node):
                end = index
                while end < len(self._body) and _is_import(self._body[end]):
                    end += 1
                return range(index, end)
            if isinstance(node, (ast.If, ast.Try, ast.With)) and any(map(_is_import, ast.walk(node))):
                break
        return range(0)

    def _in_block(self, block: range, added: Wanted) -> _Spot:
        is_standard = _is_standard(added.module)
        section, is_alone = self._section(block, is_standard)
        key = (bool(added.name), added.module.lower())
        keys = [self._key(index) for index in section]
        sorts = [key for key in keys if key is not None]
        if section and len(sorts) == len(keys):
            at = _position(sorts, key)
            if at is not None:
                return self._before(section[0]) if at == 0 else self._after(section[at - 1])
        if not is_standard:
            spot = self._after(block[-1])
            return spot._replace(before=spot.before + "\n") if is_alone else spot
        spot = self._before(block[0])
        return spot._replace(after="\n\n") if is_alone and spot.after == "\n" else spot

    def _section(self, block: range, is_standard: bool) -> tuple[range, bool]:
        """The imports of the same kind (none if they are mixed), and whether there are none at all."""
        standard = [_is_standard(_module_of(self._body[index])) for index in block]
        length = next((index for index, known in enumerate(standard) if not known), len(block))
        is_mixed = any(standard[length:])
        if is_standard:
            return (range(0) if is_mixed else block[:length]), not any(standard)
        end = length
        while end < len(block) and not (end > length and self._is_apart(block[end])):
            end += 1
        return (range(0) if is_mixed else block[length:end]), all(standard)

    def _is_apart(self, index: int) -> bool:
        """Whether a blank line stands before a statement."""
        between = self._text[self._spans[index - 1][1] : self._spans[index][0]]
        return any(not line.strip() for line in _NEWLINE.split(between)[1:-1])

    def _key(self, index: int) -> tuple[bool, str] | None:
        """What isort sorts an import by; None for one that it would take apart."""
        node = self._body[index]
        if (isinstance(node, ast.Import) and len(node.names) > 1) or not self._is_on_own_line(index):
            return None
        return isinstance(node, ast.ImportFrom), _module_of(node).lower()

    # lines

    def _begins_line(self, index: int) -> bool:
        start = self._spans[index][0]
        return not self._text[self._line_start(start) : start].strip("\f")

    def _line_start(self, offset: int) -> int:
        return self._offsets.starts[self._offsets.line(offset)]

    def _is_on_own_line(self, index: int) -> bool:
        follows = index + 1 < len(self._body)
        return self._begins_line(index) and (not follows or self._begins_line(index + 1))

    def _before(self, index: int) -> _Spot:
        """Right before a statement, on its line if others stand there too."""
        start = self._spans[index][0]
        if self._begins_line(index):
            return _Spot(self._line_start(start), index)
        return _Spot(start, index, after="; ")

    def _after(self, index: int) -> _Spot:
        """On the line after a statement."""
        rest = _REST_OF_LINE.match(self._text, self._spans[index][1])
        if rest is not None and rest.group(1):
            return _Spot(rest.end(), index + 1)
        if rest is not None:
            return _Spot(len(self._text), index + 1, before="\n")
        if index + 1 < len(self._body):
            return self._before(index + 1)
        return self._at_end()

    def _at_end(self) -> _Spot:
        last = self._text[self._line_start(len(self._text)) :]
        return _Spot(len(self._text), len(self._body), before="\n" if last else "")

    # above the code

    def _above(self) -> _Spot:
        """Before the first statement that is no docstring and no `__future__`, and the comment on it."""
        if self._head == len(self._body):
            return self._below_head()
        if not self._begins_line(self._head):
            return self._before(self._head)
        starts = self._offsets.starts
        code = self._offsets.line(self._spans[self._head][0])
        low = self._offsets.line(self._spans[self._head - 1][1]) + 1 if self._head else 0
        lines = [self._line(line) for line in range(low, code)]
        if not all(not line or line.startswith("#") for line in lines):  # continued lines
            return self._before(self._head)
        at = len(lines)
        while at and lines[at - 1]:
            at -= 1
        if (at == 0 and not self._head) or self._has_cookie_after(low + at):
            at = len(lines)
        blanks = 0
        while blanks < at and not lines[at - 1 - blanks]:
            blanks += 1
        is_first = not self._head and blanks == at  # nothing but blank lines above
        kept = 0 if is_first else min(blanks, 1)
        place = low + at - (0 if is_first else blanks - kept)
        before = "\n" if not blanks and self._head else ""
        below = 0 if is_first else blanks - kept
        is_code = not _is_import(self._body[self._head])
        needed = (2 if isinstance(self._body[self._head], _DEFINITIONS) else 1) if is_code else 0
        return _Spot(starts[place], self._head, before, "\n" + "\n" * max(0, needed - below))

    def _line(self, line: int) -> str:
        starts = self._offsets.starts
        end = starts[line + 1] if line + 1 < len(starts) else len(self._text)
        return self._text[starts[line] : end].strip()

    def _has_cookie_after(self, line: int) -> bool:
        return any(_COOKIE.match(self._line(index)) for index in range(line, 2) if index < 2)

    def _below_head(self) -> _Spot:
        """At the end of a module that has no code."""
        spot = self._at_end()
        if not self._text.strip() or (not spot.before and not self._line(len(self._offsets.starts) - 2)):
            return spot
        return spot._replace(before=spot.before + "\n")


def _length_of_head(tree: ast.Module) -> int:
    """How many statements must stay first: the docstring and all of `from __future__`."""
    head = 1 if ast.get_docstring(tree, clean=False) is not None else 0
    for index, node in enumerate(tree.body):
        if isinstance(node, ast.ImportFrom) and node.module == "__future__" and not node.level:
            head = index + 1
    return head


def _is_import(node: ast.AST) -> bool:
    return isinstance(node, (ast.Import, ast.ImportFrom))


def _module_of(node: ast.AST) -> str:
    if isinstance(node, ast.Import):
        return node.names[0].name
    assert isinstance(node, ast.ImportFrom)
    return "." * node.level + (node.module or "")


def _is_standard(module: str) -> bool:
    return module.partition(".")[0] in _STANDARD


def _position(keys: list[tuple[bool, str]], key: tuple[bool, str]) -> int | None:
    """Where `key` goes among sorted keys; None if they are sorted in neither of isort's ways."""
    if keys == sorted(keys):
        return sum(other <= key for other in keys)
    names = [name for _, name in keys]
    return sum(name <= key[1] for name in names) if names == sorted(names) else None


# --- the proof ---------------------------------------------------------------------------------------


def _adds_only(text: str, tree: ast.Module, edit: Edit) -> bool:
    """Whether the edited text parses to the old tree and one import."""
    edited = apply(text, [edit])
    try:
        new = ast.parse(edited)
    except _UNREADABLE:
        return False
    offsets = Offsets(edited)
    end = edit.start + len(edit.text)
    inserted = [
        index
        for index, node in enumerate(new.body)
        if _is_import(node) and edit.start <= offsets.span(node)[0] and offsets.span(node)[1] <= end
    ]
    if len(inserted) != 1 or ast.get_docstring(new, clean=False) != ast.get_docstring(tree, clean=False):
        return False
    del new.body[inserted[0]]
    return _is_same(new, tree)


def _is_same(one: object, other: object) -> bool:
    """Whether two trees have equal dumps, without recursion."""
    stack = [(one, other)]
    while stack:
        one, other = stack.pop()
        if type(one) is not type(other):
            return False
        if isinstance(one, ast.AST):
            stack += ((getattr(one, name, None), getattr(other, name, None)) for name in one._fields)
        elif isinstance(one, list) and isinstance(other, list):
            if len(one) != len(other):
                return False
            stack += zip(one, other, strict=True)
        elif repr(one) != repr(other):  # 0.0 and -0.0, nan
            return False
    return True


class _Probe:
    """Asks the compiler's symbol tables what a name is where it will stand."""

    def __init__(self, text: str, tree: ast.Module, scopes: Scopes) -> None:
        self._text = text
        self._tree = tree
        self._scopes = scopes
        words = set(_WORD.findall(text))
        self._marker = next(
            f"probe{number}_"
            for number in count()
            if not any(word.startswith(f"probe{number}_") for word in words)
        )

    def doubts(self, edits: list[Edit], candidate: _Candidate) -> Refusal | None:
        """A refusal if the name cannot be shown to be what `scopes` took it for."""
        probes, asked = self._probes(candidate.spelled)
        try:
            top = symtable.symtable(apply(self._text, [*edits, *probes]), "<source>", "exec")
        except _UNREADABLE:
            return Refusal("does not compile with a look-up in that place")
        for marker, place in asked:
            table = _deepest(top, marker)
            if table is None or not _agrees(table, candidate.name, place.scope.owner(candidate.name)):
                return Refusal("the name of the import is hidden where it is needed")
        return None

    def _probes(self, spelled: str) -> tuple[list[Edit], list[tuple[str, Place]]]:
        """Edits that put `marker[spelled]` for what stands at the uses."""
        found: dict[tuple[int, int], tuple[Edit, str, Place]] = {}
        spans = self._spans_at_uses()
        last = -1
        for number, place in enumerate(self._scopes.places):
            marker = f"{self._marker}{number}"
            span, end = spans.get(place.offset, (None, ""))
            if span is None and place.offset == len(self._text):
                span, end = (place.offset, place.offset), ""
                edit = Edit(*span, f"\n{marker}[{spelled}]")
            elif span is None or span[0] < last:
                continue
            else:
                probe = f"{marker}[{spelled}]"
                if place.scope.kind == COMPREHENSION:  # since 3.12 it has no table; a lambda in it has
                    probe = f"(lambda: {probe})"
                edit = Edit(*span, probe + end if end else self._apart(span, probe))
            last = span[1]
            found[span] = edit, marker, place
        return [edit for edit, _, _ in found.values()], [(mark, place) for _, mark, place in found.values()]

    def _apart(self, span: tuple[int, int], probe: str) -> str:
        """Keeps a probe from growing together with a word beside it."""
        before, after = self._text[span[0] - 1 : span[0]], self._text[span[1] : span[1] + 1]
        left = " " if before.isalnum() or before == "_" else ""
        return left + probe + (" " if after.isalnum() or after == "_" else "")

    def _spans_at_uses(self) -> dict[int, tuple[tuple[int, int], str]]:
        """For each use what a probe replaces, and what must follow it.

        The smallest expression that begins there; else the statement that does, which stays.
        """
        wanted = {place.offset for place in self._scopes.places}
        spans: dict[int, tuple[tuple[int, int], str]] = {}
        statements: dict[int, tuple[tuple[int, int], str]] = {}
        lines = {self._scopes.offsets.line(offset) + 1 for offset in wanted}
        stack: list[ast.AST] = [self._tree]
        while stack:
            node = stack.pop()
            if isinstance(node, (ast.expr, ast.stmt)) and node.lineno in lines:
                start, end = self._scopes.offsets.span(node)
                if start in wanted and isinstance(node, ast.stmt):
                    statements[start] = ((start, start), self._separator(start, node))
                elif start in wanted and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
                    known = spans.get(start)
                    if known is None or end < known[0][1]:
                        spans[start] = ((start, end), "")
            if isinstance(node, ast.stmt) and not self._holds_use(node, lines):
                continue
            if not isinstance(node, ast.JoinedStr):
                stack.extend(ast.iter_child_nodes(node))
        return {**statements, **spans}

    def _holds_use(self, node: ast.stmt, lines: set[int]) -> bool:
        first = min((part.lineno for part in getattr(node, "decorator_list", ())), default=node.lineno)
        return any(first <= line <= (node.end_lineno or line) for line in lines)

    def _separator(self, start: int, node: ast.stmt) -> str:
        if not (hasattr(node, "body") or hasattr(node, "cases")):
            return "; "
        line = self._scopes.offsets.starts[self._scopes.offsets.line(start)]
        return "\n" + self._text[line:start]


def _deepest(table: symtable.SymbolTable, name: str) -> symtable.SymbolTable | None:
    """The innermost scope that knows `name`; scopes around it may know it too."""
    found = table if name in table.get_identifiers() else None
    for child in table.get_children():
        found = _deepest(child, name) or found
    return found


def _agrees(table: symtable.SymbolTable, name: str, owner: Scope) -> bool:
    if table.get_type() == "module":
        return owner.kind == MODULE
    symbol = table.lookup(name)
    if owner.kind == MODULE:
        return symbol.is_global()
    return not symbol.is_global() and (symbol.is_free() or symbol.is_imported())
