"""`--staged`, `--since` and `--changed-lines`, with the real git."""

from __future__ import annotations

import io
import os
import subprocess
from pathlib import Path

import pytest
from fresh_values import fresh_key

from binlint.cli import main

K, S, K2, S2 = (fresh_key() for _ in range(4))
CALL = f'from binance.client import Client\nclient = Client("{K}", "{S}")\n'
CLEAN = "from binance.client import Client\n\nprint(Client)\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.chdir(tmp_path)
    git("init", "-q", "-b", "main")
    git("config", "user.name", "a")
    git("config", "user.email", "a@localhost")
    return tmp_path


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout


def commit(message: str = "x") -> None:
    git("add", "-A")
    git("commit", "-q", "--no-verify", "-m", message)


def run(*arguments: str) -> tuple[int, str]:
    out, error = io.StringIO(), io.StringIO()
    code = main(["--isolated", "--output-format", "concise", *arguments], stdout=out, stderr=error)
    said = out.getvalue() + error.getvalue()
    assert not any(value[:12] in said for value in (K, S, K2, S2))
    return code, said


def places(said: str) -> list[str]:
    return sorted({":".join(line.split(":")[:2]) for line in said.splitlines() if ": BIN" in line})


# --staged


def test_the_index_is_read_and_not_the_file(root: Path) -> None:
    (root / "bot.py").write_text(CALL)
    git("add", "bot.py")
    (root / "bot.py").write_text(CLEAN)
    assert run("--staged")[0] == 1, "the key is in the index"
    assert run(".")[0] == 0
    git("add", "bot.py")
    (root / "bot.py").write_text(CALL)
    assert run("--staged")[0] == 0, "the key is in the file only"
    assert run(".")[0] == 1


def test_only_what_is_staged_is_looked_at(root: Path) -> None:
    (root / "old.py").write_text(CALL)
    commit()
    (root / "new.py").write_text(CALL.replace(K, K2))
    (root / "untracked.py").write_text(CALL)
    git("add", "new.py")
    code, said = run("--staged")
    assert code == 1
    assert places(said) == ["new.py:2"]
    assert run("--staged", "old.py")[0] == 0
    assert run("--staged", "new.py")[0] == 1


def test_nothing_staged_is_clean(root: Path) -> None:
    assert run("--staged")[0] == 0
    (root / "bot.py").write_text(CALL)
    commit()
    assert run("--staged")[0] == 0


def test_imports_of_staged_files_are_followed_in_the_index(root: Path) -> None:
    (root / "keys.py").write_text("A = ''\nB = ''\n")
    (root / "bot.py").write_text("from binance.client import Client\n")
    commit()
    (root / "keys.py").write_text(f'A = "{K}"\nB = "{S}"\n')
    (root / "bot.py").write_text("import keys\nfrom binance.client import Client\nClient(keys.A, keys.B)\n")
    git("add", "-A")
    (root / "keys.py").write_text("A = ''\nB = ''\n")
    code, said = run("--staged")
    assert code == 1
    assert places(said) == ["keys.py:1", "keys.py:2"]


def test_a_staged_file_that_is_gone(root: Path) -> None:
    (root / "bot.py").write_text(CALL)
    git("add", "bot.py")
    (root / "bot.py").unlink()
    assert places(run("--staged")[1]) == ["bot.py:2"]


def test_deleted_renamed_links_and_modules(root: Path) -> None:
    (root / "gone.py").write_text(CALL)
    (root / "before.py").write_text(CALL.replace(K, K2).replace(S, S2))
    commit()
    git("rm", "-q", "gone.py")
    git("mv", "before.py", "after.py")
    os.symlink("after.py", root / "link.py")
    git("add", "link.py")
    assert places(run("--staged")[1]) == ["after.py:2"]


def test_odd_names(root: Path) -> None:
    name = 'ö "a"\n\tb.py'
    (root / name).write_text(CALL)
    git("add", "-A")
    (root / name).write_text(CLEAN)
    code, said = run("--staged")
    assert code == 1
    assert "BIN101" in said


def test_excludes_hold(root: Path) -> None:
    (root / "bot.py").write_text(CALL)
    git("add", "-A")
    assert run("--staged", "--exclude", "bot.py")[0] == 0


def test_in_a_folder_only_what_is_below(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "bot.py").write_text(CALL)
    (root / "deep").mkdir()
    (root / "deep" / "bot.py").write_text(CALL)
    git("add", "-A")
    monkeypatch.chdir(root / "deep")
    assert places(run("--staged")[1]) == ["bot.py:2"]


def test_in_a_hook_of_a_partial_commit(root: Path) -> None:
    # `git commit FILE` makes an index of its own and names it in the environment
    hook = root / ".git" / "hooks" / "pre-commit"
    source = Path(__file__).parents[2] / "src"
    import sys

    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\nPYTHONPATH="{source}" exec "{sys.executable}" -m binlint --staged\n')
    hook.chmod(0o755)
    (root / "bot.py").write_text(CALL)
    (root / "clean.py").write_text(CLEAN)
    git("add", "-A")
    assert git("commit", "-q", "-m", "x", "clean.py") == ""
    refused = subprocess.run(["git", "commit", "-q", "-m", "x"], capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "bot.py:2" in refused.stdout + refused.stderr


def test_a_worktree(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "a.py").write_text(CLEAN)
    commit()
    git("worktree", "add", "-q", "-b", "other", "tree")
    monkeypatch.chdir(root / "tree")
    (root / "tree" / "bot.py").write_text(CALL)
    git("add", "bot.py")
    assert places(run("--staged")[1]) == ["bot.py:2"]


def test_a_file_in_conflict_is_left_out(root: Path) -> None:
    (root / "bot.py").write_text(CLEAN)
    commit()
    git("checkout", "-q", "-b", "other")
    (root / "bot.py").write_text(CALL)
    commit()
    git("checkout", "-q", "main")
    (root / "bot.py").write_text("x = 1\n")
    commit()
    subprocess.run(["git", "merge", "-q", "other"], capture_output=True, check=False)
    assert run("--staged")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--staged", "--since", "main"), "exclude each other"),
        (("--staged", "--fix"), "--staged"),
        (("--staged", "-"), "standard input"),
        (("--changed-lines",), "--since"),
        (("--since", "nowhere"), "no commit"),
        (("--since", "--help"), "expected one argument"),
        (("--since=--help",), "no commit"),
        (("--since=main^{tree}",), "no commit"),
        (("--since", "HEAD", "nowhere.py"), "no such file"),
        (("--since", "HEAD", "*.py"), "no such file"),
        (("--staged", "nowhere"), "no such file"),
        (("--since", "HEAD", ".."), "below the directory of the run"),
        (("--staged", "../bot.py"), "below the directory of the run"),
    ],
)
def test_what_cannot_be(
    root: Path, arguments: tuple[str, ...], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    (root / "bot.py").write_text(CLEAN)
    commit()
    code, said = run(*arguments)
    assert code == 2
    assert words in said


def test_paths_that_are_gone_or_linked(root: Path) -> None:
    folder = root / "real"
    folder.mkdir()
    (folder / "old.py").write_text(CLEAN)
    commit()
    (folder / "old.py").unlink()
    (folder / "new.py").write_text(CALL)
    (root / "link").symlink_to("real")
    assert run("--since", "HEAD", "real/old.py")[0] == 0
    assert places(run("--since", "HEAD", "link")[1]) == places(run("--since", "HEAD", "real")[1])
    assert run("--since", "HEAD", "link")[0] == 1


def test_without_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments in (("--staged",), ("--since", "main")):
        code, said = run(*arguments)
        assert code == 2
        assert "no repository" in said


# --since


def branch(root: Path) -> None:
    (root / "old.py").write_text(CALL)
    (root / "keys.py").write_text(f'A = "{K2}"\n\n\nB = "{S2}"\n')
    (root / "both.py").write_text(f"# one\n{CALL}")
    commit("old")
    git("checkout", "-q", "-b", "feature")


def test_only_files_that_changed_since(root: Path) -> None:
    branch(root)
    assert run("--since", "main")[0] == 0
    (root / "new.py").write_text(CALL)
    commit()
    (root / "untracked.py").write_text(CALL)
    code, said = run("--since", "main")
    assert code == 1
    assert places(said) == ["new.py:2", "untracked.py:2"]
    assert places(run("--since", "main", "new.py")[1]) == ["new.py:2"]


def test_the_merge_base_counts(root: Path) -> None:
    branch(root)
    git("checkout", "-q", "main")
    (root / "later.py").write_text(CALL)
    (root / "old.py").write_text(CLEAN)
    commit("main goes on")
    git("checkout", "-q", "feature")
    assert run("--since", "main")[0] == 0, "what main did meanwhile is not our change"


def test_the_linker_reads_the_rest(root: Path) -> None:
    branch(root)
    (root / "new.py").write_text("import keys\nfrom binance.client import Client\nClient(keys.A, keys.B)\n")
    commit()
    assert places(run("--since", "main")[1]) == ["keys.py:1", "keys.py:4"]


def test_edits_that_are_not_committed(root: Path) -> None:
    branch(root)
    (root / "old.py").write_text(CALL + "\n")
    assert places(run("--since", "HEAD")[1]) == ["old.py:2"]
    git("add", "-A")
    assert places(run("--since", "HEAD")[1]) == ["old.py:2"]
    (root / "old.py").unlink()
    assert run("--since", "HEAD")[0] == 0


def test_only_lines_that_changed(root: Path) -> None:
    branch(root)
    (root / "both.py").write_text(f'# two\n{CALL}client.close()\nother = Client("{K2}", "{S2}")\n')
    commit()
    assert places(run("--since", "main")[1]) == ["both.py:3", "both.py:5"]
    code, said = run("--since", "main", "--changed-lines")
    assert code == 1
    assert places(said) == ["both.py:5"]
    assert "2 on lines that did not change" in said


def test_an_old_literal_that_a_new_line_uses(root: Path) -> None:
    branch(root)
    (root / "new.py").write_text("import keys\nfrom binance.client import Client\nClient(keys.A, keys.B)\n")
    commit()
    assert places(run("--since", "main", "--changed-lines")[1]) == ["keys.py:1", "keys.py:4"]


def test_a_renamed_file_has_not_changed(root: Path) -> None:
    branch(root)
    git("mv", "old.py", "renamed.py")
    commit()
    assert places(run("--since", "main")[1]) == ["renamed.py:2"]
    code, said = run("--since", "main", "--changed-lines")
    assert code == 0
    assert "2 on lines" in said


def test_line_ends_alone_are_no_change(root: Path) -> None:
    branch(root)
    (root / "old.py").write_bytes(CALL.replace("\n", "\r\n").encode())
    commit()
    assert run("--since", "main", "--changed-lines")[0] == 0


def test_a_long_file(root: Path) -> None:
    lines = [f"x{number} = {number}" for number in range(9000)]
    (root / "long.py").write_text("\n".join([CALL, *lines]))
    commit()
    (root / "long.py").write_text("\n".join([f"# new\n{CALL}", *lines, f'Client("{K2}", "{S2}")']))
    assert places(run("--since", "HEAD", "--changed-lines")[1]) == ["long.py:9005"]


def test_a_shallow_clone_says_what_to_do(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "a.py").write_text(CLEAN)
    commit()
    git("checkout", "-q", "--orphan", "apart")
    commit("of its own")
    code, said = run("--since", "main")
    assert code == 2
    assert "fetch-depth: 0" in said


def test_filters_of_a_hostile_repository_do_not_run(root: Path) -> None:
    branch(root)
    (root / ".gitattributes").write_text("*.py filter=evil diff=evil\n")
    trap = f"touch {root / 'ran'}; cat"
    for key in ("filter.evil.clean", "filter.evil.smudge", "diff.evil.textconv", "diff.evil.command"):
        git("config", key, trap)
    git("config", "core.fsmonitor", trap)
    (root / "old.py").write_text(CALL + "\n")
    run("--since", "main", "--changed-lines")
    run("--staged")
    assert not (root / "ran").exists()
