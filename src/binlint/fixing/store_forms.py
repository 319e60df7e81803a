"""The formats that a store can have, each with what is done to its text. A new one is an entry here."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Mapping
from typing import NamedTuple

from binlint.fixing import store_dotenv, store_json, store_toml
from binlint.fixing.store_types import DEFAULT_STORE, Refusal, printable


class Form(NamedTuple):
    """One format. Texts are given without regard to whether they are on the disk."""

    name: str
    default: str  # the store, at the root of the project
    examples: tuple[str, ...]  # of the names, the first is for a new one
    endings: tuple[str, ...]  # by which files are known to be of this format
    problem: Callable[[str, str], str]
    entries: Callable[[str], list[tuple[str | None, object]]]
    unfit: Callable[[str, str], Refusal | None]
    with_values: Callable[[str, Mapping[str, str]], str]
    masked: Callable[[str, Container[str]], str]
    read: Callable[[str], Mapping[str, object]]  # raises OSError or ValueError
    only_dotenv: Callable[[str, Mapping[str, str]], tuple[str, ...]] = lambda text, values: ()


DOTENV = Form(
    "dotenv",
    DEFAULT_STORE,
    (".env.example", ".env.sample", ".env.template", "example.env"),
    (".env",),
    store_dotenv.problem,
    store_dotenv.entries,
    store_dotenv.unfit,
    store_dotenv.with_values,
    store_dotenv.masked,
    store_dotenv.read,
    store_dotenv.only_dotenv,
)
TOML = Form(
    "toml",
    "secrets.toml",
    ("secrets.example.toml",),
    (".toml",),
    store_toml.problem,
    store_toml.entries,
    store_toml.unfit,
    store_toml.with_values,
    store_toml.masked,
    store_toml.read,
)
JSON = Form(
    "json",
    "secrets.json",
    ("secrets.example.json",),
    (".json",),
    store_json.problem,
    store_json.entries,
    store_json.unfit,
    store_json.with_values,
    store_json.masked,
    store_json.read,
)
FORMS = {form.name: form for form in (DOTENV, TOML, JSON)}


def misnamed(shown: str, form: Form) -> Refusal | None:
    """Why a file, by its name, is not of the format that the project is to read."""
    name = os.path.basename(shown)
    for other in FORMS.values():
        if other is not form and name.lower().endswith(other.endings):
            return Refusal(
                f"{printable(shown)} has the name of a {other.name} file, but what is written into the code "
                f"reads {form.name}",
                "choose another --fix-style, or name another file with --env-file",
            )
    return None
