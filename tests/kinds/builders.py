"""Files that are no text, built of what a template says of them, with this interpreter and its library alone."""

from __future__ import annotations

import ast
import dbm.dumb
import importlib
import importlib.util
import inspect
import io
import marshal
import pickle
import secrets
import shelve
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

Files = dict[str, bytes]
Members = list[tuple[str, bytes]]

_DATE = (2026, 3, 5, 10, 20, 30)


def bytecode(path: str, source: str, *, optimize: int = -1, hashed: bool = False) -> bytes:
    """A .pyc of this interpreter, as if compiled from a file of the name that `path` has."""
    shown = PurePosixPath(path).name.partition(".")[0] + ".py"
    code = compile(source, shown, "exec", dont_inherit=True, optimize=optimize)
    head = struct.pack("<I8s", 1, b"\1" * 8) if hashed else struct.pack("<III", 0, 1_760_000_000, len(source))
    return importlib.util.MAGIC_NUMBER + head + marshal.dumps(code)


def library(name: str) -> str:
    """The source of a module of the standard library."""
    return inspect.getsource(importlib.import_module(name))


def database(script: str) -> bytes:
    """A SQLite database after a script."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "database"
        connection = sqlite3.connect(path)
        try:
            connection.executescript(f"begin;\n{script}\ncommit;")
        finally:
            connection.close()
        return path.read_bytes()


def pickled(literal: str, protocol: int) -> bytes:
    """The pickle of a Python literal."""
    return pickle.dumps(ast.literal_eval(literal), protocol)


def shelf(path: str, literal: str) -> Files:
    """A shelf of the plainest database module: the data at `path`, and the directory beside it."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "shelf"
        with dbm.dumb.open(str(place), "c") as store:
            opened: shelve.Shelf[object] = shelve.Shelf(store)  # type: ignore[arg-type]
            opened.update(ast.literal_eval(literal))
            opened.sync()
        stem = path.removesuffix(".dat")
        return {f"{stem}.{end}": place.with_suffix(f".{end}").read_bytes() for end in ("dat", "dir")}


def archive(members: Members, *, stored: bool = False) -> bytes:
    """A zip, wheel or egg."""
    target = io.BytesIO()
    method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(target, "w", method, compresslevel=1) as opened:
        for name, data in members:
            member = zipfile.ZipInfo(name, _DATE)
            member.compress_type = method
            member.external_attr = 0o644 << 16
            opened.writestr(member, data)
    return target.getvalue()


def locked_archive(members: Members) -> bytes:
    """A zip with one member under the traditional encryption, which `zipfile` reads but does not write."""
    ((name, data),) = members
    state = [0x12345678, 0x23456789, 0x34567890]
    table = [_crc_step(number) for number in range(256)]

    def update(byte: int) -> None:
        state[0] = (state[0] >> 8) ^ table[(state[0] ^ byte) & 0xFF]
        state[1] = ((state[1] + (state[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        state[2] = (state[2] >> 8) ^ table[(state[2] ^ (state[1] >> 24)) & 0xFF]

    for byte in secrets.token_bytes(9):  # the password
        update(byte)
    check = zlib.crc32(data)
    shown = bytearray()
    for byte in secrets.token_bytes(11) + bytes((check >> 24,)) + data:
        word = state[2] | 2
        shown.append(byte ^ (((word * (word ^ 1)) >> 8) & 0xFF))
        update(byte)
    title = name.encode()
    sizes = struct.pack("<IIIHH", check, len(shown), len(data), len(title), 0)
    common = struct.pack("<HHHHH", 20, 1, 0, 0x5000, 0x5865) + sizes
    local = b"PK\3\4" + common + title + bytes(shown)
    central = (
        b"PK\1\2" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0o644 << 16, 0) + title
    )
    return local + central + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)


def _crc_step(number: int) -> int:
    for _ in range(8):
        number = (number >> 1) ^ 0xEDB88320 if number & 1 else number >> 1
    return number
