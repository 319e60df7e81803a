"""The plan of a run: which literals go, under which names, and which stay and why."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from fresh_values import fresh_key

from binlint import engine
from binlint.config import Config
from binlint.finding import SecretText
from binlint.fixing.edits import Refusal
from binlint.fixing.imports import Use
from binlint.fixing.plan import Plan, Planner
from binlint.fixing.rewrite import Level
from binlint.fixing.styles import STYLES, Lookups, Style, Where
from binlint.leak import Leak
from binlint.sources.discover import discover

K1, S1, K2, S2 = (fresh_key() for _ in range(4))
HEAD = "from binance.client import Client\n"
CALL = f'{HEAD}def f():\n    return Client("{K1}", "{S1}")\n'
ENVIRON = STYLES["environ"]


class Project:
    """Files, and what a run finds in them."""

    def __init__(self, root: Path, files: Mapping[str, str]) -> None:
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
        self.root = root
        config = Config(root=str(root), cwd=str(root))
        discovery = discover((".",), config, str(root))
        self.listing = [entry.path for entry in discovery.files]
        self.leaks: Sequence[Leak] = engine.examine(config, discovery).leaks

    def read(self, path: str) -> bytes | None:
        return (self.root / path).read_bytes() if (self.root / path).exists() else None

    def planner(
        self,
        stored: Mapping[str, str] | None = None,
        style: Style = ENVIRON,
        unsafe: bool = True,
        prefix: str = "BINANCE",
    ) -> Planner:
        there = {name: SecretText(value) for name, value in (stored or {}).items()}
        return Planner(self.read, there, style, prefix, unsafe, self.listing)

    def plan(self, **options: object) -> Plan:
        return self.planner(**options).plan(self.leaks)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _git_of_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)


def settings(plan: Plan) -> dict[str, str | None]:
    return {each.name: each.value.reveal() if each.value is not None else None for each in plan.settings}


def moved(plan: Plan) -> list[str]:
    return [
        f"{move.leak.finding.location.path}:{move.leak.finding.location.place.line} {move.variable}"
        for move in plan.moves
    ]


def left(plan: Plan) -> dict[str, str]:
    return {f"{each.location.path}:{each.location.place.line}": each.reason for each in plan.left}


def after(plan: Plan, path: str) -> str:
    return next(each.after.decode() for each in plan.files if each.path == path)


def test_one_pair(tmp_path: Path) -> None:
    plan = Project(tmp_path, {"bot.py": CALL}).plan()
    assert settings(plan) == {"BINANCE_API_KEY": K1, "BINANCE_API_SECRET": S1}
    assert moved(plan) == ["bot.py:3 BINANCE_API_KEY", "bot.py:3 BINANCE_API_SECRET"]
    assert [move.level for move in plan.moves] == [Level.SAFE, Level.SAFE]
    assert plan.left == ()
    assert after(plan, "bot.py") == (
        "import os\n\n" + HEAD + "def f():\n"
        '    return Client(os.environ["BINANCE_API_KEY"], os.environ["BINANCE_API_SECRET"])\n'
    )


def test_a_plan_shows_nothing(tmp_path: Path) -> None:
    plan = Project(tmp_path, {"bot.py": CALL}).plan()
    assert not [value for value in (K1, S1) if value[:12] in repr(plan)]


def test_nothing_changes_on_the_disk(tmp_path: Path) -> None:
    Project(tmp_path, {"bot.py": CALL}).plan()
    assert [path.name for path in tmp_path.iterdir()] == ["bot.py"]
    assert (tmp_path / "bot.py").read_text() == CALL


def test_the_prefix(tmp_path: Path) -> None:
    plan = Project(tmp_path, {"bot.py": CALL}).plan(prefix="DESK")
    assert set(settings(plan)) == {"DESK_API_KEY", "DESK_API_SECRET"}


def test_accounts_are_told_apart(tmp_path: Path) -> None:
    text = f"""{HEAD}
ACCOUNTS = {{
    "alice": {{"key": "{K1}", "secret": "{S1}"}},
    "bob": {{"key": "{K2}", "secret": "{S2}"}},
}}
Client(ACCOUNTS["alice"]["key"], ACCOUNTS["alice"]["secret"])
Client(ACCOUNTS["bob"]["key"], ACCOUNTS["bob"]["secret"])
"""
    plan = Project(tmp_path, {"bot.py": text}).plan()
    assert settings(plan) == {
        "BINANCE_ALICE_API_KEY": K1,
        "BINANCE_ALICE_API_SECRET": S1,
        "BINANCE_BOB_API_KEY": K2,
        "BINANCE_BOB_API_SECRET": S2,
    }


def test_the_test_network(tmp_path: Path) -> None:
    text = f'{CALL}def g():\n    return Client("{K2}", "{S2}", testnet=True)\n'
    plan = Project(tmp_path, {"bot.py": text}).plan()
    assert settings(plan) == {
        "BINANCE_API_KEY": K1,
        "BINANCE_API_SECRET": S1,
        "BINANCE_TESTNET_API_KEY": K2,
        "BINANCE_TESTNET_API_SECRET": S2,
    }


def test_one_value_in_several_files(tmp_path: Path) -> None:
    plan = Project(tmp_path, {"bot.py": CALL, "deep/other.py": CALL}).plan()
    assert settings(plan) == {"BINANCE_API_KEY": K1, "BINANCE_API_SECRET": S1}
    assert [each.path for each in plan.files] == ["bot.py", "deep/other.py"]


def test_all_or_none_where_one_place_is_not_rewritten(tmp_path: Path) -> None:
    files = {"bot.py": CALL, "other.py": f'{HEAD}# {K1}\nkey = "pre {K1}"\nClient("{K1}", "{S2}")\n'}
    plan = Project(tmp_path, files).plan()
    assert set(settings(plan)) == {"BINANCE_API_SECRET", "BINANCE_API_SECRET_2"}
    assert K1 in after(plan, "bot.py")
    assert "other.py" in left(plan)["bot.py:3"]


def test_all_or_none_where_one_place_is_not_safe(tmp_path: Path) -> None:
    files = {"bot.py": CALL, "other.py": f'{HEAD}class C:\n    key = "{K1}"\nClient(C.key, "{S2}")\n'}
    plan = Project(tmp_path, files).plan(unsafe=False)
    assert K1 not in settings(plan).values()
    assert "--unsafe-fixes" in left(plan)["other.py:3"]
    assert "other.py, line 3" in left(plan)["bot.py:3"]
    assert set(settings(Project(tmp_path, files).plan()).values()) == {K1, S1, S2}


def test_all_or_none_where_one_file_cannot_import(tmp_path: Path) -> None:
    def provide(text: str, uses: Sequence[Use], where: Where) -> Lookups | Refusal:
        return Refusal("no way in") if "no import" in text else ENVIRON.provide(text, uses, where)

    style = ENVIRON._replace(provide=provide)
    files = {"bot.py": CALL, "other.py": f'# no import\n{HEAD}Client("{K1}", "{S2}")\n'}
    plan = Project(tmp_path, files).plan(style=style)
    assert K1 not in settings(plan).values(), "it would be in the store and in other.py"
    assert left(plan)["other.py:3"] == "no way in"
    assert "other.py" in left(plan)["bot.py:3"]


def test_what_is_no_code_keeps_nothing_from_going(tmp_path: Path) -> None:
    files = {"bot.py": CALL, "config.json": f'{{"binance_api_key": "{K1}"}}\n'}
    plan = Project(tmp_path, files).plan()
    assert set(settings(plan).values()) == {K1, S1}
    assert left(plan) == {"config.json:1": "only Python is rewritten: move it by hand"}


def test_a_name_in_the_store_with_another_value(tmp_path: Path) -> None:
    plan = Project(tmp_path, {"bot.py": CALL}).plan(stored={"BINANCE_API_KEY": "mine"})
    assert "BINANCE_API_KEY" not in settings(plan)
    assert K1 in settings(plan).values()


def test_the_sources_own_name_in_the_store_with_another_value(tmp_path: Path) -> None:
    text = f'import os\n{HEAD}def f():\n    Client(os.getenv("MY_KEY", "{K1}"), "{S1}")\n'
    plan = Project(tmp_path, {"bot.py": text}).plan(stored={"MY_KEY": "mine"})
    assert left(plan) == {"bot.py:4": "MY_KEY is in the store already, with another value"}
    assert settings(plan) == {"BINANCE_API_SECRET": S1}


def test_the_sources_own_name(tmp_path: Path) -> None:
    text = f'import os\n{HEAD}def f():\n    Client(os.getenv("MY_KEY", "{K1}"), "{S1}")\n'
    assert settings(Project(tmp_path, {"bot.py": text}).plan()) == {"MY_KEY": K1, "BINANCE_API_SECRET": S1}


def test_the_sources_own_name_is_used_for_the_value_elsewhere(tmp_path: Path) -> None:
    text = f'import os\n{HEAD}def f():\n    Client(os.getenv("MY_BINANCE_KEY", "{K1}"), "{S1}")\n'
    plan = Project(tmp_path, {"a.py": CALL, "bot.py": text}).plan()
    assert settings(plan) == {"MY_BINANCE_KEY": K1, "BINANCE_API_SECRET": S1}


@pytest.mark.parametrize("name", ["a.py", "z.py"])
def test_the_sources_own_name_is_not_given_to_another_value(tmp_path: Path, name: str) -> None:
    own = f'import os\n{HEAD}Client(os.getenv("BINANCE_API_KEY", "{K2}"), "{S2}")\n'
    plan = Project(tmp_path, {"bot.py": CALL, name: own}).plan()
    assert settings(plan).get("BINANCE_API_KEY") in (K2, None), "the default would turn into another account"


def test_a_default_that_stays_keeps_its_name(tmp_path: Path) -> None:
    own = f'import os\n{HEAD}def f(k=os.getenv("BINANCE_API_KEY", "{K2}")):\n    Client(k, "{S2}")\n'
    plan = Project(tmp_path, {"bot.py": CALL, "own.py": own}).plan(unsafe=False)
    assert K2 in own
    if not any(move.leak.value.reveal() == K2 for move in plan.moves):
        assert "BINANCE_API_KEY" not in settings(plan), "the default would turn into another account"


def test_a_name_that_the_project_reads(tmp_path: Path) -> None:
    files = {"bot.py": CALL, "other.py": 'import os\nKEY = os.environ["BINANCE_KEY"]\n'}
    assert settings(Project(tmp_path, files).plan()) == {"BINANCE_KEY": K1, "BINANCE_API_SECRET": S1}


def test_a_placeholder_is_not_stored_and_takes_no_name(tmp_path: Path) -> None:
    text = f'{HEAD}def g():\n    return Client("YOUR_API_KEY", "YOUR_API_SECRET")\n'
    plan = Project(tmp_path, {"a.py": text, "bot.py": CALL}).plan()
    assert settings(plan)["BINANCE_API_KEY"] == K1, "the only real account has the plain names"
    assert "YOUR_API_KEY" not in settings(plan).values()


def test_without_a_file_nothing_is_half_done(tmp_path: Path) -> None:
    project = Project(
        tmp_path, {"bot.py": CALL, "other.py": CALL, "third.py": f'{HEAD}Client("{K2}", "{S2}")\n'}
    )
    planner = project.planner()
    plan = planner.without(planner.plan(project.leaks), {"other.py": "for a reason"})
    assert [each.path for each in plan.files] == ["third.py"]
    assert set(settings(plan).values()) == {K2, S2}
    assert left(plan)["other.py:3"] == "for a reason"
    assert "bot.py:3" in left(plan)


@pytest.mark.parametrize("name", ["bot.pyi", "package/__init__.pyi"])
def test_stubs_are_never_edited(tmp_path: Path, name: str) -> None:
    plan = Project(tmp_path, {name: f'{HEAD}BINANCE_API_KEY = "{K1}"\nc = Client("{K1}", "{S1}")\n'}).plan()
    assert plan.files == ()


def test_a_file_that_is_gone_meanwhile(tmp_path: Path) -> None:
    project = Project(tmp_path, {"bot.py": CALL})
    (tmp_path / "bot.py").unlink()
    plan = project.plan()
    assert plan.files == ()
    assert set(left(plan)) == {"bot.py:3"}


def test_a_file_that_changed_meanwhile(tmp_path: Path) -> None:
    project = Project(tmp_path, {"bot.py": CALL})
    (tmp_path / "bot.py").write_text("# new\n" + CALL)
    assert project.plan().files == ()
