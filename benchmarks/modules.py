"""What does following values through many modules cost? Synthetic projects against the floor of `run.py`.

    python benchmarks/modules.py [--sizes N …] [--variants NAME …] [--runs N] [--json FILE]

Each project has N modules of about 6 kB in packages, which import each other and are always the same for the same
N. The variants say where Binance comes in: nowhere, in one client, through a wrapper that takes its credentials
as parameters, through a wrapper that 200 modules use, and with a literal that reaches the client from settings.
The ratio is that of whole processes that alternate, as in `run.py`; "compiled" is how many files were read as
Python rather than as bytes, and what each variant must and must not find is checked on the way.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import string
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from run import FLOOR, Command, alternate, measure, size_of, under_git

SIZES = (500, 1000, 2000, 5000)
PACKAGE_SIZE = 25  # modules in a package
USERS = 200  # modules that use the wrapper in one of the variants
WRAPPER, CALLER = 17, 230  # numbers of modules
SEED = 20240501

THINGS = "order invoice customer parcel price stock route ticket report session message account".split()
PARTS = "number total region state owner created updated label weight currency note limit".split()
VERBS = "load store check merge split rank export refresh archive notify".split()
SERVICES = "mail storage billing search cache queue".split()
LIBRARIES = "json logging datetime itertools collections re math pathlib functools".split()

Files = dict[str, str]


# the modules


class Drawn:
    """Reproducible choices of words for one module."""

    def __init__(self, number: int) -> None:
        self._random = random.Random(SEED + number)

    def one(self, words: list[str]) -> str:
        """Any of some words."""
        return self._random.choice(words)

    def some(self, words: list[str], count: int) -> list[str]:
        """Several different words."""
        return self._random.sample(words, count)

    def below(self, limit: int) -> int:
        """A number."""
        return self._random.randrange(limit)


def module_name(number: int) -> str:
    """The dotted name of a module."""
    return f"shop.part_{number // PACKAGE_SIZE:03}.module_{number:04}"


def module_path(number: int) -> str:
    """Where a module stands."""
    return f"{module_name(number).replace('.', '/')}.py"


def project(size: int) -> Files:
    """So many modules, without a word of Binance."""
    files = {module_path(number): module(number, size) for number in range(size)}
    files["shop/__init__.py"] = ""
    for number in range(0, size, PACKAGE_SIZE):
        files[module_path(number).rpartition("/")[0] + "/__init__.py"] = package(number, size)
    return files


def package(number: int, size: int) -> str:
    """The `__init__.py` of a package, which hands on some of its classes."""
    names = range(number, min(number + PACKAGE_SIZE, size), 5)
    return "".join(f"from .module_{each:04} import Service{each}\n" for each in names)


def module(number: int, size: int) -> str:
    """About 6 kB of code as applications have it: constants, a record, a service, functions, a main block."""
    drawn = Drawn(number)
    thing = drawn.one(THINGS)
    neighbours = sorted({drawn.below(size) for _ in range(4)} - {number})
    text = [
        f'"""Keeps each {thing} of group {number} up to date."""',
        "",
        "from __future__ import annotations",
        "",
    ]
    text += [f"import {name}" for name in sorted(drawn.some(LIBRARIES, 3))] + ["import os"]
    text += ["from dataclasses import dataclass, field", "", "import requests", ""]
    text += [imported(other, number) for other in neighbours]
    text += [
        "",
        f"LIMIT_{number} = {drawn.below(900)}",
        f'BASE_URL = "https://{thing}.example.org/v{number % 4}"',
    ]
    text += [
        f'API_TOKEN = os.environ.get("{thing.upper()}_TOKEN", "")',
        f"OPTIONS = {options(drawn)}",
        "",
        "",
    ]
    text += record(thing, number, drawn)
    text += service(thing, number, neighbours, drawn)
    for verb in drawn.some(VERBS, 5):
        text += function(verb, thing, number, neighbours, drawn)
    text += [
        'if __name__ == "__main__":',
        f'    print({drawn.one(VERBS)!r}, Service{number}("local").{thing}s())',
        "",
    ]
    return "\n".join(text)


def imported(other: int, number: int) -> str:
    """One of the ways to import a neighbour."""
    if other // PACKAGE_SIZE == number // PACKAGE_SIZE:
        return f"from .module_{other:04} import Service{other}, LIMIT_{other}"
    if other % 3:
        return f"from {module_name(other)} import Service{other}, LIMIT_{other}"
    return f"import {module_name(other)} as group_{other}"


def named(other: int, number: int, name: str) -> str:
    """How a name of a neighbour is written here."""
    is_whole = not other % 3 and other // PACKAGE_SIZE != number // PACKAGE_SIZE
    return f"group_{other}.{name}{other}" if is_whole else f"{name}{other}"


def options(drawn: Drawn) -> str:
    """A dictionary of settings."""
    entries = [f'    "{part}": {drawn.below(60)},' for part in drawn.some(PARTS, 6)]
    return "\n".join(["{", *entries, f'    "secret_name": "{drawn.one(SERVICES)}-{drawn.below(99)}",', "}"])


def record(thing: str, number: int, drawn: Drawn) -> list[str]:
    """A dataclass."""
    parts = drawn.some(PARTS, 6)
    rows = [
        "@dataclass",
        f"class {thing.title()}{number}:",
        f'    """One {thing} as the database has it."""',
        "",
    ]
    rows += [f'    {part}: str = "{drawn.one(SERVICES)}"' for part in parts[:3]]
    rows += [f"    {part}: int = {drawn.below(500)}" for part in parts[3:]]
    rows += ["    tags: list[str] = field(default_factory=list)", "", "    def key(self) -> str:"]
    return [*rows, f'        return f"{{self.{parts[0]}}}:{{self.{parts[3]}:05}}"', "", ""]


def service(thing: str, number: int, neighbours: list[int], drawn: Drawn) -> list[str]:
    """A class that keeps a client of its own and calls those of the neighbours."""
    backend = drawn.one(SERVICES)
    rows = [f"class Service{number}:", f'    """Speaks with the {backend} about each {thing}."""', ""]
    rows += ["    def __init__(self, name, token=API_TOKEN, client=None):", "        self.name = name"]
    rows += ["        self.token = token", "        self.client = client or requests.Session()"]
    rows += [
        '        self.client.headers.update({"Authorization": f"Bearer {self.token}"})',
        "        self.seen = {}",
    ]
    for other in neighbours[:2]:
        rows += ["", f"    def connect_{other}(self):", f'        """The {backend} of group {other}."""']
        rows += [f"        return {named(other, number, 'Service')}(self.name, token=self.token)"]
    rows += ["", f"    def {thing}s(self, page=0, size=LIMIT_{number}):"]
    rows += [
        f'        answer = self.client.get(f"{{BASE_URL}}/{thing}s", params={{"page": page, "size": size}})'
    ]
    rows += [
        "        answer.raise_for_status()",
        "        rows = []",
        '        for row in answer.json()["items"]:',
    ]
    rows += [
        f"            found = {thing.title()}{number}(**{{name: row[name] for name in row if name in OPTIONS}})"
    ]
    rows += [
        "            self.seen[found.key()] = found",
        "            rows.append(found)",
        "        return rows",
    ]
    for part in drawn.some(PARTS, 3):
        rows += ["", f"    def by_{part}(self, {part}, default=None):"]
        rows += [
            f"        matching = [each for each in self.seen.values() if getattr(each, {part!r}, None) == {part}]"
        ]
        rows += [
            "        if not matching:",
            f'            print(self.name, "has no {thing} with this {part}", {part})',
        ]
        rows += [
            "            return default",
            f"        return sorted(matching, key=lambda each: each.key())[:{drawn.below(20) + 1}]",
        ]
    return [*rows, "", ""]


def function(verb: str, thing: str, number: int, neighbours: list[int], drawn: Drawn) -> list[str]:
    """A function that works on records, and perhaps with a neighbour."""
    first, second = drawn.some(PARTS, 2)
    rows = [
        f"def {verb}_{thing}s(rows, {first}=None, *, strict=False):",
        f'    """Used to {verb} rows by their {first}."""',
    ]
    rows += [
        "    result = {}",
        "    for index, row in enumerate(rows):",
        f"        value = row.get({first!r}, {first})",
    ]
    rows += [
        "        if value is None and strict:",
        f'            raise ValueError(f"row {{index}} has no {first}: {{row!r}}")',
    ]
    rows += [
        f"        label = str(row.get({second!r}) or index).strip().lower()",
        "        result.setdefault(label, []).append(value)",
    ]
    if neighbours:
        other = drawn.one([str(each) for each in neighbours])
        service_name, limit = named(int(other), number, "Service"), named(int(other), number, "LIMIT_")
        rows += [f"    if len(result) > {limit}:", f"        helper = {service_name}({verb!r})"]
        rows += [
            f'        helper.client.post(f"{{BASE_URL}}/{verb}", json=result, timeout={drawn.below(30) + 5})'
        ]
    return [*rows, "    return dict(sorted(result.items()))", "", ""]


# the variants


class Variant(NamedTuple):
    """A way in which Binance comes into a project, and how many errors there must be."""

    name: str
    change: Callable[[Files, int], None]
    errors: int = 0


def clean(files: Files, size: int) -> None:
    """Nothing."""


CLIENT = '''

from binance.client import Client


class Exchange:
    """Trades."""

    def __init__(self):
        self.client = Client(os.environ["BINANCE_API_KEY"], os.environ["BINANCE_API_SECRET"])

    def balance(self):
        return self.client.get_account()
'''
PARAMETERS = '''

from binance.client import Client


class Exchange:
    """Trades for whoever has credentials."""

    def __init__(self, key, secret):
        self.key = key
        self.secret = secret
        self.client = None

    def connect(self):
        self.client = Client(self.key, self.secret)
        return self.client

    def balance(self):
        return self.connect().get_account()
'''
BY_ENVIRONMENT = f"""

from {module_name(WRAPPER)} import Exchange


def exchange_balance():
    return Exchange(os.environ["EXCHANGE_KEY"], os.environ["EXCHANGE_SECRET"]).balance()
"""
BY_SETTINGS = f"""

from shop import settings
from {module_name(WRAPPER)} import Exchange


def exchange_balance():
    return Exchange(settings.EXCHANGE_KEY, settings.EXCHANGE_SECRET).balance()
"""
SETTINGS = """import os

EXCHANGE_KEY = os.environ["EXCHANGE_KEY"]
EXCHANGE_SECRET = os.environ["EXCHANGE_SECRET"]
"""


def one_client(files: Files, size: int) -> None:
    """A client in one module, with credentials of the environment."""
    files[module_path(WRAPPER)] += CLIENT


def wrapper_with_parameters(files: Files, size: int) -> None:
    """A wrapper that is given its credentials by one other module."""
    files[module_path(WRAPPER)] += PARAMETERS
    files[module_path(CALLER)] += BY_ENVIRONMENT


def wrapper_used_everywhere(files: Files, size: int) -> None:
    """A wrapper that many modules use with what stands in the settings."""
    files["shop/settings.py"] = SETTINGS
    files[module_path(WRAPPER)] += PARAMETERS
    numbers = [number for number in range(size) if number != WRAPPER]
    for number in numbers[:: len(numbers) // USERS][:USERS]:
        files[module_path(number)] += BY_SETTINGS


def leak(files: Files, size: int) -> None:
    """Literals in the settings, which another module hands to the wrapper."""
    files["shop/settings.py"] = f'EXCHANGE_KEY = "{fresh(1)}"\nEXCHANGE_SECRET = "{fresh(2)}"\n'
    files[module_path(WRAPPER)] += PARAMETERS
    files[module_path(CALLER)] += BY_SETTINGS


def fresh(seed: int) -> str:
    """What looks like a key and is none; built here, so that no file holds it."""
    return "".join(random.Random(SEED - seed).choices(string.ascii_letters + string.digits, k=64))


VARIANTS = (
    Variant("clean", clean),
    Variant("one client", one_client),
    Variant("wrapper with parameters", wrapper_with_parameters),
    Variant("wrapper used everywhere", wrapper_used_everywhere),
    Variant("leak", leak, errors=2),
)


# measuring


def planted(variant: Variant, size: int, tree: Path) -> Path:
    """The project of a variant, as a repository."""
    files = project(size)
    variant.change(files, size)
    for path, text in files.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text, encoding="utf-8")
    under_git(tree)
    return tree


def summary_of(binlint: tuple[str, ...], tree: Path) -> dict[str, dict[str, int]]:
    """The counts of the JSON report."""
    command = [*binlint, "--output-format", "json", "."]
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "BINLINT_"))
    }
    output = subprocess.run(
        command, cwd=tree, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    summary: dict[str, dict[str, int]] = json.loads(output.stdout)["summary"]
    return summary


def row_of(variant: Variant, size: int, runs: int, cache: Path) -> dict[str, object]:
    """Plants one project, measures it and says what was seen."""
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        tree = planted(variant, size, Path(folder))
        python = sys.executable
        binlint = (python, "-m", "binlint", "--isolated")
        summary = summary_of(binlint, tree)
        errors = summary["severities"]["error"]
        pairs = alternate(Command((*binlint, "."), tree, (0, 1)), Command((python, "-c", FLOOR), tree), runs)
        ratios = [ours.wall / floor.wall for ours, floor in pairs]
        return {
            "modules": size,
            "variant": variant.name,
            "tree": size_of(tree),
            "seconds": round(statistics.median(ours.wall for ours, _ in pairs), 2),
            "floor": round(statistics.median(floor.wall for _, floor in pairs), 3),
            "median": round(statistics.median(ratios), 2),
            "least": round(min(ratios), 2),
            "most": round(max(ratios), 2),
            "memory": round(statistics.median(ours.memory for ours, _ in pairs)),
            "compiled": summary["stages"].get("compiled", 0),
            "errors": errors,
            "holds": errors == variant.errors,
        }


def main() -> int:
    """Measures, prints the table, and exits with 1 if a variant finds other than it should."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [variant.name for variant in VARIANTS]
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help=f"at least {CALLER + 1}")
    parser.add_argument("--variants", nargs="+", choices=names, default=names)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if min(options.sizes) <= CALLER:
        parser.error(f"a project needs more than {CALLER} modules")
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} processors, {options.runs} runs; x is the floor"
    )
    print(
        f"{'modules':>7} {'variant':24} {'median':>7} {'least':>7} {'most':>7}   "
        f"{'seconds':>7} {'floor':>6} {'MB':>5} {'compiled':>8} {'errors':>6}"
    )
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        measure(Command((sys.executable, "-m", "binlint", "--version"), Path(temporary)))
        for size in options.sizes:
            for variant in VARIANTS:
                if variant.name not in options.variants:
                    continue
                row = row_of(variant, size, options.runs, Path(temporary))
                rows.append(row)
                figures = f"{row['median']:>7} {row['least']:>7} {row['most']:>7} x {row['seconds']:>7} {row['floor']:>6}"
                verdict = "" if row["holds"] else f"  WRONG, should be {variant.errors}"
                print(
                    f"{size:>7} {variant.name:24} {figures} {row['memory']:>5} {row['compiled']:>8} "
                    f"{row['errors']:>6}{verdict}",
                    flush=True,
                )
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    return 0 if all(row["holds"] for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
