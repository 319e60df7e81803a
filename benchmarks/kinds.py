"""What does it cost to read every kind of file? Time, memory and false findings beside other scanners.

    python benchmarks/kinds.py [--tree DIR …] [--peers DIR …] [--runs N] [--cache DIR] [--json FILE]

The tree are big packages with many kinds of files, none of which has anything to do with Binance: test data,
notebooks, scripts, fonts, certificates, pages. With `--tree` it is the folders that you name, side by side:
unpacked source distributions have the most test data. All tools look at the same tree in turn, `--runs`
times. There is no target; it exits with 1 when binlint reports an error or a warning: all would be false.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from accuracy import PEERS, Peer, program
from run import ROOT, Command, Sample, measure, size_of, under_git, unpack

PACKAGES = (
    *("scikit-learn", "pandas", "bokeh", "plotly", "jupyterlab", "scipy", "statsmodels", "botocore"),
    *("scikit-image", "sympy"),
)
COMPARED = ("gitleaks", "detect-secrets")


class Tool(NamedTuple):
    """A scanner, how it is called on the tree, and where it leaves its report."""

    name: str
    command: Command
    report: Path
    peer: Peer | None


def tree_of(folders: Sequence[str], cache: Path) -> Path:
    """A repository with all packages in it."""
    tree = cache / ("given" if folders else "kinds")
    if not (tree / ".git").is_dir():
        if folders:
            for folder in folders:
                shutil.copytree(folder, tree / Path(folder).resolve().name, symlinks=True)
        else:
            unpack(PACKAGES, cache / "kinds-wheels", tree)
        under_git(tree)
    return tree


def tools(tree: Path, folders: Sequence[str], reports: Path) -> list[Tool]:
    """binlint, and those of the others that are there; they need not know git to read the folder."""
    environment = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r}); from binlint.cli import main; main()"
    )
    own = reports / "binlint.json"
    command = (sys.executable, "-c", environment, ".", "--isolated", "--exit-zero")
    found = [
        Tool(
            "binlint",
            Command((*command, "--output-format", "json", "--output-file", str(own)), tree),
            own,
            None,
        )
    ]
    for peer in PEERS:
        path = program(peer, folders) if peer.name in COMPARED else None
        if path is not None:
            report = reports / f"{peer.program}.json"
            arguments = [argument.format(report=report) for argument in peer.arguments]
            if all("{report}" not in argument for argument in peer.arguments):
                line = " ".join([path, *arguments])
                arguments, path = ["-c", f"exec {line} > '{report}'"], "/bin/sh"
            found.append(Tool(peer.name, Command((path, *arguments), tree), report, peer))
        elif peer.name in COMPARED:
            print(f"{peer.name} is not here; name its folder with --peers")
    return found


def findings(tool: Tool) -> int:
    """How many places a tool reports; of binlint those that are no mere notes."""
    text = tool.report.read_text(encoding="utf-8") if tool.report.exists() else ""
    document = json.loads(text or "[]")
    if tool.peer is not None:
        return len(list(tool.peer.read(document)))
    return sum(finding["severity"] != "note" for finding in document["findings"])


def row(name: str, samples: Sequence[Sample], found: int) -> dict[str, object]:
    """What is said of one tool."""
    return {
        "tool": name,
        "seconds": round(statistics.median(sample.wall for sample in samples), 2),
        "cpu": round(statistics.median(sample.cpu for sample in samples), 2),
        "peak MB": round(max(sample.memory for sample in samples)),
        "findings": found,
    }


def main() -> int:
    """Measures, prints a table, and says whether binlint was silent."""
    parser = argparse.ArgumentParser(description="Every kind of file: time, memory, false findings.")
    parser.add_argument("--tree", action="append", default=[], metavar="DIR", help="a folder to look at")
    parser.add_argument(
        "--peers", action="append", default=[], metavar="DIR", help="where other scanners are"
    )
    parser.add_argument("--runs", type=int, default=3, metavar="N")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="where trees are kept")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the rows there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        tree = tree_of(options.tree, options.cache or Path(place))
        print(f"{size_of(tree)}; {os.cpu_count()} processors, median of {options.runs} runs")
        known = tools(tree, options.peers, Path(place))
        samples: dict[str, list[Sample]] = {tool.name: [] for tool in known}
        for _ in range(options.runs):
            for tool in known:
                samples[tool.name].append(measure(tool.command))
        rows = [row(tool.name, samples[tool.name], findings(tool)) for tool in known]
    widths = {key: max(len(key), *(len(str(each[key])) for each in rows)) for key in rows[0]}
    for line in ({key: key for key in widths}, *rows):
        print("  ".join(str(line[key]).rjust(width) for key, width in widths.items()))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return 1 if rows[0]["findings"] else 0


if __name__ == "__main__":
    try:
        code = main()
    except subprocess.CalledProcessError as error:
        print(f"{error.cmd[0]} ended with {error.returncode}", file=sys.stderr)
        code = 2
    sys.exit(code)
