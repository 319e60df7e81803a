"""The environment file that values move to: found, judged, planned, written and read back.

It holds the only copy of a secret as soon as the source is edited. So nothing in it is ever
overwritten, every byte that was there stays, and each value is read back, through the library that
programs read it with, before anybody may rely on it.
"""

from __future__ import annotations

import io
import os
import re
import stat
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from dotenv import dotenv_values
from dotenv.parser import Binding, parse_stream

from binlint.errors import BinlintError
from binlint.files import NotRegular, TooLarge, read_settings
from binlint.finding import MASK, SecretText
from binlint.fixing.atomic import locked, remove_leftovers, sync_folder, write_atomically
from binlint.fixing.ignored import IGNORE_FILE, Standing, Unclear, line_for, standing_of

DEFAULT_STORE = ".env"
EXAMPLES = (".env.example", ".env.sample", ".env.template", "example.env")

_AROUND = 3  # unchanged lines in a diff
_SECRET_MODE, _PUBLIC_MODE = 0o600, 0o644
_HAS_MODES = os.name == "posix"
_BOM = "\ufeff"
_NEWLINE = re.compile(r"\r\n|\n|\r")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SHOWN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,47}")  # a longer "name" may be a pasted key
_PLAIN = re.compile(r"[A-Za-z0-9_./+=:@-]*")  # means the same to python-dotenv, shells and docker
# python-dotenv replaces these in every value, however it is quoted, and has no way to write them otherwise.
_INTERPOLATED = re.compile(r"\$\{[^}]*\}")
_WIDE_GAP = re.compile(r"[^\S\r\n]{500}")  # over which python-dotenv's own patterns take quadratic time

_OTHER_FILE = "name another file with --env-file"


class Setting(NamedTuple):
    """A variable. Without a value only its name is wanted, in the example file; nothing is stored.

    With `as_file` the value is a private key in PEM form that is saved as a file of its own, at the
    project root; what the variable holds is the absolute path of that file.
    """

    name: str
    value: SecretText | None
    as_file: bool = False


class Refusal(NamedTuple):
    """Why a file cannot be the store, or not hold a setting, and what the user can do about it."""

    reason: str
    remedy: str


class StoreError(BinlintError):
    """The store could not be written, or does not hold what it should. The source must not be edited."""


class Part(Enum):
    """Which file a change is for."""

    STORE = "store"
    IGNORE = "ignore file"
    EXAMPLE = "example"


@dataclass(frozen=True)
class Change:
    """What a file would become. Its `repr` holds nothing of the content."""

    path: str
    shown: str  # the path relative to the root, as it is shown
    before: bytes | None = field(repr=False)  # None: there is no such file
    after: bytes = field(repr=False)
    mode: int
    part: Part
    names: tuple[str, ...] = ()  # those that are new
    tightened: bool = False  # others could read the file until now
    settings: tuple[Setting, ...] = ()  # what must be in the file afterwards
    only_dotenv: tuple[str, ...] = ()  # those whose value a shell would read differently

    @property
    def is_needed(self) -> bool:
        """Whether writing would change anything."""
        return self.tightened or self.after != (self.before or b"")

    def shown_diff(self) -> str:
        """A unified diff that may be shown: no value is in it, not even of the lines around."""
        before, after = (self._shown_lines(data) for data in (self.before or b"", self.after))
        added = after[len(before) :]  # every change is one at the end
        if not added:
            return ""
        around = before[-_AROUND:]
        first = len(before) - len(around)
        old, new = len(around), len(around) + len(added)
        lines = [
            "--- /dev/null" if self.before is None else f"--- a/{_printable(self.shown)}",
            f"+++ b/{_printable(self.shown)}",
            f"@@ -{first + bool(old)},{old} +{first + 1},{new} @@",
            *(f" {line}" for line in around),
            *(f"+{line}" for line in added),
        ]
        return "".join(f"{line}\n" for line in lines)

    def _shown_lines(self, data: bytes) -> list[str]:
        text = data.decode("utf-8", "replace").removeprefix(_BOM)
        if self.part is Part.IGNORE:
            lines = [_printable(line) for line in _NEWLINE.split(text)]
        else:
            lines = "".join(_masked(text, self.names)).split("\n")
        return lines[:-1] if not lines[-1] else lines


class Store:
    """An environment file that values may be moved to. Made by `open_store`."""

    def __init__(
        self, root: str, shown: str, before: bytes | None, mode: int, ignored: Change | None
    ) -> None:
        self.root = root
        self.shown = shown  # relative to the root, with "/"
        self.path = os.path.join(root, *shown.split("/"))
        self.ignore_change = ignored  # to be written before the store, else git would publish it
        self._before = before
        self._mode = mode
        self._text = (before or b"").decode()
        self._bindings = _parse(self._text)

    def __repr__(self) -> str:
        return f"Store({self.shown!r})"

    def names(self) -> Mapping[str, SecretText]:
        """What is in the file, as python-dotenv reads it without interpolation; no value counts as empty."""
        return {b.key: SecretText(b.value or "") for b in self._bindings if b.key is not None}

    def plan(self, settings: Sequence[Setting]) -> Change | Refusal:
        """The file with the settings that it lacks at its end, or why it cannot hold one of them."""
        wanted: dict[str, SecretText] = {}
        for name, value, _ in settings:
            if value is None:
                continue
            refusal = _unfit(name, value.reveal())
            if refusal is None and wanted.setdefault(name, value) != value:
                refusal = Refusal(f"two values are to become {name}", "give one of them another name")
            if refusal is None:
                refusal = self._conflict(name, value)
            if refusal is not None:
                return refusal
        there = self.names()
        new = [name for name, value in wanted.items() if not (name in there and there[name] == value)]
        newline = _newline_of(self._text)
        quoted = {name: _quote(wanted[name].reveal(), newline) for name in new}
        lines = {name: f"{name}={raw}" for name, (raw, _) in quoted.items()}
        filled = _filled(self._text, {name: line for name, line in lines.items() if name in there})
        text = _append(filled, [line for name, line in lines.items() if name not in there], newline)
        expected = [
            (key, wanted[key].reveal() if key in quoted else value) for key, value in _pairs(self._text)
        ]
        expected += [(name, wanted[name].reveal()) for name in quoted if name not in there]
        if _pairs(text) != expected:
            return Refusal(f"{self.shown} cannot be added to so that it reads back unchanged", _OTHER_FILE)
        mode = self._mode & _SECRET_MODE if _HAS_MODES else self._mode
        return Change(
            path=self.path,
            shown=self.shown,
            before=self._before,
            after=text.encode(),
            mode=mode,
            part=Part.STORE,
            names=tuple(quoted),
            tightened=bool(wanted) and mode != self._mode,
            settings=tuple(Setting(name, value) for name, value in wanted.items()),
            only_dotenv=tuple(name for name, (_, is_shared) in quoted.items() if not is_shared),
        )

    def write(self, change: Change) -> None:
        """Writes a change, of this file or of those beside it, and proves that it did what it should.

        Raises StoreError, or what `write_atomically` and `locked` raise; then the file is as it was.
        """
        if not change.is_needed:
            return
        try:
            with locked(self.root):
                self._write(change)
        except OSError as error:
            # Without the error's own text: it holds the whole path.
            raise StoreError(f"{change.shown} could not be written: {error.strerror or error}") from None

    def _write(self, change: Change) -> None:
        blocked = _blocked(self.root, change.shown) or _no_file(change.path, change.shown)
        if blocked is None and change.part is Part.STORE:
            blocked = _published(self.root, self.shown)
        if blocked is not None:
            raise StoreError(f"{blocked.reason}; {blocked.remedy}")
        old_mode = None if change.before is None else stat.S_IMODE(os.lstat(change.path).st_mode)
        folder = os.path.dirname(change.path)
        workshop = _workshop(self.root, folder)
        for each in {folder, workshop or folder}:
            remove_leftovers(each)
        write_atomically(change.path, change.after, change.mode, change.before, workshop)
        failure = self._failure(change)
        if failure:
            _restore(change, old_mode)
            raise StoreError(f"{failure}; {change.shown} is as it was")

    def _failure(self, change: Change) -> str:
        """What is wrong with a file that has just been written; empty if nothing is."""
        if change.part is Part.IGNORE:
            blocked = _published(self.root, self.shown)
            return blocked.reason if blocked else ""
        if change.part is Part.EXAMPLE:  # nothing depends on it
            return ""
        read = dotenv_values(change.path, interpolate=False, encoding="utf-8")
        for name, value, _ in change.settings:
            if value is not None and read.get(name) != value.reveal():
                return f"{name} does not read back from {change.shown} as it was written"
        return ""

    def _conflict(self, name: str, value: SecretText) -> Refusal | None:
        there = {binding.value or "" for binding in self._bindings if binding.key == name}
        if not there - {value.reveal()}:
            return None
        if len(there) > 1:
            reason = f"{name} is in {self.shown} more than once, with different values"
            return Refusal(reason, "delete the lines that are not used")
        if there == {""}:
            return None  # as copied from an example: it is filled in
        return Refusal(
            f"{name} is in {self.shown} already, with another value",
            "delete that line if it is out of date, or use another name",
        )


def open_store(root: str, path: str | None) -> Store | Refusal:
    """The environment file of a project, or why it cannot be used. Nothing is changed.

    `path` is absolute or relative to `root`; None stands for `.env` at the root.
    """
    root = os.path.abspath(root)
    shown = _inside(root, path or DEFAULT_STORE)
    if shown is None:
        return Refusal("the file for the values is outside the project", "name one inside with --env-file")
    place = os.path.join(root, *shown.split("/"))
    refusal = _blocked(root, shown) or _no_file(place, shown) or _closed(place, shown)
    if refusal is not None:
        return refusal
    ignored = _ignoring(root, shown)
    if isinstance(ignored, Refusal):
        return ignored
    found = _read(place, shown)
    if isinstance(found, Refusal):
        return found
    before, mode = found
    return Store(root, shown, before, mode, ignored)


def example_change(root: str, names: Sequence[str]) -> Change | None:
    """The example file with the names that it lacks, without values; None where nothing is to be done.

    A file that cannot be added to (a link, no text, read-only) is left alone: it is only an example.
    """
    root = os.path.abspath(root)
    shown = next((name for name in EXAMPLES if os.path.lexists(os.path.join(root, name))), EXAMPLES[0])
    place = os.path.join(root, shown)
    if _no_file(place, shown) or _closed(place, shown):
        return None
    content = _content(place, shown)
    if isinstance(content, Refusal) or (_text_refusal(content or b"", shown) is not None):
        return None
    text = (content or b"").decode()
    there = {binding.key for binding in _parse(text)}
    missing = [name for name in dict.fromkeys(names) if _NAME.fullmatch(name) and name not in there]
    after = _append(text, [f"{name}=" for name in missing], _newline_of(text))
    if not missing or _pairs(after) != [*_pairs(text), *((name, "") for name in missing)]:
        return None
    mode = _PUBLIC_MODE if content is None else _mode_of(place)
    return Change(place, shown, content, after.encode(), mode, Part.EXAMPLE, tuple(missing))


# Whether a file can be used.


def _inside(root: str, path: str) -> str | None:
    """A path relative to the root, with "/"; None if it is outside, however the root is called."""
    place = os.path.abspath(os.path.join(root, path))
    folder, name = os.path.split(place)
    for top, start in ((root, place), (os.path.realpath(root), os.path.join(os.path.realpath(folder), name))):
        try:
            found = os.path.relpath(start, top).replace(os.sep, "/")
        except ValueError:  # another drive
            continue
        if found != ".." and not found.startswith("../"):
            return found
    return None


def _blocked(root: str, shown: str) -> Refusal | None:
    """Why a directory on the way to a file keeps us from writing there."""
    place = root
    steps = shown.split("/")
    if ".git" in steps:
        return Refusal(f"{_printable(shown)} is inside the directory of git itself", _OTHER_FILE)
    for count, step in enumerate(steps[:-1], 1):
        place = os.path.join(place, step)
        folder = _printable("/".join(steps[:count]))
        try:
            mode = os.lstat(place).st_mode
        except FileNotFoundError:
            return Refusal(f"there is no directory {folder}", "create it, or " + _OTHER_FILE)
        except OSError as error:
            return Refusal(f"{folder} cannot be looked into: {error.strerror}", _OTHER_FILE)
        if stat.S_ISLNK(mode):
            return Refusal(f"{folder} is a symbolic link", _OTHER_FILE)
        if not stat.S_ISDIR(mode):
            return Refusal(f"{folder} is not a directory", _OTHER_FILE)
    return None


def _no_file(place: str, shown: str) -> Refusal | None:
    """Why what stands at a place is no file that could be replaced; nothing at all is fine."""
    name = _printable(shown)
    try:
        status = os.lstat(place)
    except FileNotFoundError:
        return None
    except OSError as error:
        return Refusal(f"{name} cannot be looked at: {error.strerror}", _OTHER_FILE)
    if stat.S_ISLNK(status.st_mode):
        return Refusal(f"{name} is a symbolic link", "replace it by the file itself, or " + _OTHER_FILE)
    if not stat.S_ISREG(status.st_mode):
        return Refusal(f"{name} is not a regular file", _OTHER_FILE)
    if status.st_nlink > 1:
        return Refusal(f"{name} has a second name (a hard link)", "replace it by a copy, or " + _OTHER_FILE)
    return None


def _closed(place: str, shown: str) -> Refusal | None:
    """Why a file cannot be read, or not be written."""
    folder = os.path.dirname(place)
    where = _printable(os.path.dirname(shown)) or "the project root"
    if not os.path.isdir(folder):
        return Refusal(f"{where} is not a directory", _OTHER_FILE)
    if not _may(folder, os.W_OK | os.X_OK):
        return Refusal(f"{where} is read-only", "make it writable, or " + _OTHER_FILE)
    if not os.path.lexists(place):
        return None
    name = _printable(shown)
    if not _may(place, os.R_OK):
        return Refusal(f"{name} cannot be read", "let its owner run binlint, or " + _OTHER_FILE)
    # To root nothing is closed, but a file that its owner may not write was meant to stay as it is.
    if not _may(place, os.W_OK) or not _mode_of(place) & stat.S_IWUSR:
        return Refusal(f"{name} is read-only", "make it writable, or " + _OTHER_FILE)
    return None


def _may(place: str, access: int) -> bool:
    return os.access(place, access, effective_ids=os.access in os.supports_effective_ids)


def _mode_of(place: str) -> int:
    return stat.S_IMODE(os.lstat(place).st_mode)


def _content(place: str, shown: str) -> bytes | Refusal | None:
    try:
        return read_settings(place)
    except FileNotFoundError:
        return None
    except NotRegular:
        return Refusal(f"{_printable(shown)} is not a regular file", _OTHER_FILE)
    except TooLarge:
        return Refusal(f"{_printable(shown)} is larger than 1 MiB", _OTHER_FILE)
    except OSError as error:
        return Refusal(f"{_printable(shown)} cannot be read: {error.strerror}", _OTHER_FILE)


def _read(place: str, shown: str) -> tuple[bytes | None, int] | Refusal:
    """The content and mode of the store; those of a new one if there is none."""
    content = _content(place, shown)
    if content is None:
        return None, _SECRET_MODE
    if isinstance(content, Refusal):
        return content
    refusal = _text_refusal(content, shown)
    if refusal is not None:
        return refusal
    for binding in _parse(content.decode()):
        if binding.error:
            lead = len(binding.original.string) - len(binding.original.string.lstrip())
            line = binding.original.line + binding.original.string[:lead].count("\n")
            return Refusal(
                f"python-dotenv cannot read line {line} of {_printable(shown)}", "mend it, or " + _OTHER_FILE
            )
    return content, _mode_of(place)


def _text_refusal(content: bytes, shown: str) -> Refusal | None:
    name = _printable(shown)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return Refusal(f"{name} is not valid UTF-8", "save it as UTF-8, or " + _OTHER_FILE)
    if "\0" in text or _WIDE_GAP.search(text):
        return Refusal(f"{name} is not a file of settings", _OTHER_FILE)
    return None


def _unfit(name: str, value: str) -> Refusal | None:
    """Why no environment file can hold a setting."""
    if not _NAME.fullmatch(name):
        return Refusal(f"{_printable(name)} cannot be the name of a variable", "choose another name")
    if "\0" in value or not _is_encodable(value):
        return Refusal(f"the value of {name} cannot be in an environment", "move it by hand")
    if _INTERPOLATED.search(value):
        return Refusal(f"python-dotenv would replace a part of {name}, ${{…}}", "move it by hand")
    if _WIDE_GAP.search(value):
        return Refusal(f"the value of {name} is mostly white space", "move it by hand")
    return None


def _is_encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


# Git.


def _published(root: str, shown: str) -> Refusal | None:
    """Why git would, or might, publish a file."""
    return _objection(standing_of(root, shown), shown)


def _objection(standing: Standing | Unclear, shown: str) -> Refusal | None:
    name = _printable(shown)
    if isinstance(standing, Unclear):
        reason = f"git cannot tell whether {name} is ignored: {standing.reason}"
        return Refusal(reason, "mend this first, or " + _OTHER_FILE)
    if standing.is_tracked:
        return Refusal(f"{name} is tracked by git", f"run git rm --cached for it, or {_OTHER_FILE}")
    if not standing.is_ignored:
        return Refusal(f"git does not ignore {name}", f"add it to {IGNORE_FILE}")
    return None


def _ignoring(root: str, shown: str) -> Change | Refusal | None:
    """What must be done so that git ignores a file; None if it does, or if there is no repository."""
    standing = standing_of(root, shown)
    refusal = _objection(standing, shown)
    if refusal is None or isinstance(standing, Unclear) or standing.is_tracked:
        return refusal
    line = line_for(shown)
    if not standing.can_be_ignored or line is None:
        return Refusal(
            f"git does not ignore {_printable(shown)}, and the {IGNORE_FILE} at the root cannot change it",
            "have it ignored by the ignore file that decides, or " + _OTHER_FILE,
        )
    place = os.path.join(root, IGNORE_FILE)
    closed = _no_file(place, IGNORE_FILE) or _closed(place, IGNORE_FILE)
    content = _content(place, IGNORE_FILE) if closed is None else closed
    if isinstance(content, Refusal):
        return Refusal(f"git does not ignore {_printable(shown)}, and {content.reason}", content.remedy)
    data = content or b""
    if b"\0" in data:
        return Refusal(f"{IGNORE_FILE} is not a text that git understands", "save it as UTF-8")
    newline = b"\r\n" if data.endswith(b"\r\n") or (b"\r\n" in data and not data.endswith(b"\n")) else b"\n"
    gap = newline if data and not data.endswith(b"\n") else b""
    mode = _PUBLIC_MODE if content is None else _mode_of(place)
    return Change(place, IGNORE_FILE, content, data + gap + line + newline, mode, Part.IGNORE)


# The text of an environment file.


def _parse(text: str) -> list[Binding]:
    # As python-dotenv opens files: every newline becomes "\n". Old versions take a BOM for a part of a name.
    return list(parse_stream(io.StringIO(text.removeprefix(_BOM), newline=None)))


def _pairs(text: str) -> list[tuple[str | None, str | None]]:
    return [(b.key, b.value) for b in _parse(text) if b.key is not None or b.error]


def _filled(text: str, lines: Mapping[str, str]) -> str:
    """The text with values where its variables have none, as in a copied example."""
    for name, line in lines.items():
        empty = rf"^([ \t]*(?:export[ \t]+)?){name}[ \t]*(?:=[ \t]*(?:\"\"|'')?[ \t]*)?(?=\r?\n|\r|\Z)"
        found = re.search(empty, text, re.MULTILINE)
        if found is not None:
            text = f"{text[: found.end(1)]}{line}{text[found.end() :]}"
    return text


def _newline_of(text: str) -> str:
    """The newline of the last line that has one; a lone "\\r" only where there is no other."""
    found = _NEWLINE.findall(text) or ["\n"]
    return next((newline for newline in reversed(found) if newline != "\r"), "\r")


def _append(text: str, lines: Sequence[str], newline: str) -> str:
    """A text with lines at its end, apart from what was there."""
    if not lines:
        return text
    rows = _NEWLINE.split(text)
    gap = newline if rows[-1] else ""
    last = rows[-1] or (rows[-2] if len(rows) > 1 else "")
    if last.strip():
        gap += newline
    return text + gap + "".join(f"{line}{newline}" for line in lines)


def _quote(value: str, newline: str) -> tuple[str, bool]:
    """A value as it is written, and whether a shell reads it alike.

    python-dotenv knows `\\\\` and `\\'` in single quotes, where a shell knows nothing; in double quotes both
    know `\\\\` and `\\"`, but a shell also `$` and backticks. What fits neither is written for python-dotenv.
    """
    if _PLAIN.fullmatch(value):
        return value, True
    is_split = "\n" in value or "\r" in value
    double = value.replace("\\", "\\\\").replace('"', '\\"')
    if "\r" in value or (is_split and newline != "\n"):
        # A newline that stands in the file becomes another one, by the file's style or on reading.
        escaped = double.replace("\n", "\\n").replace("\r", "\\r")
        return f'"{escaped}"', False
    fits_single = "'" not in value and "\\\\" not in value and not value.endswith("\\")
    fits_double = "$" not in value and "`" not in value
    if fits_double and (is_split or not fits_single):
        return f'"{double}"', True
    if fits_single:
        return f"'{value}'", True
    single = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{single}'", False


def _masked(text: str, new: Container[str]) -> Iterator[str]:
    """An environment file as it may be shown, with as many lines as it has, and "\\n" at their ends."""
    for binding in _parse(text):
        body = binding.original.string
        statement = body.lstrip()
        yield "\n" * body[: len(body) - len(statement)].count("\n")
        if not statement:
            continue
        more = statement.rstrip().count("\n")
        end = "\n" * (statement.count("\n") - more)
        yield _masked_line(binding, statement, new) + f"\n{MASK}" * more + end


def _masked_line(binding: Binding, statement: str, new: Container[str]) -> str:
    if statement.startswith("#"):  # where old values are kept as well
        return f"# {MASK}"
    if binding.key is None or binding.value is None or not _SHOWN_NAME.fullmatch(binding.key):
        return MASK
    # Of our own value that much is shown as in a report; of others nothing.
    value = SecretText(binding.value).mask() if binding.key in new else MASK
    prefix = "export " if re.match(r"export\s", statement) else ""
    return f"{prefix}{binding.key}={value if binding.value else ''}"


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text)


def _workshop(root: str, folder: str) -> str | None:
    """Where a file with secrets can be written so that git never sees it: in its own directory."""
    place = os.path.join(root, ".git")
    try:
        status = os.lstat(place)
        is_near = stat.S_ISDIR(status.st_mode) and status.st_dev == os.stat(folder).st_dev
    except OSError:
        return None
    return place if is_near and os.access(place, os.W_OK | os.X_OK) else None


def _restore(change: Change, old_mode: int | None) -> None:
    if change.before is None or old_mode is None:
        os.unlink(change.path)
        sync_folder(os.path.dirname(change.path))
    else:
        write_atomically(change.path, change.before, old_mode, change.after)
