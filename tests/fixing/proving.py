"""Makes, fixes and runs programs of one file in this process, and tells what became of them."""

from __future__ import annotations

import ast
import contextlib
import difflib
import io
import os
import re
import sys
import types
import warnings
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from binlint import engine
from binlint.config import Config
from binlint.finding import SecretText
from binlint.fixing.plan import Plan, Planner
from binlint.fixing.styles import STYLES
from binlint.leak import Leak
from binlint.report import Note
from binlint.sources.discover import discover

IMPORTED = re.compile(rb"import os(?: as \w+)?(?:; )?")
SHOWN = 12  # what is longer than the ends that a mask shows


class Fixed(NamedTuple):
    """Some files before and after, and the plan between them."""

    before: dict[str, bytes]
    after: dict[str, bytes]
    plan: Plan
    skipped: tuple[Note, ...]

    def variables(self) -> dict[str, str]:
        """What a reader of the store would set."""
        return {each.name: each.value.reveal() for each in self.plan.settings if each.value is not None}

    def reasons(self, path: str) -> tuple[str, ...]:
        """Why something stays in a file."""
        return tuple(each.reason for each in self.plan.left if each.location.path == path)


def fix(root: Path, files: Mapping[str, bytes], *, unsafe: bool = True, style: str = "environ") -> Fixed:
    """What the refactor makes of some files, which are written below `root` to be looked at."""
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    config = Config(root=str(root), cwd=str(root))
    discovery = discover((".",), config, str(root))
    examined = engine.examine(config, discovery)
    nothing: dict[str, SecretText] = {}
    planner = Planner(
        read=dict(files).get,
        stored=nothing,
        style=STYLES[style],
        prefix="BINANCE",
        unsafe=unsafe,
        listing=[entry.path for entry in discovery.files],
    )
    plan = planner.plan(examined.leaks)
    after = dict(files) | {each.path: each.after for each in plan.files}
    return Fixed(dict(files), after, plan, examined.report.skipped)


def found(root: Path, files: Mapping[str, bytes]) -> tuple[Leak, ...]:
    """What is found in the files below `root`, had they the given bytes."""
    config = Config(root=str(root), cwd=str(root))
    return engine.examine(config, discover((".",), config, str(root)), planned=files).leaks


# --- running ---------------------------------------------------------------------------------------


def run(data: bytes, variables: Mapping[str, str]) -> list[object]:
    """What the clients of a program are given, and the exception it ends with."""
    seen: list[object] = []

    class Client:
        def __init__(self, *given: object, **named: object) -> None:
            seen.append((given, sorted(named.items())))

        @classmethod
        async def create(cls, *given: object, **named: object) -> Client:
            return cls(*given, **named)

    program = types.ModuleType("__main__")
    stubs = {"__main__": program, **_libraries(Client)}
    with _around(stubs, variables):
        try:
            exec(compile(data, "<made>", "exec", dont_inherit=True), program.__dict__)
        except Exception as error:  # noqa: BLE001
            seen.append(f"{type(error).__name__}: {error}")
    return seen


def _libraries(client: type) -> dict[str, types.ModuleType]:
    package, module, starry = (types.ModuleType(name) for name in ("binance", "binance.client", "starry"))
    package.__dict__.update(client=module, Client=client, AsyncClient=client, __path__=[])
    module.__dict__.update(Client=client, AsyncClient=client)
    starry.__dict__.update(os="wrong", environ="wrong", getenv="wrong")
    return {"binance": package, "binance.client": module, "starry": starry}


@contextlib.contextmanager
def _around(stubs: Mapping[str, types.ModuleType], variables: Mapping[str, str]) -> Iterator[None]:
    modules = {name: sys.modules.get(name) for name in stubs}
    environment, arguments = dict(os.environ), sys.argv
    try:
        sys.modules.update(stubs)
        os.environ.clear()
        os.environ.update(variables)
        sys.argv = ["made"]
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        sys.argv = arguments
        os.environ.clear()
        os.environ.update(environment)
        for name, module in modules.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def parsed(source: str | bytes) -> ast.Module:
    """The tree of a program whose literals may be worth a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


# --- comparing -------------------------------------------------------------------------------------


def masked(text: str | bytes, values: Iterable[str]) -> str:
    """A text that a failed test may show."""
    shown = text if isinstance(text, str) else text.decode("latin-1")
    for number, value in enumerate(values):
        for part in (value, value[:32], value[32:], value[::-1]):
            shown = shown.replace(part, f"<{number}>")
    return shown


def holds(data: bytes, value: str) -> bool:
    """Whether a good piece of a value stands anywhere, forwards or backwards."""
    text = data.decode("latin-1")
    return any(text.find(value[at : at + SHOWN]) >= 0 for at in range(len(value) - SHOWN + 1)) or (
        value[::-1] in text
    )


class Change(NamedTuple):
    """One run of lines that became another."""

    gone: list[bytes]
    come: list[bytes]


def changes(before: bytes, after: bytes) -> list[Change]:
    """The lines that differ, with their ends; a byte order mark has to stay and belongs to no line."""
    assert before.startswith(BOM_UTF8) == after.startswith(BOM_UTF8)
    old, new = (data.removeprefix(BOM_UTF8).splitlines(keepends=True) for data in (before, after))
    return [
        Change(old[first:last], new[start:end])
        for tag, first, last, start, end in difflib.SequenceMatcher(None, old, new, False).get_opcodes()
        if tag != "equal"
    ]


def is_kept(line: bytes, change: Change) -> bool:
    """Whether a line that goes comes again with nothing but an import added."""
    return any(
        come[: found.start()] + come[found.end() :] == line
        for come in change.come
        for found in IMPORTED.finditer(come)
    )
