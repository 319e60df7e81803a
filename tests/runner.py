"""A runner for the composite action, as far as this repository needs one.

It carries out the steps of `action.yml` in order, with bash as GitHub's runner starts it, with the files that the
runner hands to steps, and with the `${{ }}` of `if:`, `env:`, `with:` and of the outputs evaluated. What it does not
know it refuses. Steps with `uses:` are not run: they are replaced by what a test says they do.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
SETUP_PYTHON = "actions/setup-python"
UPLOAD = "github/codeql-action/upload-sarif"
# What would make git or Python look elsewhere, and what another runner around the tests has set.
SCRUBBED = ("GIT_", "GITHUB_", "RUNNER_", "INPUT_", "CI", "PYTHON", "BINLINT_", "VIRTUAL_ENV")

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<name>[A-Za-z_][\w.-]*)|(?P<sign>&&|\|\||==|!=|[!()]))"
)
_FUNCTIONS = ("success", "failure", "always", "cancelled")

Contexts = Mapping[str, Any]


class Expression:
    """One `${{ }}` of GitHub's language: literals of text, names, `! == != && ||`, brackets, states of the job."""

    def __init__(self, text: str, contexts: Contexts) -> None:
        self._tokens = _tokens(text)
        self._contexts = contexts

    def value(self) -> Any:
        """What it comes to. Raises ValueError for what is not understood."""
        value = self._either()
        if self._tokens:
            raise ValueError(f"left over: {self._tokens}")
        return value

    def _either(self) -> Any:
        value = self._both()
        while self._takes("||"):
            other = self._both()
            value = value or other
        return value

    def _both(self) -> Any:
        value = self._equal()
        while self._takes("&&"):
            other = self._equal()
            value = value and other
        return value

    def _equal(self) -> Any:
        value = self._single()
        if self._takes("=="):
            return _comparable(value) == _comparable(self._single())
        if self._takes("!="):
            return _comparable(value) != _comparable(self._single())
        return value

    def _single(self) -> Any:
        if self._takes("!"):
            return not self._single()
        if self._takes("("):
            value = self._either()
            self._must_take(")")
            return value
        token = self._tokens.pop(0)
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if token in _FUNCTIONS:
            self._must_take("(")
            self._must_take(")")
            return self._contexts["job"][token]
        return self._named(token)

    def _named(self, name: str) -> Any:
        first, *rest = name.split(".")
        if first not in self._contexts or not rest:
            raise ValueError(f"unknown: {name}")
        value = self._contexts[first]
        for each in rest:
            value = value.get(each, "") if isinstance(value, Mapping) else ""
        return value

    def _takes(self, sign: str) -> bool:
        if self._tokens[:1] == [sign]:
            self._tokens.pop(0)
            return True
        return False

    def _must_take(self, sign: str) -> None:
        if not self._takes(sign):
            raise ValueError(f"expected {sign}")


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"not understood: {text[at:]}")
        found.append(match[0].strip())
        at = match.end()
    return found


def _comparable(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def evaluated(text: str, contexts: Contexts) -> str:
    """A text of the action with every `${{ }}` in it filled in."""

    def filled(match: re.Match[str]) -> str:
        value = Expression(match[1], contexts).value()
        return str(value).lower() if isinstance(value, bool) else str(value)

    return re.sub(r"\$\{\{(.*?)\}\}", filled, text, flags=re.DOTALL)


class Outcome(NamedTuple):
    """What a run of the action left behind."""

    failed: bool
    codes: Mapping[str, int]  # of each step that was run, by its name
    outputs: Mapping[str, str]
    log: str
    summary: str
    uploads: tuple[Mapping[str, str], ...]

    @property
    def annotations(self) -> list[str]:
        """The annotations in the log."""
        return [line for line in self.log.splitlines() if re.match("::(error|warning|notice)", line)]


class Runner:
    """A machine with a workspace; `interpreter` has binlint and stands for what the install step makes."""

    def __init__(self, folder: Path, interpreter: str | None) -> None:
        self.workspace = folder / "work space"
        self.temporary = folder / "temporary"
        for each in (self.workspace, self.temporary):
            each.mkdir(parents=True)
        self._interpreter = interpreter
        self._summary = folder / "summary.md"
        self._summary.write_text("Of an earlier step\n", encoding="utf-8")
        self.upload_fails = False

    def run(
        self, inputs: Mapping[str, str] | None = None, event: Mapping[str, Any] | None = None, **github: str
    ) -> Outcome:
        """Carries out the action; `github` are variables of the runner, such as `event_name`."""
        given = dict(inputs or {})
        unknown = set(given) - set(ACTION["inputs"])
        assert not unknown, unknown
        values = {name: given.get(name, each.get("default", "")) for name, each in ACTION["inputs"].items()}
        payload = self.temporary / "event.json"
        payload.write_text(json.dumps(event or {}), encoding="utf-8")
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(SCRUBBED)},
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_EVENT_NAME": "push",
            "GITHUB_EVENT_PATH": str(payload),
            "GITHUB_REPOSITORY": "owner/project",
            "GITHUB_STEP_SUMMARY": str(self._summary),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temporary),
            **{f"GITHUB_{name.upper()}": value for name, value in github.items()},
        }
        return self._job(values, environment)

    def _job(self, inputs: Mapping[str, str], environment: Mapping[str, str]) -> Outcome:
        steps: dict[str, Any] = {}
        codes: dict[str, int] = {}
        uploads: list[Mapping[str, str]] = []
        log, failed = "", False
        for step in ACTION["runs"]["steps"]:
            contexts = {
                "inputs": inputs,
                "steps": steps,
                "runner": {"os": "Windows" if os.name == "nt" else "Linux"},
                "job": {"success": not failed, "failure": failed, "always": True, "cancelled": False},
            }
            if not _is_due(step, contexts):
                steps[step.get("id", step["name"])] = {"outcome": "skipped", "outputs": {}}
                continue
            code, output, outputs = self._step(step, contexts, environment, uploads)
            log += output
            codes[step["name"]] = code
            outcome = "failure" if code else "success"
            steps[step.get("id", step["name"])] = {"outcome": outcome, "outputs": outputs}
            failed = failed or (code != 0 and not step.get("continue-on-error", False))
        found = {name: evaluated(each["value"], {"steps": steps}) for name, each in ACTION["outputs"].items()}
        return Outcome(failed, codes, found, log, self._summary.read_text(encoding="utf-8"), tuple(uploads))

    def _step(
        self,
        step: Mapping[str, Any],
        contexts: Contexts,
        environment: Mapping[str, str],
        uploads: list[Mapping[str, str]],
    ) -> tuple[int, str, Mapping[str, str]]:
        """The exit code, the output and the outputs of one step."""
        if "uses" in step:
            given = {name: evaluated(str(each), contexts) for name, each in step["with"].items()}
            used = step["uses"].partition("@")[0]
            if used == SETUP_PYTHON:
                return 0, "", {"python-path": sys.executable}
            assert used == UPLOAD
            uploads.append(given)
            return int(self.upload_fails), "", {}
        if step.get("id") == "install" and self._interpreter is not None:
            return 0, "", {"python": self._interpreter}
        return self._bash(step, contexts, environment)

    def _bash(
        self, step: Mapping[str, Any], contexts: Contexts, environment: Mapping[str, str]
    ) -> tuple[int, str, Mapping[str, str]]:
        assert step["shell"] == "bash"
        script = self.temporary / "step.sh"
        script.write_text(evaluated(step["run"], contexts), encoding="utf-8", newline="\n")
        stored = self.temporary / "output"
        stored.write_bytes(b"")
        own = {name: evaluated(str(each), contexts) for name, each in step.get("env", {}).items()}
        done = subprocess.run(
            [shutil.which("bash") or "bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=self.workspace,
            env={**environment, "GITHUB_OUTPUT": str(stored), **own},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        output = done.stdout.decode("utf-8", "surrogateescape")
        return done.returncode, output, _outputs(stored.read_text(encoding="utf-8"))


def _is_due(step: Mapping[str, Any], contexts: Contexts) -> bool:
    """A condition that asks for no state of the job holds only while nothing failed."""
    condition = str(step.get("if", "success()"))
    if condition.startswith("${{"):
        condition = condition[3:-2]
    due = bool(Expression(condition, contexts).value())
    asks = any(f"{name}()" in condition for name in _FUNCTIONS)
    return due and (asks or contexts["job"]["success"])


def _outputs(text: str) -> dict[str, str]:
    """What a step wrote to its file: `name<<END`, lines, `END`."""
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, sign, end = line.partition("<<")
        assert sign, line
        found[name] = "\n".join(_until(lines, end))
    return found


def _until(lines: Iterator[str], end: str) -> Iterator[str]:
    for line in lines:
        if line == end:
            return
        yield line
    raise AssertionError(f"no {end}")


def environment_with_binlint(folder: Path) -> str:
    """The interpreter of a new environment that sees this checkout and its dependencies, also with `-I`."""
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    paths = sysconfig.get_paths()
    seen = dict.fromkeys((str(ROOT / "src"), paths["purelib"], paths["platlib"]))
    command = [str(python), "-I", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    there = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    (Path(there) / "binlint.pth").write_text("\n".join(seen) + "\n", encoding="utf-8")
    return str(python)
