"""One run over a small tree: what is counted, skipped, noted and found."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from fresh_values import fresh_key

from binlint import engine
from binlint.config import Config
from binlint.report import Report
from binlint.sources.discover import discover


def run(folder: Path, **settings: object) -> Report:
    config = Config(root=str(folder), cwd=str(folder))._replace(**settings)  # type: ignore[arg-type]
    os.chdir(folder)
    return engine.run(config, discover(["."], config, str(folder)))


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clean.py").write_text("x = 1\n")
    (tmp_path / "bot.py").write_text(
        f"from binance.client import Client\nClient('{fresh_key()}', '{fresh_key()}')\n"
    )
    (tmp_path / "finance.py").write_text("import finance\n")
    (tmp_path / "tool").write_text("#!/usr/bin/env python3\nx = 1\n")
    (tmp_path / "script").write_text("#!/bin/sh\n")
    (tmp_path / "notes.txt").write_text("nothing\n")
    return tmp_path


def test_files_of_each_stage(tree: Path) -> None:
    report = run(tree)
    assert report.checked == 6
    assert dict(report.stages) == {"candidate": 2, "token": 1, "compiled": 1, "finding": 1}


def test_the_project_speaks_for_its_files(tree: Path) -> None:
    (tree / "config.py").write_text(f"KEY = '{fresh_key()}'\n")
    report = run(tree)
    assert [f.code for f in report.findings if f.location.path == "config.py"] == ["BIN101"]


def test_scripts_of_every_python_are_read(tree: Path) -> None:
    source = (tree / "bot.py").read_text()
    (tree / "runner").write_text(f"#!/usr/bin/env -S uv run\n{source}")
    assert "runner" in {f.location.path for f in run(tree).findings}


def test_findings_are_sorted_and_stable(tree: Path) -> None:
    (tree / "a.py").write_bytes((tree / "bot.py").read_bytes())
    first, second = run(tree), run(tree)
    assert [f.location.path for f in first.findings] == ["a.py", "a.py", "bot.py", "bot.py"]
    assert first == second
    assert len({f.fingerprint for f in first.findings}) == 4


def test_a_fingerprint_outlives_moved_lines(tree: Path) -> None:
    before = [f.fingerprint for f in run(tree).findings]
    source = (tree / "bot.py").read_text()
    (tree / "bot.py").write_text("# moved\n\n" + source)
    assert [f.fingerprint for f in run(tree).findings] == before


def test_what_is_switched_off_is_not_reported(tree: Path) -> None:
    assert [f.code for f in run(tree, ignore=("BIN101",)).findings] == ["BIN102"]


def test_suppressed_findings_are_counted(tree: Path) -> None:
    source = (tree / "bot.py").read_text().rstrip("\n")
    (tree / "bot.py").write_text(f"{source}  # binlint: ignore[BIN101, BIN102] -- a revoked pair\n")
    report = run(tree)
    assert report.findings == ()
    assert [f.code for f in report.suppressed] == ["BIN101", "BIN102"]


def test_a_file_that_is_read_as_text_is_noted(tree: Path) -> None:
    (tree / "old.py").write_text("import binance\nthis is no python\n")
    report = run(tree)
    assert [note.path for note in report.notes if note.path == "old.py"] == ["old.py"]
    assert engine.is_incomplete(report, Config(strict=True))
    assert not engine.is_incomplete(report, Config())
