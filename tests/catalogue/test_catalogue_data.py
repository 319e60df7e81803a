"""The generated data holds every entry of the hand-written facts, and is up to date."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from binlint.catalogue import Parameter, load
from binlint.finding import Kind

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
FACTS: dict[str, Any] = tomllib.loads(
    (ROOT / "src" / "binlint" / "catalogue" / "binance_apis.toml").read_text(encoding="utf-8")
)
CATALOGUE = load()
KINDS = {
    "api_key": Kind.API_KEY,
    "api_secret": Kind.SECRET_KEY,
    "private_key": Kind.PRIVATE_KEY,
    "private_key_passphrase": Kind.PASSPHRASE,
}


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["compile_catalogue", "catalogue_fixtures"])
def test_what_is_generated_is_up_to_date(name: str) -> None:
    assert tool(name).main(["--check"]) == 0, f"run python tools/{name}.py"


@pytest.mark.parametrize("entry", [e for e in FACTS["api"] if e["tier"] <= 2], ids=lambda entry: entry["id"])
def test_every_entry_of_tier_1_and_2(entry: dict[str, Any]) -> None:
    releases = [entry, *entry.get("variant", ())]
    shape: dict[str, Any] = next((s for s in FACTS["shape"] if s["id"] == entry.get("shape")), {})
    keys = [*shape.get("config_keys", ()), *entry.get("config_keys", ())]
    for name in {name for release in releases for name in release.get("names", ())}:
        (api,) = CATALOGUE.api(name)
        assert name in api.names
        assert api.tier <= entry["tier"]
        for param in (param for release in releases for param in release["params"]):
            if param["kind"] == "config":
                paths = {k.path: k.kind for c in api.config if c.name == param["name"] for k in c.keys}
                assert paths == {tuple(k["key"].split(".")): KINDS[k["kind"]] for k in keys if is_ours(k)}
                assert param.get("index") in {c.index for c in api.config}
            elif param["kind"] in KINDS:
                forms = param.get("forms", [])
                expected = Parameter(
                    param["name"],
                    KINDS[param["kind"]],
                    param.get("index"),
                    accepts_path=not {"pem_path", "path_object"}.isdisjoint(forms),
                    key_object=forms == ["key_object"],
                    path_or_key={"pem_text", "pem_path"} <= set(forms),
                )
                assert expected in api.parameters
            else:
                assert param["name"] not in {p.name for p in api.parameters}


def is_ours(key: dict[str, Any]) -> bool:
    return key["kind"] in KINDS and key.get("forms") != ["hex"]


@pytest.mark.parametrize("alias", FACTS["config_class_alias"], ids=lambda alias: alias["id"])
def test_every_second_name_of_a_configuration_class(alias: dict[str, Any]) -> None:
    for name in alias["names"]:
        (api,) = CATALOGUE.api(name)
        assert api.id in alias["same_as"]
        assert api.id.endswith(name.rpartition(".")[2])


def test_what_is_dropped() -> None:
    present = {api.id for api in CATALOGUE.apis()} | {n for api in CATALOGUE.apis() for n in api.names}
    absent = {e["id"] for e in FACTS["api"] if not any(name in present for name in e["names"])}
    assert absent == {
        *(e["id"] for e in FACTS["api"] if e.get("venue") == "BNB Beacon Chain"),
        "binance-fix-connector/get_private_key",  # takes a path
        "binance-fix-connector/get_api_key",
    }


@pytest.mark.parametrize("entry", FACTS["negative"], ids=lambda entry: entry["names"][0])
def test_every_negative_is_another_vendor(entry: dict[str, Any]) -> None:
    for name in entry["names"]:
        assert CATALOGUE.is_other_vendor(name)
        assert not CATALOGUE.api(name)


@pytest.mark.parametrize("entry", FACTS["no_credentials"], ids=lambda entry: entry["id"])
def test_every_class_without_credentials_is_known(entry: dict[str, Any]) -> None:
    for name in entry["names"]:
        assert CATALOGUE.is_class(name)
        assert not CATALOGUE.api(name)


@pytest.mark.parametrize("idiom", FACTS["import_idiom"], ids=lambda idiom: idiom["code"])
def test_every_import_idiom_binds_something_known(idiom: dict[str, Any]) -> None:
    for name in idiom["binds"]:
        assert " " in name or name == "any" or CATALOGUE.api(name)


def test_every_header_sample_and_host() -> None:
    credentials = {h["name"].lower() for h in FACTS["header"] if h["kind"] == "api_key"}
    assert set(CATALOGUE.headers) == credentials
    samples = [*FACTS["documented_sample"], *FACTS["documented_sample_unchecked"]]
    for sample in samples:
        assert CATALOGUE.sample_kinds[sample["sha256"]] is KINDS[sample["kind"]]
    assert {host for entry in FACTS["host"] for host in entry["hosts"]} <= set(CATALOGUE.hosts)
    for env in FACTS["env"]:
        if "BINANCE" in env["name"]:
            assert CATALOGUE.environment(env["name"]) is KINDS.get(env["kind"])
