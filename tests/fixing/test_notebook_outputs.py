"""Outputs of notebooks: emptied by option, never where they are the only place of a value."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from fixing.test_behaviour import binlint
from fresh_values import fresh_key
from sources.trees import repository

from binlint.fixing.outputs import shows, without_outputs

K, S, OTHER = fresh_key(), fresh_key(), fresh_key()


def stream(*lines: str) -> dict[str, object]:
    return {"output_type": "stream", "name": "stdout", "text": list(lines)}


def cell(source: str, *outputs: dict[str, object]) -> dict[str, object]:
    return {
        "cell_type": "code",
        "execution_count": 1,
        "metadata": {},
        "outputs": list(outputs),
        "source": source.splitlines(keepends=True),
    }


def notebook(*cells: dict[str, object]) -> str:
    whole = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def outputs(text: str) -> list[int]:
    return [len(each["outputs"]) for each in json.loads(text)["cells"]]


def test_only_outputs_that_show_a_value_are_emptied() -> None:
    text = notebook(
        cell("a", stream(f"key {K}\n")), cell("b", stream("ünter\n")), cell("c", stream(S[:40], S[40:]))
    )
    assert outputs(without_outputs(text, [K])) == [0, 1, 1]
    assert outputs(without_outputs(text, [K, S])) == [0, 1, 0]
    assert without_outputs(text, [OTHER]) == text
    after = without_outputs(text, [K])
    assert after == text.replace(json.dumps([stream(f"key {K}\n")], indent=1).replace("\n", "\n   "), "[]")
    assert shows(text, K)
    assert shows(text, S), "a value that is broken over two lines"
    assert not shows(after, K)


def test_an_output_that_shows_something_else_too_stays() -> None:
    text = notebook(cell("a", stream(K), stream(OTHER)), cell("b", stream(K)))
    assert outputs(without_outputs(text, [K], [OTHER])) == [2, 0]


def test_rich_outputs_and_errors() -> None:
    data = {"output_type": "display_data", "data": {"text/html": ["<b>", K], "application/json": {K: 1}}}
    error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": ["--", f"--> {S}"]}
    assert outputs(without_outputs(notebook(cell("a", data), cell("b", error)), [K, S])) == [0, 0]


@pytest.mark.parametrize("text", ["", "{", '{"outputs": [', '{"outputs": {"a": 1}}', "[]", '"outputs"'])
def test_what_is_no_notebook_stays(text: str) -> None:
    assert without_outputs(text, [K]) == text


CODE = f'from binance.client import Client\nkey = "{K}"\nclient = Client(key, "{S}")\nprint(key)\n'


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CI", "PRE_COMMIT_CI"):
        monkeypatch.delenv(name, raising=False)
    repository(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_whole_run(root: Path) -> None:
    path = root / "bot.ipynb"
    before = notebook(cell(CODE, stream(f"{K}\n")), cell("1 + 1", stream("2")))
    path.write_text(before, encoding="utf-8")
    code, said = binlint("--fix", "--unsafe-fixes", ".")
    assert code == 1
    assert "--clear-outputs" in said
    assert shows(path.read_text(encoding="utf-8"), K)
    code, said = binlint("--diff", "--unsafe-fixes", "--clear-outputs", ".")
    assert "would be emptied" in said
    assert shows(path.read_text(encoding="utf-8"), K)
    code, said = binlint("--fix", "--unsafe-fixes", "--clear-outputs", ".")
    after = path.read_text(encoding="utf-8")
    assert code == 0, said.replace(K, "K").replace(S, "S")
    assert "was emptied" in said
    assert K not in after
    assert outputs(after) == [0, 1]
    assert f"BINANCE_API_KEY={K}\n" in (root / ".env").read_text(encoding="utf-8")
    assert K[:12] not in said
    assert binlint("--fix", "--unsafe-fixes", "--clear-outputs", ".")[0] == 0
    assert path.read_text(encoding="utf-8") == after


def test_both_at_once(root: Path) -> None:
    path = root / "bot.ipynb"
    path.write_text(notebook(cell(CODE, stream(f"{K}\n"))), encoding="utf-8")
    code, _ = binlint("--fix", "--unsafe-fixes", "--clear-outputs", ".")
    assert code == 0
    assert K not in path.read_text(encoding="utf-8")
    assert "BINANCE_API_KEY" in path.read_text(encoding="utf-8")


def test_an_output_that_is_the_only_place_of_a_value_stays(root: Path) -> None:
    path = root / "bot.ipynb"
    text = notebook(cell("from binance.client import Client\n1", stream(f"BINANCE_API_KEY={K}\n")))
    path.write_text(text, encoding="utf-8")
    code, _ = binlint("--fix", "--unsafe-fixes", "--clear-outputs", ".")
    assert code == 1
    assert path.read_text(encoding="utf-8") == text
    assert (
        subprocess.run(["git", "status", "--short"], check=True, capture_output=True).stdout
        == b"?? bot.ipynb\n"
    )
