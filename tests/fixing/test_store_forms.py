"""Stores in TOML and JSON: what was there stays, what is added is read back, and nothing of it is shown."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fresh_values import fresh_key
from hypothesis import given, settings
from hypothesis import strategies as st
from sources.trees import git, ignore, open_folder, repository
from test_atomic import entries, killed_at, mode_of

from binlint.finding import MASK, SecretText
from binlint.fixing import store_json, store_toml
from binlint.fixing.atomic import Changed
from binlint.fixing.store import Store, example_change, open_store
from binlint.fixing.store_changes import Change, _lines
from binlint.fixing.store_forms import DOTENV, FORMS, JSON, TOML, Form
from binlint.fixing.store_types import Refusal, Setting, StoreError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

KEY, SECRET, OTHER = fresh_key(), fresh_key(), fresh_key()
NAMES = ("BINANCE_API_KEY", "BINANCE_API_SECRET")
SETTINGS = tuple(Setting(name, SecretText(value)) for name, value in zip(NAMES, (KEY, SECRET), strict=True))
PEM = f"-----BEGIN PRIVATE KEY-----\n{fresh_key()}\n-----END PRIVATE KEY-----\n"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX")
both = pytest.mark.parametrize("form", [TOML, JSON], ids=["toml", "json"])


@pytest.fixture(autouse=True)
def _git_of_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


def opened(root: Path, form: Form, path: str | None = None) -> Store:
    found = open_store(str(root), path, form.name)
    assert isinstance(found, Store), found
    return found


def ready(root: Path, form: Form) -> Store:
    """The store, which is ignored already."""
    place = opened(root, form)
    if place.ignore_change is not None:
        place.write(place.ignore_change)
    return place


def secret(root: Path) -> list[str]:
    """The files that are there, without the one that has others ignored."""
    return [name for name in entries(root) if name != ".gitignore"]


def refused(root: Path, form: Form, path: str | None = None) -> str:
    found = open_store(str(root), path, form.name)
    assert isinstance(found, Refusal), found
    assert found.remedy
    assert str(root) not in found.reason + found.remedy
    return found.reason


def one(name: str, value: str) -> Setting:
    return Setting(name, SecretText(value))


def planned(place: Store, *wanted: Setting) -> Change:
    change = place.plan(wanted or SETTINGS)
    assert isinstance(change, Change), change
    return change


def save(root: Path, form: Form, *wanted: Setting, path: str | None = None) -> Change:
    place = opened(root, form, path)
    change = planned(place, *wanted)
    if place.ignore_change is not None:
        place.write(place.ignore_change)
    place.write(change)
    return change


def in_memory(form: Form, text: str) -> Store:
    return Store("/", form.default, text.encode(), 0o600, None, form)


def read(root: Path, form: Form) -> dict[str, Any]:
    """As the programs that were refactored read it."""
    text = (root / form.default).read_text(encoding="utf-8")
    found: dict[str, Any] = tomllib.loads(text) if form is TOML else json.loads(text)
    return found


def loads(form: Form, text: str) -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads(text) if form is TOML else json.loads(text)
    return found


# New files


@both
def test_a_new_file(form: Form, tmp_path: Path) -> None:
    change = save(tmp_path, form)
    assert secret(tmp_path) == [form.default]
    assert (change.before, change.names) == (None, NAMES)
    assert read(tmp_path, form) == dict(zip(NAMES, (KEY, SECRET), strict=True))
    assert mode_of(tmp_path / form.default) == 0o600
    assert not save(tmp_path, form).is_needed


def test_how_new_files_are_written(tmp_path: Path) -> None:
    save(tmp_path, TOML)
    save(tmp_path, JSON)
    toml = f'BINANCE_API_KEY = "{KEY}"\nBINANCE_API_SECRET = "{SECRET}"\n'
    assert (tmp_path / "secrets.toml").read_bytes() == toml.encode()
    text = f'{{\n  "BINANCE_API_KEY": "{KEY}",\n  "BINANCE_API_SECRET": "{SECRET}"\n}}\n'
    assert (tmp_path / "secrets.json").read_bytes() == text.encode()


# Files that are there

TOML_TEXTS = [
    ("", "X = 1\nY = 2\n"),
    ("A = 1\n", "A = 1\n\nX = 1\nY = 2\n"),
    ("A = 1", "A = 1\n\nX = 1\nY = 2\n"),
    ("A = 1\n\n", "A = 1\n\nX = 1\nY = 2\n"),
    ("# mine\n", "# mine\n\nX = 1\nY = 2\n"),
    ("A = 1\r\n", "A = 1\r\n\r\nX = 1\r\nY = 2\r\n"),
    ("[t]\nX = 5\n", "X = 1\nY = 2\n\n[t]\nX = 5\n"),
    ("[[t]]\r\n", "X = 1\r\nY = 2\r\n\r\n[[t]]\r\n"),
    ("A = 1 # a\n\n# of t\n[t]\n", "A = 1 # a\nX = 1\nY = 2\n\n# of t\n[t]\n"),
    ("A = 1\n[t]\n", "A = 1\nX = 1\nY = 2\n\n[t]\n"),
    ("# all\n\n# of t\n  # and\n[t]\n", "# all\n\nX = 1\nY = 2\n\n# of t\n  # and\n[t]\n"),
    ("# of t\n[t]\n", "X = 1\nY = 2\n\n# of t\n[t]\n"),
    ("A = [\n  1, # ]\n]\n[t]\n", "A = [\n  1, # ]\n]\nX = 1\nY = 2\n\n[t]\n"),
    ('A = """\n[t]\nX = ""\n"""\n', 'A = """\n[t]\nX = ""\n"""\n\nX = 1\nY = 2\n'),
    ("A = '''\n[t]''''\n[t]\n", "A = '''\n[t]''''\nX = 1\nY = 2\n\n[t]\n"),
    ('A = "]\\"#"\n[t]\n', 'A = "]\\"#"\nX = 1\nY = 2\n\n[t]\n'),
    ("a.b = 1\nA = 1979-05-27 07:32:00\n[t]\n", "a.b = 1\nA = 1979-05-27 07:32:00\nX = 1\nY = 2\n\n[t]\n"),
    ("A = {x = 1, y = [2]}\n[t]\n", "A = {x = 1, y = [2]}\nX = 1\nY = 2\n\n[t]\n"),
    ('X = ""\n', "X = 1\n\nY = 2\n"),
    ("X = '' # here\n[t]\n", "X = 1 # here\nY = 2\n\n[t]\n"),
    ('"X"   =  """"""  # here\r\nY=\'\'\r\n', '"X"   =  1  # here\r\nY=2\r\n'),
]
JSON_TEXTS = [
    ("", "{\n  $X: 1,\n  $Y: 2\n}\n"),
    ("{}", "{\n  $X: 1,\n  $Y: 2\n}"),
    ("{ }\r\n", "{\r\n  $X: 1,\r\n  $Y: 2\r\n}\r\n"),
    ("{$A: 5}", "{$A: 5, $X: 1, $Y: 2}"),
    ("{$A:5}\n", "{$A:5,$X:1,$Y:2}\n"),
    ("{$A: 5, $B: 6}", "{$A: 5, $B: 6, $X: 1, $Y: 2}"),
    ("{\n    $A: 5\n}\n", "{\n    $A: 5,\n    $X: 1,\n    $Y: 2\n}\n"),
    ("{\r\n\t$A : {$X: $}\r\n}", "{\r\n\t$A : {$X: $},\r\n\t$X : 1,\r\n\t$Y : 2\r\n}"),
    ("{\n  $A: 5,\n\n\n  $B: [\n  ]}\n", "{\n  $A: 5,\n\n\n  $B: [\n  ],\n  $X: 1,\n  $Y: 2}\n"),
    ("{$X: $, $A: 5}", "{$X: 1, $A: 5, $Y: 2}"),
    ("{\n  $Y:   $,\n  $X: null\n}\n", "{\n  $Y:   2,\n  $X: 1\n}\n"),
]


def spelled(text: str, form: Form, values: tuple[str, str]) -> str:
    """The expected text, in which 1 and 2 stand for the values, and in JSON `$X` for a name, `$` for empty."""
    if form is JSON:
        text = re.sub(r"\$([A-Z]?)", r'"\1"', text)
    for number, value in enumerate(values, 1):
        text = re.sub(rf"((?:^|[^\w])[XY]\"?[ ]*[=:][ ]*){number}\b", rf'\g<1>"{value}"', text)
    return text


TEXTS = [
    *((TOML, before, after) for before, after in TOML_TEXTS),
    *((JSON, before, after) for before, after in JSON_TEXTS),
]


@pytest.mark.parametrize(("form", "before", "after"), TEXTS)
def test_what_was_there_stays_and_ours_is_added(form: Form, before: str, after: str, tmp_path: Path) -> None:
    before, after = spelled(before, form, ("", "")), spelled(after, form, (KEY, SECRET))
    old = loads(form, before) if before.strip() else {}
    (tmp_path / form.default).write_bytes(before.encode())
    save(tmp_path, form, one("X", KEY), one("Y", SECRET))
    assert (tmp_path / form.default).read_bytes() == after.encode()
    assert read(tmp_path, form) == {**old, "X": KEY, "Y": SECRET}
    again = planned(opened(tmp_path, form), one("X", KEY), one("Y", SECRET))
    assert not again.is_needed


@both
@pytest.mark.parametrize(
    "there",
    ['"else"', "5", "true", '["x"]', '{"x" = 1}', '" "'],
    ids=["text", "5", "true", "[]", "{}", "space"],
)
def test_nothing_is_overwritten(form: Form, there: str, tmp_path: Path) -> None:
    text = (
        f"BINANCE_API_KEY = {there}\n"
        if form is TOML
        else f'{{"BINANCE_API_KEY": {there.replace("=", ":")}}}'
    )
    (tmp_path / form.default).write_text(text)
    found = opened(tmp_path, form).plan(SETTINGS)
    assert isinstance(found, Refusal)
    assert found.reason == f"BINANCE_API_KEY is in {form.default} already, with another value"
    assert opened(tmp_path, form).names()["BINANCE_API_KEY"].reveal() != ""


def test_a_table_of_the_name_is_another_value(tmp_path: Path) -> None:
    (tmp_path / "secrets.toml").write_text("[BINANCE_API_KEY]\nx = 1\n")
    assert isinstance(opened(tmp_path, TOML).plan(SETTINGS), Refusal)


@both
def test_what_is_there_with_the_same_value_is_reused(form: Form, tmp_path: Path) -> None:
    save(tmp_path, form, SETTINGS[0])
    before = (tmp_path / form.default).read_text()
    change = save(tmp_path, form)
    assert change.names == (NAMES[1],)
    assert opened(tmp_path, form).names()[NAMES[0]] == SecretText(KEY)
    assert before.rstrip("}\n") in (tmp_path / form.default).read_text()


@both
def test_a_file_that_others_can_read_is_closed(form: Form, tmp_path: Path) -> None:
    place = tmp_path / form.default
    place.write_text("" if form is TOML else "{}")
    place.chmod(0o644)
    assert save(tmp_path, form).tightened
    assert mode_of(place) == 0o600


VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
HARD = [
    "",
    "\0",
    "\x7f",
    "\\u0041",
    '"""',
    "'''",
    "\r\n",
    "\u2028",
    "${HOME}",
    "é\U0001f600",
    "x" * 5_000,
    PEM,
]


@both
@settings(max_examples=300, deadline=None)
@given(value=st.one_of(VALUES, st.sampled_from(HARD)), crlf=st.booleans())
def test_every_value_is_read_back(form: Form, value: str, crlf: bool) -> None:
    newline = "\r\n" if crlf else "\n"
    before = f"A = 1{newline}[t]{newline}" if form is TOML else f'{{{newline}  "A": 1{newline}}}'
    change = planned(in_memory(form, before), one("X", value), one("Y", "y"))
    found = loads(form, change.after.decode())
    assert (found["X"], found["Y"], found["A"]) == (value, "y", 1)
    assert change.only_dotenv == ()


@both
@pytest.mark.parametrize(("name", "value"), [("A B", "x"), ("", "x"), ("A", "x\ud800")])
def test_what_no_file_can_hold(form: Form, name: str, value: str, tmp_path: Path) -> None:
    assert isinstance(opened(tmp_path, form).plan([one(name, value)]), Refusal)


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
        max_leaves=8,
    ),
    st.sampled_from([None, 0, 2, "\t"]),
    st.sampled_from([(", ", ": "), (",", ":"), (" ,", " : ")]),
)
def test_any_json_is_added_to(value: object, indent: int | str | None, separators: tuple[str, str]) -> None:
    old = {"a": value, "b": [value]}
    text = json.dumps(old, indent=indent, separators=separators)
    change = planned(in_memory(JSON, text), one("X", KEY))
    assert json.loads(change.after) == {**old, "X": KEY}
    assert change.after.decode().startswith(text[:-1].rstrip())
    assert KEY not in change.shown_diff()


# Refused


def link(place: Path) -> None:
    place.symlink_to("elsewhere")


def hard_link(place: Path) -> None:
    (place.parent / "second").write_text("{}")
    os.link(place.parent / "second", place)


def not_utf8(place: Path) -> None:
    place.write_bytes(b'A = "\xff"\n')


def read_only(place: Path) -> None:
    place.touch(0o400)


def large(place: Path) -> None:
    place.write_text("# \n" * 500_000)


CANNOT: list[tuple[Callable[[Path], None], str]] = [
    (link, "{} is a symbolic link"),
    (hard_link, "{} has a second name (a hard link)"),
    (Path.mkdir, "{} is not a regular file"),
    (os.mkfifo, "{} is not a regular file"),
    (not_utf8, "{} is not valid UTF-8"),
    (read_only, "{} is read-only"),
    (large, "{} is larger than 1 MiB"),
]


@both
@pytest.mark.parametrize(("make", "reason"), CANNOT, ids=[make.__name__ for make, _ in CANNOT])
def test_what_cannot_be_a_store(
    form: Form, make: Callable[[Path], None], reason: str, tmp_path: Path
) -> None:
    make(tmp_path / form.default)
    before = entries(tmp_path)
    assert refused(tmp_path, form) == reason.format(form.default)
    assert entries(tmp_path) == before


@pytest.mark.parametrize(
    ("form", "text", "reason"),
    [
        (TOML, "A = 1\nB\n", "tomllib cannot read line 2 of secrets.toml"),
        (TOML, "A = 1\nA = 2\n", "tomllib cannot read line 2 of secrets.toml"),
        (TOML, "\ufeffA = 1\n", "tomllib cannot read line 1 of secrets.toml"),
        (TOML, "A = " + "[" * 100_000, "tomllib cannot read secrets.toml"),
        (TOML, f"{OTHER}\n", "tomllib cannot read line 1 of secrets.toml"),
        (JSON, '{\n"A": 1,\n}', "secrets.json is not valid JSON (line 3)"),
        (JSON, '{"A": 1} // x', "secrets.json is not valid JSON (line 1)"),
        (JSON, "\ufeff{}", "secrets.json is not valid JSON (line 1)"),
        (JSON, "[" * 100_000, "secrets.json is not valid JSON"),
        (JSON, '{"A": 1' + "0" * 5_000 + "}", "secrets.json is not valid JSON"),
        (JSON, "[]", "secrets.json has no object at its top"),
        (JSON, '"x"', "secrets.json has no object at its top"),
        (JSON, "null", "secrets.json has no object at its top"),
        (JSON, '{"A": 1, "A": 1}', "secrets.json has an object with the same name twice"),
        (JSON, '{"A": [{"B": 1, "B": 2}]}', "secrets.json has an object with the same name twice"),
    ],
)
def test_what_programs_could_not_read(form: Form, text: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / form.default).write_text(text)
    if "0" * 5_000 in text and not hasattr(sys, "get_int_max_str_digits"):
        pytest.skip("this Python reads numbers of any length")
    assert refused(tmp_path, form).startswith(reason)


@both
@pytest.mark.parametrize("path", ["../x", "/etc/x", ".git/x", "missing/x"])
def test_elsewhere(form: Form, path: str, tmp_path: Path) -> None:
    assert refused(tmp_path, form, path + form.endings[0])


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
@pytest.mark.parametrize("other", FORMS.values(), ids=list(FORMS))
def test_the_name_of_another_format(form: Form, other: Form, tmp_path: Path) -> None:
    path = f"my{other.endings[0].upper()}"
    if form is other:
        assert opened(tmp_path, form, path).shown == path
    else:
        reason = f"{path} has the name of a {other.name} file"
        assert refused(tmp_path, form, path).startswith(reason)


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
def test_any_other_name_will_do_but_not_that_of_the_example(form: Form, tmp_path: Path) -> None:
    assert save(tmp_path, form, path="secrets").path == str(tmp_path / "secrets")
    for name in form.examples:
        assert refused(tmp_path, form, name) == f"{name} is the example, which holds names alone"


# Git


@both
def test_git_has_to_ignore_it(form: Form, tmp_path: Path) -> None:
    repository(tmp_path)
    place = opened(tmp_path, form)
    with pytest.raises(StoreError, match="git does not ignore"):
        place.write(planned(place))
    save(tmp_path, form)
    assert (tmp_path / ".gitignore").read_text() == f"/{form.default}\n"
    status = subprocess.run(
        ["git", "status", "--short", "-uall"], cwd=tmp_path, capture_output=True, check=True
    )
    assert status.stdout == b"?? .gitignore\n"


@both
def test_a_tracked_file_is_refused(form: Form, tmp_path: Path) -> None:
    repository(tmp_path)
    (tmp_path / form.default).write_text("")
    git(tmp_path, "add", "--all")
    ignore(tmp_path, form.default)
    assert refused(tmp_path, form) == f"{form.default} is tracked by git"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
def test_a_file_of_somebody_else(form: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_folder() as root:
        root.chmod(0o777)
        (root / form.default).write_text("{}" if form is JSON else "")
        (root / form.default).chmod(0o666)
        os.seteuid(65534)
        try:
            assert refused(root, form) == f"{form.default} belongs to another user"
        finally:
            os.seteuid(0)


# Showing


def test_the_diff_of_toml(tmp_path: Path) -> None:
    (tmp_path / "secrets.toml").write_text(
        f"# {OTHER}\nA = '{OTHER}' # {OTHER}\nX = '' # {OTHER}\n\n[t.\"{OTHER}\"]\n"
        f'{OTHER} = 1\nB = """\n{OTHER}\n"""\nX = "{OTHER}"\n'
    )
    change = planned(opened(tmp_path, TOML), one("X", KEY), one("Y", PEM))
    assert change.shown_diff() == (
        "--- a/secrets.toml\n+++ b/secrets.toml\n@@ -1,6 +1,7 @@\n"
        f' # {MASK}\n A = {MASK} # {MASK}\n-X = "" # {MASK}\n+X = {KEY[:4]}{MASK}{KEY[-4:]} # {MASK}\n'
        f"+Y = {MASK}\n \n [t.{MASK}]\n {MASK} = {MASK}\n"
    )
    shown = change.shown_lines(_lines(change.after))
    assert len(shown) == len(_lines(change.after))
    assert not any(secret in "".join(shown) for secret in (OTHER, KEY, *PEM.splitlines()))


def test_the_diff_of_json(tmp_path: Path) -> None:
    before = {"A": OTHER, OTHER: [5, None, {"X": OTHER}], "X": "", "B": OTHER}
    (tmp_path / "secrets.json").write_text(json.dumps(before, indent=2))
    change = planned(opened(tmp_path, JSON), one("X", KEY), one("Y", PEM))
    assert change.shown_diff() == (
        "--- a/secrets.json\n+++ b/secrets.json\n@@ -7,6 +7,7 @@\n"
        f'       "X": "{MASK}"\n     }}\n   ],\n-  "X": "",\n-  "B": "{MASK}"\n'
        f'+  "X": "{KEY[:4]}{MASK}{KEY[-4:]}",\n+  "B": "{MASK}",\n+  "Y": "{MASK}"\n }}\n'
    )
    shown = "".join(change.shown_lines(_lines(change.after)))
    assert not any(secret in shown for secret in (OTHER, KEY, *PEM.splitlines()))


@both
@settings(max_examples=150, deadline=None)
@given(texts=st.lists(st.one_of(st.just(OTHER), st.just(f"{OTHER}\n#'\""), VALUES), max_size=4))
def test_no_diff_shows_what_was_there(form: Form, texts: list[str]) -> None:
    if form is TOML:
        before = "".join(f"k{number} = {store_toml._quote(text)}\n" for number, text in enumerate(texts))
        before += "[t]\n" + before
    else:
        before = json.dumps(
            {f"k{number}": [text, {text: text}] for number, text in enumerate(texts)}, indent=1
        )
    change = planned(in_memory(form, before), one("X_NEW", SECRET))
    everything = change.shown_lines(_lines(change.after))
    assert len(everything) == len(_lines(change.after))
    for shown in (change.shown_diff(), "".join(everything)):
        assert OTHER not in shown
        assert SECRET not in shown


@both
def test_nothing_that_is_printed_by_mistake_holds_a_value(form: Form, tmp_path: Path) -> None:
    save(tmp_path, form, one("A", OTHER))
    place = opened(tmp_path, form)
    change = planned(place)
    for thing in (place, change, place.names(), [change]):
        assert not any(secret in repr(thing) + str(thing) for secret in (KEY, SECRET, OTHER))


# Writing


@both
@pytest.mark.parametrize("before", [None, b""], ids=["new", "old"])
def test_a_value_that_does_not_read_back(
    form: Form, before: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if before is not None:
        (tmp_path / form.default).write_bytes(before)
    place = ready(tmp_path, form)
    change = planned(place)

    def fail(path: str) -> bytes:
        raise OSError

    for data in (f'BINANCE_API_KEY = "{OTHER}"\n'.encode(), b"{}", b'"', b"\xff"):
        for module in (store_toml, store_json):
            monkeypatch.setattr(module, "read_settings", lambda path, data=data: data)
        with pytest.raises(StoreError, match="as it was") as caught:
            place.write(change)
        text = "".join(traceback.format_exception(caught.value))
        assert not any(secret in text for secret in (KEY, SECRET, OTHER))
        assert secret(tmp_path) == ([] if before is None else [form.default])
    for module in (store_toml, store_json):
        monkeypatch.setattr(module, "read_settings", fail)
    with pytest.raises(StoreError, match=r"cannot be read back; .* is as it was"):
        place.write(change)


@both
def test_what_changed_since_the_plan_is_kept(form: Form, tmp_path: Path) -> None:
    place = ready(tmp_path, form)
    change = planned(place)
    (tmp_path / form.default).write_text("mine")
    with pytest.raises(Changed):
        place.write(change)
    assert (tmp_path / form.default).read_text() == "mine"


@both
@pytest.mark.parametrize("name", ["write", "fsync", "fchmod", "replace"])
@pytest.mark.parametrize("is_before", [True, False])
def test_killed_while_writing(form: Form, name: str, is_before: bool, tmp_path: Path) -> None:
    save(tmp_path, form, one("A", OTHER))
    place = ready(tmp_path, form)
    change = planned(place)
    assert killed_at(name, is_before, lambda: place.write(change))
    assert (tmp_path / form.default).read_bytes() in (change.before, change.after)
    save(tmp_path, form)
    assert read(tmp_path, form) == {"A": OTHER, **dict(zip(NAMES, (KEY, SECRET), strict=True))}
    assert secret(tmp_path) == [form.default]


# The example


@both
def test_the_example(form: Form, tmp_path: Path) -> None:
    change = example_change(str(tmp_path), ["A", "B", "A", "no name"], form.name)
    assert change is not None
    assert change.shown == f"secrets.example.{form.name}"
    assert loads(form, change.after.decode()) == {"A": "", "B": ""}
    assert change.mode == 0o644
    opened(tmp_path, form).write(change)
    assert example_change(str(tmp_path), ["A", "B"], form.name) is None
    more = example_change(str(tmp_path), ["B", "C"], form.name)
    assert more is not None
    assert loads(form, more.after.decode()) == {"A": "", "B": "", "C": ""}


@both
@pytest.mark.parametrize("data", [b"\xff", b"[", b"x" * 2_000_000])
def test_an_example_that_cannot_be_added_to_is_left_alone(form: Form, data: bytes, tmp_path: Path) -> None:
    (tmp_path / form.examples[0]).write_bytes(data)
    assert example_change(str(tmp_path), ["A"], form.name) is None


def test_the_example_can_be_copied(tmp_path: Path) -> None:
    """Whoever copies it gets a store whose names are filled in."""
    for form in (DOTENV, TOML, JSON):
        change = example_change(str(tmp_path), NAMES, form.name)
        assert change is not None
        (tmp_path / form.default).write_bytes(change.after)
        (tmp_path / form.default).chmod(0o600)
        filled = save(tmp_path, form)
        assert filled.names == NAMES
        assert len(filled.after.splitlines()) == len(change.after.splitlines())
