"""Byte-code: which constants are seen, what they are called, where they stand, and what hostile files cost."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import marshal
import random
import re
import struct
import textwrap
import time

import pytest
from fresh_values import fresh_key
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from binlint.facts import Facts, Literal
from binlint.syntax.bytecode import compile_bytecode

KEYS = {letter: fresh_key() for letter in "ABCDEF"}
LETTERS = {key: letter for letter, key in KEYS.items()}
PATH = "bot/__pycache__/keys.cpython-310.pyc"


def filled(text: str) -> str:
    return re.sub("«([A-F])»", lambda found: KEYS[found[1]], textwrap.dedent(text))


def compiled(source: str, filename: str = "/home/someone/bot/keys.py") -> bytes:
    """What this interpreter writes for a source."""
    header = importlib.util.MAGIC_NUMBER + bytes(12)
    return header + marshal.dumps(compile(filled(source), filename, "exec", dont_inherit=True))


def facts_of(source: str) -> Facts:
    return compile_bytecode(PATH, compiled(source))


def names_in(facts: Facts) -> dict[str, str]:
    """The names of the keys, by letter."""
    return {
        LETTERS[text]: slot.name
        for slot in facts.slots
        if isinstance(slot.value, Literal) and (text := shown(slot.value)) in LETTERS
    }


def calls_in(facts: Facts) -> dict[str, tuple[str, int | None]]:
    return {LETTERS[found.value]: (found.call, found.position) for found in facts.mentions if not found.name}


def shown(literal: Literal) -> str:
    return literal.value if isinstance(literal.value, str) else literal.value.decode("latin-1")


def seen_in(facts: Facts) -> set[str]:
    """Every key that the facts speak of, by letter; others are none of ours."""
    texts = [shown(string.literal) for string in facts.strings]
    texts += [shown(slot.value) for slot in facts.slots if isinstance(slot.value, Literal)]
    texts += [mention.value for mention in facts.mentions]
    return {LETTERS[text] for text in texts if text in LETTERS}


NAMES = [
    ('api_key = "«A»"', {"A": "api_key"}),
    ('api_key: str = "«A»"', {"A": "api_key"}),
    ('key, secret = "«A»", "«B»"', {"A": "key", "B": "secret"}),
    ('(a, b), c = ("«A»", "«B»"), "«C»"', {"A": "a", "B": "b", "C": "c"}),
    ('a, b, c = "«A»", "«B»", f()', {"A": "a", "B": "b"}),
    ('Pair1 = {"api_key": "«A»", "secret": "«B»"}', {"A": "Pair1.api_key", "B": "Pair1.secret"}),
    ('Pair1 = {"api_key": "«A»", "n": f()}', {"A": "Pair1.api_key"}),
    ('Keys = {"Pair1": {"key": "«A»", "n": f()}}', {"A": "Keys.Pair1.key"}),
    ('Keys = [{"key": "«A»"}, {"key": "«B»"}]', {"A": "Keys.key", "B": "Keys.key"}),
    ('keys = ["«A»", "«B»", "«C»"]', {"A": "keys", "B": "keys", "C": "keys"}),
    ('keys = [("api_key", "«A»"), ("secret", "«B»")]', {"A": "keys.api_key", "B": "keys.secret"}),
    ('config = dict(key="«A»", secret="«B»")', {"A": "config.key", "B": "config.secret"}),
    ('def get_api_keys():\n return "«A»", "«B»"', {"A": "get_api_keys", "B": "get_api_keys"}),
    ('def keys():\n return {"key": "«A»", "n": f()}', {"A": "keys.key"}),
    ('class Config:\n API_KEY = "«A»"\n SECRET = "«B»"', {"A": "API_KEY", "B": "SECRET"}),
    ('class Bot:\n def __init__(self):\n  self.key = "«A»"', {"A": "key"}),
    ('config.binance.key = "«A»"', {"A": "config.binance.key"}),
    ('config["binance"]["key"] = "«A»"', {"A": "config.binance.key"}),
    ('import os\nos.environ["KEY"] = "«A»"', {"A": "os.environ.KEY"}),
    ('import os\nos.environ.setdefault("API_KEY", "«A»")', {"A": "API_KEY"}),
    ('import os\nkey = os.getenv("API_KEY", "«A»")', {"A": "key.API_KEY"}),
    ('key = f() or "«A»"', {"A": "key"}),
    ('key = "«A»" if f() else "«B»"', {"A": "key", "B": "key"}),
    ('key = b"«A»"', {"A": "key"}),
    ('key = "«A»".encode()', {"A": "key"}),
    ('key = SecretStr("«A»")', {"A": "key"}),
    ('Client(api_key="«A»", api_secret="«B»")', {"A": "api_key", "B": "api_secret"}),
    ('add_argument("--api-key", default="«A»")', {"A": "--api-key"}),
    ('x = ccxt.binance({"apiKey": "«A»", "secret": "«B»"})', {"A": "x.apiKey", "B": "x.secret"}),
    ('ccxt.binance(config={"apiKey": "«A»", "n": f()})', {"A": "config.apiKey"}),
    ('Client(**{"api_key": "«A»", "n": f()})', {"A": "api_key"}),
    ('def f(a, key="«A»", secret="«B»"): pass', {"A": "key", "B": "secret"}),
    ('def f(a, *, key="«A»"): pass', {"A": "key"}),
    ('def f():\n global api_key\n api_key = "«A»"', {"A": "api_key"}),
    ('def f():\n key = None\n def g():\n  nonlocal key\n  key = "«A»"', {"A": "key"}),
    ('def f():\n key, secret = "«A»", "«B»"\n return key + secret', {"A": "key", "B": "secret"}),
    ('if api_key == "«A»": pass', {"A": "api_key"}),
    ('print("«A»")', {}),
    ('f"{x}«A»"', {}),
]


@pytest.mark.parametrize(("source", "expected"), NAMES, ids=[source for source, _ in NAMES])
def test_names(source: str, expected: dict[str, str]) -> None:
    assert names_in(facts_of(source)) == expected


CALLS = [
    ('from binance.client import Client\nClient("«A»", "«B»")', "binance.client.Client", "AB"),
    ('from binance.client import Client as C\nC("«A»", f())', "binance.client.Client", "A"),
    ('import binance.client as b\nb.Client("«A»", "«B»")', "binance.client.Client", "AB"),
    ('import binance.client\nbinance.client.Client("«A»", "«B»")', "binance.client.Client", "AB"),
    ('from .binance import Client\nClient("«A»", "«B»")', ".binance.Client", "AB"),
    ('from . import binance\nbinance.Client("«A»", "«B»")', ".binance.Client", "AB"),
    ('def f():\n from binance import Client\n return Client("«A»", "«B»")', "binance.Client", "AB"),
    ('import binance\ndef f():\n return binance.Client("«A»", "«B»", f())', "binance.Client", "AB"),
    ('import binance\ngetattr(binance, "Client")("«A»", "«B»")', "binance.Client", "AB"),
    ('import binance\nbinance.Client(*("«A»", "«B»"))', "binance.Client", "AB"),
    ('import binance\nMyClient = binance.Client\nMyClient("«A»", "«B»")', "binance.Client", "AB"),
    ('account(1, "«A»")', "account", " A"),
    ('print("«A»")', "print", "A"),
]


@pytest.mark.parametrize(("source", "call", "letters"), CALLS, ids=[case[0] for case in CALLS])
def test_positional_arguments(source: str, call: str, letters: str) -> None:
    facts = facts_of(source)
    expected = {letter: (call, number) for number, letter in enumerate(letters) if letter != " "}
    assert calls_in(facts) == expected
    assert not facts.strings


def test_neighbours_share_a_group() -> None:
    facts = facts_of('a = {"key": "«A»", "secret": "«B»"}\nb = {"key": "«C»", "secret": "«D»"}\nx = "«E»"')
    groups = {LETTERS[shown(slot.value)]: slot.group for slot in facts.slots}  # type: ignore[arg-type]
    assert groups["A"] == groups["B"]
    assert groups["C"] == groups["D"]
    assert len({groups["A"], groups["C"], groups["E"]}) == 3


def test_places_are_byte_offsets() -> None:
    data = compiled('name = "名前"\napi_key = "«A»"\ntext = "ключ: «B» …"\n')
    facts = compile_bytecode(PATH, data)
    found = {slot.value.place: shown(slot.value) for slot in facts.slots if isinstance(slot.value, Literal)}
    found.update({mention.place: mention.value for mention in facts.mentions})
    assert {KEYS["A"], KEYS["B"], "名前"} <= set(found.values())
    for place, value in found.items():
        assert (place.line, place.end_line) == (1, 1)
        assert data[place.column - 1 : place.end_column - 1].decode() == value
    assert [mention.name for mention in facts.mentions] == ["ключ"]


def test_keys_in_longer_strings() -> None:
    facts = facts_of('"""Old keys:\n\napi_key = "«A»"\n"""\nsql = "VALUES (\'«B»\')"\n')
    assert {LETTERS[mention.value]: mention.name for mention in facts.mentions} == {"A": "api_key", "B": ""}


def test_ordinary_strings_are_no_mentions() -> None:
    digest = hashlib.sha256(b"x").hexdigest()
    blob = base64.encodebytes(random.Random(1).randbytes(3_000)).decode().replace("\n", "")
    lines = "\n".join(textwrap.wrap(blob, 64))
    source = f'a = "{digest}"\nf("{digest}")\nb = """{lines}"""\nc = "{blob}"\n'
    assert not facts_of(source).mentions


def test_what_else_is_said() -> None:
    facts = facts_of(
        'import ccxt.base, os\nfrom binance import Client\nURL = "https://api.binance.com/api"\n'
    )
    assert facts.roots == {"ccxt", "os", "binance"}
    assert facts.company == ("the file imports `binance`", "the file names the host api.binance.com")
    assert [region.text for region in facts.regions] == ["compiled from keys.py"]
    assert len(facts.scopes) == 1


def test_annotations_name_nothing() -> None:
    source = "from __future__ import annotations\napi_key: str\ndef f(api_key: 'str' = None): pass"
    assert not facts_of(source).slots


@pytest.mark.parametrize(
    ("path", "filename", "expected"),
    [
        (PATH, "C:\\Users\\someone\\bot.py", "bot.py"),
        (PATH, "<string>", "keys.py"),
        ("x/keys.cpython-312.opt-1.pyc", "", "keys.py"),
        ("keys.pyo", "/etc/passwd", "keys.py"),
    ],
)
def test_source_name(path: str, filename: str, expected: str) -> None:
    (region,) = compile_bytecode(path, compiled("x = 1", filename)).regions
    assert region.text == f"compiled from {expected}"


# --- other versions ------------------------------------------------------------------------------

MAGIC = {(2, 7): 62211, (3, 6): 3379, (3, 8): 3413, (3, 14): 3627}


def string(text: str) -> bytes:
    return b"u" + struct.pack("<i", len(text)) + text.encode()


def raw(content: bytes) -> bytes:
    return b"s" + struct.pack("<i", len(content)) + content


def row(*items: bytes) -> bytes:
    return b"(" + struct.pack("<i", len(items)) + b"".join(items)


def strings(*texts: str) -> bytes:
    return row(*map(string, texts))


def code(
    version: tuple[int, int], instructions: bytes, consts: bytes, names: bytes, variables: bytes = row()
) -> bytes:
    """A code object as a version writes it."""
    numbers = 4 if version < (3, 0) else 6 if (3, 8) <= version < (3, 11) else 5
    head = b"c" + bytes(4 * numbers) + raw(instructions) + consts + names + variables
    if version >= (3, 11):
        middle = raw(b"") + string("keys.py") + string("<module>") + string("<module>")
    else:
        middle = row() + row() + string("keys.py") + string("<module>")
    return head + middle + bytes(4) + raw(b"") * (2 if version >= (3, 11) else 1)


def pyc(version: tuple[int, int], body: bytes) -> bytes:
    header = 8 if version < (3, 0) else 12 if version < (3, 7) else 16
    return (struct.pack("<H", MAGIC[version]) + b"\r\n").ljust(header, b"\0") + body


def words(*pairs: tuple[int, int]) -> bytes:
    """Instructions of 3.6 and later."""
    return b"".join(map(bytes, pairs))


NONE = b"N"
A, B = string(KEYS["A"]), string(KEYS["B"])


def test_2_7() -> None:
    # d: LOAD_CONST, Z: STORE_NAME, i: BUILD_MAP, 6: STORE_MAP, e: LOAD_NAME, \x83: CALL_FUNCTION
    instructions = b"d\0\0Z\0\0i\1\0d\1\0d\2\x006Z\1\0d\3\0S"
    body = code((2, 7), instructions, row(A, B, string("secret"), NONE), strings("key", "pair"))
    assert names_in(compile_bytecode(PATH, pyc((2, 7), body))) == {"A": "key", "B": "pair.secret"}
    instructions = b"e\0\0d\0\0d\1\0\x83\2\0\1e\0\0d\2\0d\0\0\x83\0\1\1"
    body = code((2, 7), instructions, row(A, B, string("key")), strings("Client"))
    facts = compile_bytecode(PATH, pyc((2, 7), body))
    assert calls_in(facts) == {"A": ("Client", 0), "B": ("Client", 1)}
    assert names_in(facts) == {"A": "key"}


def test_2_7_interned_strings() -> None:
    first = b"t" + A[1:]
    body = code((2, 7), b"d\0\0Z\0\0", row(first, b"R\0\0\0\0"), strings("key"))
    assert names_in(compile_bytecode(PATH, pyc((2, 7), body))) == {"A": "key"}


@pytest.mark.parametrize("version", [(3, 6), (3, 8)])
def test_3_6_and_3_8(version: tuple[int, int]) -> None:
    instructions = words((100, 0), (90, 0), (101, 1), (100, 1), (100, 2), (141, 1), (1, 0), (100, 3), (83, 0))
    consts = row(A, B, strings("api_secret"), NONE)
    body = code(version, instructions, consts, strings("key", "Client"))
    assert names_in(compile_bytecode(PATH, pyc(version, body))) == {"A": "key", "B": "api_secret"}


def test_3_14() -> None:
    imports = words((128, 0), (94, 0), (82, 2), (73, 0), (72, 1), (116, 1), (31, 0))
    call = words((93, 1), (33, 0), (82, 0), (82, 1), (52, 2), *[(0, 0)] * 3, (31, 0))
    keywords = words((93, 1), (33, 0), (82, 0), (82, 3), (55, 1), *[(0, 0)] * 3, (31, 0))
    pair = words((82, 4), (82, 1), (47, 1), (116, 2), (82, 5), (35, 0))
    consts = row(A, B, strings("Client"), strings("api_key"), string("secret"), NONE)
    body = code((3, 14), imports + call + keywords + pair, consts, strings("binance", "Client", "pair"))
    facts = compile_bytecode(PATH, pyc((3, 14), body))
    assert calls_in(facts) == {"A": ("binance.Client", 0), "B": ("binance.Client", 1)}
    assert names_in(facts) == {"A": "api_key", "B": "pair.secret"}
    assert facts.roots == {"binance"}


def test_slices_of_3_14() -> None:
    body = code((3, 14), words((82, 1), (116, 0)), row(b":NNN", A), strings("key"))
    assert names_in(compile_bytecode(PATH, pyc((3, 14), body))) == {"A": "key"}


def test_names_and_keys_are_matched_by_number() -> None:
    unknown = words((255, 0))
    body = code((3, 14), unknown, row(A, B), strings("x", "api_key", "sort_key", "secret"))
    assert names_in(compile_bytecode(PATH, pyc((3, 14), body))) == {"A": "api_key", "B": "secret"}
    body = code((3, 14), unknown, row(A, B), strings("api_key"))
    facts = compile_bytecode(PATH, pyc((3, 14), body))
    assert names_in(facts) == {}
    assert seen_in(facts) == {"A", "B"}


# --- broken files --------------------------------------------------------------------------------

SOURCE = 'import binance\napi_key = "«A»"\napi_secret = "«B»"\ndef f(x, y=1.5): return {"key": "«C»", 2: y}\n'


def test_unknown_version() -> None:
    data = b"\x01\x02\r\n" + compiled('api_key = "«A»"\napi_secret = "«B»"\n"""key = «C» """')[4:]
    facts = compile_bytecode(PATH, data)
    assert names_in(facts) == {"A": "api_key", "B": "api_secret"}
    assert seen_in(facts) >= {"A", "B"}
    for slot in facts.slots:
        assert isinstance(slot.value, Literal)
        place = slot.value.place
        assert data[place.column - 1 : place.end_column - 1].decode() == slot.value.value


def test_what_follows_the_code() -> None:
    data = compiled("x = 1") + b"\0\0z@" + KEYS["A"].encode() + b"N\nkey = " + KEYS["B"].encode() + b"\n"
    assert seen_in(compile_bytecode(PATH, data)) == {"A", "B"}


def test_every_truncation() -> None:
    data = compiled(SOURCE)
    whole = {letter: data.index(KEYS[letter].encode()) + 64 for letter in "ABC"}
    for end in range(len(data)):
        seen = seen_in(compile_bytecode(PATH, data[:end]))
        assert seen == {letter for letter, needed in whole.items() if needed <= end}


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_mutations(data: st.DataObject) -> None:
    content = bytearray(compiled(SOURCE))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))
    started = time.perf_counter()
    compile_bytecode(PATH, bytes(content))
    assert time.perf_counter() - started < 2


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(MAGIC)), st.binary(max_size=300))
def test_anything_behind_a_header(version: tuple[int, int], content: bytes) -> None:
    compile_bytecode(PATH, pyc(version, content))
    compile_bytecode(PATH, pyc(version, code(version, content, row(A, row(A, B)), strings("key", "x"))))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"r\0\0\0\0",
        b"\xa8\1\0\0\0r\0\0\0\0",  # a tuple in itself
        b"\xdb\xa8\1\0\0\0r\0\0\0\0",
        b"(\xff\xff\xff\x7f",
        b"(\xff\xff\xff\xff",
        b"s\xff\xff\xff\x7f",
        b"l\0\0\0\x80",
        b"{0",
        b"{N0",
        b"0",
        b"c" + bytes(20) + b"N" * 8 + bytes(4) + b"NN",
        b"\xe3" + bytes(20) + b"r\0\0\0\0" * 8 + bytes(4) + b"NN",  # a code object in itself
        b"[\1\0\0\0?",
    ],
    ids=range(14),
)
def test_hostile_objects(body: bytes) -> None:
    facts = compile_bytecode(PATH, pyc((3, 14), body + b"z@" + KEYS["A"].encode()))
    assert seen_in(facts) == {"A"}


def doubled(levels: int) -> bytes:
    """Tuples of which each holds the one before twice."""
    body = b"\xa8\1\0\0\0" + A
    for number in range(levels):
        body = b"\xa8\2\0\0\0" + body + b"r" + struct.pack("<i", levels - number)
    return body


def assembled(instructions: bytes, consts: bytes, names: bytes) -> bytes:
    return code((3, 14), instructions, consts, names)


def sharing(count: int) -> bytes:
    """Code objects that have their long code in common."""
    long = b"\xf3" + raw(LOAD * 200_000)[1:]
    head, tail = b"c" + bytes(20), b"N" * 7 + bytes(4) + b"NN"
    others = [head + b"r\0\0\0\0" + tail] * count
    return assembled(b"", row(head + long + tail, *others), row())


LOAD, STORE, COPY = words((82, 0)), words((116, 0)), words((59, 1))
EXTENDED = words((69, 255), (69, 255), (69, 255))
HOSTILE = {
    "nested": lambda: b")\1" * 2_500_000,
    "nested by one": lambda: b")\1" * 1_500 + b"(" + struct.pack("<i", 1_000_000) + b")\0" * 1_000_000,
    "flat": lambda: b"(" + struct.pack("<i", 2_500_000) + b")\0" * 2_500_000,
    "doubled": lambda: assembled(LOAD + STORE, row(doubled(60), A), strings("key")),
    "dict of copies": lambda: assembled(LOAD + (COPY * 2 + words((47, 1))) * 100_000, row(A), strings("x")),
    "list of itself": lambda: assembled(
        words((46, 0)) + (COPY + words((78, 1))) * 100_000, row(A), strings("x")
    ),
    "called again": lambda: assembled(
        words((46, 0)) + (LOAD + words((78, 1))) * 50_000 + (COPY * 3 + words((4, 0))) * 50_000, row(A), row()
    ),
    "stores": lambda: assembled((LOAD + STORE) * 400_000, row(A), strings("api_key")),
    "pairs": lambda: assembled(
        words((82, 1), (82, 0), (51, 2)) * 100_000, row(A, string("api_key")), strings("x")
    ),
    "unpacked": lambda: assembled(words((82, 0), (119, 60)) * 100_000, row(row(*[A] * 60)), strings("x")),
    "long arguments": lambda: assembled(
        (EXTENDED + words((119, 255)) + EXTENDED + words((51, 255))) * 50_000, row(), row()
    ),
    "attributes": lambda: assembled(
        words((93, 0)) + words((80, 0), (0, 0)) * 300_000, row(), strings("x" * 60)
    ),
    "shared code": lambda: sharing(20_000),
    "runs": lambda: b"z@" * 100 + b"A1b2" * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_end(name: str) -> None:
    data = pyc((3, 14), HOSTILE[name]())
    started = time.perf_counter()
    compile_bytecode(PATH, data)
    assert time.perf_counter() - started < 20


def test_random_instructions() -> None:
    generator = random.Random(1)
    consts = row(A, B, strings("api_key", "secret"), string("key"), NONE, b"i\1\0\0\0", row(A, B))
    names = strings("binance", "Client", "api_key")
    for version in MAGIC:
        for _ in range(200):
            body = code(version, generator.randbytes(400), consts, names, strings("a", "b"))
            assert seen_in(compile_bytecode(PATH, pyc(version, body))) == {"A", "B"}
