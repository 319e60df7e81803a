"""Hostile files of every kind: what is beside them is found on its line and hidden, nothing hangs or crashes."""

from __future__ import annotations

import io
import json
import os
import pickle
import re
import sqlite3
import struct
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from fresh_values import fresh_key
from hostile import FULL, Run, exposed, run

Make = Callable[[str], bytes]
_STYLES = ("full", "concise", "json", "sarif", "github")


def _look(folder: Path, *arguments: str) -> Run:
    result = run([*(arguments or FULL), "."], folder)
    assert not re.search("Traceback|internal error|failed on it|died", result.text), result.text[-2000:]
    return result


def _zip(members: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return stream.getvalue()


def _database(key: str) -> bytearray:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.db")
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE t (exchange, api_key)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", [("binance", key)] * 3)
        connection.commit()
        connection.close()
        return bytearray(path.read_bytes())


def _page_loop(key: str) -> bytes:
    """A root page that is its own child."""
    data = _database(key)
    size = int.from_bytes(data[16:18], "big")
    loop = bytearray(size)
    loop[:14] = struct.pack(">BHHHBIH", 5, 0, 1, 0, 0, 2, 100)
    loop[100:104] = struct.pack(">I", 2)
    return bytes(data[:size] + loop + data[size:])


def _alias_bomb(key: str) -> bytes:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    return "\n".join([*lines, f"binance_api_key: {key}", ""]).encode()


def _reader(text: str) -> Make:
    return lambda key: text.replace("VALUE", key).encode("utf-8", "surrogatepass")


HOSTILE: dict[str, Make] = {
    "nested.json": _reader("[" * 100_000 + '{"binance_api_key": "VALUE"}' + "]" * 100_000),
    "open.json": _reader('{"a": ' * 50_000 + '\n"binance_api_key": "VALUE"'),
    "slashes.json": _reader('{"a": "' + "\\\\" * 200_000 + '",\n"binance_api_key": "VALUE"}'),
    "same.json": _reader("{" + '"binance_api_key": 1,\n' * 20_000 + '"binance_api_key": "VALUE"}'),
    "surrogates.json": _reader('{"binance_api_key\\ud800": "VALUE", "\\udfff": "\\ud800"}'),
    "escapes.json": _reader('{"binance_api_key\\u001b[31m\\u202e\\n::x::": "VALUE"}'),
    "bomb.yaml": _alias_bomb,
    "cyclic.yaml": _reader("a: &a\n  b: *a\n  <<: *a\nbinance_api_key: VALUE\n"),
    "deep.yaml": _reader("- " * 20_000 + "x\n---\nbinance_api_key: VALUE\n"),
    "tags.yaml": _reader("%TAG !a! b\n" * 5_000 + "---\nbinance_api_key: VALUE\n"),
    "control.yaml": _reader("a: \x07\x1b\nbinance_api_key: VALUE\n"),
    "dots.toml": _reader("a" + ".a" * 100_000 + ' = 1\nbinance_api_key = "VALUE"\n'),
    "arrays.toml": _reader("a = " + "[" * 20_000 + '\nbinance_api_key = "VALUE"\n'),
    "quotes.toml": _reader("a = " + '"' * 20_001 + '\nbinance_api_key = "VALUE"\n'),
    "quotes.env": _reader("A='" * 20_001 + "\nBINANCE_API_KEY=VALUE\n"),
    "returns.env": _reader("A=1\r" * 2_000 + "BINANCE_API_KEY=VALUE\r"),
    "feeds.ini": _reader("[a]\n\x0cb = 1\n\x0b\u2028\nbinance_api_key = VALUE\n"),
    "brackets.ini": _reader("[" * 100_000 + "\n[binance]\napi_key = VALUE\n"),
    "tags.xml": _reader("<" * 200_000 + '\n<add key="binance_api_key" value="VALUE"/>\n'),
    "spaces.csv": _reader("a" + "," * 3_000 + "\n" + " " * 300_000 + "\nbinance api key: VALUE\n"),
    "wide.log": lambda key: ("\ufeff\u4e2d\nbinance api key: " + key + "\n").encode("utf-16-le"),
    "loop.db": _page_loop,
    "cut.db": lambda key: bytes(_database(key)[:-40]),
    "deep.pkl": lambda key: (
        b"\x80\x04" + b"(" * 100_000 + pickle.dumps({"binance_api_key": key}, 4)[2:-1] + b"."
    ),
    "cyclic.pkl": lambda key: (
        b"\x80\x04]\x94h\x00a}\x94(\x8c\x0fbinance_api_key\x8c\x40" + key.encode() + b"ua."
    ),
    "paths.zip": lambda key: _zip(
        [
            ("../../up.env", f"BINANCE_API_KEY={key}\n".encode()),
            ("/etc/passwd", b"x"),
            ("a\n::error::\x1b[31m.env", b"A=1\n"),
            ("C:\\a.env", b"A=1\n"),
        ]
    ),
    "cut.zip": lambda key: _zip([("a.env", f"BINANCE_API_KEY={key}\n".encode())])[:-30],
    "noise.pyc": lambda key: (
        b"\xa7\r\r\n" + b"\0" * 12 + b"(" * 5_000 + b"z\x40" + key.encode() + b"\xff" * 9
    ),
}
_UNREADABLE = {"cut.zip"}  # without its directory an archive is nothing
_LINES = re.compile(r"\r\n|\r|\n")
_OF_BYTES = (".db", ".pkl", ".zip", ".pyc", ".log")


def _spots(result: Run) -> set[tuple[str, int]]:
    return {
        (found["path"], found["line"])
        for found in json.loads(result.out)["findings"]
        if found["code"] != "BIN901"
    }


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("kinds")
    keys = {name: fresh_key() for name in HOSTILE}
    for name, make in HOSTILE.items():
        (folder / name).write_bytes(make(keys[name]))
    return folder, keys


def test_each_is_found_where_it_stands(scanned: tuple[Path, dict[str, str]]) -> None:
    folder, keys = scanned
    spots = _spots(_look(folder, "--isolated", "--output-format", "json"))
    wanted = set()
    for name in HOSTILE.keys() - _UNREADABLE:
        text = "" if name.endswith(_OF_BYTES) else (folder / name).read_bytes().decode("utf-8", "replace")
        numbers = [number for number, line in enumerate(_LINES.split(text), 1) if keys[name] in line]
        wanted.add((name, numbers[0] if numbers else 2 if name == "wide.log" else 1))
    assert wanted - spots == set()


@pytest.mark.parametrize("style", _STYLES)
def test_none_is_shown(style: str, scanned: tuple[Path, dict[str, str]]) -> None:
    folder, keys = scanned
    result = _look(folder, "--isolated", "--output-format", style, "-v")
    assert result.code == 1
    assert exposed(result.text, keys.values()) == []
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", result.text)


def test_twice_the_same(scanned: tuple[Path, dict[str, str]]) -> None:
    folder, _ = scanned
    first, second = (_look(folder, "--isolated", "--output-format", "json") for _ in range(2))
    assert first.out == second.out


def test_nothing_is_followed_and_nothing_waits(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    (inside / ".env").mkdir(parents=True)
    key, other = fresh_key(), fresh_key()
    (outside / "a.env").write_text(f"BINANCE_API_KEY={other}\n", encoding="utf-8")
    (inside / ".env.local").symlink_to("../outside/a.env")
    (inside / "folder").symlink_to("../outside")
    (inside / "loop.yaml").symlink_to("loop.yaml")
    for suffix in ("env", "json", "db", "zip", "pyc", "ipynb", "log"):
        os.mkfifo(inside / f"pipe.{suffix}")
    (inside / ".env" / "b.env").write_text(f"BINANCE_API_KEY={key}\n", encoding="utf-8")
    result = _look(inside)
    assert result.spots(".env/b.env") == {(1, "BIN101")}
    assert len(re.findall(": error BIN", result.text)) == 1
    assert exposed(result.text, [key, other]) == []
    assert sorted(path.name for path in outside.iterdir()) == ["a.env"]


def test_names_that_trick_terminals(tmp_path: Path) -> None:
    names = [b"a\nb.env", b"\x1b[31m.json", b"\xff\xfe.yaml", "\u202ecod.txt".encode(), b"::error::x.toml"]
    keys = [fresh_key() for _ in names]
    for name, key in zip(names, keys, strict=True):
        with open(os.path.join(os.fsencode(tmp_path), name), "wb") as file:
            file.write(
                f'binance_api_key: "{key}"\n'.replace(": ", "=" if name.endswith(b"toml") else ": ").encode()
            )
    for style in _STYLES:
        result = _look(tmp_path, "--isolated", "--output-format", style, "-v")
        assert result.code == 1
        assert exposed(result.text, keys) == []
        assert not re.search("[\x00-\x08\x0b-\x1f\u202e]", result.text)


def test_a_bomb_in_an_archive(tmp_path: Path) -> None:
    key = fresh_key()
    members = [("a.env", f"BINANCE_API_KEY={key}\n".encode()), ("b.txt", b"\0" * 200_000_000)]
    (tmp_path / "a.zip").write_bytes(_zip(members))
    result = _look(tmp_path)
    assert len(result.spots("a.zip")) == 1
    assert exposed(result.text, [key]) == []


def test_many_members_of_one_name(tmp_path: Path) -> None:
    key = fresh_key()
    with pytest.warns(UserWarning, match="Duplicate"):
        data = _zip([("a.env", f"BINANCE_API_KEY={key}\n".encode())] + [("a.env", b"A=1\n")] * 4_000)
    (tmp_path / "a.zip").write_bytes(data)
    assert len(_look(tmp_path).spots("a.zip")) == 1
