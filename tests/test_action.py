"""The GitHub Action: its steps are carried out with bash, in order, over repositories of users.

Three parts are replaced, as no runner is at hand: setting up Python, uploading SARIF, and the install step, which
one test runs for real (it needs the package index that pip is configured for).
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from fresh_values import fresh_key
from runner import ACTION, ROOT, Expression, Outcome, Runner, environment_with_binlint
from sources.trees import git, repository

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the steps are carried out with bash")

LEAK = 'from binance.client import Client\n\nclient = Client("{key}", "{secret}")\n'
CLEAN = (
    'import os\n\nfrom binance.client import Client\n\nclient = Client(os.environ["K"], os.environ["S"])\n'
)
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.fixture(scope="module")
def interpreter(tmp_path_factory: pytest.TempPathFactory) -> str:
    return environment_with_binlint(tmp_path_factory.mktemp("environment"))


@pytest.fixture
def runner(tmp_path: Path, interpreter: str) -> Runner:
    runner = Runner(tmp_path, interpreter)
    repository(runner.workspace)
    return runner


@pytest.fixture(scope="module")
def steps() -> ModuleType:
    spec = importlib.util.spec_from_file_location("action_run", ROOT / "action" / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Leaks:
    """Files with credentials, and the proof that nothing tells them."""

    def __init__(self) -> None:
        self._values: list[str] = []

    def text(self) -> str:
        key, secret = fresh_key(), fresh_key()
        self._values += [key, secret]
        return LEAK.format(key=key, secret=secret)

    def assert_untold(self, outcome: Outcome, runner: Runner) -> None:
        texts = [outcome.log, outcome.summary, repr(outcome.outputs), repr(outcome.uploads)]
        reports = [path for path in runner.temporary.rglob("*") if path.is_file()]
        assert reports
        texts += [path.read_text(encoding="utf-8", errors="replace") for path in reports]
        assert not [value for value in self._values for text in texts if value in text]


@pytest.fixture
def leaks() -> Leaks:
    return Leaks()


def write(runner: Runner, name: str, text: str) -> None:
    path = runner.workspace / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def commit(runner: Runner, **files: str) -> str:
    """Commits files whose names lack their `.py`, and returns the commit."""
    for name, text in files.items():
        write(runner, f"{name}.py", text)
    git(runner.workspace, "add", "--all")
    git(runner.workspace, "commit", "--quiet", "--allow-empty", "-m", "x")
    return head(runner.workspace)


def head(folder: Path) -> str:
    command = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def pull_request(base: str, repository: str | None = "owner/project") -> dict[str, Any]:
    source = {"full_name": repository} if repository else None
    return {"pull_request": {"head": {"repo": source}, "base": {"sha": base}}}


# What the files say


def used(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            yield from [value] if name == "uses" else used(value)
    elif isinstance(node, list):
        for value in node:
            yield from used(value)


@pytest.mark.parametrize("path", [ROOT / "action.yml", *WORKFLOWS], ids=lambda path: path.name)
def test_every_foreign_action_is_pinned_with_its_version(path: Path):
    text = path.read_text(encoding="utf-8")
    foreign = [each for each in used(yaml.safe_load(text)) if each != "./"]
    assert foreign
    for each in foreign:
        assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", each)
        assert re.search(rf"{re.escape(each)} # v\d+\.\d+\.\d+$", text, re.MULTILINE), each


def test_workflows_begin_without_permissions():
    for path in WORKFLOWS:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert content["permissions"] == {}
        assert all("permissions" in job for job in content["jobs"].values())


def test_the_metadata():
    assert ACTION["branding"] == {"icon": "shield", "color": "yellow"}
    inputs = (
        "paths args config fail-on format sarif category baseline version python-version working-directory"
    )
    assert set(ACTION["inputs"]) == {*inputs.split(), "diff"}
    assert set(ACTION["outputs"]) == {"findings", "exit-code", "sarif-file"}
    page = (ROOT / "docs" / "github-action.md").read_text(encoding="utf-8").partition("## Code scanning")[0]
    described = re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE)
    assert described == [*ACTION["inputs"], *ACTION["outputs"]]


def test_no_expression_stands_in_a_script():
    scripts = [step["run"] for step in ACTION["runs"]["steps"] if "run" in step]
    assert len(scripts) == 4
    assert [script for script in scripts if "${{" in script] == []


# Outcomes


def test_a_clean_tree(runner: Runner):
    commit(runner, bot=CLEAN)
    outcome = runner.run()
    assert not outcome.failed
    assert outcome.outputs["findings"] == "0"
    assert outcome.outputs["exit-code"] == "0"
    assert outcome.annotations == []
    assert outcome.summary.startswith("Of an earlier step\n## binlint\n")
    assert "no findings" in outcome.summary
    (upload,) = outcome.uploads
    assert upload["sarif_file"] == outcome.outputs["sarif-file"]
    assert Path(upload["checkout_path"]).samefile(runner.workspace)


def test_findings_fail_the_job_after_all_reports(runner: Runner, leaks: Leaks):
    commit(runner, bot=leaks.text(), clean=CLEAN)
    outcome = runner.run({"category": "keys"})
    assert outcome.failed
    assert outcome.codes == {
        "Set up Python": 0, "Install binlint": 0, "Scan": 0, "Summarise": 0, "Upload SARIF": 0, "Finish": 1
    }  # fmt: skip
    assert outcome.outputs["findings"] == "2"
    assert outcome.outputs["exit-code"] == "1"
    assert [line[:33] for line in outcome.annotations] == ["::error file=bot.py,line=3,endLin"] * 2
    assert "| BIN101 |" in outcome.summary
    assert "| BIN102 |" in outcome.summary
    run = json.loads(Path(outcome.outputs["sarif-file"]).read_bytes())["runs"][0]
    assert len(run["results"]) == 2
    assert run["automationDetails"]["id"].startswith("keys/")
    leaks.assert_untold(outcome, runner)


def test_a_broken_configuration(runner: Runner, leaks: Leaks):
    commit(runner, bot=leaks.text())
    write(runner, "pyproject.toml", "[tool.binlint]\nno-such-key = 1\n")
    outcome = runner.run()
    assert outcome.failed
    assert outcome.codes["Finish"] == 2
    assert outcome.outputs == {"findings": "", "exit-code": "2", "sarif-file": ""}
    assert "no-such-key" in outcome.log
    assert "could not do its job" in outcome.summary
    assert [line.startswith("::error title=binlint::") for line in outcome.annotations] == [True]
    assert outcome.uploads == ()


@pytest.mark.parametrize(
    ("inputs", "word"),
    [
        ({"args": '--ignore "BIN101'}, "args"),
        ({"sarif": "maybe"}, "sarif"),
        ({"diff": "yes"}, "diff"),
        ({"working-directory": "nowhere"}, "working-directory"),
        ({"config": "nowhere.toml"}, "nowhere.toml"),
        ({"baseline": "nowhere.jsonl"}, "nowhere.jsonl"),
        ({"paths": "nowhere"}, "nowhere"),
        ({"args": "--version"}, "args"),
        ({"format": "nothing"}, "--output-format"),
        ({"fail-on": "nothing"}, "--fail-on"),
    ],
)
def test_an_input_that_cannot_be_used(runner: Runner, inputs: dict[str, str], word: str):
    commit(runner, bot=CLEAN)
    outcome = runner.run(inputs)
    assert outcome.failed
    assert outcome.codes["Scan"] == 0
    assert outcome.codes["Finish"] == 2
    assert outcome.outputs["exit-code"] == "2"
    assert word in outcome.log
    assert "Traceback" not in outcome.log
    assert outcome.annotations


@pytest.mark.parametrize(
    ("inputs", "findings", "code"),
    [
        ({"args": "--ignore BIN101,BIN102"}, "0", 0),
        ({"args": "--per-file-ignores 'a bot.py:BIN1'"}, "0", 0),
        ({"args": "--exit-zero"}, "2", 0),
        ({"config": "own settings.toml"}, "1", 1),
        ({"config": 'ignore=["BIN101", "BIN102"]'}, "0", 0),
        ({"baseline": "old ones.jsonl"}, "0", 0),
        ({"paths": "clean.py\n"}, "0", 0),
        ({"paths": "clean.py\r\na bot.py\r\n"}, "2", 1),
        ({"paths": "\n"}, "2", 1),
        ({"fail-on": "error"}, "2", 1),
        ({"format": "concise"}, "2", 1),
        ({"sarif": "false"}, "2", 1),
    ],
    ids=str,
)
def test_inputs(
    runner: Runner, leaks: Leaks, interpreter: str, inputs: dict[str, str], findings: str, code: int
):
    write(runner, "own settings.toml", 'ignore = ["BIN101"]\n')
    write(runner, "a bot.py", leaks.text())
    commit(runner, clean=CLEAN)
    command = [interpreter, "-I", "-m", "binlint", "baseline", "--baseline", "old ones.jsonl"]
    subprocess.run(command, cwd=runner.workspace, check=True, capture_output=True)
    outcome = runner.run(inputs)
    assert outcome.outputs["findings"] == findings
    assert outcome.codes["Finish"] == code, outcome.log
    assert bool(outcome.annotations) == (findings != "0" and "format" not in inputs)
    assert bool(outcome.outputs["sarif-file"]) == bool(outcome.uploads) == ("sarif" not in inputs)
    leaks.assert_untold(outcome, runner)


def test_notes_count_where_they_fail_the_job(runner: Runner):
    commit(runner, bot=LEAK.format(key="your_api_key_here", secret="your_api_secret_here"))
    assert runner.run().outputs["findings"] == "0"
    outcome = runner.run({"fail-on": "note"})
    assert outcome.outputs["exit-code"] == "1"
    assert int(outcome.outputs["findings"]) > 0


def test_a_working_directory(runner: Runner, leaks: Leaks):
    write(runner, "my project/pyproject.toml", '[tool.binlint]\nignore = ["BIN102"]\n')
    write(runner, "my project/bot.py", leaks.text())
    commit(runner, outside=leaks.text())
    outcome = runner.run({"working-directory": "my project"})
    assert outcome.outputs["findings"] == "1"
    (annotation,) = outcome.annotations
    assert annotation.startswith("::error file=my project/bot.py,line=3,")
    result = json.loads(Path(outcome.outputs["sarif-file"]).read_bytes())["runs"][0]["results"][0]
    location = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location["uri"] == "my%20project/bot.py"
    assert Path(outcome.uploads[0]["checkout_path"]).samefile(runner.workspace)


# Pull requests


@pytest.mark.parametrize(
    ("event_name", "source", "is_uploaded"),
    [
        ("pull_request", "owner/project", True),
        ("pull_request", "stranger/project", False),
        ("pull_request", None, False),  # the fork is gone
        ("pull_request_review", "stranger/project", False),
        ("pull_request_target", "stranger/project", True),
    ],
)
@pytest.mark.parametrize("sarif", ["auto", "true"])
def test_forks_have_no_token_to_upload_with(
    runner: Runner, leaks: Leaks, event_name: str, source: str | None, is_uploaded: bool, sarif: str
):
    base = commit(runner, bot=leaks.text())
    outcome = runner.run({"sarif": sarif}, pull_request(base, source), event_name=event_name)
    assert bool(outcome.uploads) is is_uploaded
    assert Path(outcome.outputs["sarif-file"]).is_file()
    assert len(outcome.annotations) == 2
    assert outcome.codes["Finish"] == 1


@pytest.mark.parametrize(
    ("sarif", "leaking", "code", "level"),
    [
        ("auto", False, 0, "warning"),
        ("auto", True, 1, "warning"),
        ("true", False, 2, "error"),
        ("true", True, 2, "error"),
    ],
)
def test_an_upload_that_fails(runner: Runner, leaks: Leaks, sarif: str, leaking: bool, code: int, level: str):
    commit(runner, bot=leaks.text() if leaking else CLEAN)
    runner.upload_fails = True
    outcome = runner.run({"sarif": sarif})
    assert outcome.codes["Finish"] == code
    assert outcome.failed is (code != 0)
    assert outcome.annotations[-1].startswith(f"::{level} title=binlint::the SARIF report was not uploaded")


@pytest.fixture
def merge(runner: Runner, leaks: Leaks) -> dict[str, str]:
    """A runner's merge commit of a branch with one new leak, a base with an old one that has moved on since."""
    base = commit(runner, old=leaks.text())
    git(runner.workspace, "branch", "-M", "main")
    git(runner.workspace, "checkout", "-q", "-b", "feature")
    tip = commit(runner, new=leaks.text(), fine=CLEAN)
    git(runner.workspace, "checkout", "-q", "main")
    moved = commit(runner, theirs=leaks.text())
    git(runner.workspace, "checkout", "-q", "--detach")
    git(runner.workspace, "merge", "-q", "--no-ff", "-m", "merge", "feature")
    merged = head(runner.workspace)
    git(runner.workspace, "branch", "-D", "feature")
    return {"base": base, "tip": tip, "moved": moved, "merged": merged}


def files(outcome: Outcome) -> list[str]:
    return sorted({re.findall("file=([^,]*),", line)[0] for line in outcome.annotations if "file=" in line})


def test_a_diff_has_what_the_pull_request_adds(runner: Runner, leaks: Leaks, merge: dict[str, str]):
    event = pull_request(merge["base"])
    request = {"event_name": "pull_request", "base_ref": "main", "sha": merge["merged"]}
    assert files(runner.run({}, event, **request)) == ["new.py", "old.py", "theirs.py"]
    outcome = runner.run({"diff": "true"}, event, **request)
    assert files(outcome) == ["new.py"], outcome.log
    assert outcome.outputs["findings"] == "2"
    assert outcome.codes["Finish"] == 1
    assert outcome.uploads == ()
    assert len(runner.run({"diff": "true", "sarif": "true"}, event, **request).uploads) == 1
    leaks.assert_untold(outcome, runner)


def test_a_diff_of_the_branch_itself(runner: Runner, merge: dict[str, str]):
    git(runner.workspace, "update-ref", "refs/remotes/origin/main", merge["moved"])
    git(runner.workspace, "checkout", "-q", merge["tip"])
    request = {"event_name": "pull_request_target", "base_ref": "main", "sha": merge["moved"]}
    outcome = runner.run({"diff": "true"}, pull_request(merge["base"]), **request)
    assert files(outcome) == ["new.py"]


def test_a_diff_of_a_merge_group(runner: Runner, merge: dict[str, str]):
    event = {"merge_group": {"base_sha": merge["moved"]}}
    outcome = runner.run({"diff": "true"}, event, event_name="merge_group", sha=merge["merged"])
    assert files(outcome) == ["new.py"]


def test_a_diff_that_adds_nothing_bad(runner: Runner, leaks: Leaks):
    old = leaks.text()
    base = commit(runner, old=old)
    commit(runner, old=f"# moved by a line\n{old}", fine=CLEAN)
    request = {"event_name": "pull_request", "base_ref": "main", "sha": head(runner.workspace)}
    outcome = runner.run({"diff": "true"}, pull_request(base), **request)
    assert not outcome.failed, outcome.log
    assert outcome.outputs["findings"] == "0"


def test_a_diff_without_the_base(runner: Runner, merge: dict[str, str]):
    shallow = runner.workspace / "shallow"
    git(runner.workspace, "checkout", "-q", "-b", "merged")
    git(runner.workspace, "clone", "-q", "--depth=1", f"file://{runner.workspace}", str(shallow))
    request = {"event_name": "pull_request", "base_ref": "main", "sha": merge["merged"]}
    inputs = {"diff": "true", "working-directory": "shallow"}
    outcome = runner.run(inputs, pull_request(merge["base"]), **request)
    assert outcome.codes["Finish"] == 2
    assert "fetch-depth: 0" in outcome.annotations[0]
    git(shallow, "fetch", "-q", "--depth=2")
    assert files(runner.run(inputs, pull_request(merge["base"]), **request)) == ["new.py"]


def test_a_diff_of_a_push_is_everything(runner: Runner, merge: dict[str, str]):
    outcome = runner.run({"diff": "true"}, {"after": merge["merged"]}, sha=merge["merged"])
    assert files(outcome) == ["new.py", "old.py", "theirs.py"]
    assert outcome.annotations[0].startswith("::notice title=binlint::diff: this is no pull request")
    assert len(outcome.uploads) == 1


# Strangers


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_names_of_files_that_try_to_be_something_else(runner: Runner, leaks: Leaks):
    names = [
        "$(touch hacked).py",
        "`touch hacked`.py",
        "a;touch hacked.py",
        "two\n::error::lines.py",
        "::warning::x.py",
    ]
    names += ["--fix.py", "a%0Ab.py", "a,line=7.py", "</table>|x.py", "${{ github.token }}.py"]
    for name in names:
        write(runner, name, leaks.text())
    commit(runner)
    listed = "\n".join(name for name in names if "\n" not in name)
    for inputs in ({}, {"paths": listed}, {"paths": listed, "format": "concise"}):
        outcome = runner.run(inputs)
        count = len(names) - ("paths" in inputs)
        assert outcome.outputs["findings"] == str(2 * count), outcome.log
        commands = [line for line in outcome.log.splitlines() if line.startswith("::")]
        assert [
            line
            for line in commands
            if not re.match(r"::(error file=[^:,]*,line=3,|group::|endgroup::)", line)
        ] == []
        assert len(outcome.annotations) == (0 if "format" in inputs else 10)
        assert "</table>" not in outcome.summary
        leaks.assert_untold(outcome, runner)
    assert not list(runner.workspace.rglob("hacked"))


def test_inputs_never_meet_a_shell(runner: Runner):
    commit(runner, bot=CLEAN)
    evil = "$(touch hacked) `touch hacked`; touch hacked\n"
    for name in ACTION["inputs"]:
        if name not in ("version", "python-version"):
            assert "Traceback" not in runner.run({name: evil}).log
    assert not list(runner.workspace.rglob("hacked"))


def test_a_branch_name_never_meets_a_shell(runner: Runner):
    base = commit(runner, bot=CLEAN)
    request = {"event_name": "pull_request", "base_ref": "x$(touch${IFS}hacked)", "sha": base}
    outcome = runner.run({"diff": "true"}, pull_request(base), **request)
    assert not outcome.failed
    outcome = runner.run({"diff": "true"}, pull_request("--output=hacked"), **request)
    assert outcome.codes["Finish"] == 2
    assert not list(runner.workspace.rglob("hacked"))


def test_modules_of_the_repository_are_not_imported(runner: Runner, leaks: Leaks):
    for name in (
        "json.py",
        "shlex.py",
        "yaml.py",
        "sitecustomize.py",
        "binlint/__init__.py",
        "binlint/__main__.py",
    ):
        write(runner, name, "open('hacked', 'w').close()\nraise SystemExit(0)\n")
    commit(runner, bot=leaks.text())
    outcome = runner.run()
    assert outcome.outputs["findings"] == "2"
    assert not list(runner.workspace.rglob("hacked"))


# The script by itself


def test_what_is_installed(steps: ModuleType):
    assert steps.requirement("", "/the/action") == "/the/action"
    assert steps.requirement("1.2.3", "/the/action") == "binlint==1.2.3"
    assert steps.requirement("1.0rc1", "/the/action") == "binlint==1.0rc1"
    for version in (">=1", "1.*", "latest", "1.0 --index-url=x", "1.0\n2.0", "@ file:x", "１.0"):
        with pytest.raises(steps.InputError, match="not an exact version"):
            steps.requirement(version, "/the/action")


def test_a_version_that_is_none_ends_the_action(tmp_path: Path):
    runner = Runner(tmp_path, None)
    outcome = runner.run({"version": "1; touch hacked"})
    assert outcome.failed
    assert outcome.codes == {"Set up Python": 0, "Install binlint": 2}
    assert outcome.outputs == {"findings": "", "exit-code": "", "sarif-file": ""}
    assert "not an exact version" in outcome.annotations[0]
    assert not list(tmp_path.rglob("hacked"))


def test_a_summary_is_bounded(steps: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    report, target = tmp_path / "report.md", tmp_path / "summary.md"
    report.write_text("ü" * 600_000, encoding="utf-8")
    monkeypatch.setenv("SUMMARY", str(report))
    monkeypatch.setenv("EXIT_CODE", "1")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(target))
    steps.summarise()
    assert target.read_text(encoding="utf-8").startswith("## binlint\n\nThe report is too long")


def test_many_findings_are_counted_and_bounded(runner: Runner, leaks: Leaks):
    commit(runner, **{f"bot{number}": leaks.text() for number in range(150)})
    outcome = runner.run()
    assert outcome.outputs["findings"] == "300"
    assert len(outcome.annotations) == 10
    assert outcome.summary.count("| error |") == 200
    assert "100 more are not shown" in outcome.summary
    leaks.assert_untold(outcome, runner)


def test_the_install_step_itself(tmp_path: Path):
    """For real: pip builds this checkout and fetches what it needs."""
    runner = Runner(tmp_path, None)
    repository(runner.workspace)
    commit(runner, bot=LEAK.format(key=fresh_key(), secret=fresh_key()))
    outcome = runner.run()
    assert outcome.codes["Install binlint"] == 0, outcome.log
    assert outcome.outputs["findings"] == "2"
    assert outcome.codes["Finish"] == 1


# The evaluator that the tests rely on


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'it''s'", "it's"),
        ("inputs.fail-on == 'NOTE'", True),
        ("inputs.none == ''", True),
        ("inputs.none || 'other'", "other"),
        ("inputs.none && 'other'", ""),
        ("!cancelled() && (inputs.none != '' || success())", True),
        ("steps.a.outputs.b-c", "d"),
        ("steps.none.outputs.b", ""),
    ],
)
def test_expressions(text: str, value: object):
    contexts = {
        "inputs": {"fail-on": "note"},
        "steps": {"a": {"outputs": {"b-c": "d"}}},
        "job": {"success": True, "cancelled": False},
    }
    assert Expression(text, contexts).value() == value


@pytest.mark.parametrize(
    "text", ["secrets.x", "toJSON(inputs)", "inputs.a ~ 'b'", "'a' 'b'", "(inputs.a", "inputs"]
)
def test_expressions_that_are_not_understood(text: str):
    with pytest.raises((ValueError, IndexError)):
        Expression(text, {"inputs": {}, "job": {}}).value()
