"""What is released: wheel and source distribution are the same bytes each time, hold what they should, and run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest
from fresh_values import fresh_key

from binlint import __version__

ROOT = Path(__file__).resolve().parent.parent
NAME = f"binlint-{__version__}"
SCRIPTS = "Scripts" if os.name == "nt" else "bin"


class Built(NamedTuple):
    wheel: Path
    sdist: Path


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Built, Built]:
    """Two builds of two copies that differ in place, times and permissions."""
    return (
        _build(tmp_path_factory.mktemp("one"), 1_600_000_000, 0o644),
        _build(tmp_path_factory.mktemp("another"), 1_700_000_000, 0o600),
    )


def _build(folder: Path, modified: int, mode: int) -> Built:
    tree = folder / "tree"
    for name in _listed():
        target = tree / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
        os.chmod(target, mode)
        os.utime(target, (modified, modified))
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1800000000"}
    environment.pop("PYTHONPATH", None)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder / "dist"), str(tree)]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = (folder / "dist").glob("*.whl")
    (sdist,) = (folder / "dist").glob("*.tar.gz")
    return Built(wheel, sdist)


def _listed() -> list[str]:
    """What git would commit: no ignored file may help."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.check_output(command, cwd=ROOT, text=True).split("\0")
    return [name for name in names if name and (ROOT / name).is_file()]


def _in_wheel(built: Built) -> set[str]:
    with zipfile.ZipFile(built.wheel) as wheel:
        return set(wheel.namelist())


def _in_sdist(built: Built) -> set[str]:
    with tarfile.open(built.sdist) as sdist:
        return {member.name.removeprefix(f"{NAME}/") for member in sdist.getmembers()}


def test_two_builds_are_the_same_bytes(builds: tuple[Built, Built]) -> None:
    one, another = builds
    for first, second in zip(one, another, strict=True):
        assert first.name == second.name
        assert first.read_bytes() == second.read_bytes(), first.name


def test_the_wheel_holds_the_package_and_nothing_else(builds: tuple[Built, Built]) -> None:
    names = _in_wheel(builds[0])
    package = {name.removeprefix("src/") for name in _listed() if name.startswith("src/binlint/")}
    wanted = {name for name in package if not re.fullmatch(r"binlint/catalogue/.*\.toml", name)}
    assert {"binlint/py.typed", "binlint/catalogue/_data.py", "binlint/reporters/schema.json"} <= wanted
    shared = {f"{NAME}.data/data/{name}" for name in _listed() if name.startswith("share/")}
    assert len(shared) == 4
    about = ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE")
    assert names == wanted | shared | {f"{NAME}.dist-info/{name}" for name in about}


def test_the_source_distribution_can_be_built_and_holds_no_keys(builds: tuple[Built, Built]) -> None:
    names = _in_sdist(builds[0])
    wanted = ("pyproject.toml", "PKG-INFO", "LICENSE", "README.md", "CHANGELOG.md", "src/binlint/py.typed")
    assert set(wanted) <= names
    assert "src/binlint/catalogue/additions.toml" in names
    folders = {name.partition("/")[0] for name in names if "/" in name}
    assert folders == {"src", "docs", "share"}


def test_no_finding_is_shipped(builds: tuple[Built, Built], tmp_path: Path) -> None:
    shutil.copy(builds[0].wheel, tmp_path)
    shutil.unpack_archive(builds[0].sdist, tmp_path)
    command = [sys.executable, "-m", "binlint", "--isolated", "--no-respect-gitignore", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


@pytest.fixture(scope="module")
def installed(builds: tuple[Built, Built], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel and what it asks for."""
    venv = tmp_path_factory.mktemp("empty") / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    python = str(venv / SCRIPTS / "python")
    install = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--retries", "0"]
    wheel = str(builds[0].wheel)
    done = subprocess.run([*install, wheel], capture_output=True, text=True, check=False)
    if done.returncode:  # without a registry the dependencies are borrowed, behind what is installed
        subprocess.run([*install, "--no-deps", "--no-index", wheel], check=True)
        where = "import sysconfig; print(sysconfig.get_path('purelib'))"
        site = subprocess.check_output([python, "-c", where], text=True).strip()
        Path(site, "borrowed.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return venv


def test_what_is_installed_runs(installed: Path, tmp_path: Path) -> None:
    key = fresh_key()
    (tmp_path / "bot.py").write_text(f"from binance.client import Client\nClient('{key}', secret())\n")
    hindering = ("PYTHONPATH", "CI", "PRE_COMMIT_CI")  # in CI `--fix` refuses, as it should
    environment = {name: value for name, value in os.environ.items() if name not in hindering}

    def run(*command: str) -> tuple[int, str]:
        program = str(installed / SCRIPTS / command[0])
        done = subprocess.run(
            [program, *command[1:]],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    assert run("binlint", "--version") == (0, f"binlint {__version__}\n")
    code, said = run("binlint", "--output-format", "concise", ".")
    assert code == 1, said
    assert "bot.py:2:8: BIN101" in said
    assert key not in said
    assert run("binlint", "explain", "BIN101")[0] == 0
    program = (
        "import binlint; print(binlint.__file__, *[f.code for f in binlint.scan_paths(['bot.py']).findings])"
    )
    code, said = run("python", "-c", program)
    assert code == 0, said
    assert said.split()[1:] == ["BIN101"]
    assert str(installed) in said
    code, said = run("binlint", "--fix", "bot.py")
    fixed, store = (tmp_path / "bot.py").read_text(), (tmp_path / ".env").read_text()
    assert [key in text for text in (said, fixed, store)] == [False, False, True], code


def test_completions_and_manual_are_installed(installed: Path) -> None:
    shared = {path.relative_to(ROOT) for path in (ROOT / "share").rglob("*") if path.is_file()}
    assert len(shared) == 4
    for path in shared:
        assert (installed / path).read_bytes() == (ROOT / path).read_bytes()
