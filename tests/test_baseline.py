"""`binlint baseline` and runs with a baseline: real files, the real command."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from fresh_values import fresh_key

from binlint import cli, day

FILE = Path(".binlint-baseline.jsonl")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(day, "today", lambda: "2026-11-23")
    for name in ("NO_COLOR", "FORCE_COLOR", "BINLINT_OUTPUT_FORMAT", "COLUMNS", "CI"):
        monkeypatch.delenv(name, raising=False)
    subprocess.run(["git", "init", "-q"], check=True)
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    out, error = io.StringIO(), io.StringIO()
    code = cli.main(arguments, stdout=out, stderr=error)
    return code, out.getvalue() + error.getvalue()


def write(name: str, *keys: str) -> None:
    Path(name).parent.mkdir(exist_ok=True)
    lines = [f"c{number} = Client('{key}')\n" for number, key in enumerate(keys)]
    Path(name).write_text("from binance.client import Client\n" + "".join(lines), encoding="utf-8")


def entries() -> list[dict[str, object]]:
    return [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()[1:]]


def test_all_is_quiet_after_a_baseline_but_never_forgotten():
    keys = [fresh_key() for _ in range(3)]
    write("a.py", *keys)
    assert run()[0] == 1
    code, told = run("baseline")
    assert code == 0
    assert "3 of its findings are credentials that still work unless they were revoked" in told
    code, told = run()
    assert code == 0
    assert told.endswith(
        "no findings. 3 old findings are in the baseline; "
        "3 of them are credentials that still work unless they were revoked.\n"
    )
    assert run("--no-baseline")[0] == 1
    assert "3 old findings" in run("--quiet")[1]
    assert not any(key in FILE.read_text(encoding="utf-8") for key in keys)


def test_the_file_says_no_more_than_it_must():
    write("a.py", fresh_key())
    run("baseline")
    header = json.loads(FILE.read_text(encoding="utf-8").splitlines()[0])
    assert (set(header), header["version"], len(header["salt"])) == ({"version", "salt"}, 1, 32)
    assert [set(entry) for entry in entries()] == [{"path", "rule", "fp", "count"}]
    assert run("--no-baseline", str(FILE))[0] == 0


def test_a_second_run_changes_no_byte_and_touches_no_file():
    write("a.py", fresh_key(), fresh_key())
    run("baseline")
    before, status = FILE.read_bytes(), FILE.stat()
    assert "unchanged" in run("baseline")[1]
    assert "unchanged" in run("baseline", "--prune")[1]
    assert (FILE.read_bytes(), FILE.stat().st_ino) == (before, status.st_ino)


def test_a_new_finding_beside_an_old_one_is_reported():
    old, new = fresh_key(), fresh_key()
    write("a.py", old)
    run("baseline")
    Path("a.py").write_text(
        f"from binance.client import Client\n\n\nc = Client('{old}'); d = Client('{new}')\n", encoding="utf-8"
    )
    code, told = run()
    assert code == 1
    assert "a.py:4:92: BIN101" in told
    assert told.count("BIN101") == 1


def test_a_moved_file_keeps_its_entries():
    write("a.py", fresh_key())
    run("baseline", "--reason", "it is revoked")
    os.renames("a.py", "deep/b.py")
    assert run()[0] == 0
    assert run("deep/b.py")[0] == 0
    assert "1 new, 1 gone" in run("baseline")[1]
    assert [(entry["path"], entry["reason"]) for entry in entries()] == [("deep/b.py", "it is revoked")]


def test_a_run_from_below_knows_the_same():
    write("pkg/a.py", fresh_key())
    run("baseline")
    os.chdir("pkg")
    code, told = run()
    assert code == 0
    assert "1 old finding is in the baseline; it is a credential that still works" in told


def test_a_key_that_became_real_is_reported():
    write("a.py", "your_api_key_here")
    run("baseline", "--fail-on=note")
    assert [entry["level"] for entry in entries()] == ["note"]
    assert run("--fail-on=note")[0] == 0
    write("a.py", fresh_key())
    assert run()[0] == 1


def test_passphrases_are_known_again():
    Path("a.py").write_text(
        "from binance.client import Client\nc = Client('x', private_key_pass='tr0ub4dor and three')\n",
        encoding="utf-8",
    )
    assert run("baseline")[0] == 0
    assert run()[0] == 0
    Path("a.py").write_text(
        Path("a.py").read_text(encoding="utf-8").replace("three", "four"), encoding="utf-8"
    )
    assert run()[0] == 1


def test_stale_entries_are_told_and_pruned():
    write("a.py", fresh_key(), fresh_key())
    run("baseline")
    Path("a.py").write_text("", encoding="utf-8")
    code, told = run()
    assert code == 0
    assert "2 entries say more than is found" in told
    run("baseline")
    assert len(entries()) == 2
    assert "0 entries (0 new, 2 gone)" in run("baseline", "--prune")[1]
    assert "more than is found" not in run()[1]


@pytest.mark.parametrize("choice", [("--ignore", "BIN101"), ("--select", "BIN107")])
def test_a_rule_that_does_not_run_says_nothing_of_its_entries(choice: tuple[str, str]):
    write("a.py", fresh_key())
    run("baseline")
    before = FILE.read_bytes()
    assert "says more than is found" not in run(*choice)[1]
    run("baseline", "--prune", *choice)
    assert FILE.read_bytes() == before


def test_a_part_of_the_tree_leaves_the_rest_alone():
    write("one/a.py", fresh_key())
    write("two/b.py", fresh_key())
    run("baseline")
    os.remove("one/a.py")
    Path("two/b.py").write_text("", encoding="utf-8")
    run("baseline", "--prune", "two")
    assert [entry["path"] for entry in entries()] == ["one/a.py"]
    assert "more than is found" not in run("two")[1]


def test_an_expired_entry_is_reported_and_said(monkeypatch: pytest.MonkeyPatch):
    write("a.py", fresh_key())
    run("baseline", "--expires=2027-01-31")
    monkeypatch.setattr(day, "today", lambda: "2027-01-31")
    assert run()[0] == 0
    monkeypatch.setattr(day, "today", lambda: "2027-02-01")
    code, told = run()
    assert code == 1
    assert "1 finding is reported again: the entry has expired" in told
    run("baseline", "--expires=2028-01-31")
    assert run()[0] == 0


def test_many_entries_are_too_many():
    write("a.py", *(fresh_key() for _ in range(201)))
    assert "201 entries; nobody reads more than 200" in run("baseline")[1]
    assert "201 entries" in run()[1]


def test_the_file_can_stand_elsewhere(tmp_path: Path):
    write("a.py", fresh_key())
    assert run("--baseline=ci/old.jsonl")[0] == 2
    Path("ci").mkdir()
    run("baseline", "--baseline=ci/old.jsonl")
    assert run()[0] == 1
    assert run("--baseline", "ci/old.jsonl")[0] == 0
    Path("binlint.toml").write_text('baseline = "ci/old.jsonl"\n', encoding="utf-8")
    assert run()[0] == 0
    (tmp_path / "sub").mkdir()
    os.chdir("sub")
    assert run("--baseline=../ci/old.jsonl", "..")[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("baseline", "--fix"),
        ("baseline", "-"),
        ("baseline", "--no-baseline"),
        ("baseline", "-o", "x"),
        ("baseline", "--expires=soon"),
        ("--baseline=x", "--no-baseline"),
        ("--quiet", "baseline"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: tuple[str, ...]):
    write("a.py", fresh_key())
    assert run(*arguments)[0] == 2
    assert not FILE.exists()


def test_a_broken_file_is_an_error_and_stays():
    write("a.py", fresh_key())
    run("baseline")
    FILE.write_text(FILE.read_text(encoding="utf-8") + "<<<<<<< HEAD\n", encoding="utf-8")
    before = FILE.read_bytes()
    for arguments in ((), ("baseline",)):
        code, told = run(*arguments)
        assert code == 2
        assert ".binlint-baseline.jsonl: line 3: a mark of a merge conflict" in told
    assert FILE.read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_are_refused(tmp_path: Path):
    write("a.py", fresh_key())
    target = tmp_path / "target.jsonl"
    FILE.symlink_to(target)
    for arguments in ((), ("baseline",)):
        code, told = run(*arguments)
        assert code == 2
        assert "link" in told or "no such baseline" in told
    assert not target.exists()
    FILE.unlink()
    run("baseline")
    os.link(FILE, "second")
    write("b.py", fresh_key())
    assert run("baseline")[0] == 2


@pytest.mark.skipif(sys.platform == "win32", reason="no such permissions")
def test_permissions_stay():
    write("a.py", fresh_key())
    run("baseline")
    assert stat.S_IMODE(FILE.stat().st_mode) == 0o644
    FILE.chmod(0o600)
    write("b.py", fresh_key())
    run("baseline")
    assert stat.S_IMODE(FILE.stat().st_mode) == 0o600


def test_windows_line_ends_are_no_change():
    write("a.py", fresh_key())
    run("baseline")
    FILE.write_bytes(FILE.read_bytes().replace(b"\n", b"\r\n"))
    assert "unchanged" in run("baseline")[1]


def test_a_fix_leaves_what_is_in_the_baseline():
    old, new = fresh_key(), fresh_key()
    write("a.py", old)
    run("baseline")
    write("b.py", new)
    assert run("--fix")[0] == 0
    assert old in Path("a.py").read_text(encoding="utf-8")
    assert new not in Path("b.py").read_text(encoding="utf-8")


def test_documents_for_machines_say_it():
    write("a.py", fresh_key())
    write("b.py", fresh_key())
    run("baseline", "--reason=before adoption")
    run("--output-format=json", "-o", "out.json")
    document = json.loads(Path("out.json").read_text(encoding="utf-8"))
    assert document["summary"]["baseline"] == {
        "credentials": 2,
        "entries": 2,
        "expired": 0,
        "findings": 2,
        "path": ".binlint-baseline.jsonl",
        "stale": 0,
    }
    assert "suppressed" not in document
    run("--output-format=json", "-o", "out.json", "--show-suppressed")
    listed = json.loads(Path("out.json").read_text(encoding="utf-8"))["suppressed"]
    assert [(each["path"], each["by"], each["reason"]) for each in listed] == [
        ("a.py", "baseline", "before adoption"),
        ("b.py", "baseline", "before adoption"),
    ]


def test_sarif_lists_old_findings_only_on_demand():
    write("a.py", fresh_key())
    run("baseline", "--reason=before adoption")
    write("b.py", fresh_key())
    run("--output-format=sarif", "-o", "out.sarif")
    (plain,) = json.loads(Path("out.sarif").read_text(encoding="utf-8"))["runs"]
    assert [set(result) & {"suppressions", "baselineState"} for result in plain["results"]] == [set()]
    (told,) = plain["invocations"][0]["toolExecutionNotifications"]
    assert told["level"] == "warning"
    assert "still works unless it was revoked" in told["message"]["text"]
    run("--output-format=sarif", "-o", "out.sarif", "--show-suppressed")
    (full,) = json.loads(Path("out.sarif").read_text(encoding="utf-8"))["runs"]
    assert [(r["baselineState"], r.get("suppressions")) for r in full["results"]] == [
        ("new", None),
        (
            "unchanged",
            [{"kind": "external", "status": "accepted", "justification": "before adoption"}],
        ),
    ]


def test_suppressed_findings_are_listed_with_their_reasons():
    write("a.py", fresh_key())
    run("baseline", "--reason=before adoption")
    key = fresh_key()
    Path("b.py").write_text(
        "from binance.client import Client\n"
        f"c = Client('{key}')  # binlint: ignore[BIN1] -- it was {key} once\n",
        encoding="utf-8",
    )
    code, told = run("--show-suppressed")
    assert code == 0
    assert "(in the baseline: before adoption)" in told
    assert "(suppressed: it was " in told
    assert key not in told


def test_without_a_baseline_nothing_of_it_is_imported():
    write("a.py", fresh_key())
    program = (
        "import sys\nfrom binlint.cli import main\nmain(['.'])\n"
        "print([name for name in sys.modules if name in ('binlint.cli_baseline', 'binlint.baseline.entries',"
        " 'binlint.baseline.match', 'binlint.baseline.prints', 'hmac')])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_hints_are_names_and_never_values():
    key = fresh_key()
    Path("a.py").write_text(
        "from binance.client import Client\n"
        f"TOKEN = '{key}'\n{fresh_key()[:40].replace('0', 'o')} = '{fresh_key()}'\nc = Client(TOKEN)\n"
        f"d = Client({{'{fresh_key()}': '{fresh_key()}'}})\n",
        encoding="utf-8",
    )
    run("baseline")
    hints = [entry.get("hint") for entry in entries()]
    assert "TOKEN" in hints
    assert all(hint is None or len(str(hint)) < 16 for hint in hints)
