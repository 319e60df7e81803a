"""Files that were made to break scanners, runs of the real command over them, and the hunt for secrets."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from fresh_values import fresh_key

SRC = Path(__file__).resolve().parent.parent / "src"
TIME_LIMIT = 20  # seconds for one run; what is slow takes a second or two, and a busy machine triples that
FULL = ("--isolated", "--output-format", "full", "-v")
SHOWN = 12  # a mask shows four characters at either end, so twelve in a row are a leak
_LINE_END = re.compile(r"\r\n|\r|\n")
_SPOT = re.compile(
    r"^(?P<path>.+?):(?P<line>\d+):\d+: (?:(?:error|warning|note) )?(?P<code>BIN\d{3}) ", re.MULTILINE
)


class Run(NamedTuple):
    """What one run of the command said."""

    code: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        """Both streams, for messages of failed tests and for searches."""
        return (self.out + b"\n" + self.err).decode("utf-8", "backslashreplace")

    def spots(self, path: str) -> set[tuple[int, str]]:
        """Line and code of every finding in a file, read from the long format."""
        found = (match for match in _SPOT.finditer(self.text) if match["path"] == path)
        return {(int(match["line"]), match["code"]) for match in found}


def run(
    arguments: Sequence[str],
    folder: Path,
    *,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
    limit: float = TIME_LIMIT,
) -> Run:
    """`python -m binlint` in a process of its own, which a crash of a parser cannot survive."""
    kept = ("PATH", "HOME", "SYSTEMROOT", "TMPDIR")
    inherited = {name: os.environ[name] for name in kept if name in os.environ}
    variables = {**inherited, "PYTHONPATH": str(SRC), "PYTHONUTF8": "1", **(environment or {})}
    done = subprocess.run(
        [sys.executable, "-m", "binlint", *arguments],
        cwd=folder,
        input=stdin,
        capture_output=True,
        timeout=limit,
        env=variables,
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr)


class Canary(NamedTuple):
    """Three secrets and the lines of code that leak them: a named one above, a client's pair below."""

    named: str
    key: str
    secret: str

    @classmethod
    def fresh(cls) -> Canary:
        """Secrets that nothing else holds."""
        return cls(fresh_key(), fresh_key(), fresh_key())

    def around(self, middle: str, newline: str = "\n") -> str:
        """A file with `middle` between the leaks."""
        head = ["from binance.client import Client", f'api_key = "{self.named}"', ""]
        tail = ["", f'client = Client("{self.key}", "{self.secret}")', ""]
        return newline.join(head) + middle + newline.join(tail)

    def missing(self, text: str, result: Run, path: str) -> list[str]:
        """The leaks that the run does not report on the line where a reader sees them."""
        lines = _LINE_END.split(text)
        spots = result.spots(path)
        missing = []
        for name, value, code in (
            ("named", self.named, "BIN101"),
            ("key", self.key, "BIN101"),
            ("secret", self.secret, "BIN102"),
        ):
            line = next(number for number, line in enumerate(lines, 1) if value in line)
            if (line, code) not in spots:
                missing.append(f"{name}: {code} on line {line}")
        return missing


class Hostile(NamedTuple):
    """A file to be looked at. `text` is how a reader sees it, for counting lines."""

    name: str
    data: bytes
    text: str
    canary: Canary

    @classmethod
    def of(cls, name: str, middle: str) -> Hostile:
        """A file that holds `middle` between the leaks."""
        canary = Canary.fresh()
        text = canary.around(f"\n{middle}\n")
        return cls(name, text.encode(), text, canary)


class Batches:
    """Runs over several files each, since a start of Python and libcst takes longer than most files.

    A crash or a hang fails every test of its batch; the names of the files are in the message.
    """

    def __init__(self, folder: Path, size: int, style: str = "full") -> None:
        self._arguments = ("--isolated", "--output-format", style, "-v")
        self._folder = folder
        self.size = size
        self._done: dict[tuple[str, ...], tuple[Run, dict[str, Hostile]]] = {}
        self._exposed: dict[tuple[str, ...], list[str]] = {}

    def check(self, case: str, table: Mapping[str, Callable[[str], Hostile]]) -> Run:
        """Looks at the files of the case's batch, and asserts what must hold of every one of them."""
        names = list(table)
        at = names.index(case) // self.size * self.size
        batch = tuple(names[at : at + self.size])
        if batch not in self._done:
            files = {name: table[name](f"{number}.py") for number, name in enumerate(batch)}
            result = self._run(files)
            self._done[batch] = result, files
            self._exposed[batch] = exposed(
                result.text, [value for file in files.values() for value in file.canary]
            )
        result, files = self._done[batch]
        file = files[case]
        assert result.code == 1, f"{batch}: {result.text[-2000:]}"
        assert file.canary.missing(file.text, result, file.name) == []
        assert "Traceback" not in result.text
        assert not re.search("internal error|failed on it", result.text)
        assert self._exposed[batch] == []
        return result

    def _run(self, files: dict[str, Hostile]) -> Run:
        for file in files.values():
            (self._folder / file.name).write_bytes(file.data)
        paths = [file.name for file in files.values()]
        return run([*self._arguments, *paths], self._folder, limit=TIME_LIMIT + 5 * len(paths))


def exposed(output: bytes | str, secrets: Iterable[str]) -> list[str]:
    """Every form in which a secret shows in some output; empty when it is clean."""
    shown = (output.decode("utf-8", "replace") if isinstance(output, bytes) else output).lower()
    wanted: dict[str, str] = {}
    found = []
    for secret in secrets:
        for form, text in _forms(secret):
            if len(text) < SHOWN or not _DENSE.fullmatch(text):  # a passphrase
                found += [form] if text.lower() in shown else []
                continue
            for at in range(len(text) - SHOWN + 1):
                wanted[text[at : at + SHOWN].lower()] = form
    windows = (run[at : at + SHOWN] for run in _DENSE.findall(shown) for at in range(len(run) - SHOWN + 1))
    return found + [wanted[window] for window in windows if window in wanted]


_DENSE = re.compile(r"[A-Za-z0-9+/=]{12,}")


def _forms(secret: str) -> Iterator[tuple[str, str]]:
    data = secret.encode()
    yield "plain", secret
    yield "reversed", secret[::-1]
    yield "hex", data.hex()
    for offset in range(3):  # base64 of a longer text that holds it at any place
        encoded = base64.b64encode(b"\0" * offset + data).decode()
        yield "base64", encoded[4 if offset else 0 : -4]
    yield "base64", base64.b64encode(data[::-1]).decode()[:-4]
    for name in ("md5", "sha1", "sha256", "sha512", "blake2b"):
        digest = hashlib.new(name, data).digest()
        yield name, digest.hex()
        yield name, base64.b64encode(digest).decode()
