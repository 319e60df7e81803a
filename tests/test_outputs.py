"""Several reports of one run, and what they are told from outside: paths, commit, time, category, columns."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fresh_values import fresh_key
from hostile import exposed

from binlint import engine
from binlint.cli import main
from binlint.finding import Place
from binlint.frames import Masker
from binlint.report import Note, Report
from binlint.reporters import FORMATS
from binlint.reporters.listing import rebased
from binlint.sources.worktree import clean_environment, head

ROOT = Path(__file__).resolve().parent.parent
HEAD = "from binance.client import Client\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("SOURCE_DATE_EPOCH", "BINLINT_OUTPUT_FORMAT", "CI", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def run(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = main(["--isolated", *arguments], stdout=out, stderr=err)
    return code, out.getvalue(), err.getvalue()


def document(name: str, *arguments: str) -> Any:
    """A report in JSON of the current directory."""
    run("--output-format", name, "-o", "../report.out", *arguments, ".")
    return json.loads(Path("../report.out").read_text(encoding="utf-8"))


def git(*arguments: str) -> str:
    command = ["git", "-c", "user.name=x", "-c", "user.email=x@y.invalid", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=clean_environment())
    return done.stdout.strip()


def results() -> list[dict[str, Any]]:
    return list(document("sarif")["runs"][0]["results"])


# several reports


def test_one_run_writes_every_format(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("leak.py").write_text(f'{HEAD}Client("{fresh_key()}", "{fresh_key()}")\n')
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    runs: list[None] = []
    whole = engine.run
    monkeypatch.setattr(engine, "run", lambda *args, **more: (runs.append(None), whole(*args, **more))[1])
    outputs = [part for name in FORMATS for part in ("--output", f"{name}={name}.out")]
    code, out, error = run(*outputs, "leak.py")
    assert (code, error, len(runs)) == (1, "", 1)
    assert out.startswith("leak.py:2:8: BIN101 ")
    for name in FORMATS:
        path = Path(f"{name}.out")
        assert path.stat().st_mode & 0o777 == 0o600
        assert run("--output-format", name, "-o", "alone", "leak.py")[0] == 1
        assert path.read_bytes() == Path("alone").read_bytes(), name


def test_reports_are_written_beside_a_report_file() -> None:
    Path("clean.py").write_text("")
    assert run("-o", "main.txt", "--output", "json=a=b.json", "clean.py")[0] == 0
    assert Path("main.txt").read_text() == "Checked 1 file, no findings.\n"
    assert json.loads(Path("a=b.json").read_text())["summary"]["checked"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--output", "sarif"), "--output: expected FORMAT=FILE, such as sarif=binlint.sarif"),
        (("--output", "sarif="), "--output: expected FORMAT=FILE"),
        (("--output", "yaml=x"), "--output: unknown output format; known: full, "),
        (("--output", "json=-"), "--output writes to files"),
        (("--output", "json=x", "--output", "sarif=./x"), "--output: two reports for the same file"),
        (("--output", "json=x", "-o", "x"), "--output: two reports for the same file"),
        (("--output", "json=."), "--output: . is a directory"),
        (("--output", "json=no/where"), "--output: the directory of no/where does not exist"),
    ],
)
def test_what_cannot_be_written_is_said_before_anything_is(arguments: tuple[str, ...], message: str) -> None:
    Path("clean.py").write_text("")
    code, out, error = run(*arguments, "clean.py")
    assert (code, out) == (2, "")
    assert message in error
    assert os.listdir() == ["clean.py"]


# from the repository


def test_ci_formats_give_paths_from_the_top_of_the_repository(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = here / "repository" / "services" / "my bot"
    folder.mkdir(parents=True)
    monkeypatch.chdir(here / "repository")
    git("init", "-q")
    monkeypatch.chdir(folder)
    Path("leak.py").write_text(f'{HEAD}Client("{fresh_key()}", "{fresh_key()}")\n')
    [first, _] = results()
    place = first["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "services/my%20bot/leak.py", "uriBaseId": "%SRCROOT%"}
    related = first["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert related == place["uri"]
    assert document("gitlab")[0]["location"]["path"] == "services/my bot/leak.py"
    assert document("gitlab-secrets")["vulnerabilities"][0]["location"]["file"] == "services/my bot/leak.py"
    assert "::error file=services/my bot/leak.py," in run("--output-format", "github", ".")[1]
    assert document("json")["findings"][0]["path"] == "leak.py"
    assert document("rdjson")["diagnostics"][0]["location"]["path"] == "leak.py"


def test_a_report_seen_from_further_up() -> None:
    note = Note("../gone.py", "unreadable")
    moved = rebased(Report(checked=1, skipped=(note,), notes=(Note("x.py", "binary"),)), "a/b")
    assert [each.path for each in (*moved.skipped, *moved.notes)] == ["a/gone.py", "a/b/x.py"]
    report = Report(checked=1)
    assert rebased(report, "") is report


def test_the_commit_is_the_one_that_is_checked_out(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "tree").mkdir()
    monkeypatch.chdir(here / "tree")
    Path("leak.py").write_text(f'{HEAD}Client("{fresh_key()}", "{fresh_key()}")\n')

    def commits() -> set[str]:
        found = document("gitlab-secrets")["vulnerabilities"]
        return {each["location"]["commit"]["sha"] for each in found}

    assert commits() == {"0" * 40}
    git("init", "-q")
    assert head(".") == ""
    assert commits() == {"0" * 40}
    git("add", ".")
    git("commit", "-q", "-m", "x")
    assert commits() == {git("rev-parse", "HEAD")} == {head(".")}
    monkeypatch.setenv("GIT_DIR", str(here / "elsewhere"))
    assert head(".") == git("rev-parse", "HEAD")


def test_a_program_that_git_is_told_to_run_is_not_run(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "tree").mkdir()
    monkeypatch.chdir(here / "tree")
    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "x")
    git("config", "core.fsmonitor", f"touch {here / 'run'}")
    assert len(head(".")) == 40
    assert not (here / "run").exists()


@pytest.mark.parametrize(
    ("epoch", "fixed"), [("1000000000", True), ("", False), ("soon", False), ("9" * 30, False)]
)
def test_source_date_epoch(monkeypatch: pytest.MonkeyPatch, epoch: str, fixed: bool) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    scan = document("gitlab-secrets")["scan"]
    assert (scan["start_time"] == scan["end_time"] == "2001-09-09T01:46:40") is fixed
    assert scan["start_time"] <= scan["end_time"]


def test_the_category_of_sarif() -> None:
    assert document("sarif")["runs"][0]["automationDetails"] == {"id": "binlint/"}
    assert document("sarif", "--sarif-category", "bots")["runs"][0]["automationDetails"] == {"id": "bots/"}


# columns, fixes, fingerprints


def test_columns_of_reviewdog_are_bytes_of_the_file() -> None:
    values = [fresh_key() for _ in range(3)]
    text = f'{HEAD}ключ, é = "交易", "🔑"; c = Client("{values[0]}", api_secret="{values[1]}")  # ü\nä = Client("{values[2]}")\n'
    Path("leak.py").write_text(text, encoding="utf-8")
    lines = Path("leak.py").read_bytes().split(b"\n")
    shown = []
    for diagnostic in document("rdjson")["diagnostics"]:
        start, end = (diagnostic["location"]["range"][name] for name in ("start", "end"))
        shown.append(lines[start["line"] - 1][start["column"] - 1 : end["column"] - 1].decode())
    assert shown == [f'"{value}"' for value in values]


def test_byte_columns_in_any_order_and_outside_of_the_text() -> None:
    masker = Masker("é" * 100 + "\nascii\n", [], ())

    def columns(*place: int) -> tuple[int, int] | None:
        return masker.byte_columns(Place(*place))

    assert columns(1, 51, 1, 61) == (101, 121)
    assert columns(1, 11, 1, 12) == (21, 23)
    assert columns(1, 1, 2, 4) == (1, 4)
    assert columns(9, 1, 9, 2) is None


def test_many_places_on_one_long_line_are_measured_once() -> None:
    masker = Masker("é" * 2_000_000, [], ())
    for column in range(1, 2_000_000, 200):
        assert masker.byte_columns(Place(1, column, 1, column + 66)) == (2 * column - 1, 2 * column + 131)


def test_a_fix_of_sarif_leaves_no_secret_and_nothing_else_changes() -> None:
    key, secret = fresh_key(), fresh_key()
    text = f'import os\n{HEAD}é = "交"; c = Client("{key}", api_secret="{secret}")\n'
    Path("leak.py").write_text(text, encoding="utf-8")
    lines = text.split("\n")
    found = results()
    assert exposed(json.dumps(found), [key, secret]) == []
    for result in reversed(found):
        [change] = result["fixes"][0]["artifactChanges"]
        [replacement] = change["replacements"]
        region = replacement["deletedRegion"]
        line = lines[region["startLine"] - 1]
        assert region["startLine"] == region["endLine"]
        lines[region["startLine"] - 1] = (
            line[: region["startColumn"] - 1]
            + replacement["insertedContent"]["text"]
            + line[region["endColumn"] - 1 :]
        )
    assert lines[2] == (
        'é = "交"; c = Client(os.environ["BINANCE_API_KEY"], api_secret=os.environ["BINANCE_API_SECRET"])'
    )


def test_fingerprints_stay_when_lines_move_and_others_are_renamed() -> None:
    key, secret, other = fresh_key(), fresh_key(), fresh_key()
    text = (
        f'{HEAD}\ndef unrelated():\n    return 1\n\n\ndef connect():\n    return Client("{key}", "{secret}")\n'
        f'\n\napi_key = "{other}"\n'
    )

    def fingerprints(source: str) -> list[str]:
        Path("leak.py").write_text(source)
        names = [result["partialFingerprints"]["primaryLocationLineHash"] for result in results()]
        assert names == [name for name in names if re.fullmatch(r"[0-9a-f]+:\d+", name)]
        return names

    before = fingerprints(text)
    assert len(set(before)) == 3
    assert fingerprints(f"# a\n# b\n\n\n{text}") == before
    assert fingerprints(text.replace("unrelated", "another").replace("return 1", "return 'x' * 3")) == before
    Path("other.py").write_text("class Unrelated:\n    pass\n")
    assert fingerprints(text) == before


# the problem matcher of the documentation


def test_the_problem_matcher_reads_the_concise_format() -> None:
    page = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    task = json.loads(re.search(r"```json\n(\{\n  \"version\".*?)```", page, re.DOTALL)[1])  # type: ignore[index]
    pattern = task["tasks"][0]["problemMatcher"]["pattern"]
    assert {name: number for name, number in pattern.items() if name != "regexp"} == {
        "file": 1, "line": 2, "column": 3, "code": 4, "message": 5
    }  # fmt: skip
    line = re.compile(pattern["regexp"])
    Path("a b:1:2.py").write_text(f'{HEAD}api_key = "{fresh_key()}"\n')
    written = run("--output-format", "concise", ".")[1].splitlines()
    found = [match.groups() for match in map(line.match, written) if match]
    assert found == [("a b:1:2.py", "2", "11", "BIN101", "Binance API key is hard-coded in `api_key`")]
    for path in (r"C:\bots\grid\main.py", r"\\server\share\x.py", "C:/bots/grid.py", "src/交易.py"):
        match = line.match(f"{path}:12:3: BIN102 Binance secret key: is hard-coded")
        assert match is not None
        assert match.groups() == (path, "12", "3", "BIN102", "Binance secret key: is hard-coded")
    for other in ("Checked 3 files, 1 error.", "gone.py: not checked: unreadable", "a.py:1:2: E501 long"):
        assert line.match(other) is None


def test_a_clean_run_loads_no_other_format() -> None:
    Path("clean.py").write_text("x = 1\n")
    program = (
        "import sys; from binlint.cli import main; code = main(['--isolated', 'clean.py']);"
        "print(code, sorted(m for m in sys.modules if m.startswith('binlint.reporters.')))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    names = ("clean", "concise", "context", "listing", "summary")
    assert done.stdout.splitlines()[-1] == f"0 {[f'binlint.reporters.{name}' for name in names]}"
