"""Files of the project that its code reads: settings in JSON, YAML, TOML, INI and `.env`, and plain text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binlint import facts as f
from binlint.facts import Facts
from binlint.flow import budget, paths
from binlint.flow.scopes import function_of
from binlint.flow.values import (
    Arguments,
    Entries,
    External,
    Frame,
    Instance,
    Items,
    OpenFile,
    OwnClass,
    Text,
    Value,
    Values,
    bare,
    given,
    texts,
)
from binlint.shapes import Shape, classify
from binlint.sources.project import Module

if TYPE_CHECKING:
    from binlint.flow.evaluate import Evaluator

_KEYS = frozenset({Shape.KEY, Shape.HEX})
_FLASK = frozenset({"from_object", "from_pyfile", "from_mapping"})
_LOADERS = ("dotenv", "decouple", "environs", "pydantic_settings", "dynaconf", "starlette")
_ENVIRONMENT = (".env", "settings.ini", ".env.local")

# Dotted name → format of the file that stands in the first argument: opened, named or read.
LOADS = {
    "json.load": "json",
    "simplejson.load": "json",
    "ujson.load": "json",
    "orjson.load": "json",
    "json5.load": "json",
    "commentjson.load": "json",
    "json.loads": "json",
    "ujson.loads": "json",
    "orjson.loads": "json",
    "simplejson.loads": "json",
    "json5.loads": "json",
    "yaml.load": "yaml",
    "yaml.safe_load": "yaml",
    "yaml.full_load": "yaml",
    "yaml.unsafe_load": "yaml",
    "oyaml.safe_load": "yaml",
    "ruamel.yaml.safe_load": "yaml",
    "ruamel.yaml.YAML.load": "yaml",
    "tomllib.load": "toml",
    "tomllib.loads": "toml",
    "tomli.load": "toml",
    "tomli.loads": "toml",
    "toml.load": "toml",
    "toml.loads": "toml",
    "rtoml.load": "toml",
    "pytoml.load": "toml",
    "tomlkit.load": "toml",
    "tomlkit.parse": "toml",
    "dotenv.dotenv_values": "dotenv",
    "dotenv.main.dotenv_values": "dotenv",
    "omegaconf.OmegaConf.load": "yaml",
    "anyconfig.load": "json",
}
_OPENERS = frozenset({"builtins.open", "io.open", "codecs.open", "aiofiles.open", "os.open", "gzip.open"})
_PARSERS = frozenset(
    f"configparser.{name}" for name in ("ConfigParser", "RawConfigParser", "SafeConfigParser")
) | {"ConfigParser.ConfigParser", "ConfigParser.RawConfigParser", "configobj.ConfigObj"}
_READS = frozenset({"read", "read_file", "readfp", "read_string"})


class Files:
    """What the code of the project gets out of files of the project."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._world = evaluator.world
        self._environment_files: dict[str, tuple[str, ...]] = {}

    # finding files

    def named(self, path: Text, importer: str) -> str | None:
        """The file of the project that a path means."""
        found = paths.file(path.string()) if len(path.value) < 1000 else None
        if found is None:
            return None
        project = self._world.project
        return project.file("" if found[1] else importer, found[0])

    def opened(self, value: Value, importer: str) -> str | None:
        """The file that a value is: opened, or named by its path."""
        value = bare(value)
        if isinstance(value, OpenFile):
            return value.path
        return self.named(value, importer) if isinstance(value, Text) else None

    def environment_files(self, facts: Facts) -> tuple[str, ...]:
        """The files that the project loads its environment from, for the code in one file."""
        known = self._environment_files.get(facts.path)
        if known is None:
            self._environment_files[facts.path] = ()
            known = self._environment_files[facts.path] = tuple(dict.fromkeys(self._loaded(facts)))
        return known

    def _loaded(self, facts: Facts) -> Iterator[str]:
        project = self._world.project
        loading = [path for word in _LOADERS for path in project.naming(word)]
        if not loading and facts.roots.isdisjoint(_LOADERS):
            return
        for name in _ENVIRONMENT:
            found = project.file(facts.path, name)
            if found is not None:
                yield found
        for path in dict.fromkeys([facts.path, *loading[: budget.WRITERS]]):
            unit = self._evaluator.linked.unit_at(path)
            for call in unit.facts.calls if unit is not None else ():
                func = call.func
                name = func.name if isinstance(func, f.Free | f.Attribute) else ""
                if isinstance(func, f.Ref) and unit is not None:
                    name = unit.facts.bindings[func.binding].name
                if name in ("load_dotenv", "read_env", "Config", "RepositoryEnv"):
                    for arg in (
                        *call.args[:1],
                        *(v for k, v in call.keywords if k in ("dotenv_path", "path")),
                    ):
                        for text in self._evaluator.texts(arg, unit.root if unit is not None else None):
                            found = self.named(text, path)
                            if found is not None:
                                yield found

    # settings

    def setting(self, cls: OwnClass, name: str) -> Values:
        """A field of a pydantic settings class, out of the `.env` file that the class names."""
        classes = self._evaluator.linked.classes
        if not any(base.dotted.endswith("BaseSettings") for base in classes.external_bases(cls)):
            return ()
        path, prefix = self._settings_of(cls)
        if path is None:
            return ()
        found: list[Value] = []
        wanted = f"{prefix}{name}".lower()
        for entries in self.document(path, "dotenv"):
            if isinstance(entries, Entries):
                keys = [key for key, _ in entries.entries if key is not None and key.lower() == wanted]
                found.extend(self._evaluator.item_of(entries, keys, []) if keys else ())
        return tuple(found)

    def _settings_of(self, cls: OwnClass) -> tuple[str | None, str]:
        """The file and the prefix that a settings class names in `model_config` or its inner `Config`."""
        evaluator = self._evaluator
        path, prefix = None, ""
        for config in (
            *evaluator.linked.classes.of_class(cls, "model_config"),
            *evaluator.linked.classes.of_class(cls, "Config"),
        ):
            passed: dict[str, Values] = {}
            for option in ("env_file", "env_prefix"):
                if isinstance(config, Instance) and config.call is not None and config.frame is not None:
                    thunks = evaluator.linked.arguments(config.call, config.frame).get(option)
                    passed[option] = tuple(v for thunk in thunks for v in evaluator.thunk(thunk))
                elif isinstance(config, Entries):
                    passed[option] = evaluator.item_of(config, [option], [])
                elif isinstance(config, OwnClass):
                    passed[option] = evaluator.linked.classes.of_class(config, option)
            for text in texts(passed.get("env_file", ())):
                path = self.named(text, cls.facts.path) or path
            prefix = next((text.string() for text in texts(passed.get("env_prefix", ()))), prefix)
        return path, prefix

    def flask(self, name: str) -> Values:
        """A name of the configuration of a Flask application: what any file of the project loads into it."""
        evaluator, project = self._evaluator, self._world.project
        found: list[Value] = []
        for path in project.mentioning(_FLASK)[: budget.WRITERS]:
            unit = evaluator.linked.unit_at(path)
            for call in unit.facts.calls if unit is not None else ():
                if unit is None or not isinstance(call.func, f.Attribute) or call.func.name not in _FLASK:
                    continue
                passed = evaluator.linked.arguments(call, unit.root)
                if call.func.name == "from_mapping":
                    found.extend(v for thunk in passed.get(name) for v in evaluator.thunk(thunk))
                for thunk in passed.positional[:1]:
                    for value in evaluator.ask(thunk.expr, thunk.frame, far=True):
                        found.extend(self._loaded_into(value, name, call.func.name, path))
        return tuple(found)

    def _loaded_into(self, value: Value, name: str, how: str, importer: str) -> Values:
        linked = self._evaluator.linked
        value = bare(value)
        if how == "from_pyfile" and isinstance(value, Text):
            path = self.named(value, importer)
            return () if path is None else linked.member(Module(path), name)
        if isinstance(value, Text):
            module, _, last = value.string().rpartition(".")
            whole = self._world.project.module(importer, value.string(), 0)
            if whole is not None:
                return linked.member(whole, name)
            home = self._world.project.module(importer, module, 0) if module else None
            objects = linked.member(home, last) if home is not None else ()
        else:
            objects = (value,)
        return tuple(
            v for each in objects for v in linked.classes.attribute(each, name, self._evaluator.root)
        )

    # reading them

    def whole(self, path: str) -> Values:
        """The text of a file."""
        return self.document(path, "text")

    def document(self, path: str, kind: str) -> Values:
        """What is in a file of data."""
        facts = self._world.document(path, kind)
        if facts is None:
            return ()
        return self._evaluator.values(facts.document, self._evaluator.linked.document_root(facts))

    def load(self, kind: str, passed: Arguments, frame: Frame) -> Iterator[Value]:
        """`json.load(file)` and its like; the file may also be named, or have been read already."""
        for thunk in (*passed.positional[:1], *passed.get("dotenv_path"), *passed.get("f")):
            for value in self._evaluator.thunk(thunk):
                path = self.path_of_whole(value) or self.opened(value, frame.facts.path)
                if path is not None:
                    yield from self.document(path, kind)
        if kind == "dotenv" and not passed.positional and not passed.keywords:
            for path in self.environment_files(frame.facts):
                yield from self.document(path, kind)

    def path_of_whole(self, value: Value) -> str | None:
        """The path of a data file whose whole text a value is."""
        if not isinstance(value, Text) or len(value.origins) != 1:
            return None
        path = value.origins[0].path
        facts = self._world.known_document(path, "text")
        is_whole = (
            facts is not None
            and isinstance(facts.document, f.Literal)
            and facts.document.place == value.origins[0].place
        )
        return path if is_whole else None

    # methods of what is opened

    def method(self, opened: OpenFile, name: str) -> Values | None:
        """A method of an open file."""
        if name in ("read", "read_text", "read_bytes"):
            return self.whole(opened.path)
        if name in ("readline", "__next__"):  # any of them: which, depends on the calls before
            lines = self._lines(self.whole(opened.path))
            keys = [line for line in lines if isinstance(line, Text) and classify(line.string()) in _KEYS]
            return tuple((keys or lines[:1])[: budget.ALTERNATIVES])
        if name in ("readlines", "__iter__", "__enter__", "__aenter__", "splitlines"):
            return (Items(tuple(given([line]) for line in self._lines(self.whole(opened.path)))),)
        return None

    def _lines(self, values: Values) -> list[Value]:
        return [
            text._replace(value=line)
            for text in texts(values)
            for line in str(text.string()).splitlines()[: budget.ITEMS]
        ]

    def text_method(self, text: Text, name: str, importer: str) -> Values | None:
        """A method of a path."""
        if name in ("open", "read_text", "read_bytes"):
            path = self.named(text, importer)
            if path is None:
                return () if paths.is_path(text.string()) else None
            return (OpenFile(path),) if name == "open" else self.whole(path)
        return None

    def open(self, passed: Arguments, frame: Frame) -> Iterator[Value]:
        """`open(path)`"""
        for thunk in (*passed.positional[:1], *passed.get("file")):
            for text in texts(self._evaluator.thunk(thunk)):
                path = self.named(text, frame.facts.path)
                if path is not None:
                    yield OpenFile(path)

    # configparser

    def sections(self, frame: Frame) -> Values:
        """What a `ConfigParser` that was made in `frame` has read: by all `read` calls of that file."""
        evaluator = self._evaluator
        unit = evaluator.linked.unit(frame.facts)
        found: list[Value] = []
        for call in unit.calls:
            func = call.func
            if not isinstance(func, f.Attribute) or func.name not in _READS:
                continue
            here = frame if function_of(call.scope, frame.facts) == frame.function else unit.root
            if not any(is_parser(value) for value in evaluator.ask(func.value, here)):
                continue
            for value in (v for arg in call.args[:1] for v in evaluator.ask(arg, here, evaluator.far)):
                items = value.items if isinstance(value, Items) else (given([value]),)
                for each in (v for item in items for v in evaluator.thunk(item)):
                    path = self.path_of_whole(each) or self.opened(each, frame.facts.path)
                    if path is not None:
                        found.extend(self.document(path, "ini"))
        return tuple(found)

    def option(self, passed: Arguments, frame: Frame) -> Values:
        """`parser.get(section, option)`"""
        if len(passed.positional) < 2:
            return ()
        sections = [t.string() for t in texts(self._evaluator.thunk(passed.positional[0]))]
        options = [t.string().lower() for t in texts(self._evaluator.thunk(passed.positional[1]))]
        found: list[Value] = []
        for entries in self.sections(frame):
            for section in self._evaluator.item_of(entries, sections, []):
                found.extend(self._evaluator.item_of(section, options, []))
        return tuple(found)


def is_parser(value: Value) -> bool:
    """Whether a value is a `ConfigParser`."""
    value = bare(value)
    return isinstance(value, Instance) and isinstance(value.of, External) and value.of.dotted in _PARSERS


def is_opener(dotted: str) -> bool:
    """Whether a function opens the file that its first argument names."""
    return dotted in _OPENERS
