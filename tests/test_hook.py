"""The hook as its users meet it: the real pre-commit installs this checkout and guards their repository.

pre-commit builds an environment and installs binlint with its dependencies, so this needs the package
index that pip is configured for, and takes most of a minute.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from fresh_values import fresh_key

ROOT = Path(__file__).resolve().parent.parent
LEAK = """\
from binance.client import Client

client = Client("{key}", "{secret}")
"""
CLEAN = """\
import os

from binance.client import Client

client = Client(os.environ["BINANCE_API_KEY"], os.environ["BINANCE_API_SECRET"])
"""
CONFIG = """\
repos:
  - repo: {repository}
    rev: {revision}
    hooks:
      - id: binlint
"""
# What would make git or Python look elsewhere, or pre-commit leave something out.
SCRUBBED = ("GIT_", "PRE_COMMIT", "PREK_", "CI", "PYTHON", "SKIP", "BINLINT_", "VIRTUAL_ENV")


class Workshop:
    """A directory with a copy of this checkout and a user's repository, and a clean environment."""

    def __init__(self, folder: Path) -> None:
        self.binlint = folder / "binlint"
        self.project = folder / "project"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(SCRUBBED)},
            "PRE_COMMIT_HOME": str(folder / "cache"),
            "PREK_HOME": str(folder / "prek"),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "a",
            "GIT_AUTHOR_EMAIL": "a@localhost",
            "GIT_COMMITTER_NAME": "a",
            "GIT_COMMITTER_EMAIL": "a@localhost",
        }
        for repository in (self.binlint, self.project):
            self.run("git", "init", "-q", str(repository), cwd=folder)
        # The files as they are now, committed or not, without those that git ignores.
        there = ("git", f"--git-dir={self.binlint / '.git'}")
        self.run(*there, f"--work-tree={ROOT}", "add", "--all", cwd=ROOT)
        self.run("git", "commit", "-q", "-m", "This checkout", cwd=self.binlint)
        self.run("git", "reset", "-q", "--hard", cwd=self.binlint)

    def attempt(self, *command: str, cwd: Path | None = None) -> tuple[int, str]:
        """The exit code and all output of a command in the user's repository."""
        done = subprocess.run(
            command,
            cwd=cwd or self.project,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        return done.returncode, done.stdout

    def run(self, *command: str, cwd: Path | None = None) -> str:
        """The output of a command that has to work."""
        code, output = self.attempt(*command, cwd=cwd)
        assert code == 0, output
        return output.strip()

    def stage(self, name: str, text: str) -> None:
        """Writes a file of the user and adds it to the next commit."""
        (self.project / name).write_text(text, encoding="utf-8")
        self.run("git", "add", name)

    def guarded(self, hook: str) -> tuple[str, ...]:
        """The command that runs one hook of this checkout over what is staged."""
        revision = self.run("git", "rev-parse", "HEAD", cwd=self.binlint)
        config = CONFIG.format(repository=self.binlint.as_posix(), revision=revision)
        self.stage(".pre-commit-config.yaml", config.replace("id: binlint", f"id: {hook}"))
        return pre_commit("run", hook)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("hook"))


def pre_commit(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "pre_commit", *arguments)


def test_the_manifest_is_valid(workshop: Workshop):
    workshop.run(*pre_commit("validate-manifest", ".pre-commit-hooks.yaml"), cwd=workshop.binlint)


def test_try_repo_refuses_and_accepts(workshop: Workshop):
    trial = pre_commit("try-repo", str(workshop.binlint), "binlint", "--all-files")
    key, secret = fresh_key(), fresh_key()
    workshop.stage("bot.py", LEAK.format(key=key, secret=secret))
    code, output = workshop.attempt(*trial)
    assert code == 1, output
    assert "exit code: 1" in output
    assert "bot.py:3:" in output
    assert "BIN101" in output
    assert "BIN102" in output
    assert key not in output
    assert secret not in output

    workshop.stage("bot.py", CLEAN)
    code, output = workshop.attempt(*trial)
    assert code == 0, output
    assert "Passed" in output


def test_a_commit_is_refused_and_accepted(workshop: Workshop):
    revision = workshop.run("git", "rev-parse", "HEAD", cwd=workshop.binlint)
    config = CONFIG.format(repository=workshop.binlint.as_posix(), revision=revision)
    workshop.stage(".pre-commit-config.yaml", config)
    workshop.run(*pre_commit("install"))
    workshop.stage("bot.py", LEAK.format(key=fresh_key(), secret=fresh_key()))
    # These are handed to the hook as well, and must not disturb it.
    workshop.stage("settings.toml", "[binance]\napi_key = ''\n")
    workshop.stage(".env.example", "BINANCE_API_KEY=\n")

    code, output = workshop.attempt("git", "commit", "-m", "With a key")
    assert code == 1, output
    assert "BIN101" in output
    assert workshop.attempt("git", "rev-parse", "--verify", "-q", "HEAD")[0] != 0, "nothing was committed"

    workshop.stage("bot.py", CLEAN)
    code, output = workshop.attempt("git", "commit", "-m", "With the environment")
    assert code == 0, output
    assert workshop.run("git", "show", "HEAD:bot.py") == CLEAN.strip()


def test_the_fixing_hook_moves_the_key_and_keeps_it(workshop: Workshop) -> None:
    fixing = workshop.guarded("binlint-fix")
    key, secret = fresh_key(), fresh_key()
    leak = LEAK.format(key=key, secret=secret)
    workshop.stage("trader.py", leak)
    code, output = workshop.attempt(*fixing)
    assert code == 1, output
    assert key not in output
    assert secret not in output
    fixed = (workshop.project / "trader.py").read_text()
    assert key not in fixed
    assert 'os.environ["BINANCE_API_KEY"]' in fixed
    store = workshop.project / ".env"
    assert f"BINANCE_API_KEY={key}" in store.read_text().splitlines()
    assert f"BINANCE_API_SECRET={secret}" in store.read_text().splitlines()
    if os.name == "posix":
        assert store.stat().st_mode & 0o777 == 0o600
    assert workshop.attempt("git", "check-ignore", "-q", ".env")[0] == 0
    workshop.run("git", "add", "trader.py", ".gitignore", ".env.example")
    code, output = workshop.attempt(*fixing)
    assert code == 0, output


def test_the_fixing_hook_and_a_partly_staged_file(workshop: Workshop) -> None:
    """pre-commit takes the hook's change back where it collides with what is not staged; the value is kept."""
    fixing = workshop.guarded("binlint-fix")
    key, secret = fresh_key(), fresh_key()
    leak = LEAK.format(key=key, secret=secret)
    store = workshop.project / ".env"
    store.unlink(missing_ok=True)
    workshop.stage("partly.py", leak)
    (workshop.project / "partly.py").write_text(leak.replace("client =", "account ="))
    code, output = workshop.attempt(*fixing)
    assert code == 1, output
    assert key not in output
    both = (workshop.project / "partly.py").read_text() + store.read_text()
    assert key in both
    assert secret in both
    assert "account =" in (workshop.project / "partly.py").read_text(), "what was not staged is still there"
    workshop.run("git", "add", "partly.py")
    code, output = workshop.attempt(*fixing)
    assert code == 1, output
    lines = store.read_text().splitlines()
    assert sorted(line for line in lines if key in line or secret in line) == [
        f"BINANCE_API_KEY={key}",
        f"BINANCE_API_SECRET={secret}",
    ]
    assert key not in (workshop.project / "partly.py").read_text()
