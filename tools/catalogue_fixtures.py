"""Writes `fixtures/catalogue`: programs that use every catalogue entry of tier 1 and 2, loudly and quietly.

The values are those of `fixtures/CREDENTIALS.md`, drawn in order, so that the same catalogue gives the same
files. `--check` writes nothing; it names what is out of date, and then exits 1.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "src" / "binlint" / "catalogue"
CREDENTIALS = ROOT / "fixtures" / "CREDENTIALS.md"
TARGET = ROOT / "fixtures" / "catalogue"

CODES = {
    "api_key": "BIN101",
    "api_secret": "BIN102",
    "private_key": "BIN103",
    "private_key_passphrase": "BIN104",
}
CREDENTIAL_FORMS = {"str", "pem_text", "bytes", "base64_key"}

Table = dict[str, Any]


class Values:
    """The documented values, drawn in order. Each file begins elsewhere, so that files differ."""

    def __init__(self, start: int) -> None:
        text = CREDENTIALS.read_text(encoding="utf-8")
        self._sections: dict[str, list[str]] = {
            part.partition("\n")[0]: re.findall(r"```text\n(.*?)\n```", part, re.DOTALL)
            for part in text.split("\n## ")[1:]
        }
        self._keys = self._sections["API keys and secrets"][0].split("\n")
        self._at = start * 7
        self._pem = start

    def key(self) -> str:
        """The next key or secret."""
        self._at += 1
        return self._keys[self._at % len(self._keys)]

    def pem(self) -> str:
        """The next Ed25519 private key."""
        keys = self._sections["Ed25519 private keys (PKCS#8 PEM)"]
        self._pem += 1
        return keys[self._pem % len(keys)] + "\n"

    def digests(self) -> list[str]:
        """The texts of 64 hexadecimal digits."""
        return self._sections["64 hex"][0].split("\n")

    def locked(self) -> tuple[str, str]:
        """An encrypted Ed25519 private key and its passphrase."""
        return self._sections["Encrypted private keys"][0] + "\n", self._sections["Passphrases"][0].split(
            "\n"
        )[0]


class Argument(NamedTuple):
    """An argument of a call: `name` None for positional, `code` empty for what is no credential."""

    name: str | None
    value: str
    code: str = ""


def quoted(text: str) -> str:
    """A literal in double quotes, on one line."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def call(function: str, arguments: Iterable[Argument], indent: str = "    ", prefix: str = "return ") -> str:
    """A call with one argument a line, each credential with its expectation."""
    lines = [f"{indent}{prefix}{function}("]
    for argument in arguments:
        name = f"{argument.name}=" if argument.name else ""
        lines.append(commented(f"{indent}    {name}{argument.value},", argument.code))
    return "\n".join([*lines, f"{indent})"])


def commented(line: str, code: str) -> str:
    """A line with the code that is expected on it."""
    return f"{line}  # expect: {code}" if code else line


def mapping(entries: Iterable[tuple[str, Argument]], indent: str) -> list[str]:
    """The lines between the braces of a dict, nested by dots in the keys."""
    lines = []
    nested: dict[str, list[tuple[str, Argument]]] = {}
    for key, argument in entries:
        head, dot, rest = key.partition(".")
        if dot:
            nested.setdefault(head, []).append((rest, argument))
        else:
            lines.append(commented(f"{indent}{quoted(head)}: {argument.value},", argument.code))
    for head, inner in nested.items():
        lines += [f"{indent}{quoted(head)}: {{", *mapping(inner, indent + "    "), f"{indent}}},"]
    return lines


def takes_text(param: Table) -> bool:
    """Whether a text that is a credential can stand here."""
    forms = set(param.get("forms", ()))
    return param["kind"] in CODES and (not forms or bool(forms & CREDENTIAL_FORMS))


def is_key_object(param: Table) -> bool:
    """Whether a loaded key stands here."""
    return param["kind"] == "private_key" and param.get("forms") == ["key_object"]


class Program:
    """The file of one package."""

    def __init__(self, package: str, number: int, catalogue: Table) -> None:
        self.package = package
        self.values = Values(number)
        self.shapes = {shape["id"]: shape for shape in catalogue["shape"]}
        self.blocks: list[str] = []
        self._names: set[str] = set()

    def text(self) -> str:
        """The whole file."""
        head = f'"""Ways of {self.package} to take a credential, all of them with literals."""\n'
        return "\n\n\n".join([head.rstrip("\n"), *self.blocks]) + "\n"

    def add(self, api: Table) -> None:
        """All forms of one entry."""
        names = list(
            dict.fromkeys(n for release in (api, *api.get("variant", ())) for n in release.get("names", ()))
        )
        if any(param["kind"] == "config" for param in api["params"]):
            self._add_config(api, names)
            return
        for position, name in enumerate(names):
            self._function(
                api, name, self._by_position(api, api["params"]), "positional" if not position else "again"
            )
        self._function(api, names[0], self._by_name(api, api["params"]), "keyword", plain=True)
        for variant in api.get("variant", ()):
            if self._moves(api, variant):
                version = re.sub(r"\W", "_", variant["version"])
                self._function(api, names[0], self._by_position(api, variant["params"]), f"release_{version}")
        self._add_attributes(api, names[0])

    def add_alias(self, alias: Table) -> None:
        """The second names of the configuration classes."""
        for name in alias["names"]:
            arguments = [self._argument("api_key", "api_key"), self._argument("api_secret", "api_secret")]
            api = {"call": "class", "id": alias["id"] + name.rpartition(".")[2]}
            self._function(api, name, arguments, "alias")

    # arguments

    def _moves(self, api: Table, variant: Table) -> bool:
        now = {(p["name"], p.get("index")) for p in api["params"]}
        return any((p["name"], p.get("index")) not in now for p in variant.get("params", ()) if takes_text(p))

    def _argument(self, name: str | None, kind: str, key: str = "") -> Argument:
        if kind == "private_key":
            return Argument(name, quoted(key or self.values.pem()), CODES[kind])
        return Argument(name, quoted(key or self.values.key()), CODES[kind])

    def _made(self, param: Table, name: str | None, locked: bool) -> Argument | None:
        if is_key_object(param):
            return Argument(name, "key")
        if not takes_text(param):
            return None
        kind = param["kind"]
        if kind == "private_key_passphrase":
            return self._argument(name, kind, self.values.locked()[1])
        if kind == "private_key" and locked:
            return self._argument(name, kind, self.values.locked()[0])
        return self._argument(name, kind)

    def _by_position(self, api: Table, params: list[Table]) -> list[Argument]:
        locked = any(p["kind"] == "private_key_passphrase" for p in params)
        placed = {p["index"]: p for p in params if p.get("index") is not None}
        when = api.get("when", {})
        wanted = [i for i, p in placed.items() if takes_text(p) or is_key_object(p)]
        arguments: list[Argument] = []
        for index in range(max(wanted, default=-1) + 1):
            made = self._made(placed[index], None, locked) if index in placed else None
            if made is None:
                value = quoted(when["values"][0]) if when.get("index") == index else "None"
                made = Argument(None, value)
            arguments.append(made)
        named = [self._made(p, p["name"], locked) for p in params if p.get("index") is None]
        return [*arguments, *(argument for argument in named if argument is not None)]

    def _by_name(self, api: Table, params: list[Table]) -> list[Argument]:
        arguments = [self._made(p, p["name"], False) for p in params if p["kind"] != "private_key_passphrase"]
        when = api.get("when")
        first = [Argument(when["param"], quoted(when["values"][0]))] if when else []
        return [*first, *(argument for argument in arguments if argument is not None)]

    # code

    def _name(self, api: Table, form: str) -> str:
        last = api["id"].rpartition("/")[2]
        stem = re.sub(r"\W+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", last)).lower().strip("_")
        name, number = f"{stem}_{form}", 2
        while name in self._names:
            name, number = f"{stem}_{form}_{number}", number + 1
        self._names.add(name)
        return name

    def _function(
        self, api: Table, name: str, arguments: list[Argument], form: str, *, plain: bool = False
    ) -> None:
        imported, target = self._target(api, name, plain)
        head = "async def" if api["call"] == "classmethod" and "create" in name else "def"
        await_ = "await " if head != "def" else ""
        lines = [f"{head} {self._name(api, form)}():", f"    {imported}"]
        if any(argument.value == "key" for argument in arguments):
            lines[1:1] = [
                "    from cryptography.hazmat.primitives.serialization import load_pem_private_key",
                "",
            ]
            lines += [
                "",
                "    key = load_pem_private_key(",
                commented(f"        b{quoted(self.values.pem())},", "BIN103"),
            ]
            lines += ["        password=None,", "    )"]
        if api["call"] == "method":
            owner, _, method = target.rpartition(".")
            lines += ["", f"    receiver = {owner}()"]
            target = f"receiver.{method}"
        else:
            lines.append("")
        self.blocks.append("\n".join([*lines, call(target, arguments, prefix=f"return {await_}")]))

    @staticmethod
    def _target(api: Table, name: str, plain: bool) -> tuple[str, str]:
        """The import, and the callable as it is written then."""
        depth = 2 if api["call"] in ("method", "classmethod", "staticmethod") else 1
        parts = name.split(".")
        module, rest = ".".join(parts[:-depth]), parts[-depth:]
        if plain:
            return f"import {module}", name
        return f"from {module} import {rest[0]}", ".".join(rest)

    # dicts

    def _add_config(self, api: Table, names: list[str]) -> None:
        (param,) = [p for p in api["params"] if p["kind"] == "config"]
        keys = [
            *self.shapes.get(api.get("shape", ""), {}).get("config_keys", ()),
            *api.get("config_keys", ()),
        ]
        credential = [k for k in keys if k["kind"] in CODES and takes_text(k)]
        # Names for the same thing are alternatives: a dict of its own for each.
        sets: list[list[Table]] = []
        for key in credential:
            section = key["key"].rpartition(".")[0]
            for known in sets:
                if all(k["kind"] != key["kind"] or k["key"].rpartition(".")[0] != section for k in known):
                    known.append(key)
                    break
            else:
                sets.append([key])
        for number, chosen in enumerate(sets):
            for position, name in enumerate(names if not number else names[:1]):
                form = "dict" if not number and not position else "again"
                self._config(api, name, param, chosen, form, by_name=param.get("index") is None)
            self._config(api, names[0], param, chosen, "dict_keyword", by_name=True)
            self._config(api, names[0], param, chosen, "dict_variable", by_name=False, variable=True)
        pem = [k for k in sets[0] if "pem_text" in k.get("forms", ())]
        if pem:
            self._config(api, names[0], param, sets[0], "dict_private_key", by_name=True, pem=True)
        self._add_attributes(api, names[0])

    def _config(
        self,
        api: Table,
        name: str,
        param: Table,
        keys: list[Table],
        form: str,
        *,
        by_name: bool,
        variable: bool = False,
        pem: bool = False,
    ) -> None:
        imported, target = self._target(api, name, plain=form == "dict_keyword")
        when = api.get("when", {})
        entries = [
            (
                k["key"],
                self._argument(
                    None, "private_key" if pem and "pem_text" in k.get("forms", ()) else k["kind"]
                ),
            )
            for k in keys
        ]
        if when.get("key"):
            entries.insert(0, (when["key"], Argument(None, quoted(when["values"][0]))))
        lines = [f"def {self._name(api, form)}():", f"    {imported}", ""]
        body = ["{", *mapping(entries, "            " if not variable else "        "), "}"]
        if api["call"] == "method":
            owner, _, method = target.rpartition(".")
            lines.append(f"    receiver = {owner}()")
            target = f"receiver.{method}"
        if variable:
            lines += [f"    settings = {body[0]}", *body[1:-1], f"    {body[-1]}"]
        arguments = [*self._around(when, param, by_name)]
        prefix = f"{param['name']}=" if by_name or param.get("index") is None else ""
        lines.append(f"    return {target}(")
        for before in arguments:
            lines.append(f"        {before},")
        if variable:
            lines.append(f"        {prefix}settings,")
        else:
            lines += [f"        {prefix}{body[0]}", *body[1:-1], f"        {body[-1]},"]
        after = self._after(when, param, by_name)
        lines += [*(f"        {each}," for each in after), "    )"]
        self.blocks.append("\n".join(lines))

    @staticmethod
    def _around(when: Table, param: Table, by_name: bool) -> Iterator[str]:
        """What stands before the dict."""
        if by_name or param.get("index") is None:
            if when and not when.get("key"):
                yield f"{when['param']}={quoted(when['values'][0])}"
            return
        for index in range(param["index"]):
            yield quoted(when["values"][0]) if when.get("index") == index else "None"

    @staticmethod
    def _after(when: Table, param: Table, by_name: bool) -> Iterator[str]:
        """What stands after it."""
        if not by_name and param.get("index") is not None and when.get("index", -1) > param["index"]:
            yield quoted(when["values"][0])

    # attributes

    def _add_attributes(self, api: Table, name: str) -> None:
        shape = self.shapes.get(api.get("shape", ""), {})
        silent = {k["key"] for k in shape.get("config_keys", ()) if not takes_text(k)}
        attributes = [
            a for a in [*shape.get("attributes", ()), *api.get("attributes", ())] if a["kind"] in CODES
        ]
        attributes = [a for a in attributes if a["name"] not in silent]
        if not attributes or api["call"] not in ("class", "fields"):
            return
        imported, target = self._target(api, name, plain=False)
        lines = [f"def {self._name(api, 'attributes')}():", f"    {imported}", "", f"    client = {target}()"]
        locked = any(a["kind"] == "private_key_passphrase" for a in attributes)
        for attribute in attributes:
            made = self._made(attribute, None, locked)
            assert made is not None
            lines.append(commented(f"    client.{attribute['name']} = {made.value}", made.code))
        self.blocks.append("\n".join([*lines, "    return client"]))


def file_name(package: str) -> str:
    """A name that no import can mean: a file `binance.py` would shadow the package."""
    return "with_" + re.sub(r"\W+", "_", package).lower() + ".py"


def loud(catalogue: Table, additions: Table) -> Iterator[tuple[str, str]]:
    """The files with findings."""
    packages: dict[str, list[Table]] = {}
    for api in [*catalogue["api"], *additions["api"]]:
        if api["tier"] <= 2:
            packages.setdefault(api["package"], []).append(api)
    for number, (package, apis) in enumerate(packages.items()):
        program = Program(package, number, catalogue)
        for api in apis:
            program.add(api)
        yield f"loud/{file_name(package)}", program.text()
    program = Program("the official SDK's modules", len(packages), catalogue)
    for alias in catalogue["config_class_alias"]:
        program.add_alias(alias)
    yield "loud/with_binance_sdk_modules.py", program.text()


def negatives(catalogue: Table) -> Iterator[tuple[str, str]]:
    """Other services' clients with texts that look the same."""
    packages: dict[str, list[Table]] = {}
    for entry in catalogue["negative"]:
        packages.setdefault(entry["package"], []).append(entry)
    for number, (package, entries) in enumerate(packages.items()):
        program = Program(package, number + 40, catalogue)
        for entry in entries:
            silent = [dict(p, kind="api_key", forms=[]) for p in entry["params"]]
            for name in entry["names"]:
                arguments = [a._replace(code="") for a in program._by_name(entry, silent)]
                program._function({**entry, "call": "class"}, name, arguments, "keyword")
            positional = [a._replace(code="") for a in program._by_position(entry, silent)]
            program._function({**entry, "call": "class"}, entry["names"][0], positional, "positional")
        text = program.text().replace(
            program.text().partition("\n")[0],
            f'"""Another service\'s client ({package}) with its own keys."""',
        )
        yield f"quiet/{file_name(package)}", text


def other_values(catalogue: Table) -> Iterator[tuple[str, str]]:
    """Libraries for many exchanges, told to use another one."""
    program = Program("libraries for many exchanges", 80, catalogue)
    for api in catalogue["api"]:
        if api["tier"] <= 2 and "when" in api:
            other = {**api, "when": {**api["when"], "values": ["kraken"]}, "variant": []}
            program.add(other)
    for module in ("ccxt", "ccxt.async_support", "ccxt.pro"):
        for exchange in ("kraken", "okx", "kucoin"):
            api = {
                "id": f"{module}.{exchange}",
                "call": "class",
                "names": [f"{module}.{exchange}"],
                "shape": "ccxt",
                "params": [{"name": "config", "index": 0, "kind": "config"}],
            }
            program.add(api)
    text = re.sub(r"  # expect: BIN\d+", "", program.text())
    text = text.replace(
        text.partition("\n")[0], '"""Libraries for many exchanges with another one\'s keys."""'
    )
    yield "quiet/other_exchanges.py", text


def no_credentials(catalogue: Table) -> Iterator[tuple[str, str]]:
    """Binance classes that take no credential themselves."""
    lines = ['"""Clients that are given what holds the credential, or need none."""\n', "import os\n"]
    for entry in catalogue["no_credentials"]:
        for name in entry["names"]:
            module, _, last = name.rpartition(".")
            function = re.sub(r"\W+", "_", name).lower()
            takes = re.findall(r"config_\w+", entry["takes"])
            arguments = "".join(f"        {word}=configuration,\n" for word in takes)
            lines.append(f"\ndef {function}(configuration):\n    from {module} import {last}\n")
            body = f"(\n{arguments}    )" if takes else "(configuration)"
            lines.append(f"    return {last}{body}\n")
    value = Values(90)
    lines += [
        "\ndef user_stream():",
        "    from binance.websocket.spot.websocket_stream import SpotWebsocketStreamClient\n",
        "    client = SpotWebsocketStreamClient()",
        f"    client.user_data(listen_key={quoted(value.key())})",
        "    return client\n",
        "\ndef configured():",
        "    from binance_sdk_spot.spot import ConfigurationRestAPI, Spot\n",
        "    configuration = ConfigurationRestAPI(",
        '        api_key=os.environ["BINANCE_API_KEY"],',
        '        api_secret=os.environ["BINANCE_API_SECRET"],',
        '        private_key="/run/secrets/binance.pem",',
        "    )",
        "    return Spot(config_rest_api=configuration)",
    ]
    yield "quiet/no_credentials.py", "\n".join(lines) + "\n"


def from_environment(catalogue: Table, additions: Table) -> Iterator[tuple[str, str]]:
    """Every loud entry again, with look-ups in place of the literals."""
    for path, text in loud(catalogue, additions):
        quiet = re.sub(
            r'(?<=[ =])b?"(?:[^"\\]|\\.)*"(?=(,?)  # expect: (BIN\d+))',
            lambda match: {
                "BIN101": 'os.environ["BINANCE_API_KEY"]',
                "BIN102": 'os.getenv("BINANCE_API_SECRET")',
                "BIN103": 'open(os.environ["BINANCE_PRIVATE_KEY_PATH"]).read()',
                "BIN104": 'os.environ.get("BINANCE_PASSPHRASE", "")',
            }[match[2]],
            text,
        )
        quiet = re.sub(r"  # expect: BIN\d+", "", quiet)
        title, _, rest = quiet.partition("\n")
        title = title.replace(", all of them with literals", ", all of them from the environment")
        yield path.replace("loud/with_", "quiet/environment_"), f"{title}\n\nimport os\n{rest}"


SURROUNDINGS = """\
\"\"\"Settings, headers, signatures and older module names, all of them with literals.\"\"\"


def vectorbt_items():
    import vectorbt as vbt

    vbt.settings.data["binance"]["api_key"] = {}  # expect: BIN101
    vbt.settings.data["binance"]["api_secret"] = {}  # expect: BIN102


def vectorbt_whole():
    import vectorbt as vbt

    vbt.settings["data"]["binance"] = dict(
        api_key={},  # expect: BIN101
        api_secret={},  # expect: BIN102
    )


def vectorbt_update():
    import vectorbt as vbt

    vbt.settings.data["binance"].update(
        api_key={},  # expect: BIN101
        api_secret={},  # expect: BIN102
    )


def vectorbt_ccxt():
    import vectorbt as vbt

    vbt.settings.data["ccxt"]["binance"] = {{
        "apiKey": {},  # expect: BIN101
        "secret": {},  # expect: BIN102
    }}


def header(session):
    session.headers["X-MBX-APIKEY"] = {}  # expect: BIN101
    return session


def headers():
    import requests

    return requests.get(
        "https://api.binance.com/api/v3/account",
        headers={{"x-mbx-apikey": {}}},  # expect: BIN101
    )


def web3_header():
    import requests

    return requests.get(
        "https://web3.binance.com/build",
        headers={{"X-OC-APIKEY": {}}},  # expect: BIN101
    )


def pay_header():
    import requests

    return requests.post(
        "https://bpay.binanceapi.com/binancepay/openapi/order/query",
        headers={{"BinancePay-Certificate-SN": {}}},  # expect: BIN101
    )


def signature(query):
    import hashlib
    import hmac

    return hmac.new(
        {}.encode(),  # expect: BIN102
        query.encode(),
        hashlib.sha256,
    ).hexdigest()


def older_ccxt_pro():
    import ccxtpro

    return ccxtpro.binance(
        {{
            "apiKey": {},  # expect: BIN101
            "secret": {},  # expect: BIN102
        }}
    )


def bundled_ccxt():
    import binance.ccxt

    return binance.ccxt.binanceusdm(
        {{
            "apiKey": {},  # expect: BIN101
            "secret": {},  # expect: BIN102
        }}
    )


def by_name():
    import ccxt

    return getattr(ccxt, "binanceus")(
        {{
            "apiKey": {},  # expect: BIN101
            "secret": {},  # expect: BIN102
        }}
    )
"""

BEACON_CHAIN = """\
\"\"\"Wallets of a chain that was closed: other secrets than an exchange's.\"\"\"

from binance_chain.wallet import Wallet
from binancechain import Wallet as OtherWallet
from py_binance_chain.wallet import Wallet as ThirdWallet


def wallets(environment):
    return [
        Wallet({}, env=environment),
        OtherWallet(key={}),
        ThirdWallet(private_key={}),
    ]
"""


def surroundings() -> Iterator[tuple[str, str]]:
    """What is no call of a client."""
    values = Values(95)
    yield "loud/with_surroundings.py", SURROUNDINGS.format(*(quoted(values.key()) for _ in range(30)))
    yield "quiet/beacon_chain.py", BEACON_CHAIN.format(*map(quoted, values.digests()[:3]))


def files() -> dict[str, str]:
    """Path below the target → text."""
    catalogue = tomllib.loads((CATALOGUE / "binance_apis.toml").read_text(encoding="utf-8"))
    additions = tomllib.loads((CATALOGUE / "additions.toml").read_text(encoding="utf-8"))
    return {
        **dict(loud(catalogue, additions)),
        **dict(negatives(catalogue)),
        **dict(other_values(catalogue)),
        **dict(no_credentials(catalogue)),
        **dict(from_environment(catalogue, additions)),
        **dict(surroundings()),
    }


def main(arguments: list[str]) -> int:
    """Writes the fixtures, or with `--check` compares them."""
    made = files()
    if "--check" in arguments:
        present = {
            p.relative_to(TARGET).as_posix(): p.read_text(encoding="utf-8") for p in TARGET.rglob("*.py")
        }
        stale = sorted(path for path in {*made, *present} if made.get(path) != present.get(path))
        for path in stale:
            print(f"fixtures/catalogue/{path} is stale: run tools/catalogue_fixtures.py", file=sys.stderr)
        return 1 if stale else 0
    shutil.rmtree(TARGET, ignore_errors=True)
    for path, text in made.items():
        (TARGET / path).parent.mkdir(parents=True, exist_ok=True)
        (TARGET / path).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
