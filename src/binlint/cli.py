"""The `binlint` command: arguments in, exit code out. The only room that prints or exits."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from binlint.cli_options import Options, plain_options
from binlint.cli_output import Output, check_target
from binlint.errors import BinlintError, ConfigError, failed_at

if TYPE_CHECKING:
    from binlint.cli_baseline import Filter
    from binlint.cli_progress import Bar
    from binlint.config import Config, Known
    from binlint.engine import Examined
    from binlint.fixing.transaction import Prepared
    from binlint.leak import Leak
    from binlint.report import Note, Report
    from binlint.sources.discover import Discovery
    from binlint.sources.source import Source

CLEAN, FINDINGS, FAILED = 0, 1, 2
_STDIN = "-"
_FORMAT_VARIABLE = "BINLINT_OUTPUT_FORMAT"


def main(
    argv: Sequence[str] | None = None, *, stdout: IO[str] | None = None, stderr: IO[str] | None = None
) -> int:
    """Runs binlint and returns its exit code: 0 clean, 1 findings, 2 something kept it from looking.

    Never raises, and never shows a traceback: it could hold a secret.
    """
    out = Output(stdout or sys.stdout, stderr or sys.stderr, os.environ)
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        code = _dispatch(arguments, out)
        out.flush()
        return code
    except BinlintError as error:
        out.complain(str(error))
    except KeyboardInterrupt:
        out.complain("interrupted")
    except Exception as error:  # the net under everything
        out.complain(f"internal error in {failed_at(error)}; please report")
    return FAILED


def _dispatch(arguments: list[str], out: Output) -> int:
    options = plain_options(arguments)
    if options is not None:
        return _check(options, out)

    from binlint import cli_parser

    command, rest = arguments[0], arguments[1:]
    try:
        if command == "explain":
            from binlint.cli_rules import explain

            out.write(explain(cli_parser.parse_explain(rest, out)))
            return CLEAN
        if command == "baseline":
            return _check(cli_parser.parse_baseline(arguments, out), out)
        if command == "rules":
            from binlint.cli_rules import table

            cli_parser.parse_rules(rest, out)
            out.write(table())
            return CLEAN
        return _check(cli_parser.parse_check(arguments, out), out)
    except cli_parser.Finished:
        return CLEAN


def _check(options: Options, out: Output) -> int:
    cwd = _current_folder()
    paths = list(options.paths) or ([_STDIN] if options.stdin_filename is not None else [os.curdir])
    if options.stdin_filename is not None and _STDIN not in paths:
        raise ConfigError("--stdin-filename names standard input, which is read for the path -")
    config = _load(options, cwd)
    if options.show_settings:
        out.write(_settings(config))
        return CLEAN
    target = None if options.output_file in (None, _STDIN) else options.output_file
    if target is not None:
        check_target(target)
    for _, path in options.outputs:
        check_target(path, "--output")

    from binlint.sources.discover import discover

    changes = None
    if options.staged or options.since is not None or options.changed_lines:
        from binlint import cli_changes

        changes = cli_changes.select(options, paths, config, cwd)
    if changes is None:
        discovery = discover([path for path in paths if path != _STDIN], config, cwd)
    else:
        discovery = changes.discovery
    if options.show_files:
        return _show_files(discovery, out)
    sources: tuple[Source, ...] = ()
    if _STDIN in paths:
        sources, discovery = _with_stdin(options.stdin_filename or "", discovery, config)
    if options.write_baseline:
        return _write_baseline(config, discovery, paths, options, out)
    known = _baseline(config, discovery, sources, paths) if options.use_baseline else None
    if options.fix or options.diff:
        return _refactor(config, discovery, known, options, out, target)
    if options.add_ignore is not None:
        _add_ignore(config, discovery, known, options, out)
    from binlint.cli_report import deliver

    watched = out if not options.quiet else None
    report = _run(config, discovery, sources, known, watched, changes.planned if changes else None)
    if changes is not None:
        report = report._replace(is_of_changes=True)
    if changes is not None and options.changed_lines:
        report = cli_changes.on_changed_lines(report, changes, cwd)
    deliver(report, config, options, out, target)
    return exit_code(report, config)


def _baseline(
    config: Config, discovery: Discovery, sources: tuple[Source, ...], paths: Sequence[str]
) -> Filter | None:
    """The baseline that the run has to heed."""
    from binlint.baseline.place import in_use

    place = in_use(config)
    if place is None:
        return None
    from binlint.cli_baseline import Filter

    listing = [*(entry.path for entry in discovery.files), *(source.path for source in sources)]
    return Filter(place, config, listing, paths)


def _write_baseline(
    config: Config, discovery: Discovery, paths: Sequence[str], options: Options, out: Output
) -> int:
    from binlint import cli_baseline, engine
    from binlint.cli_report import tell_incomplete

    if _STDIN in paths:
        raise ConfigError("what stands on standard input has no place in a baseline")
    with _watching(out if not options.quiet else None) as bar:
        found = engine.examine(config, discovery, progress=bar)
    listing = [entry.path for entry in discovery.files]
    out.write("".join(cli_baseline.write(found, config, listing, paths, options)))
    tell_incomplete(found.report, config, options, out)
    return FAILED if engine.is_incomplete(found.report, config) else CLEAN


def _add_ignore(
    config: Config, discovery: Discovery, known: Filter | None, options: Options, out: Output
) -> None:
    """`--add-ignore`: what is left is reported as ever."""
    from binlint import cli_ignore

    if _STDIN in options.paths or options.stdin_filename is not None:
        raise ConfigError("nothing can be written into standard input")
    with _watching(out if not options.quiet else None) as bar:
        out.tell("".join(cli_ignore.add(config, discovery, known, options.add_ignore or "", bar)))


def _refactor(
    config: Config,
    discovery: Discovery,
    known: Filter | None,
    options: Options,
    out: Output,
    target: str | None,
) -> int:
    """`--fix` and `--diff`: plans, shows or carries out, and reports what is left."""
    from binlint import cli_fix, engine
    from binlint.cli_report import deliver

    if _STDIN in options.paths or options.stdin_filename is not None:
        raise ConfigError("standard input cannot be fixed: its secrets would be lost")
    if options.fix and not options.diff:
        cli_fix.refuse_in_ci(options.fix_in_ci)
    if options.overrides.get("env-file") is not None:  # in the configuration it is relative to the root
        config = config._replace(env_file=os.path.join(config.cwd, config.env_file or ""))
    config = config._replace(force_exclude=False)  # the listing is made, and what writes runs as one piece
    watched = out if not options.quiet else None
    listing = [entry.path for entry in discovery.files]

    def known_apart(found: Examined) -> Examined:
        return found if known is None else known.applied(found)

    def check(planned: Mapping[str, bytes]) -> Sequence[Leak]:
        return known_apart(engine.examine(config, discovery, planned=planned)).leaks

    def prepare() -> tuple[Examined, Prepared]:
        with _watching(watched) as bar:
            found = engine.examine(config, discovery, progress=bar)
        return found, cli_fix.prepare(known_apart(found).leaks, config, listing, check, options)

    if options.diff:
        found, prepared = prepare()
        out.write("".join(cli_fix.diff(prepared, found.leaks)))
        out.flush()
        out.tell("".join(cli_fix.summary(prepared, config, is_done=False)))
        if engine.is_incomplete(found.report, config) or prepared.refusal is not None:
            return FAILED
        return FINDINGS if prepared.plan.files else CLEAN
    found, prepared, failure = cli_fix.carry_out(prepare, config)
    report = known_apart(found).report
    if not prepared.is_empty:
        report = _run(config, discovery, (), known, watched)
    deliver(report, config, options, out, target)
    if failure:
        out.complain(failure)
        return FAILED
    out.tell("".join(cli_fix.summary(prepared, config, is_done=True)))
    if prepared.refusal is not None:
        return FAILED
    code = exit_code(report, config)
    is_changed = not prepared.is_empty and options.exit_non_zero_on_fix
    return FINDINGS if code == CLEAN and is_changed else code


def exit_code(report: Report, config: Config) -> int:
    """What the report means for whoever called: having not looked is worse than having found."""
    from binlint import engine

    if engine.is_incomplete(report, config):
        return FAILED
    return FINDINGS if engine.fails(report, config) and not config.exit_zero else CLEAN


def _load(options: Options, cwd: str) -> Config:
    from binlint.config import load_config

    known = _known()
    config = load_config(cwd, known, options.config, options.isolated, options.overrides)
    named = os.environ.get(_FORMAT_VARIABLE)
    if named and "output-format" not in options.overrides:
        if named not in known.formats:
            raise ConfigError(f"{_FORMAT_VARIABLE}: unknown output format; known: {', '.join(known.formats)}")
        config = config._replace(output_format=named)
    if options.overrides.get("baseline") is not None:
        if not options.use_baseline:
            raise ConfigError("--baseline and --no-baseline exclude each other")
        config = config._replace(baseline=os.path.join(cwd, config.baseline or ""))
    return config._replace(ignore_comments=options.ignore_comments)


def _known() -> Known:
    from binlint.config import Known
    from binlint.reporters import FORMATS

    def rules() -> dict[str, str]:
        from binlint.rules import RULES

        return {rule.code: rule.name for rule in RULES}

    return Known(rules, FORMATS)


def _with_stdin(name: str, discovery: Discovery, config: Config) -> tuple[tuple[Source, ...], Discovery]:
    from binlint.report import Note
    from binlint.sources.exclusion import EXCLUDED, Exclusion
    from binlint.sources.given import relative
    from binlint.sources.stdin import read_stdin

    shown = relative(name, config.cwd)
    found: Source | Note
    if name and config.force_exclude and Exclusion(config).excludes(shown):
        found = Note(shown, EXCLUDED)
    else:
        found = read_stdin(getattr(sys.stdin, "buffer", None), shown)
    if isinstance(found, Note):
        return (), discovery._replace(notes=(*discovery.notes, found))
    return (found,), discovery


def _run(
    config: Config,
    discovery: Discovery,
    sources: tuple[Source, ...],
    known: Filter | None,
    watched: Output | None,
    planned: Mapping[str, bytes] | None = None,
) -> Report:
    from binlint import engine

    with _watching(watched) as bar:
        if known is None:
            report = engine.run(config, discovery, progress=bar, extra_sources=sources, planned=planned)
        else:
            found = engine.examine(config, discovery, progress=bar, extra_sources=sources, planned=planned)
            report = known.applied(found).report
    return report._replace(notes=tuple(sorted((*report.notes, *discovery.remarks))))


@contextmanager
def _watching(watched: Output | None) -> Iterator[Bar | None]:
    """A bar for the time of a run, where there is a terminal."""
    bar = None
    if watched is not None and watched.can_show_progress():
        from binlint.cli_progress import Bar

        bar = Bar()
    try:
        yield bar
    finally:
        if bar is not None:
            bar.close()


def _show_files(discovery: Discovery, out: Output) -> int:
    from binlint.report import Note
    from binlint.reporters.clean import clean
    from binlint.sources.read import read

    failures = [note for note in discovery.notes if note.failure]
    for entry in discovery.files:
        data = read(entry)  # a link is only known then
        if isinstance(data, Note):
            failures += [data] if data.failure else []
        else:
            out.write(f"{clean(entry.path)}\n")
    for note in failures:
        out.complain(f"{note.path}: {note.reason}")
    return FAILED if failures else CLEAN


def _settings(config: Config) -> str:
    """The configuration in the form in which it could stand in `binlint.toml`."""
    from binlint.config import KEYS
    from binlint.reporters.clean import clean

    lines = [f"# from {config.source or 'the defaults'} and the command line"]
    for key in KEYS:
        value = getattr(config, key.replace("-", "_"))
        if value is not None and value != ():
            lines.append(f"{key} = {_toml(value)}")
    return "".join(f"{clean(line)}\n" for line in lines)


def _toml(value: object) -> str:
    from binlint.finding import Severity

    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Severity):
        return _toml(value.word)
    if isinstance(value, tuple):
        if value and isinstance(value[0], tuple):
            return f"{{ {', '.join(f'{_toml(pattern)} = {_toml(codes)}' for pattern, codes in value)} }}"
        return f"[{', '.join(map(_toml, value))}]"
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _current_folder() -> str:
    try:
        return os.getcwd()
    except OSError:
        raise ConfigError("the current directory does not exist any more") from None
