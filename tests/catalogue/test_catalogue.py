"""The catalogue answers as the checked facts say."""

from __future__ import annotations

import pickle

import pytest

from binlint.catalogue import Api, Catalogue, Condition, Host, Parameter, load
from binlint.finding import Kind

CATALOGUE = load()

KEY = Parameter("api_key", Kind.API_KEY, 0)
SECRET = Parameter("api_secret", Kind.SECRET_KEY, 1)


def only(dotted: str) -> Api:
    (api,) = CATALOGUE.api(dotted)
    return api


@pytest.mark.parametrize(
    "dotted",
    [
        "binance.Client",
        "binance.client.Client",
        "binance.AsyncClient",
        "binance.client.AsyncClient",
        "binance.async_client.AsyncClient",
        "binance.client.AsyncClient.create",
        "binance.spot.Spot",
        "binance_common.configuration.ConfigurationRestAPI",
        "binance_sdk_spot.spot.ConfigurationRestAPI",
        "binance_sdk_spot.ConfigurationRestAPI",
        "unicorn_binance_rest_api.BinanceRestApiManager",
        "unicorn_binance_rest_api.unicorn_binance_rest_api_manager.BinanceRestApiManager",
        "binance.streams.ThreadedWebsocketManager",
        "rest_bs.rest.BsClient",
    ],
)
def test_key_and_secret_come_first(dotted: str) -> None:
    assert only(dotted).parameters[:2] == (KEY, SECRET)


@pytest.mark.parametrize(
    ("dotted", "key", "secret"),
    [
        ("binance.websocket.spot.websocket_api.SpotWebsocketAPIClient", 1, 2),
        ("binance_common.configuration.ConfigurationWebSocketStreams", 9, 10),
        ("binance_sdk_web3_wallet.web3_wallet.ConfigurationWebSocketStreams", 0, 1),
        ("unicorn_binance_websocket_api.BinanceWebSocketApiManager.create_stream", 4, 5),
        (
            "unicorn_binance_websocket_api.unicorn_binance_websocket_api_manager"
            ".BinanceWebSocketApiManager.create_stream",
            4,
            5,
        ),
        ("nautilus_trader.adapters.binance.BinanceExecClientConfig", 1, 2),
        ("vectorbt.BinanceData.download", None, None),
        ("binance_f.RequestClient", None, None),
        ("bittrade_binance_websocket.events.request_response.add_keys", 1, 0),
    ],
)
def test_positions_differ(dotted: str, key: int | None, secret: int | None) -> None:
    by_kind = {parameter.kind: parameter.index for parameter in only(dotted).parameters}
    assert (by_kind[Kind.API_KEY], by_kind[Kind.SECRET_KEY]) == (key, secret)


def test_a_parameter_that_moved_stands_at_all_its_positions() -> None:
    api = only("binance.client.Client")
    assert [p.index for p in api.parameters if p.name == "private_key"] == [7, 6]
    assert [p.index for p in api.parameters if p.name == "private_key_pass"] == [8, 7]


def test_packages_that_share_a_name_share_an_api() -> None:
    api = only("binance.api.API")
    assert {p.name for p in api.parameters} >= {"api_key", "key", "api_secret", "secret"}
    assert (api.id, api.tier) == ("binance-connector/API", 2)
    assert dict(CATALOGUE.attributes_of("binance.api.API")).items() >= {"key": Kind.API_KEY}.items()


def test_forms() -> None:
    by_name = {p.name: p for p in only("binance_common.configuration.ConfigurationRestAPI").parameters}
    assert by_name["private_key"] == Parameter(
        "private_key", Kind.PRIVATE_KEY, 11, accepts_path=True, path_or_key=True
    )
    assert by_name["private_key_passphrase"].kind is Kind.PASSPHRASE
    fix = only("binance_fix_connector.fix_connector.BinanceFixConnector")
    assert fix.parameters[1] == Parameter("private_key", Kind.PRIVATE_KEY, 2, key_object=True)
    um = {p.name: p for p in only("binance.um_futures.UMFutures").parameters}
    assert um["private_key"].keyword_only
    assert not um["private_key"].accepts_path
    assert not um["key"].keyword_only


@pytest.mark.parametrize(
    "dotted",
    [
        "binance_chain.wallet.Wallet",  # another kind of secret
        "py_binance_chain.wallet.Wallet.create_wallet_from_mnemonic",
        "binancechain.Wallet",
        "binancechain.wallet.Wallet",
        "binance_chain.signing.http.HttpApiSigningClient",
        "binance_fix_connector.utils.get_private_key",  # a path only
        "binance_fix_connector.utils.get_api_key",
        "binance_sdk_spot.spot.Spot",  # takes no credential itself
        "binance.BinanceSocketManager",
        "kucoin.client.Client",
        "ccxt.kraken",
        "Client",
        "",
    ],
)
def test_what_is_no_sink(dotted: str) -> None:
    assert CATALOGUE.api(dotted) == ()


def test_parameters_for_other_secrets_are_dropped() -> None:
    manager = only("unicorn_binance_trailing_stop_loss.BinanceTrailingStopLossManager")
    assert {p.name for p in manager.parameters} == {
        "api_key",
        "api_secret",
        "binance_public_key",
        "binance_private_key",
    }
    kinds = {p.name: p.kind for p in manager.parameters}
    assert kinds["binance_private_key"] is Kind.SECRET_KEY
    auth = only("binance.spot.signing.BinanceAuth")
    assert {p.name for p in auth.parameters if p.kind is Kind.PRIVATE_KEY} == {"private_key_pem"}


@pytest.mark.parametrize("exchange", ["binance", "binanceus", "binanceusdm", "binancecoinm"])
@pytest.mark.parametrize(
    "module",
    ["ccxt", "ccxt.async_support", "ccxt.pro", "ccxtpro", "ccxt.async", "binance.ccxt", "binance.ccxt.pro"],
)
def test_ccxt_by_every_name(module: str, exchange: str) -> None:
    for dotted in (f"{module}.{exchange}", f"{module}.{exchange}.{exchange}"):
        (config,) = only(dotted).config
        assert (config.name, config.index) == ("config", 0)
        assert {key.path: key.kind for key in config.keys} == {
            ("apiKey",): Kind.API_KEY,
            ("api_key",): Kind.API_KEY,
            ("secret",): Kind.SECRET_KEY,
        }
        assert CATALOGUE.attributes_of(dotted) == {"apiKey": Kind.API_KEY, "secret": Kind.SECRET_KEY}
        assert not CATALOGUE.is_other_vendor(dotted)


def test_dicts_within_dicts() -> None:
    (config,) = only("cryptofeed.FeedHandler").config
    assert ("binance_us", "key_secret") in {key.path for key in config.keys}
    assert config.accepts_path
    (config,) = only("vnpy_binance.BinanceSpotGateway.connect").config
    assert [key.path for key in config.keys] == [("API Key",), ("API Secret",), ("key",), ("secret",)]


def test_conditions() -> None:
    exchanges = ("binance", "binanceus", "binanceusdm", "binancecoinm")
    assert only("lumibot.brokers.Ccxt").when == Condition("config", 0, "exchange_id", exchanges)
    assert only("ccxtbt.CCXTStore").when == Condition("exchange", 0, None, exchanges)
    assert only("vectorbt.CCXTData.download_symbol").when == Condition(
        "exchange", 1, None, exchanges, default="binance"
    )
    market = only("investing_algorithm_framework.App.add_market").when
    assert market == Condition("market", 0, None, ("binance",), casefold=True)
    connect = only("vnpy.trader.engine.MainEngine.connect").when
    assert connect is not None
    assert "BINANCE_LINEAR" in connect.values


def test_attributes() -> None:
    assert CATALOGUE.attributes_of("binance.Client") == {
        "API_KEY": Kind.API_KEY,
        "API_SECRET": Kind.SECRET_KEY,
    }
    assert CATALOGUE.attributes_of("ccxt.kraken") == {}
    assert CATALOGUE.is_attribute("apiKey")
    assert not CATALOGUE.is_attribute("password")
    assert not CATALOGUE.is_attribute("privateKey")


def test_classes_and_what_calls_return() -> None:
    assert CATALOGUE.is_class("unicorn_binance_websocket_api.BinanceWebSocketApiManager")
    assert CATALOGUE.is_class("ccxtpro.binance")
    assert not CATALOGUE.is_class("binance.client")
    assert CATALOGUE.knows("binance.BinanceSocketManager")
    assert not CATALOGUE.knows("binance.enums")
    assert CATALOGUE.returns("binance.AsyncClient.create") == "binance.AsyncClient"
    assert CATALOGUE.returns("binance.Client") == "binance.Client"
    assert CATALOGUE.returns("os.getenv") is None


@pytest.mark.parametrize("root", ["binance", "binance_common", "binance_sdk_spot", "binance_f", "rest_bs"])
def test_binance_roots(root: str) -> None:
    assert CATALOGUE.is_binance_root(root)


@pytest.mark.parametrize(
    "root", ["ccxt", "hummingbot", "kucoin", "binance_chain", "bscscan", "os", "finance"]
)
def test_no_binance_roots(root: str) -> None:
    assert not CATALOGUE.is_binance_root(root)


def test_shared_roots() -> None:
    assert [
        CATALOGUE.is_shared_root(root) for root in ("ccxt", "ccxtpro", "lumibot", "binance", "kucoin")
    ] == [
        True,
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    "dotted",
    [
        "kucoin.client.Client",
        "stripe",
        "google.cloud.storage.Client",
        "twilio.rest.Client",
        "ccxt.kraken",
        "ccxt.pro.probit",
        "ccxt.async_support.okx.okx",
        "ccxtpro.bybit",
        "ccxt.bitrue",
        "cryptoxlib.CryptoXLib.CryptoXLib.create_bitpanda_client",
        "hummingbot.connector.exchange.kraken.kraken_exchange.KrakenExchange",
        "nautilus_trader.adapters.bybit.BybitDataClientConfig",
        "cryptofeed.exchanges.Kraken",
        "binance_chain.wallet.Wallet",
    ],
)
def test_other_vendors(dotted: str) -> None:
    assert CATALOGUE.is_other_vendor(dotted)


@pytest.mark.parametrize(
    "dotted",
    [
        "binance.Client",
        "ccxt",
        "ccxt.Exchange",
        "ccxt.base.exchange.Exchange",
        "ccxt.NetworkError",
        "ccxt.async_support",
        "ccxt.binance",
        "cryptoxlib.CryptoXLib.CryptoXLib.create_binance_client",
        "hummingbot.connector.exchange.binance.binance_exchange.BinanceExchange",
        "cryptofeed.exchanges.BinanceFutures",
        "google.colab.userdata.get",
        "stripes.Client",
        "requests.get",
    ],
)
def test_not_other_vendors(dotted: str) -> None:
    assert not CATALOGUE.is_other_vendor(dotted)


@pytest.mark.parametrize(
    "root", ["os", "hmac", "requests", "Crypto", "pydantic", "google.colab", "numpy", "ccxt"]
)
def test_neutral(root: str) -> None:
    assert CATALOGUE.is_neutral(root)


@pytest.mark.parametrize("root", ["binance", "stripe", "google", "my_project"])
def test_not_neutral(root: str) -> None:
    assert not CATALOGUE.is_neutral(root)


def test_every_negative_api_root_is_somebody_elses() -> None:
    for api in CATALOGUE.apis():
        for name in api.names:
            assert not CATALOGUE.is_other_vendor(name)


def test_surroundings() -> None:
    assert CATALOGUE.headers == {
        "x-mbx-apikey": Kind.API_KEY,
        "x-oc-apikey": Kind.API_KEY,
        "binancepay-certificate-sn": Kind.API_KEY,
    }
    assert CATALOGUE.payload == {"apiKey": Kind.API_KEY, "553": Kind.API_KEY}
    assert dict(CATALOGUE.settings["vectorbt.settings.data.binance"]) == {
        "api_key": Kind.API_KEY,
        "api_secret": Kind.SECRET_KEY,
    }
    assert ("secret", Kind.SECRET_KEY) in CATALOGUE.settings["vectorbt.settings.data.ccxt.binance"]
    assert CATALOGUE.hosts["testnet.binance.vision"] == Host("testnet", "Binance spot test network")
    assert CATALOGUE.hosts["demo-fapi.binance.com"].environment == "demo"
    assert CATALOGUE.hosts["api3.binance.com"].environment == "production"
    assert "your-api-key" in CATALOGUE.placeholders
    assert all(value == value.casefold() for value in CATALOGUE.placeholders)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("BINANCE_API_KEY", Kind.API_KEY),
        ("binance_api_secret", Kind.SECRET_KEY),
        ("BINANCE_ED25519_API_SECRET", Kind.PRIVATE_KEY),
        ("BINANCE_PASSPHRASE", Kind.PASSPHRASE),
        ("MY_BINANCE_FUTURES_TESTNET_SECRET_KEY", Kind.SECRET_KEY),
        ("PROD_BINANCE_US_API_KEY", Kind.API_KEY),
        ("BINANCE_PRIVATE_KEY_PATH", None),
        ("BINANCE_API_URL", None),
        ("API_KEY", None),
        ("FREQTRADE__EXCHANGE__KEY", None),
        ("KUCOIN_API_KEY", None),
        ("FINANCE_API_KEY", None),
    ],
)
def test_environment(name: str, kind: Kind | None) -> None:
    assert CATALOGUE.environment(name) is kind


@pytest.mark.parametrize(
    ("dotted", "names"),
    [
        ("hmac.new", ["key"]),
        ("hmac.digest", ["key"]),
        ("cryptography.hazmat.primitives.serialization.load_pem_private_key", ["data", "password"]),
        ("Cryptodome.PublicKey.RSA.import_key", ["extern_key", "externKey", "passphrase"]),
        ("Crypto.PublicKey.ECC.import_key", ["encoded", "extern_key", "passphrase"]),
        ("nacl.signing.SigningKey", ["seed"]),
        ("rsa.PrivateKey.load_pkcs1", ["keyfile"]),
        ("jwt.encode", []),
        ("binance.Client", []),
    ],
)
def test_signing(dotted: str, names: list[str]) -> None:
    assert [parameter.name for parameter in CATALOGUE.signing(dotted)] == names


def test_samples() -> None:
    assert all(len(digest) == 64 and digest == digest.lower() for digest in CATALOGUE.samples)
    kinds = list(CATALOGUE.sample_kinds.values())
    known = [23, 5, 4, 0, 6]  # in the documentation; more are in the official clients
    assert all(kinds.count(kind) >= least for kind, least in zip(Kind, known, strict=True))


def test_names_that_the_byte_filter_has_to_know() -> None:
    assert "rest_bs.rest.BsClient" in CATALOGUE.names_without_keyword
    assert CATALOGUE.roots_without_keyword == {
        name.partition(".")[0] for name in CATALOGUE.names_without_keyword
    }


def test_there_is_one_catalogue() -> None:
    assert load() is Catalogue.load() is pickle.loads(pickle.dumps(CATALOGUE)) is CATALOGUE
