"""Files that were made to break scanners, runs of the real command over them, and the hunt for secrets in its output."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from fresh_values import fresh_key

SRC = Path(__file__).resolve().parent.parent / "src"
TIME_LIMIT = 20  # seconds for one run; what is slow takes a second or two, and a busy machine triples that
SHOWN = 12  # a mask shows four characters at either end, so twelve in a row are a leak
_LINE_END = re.compile(r"\r\n|\r|\n")
_SPOT = re.compile(r"^(?P<path>.+?):(?P<line>\d+):\d+: (?:error|warning|note) (?P<code>BIN\d{3}) ", re.MULTILINE)


class Run(NamedTuple):
    """What one run of the command said."""

    code: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        """Both streams, for messages of failed tests and for searches."""
        return (self.out + b"\n" + self.err).decode("utf-8", "backslashreplace")

    def spots(self) -> set[tuple[int, str]]:
        """Line and code of every finding in the long format."""
        return {(int(found["line"]), found["code"]) for found in _SPOT.finditer(self.text)}


def run(
    arguments: Sequence[str],
    folder: Path,
    *,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
    limit: float = TIME_LIMIT,
) -> Run:
    """`python -m binlint` in a process of its own, which a crash of a parser cannot survive."""
    inherited = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "SYSTEMROOT", "TMPDIR")}
    variables = {**inherited, "PYTHONPATH": str(SRC), "PYTHONUTF8": "1", **(environment or {})}
    done = subprocess.run(
        [sys.executable, "-m", "binlint", *arguments],
        cwd=folder,
        input=stdin,
        capture_output=True,
        timeout=limit,
        env=variables,
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

    def missing(self, text: str, result: Run) -> list[str]:
        """The leaks that the run does not report on the line where a reader sees them."""
        lines = _LINE_END.split(text)
        spots = result.spots()
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


def exposed(output: bytes | str, secrets: Iterable[str]) -> list[str]:
    """Every form in which a secret shows in some output; empty when it is clean."""
    shown = (output.decode("utf-8", "replace") if isinstance(output, bytes) else output).lower()
    found = []
    for secret in secrets:
        for form, text in _forms(secret):
            text = text.lower()
            width = min(SHOWN, len(text))
            if any(text[at : at + width] in shown for at in range(len(text) - width + 1)):
                found.append(form)
    return found


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
