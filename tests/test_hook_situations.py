"""The ways in which a commit is made, before the real pre-commit, the real prek, and a script that calls binlint.

As `test_hook.py`, this installs the checkout and needs the package index that pip is configured for.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from dotenv import dotenv_values
from fresh_values import fresh_key
from test_hook import CLEAN, LEAK, ROOT, Workshop, pre_commit

CONFIG = """\
default_install_hook_types: [pre-commit, pre-merge-commit]
repos:
  - repo: {repository}
    rev: {revision}
    hooks:
"""
SCRIPT = """\
#!/bin/sh
PYTHONPATH="{source}" exec "{python}" -m binlint --staged --quiet
"""
RUNNERS = ("pre-commit", "prek")
GUARDS = (*RUNNERS, "script")
TAKER = (
    "from binance.client import Client\nfrom held import FIRST, SECOND\n\nclient = Client(FIRST, SECOND)\n"
)
VARIABLE = re.compile(r'os\.environ\["(\w+)"\]')
MANY = 240
FOUND = re.compile(r"^ *(.+?):\d+:\d+: BIN\d+ ", re.MULTILINE)  # prek indents what a hook says
PASSED = re.compile(r"binlint \(.*\)\.*(\(no files to check\))?(Passed|Skipped)\n")
STASHING = re.compile(r"\[(WARNING|INFO)\]|Unstaged changes|Restored unstaged changes")

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the guards are shell scripts, and names are odd")


class Attempt(NamedTuple):
    """A file with a leak in a repository, and how it is to be committed."""

    project: Project
    name: str
    command: tuple[str, ...]


class Project:
    """A repository whose commits are guarded. No value that `leak` made may ever be shown."""

    def __init__(self, workshop: Workshop, folder: Path, guard: str) -> None:
        self.workshop = workshop
        self.folder = folder
        self.guard = guard
        self.values: list[str] = []

    def at(self, folder: Path) -> Project:
        """Another repository, or another place in this one, with the same guard and values."""
        other = Project(self.workshop, folder, self.guard)
        other.values = self.values
        return other

    def attempt(self, *command: str) -> tuple[int, str]:
        code, output = self.workshop.attempt(*command, cwd=self.folder)
        assert not any(value[:12] in output for value in self.values), "a value is shown"
        return code, output

    def git(self, *arguments: str) -> str:
        return self.workshop.run("git", *arguments, cwd=self.folder)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def read(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def add(self, name: str, text: str) -> None:
        """Writes a file and stages it."""
        self.write(name, text)
        self.git("--literal-pathspecs", "add", "--", name)

    def leak(self) -> str:
        key, secret = fresh_key(), fresh_key()
        self.values += [key, secret]
        return LEAK.format(key=key, secret=secret)

    def held(self) -> str:
        """The module that TAKER imports."""
        self.values += [fresh_key(), fresh_key()]
        return 'FIRST = "{}"\nSECOND = "{}"\n'.format(*self.values[-2:])

    def past_the_guard(self, message: str = "As it was") -> None:
        self.git("add", "--all")
        self.git("commit", "-q", "--no-verify", "-m", message)

    def refused(self, *command: str, places: Iterable[str]) -> None:
        """git may not commit, because of findings in just these files."""
        before = self.attempt("git", "rev-parse", "HEAD")
        code, output = self.attempt("git", *command)
        assert code == 1, output
        assert set(FOUND.findall(output)) == set(places), output
        assert self.attempt("git", "rev-parse", "HEAD") == before

    def accepted(self, *command: str) -> None:
        """git commits, and nobody says more than that the hook has passed."""
        before = self.git("rev-parse", "HEAD")
        code, output = self.attempt("git", *command)
        assert code == 0, output
        assert self.git("rev-parse", "HEAD") != before
        said = [line for line in output.splitlines(keepends=True) if not STASHING.match(line)]
        assert "".join(said) == "" if self.guard == "script" else PASSED.fullmatch("".join(said)), output


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("situations"))


@pytest.fixture(scope="module", params=GUARDS)
def template(request: pytest.FixtureRequest, workshop: Workshop) -> Project:
    """A repository with one commit, guarded by `binlint`."""
    return guarded(workshop, request.param, "binlint")


@pytest.fixture
def project(template: Project, tmp_path: Path) -> Project:
    return copy(template, tmp_path)


def copy(template: Project, folder: Path) -> Project:
    shutil.copytree(template.folder, folder / "project")
    return Project(template.workshop, folder / "project", template.guard)


def guarded(workshop: Workshop, guard: str, *hooks: str) -> Project:
    folder = workshop.project.parent / "-".join((guard, *hooks))
    if folder.exists():
        return Project(workshop, folder, guard)
    workshop.run("git", "init", "-q", "-b", "main", str(folder))
    project = Project(workshop, folder, guard)
    if guard == "script":
        for name in ("pre-commit", "pre-merge-commit"):
            path = folder / ".git" / "hooks" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(SCRIPT.format(source=ROOT / "src", python=sys.executable))
            path.chmod(0o755)
    else:
        configure(project, *(f"id: {hook}" for hook in hooks))
        project.workshop.run(*runner(guard, "install"), cwd=folder)
    project.write("README", "Nothing\n")
    project.past_the_guard()
    return project


def configure(project: Project, *hooks: str) -> None:
    """Stages a configuration with some hooks of this checkout."""
    workshop = project.workshop
    revision = workshop.run("git", "rev-parse", "HEAD", cwd=workshop.binlint)
    config = CONFIG.format(repository=workshop.binlint.as_posix(), revision=revision)
    project.add(".pre-commit-config.yaml", config + "".join(f"      - {{{hook}}}\n" for hook in hooks))


def runner(guard: str, *arguments: str) -> tuple[str, ...]:
    """A command of pre-commit or prek, those that are installed beside this Python."""
    if guard == "pre-commit":
        return pre_commit(*arguments)
    program = Path(sys.executable).with_name("prek")
    assert program.is_file(), "prek is missing: pip install -e '.[dev]'"
    return (str(program), *arguments)


# ways to commit


def test_a_plain_commit(project: Project) -> None:
    project.add("bot.py", project.leak())
    project.refused("commit", "-q", "-m", "x", places=["bot.py"])
    project.add("bot.py", CLEAN)
    project.accepted("commit", "-q", "-m", "x")


def test_commit_all(project: Project) -> None:
    project.add("bot.py", CLEAN)
    project.add("other.py", CLEAN)
    project.accepted("commit", "-q", "-m", "x")
    project.write("bot.py", project.leak())
    project.write("untracked.py", project.leak())
    project.refused("commit", "-q", "-a", "-m", "x", places=["bot.py"])
    project.write("bot.py", CLEAN + "\n")
    project.accepted("commit", "-q", "-a", "-m", "x")


def test_some_paths_only(project: Project) -> None:
    project.add("bot.py", project.leak())
    project.add("clean.py", CLEAN)
    project.accepted("commit", "-q", "-m", "x", "--", "clean.py")
    project.refused("commit", "-q", "-m", "x", "--", "bot.py", places=["bot.py"])
    assert project.git("diff", "--cached", "--name-only") == "bot.py"
    project.write("bot.py", CLEAN)
    project.accepted("commit", "-q", "-m", "x", "--", "bot.py")


def test_some_paths_only_beside_what_they_import(project: Project) -> None:
    """What stays out of the commit is not published by it, though it is staged."""
    project.add("held.py", project.held())
    project.add("taker.py", TAKER)
    project.accepted("commit", "-q", "-m", "x", "--", "taker.py")
    project.refused("commit", "-q", "-m", "x", places=["held.py"])


def test_the_index_of_another_repository_says_nothing(workshop: Workshop, tmp_path: Path) -> None:
    """As where the hook of one repository has another one looked at."""
    template = guarded(workshop, "script", "binlint")
    project = copy(template, tmp_path)
    project.write("held.py", project.held())
    project.write("taker.py", TAKER)
    project.past_the_guard()
    own, other = (each.folder / ".git" / "index" for each in (project, template))
    for index in (own, other, "", tmp_path / "missing"):
        environment = ("env", f"PYTHONPATH={ROOT / 'src'}", f"GIT_INDEX_FILE={index}")
        code, output = project.attempt(*environment, sys.executable, "-m", "binlint", "taker.py")
        assert (code, set(FOUND.findall(output))) == (1, {"held.py"}), output


def test_include_adds_to_what_is_staged(project: Project) -> None:
    project.add("bot.py", CLEAN)
    project.add("clean.py", CLEAN)
    project.accepted("commit", "-q", "-m", "x", "--", "bot.py")
    project.write("bot.py", project.leak())
    project.refused("commit", "-q", "-m", "x", "-i", "--", "bot.py", places=["bot.py"])


def test_amend(project: Project) -> None:
    project.add("bot.py", CLEAN)
    project.accepted("commit", "-q", "-m", "x")
    project.add("bot.py", project.leak())
    project.refused("commit", "-q", "--amend", "--no-edit", places=["bot.py"])
    project.past_the_guard()
    project.add("bot.py", CLEAN + "\n")
    project.accepted("commit", "-q", "--amend", "--no-edit")


def test_from_a_folder_below(project: Project) -> None:
    project.add("deep/er/bot.py", project.leak())
    below = project.at(project.folder / "deep" / "er")
    below.refused("commit", "-q", "-m", "x", places=["deep/er/bot.py"])
    project.add("deep/er/bot.py", CLEAN)
    below.accepted("commit", "-q", "-m", "x")
    below.write("bot.py", project.leak())
    below.refused("commit", "-q", "-m", "x", "--", "bot.py", places=["deep/er/bot.py"])


def test_a_script_that_looks_at_one_folder(workshop: Workshop, tmp_path: Path) -> None:
    """git names the index relative to the top, wherever the script has gone."""
    project = copy(guarded(workshop, "script", "binlint"), tmp_path)
    hook = project.folder / ".git" / "hooks" / "pre-commit"
    hook.write_text(hook.read_text().replace("PYTHONPATH=", "cd deep && PYTHONPATH="))
    project.add("bot.py", project.leak())
    project.add("deep/bot.py", project.leak())
    project.refused("commit", "-q", "-m", "x", places=["bot.py"])
    project.write("deep/bot.py", CLEAN)
    project.refused("commit", "-q", "-m", "x", places=["bot.py"])
    project.accepted("commit", "-q", "-m", "x", "--", "deep/bot.py")


# trees beside and within


def test_a_linked_worktree(project: Project, tmp_path: Path) -> None:
    project.git("worktree", "add", "-q", "-b", "other", str(tmp_path / "linked"))
    linked = project.at(tmp_path / "linked")
    project.add("main.py", project.leak())
    linked.add("bot.py", CLEAN)
    linked.accepted("commit", "-q", "-m", "x")
    linked.add("bot.py", project.leak())
    linked.refused("commit", "-q", "-m", "x", places=["bot.py"])
    linked.refused("commit", "-q", "-m", "x", "--", "bot.py", places=["bot.py"])
    linked.add("held.py", linked.held())
    linked.add("taker.py", TAKER)
    linked.accepted("commit", "-q", "-m", "x", "--", "taker.py")
    project.refused("commit", "-q", "-m", "x", places=["main.py"])


def test_a_submodule(project: Project, template: Project, tmp_path: Path) -> None:
    project.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(template.folder), "sub"
    )
    project.accepted("commit", "-q", "-m", "x")
    hooks = project.folder / ".git" / "modules" / "sub" / "hooks"
    shutil.rmtree(hooks)
    shutil.copytree(template.folder / ".git" / "hooks", hooks)
    within = project.at(project.folder / "sub")
    within.add("bot.py", project.leak())
    within.refused("commit", "-q", "-m", "x", places=["bot.py"])
    within.add("bot.py", CLEAN)
    within.accepted("commit", "-q", "-m", "x")
    # What stands in the submodule is its own affair.
    within.write("bot.py", project.leak())
    within.past_the_guard()
    within.write("more.py", project.leak())
    project.git("add", "sub")
    project.accepted("commit", "-q", "-m", "x")
    within.past_the_guard()
    project.git("add", "sub")
    project.add("bot.py", project.leak())
    project.refused("commit", "-q", "-m", "x", places=["bot.py"])


# files that come, go and move


def test_a_renamed_file(project: Project) -> None:
    project.write("clean.py", CLEAN)
    project.write("old.py", project.leak())
    project.past_the_guard()
    project.git("mv", "clean.py", "fine.py")
    project.accepted("commit", "-q", "-m", "x")
    project.git("mv", "old.py", "new.py")
    project.refused("commit", "-q", "-m", "x", places=["new.py"])
    project.add("new.py", CLEAN)
    project.accepted("commit", "-q", "-m", "x")
    project.git("mv", "fine.py", "changed.py")
    project.add("changed.py", CLEAN.replace('os.environ["BINANCE_API_KEY"]', f'"{leaked(project)}"'))
    project.refused("commit", "-q", "-m", "x", places=["changed.py"])


def leaked(project: Project) -> str:
    project.values.append(fresh_key())
    return project.values[-1]


def test_a_deleted_file(project: Project) -> None:
    project.write("old.py", project.leak())
    project.write("clean.py", CLEAN)
    project.past_the_guard()
    project.git("rm", "-q", "old.py")
    project.add("clean.py", CLEAN + "\n")
    project.accepted("commit", "-q", "-m", "x")
    project.git("rm", "-q", "clean.py")
    project.accepted("commit", "-q", "-m", "x")


@pytest.mark.parametrize("way", ["gone", "kept beside git", "ignored"])
def test_a_deleted_file_that_is_imported(project: Project, way: str) -> None:
    held = project.held()
    project.write("held.py", held)
    project.past_the_guard()
    project.git("rm", "-q", "held.py")
    project.add("taker.py", TAKER)
    if way == "ignored":
        project.add(".gitignore", "held.py\n")
    if way != "gone":
        project.write("held.py", held)
    project.accepted("commit", "-q", "-m", "x")


def test_an_imported_file_that_was_there_before(project: Project) -> None:
    """git tracks it, so the commit that makes it a credential is refused."""
    project.write("held.py", project.held())
    project.past_the_guard()
    project.add("taker.py", TAKER)
    project.refused("commit", "-q", "-m", "x", places=["held.py"])


def test_a_file_whose_adding_is_only_intended(project: Project) -> None:
    project.write("later.py", project.leak())
    project.git("add", "--intent-to-add", "later.py")
    project.add("clean.py", CLEAN)
    project.accepted("commit", "-q", "-m", "x")
    project.git("add", "later.py")
    project.refused("commit", "-q", "-m", "x", places=["later.py"])


ODD = [
    "with space.py",
    "it's.py",
    'a"b.py',
    "b\\n.py",
    "schlüssel.py",
    "鍵.py",
    "-",
    "--",
    "-e.py",
    "--exit-zero",
]
ODD += [
    "--exclude=*.py",
    "new\nline.py",
    "tab\t.py",
    "[b]*?.py",
    ":(top)b.py",
    "%s$HOME.py",
    "#.py",
    "-x y/'.py",
]


def test_odd_names(project: Project) -> None:
    for name in ODD:
        project.add(name, "#!/usr/bin/env python\n" + project.leak())
    code, output = project.attempt("git", "commit", "-q", "-m", "x")
    assert code == 1, output
    assert len(FOUND.findall(output)) == 2 * len(ODD), output
    for name in ODD:
        project.add(name, "#!/usr/bin/env python\n" + CLEAN)
    project.accepted("commit", "-q", "-m", "x")


# partly staged


def test_the_leak_is_not_staged(project: Project) -> None:
    project.add("bot.py", CLEAN)
    leak = CLEAN + project.leak()
    project.write("bot.py", leak)
    project.accepted("commit", "-q", "-m", "x")
    assert project.read("bot.py") == leak
    project.refused("commit", "-q", "-a", "-m", "x", places=["bot.py"])


def test_the_leak_is_only_staged(project: Project) -> None:
    project.add("bot.py", project.leak())
    project.write("bot.py", CLEAN)
    project.refused("commit", "-q", "-m", "x", places=["bot.py"])
    assert project.read("bot.py") == CLEAN
    project.git("add", "bot.py")
    project.accepted("commit", "-q", "-m", "x")


def test_the_file_with_the_leak_is_staged_and_gone(project: Project) -> None:
    project.add("bot.py", project.leak())
    (project.folder / "bot.py").unlink()
    project.refused("commit", "-q", "-m", "x", places=["bot.py"])


@pytest.mark.parametrize("ignored", [False, True])
def test_the_literal_is_in_a_file_of_settings_that_git_does_not_know(project: Project, ignored: bool) -> None:
    project.write("held.py", project.held())
    project.write("config.toml", f'[binance]\napi_key = "{leaked(project)}"\n')
    project.write(".env", f"BINANCE_API_KEY={leaked(project)}\n")
    if ignored:
        project.add(".gitignore", "held.py\nconfig.toml\n.env\n")
    project.add("taker.py", TAKER + "\nprint(1)\n")
    project.write("taker.py", TAKER)
    project.accepted("commit", "-q", "-m", "x")
    project.git("add", "--force", "config.toml")
    project.refused("commit", "-q", "-m", "x", places=["config.toml"])


def test_the_imported_literal_is_not_staged(project: Project) -> None:
    project.write("held.py", 'FIRST = ""\nSECOND = ""\n')
    project.past_the_guard()
    project.write("held.py", project.held())
    project.add("taker.py", TAKER)
    project.accepted("commit", "-q", "-m", "x")


# commits that git makes of others


def two_branches(project: Project, ours: str, theirs: str) -> None:
    """`main` and `other`, which both changed bot.py; `other` also brings more.py, which is clean."""
    project.write("bot.py", CLEAN)
    project.past_the_guard()
    project.git("checkout", "-q", "-b", "other")
    project.write("bot.py", theirs)
    project.write("more.py", CLEAN)
    project.past_the_guard()
    project.git("checkout", "-q", "main")
    project.write("bot.py", ours)
    project.past_the_guard()


def test_a_merge_without_conflict(project: Project) -> None:
    project.git("checkout", "-q", "-b", "clean")
    project.write("clean.py", CLEAN)
    project.past_the_guard()
    project.git("checkout", "-q", "-b", "leaking", "main")
    project.write("bot.py", project.leak())
    project.past_the_guard()
    project.git("checkout", "-q", "main")
    project.write("ours.py", CLEAN)
    project.past_the_guard()
    project.accepted("merge", "-q", "--no-edit", "clean")
    project.refused("merge", "-q", "--no-edit", "leaking", places=["bot.py"])
    # The merge stands open now, and the runners hand over what is in conflict: nothing.
    if project.guard == "script":
        project.refused("commit", "-q", "-m", "x", places=["bot.py"])
    else:
        project.accepted("commit", "-q", "-m", "x")


def test_a_merge_with_conflict(project: Project) -> None:
    two_branches(project, CLEAN + "a = 1\n", CLEAN + "b = 1\n")
    code, output = project.attempt("git", "merge", "-q", "--no-edit", "other")
    assert code == 1, output
    project.add("bot.py", project.leak())
    project.refused("commit", "-q", "-m", "x", places=["bot.py"])
    project.add("bot.py", CLEAN + "a = b = 1\n")
    project.accepted("commit", "-q", "-m", "x")


def test_cherry_pick(project: Project) -> None:
    two_branches(project, CLEAN + "a = 1\n", project.leak())
    project.git("cherry-pick", "--no-commit", "-X", "theirs", "other")
    project.refused("commit", "-q", "-m", "x", places=["bot.py"])
    project.git("reset", "-q", "--hard")
    assert project.attempt("git", "cherry-pick", "other")[0] == 1, "a conflict"
    project.add("bot.py", project.leak())
    project.refused("commit", "-q", "-m", "x", places=["bot.py"])
    project.add("bot.py", CLEAN + "b = 1\n")
    project.accepted("commit", "-q", "-m", "x")


def test_rebase(project: Project) -> None:
    two_branches(project, CLEAN + "a = 1\n", CLEAN + "b = 1\n")
    code, output = project.attempt("git", "rebase", "-q", "other")
    assert code == 1, output
    project.add("bot.py", project.leak())
    project.refused("commit", "-q", "-m", "x", places=["bot.py"])
    project.add("bot.py", CLEAN + "a = b = 1\n")
    project.accepted("commit", "-q", "-m", "x")
    project.git("rebase", "--continue")
    assert project.git("log", "-1", "--format=%s%x20%D").startswith("x HEAD -> main")


def test_a_rebase_that_stops_to_edit(project: Project) -> None:
    project.write("bot.py", CLEAN)
    project.past_the_guard()
    project.git("-c", "sequence.editor=sed -i s/^pick/edit/", "rebase", "-q", "-i", "HEAD~1")
    project.add("bot.py", project.leak())
    project.refused("commit", "-q", "--amend", "--no-edit", places=["bot.py"])
    project.add("bot.py", CLEAN + "\n")
    project.accepted("commit", "-q", "--amend", "--no-edit")
    project.git("rebase", "--continue")
    assert project.read("bot.py") == CLEAN + "\n"


def test_a_conflict_is_resolved_with_what_the_other_branch_brought(project: Project) -> None:
    """The runners hand over the file in conflict alone."""
    two_branches(project, CLEAN + "a = 1\n", CLEAN + "b = 1\n")
    project.git("checkout", "-q", "other")
    project.write("held.py", project.held())
    project.past_the_guard()
    project.git("checkout", "-q", "main")
    assert project.attempt("git", "merge", "-q", "--no-edit", "other")[0] == 1
    project.add("bot.py", TAKER)
    project.refused("commit", "-q", "-m", "x", places=["held.py"])


# the stage before a push, and runs by hand


@pytest.mark.parametrize("guard", RUNNERS)
def test_before_a_push(workshop: Workshop, tmp_path: Path, guard: str) -> None:
    project = copy(guarded(workshop, guard, "binlint"), tmp_path)
    project.git("init", "-q", "--bare", str(tmp_path / "remote"))
    project.git("remote", "add", "origin", str(tmp_path / "remote"))
    project.git("push", "-q", "origin", "main")
    project.workshop.run(*runner(guard, "install", "--hook-type", "pre-push"), cwd=project.folder)
    first = project.git("rev-parse", "HEAD")
    project.write("bot.py", project.leak())
    project.past_the_guard()
    second = project.git("rev-parse", "HEAD")
    project.write("clean.py", CLEAN)
    project.past_the_guard()
    looking = ("run", "--hook-stage", "pre-push", "--from-ref")

    code, output = project.attempt(*runner(guard, *looking, first, "--to-ref", "HEAD"))
    assert (code, set(FOUND.findall(output))) == (1, {"bot.py"}), output
    code, output = project.attempt(*runner(guard, *looking, second, "--to-ref", "HEAD"))
    assert code == 0, output
    assert PASSED.fullmatch(output), output

    code, output = project.attempt("git", "push", "-q", "origin", "main")
    assert (code, set(FOUND.findall(output))) == (1, {"bot.py"}), output
    assert project.git("ls-remote", "origin", "main").startswith(first)
    project.write("bot.py", CLEAN)
    project.past_the_guard()
    code, output = project.attempt("git", "push", "-q", "origin", "main")
    assert code == 0, output
    assert PASSED.fullmatch(output), output


@pytest.mark.parametrize("guard", RUNNERS)
def test_commits_that_git_copies(workshop: Workshop, tmp_path: Path, guard: str) -> None:
    """git runs no hook for them; `--exec` lets one look at each."""
    project = copy(guarded(workshop, guard, "binlint"), tmp_path)
    project.git("checkout", "-q", "-b", "other")
    project.write("bot.py", project.leak())
    project.past_the_guard()
    project.git("checkout", "-q", "main")
    project.write("clean.py", CLEAN)
    project.past_the_guard()
    assert project.attempt("git", "cherry-pick", "other")[0] == 0
    look = shlex.join(runner(guard, "run", "--from-ref", "HEAD~", "--to-ref", "HEAD"))
    code, output = project.attempt("git", "rebase", "-q", "--force-rebase", "--exec", look, "HEAD~2")
    assert (code, set(FOUND.findall(output))) == (1, {"bot.py"}), output
    project.git("rebase", "--abort")
    project.git("reset", "-q", "--hard", "HEAD~")
    assert project.attempt("git", "rebase", "-q", "--force-rebase", "--exec", look, "HEAD~")[0] == 0


@pytest.mark.parametrize("guard", RUNNERS)
def test_nothing_is_said_when_clean(workshop: Workshop, tmp_path: Path, guard: str) -> None:
    project = copy(guarded(workshop, guard, "binlint"), tmp_path)
    configure(project, "id: binlint, verbose: true", "id: binlint-fix, verbose: true")
    project.add("bot.py", CLEAN)
    code, output = project.attempt(*runner(guard, "run"))
    assert code == 0, output
    said = [
        line for line in output.splitlines() if not re.match(r" *- (hook id|description|duration): ", line)
    ]
    assert [line for line in said if line and not PASSED.fullmatch(f"{line}\n")] == [], output


@pytest.mark.parametrize("guard", RUNNERS)
def test_a_file_that_is_called_like_an_option(workshop: Workshop, tmp_path: Path, guard: str) -> None:
    """Whoever gives options of his own takes the `--` away that stands behind ours."""
    project = copy(guarded(workshop, guard, "binlint"), tmp_path)
    configure(project, "id: binlint, args: [--fail-on, error]")
    project.add("--exclude=*.py", CLEAN)
    project.add("bot.py", project.leak())
    code, output = project.attempt(*runner(guard, "run"))
    assert code != 0, output
    assert "exit code: 2" in output
    assert "--exclude=*.py is a file here; put -- before the names of files" in output
    configure(project, "id: binlint, args: [--fail-on, error, --]")
    code, output = project.attempt(*runner(guard, "run"))
    assert (code, set(FOUND.findall(output))) == (1, {"bot.py"}), output


# the hook that moves the values


@pytest.fixture(scope="module", params=RUNNERS)
def fixing_template(request: pytest.FixtureRequest, workshop: Workshop) -> Project:
    return guarded(workshop, request.param, "binlint-fix")


@pytest.fixture
def fixing(fixing_template: Project, tmp_path: Path) -> Project:
    return copy(fixing_template, tmp_path)


def all_changed(project: Project) -> Attempt:
    project.write("bot.py", CLEAN)
    project.past_the_guard()
    project.write("bot.py", project.leak())
    return Attempt(project, "bot.py", ("commit", "-q", "-a", "-m", "x"))


def some_paths(project: Project) -> Attempt:
    project.write("bot.py", "print(1)\n")
    project.past_the_guard()
    project.write("bot.py", project.leak())
    project.add("clean.py", CLEAN)
    return Attempt(project, "bot.py", ("commit", "-q", "-m", "x", "--", "bot.py"))


def amended(project: Project) -> Attempt:
    project.add("bot.py", project.leak())
    return Attempt(project, "bot.py", ("commit", "-q", "--amend", "--no-edit"))


def below(project: Project) -> Attempt:
    project.add("deep/bot.py", project.leak())
    return Attempt(project, "deep/bot.py", ("-C", "deep", "commit", "-q", "-m", "x"))


def linked(project: Project) -> Attempt:
    project.git("worktree", "add", "-q", "-b", "other", str(project.folder.parent / "linked"))
    other = project.at(project.folder.parent / "linked")
    other.add("bot.py", other.leak())
    return Attempt(other, "bot.py", ("commit", "-q", "-m", "x"))


def submodule(project: Project) -> Attempt:
    template = project.at(project.folder.parent / "template")
    shutil.copytree(project.folder, template.folder)
    project.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(template.folder), "sub"
    )
    shutil.copytree(
        project.folder / ".git" / "hooks", project.folder / ".git/modules/sub/hooks", dirs_exist_ok=True
    )
    within = project.at(project.folder / "sub")
    within.add("bot.py", within.leak())
    return Attempt(within, "bot.py", ("commit", "-q", "-m", "x"))


def renamed(project: Project) -> Attempt:
    project.write("old.py", project.leak())
    project.past_the_guard()
    project.git("mv", "old.py", "bot.py")
    return Attempt(project, "bot.py", ("commit", "-q", "-m", "x"))


def in_conflict(project: Project) -> Attempt:
    two_branches(project, CLEAN + "a = 1\n", CLEAN + "b = 1\n")
    project.attempt("git", "merge", "-q", "--no-edit", "other")
    project.add("bot.py", project.leak())
    return Attempt(project, "bot.py", ("commit", "-q", "-m", "x"))


def odd_name(project: Project) -> Attempt:
    project.add("--fix 'ü'\n.py", project.leak())
    return Attempt(project, "--fix 'ü'\n.py", ("commit", "-q", "-m", "x"))


WAYS = (all_changed, some_paths, amended, below, linked, submodule, renamed, in_conflict, odd_name)


@pytest.mark.parametrize("way", WAYS)
def test_the_values_are_moved_and_the_next_attempt_commits(
    fixing: Project, way: Callable[[Project], Attempt]
) -> None:
    project, name, command = way(fixing)
    before = project.git("rev-parse", "HEAD")
    code, output = project.attempt("git", *command)
    assert code == 1, output
    assert project.git("rev-parse", "HEAD") == before
    check_moved(project, name)
    assert stat.S_IMODE((project.folder / ".env").stat().st_mode) == 0o600
    assert project.attempt("git", "check-ignore", "-q", ".env")[0] == 0
    assert len(list(fixing.folder.parent.rglob(".env"))) == 1
    project.git("add", "--all")
    project.accepted(*command)
    committed = project.git("show", "HEAD:./" + name)
    assert not any(value in committed for value in project.values)


@pytest.mark.parametrize("edit", [("client =", "account ="), ("import Client\n", "import Client  # mine\n")])
def test_a_partly_staged_file(fixing: Project, edit: tuple[str, str]) -> None:
    """Whether or not the runner takes the change of the source back, no value is lost, and no edit."""
    leak = fixing.leak()
    fixing.add("bot.py", leak)
    fixing.write("bot.py", leak.replace(*edit))
    command = ("commit", "-q", "-m", "x")
    code, output = fixing.attempt("git", *command)
    assert code == 1, output
    held = fixing.read("bot.py") + fixing.read(".env")
    assert all(value in held for value in fixing.values)
    assert edit[1] in fixing.read("bot.py")
    fixing.git("add", "--all")
    if fixing.attempt("git", *command)[0] != 0:
        fixing.git("add", "--all")
        fixing.accepted(*command)
    check_moved(fixing, "bot.py")
    assert edit[1] in fixing.git("show", "HEAD:bot.py") + "\n"


def check_moved(project: Project, *names: str) -> None:
    """Some files together read all values from the store, in order, and hold none. Shows no value."""
    store = dotenv_values(project.folder / ".env", interpolate=False)
    texts = [project.read(name) for name in names]
    assert not any(value in text for text in texts for value in project.values)
    variables = [variable for text in texts for variable in VARIABLE.findall(text)]
    wrong = [v for v, value in zip(variables, project.values, strict=True) if store.get(v) != value]
    assert wrong == []
    assert len(store) == len(set(variables))


@pytest.mark.parametrize("guard", RUNNERS)
@pytest.mark.parametrize("hooks", [("binlint", "binlint-fix"), ("binlint-fix", "binlint")])
def test_both_hooks_in_one_run(
    workshop: Workshop, tmp_path: Path, guard: str, hooks: tuple[str, str]
) -> None:
    project = copy(guarded(workshop, guard, *hooks), tmp_path)
    project.add("bot.py", project.leak())
    code, output = project.attempt("git", "commit", "-q", "-m", "x")
    assert code == 1, output
    check_moved(project, "bot.py")
    assert len(project.read(".env").split()) == 2
    project.git("add", "--all")
    code, output = project.attempt("git", "commit", "-q", "-m", "x")
    assert code == 0, output
    assert [PASSED.fullmatch(line) is not None for line in output.splitlines(keepends=True)] == [True] * 2
    check_moved(project, "bot.py")


def test_one_writer_for_many_files(fixing: Project) -> None:
    names = [f"bot{number}.py" for number in range(MANY)]
    for name in names:
        fixing.write(name, fixing.leak())
    fixing.past_the_guard()
    run = runner(fixing.guard, "run", "binlint-fix", "--all-files")
    code, output = fixing.attempt(*run)
    assert code == 1, output
    check_moved(fixing, *names)
    assert len(fixing.read(".env").split()) == 2 * MANY
    fixing.git("add", "--all")
    code, output = fixing.attempt(*run)
    assert code == 0, output
    assert PASSED.fullmatch(output), output


def test_several_writers_at_once(tmp_path: Path) -> None:
    """Whoever finds that another has written since it looked plans anew, so that all of them end well."""
    workshop = Workshop(tmp_path)
    project = Project(workshop, workshop.project, "script")
    environment = {**workshop.environment, "PYTHONPATH": str(ROOT / "src")}
    fix = [sys.executable, "-m", "binlint", "check", "--fix", "--force-exclude", "--"]
    names: list[str] = []
    for round_ in range(5):
        fresh = [f"bot{round_}{writer}.py" for writer in range(8)]
        for name in fresh:
            project.write(name, project.leak())
        names += fresh
        writers = [
            subprocess.Popen(
                [*fix, name],
                cwd=project.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
            )
            for name in fresh
        ]
        said = [writer.communicate(timeout=120)[0] for writer in writers]
        assert not any(value[:12] in text for value in project.values for text in said), "a value is shown"
        assert [writer.returncode for writer in writers] == [0] * len(writers), said
        variables = [line.partition("=")[0] for line in project.read(".env").split()]
        assert len(set(variables)) == len(variables) == 2 * len(names)
    check_moved(project, *names)
    assert len(project.read(".env").split()) == len(project.values)


def test_nothing_is_moved_in_ci(fixing: Project) -> None:
    fixing.add("bot.py", fixing.leak())
    before = state(fixing)
    for command in (("git", "commit", "-q", "-m", "x"), runner(fixing.guard, "run", "--all-files")):
        code, output = fixing.attempt("env", "CI=1", *command)
        assert code == 1, output
        assert "- exit code: 2\n" in output
        assert "CI is set: --fix would save the secrets where nobody can get at them" in output
        assert state(fixing) == before


def state(project: Project) -> Sequence[str]:
    """Digests of all files outside of .git, what is staged, and the commit."""
    files = sorted(path for path in project.folder.rglob("*") if ".git" not in path.parts and path.is_file())
    digests = [f"{path}: {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in files]
    return (*digests, project.git("ls-files", "--stage"), project.git("rev-parse", "HEAD"))
