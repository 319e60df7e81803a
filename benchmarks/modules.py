"""What does following values through many modules cost? Synthetic projects against the floor of `run.py`.

    python benchmarks/modules.py [--sizes N …] [--variants NAME …] [--runs N] [--json FILE]

Each project has N modules of about 6 kB in packages, which import each other and are the same whenever N is.
The variants say where Binance comes in: nowhere, in one client, through a wrapper that takes its credentials
as parameters, through one that 200 modules use, and with literals that reach the client from the settings.
The ratio is that of whole processes that alternate, as in `run.py`; "compiled" is how many files were parsed,
and that a variant finds what it must, and no more, is looked at on the way.
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
from string import Template
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


HEAD = Template(
    '''"""Keeps each $thing of group $number up to date."""

from __future__ import annotations

import os
$libraries
from dataclasses import dataclass, field

import requests

$imports

LIMIT_$number = $limit
BASE_URL = "https://$thing.example.org/v2"
API_TOKEN = os.environ.get("SHOP_TOKEN", "")
OPTIONS = {"$first": "some", "$second": $limit, "$third": None, "secret_name": "$backend-$limit"}


@dataclass
class Record$number:
    """One $thing as the database has it."""

    $first: str = "$backend"
    $second: int = $limit
    $third: float = 0.5
    tags: list[str] = field(default_factory=list)

    def key(self) -> str:
        return f"{self.$first}:{self.$second:05}"


class Service$number:
    """Speaks with the $backend about each $thing."""

    def __init__(self, name, token=API_TOKEN, client=None):
        self.name = name
        self.token = token
        self.client = client or requests.Session()
        self.client.headers.update({"Authorization": f"Bearer {self.token}"})
        self.seen = {}

    def ${thing}s(self, page=0, size=LIMIT_$number):
        answer = self.client.get(f"{BASE_URL}/${thing}s", params={"page": page, "size": size})
        answer.raise_for_status()
        rows = []
        for row in answer.json()["items"]:
            found = Record$number(**{name: row[name] for name in row if name in OPTIONS})
            self.seen[found.key()] = found
            rows.append(found)
        return rows
'''
)
CONNECTION = Template('''
    def connect_$other(self):
        """The $backend of group $other."""
        return $service(self.name, token=self.token)
''')
LOOK_UP = Template("""
    def by_$first(self, $first, default=None):
        matching = [each for each in self.seen.values() if each.$first == $first]
        if not matching:
            print(self.name, "has no $thing with this $first", $first)
            return default
        return sorted(matching, key=lambda each: each.key())[:$limit]
""")
FUNCTION = Template('''

def ${verb}_${thing}s(rows, $first=None, *, strict=False):
    """Used to $verb rows by their $first."""
    result = {}
    for index, row in enumerate(rows):
        value = row.get("$first", $first)
        if value is None and strict:
            raise ValueError(f"row {index} has no $first: {row!r}")
        label = str(row.get("$second") or index).strip().lower()
        result.setdefault(label, []).append(value)
    if len(result) > $limit:
        helper = $service("$verb")
        helper.client.post(f"{BASE_URL}/$verb", json=result, timeout=$limit)
    return dict(sorted(result.items()))
''')


def module(number: int, size: int) -> str:
    """Code as applications have it: constants, a record, a service, functions that use the neighbours."""
    chance = random.Random(SEED + number)
    neighbours = sorted(chance.sample([other for other in range(size) if other != number], 4))
    imports = [imported(other, number) for other in neighbours]
    libraries = [f"import {name}" for name in sorted(chance.sample(LIBRARIES, 3))]
    thing, backend = chance.choice(THINGS), chance.choice(SERVICES)

    def filled(template: Template, other: int = 0, verb: str = "") -> str:
        first, second, third = chance.sample(PARTS, 3)
        return template.substitute(
            number=number,
            thing=thing,
            backend=backend,
            libraries="\n".join(libraries),
            imports="\n".join(imports),
            limit=chance.randrange(1, 900),
            first=first,
            second=second,
            third=third,
            other=other,
            verb=verb,
            service=called(other, number),
        )

    parts = [filled(HEAD)]
    parts += [filled(CONNECTION, other) for other in neighbours[:2]]
    parts += [filled(LOOK_UP) for _ in range(3)]
    parts += [filled(FUNCTION, chance.choice(neighbours), verb) for verb in chance.sample(VERBS, 6)]
    return "".join(parts)


def imported(other: int, number: int) -> str:
    """One of the ways to import a neighbour."""
    if is_near(other, number):
        return f"from .module_{other:04} import Service{other}"
    if is_whole(other, number):
        return f"import {module_name(other)} as group_{other}"
    return f"from {module_name(other)} import Service{other}, LIMIT_{other}"


def called(other: int, number: int) -> str:
    """How the service of a neighbour is written here."""
    return f"group_{other}.Service{other}" if is_whole(other, number) else f"Service{other}"


def is_near(other: int, number: int) -> bool:
    """Whether a module stands in the same package."""
    return other // PACKAGE_SIZE == number // PACKAGE_SIZE


def is_whole(other: int, number: int) -> bool:
    """Whether a module is imported as a whole."""
    return not is_near(other, number) and other % 3 == 0


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

COLUMNS = {
    "median": 8,
    "least": 8,
    "most": 8,
    "seconds": 9,
    "floor": 8,
    "MB": 6,
    "compiled": 10,
    "errors": 8,
}


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
        command, check=False, cwd=tree, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
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
            "MB": round(statistics.median(ours.memory for ours, _ in pairs)),
            "compiled": summary["stages"].get("compiled", 0),
            "errors": errors,
            "holds": errors == variant.errors,
        }


def printed(row: dict[str, object]) -> None:
    """Prints one row of the table."""
    figures = "".join(f"{row[name]:>{width}}" for name, width in COLUMNS.items())
    verdict = "" if row["holds"] else "  WRONG"
    print(f"{row['modules']:>7} {row['variant']:24}{figures}{verdict}", flush=True)


def main() -> int:
    """Measures, prints the table, and exits with 1 if a variant finds other than it should."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [variant.name for variant in VARIANTS]
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--variants", nargs="+", choices=names, default=names)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if min(options.sizes) <= max(CALLER, USERS):
        parser.error(f"a project needs more than {max(CALLER, USERS)} modules")
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors, {options.runs} runs")
    print("median, least and most are times the floor; seconds, floor and MB are medians")
    print(f"{'modules':>7} {'variant':24}" + "".join(f"{name:>{width}}" for name, width in COLUMNS.items()))
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        cache = Path(temporary)
        measure(Command((sys.executable, "-m", "binlint", "--version"), cache))
        for size in options.sizes:
            for variant in VARIANTS:
                if variant.name in options.variants:
                    rows.append(row_of(variant, size, options.runs, cache))
                    printed(rows[-1])
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    return 0 if all(row["holds"] for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
