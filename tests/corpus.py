"""The corpus is the folder of small Python programs that carry their expected findings as comments.

A comment names what must be found on its own line, `# expect: BIN101`, with one code for each literal. It
cannot stand everywhere, so a line of its own may point to another: `# expect-at 4: BIN103`. Where a reader
could defend two answers both are written, `BIN101|BIN107` or `# expect-at 3/4: …`. `testnet` after a code
asks for the lower severity, and `# also: BIN101` allows a finding that nobody asks for.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from binlint.cli import main

ROOT = Path(__file__).resolve().parent.parent / "fixtures" / "python"
LOUD_LEVELS = ("error", "warning")

_COMMENT = re.compile(r"#\s*(expect-at|also-at|expect|also)(?:\s+([\d/]+))?:\s*(.*)")
_CODE = re.compile(r"(BIN\d{3}(?:\|BIN\d{3})*)(\s+testnet)?")
_LINE_END = re.compile(r"\r\n|\r|\n")


class Expected(NamedTuple):
    """One finding that a comment asks for, with every line and code that would be right."""

    lines: frozenset[int]
    codes: frozenset[str]
    testnet: bool

    def __str__(self) -> str:
        lines = "/".join(map(str, sorted(self.lines)))
        return f"{lines}: {'|'.join(sorted(self.codes))}{' testnet' if self.testnet else ''}"


class Expectations(NamedTuple):
    """What the comments of one file say."""

    required: tuple[Expected, ...]
    allowed: tuple[Expected, ...]


class Found(NamedTuple):
    """The part of a finding that the corpus speaks about."""

    line: int
    code: str
    severity: str

    def __str__(self) -> str:
        return f"{self.line}: {self.code} ({self.severity})"


class Difference(NamedTuple):
    """Where the tool and the comments disagree."""

    missed: tuple[Expected, ...]
    unexpected: tuple[Found, ...]

    def __str__(self) -> str:
        rows = [f"missed      {expected}" for expected in self.missed]
        rows += [f"unexpected  {found}" for found in self.unexpected]
        return "\n".join(rows)


def cases(side: str) -> list[str]:
    """The files of one half of the corpus, as names relative to it."""
    folder = ROOT / side
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py"))


def text_lines(data: bytes) -> list[str]:
    """The lines as an editor counts them; the comments are ASCII, so a superset of ASCII is enough."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1"
    return _LINE_END.split(data.decode(encoding))


def expectations(data: bytes) -> Expectations:
    """Read the comments of one file."""
    required: list[Expected] = []
    allowed: list[Expected] = []
    for number, line in enumerate(text_lines(data), 1):
        comment = _COMMENT.search(line)
        if not comment:
            continue
        word, where, codes = comment.groups()
        places = frozenset(map(int, where.split("/"))) if where else frozenset({number})
        target = required if word.startswith("expect") else allowed
        for code in _CODE.finditer(codes):
            target.append(Expected(places, frozenset(code[1].split("|")), bool(code[2])))
    return Expectations(tuple(required), tuple(allowed))


def findings(path: Path) -> list[Found]:
    """What the command line finds in one file."""
    return [Found(entry["line"], entry["code"], entry["severity"]) for entry in document(path)["findings"]]


def document(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Run the command line on a path, in this process, and read its JSON."""
    raw = io.BytesIO()
    output = io.TextIOWrapper(raw, encoding="utf-8", write_through=True)
    errors = io.StringIO()
    with redirect_stdout(output), redirect_stderr(errors):
        status = _exit_code(["--output-format", "json", "--isolated", "--no-respect-gitignore", str(path)])
    if status not in (0, 1):
        raise AssertionError(f"exit code {status}: {errors.getvalue()}")
    found: dict[str, list[dict[str, Any]]] = json.loads(raw.getvalue())
    return found


Wanted = TypeVar("Wanted")
Seen = TypeVar("Seen")


def paired(
    wanted: Sequence[Wanted], found: Sequence[Seen], meets: Callable[[Seen, Wanted], bool]
) -> tuple[tuple[Wanted, ...], frozenset[int]]:
    """Pairs as many as possible: what of `wanted` is left over, and which positions of `found` are taken."""
    taken: dict[int, int] = {}  # index of a finding → index of its expectation

    def place(index: int, seen: set[int]) -> bool:
        for position, finding in enumerate(found):
            if position in seen or not meets(finding, wanted[index]):
                continue
            seen.add(position)
            if position not in taken or place(taken[position], seen):
                taken[position] = index
                return True
        return False

    missed = tuple(expected for index, expected in enumerate(wanted) if not place(index, set()))
    return missed, frozenset(taken)


def difference(wanted: Expectations, found: list[Found]) -> Difference:
    """Pair findings with expectations, as many as possible, and name the rest."""
    missed, taken = paired(wanted.required, found, _meets)
    unexpected = [
        finding
        for position, finding in enumerate(found)
        if position not in taken
        and finding.severity in LOUD_LEVELS
        and not any(_meets(finding, expected) for expected in wanted.allowed)
    ]
    return Difference(missed, tuple(unexpected))


def _meets(finding: Found, expected: Expected) -> bool:
    if expected.testnet and finding.severity != "warning":
        return False
    return finding.line in expected.lines and finding.code in expected.codes


def _exit_code(arguments: list[str]) -> int:
    try:
        return int(main(arguments) or 0)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 2
