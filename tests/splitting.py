"""Makes of a program of one file an equal one of several, so that what was found in one must be found in the other.

Top-level assignments of constants, and for some modes functions and classes, move to other modules as they stand,
with the comments and blank lines above them; imports take their place. A statement stays where moving it could be
noticed: when a name of it is bound twice or changed in place, when it needs something that stays, or when what it
does at once could come before what it comes after. A file that asks about itself is not split at all.
"""

from __future__ import annotations

import ast
import random
import re
import symtable
import warnings
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from projects import Spot

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")  # as an editor and the parser count them

# Names by which a module looks at itself as a whole: what they see would change.
_SELF_AWARE = frozenset(
    "exec eval compile globals locals vars dir __file__ __import__ __builtins__ __spec__ __package__".split()
)
_SELF_AWARE_ATTRIBUTES = frozenset("modules _getframe currentframe getmembers getmodule".split())

_MUTATORS = frozenset(
    "add append clear discard extend insert pop popitem remove reverse setdefault sort update __setitem__ __setattr__".split()
)
# Calls that do nothing but give a value. Of what is imported, known by the last part of the name.
_PURE_BUILTINS = frozenset(
    "bool bytearray bytes chr dict enumerate filter float frozenset int len list map max min ord property range "
    "repr reversed round set slice sorted staticmethod classmethod str sum super tuple type zip".split()
)
_PURE_IMPORTED = frozenset(
    "getenv get b64decode b64encode b32decode b16decode unhexlify fromhex SimpleNamespace MappingProxyType Path "
    "PurePath Decimal namedtuple timedelta OrderedDict ChainMap dataclass field lru_cache cache wraps cast "
    "contextmanager abstractmethod TypeVar auto NewType SecretStr".split()
)
_PURE_METHODS = frozenset(
    "casefold copy decode encode format format_map fromhex fromkeys get hex index isalnum items join keys ljust lower "
    "lstrip maketrans partition removeprefix removesuffix replace rjust rpartition rsplit rstrip split splitlines "
    "strip swapcase title translate upper values zfill".split()
)
_ENVIRONMENT = frozenset({"environ", "getenv"})
_SUBMODULE = re.compile(r"import [\w.]+")
_DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_LONG = 32  # characters of a text that could be a credential
_COMPREHENSIONS = frozenset({"listcomp", "setcomp", "dictcomp", "genexpr"})


class Split(NamedTuple):
    """A project of several files, and where it has the lines of the file that it was made of."""

    files: dict[str, str]
    places: tuple[Spot, ...]  # of line 1, 2, …

    def line(self, spot: Spot) -> int:
        """The line of the one file that stands here now; 0 for what was added."""
        return self.places.index(spot) + 1 if spot in self.places else 0


class Layout(NamedTuple):
    """Which files a mode makes, and how they name each other in imports. Without `code` only constants move."""

    main: str
    values: str
    values_for_main: str
    code: str = ""
    code_for_main: str = ""
    values_for_code: str = ""
    packages: tuple[str, ...] = ()  # `__init__.py` files that are empty
    reexporting: str = ""  # one that hands on the values
    star: bool = False


MODES = {
    "names": Layout("main.py", "settings_part.py", "settings_part"),
    "star": Layout("main.py", "settings_part.py", "settings_part", star=True),
    "package": Layout("main.py", "parts/values.py", "parts", reexporting="parts/__init__.py"),
    "code": Layout(
        "main.py",
        "parts/values.py",
        "parts.values",
        code="parts/code.py",
        code_for_main="parts.code",
        values_for_code=".values",
        packages=("parts/__init__.py",),
    ),
    "src": Layout(
        "src/app_part/main.py",
        "src/app_part/values.py",
        "app_part.values",
        code="src/app_part/code.py",
        code_for_main="app_part.code",
        values_for_code="app_part.values",
        packages=("src/app_part/__init__.py",),
    ),
    "dunder_main": Layout(
        "app_part/__main__.py", "app_part/values.py", ".values", packages=("app_part/__init__.py",)
    ),
}


def split(text: str, mode: str, seed: str) -> Split | None:
    """The program of several files, or None where there is nothing to move, or moving could be noticed."""
    try:
        program = _read(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if program is None:
        return None
    layout, chance = MODES[mode], random.Random(f"{seed}/{mode}")
    values = _movable_values(program, layout.star, chance)
    code = _movable_code(program, values) if layout.code else []
    if not values and not code:
        return None
    return _write(program, layout, values, code, chance)


# reading


class Statement(NamedTuple):
    """A statement of the top level with the lines above it, and what it has to do with names of that level."""

    number: int
    node: ast.stmt
    lines: range  # from 0
    binds: frozenset[str]
    uses: frozenset[str]
    at_once: frozenset[str]  # those that it uses when it is executed, not when somebody calls it


class Program(NamedTuple):
    """A file, taken apart."""

    lines: tuple[str, ...]
    statements: tuple[Statement, ...]
    imports: dict[str, tuple[str, ...]]  # name → statements that import it, for names that are nothing else
    fixed: frozenset[str]  # names that are bound twice, changed in place or used too early
    opening: int  # so many statements only import, define and give names to constants


@lru_cache(maxsize=1)  # of one file all modes are asked
def _read(text: str) -> Program | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the fixture's own
        tree = ast.parse(text)
    if text.startswith("\ufeff") or _is_self_aware(tree):
        return None
    lines = tuple(_LINE.findall(text))
    bound = Counter(name for node in tree.body for name in _bound(node))
    statements: list[Statement] = []
    end = 0
    for number, node in enumerate(tree.body):
        if min(each.lineno for each in (node, *getattr(node, "decorator_list", ()))) <= end:
            return None  # two on one line
        extent = range(end, node.end_lineno or 0)
        end = extent.stop
        uses, at_once = _used("".join(lines[index] for index in extent), frozenset(bound))
        statements.append(Statement(number, node, extent, frozenset(_bound(node)), uses, at_once))
    imports = _imports(statements)
    fixed = {name for name, times in bound.items() if times > 1 and name not in imports}
    fixed |= set(_changed(tree)) | _too_early(statements)
    opening = next((s.number for s in statements if not _only_opens(s, imports)), len(statements))
    return Program(lines, tuple(statements), imports, frozenset(fixed), opening)


def _is_self_aware(tree: ast.Module) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            return True
        if isinstance(node, ast.Name) and node.id in _SELF_AWARE:
            return True
        if isinstance(node, ast.Attribute) and node.attr in _SELF_AWARE_ATTRIBUTES:
            return True
        if isinstance(node, ast.ImportFrom) and (node.level or node.names[0].name == "*"):
            return True
    return False


def _bound(node: ast.AST) -> Iterator[str]:
    """The names that a statement binds in the scope that it stands in, once for each time."""
    if isinstance(node, _DEFINITIONS):
        yield node.name
        return
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
        return
    if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        yield from (each.target.id for each in ast.walk(node) if isinstance(each, ast.NamedExpr))
        return
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    for field in ("name", "rest"):  # of handlers and patterns
        if isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar | ast.MatchMapping):
            name = getattr(node, field, None)
            if isinstance(name, str):
                yield name
    for child in ast.iter_child_nodes(node):
        yield from _bound(child)


def _used(source: str, known: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The names of the module that a statement uses: all of them, and those that it uses at once."""
    uses: set[str] = set()
    at_once: set[str] = set()

    def look_at(table: symtable.SymbolTable, is_lazy: bool) -> None:
        kind = str(getattr(table.get_type(), "value", table.get_type()))
        is_lazy |= kind == "function" and table.get_name() not in _COMPREHENSIONS
        for symbol in table.get_symbols():
            # What a class binds for itself it may have read from the module before.
            if symbol.is_referenced() and (symbol.is_global() or kind in ("module", "class")):
                uses.add(symbol.get_name())
                if not is_lazy:
                    at_once.add(symbol.get_name())
        for child in table.get_children():
            look_at(child, is_lazy)

    look_at(symtable.symtable(source, "<statement>", "exec"), False)
    return frozenset(uses & known), frozenset(at_once & known)


def _imports(statements: Sequence[Statement]) -> dict[str, tuple[str, ...]]:
    """How to import again what the top level imports."""
    found: dict[str, list[str]] = {}
    other: set[str] = set()
    for statement in statements:
        node = statement.node
        if not isinstance(node, ast.Import | ast.ImportFrom):
            other |= statement.binds
            continue
        for alias in node.names:
            one = ast.Import([alias]) if isinstance(node, ast.Import) else _from(node, alias)
            name = alias.asname or alias.name.partition(".")[0]
            found.setdefault(name, []).append(ast.unparse(one))
    return {
        name: tuple(texts)
        for name, texts in found.items()
        if name not in other and (len(set(texts)) == 1 or all(map(_SUBMODULE.fullmatch, texts)))
    }


def _from(node: ast.ImportFrom, alias: ast.alias) -> ast.ImportFrom:
    return ast.ImportFrom(node.module, [alias], node.level)


def _changed(tree: ast.Module) -> Iterator[str]:
    """The names through which something is changed in place, whatever their scope."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            yield from _root(node)
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr in _MUTATORS:
                yield from _root(node.func)
            elif isinstance(node.func, ast.Name) and node.func.id in ("setattr", "delattr"):
                yield from (name for arg in node.args[:1] for name in _root(arg))


def _root(node: ast.expr) -> Iterator[str]:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Name):
        yield node.id


def _too_early(statements: Sequence[Statement]) -> set[str]:
    """The names that are used at once before they are bound."""
    early: set[str] = set()
    bound: set[str] = set()
    for statement in statements:
        early |= statement.at_once - bound - statement.binds
        bound |= statement.binds
        if isinstance(statement.node, ast.Assign | ast.AnnAssign):
            early |= statement.at_once & statement.binds  # `x = x`
    return early


# what may move


def _is_docstring(statement: Statement) -> bool:
    node = statement.node
    return statement.number == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _only_opens(statement: Statement, imports: Collection[str]) -> bool:
    """Whether a statement imports, defines or gives a name to a constant, and does nothing else that shows."""
    node = statement.node
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return _is_assignment_of_names(node) and _is_pure(node, imports)
    return _is_docstring(statement) or isinstance(node, ast.Import | ast.ImportFrom | _DEFINITIONS)


def _is_assignment_of_names(node: ast.stmt) -> bool:
    if isinstance(node, ast.AnnAssign):
        return node.value is not None and isinstance(node.target, ast.Name)
    return isinstance(node, ast.Assign) and all(_is_name_or_names(target) for target in node.targets)


def _is_name_or_names(target: ast.expr) -> bool:
    if isinstance(target, ast.Tuple | ast.List | ast.Starred):
        parts = [target.value] if isinstance(target, ast.Starred) else target.elts
        return all(map(_is_name_or_names, parts))
    return isinstance(target, ast.Name)


def _is_pure(node: ast.AST, imports: Collection[str]) -> bool:
    """Whether it gives a value and does nothing else."""
    effects = ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr
    return not any(
        isinstance(each, effects) or (isinstance(each, ast.Call) and not _is_pure_call(each.func, imports))
        for each in ast.walk(node)
    )


def _is_pure_call(func: ast.expr, imports: Collection[str]) -> bool:
    root = next(_root(func), None)
    if isinstance(func, ast.Name):
        return func.id in (_PURE_IMPORTED if func.id in imports else _PURE_BUILTINS)
    if isinstance(func, ast.Attribute):
        return func.attr in (_PURE_IMPORTED if root in imports else _PURE_METHODS)
    return False


def _may_move(statement: Statement, program: Program, at_hand: Collection[str]) -> bool:
    """Whether a statement can stand in a module that has these names, and all that is imported."""
    names = statement.binds
    if not names or names & program.fixed or any(name.startswith("__") for name in names):
        return False
    if any(isinstance(node, ast.Name) and node.id == "__name__" for node in ast.walk(statement.node)):
        return False
    return all(name in at_hand or name in program.imports for name in statement.uses - names)


def _movable_values(program: Program, is_star: bool, chance: random.Random) -> list[Statement]:
    """The assignments of constants that move: all that can, or by chance only some beside the long texts."""
    keep = chance.choice((1.0, 1.0, 0.5))
    moved: list[Statement] = []
    for statement in program.statements:
        node = statement.node
        if not _is_assignment_of_names(node) or not _is_pure(node, program.imports):
            continue
        at_hand = {name for each in moved for name in each.binds}
        if is_star and any(name.startswith("_") for name in statement.binds):
            continue
        if _reads_environment(node) and statement.number > program.opening:
            continue
        if _may_move(statement, program, at_hand) and (_has_long_text(node) or chance.random() < keep):
            moved.append(statement)
    return moved


def _reads_environment(node: ast.AST) -> bool:
    return any(
        (isinstance(each, ast.Attribute) and each.attr in _ENVIRONMENT)
        or (isinstance(each, ast.Name) and each.id in _ENVIRONMENT)
        for each in ast.walk(node)
    )


def _has_long_text(node: ast.AST) -> bool:
    return any(
        isinstance(each, ast.Constant) and isinstance(each.value, str | bytes) and len(each.value) >= _LONG
        for each in ast.walk(node)
    )


def _movable_code(program: Program, values: Sequence[Statement]) -> list[Statement]:
    """The functions and classes that need nothing but imports, moved constants and one another."""
    constants = {name for statement in values for name in statement.binds}
    lasting = {name for s in values if not _is_changeable(s.node) for name in s.binds}
    moved = [
        statement
        for statement in program.statements
        if isinstance(statement.node, _DEFINITIONS)
        and (statement.number < program.opening or _only_defines(statement, program, lasting))
    ]
    while True:
        at_hand = constants.union(*(statement.binds for statement in moved))
        rest = [statement for statement in moved if _may_move(statement, program, at_hand)]
        if len(rest) == len(moved):
            return moved
        moved = rest


def _is_changeable(node: ast.AST) -> bool:
    """Whether a constant could be changed in place, by whoever gets it under another name."""
    return any(isinstance(each, ast.List | ast.Dict | ast.Set | ast.Call) for each in ast.walk(node))


def _only_defines(statement: Statement, program: Program, lasting: set[str]) -> bool:
    """Whether a definition, when it is executed, calls nothing that shows and reads nothing that could change."""
    return statement.at_once <= lasting.union(program.imports) and all(
        _is_pure(node, program.imports) for node in _executed(statement.node)
    )


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a definition that are executed with it: no bodies of functions."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield from (*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults))
    elif isinstance(node, ast.ClassDef):
        yield from (*node.decorator_list, *node.bases, *node.keywords)
        for child in node.body:
            yield from _executed(child)
    else:
        yield node


# writing


def _write(
    program: Program,
    layout: Layout,
    values: Sequence[Statement],
    code: Sequence[Statement],
    chance: random.Random,
) -> Split:
    newline = next((line[len(line.rstrip("\r\n")) :] for line in program.lines), "") or "\n"
    style = chance.choice(_STYLES)
    moved = {statement.number: layout.values for statement in values}
    moved |= {statement.number: layout.code for statement in code}
    rest = [statement for statement in program.statements if statement.number not in moved]

    heads = {layout.values: _copied(program, values), layout.code: _copied(program, code)}
    constants, definitions = _names(values), _names(code)
    if values:
        heads[layout.code] += style(layout.values_for_code, _of(constants, code))
    added = [f"from {layout.values_for_main} import *"] if layout.star else []
    if not layout.star:
        needed = _of(constants, rest) if code else constants
        added += style(layout.values_for_main, needed)
    added += style(layout.code_for_main, definitions)

    first = min(moved)
    place = chance.choice((first, _after_imports(program, first)))
    files: dict[str, list[str]] = {path: [] for path in (*layout.packages, layout.reexporting) if path}
    if layout.reexporting:
        files[layout.reexporting] = [f"{line}{newline}" for line in style(".values", constants)]
    places: list[Spot] = []
    owners = {index: path for number, path in moved.items() for index in program.statements[number].lines}
    insert_at = program.statements[place].lines.start if place < len(program.statements) else 0
    for index, line in enumerate(program.lines):
        if index == insert_at:
            files.setdefault(layout.main, []).extend(f"{each}{newline}" for each in added)
        path = owners.get(index, layout.main)
        target = files.setdefault(path, [] if path == layout.main else _head(heads[path], newline))
        target.append(line)
        places.append(Spot(path, len(target)))
    return Split({path: "".join(_ended(lines, newline)) for path, lines in files.items()}, tuple(places))


def _head(lines: Iterable[str], newline: str) -> list[str]:
    return [f"{line}{newline}" for line in lines]


def _ended(lines: Sequence[str], newline: str) -> Iterator[str]:
    """The last line of the one file may have had no end, and stand in the middle now."""
    for line in lines[:-1]:
        yield line if line.endswith(("\r", "\n")) else f"{line}{newline}"
    yield from lines[-1:]


def _names(statements: Iterable[Statement]) -> list[str]:
    return [name for statement in statements for name in sorted(statement.binds)]


def _of(names: Iterable[str], users: Iterable[Statement]) -> list[str]:
    used = {name for statement in users for name in statement.uses}
    return [name for name in names if name in used]


def _copied(program: Program, statements: Iterable[Statement]) -> list[str]:
    """The imports that some statements need in a module of their own."""
    used = {name for statement in statements for name in statement.uses}
    wanted = [text for name, texts in program.imports.items() if name in used for text in texts]
    future = [text for texts in program.imports.values() for text in texts if "__future__" in text]
    return list(dict.fromkeys(future + wanted))


def _after_imports(program: Program, first: int) -> int:
    """The place after the imports at the top, or the first statement that moves if that is earlier."""
    for statement in program.statements[:first]:
        is_import = isinstance(statement.node, ast.Import | ast.ImportFrom)
        if not is_import and not _is_docstring(statement):
            return statement.number
    return first


def _on_one_line(module: str, names: Sequence[str]) -> list[str]:
    return [f"from {module} import {', '.join(names)}"] if names else []


def _on_lines_of_their_own(module: str, names: Sequence[str]) -> list[str]:
    return [f"from {module} import {name}" for name in names]


def _in_parentheses(module: str, names: Sequence[str]) -> list[str]:
    return [f"from {module} import (", *(f"    {name}," for name in names), ")"] if names else []


_STYLES: tuple[Callable[[str, Sequence[str]], list[str]], ...] = (
    _on_one_line,
    _on_lines_of_their_own,
    _in_parentheses,
)
