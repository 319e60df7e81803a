"""Fields of settings classes: the variable that each reads, and what else must not come into their file."""

from __future__ import annotations

from pathlib import Path

import pytest
from fresh_values import fresh_key
from sources.trees import repository

from binlint.cli import main
from binlint.fixing.rewrite import Planned, Refused, Target, rewrite
from binlint.syntax.lexical import Lines

NEW = "from pydantic_settings import BaseSettings\nfrom pydantic import AliasChoices, Field, SecretStr\n"
OLD = "from pydantic import BaseSettings, Field\n"
FIELDS = {
    NEW + "class S(BaseSettings):\n    api_key: str = @\n": "API_KEY",
    NEW + 'class S(BaseSettings, env_prefix="app_"):\n    api_key: str = @\n': "APP_API_KEY",
    NEW + "class S(BaseSettings, case_sensitive=True):\n    api_key: str = @\n": "api_key",
    NEW + 'class B(BaseSettings, env_prefix="A_"): ...\nclass S(B):\n    key: str = @\n': "A_KEY",
    NEW
    + 'class B(BaseSettings, env_prefix="A_"): ...\nclass S(B, env_prefix=""):\n    key: str = @\n': "KEY",
    NEW + 'class S(BaseSettings, env_prefix="A_"):\n    k: str = Field(@, alias="My_Key")\n': "MY_KEY",
    NEW + 'class S(BaseSettings):\n    k: str = Field(@, validation_alias="V", alias="A")\n': "V",
    NEW + 'class S(BaseSettings):\n    k: str = Field(@, validation_alias=AliasChoices("V", "W"))\n': "V",
    NEW + "class S(BaseSettings):\n    k: SecretStr = Field(default=SecretStr(@), min_length=1)\n": "K",
    OLD + 'class S(BaseSettings):\n    k: str = Field(@, env="MINE")\n': "MINE",
    OLD + 'class S(BaseSettings):\n    k: str = Field(@, alias="a")\n': "",
    NEW + "class S(BaseSettings):\n    k: str = Field(@, validation_alias=F)\n": "",
    NEW + "class S(BaseSettings, alias_generator=f):\n    k: str = @\n": "",
    NEW
    + "class S(BaseSettings):\n    k: str = @\n    def settings_customise_sources(cls, x): return (x,)\n": "",
}


@pytest.mark.parametrize(("text", "variable"), FIELDS.items())
def test_the_variable_of_a_field(text: str, variable: str) -> None:
    value = fresh_key()
    at = text.index("@")
    text = text.replace("@", f'"{value}"')
    place = Lines(text).place(at, at + len(value) + 2)
    found = rewrite(text, Target(place, (place,), value, "OTHER"), lambda name: f'os.environ["{name}"]')
    if variable:
        assert isinstance(found, Planned)
        assert (found.variable, found.uses, found.is_outside) == (variable, (), True)
        assert "no file" in found.note
    else:
        assert isinstance(found, Refused)
        assert "cannot be told" in found.reason


CLASS = """\
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env"{})
    binance_api_key: str = "{}"
"""


@pytest.mark.parametrize(("extra", "is_closed"), [("", True), (', extra="ignore"', False)])
def test_a_class_that_takes_nothing_else_from_the_file(
    extra: str,
    is_closed: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("CI", "PRE_COMMIT_CI"):
        monkeypatch.delenv(name, raising=False)
    repository(tmp_path / "p")
    monkeypatch.chdir(tmp_path / "p")
    key, secret = fresh_key(), fresh_key()
    Path("conf.py").write_text(CLASS.format(extra, key))
    Path("bot.py").write_text(
        "from binance.client import Client\nfrom conf import Settings\n\n"
        f'client = Client(Settings().binance_api_key, "{secret}")\n'
    )
    main(["--fix", "--unsafe-fixes", "."])
    told = capsys.readouterr().err
    assert key not in told
    assert secret not in told
    assert key not in Path("conf.py").read_text()
    assert (secret in Path("bot.py").read_text()) is is_closed
    assert ("Settings in conf.py takes nothing else from .env" in told) is is_closed


@pytest.mark.parametrize("style", ["json", "toml"])
def test_what_reads_the_environment_does_not_read_a_file(
    style: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("CI", "PRE_COMMIT_CI"):
        monkeypatch.delenv(name, raising=False)
    repository(tmp_path / "p")
    monkeypatch.chdir(tmp_path / "p")
    key, secret = fresh_key(), fresh_key()
    Path("conf.py").write_text(CLASS.format("", key))
    Path("bot.py").write_text(
        f'from binance.client import Client\n\nclient = Client(api_key="", api_secret="{secret}")\n'
    )
    main(["--fix", "--unsafe-fixes", "--fix-style", style, "."])
    assert key in Path("conf.py").read_text()
    assert "reads it from the environment, not from a file" in capsys.readouterr().err
    assert secret not in Path("bot.py").read_text()
    assert secret in Path(f"secrets.{style}").read_text()
    before = Path("bot.py").read_text()
    main(["--fix", "--unsafe-fixes", "--fix-style", style, "."])
    assert Path("bot.py").read_text() == before
