"""How fast is binlint? Whole processes against floors, in one alternating run; standard library only.

    python benchmarks/run.py [--tree DIR] [--findings DIR] [--runs N] [--json FILE]

Four questions, each a ratio or difference of neighbours in time, so that a machine whose speed drifts does
not matter: a clean tree against listing it with git and reading every byte of it; a hook on ten clean files
against an empty interpreter; a tree full of findings against `import libcst`; and the memory of the first.
Without `--tree`, big packages that have nothing to do with Binance are downloaded with pip and unpacked.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("homeassistant==2024.3.3", "sympy", "Django", "botocore", "ansible-core", "scipy")
CLIENTS = ("python-binance",)
HOOK_FILES = ("textwrap", "shlex", "glob", "fnmatch", "queue", "sched", "bisect", "heapq", "copy", "stat")

# The least that any tool must do: one process that lists the tree and reads every byte of it.
FLOOR = """
import os, subprocess
listing = subprocess.run(["git", "ls-files", "-z"], stdout=subprocess.PIPE, check=True).stdout
for name in listing.split(b"\\0")[:-1]:
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        continue
    try:
        while os.read(descriptor, 65536):
            pass
    except OSError:
        pass
    os.close(descriptor)
"""


class Command(NamedTuple):
    """A process to measure: what it runs, where, and which exit codes are right."""

    arguments: tuple[str, ...]
    folder: Path
    exits: tuple[int, ...] = (0,)


class Sample(NamedTuple):
    """One run of a process."""

    wall: float  # seconds
    cpu: float  # seconds, user and system
    memory: float  # MB at the peak


def measure(command: Command) -> Sample:
    """Runs a command once and reads what the system says of it; its output is thrown away."""
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "BINLINT_"))
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.perf_counter()
    process = subprocess.Popen(
        command.arguments,
        cwd=command.folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in command.exits:
        raise SystemExit(f"{' '.join(command.arguments[:4])} ended with {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Sample(
        time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6
    )


def alternate(first: Command, second: Command, runs: int) -> list[tuple[Sample, Sample]]:
    """One warm-up of each, then A B A B …"""
    measure(second), measure(first)
    return [(measure(first), measure(second)) for _ in range(runs)]


class Question(NamedTuple):
    """A comparison, how its pairs are put together, and what must hold; None where it only informs."""

    name: str
    unit: str
    target: float | None
    value: Callable[[Sample, Sample], float]


def answer(question: Question, pairs: Sequence[tuple[Sample, Sample]]) -> dict[str, object]:
    """The median of the pairs' values, with the range."""
    values = [question.value(first, second) for first, second in pairs]
    median = statistics.median(values)
    return {
        "name": question.name,
        "median": round(median, 2),
        "least": round(min(values), 2),
        "most": round(max(values), 2),
        "unit": question.unit,
        "target": question.target,
        "holds": question.target is None or median <= question.target,
    }


def clean_tree(cache: Path) -> Path:
    """Big packages that have nothing to do with Binance."""
    tree = cache / "clean"
    if not (tree / ".git").is_dir():
        unpack(PACKAGES, cache / "clean-wheels", tree)
        under_git(tree)
    return tree


def unpack(packages: Sequence[str], wheels: Path, tree: Path) -> None:
    """Downloads wheels with pip and unpacks them into one folder."""
    wheels.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(wheels), *packages]
    subprocess.run(command, check=True)
    tree.mkdir(exist_ok=True)
    for wheel in sorted(wheels.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(tree)


def under_git(tree: Path) -> None:
    """Makes a repository of a folder, with everything in it tracked."""
    for arguments in (["init", "-q"], ["add", "-A", "-f"]):
        subprocess.run(["git", *arguments], cwd=tree, check=True)


def hook_tree(cache: Path) -> Path:
    """Ten small clean files of the standard library."""
    tree = cache / "hook"
    tree.mkdir(parents=True, exist_ok=True)
    for name in HOOK_FILES:
        shutil.copy(Path(os.__file__).with_name(f"{name}.py"), tree)
    return tree


def findings_tree(cache: Path) -> Path:
    """A project that is about Binance all over: the source of a client library, and our sample bot."""
    tree = cache / "findings"
    if not (tree / ".git").is_dir():
        unpack(CLIENTS, cache / "client-wheels", tree)
        shutil.copytree(ROOT / "fixtures" / "sample", tree / "bot")
        under_git(tree)
    return tree


def size_of(tree: Path) -> str:
    """How many tracked files, and how many bytes."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=tree, stdout=subprocess.PIPE, check=True).stdout
    names = [os.fsdecode(name) for name in listing.split(b"\0")[:-1]]
    sizes = [os.lstat(tree / name).st_size for name in names if (tree / name).is_file()]
    python = sum(name.endswith((".py", ".pyi", ".pyw")) for name in names)
    return f"{len(sizes):,} files, {python:,} of them Python, {sum(sizes) / 1e6:,.0f} MB"


def main() -> int:
    """Measures, prints the table, and exits with 1 if a target is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tree", type=Path, help="a clean git work tree, instead of downloaded packages")
    parser.add_argument(
        "--findings", type=Path, help="a git work tree with findings, instead of the fixtures"
    )
    parser.add_argument("--cache", type=Path, help="where downloads stay (default: a temporary folder)")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        cache = (options.cache or Path(temporary)).resolve()
        clean = (options.tree or clean_tree(cache)).resolve()
        findings = (options.findings or findings_tree(cache)).resolve()
        hook = hook_tree(cache)
        python = sys.executable
        binlint = (python, "-m", "binlint", "--isolated")
        for folder in (clean, hook, findings):  # or a failing import would be measured
            measure(Command((*binlint[:3], "--version"), folder))
        any_exit = (0, 1)
        in_tree = alternate(
            Command((*binlint, "."), clean, any_exit), Command((python, "-c", FLOOR), clean), options.runs
        )
        in_hook = alternate(
            Command((*binlint, *(f"{name}.py" for name in HOOK_FILES)), hook),
            Command((python, "-c", "pass"), hook),
            3 * options.runs,
        )
        in_findings = alternate(
            Command((*binlint, "."), findings, any_exit),
            Command((python, "-c", "import libcst"), findings),
            options.runs,
        )
        rows = [
            answer(
                Question("clean tree / (git ls-files + reading)", "x", 2.5, lambda a, b: a.wall / b.wall),
                in_tree,
            ),
            answer(Question("the same, CPU", "x", None, lambda a, b: a.cpu / b.cpu), in_tree),
            answer(
                Question("hook, ten clean files / python -c pass", "x", 4, lambda a, b: a.wall / b.wall),
                in_hook,
            ),
            answer(
                Question("tree with findings - import libcst", "s", 1, lambda a, b: a.wall - b.wall),
                in_findings,
            ),
            answer(
                Question("the same, CPU of all processes", "s", None, lambda a, b: a.cpu - b.cpu), in_findings
            ),
            answer(Question("peak memory, clean tree", "MB", 100, lambda a, b: a.memory), in_tree),
        ]
        machine = f"Python {platform.python_version()}, {os.cpu_count()} processors"
        print(f"{machine}, {options.runs} runs (hook: {3 * options.runs})")
        print(f"clean tree: {size_of(clean)}")
        print(f"tree with findings: {size_of(findings)}")
    print(f"{'':40} {'median':>8} {'least':>8} {'most':>8}   target")
    for row in rows:
        target = "" if row["target"] is None else f"at most {row['target']}: "
        verdict = f"{target}{'holds' if row['holds'] else 'MISSED'}" if target else ""
        figures = f"{row['median']:>8} {row['least']:>8} {row['most']:>8}"
        print(f"{row['name']:40} {figures} {row['unit']:2}  {verdict}".rstrip())
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    return 0 if all(row["holds"] for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
