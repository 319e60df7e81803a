"""Where a run writes to: what the streams can carry, and report files that appear whole or not at all."""

from __future__ import annotations

import os
import stat
import time
from typing import IO, TYPE_CHECKING

from binlint.errors import BinlintError
from binlint.reporters.clean import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

_GLYPHS = "╭─│╰┬→✓…"
_WIDTHS = range(40, 200)
_MOST_DIGITS = 11  # seconds of a year with four digits


class OutputError(BinlintError):
    """The report could not be delivered."""


class Output:
    """Standard output and standard error of a run; a closed pipe is no error, a full disk is."""

    def __init__(self, out: IO[str] | None, error: IO[str] | None, environment: Mapping[str, str]) -> None:
        self._out = out
        self._error = error
        self._environment = environment
        self._is_abandoned = False
        self._started = int(time.time())

    def write(self, text: str) -> None:
        """Text for standard output. Raises OutputError when it cannot be written."""
        if not text or self._is_abandoned:
            return
        if self._out is None:
            raise OutputError("standard output is closed")
        try:
            self._out.write(_carried(text, self._out))
        except (OSError, ValueError) as error:
            self._abandon(error)

    def flush(self) -> None:
        """Delivers what was written. Raises OutputError as `write` does."""
        if self._out is None or self._is_abandoned:
            return
        try:
            self._out.flush()
        except (OSError, ValueError) as error:
            self._abandon(error)

    def tell(self, text: str) -> None:
        """Text for standard error; nobody can be told that this fails."""
        if self._error is None or not text:
            return
        try:
            self._error.write(_carried(text, self._error))
            self._error.flush()
        except (OSError, ValueError):
            return

    def complain(self, message: str) -> None:
        """One line about what went wrong."""
        self.tell(f"binlint: error: {clean(message)}\n")

    def _abandon(self, error: OSError | ValueError) -> None:
        self._is_abandoned = True
        _silence(self._out)
        if not isinstance(error, BrokenPipeError):
            code = error.errno if isinstance(error, OSError) else None
            reason = os.strerror(code) if code else "the stream is closed"
            raise OutputError(f"the output cannot be written: {reason}") from None

    def is_terminal(self) -> bool:
        """Whether a person reads standard output."""
        return _is_terminal(self._out)

    def can_show_progress(self) -> bool:
        """Whether standard error is a terminal that can redraw a line."""
        return _is_terminal(self._error) and self._environment.get("TERM") != "dumb"

    def wants_colour(self, option: str, to_file: bool) -> bool:
        """The option decides, then NO_COLOR, then FORCE_COLOR, then whether this is a terminal."""
        if option != "auto":
            return option == "always"
        if to_file or self._environment.get("NO_COLOR"):
            return False
        if self._environment.get("FORCE_COLOR"):
            return True
        return self.is_terminal() and self._environment.get("TERM") != "dumb"

    def can_carry_all(self) -> bool:
        """Whether the encoding of standard output has the glyphs of the long format."""
        encoding = getattr(self._out, "encoding", None)
        try:
            _GLYPHS.encode(encoding or "utf-8")
        except (UnicodeError, LookupError):
            return False
        return True

    def moments(self) -> tuple[int, int]:
        """When the run began, and now, in seconds since 1970; SOURCE_DATE_EPOCH stands for both."""
        fixed = self._environment.get("SOURCE_DATE_EPOCH", "")
        if fixed.isascii() and fixed.isdigit() and len(fixed) <= _MOST_DIGITS:
            return int(fixed), int(fixed)
        return self._started, max(self._started, int(time.time()))

    def width(self) -> int:
        """Columns of the terminal, or 100."""
        columns = self._environment.get("COLUMNS", "")
        width = int(columns) if columns.isascii() and columns.isdigit() and len(columns) < 6 else 0
        if not width and self._out is not None and self.is_terminal():
            try:
                width = os.get_terminal_size(self._out.fileno()).columns
            except (OSError, ValueError):
                width = 0
        return min(max(width, _WIDTHS.start), _WIDTHS.stop) if width else 100


def check_target(path: str, option: str = "--output-file") -> None:
    """Raises OutputError early when a report file has no place to stand."""
    if os.path.isdir(path):
        raise OutputError(f"{option}: {path} is a directory")
    if not os.path.isdir(os.path.dirname(path) or os.curdir):
        raise OutputError(f"{option}: the directory of {path} does not exist")


def write_file(path: str, text: str, option: str = "--output-file") -> None:
    """Writes a report that only its owner can read, at once: nobody sees half of it.

    A link at that place is replaced, not followed; a pipe or device (`/dev/stdout`) is written to.
    """
    data = text.encode("utf-8", "backslashreplace")
    try:
        if _is_stream(path):
            with open(path, "wb") as stream:
                stream.write(data)
        else:
            _replace(path, data)
    except (OSError, ValueError) as error:
        code = error.errno if isinstance(error, OSError) else None
        raise OutputError(
            f"{option}: {path} cannot be written{f': {os.strerror(code)}' if code else ''}"
        ) from None


def _replace(path: str, data: bytes) -> None:
    folder, name = os.path.split(path)
    draft = os.path.join(folder, f".{name[:100]}.{os.getpid()}.tmp")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise


def _is_stream(path: str) -> bool:
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode)


def _is_terminal(stream: IO[str] | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def _carried(text: str, stream: IO[str]) -> str:
    """The text, with escapes for what the stream's encoding lacks, names that are no UTF-8 included."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _silence(stream: IO[str] | None) -> None:
    # Python flushes once more at its end, and would print a warning about what stays in the buffer.
    try:
        if stream is not None:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, stream.fileno())
            os.close(null)
    except (OSError, ValueError):
        return
