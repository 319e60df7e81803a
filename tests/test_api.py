"""The interface for other programs: what its documentation shows, and what no caller may ever meet."""

from __future__ import annotations

import dataclasses
import doctest
import os
import pickle
import subprocess
import sys
import traceback
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fresh_values import fresh_key

import binlint
from binlint import cli, engine

PAGE = Path(__file__).resolve().parent.parent / "docs" / "api.md"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def bot(key: str) -> str:
    return f"from binance.client import Client\nclient = Client('{key}', secret())\n"


def test_the_examples_of_the_documentation() -> None:
    outcome = doctest.testfile(str(PAGE), module_relative=False, optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    assert outcome.attempted > 15
    assert outcome.failed == 0


def test_the_page_lists_every_attribute() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for kind in (binlint.Finding, binlint.ScanResult):
        for field in dataclasses.fields(kind):
            assert f"`{field.name}`" in text
    assert all(f"`{name}" in text for name in binlint.__all__ if name != "__version__")


def test_importing_the_package_loads_nothing_else() -> None:
    program = (
        "import sys; before = set(sys.modules); import binlint; print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["binlint"]


def test_the_package_offers_what_it_lists() -> None:
    for name in binlint.__all__:
        assert getattr(binlint, name) is not None
        assert name in dir(binlint)
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        binlint.nothing_of_the_kind  # noqa: B018


def test_it_finds_what_the_command_line_finds(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "keys.py").write_text(f"KEY = '{fresh_key()}'\n")
    (folder / "bot.py").write_text("import keys\nfrom binance.client import Client\nClient(keys.KEY, s())\n")
    result = binlint.scan_paths(["."])
    assert capsys.readouterr() == ("", "")
    assert cli.main([".", "--output-format", "concise"]) == 1
    first = result.findings[0]
    assert (
        f"{first.path}:{first.line}:{first.column}: {first.code} {first.message}\n" in capsys.readouterr().out
    )
    assert (first.path, first.line, first.column) == ("keys.py", 1, 7)
    assert (result.checked, result.is_failing, len(result.findings)) == (2, True, 1)


def test_text_and_bytes_say_the_same() -> None:
    source = bot(fresh_key())
    assert binlint.scan_source(source) == binlint.scan_source(source.encode())


def test_a_coding_cookie_does_not_move_columns_of_a_text() -> None:
    source = f"# coding: latin-1\nfrom binance.client import Client\né = 'éé'; Client('{fresh_key()}', s())\n"
    assert [finding.column for finding in binlint.scan_source(source).findings] == [18]
    assert [finding.column for finding in binlint.scan_source(source.encode("latin-1")).findings] == [18]


def test_a_text_with_a_lone_surrogate_is_looked_at() -> None:
    assert len(binlint.scan_source(f"x = '\udcff'\n{bot(fresh_key())}").findings) == 1


def test_the_source_is_followed_into_the_project(folder: Path) -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    (folder / "trader.py").write_text(
        "from binance.client import Client\ndef connect(key):\n    return Client(key, s())\n"
    )
    source = f"from trader import connect\nconnect('{fresh_key()}')\n"
    assert [finding.code for finding in binlint.scan_source(source, folder / "main.py").findings] == [
        "BIN101"
    ]


def test_results_are_frozen_and_travel() -> None:
    result = binlint.scan_source(bot(fresh_key()))
    assert pickle.loads(pickle.dumps(result)) == result
    assert hash(result) == hash(pickle.loads(pickle.dumps(result)))
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.findings[0].line = 2  # type: ignore[misc]
    error = binlint.ScanError("a.py: unreadable", result)
    assert pickle.loads(pickle.dumps(error)).result == result


def test_no_value_is_in_a_result() -> None:
    first, second = fresh_key(), fresh_key()
    source = f"from binance.client import Client\nClient('{first}', '{second}')  # binlint: ignore[BIN102] -- old\n"
    result = binlint.scan_source(source)
    assert [f.code for f in (*result.findings, *result.suppressed)] == ["BIN101", "BIN102"]
    assert result.suppressed[0].reason == "old"
    shown = f"{result!r}{result}{pickle.dumps(result)!r}"
    assert not any(part in shown for key in (first, second) for part in (key[:5], key[-5:], key[20:40]))


def test_what_the_baseline_knows_is_told_apart(folder: Path) -> None:
    (folder / "bot.py").write_text(bot(fresh_key()))
    assert cli.main(["baseline", "-q"]) == 0
    result = binlint.scan_paths(["bot.py"])
    assert (result.findings, result.is_failing) == ((), False)
    assert [finding.code for finding in result.baselined] == ["BIN101"]


def test_configuration_by_file_and_by_mapping(folder: Path) -> None:
    source = bot(fresh_key())
    (folder / "binlint.toml").write_text("ignore = ['BIN101']\n")
    (folder / "other.toml").write_text("fail-on = 'error'\n")
    assert binlint.scan_source(source).findings == ()
    assert binlint.scan_source(source, config=folder / "other.toml").is_failing
    assert len(binlint.scan_source(source, config={}).findings) == 1
    assert binlint.scan_source(source, "x.py", {"force-exclude": True, "exclude": ["x.py"]}).skipped


@pytest.mark.parametrize(
    "config", [{"nope": 1}, {"select": "BIN101"}, {1: 2}, "missing.toml", {"baseline": "missing.jsonl"}]
)
def test_a_wrong_configuration_is_an_error(config: object) -> None:
    with pytest.raises(binlint.ScanError) as caught:
        binlint.scan_source("", config=config)
    assert not str(caught.value).startswith("--")
    assert caught.value.result is None


def test_what_cannot_be_looked_at_is_an_error_with_the_rest(folder: Path) -> None:
    (folder / "bot.py").write_text(bot(fresh_key()))
    with pytest.raises(
        binlint.ScanError, match=r"^gone\.py: no such file or directory; and 1 more$"
    ) as caught:
        binlint.scan_paths(["gone.py", "bot.py", "other.py"])
    assert caught.value.result is not None
    assert len(caught.value.result.findings) == 1


def test_strict_makes_a_partly_read_source_an_error() -> None:
    source = f"{bot(fresh_key())}def (:\n"
    assert len(binlint.scan_source(source, config={}).findings) == 1
    with pytest.raises(binlint.ScanError, match="read partly as text") as caught:
        binlint.scan_source(source, config={"strict": True})
    assert caught.value.result is not None


def test_one_path_is_not_a_list_of_paths() -> None:
    for one in ("bot.py", Path("bot.py"), b"bot.py"):
        with pytest.raises(TypeError, match="a list of paths"):
            binlint.scan_paths(one)  # type: ignore[arg-type]
    assert binlint.scan_paths([]) == binlint.ScanResult()


def test_a_defect_does_not_carry_values(monkeypatch: pytest.MonkeyPatch) -> None:
    key = fresh_key()

    def broken(*_: object, **__: object) -> None:
        raise ValueError(key)

    monkeypatch.setattr(engine, "run", broken)
    with pytest.raises(
        binlint.ScanError, match=r"^internal error in .* ValueError; please report$"
    ) as caught:
        binlint.scan_source("")
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    assert caught.tb.tb_next is not None  # below the frame of this test
    inner = traceback.TracebackException(
        type(caught.value), caught.value, caught.tb.tb_next, capture_locals=True
    )
    assert key not in "".join(inner.format())


def test_threads_do_not_disturb_each_other_or_the_process(capfd: pytest.CaptureFixture[str]) -> None:
    sources = [f"# {number}\n" * number + bot(fresh_key()) + "x = '\\d'\n" for number in range(24)]
    before = (dict(os.environ), os.getcwd(), list(warnings.filters), sys.getrecursionlimit())
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(binlint.scan_source, sources))
    after = (dict(os.environ), os.getcwd(), list(warnings.filters), sys.getrecursionlimit())
    assert before == after
    assert [result.findings[0].line for result in results] == [number + 2 for number in range(24)]
    assert capfd.readouterr() == ("", "")
