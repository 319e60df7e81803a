"""Runs a program, in a process of its own, with client libraries that only record what they are given."""

from __future__ import annotations

import hmac
import importlib.abc
import importlib.machinery
import json
import os
import runpy
import sys
import sysconfig
from collections.abc import MutableSequence, Sequence
from pathlib import Path
from types import ModuleType

LIBRARIES = frozenset(
    (
        "binance binance_common binance_sdk_spot binance_sdk_derivatives_trading_usds_futures ccxt"
        " pybit requests unicorn_binance_rest_api websocket"
    ).split()
)
_seen: list[object] = []


def _plain(value: object) -> object:
    """A value in a form that two runs can be compared by."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": bytes(value).decode("latin-1")}
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(each) for each in value]
    return f"<{type(value).__name__}>"


def _record(what: str, arguments: Sequence[object], named: dict[str, object]) -> None:
    _seen.append([what, _plain(arguments), _plain(named)])


# The classes of binance-common and its like that take a path or a key, and where.
_KEY_OR_PATH = {
    "ConfigurationRestAPI": 11,
    "ConfigurationWebSocketAPI": 2,
    "ConfigurationWebSocketStreams": 11,
}


def _path_or_key(given: object) -> object:
    """As `Signers` of binance-common 4.7: the content of a file if there is one. The end of a PEM is white."""
    if isinstance(given, (str, bytes)) and os.path.exists(given):
        with open(given, encoding="ascii") as stream:
            given = stream.read()
    return given.rstrip() if isinstance(given, (str, bytes)) else given


def _key_of_path(given: object) -> object:
    """As `Client` of python-binance 1.0.37: the content of a file only if the path is a `Path`."""
    if isinstance(given, Path):
        with open(given, encoding="ascii") as stream:
            return stream.read()
    return given


class Recording:
    """Every class of every client library."""

    def __init__(self, *arguments: object, **named: object) -> None:
        _record(self._base(), *self._with_key(arguments, named))

    def _with_key(
        self, arguments: Sequence[object], named: dict[str, object]
    ) -> tuple[Sequence[object], dict[str, object]]:
        """The arguments with the private key that the library would load."""
        index = _KEY_OR_PATH.get(self._base())
        load = _path_or_key if index is not None else _key_of_path
        if "private_key" in named:
            named = {**named, "private_key": load(named["private_key"])}
        if index is not None and len(arguments) > index:
            arguments = [*arguments[:index], load(arguments[index]), *arguments[index + 1 :]]
        return arguments, named

    @classmethod
    def _base(cls) -> str:
        return next(c.__name__ for c in cls.__mro__ if c.__dict__.get("_is_stub"))

    @classmethod
    async def create(cls, *arguments: object, **named: object) -> Recording:
        return cls(*arguments, **named)

    async def close_connection(self) -> None:
        return None

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *arguments, **named: _record(f"{self._base()}.{name}", arguments, named)


class _Stub(ModuleType):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: MutableSequence[str] = []

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        if name[:1].isupper() or self.__name__.partition(".")[0] == "ccxt":
            made: object = type(name, (Recording,), {"_is_stub": True})
        else:
            made = lambda *arguments, **named: _record(f"{self.__name__}.{name}", arguments, named)  # noqa: E731
        setattr(self, name, made)
        return made


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(
        self, name: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name.partition(".")[0] not in LIBRARIES:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _Stub(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        return None


def _watch_hmac() -> None:
    new = hmac.new

    def recorded(key: bytes, *arguments: object, **named: object) -> object:
        _record("hmac.new", (key,), {})
        return new(key, *arguments, **named)  # type: ignore[call-overload]

    hmac.new = recorded  # type: ignore[assignment]


def _forget_others() -> None:
    """Leaves the standard library alone: the program's modules may be called like ours."""
    home = sysconfig.get_paths()["stdlib"]
    for name, module in list(sys.modules.items()):
        place = getattr(module, "__file__", None) or home
        if not place.startswith(home) or "site-packages" in place:
            del sys.modules[name]
    sys.path[:] = [place for place in sys.path if place.startswith(home) and "site-packages" not in place]


def run(record: str, program: str) -> None:
    """Runs a program to its end and writes down what the libraries were given."""
    _seen.clear()
    _forget_others()
    sys.meta_path.insert(0, _Finder())
    sys.dont_write_bytecode = True
    _watch_hmac()
    sys.argv = [program]
    sys.path.insert(0, os.path.dirname(os.path.abspath(program)))
    try:
        runpy.run_path(program, run_name="__main__")
    finally:
        with open(record, "w", encoding="utf-8") as stream:
            json.dump(_seen, stream, indent=1)
