"""The configuration: where it is found, how its layers meet, and what is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from binlint.config import DEFAULT_EXCLUDES, KEYS, Config, Known, load_config
from binlint.errors import ConfigError
from binlint.finding import Severity

RULES = {
    "BIN101": "hardcoded-api-key",
    "BIN102": "hardcoded-secret-key",
    "BIN201": "placeholder-credential",
    "BIN901": "unused-suppression",
}
KNOWN = Known(lambda: RULES, ("full", "concise", "json"))


def load(
    cwd: Path, *explicit: str, isolated: bool = False, overrides: Mapping[str, object] | None = None
) -> Config:
    return load_config(str(cwd), KNOWN, explicit, isolated, overrides)


def file(cwd: Path, *lines: str, name: str = "binlint.toml") -> Path:
    cwd.mkdir(parents=True, exist_ok=True)
    (cwd / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return cwd


def project(cwd: Path, *lines: str) -> Path:
    return file(cwd, "[tool.binlint]", *lines, name="pyproject.toml")


@pytest.fixture(autouse=True)
def _nothing_above(tmp_path: Path) -> None:
    assert load(tmp_path).source is None


def test_defaults(tmp_path: Path) -> None:
    config = load(tmp_path)
    assert config == Config(root=str(tmp_path), cwd=str(tmp_path))
    assert all(map(config.is_selected, RULES))
    assert config.user_excludes == ()


def test_rules_are_not_asked_for_without_need(tmp_path: Path) -> None:
    def rules() -> Mapping[str, str]:
        raise AssertionError

    project(tmp_path, "strict = true", "exclude = ['a']")
    assert load_config(str(tmp_path), Known(rules, ())).strict


ALL_KEYS = """
select = ["BIN1", "unused-suppression"]
ignore = ["bin102"]
extend-select = ["BIN201"]
per-file-ignores = { "tests/*" = ["ALL"], "a.py" = ["BIN1"] }
exclude = ["vendor"]
extend-exclude = ["*.pyi"]
force-exclude = true
respect-gitignore = false
fail-on = "error"
exit-zero = true
output-format = "json"
strict = true
fix-style = "getenv"
variable-prefix = "BOT"
env-file = "local/.env"
baseline = "ci/old.jsonl"
require-reason = true
"""


def test_every_key(tmp_path: Path) -> None:
    file(tmp_path, ALL_KEYS)
    assert load(tmp_path) == Config(
        root=str(tmp_path),
        cwd=str(tmp_path),
        source="binlint.toml",
        select=("BIN1", "BIN901"),
        ignore=("BIN102",),
        extend_select=("BIN201",),
        per_file_ignores=(("tests/*", ("ALL",)), ("a.py", ("BIN1",))),
        exclude=("vendor",),
        extend_exclude=("*.pyi",),
        force_exclude=True,
        respect_gitignore=False,
        fail_on=Severity.ERROR,
        exit_zero=True,
        output_format="json",
        strict=True,
        fix_style="getenv",
        variable_prefix="BOT",
        env_file="local/.env",
        baseline="ci/old.jsonl",
        require_reason=True,
    )
    assert all(key in ALL_KEYS for key in KEYS)


def test_the_nearest_file_wins_and_gives_the_root(tmp_path: Path) -> None:
    project(tmp_path, "strict = true")
    inner = project(tmp_path / "a" / "b", "exit-zero = true")
    deep = file(inner / "c" / "d")
    (deep / "binlint.toml").unlink()
    config = load(deep)
    assert (config.source, config.root, config.cwd) == ("../../pyproject.toml", str(inner), str(deep))
    assert (config.exit_zero, config.strict) == (True, False)
    assert load(tmp_path / "a").strict


def test_a_project_file_without_the_table_is_passed_over(tmp_path: Path) -> None:
    project(tmp_path, "strict = true")
    inner = file(tmp_path / "inner", "[project]", "dependencies = ['binlint']", name="pyproject.toml")
    assert load(inner).strict


def test_a_broken_project_file_that_is_not_about_binlint_is_passed_over(tmp_path: Path) -> None:
    file(tmp_path, "= broken", name="pyproject.toml")
    assert load(tmp_path).source is None


def test_own_files_come_first(tmp_path: Path) -> None:
    project(tmp_path, "exit-zero = true")
    file(tmp_path, "strict = true")
    assert load(tmp_path).source == "binlint.toml"
    file(tmp_path, "", name=".binlint.toml")
    assert load(tmp_path).source == ".binlint.toml"


def test_a_directory_of_that_name_is_no_configuration(tmp_path: Path) -> None:
    (tmp_path / "binlint.toml").mkdir()
    assert load(tmp_path).source is None


def test_a_mark_and_crlf(tmp_path: Path) -> None:
    (tmp_path / "binlint.toml").write_bytes(b"\xef\xbb\xbfstrict = true\r\n")
    assert load(tmp_path).strict


def test_named_files_and_settings(tmp_path: Path) -> None:
    project(tmp_path, "strict = true")
    file(tmp_path / "other", "exit-zero = true", "fail-on = 'note'", name="my.toml")
    config = load(tmp_path, "other/my.toml", "fail-on = 'error'", "ignore=['BIN2']")
    assert (config.strict, config.exit_zero, config.fail_on, config.ignore) == (
        False,
        True,
        Severity.ERROR,
        ("BIN2",),
    )
    assert (config.root, config.source) == (str(tmp_path), "other/my.toml")
    assert load(tmp_path, str(tmp_path / "pyproject.toml")).strict
    file(tmp_path, "strict = true", name="a=b.toml")
    assert load(tmp_path, "a=b.toml").source == "a=b.toml"


def test_isolated(tmp_path: Path) -> None:
    project(tmp_path, "unknown = true")
    assert load(tmp_path, isolated=True).source is None
    assert load(tmp_path, "strict = true", isolated=True).strict


def test_flags_come_last(tmp_path: Path) -> None:
    project(tmp_path, "strict = true", "fail-on = 'note'", "extend-exclude = ['a']")
    config = load(tmp_path, "fail-on = 'warning'", overrides={"fail-on": "error", "extend-exclude": ["b"]})
    assert (config.strict, config.fail_on, config.extend_exclude) == (True, Severity.ERROR, ("a", "b"))


SELECTIONS = [
    # file, flags, codes that are on
    ({}, {}, "BIN101 BIN102 BIN201 BIN901"),
    ({"ignore": ["BIN2"]}, {}, "BIN101 BIN102 BIN901"),
    ({"select": ["BIN1"]}, {}, "BIN101 BIN102"),
    ({"select": ["BIN1"], "extend-select": ["BIN9"]}, {}, "BIN101 BIN102 BIN901"),
    ({"select": ["BIN101"], "ignore": ["BIN1"]}, {}, "BIN101"),
    ({"select": ["BIN1"], "ignore": ["BIN101"]}, {}, "BIN102"),
    ({"ignore": ["ALL"], "extend-select": ["BIN1"]}, {}, "BIN101 BIN102"),
    ({"ignore": ["BIN1"]}, {"ignore": ["BIN2"]}, "BIN901"),
    ({"ignore": ["BIN101"]}, {"select": ["BIN1"]}, "BIN101 BIN102"),
    ({"ignore": ["BIN101"]}, {"extend-select": ["BIN1"]}, "BIN101 BIN102 BIN201 BIN901"),
    ({"select": ["BIN1"]}, {"extend-select": ["BIN2"]}, "BIN101 BIN102 BIN201"),
    ({"select": ["BIN1"], "extend-select": ["BIN9"]}, {"select": ["BIN2"]}, "BIN201"),
    ({"select": ["placeholder-credential"]}, {}, "BIN201"),
]


@pytest.mark.parametrize(("lower", "flags", "codes"), SELECTIONS)
def test_selection(
    tmp_path: Path, lower: dict[str, list[str]], flags: dict[str, list[str]], codes: str
) -> None:
    file(tmp_path, *(f"{key} = {value}" for key, value in lower.items()))
    config = load(tmp_path, overrides=flags)
    assert [code for code in RULES if config.is_selected(code)] == codes.split()


def test_per_file_ignores_are_relative_to_the_root(tmp_path: Path) -> None:
    file(tmp_path, "[per-file-ignores]", '"tests" = ["BIN1"]', '"*.pyi" = ["ALL"]', '"/a.py" = ["BIN201"]')
    top, inner = load(tmp_path), load(file(tmp_path / "tests", name="x"))
    for config, path, code, is_on in (
        (top, "tests/a.py", "BIN101", False),
        (top, "tests/deep/a.py", "BIN101", False),
        (top, "tests/a.py", "BIN201", True),
        (top, "a.pyi", "BIN201", False),
        (top, "a.py", "BIN201", False),
        (top, "sub/a.py", "BIN201", True),
        (inner, "a.py", "BIN101", False),
        (inner, "../a.py", "BIN101", True),
        (inner, "../a.py", "BIN201", False),
    ):
        assert config.is_on(code, path) is is_on, (path, code)


def test_default_excludes_hold_no_directory_that_ships() -> None:
    assert not {"build", "dist", "lib", "env"} & set(DEFAULT_EXCLUDES)


SECRET = "Zq7" * 22
ERRORS: Sequence[tuple[str, str]] = [
    ("selct = []", "selct: unknown key; did you mean select"),
    ("fail_on = 'error'", "fail_on: unknown key; did you mean fail-on"),
    ("zzzz = 1", "zzzz: unknown key; known: select, ignore, "),
    ("[tool.binlint]\nstrict = true", "in this file the keys stand at the top"),
    (f"{SECRET} = 1", "a key: unknown key"),
    ("strict = 'yes'", "strict: expected true or false, not a string"),
    ("strict = 1", "strict: expected true or false, not a number"),
    ("select = 'BIN1'", "select: expected a list of strings, not a string"),
    ("select = [1]", "select: expected a list of strings, not of a number"),
    ("select = ['BIN999']", "select: unknown rule 'BIN999'; did you mean BIN"),
    ("select = ['hardcoded-api-kei']", "did you mean hardcoded-api-key"),
    ("select = ['XYZ']", "a prefix such as BIN1, or ALL"),
    ("select = ['B']", "unknown rule 'B'"),
    (f"select = ['{SECRET}']", "select: unknown rule;"),
    ("ignore = ['ALL']", "no rule is left"),
    ("select = []", "no rule is left"),
    ("exclude = ['']", "exclude: pattern 1 is empty"),
    ("exclude = ['a', '!']", "exclude: pattern 2 is not a valid pattern"),
    ("exclude = ['[z-a]']", "is not a valid pattern"),
    ("exclude = ['a[']", "is not a valid pattern"),
    ("exclude = ['# comment']", "is not a valid pattern"),
    ("exclude = ['*a*b*c*d*e']", "has too many wildcards"),
    (f"exclude = ['{'x' * 2000}']", "is longer than 1024 characters"),
    (r'exclude = ["a\u0000"]', "holds a NUL"),
    ("per-file-ignores = ['a']", "expected a table of patterns and lists of rules, not a list"),
    ("per-file-ignores = { 'a' = 'BIN1' }", "expected a list of strings"),
    ("per-file-ignores = { '' = ['BIN1'] }", "pattern 1 is empty"),
    ("per-file-ignores = { '!a' = ['BIN1'] }", "pattern 1 is negated"),
    ("fail-on = 'fatal'", "expected one of note, warning, error"),
    ("fail-on = 1", "expected one of note, warning, error, not a number"),
    ("output-format = 'yaml'", "unknown output format; known: full, concise, json"),
    ("output-format = true", "expected one of full, concise, json, not a truth value"),
    ("strict = ", "not valid TOML (at line 1, column 10)"),
    (f"strict = {SECRET}", "not valid TOML (at line 1"),
    ("strict = true\nstrict = true", "not valid TOML"),
    (f"x = {'[' * 100_000}", "not valid TOML"),
    (f"x = {'1' * 10_000}", "not valid TOML"),
]


@pytest.mark.parametrize(("text", "words"), ERRORS, ids=[words for _, words in ERRORS])
def test_errors(tmp_path: Path, text: str, words: str) -> None:
    file(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load(tmp_path)
    message = str(caught.value)
    assert words in message
    assert "no rule is left" in message or message.startswith("binlint.toml: ")
    assert SECRET not in message
    assert "\n" not in message


def test_errors_name_the_table(tmp_path: Path) -> None:
    project(tmp_path, "selct = []")
    with pytest.raises(ConfigError, match=r"^pyproject\.toml: \[tool\.binlint\]: selct: unknown key"):
        load(tmp_path)
    file(tmp_path, "tool.binlint = 1", name="pyproject.toml")
    with pytest.raises(ConfigError, match=r"tool\.binlint: expected a table"):
        load(tmp_path)


def test_errors_name_the_option(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^--select: unknown rule 'BIN7'"):
        load(tmp_path, overrides={"select": ["BIN7"]})
    with pytest.raises(ConfigError, match=r"^--config: stritc: unknown key; did you mean strict"):
        load(tmp_path, "stritc = true")
    with pytest.raises(ConfigError, match=r"^--config: not valid TOML"):
        load(tmp_path, "strict=")


def link_to_device(place: Path) -> None:
    place.symlink_to("/dev/zero")


def link_to_file(place: Path) -> None:
    (place.parent / "target").write_text("[tool.binlint]\nstrict = true\n")
    place.symlink_to("target")


def pipe(place: Path) -> None:
    os.mkfifo(place)


def large(place: Path) -> None:
    place.write_bytes(b"# tool.binlint" + b"#" * 1024 * 1024)


def not_utf8(place: Path) -> None:
    place.write_bytes(b"[tool.binlint]\nx = '\xff'\n")


@pytest.mark.parametrize("name", ["binlint.toml", "pyproject.toml"])
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (link_to_device, "a symbolic link"),
        (link_to_file, "a symbolic link"),
        (pipe, "not a regular file"),
        (large, "larger than 1 MiB"),
        (not_utf8, "not UTF-8"),
    ],
)
def test_a_file_that_is_none_is_an_error_and_never_waited_for(
    tmp_path: Path, make: object, words: str, name: str
) -> None:
    assert callable(make)
    make(tmp_path / name)
    if make is link_to_device and name == "pyproject.toml":
        assert load(tmp_path).source is None  # it says nothing about binlint
    else:
        with pytest.raises(ConfigError, match=words):
            load(tmp_path)
    with pytest.raises(ConfigError, match=words):
        load(tmp_path, name)


def test_a_linked_project_file_of_others_is_passed_over(tmp_path: Path) -> None:
    file(tmp_path, "[project]", name="target")
    (tmp_path / "pyproject.toml").symlink_to("target")
    assert load(tmp_path).source is None


def test_named_files_must_be_there_and_be_meant(tmp_path: Path) -> None:
    file(tmp_path, "[project]", name="pyproject.toml")
    for explicit, words in (
        (("missing.toml",), "missing.toml: no such file"),
        (("pyproject.toml",), r"there is no table \[tool.binlint\]"),
        (("a.toml", "b.toml"), "more than one file"),
        ((".",), "not a regular file"),
    ):
        with pytest.raises(ConfigError, match=words):
            load(tmp_path, *explicit)
    with pytest.raises(ConfigError, match="exclude each other"):
        load(tmp_path, "a.toml", isolated=True)
