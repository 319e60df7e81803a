"""Private keys that become files of their own: only where nothing but the path of a key can be meant."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from kinds import keys

from binlint import engine
from binlint.config import Config
from binlint.finding import SecretText
from binlint.fixing.key_paths import in_file, read_path_name
from binlint.fixing.plan import Plan, Planner
from binlint.fixing.rewrite import Level
from binlint.fixing.styles import STYLES
from binlint.sources.discover import discover

KEY, API_KEY = keys.ed25519(), keys.api_key()
PATH = "BINANCE_PRIVATE_KEY_PATH"
HEAD = "from binance_common.configuration import ConfigurationRestAPI as Config\n"
ARGUMENT = f'{HEAD}def f():\n    return Config(api_key="{API_KEY}", private_key="""{KEY}""")\n'
NAMED = f'{HEAD}KEY = """{KEY}"""\nclient = Config(private_key=KEY)\n'


@pytest.fixture(autouse=True)
def _git_of_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)


def planned(
    root: Path,
    files: Mapping[str, str] | str,
    stored: Mapping[str, str] | None = None,
    held: Mapping[str, str] | None = None,
    paths: tuple[str, ...] = (".",),
    unsafe: bool = True,
) -> Plan:
    """The plan for some files; `stored` is in the store, `held` in the key files that it names."""
    for path, text in ({"bot.py": files} if isinstance(files, str) else files).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    config = Config(root=str(root), cwd=str(root))
    discovery = discover(paths, config, str(root))

    def read(path: str) -> bytes | None:
        return (root / path).read_bytes() if (root / path).exists() else None

    there, inside = (
        {name: SecretText(value) for name, value in (each or {}).items()} for each in (stored, held)
    )
    listing = [entry.path for entry in discovery.files]
    planner = Planner(read, there, STYLES["environ"], "BINANCE", unsafe, listing, keys=inside)
    return planner.plan(engine.examine(config, discovery).leaks)


def in_files(plan: Plan) -> dict[str, str]:
    """The variables with the path of a key file, and what the file holds."""
    return {each.name: each.value.reveal() for each in plan.settings if each.as_file and each.value}


def as_text(plan: Plan) -> dict[str, str]:
    """The variables with a private key itself."""
    found = {each.name: each.value.reveal() for each in plan.settings if not each.as_file and each.value}
    return {name: value for name, value in found.items() if value.startswith("-----")}


def after(plan: Plan, path: str = "bot.py") -> str:
    return next(each.after.decode() for each in plan.files if each.path == path)


def test_an_argument(tmp_path: Path) -> None:
    plan = planned(tmp_path, ARGUMENT, unsafe=False)
    assert in_files(plan) == {PATH: KEY + "\n"}
    assert f'private_key=os.environ["{PATH}"])' in after(plan)
    (move,) = (move for move in plan.moves if move.variable == PATH)
    assert move.level == Level.SAFE
    assert move.note == "the literal becomes a look-up; saved as a key file"
    assert {each.name for each in plan.settings} == {"BINANCE_API_KEY", PATH}


def test_a_name_that_is_only_handed_on(tmp_path: Path) -> None:
    plan = planned(tmp_path, NAMED + "other = Config(private_key=KEY)\n")
    assert in_files(plan) == {PATH: KEY + "\n"}
    assert f'KEY = os.environ["{PATH}"]\n' in after(plan)


def test_a_local_name(tmp_path: Path) -> None:
    text = f'{HEAD}def f():\n    key: str = """{KEY}"""\n    return Config(private_key=key)\n'
    assert in_files(planned(tmp_path, text)) == {PATH: KEY + "\n"}


@pytest.mark.parametrize("make", [keys.rsa, keys.rsa_traditional, keys.encrypted])
def test_other_keys(tmp_path: Path, make: object) -> None:
    assert callable(make)
    key = make()
    text = f'{HEAD}client = Config(private_key="""{key}""", private_key_passphrase="Wq7-kLmp")\n'
    plan = planned(tmp_path, text)
    assert in_files(plan) == {PATH: key + "\n"}


def test_a_passphrase_is_a_variable_of_its_own(tmp_path: Path) -> None:
    key = keys.encrypted()
    phrase = keys.alnum(20)
    text = f'{HEAD}client = Config(private_key="""{key}""", private_key_passphrase="{phrase}")\n'
    plan = planned(tmp_path, text)
    assert {each.name: each.as_file for each in plan.settings} == {
        PATH: True,
        "BINANCE_PRIVATE_KEY_PASSPHRASE": False,
    }


@pytest.mark.parametrize(
    "head",
    [
        "from binance_sdk_spot import ConfigurationRestAPI as Config\n",
        "from binance_common.configuration import ConfigurationWebSocketAPI as Config\n",
        "from binance_common.configuration import ConfigurationWebSocketStreams as Config\n",
        "from binance_web3_common.configuration import ConfigurationWebSocketStreams as Config\n",
        "from binance.core.auth import Credentials as Config\n",
        "import binance_common.configuration\nConfig = None\n",
    ],
)
def test_clients_that_take_a_path(tmp_path: Path, head: str) -> None:
    call = "Config" if " as Config" in head else "binance_common.configuration.ConfigurationRestAPI"
    plan = planned(tmp_path, f'{head}client = {call}(api_key="{API_KEY}", private_key="""{KEY}""")\n')
    assert in_files(plan) == {PATH: KEY + "\n"}


def test_an_argument_by_its_position(tmp_path: Path) -> None:
    head = "from binance_common.configuration import ConfigurationWebSocketAPI\n"
    plan = planned(tmp_path, f'{head}ConfigurationWebSocketAPI("{API_KEY}", None, """{KEY}""")\n')
    assert in_files(plan) == {PATH: KEY + "\n"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            f'from binance.client import Client\nClient(private_key="""{KEY}""")\n',
            "a path must be a Path there",
        ),
        (f'from binance.spot import Spot\nSpot(private_key="""{KEY}""")\n', "it takes no path"),
        (f'import ccxt\nccxt.binance({{"apiKey": "{API_KEY}", "secret": """{KEY}"""}})\n', "nor this"),
        (ARGUMENT.replace(f'"""{KEY}"""', f'"""{KEY}""".encode()'), "bytes"),
        (ARGUMENT.replace(f'"""{KEY}"""', f'b"""{KEY}"""'), "bytes"),
        (ARGUMENT.replace(f'"""{KEY}"""', f'"""\n{KEY}""".strip()'), "it is put together"),
        (NAMED.replace("private_key=KEY", "private_key=KEY.encode()"), "something else is made of it"),
        (NAMED + "print(len(KEY))\n", "a second use"),
        (NAMED + "class Other:\n    key = KEY\n", "a second name"),
        (NAMED + "def f(key=KEY):\n    return key\n", "a default"),
        (NAMED + "KEY = input()\n", "bound twice"),
        (NAMED + "def f():\n    global KEY\n", "bound elsewhere, perhaps"),
        (NAMED + "__all__ = ['KEY']\n", "published"),
        (NAMED + "print(globals())\n", "read without its name"),
        (NAMED + "print(client.private_key)\n", "the client is asked for it"),
        (NAMED + "print(getattr(client, 'private_key'))\n", "so it is here"),
        (NAMED.replace("Config(private_key=KEY)", "Config(**{'private_key': KEY})"), "a dict"),
        (NAMED.replace("Config(private_key=KEY)", "Config(private_key=KEY or None)"), "a condition"),
        (NAMED + "from other import *\n", "the class may be another one"),
        (NAMED.replace(HEAD, f"try:\n    {HEAD}except ImportError:\n    Config = dict\n"), "it may be here"),
        (
            NAMED.replace(HEAD, f"try:\n    {HEAD}except ImportError:\n    from mine import Config\n"),
            "and here",
        ),
        (f'{HEAD}class A:\n    KEY = """{KEY}"""\n    client = Config(private_key=KEY)\n', "an attribute"),
        (f'{HEAD}KEY = OTHER = """{KEY}"""\nConfig(private_key=KEY)\n', "two names"),
        (
            f'{HEAD}def make(key):\n    return Config(private_key=key)\nmake("""{KEY}""")\n',
            "what calls it does not see the client",
        ),
        (
            f'{HEAD}from functools import partial\npartial(Config, private_key="""{KEY}""")()\n',
            "the call stands elsewhere",
        ),
    ],
)
def test_what_stays_a_text(tmp_path: Path, text: str, why: str) -> None:
    plan = planned(tmp_path, text)
    assert not in_files(plan), why
    assert list(as_text(plan).values()) in ([], [KEY]), why
    assert as_text(plan) or plan.left, why


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (KEY.replace("\n", "\\r\\n"), "a file is read with other line ends"),
        (f" {KEY}".replace("\n", "\\n"), "it begins with something else"),
        (KEY.replace("\n", "\\n") + " ", "it ends with something else"),
    ],
)
def test_a_key_that_a_file_would_change(tmp_path: Path, key: str, why: str) -> None:
    plan = planned(tmp_path, f'{HEAD}client = Config(private_key="{key}")\n')
    assert not in_files(plan), why


@pytest.mark.parametrize(
    "other",
    [
        "from keys import KEY\nprint(KEY)\n",
        "from keys import *\nprint(KEY)\n",
        "import keys\nprint(keys.KEY)\n",
        "import keys\nprint(vars(keys))\n",
        "import importlib\nprint(getattr(importlib.import_module('keys'), 'KEY'))\n",
    ],
)
def test_a_name_that_another_file_may_take(tmp_path: Path, other: str) -> None:
    plan = planned(tmp_path, {"keys.py": NAMED, "other.py": other})
    assert not in_files(plan)
    assert list(as_text(plan).values()) in ([], [KEY])


def test_files_that_do_not_take_it(tmp_path: Path) -> None:
    files = {"keys.py": NAMED, "other.py": "from keys import client\n", "third.py": "KEY = 1\n"}
    assert in_files(planned(tmp_path, files)) == {PATH: KEY + "\n"}


def test_a_client_in_another_file(tmp_path: Path) -> None:
    files = {
        "keys.py": f'KEY = """{KEY}"""\n',
        "bot.py": f"{HEAD}from keys import KEY\nclient = Config(private_key=KEY)\n",
    }
    plan = planned(tmp_path, files)
    assert not in_files(plan)
    assert as_text(plan) == {"BINANCE_PRIVATE_KEY": KEY}


def test_a_hook_sees_not_who_takes_a_name(tmp_path: Path) -> None:
    assert not in_files(planned(tmp_path, NAMED, paths=("bot.py",)))
    assert in_files(planned(tmp_path, ARGUMENT, paths=("bot.py",)))


def test_all_places_of_a_key_or_none(tmp_path: Path) -> None:
    files = {"bot.py": ARGUMENT, "old.py": f'from binance.spot import Spot\nSpot(private_key="""{KEY}""")\n'}
    plan = planned(tmp_path, files)
    assert not in_files(plan)
    assert as_text(plan) == {"BINANCE_PRIVATE_KEY": KEY}


def test_a_last_line_break_makes_no_other_file(tmp_path: Path) -> None:
    with_break = ARGUMENT.replace(f'{KEY}"""', f'{KEY}\n"""')
    plan = planned(tmp_path, {"bot.py": ARGUMENT, "other.py": with_break})
    assert in_files(plan) == {PATH: KEY + "\n"}
    assert {move.variable for move in plan.moves} == {"BINANCE_API_KEY", PATH}
    assert f'private_key=os.environ["{PATH}"])' in after(plan, "other.py")


def test_a_last_line_break_makes_another_text(tmp_path: Path) -> None:
    text = f'from binance.spot import Spot\nSpot(private_key="""{KEY}""")\nSpot(private_key="""{KEY}\n""")\n'
    assert sorted(as_text(planned(tmp_path, text)).values()) == [KEY, KEY + "\n"]


def test_two_keys_have_two_names(tmp_path: Path) -> None:
    other = keys.ed25519()
    text = f'{HEAD}Config(private_key="""{KEY}""")\nConfig(private_key="""{other}""")\n'
    assert in_files(planned(tmp_path, text)) == {PATH: KEY + "\n", f"{PATH}_2": other + "\n"}


def test_the_test_network(tmp_path: Path) -> None:
    text = f'{HEAD}Config(private_key="""{KEY}""", base_path="https://testnet.binance.vision")\n'
    assert in_files(planned(tmp_path, text)) == {"BINANCE_TESTNET_PRIVATE_KEY_PATH": KEY + "\n"}


def test_an_account_with_a_name(tmp_path: Path) -> None:
    other = keys.ed25519()
    text = (
        f'{HEAD}ALT_KEY = """{KEY}"""\nMAKER_KEY = """{other}"""\n'
        "Config(private_key=ALT_KEY)\nConfig(private_key=MAKER_KEY)\n"
    )
    assert in_files(planned(tmp_path, text)) == {
        "BINANCE_ALT_PRIVATE_KEY_PATH": KEY + "\n",
        "BINANCE_MAKER_PRIVATE_KEY_PATH": other + "\n",
    }


def test_a_name_that_the_project_reads(tmp_path: Path) -> None:
    reads = 'import os\nwith open(os.environ["BINANCE_PEM_FILE"]) as stream:\n    print(stream.read())\n'
    plan = planned(tmp_path, {"bot.py": ARGUMENT, "other.py": reads})
    assert in_files(plan) == {"BINANCE_PEM_FILE": KEY + "\n"}


def test_a_name_for_keys_is_not_one_for_paths(tmp_path: Path) -> None:
    reads = 'import os\nprint(os.environ["BINANCE_PEM"])\n'
    assert in_files(planned(tmp_path, {"bot.py": ARGUMENT, "other.py": reads})) == {PATH: KEY + "\n"}


def test_a_name_by_whose_absence_the_program_does_something_else(tmp_path: Path) -> None:
    reads = f'import os\nif os.environ.get("{PATH}"):\n    print("live")\n'
    plan = planned(tmp_path, {"bot.py": ARGUMENT, "other.py": reads})
    assert in_files(plan) == {f"{PATH}_2": KEY + "\n"}


def test_a_file_that_the_store_names_already(tmp_path: Path) -> None:
    stored, held = {"MY_KEY_FILE": "/somewhere/my.pem"}, {"MY_KEY_FILE": KEY + "\n"}
    assert in_files(planned(tmp_path, ARGUMENT, stored, held)) == {"MY_KEY_FILE": KEY + "\n"}


def test_a_name_of_another_file_stays_its_name(tmp_path: Path) -> None:
    stored, held = {PATH: "/somewhere/my.pem"}, {PATH: keys.ed25519() + "\n"}
    assert in_files(planned(tmp_path, ARGUMENT, stored, held)) == {f"{PATH}_2": KEY + "\n"}
    assert in_files(planned(tmp_path, ARGUMENT, stored)) == {f"{PATH}_2": KEY + "\n"}


def test_a_key_that_the_store_has_as_text(tmp_path: Path) -> None:
    plan = planned(tmp_path, ARGUMENT, {"MY_KEY": KEY})
    assert not in_files(plan)
    assert as_text(plan) == {"MY_KEY": KEY}


def test_a_text_never_takes_the_name_of_a_path(tmp_path: Path) -> None:
    stored, held = {PATH: "/somewhere/my.pem"}, {PATH: KEY + "\n"}
    text = f'from binance.spot import Spot\nSpot(private_key="""{KEY}\n""")\n'
    assert as_text(planned(tmp_path, text, stored, held)) == {"BINANCE_PRIVATE_KEY": KEY + "\n"}


def test_a_comment_or_a_file_that_is_no_code_decides_nothing(tmp_path: Path) -> None:
    plan = planned(tmp_path, {"bot.py": ARGUMENT, "key.pem": KEY + "\n"})
    assert in_files(plan) == {PATH: KEY + "\n"}


def test_names_of_paths() -> None:
    assert in_file(SecretText(KEY)) == in_file(SecretText(f"{KEY}\n\n"))
    found = read_path_name("BINANCE_TESTNET_PRIVATE_KEY_FILE")
    assert found is not None
    assert found.testnet
    assert read_path_name("BINANCE_PRIVATE_KEY") is None
