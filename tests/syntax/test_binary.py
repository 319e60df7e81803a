"""Databases, pickles and other binary files: what is found in them, what it is called, and that none hurts."""

from __future__ import annotations

import base64
import dbm.dumb
import marshal
import pickle
import random
import secrets
import shelve
import sqlite3
import struct
import time
import zlib
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fresh_values import fresh_key
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from binlint.facts import Facts
from binlint.names import read_name
from binlint.syntax.binary import compile_binary, may_hold
from binlint.syntax.pickled import looks_like_pickle, read_pickles
from binlint.syntax.sqlite import columns

ENCODINGS = ("UTF-8", "UTF-16le", "UTF-16be")
PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
LIMIT = 20  # seconds; the slowest takes two
Statement = str | tuple[str, tuple[Any, ...]]
repeatable = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., bytes]:
    def make(*statements: Statement, before: Iterable[str] = (), after: Iterable[str] = ()) -> bytes:
        path = tmp_path_factory.mktemp("database") / "some.db"
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("pragma secure_delete = off")
        for statement in (*before, "begin", *statements, "commit", *after):
            connection.execute(*([statement] if isinstance(statement, str) else statement))
        connection.close()
        return path.read_bytes()

    return make


def read(data: bytes) -> Facts:
    return compile_binary("some/file", data)


def named(data: bytes) -> dict[str, str]:
    """Every value that is found, with its name. Each stands where its place says, and the byte filter agrees."""
    facts = read(data)
    found = {str(slot.value.value): slot.name for slot in facts.slots}  # type: ignore[union-attr]
    found.update((mention.value, mention.name) for mention in facts.mentions)
    assert len(found) == len(facts.slots) + len(facts.mentions)
    assert [string.literal for string in facts.strings] == [slot.value for slot in facts.slots]
    for value, place in [(str(s.value.value), s.place) for s in facts.slots] + [  # type: ignore[union-attr]
        (m.value, m.place) for m in facts.mentions
    ]:
        assert place.line == place.end_line == 1
        raw = data[place.column - 1 : place.end_column - 1].replace(b"\0", b"")
        assert raw.decode().replace("\\u000a", "\n").replace("\\n", "\n") == value
    assert may_hold(data) or not found
    return found


# --- SQLite --------------------------------------------------------------------------------------

ACCOUNTS = "create table accounts (id integer primary key, exchange text, api_key text, api_secret text)"
INSERT = "insert into accounts (exchange, api_key, api_secret) values (?, ?, ?)"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_tells_the_rows_of_exchanges_apart(database: Callable[..., bytes], encoding: str) -> None:
    ours, theirs = (fresh_key(), fresh_key()), (fresh_key(), fresh_key())
    rows = [(INSERT, ("binance", *ours)), (INSERT, ("kraken", *theirs))]
    data = database(ACCOUNTS, *rows, before=[f"pragma encoding = '{encoding}'"])
    assert named(data) == {
        ours[0]: "binance.accounts.api_key",
        ours[1]: "binance.accounts.api_secret",
        theirs[0]: "kraken.accounts.api_key",
        theirs[1]: "kraken.accounts.api_secret",
    }
    facts = read(data)
    assert facts.company == ("the file speaks of Binance",)
    assert {region.text for region in facts.regions} == {"a row of accounts"}
    groups: dict[int, list[str]] = {}
    for slot in facts.slots:
        groups.setdefault(slot.group, []).append(slot.name.partition(".")[0])
    assert sorted(groups.values()) == [["binance"] * 2, ["kraken"] * 2]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_label_of_a_row_names_its_value(database: Callable[..., bytes], encoding: str) -> None:
    key, secret, other = fresh_key(), fresh_key(), fresh_key()
    insert = "insert into settings values (?, ?)"
    data = database(
        "create table settings (name text primary key, value text)",
        (insert, ("binance_api_key", key)),
        (insert, ("api_secret", secret)),
        (insert, ("csrf_token", other)),
        (insert, ("theme", "dark")),
        before=[f"pragma encoding = '{encoding}'"],
    )
    found = named(data)
    assert found[key] == "settings.binance_api_key"
    assert found[secret] == "settings.api_secret"
    assert read_name(found[other]).innocent


def test_name_of_a_column_comes_before_labels(database: Callable[..., bytes]) -> None:
    key = fresh_key()
    data = database("create table t (note, api_key)", ("insert into t values ('secret', ?)", (key,)))
    assert named(data) == {key: "t.api_key"}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_texts_in_texts(database: Callable[..., bytes], encoding: str) -> None:
    key, secret, loose = fresh_key(), fresh_key(), fresh_key()
    config = f'{{"名": "é😀", "apiKey": "{key}",\r\n "secret": "{secret}"}}'
    data = database(
        "create table configs (exchange, config, state)",
        ("insert into configs values ('kraken', ?, 'active')", (config,)),
        ("insert into configs values ('Binance', ?, 'active')", (f"BINANCE_KEY={loose}",)),
        before=[f"pragma encoding = '{encoding}'"],
    )
    assert named(data) == {key: "kraken.apiKey", secret: "kraken.secret", loose: "BINANCE_KEY"}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("size", [512, 4096, 65536])
def test_finds_rows_of_large_tables(database: Callable[..., bytes], encoding: str, size: int) -> None:
    wanted = {number: (fresh_key(), fresh_key()) for number in (0, 311, 640, 999)}
    rows: list[Statement] = [ACCOUNTS, "create table trades (id integer primary key, symbol, hash)"]
    for number in range(1_000):
        pair = wanted.get(number, ("", None))
        rows.append((INSERT, ("binance" if number in wanted else "kraken", *pair)))
        rows.append(("insert into trades (symbol, hash) values ('BTCUSDT', ?)", (secrets.token_hex(32),)))
    data = database(*rows, before=[f"pragma encoding = '{encoding}'", f"pragma page_size = {size}"])
    expected = {}
    for key, secret in wanted.values():
        expected |= {key: "binance.accounts.api_key", secret: "binance.accounts.api_secret"}
    assert named(data) == expected


def test_wide_table_whose_statement_overflows(database: Callable[..., bytes]) -> None:
    names = [f"some_column_with_a_long_name_{number}" for number in range(400)]
    names[217] = "binance_secret_key"
    key = fresh_key()
    values = ["x" if name != "binance_secret_key" else key for name in names]
    marks = ", ".join("?" * len(names))
    data = database(
        f"create table wide ({', '.join(f'{n} text default (1)' for n in names)})",
        (f"insert into wide values ({marks})", tuple(values)),
        before=["pragma page_size = 4096"],
    )
    assert named(data) == {key: "wide.binance_secret_key"}


def test_without_rowid(database: Callable[..., bytes]) -> None:
    keys = [fresh_key() for _ in range(100)]
    rows = [("insert into vault values (?, ?, ?)", (key, f"account {i}", i)) for i, key in enumerate(keys)]
    data = database(
        "create table vault (api_secret text, label text, i int, primary key (i, label)) without rowid",
        *rows,
        before=["pragma page_size = 1024"],
    )
    assert named(data) == dict.fromkeys(keys, "vault.api_secret")


def test_index_says_nothing_twice(database: Callable[..., bytes]) -> None:
    keys = [fresh_key() for _ in range(50)]
    rows = [("insert into t (api_key) values (?)", (key,)) for key in keys]
    data = database("create table t (id integer primary key, api_key text unique)", *rows)
    assert named(data) == dict.fromkeys(keys, "t.api_key")


@pytest.mark.parametrize("after", [(), ("vacuum",)])
def test_deleted_rows(database: Callable[..., bytes], after: tuple[str, ...]) -> None:
    rows = [(fresh_key(), fresh_key()) for _ in range(8)]
    data = database(
        ACCOUNTS,
        *[(INSERT, ("binance", *row)) for row in rows],
        "delete from accounts where id in (2, 5)",
        after=after,
    )
    gone = {value for row in (rows[1], rows[4]) for value in row}
    found = named(data)
    assert {value for row in rows for value in row} - set(found) == (gone if after else set())
    assert all(name.startswith("binance.accounts.api_") for name in found.values())


def test_dropped_table(database: Callable[..., bytes]) -> None:
    row = (fresh_key(), fresh_key())
    data = database(ACCOUNTS, (INSERT, ("binance", *row)), after=["drop table accounts"])
    assert set(named(data)) == set(row)


def test_pickles_in_blobs(database: Callable[..., bytes]) -> None:
    key, other = fresh_key(), fresh_key()
    value = pickle.dumps({"api_key": key, "n": 1})
    data = database(
        "create table unnamed (key text primary key, value blob)",
        ("insert into unnamed values ('binance', ?)", (value,)),
        ("insert into unnamed values ('api_secret', ?)", (other.encode(),)),
    )
    assert named(data) == {key: "binance.unnamed.value.api_key", other: "unnamed.api_secret"}


def test_private_keys_in_rows(database: Callable[..., bytes]) -> None:
    pem = fresh_pem()
    data = database("create table k (exchange, private_key)", ("insert into k values ('binance', ?)", (pem,)))
    assert named(data) == {pem: "binance.k.private_key"}


def fresh_pem() -> str:
    der = bytes.fromhex("302e020100300506032b657004220420") + secrets.token_bytes(32)
    return f"-----BEGIN PRIVATE KEY-----\n{base64.b64encode(der).decode()}\n-----END PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("create table t (a, b)", ("a", "b")),
        ('CREATE TABLE "x(y" ("a b" text, [c,d] int, `e` real, f)', ("a b", "c,d", "e", "f")),
        ("create table t (a decimal(10, 2) check (a in (1, 2)), b -- c, d\n, e /* f, */)", ("a", "b", "e")),
        ("create table t (a, b, constraint c unique (a, b), foreign key (a) references u (x))", ("a", "b")),
        ("create table t (a, b as (a + 1), c generated always as (a) stored)", ("a", "c")),
        ("create table t (a, b text primary key) without rowid", ("b", "a")),
        ("create table t (a, b, c, primary key (c, b)) without rowid, strict", ("c", "b", "a")),
        ("create unique index i on t (a, b desc) where a > (1)", ("a", "b")),
        ("create virtual table t using fts5(a, b)", ("a", "b")),
        ("create table t (a, 'it''s', b", ("a", "it''s", "b")),
        ("", ()),
        ("create table t", ()),
        (")(,)((", ()),
    ],
)
def test_columns(sql: str, expected: tuple[str, ...]) -> None:
    assert columns(sql) == expected


def test_harmless_rows(database: Callable[..., bytes]) -> None:
    insert = "insert into trades (symbol, order_id, client, hash, image) values (?, ?, ?, ?, ?)"
    rows = [
        (
            insert,
            ("BTCUSDT", i, f"web_{secrets.token_hex(16)}", secrets.token_hex(32), secrets.token_bytes(99)),
        )
        for i in range(500)
    ]
    data = database(
        "create table trades (id integer primary key, symbol, order_id, client, hash, image)", *rows
    )
    assert named(data) == {}
    assert not may_hold(data)
    assert not read(data).has_material


# --- pickles -------------------------------------------------------------------------------------


@dataclass
class Account:
    exchange: str
    api_key: str
    api_secret: str


class Slotted:
    __slots__ = ("binance_key",)

    def __init__(self, key: str) -> None:
        self.binance_key = key


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_names_in_pickles(protocol: int) -> None:
    keys = [fresh_key() for _ in range(9)]
    data = pickle.dumps(
        {
            "binance": {"apiKey": keys[0], "options": {"secret": keys[1]}},
            "kraken": {"apiKey": keys[2]},
            "pairs": [("api_key", keys[3]), ("secret_key", keys[4])],
            "account": Account("binance", keys[5], keys[6]),
            "ordered": OrderedDict([("apiKey", keys[7])]),
            "count": [1, 2.5, None, True, 10**30, b"\xff", {1, 2}],
            "bytes": {"api_secret": keys[8].encode()},
        },
        protocol,
    )
    assert named(data) == {
        keys[0]: "binance.apiKey",
        keys[1]: "binance.options.secret",
        keys[2]: "kraken.apiKey",
        keys[3]: "pairs.api_key",
        keys[4]: "pairs.secret_key",
        keys[5]: "binance.account.api_key",
        keys[6]: "binance.account.api_secret",
        keys[7]: "ordered.apiKey",
        keys[8]: "bytes.api_secret",
    }
    assert [region.text for region in read(data).regions] == ["inside a pickle"]


@pytest.mark.parametrize("protocol", PROTOCOLS[2:])
def test_slots_of_objects(protocol: int) -> None:
    key = fresh_key()
    assert named(pickle.dumps([Slotted(key)], protocol)) == {key: "binance_key"}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_shared_texts_and_cycles(protocol: int) -> None:
    key = fresh_key()
    inner: dict[str, Any] = {"apiKey": key}
    inner["self"] = [inner, (inner,)]
    assert named(pickle.dumps({"first": inner, "second": inner}, protocol)) in (
        {key: "first.apiKey"},
        {key: "second.apiKey"},
    )


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_private_keys_in_pickles(protocol: int) -> None:
    pem = fresh_pem()
    assert named(pickle.dumps({"binance": {"pem": pem}}, protocol)) == {pem: "binance.pem"}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_settings_as_text_in_pickles(protocol: int) -> None:
    key = fresh_key()
    assert named(pickle.dumps(["kraken", f'{{"apiKey": "{key}"}}'], protocol)) == {key: "kraken.apiKey"}


def test_classes_are_company() -> None:
    key = fresh_key()
    body = b"\x80\x02cbinance.client\nClient\n)\x81}X\x07\0\0\0API_KEYX\x40\0\0\0" + key.encode() + b"sb."
    assert named(body) == {key: "binance.client.Client.API_KEY"}
    assert read(body).company == ("the file speaks of Binance",)


def test_several_pickles_in_a_file() -> None:
    keys = [fresh_key() for _ in range(3)]
    data = b"".join(pickle.dumps({"api_key": key}) + b"\0" * 100 for key in keys)
    assert named(data) == dict.fromkeys(keys, "api_key")


def test_shelve(tmp_path: Path) -> None:
    keys = {"binance": fresh_key(), "other": fresh_key()}
    with shelve.Shelf(dbm.dumb.open(str(tmp_path / "shelf"), "n")) as shelf:
        for name, key in keys.items():
            shelf[name] = {"api_key": key}
    assert named((tmp_path / "shelf.dat").read_bytes()) == dict.fromkeys(keys.values(), "api_key")


@pytest.mark.parametrize("module", ["dbm.gnu", "dbm.ndbm", "dbm.sqlite3"])
def test_shelves_of_other_libraries(module: str, tmp_path: Path) -> None:
    library = pytest.importorskip(module)
    key = fresh_key()
    with shelve.Shelf(library.open(str(tmp_path / "shelf"), "n")) as shelf:
        shelf["account"] = {"api_key": key, "n": list(range(50))}
    found = {}
    for path in tmp_path.iterdir():
        found |= named(path.read_bytes())
    assert set(found) == {key}
    assert found[key].endswith("api_key")


def test_harmless_pickles() -> None:
    trades = [{"id": secrets.token_hex(32), "orderId": i, "symbol": "BTCUSDT"} for i in range(500)]
    floats = array("d", [random.random() for _ in range(5_000)])
    for protocol in PROTOCOLS:
        assert named(pickle.dumps([trades, floats], protocol)) == {}


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x04" + b"(" * 1_000_000,
        b"\x80\x04" + b"(" * 200_000 + b"t" * 200_000 + b".",
        b"\x80\x04}" + b"2" * 300_000,
        b"\x80\x04]\x94" + b"h\0a" * 200_000 + b".",
        b"\x80\x04)" + b"\x85" * 300_000 + b".",
        b"\x80\x04)" + b"2\x86" * 150_000 + b".",
        b"\x80\x04" + b"0" * 100_000 + b"sutleaRbd\x93\x92oQ" * 10_000 + b".",
        b"\x80\x04L" + b"9" * 3_000_000 + b"L\n.",
        b"\x80\x04\x8d" + b"\xff" * 8 + b"x",
        b"\x80\x04r\xff\xff\xff\xff" * 100_000 + b".",
        b"(dp" + b"9" * 1_000_000 + b"\n.",
        b"c" + b"x" * 1_000_000 + b"\n" + b"y" * 1_000_000 + b"\n.",
        b"\x80\x04." * 300_000,
    ],
)
def test_hostile_pickles(data: bytes) -> None:
    key = fresh_key().encode()
    begun = time.monotonic()
    named(data)
    named(data[:-1] + b"\x8c\x40" + key + b"\x94.")
    named(b"\x80\x04}\x8c\x07api_key\x8c\x40" + key + b"s" + data[2:])
    assert time.monotonic() - begun < LIMIT


def test_runs_nothing() -> None:
    data = b"\x80\x02cos\nabort\n)R."
    assert looks_like_pickle(data)
    assert read_pickles(data).names == ("os.abort",)


# --- any file ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        (b"\x82\xa6apiKey\xd9@", b"\xa6secret", "apiKey"),  # MessagePack
        (b"\n\x07binance\x12\x06apiKey\x1a@", b"2\x04", "binance.apiKey"),  # Protocol Buffers
        (b"\x02api_secret\0\x41\0\0\0", b"\0\0", "api_secret"),  # BSON
        (b"t\0\x09secretKeyt\0@", b"t\0\x03abc", "secretKey"),  # Java
        (b"\0\0config: api_key = ", b"\n\0\0", "api_key"),
        (b'\0\0{"apiKey": "', b'"}\0\0', "apiKey"),
        (b"\xff\0\x01", b"\0\xff", ""),
        (b"", b"", ""),
    ],
)
def test_key_in_any_file(before: bytes, after: bytes, name: str) -> None:
    key = fresh_key()
    noise = b"\x01\x02\xf0\0"
    data = noise + before + key.encode() + after + noise
    assert named(data) == {key: name}
    assert [region.text for region in read(data).regions] == ["inside a binary file"]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("shift", [0, 1])
def test_wide_text_in_any_file(codec: str, shift: int) -> None:
    key, pem = fresh_key(), fresh_pem()
    text = f'api_key="{key}"\r\n{pem}'
    facts = read(b"\xfe" * shift + b"\xff\xff" + text.encode(codec) + b"\xff\xff")
    assert [mention.value for mention in facts.mentions] == [key, pem.strip()]
    assert facts.mentions[0].name == "api_key"


def test_compiled_python() -> None:
    key, secret = fresh_key(), fresh_key()
    source = f"import binance\nAPI_KEY = {key!r}\ndef f():\n    return Client({key!r}, {secret!r})\n"
    data = b"\xa7\r\r\n" + b"\0" * 12 + marshal.dumps(compile(source, "x.py", "exec"))
    assert set(named(data)) == {key, secret}
    assert read(data).company


def test_private_key_in_any_file() -> None:
    pem = fresh_pem()
    assert list(named(b"\x7fELF\0\0" + pem.encode() + b"\0\0")) == [pem.strip()]


def test_certificates_are_no_keys() -> None:
    body = "\n".join(fresh_key() for _ in range(20))
    pem = f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n".encode()
    assert named(b"\x7fELF\0\0" + pem + b"\0\0") == {}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        secrets.token_bytes(200_000),
        zlib.compress("".join(fresh_key() for _ in range(1_000)).encode()),
        base64.b64encode(secrets.token_bytes(100_000)),
        array("d", [i / 7 for i in range(20_000)]).tobytes(),
        array("q", range(20_000)).tobytes(),
        b"\0\1\0\0\0\x0f\0\x80\0\3\0\x70glyfheadhheahmtx" + bytes(range(256)) * 300,
        b"\0ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/\0" * 3,
        b"\0".join(secrets.token_hex(32).encode() for _ in range(500)),
    ],
)
def test_harmless_files(data: bytes) -> None:
    assert named(data) == {}


# --- damage --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def samples(database: Callable[..., bytes]) -> list[bytes]:
    rows = [(INSERT, ("binance", fresh_key(), fresh_key())) for _ in range(12)]
    delete = "delete from accounts where id in (2, 3, 7)"
    pages = ["pragma page_size = 512"]
    value = {"binance": {"apiKey": fresh_key(), "l": [Account("a", fresh_key(), fresh_pem())]}}
    return [
        database(ACCOUNTS, *rows, delete, before=pages),
        database(ACCOUNTS, *rows, delete, before=[*pages, "pragma encoding = 'UTF-16le'"]),
        *(pickle.dumps(value, protocol) for protocol in PROTOCOLS),
        b"\0\xff" + f'"apiKey": "{fresh_key()}" {fresh_pem()}'.encode() + b"\xff",
    ]


def test_truncated(samples: list[bytes]) -> None:
    for data in samples:
        for length in range(0, len(data), max(1, len(data) // 250)):
            read(data[:length])
            may_hold(data[:length])


@repeatable
@given(data=st.data())
def test_mutated(samples: list[bytes], data: st.DataObject) -> None:
    body = bytearray(samples[data.draw(st.integers(0, len(samples) - 1))])
    for _ in range(data.draw(st.integers(1, 30))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
        body = body or bytearray(b"x")
    begun = time.monotonic()
    read(bytes(body))
    may_hold(bytes(body))
    assert time.monotonic() - begun < 2


@repeatable
@given(st.binary(max_size=300), st.sampled_from([b"SQLite format 3\0", b"\x80\x04", b"(dp0\n", b""]))
def test_anything(tail: bytes, head: bytes) -> None:
    key = fresh_key().encode()
    read(head + tail + key)
    read(head + key + tail + b".")


@pytest.mark.parametrize("size", [512, 65536])
def test_hostile_database(size: int) -> None:
    """Every page is a leaf that is full of pointers to overlapping cells."""
    keys = [fresh_key().encode() for _ in range(20)]
    begun = time.monotonic()
    for kind in (0x0D, 0x05, 0x0A, 0x02):
        page = bytearray()
        count = size // 4
        page += struct.pack(">BHHHB", kind, 8, count, 0, 0) + b"\0\0\0\2"
        page += b"".join(struct.pack(">H", (i * 7 + size // 2) % 65536) for i in range(count))
        while len(page) < size:
            page += b"\x83\x60\x01\x05\x81\x0d\x81\x0d" + keys[len(page) % 20]
        header = (
            b"SQLite format 3\0" + struct.pack(">H", size % 65536 or 1) + b"\1\1\0\x40\x20\x20" + b"\0" * 76
        )
        data = (header + bytes(page))[:size] + bytes(page)[:size] * (500_000 // size)
        read(data)
        may_hold(data)
    assert time.monotonic() - begun < LIMIT


def test_many_heads_of_private_keys() -> None:
    begun = time.monotonic()
    for line in (b"-----BEGIN PRIVATE KEY-----", b"PRIVATE KEY-----", b"MC4CAQAwBQYDK2VwBCIEI"):
        read(b"\0" + line * (1_000_000 // len(line)))
        read(b"\0" + (line.decode() * (500_000 // len(line))).encode("utf-16-le"))
    assert time.monotonic() - begun < LIMIT


def test_large_database_without_keys_is_quick(database: Callable[..., bytes]) -> None:
    row = "insert into t select 'BTCUSDT', hex(randomblob(32)), value from n"
    data = database(
        "create table t (symbol, hash, n)",
        "create table n as with recursive c(value) as (select 1 union all select value + 1 from c limit 20000) "
        "select value from c",
        *[row] * 5,
    )
    assert len(data) > 8_000_000
    begun = time.monotonic()
    assert read(data).slots == ()
    assert time.monotonic() - begun < 5
