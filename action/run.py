"""The steps of the GitHub Action: `run.py install`, `scan`, `summarise` or `finish`.

Inputs arrive as INPUT_… in the environment and never pass through a shell. A scan stores its exit code as an
output instead of failing, so that reports are delivered first; `finish` ends with it. Standard library only.
"""

from __future__ import annotations

import io
import json
import os
import re
import secrets
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

_VERSION = re.compile(r"\d+(\.\d+)*((a|b|rc)\d+)?(\.post\d+)?(\.dev\d+)?", re.ASCII)
_FAILED = 2  # binlint could not do its job
_MOST_BYTES = 900_000  # GitHub drops a summary of more than 1 MiB as a whole
_SILENT_GIT = ("git", "-c", "core.fsmonitor=false")


class InputError(Exception):
    """An input of the action that cannot be used; the text says why."""


class Event(NamedTuple):
    """What started the workflow."""

    name: str
    payload: Mapping[str, Any]
    repository: str
    base_ref: str
    sha: str

    def is_from_fork(self) -> bool:
        """Whether this is a pull request of a fork, whose token cannot write."""
        request = self.payload.get("pull_request")
        if not isinstance(request, dict) or self.name == "pull_request_target":
            return False
        return _below(request, "head", "repo", "full_name") != self.repository


def install() -> None:
    """Installs binlint into an environment of its own and stores its interpreter. Raises InputError."""
    wanted = requirement(os.environ.get("INPUT_VERSION", "").strip(), os.environ["GITHUB_ACTION_PATH"])
    home = Path(_workspace("environment"))
    _must(sys.executable, "-I", "-m", "venv", str(home))
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    _must(str(python), "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wanted)
    _store("python", str(python))


def requirement(version: str, action: str) -> str:
    """What pip is to install: an exact release, or the checkout of the action. Raises InputError."""
    if not version:
        return action
    if not _VERSION.fullmatch(version):
        raise InputError(f"version: {version!r} is not an exact version such as 1.2.3")
    return f"binlint=={version}"


def scan() -> None:
    """Runs binlint once for all reports, and stores what came of it; it never fails."""
    folder = _workspace("reports")
    reports = {name: os.path.join(folder, f"binlint.{name}") for name in ("json", "md", "sarif")}
    event = _event()
    try:
        wants_sarif = _choice("INPUT_SARIF", ("auto", "true", "false"))
        where = _directory()
        revision = _revision(event, where) if _choice("INPUT_DIFF", ("false", "true")) == "true" else None
        command = [os.environ["BINLINT_PYTHON"], "-I", "-X", "utf8", "-m", "binlint"]
        command += arguments(os.environ, reports, revision, wants_sarif != "false")
        code = _run(command, where)
    except InputError as error:
        _annotate("error", str(error))
        _store("exit-code", str(_FAILED))
        return
    if code == 0 and not os.path.isfile(reports["json"]):
        _annotate("error", "args: binlint was asked for something else than to look at files")
        code = _FAILED
    _store("exit-code", str(code))
    _store("findings", _count(reports["json"], os.environ.get("INPUT_FAIL_ON", "")))
    _store("summary", reports["md"])
    if os.path.isfile(reports["sarif"]):
        _store("sarif-file", reports["sarif"])
        _store("checkout", _asked(where, "rev-parse", "--show-toplevel") or where)
        _store("upload", str(_is_uploaded(wants_sarif, event, revision)).lower())


def arguments(
    inputs: Mapping[str, str], reports: Mapping[str, str], revision: str | None, has_sarif: bool
) -> list[str]:
    """The command line of binlint for the inputs of the action. Raises InputError."""
    words = ["check", f"--output-format={inputs.get('INPUT_FORMAT', '').strip() or 'github'}"]
    words += [f"--output=json={reports['json']}", f"--output=markdown={reports['md']}"]
    if has_sarif:
        words.append(f"--output=sarif={reports['sarif']}")
    for name, option in (
        ("INPUT_CATEGORY", "--sarif-category"),
        ("INPUT_CONFIG", "--config"),
        ("INPUT_FAIL_ON", "--fail-on"),
        ("INPUT_BASELINE", "--baseline"),
    ):
        value = inputs.get(name, "").strip()
        if value:
            words.append(f"{option}={value}")
    if revision is not None:
        words += [f"--since={revision}", "--changed-lines"]
    try:
        words += shlex.split(inputs.get("INPUT_ARGS", ""))
    except ValueError as error:
        raise InputError(f"args: {error}") from None
    paths = [line.rstrip("\r") for line in inputs.get("INPUT_PATHS", "").split("\n")]
    return [*words, "--", *(path for path in paths if path.strip())]


def summarise() -> None:
    """Adds the report to the summary of the job, which holds what other steps wrote before."""
    path = os.environ.get("SUMMARY", "")
    text = ""
    if path and os.path.isfile(path):
        text = Path(path).read_text(encoding="utf-8")
    elif os.environ.get("EXIT_CODE") != "0":
        text = "## binlint\n\nbinlint could not do its job; the log says why.\n"
    target = os.environ.get("GITHUB_STEP_SUMMARY")
    if not text or not target:
        return
    if len(text.encode()) > _MOST_BYTES:
        text = "## binlint\n\nThe report is too long for a summary; the log has it.\n"
    with open(target, "a", encoding="utf-8", newline="\n") as stream:
        stream.write(f"{text}\n")


def finish() -> int:
    """The exit code of the action: that of the scan, or 2 where a report that must arrive did not."""
    stored = os.environ.get("EXIT_CODE", "")
    code = int(stored) if stored in ("0", "1", "2") else _FAILED
    if code == _FAILED:
        _annotate("error", "binlint could not do its job (exit code 2); the log of the scan says why")
    if os.environ.get("UPLOAD_OUTCOME") == "failure":
        must = os.environ.get("INPUT_SARIF", "").strip() == "true"
        reason = "the SARIF report was not uploaded: it needs code scanning and `security-events: write`"
        _annotate("error" if must else "warning", reason)
        code = _FAILED if must else code
    return code


def _directory() -> str:
    """Where binlint runs: the working directory below the workspace. Raises InputError."""
    named = os.environ.get("INPUT_WORKING_DIRECTORY", "").strip()
    where = os.path.join(os.environ.get("GITHUB_WORKSPACE") or os.getcwd(), named)
    if not os.path.isdir(where):
        raise InputError(f"working-directory: {named!r} is not there; is the repository checked out?")
    return where


def _choice(name: str, values: Sequence[str]) -> str:
    """One of a few values; the first stands for nothing. Raises InputError."""
    value = os.environ.get(name, "").strip() or values[0]
    if value not in values:
        raise InputError(f"{name[6:].lower()}: {value!r} is none of {', '.join(values)}")
    return value


def _event() -> Event:
    path = os.environ.get("GITHUB_EVENT_PATH", "")
    try:
        payload = json.loads(Path(path).read_bytes())
    except (OSError, ValueError):
        payload = {}
    names = ("GITHUB_EVENT_NAME", "GITHUB_REPOSITORY", "GITHUB_BASE_REF", "GITHUB_SHA")
    name, repository, base_ref, sha = (os.environ.get(each, "") for each in names)
    return Event(name, payload if isinstance(payload, dict) else {}, repository, base_ref, sha)


def _below(value: object, *names: str) -> object:
    """What stands in nested objects, or None."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _revision(event: Event, where: str) -> str | None:
    """The commit that a pull request or merge group is compared with; None elsewhere. Raises InputError."""
    group = event.payload.get("merge_group")
    request = event.payload.get("pull_request")
    if not isinstance(group, dict) and not isinstance(request, dict):
        _annotate("notice", "diff: this is no pull request, so everything is checked")
        return None
    candidates = []
    if event.name == "pull_request" and _asked(where, "rev-parse", "HEAD") == event.sha:
        # The runner's merge commit: its first parent is the base, whatever was pushed there since.
        candidates += ["HEAD^1"] if _asked(where, "rev-parse", "--verify", "--quiet", "HEAD^2") else []
    if event.base_ref:
        candidates.append(f"refs/remotes/origin/{event.base_ref}")
    if isinstance(request, dict):
        candidates.append(str(_below(request, "base", "sha") or ""))
    if isinstance(group, dict):
        candidates.append(str(group.get("base_sha") or ""))
    for candidate in filter(None, candidates):
        commit = _asked(
            where, "rev-parse", "--verify", "--quiet", "--end-of-options", candidate + "^{commit}"
        )
        if commit and _asked(where, "merge-base", commit, "HEAD"):
            return commit
    raise InputError("diff: the base is not in this checkout; give actions/checkout `fetch-depth: 0`")


def _asked(where: str, *question: str) -> str:
    """What git answers; nothing where it does not."""
    try:
        done = subprocess.run((*_SILENT_GIT, *question), cwd=where, capture_output=True, check=False)
    except OSError:
        return ""
    return os.fsdecode(done.stdout).strip() if done.returncode == 0 else ""


def _run(command: Sequence[str], where: str) -> int:
    """The exit code of binlint, 2 for whatever is none of its own."""
    sys.stdout.flush()
    try:
        done = subprocess.run(command, cwd=where, stdin=subprocess.DEVNULL, check=False)
    except OSError as error:
        raise InputError(f"binlint cannot be started: {error.strerror}") from None
    return done.returncode if done.returncode in (0, 1) else _FAILED


def _must(*command: str) -> None:
    """Runs a command that has to work, away from the files that are checked. Raises InputError."""
    sys.stdout.flush()
    if subprocess.run(command, cwd=os.environ["RUNNER_TEMP"], check=False).returncode != 0:
        raise InputError("binlint could not be installed; the log says why")


def _count(path: str, fail_on: str) -> str:
    """How many findings are listed; nothing where there is no report."""
    try:
        severities = json.loads(Path(path).read_bytes())["summary"]["severities"]
    except (OSError, ValueError):
        return ""
    levels = ("error", "warning", "note") if fail_on.strip() == "note" else ("error", "warning")
    return str(sum(severities[level] for level in levels))


def _is_uploaded(wants_sarif: str, event: Event, revision: str | None) -> bool:
    """A part of the tree would close the alerts of the rest, so a diff is uploaded only if asked for."""
    return not event.is_from_fork() and (wants_sarif == "true" or revision is None)


def _workspace(name: str) -> str:
    """A new directory of this run, so that the action can be used twice in a job."""
    return tempfile.mkdtemp(prefix=f"binlint-{name}-", dir=os.environ["RUNNER_TEMP"])


def _store(name: str, value: str) -> None:
    """An output of the step."""
    end = secrets.token_hex(16)
    with open(os.environ["GITHUB_OUTPUT"], "a", encoding="utf-8", newline="\n") as stream:
        stream.write(f"{name}<<{end}\n{value}\n{end}\n")


def _annotate(level: str, text: str) -> None:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    sys.stdout.write(f"::{level} title=binlint::{text}\n")


def main(arguments: Sequence[str]) -> int:
    """Runs one step; returns its exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    steps = {"install": install, "scan": scan, "summarise": summarise, "finish": finish}
    try:
        return steps[arguments[0]]() or 0
    except InputError as error:
        _annotate("error", str(error))
        return _FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
