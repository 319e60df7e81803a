"""Many files at once: pre-commit and prek hand them to several processes, in pieces and in an order of their own.

As `test_hook.py`, this installs the checkout and needs the package index that pip is configured for.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from fresh_values import fresh_key
from test_hook import CLEAN, LEAK, ROOT, Workshop, pre_commit

FILES = 5_000
LEAKS = 40
PAIRS = 20
# Long enough that no system takes all names in one command, even with a single processor.
FOLDER = "/".join(letter * 60 for letter in "abc")
FINDING = re.compile(r"^ *(\S+\.py:\d+:\d+: BIN\d+ .*)$", re.MULTILINE)  # prek indents what a hook says
CLOSING = re.compile(r"^ *Checked \d+ files", re.MULTILINE)

Hook = Callable[[], tuple[int, str]]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no paths of this length")


def big_project() -> Mapping[str, str]:
    """Files by name: some leak, some hold what a client in another file takes, most are clean."""
    files = {f"{FOLDER}/bot{number}.py": CLEAN for number in range(FILES - LEAKS - 2 * PAIRS)}
    for number in range(LEAKS):
        files[f"{FOLDER}/leak{number}.py"] = LEAK.format(key=fresh_key(), secret=fresh_key())
    for number in range(PAIRS):
        files[f"{FOLDER}/held{number}.py"] = f'FIRST = "{fresh_key()}"\nSECOND = "{fresh_key()}"\n'
        files[f"{FOLDER}/taker{number}.py"] = (
            f"from binance.client import Client\nfrom held{number} import FIRST, SECOND\n\n"
            "client = Client(FIRST, SECOND)\n"
        )
    return files


def write(project: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def run_once(project: Path) -> list[str]:
    """What a single run says of the whole tree."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("BINLINT_", "GIT_"))
    }
    done = subprocess.run(
        [sys.executable, "-m", "binlint", "check", "--force-exclude", "--output-format", "concise"],
        cwd=project,
        env={**environment, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1, done.stderr
    return sorted(FINDING.findall(done.stdout))


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    workshop = Workshop(tmp_path_factory.mktemp("chunks"))
    workshop.guarded("binlint")
    write(workshop.project, big_project())
    workshop.run("git", "add", "--all")
    workshop.run("git", "commit", "-q", "--no-verify", "-m", "As it was")
    return workshop


def by_pre_commit(workshop: Workshop) -> Hook:
    return lambda: workshop.attempt(*pre_commit("run", "binlint", "--all-files"))


def by_prek(workshop: Workshop) -> Hook:
    prek = str(Path(sys.executable).with_name("prek"))
    home = workshop.project.parent / "prek"
    return lambda: workshop.attempt("env", f"PREK_HOME={home}", prek, "run", "binlint", "--all-files")


@pytest.fixture(scope="module", params=[by_pre_commit, by_prek])
def hook(request: pytest.FixtureRequest, workshop: Workshop) -> Hook:
    made: Hook = request.param(workshop)
    return made


@pytest.fixture(scope="module")
def said(hook: Hook) -> list[str]:
    """What the hook reports of the project, in several processes."""
    code, output = hook()
    assert code == 1, output
    assert len(CLOSING.findall(output)) > 1, "it was a single process"
    return sorted(FINDING.findall(output))


@pytest.fixture(scope="module")
def wanted(workshop: Workshop) -> list[str]:
    findings = run_once(workshop.project)
    assert len(findings) == 2 * LEAKS + 2 * PAIRS
    return findings


def test_pieces_say_what_one_run_says(said: list[str], wanted: list[str]):
    assert said == wanted


def test_pieces_are_quiet_when_clean(workshop: Workshop, hook: Hook):
    leaking = {name: text for name, text in read(workshop.project).items() if text != CLEAN}
    assert len(leaking) == LEAKS + 2 * PAIRS
    write(workshop.project, dict.fromkeys(leaking, CLEAN))
    workshop.run("git", "add", "--all")
    try:
        code, output = hook()
    finally:
        write(workshop.project, leaking)
        workshop.run("git", "add", "--all")
    assert code == 0, output
    assert len(output.splitlines()) == 1, output
    assert output.strip().endswith("Passed")


def read(project: Path) -> Mapping[str, str]:
    """The Python files of the project."""
    paths = sorted(project.rglob("*.py"))
    return {path.relative_to(project).as_posix(): path.read_text(encoding="utf-8") for path in paths}
