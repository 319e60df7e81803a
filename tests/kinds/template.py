"""Projects written as templates: one file of `fixtures/kinds` is a project, with marks where a credential belongs.

fixtures/kinds/README.md describes how they are written.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from kinds import builders, keys
from kinds.noise import noise

ROOT = Path(__file__).resolve().parents[2] / "fixtures" / "kinds"
ANY = frozenset({"BIN101", "BIN102", "BIN103", "BIN107"})

_MARK = re.compile(r"⟦(?:!(?P<says>\??)(?P<code>BIN\d{3})|~(?P<noise>[^⟧]+)|(?P<value>[^⟧]+))⟧")
_VALUE = re.compile(r"(?P<allowed>\??)(?P<letter>[KSNAPRE])(?P<number>\d+)(?::(?P<options>.+))?")
_REPEATED = re.compile(r"⟦~rep:(\d+:[^⟧]*)⟧")
_CODES = {
    "K": frozenset({"BIN101"}),
    "S": frozenset({"BIN102"}),
    "N": frozenset({"BIN107"}),
    "A": ANY,
    "P": frozenset({"BIN103"}),
    "R": frozenset({"BIN103"}),
    "E": frozenset({"BIN103"}),
}
_FRESH: dict[str, Callable[[], str]] = {"P": keys.ed25519, "R": keys.rsa, "E": keys.encrypted}
_LEAST = 10  # what is shorter says nothing: the last line of a private key may be padding


class Wanted(NamedTuple):
    """A finding that a template asks for or allows."""

    path: str
    line: int
    codes: frozenset[str]
    allowed: bool = False

    def __str__(self) -> str:
        codes = "ANY" if self.codes == ANY else "|".join(sorted(self.codes))
        return f"{'?' if self.allowed else ''}{self.path}:{self.line} {codes}"


class Section(NamedTuple):
    """A file of a template, or a member of an archive."""

    path: str
    options: tuple[str, ...]
    body: str
    members: tuple[Section, ...]


class Grown(NamedTuple):
    """A project on the disk: what must be found in it, and the values that nobody may see."""

    wanted: tuple[Wanted, ...]
    values: tuple[str, ...]


def cases(side: str) -> list[str]:
    """The names of the projects on one side, loud or quiet."""
    return sorted(path.stem for path in (ROOT / side).glob("*.txt"))


def read(side: str, name: str) -> str:
    return (ROOT / side / f"{name}.txt").read_text(encoding="utf-8")


def grow(template: str, place: Path) -> Grown:
    """Write the files of a template, with fresh values."""
    growth = _Growth()
    for section in sections(template):
        for path, data in growth.file(section).items():
            target = place / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    return Grown(tuple(growth.wanted), growth.secrets())


def sections(template: str, depth: int = 0) -> tuple[Section, ...]:
    """The parts of a template; a line of remarks may stand before the first."""
    head = re.compile(rf"^@@@@{'>' * depth} (.*)\n?", re.MULTILINE)
    marks = list(head.finditer(template))
    ends = [mark.start() for mark in marks[1:]] + [len(template)]
    found = []
    for mark, end in zip(marks, ends, strict=True):
        path, *options = [part.strip() for part in mark[1].split("|")]
        body = template[mark.end() : end]
        inside = sections(body, depth + 1) if "@@@@>" in body else ()
        found.append(Section(path, tuple(options), body, inside))
    return tuple(found)


class _Growth:
    """The values and expectations of a project while its files are written."""

    def __init__(self) -> None:
        self.wanted: list[Wanted] = []
        self.known: dict[str, str] = {}

    def secrets(self) -> tuple[str, ...]:
        parts = (part for value in self.known.values() for part in value.split("\n"))
        return tuple(part for part in parts if "-----" not in part and len(part) >= _LEAST)

    def file(self, section: Section, container: str = "") -> builders.Files:
        """The bytes of a section; a shelf is two files."""
        settings = dict(option.partition("=")[::2] for option in section.options)
        place = container or section.path
        data: bytes
        if "zip" in settings or "stored" in settings or "locked" in settings:
            members = [
                (each.path, data) for each in section.members for data in self.file(each, place).values()
            ]
            locked = "locked" in settings
            data = (
                builders.locked_archive(members)
                if locked
                else builders.archive(members, stored="stored" in settings)
            )
        elif "fill" in settings:
            letter, _, size = settings["fill"].partition("*")
            data = letter.encode() * int(size)
        elif settings.keys() & {"pyc", "sqlite", "pickle", "shelve"}:
            text = self._filled(section.body, place, everywhere_line_one=True)
            if "shelve" in settings:
                return builders.shelf(section.path, text)
            data = _built(section.path, text, settings)
        else:
            data = self._text(section.body, place, settings, inside=bool(container))
        return {section.path: _cut(data, settings)}

    def _text(self, body: str, place: str, settings: dict[str, str], *, inside: bool) -> bytes:
        text = self._filled(body, place, everywhere_line_one=inside)
        if "nonl" in settings:
            text = text.removesuffix("\n")
        if "crlf" in settings:
            text = text.replace("\n", "\r\n")
        data = text.encode(settings.get("enc", "utf-8"))
        return b"\xef\xbb\xbf" + data if "bom" in settings else data

    def _filled(self, text: str, path: str, *, everywhere_line_one: bool) -> str:
        text = _REPEATED.sub(lambda match: noise("rep", match[1]), text)
        parts: list[str] = []
        line, at = 1, 0
        for mark in _MARK.finditer(text):
            before = text[at : mark.start()]
            line += before.count("\n")
            shown = self._marked(mark, path, 1 if everywhere_line_one else line)
            line += shown.count("\n")
            parts += [before, shown]
            at = mark.end()
        return "".join([*parts, text[at:]])

    def _marked(self, mark: re.Match[str], path: str, line: int) -> str:
        if mark["code"]:
            self.wanted.append(Wanted(path, line, frozenset({mark["code"]}), bool(mark["says"])))
            return ""
        if mark["noise"]:
            return _noise(mark["noise"])
        found = _VALUE.fullmatch(mark["value"])
        if found is None:
            raise AssertionError(f"not understood: {mark[0]}")
        options = found["options"].split(",") if found["options"] else []
        settings = dict(option.partition("=")[::2] for option in options)
        name = settings.get("v", found["letter"] + found["number"])
        value = self.known.get(name) or self.known.setdefault(name, _fresh(name[0], settings))
        if "q" not in settings:
            codes = frozenset({settings["code"]}) if "code" in settings else _CODES[found["letter"]]
            allowed = bool(found["allowed"])
            self.wanted.append(Wanted(path, line, codes | ANY if allowed else codes, allowed))
        for option in options:
            value = _shown(value, option)
        return value


def _fresh(letter: str, settings: dict[str, str]) -> str:
    if letter in _FRESH:
        return _FRESH[letter]()
    return keys.testnet_key() if "hex" in settings else keys.api_key()


def _shown(value: str, option: str) -> str:
    """A value in the form that an option asks for."""
    lines = value.split("\n")
    if option.startswith("ind"):
        return ("\n" + " " * int(option.removeprefix("ind"))).join(lines)
    forms = {
        "b64": lambda: base64.b64encode(value.encode()).decode(),
        "esc": lambda: "\\n".join(lines) + "\\n",
        "esc2": lambda: "\\\\n".join(lines),
        "list": lambda: '\\n",\n    "'.join(lines),
        "body": lambda: "".join(lines[1:-1]),
        "bodyw": lambda: "\n".join(lines[1:-1]),
        "h1": lambda: value[:32],
        "h2": lambda: value[32:],
    }
    return forms[option]() if option in forms else value


def _noise(text: str) -> str:
    found = re.fullmatch(r"([A-Za-z]+\d*[a-z]*)(?::(.*))?", text, re.DOTALL)
    if found is None:
        raise AssertionError(f"not understood: {text}")
    return noise(found[1], found[2] or "")


def _built(path: str, text: str, settings: dict[str, str]) -> bytes:
    if "sqlite" in settings:
        return builders.database(text)
    if "pickle" in settings:
        return builders.pickled(text, int(settings["pickle"]))
    if "of" in settings:
        text = builders.library(settings["of"])
    optimize = int(settings.get("optimize", "-1"))
    return builders.bytecode(path, text, optimize=optimize, hashed="hashed" in settings)


def _cut(data: bytes, settings: dict[str, str]) -> bytes:
    """The file as a bad copy of it: without its first bytes, or its last."""
    data = data[int(settings.get("skip", "0")) :]
    return data[: len(data) - int(settings["cut"])] if "cut" in settings else data
