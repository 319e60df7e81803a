"""What a string is, one table per shape, and what random keys must never be taken for."""

from __future__ import annotations

import base64
import hashlib
import random
import string
import time

import pytest

from binlint.shapes import (
    MAX_LENGTH,
    Shape,
    classify,
    is_pem_body_line,
    key_runs,
    pem_blocks,
    private_key_runs,
    why,
)

BASE62 = string.ascii_letters + string.digits
SOURCE = random.Random(20_261_122)


def words(text: str) -> list[str]:
    return text.split()


def random_text(length: int, alphabet: str = BASE62) -> str:
    return "".join(SOURCE.choices(alphabet, k=length))


KEY = random_text(64)
HEX = random_text(64, "0123456789abcdef")
ED25519 = "MC4CAQAwBQYDK2VwBCIEI" + random_text(43, BASE62 + "+/")
ED25519_LETTERS = "MC4CAQAwBQYDK2VwBCIEI" + random_text(43)


def random_body(head: str, size: int) -> str:
    body = head + base64.b64encode(SOURCE.randbytes(size)).decode().rstrip("=")
    return body[: len(body) // 4 * 4]


RSA = random_body("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", 1_180)
ENCRYPTED_RSA = random_body("MIIFLTBXBgkqhkiG9w0BBQ0w", 1_300)
ENCRYPTED_ED25519 = random_body("MIGbMFcGCSqGSIb3DQEFDTBK", 140)
CERTIFICATE = random_body("MIIDdzCCAl+gAwIBAgIEAgAAuTAN", 850)


def pem(label: str, body: str, newline: str = "\n", prefix: str = "") -> str:
    lines = [f"-----BEGIN {label}-----", *(body[at : at + 64] for at in range(0, len(body), 64))]
    return newline.join(prefix + line for line in [*lines, f"-----END {label}-----"])


def test_random_keys_are_keys() -> None:
    missed = sum(classify(random_text(64)) is not Shape.KEY for _ in range(20_000))
    assert missed <= 2  # one in 77,000 has no digit


def test_random_hex_is_hex() -> None:
    for alphabet in ("0123456789abcdef", "0123456789ABCDEF"):
        assert all(classify(random_text(64, alphabet)) is Shape.HEX for _ in range(10_000))


def test_random_keys_of_the_wrong_length_are_malformed() -> None:
    for length in (61, 62, 63, 65, 66, 67):
        missed = sum(classify(random_text(length)) is not Shape.MALFORMED for _ in range(500))
        assert missed <= 1


def test_random_ed25519_bodies_are_private_keys() -> None:
    for _ in range(2_000):
        assert classify("MC4CAQAwBQYDK2VwBCIEI" + random_text(43, BASE62 + "+/")) is Shape.PRIVATE_KEY


TABLE: dict[Shape, list[str]] = {
    Shape.KEY: [KEY],
    Shape.HEX: [HEX, HEX.upper()],
    Shape.PRIVATE_KEY: [
        ED25519,
        ED25519_LETTERS,
        f"  {ED25519}\n",
        f"{ED25519[:32]}\n{ED25519[32:]}",
        RSA,
        random_body("MIIEpAIBAAKCAQEA", 1_180),
        pem("PRIVATE KEY", ED25519),
        pem("PRIVATE KEY", ED25519) + "\n",
        pem("PRIVATE KEY", ED25519, "\\n"),
        pem("PRIVATE KEY", ED25519, "\r\n"),
        pem("PRIVATE KEY", ED25519, " "),
        pem("PRIVATE KEY", ED25519, ""),
        pem("PRIVATE KEY", ED25519, prefix="    "),
        pem("PRIVATE KEY", RSA),
        pem("RSA PRIVATE KEY", RSA),
        pem("EC PRIVATE KEY", random_body("MHcCAQEEI", 110)),
        pem("PRIVATE KEY", ED25519).partition("-----END")[0],
        pem("PRIVATE KEY", random_text(64)),
        pem("CERTIFICATE", CERTIFICATE) + "\n" + pem("PRIVATE KEY", RSA),
    ],
    Shape.ENCRYPTED_PRIVATE_KEY: [
        pem("ENCRYPTED PRIVATE KEY", ENCRYPTED_ED25519),
        pem("RSA PRIVATE KEY", "").replace(
            "-----\n-", f"-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B\n\n{RSA}\n-"
        ),
        ENCRYPTED_ED25519,
        ENCRYPTED_RSA,
        random_body("MIIFCzAcBgoqhkiG9w0BDAED", 1_240),
    ],
    Shape.PUBLIC_KEY: [
        pem("PUBLIC KEY", "MCowBQYDK2VwAyEA" + random_text(43) + "="),
        pem("CERTIFICATE", CERTIFICATE),
        pem("RSA PUBLIC KEY", random_body("MIIBCgKCAQEA", 250)),
        "MCowBQYDK2VwAyEA" + random_text(43) + "=",
        random_body("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A", 270),
        random_body("MIICIjANBgkqhkiG9w0BAQEFAAOCAg8A", 530),
        CERTIFICATE,
        random_body("MIIBLDCB36ADAgECAhQ", 290),
    ],
    Shape.MALFORMED: [
        f" {KEY}",
        f"{KEY}\n",
        f'"{KEY}"',
        f"\ufeff{KEY}",
        f"{KEY}\u200b",
        f"<{KEY}>",
        f"{KEY},",
        f"{KEY[:30]}\n{KEY[30:]}",
        f"{KEY[:30]} {KEY[30:]}",
        f"{KEY[:30]}\\n{KEY[30:]}",
        KEY[:-1],
        KEY + "a",
        f" {HEX}",
        ED25519[:-1],
    ],
    Shape.EMPTY: ["", " ", "\n\t", "\u200b", "\u3000"],
    Shape.VARIABLE: [
        *words(
            """
        BINANCE_API_KEY BINANCE_API_SECRET_KEY binance_api_key binanceApiKey binance-secret-key ${VAR}
        $BINANCE_KEY {{secret}} {key} %s %(x)s <ENV:BINANCE_KEY> vault:secret/data/binance#key op://vault/item/field
        ENC[AES256_GCM,data:Ab3dEf9h,iv:Ab3=] arn:aws:secretsmanager:eu-west-1:1:secret:binance
        os.environ["BINANCE_KEY"] settings.API_KEY MY_VAR __BINANCE_KEY__ %BINANCE_KEY% X-MBX-APIKEY
    """
        ),
        "{{ x }}",
        "${{ secrets.BINANCE_KEY }}",
    ],
    Shape.PATH: words(r"""
        ./x.pem ../keys/private ~/.ssh/id_ed25519 /etc/binance/key.pem C:\keys\binance.pem key.pem private.key
        config.json https://api.binance.com/api wss://stream.binance.com:9443/ws prod/binance/api_key
        /run/secrets/binance file:///etc/key id_rsa
    """),
    Shape.DIGEST: [
        f"sha256:{HEX}",
        f"sha512-{random_text(86)}==",
        "md5:9e107d9d372bb6826bd81d3542a419d6",
        "$2b$12$" + random_text(53),
        f"pbkdf2:sha256:260000${random_text(16)}${HEX}",
    ],
    Shape.MASKED: [
        "ab1...Xyz",
        "AbCdEfGh...",
        "***Ab3dEf9",
        "abcd********wxyz",
        "AbCd\u2026wXyZ",
        "Ab3dxxxxxxxxEf9h",
    ],
    Shape.OTHER: [
        *words(
            """
        hunter2 Sup3rS3cret! Tr0ub4dor&3 letmein passw0rd1 my-dog-has-fleas Binance2024! MyP4ss abc!123
        f47ac10b-58cc-4372-a567-0e02b2c3d479 9e107d9d372bb6826bd81d3542a419d6 trading-bot-7
    """
        ),
        random_text(20),
        random_text(40),
        random_text(61, string.ascii_lowercase),
        "0x" + HEX,
        "correct horse battery",
    ],
}

PLACEHOLDERS = [
    *words("- x y xxx Sx aaa bbb k s *** ... api_key api_secret secret apikey apiKey API_KEY API_SECRET"),
    *words("SECRET KEY key1"),
    *words("key2 test test_key test_secret test-api-key test_api_secret TEST_API_KEY TEST_SECRET_KEY"),
    *words("testAPIKey"),
    *words(
        "testSecret someKey someSecret SOME_BINANCE_API_KEY my_key my_secret myapikey mysecretkey new_key"
    ),
    *words("YourApiKey YourApiSecret yourbinanceapikey your_api_key your_api_key_here your-api-key"),
    *words("YOUR_API_KEY"),
    *words("YOUR_BINANCE_API_KEY YOUR_BINANCE_FUTURE_API_KEY your_binance_api_key_here <api_key> public"),
    *words("your_production_api_key_here PASTE_TESTNET_API_KEY_HERE an-api-key"),
    *words("dummy_key_for_educational_demo"),
    *words("copy_binance_api_key_generated_using_profile_on_its_website must-not-leak replace_me changeme"),
    *words("change-me CHANGE_ME your_exchange_key passphrase password TODO None null"),
    *[
        "your api key",
        "YOUR API KEY",
        "< your api key>",
        "INSERT YOUR API KEY",
        "api key here",
        "paste key here",
    ],
    *["put your own API Key here", "public api key here", "sample key", "this is a sample key", "[API KEY]"],
    # Spanish, Portuguese, French, German, Italian, Turkish, Vietnamese, Polish, Indonesian
    *words("tu_api_key_aqui tu_api_key_de_binance_aqui tu_api_key_real tu_clave_real tu_testnet_key"),
    *words("sua_chave"),
    *words("sua_secret SUA_API_KEY_AQUI sua_api_key_real votre_cle_secrete DEIN_API_KEY"),
    *words("INSERISCI_LA_TUA_CHIAVE"),
    *[
        "Clé API",
        "Clé API secrète",
        "Ihr API-Schlüssel",
        "API anahtarınız",
        "buraya_api_key",
        "khóa API của bạn",
    ],
    *[
        "nhập api key",
        "twój klucz api",
        "WSTAW_KLUCZ",
        "kunci api anda",
        "masukkan_api_key",
        "introduce tu clave",
    ],
    # Chinese, Japanese, Korean, Russian, Arabic, Hindi
    *[
        "你的key",
        "你的secret",
        "你的API Key",
        "你的API_Key",
        "你的Secret_Key",
        "替换成您的 API Key",
        "请输入密钥",
    ],
    *[
        "填写您的密钥",
        "あなたのAPIキー",
        "ここにシークレットキーを入力",
        "여기에 API 키 입력",
        "당신의 시크릿",
    ],
    *["ваш_api_ключ", "ВСТАВЬТЕ СЮДА КЛЮЧ", "секрет", "مفتاح API هنا", "आपकी कुंजी यहाँ"],
    # made by a finger
    *[
        "123456",
        "1234567890",
        "abcdef",
        "qwerty",
        "x" * 16,
        "A" * 63 + "=",
        "k" * 64,
        "0" * 64,
        "deadbeef" * 8,
    ],
    *[
        "0123456789abcdef" * 4,
        ("YOUR64CHARKEYHERE" * 4)[:64],
        "aB3dE5gH" * 8,
        "00000000-0000-0000-0000-000000000000",
    ],
    "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0U1v2W3x4Y5z6A7b8C9d0E1f2",
    "Your64CharacterBinanceApiKeyGoesHere1234567890abcdefABCDEF123456",
    string.ascii_letters + string.digits + "ab",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "MC4CAQAwBQYDK2VwBCIEI" + "A" * 43,
    "-----BEGIN PRIVATE KEY-----",
    pem("PRIVATE KEY", "YOUR PRIVATE KEY HERE"),
    pem("PRIVATE KEY", "..."),
    pem("PRIVATE KEY", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC..."),
    pem("PRIVATE KEY", "x" * 64),
]
TABLE[Shape.PLACEHOLDER] = PLACEHOLDERS
CASES = [(shape, text) for shape, texts in TABLE.items() for text in texts]


@pytest.mark.parametrize(
    ("shape", "text"), CASES, ids=[f"{shape.name}-{i}" for i, (shape, _) in enumerate(CASES)]
)
def test_table(shape: Shape, text: str) -> None:
    assert classify(text) is shape


@pytest.mark.parametrize(
    ("shape", "text"), CASES, ids=[f"{shape.name}-{i}" for i, (shape, _) in enumerate(CASES)]
)
def test_reason_is_short_and_holds_nothing_of_the_value(shape: Shape, text: str) -> None:
    reason = why(text, shape)
    assert 0 < len(reason) < 60
    assert not any(text[at : at + 6] in reason for at in range(len(text) - 6)) or shape in (
        Shape.PLACEHOLDER,
        Shape.OTHER,
        Shape.PRIVATE_KEY,
        Shape.ENCRYPTED_PRIVATE_KEY,
        Shape.PUBLIC_KEY,
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (KEY, "64 letters and digits, mixed"),
        (pem("PRIVATE KEY", ED25519), "private key (PEM)"),
        (ED25519, "private key (base64)"),
        (f" {KEY}", "a key with white space around it"),
        (f'"{KEY}"', "a key with quotes or punctuation around it"),
        (f"\ufeff{KEY}", "a key with invisible characters around it"),
        (f"{KEY[:9]}\n{KEY[9:]}", "a key with a line break or white space inside it"),
        (KEY[:-1], "one character shorter than a key"),
        (KEY + "ab", "two characters longer than a key"),
        (ED25519[:-1], "an Ed25519 private key of the wrong length"),
    ],
)
def test_reasons(text: str, reason: str) -> None:
    assert why(text, classify(text)) == reason


@pytest.mark.parametrize("text", [KEY, f" {KEY}\n", ED25519, pem("PRIVATE KEY", ED25519), KEY[:62]])
def test_documented_example_wins(text: str) -> None:
    meant = ED25519 if "BEGIN" in text else text.strip()
    samples = frozenset([hashlib.sha256(meant.encode()).hexdigest()])
    assert classify(text, samples) is Shape.SAMPLE
    assert classify(text) is not Shape.SAMPLE


def test_documented_pem_is_known_by_its_first_line() -> None:
    samples = frozenset([hashlib.sha256(RSA[:64].encode()).hexdigest()])
    assert classify(pem("PRIVATE KEY", RSA), samples) is Shape.SAMPLE


# Runs in a text


@pytest.mark.parametrize(
    "left", ["", "'", "=", " ", ":", "\\n", "\\u003d", "%3D", "\x1b[0;32m", "密钥", "(", ">", "\ufeff"]
)
@pytest.mark.parametrize("right", ["", "'", " ", "\n", "\\n", ",", "&", ".", "。"])
def test_run_is_found(left: str, right: str) -> None:
    text = f"api_key {left}{KEY}{right} end"
    start = text.index(KEY)
    assert list(key_runs(text)) == [(start, start + 64)]


@pytest.mark.parametrize("left", ["", "+", "/", "_", "-", "a"])
@pytest.mark.parametrize("right", ["+", "/", "_", "-", "=", "z"])
def test_slice_of_something_longer_is_no_run(left: str, right: str) -> None:
    assert not list(key_runs(f"{left}{KEY}{right}"))


def test_two_runs_on_a_line() -> None:
    other = random_text(64)
    text = f"Client('{KEY}', '{other}')"
    assert [text[start:end] for start, end in key_runs(text)] == [KEY, other]


def test_hex_and_fillers_are_no_runs() -> None:
    assert not list(key_runs(f"{HEX} {'k' * 64} {'deadbeef' * 8} {'aB3dE5gH' * 8}"))


def test_bare_private_key_is_found() -> None:
    for body in (ED25519, RSA):
        text = f'private_key = "{body}"'
        assert [text[start:end] for start, end in private_key_runs(text)] == [body]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\\n", '\\n"\n    "', "\n# ", "\n        "])
@pytest.mark.parametrize("body", [ED25519, RSA])
def test_pem_block_is_found_whole(newline: str, body: str) -> None:
    block = pem("PRIVATE KEY", body, newline)
    text = f'key = """{block}"""\nother = 1\n'
    assert [(text[start:end], kind) for start, end, kind in pem_blocks(text)] == [(block, Shape.PRIVATE_KEY)]


def test_pem_block_without_end_stops_at_the_next_statement() -> None:
    block = pem("PRIVATE KEY", RSA).partition("-----END")[0]
    text = f'{block}"""\nclient = Client("{KEY}")\n'
    [(start, end, kind)] = pem_blocks(text)
    assert kind is Shape.PRIVATE_KEY
    assert RSA[-20:] in text[start:end].replace("\n", "")
    assert KEY not in text[start:end]


def test_several_pem_blocks() -> None:
    text = pem("CERTIFICATE", CERTIFICATE) + "\n" + pem("ENCRYPTED PRIVATE KEY", ENCRYPTED_ED25519)
    assert [kind for _, _, kind in pem_blocks(text)] == [Shape.PUBLIC_KEY, Shape.ENCRYPTED_PRIVATE_KEY]


def test_pem_body_lines() -> None:
    for line in (RSA[:64], f"    {RSA[:64]}", f"# {RSA[:64]}", f'    "{RSA[:64]}\\n"', f"{RSA[:30]}=="):
        assert is_pem_body_line(line)
    for line in ("", "client = Client()", "return", f"x = '{KEY}'"):
        assert not is_pem_body_line(line)


HOSTILE = [
    "a" * 300_000,
    "Ab3" * 100_000,
    (KEY[:63] + " ") * 4_600,
    (KEY + " ") * 4_600,
    "-----BEGIN PRIVATE KEY-----" * 11_000,
    "-----BEGIN PRIVATE KEY-----\n" + (RSA[:64] + "\n") * 4_500,
    "-----BEGIN " * 27_000,
    "\\" * 300_000,
    "\\n" * 150_000,
    '"' + " " * 300_000,
    "your " * 60_000,
    "_" * 300_000,
    "MII" * 100_000,
    "MC4CAQAwBQYDK2VwBCIEI" * 14_000,
    "../" * 100_000,
    "${" * 150_000,
    "A_" * 150_000,
    "\u0130" * 100_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_linear_on_hostile_input(text: str) -> None:
    """No timing but a ceiling that only a quadratic answer reaches."""
    begun = time.process_time()
    for length in (len(text), MAX_LENGTH, 5_000, 240, 100):
        classify(text[:length])
    for _ in key_runs(text):
        pass
    for _ in private_key_runs(text):
        pass
    for _ in pem_blocks(text):
        pass
    is_pem_body_line(text)
    assert time.process_time() - begun < 4.0
