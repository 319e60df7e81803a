"""Questions about the client libraries, answered from the generated data.

`Catalogue.load()` costs about a millisecond and is the same object every time; values are made when
they are asked for. Names are dotted and absolute, as an import spells them.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from binlint.catalogue import _data
from binlint.catalogue.model import (
    Api,
    Condition,
    ConfigKey,
    ConfigParameter,
    Host,
    Parameter,
    SettingsFile,
    Whose,
)
from binlint.finding import Kind


class Catalogue:
    """Everything that is known about how a Binance credential is passed in Python."""

    _loaded: Catalogue | None = None

    def __init__(self) -> None:
        self._rows = _data.APIS.splitlines()
        self._index = {name: numbers.split() for name, _, numbers in _split(_data.INDEX)}
        self._apis: dict[int, Api] = {}
        self._attributes: dict[str, Mapping[str, Kind]] = {}

    @classmethod
    def load(cls) -> Catalogue:
        """The catalogue of this release of binlint."""
        if cls._loaded is None:
            cls._loaded = cls()
        return cls._loaded

    def __reduce__(self) -> tuple[Any, tuple[()]]:
        return (Catalogue.load, ())

    # callables

    def api(self, dotted: str) -> tuple[Api, ...]:
        """What the callable of this name takes: all releases and packages that have it, in one `Api`.

        Several only where the conditions differ (`when`). Empty for what takes no credential.
        """
        numbers = self._index.get(dotted)
        if numbers is None:
            numbers = self._index.get(self.canonical(dotted), [])
        return tuple(self._api(int(number)) for number in numbers)

    def apis(self) -> tuple[Api, ...]:
        """All of them."""
        return tuple(self._api(number) for number in range(len(self._rows)))

    def signing(self, dotted: str) -> tuple[Parameter, ...]:
        """What a signature or the loading of a key takes. It is Binance's only in company."""
        return tuple(_parameter(row) for row in _data.SIGNING.get(dotted, ()))

    def attributes_of(self, dotted: str) -> Mapping[str, Kind]:
        """The attributes of an instance of this class that hold a credential and can be assigned."""
        found = self._attributes.get(dotted)
        if found is None:
            found = {name: kind for api in reversed(self.api(dotted)) for name, kind in api.attributes}
            self._attributes[dotted] = found
        return found

    def is_attribute(self, name: str) -> bool:
        """Whether any class has such an attribute."""
        return name in _data.ATTRIBUTES

    def is_class(self, dotted: str) -> bool:
        """Whether this is one of the libraries' classes, with or without a credential of its own."""
        return dotted in _data.CLASSES or self.canonical(dotted) in _data.CLASSES

    def knows(self, dotted: str) -> bool:
        """Whether a star import of the module before the last dot can bring this name."""
        return self.is_class(dotted) or bool(self.api(dotted))

    def returns(self, dotted: str) -> str | None:
        """The class of what this call gives: of a class itself, of a factory what it makes."""
        if self.is_class(dotted):
            return dotted
        return _data.RETURNS.get(dotted) or _data.RETURNS.get(self.canonical(dotted))

    @staticmethod
    def canonical(dotted: str) -> str:
        """The name with an older or bundled module replaced: `ccxtpro.binance` → `ccxt.pro.binance`."""
        for alias, module in _data.MODULE_ALIAS.items():
            if dotted == alias or dotted.startswith(f"{alias}."):
                return module + dotted[len(alias) :]
        return dotted

    # whose a name is

    def is_binance_root(self, root: str) -> bool:
        """Whether an import of this root alone is Binance company: a library for Binance and nothing else."""
        return root in _data.BINANCE_ROOTS

    def is_shared_root(self, root: str) -> bool:
        """Whether this is the root of a library that reaches Binance among others (ccxt, hummingbot, …)."""
        return root in _data.SHARED_ROOTS or root in _data.MODULE_ALIAS

    def is_other_vendor(self, dotted: str) -> bool:
        """Whether this belongs to another service: its SDK, or another exchange's part of a library."""
        if _has_prefix(dotted, _data.VENDORS):
            return True
        dotted = self.canonical(dotted)
        pattern = _data.OTHER_EXCHANGE.get(dotted.partition(".")[0])
        return pattern is not None and re.match(pattern, dotted) is not None

    def is_neutral(self, root: str) -> bool:
        """Whether this (root or dotted name) is the standard library or a library that is nobody's."""
        return root.partition(".")[0] in sys.stdlib_module_names or _has_prefix(root, _data.NEUTRAL)

    @cached_property
    def last_names(self) -> frozenset[str]:
        """The last parts of all names that take a credential, sign with one or pass a call on."""
        return frozenset(
            name.rpartition(".")[2] for name in (*self._index, *_data.SIGNING, "functools.partial")
        )

    @cached_property
    def modules(self) -> Mapping[str, frozenset[str]]:
        """Import root of each client library → its modules, by which a vendored copy is known."""
        found: dict[str, set[str]] = {}
        for name in self._index:
            root, _, rest = name.partition(".")
            module, _, last = rest.partition(".")
            if last:
                found.setdefault(root, set()).add(module)
        return {root: frozenset(modules) for root, modules in found.items()}

    # surroundings

    @cached_property
    def headers(self) -> Mapping[str, Kind]:
        """Lower-cased names of HTTP headers that carry a credential."""
        return _kinds(_data.HEADERS)

    @cached_property
    def payload(self) -> Mapping[str, Kind]:
        """Names of message fields that carry a credential."""
        return _kinds(_data.PAYLOAD)

    @cached_property
    def settings(self) -> Mapping[str, tuple[tuple[str, Kind], ...]]:
        """Dotted path of a settings object → names and kinds of what is set there."""
        return {path: tuple(_kinds(dict(keys)).items()) for path, keys in _data.SETTINGS.items()}

    @cached_property
    def settings_files(self) -> tuple[SettingsFile, ...]:
        """The files of known programs."""
        return tuple(
            SettingsFile(
                program,
                files,
                None if whose is None else Whose(*whose),
                tuple((path, Kind[kind]) for path, kind in keys),
                is_plain,
            )
            for program, files, whose, keys, is_plain in _data.SETTINGS_FILES
        )

    @cached_property
    def hosts(self) -> Mapping[str, Host]:
        """Host name → what it says."""
        return {host: Host(*row) for host, row in _data.HOSTS.items()}

    @cached_property
    def samples(self) -> frozenset[str]:
        """Lower-case SHA-256 digests of documented examples.

        Of a private key it is the digest of the first 64 characters of the base64 body.
        """
        return frozenset(digest for digest, _, _ in _split(_data.SAMPLES))

    @cached_property
    def sample_kinds(self) -> Mapping[str, Kind]:
        """The digests with what they are examples of; UNKNOWN for a listen key."""
        return {digest: Kind[kind] for digest, _, kind in _split(_data.SAMPLES)}

    @cached_property
    def placeholders(self) -> frozenset[str]:
        """Case-folded values that documentation puts where a credential belongs."""
        return frozenset(_data.PLACEHOLDERS.splitlines())

    def environment(self, name: str) -> Kind | None:
        """Which part of a Binance credential a variable of this name holds.

        None for names that are not tied to Binance (`API_KEY`) and for paths.
        """
        upper = name.upper()
        if upper in _data.ENVIRONMENT:
            kind = _data.ENVIRONMENT[upper]
            return None if kind is None else Kind[kind]
        for pattern, kind in _data.ENVIRONMENT_PATTERNS:
            if re.search(pattern, name):
                return Kind[kind]
        return None

    @property
    def names_without_keyword(self) -> frozenset[str]:
        """Callables that a file can use for Binance without the letters `inance` in it."""
        return _data.NAMES_WITHOUT_KEYWORD

    @property
    def roots_without_keyword(self) -> frozenset[str]:
        """Their import roots, for the byte filter."""
        return _data.ROOTS_WITHOUT_KEYWORD

    # making values

    def _api(self, number: int) -> Api:
        found = self._apis.get(number)
        if found is None:
            found = self._apis[number] = _api(ast.literal_eval(self._rows[number]))
        return found


def _api(row: tuple[Any, ...]) -> Api:
    id_, package, tier, call, names, parameters, config, attributes, when, venue = row
    return Api(
        id_,
        package,
        tier,
        call,
        names,
        tuple(_parameter(each) for each in parameters),
        tuple(_config(each) for each in config),
        tuple((name, Kind[kind]) for name, kind in attributes),
        None if when is None else Condition(*when),
        venue,
    )


def _parameter(row: tuple[Any, ...]) -> Parameter:
    name, kind, index, accepts_path, key_object, path_or_key = row
    return Parameter(name, Kind[kind], index, accepts_path, key_object, path_or_key)


def _config(row: tuple[Any, ...]) -> ConfigParameter:
    name, index, keys, accepts_path = row
    return ConfigParameter(
        name, index, tuple(ConfigKey(path, Kind[kind]) for path, kind in keys), accepts_path
    )


def _split(table: str) -> list[tuple[str, str, str]]:
    return [line.partition(" ") for line in table.splitlines()]


def _kinds(rows: Mapping[str, str]) -> Mapping[str, Kind]:
    return {name: Kind[kind] for name, kind in rows.items()}


def _has_prefix(dotted: str, prefixes: frozenset[str]) -> bool:
    """Whether the name or a package above it is among the prefixes."""
    end = len(dotted)
    while end > 0:
        if dotted[:end] in prefixes:
            return True
        end = dotted.rfind(".", 0, end)
    return False
