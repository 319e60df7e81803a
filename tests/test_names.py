"""What names say, read from the study of real repositories and from the clients' own parameters."""

from __future__ import annotations

import time

import pytest

from binlint.finding import Kind
from binlint.names import CLEAR, EXACT, NONE, WEAK, read_name, says_testnet, speaks_of_binance, split_name


def words(text: str) -> list[str]:
    return text.split()


READINGS: dict[tuple[Kind, int], str] = {
    (Kind.API_KEY, EXACT): """
        BINANCE_API_KEY binance_api_key Binance_API_KEY binanceApiKey binanceapikey X-MBX-APIKEY
        x-mbx-apikey headers.X-MBX-APIKEY BinancePay-Certificate-SN binance.api.key BNB_API_KEY
        BINANCEUS_API_KEY
    """,
    (Kind.API_KEY, CLEAR): """
        api_key APIKEY API_KEY apiKey apikey API_key _API_KEY __api_key g_api_key p_api_key
        YourApiKey access_key TESTNET_API_KEY --api-key api_key_id binance_key BINANCE_KEY
        BinanceKey BinanceKey1 projectBinanceKey binance_api secrets.api_key api.key
        params.apiKey session_api_key consumer_key API密钥 APIキー clé_api api_ключ
    """,
    (Kind.API_KEY, WEAK): """
        KEY key public_key _public_key public PKey rkey exchange.key key_id
        FREQTRADE__EXCHANGE__KEY ключ Schlüssel config.key
    """,
    (Kind.SECRET_KEY, EXACT): """
        BINANCE_API_SECRET BINANCE_API_SECRET_KEY BINANCE_SECRET_KEY binance_secret_key Binance_API_SECRET
        mybinancesecretkey binance_perpetual_testnet_api_secret
    """,
    (Kind.SECRET_KEY, CLEAR): """
        api_secret secret_key API_SECRET SECRET_KEY api_secret_key API_SECRET_KEY _secret_key
        apiSecret g_secret_key __secret_key p_secret_key nsecret_key YourApiSecret secretKey
        API_secret _API_SECRET TESTNET_SECRET_KEY BINANCE_SECRET binance_secret key_secret
        api_key_secret api_sec sec_key --api-secret 密钥 シークレットキー 시크릿키 clave_secreta
    """,
    (
        Kind.SECRET_KEY,
        WEAK,
    ): "SECRET secret b_secret SKey exchange.secret exchange.config.secret 시크릿 секрет",
    (Kind.PRIVATE_KEY, EXACT): "BINANCE_PRIVATE_KEY BINANCE_RSA_PRIVATE_KEY BINANCE_ED25519_PRIVATE_KEY",
    (
        Kind.PRIVATE_KEY,
        CLEAR,
    ): "private_key privateKey privatekey private_key_pem ed25519_private_key rsa_key 私钥 秘密鍵",
    (Kind.PRIVATE_KEY, WEAK): "pem private",
    (Kind.PASSPHRASE, CLEAR): """
        private_key_pass private_key_passphrase api_secret_passphrase key_password BINANCE_PASSPHRASE
    """,
    (Kind.PASSPHRASE, WEAK): "passphrase kucoin_passphrase",
    (
        Kind.UNKNOWN,
        CLEAR,
    ): "BinanceKeys binance_keys api_keys APIKeys get_api_keys binance_credentials binance_token",
    (Kind.UNKNOWN, WEAK): "_keys samplekeys myKeys credentials creds",
}
CASES = [(name, kind, strength) for (kind, strength), names in READINGS.items() for name in names.split()]


@pytest.mark.parametrize(("name", "kind", "strength"), CASES)
def test_kind_and_strength(name: str, kind: Kind, strength: int) -> None:
    reading = read_name(name)
    assert (reading.kind, reading.strength, reading.innocent) == (kind, strength, False)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("API Key", Kind.API_KEY),
        ("Secret Key", Kind.SECRET_KEY),
        ("API 密钥", Kind.API_KEY),
        ("API 키", Kind.API_KEY),
        ("시크릿 키", Kind.SECRET_KEY),
        ("개인 키", Kind.PRIVATE_KEY),
        ("clé secrète", Kind.SECRET_KEY),
        ("секретный ключ", Kind.SECRET_KEY),
        ("chave secreta", Kind.SECRET_KEY),
    ],
)
def test_labels_of_several_words(name: str, kind: Kind) -> None:
    assert read_name(name).kind is kind


INNOCENT = words("""
    listen_key listenKey binance_listen_key cache_key sort_key primary_key ForeignKey
    public_key_file conn_key msg_key signature sign hash digest sha256 checksum token_id order_id
    client_order_id tx tx_hash address nonce csrf session session_key jwt JWT_SECRET fernet
    fernet_key DJANGO_SECRET_KEY FLASK_SECRET_KEY X-OC-SIGN BINANCE_SIGNATURE monkey keyboard
    keyword hotkey BINANCE_PRIVATE_KEY_PATH private_key_file api_key_name has_api_key api_key_header
    key_type webhook_secret partition_key redis_key
""")


@pytest.mark.parametrize("name", INNOCENT)
def test_innocent(name: str) -> None:
    reading = read_name(name)
    assert reading.innocent
    assert (reading.kind, reading.strength) == (None, NONE)


@pytest.mark.parametrize("name", [*words("client x price finance spot username _ 1 user_data"), ""])
def test_names_that_say_nothing(name: str) -> None:
    reading = read_name(name)
    assert (reading.kind, reading.company, reading.vendor, reading.strength) == (None, False, None, NONE)


VENDORS = {
    "openai_api_key": "openai",
    "openaiapikey": "openai",
    "STRIPE_SECRET_KEY": "stripe",
    "AWS_SECRET_ACCESS_KEY": "aws",
    "telegram_token": "telegram",
    "KRAKEN_API_KEY": "kraken",
    "bybitApiKey": "bybit",
    "OKX_SECRET": "okx",
    "kucoin_passphrase": "kucoin",
    "coinbaseKey": "coinbase",
    "BITMEX_API_KEY": "bitmex",
    "huobi_secret_key": "huobi",
    "gateio_key": "gate",
    "githubToken": "github",
    "SLACK_SECRET": "slack",
    "twilio_auth": "twilio",
    "SENDGRID_API_KEY": "sendgrid",
    "infura_key": "infura",
    "etherscan_api_key": "etherscan",
    "bscscan_api_key": "bscscan",
    "alchemy.key": "alchemy",
    "cryptocompare_api_key": "cryptocompare",
    "CMC_API_KEY": "coinmarketcap",
}


@pytest.mark.parametrize(("name", "vendor"), VENDORS.items())
def test_vendor(name: str, vendor: str) -> None:
    reading = read_name(name)
    assert (reading.vendor, reading.company) == (vendor, False)


def test_company_comes_before_vendor() -> None:
    reading = read_name("binance_or_kraken_key")
    assert (reading.company, reading.vendor) == (True, None)


@pytest.mark.parametrize(
    "name", ["TESTNET_API_KEY", "demoApiKey", "sandbox.secret", "testnetkey", "API_KEY_TESTNET", "测试网密钥"]
)
def test_testnet(name: str) -> None:
    assert read_name(name).testnet


@pytest.mark.parametrize("name", ["api_key", "latest_key", "attestation", "contest"])
def test_no_testnet(name: str) -> None:
    assert not read_name(name).testnet


def test_split() -> None:
    assert split_name("binanceApiKey2") == ("binance", "api", "key", "2")
    assert split_name("X-MBX-APIKEY") == ("x", "mbx", "api", "key")
    assert split_name("HTTPServerKey") == ("http", "server", "key")
    assert split_name("sha256") == ("sha256",)


@pytest.mark.parametrize(
    "text",
    [
        *[
            "binance",
            "BinanceKeys",
            "BINANCE_KEY",
            "mybinance",
            "https://api.binance.com",
            "https://api.binance.us",
        ],
        *[
            "https://www.trbinance.com",
            "x-mbx-apikey",
            "X-MBX-APIKEY",
            "ccxt.binanceusdm",
            "币安API",
            "yfinance, binance",
        ],
    ],
)
def test_speaks_of_binance(text: str) -> None:
    assert speaks_of_binance(text)


@pytest.mark.parametrize(
    "text", ["", "finance", "yfinance", "refinance", "binanceless", "inance", "ccxt", "kraken"]
)
def test_does_not_speak_of_binance(text: str) -> None:
    assert not speaks_of_binance(text)


@pytest.mark.parametrize(
    "text",
    [
        *[
            "testnet=True",
            "https://testnet.binance.vision/api",
            "https://testnet.binancefuture.com",
            "TESTNET",
        ],
        *[
            "https://demo-api.binance.com",
            "set_sandbox_mode(True)",
            "demo=True",
            "test net",
            "测试网",
            "テストネット",
        ],
    ],
)
def test_says_testnet(text: str) -> None:
    assert says_testnet(text)


@pytest.mark.parametrize(
    "text", ["", "test", "testnet=False", '"testnet": false', "latest network", "use_testnet = False"]
)
def test_does_not_say_testnet(text: str) -> None:
    assert not says_testnet(text)


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "key" * 40_000, "A_" * 50_000, "testnet" * 40_000, "kA" * 50_000, "币" * 90_000]
)
def test_long_names_end_at_once(text: str) -> None:
    begun = time.process_time()
    read_name(text)
    speaks_of_binance(text)
    says_testnet(text)
    assert time.process_time() - begun < 1.0
