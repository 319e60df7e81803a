"""One frozen `Config` from defaults < configuration file < flags. Whatever is not understood is an error.

The file belongs to the tree that is scanned and is as little trusted: it is a regular file of limited
size, it holds data only, and error texts name keys and rules but never repeat other values.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, cast

from binlint.errors import ConfigError
from binlint.files import NotRegular, TooLarge, read_settings
from binlint.finding import Severity
from binlint.patterns import Patterns, defect

ALL = "ALL"
FILE_NAMES = (".binlint.toml", "binlint.toml", "pyproject.toml")

# How a moved value is read; the first is the default.
FIX_STYLES = ("auto", "environ", "environ-get", "getenv", "decouple", "dotenv", "pydantic", "toml", "json")
# Made by tools, or other people's code. `build` and `dist` are not here: what ships may leak.
DEFAULT_EXCLUDES = (
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".hg",
    ".hypothesis",
    ".jj",
    ".mypy_cache",
    ".nox",
    ".pytest_cache",
    ".pytype",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    "__pypackages__",
    "node_modules",
    "site-packages",
    "venv",
)


class Config(NamedTuple):
    """Everything that a run can be told. Selectors are codes, prefixes of codes, or `ALL`."""

    root: str = os.curdir  # what patterns are relative to: the directory of the file, else of the run
    source: str | None = None  # the file, as it is shown
    select: tuple[str, ...] = (ALL,)
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exclude: tuple[str, ...] = DEFAULT_EXCLUDES
    extend_exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    respect_gitignore: bool = True
    fail_on: Severity = Severity.WARNING
    exit_zero: bool = False
    output_format: str | None = None
    strict: bool = False
    fix_style: str = FIX_STYLES[0]
    variable_prefix: str = "BINANCE"
    env_file: str | None = None  # relative to `root`; None is `.env` there
    baseline: str | None = None  # relative to `root`; None is the usual file, if there is one
    require_reason: bool = False  # a directive without one has no effect
    ignore_comments: bool = True  # heed `# binlint: ignore[…]`
    cwd: str = os.curdir  # the directory of the run, which paths are relative to

    @property
    def user_excludes(self) -> tuple[str, ...]:
        """The patterns that the user wrote; unlike the defaults they hold for tracked files, too."""
        own = () if self.exclude == DEFAULT_EXCLUDES else self.exclude
        return own + self.extend_exclude

    def is_selected(self, code: str) -> bool:
        """Whether a rule is on. The more specific selector wins; between equals, `ignore`."""
        return _specificity(self.select + self.extend_select, code) > _specificity(self.ignore, code)

    def is_on(self, code: str, path: str) -> bool:
        """Whether a finding of this rule in this file, relative to the run, is to be reported."""
        return self.is_selected(code) and not self.is_ignored_in(path, code)

    def is_ignored_in(self, path: str, code: str) -> bool:
        """Whether `per-file-ignores` turns the rule off for a file; the path is relative to the run."""
        if not self.per_file_ignores:
            return False
        place = self.from_root(path)
        return any(
            _specificity(codes, code) >= 0 and Patterns((pattern,)).match(place)
            for pattern, codes in self.per_file_ignores
        )

    def from_root(self, path: str) -> str:
        """The path from `root`, with "/", of a path that is relative to the run."""
        return os.path.relpath(os.path.join(self.cwd, path), self.root).replace(os.sep, "/")


class Known(NamedTuple):
    """What values can refer to. Rules are asked for only when a selector is written."""

    rules: Callable[[], Mapping[str, str]]  # code → name
    formats: Sequence[str]


def load_config(
    cwd: str,
    known: Known,
    explicit: Sequence[str] = (),
    isolated: bool = False,
    overrides: Mapping[str, object] | None = None,
) -> Config:
    """The configuration of a run that starts in `cwd`, an absolute directory.

    `explicit` are the values of `--config`: at most one file, any number of `key = value`. The
    patterns of a file named there are relative to `cwd`. `overrides` are options by their keys.
    """
    config = Config(root=cwd, cwd=cwd)
    named = [value for value in explicit if not _is_inline(value, cwd)]
    if len(named) > 1:
        raise ConfigError("--config names more than one file")
    if named and isolated:
        raise ConfigError("--config with a file and --isolated exclude each other")
    if named:
        config = _from_file(config, os.path.join(cwd, named[0]), known, is_required=True)
    elif not isolated:
        config = _nearest(config, known)
    for value in explicit:
        if value not in named:
            config = _merged(config, _parse(value.encode("utf-8", "replace"), "--config"), known, "--config")
    if overrides:
        config = _merged(config, overrides, known, "")
    _check_selection(config, known)
    return config


def _nearest(config: Config, known: Known) -> Config:
    folder = config.cwd
    while True:
        for name in FILE_NAMES:
            found = _from_file(config, os.path.join(folder, name), known, is_required=False)
            if found.source is not None:
                return found._replace(root=folder)
        above = os.path.dirname(folder)
        if above == folder:
            return config
        folder = above


def _from_file(config: Config, path: str, known: Known, is_required: bool) -> Config:
    """The configuration with that of a file, or unchanged when the file says nothing about binlint."""
    shown = _shown(path, config.cwd)
    is_shared = os.path.basename(path) == "pyproject.toml"
    data = _read(path, shown, is_required, is_shared)
    # Most projects say nothing about binlint, and the TOML parser costs more than a small run.
    if data is None or (is_shared and b"binlint" not in data):
        if is_required:
            raise ConfigError(f"{shown}: there is no table [tool.binlint]")
        return config
    table: object = _parse(data, shown)
    if is_shared:
        for key in ("tool", "binlint"):
            table = table.get(key) if isinstance(table, dict) else None
        if table is None:
            if is_required:
                raise ConfigError(f"{shown}: there is no table [tool.binlint]")
            return config
        if not isinstance(table, dict):
            raise ConfigError(f"{shown}: tool.binlint: expected a table")
        shown = f"{shown}: [tool.binlint]"
    merged = _merged(config, cast("dict[str, object]", table), known, shown)
    return merged._replace(source=_shown(path, config.cwd))


def _read(path: str, shown: str, is_required: bool, is_shared: bool) -> bytes | None:
    try:
        if is_shared and not is_required and os.path.islink(path):
            _check_link(path, shown)
            return None
        return read_settings(path)
    except (FileNotFoundError, NotADirectoryError):
        if is_required:
            raise ConfigError(f"{shown}: no such file") from None
        return None
    except TooLarge:
        raise ConfigError(f"{shown}: larger than 1 MiB") from None
    except NotRegular as error:
        if error.is_folder and not is_required:
            return None
        raise ConfigError(f"{shown}: not a regular file") from None
    except (OSError, ValueError) as error:
        if os.path.islink(path):
            raise ConfigError(f"{shown}: a symbolic link, which binlint does not follow here") from None
        code = error.errno if isinstance(error, OSError) else None
        raise ConfigError(f"{shown}: cannot be read{f' ({os.strerror(code)})' if code else ''}") from None


def _check_link(path: str, shown: str) -> None:
    """A linked pyproject.toml is an error only if binlint would have had to follow it."""
    target = os.path.realpath(path)
    try:
        data = read_settings(target)
    except (OSError, ValueError, NotRegular, TooLarge):
        return
    if b"tool.binlint" in data:
        raise ConfigError(f"{shown}: a symbolic link, which binlint does not follow here")


def _parse(data: bytes, shown: str) -> dict[str, object]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        return tomllib.loads(data.removeprefix(b"\xef\xbb\xbf").decode())
    except UnicodeDecodeError:
        raise ConfigError(f"{shown}: not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        # The parser's words can repeat the text; where it stopped is enough.
        place = re.search(r"at line \d+, column \d+|at end of document", str(error))
        raise ConfigError(f"{shown}: not valid TOML{f' ({place[0]})' if place else ''}") from None
    except (ValueError, RecursionError):
        raise ConfigError(f"{shown}: not valid TOML") from None


def _merged(config: Config, layer: Mapping[str, object], known: Known, shown: str) -> Config:
    """`config` under a further layer. Selecting anew forgets what lower layers selected and ignored."""
    values: dict[str, object] = {}
    for key, value in layer.items():
        option = _OPTIONS.get(key)
        place = f"{shown}: {_quotable(key)}" if shown else f"--{key}"
        if option is None:
            raise ConfigError(f"{place}: unknown key{_hint(key, _OPTIONS)}{_misplaced(key, shown)}")
        values[key.replace("-", "_")] = option(value, place, known)
    if "select" in values:
        config = config._replace(extend_select=(), ignore=())
    selected = cast("tuple[str, ...]", values.get("extend_select", ()))
    kept = (
        tuple(code for code in config.ignore if not code.startswith(selected)) if selected else config.ignore
    )
    values["ignore"] = kept + cast("tuple[str, ...]", values.get("ignore", ()))
    for key in ("extend_select", "extend_exclude"):
        values[key] = getattr(config, key) + cast("tuple[str, ...]", values.get(key, ()))
    return config._replace(**values)  # type: ignore[arg-type]


def _check_selection(config: Config, known: Known) -> None:
    if config.select == (ALL,) and not config.ignore:
        return
    if not any(map(config.is_selected, known.rules())):
        raise ConfigError("no rule is left: select and ignore together turn all of them off")


def _specificity(selectors: Iterable[str], code: str) -> int:
    lengths = (0 if each == ALL else len(each) for each in selectors if each == ALL or code.startswith(each))
    return max(lengths, default=-1)


def _is_inline(value: str, cwd: str) -> bool:
    return "=" in value and not os.path.lexists(os.path.join(cwd, value))


def _shown(path: str, cwd: str) -> str:
    try:
        return os.path.relpath(path, cwd).replace(os.sep, "/")
    except ValueError:  # another drive
        return path


def _quotable(word: str) -> str:
    # Anything may stand in the wrong place by mistake, a secret as well: only what is short is repeated.
    return word if re.fullmatch(r"[A-Za-z0-9_-]{1,40}", word) else "a key"


def _misplaced(key: str, shown: str) -> str:
    if key == "tool" and shown.endswith("binlint.toml"):
        return "; in this file the keys stand at the top, without [tool.binlint]"
    return ""


def closest(word: str, known: Iterable[str]) -> str:
    """`a`, `a or b`: the known words that a mistyped one was probably meant to be; else nothing."""
    from difflib import get_close_matches

    return " or ".join(get_close_matches(word, list(known), n=2, cutoff=0.5))


def _hint(word: str, known: Iterable[str]) -> str:
    known = list(known)
    near = closest(word, known)
    return f"; did you mean {near}?" if near else f"; known: {', '.join(known)}"


# One function per type of value: it takes what was written, where, and what is known.


def _flag(value: object, place: str, known: Known) -> bool:
    if not isinstance(value, bool):
        raise ConfigError(f"{place}: expected true or false, not {_type(value)}")
    return value


def _strings(value: object, place: str) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)):
        raise ConfigError(f"{place}: expected a list of strings, not {_type(value)}")
    for item in value:
        if not isinstance(item, str):
            raise ConfigError(f"{place}: expected a list of strings, not of {_type(item)}")
    return tuple(value)


def _patterns(value: object, place: str, known: Known) -> tuple[str, ...]:
    patterns = _strings(value, place)
    for number, pattern in enumerate(patterns, 1):
        _check_pattern(pattern, f"{place}: pattern {number}")
    return patterns


def _check_pattern(pattern: str, place: str) -> None:
    wrong = defect(pattern)
    if wrong:
        raise ConfigError(f"{place} {wrong}; expected what .gitignore takes, such as tests or docs/*.py")


def _selectors(value: object, place: str, known: Known) -> tuple[str, ...]:
    return tuple(_selector(item, place, known) for item in _strings(value, place))


def _selector(text: str, place: str, known: Known) -> str:
    rules = known.rules()
    upper = text.strip().upper()
    if upper == ALL:
        return ALL
    if re.fullmatch(r"BIN[0-9]*", upper) and any(code.startswith(upper) for code in rules):
        return upper
    for code, name in rules.items():
        if name == text.strip().lower():
            return code
    quoted = f" {text!r}" if _quotable(text) == text else ""
    near = closest(upper, rules) or closest(text.lower(), rules.values())
    hint = f"did you mean {near}?" if near else f"known: {', '.join(rules)}, a prefix such as BIN1, or ALL"
    raise ConfigError(f"{place}: unknown rule{quoted}; {hint}")


def _per_file(value: object, place: str, known: Known) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, Mapping):
        raise ConfigError(f"{place}: expected a table of patterns and lists of rules, not {_type(value)}")
    pairs = []
    for number, (pattern, codes) in enumerate(value.items(), 1):
        _check_pattern(pattern, f"{place}: pattern {number}")
        if pattern.startswith("!"):
            raise ConfigError(f"{place}: pattern {number} is negated, which has no meaning here")
        pairs.append((pattern, _selectors(codes, place, known)))
    return tuple(pairs)


def _level(value: object, place: str, known: Known) -> Severity:
    levels = {severity.word: severity for severity in Severity}
    if not isinstance(value, str) or value not in levels:
        given = _type(value) if not isinstance(value, str) else "something else"
        raise ConfigError(f"{place}: expected one of {', '.join(levels)}, not {given}")
    return levels[value]


def _format(value: object, place: str, known: Known) -> str:
    if not isinstance(value, str):
        raise ConfigError(f"{place}: expected one of {', '.join(known.formats)}, not {_type(value)}")
    if value not in known.formats:
        raise ConfigError(f"{place}: unknown output format{_hint(value, known.formats)}")
    return value


def _style(value: object, place: str, known: Known) -> str:
    if not isinstance(value, str) or value not in FIX_STYLES:
        raise ConfigError(f"{place}: expected one of {', '.join(FIX_STYLES)}")
    return value


def _prefix(value: object, place: str, known: Known) -> str:
    if not isinstance(value, str) or not re.fullmatch("[A-Z][A-Z0-9_]{0,30}", value):
        raise ConfigError(f"{place}: expected capital letters, digits and _, such as BINANCE")
    return value.rstrip("_")


def _path(value: object, place: str, known: Known) -> str:
    if not isinstance(value, str) or not value or "\0" in value:
        raise ConfigError(f"{place}: expected the path of a file, not {_type(value)}")
    return value


def _type(value: object) -> str:
    names = {bool: "a truth value", str: "a string", list: "a list", dict: "a table", int: "a number"}
    return names.get(type(value), "another type")


_OPTIONS: Mapping[str, Callable[[object, str, Known], object]] = {
    "select": _selectors,
    "ignore": _selectors,
    "extend-select": _selectors,
    "per-file-ignores": _per_file,
    "exclude": _patterns,
    "extend-exclude": _patterns,
    "force-exclude": _flag,
    "respect-gitignore": _flag,
    "fail-on": _level,
    "exit-zero": _flag,
    "output-format": _format,
    "strict": _flag,
    "fix-style": _style,
    "variable-prefix": _prefix,
    "env-file": _path,
    "baseline": _path,
    "require-reason": _flag,
}
KEYS = tuple(_OPTIONS)
