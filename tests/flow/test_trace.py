"""Where a value goes decides: sinks, names, company, other vendors, test networks, pairs."""

from __future__ import annotations

import pytest
from findings import codes_of, findings_of

from binlint.finding import Kind, Severity

TUTORIAL = """\
from binance.client import Client

api_key = '{}'
api_secret = '{}'

client = Client(api_key, api_secret)
"""


def test_the_tutorial_with_its_own_values_is_a_note() -> None:
    found = findings_of(TUTORIAL.format("你的API_Key", "你的Secret_Key"))
    assert [(f.location.place.line, f.code, f.severity) for f in found] == [
        (3, "BIN201", Severity.NOTE),
        (4, "BIN201", Severity.NOTE),
    ]


def test_the_tutorial_with_real_shaped_values_is_two_paired_errors() -> None:
    key, secret = findings_of(TUTORIAL.format("«a»", "«b»"))
    assert (key.code, key.severity, key.kind) == ("BIN101", Severity.ERROR, Kind.API_KEY)
    assert (secret.code, secret.severity, secret.kind) == ("BIN102", Severity.ERROR, Kind.SECRET_KEY)
    assert key.pair == secret.location
    assert secret.pair == key.location


def test_the_way_leads_from_the_literal_to_the_client() -> None:
    key, _ = findings_of(TUTORIAL.format("«a»", "«b»"))
    assert [step.text for step in key.steps] == ["the literal", "`api_key`", "`Client(…)` of python-binance"]
    assert key.sink is not None
    assert key.sink.location.place.line == 6


def test_a_literal_in_two_clients_is_one_finding_with_both() -> None:
    found = findings_of(
        'from binance.client import Client, AsyncClient\nk = "«a»"\nClient(k, "«b»")\nAsyncClient(k, "«c»")\n'
    )
    first = found[0]
    assert [f.location.place.line for f in found] == [2, 3, 4]
    assert [step.location.place.line for step in first.also] == [4]


TESTNETS = {
    "flag": 'Client("«a»", "«b»", testnet=True)',
    "host": 'Client("«a»", "«b»", base_url="https://testnet.binance.vision")',
    "name of the variable": 'testnet_key = "«a»"\nClient(testnet_key, os.environ["S"])',
    "set later": 'c = Client("«a»", "«b»")\nc.API_URL = "https://testnet.binance.vision/api"',
}


@pytest.mark.parametrize("source", TESTNETS.values(), ids=TESTNETS)
def test_test_networks_lower_the_severity_and_silence_nothing(source: str) -> None:
    found = findings_of(f"import os\nfrom binance.client import Client\n{source}\n")
    assert found
    assert {f.severity for f in found} == {Severity.WARNING}
    assert all(f.testnet for f in found)


def test_a_flag_that_is_off_lowers_nothing() -> None:
    found = findings_of('from binance.client import Client\nClient("«a»", "«b»", testnet=False)\n')
    assert {f.severity for f in found} == {Severity.ERROR}


QUIET = {
    "another vendor's class of the same name": 'from kucoin.client import Client\nClient("«a»", "«b»", "p")',
    "the project's own class": 'class Client:\n    def __init__(self, a, b): ...\nClient("«a»", "«b»")',
    "another exchange of ccxt": 'import ccxt\nccxt.kraken({"apiKey": "«a»", "secret": "«b»"})',
    "beside Binance, to another vendor": (
        "from binance.client import Client\nfrom kucoin.client import Client as Other\n"
        'api_key = "«a»"\nOther(api_key, "x", "y")\nClient()'
    ),
    "overwritten before use": (
        "import os\nfrom binance.client import Client\nk = 'hunter2-abc'\nk = os.environ['K']\nClient(k, k)"
    ),
    "no arguments": "from binance.client import Client\nClient()\nClient('', '')",
    "a path of a key": (
        "from binance_common.configuration import ConfigurationRestAPI\n"
        "ConfigurationRestAPI(private_key='./keys/ed25519.pem')"
    ),
    "a web framework's secret": "SECRET_KEY = '«a»'\nINSTALLED_APPS = []",
    "a listenKey": "from binance.client import Client\nlisten_key = '«a»'",
}


@pytest.mark.parametrize("source", QUIET.values(), ids=QUIET)
def test_quiet(source: str) -> None:
    assert codes_of(source + "\n") == []


TABLE = {
    "name and company": ("import binance\nAPI_KEY = '«a»'", ["2 BIN101"], Severity.ERROR),
    "the name says both": ("BINANCE_API_SECRET = '«a»'", ["1 BIN102"], Severity.ERROR),
    "name only": ("api_key = '«a»'", ["1 BIN101"], Severity.WARNING),
    "company only": ("import binance\nx = '«a»'", ["2 BIN107"], Severity.WARNING),
    "a comment": ("import binance\n# api_secret = '«a»'", ["2 BIN102"], Severity.ERROR),
}


@pytest.mark.parametrize(("source", "codes", "severity"), TABLE.values(), ids=TABLE)
def test_what_reaches_no_client_is_judged_by_name_and_company(
    source: str, codes: list[str], severity: Severity
) -> None:
    found = findings_of(source + "\n")
    assert [f"{f.location.place.line} {f.code}" for f in found] == codes
    assert {f.severity for f in found} == {severity}


def test_neither_name_nor_company_is_nothing() -> None:
    assert codes_of("x = '«a»'\n") == []
    assert codes_of("x = '«a»'\n", project_company=True) == ["1 BIN107"]
