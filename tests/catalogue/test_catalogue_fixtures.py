"""The fixtures of the catalogue: every literal is found, every quiet counterpart stays quiet."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from corpus import difference, expectations, findings

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "fixtures" / "catalogue"
FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.py"))
CREDENTIALS = (ROOT / "fixtures" / "CREDENTIALS.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FILES)
def test_fixture(name: str) -> None:
    path = FOLDER / name
    assert not str(difference(expectations(path.read_bytes()), findings(path)))


def test_loud_and_quiet() -> None:
    required = {name: len(expectations((FOLDER / name).read_bytes()).required) for name in FILES}
    assert all(bool(count) == name.startswith("loud/") for name, count in required.items())


@pytest.mark.parametrize("name", FILES)
def test_credentials_come_from_the_documented_place(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    for value in re.findall(r"\b[A-Za-z0-9]{64}\b|MC4CAQAwBQYDK2VwBCIEI[^\\]+", text):
        assert value in CREDENTIALS


def test_the_documented_keys_pass_the_gate() -> None:
    spec = importlib.util.spec_from_file_location(
        "fresh_credentials", ROOT / "tools" / "fresh_credentials.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    keys = CREDENTIALS.partition("```text\n")[2].partition("\n```")[0].split("\n")
    assert len(keys) == len(set(keys)) == 400
    assert all(re.fullmatch("[A-Za-z0-9]{64}", key) and module.passes_gate(key) for key in keys)
