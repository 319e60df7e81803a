"""What a run may have imported, told from `sys.modules` of a fresh interpreter, and how far files get."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from fresh_values import fresh_key

HEAVY = (
    "ast",
    "dataclasses",
    "inspect",
    "json",
    "libcst",
    "logging",
    "pathlib",
    "pathspec",
    "rich",
    "tomllib",
    "binlint.catalogue",
    "binlint.examine",
    "binlint.flow",
    "binlint.rules",
    "binlint.shapes",
    "binlint.syntax",
)
PROGRAM = """
import sys
before = set(sys.modules)
from binlint.cli import main
status = main(sys.argv[1:])
print("LOADED", *sorted(set(sys.modules) - before))
print("STATUS", status)
"""


def loaded(folder: Path, *arguments: str) -> tuple[set[str], int]:
    """What one run imports beyond a bare interpreter, and its exit code."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    lines = run.stdout.splitlines()
    modules = next(line for line in lines if line.startswith("LOADED")).split()[1:]
    return set(modules), int(lines[-1].split()[1])


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    for number in range(10):
        (tmp_path / f"clean{number}.py").write_text(f"x = {number}\n")
    (tmp_path / "finance.py").write_text("import finance\n")
    return tmp_path


def test_a_hook_on_clean_files_imports_nothing_heavy(clean: Path) -> None:
    modules, status = loaded(clean, *(f"clean{number}.py" for number in range(10)))
    assert status == 0
    assert modules.intersection(HEAVY) == set()
    assert "subprocess" not in modules


def test_a_clean_tree_imports_nothing_of_the_analysis(clean: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=clean, check=True)
    modules, status = loaded(clean, ".")
    assert status == 0
    assert modules.intersection(HEAVY) == set()


def test_a_candidate_without_a_finding_needs_no_libcst(clean: Path) -> None:
    (clean / "bot.py").write_text(
        "import os\nfrom binance.client import Client\nClient(os.environ['A'], os.environ['B'])\n"
    )
    modules, status = loaded(clean, "bot.py")
    assert status == 0
    assert "binlint.flow" in modules
    assert "libcst" not in modules


def test_a_finding_brings_libcst_without_its_heavy_parts(clean: Path) -> None:
    (clean / "bot.py").write_text(f"from binance.client import Client\nClient('{fresh_key()}')\n")
    modules, status = loaded(clean, "bot.py")
    assert status == 1
    assert "libcst" in modules
    assert modules.isdisjoint({"libcst.matchers", "libcst.codemod"})
