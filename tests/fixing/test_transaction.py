"""Whatever happens while a plan is carried out, every value is in the source or in the store."""

from __future__ import annotations

import errno
import io
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest
from dotenv import dotenv_values
from fresh_values import fresh_key
from hostile import SRC
from kinds import keys
from sources.trees import as_a_guest, git, open_folder, repository

from binlint import cli_fix
from binlint.cli import main

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

KEY, SECRET, OTHER_KEY, OTHER_SECRET = (fresh_key() for _ in range(4))
VALUES = (KEY, SECRET, OTHER_KEY, OTHER_SECRET)
PEM = keys.ed25519() + "\n"
KEY_FILE = "binance_private_key.pem"
BOT = f"""\
from binance.client import Client


def connect():
    return Client("{KEY}", "{SECRET}")
"""
OTHER = f"""\
from binance.client import Client

spare_key = "{OTHER_KEY}"
spare_secret = "{OTHER_SECRET}"
client = Client(spare_key, spare_secret)
again = Client("{KEY}", "{SECRET}")
"""

SIGNER = f"""\
from binance_common.configuration import ConfigurationRestAPI


def client():
    return ConfigurationRestAPI(private_key=\"\"\"{PEM}\"\"\")
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX")

Tree = dict[str, tuple[bytes, int]]


class Kind(NamedTuple):
    """A kind of project: which files a fix makes in it."""

    store: str = ".env"
    example: str = ".env.example"
    arguments: tuple[str, ...] = ()
    has_key_file: bool = False


DOTENV = Kind()
WITH_KEY_FILE = Kind(has_key_file=True)
IN_TOML = Kind("secrets.toml", "secrets.example.toml", ("--fix-style", "toml"))
KINDS = {"dotenv": DOTENV, "key file": WITH_KEY_FILE, "toml": IN_TOML}


@pytest.fixture(autouse=True)
def _at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "PRE_COMMIT_CI", "BINLINT_OUTPUT_FORMAT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two files, into which the test goes."""
    place = planted(tmp_path / "project")
    monkeypatch.chdir(place)
    return place


def planted(place: Path, kind: Kind = DOTENV) -> Path:
    repository(place)
    if kind.has_key_file:
        (place / "signer.py").write_text(SIGNER)
    (place / "bot.py").write_text(BOT)
    (place / "other.py").write_text(OTHER)
    return place


def binlint(*arguments: str) -> tuple[int, str]:
    out, error = io.StringIO(), io.StringIO()
    code = main([*arguments], stdout=out, stderr=error)
    said = out.getvalue() + error.getvalue()
    assert not any(value[:12] in said or value[-12:] in said for value in (*VALUES, PEM.splitlines()[1]))
    return code, said


def fix(*arguments: str) -> tuple[int, str]:
    return binlint("--fix", "--unsafe-fixes", *arguments, ".")


def tree(root: Path) -> Tree:
    return {
        path.relative_to(root).as_posix(): (
            # Stores hold the paths of key files, which are others for a copy of the project.
            os.fsencode(os.readlink(path))
            if path.is_symlink()
            else path.read_bytes().replace(os.fsencode(root), b"<root>"),
            stat.S_IMODE(path.lstat().st_mode),
        )
        for path in sorted(root.rglob("*"))
        if (path.is_symlink() or path.is_file()) and path.relative_to(root).parts[0] != ".git"
    }


def stored(root: Path, name: str = ".env") -> set[str | None]:
    if name.endswith(".toml"):
        return set(tomllib.loads((root / name).read_text()).values()) if (root / name).exists() else set()
    return set(dotenv_values(root / name, interpolate=False).values())


def assert_nothing_lost(root: Path, kind: Kind = DOTENV) -> None:
    sources = "".join(path.read_text() for path in root.glob("*.py"))
    there = stored(root, kind.store)
    assert [value for value in VALUES if value not in sources and value not in there] == []
    if kind.has_key_file and PEM not in sources:
        assert str(root / KEY_FILE) in there
    if str(root / KEY_FILE) in there:
        assert (root / KEY_FILE).read_text() == PEM


def assert_done(root: Path, kind: Kind = DOTENV) -> None:
    sources = "".join(path.read_text() for path in root.glob("*.py"))
    assert [value for value in (*VALUES, PEM) if value in sources] == []
    secret = [kind.store, *[KEY_FILE] * kind.has_key_file]
    assert stored(root, kind.store) == {*VALUES, *(str(root / name) for name in secret[1:])}
    assert sorted(path.name for path in root.iterdir()) == sorted(
        [
            *secret,
            kind.example,
            ".git",
            ".gitignore",
            "bot.py",
            "other.py",
            *["signer.py"] * kind.has_key_file,
        ]
    )
    for name in secret:
        assert stat.S_IMODE((root / name).stat().st_mode) == 0o600
        assert not is_shown_to_git(root, name)
    if kind.has_key_file:
        assert (root / KEY_FILE).read_text() == PEM


def reached(root: Path, kind: Kind) -> Tree:
    """What a run that nothing disturbs makes of the project."""
    assert fix(*kind.arguments)[0] == 0
    assert_done(root, kind)
    return tree(root)


# Killed


CALLS = ("open", "write", "fsync", "fchmod", "fchown", "close", "replace", "unlink")


def kill_this_process() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def in_child(work: Callable[[], object]) -> int:
    """Runs something in a process of its own; how that ended."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1]


def disturbed(name: str, count: int, what: Callable[[], object], kind: Kind) -> None:
    """From the `count`-th call of `os.<name>` while files are written, `what` happens instead."""
    write = cli_fix.write
    real = getattr(os, name)
    seen = 0

    def call(*arguments: object, **named: object) -> object:
        nonlocal seen
        seen += 1
        if seen < count:
            return real(*arguments, **named)
        if name == "write" and isinstance(arguments[1], (bytes, memoryview)):
            real(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
        what()
        return real(*arguments, **named)

    def disturbing(*arguments: object) -> None:
        setattr(os, name, call)
        try:
            write(*arguments)  # type: ignore[arg-type]
        finally:
            setattr(os, name, real)

    cli_fix.write = disturbing  # type: ignore[assignment]
    try:
        fix(*kind.arguments)
    finally:
        cli_fix.write = write


@pytest.mark.parametrize(
    ("name", "kind"),
    [*((name, "dotenv") for name in CALLS), *product(("write", "fsync", "replace"), ("key file", "toml"))],
)
def test_killed_at_any_call_nothing_is_lost_and_the_next_run_completes(
    name: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = KINDS[kind]
    template = planted(tmp_path / "template", made)
    monkeypatch.chdir(template)
    before = tree(template)
    shutil.copytree(template, tmp_path / "done")
    monkeypatch.chdir(tmp_path / "done")
    after = reached(tmp_path / "done", made)
    for count in range(1, 100):
        place = tmp_path / f"n{count}"
        shutil.copytree(template, place)
        monkeypatch.chdir(place)
        status = in_child(partial(disturbed, name, count, kill_this_process, made))
        is_killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        assert is_killed or status == 0
        assert_nothing_lost(place, made)
        for path, found in tree(place).items():
            if path.startswith(".binlint-"):
                is_secret = any(value.encode() in found[0] for value in (KEY, PEM.splitlines()[1]))
                assert not is_secret or found[1] & 0o077 == 0, "closed to others"
                assert not is_secret or not is_shown_to_git(place, path), "the secret would be committed"
            else:
                assert found in (before.get(path), after.get(path)), f"{path} is half written"
        if not is_killed:
            assert_done(place, made)
            break
        if count % 2 == 1:  # to go on takes as long as all the rest
            code, said = fix(*made.arguments)
            assert code == 0, said
            assert_done(place, made)
        shutil.rmtree(place)
    else:
        raise AssertionError("it does not come to an end")
    assert count > 1 or name in ("fchown", "unlink")


def is_shown_to_git(root: Path, path: str) -> bool:
    done = subprocess.run(["git", "check-ignore", "-q", path], cwd=root, check=False)
    return done.returncode != 0


# Failing


@pytest.mark.parametrize("name", ["open", "write", "fsync", "fchmod", "replace"])
def test_a_full_disk_at_any_call(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full_disk(name, DOTENV, tmp_path, monkeypatch)


@pytest.mark.parametrize("name", ["open", "fsync", "replace"])
@pytest.mark.parametrize("kind", ["key file", "toml"])
def test_a_full_disk_with_other_files(
    name: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_disk(name, KINDS[kind], tmp_path, monkeypatch)


def full_disk(name: str, kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    template = planted(tmp_path / "template", kind)
    before = tree(template)

    class Failing:
        """`cli_fix.write` on a disk that is full from the `count`-th call on."""

        def __init__(self, count: int) -> None:
            self.count = count
            self.seen = 0
            self.write = cli_fix.write
            self.real = getattr(os, name)

        def __call__(self, *arguments: object) -> None:
            with monkeypatch.context() as patch:
                patch.setattr(os, name, self.call)
                self.write(*arguments)  # type: ignore[arg-type]

        def call(self, *arguments: object, **named: object) -> object:
            self.seen += 1
            if self.seen >= self.count:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(tmp_path))
            return self.real(*arguments, **named)

    for count in range(1, 100):
        place = tmp_path / f"n{count}"
        shutil.copytree(template, place)
        monkeypatch.chdir(place)
        failing = Failing(count)
        with monkeypatch.context() as patch:
            patch.setattr(cli_fix, "write", failing)
            code, said = fix(*kind.arguments)
        assert_nothing_lost(place, kind)
        assert not list(place.glob(".binlint-*"))
        if failing.seen < count:
            assert code == 0
            break
        if code == 0:  # what failed was for the example only
            continue
        assert code == 2, said
        assert str(tmp_path) not in said
        written = {path for path, found in tree(place).items() if before.get(path) != found}
        assert "nothing was changed" in said or written, said
        listed = said.partition("written before: ")[2].partition("\n")[0].split(", ")
        assert {path for path in listed if path} == written, said
        code, said = fix(*kind.arguments)
        assert code == 0, said
        assert_done(place, kind)
        shutil.rmtree(place)
    else:
        raise AssertionError("it does not come to an end")


@pytest.mark.parametrize("which", ["bot.py", "other.py"])
@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_is_read_only_keeps_everything_as_it_is(
    which: str, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_folder() as folder:
        (folder / "sub").mkdir()
        (folder / "bot.py").write_text(BOT)
        (folder / "sub" / "other.py").write_text(OTHER)
        for path in (folder, *folder.rglob("*")):
            if os.geteuid() == 0:
                os.chown(path, 65534, -1)
        place = folder / "bot.py" if which == "bot.py" else folder / "sub" / "other.py"
        if what == "file":
            place.chmod(0o444)
        else:
            place.parent.chmod(0o555)
        before = tree(folder)
        monkeypatch.chdir(folder)
        with as_a_guest():
            code, said = fix()
        assert tree(folder) == before, said
        assert code in (1, 2)
        assert "read-only" in said or "could not be written" in said
        for path in (folder, folder / "sub"):
            path.chmod(0o755)


# Two at once


@pytest.mark.parametrize("turn", range(5))
def test_two_runs_at_once(turn: int, root: Path) -> None:
    arguments = [[".", "."], ["bot.py", "other.py"], [".", "other.py"], ["other.py", "bot.py"], [".", "."]][
        turn
    ]
    two_at_once(root, arguments, DOTENV)


@pytest.mark.parametrize("kind", ["key file", "toml"])
@pytest.mark.parametrize("second", [".", "bot.py"])
def test_two_runs_at_once_with_other_files(
    kind: str, second: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = planted(tmp_path / "project", KINDS[kind])
    monkeypatch.chdir(place)
    two_at_once(place, [".", second], KINDS[kind])


def two_at_once(root: Path, arguments: list[str], kind: Kind) -> None:
    command = [sys.executable, "-m", "binlint", "--isolated", "--fix", "--unsafe-fixes", *kind.arguments]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(SRC), "HOME": str(root)}
    runs = [
        subprocess.Popen(
            [*command, path], cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        for path in arguments
    ]
    said = [run.communicate(timeout=60)[0].decode() for run in runs]
    assert {run.returncode for run in runs} <= {0, 1, 2}, said
    assert_nothing_lost(root, kind)
    assert not list(root.glob(".binlint-*"))
    assert fix(*kind.arguments)[0] == 0
    assert_done(root, kind)


# What is refused


def test_a_hard_linked_source(root: Path) -> None:
    os.link(root / "bot.py", root / "copy.txt")
    before = tree(root)
    code, said = fix()
    assert code == 2, said
    assert "hard link" in said
    assert tree(root) == before


def test_a_source_that_is_a_link(root: Path, tmp_path: Path) -> None:
    (root / "other.py").unlink()
    (root / "bot.py").rename(tmp_path / "real.py")
    (root / "bot.py").symlink_to(tmp_path / "real.py")
    before = tree(root)
    for arguments in ((".",), ("bot.py",)):
        code, said = binlint("--fix", "--unsafe-fixes", *arguments)
        assert code in (0, 1, 2), said
        assert tree(root) == before
        assert (tmp_path / "real.py").read_text() == BOT


def test_a_source_that_is_a_link_inside_the_project(root: Path) -> None:
    (root / "other.py").unlink()
    (root / "src").mkdir()
    (root / "bot.py").rename(root / "src" / "real.py")
    (root / "bot.py").symlink_to("src/real.py")
    code, said = fix()
    assert (root / "bot.py").is_symlink()
    assert stored(root) in ({KEY, SECRET}, set()), said
    assert (KEY in (root / "src" / "real.py").read_text()) == (code != 0)


@pytest.mark.parametrize("name", ["bot.py", "other.py"])
@pytest.mark.parametrize("times", [1, 3, 100])
def test_a_source_changed_between_plan_and_write(
    name: str, times: int, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is planned anew, a few times."""
    write = cli_fix.write
    saved = 0

    def late(*arguments: object) -> None:
        nonlocal saved
        if saved < times:
            saved += 1
            with open(root / name, "a") as stream:
                stream.write("# saved by an editor\n")
        write(*arguments)  # type: ignore[arg-type]

    before = tree(root)
    monkeypatch.setattr(cli_fix, "write", late)
    code, said = fix()
    assert (root / name).read_text().count("# saved by an editor\n") == saved
    if times < 100:
        assert code == 0, said
        assert stored(root) == set(VALUES)
        assert KEY not in (root / "bot.py").read_text()
        return
    assert code == 2
    assert f"{name} was changed" in said
    before[name] = (before[name][0] + b"# saved by an editor\n" * saved, before[name][1])
    assert tree(root) == before


@pytest.mark.parametrize("what", ["gone", "folder", "link", "hard link"])
def test_a_source_replaced_between_plan_and_write(
    what: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = cli_fix.write
    place = root / "other.py"

    def late(*arguments: object) -> None:
        if what == "hard link":
            os.link(place, root / "second.txt")
        else:
            place.rename(root / "moved.txt")
        if what == "folder":
            place.mkdir()
        if what == "link":
            place.symlink_to("moved.txt")
        write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(cli_fix, "write", late)
    code, said = fix()
    assert code == 2, said
    assert "nothing was changed" in said
    assert not (root / ".env").exists()
    assert not (root / ".gitignore").exists()
    assert (root / "bot.py").read_text() == BOT


def test_the_store_changed_between_plan_and_write(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = cli_fix.write

    def late(*arguments: object) -> None:
        if not (root / ".env").exists():
            (root / ".env").write_text("BINANCE_API_KEY=mine\n")
        write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(cli_fix, "write", late)
    code, said = fix()
    assert code == 0, said
    assert (root / ".env").read_text().startswith("BINANCE_API_KEY=mine\n")
    assert stored(root) == {"mine", *VALUES}
    assert KEY not in (root / "bot.py").read_text()


# The store


def refused(root: Path, reason: str, *arguments: str) -> None:
    before = tree(root)
    code, said = fix(*arguments)
    assert reason in said
    assert tree(root) == before
    assert code == 2, said


def test_a_tracked_store(root: Path) -> None:
    (root / ".env").write_text("A=1\n")
    git(root, "add", ".env")
    refused(root, "tracked by git")


def test_a_store_that_is_a_link(root: Path, tmp_path: Path) -> None:
    (tmp_path / "secrets").write_text("A=1\n")
    (root / ".env").symlink_to(tmp_path / "secrets")
    refused(root, "symbolic link")
    assert (tmp_path / "secrets").read_text() == "A=1\n"


def test_a_store_with_a_second_name(root: Path) -> None:
    (root / ".env").write_text("A=1\n")
    os.link(root / ".env", root / "backup")
    refused(root, "hard link")


@pytest.mark.parametrize("path", ["../.env", "/tmp/.env", ".git/env", "missing/.env"])
def test_a_store_elsewhere(path: str, root: Path) -> None:
    refused(root, "", "--env-file", path)
    assert not Path(path).exists()


def test_a_store_that_is_no_file(root: Path) -> None:
    (root / ".env").mkdir()
    refused(root, "not a regular file")


def test_a_read_only_store(root: Path) -> None:
    (root / ".env").write_text("A=1\n")
    (root / ".env").chmod(0o400)
    refused(root, "read-only")


def test_a_store_that_is_no_text(root: Path) -> None:
    (root / ".env").write_bytes(b"A=\xff\n")
    refused(root, "UTF-8")


def test_a_store_with_another_value_under_the_name(root: Path) -> None:
    (root / ".gitignore").write_text(".env\n")
    (root / ".env").write_text("BINANCE_API_KEY=somebody-elses\n")
    code, said = fix()
    assert code == 0, said
    found = dotenv_values(root / ".env", interpolate=False)
    assert found["BINANCE_API_KEY"] == "somebody-elses"
    assert set(VALUES) < set(found.values())


def test_a_store_with_the_value_under_another_name(root: Path) -> None:
    (root / ".gitignore").write_text(".env\n")
    (root / ".env").write_text(f"# mine\nMY_KEY='{KEY}'  # kept\n\nexport X=1")
    code, said = fix()
    assert code == 0, said
    assert (root / ".env").read_text().startswith(f"# mine\nMY_KEY='{KEY}'  # kept\n\nexport X=1\n")
    assert 'os.environ["MY_KEY"]' in (root / "bot.py").read_text()
    assert (root / ".env").read_text().count(KEY) == 1


def test_a_store_whose_names_are_there_without_values(root: Path) -> None:
    (root / ".gitignore").write_text(".env\n")
    (root / ".env").write_text("# mine\nBINANCE_API_KEY= # of the bot\nBINANCE_API_SECRET=\nX=1\n")
    shown = binlint("--diff", "--unsafe-fixes", ".")[1]
    code, said = fix()
    assert code == 0, said
    text = (root / ".env").read_text()
    assert text.count(KEY) == text.count(SECRET) == 1
    assert "# of the bot" in text
    assert "+BINANCE_API_KEY=" in shown


def test_a_store_that_others_can_read_is_closed(root: Path) -> None:
    (root / ".gitignore").write_text(".env\n")
    (root / ".env").write_text("A=1\r\n")
    (root / ".env").chmod(0o644)
    assert fix()[0] == 0
    assert stat.S_IMODE((root / ".env").stat().st_mode) == 0o600
    assert (root / ".env").read_bytes().count(b"\n") == (root / ".env").read_bytes().count(b"\r\n")


def test_an_ignore_file_that_takes_it_back(root: Path) -> None:
    (root / ".gitignore").write_text(".env\n!.env\n")
    code, said = fix()
    assert code == 0, said
    assert (root / ".gitignore").read_text() == ".env\n!.env\n/.env\n"
    ignored = subprocess.run(["git", "check-ignore", "-q", ".env"], cwd=root, check=False)
    assert ignored.returncode == 0


def test_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bot.py").write_text(BOT)
    (tmp_path / "other.py").write_text(OTHER)
    monkeypatch.chdir(tmp_path)
    code, said = fix()
    assert code == 0, said
    assert stored(tmp_path) == set(VALUES)
    names = [".env", ".env.example", ".gitignore", "bot.py", "other.py"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert (tmp_path / ".gitignore").read_text() == "/.env\n", "somebody may make a repository of it"
    assert fix()[0] == 0, "what was saved is not found again"


@pytest.mark.parametrize("place", [".", "deep"])
def test_a_store_in_a_folder(place: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "deep").mkdir()
    (root / "secrets").mkdir()
    (root / "binlint.toml").write_text("")
    monkeypatch.chdir(root / place)
    path = os.path.relpath(root / "secrets" / "local.env", root / place)
    code, said = binlint("--fix", "--unsafe-fixes", "--env-file", path, str(root))
    assert code == 0, said
    assert stored(root, "secrets/local.env") == set(VALUES)
    assert not (root / ".env").exists()
    assert (root / ".gitignore").read_text() == "/secrets/local.env\n"


def test_run_in_a_folder_the_store_is_at_the_root(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "deep").mkdir()
    (root / "bot.py").rename(root / "deep" / "bot.py")
    (root / "binlint.toml").write_text("")
    monkeypatch.chdir(root / "deep")
    _, said = fix()
    assert stored(root) == {KEY, SECRET}, said
    assert (root / "other.py").read_text() == OTHER


@pytest.mark.skipif(os.name == "posix" and os.geteuid() != 0, reason="only root can give files away")
def test_a_source_whose_owner_cannot_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    with open_folder() as folder:
        (folder / "bot.py").write_text(BOT)
        (folder / "bot.py").chmod(0o666)
        os.chown(folder, 65534, -1)
        monkeypatch.chdir(folder)
        before = tree(folder)
        with as_a_guest():
            code, said = fix()
        assert code == 2
        assert tree(folder) == before, said


# Exit codes


def test_all_moved(root: Path) -> None:
    assert fix()[0] == 0


def test_all_moved_and_asked_to_tell(root: Path) -> None:
    assert fix("--exit-non-zero-on-fix")[0] == 1
    assert fix("--exit-non-zero-on-fix")[0] == 0


def test_something_left(root: Path) -> None:
    (root / "config.json").write_text(f'{{"binance_api_key": "{KEY}"}}')
    code, said = fix()
    assert code == 1, said
    assert "config.json:1: only Python is rewritten" in said
    assert fix("--exit-zero")[0] == 0


def test_nothing_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bot.py").write_text("print(1)\n")
    monkeypatch.chdir(tmp_path)
    assert fix()[0] == 0
    assert fix("--exit-non-zero-on-fix")[0] == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bot.py"]


@pytest.mark.parametrize("name", ["CI", "PRE_COMMIT_CI"])
@pytest.mark.parametrize("value", ["1", "true", "True", "woodpecker"])
def test_in_ci(name: str, value: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    refused(root, f"{name} is set")
    assert binlint("--diff", ".")[0] == 1
    assert fix("--fix-in-ci")[0] == 0


@pytest.mark.parametrize("value", ["", "0", "false", "FALSE"])
def test_not_in_ci(value: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", value)
    assert fix()[0] == 0


@pytest.mark.parametrize("arguments", [["--fix", "-"], ["--fix", "--stdin-filename", "bot.py", "-"]])
def test_standard_input(arguments: list[str], root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BOT.encode())))
    before = tree(root)
    code, said = binlint(*arguments)
    assert code == 2
    assert "standard input cannot be fixed" in said
    assert tree(root) == before


def test_diff(root: Path) -> None:
    before = tree(root)
    code, said = binlint("--diff", "--unsafe-fixes", ".")
    assert code == 1
    assert "+++ b/.gitignore" in said
    assert "+++ b/.env\n" in said
    assert tree(root) == before
    assert fix()[0] == 0
    assert binlint("--diff", "--unsafe-fixes", ".")[0] == 0


def test_fix_and_diff_together_change_nothing(root: Path) -> None:
    before = tree(root)
    assert fix("--diff")[0] == 1
    assert tree(root) == before
