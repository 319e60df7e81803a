"""Which bytes are worth a second look: a superset of every rule, and exact where it can be."""

from __future__ import annotations

import random
import re
import string
import subprocess
import sys
import time
from importlib.resources import files

import pytest

from binlint import candidates
from binlint.candidates import JUMP_PLAIN, JUMP_POSSESSIVE, find_run, is_candidate, may_matter, runs

ALPHANUMERIC = (string.ascii_letters + string.digits).encode()
SEPARATORS = b"\x00\xff_ \n\r\t-+/='\",.:;()[]{}\\%\x80\xa3"
LENGTHS = (0, 1, 2, 5, 30, 61, 62, 63, 64, 65, 66, 127, 128, 129, 130)
NAIVE = re.compile(rb"[A-Za-z0-9]{64,}")
CLEAN = b"import os\n\ndef price(finance):\n    return sum(finance)\n" * 40


def random_key(source: random.Random) -> bytes:
    return bytes(source.choices(ALPHANUMERIC, k=64))


def random_bytes(source: random.Random) -> bytes:
    parts: list[bytes] = []
    for _ in range(source.randrange(1, 7)):
        parts.append(bytes(source.choices(ALPHANUMERIC, k=source.choice(LENGTHS))))
        parts.append(bytes(source.choices(SEPARATORS, k=source.choice((0, 1, 1, 2, 70)))))
    return b"".join(parts)


def jump_forms() -> list[bytes]:
    return [JUMP_PLAIN, JUMP_POSSESSIVE] if sys.version_info >= (3, 11) else [JUMP_PLAIN]


@pytest.mark.parametrize("form", jump_forms())
def test_jump_agrees_with_the_naive_expression(form: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "_jump", re.compile(form).match)
    source = random.Random(20_261_122)
    for _ in range(20_000):
        data = random_bytes(source)
        expected = [match.span() for match in NAIVE.finditer(data)]
        assert list(runs(data)) == expected
        stop = find_run(data, 0)
        assert stop == expected[0][0] if expected else len(data) - stop < 64


@pytest.mark.parametrize("piece", [64, 65, 100, 129])
def test_pieces_lose_no_run(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "_PIECE", piece)
    source = random.Random(piece)
    for _ in range(2_000):
        data = random_bytes(source)
        assert list(runs(data)) == [match.span() for match in NAIVE.finditer(data)]


def test_key_is_candidate_at_any_offset_with_any_neighbour() -> None:
    source = random.Random(5)
    for offset in range(200):
        text = CLEAN[:offset]
        assert is_candidate(text + b"'" + random_key(source) + b"'" + CLEAN)
    for left in range(256):
        right = source.randrange(256)
        for data in (bytes([left]) + random_key(source), random_key(source) + bytes([left, right])):
            assert is_candidate(CLEAN + data + b"\n")
            assert is_candidate(CLEAN + data)


WIDE = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
NEEDED = {
    "import of binance": b"from binance.client import Client\n",
    "class of Binance": b"from trader import BinanceClient\n",
    "ccxt.binance": b"ccxt.binance({'secret': 'hunter2'})\n",
    "getattr": b"getattr(ccxt, 'binanceusdm')\n",
    "PEM": b'pem = """-----BEGIN PRIVATE KEY-----\n',
    "encrypted PEM": b"-----BEGIN ENCRYPTED PRIVATE KEY-----",
    "RSA PEM": b"-----BEGIN RSA PRIVATE KEY-----\\n",
    "bare Ed25519": b"k = 'MC4CAQAwBQYDK2VwBCIEI+/+/'\n",
}


@pytest.mark.parametrize("data", NEEDED.values(), ids=NEEDED.keys())
def test_every_necessary_condition_passes_both_questions(data: bytes) -> None:
    assert is_candidate(CLEAN + data)
    assert may_matter(CLEAN + data)
    for encoding in WIDE:
        wide = (CLEAN + data).decode().encode(encoding)
        assert is_candidate(wide)
        assert may_matter(wide)


def test_clean_files_are_no_candidates() -> None:
    assert not is_candidate(b"")
    assert not is_candidate(b"import os\nprint(os.name)\n")
    assert not is_candidate(b"x" * 63)
    assert not is_candidate(b"-----BEGIN CERTIFICATE-----\n" + b"+".join([b"A" * 60] * 9))


LITERALS = {
    "quoted": (b'"', b'"'),
    "assigned without quotes": (b"=", b"\n"),
    "alone": (b"", b""),
    "escaped line break before and after": (b'"\\n', b'\\n"'),
    "percent-encoded": (b"apiKey%3D", b"&"),
    "coloured in a traceback": (b"\x1b[0;32m", b"\x1b[0m"),
    "after a GBK character that ends in a letter": ("api丂".encode("gbk") + b"\x81A", b"\n"),
    "in JSON, escaped": (b'"\\u003d', b'"'),
}


@pytest.mark.parametrize(("left", "right"), LITERALS.values(), ids=LITERALS.keys())
def test_key_matters(left: bytes, right: bytes) -> None:
    source = random.Random(7)
    for _ in range(200):
        key = random_key(source)
        if key.isalpha() or key.isdigit() or key.islower() or key.isupper():
            continue
        assert may_matter(left + key + right)


INNOCENT_RUNS = {
    "SHA-256": b"'" + b"9f86d081884c7d65" * 4 + b"'",
    "upper hex": b"'" + b"9F86D081884C7D65" * 4 + b"'",
    "long name": b"class " + b"AbstractFactory" * 4 + b"Bean",
    "digits": b"1234567890" * 6 + b"1234",
    "filler": b"a" * 64,
    "longer base64": b"'" + b"Ab3dEf9h" * 20 + b"'",
    "slice of base64": b"sha512-" + b"/" + b"Ab3dEf9h" * 8 + b"/",
    "padded base64": b"'" + b"Ab3dEf9h" * 8 + b"=='",
    "finance": b"import finance, yfinance\n" + b"a" * 64,
}


@pytest.mark.parametrize("data", INNOCENT_RUNS.values(), ids=INNOCENT_RUNS.keys())
def test_innocent_runs_do_not_matter(data: bytes) -> None:
    assert not may_matter(CLEAN + data)


def test_hex_matters_where_binance_is_named() -> None:
    assert may_matter(b"# Binance testnet\n'" + b"9f86d081884c7d65" * 4 + b"'")


HOSTILE = {
    "runs of 63": b"Ab3" * 21 + b" ",
    "runs of 64 lower": b"a" * 64 + b" ",
    "runs of 65": b"Ab3dE" * 13 + b"/",
    "one run": b"Ab3",
    "finance": b"finance",
    "no separator but space": b" ",
    "separators": b"\xff\x00",
    "half a name": b"inanc",
    "dashes": b"-----BEGIN ",
    "quotes": b"'" * 63 + b"a",
}


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE.keys())
def test_linear_on_hostile_input(unit: bytes) -> None:
    """No timing but a ceiling that only a quadratic answer reaches."""
    data = (unit * (300_000 // len(unit) + 1))[:300_000]
    begun = time.process_time()
    is_candidate(data)
    may_matter(data)
    is_candidate(b"\xff\xfe" + data)
    may_matter(b"\xff\xfe" + data)
    assert time.process_time() - begun < 1.0


def test_damaged_utf16_does_not_fail() -> None:
    assert may_matter("binance".encode("utf-16") + b"\xd8")
    assert not may_matter(b"\xff\xfe\x00\xd8\x00")
    assert not may_matter(b"\x00")


HEAVY = {
    "typing",
    "dataclasses",
    "pathlib",
    "inspect",
    "json",
    "subprocess",
    "logging",
    "libcst",
    "ast",
    "hashlib",
}


def test_imports_nothing_heavy() -> None:
    program = (
        "import sys; before = set(sys.modules); import binlint.candidates; print(*set(sys.modules) - before)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = run.stdout.split()
    assert not HEAVY.intersection(loaded)
    assert {name for name in loaded if name.startswith("binlint")} == {"binlint", "binlint.candidates"}


# Binance is its default, so a file with a malformed or odd value need not name it. Key-shaped values are seen
# as ever; a needle of its own would be one more pass over all bytes.
# BsClient of binanceus-python is a rare one that spells nothing.
NEEDS_NO_ROOT = ("vectorbt/CCXTData.download_symbol", "binanceus-python/BsClient")


def test_roots_cover_the_catalogue() -> None:
    tomllib = pytest.importorskip("tomllib", reason="the reader of the source form is in Python 3.11")
    data = files("binlint.catalogue").joinpath("binance_apis.toml")
    if not data.is_file():
        pytest.skip("the catalogue's source is not in this tree")
    catalogue = tomllib.loads(data.read_text(encoding="utf-8"))
    for api in catalogue["api"]:
        if api["id"] in NEEDS_NO_ROOT:
            continue
        for name in api["names"]:
            values = str(api.get("when", {}).get("values", "")) + str(api["params"])
            spelt = (name + values).encode()
            reads_config = any(param["kind"] == "config" for param in api["params"])
            assert b"inance" in spelt or reads_config, name
