"""Inline directives: which findings a comment in the source hides, and which comments hide nothing.

    key = "…"  # binlint: ignore[BIN101] -- rotated last year
    # binlint: ignore-next-line[BIN101, hardcoded-secret-key]
    # binlint: disable[BIN1]   …   # binlint: enable[BIN1]
    # binlint: skip-file -- recorded responses     (in the first ten lines)
    # binlint: ignore[BIN101] expires=2027-01-31 -- until the mock is there

In Python, comments are found with `tokenize`, never in strings; in other files a directive follows
whatever begins a comment there. A directive that names no rule, an unknown rule, or nothing that is
there is itself a finding, so that silence stays something one can trust; not in prose, which may only
tell of directives.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from binlint.day import is_day
from binlint.finding import MASK, Confidence, Finding, Kind, Location, Place, Severity
from binlint.sources.kinds import CODE, DOTENV, INI, NOTEBOOK, PYTHON, TOML, YAML
from binlint.syntax.lexical import COMMENT, Lines, strings_and_comments

IGNORE, IGNORE_NEXT = "ignore", "ignore-next-line"
DISABLE, ENABLE, SKIP_FILE = "disable", "enable", "skip-file"
VERBS = (IGNORE, IGNORE_NEXT, DISABLE, ENABLE, SKIP_FILE)
MARK = "binlint:"  # a text without it has no directives
UNUSED, UNUSED_NAME = "BIN901", "unused-suppression"
CODELESS, CODELESS_NAME = "BIN902", "codeless-suppression"
_HEAD_LINES = 10
_AUDITED = CODE | {YAML, TOML, INI, DOTENV}

_WORDS = (
    r"[ \t]*binlint:[ \t]*(?P<verb>[A-Za-z][A-Za-z-]*)(?:[ \t]*\[(?P<codes>[^\[\]#\r\n]*)(?P<close>\])?)?"
    r"(?P<rest>[^#\r\n]*)"
)
_EXPIRES = re.compile(r"(?:^|\s)expires[ \t]*=[ \t]*(?P<day>[0-9A-Za-z-]*)")
_DIRECTIVE = re.compile(f"#{_WORDS}")
_IN_ANY_TEXT = re.compile(rf"(?:[#;%']|//|--|/\*|<!--|\bREM\b|::){_WORDS}")


class Directive(NamedTuple):
    """A comment that speaks to binlint.

    `codes` is as written, `next_line` the line that `ignore-next-line` means, `malformed` a list
    without its closing bracket, `expires` what stands for the last day that it holds, None for ever.
    """

    verb: str
    codes: tuple[str, ...]
    reason: str
    place: Place
    next_line: int = 0
    malformed: bool = False
    expires: str | None = None

    @property
    def line(self) -> int:
        """Where it stands."""
        return self.place.line


class Named(Protocol):
    """A rule, as far as a directive speaks of it."""

    @property
    def code(self) -> str:
        """Such as BIN101."""

    @property
    def name(self) -> str:
        """Such as hardcoded-api-key."""


class Outcome(NamedTuple):
    """The findings that stay, those that a directive hides, and what is wrong with the directives.

    `reasons` are those of the directives, one for each of the findings that they hide.
    """

    kept: tuple[Finding, ...]
    suppressed: tuple[Finding, ...]
    reported: tuple[Finding, ...] = ()
    reasons: tuple[str, ...] = ()


# --- finding the comments ----------------------------------------------------------------------------


def directives(text: str, kind: str = PYTHON) -> tuple[Directive, ...]:
    """Every directive in the comments of a file, in order."""
    if MARK not in text:
        return ()
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    pattern = _DIRECTIVE if kind == PYTHON else _IN_ANY_TEXT
    if kind == PYTHON:
        comments = sorted(_comments(text))
    else:
        comments = [(number, 1, line) for number, line in enumerate(lines, 1) if MARK in line]
    alone = {line for line, column, _ in comments if not lines[line - 1][: column - 1].strip()}
    found = []
    for line, column, comment in comments:
        for match in pattern.finditer(comment):
            start = column + match.start()
            place = Place(line, start, line, start + len(match.group().rstrip()))
            verb = match["verb"].rstrip("-")
            following = _next_code_line(lines, line, alone) if verb == IGNORE_NEXT else 0
            codes = tuple(code for part in (match["codes"] or "").split(",") if (code := part.strip()))
            malformed = match["codes"] is not None and not match["close"]
            reason, expires = _remarks(match["rest"])
            found.append(Directive(verb, codes, reason, place, following, malformed, expires))
    return tuple(found)


def _remarks(rest: str) -> tuple[str, str | None]:
    """The reason, and what is written as the last day, of what follows the rules."""
    day = _EXPIRES.search(rest)
    if day is not None:
        rest = f"{rest[: day.start()]} {rest[day.end() :]}"
    for end in ("-->", "*/"):
        rest = rest.rstrip().removesuffix(end)
    return rest.strip().removeprefix("--").strip(), day["day"] if day is not None else None


def _comments(text: str) -> Iterator[tuple[int, int, str]]:
    """Line, column and text of each comment that holds the mark.

    From where `tokenize` gives up, and on lines that it stumbles over, the hand lexer answers.
    """
    reached = 0
    stumbled: set[int] = set()
    found = []
    # newline=None turns "\r\n" and "\r" into "\n", and nothing else into a line end
    reader = io.StringIO(text, newline=None)
    try:
        for token in tokenize.generate_tokens(reader.readline):
            reached = max(reached, token.end[0] - (token.end[1] == 0))
            if token.type == tokenize.ERRORTOKEN and not token.string.isspace():
                stumbled.add(token.start[0])
            elif token.type == tokenize.COMMENT and MARK in token.string:
                found.append((token.start[0], token.start[1] + 1, token.string))
        reached = text.count("\n") + text.count("\r") + 2
    except (tokenize.TokenError, SyntaxError, ValueError, RecursionError, MemoryError):
        stumbled.add(reached)
    yield from (comment for comment in found if comment[0] not in stumbled and comment[0] <= reached)
    if not stumbled:
        return
    lines = Lines(text)
    for kind, start, end in strings_and_comments(text):
        if kind == COMMENT and text.find(MARK, start, end) >= 0:
            line, column = lines.point(start)
            if line in stumbled or line > reached:
                yield line, column, text[start:end]


def _next_code_line(lines: list[str], line: int, alone: set[int]) -> int:
    for number in range(line + 1, len(lines) + 1):
        bare = lines[number - 1].strip()
        if bare and number not in alone and not bare.startswith("#"):
            return number
    return 0


# --- judging -----------------------------------------------------------------------------------------


def apply(
    path: str,
    text: str,
    findings: Sequence[Finding],
    rules: Iterable[Named],
    kind: str = PYTHON,
    *,
    today: str = "",
    require_reason: bool = False,
) -> Outcome:
    """Sorts the findings of one file by what its directives say.

    `findings` are all that the rules made of the file, notes included. A directive may name one of
    `rules` by its code or name, or several by a prefix of their codes. `today` is as in 2027-01-31;
    without it nothing has expired.
    """
    found = directives(text, kind)
    if not found:
        return Outcome(tuple(findings), ())
    lines = text.splitlines() if kind == NOTEBOOK else []
    book = _Book({rule.name: rule.code for rule in rules})
    void = {each: why for each in found if (why := _void(each, today, require_reason))}
    skip = next((each for each in found if _skips_file(each) and each not in void), None)
    if skip is not None:
        is_idle = not findings and kind in _AUDITED
        nothing = (_unused(path, skip, "there is nothing to suppress in this file"),) if is_idle else ()
        return Outcome((), tuple(findings), nothing, (skip.reason,) * len(findings))
    ends = [directive for directive in found if directive.verb == ENABLE]
    used: set[Directive] = set()
    kept: list[Finding] = []
    suppressed: list[Finding] = []
    reasons: list[str] = []
    for finding in findings:
        hiding = [
            directive
            for directive in found
            if directive not in void
            and _hides(directive, finding, book, ends)
            and not _is_apart(directive, finding, lines)
        ]
        used.update(hiding)
        (suppressed if hiding else kept).append(finding)
        if hiding:
            reasons.append(next((each.reason for each in hiding if each.reason), ""))
    reported: list[Finding] = []
    for complaint, explicit in _complaints(path, found, used, book, void) if kind in _AUDITED else ():
        (suppressed if explicit else reported).append(complaint)
    reasons += [""] * (len(suppressed) - len(reasons))
    return Outcome(tuple(kept), tuple(suppressed), tuple(reported), tuple(reasons))


def _void(directive: Directive, today: str, require_reason: bool) -> str:
    """Why a directive that would hide something must not, or nothing."""
    if directive.verb not in VERBS or directive.verb == ENABLE:
        return ""
    if directive.expires is not None and not is_day(directive.expires):
        return "its last day is none; expected one such as expires=2027-01-31"
    if directive.expires is not None and directive.expires < today:
        return f"it has expired, {directive.expires} was its last day"
    if require_reason and not any(map(str.isalnum, directive.reason)):
        return "it gives no reason, which the configuration requires: '-- reason'"
    return ""


class _Book:
    """The rules that a directive may name."""

    __slots__ = ("_codes", "_names")

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = {**names, UNUSED_NAME: UNUSED, CODELESS_NAME: CODELESS}
        self._codes = tuple(self._names.values())

    def is_known(self, written: str) -> bool:
        code = written.upper()
        return written.lower() in self._names or (
            len(code) > 3 and any(known.startswith(code) for known in self._codes)
        )

    def matches(self, written: str, finding: Finding) -> bool:
        """Whether a code, a prefix or a rule name means the rule of a finding."""
        if written.lower() == finding.rule or self._names.get(written.lower()) == finding.code:
            return True
        return self.is_known(written) and finding.code.startswith(written.upper())

    def closest(self, written: str) -> str:
        """The known code or name that looks most like what was written, or nothing."""
        import difflib  # only where somebody mistyped

        known = {code.lower(): code for code in self._codes} | {name: name for name in self._names}
        close = difflib.get_close_matches(written.lower()[:60], known, n=1)
        return known[close[0]] if close else ""


def _hides(directive: Directive, finding: Finding, book: _Book, ends: list[Directive]) -> bool:
    if directive.malformed:
        return False
    if directive.codes and not any(book.matches(code, finding) for code in directive.codes):
        return False
    literal, statement = finding.location.place, finding.statement
    if directive.verb == IGNORE:
        return any(_covers(place, directive.line) for place in (literal, statement) if place is not None)
    if directive.verb == IGNORE_NEXT:
        begins = statement is not None and statement.line == directive.next_line
        return begins or _covers(literal, directive.next_line)
    if directive.verb == DISABLE and directive.line <= literal.line:
        return not any(
            directive.line < end.line <= literal.line
            and (not end.codes or any(book.matches(code, finding) for code in end.codes))
            for end in ends
        )
    return directive.verb == SKIP_FILE and directive.line <= _HEAD_LINES


def _is_apart(directive: Directive, finding: Finding, lines: list[str]) -> bool:
    """Whether a line of the file holds several lines of a notebook, and these are two of them."""
    place = finding.location.place
    if directive.verb != IGNORE or place.end_line != directive.line or directive.line > len(lines):
        return False
    between = lines[directive.line - 1][place.end_column - 1 : directive.place.column - 1]
    return place.end_column > directive.place.column or "\\n" in between


def _skips_file(directive: Directive) -> bool:
    return directive.verb == SKIP_FILE and directive.line <= _HEAD_LINES and not directive.codes


def _covers(place: Place, line: int) -> bool:
    return place.line <= line <= place.end_line


# --- what is wrong with a directive --------------------------------------------------------------------


def _complaints(
    path: str,
    found: tuple[Directive, ...],
    used: set[Directive],
    book: _Book,
    void: Mapping[Directive, str],
) -> Iterator[tuple[Finding, bool]]:
    """What is wrong, and whether a directive on that line asks by full code not to be told."""
    explicit: dict[int, set[str]] = {}
    for directive in found:
        explicit.setdefault(directive.line, set()).update(code.lower() for code in directive.codes)
    for directive in found:
        for complaint in _judged(path, directive, used, found, book, void):
            asked = explicit[directive.line]
            yield complaint, complaint.code.lower() in asked or complaint.rule in asked


def _judged(
    path: str,
    directive: Directive,
    used: set[Directive],
    found: tuple[Directive, ...],
    book: _Book,
    void: Mapping[Directive, str],
) -> Iterator[Finding]:
    if directive.verb not in VERBS:
        close = _closest_verb(directive.verb)
        if close:
            written = _shown(directive.verb)
            yield _unused(path, directive, f"'{written}' is no directive; did you mean '{close}'?")
        return
    if directive.malformed:
        yield _unused(path, directive, "its list of rules has no closing bracket")
        return
    unknown = [code for code in directive.codes if not book.is_known(code)]
    for code in unknown:
        close = book.closest(code)
        hint = f"; did you mean {close}?" if close else ""
        yield _unused(path, directive, f"there is no rule '{_shown(code)}'{hint}")
    if len(unknown) == len(directive.codes) and unknown:
        return
    if directive.verb == ENABLE:
        if not any(other.verb == DISABLE and other.line < directive.line for other in found):
            yield _unused(path, directive, "there is no 'disable' above for this 'enable'")
    elif directive.verb == SKIP_FILE and directive.line > _HEAD_LINES:
        yield _unused(path, directive, f"'skip-file' counts only in the first {_HEAD_LINES} lines")
    elif directive in void:
        yield _unused(path, directive, void[directive])
    elif directive not in used:
        if not _is_about_directives(directive):
            yield _unused(path, directive, "there is nothing to suppress here")
    elif not directive.codes and directive.verb != SKIP_FILE:
        message = f"suppression of every rule: name the rules, as in '# binlint: {directive.verb}[BIN101]'"
        yield _complaint(path, directive, CODELESS, CODELESS_NAME, message)


def _is_about_directives(directive: Directive) -> bool:
    about = {UNUSED.lower(), UNUSED_NAME, CODELESS.lower(), CODELESS_NAME}
    return bool(directive.codes) and all(code.lower() in about for code in directive.codes)


def _closest_verb(verb: str) -> str:
    import difflib

    close = difflib.get_close_matches(verb.lower()[:40], (*VERBS, "noqa"), n=1, cutoff=0.75)
    return close[0] if close and close[0] != "noqa" else ""


_PLAIN = re.compile(r"[A-Za-z_-]{1,40}|[A-Za-z]{0,8}[0-9]{1,5}")


def _shown(written: str) -> str:
    """What somebody wrote, unless it could be a secret or could disturb a terminal."""
    return written if _PLAIN.fullmatch(written) else MASK


def _unused(path: str, directive: Directive, why: str) -> Finding:
    return _complaint(path, directive, UNUSED, UNUSED_NAME, f"suppression without effect: {why}")


def _complaint(path: str, directive: Directive, code: str, rule: str, message: str) -> Finding:
    return Finding(
        location=Location(path, directive.place),
        code=code,
        rule=rule,
        message=message,
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        kind=Kind.UNKNOWN,
        preview="",
        statement=directive.place,
    )
