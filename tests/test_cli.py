"""The command: what it accepts, where it writes, and which exit code it ends with."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fresh_values import fresh_key

from binlint import __version__, cli, cli_options, cli_output, cli_parser, engine
from binlint.errors import ConfigError
from binlint.finding import Confidence, Finding, Kind, Location, Place, Severity
from binlint.report import Note, Report
from binlint.rules import RULES

SOURCE = Path(cli.__file__).resolve().parent.parent


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "BINLINT_OUTPUT_FORMAT", "COLUMNS", "TERM"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def finding(severity: Severity, line: int = 1, path: str = "a.py") -> Finding:
    location = Location(path, Place(line, 7, line, 10))
    return Finding(
        location, "BIN101", "hardcoded-api-key", "Something", severity, Confidence.HIGH, Kind.API_KEY, "****"
    )


def report_is(monkeypatch: pytest.MonkeyPatch, report: Report) -> None:
    monkeypatch.setattr(engine, "run", lambda *_, **__: report)


def run(
    *arguments: str, stdout: io.StringIO | None = None, stderr: io.StringIO | None = None
) -> tuple[int, str, str]:
    out, error = stdout or io.StringIO(), stderr or io.StringIO()
    code = cli.main(arguments, stdout=out, stderr=error)
    return code, out.getvalue(), error.getvalue()


def leak(name: str = "leak.py") -> tuple[str, str]:
    key, secret = fresh_key(), fresh_key()
    Path(name).write_text(f"from binance.client import Client\n\nclient = Client('{key}', '{secret}')\n")
    return key, secret


ERROR, WARNING, NOTE = (finding(severity) for severity in (Severity.ERROR, Severity.WARNING, Severity.NOTE))
FAILURE = Note("a.py", "unreadable", failure=True)
SKIP = Note("a.py", "binary")
TEXT = Note("a.py", "read as text only: it does not parse")


@pytest.mark.parametrize(
    ("report", "arguments", "code"),
    [
        (Report(checked=1), (), 0),
        (Report(checked=1, skipped=(SKIP,)), (), 0),
        (Report((NOTE,), checked=1), (), 0),
        (Report((NOTE,), checked=1), ("--fail-on", "note"), 1),
        (Report((WARNING,), checked=1), (), 1),
        (Report((WARNING,), checked=1), ("--fail-on=error",), 0),
        (Report((ERROR,), checked=1), (), 1),
        (Report((ERROR,), checked=1), ("--exit-zero",), 0),
        (Report((ERROR,), (), 1, (FAILURE,)), (), 2),
        (Report((ERROR,), (), 1, (FAILURE,)), ("-e",), 2),
        (Report(checked=1, notes=(TEXT,)), (), 0),
        (Report(checked=1, notes=(TEXT,)), ("--strict",), 2),
        (Report((ERROR,), checked=1, notes=(TEXT,)), ("--strict", "-e"), 2),
        (Report((), (ERROR,), 1), (), 0),
        (Report(), (), 0),
    ],
)
def test_exit_codes(
    monkeypatch: pytest.MonkeyPatch, report: Report, arguments: tuple[str, ...], code: int
) -> None:
    report_is(monkeypatch, report)
    assert run(*arguments)[0] == code


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--selct=BIN1",), "unknown option --selct; did you mean --select"),
        (("--zzzzzzzz",), "unknown option --zzzzzzzz; see binlint --help"),
        (("--sel", "BIN1"), "unknown option --sel"),
        (("--select",), "expected one argument"),
        (("--select", "BIN7"), "--select: unknown rule 'BIN7'"),
        (("--fail-on", "fatal"), "--fail-on"),
        (("--color", "sometimes"), "--color"),
        (("--output-format", "yaml"), "--output-format: unknown output format"),
        (("--exclude", "[z-a]"), "--exclude: pattern 1 is not a valid pattern"),
        (("--per-file-ignores", "BIN101"), "expected PATTERN:CODES"),
        (("--per-file-ignores", "a.py:"), "expected PATTERN:CODES"),
        (("--config", "missing.toml"), "missing.toml: no such file"),
        (("--config", "strict = 1"), "--config: strict: expected true or false"),
        (("--config", "a.toml", "--isolated"), "exclude each other"),
        (("--stdin-filename", "a.py", "b.py"), "--stdin-filename names standard input"),
        (("-o", "missing/report"), "the directory of missing/report does not exist"),
        (("-o", "."), ". is a directory"),
        (("-q", "explain", "BIN101"), "the command explain comes first"),
        (("explain",), "required: CODE"),
        (("explain", "BIN10x"), "explain: unknown rule; did you mean BIN10"),
        (("explain", "hardcoded-api-kei"), "did you mean hardcoded-api-key"),
        (("explain", "zzzzzzzzzz"), "known: BIN101, "),
        (("rules", "all"), "unrecognized arguments"),
    ],
)
def test_what_is_not_understood(arguments: tuple[str, ...], words: str) -> None:
    code, out, error = run(*arguments)
    assert (code, out) == (2, "")
    assert words in error
    assert error.startswith("binlint: error: ")
    assert error.count("\n") == 1


def test_values_in_the_wrong_place_are_not_repeated() -> None:
    key = fresh_key()
    for arguments in (
        *(
            ("--fail-on", key),
            ("--color", key),
            ("--select", key),
            ("--output-format", key),
            ("explain", key),
        ),
        *((f"--key={key}",), ("--config", f"select = ['{key}']"), ("--config", f"{key} = 1")),
    ):
        code, out, error = run(*arguments)
        assert code == 2
        assert key not in out + error


def test_missing_paths_are_failures_beside_what_is_there() -> None:
    Path("a.py").write_text("")
    code, out, _ = run("missing.py", "a.py")
    assert code == 2
    assert "missing.py" in out
    assert "Checked 1 file" in out.splitlines()[-1]


@pytest.mark.parametrize("name", ["check", "explain", "rules"])
def test_paths_that_are_named_like_commands(name: str) -> None:
    Path(name).mkdir()
    leak(f"{name}/leak.py")
    for arguments in (
        (f"./{name}",),
        ("check", name),
        ("--", name),
        ("--color=never", f"./{name}"),
        ("check", "--", name),
    ):
        code, out, _ = run(*arguments)
        assert (code, "BIN102" in out) == (1, True), arguments


@pytest.mark.parametrize(
    ("arguments", "paths"),
    [
        ((), ()),
        (("check",), ()),
        (("a", "b"), ("a", "b")),
        (("check", "check"), ("check",)),
        (("check", "--force-exclude", "a"), ("a",)),
        (("check", "--force-exclude", "rules"), ("rules",)),
        (("check", "--quiet", "--force-exclude", "--", "-e", "rules"), ("-e", "rules")),
        (("check", "--force-exclude", "--quiet", "a", "--", "--"), ("a", "--")),
        (("--quiet", "check", "a"), ("a",)),
        (("check", "--", "a", "-"), ("a", "./-")),
        (("-", "--", "-"), ("-", "./-")),
        (("--force-exclude", "a"), ("a",)),
        (("a", "-q", "b", "--", "-c"), ("a", "b", "-c")),
        (("-q", "check", "a"), ("a",)),
        (("--force-exclude", "check", "a"), ("a",)),
        (("-",), ("-",)),
        (("--", "--"), ("--",)),
    ],
)
def test_paths(arguments: tuple[str, ...], paths: tuple[str, ...]) -> None:
    plain = cli_options.plain_options(arguments)
    parsed = cli_parser.parse_check(arguments, io.StringIO())
    assert parsed.paths == paths
    assert plain is None or (*plain[:2], plain.quiet) == (*parsed[:2], parsed.quiet)


@pytest.mark.parametrize(
    "arguments", [("explain", "BIN101"), ("rules",), ("--force-exclude", "rules"), ("-q",)]
)
def test_the_short_way_is_only_for_hooks(arguments: tuple[str, ...]) -> None:
    assert cli_options.plain_options(arguments) is None


def test_options_become_settings() -> None:
    options = cli_parser.parse_check(
        [
            *(
                "--select",
                "BIN1, BIN2",
                "--select",
                "BIN9",
                "--ignore=BIN101",
                "--exclude",
                "a,b",
                "--no-force-exclude",
            ),
            *(
                "--no-respect-gitignore",
                "--per-file-ignores",
                "a.py:BIN1,BIN2,C:/b.py:BIN9",
                "-e",
                "--strict",
            ),
            *("--per-file-ignores", "a.py:BIN9", "--no-ignore-comments", "--config", "strict=true"),
        ],
        io.StringIO(),
    )
    assert options.overrides == {
        "select": ["BIN1", "BIN2", "BIN9"],
        "ignore": ["BIN101"],
        "exclude": ["a", "b"],
        "force-exclude": False,
        "respect-gitignore": False,
        "per-file-ignores": {"a.py": ["BIN1", "BIN2", "BIN9"], "C:/b.py": ["BIN9"]},
        "exit-zero": True,
        "strict": True,
    }
    assert (options.config, options.ignore_comments) == (("strict=true",), False)


def test_help_and_version() -> None:
    assert run("--version") == (0, f"binlint {__version__}\n", "")
    for arguments in (("--help",), ("check", "-h"), ("explain", "--help"), ("rules", "--help")):
        code, out, error = run(*arguments)
        assert (code, error) == (0, "")
        assert out.startswith("usage: binlint")


def test_rules_and_explain() -> None:
    code, out, _ = run("rules")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == [rule.code for rule in RULES]
    for rule in RULES:
        code, out, _ = run("explain", rule.code.lower())
        assert code == 0
        assert out.startswith(f"# {rule.code} {rule.name}")
        assert "«" not in out
        assert ("## What to do" in out) == (not rule.code.startswith("BIN9"))
        assert run("explain", rule.name)[1] == out
    assert run("explain", "BIN101", "BIN102")[1].count("# BIN") == 2


def test_settings() -> None:
    Path("binlint.toml").write_text("strict = true\nper-file-ignores = { 'a\\b' = ['BIN1'] }\n")
    code, out, _ = run("--show-settings", "--fail-on", "error", "missing.py")
    assert code == 0
    assert out.splitlines()[0] == "# from binlint.toml and the command line"
    assert 'fail-on = "error"' in out.splitlines()
    assert "strict = true" in out.splitlines()
    shown = Path("shown.toml")
    shown.write_text(out)
    assert run("--config", "shown.toml", "--show-settings")[1].splitlines()[1:] == out.splitlines()[1:]


def test_show_files() -> None:
    for name, text in (
        ("b.py", ""),
        ("a.py", ""),
        ("tool", "#!/usr/bin/python\n"),
        ("text", "x"),
        ("c.png", ""),
    ):
        Path(name).write_text(text)
    Path("link").symlink_to("tool")
    assert run("--show-files") == (0, "a.py\nb.py\ntext\ntool\n", "")
    code, out, error = run("--show-files", "a.py", "missing.py")
    assert (code, out) == (2, "a.py\n")
    assert "missing.py: no such file or directory" in error


@pytest.mark.parametrize(
    ("arguments", "environment", "terminal", "expected"),
    [
        ((), {}, False, "concise"),
        ((), {}, True, "full"),
        (("--output-format=json",), {"BINLINT_OUTPUT_FORMAT": "github"}, True, "json"),
        ((), {"BINLINT_OUTPUT_FORMAT": "json"}, True, "json"),
        (("--config", "output-format='json'"), {}, True, "json"),
        (("--config", "output-format='json'"), {"BINLINT_OUTPUT_FORMAT": "concise"}, True, "concise"),
        (("-o", "report"), {}, True, None),
    ],
)
def test_formats(
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    environment: dict[str, str],
    terminal: bool,
    expected: str | None,
) -> None:
    report_is(monkeypatch, Report((ERROR,), checked=1))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    _, out, _ = run(*arguments, stdout=Terminal() if terminal else None)
    shape = (
        "json"
        if out.startswith("{")
        else "concise"
        if out.startswith("a.py:1:7: BIN101")
        else "full"
        if out
        else None
    )
    assert shape == expected


def test_a_wrong_format_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BINLINT_OUTPUT_FORMAT", "yaml")
    code, out, error = run()
    assert (code, out) == (2, "")
    assert "BINLINT_OUTPUT_FORMAT: unknown output format; known: full, " in error


@pytest.mark.parametrize(
    ("option", "environment", "terminal", "coloured"),
    [
        ("auto", {}, False, False),
        ("auto", {}, True, True),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_colours(
    monkeypatch: pytest.MonkeyPatch, option: str, environment: dict[str, str], terminal: bool, coloured: bool
) -> None:
    report_is(monkeypatch, Report((ERROR,), checked=1))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    _, out, _ = run("--output-format=full", f"--color={option}", stdout=Terminal() if terminal else None)
    assert ("\x1b[" in out) is coloured


@pytest.mark.parametrize("name", ["json", "sarif"])
def test_documents_stand_alone_and_the_closing_line_beside(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    report_is(monkeypatch, Report((ERROR,), (), 1, (FAILURE,)))
    code, out, error = run("--output-format", name, "--statistics")
    assert code == 2
    json.loads(out)
    lines = error.splitlines()
    assert lines[0] == "a.py: not checked: unreadable"
    assert lines[1].split() == ["1", "BIN101", "hardcoded-api-key"]
    assert lines[2].startswith("Checked 1 file, 1 error")


@pytest.mark.parametrize("name", ["full", "concise", "github"])
def test_formats_for_people_end_with_the_closing_line(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    report_is(monkeypatch, Report((ERROR,), checked=1))
    _, out, error = run("--output-format", name)
    assert out.splitlines()[-1].startswith("Checked 1 file, 1 error")
    assert error == ""


def test_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    report_is(monkeypatch, Report(checked=3))
    assert run("-q") == (0, "", "")
    assert run()[1] == "Checked 3 files, no findings.\n"
    assert run("-q", "--output-format=json")[2] == ""


def test_verbose_names_what_was_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    report_is(monkeypatch, Report(checked=1, skipped=(SKIP,), stages=(("candidate", 3),)))
    assert "not checked: binary" not in run()[1]
    _, out, error = run("-v")
    assert "a.py: not checked: binary" in out
    assert error == "configuration: defaults\nfiles by stage: candidate 3\n"


def test_suppressed_findings_are_listed_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    report_is(monkeypatch, Report((), (ERROR,), 1))
    assert "Something" not in run()[1]
    assert run("--show-suppressed")[1].startswith("a.py:1:7: BIN101 Something (suppressed)\n")
    _, out, error = run("--show-suppressed", "--output-format=json")
    json.loads(out)
    assert "(suppressed)" in error


def test_remarks_on_the_listing_reach_the_report() -> None:
    Path(".git").write_text("gitdir: /nowhere\n")
    Path("a.py").write_text("")
    _, out, _ = run("-v")
    assert ".: note: listed without git (git failed with status 128)" in out


def test_report_files(monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    report_is(monkeypatch, Report((ERROR,), checked=1))
    Path("report").write_text("old")
    Path("report").chmod(0o644)
    code, out, error = run("--output-format=json", "-o", "report")
    assert (code, out) == (1, "")
    assert error.startswith("Checked 1 file")
    assert json.loads(Path("report").read_text())
    assert Path("report").stat().st_mode & 0o777 == 0o600
    assert sorted(os.listdir(here)) == ["report"]
    assert run("-o", "-")[1].startswith("a.py:1:7")


def test_a_link_is_replaced_and_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    report_is(monkeypatch, Report(checked=1))
    Path("precious").write_text("old")
    Path("report").symlink_to("precious")
    assert run("-o", "report")[0] == 0
    assert Path("precious").read_text() == "old"
    assert not Path("report").is_symlink()


def test_devices_are_written_to_and_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    replaced: list[str] = []
    monkeypatch.setattr(cli_output, "_replace", lambda path, data: replaced.append(path))
    monkeypatch.setattr("builtins.open", lambda path, mode: opened.append(path) or io.BytesIO())
    cli_output.write_file(os.devnull, "x")
    assert (opened, replaced) == ([os.devnull], [])


def test_a_report_file_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "no")

    report_is(monkeypatch, Report((ERROR,), checked=1))
    monkeypatch.setattr(os, "replace", refuse)
    code, _, error = run("-o", "report")
    assert code == 2
    assert "report cannot be written: Permission denied" in error
    assert os.listdir(here) == []


def test_internal_errors_tell_where_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    key = fresh_key()

    def fail(*_: object, **__: object) -> Report:
        raise ValueError(key)

    monkeypatch.setattr(engine, "run", fail)
    code, out, error = run("-v")
    assert (code, out) == (2, "")
    assert error.startswith("binlint: error: internal error in binlint.cli:_run ")
    assert error.endswith(" ValueError; please report\n")
    assert key not in error


@pytest.mark.parametrize(
    "error", [RecursionError(), MemoryError(), OSError(5, "x"), UnicodeError(), AssertionError("x")]
)
def test_no_exception_escapes(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_: object, **__: object) -> Report:
        raise error

    monkeypatch.setattr(engine, "run", fail)
    assert run()[0] == 2


def test_interruption(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> Report:
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "run", interrupt)
    assert run() == (2, "", "binlint: error: interrupted\n")


def test_a_directory_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> str:
        raise FileNotFoundError

    monkeypatch.setattr(os, "getcwd", gone)
    with pytest.raises(ConfigError, match="does not exist any more"):
        cli._current_folder()


def piped(data: bytes, *arguments: str, **settings: str) -> tuple[int, str]:
    done = start(*arguments, data=data, **settings)
    return done.returncode, (done.stdout + done.stderr).decode()


def start(
    *arguments: str, data: bytes = b"", stdout: int = subprocess.PIPE, **settings: str
) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), **settings}
    command = [sys.executable, "-m", "binlint", *arguments]
    return subprocess.run(
        command, input=data, stdout=stdout, stderr=subprocess.PIPE, env=environment, check=False
    )


def test_standard_input() -> None:
    leak()
    data = Path("leak.py").read_bytes()
    for arguments, code, words in (
        (("-",), 1, "<stdin>:3:17: BIN101"),
        (("--stdin-filename", "./sub/x.py"), 1, "sub/x.py:3:17: BIN101"),
        (("-", "--stdin-filename", "x.png"), 0, "not a kind that binlint reads"),
        (("-", "--stdin-filename", "x.py", "--exclude", "x.py"), 1, "x.py:3:17"),
        (("-", "--stdin-filename", "x.py", "--exclude", "x.py", "--force-exclude"), 0, "1 excluded"),
        (("-", "leak.py"), 1, "Checked 2 files"),
    ):
        assert piped(data, *arguments)[0] == code, arguments
        assert words in piped(data, *arguments)[1], arguments
    assert piped(b"", "-") == (0, "Checked 1 file, no findings.\n")


def test_standard_input_that_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    code, out, _ = run("-")
    assert code == 2
    assert "<stdin>: not checked: unreadable" in out


def test_nothing_of_a_leak_reaches_any_output(tmp_path: Path) -> None:
    key, secret = leak()
    for name in ("full", "concise", "json", "sarif", "github"):
        done = start("--output-format", name, "-v", "--statistics", "--no-ignore-comments")
        output = done.stdout + done.stderr
        assert done.returncode == 1
        assert b"BIN102" in output
        assert key.encode() not in output
        assert secret.encode() not in output


def test_two_runs_give_the_same_bytes() -> None:
    for number in range(5):
        leak(f"leak{number}.py")
    paths = [f"leak{number}.py" for number in range(5)]
    first = start(*paths, PYTHONHASHSEED="0")
    second = start(*reversed(paths), PYTHONHASHSEED="1")
    assert first.stdout == second.stdout


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "gbk", "utf-8"])
def test_pipes_of_any_encoding(encoding: str) -> None:
    leak("注释.py")
    for arguments in ((), ("--output-format=full",), ("explain", "BIN102"), ("--show-files",)):
        done = start(*arguments, PYTHONIOENCODING=encoding)
        assert b"Traceback" not in done.stderr
        assert done.returncode == (1 if not arguments or arguments[0].startswith("--output") else 0)
        done.stdout.decode(encoding)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no device that is always full")
@pytest.mark.parametrize(
    "arguments", [(), ("rules",), ("--help",), ("--output-format=json",), ("--show-settings",)]
)
def test_a_full_disk(arguments: tuple[str, ...]) -> None:
    with open("/dev/full", "wb") as full:
        done = start(*arguments, stdout=full.fileno())
    assert done.returncode == 2
    assert done.stderr.decode() == "binlint: error: the output cannot be written: No space left on device\n"


def test_a_reader_that_goes_away() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    leak()
    try:
        done = start(stdout=writer)
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")


def test_closed_streams() -> None:
    leak()
    for redirection, code in ((">&-", 2), ("2>&-", 1), (">&- 2>&-", 2)):
        command = f'"{sys.executable}" -m binlint {redirection}'
        environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
        done = subprocess.run(["sh", "-c", command], capture_output=True, env=environment, check=False)
        assert done.returncode == code, redirection
        assert b"Traceback" not in done.stdout + done.stderr


FORBIDDEN = {
    *(
        "argparse",
        "dataclasses",
        "importlib.metadata",
        "inspect",
        "json",
        "libcst",
        "logging",
        "pathlib",
        "pathspec",
    ),
    *("rich", "subprocess", "tomllib", "shutil", "difflib", "binlint.rules", "binlint.sources.folders"),
}


def test_what_a_clean_hook_run_imports() -> None:
    names = [f"clean{number}.py" for number in range(10)]
    for name in names:
        Path(name).write_text("x = 1\n")
    Path("pyproject.toml").write_text("[project]\nname = 'x'\n")
    program = (
        "import sys; before = set(sys.modules)\n"
        f"from binlint.cli import main\nassert main(['check', '--force-exclude', *{names}]) == 0\n"
        "print(*sorted(set(sys.modules) - before), sep='\\n')"
    )
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, env=environment, check=True)
    assert not FORBIDDEN & set(done.stdout.decode().split())


def test_progress_is_drawn_after_a_moment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    from binlint import cli_progress

    now = [0.0]
    monkeypatch.setattr(cli_progress.time, "monotonic", lambda: now[0])
    bar = cli_progress.Bar()
    bar(1, 10)
    assert bar._progress is None
    now[0] = 1.0
    bar(2, 10)
    assert bar._progress is not None
    now[0] = 2.0
    bar(10, 10)
    bar.close()


def test_progress_is_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def record(*_: object, progress: object, **__: object) -> Report:
        seen.append(progress)
        return Report(checked=1)

    monkeypatch.setattr(engine, "run", record)
    run()
    run("-q", stderr=Terminal())
    run(stderr=Terminal())
    assert [progress is not None for progress in seen] == [False, False, True]
