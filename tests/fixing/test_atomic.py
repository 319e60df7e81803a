"""A file is replaced as a whole or not at all: failures, kills at every step, and two at once."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sources.trees import as_a_guest, open_folder

from binlint.fixing import atomic
from binlint.fixing.atomic import Busy, Changed, NotReplaceable, locked, remove_leftovers, write_atomically

OLD, NEW = b"old\n", b"NEW_SECRET=" + b"n" * 100_000 + b"\n"

# The tests kill and close things in ways that only POSIX has.
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX")


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o400])
@pytest.mark.parametrize("there", [False, True])
def test_writes_content_and_mode_and_nothing_else(tmp_path: Path, mode: int, there: bool) -> None:
    place = tmp_path / "f"
    if there:
        place.write_bytes(OLD)
    write_atomically(str(place), NEW, mode)
    assert place.read_bytes() == NEW
    assert mode_of(place) == mode
    assert entries(tmp_path) == ["f"]


def test_the_umask_does_not_matter(tmp_path: Path) -> None:
    old = os.umask(0o077)
    try:
        write_atomically(str(tmp_path / "f"), NEW, 0o644)
    finally:
        os.umask(old)
    assert mode_of(tmp_path / "f") == 0o644


def test_a_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_atomically("f", NEW, 0o600, None)
    assert (tmp_path / "f").read_bytes() == NEW


@pytest.mark.parametrize("size", [255, 200])
def test_a_name_as_long_as_names_can_be(tmp_path: Path, size: int) -> None:
    write_atomically(str(tmp_path / ("f" * size)), NEW, 0o600)
    assert entries(tmp_path) == ["f" * size]


def test_a_short_write_is_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, bytes(data[:7_001])))
    write_atomically(str(tmp_path / "f"), NEW, 0o600)
    assert (tmp_path / "f").read_bytes() == NEW


@pytest.mark.parametrize(
    ("there", "expected", "is_written"),
    [
        (OLD, OLD, True),
        (OLD, b"other", False),
        (OLD, None, False),
        (None, None, True),
        (None, OLD, False),
        (None, b"", False),
        (b"", b"", True),
        (b"", None, False),
    ],
)
def test_what_is_expected_must_be_there(
    tmp_path: Path, there: bytes | None, expected: bytes | None, is_written: bool
) -> None:
    place = tmp_path / "f"
    if there is not None:
        place.write_bytes(there)
    if is_written:
        write_atomically(str(place), NEW, 0o600, expected)
        assert place.read_bytes() == NEW
    else:
        with pytest.raises(Changed):
            write_atomically(str(place), NEW, 0o600, expected)
        assert (place.read_bytes() if place.exists() else None) == there
    assert set(entries(tmp_path)) <= {"f"}


def test_a_change_while_the_new_file_is_written_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "f"
    place.write_bytes(OLD)
    sync = os.fsync

    def change(descriptor: int) -> None:
        place.write_bytes(b"by an editor")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", change)
    with pytest.raises(Changed):
        write_atomically(str(place), NEW, 0o600, OLD)
    assert place.read_bytes() == b"by an editor"
    assert entries(tmp_path) == ["f"]


def link(place: Path) -> None:
    place.symlink_to(place.parent / "target")


def dangling(place: Path) -> None:
    place.symlink_to("nowhere")


def hard(place: Path) -> None:
    os.link(place.parent / "target", place)


@pytest.mark.parametrize("make", [link, dangling, hard, Path.mkdir, os.mkfifo])
@pytest.mark.parametrize("late", [False, True])
def test_what_is_not_a_plain_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None], late: bool
) -> None:
    (tmp_path / "target").write_bytes(OLD)
    place = tmp_path / "f"
    if late:  # it comes into being while the new file is written
        monkeypatch.setattr(os, "fsync", lambda _: make(place))
    else:
        make(place)
    with pytest.raises(NotReplaceable) as caught:
        write_atomically(str(place), NEW, 0o600)
    assert str(tmp_path) not in str(caught.value)
    assert (tmp_path / "target").read_bytes() == OLD
    assert entries(tmp_path) == ["f", "target"]


@pytest.mark.parametrize("name", ["write", "fsync", "fchmod", "replace"])
@pytest.mark.parametrize("there", [False, True])
def test_a_failure_leaves_the_old_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, there: bool
) -> None:
    place = tmp_path / "f"
    if there:
        place.write_bytes(OLD)

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, name, fail)
        with pytest.raises(OSError, match="No space left"):
            write_atomically(str(place), NEW, 0o600)
    assert entries(tmp_path) == ["f"] * there
    assert not there or place.read_bytes() == OLD


def test_a_disk_that_fills_up_half_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    calls: list[int] = []

    def fill(descriptor: int, data: memoryview) -> int:
        calls.append(len(data))
        if len(calls) > 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, bytes(data[:1000]))

    monkeypatch.setattr(os, "write", fill)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(str(tmp_path / "f"), NEW, 0o600)
    assert entries(tmp_path) == []


def test_a_write_of_nothing_is_no_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "write", lambda *_: 0)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        write_atomically(str(tmp_path / "f"), NEW, 0o600)


def test_an_interruption_removes_the_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(str(tmp_path / "f"), NEW, 0o600)
    assert entries(tmp_path) == []


@pytest.mark.parametrize(
    ("code", "is_raised"), [(errno.EINVAL, False), (errno.ENOTSUP, False), (errno.EIO, True)]
)
def test_a_directory_that_cannot_be_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, is_raised: bool
) -> None:
    sync = os.fsync

    def fail(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(code, os.strerror(code))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fail)
    if is_raised:
        with pytest.raises(OSError, match=os.strerror(code)):
            write_atomically(str(tmp_path / "f"), NEW, 0o600)
    else:
        write_atomically(str(tmp_path / "f"), NEW, 0o600)
    assert (tmp_path / "f").read_bytes() == NEW


def test_the_order_of_the_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []

    def record(name: str) -> None:
        real = getattr(os, name)

        def call(*arguments: object, **named: object) -> object:
            what = name
            if name == "fsync":
                what += " folder" if stat.S_ISDIR(os.fstat(arguments[0]).st_mode) else " file"  # type: ignore[arg-type]
            steps.append(what)
            return real(*arguments, **named)

        monkeypatch.setattr(os, name, call)

    for name in ("write", "fsync", "fchmod", "close", "replace"):
        record(name)
    write_atomically(str(tmp_path / "f"), b"x", 0o644, None)
    assert steps == ["write", "fsync file", "fchmod", "close", "replace", "fsync folder", "close"]


def test_until_it_is_complete_the_new_file_is_closed_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: seen.append(os.fstat(descriptor).st_mode & 0o777))
    old = os.umask(0)
    try:
        write_atomically(str(tmp_path / "f"), NEW, 0o644)
    finally:
        os.umask(old)
    assert seen[0] == 0o600


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give files away")
def test_the_owner_stays() -> None:
    with open_folder() as folder:
        place = folder / "f"
        place.write_bytes(OLD)
        os.chown(place, 65534, 65534)
        write_atomically(str(place), NEW, 0o600)
        assert (place.stat().st_uid, place.stat().st_gid) == (65534, 65534)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs two users")
def test_a_file_of_somebody_else_is_not_taken_over() -> None:
    with open_folder() as folder:
        place = folder / "f"
        place.write_bytes(OLD)
        folder.chmod(0o777)
        with as_a_guest(), pytest.raises(PermissionError):
            write_atomically(str(place), NEW, 0o600)
        assert place.read_bytes() == OLD
        assert entries(folder) == ["f"]


def test_a_read_only_directory() -> None:
    with open_folder() as folder:
        (folder / "f").write_bytes(OLD)
        folder.chmod(0o555)
        with as_a_guest(), pytest.raises(PermissionError):
            write_atomically(str(folder / "f"), NEW, 0o600)
        assert (folder / "f").read_bytes() == OLD
        assert entries(folder) == ["f"]
        folder.chmod(0o755)


def killed_at(name: str, before: bool, work: Callable[[], None]) -> bool:
    """Runs `work` in a process that kills itself just before or after the first call of `os.<name>`."""
    child = os.fork()
    if child == 0:
        real = getattr(os, name)

        def kill(*arguments: object, **named: object) -> object:
            if not before:
                if name == "write":
                    real(arguments[0], bytes(arguments[1])[:5_000])  # type: ignore[arg-type]
                else:
                    real(*arguments, **named)
            os.kill(os.getpid(), signal.SIGKILL)
            return None

        try:
            setattr(os, name, kill)
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("name", ["open", "write", "fsync", "fchmod", "close", "replace"])
@pytest.mark.parametrize("old", [OLD, None])
def test_killed_at_any_step_the_file_is_old_or_new(
    tmp_path: Path, name: str, before: bool, old: bytes | None
) -> None:
    place = tmp_path / "f"
    if old is not None:
        place.write_bytes(old)
        place.chmod(0o644)
    assert killed_at(name, before, lambda: write_atomically(str(place), NEW, 0o600))
    found = place.read_bytes() if place.exists() else None
    assert found in (old, NEW)
    assert (found == NEW) == (name == "replace" and not before)
    for left in tmp_path.glob(".binlint-*"):
        assert mode_of(left) & 0o077 == 0
    remove_leftovers(str(tmp_path))
    assert set(entries(tmp_path)) <= {"f"}


def test_only_leftovers_are_removed(tmp_path: Path) -> None:
    leftover = ".binlint-0123456789abcdef.tmp"
    (tmp_path / leftover).touch()
    kept = [".binlint-1.tmp", ".binlint.lock", "a.tmp", f"x{leftover}", f"{leftover}.py"]
    for name in kept:
        (tmp_path / name).touch()
    (tmp_path / ".binlint-aaaaaaaaaaaaaaaa.tmp").mkdir()
    (tmp_path / ".binlint-bbbbbbbbbbbbbbbb.tmp").symlink_to("a.tmp")
    remove_leftovers(str(tmp_path))
    links = [".binlint-aaaaaaaaaaaaaaaa.tmp", ".binlint-bbbbbbbbbbbbbbbb.tmp"]
    assert entries(tmp_path) == sorted([*kept, *links])
    remove_leftovers(str(tmp_path / "nowhere"))


HOLDER = """
import sys, time
from binlint.fixing import atomic
if sys.argv[2] == "file":
    atomic._try_lock = atomic._try_lock_file
with atomic.locked(sys.argv[1]):
    print("in", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("way", ["flock", "file"])
def test_a_lock_keeps_others_out_and_falls_with_its_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    if way == "file":
        monkeypatch.setattr(atomic, "_try_lock", atomic._try_lock_file)
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path), way], stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"in\n"
        start = time.monotonic()
        with pytest.raises(Busy, match="another run"), locked(str(tmp_path), 0.2):
            raise AssertionError
        assert 0.2 <= time.monotonic() - start < 5
    finally:
        holder.kill()
        holder.communicate()
    if way == "file":
        assert entries(tmp_path) == [".binlint.lock"]
        (tmp_path / ".binlint.lock").unlink()
    with locked(str(tmp_path), 0.2):
        pass
    assert entries(tmp_path) == []


def test_a_lock_may_be_entered_again_and_is_free_afterwards(tmp_path: Path) -> None:
    with locked(str(tmp_path)):
        with locked(str(tmp_path / "." / "..") + f"/{tmp_path.name}", 0.1):
            pass
        assert entries(tmp_path) == []
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), locked(str(tmp_path), 0.1):
            raise ZeroDivisionError


def test_where_directories_cannot_be_locked_there_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))

    monkeypatch.setattr(atomic.fcntl, "flock", fail)
    with locked(str(tmp_path)):
        assert entries(tmp_path) == [".binlint.lock"]
        assert mode_of(tmp_path / ".binlint.lock") == 0o600
    assert entries(tmp_path) == []
    (tmp_path / ".binlint.lock").touch()
    with pytest.raises(Busy, match=r"\.binlint\.lock"), locked(str(tmp_path), 0.05):
        raise AssertionError
