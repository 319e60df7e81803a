"""The options of the command line: what they are called, and what is said about them."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Sequence
from typing import NoReturn, Protocol

from binlint import __version__
from binlint.cli_options import COMMANDS, Options, behind_dashes
from binlint.config import FIX_STYLES, closest
from binlint.day import is_day
from binlint.errors import ConfigError
from binlint.finding import Severity
from binlint.reporters import FORMATS

_FIX = ("fix-style", "env-file")
COLOURS = ("auto", "always", "never")
LEVELS = tuple(severity.word for severity in Severity)

_DESCRIPTION = "Find Binance API credentials that are hard-coded in Python projects."
_USAGE = """binlint [check] [OPTIONS] [PATH ...]
       binlint baseline [--prune] [OPTIONS] [PATH ...]
       binlint explain CODE ...
       binlint rules"""
_BASELINE_USAGE = "binlint baseline [--prune] [--reason TEXT] [--expires DAY] [OPTIONS] [PATH ...]"
_BASELINE_DESCRIPTION = "Write what is found into the baseline, so that only what is new is reported."
_EPILOG = """\
exit codes: 0 nothing at or above the failing level, 1 findings, 2 something kept binlint from looking

A path that is named like a command is checked as ./rules, as `binlint check rules`, or after `--`.
Environment: NO_COLOR, FORCE_COLOR, BINLINT_OUTPUT_FORMAT."""


class Writer(Protocol):
    """Where `--help` goes."""

    def write(self, text: str, /) -> object: ...


class Finished(Exception):
    """The arguments asked for a text only (`--help`, `--version`), which has been written."""


class _Formatter(argparse.RawDescriptionHelpFormatter):
    # Of fixed width: argparse would import shutil on every run only to ask for that of the terminal.
    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=100)


class _Parser(argparse.ArgumentParser):
    """An argparse parser that raises instead of exiting, and writes where it is told."""

    out: Writer | None = None

    def error(self, message: str) -> NoReturn:
        # What was given in the wrong place may be anything; argparse would repeat it.
        message = re.sub(r"invalid choice: .*? \(choose", "invalid choice (choose", message, flags=re.DOTALL)
        raise ConfigError(f"{message}; see {self.prog} --help")

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        raise Finished

    def _print_message(self, message: str, file: Writer | None = None) -> None:
        if self.out is not None:
            self.out.write(message)


def parse_check(arguments: Sequence[str], out: Writer) -> Options:
    """The arguments of `binlint [check] …`. Raises ConfigError for what it does not know."""
    return _parsed(check_parser(), arguments, out, "check")


def parse_baseline(arguments: Sequence[str], out: Writer) -> Options:
    """The arguments of `binlint baseline …`, the command among them: those of a check, and some more."""
    options = _parsed(baseline_parser(), arguments, out, "baseline")
    has_report = options.output_file is not None or options.outputs
    if (
        options.fix
        or options.diff
        or options.add_ignore is not None
        or has_report
        or not options.use_baseline
    ):
        raise ConfigError(
            "binlint baseline writes the baseline: it neither reports nor changes anything else"
        )
    if options.expires and not is_day(options.expires):
        raise ConfigError("--expires: expected a day such as 2027-01-31")
    return options._replace(write_baseline=True)


def _parsed(parser: _Parser, arguments: Sequence[str], out: Writer, command: str) -> Options:
    parser.out = out
    # Behind "--" everything is a path, also what looks like a command or an option.
    split = arguments.index("--") if "--" in arguments else len(arguments)
    _refuse_doubtful(arguments[:split])
    options, unknown = parser.parse_known_intermixed_args(arguments[:split])
    if unknown:
        raise ConfigError(_unknown_option(unknown[0], parser))
    paths = list(options.paths)
    if paths and paths[0] in COMMANDS and arguments[0] != command:
        if paths[0] != "check":
            raise ConfigError(
                f"the command {paths[0]} comes first: binlint {paths[0]} …; or is ./{paths[0]} meant?"
            )
        del paths[0]
    elif arguments and arguments[0] == command:
        del paths[0]
    values = {name: value for name, value in vars(options).items() if name in Options._fields}
    values.update(
        paths=(*paths, *behind_dashes(arguments[split + 1 :])),
        overrides=_overrides(options),
        config=tuple(options.config),
        outputs=_outputs(options),
    )
    return Options(**values)


def _refuse_doubtful(arguments: Sequence[str]) -> None:
    """A hook names what others have committed: a file that is called like an option must not become one."""
    if "--force-exclude" not in arguments:
        return
    for argument in arguments:
        if argument.startswith("-") and argument != "-" and os.path.lexists(argument):
            raise ConfigError(f"{argument} is a file here; put -- before the names of files")


def parse_explain(arguments: Sequence[str], out: Writer) -> tuple[str, ...]:
    """The rules that `binlint explain` is asked about."""
    parser = _Parser(
        "binlint explain", description="Explain rules: why, examples, what to do.", formatter_class=_Formatter
    )
    parser.out = out
    parser.add_argument("codes", metavar="CODE", nargs="+", help="the code or the name of a rule")
    return tuple(parser.parse_args(arguments).codes)


def parse_rules(arguments: Sequence[str], out: Writer) -> None:
    """`binlint rules` takes nothing but `--help`."""
    parser = _Parser("binlint rules", description="List all rules.", formatter_class=_Formatter)
    parser.out = out
    parser.parse_args(arguments)


def check_parser() -> _Parser:
    """The parser of `binlint [check]`, from which completions and the manual are made, too."""
    parser = _Parser(
        "binlint",
        usage=_USAGE,
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("paths", metavar="PATH", nargs="*", help="files and directories; - is standard input (default: .)")
    add("--version", action="version", version=f"binlint {__version__}")

    add = parser.add_argument_group("output").add_argument
    add(
        "--output-format",
        metavar="FORMAT",
        help=f"{', '.join(FORMATS)} (default: BINLINT_OUTPUT_FORMAT, or full on a terminal, else concise)",
    )
    add("-o", "--output-file", metavar="FILE", help="write the report to this file, readable by you alone")
    add(
        "--output",
        metavar="FORMAT=FILE",
        action="append",
        default=[],
        help="of the same run also write this report to this file; may be given several times",
    )
    add("--sarif-category", metavar="NAME", default="", help="tells SARIF uploads apart (default: binlint)")
    add("--statistics", action="store_true", help="also count the findings of each rule")
    add(
        "--show-suppressed",
        action="store_true",
        help="also list findings that a comment or the baseline hides",
    )
    add("--color", choices=COLOURS, default="auto", help="colours (default: auto)")
    add("-q", "--quiet", action="store_true", help="say nothing when everything was looked at and is clean")
    add(
        "-v",
        "--verbose",
        action="store_true",
        help="name every file that was skipped or not fully read, and why",
    )

    add = parser.add_argument_group("rules").add_argument
    add(
        "--select",
        metavar="CODES",
        action="append",
        help="these rules only: codes, prefixes, names or ALL, with commas",
    )
    add("--extend-select", metavar="CODES", action="append", help="these rules as well")
    add("--ignore", metavar="CODES", action="append", help="not these rules")
    add("--per-file-ignores", metavar="PATTERN:CODES", action="append", help="not these rules in these files")
    add(
        "--no-ignore-comments",
        dest="ignore_comments",
        action="store_false",
        help="report findings in spite of `# binlint: ignore` comments",
    )

    add(
        "--add-ignore",
        metavar="REASON",
        help="write `# binlint: ignore[CODE] -- REASON` at all that is reported",
    )

    add = parser.add_argument_group("baseline").add_argument
    add("--baseline", metavar="FILE", help="old findings (default: .binlint-baseline.jsonl, if it is there)")
    add("--no-baseline", dest="use_baseline", action="store_false", help="report old findings, too")

    add = parser.add_argument_group("files").add_argument
    add(
        "--exclude",
        metavar="PATTERNS",
        action="append",
        help="leave out, in place of the default directories",
    )
    add("--extend-exclude", metavar="PATTERNS", action="append", help="leave out as well")
    _switch(add, "force-exclude", "exclude also what is named on the command line", "look at it (default)")
    _switch(add, "respect-gitignore", "leave out what git ignores (default)", "look at what git ignores, too")
    add("--staged", action="store_true", help="what is staged, as the index of git holds it")
    add("--since", metavar="REV", help="only files that differ from where this branch left REV")
    add("--changed-lines", action="store_true", help="with --since: only findings that touch changed lines")
    add("--stdin-filename", metavar="NAME", help="the name of standard input, for excludes and reports")
    add("--show-files", action="store_true", help="list the files that would be looked at, and stop")

    add = parser.add_argument_group("outcome").add_argument
    add("--fail-on", choices=LEVELS, help="the lowest level that makes the exit code 1 (default: warning)")
    add(
        "-e",
        "--exit-zero",
        action="store_true",
        default=None,
        help="exit with 0 in spite of findings; 2 stays 2",
    )
    add("--strict", action="store_true", default=None, help="exit with 2 when a file could not be fully read")

    add = parser.add_argument_group("refactor").add_argument
    add("--fix", action="store_true", help="move credentials out of Python code into the environment file")
    add("--unsafe-fixes", action="store_true", help="also where the value may be read at another time")
    add("--diff", action="store_true", help="show what --fix would change, with masked values, and stop")
    add("--fix-style", choices=FIX_STYLES, help=f"how a moved value is read (default: {FIX_STYLES[0]})")
    add(
        "--env-file", metavar="FILE", help="where values are saved (default: .env at the root of the project)"
    )
    add("--clear-outputs", action="store_true", help="empty the outputs of notebooks that show a moved value")
    add("--exit-non-zero-on-fix", action="store_true", help="exit with 1 also when everything was moved")
    add("--fix-in-ci", action="store_true", help="fix even where CI is set, and the runner's files are lost")

    add = parser.add_argument_group("configuration").add_argument
    add(
        "--config",
        metavar="FILE|KEY=VALUE",
        action="append",
        default=[],
        help="this file, or a single setting in TOML",
    )
    add("--isolated", action="store_true", help="read no configuration file")
    add("--show-settings", action="store_true", help="show the configuration in force, and stop")
    return parser


def baseline_parser() -> _Parser:
    """The same for `binlint baseline`, which takes some more."""
    parser = check_parser()
    parser.usage, parser.description = _BASELINE_USAGE, _BASELINE_DESCRIPTION
    add = parser.add_argument_group("what is written").add_argument
    add("--prune", action="store_true", help="also drop what is found no more")
    add("--reason", metavar="TEXT", default="", help="why the new entries are accepted")
    add(
        "--expires",
        metavar="DAY",
        default="",
        help="their last day, as 2027-01-31; also renews expired entries",
    )
    return parser


def _switch(add: Callable[..., object], name: str, yes: str, no: str) -> None:
    key = name.replace("-", "_")
    add(f"--{name}", dest=key, action="store_true", default=None, help=yes)
    add(f"--no-{name}", dest=key, action="store_false", default=None, help=no)


def _overrides(options: argparse.Namespace) -> dict[str, object]:
    overrides: dict[str, object] = {}
    for key in ("select", "extend-select", "ignore", "exclude", "extend-exclude"):
        values = getattr(options, key.replace("-", "_"))
        if values is not None:
            overrides[key] = [item.strip() for value in values for item in value.split(",") if item.strip()]
    if options.per_file_ignores is not None:
        overrides["per-file-ignores"] = _per_file(options.per_file_ignores)
    for key in (
        "force-exclude",
        "respect-gitignore",
        "fail-on",
        "exit-zero",
        "strict",
        "output-format",
        "baseline",
        *_FIX,
    ):
        value = getattr(options, key.replace("-", "_"))
        if value is not None:
            overrides[key] = value
    return overrides


def _outputs(options: argparse.Namespace) -> tuple[tuple[str, str], ...]:
    outputs = []
    for value in options.output:
        name, equals, path = value.partition("=")
        if not equals or not path:
            raise ConfigError("--output: expected FORMAT=FILE, such as sarif=binlint.sarif")
        if name not in FORMATS:
            raise ConfigError(f"--output: unknown output format; known: {', '.join(FORMATS)}")
        if path == "-":
            raise ConfigError("--output writes to files; --output-format says what goes to standard output")
        outputs.append((name, path))
    paths = [os.path.abspath(path) for _, path in outputs]
    if options.output_file is not None and options.output_file != "-":
        paths.append(os.path.abspath(options.output_file))
    if len(set(paths)) < len(paths):
        raise ConfigError("--output: two reports for the same file")
    return tuple(outputs)


def _per_file(values: Sequence[str]) -> dict[str, list[str]]:
    """`a.py:BIN101,BIN102` and, as in ruff, `a.py:BIN101,b.py:BIN102`."""
    table: dict[str, list[str]] = {}
    for value in values:
        codes: list[str] | None = None
        for part in value.split(","):
            pattern, colon, code = part.strip().rpartition(":")
            if colon:
                codes = table.setdefault(pattern, [])
            if codes is None or not code:
                raise ConfigError("--per-file-ignores: expected PATTERN:CODES, such as tests/*:BIN2")
            codes.append(code)
    return table


def _unknown_option(argument: str, parser: _Parser) -> str:
    option = argument.partition("=")[0]
    near = closest(option, parser._option_string_actions)
    hint = f"did you mean {near}?" if near else "see binlint --help; a path that begins with - goes behind --"
    return f"unknown option {option}; {hint}"
