"""Private keys as files of their own: where they go, what is refused, and that none is lost or shown."""

from __future__ import annotations

import os
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from fresh_values import fresh_key
from kinds import keys
from sources.trees import as_a_guest, git, open_folder, repository
from test_atomic import entries, killed_at, mode_of

from binlint.finding import MASK, SecretText
from binlint.fixing import key_files, store_writing
from binlint.fixing.atomic import Changed
from binlint.fixing.key_files import KeyFiles
from binlint.fixing.store import Store, open_store
from binlint.fixing.store_changes import Change
from binlint.fixing.store_ignoring import ignoring
from binlint.fixing.store_types import Part, Refusal, Setting, StoreError

PEM, OTHER = keys.ed25519() + "\n", keys.ed25519() + "\n"
NAME = "BINANCE_PRIVATE_KEY_PATH"
FILE = "binance_private_key.pem"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX")


@pytest.fixture(autouse=True)
def _git_of_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


def setting(value: str = PEM, name: str = NAME) -> Setting:
    return Setting(name, SecretText(value), as_file=True)


def planned(root: Path, *wanted: Setting, stored: dict[str, str] | None = None) -> KeyFiles:
    there = {name: SecretText(value) for name, value in (stored or {}).items()}
    found = key_files.plan(str(root), wanted or (setting(),), there, [".env"])
    assert isinstance(found, KeyFiles), found
    assert not any(each.as_file for each in found.settings)
    return found


def ignored(root: Path) -> Change:
    """What writes the key file, which is ignored already."""
    (change,) = planned(root).changes
    found = ignoring(str(root), [change.shown])
    assert isinstance(found, Change)
    store_writing.write(str(root), found)
    return change


def refused(root: Path, *wanted: Setting) -> str:
    found = key_files.plan(str(root), wanted or (setting(),), {})
    assert isinstance(found, Refusal), found
    assert found.remedy
    assert "--env-file" not in found.remedy
    assert str(root) not in found.reason + found.remedy
    return found.reason


def paths(found: KeyFiles) -> dict[str, str]:
    return {each.name: each.value.reveal() for each in found.settings if each.value is not None}


def save(root: Path, *wanted: Setting) -> KeyFiles:
    """All that a fix does with keys and the store."""
    store = open_store(str(root), None)
    assert isinstance(store, Store)
    stored = {name: value.reveal() for name, value in store.names().items()}
    found = planned(root, *wanted, stored=stored)
    change = store.plan(found.settings)
    ignored = ignoring(str(root), [*(each.shown for each in found.changes), ".env"])
    assert isinstance(change, Change)
    assert not isinstance(ignored, Refusal)
    for each in (ignored, *found.changes, change):
        if each is not None:
            store.write(each)
    return found


# Where they go


def test_a_new_file(tmp_path: Path) -> None:
    found = save(tmp_path)
    place = tmp_path / FILE
    assert paths(found) == {NAME: str(place)}
    assert place.is_absolute()
    assert place.read_bytes() == PEM.encode()
    assert mode_of(place) == 0o600
    assert (tmp_path / ".env").read_text() == f"{NAME}={place}\n"
    assert entries(tmp_path) == [".env", ".gitignore", FILE]
    (change,) = found.changes
    assert (change.part, change.names, change.mode) == (Part.KEY_FILE, (NAME,), 0o600)


def test_a_relative_root_makes_an_absolute_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = key_files.plan(".", [setting()], {})
    assert isinstance(found, KeyFiles)
    assert paths(found) == {NAME: str(tmp_path / FILE)}


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("BINANCE_PRIVATE_KEY", "binance_private_key.pem"),
        ("BINANCE_PRIVATE_KEY_PATH", "binance_private_key.pem"),
        ("BINANCE_ALT_PRIVATE_KEY_FILE", "binance_alt_private_key.pem"),
        ("MY_PEM", "my.pem"),
        ("PATH_2", "path_2.pem"),
    ],
)
def test_the_file_is_called_as_the_variable(name: str, file: str, tmp_path: Path) -> None:
    assert paths(planned(tmp_path, setting(name=name))) == {name: str(tmp_path / file)}


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (PEM.rstrip("\n"), PEM),
        (PEM, PEM),
        (PEM + "\n\n", PEM),
        ("\n" + PEM, "\n" + PEM),
        (PEM.replace("\n", "\r\n"), PEM.replace("\n", "\r\n")),
        (PEM.replace("\n", "\r\n").rstrip(), PEM.replace("\n", "\r\n")),
    ],
    ids=["cut", "whole", "more", "led", "crlf", "crlf cut"],
)
def test_the_bytes_stay_and_one_newline_ends_them(value: str, data: str, tmp_path: Path) -> None:
    save(tmp_path, setting(value))
    assert (tmp_path / FILE).read_bytes() == data.encode()


def test_what_is_no_key_file_is_handed_on(tmp_path: Path) -> None:
    plain, wanted = Setting("A", SecretText("x")), Setting("B", None, as_file=True)
    found = planned(tmp_path, plain, wanted)
    assert found == KeyFiles((), (plain, Setting("B", None)))


def test_another_file_of_the_name_stays(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(OTHER)
    (tmp_path / "binance_private_key_2.pem").write_text("")
    found = save(tmp_path)
    assert paths(found) == {NAME: str(tmp_path / "binance_private_key_3.pem")}
    assert (tmp_path / FILE).read_text() == OTHER
    assert (tmp_path / "binance_private_key_2.pem").read_text() == ""
    assert (tmp_path / "binance_private_key_3.pem").read_text() == PEM


@pytest.mark.parametrize("file", [FILE, "binance_private_key_2.pem"])
def test_the_same_content_is_reused(file: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(OTHER)
    (tmp_path / file).write_text(PEM)
    (tmp_path / file).chmod(0o640)
    found = save(tmp_path)
    assert paths(found) == {NAME: str(tmp_path / file)}
    assert [change.tightened for change in found.changes] == [True]
    assert mode_of(tmp_path / file) == 0o600
    assert (tmp_path / file).read_text() == PEM
    again = save(tmp_path)
    assert paths(again) == paths(found)
    assert not any(change.is_needed for change in again.changes)


def test_a_read_only_file_with_the_key_need_not_be_written(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(PEM)
    (tmp_path / FILE).chmod(0o400)
    assert paths(save(tmp_path)) == {NAME: str(tmp_path / FILE)}
    assert mode_of(tmp_path / FILE) == 0o400


def test_several_keys(tmp_path: Path) -> None:
    found = save(tmp_path, setting(), setting(OTHER, "BINANCE_PRIVATE_KEY"), setting(PEM, "SAME_KEY"))
    assert paths(found) == {
        NAME: str(tmp_path / FILE),
        "BINANCE_PRIVATE_KEY": str(tmp_path / "binance_private_key_2.pem"),
        "SAME_KEY": str(tmp_path / "same_key.pem"),
    }
    assert (tmp_path / "binance_private_key_2.pem").read_text() == OTHER


def test_two_variables_with_one_file(tmp_path: Path) -> None:
    found = save(tmp_path, setting(), setting(PEM, "BINANCE_PRIVATE_KEY"))
    (change,) = found.changes
    assert change.names == (NAME, "BINANCE_PRIVATE_KEY")
    assert set(paths(found).values()) == {str(tmp_path / FILE)}


def test_the_store_keeps_its_own_place(tmp_path: Path) -> None:
    found = key_files.plan(str(tmp_path), [setting()], {}, [FILE])
    assert isinstance(found, KeyFiles)
    assert paths(found) == {NAME: str(tmp_path / "binance_private_key_2.pem")}


# What the store names already


def test_the_file_that_the_variable_names_is_used(tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    mine = tmp_path / "conf" / "mine.pem"
    mine.write_text(PEM)
    mine.chmod(0o644)
    found = planned(tmp_path, stored={NAME: str(mine)})
    assert paths(found) == {NAME: str(mine)}
    assert [(change.shown, change.tightened) for change in found.changes] == [("conf/mine.pem", True)]
    assert key_files.held(str(tmp_path), {NAME: SecretText(str(mine))}) == {NAME: SecretText(PEM)}


@pytest.mark.parametrize("what", ["other", "gone", "relative", "outside", "link", "folder", "no key", "text"])
def test_what_names_no_file_with_the_key(what: str, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    mine = (tmp_path if what == "outside" else root) / "mine.pem"
    if what == "folder":
        mine.mkdir()
    elif what == "link":
        (root / "real.pem").write_text(PEM)
        mine.symlink_to("real.pem")
    elif what != "gone":
        mine.write_text({"other": OTHER, "no key": "hello\n"}.get(what, PEM))
    path = {"relative": "mine.pem", "text": f"{mine}\n"}.get(what, str(mine))
    held = key_files.held(str(root), {NAME: SecretText(path)})
    assert held == ({NAME: SecretText(OTHER)} if what == "other" else {})
    assert paths(planned(root, stored={NAME: path})) == {NAME: str(root / FILE)}


# Refused


def hard_link(place: Path) -> None:
    (place.parent / "second").write_text(PEM)
    os.link(place.parent / "second", place)


def broad_and_read_only(place: Path) -> None:
    place.write_text(PEM)
    place.chmod(0o444)


def large(place: Path) -> None:
    place.write_text("x" * 2_000_000)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda place: place.symlink_to("x"), "is a symbolic link"),
        (hard_link, "has a second name (a hard link)"),
        (Path.mkdir, "is not a regular file"),
        (os.mkfifo, "is not a regular file"),
        (broad_and_read_only, "is read-only"),
        (large, "is larger than 1 MiB"),
    ],
    ids=["link", "hard link", "folder", "fifo", "read-only", "large"],
)
def test_what_cannot_be_a_key_file(make: Callable[[Path], None], reason: str, tmp_path: Path) -> None:
    make(tmp_path / FILE)
    before = entries(tmp_path)
    assert refused(tmp_path) == f"{FILE} {reason}"
    assert entries(tmp_path) == before


@pytest.mark.parametrize("is_there", [True, False])
def test_a_tracked_file(is_there: bool, tmp_path: Path) -> None:
    repository(tmp_path)
    (tmp_path / FILE).write_text(PEM)
    git(tmp_path, "add", "--all")
    if not is_there:
        (tmp_path / FILE).unlink()
    assert refused(tmp_path) == f"{FILE} is tracked by git"


def test_closed_files_and_directories() -> None:
    with open_folder() as root:
        root.chmod(0o555)
        with as_a_guest():
            assert refused(root) == "the project root is read-only"
        root.chmod(0o777)
        (root / FILE).write_text(PEM)
        (root / FILE).chmod(0o000)
        with as_a_guest():
            assert refused(root).startswith(f"{FILE} cannot be read")


@pytest.mark.parametrize(
    "value", [fresh_key(), "", PEM.replace("PRIVATE", "PUBLIC"), PEM[:-20], PEM.replace("KEY", "KEY\ud800")]
)
def test_what_is_no_private_key(value: str, tmp_path: Path) -> None:
    assert refused(tmp_path, setting(value)) == f"the value of {NAME} is no private key in PEM form"


def test_what_is_no_name(tmp_path: Path) -> None:
    assert refused(tmp_path, setting(name="../x")) == "../x cannot be the name of a variable"


# Git


@pytest.mark.parametrize("is_ignored", [True, False])
def test_git_ignores_the_keys_and_the_store(is_ignored: bool, tmp_path: Path) -> None:
    repository(tmp_path)
    if is_ignored:
        (tmp_path / ".gitignore").write_text("*.pem\n")
    save(tmp_path, setting(), setting(OTHER, "OTHER_KEY"))
    lines = (tmp_path / ".gitignore").read_text()
    assert lines == ("*.pem\n/.env\n" if is_ignored else f"/{FILE}\n/other_key.pem\n/.env\n")
    status = subprocess.run(
        ["git", "status", "--short", "-uall"], cwd=tmp_path, capture_output=True, check=True
    )
    assert status.stdout == b"?? .gitignore\n"


def test_a_key_is_not_written_while_git_would_publish_it(tmp_path: Path) -> None:
    repository(tmp_path)
    (change,) = planned(tmp_path).changes
    with pytest.raises(StoreError, match=rf"git does not ignore {FILE}"):
        store_writing.write(str(tmp_path), change)
    assert entries(tmp_path) == [".git"]


# Showing


def test_the_diff_says_only_that_a_key_goes_there(tmp_path: Path) -> None:
    (change,) = planned(tmp_path).changes
    assert change.shown_diff() == (f"--- /dev/null\n+++ b/{FILE}\n@@ -0,0 +1,1 @@\n+{MASK} (a private key)\n")
    save(tmp_path)
    (tmp_path / FILE).chmod(0o644)
    (change,) = planned(tmp_path).changes
    assert change.is_needed
    assert change.shown_diff() == ""


def test_nothing_that_is_printed_by_mistake_holds_a_key(tmp_path: Path) -> None:
    found = planned(tmp_path)
    for thing in (found, found.changes, setting()):
        assert PEM.splitlines()[1] not in repr(thing) + str(thing)


# Writing


@pytest.mark.parametrize("answer", [b"", OTHER.encode(), PEM.encode()[:-1], None])
def test_a_key_that_does_not_read_back(
    answer: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answered(path: str) -> bytes:
        if answer is None:
            raise OSError
        return answer

    change = ignored(tmp_path)
    monkeypatch.setattr(store_writing, "read_settings", answered)
    with pytest.raises(StoreError, match=f"{FILE} is as it was") as caught:
        store_writing.write(str(tmp_path), change)
    text = "".join(traceback.format_exception(caught.value))
    assert not any(line in text for line in (*PEM.splitlines()[1:-1], *OTHER.splitlines()[1:-1]))
    assert entries(tmp_path) == [".gitignore"]


def test_a_file_that_came_since_the_plan_is_kept(tmp_path: Path) -> None:
    change = ignored(tmp_path)
    (tmp_path / FILE).write_text(OTHER)
    with pytest.raises(Changed):
        store_writing.write(str(tmp_path), change)
    assert (tmp_path / FILE).read_text() == OTHER


@pytest.mark.parametrize("name", ["open", "write", "fsync", "fchmod", "replace"])
@pytest.mark.parametrize("is_before", [True, False])
def test_killed_while_writing(name: str, is_before: bool, tmp_path: Path) -> None:
    change = ignored(tmp_path)
    assert killed_at(name, is_before, lambda: store_writing.write(str(tmp_path), change))
    if (tmp_path / FILE).exists():
        assert (tmp_path / FILE).read_text() == PEM
    for left in tmp_path.iterdir():
        assert mode_of(left) == (0o644 if left.name == ".gitignore" else 0o600)
    assert paths(save(tmp_path)) == {NAME: str(tmp_path / FILE)}
    assert entries(tmp_path) == [".env", ".gitignore", FILE]
