"""One pair of credentials is carried through every kind of file: what is a leak in one is a leak in all of them."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import NamedTuple

import pytest
from kinds.running import difference, misplaced, outcome, planted
from kinds.template import grow

BOT = """\
@@@@ bot.py
import os
from binance.client import Client

client = Client(os.environ["BINANCE_API_KEY"], os.environ["BINANCE_API_SECRET"])
"""


class Carrier(NamedTuple):
    """A file with a pair in it, as a template, and how a value is taken from elsewhere in this kind of file.

    In code the reference stands in place of the literal, with its quotes.
    """

    template: str
    reference: str = "${%s}"
    is_code: bool = False


def notebook(cell: str, head: str = '"cell_type": "code", "execution_count": 1, "outputs": []') -> str:
    return f"""\
@@@@ study.ipynb
{{
 "cells": [
  {{
   {head}, "metadata": {{}},
   "source": [
{cell}
   ]
  }}
 ],
 "metadata": {{"kernelspec": {{"language": "python", "name": "python3"}}}},
 "nbformat": 4,
 "nbformat_minor": 5
}}
"""


PYTHON = 'os.environ["%s"]'
CARRIERS: dict[str, Carrier] = {
    "Python module": Carrier(
        '@@@@ keys.py\nimport os\n\nBINANCE_API_KEY = "⟦K1⟧"\nBINANCE_API_SECRET = "⟦S1⟧"\n', PYTHON, True
    ),
    "notebook, code": Carrier(
        notebook(
            """\
    "import os\\n",
    "BINANCE_API_KEY = '⟦K1⟧'\\n",
    "BINANCE_API_SECRET = '⟦S1⟧'"
"""
        ),
        "os.getenv('%s')",
        True,
    ),
    "notebook of format 3": Carrier(
        """\
@@@@ old.ipynb
{"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"metadata": {}, "cells": [
 {"cell_type": "code", "collapsed": false, "language": "python", "metadata": {}, "outputs": [], "input": [
  "import os\\n",
  "BINANCE_API_KEY = '⟦K1⟧'\\n",
  "BINANCE_API_SECRET = '⟦S1⟧'\\n"
 ]}
]}]}
""",
        "os.getenv('%s')",
        True,
    ),
    "notebook, Markdown": Carrier(
        notebook(
            """\
    "# Binance\\n",
    "- API key: `⟦K1⟧`\\n",
    "- Secret key: `⟦S1⟧`"
""",
            '"cell_type": "markdown"',
        )
    ),
    "notebook, output": Carrier(
        notebook(
            '    "show()"',
            '"cell_type": "code", "execution_count": 1, "outputs": [{"name": "stdout", "output_type": "stream", "text": [\n'
            '     "BINANCE_API_KEY: ⟦K1⟧\\n",\n     "BINANCE_API_SECRET: ⟦S1⟧\\n"\n   ]}]',
        )
    ),
    "notebook, magic": Carrier(
        notebook(
            """\
    "%env BINANCE_API_KEY=⟦K1⟧\\n",
    "%env BINANCE_API_SECRET=⟦S1⟧"
"""
        )
    ),
    "dotenv": Carrier("@@@@ .env\nBINANCE_API_KEY=⟦K1⟧\nBINANCE_API_SECRET=⟦S1⟧\n"),
    "envrc": Carrier('@@@@ .envrc\nexport BINANCE_API_KEY="⟦K1⟧"\nexport BINANCE_API_SECRET="⟦S1⟧"\n', "$%s"),
    "dotenv of production": Carrier(
        "@@@@ deploy/.env.production\nBINANCE_API_KEY='⟦K1⟧'\nBINANCE_API_SECRET='⟦S1⟧'\n"
    ),
    "INI": Carrier("@@@@ config.ini\n[binance]\napi_key = ⟦K1⟧\napi_secret = ⟦S1⟧\n", "%%(%s)s"),
    "cfg": Carrier("@@@@ user.cfg\n[binance_user_config]\napi_key=⟦K1⟧\napi_secret_key=⟦S1⟧\n", "%%(%s)s"),
    "properties": Carrier("@@@@ app.properties\nbinance.api.key=⟦K1⟧\nbinance.api.secret=⟦S1⟧\n"),
    "TOML": Carrier('@@@@ config.toml\n[binance]\napi_key = "⟦K1⟧"\napi_secret = "⟦S1⟧"\n'),
    "JSON": Carrier(
        '@@@@ config.json\n{\n  "binance": {\n    "apiKey": "⟦K1⟧",\n    "secret": "⟦S1⟧"\n  }\n}\n'
    ),
    "JSON with comments": Carrier(
        '@@@@ config.jsonc\n{\n  // live\n  "binance": {\n    "apiKey": "⟦K1⟧", // mine\n    "secret": "⟦S1⟧",\n  },\n}\n'
    ),
    "JSON lines": Carrier(
        '@@@@ accounts.jsonl\n{"exchange": "binance", "apiKey": "⟦K1⟧", "secret": "⟦S1⟧"}\n{"exchange": "other"}\n'
    ),
    "YAML": Carrier("@@@@ config.yaml\nbinance:\n  api_key: ⟦K1⟧\n  api_secret: ⟦S1⟧\n"),
    "YAML, list of variables": Carrier(
        "@@@@ deploy.yaml\nenv:\n  - name: BINANCE_API_KEY\n    value: ⟦K1⟧\n  - name: BINANCE_API_SECRET\n    value: ⟦S1⟧\n"
    ),
    "Compose": Carrier(
        "@@@@ docker-compose.yml\nservices:\n  bot:\n    image: bot\n    environment:\n      - BINANCE_API_KEY=⟦K1⟧\n      - BINANCE_API_SECRET=⟦S1⟧\n"
    ),
    "Kubernetes Secret": Carrier(
        "@@@@ secret.yaml\napiVersion: v1\nkind: Secret\nmetadata:\n  name: binance\nstringData:\n  BINANCE_API_KEY: ⟦K1⟧\n  BINANCE_API_SECRET: ⟦S1⟧\n"
    ),
    "Kubernetes Secret in base64": Carrier(
        "@@@@ secret.yaml\napiVersion: v1\nkind: Secret\nmetadata:\n  name: binance\ndata:\n  BINANCE_API_KEY: ⟦K1:b64⟧\n  BINANCE_API_SECRET: ⟦S1:b64⟧\n"
    ),
    "workflow": Carrier(
        "@@@@ .github/workflows/test.yml\non: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    env:\n      BINANCE_API_KEY: ⟦K1⟧\n      BINANCE_API_SECRET: ⟦S1⟧\n",
        "${{ secrets.%s }}",
    ),
    "Dockerfile": Carrier(
        "@@@@ Dockerfile\nFROM python:3.12\nENV BINANCE_API_KEY=⟦K1⟧\nENV BINANCE_API_SECRET=⟦S1⟧\n"
    ),
    "Makefile": Carrier("@@@@ Makefile\nBINANCE_API_KEY := ⟦K1⟧\nBINANCE_API_SECRET := ⟦S1⟧\n", "$(%s)"),
    "shell": Carrier(
        '@@@@ run.sh\n#!/bin/sh\nexport BINANCE_API_KEY="⟦K1⟧"\nexport BINANCE_API_SECRET="⟦S1⟧"\n', "$%s"
    ),
    "PowerShell": Carrier(
        '@@@@ run.ps1\n$env:BINANCE_API_KEY = "⟦K1⟧"\n$env:BINANCE_API_SECRET = "⟦S1⟧"\n', "$env:%s"
    ),
    "systemd": Carrier(
        "@@@@ bot.service\n[Service]\nEnvironment=BINANCE_API_KEY=⟦K1⟧\nEnvironment=BINANCE_API_SECRET=⟦S1⟧\n"
    ),
    "Terraform": Carrier(
        '@@@@ main.tf\nvariable "BINANCE_API_KEY" {\n  default = "⟦K1⟧"\n}\nlocals {\n  BINANCE_API_SECRET = "⟦S1⟧"\n}\n',
        "var.%s",
        True,
    ),
    "Terraform variables": Carrier(
        '@@@@ prod.tfvars\nbinance_api_key    = "⟦K1⟧"\nbinance_api_secret = "⟦S1⟧"\n'
    ),
    "Markdown": Carrier("@@@@ README.md\n# Binance\n\n**API key:** ⟦K1⟧\n\n**Secret key:** `⟦S1⟧`\n"),
    "reStructuredText": Carrier("@@@@ usage.rst\nBinance\n=======\n\n:API key: ⟦K1⟧\n:API secret: ⟦S1⟧\n"),
    "notes": Carrier("@@@@ notes.txt\nBinance\n\nAPI Key\n⟦K1⟧\n\nSecret Key\n⟦S1⟧\n"),
    "log": Carrier(
        "@@@@ bot.log\n2026-03-01 08:00:01,123 DEBUG binance api_key=⟦K1⟧\n2026-03-01 08:00:01,124 DEBUG binance api_secret=⟦S1⟧\n"
    ),
    "CSV": Carrier(
        "@@@@ accounts.csv\nname,exchange,api_key,api_secret\nmain,binance,⟦K1⟧,⟦S1⟧\nempty,binance,,\n"
    ),
    "HTML": Carrier(
        "@@@@ account.html\n<h1>Binance</h1>\n<table>\n<tr><th>API key</th><th>API secret</th></tr>\n<tr><td>⟦K1⟧</td>\n<td>⟦S1⟧</td></tr>\n</table>\n"
    ),
    "XML": Carrier(
        "@@@@ accounts.xml\n<accounts>\n  <binance>\n    <apiKey>⟦K1⟧</apiKey>\n    <secretKey>⟦S1⟧</secretKey>\n  </binance>\n</accounts>\n"
    ),
    "SQL": Carrier(
        "@@@@ dump.sql\nINSERT INTO accounts (exchange, api_key, api_secret) VALUES ('binance', '⟦K1⟧', '⟦S1⟧');\n"
    ),
    "JavaScript": Carrier(
        "@@@@ bot.js\nconst Binance = require('node-binance-api');\nconst binance = new Binance().options({\n  APIKEY: '⟦K1⟧',\n  APISECRET: '⟦S1⟧',\n});\n",
        "process.env.%s",
        True,
    ),
    "TypeScript": Carrier(
        "@@@@ bot.ts\nimport ccxt from 'ccxt';\nexport const exchange = new ccxt.binance({\n  apiKey: '⟦K1⟧',\n  secret: '⟦S1⟧',\n});\n",
        "process.env.%s!",
        True,
    ),
    "Go": Carrier(
        '@@@@ main.go\npackage main\n\nimport "github.com/adshao/go-binance/v2"\n\nvar apiKey = "⟦K1⟧"\nvar secretKey = "⟦S1⟧"\nvar client = binance.NewClient(apiKey, secretKey)\n',
        'os.Getenv("%s")',
        True,
    ),
    "Rust": Carrier(
        '@@@@ main.rs\nuse binance::api::*;\n\nconst API_KEY: &str = "⟦K1⟧";\nconst SECRET_KEY: &str = "⟦S1⟧";\n',
        'env!("%s")',
        True,
    ),
    "Java": Carrier(
        '@@@@ Bot.java\nimport com.binance.connector.client.impl.SpotClientImpl;\n\nclass Bot {\n    static final String API_KEY = "⟦K1⟧";\n    static final String SECRET_KEY = "⟦S1⟧";\n}\n',
        'System.getenv("%s")',
        True,
    ),
    "C#": Carrier(
        '@@@@ Bot.cs\nusing Binance.Net.Clients;\n\nclass Bot {\n    const string ApiKey = "⟦K1⟧";\n    const string ApiSecret = "⟦S1⟧";\n}\n',
        'Environment.GetEnvironmentVariable("%s")',
        True,
    ),
    "PHP": Carrier(
        "@@@@ config.php\n<?php\ndefine('BINANCE_API_KEY', '⟦K1⟧');\ndefine('BINANCE_API_SECRET', '⟦S1⟧');\n",
        "getenv('%s')",
        True,
    ),
    "Ruby": Carrier(
        "@@@@ bot.rb\nrequire 'binance'\n\nclient = Binance::Spot.new(\n  key: '⟦K1⟧',\n  secret: '⟦S1⟧'\n)\n",
        "ENV['%s']",
        True,
    ),
    "byte-code": Carrier(
        '@@@@ __pycache__/keys.cpython-312.pyc | pyc\nimport os\nBINANCE_API_KEY = "⟦K1⟧"\nBINANCE_API_SECRET = "⟦S1⟧"\n',
        PYTHON,
        True,
    ),
    "byte-code, dictionary": Carrier(
        '@@@@ keys.pyc | pyc\nimport os\nbinance = {"api_key": "⟦K1⟧", "api_secret": "⟦S1⟧"}\n', PYTHON, True
    ),
    "byte-code in a wheel": Carrier(
        '@@@@ bot-1.0-py3-none-any.whl | zip\n@@@@> bot/keys.pyc | pyc\nimport os\nBINANCE_API_KEY = "⟦K1⟧"\nBINANCE_API_SECRET = "⟦S1⟧"\n',
        PYTHON,
        True,
    ),
    "dotenv in an archive": Carrier(
        "@@@@ backup.zip | zip\n@@@@> bot/.env\nBINANCE_API_KEY=⟦K1⟧\nBINANCE_API_SECRET=⟦S1⟧\n"
    ),
    "SQLite": Carrier(
        "@@@@ bot.db | sqlite\ncreate table accounts(exchange text, api_key text, api_secret text);\ninsert into accounts values ('binance', '⟦K1⟧', '⟦S1⟧');\n"
    ),
    "pickle": Carrier(
        '@@@@ state.pkl | pickle=4\n{"binance": {"apiKey": "⟦K1⟧", "secret": "⟦S1⟧"}, "symbols": ["BTCUSDT"]}\n'
    ),
}
NAMES = {"K": "BINANCE_API_KEY", "S": "BINANCE_API_SECRET"}
# Text, where the name beside a value says whose it is, and what stands around it does not.
LABELLED = frozenset(
    {
        *("notebook, Markdown", "Markdown", "reStructuredText", "notes", "log", "HTML", "XML"),
        *("JavaScript", "TypeScript", "Go", "Rust", "Java", "C#", "Ruby"),
    }
)
_NAME = re.compile(r"\b(?:(?:api|secret)[ _]?(?:key|secret)|secret|key)\b", re.IGNORECASE)
_PLACE = re.compile(r"⟦([KS])1(:b64)?⟧")
_LITERAL = re.compile(r"""(["'])⟦([KS])1⟧\1""")


@pytest.mark.parametrize("name", CARRIERS)
def test_a_pair_is_found(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grown = planted(BOT + CARRIERS[name].template, tmp_path / "project")
    said = outcome(tmp_path / "project", monkeypatch, ("json",))
    assert difference(grown.wanted, said.found) + misplaced(tmp_path / "project", grown, said.found) == []
    assert len(said.found) == 2  # nor do notes say it again


@pytest.mark.parametrize("name", CARRIERS)
def test_a_pair_is_found_in_a_file_alone(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grown = planted(CARRIERS[name].template, tmp_path / "project")
    said = outcome(tmp_path / "project", monkeypatch, ("json",))
    assert difference(grown.wanted, said.found) == []


@pytest.mark.parametrize("name", CARRIERS)
def test_a_placeholder_is_none(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    template = filled(CARRIERS[name].template, {"K": "YOUR_API_KEY_HERE", "S": "your-secret-key"})
    assert loud(BOT + template, tmp_path, monkeypatch) == []


@pytest.mark.parametrize("name", CARRIERS)
def test_a_long_placeholder_is_none(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    template = filled(CARRIERS[name].template, {"K": "x" * 64, "S": "0123456789abcdef" * 4})
    assert loud(BOT + template, tmp_path, monkeypatch) == []


@pytest.mark.parametrize("name", CARRIERS)
def test_a_reference_is_none(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    carrier = CARRIERS[name]
    forms = {letter: carrier.reference % known for letter, known in NAMES.items()}
    if carrier.is_code:
        template = _LITERAL.sub(lambda match: forms[match[2]], carrier.template)
        assert "⟦" not in template
    else:
        template = filled(carrier.template, forms)
    assert loud(BOT + template, tmp_path, monkeypatch) == []


@pytest.mark.parametrize("name", CARRIERS)
def test_a_documented_example_is_none(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    template = CARRIERS[name].template
    if ":b64" in template:
        pytest.skip("nobody encodes an example")
    template = _PLACE.sub(lambda match: f"⟦~docs:{'key' if match[1] == 'K' else 'secret'}⟧", template)
    assert loud(BOT + template, tmp_path, monkeypatch) == []


@pytest.mark.parametrize("name", CARRIERS)
def test_the_name_of_another_vendor_is_quiet(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = of_another_vendor(CARRIERS[name].template)
    if name in LABELLED:
        template = _NAME.sub(
            lambda match: f"{'Kraken ' if ' ' in match[0] else 'kraken_'}{match[0]}", template
        )
    assert loud(BOT + template, tmp_path, monkeypatch) == []


def of_another_vendor(template: str) -> str:
    for ours, theirs in (("BINANCE", "KRAKEN"), ("Binance", "Kraken"), ("binance", "kraken")):
        template = template.replace(ours, theirs)
    return template


def filled(template: str, values: dict[str, str]) -> str:
    """A carrier with these values, encoded where it encodes them."""

    def value(match: re.Match[str]) -> str:
        text = values[match[1]]
        return base64.b64encode(text.encode()).decode() if match[2] else text

    return _PLACE.sub(value, template)


def loud(template: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The warnings and errors about a project that deserves none."""
    grow(template, place / "project")
    said = outcome(place / "project", monkeypatch, ("json",))
    return difference((), said.found)
