"""Reading without a parser: which values are seen, what they are called, where strings and comments are."""

from __future__ import annotations

import time

import pytest
from fresh_values import fresh_key

from binlint.facts import Mention
from binlint.syntax.lexical import mentions, strings_and_comments

A, B = fresh_key(), fresh_key()
PEM_LINES = ["MC4CAQAwBQYDK2VwBCIEI" + A[:43]]
BEGIN, END = "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"
PEM = "\n".join([BEGIN, *PEM_LINES, END])


def filled(template: str) -> str:
    return template.replace("«A»", A).replace("«B»", B)


def companies(template: str) -> list[tuple[str, str, int | None]]:
    return [(found.name, found.call, found.position) for found in mentions(filled(template))]


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ('api_key = "«A»"', "api_key"),
        ("'apiKey': '«A»'", "apiKey"),
        ("API Key: «A»", "API Key"),
        ("apiKey=«A»", "apiKey"),
        ("# secret «A»", "secret"),
        ("密钥：«A»", "密钥"),
        ("密钥«A»", "密钥"),
        ("мой ключ = «A»", "ключ"),
        ("sécret=\u201c«A»\u201d", "sécret"),
        ('key: str = b"«A»"', "key"),
        ('key: Final[str] = "«A»"', "key"),
        ('self.api_secret = "«A»"', "api_secret"),
        ('os.environ["API"] = "«A»"', "API"),
        ("export API_KEY=«A»", "API_KEY"),
        ("?symbol=x&apiKey=«A»", "apiKey"),
        ("<apiKey>«A»</apiKey>", "apiKey"),
        ("| API Key | «A» |", "API Key"),
        ('if key == "«A»":', "key"),
        ("API Key:\n«A»", "API Key"),
        ("API Key\n«A»", "API Key"),
        ('api_key = (\n    "«A»"\n)', "api_key"),
        ("\"apiKey\":\n    '«A»'", "apiKey"),
        ('api_key = \\\n    "«A»"', "api_key"),
        ("-   «A»", ""),
        ("«A»", ""),
        ("import os\n«A»", ""),
        ("print('a')\n«A»", ""),
        ('"\\n«A»"', ""),
    ],
)
def test_names(template: str, name: str) -> None:
    assert companies(template) == [(name, "", None)]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('Client("«A»", "«B»")', [("", "Client", 0), ("", "Client", 1)]),
        ('# x = m.Client ( "«A»" , "«B»" )', [("", "m.Client", 0), ("", "m.Client", 1)]),
        ('print(account("main", "t4", "«A»", "«B»"))', [("", "account", 2), ("", "account", 3)]),
        ('Client(\n    "«A»",\n    "«B»",\n)', [("", "Client", 0), ("", "Client", 1)]),
        ('# Client(\n#    "«A»",\n#    "«B»",\n# )', [("", "Client", 0), ("", "Client", 1)]),
        ('c(api_key="«A»",\n  api_secret="«B»")', [("api_key", "c", None), ("api_secret", "c", None)]),
        (
            'getattr(ccxt, "binance")({"apiKey": "«A»", "secret": "«B»"})',
            [("apiKey", "", None), ("secret", "", None)],
        ),
        ('os.getenv("API_KEY", "«A»")', [("API_KEY", "os.getenv", 1)]),
        ('add_argument("--api-key", default="«A»")', [("--api-key", "add_argument", None)]),
        ('api_key = SecretStr("«A»")', [("api_key", "SecretStr", 0)]),
        ('key, secret = "«A»", "«B»"', [("key", "", None), ("secret", "", None)]),
        ('keys = ["«A»", "«B»"]', [("keys", "", None), ("keys", "", None)]),
        ("«A»\n«B»", [("", "", None), ("", "", None)]),
        ("«A» «B»", [("", "", None), ("", "", None)]),
        ("API Key:\n«A»\nSecret\n«B»", [("API Key", "", None), ("Secret", "", None)]),
        ("Client(a,\n\n«A»", [("", "", None)]),
    ],
)
def test_calls_and_pairs(template: str, expected: list[tuple[str, str, int | None]]) -> None:
    assert companies(template) == expected


@pytest.mark.parametrize(
    "template",
    [
        "",
        "«A»x",
        "x«A»",
        "sha512-«A»",
        "abc/«A»",
        "abc+«A»",
        "«A»=",
        "«A»+/",
        "«A»_tail",
        "https://api.binance.com/api/v3/order?signature=«A»",
        "key = '" + "0123456789abcdef" * 4 + "'",
        "key = '" + "A" * 64 + "'",
        "-----BEGIN CERTIFICATE-----\n«A»\n«B»\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\n«A»\n-----END PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----\n«A»\n«B»\n",
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----",
    ],
)
def test_quiet(template: str) -> None:
    assert companies(template) == []


@pytest.mark.parametrize(
    "template",
    [
        PEM,
        "# " + PEM.replace("\n", "\n# "),
        'k = "' + PEM.replace("\n", "\\n") + '"',
        'k = (\n  "' + PEM.replace("\n", '\\n"\n  "') + '"\n)',
        "k = '''" + PEM.replace("\n", "\r\n") + "'''",
    ],
)
def test_a_private_key_is_one_value_however_written(template: str) -> None:
    found = list(mentions(template))
    assert [mention.value for mention in found] == [PEM]


def test_bare_private_key() -> None:
    assert [(found.name, found.value) for found in mentions(f'private_key = "{PEM_LINES[0]}"')] == [
        ("private_key", PEM_LINES[0])
    ]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_places_count_code_points_and_line_ends_only(newline: str) -> None:
    text = newline.join(["a", "\x0c\u2028 x", f"é = '{A}'", PEM])
    key, pem = mentions(text)
    assert key.place == (3, 6, 3, 70)
    assert pem.place == (4, 1, 6, len(END) + 1)


def test_places_start_where_they_are_told() -> None:
    found = list(mentions(f"# {A}\n{B}", line=7, column=5))
    assert [mention.place[:2] for mention in found] == [(7, 7), (8, 1)]


def test_repr_is_masked() -> None:
    (found,) = mentions(f"key = {A}")
    assert isinstance(found, Mention)
    assert A not in repr(found)
    assert A not in str(found)


@pytest.mark.parametrize(
    "text",
    [
        "key" + " " * 200_000 + A,
        '"' * 300_000 + A,
        "\"'" * 150_000 + A,
        "(" * 300_000 + A,
        "," * 300_000 + A,
        "=" * 200_000 + A,
        "\\" * 300_000,
        '"' + "\\" * 300_000,
        '\\"""' * 75_000,
        "-----BEGIN PRIVATE KEY-----\n" * 10_000,
        " ".join([A[:63]] * 20_000),
        " ".join(["0123456789abcdef" * 4] * 20_000),
        "api key " * 40_000 + A,
    ],
    ids=range(13),
)
def test_hostile_input_costs_its_length(text: str) -> None:
    start = time.process_time()
    assert len(list(mentions(text))) <= 1
    assert sum(1 for _ in strings_and_comments(text)) <= len(text)
    assert time.process_time() - start < 10  # a tenth in practice; a quadratic pass takes minutes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 'b' # c", [("string", "'b'"), ("comment", "# c")]),
        ("rb'#' Rb\"'\" x'y'", [("string", "rb'#'"), ("string", 'Rb"\'"'), ("string", "'y'")]),
        ("'''a\n# 'b''' # c", [("string", "'''a\n# 'b'''"), ("comment", "# c")]),
        (r"'\'' # c", [("string", r"'\''"), ("comment", "# c")]),
        (r'"""\""" # """ # c', [("string", r'"""\""" # """'), ("comment", "# c")]),
        ("don't # a\n# b", [("open", "'t # a"), ("comment", "# b")]),
        ('x = """a\n# b', [("open", '"""a\n# b')]),
        ("'a\\\n# b' # c", [("string", "'a\\\n# b'"), ("comment", "# c")]),
        ("# a\r# b", [("comment", "# a"), ("comment", "# b")]),
        ("", []),
        ("x = 1", []),
    ],
)
def test_strings_and_comments(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(kind, text[start:end]) for kind, start, end in strings_and_comments(text)] == expected
