"""Which variables of a project may be reused, and which it tests and so must not suddenly find."""

from __future__ import annotations

import pytest

from binlint.fixing.known import Known, may_read, read_variables

NAME = "BINANCE_KEY"
REUSED = [
    'key, other = os.getenv("BINANCE_KEY"), 1',
    'def key():\n    return os.getenv("BINANCE_KEY")',
    'key = os.environ["BINANCE_KEY"]',
    'from os import environ as e\nkey = e["BINANCE_KEY"]',
    'key = os.getenv("BINANCE_KEY")',
    'key = os.getenv("BINANCE_KEY", "")',
    'key = os.environ.get("BINANCE_KEY", None)',
    'key = os.environ.get("BINANCE_KEY", default="")',
    'key = os.getenv("BINANCE_KEY").strip()',
    'Client(api_key=os.getenv("BINANCE_KEY"))',
    'Client(os.getenv("BINANCE_KEY"), 1)',
    'key = os.getenv("BINANCE_KEY")\nif not key:\n    raise SystemExit("no key")',
    'key = os.getenv("BINANCE_KEY")\nif key is None:\n    print("no key")\n    sys.exit(1)',
    'key = os.getenv("BINANCE_KEY")\nassert key',
    'class A:\n    def __init__(self):\n        self.key = os.getenv("BINANCE_KEY")',
    'from decouple import config\nkey = config("BINANCE_KEY")',
    'from decouple import config\nkey = config("BINANCE_KEY", cast=str)',
    'from environs import Env\nenv = Env()\nkey = env("BINANCE_KEY")',
    'from environs import Env\nenv = Env()\nkey = env.str("BINANCE_KEY")',
    "from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    binance_key: str",
    'from pydantic_settings import BaseSettings\nclass S(BaseSettings, env_prefix="BINANCE_"):\n    key: str',
]
AVOIDED = [
    'if os.getenv("BINANCE_KEY"):\n    live()',
    'key = os.getenv("BINANCE_KEY")\nif key:\n    live()',
    'key = os.getenv("BINANCE_KEY")\nif not key:\n    raise X\nelse:\n    live()',
    'key = os.getenv("BINANCE_KEY")\nwhile not key:\n    key = input()',
    'key = os.getenv("BINANCE_KEY") or ask()',
    'key = os.getenv("BINANCE_KEY")\nClient(key or ask())',
    'key = 1 if os.getenv("BINANCE_KEY") else 2',
    'key = os.getenv("BINANCE_KEY", ask())',
    'key = os.getenv("BINANCE_KEY", "paper")',
    'self.key = os.getenv("BINANCE_KEY")\nif self.key:\n    live()',
    'def live():\n    return os.environ.get("BINANCE_KEY") is not None',
    'def live():\n    key = os.environ.get("BINANCE_KEY")\n    return key is not None',
    'live = "BINANCE_KEY" in os.environ',
    'try:\n    key = os.environ["BINANCE_KEY"]\nexcept KeyError:\n    key = ask()',
    'if (key := os.getenv("BINANCE_KEY")):\n    live()',
    'key = config("BINANCE_KEY", default="")',
    'keys = [k for k in names if os.getenv("BINANCE_KEY")]',
    'match os.getenv("BINANCE_KEY"):\n    case None:\n        live()',
    'key, other = os.getenv("BINANCE_KEY"), 1\nif key:\n    live()',
    'def key():\n    return os.getenv("BINANCE_KEY")\nif key():\n    live()',
    'key = os.getenv("BINANCE_KEY", "")\nprint(bool(key))',
    'key = os.getenv("BINANCE_KEY")\nprint(f"key: {key}")',
    'print(os.getenv("BINANCE_KEY"))',
    'os.environ["BINANCE_KEY"] = "x"',
    'os.environ.setdefault("BINANCE_KEY", "x")\nkey = os.environ["BINANCE_KEY"]',
    'os.environ.update(BINANCE_KEY="x")',
    'os.putenv("BINANCE_KEY", "x")',
    'if broken(: os.getenv("BINANCE_KEY")',
]
NEITHER = [
    'key = os.environ["HOME_DIR"]',
    "os.environ[name]",
    'settings["BINANCE_KEY"]',
    'key = os.environ["binance_key"]',
    'from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    binance_key: str = ""',
    'print("BINANCE_KEY")',
]


@pytest.mark.parametrize("code", REUSED)
def test_names_that_are_reused(code: str) -> None:
    assert read_variables([f"import os, sys\n{code}\n"]) == Known(frozenset({NAME}), frozenset())


@pytest.mark.parametrize("code", AVOIDED)
def test_names_whose_absence_may_mean_something(code: str) -> None:
    assert read_variables([f"import os, sys\n{code}\n"]) == Known(frozenset(), frozenset({NAME}))


@pytest.mark.parametrize("code", NEITHER)
def test_what_reads_no_credential(code: str) -> None:
    assert read_variables([f"import os, sys\n{code}\n"]) == Known(frozenset(), frozenset())


def test_dynaconf_reads_with_its_prefix() -> None:
    for read in ("settings.BINANCE_KEY", 'settings["BINANCE_KEY"]', 'settings["binance_key"]'):
        code = f"from dynaconf import settings\nkey = {read}\n"
        assert read_variables([code]).reused == {"DYNACONF_BINANCE_KEY"}


def test_one_file_that_tests_a_name_is_enough() -> None:
    found = read_variables([f"import os\n{REUSED[0]}\n", f"import os\n{AVOIDED[0]}\n"])
    assert found == Known(frozenset(), frozenset({NAME}))


def test_files_that_are_not_even_parsed() -> None:
    assert all(may_read(code.encode()) for code in REUSED + AVOIDED if "BINANCE_KEY" in code)
    assert not may_read(b'key = "BINANCE_KEY"')
