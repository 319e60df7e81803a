"""What the documentation tells people to type is typed here, and what it tells them to write is read by its reader.

Each block of a page is named by its first line. A block that is in no table, and an entry without a block, fail.
"""

from __future__ import annotations

import ast
import base64
import configparser
import copy
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner
from fresh_values import fresh_key
from hostile import exposed
from kinds import keys
from runner import ACTION, SCRUBBED
from sources.trees import git, repository

from binlint import cli
from binlint.cli_parser import baseline_parser, check_parser

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
SHELLS = ("console", "bash", "sh", "shell")
KNOWN = (*SHELLS, "toml", "yaml", "json", "python", "pycon", "groovy", "ini", "text")  # or nobody checks it

INSTALLS = "installs packages"
TESTS = "is this run of the tests"
ELSEWHERE = "another program, and a pull request on GitHub"
_SETUP = "python3 -m venv .venv && .venv/bin/python -m pip install -q"

# Commands that are not run, and why. What of them can be tried has a test of its own.
NOT_RUN = {
    ("README.md", f"{_SETUP} . && .venv/bin/binlint fixtures/sample --exit-zero"): INSTALLS,
    ("README.md", f"{_SETUP} -e '.[dev]' && .venv/bin/python -m pytest -q -n auto --dist loadfile"): TESTS,
    (
        "CONTRIBUTING.md",
        f"{_SETUP} -e '.[dev]' && .venv/bin/python -m pytest -q -n auto --dist loadfile",
    ): TESTS,
    (
        "development.md",
        f"{_SETUP} -e '.[dev]' && .venv/bin/python -m pytest -q -n auto --dist loadfile",
    ): TESTS,
    ("ci.md", 'pip install "binlint @ git+https://github.com/OWNER/binlint@COMMIT"'): INSTALLS,
    ("index.md", "python3 -m pip install ."): INSTALLS,
    (
        "formats.md",
        "binlint --output-format rdjson | reviewdog -f=rdjson -reporter=github-pr-review",
    ): ELSEWHERE,
}

# The exit codes of the commands that are run, in their order.
EXITS = {
    ("README.md", "binlint --output-format github"): (1,),
    ("README.md", "binlint --output-format sarif --output-file binlint.sarif"): (1,),
    ("baseline.md", "binlint baseline"): (0,),
    ("ci.md", "mkdir -p .githooks"): (0, 0, 0, 0),
    ("ci.md", "binlint --since origin/main --changed-lines"): (1,),
    ("ci.md", "binlint baseline"): (0, 0, 0, 0),
    (
        "formats.md",
        "binlint --output-format github --output sarif=binlint.sarif --output markdown=summary.md",
    ): (1,),
    ("formats.md", "binlint --output-format json-lines | jq -r 'select(.severity == \"error\") | .uri'"): (
        0,
    ),
    ("formats.md", "binlint --output-format github --output markdown=summary.md; code=$?"): (0, 0, 1),
    ("index.md", "binlint"): (1, 0, 1),
    ("refactor.md", "binlint --diff"): (1, 1, 0),
}

# What reads the YAML of a page.
PRE_COMMIT, WORKFLOW, STEPS, GITLAB, AZURE, CIRCLE, PLAIN = range(7)
YAML = {
    ("README.md", "repos:"): PRE_COMMIT,
    ("ci.md", "- uses: OWNER/binlint@COMMIT"): STEPS,
    ("ci.md", "binlint:"): GITLAB,
    ("ci.md", "- task: UsePythonVersion@0"): AZURE,
    ("ci.md", "- run: pip install binlint"): CIRCLE,
    ("ci.md", "descriptor_id: BINLINT"): PLAIN,  # MegaLinter, whose schemas are not at hand
    ("ci.md", "# .mega-linter.yml"): PLAIN,
    ("ci.md", "tools:"): PLAIN,  # trunk, the same
    ("ci.md", "repos:"): PRE_COMMIT,
    ("formats.md", "- run: binlint --output-format github --output sarif=binlint.sarif"): STEPS,
    ("formats.md", "binlint:"): GITLAB,
    (
        "formats.md",
        "- run: mkdir -p test-results/binlint && binlint --output junit=test-results/binlint/results.xml",
    ): CIRCLE,
    ("formats.md", "- script: binlint --output-format azure"): AZURE,
    ("github-action.md", "name: binlint"): WORKFLOW,
    ("github-action.md", "steps:"): STEPS,
    ("pre-commit.md", "repos:"): PRE_COMMIT,
    ("pre-commit.md", "- id: binlint"): PRE_COMMIT,
}
SCHEMAS = {
    WORKFLOW: ("vendor.github-workflows",),
    STEPS: ("vendor.github-workflows",),
    GITLAB: ("vendor.gitlab-ci", "--data-transform", "gitlab-ci"),
    AZURE: ("vendor.azure-pipelines", "--data-transform", "azure-pipelines"),
    CIRCLE: ("vendor.circle-ci",),
}
# Where a service says which file it takes, and what a runner fills in.
TAKEN = frozenset({"codequality", "secret_detection", "PathtoPublish", "sarif_file", "path"})
FILLED = {
    "$(Build.ArtifactStagingDirectory)": "staging",
    "${target}": ".",
    "{{SARIF_OUTPUT_FILE}}": "megalinter.sarif",
}
PLACEHOLDERS = {"FILENAME": "bot.py", "NAME": "bot.py", "CODE": "BIN101", "PATH…": "."}
FOREIGN_OPTIONS = {
    "--no-verify": "of git",
    "--amend": "of git",
    "-k": "of pytest",
    "--api-key": "in settings that are read",
}

_FENCE = re.compile(r"^( *)(`{3,})(\S*)\n(.*?)^\1\2$", re.DOTALL | re.MULTILINE)
_REMARK = re.compile(r"\s+# .*$")
_REPORT = re.compile(r"--output [a-z-]+=([^\s;]+)|(?:-o|--output-file) ([^\s;]+)")


class Block(NamedTuple):
    """A fenced block of a page."""

    page: str
    language: str
    text: str

    @property
    def key(self) -> tuple[str, str]:
        """The page and the first line, as the tables name it."""
        return self.page, bare(self.text.strip().splitlines()[0])

    def __str__(self) -> str:
        return f"{self.page}: {self.key[1][:50]}"


def bare(line: str) -> str:
    """A line without the prompt and the remark."""
    return _REMARK.sub("", line.strip().removeprefix("$ "))


def blocks(*languages: str) -> list[Block]:
    """The blocks of these kinds on all pages."""
    return [
        Block(page.name, match[3], textwrap.dedent(match[4]))
        for page in PAGES
        for match in _FENCE.finditer(page.read_text(encoding="utf-8"))
        if match[3] in languages
    ]


every_shell_block = pytest.mark.parametrize("block", blocks(*SHELLS), ids=str)
every_yaml_block = pytest.mark.parametrize("block", blocks("yaml"), ids=str)


# a project to run commands in


class Sandbox:
    """A repository with credentials in it, a branch that left origin/main before they came, and a clean environment."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.values = (fresh_key(), fresh_key())
        tools = folder / "bin"
        tools.mkdir()
        shim = tools / "binlint"
        shim.write_text(f'#!/bin/sh\nexec "{Path(sys.executable).as_posix()}" -m binlint "$@"\n')
        shim.chmod(0o755)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(SCRUBBED)},
            "PATH": os.pathsep.join((str(tools), os.path.dirname(sys.executable), os.environ["PATH"])),
            "PYTHONPATH": str(ROOT / "src"),
            "PYTHONUTF8": "1",
            "PRE_COMMIT_HOME": str(folder / "cache"),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            **dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "a"),
            **dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "a@localhost"),
        }
        repository(self.root)
        self.write("clean.py", "print('nothing to see')\n")
        self.commit()
        git(self.root, "update-ref", "refs/remotes/origin/main", "HEAD")
        key, secret = self.values
        names = f'api_key = "{key}"\napi_secret = "{secret}"\n'
        self.write(
            "bot.py", f"from binance.client import Client\n\n{names}client = Client(api_key, api_secret)\n"
        )
        self.commit()

    def write(self, name: str, text: str) -> None:
        """A file of the project."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")

    def commit(self) -> None:
        """Everything that is there."""
        self.bash("git add -A && git commit -q -m Work")

    def bash(self, script: str) -> tuple[int, str]:
        """The exit code and all output. No value may be in it, nor in a report that it names."""
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        reports = [first or second for first, second in _REPORT.findall(script)]
        shown = [done.stdout, *((self.root / name).read_text(encoding="utf-8") for name in reports)]
        assert all(shown[1:]), reports
        for text in shown:
            leaks = exposed(text, self.values)  # beforehand: a failing assertion shows what is called in it
            assert leaks == []
        return done.returncode, done.stdout


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    return Sandbox(tmp_path_factory.mktemp("planted"))


@pytest.fixture
def sandbox(planted: Sandbox, tmp_path: Path) -> Sandbox:
    """A copy of the project, to do what one likes with."""
    copied = copy.copy(planted)
    copied.root = tmp_path / "project"
    shutil.copytree(planted.root, copied.root)
    copied.environment = {**planted.environment, "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    return copied


def of_every_kind(sandbox: Sandbox) -> None:
    """What the page of the refactor speaks of: accounts, the test network, a private key, a notebook, a dict."""
    pair, trial, cell = (fresh_key(), fresh_key()), (fresh_key(), fresh_key()), (fresh_key(), fresh_key())
    pem = keys.ed25519()
    sandbox.values += (*pair, *trial, *cell, *(line for line in pem.splitlines() if "-----" not in line))
    sandbox.write(
        "alt.py",
        f"import ccxt\n\nACCOUNTS = {{'alt': {{'apiKey': '{pair[0]}', 'secret': '{pair[1]}'}}}}\n"
        "exchange = ccxt.binance(ACCOUNTS['alt'])\n",
    )
    sandbox.write(
        "trial.py",
        "from binance.client import Client\n\nclient = Client('{}', '{}', testnet=True)\n".format(*trial),
    )
    sandbox.write(
        "sign.py",
        "import os\n\nfrom binance_common.configuration import ConfigurationRestAPI\n\n"
        f"settings = ConfigurationRestAPI(api_key=os.environ['MY_KEY'], private_key={pem!r})\n",
    )
    source = ["from binance.client import Client\n", "client = Client('{}', '{}')\n".format(*cell)]
    code = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
    notebook = {"cells": [code], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    sandbox.write("research.ipynb", json.dumps(notebook, indent=1))
    sandbox.commit()


def of_forty_files(sandbox: Sandbox) -> None:
    """Twelve findings, of which nine are credentials, in forty files with the baseline."""
    sandbox.values += tuple(fresh_key() for _ in range(7))
    for number, value in enumerate(sandbox.values[2:]):
        sandbox.write(
            f"old{number}.py", f"from binance.client import Client\nclient = Client('{value}', s())\n"
        )
    for number, odd in enumerate(("amber", "cedar", "delta")):
        sandbox.write(
            f"odd{number}.py",
            f"from binance.client import Client\nclient = Client('grid-{number}7-{odd}', s())\n",
        )
    for number in range(39 - 2 - 7 - 3):
        sandbox.write(f"clean{number}.py", "print('nothing to see')\n")
    sandbox.commit()


GROWN = {"refactor.md": of_every_kind, "baseline.md": of_forty_files}


# commands


def commands(block: Block) -> list[str]:
    """The commands of a block of shell, with their remarks."""
    text = block.text.replace("\\\n", "")
    if block.language == "console":
        return re.findall(r"^\$ (.*)$", text, re.MULTILINE)
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def test_every_command_is_run_or_listed() -> None:
    lines = {(block.page, bare(line)) for block in blocks(*SHELLS) for line in commands(block)}
    assert NOT_RUN.keys() <= lines
    run = {first_run(block) for block in blocks(*SHELLS)} - {None}
    assert sorted(run) == sorted(EXITS)


def first_run(block: Block) -> tuple[str, str] | None:
    """The name of a block among those that are run."""
    return next(((block.page, bare(line)) for line in due(block)), None)


def due(block: Block) -> list[str]:
    """The commands of a block that are run."""
    return [line for line in commands(block) if (block.page, bare(line)) not in NOT_RUN]


@every_shell_block
def test_commands_do_what_the_page_says(block: Block, sandbox: Sandbox) -> None:
    lines = due(block)
    if not lines:
        assert NOT_RUN[block.key]
        return
    if any("jq " in line for line in lines) and shutil.which("jq") is None:
        pytest.skip("jq is not installed")
    GROWN.get(block.page, lambda _: None)(sandbox)
    mark = "@@ exit code"
    script = "\n".join(f'{line}\nprintf "\\n{mark} %s\\n" "$?"' for line in lines)
    code, output = sandbox.bash(script)
    codes = [int(found) for found in re.findall(rf"^{mark} (\d+)$", output, re.MULTILINE)]
    codes += [code] * (len(lines) - len(codes))  # the last one may be `exit`
    assert tuple(codes) == EXITS[first_run(block) or ("", "")], output
    if block.language == "console":
        shown = "\n".join(line for line in block.text.splitlines() if not line.startswith("$ "))
        assert re.match(elided(shown), output), output


def elided(shown: str) -> str:
    """A pattern for output of which `…` stands for anything."""
    return ".*".join(map(re.escape, shown.strip().split("…"))).replace(".*", "(?s:.*)")


def test_the_first_command_of_the_readme_shows_what_is_wrong(sandbox: Sandbox) -> None:
    (command,) = [line for page, line in NOT_RUN if line.endswith("--exit-zero")]
    command = command.rpartition(".venv/bin/")[2]
    code, output = sandbox.bash(f"cd '{ROOT.as_posix()}' && {command}")
    assert code == 0, output
    assert re.search(r"first_steps\.py:5:11: BIN101 ", output)


def test_what_is_installed_for_development_is_offered() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for page in PAGES:
        for name in re.findall(r"pip install [^`\n]*\.\[(\w+)\]", page.read_text(encoding="utf-8")):
            assert name in project["optional-dependencies"], page.name


def test_the_plain_git_hook_refuses_a_key(sandbox: Sandbox) -> None:
    (block,) = [each for each in blocks("sh") if each.key == ("ci.md", "mkdir -p .githooks")]
    assert sandbox.bash(block.text)[0] == 0
    value = fresh_key()
    sandbox.values += (value,)
    sandbox.write("more.py", f"from binance.client import Client\nClient('{value}', s())\n")
    code, output = sandbox.bash("git add more.py && git commit -q -m More")
    assert code == 1, output
    assert "more.py:2:8: BIN101 " in output
    sandbox.write("more.py", "print('no key')\n")
    code, output = sandbox.bash("git add more.py && git commit -q -m More")
    assert code == 0, output


def test_the_summary_of_the_job_gets_the_table(sandbox: Sandbox) -> None:
    (block,) = [each for each in blocks("sh") if "GITHUB_STEP_SUMMARY" in each.text]
    assert sandbox.bash(block.text)[0] == 1
    assert "| error |" in Path(sandbox.environment["GITHUB_STEP_SUMMARY"]).read_text(encoding="utf-8")


def test_the_refactor_leaves_nothing_in_the_sources(sandbox: Sandbox) -> None:
    of_every_kind(sandbox)
    (block,) = [each for each in blocks("sh") if each.page == "refactor.md"]
    sandbox.bash(block.text)
    sources = [path for path in sandbox.root.iterdir() if path.suffix in (".py", ".ipynb")]
    assert len(sources) == 6
    for path in sources:
        leaks = exposed(path.read_text(encoding="utf-8"), sandbox.values)
        assert leaks == [], path.name


def test_the_summary_of_old_findings_is_the_one_of_the_page(sandbox: Sandbox) -> None:
    (block,) = [each for each in blocks("text") if each.key[1].startswith("Checked 40 files")]
    of_forty_files(sandbox)
    assert sandbox.bash("binlint baseline")[0] == 0
    assert sandbox.bash("binlint") == (0, block.text)


def test_the_baseline_of_the_page_is_read(sandbox: Sandbox) -> None:
    (block,) = [each for each in blocks("json") if each.page == "baseline.md"]
    sandbox.write(".binlint-baseline.jsonl", block.text)
    code, output = sandbox.bash("binlint")
    assert code == 1, output
    (merge,) = [each for each in blocks("text") if "merge=union" in each.text]
    sandbox.write(".gitattributes", merge.text)
    attribute = sandbox.bash("git check-attr merge .binlint-baseline.jsonl")[1]
    assert attribute.strip() == ".binlint-baseline.jsonl: merge: union"


def spans() -> list[str]:
    """The commands in the running text of all pages."""
    texts = (_FENCE.sub("", page.read_text(encoding="utf-8")) for page in PAGES)
    return sorted({span for text in texts for span in re.findall(r"(?<!`)`(binlint [^`\n]+)`", text)})


@pytest.mark.parametrize("span", spans())
def test_commands_in_the_text_are_understood(span: str, sandbox: Sandbox) -> None:
    for name in ("src", "rules"):
        sandbox.write(f"{name}/clean.py", "pass\n")
    for name, value in PLACEHOLDERS.items():
        span = span.replace(name, value)
    code, output = sandbox.bash(span)
    assert code in (0, 1), output


def options(parser: Any) -> set[str]:
    return {name for action in parser._actions for name in action.option_strings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_options_that_are_spoken_of_are_there(page: Path) -> None:
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    known = options(check_parser()) | options(baseline_parser()) | FOREIGN_OPTIONS.keys()
    for span in re.findall(r"(?<!`)`((?:binlint |-)[^`\n]+)`", text):
        named = set(re.findall(r"(?<!\S)(--[a-z][a-z-]+|-[a-z](?!\S))", span))
        assert named <= known, span


# configuration


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_configuration_is_understood(
    block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tomllib.loads(block.text)
    if "api" in table:  # of the catalogue, in CONTRIBUTING.md
        monkeypatch.syspath_prepend(str(ROOT / "tools"))
        entries = import_module("compile_catalogue").entries
        (entry,) = entries(
            {"shape": [], "api": [], "config_class_alias": []}, {"alias": {}, "api": table["api"]}
        )
        assert [kind for _, kind, *_ in entry.parameters] == ["API_KEY", "SECRET_KEY"]
        return
    (tmp_path / "pyproject.toml").write_text(block.text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["--show-settings"]) == 0
    in_force = capsys.readouterr().out
    for key, value in table["tool"]["binlint"].items():
        assert key in in_force
        assert isinstance(value, dict) or json.dumps(value) in in_force


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_single_settings_are_understood(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    for setting in re.findall(r'(?<!`)`([a-z-]+ = (?:true|false|"[^`]*"|\[[^`]*\]))`', text):
        assert cli.main(["--isolated", "--show-settings", "--config", setting]) == 0, setting
    capsys.readouterr()


def test_every_kind_of_block_is_checked() -> None:
    languages = {match[3] for page in PAGES for match in _FENCE.finditer(page.read_text(encoding="utf-8"))}
    assert languages <= set(KNOWN)


def test_every_block_of_yaml_has_its_reader() -> None:
    assert sorted(block.key for block in blocks("yaml")) == sorted(YAML)


def completed(block: Block) -> Any:
    """The whole file of which a block may be a part."""
    document = yaml.safe_load(block.text)
    reader = YAML[block.key]
    steps = document["steps"] if isinstance(document, dict) and "steps" in document else document
    if reader == PRE_COMMIT and isinstance(document, list):
        repository = "https://github.com/OWNER/binlint"
        return {"repos": [{"repo": repository, "rev": "v0.1.0", "hooks": document}]}
    if reader == STEPS:
        return {"on": "push", "jobs": {"binlint": {"runs-on": "ubuntu-latest", "steps": steps}}}
    if reader == AZURE:
        return {"steps": steps}
    if reader == CIRCLE:
        job = {"docker": [{"image": "cimg/python:3.13"}], "steps": ["checkout", *steps]}
        return {"version": 2.1, "jobs": {"binlint": job}}
    return document


@every_yaml_block
def test_yaml_is_what_its_reader_expects(block: Block, tmp_path: Path) -> None:
    document, reader = completed(block), YAML[block.key]
    path = tmp_path / "file.yml"
    whole = block.text if reader == WORKFLOW else yaml.safe_dump(document)  # to YAML 1.1 `on` is true
    path.write_text(whole, encoding="utf-8")
    if reader == PRE_COMMIT:
        command = [sys.executable, "-m", "pre_commit", "validate-config", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
    elif reader in SCHEMAS:
        done = CliRunner().invoke(check_jsonschema, ["--builtin-schema", *SCHEMAS[reader], str(path)])
        assert done.exit_code == 0, done.output
    for step in found(document, "uses"):
        if step["uses"] == "OWNER/binlint@COMMIT":
            assert step.get("with", {}).keys() <= ACTION["inputs"].keys()


def found(document: Any, key: str) -> Iterator[dict[str, Any]]:
    """The mappings that have a key, at any depth."""
    if isinstance(document, dict):
        if key in document:
            yield document
        for value in document.values():
            yield from found(value, key)
    elif isinstance(document, list):
        for value in document:
            yield from found(value, key)


def jobs(block: Block) -> list[str]:
    """The commands in the configuration of a service."""
    if block.language == "groovy":
        return re.findall(r"\bsh '([^']*)'", block.text)
    if block.language == "ini":
        parsed = configparser.ConfigParser()
        parsed.read_string(block.text)
        return [parsed[name]["commands"] for name in parsed.sections()]
    document = yaml.safe_load(block.text)
    lines: list[str] = []
    for key in ("run", "script", "entry"):
        for mapping in found(document, key):
            value = mapping[key]
            lines += value if isinstance(value, list) else [value]
    for linter in found(document, "cli_sarif_args"):
        lines.append(" ".join([*linter["examples"], *linter["cli_sarif_args"]]))
    return lines


def taken(block: Block) -> Iterator[str]:
    """The files that a service is told to take after the run."""
    if block.language == "groovy":
        yield from re.findall(r"(?:junit|pattern:) '([^']*)'", block.text)
    elif block.language == "yaml":
        document = yaml.safe_load(block.text)
        for key in TAKEN:
            yield from (mapping[key] for mapping in found(document, key))


def filled(text: str) -> str:
    """A text with what a runner puts in."""
    for name, value in FILLED.items():
        text = text.replace(name, value)
    return text.replace(".venv/bin/binlint", "binlint")


@pytest.mark.parametrize("block", blocks("yaml", "groovy", "ini"), ids=str)
def test_jobs_find_and_leave_the_files_that_are_taken(block: Block, sandbox: Sandbox) -> None:
    (sandbox.root / "staging").mkdir()
    for line in map(filled, jobs(block)):
        if "pip install" in line:
            continue
        code, output = sandbox.bash(line)
        assert code == int("binlint" in line.split() and "--exit-zero" not in line), output
    for name in map(filled, taken(block)):
        assert (sandbox.root / name).exists(), name


def test_pre_commit_says_what_the_page_shows(sandbox: Sandbox) -> None:
    """With the hook of the manifest, which binlint's own environment would take from the package index."""
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    hook = {**hooks[0], "language": "system"}
    config = {"repos": [{"repo": "local", "hooks": [hook]}]}
    sandbox.write(".pre-commit-config.yaml", yaml.safe_dump(config))
    sandbox.commit()
    code, output = sandbox.bash("python -m pre_commit run binlint --all-files")
    assert code == 1, output
    (block,) = [each for each in blocks("text") if each.page == "pre-commit.md"]
    assert output.startswith(block.text.rstrip()), output


def test_the_local_hook_of_pre_commit_works(sandbox: Sandbox) -> None:
    (block,) = [each for each in blocks("yaml") if each.key == ("ci.md", "repos:")]
    sandbox.write(".pre-commit-config.yaml", block.text)
    sandbox.commit()
    code, output = sandbox.bash("python -m pre_commit run --all-files")
    assert code == 1, output
    assert "bot.py:3:11: BIN101 " in output


# code


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_json_is_json(block: Block) -> None:
    documents: Iterable[str] = block.text.splitlines() if block.page == "baseline.md" else [block.text]
    for document in documents:
        json.loads(document)


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python_is_python(block: Block) -> None:
    ast.parse(block.text)


# What stands around each line of the README's "What it finds": other files, and what comes before it. `«»` is the key.
AROUND: dict[str, tuple[dict[str, str], str]] = {
    "client = Client(keys.LIVE": (
        {"keys.py": 'LIVE = {"key": "«»", "secret": s()}\n'},
        "import keys\nfrom binance.client import Client",
    ),
    "bot = Trader(": (
        {
            "trading.py": "from binance.client import Client\n\n\nclass Trader:\n"
            "    def __init__(self, key, secret):\n        self.client = Client(key, secret)\n"
        },
        "from trading import Trader",
    ),
    "client = Client(**json": (
        {"settings.json": '{"binance": {"api_key": "«»"}}\n'},
        "import json\nfrom binance.client import Client",
    ),
    "client = Client(KEY, SECRET)": ({}, 'from binance.client import Client\nKEY = "«»"'),
    "exchange = ccxt.binance(": ({}, 'import ccxt\nsettings = {"binance": {"apiKey": "«»"}}'),
    "key = os.getenv(": ({}, "import os"),
    "super().__init__(": (
        {},
        "from binance.client import Client\n\n\nclass Own(Client):\n"
        '    def __init__(self, key="«»", **options):',
    ),
    "session.headers[": ({}, "import base64\nimport requests\nsession = requests.Session()"),
}


def of_the_readme(heading: str) -> list[str]:
    """The lines of the block of Python below a heading."""
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2]
    found = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert found
    return found[1].splitlines()


def test_every_line_of_what_it_finds_is_tried() -> None:
    lines = of_the_readme("What it finds")
    assert [line.startswith(start) for line, start in zip(lines, AROUND, strict=True)] == [True] * len(lines)


@pytest.mark.parametrize("start", AROUND)
def test_what_the_readme_says_is_found_is_found(start: str, sandbox: Sandbox) -> None:
    (line,) = [_REMARK.sub("", each) for each in of_the_readme("What it finds") if each.startswith(start)]
    (sandbox.root / "bot.py").unlink()
    key = sandbox.values[0]
    files, before = AROUND[start]
    indent = "        " if before.endswith(":") else ""
    shown = base64.b64encode(key.encode()).decode() if "b64decode" in line else key
    text = f"{before}\n{indent}{line}\n".replace("…64 characters…", key).replace('"…"', f'"{shown}"')
    for name, content in {**files, "use.py": text}.items():
        sandbox.write(name, content.replace("«»", key))
    sandbox.commit()
    code, output = sandbox.bash("binlint")
    assert code == 1, output
    places = re.findall(r"^(\S+?):(\d+):\d+: BIN101 ", output, re.MULTILINE)
    holding = [
        (path.name, str(number))
        for path in sandbox.root.iterdir()
        if path.is_file()
        for number, each in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if key in each or shown in each
    ]
    assert sorted(places) == sorted(holding), output


@pytest.mark.parametrize("page", ["README.md", "suppression.md"])
def test_examples_of_suppression_suppress(page: str, sandbox: Sandbox) -> None:
    (block,) = [each for each in blocks("python") if each.page == page and "# binlint: ignore" in each.text]
    text = f"from binance.client import Client\n\n{block.text}\n"
    while "…64 characters…" in text:
        sandbox.values += (fresh_key(),)
        text = text.replace("…64 characters…", sandbox.values[-1], 1)
    sandbox.write("bot.py", text)
    code, output = sandbox.bash("binlint --strict")
    assert code == 0, output
    assert "suppressed" in output
