"""The interface for other programs: a source or paths in, a frozen result out. docs/api.md describes it.

Nothing here prints, changes the environment or the directory of the process, or hands out a value. What
makes the command line exit with 2 raises `ScanError`.
"""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from binlint.errors import BinlintError, failed_at

if TYPE_CHECKING:
    from binlint.config import Config
    from binlint.finding import Finding as InnerFinding
    from binlint.report import Note, Report
    from binlint.sources.source import Source

    Settings = str | os.PathLike[str] | Mapping[str, object] | None

__all__ = ["Finding", "ScanError", "ScanResult", "Skipped", "scan_paths", "scan_source"]

_BOM = b"\xef\xbb\xbf"
# A scan sets the warnings and the garbage collector of the whole process, for a while. Threads lose little
# by it: the parser holds the interpreter.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One literal that should not be where it is. No field holds its value.

    Lines and columns count from 1, columns in characters; the end is exclusive.
    """

    path: str  # relative to the current directory, with "/"
    line: int
    column: int
    end_line: int
    end_column: int
    code: str  # "BIN101"
    rule: str  # "hardcoded-api-key"
    message: str
    severity: str  # "error", "warning" or "note"
    preview: str  # the masked value
    fingerprint: str  # the same after other lines move; not made of the value
    suggestion: str | None = None  # the statement as it could read, masked
    reason: str = ""  # why it was accepted, where a comment or the baseline says so


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A file that was not looked at, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """What one scan found, each tuple in the order of paths and places."""

    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()  # by comments
    baselined: tuple[Finding, ...] = ()  # old ones, which the baseline knows
    skipped: tuple[Skipped, ...] = ()
    checked: int = 0  # files that were looked at
    is_failing: bool = False  # whether there is a finding at or above the level `fail-on`


class ScanError(BinlintError):
    """Something kept binlint from looking; `result` is what was found in all else, if it came to that."""

    def __init__(self, message: str, result: ScanResult | None = None) -> None:
        super().__init__(message)
        self.result = result


def scan_source(
    source: str | bytes, filename: str | os.PathLike[str] = "<string>.py", config: Settings = None
) -> ScanResult:
    """Looks at one text, as `binlint --stdin-filename FILENAME -` does.

    The name decides how the text is read, and need not exist. Values are followed through the other files of
    the project in the current directory. `config` is the path of a configuration file, or a mapping with its
    keys (then no file is read); with None the file is searched from the current directory upwards. Raises
    ScanError.
    """
    data = source if isinstance(source, bytes) else _encoded(source)
    name = os.fspath(filename)

    def scan(settings: Config) -> Report:
        return _scan([], (name, data), settings)

    return _result(scan, config)


def scan_paths(paths: Iterable[str | os.PathLike[str]], *, config: Settings = None) -> ScanResult:
    """Looks at files and directories, as `binlint PATH…` does; without any path at nothing.

    Relative paths start at the current directory; `config` is that of `scan_source`. Raises ScanError; its
    `result` holds what was found in the files that could be read.
    """
    if isinstance(paths, (str, bytes, os.PathLike)):
        raise TypeError("paths: expected a list of paths, not a single one")
    names = [os.fspath(path) for path in paths]

    def scan(settings: Config) -> Report:
        return _scan(names, None, settings)

    return _result(scan, config)


def _encoded(source: str) -> bytes:
    data = source.encode("utf-8", "replace")
    return data if data.isascii() else _BOM + data  # so that no coding cookie is believed


def _result(scan: Callable[[Config], Report], config: Settings) -> ScanResult:
    from binlint import engine

    try:
        with _one_at_a_time:
            settings = _settings(config)
            report = scan(settings)
    except BinlintError as error:
        message = str(error).removeprefix("--")
    except Exception as error:  # noqa: BLE001 - its traceback could hold a value
        message = f"internal error in {failed_at(error)}; please report"
    else:
        result = _shown(report, is_failing=engine.fails(report, settings))
        if not engine.is_incomplete(report, settings):
            return result
        raise ScanError(_incomplete(report), result)
    raise ScanError(message)  # here, so that the cause and its values do not travel with it


def _settings(config: Settings) -> Config:
    from binlint.config import Known, load_config
    from binlint.errors import ConfigError
    from binlint.reporters import FORMATS

    def rules() -> dict[str, str]:
        from binlint.rules import RULES

        return {rule.code: rule.name for rule in RULES}

    known = Known(rules, FORMATS)
    try:
        cwd = os.getcwd()
    except OSError:
        raise ConfigError("the current directory does not exist any more") from None
    if isinstance(config, Mapping):
        if not all(isinstance(key, str) for key in config):
            raise ConfigError("config: expected strings for keys")
        return load_config(cwd, known, isolated=True, overrides=config)
    explicit = [] if config is None else [os.path.join(cwd, os.fspath(config))]
    return load_config(cwd, known, explicit)


def _scan(paths: Sequence[str], piped: tuple[str, bytes] | None, config: Config) -> Report:
    """The report of a run; the findings are those that the baseline does not know."""
    from binlint import engine
    from binlint.baseline.place import in_use
    from binlint.report import Note
    from binlint.sources.discover import discover

    discovery = discover(paths, config, config.cwd)
    sources: tuple[Source, ...] = ()
    if piped is not None:
        found = _piped(*piped, config)
        if isinstance(found, Note):
            discovery = discovery._replace(notes=(*discovery.notes, found))
        else:
            sources = (found,)
    place = in_use(config)
    if place is None:
        report = engine.run(config, discovery, extra_sources=sources)
    else:
        from binlint.cli_baseline import Filter

        listing = [*(entry.path for entry in discovery.files), *(source.path for source in sources)]
        known = Filter(place, config, listing, paths)
        report = known.applied(engine.examine(config, discovery, extra_sources=sources)).report
    return report._replace(notes=tuple(sorted((*report.notes, *discovery.remarks))))


def _piped(name: str, data: bytes, config: Config) -> Source | Note:
    from binlint.report import Note
    from binlint.sources.exclusion import EXCLUDED, Exclusion
    from binlint.sources.given import relative
    from binlint.sources.stdin import read_stdin

    shown = relative(name, config.cwd)
    if config.force_exclude and Exclusion(config).excludes(shown):
        return Note(shown, EXCLUDED)
    return read_stdin(io.BytesIO(data), shown)


def _shown(report: Report, *, is_failing: bool) -> ScanResult:
    known = report.baseline
    return ScanResult(
        findings=tuple(map(_finding, report.findings)),
        suppressed=tuple(map(_finding, report.suppressed)),
        baselined=tuple(map(_finding, known.findings)) if known is not None else (),
        skipped=tuple(Skipped(path=note.path, reason=note.reason) for note in report.skipped),
        checked=report.checked,
        is_failing=is_failing,
    )


def _finding(finding: InnerFinding) -> Finding:
    from binlint.reporters.clean import clean, clean_block

    place = finding.location.place
    suggestion = finding.suggestion
    return Finding(
        path=finding.location.path,
        line=place.line,
        column=place.column,
        end_line=place.end_line,
        end_column=place.end_column,
        code=finding.code,
        rule=finding.rule,
        message=clean(finding.message),
        severity=finding.severity.word,
        preview=clean(finding.preview),
        fingerprint=finding.fingerprint,
        suggestion=clean_block(suggestion.after) if suggestion is not None else None,
        reason=clean(finding.reason),
    )


def _incomplete(report: Report) -> str:
    """What was asked for and not looked at: the first of it, and how much more there is."""
    from binlint.reporters.clean import clean

    missed = [note for note in report.skipped if note.failure] or list(report.notes)
    first = f"{clean(missed[0].path)}: {clean(missed[0].reason)}"
    return first if len(missed) == 1 else f"{first}; and {len(missed) - 1} more"
