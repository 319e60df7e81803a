"""The completions and the manual in share/: they are those of today's options, and the real shells take them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from binlint.cli_parser import baseline_parser
from binlint.rules import RULES

ROOT = Path(__file__).resolve().parent.parent
SHARE = ROOT / "share"
BASH = SHARE / "bash-completion" / "completions" / "binlint"
ZSH = SHARE / "zsh" / "site-functions" / "_binlint"
FISH = SHARE / "fish" / "vendor_completions.d" / "binlint.fish"
MAN = SHARE / "man" / "man1" / "binlint.1"
OPTIONS = {name for action in baseline_parser()._actions for name in action.option_strings}


def run(*command: str, cwd: Path = ROOT) -> str:
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


def bash(cwd: Path, *words: str) -> list[str]:
    """What bash offers for the last of the words, as bash cuts the line into words."""
    script = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _binlint; printf "%s\\n" "${COMPREPLY[@]}"'
    return run("bash", "--norc", "-c", script, "bash", str(BASH), *words, cwd=cwd).split("\n")[:-1]


def test_they_are_up_to_date() -> None:
    assert run(sys.executable, "tools/generate_completions.py", "--check") == ""


@pytest.mark.parametrize("path", [BASH, ZSH, FISH], ids=lambda path: path.name)
def test_every_option_is_completed(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for name in OPTIONS:
        spelling = re.escape(name) if path is not FISH else f"-[ls] {re.escape(name.lstrip('-'))}"
        assert re.search(rf"{spelling}(?![\w-])", text), name


@needs("bash")
@pytest.mark.parametrize(
    ("words", "offers"),
    [
        (["--fi"], ["--fix", "--fix-style", "--fix-in-ci"]),
        (["check", "--fi"], ["--fix", "--fix-style", "--fix-in-ci"]),
        (["bas"], ["baseline"]),
        (["baseline", "--pr"], ["--prune"]),
        (["--pr"], [""]),
        (["--fail-on", "w"], ["warning"]),
        (["--fail-on", "=", "w"], ["warning"]),
        (["--color", "="], ["auto", "always", "never"]),
        (["--output", "sar"], ["sarif="]),
        (["--ignore", "BIN901"], ["BIN901"]),
        (["explain", "BIN10"], [rule.code for rule in RULES if rule.code.startswith("BIN10")]),
        (["rules", "--"], ["--help"]),
        (["two w"], ["two words.py"]),
        (["-o", "two"], [""]),
    ],
    ids=" ".join,
)
def test_bash_completes(words: list[str], offers: list[str], tmp_path: Path) -> None:
    (tmp_path / "two words.py").touch()
    assert bash(tmp_path, "binlint", *words) == offers


@needs("fish")
def test_fish_completes(tmp_path: Path) -> None:
    def offers(line: str) -> set[str]:
        found = run("fish", "--no-config", "-c", f"source {FISH}; complete -C '{line}'", cwd=tmp_path)
        return {offer.split("\t")[0] for offer in found.splitlines()}

    assert {"--fix", "--fix-style", "--fix-in-ci"} <= offers("binlint --fi")
    assert {"baseline"} <= offers("binlint bas")
    assert {"warning"} == offers("binlint --fail-on w")
    assert {"BIN901"} == offers("binlint explain BIN901")
    assert {"--prune"} == offers("binlint baseline --pr")


@needs("zsh")
def test_zsh_takes_the_file() -> None:
    run("zsh", "-f", "-n", str(ZSH))
    assert ZSH.read_text(encoding="utf-8").startswith("#compdef binlint\n")


def test_the_manual_has_its_sections_and_every_option() -> None:
    text = MAN.read_text(encoding="utf-8")
    sections = re.findall(r"^\.SH (.+)$", text, re.MULTILINE)
    assert sections[:3] == ["NAME", "SYNOPSIS", "DESCRIPTION"]
    assert {"OPTIONS", "EXIT STATUS", "ENVIRONMENT", "FILES"} <= set(sections)
    plain = text.replace("\\-", "-")
    assert [name for name in sorted(OPTIONS) if f"\\fB{name}\\fR" not in plain] == []
    assert not re.search(r"^['.](?!\\\"|[A-Z]|br$)", text, re.MULTILINE), (
        "a line that roff takes for a request"
    )


@needs("groff")
def test_the_manual_renders_without_a_warning() -> None:
    shown = run("groff", "-man", "-ww", "-Tutf8", "-P-cbou", str(MAN))
    assert "BINLINT(1)" in shown
    assert "--exit-non-zero-on-fix" in shown.replace("\N{HYPHEN}", "-")
