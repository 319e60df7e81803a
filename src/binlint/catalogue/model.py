"""What the catalogue knows about one callable: where it takes which part of a credential."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from binlint.finding import Kind


class Parameter(NamedTuple):
    """A parameter that takes a credential as text.

    `index` is the 0-based position without `self` or `cls`; None means keyword only. The same name at
    several positions, or several kinds at one position, are different releases: the newest come first.
    """

    name: str
    kind: Kind
    index: int | None = None  # type: ignore[assignment]  # hides tuple.index, which nobody needs here
    accepts_path: bool = False  # a path of a key file may stand here too
    key_object: bool = False  # takes a loaded key only: ask what the loader was given
    path_or_key: bool = False  # text is the path of a key file where there is one, else the key itself

    @property
    def keyword_only(self) -> bool:
        """Whether it cannot be passed by position."""
        return self.index is None


class ConfigKey(NamedTuple):
    """A credential inside a dict argument: the keys that lead to it, outermost first."""

    path: tuple[str, ...]
    kind: Kind


class ConfigParameter(NamedTuple):
    """A parameter that takes a dict with credentials in it."""

    name: str
    index: int | None  # type: ignore[assignment]
    keys: tuple[ConfigKey, ...]
    accepts_path: bool = False  # the path of a configuration file may stand here instead


class Condition(NamedTuple):
    """The callable is about Binance only if another argument has one of these values.

    `key` is the key inside that argument, when it is a dict. `default` is the value without the argument.
    """

    param: str
    index: int | None  # type: ignore[assignment]
    key: str | None
    values: tuple[str, ...]
    casefold: bool = False
    default: str | None = None


class Api(NamedTuple):
    """A class, function or method through which a credential reaches Binance, in all its releases.

    `call` is `class`, `fields` (the constructor of a dataclass or alike), `classmethod`, `staticmethod`,
    `function` or `method`. Packages that share a dotted name share one `Api`; `package` is the commonest.
    """

    id: str
    package: str
    tier: int
    call: str
    names: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    config: tuple[ConfigParameter, ...] = ()
    attributes: tuple[tuple[str, Kind], ...] = ()
    when: Condition | None = None
    venue: str = ""


Steps: TypeAlias = tuple[str, ...]  # a path of keys; "*" is any key, "[]" any item of a list


class Whose(NamedTuple):
    """What a file of settings must say to be about Binance: a value, or with `is_key` a key, at a path."""

    path: Steps
    values: tuple[str, ...]
    casefold: bool
    is_key: bool


class SettingsFile(NamedTuple):
    """A file into which the users of a program write their credentials."""

    program: str
    files: tuple[str, ...]  # patterns of its name or of the end of its path
    whose: Whose | None
    keys: tuple[tuple[Steps, Kind], ...]
    is_plain: bool  # not encrypted with a password of the user's


class Host(NamedTuple):
    """What a host name says: `production`, `testnet` or `demo`, and whose."""

    environment: str
    venue: str
