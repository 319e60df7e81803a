"""No secret leaves by any door: not in a report, a log, an error, a file or a `repr`; not in part, not as a hash."""

from __future__ import annotations

import base64
import io
import itertools
import json
import random
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from fresh_values import fresh_key
from hostile import SHOWN, exposed, run

from binlint.catalogue import Catalogue
from binlint.cli import main
from binlint.finding import Location, Place, SecretText, mask
from binlint.flow.trace import Tracer
from binlint.flow.values import Text, key_of
from binlint.flow.world import World
from binlint.frames import Masker
from binlint.reporters import FORMATS
from binlint.rules import RULES
from binlint.rules.judge import judge
from binlint.sources import source as sources
from binlint.sources.decode import decode
from binlint.sources.project import Project
from binlint.syntax.concrete import establish
from binlint.syntax.python import compile_facts

# Of those that tell the time; the others do not care.
FIXED_TIME = {"SOURCE_DATE_EPOCH": "1000000000"}
ALL = ("-v", "--show-suppressed", "--statistics", "--fail-on", "note")
_ED25519 = bytes.fromhex("302e020100300506032b657004220420")
_LEAST = 10  # the last line of a PEM body may be nothing but padding
_HOLE = re.compile("«(.*?)»")


class Case(NamedTuple):
    """A program, and what nobody may see of it."""

    source: str
    secrets: tuple[str, ...]


def filled(template: str) -> Case:
    """`«a»` is a fresh key, the same for the same letter; `«a:form»` shows it in another form; `«…»` is a passphrase."""
    known: dict[str, str] = {}

    def value(match: re.Match[str]) -> str:
        name, _, form = match[1].partition(":")
        if len(name) > 1:
            known[name] = name
            return name
        if name not in known:
            known[name] = _FRESH.get(name, fresh_key)()
        return _FORMS[form](known[name])

    source = _HOLE.sub(value, template)
    parts = (part for text in known.values() for part in text.split("\n"))
    return Case(source, tuple(part for part in parts if "-----" not in part and len(part) >= _LEAST))


def _pem(kind: str, body: bytes) -> str:
    text = base64.b64encode(body).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----"])


_FRESH: dict[str, Callable[[], str]] = {
    "E": lambda: _pem("PRIVATE KEY", _ED25519 + secrets.token_bytes(32)),
    "R": lambda: _pem("RSA PRIVATE KEY", b"\x30\x82\x09\x29" + secrets.token_bytes(2_349)),
    "P": lambda: _pem("ENCRYPTED PRIVATE KEY", secrets.token_bytes(400)),
    "B": lambda: base64.b64encode(_ED25519 + secrets.token_bytes(32)).decode(),
    "H": lambda: secrets.token_hex(32),
    "I": lambda: "k" + fresh_key()[1:],  # can be an identifier
    "J": lambda: "s" + fresh_key()[1:],
}
_FORMS: dict[str, Callable[[str], str]] = {
    "": lambda text: text,
    "reversed": lambda text: text[::-1],
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "first": lambda text: text[:32],
    "last": lambda text: text[32:],
    "start": lambda text: text[:20],
    "end": lambda text: text[-20:],
    "middle": lambda text: text[20:44],
    "short": lambda text: text[:63],
    "escaped": lambda text: text.replace("\n", "\\n"),
    "lines": lambda text: "\n".join(f'    "{line}\\n"' for line in text.split("\n")),
    "comment": lambda text: "\n".join(f"# {line}" for line in text.split("\n")),
    "escapes": lambda text: "".join(f"\\x{ord(character):02x}" for character in text),
    "swapped": lambda text: text.swapcase(),
    "url": lambda text: f"https://user:{text}@host",
}

PROGRAMS: dict[str, str] = {
    "one line": "Client('«a»', '«b»')",
    "one line, several clients": "x, y = Client('«a»', '«b»'), Client(api_key='«c»', api_secret='«d»')",
    "one line, one of them short": "Client('«a»', '«b»'); s = Spot(private_key='k', private_key_pass='«hunter2 horse»')",
    "next to each other": "Client('«a»'\n'«b»', '«c»''«d»')",
    "same value twice": "Client('«a»', '«a»')  # «a»",
    "names": "api_key = '«a»'\napi_secret = '«b»'\nClient(api_key, api_secret)",
    "comment beside": "api_key = '«a»'  # old: «b», «a»\n# and «a:reversed» or «a:base64»\nClient(api_key, '«c»')",
    "comment with a part": "# begins with «a:start»\napi_key = '«a»'  # ends with «a:end», middle «a:middle»\nClient(api_key)",
    "comment in other forms": "# «a:hex»\napi_key = '«a»'  # «a:hex»\n# «a:base64»\nClient(api_key)",
    "comment only": "# api_key = '«a»'\n# api_secret = «b»\n# Client('«c»', '«d»')",
    "docstring": "def f():\n    '''Client('«a»', '«b»')\n\n    api_key: «c»\n    '''",
    "split": "api_key = '«a:first»' + '«a:last»'\nClient(api_key, '«b:first»' + '«b:last»')",
    "split over lines": "k1 = '«a:first»'\nk2 = '«a:last»'\nClient(k1 + k2, '«b:first»'\n    '«b:last»')",
    "split with a comment": "k = ('«a:first»'  # «a:first»\n     '«a:last»')  # «a:last»\nClient(k, f'«b:first»«b:last»')",
    "format": "Client('%s%s' % ('«a:first»', '«a:last»'), '{}{}'.format('«b:first»', '«b:last»'))",
    "f-string": "x = '«a:last»'\nClient(f'«a:first»{x}', f\"{'«b»'}\")",
    "join": "Client(''.join(['«a:first»', '«a:last»']), '-'.join(['«b»']))",
    "reversed": "Client('«a:reversed»'[::-1], ''.join(reversed('«b:reversed»')))",
    "base64": "import base64\nClient(base64.b64decode('«a:base64»').decode(), base64.b64decode(b'«b:base64»'))",
    "hex": "import binascii\nClient(bytes.fromhex('«a:hex»').decode(), binascii.unhexlify('«b:hex»').decode())",
    "strip and slice": "Client('  «a»\\n'.strip(), 'xx«b»yy'[2:-2])",
    "bytes": "Client(b'«a»'.decode(), b'«b»'.decode('ascii'))",
    "escapes": "Client('«a:escapes»', '«b:escapes»')",
    "swapped": "Client('«a:swapped»'.swapcase(), '«b»')",
    "raw and unicode prefixes": "Client(r'«a»', u'«b»')",
    "triple quotes": "Client('''«a»''', \"\"\"«b»\"\"\")",
    "white space in it": "Client('«a» ', '''\n«b»\n''')",
    "one character short": "Client('«a:short»', ' «b:short»')",
    "hex digits": "Client('«H»', '«b»')",
    "placeholder beside": "Client('your_api_key', '«b»')",
    "passphrase": "s = Spot('«a»', private_key='k', private_key_pass='«hunter2 horse»')  # hunter2 horse",
    "passphrase on lines": "p = '«hunter2 horse»'\n# 'hunter2 horse'\ns = Spot('«a»', private_key='«E:escaped»', private_key_pass=p)",
    "short passphrase": "s = Spot('«a»', private_key='«E:escaped»', private_key_pass='«tr0ub4d0r»')",
    "PEM": "key = '''«E»'''\ns = Spot('«a»', private_key=key)",
    "PEM in the call": "s = Spot('«a»', private_key='''«R»''', private_key_pass='«correct horse battery»')",
    "PEM on one line": "s = Spot('«a»', private_key='«E:escaped»')",
    "PEM in pieces": "s = Spot('«a»', private_key=(\n«E:lines»\n))",
    "RSA in pieces": "s = Spot('«a»', private_key=(\n«R:lines»\n))",
    "encrypted PEM": "s = Spot('«a»', private_key='''«P»''', private_key_pass='«swordfish 42 x»')",
    "PEM in a comment": "«E:comment»\n# api_key: «a»",
    "PEM without header": "s = Spot('«a»', private_key='«B»')",
    "default of getenv": "import os\nClient(os.getenv('KEY', '«a»'), os.environ.get('SECRET', '«b»'))",
    "name of a variable": "import os\nClient(os.environ['«a»'], os.getenv('«b»', '«c»'))",
    "name and default of a variable": "import os\nClient(os.environ.get('«I»', '«I»'), os.getenv('«J»', '«J»'))",
    "sets the environment": "import os\nos.environ['«a»'] = '«a»'\nClient(os.environ['«a»'], '«b»')",
    "dict": "d = {'api_key': '«a»', 'api_secret': '«b»'}\nClient(d['api_key'], d['api_secret'])\nClient(**d)",
    "dict keys": "d = {'«a»': '«b»'}\nfor k, s in d.items():\n    Client(k, s)\nClient(list(d)[0], d['«a»'])",
    "item assignment": "d = {}\nd['api_key_«a»'] = '«a»'\nd['«b»'] = '«b»'\nClient(d['api_key_«a»'], d['«b»'])",
    "function": "def «I»():\n    return '«I»'\nClient(«I»(), '«b»')",
    "function around": "def «I»():\n    Client('«I»', '«J»')\nclass «J»:\n    api_key = '«J»'\n    def «I»(self): Client('«a»', self.api_key)",
    "parameter": "def f(«I»='«I»', api_key_«J»='«J»'):\n    Client(«I», api_key_«J»)\nf()",
    "keyword": "d = dict(«I»='«I»', api_key_«J»='«J»')\nClient(d['«I»'], d['api_key_«J»'])",
    "variable": "«I» = '«I»'\napi_key_«J» = '«J»'\nClient(«I», api_key_«J»)",
    "attribute": "class C: pass\nC.«I» = '«I»'\nC.api_secret_«J» = '«J»'\nClient(C.«I», C.api_secret_«J»)",
    "class": "class «I»:\n    api_key = '«a»'\n    api_secret = '«J»'\nClient(«I».api_key, «I»().api_secret)",
    "subclass": "class «I»(Client):\n    def __init__(self):\n        super().__init__('«I»', '«b»')",
    "imported as": "from binance.client import Client as «I»\n«I»('«I»', '«J»')",
    "module": "import binance.client as «I»\n«I».Client('«I»', '«J»')",
    "settings": "import dataclasses\n@dataclasses.dataclass\nclass S:\n    api_key: str = '«a»'\n    api_secret: str = '«b»'\nClient(S.api_key, S().api_secret)",
    "option": "import argparse\np = argparse.ArgumentParser()\np.add_argument('--«I»', default='«I»')\n"
    "p.add_argument('--api-secret', default='«b»')\na = p.parse_args()\nClient(a.«I», a.api_secret)",
    "headers": "import requests\nrequests.get('https://api.binance.com/«a»', headers={'X-MBX-APIKEY': '«a»'}, params={'k': '«b»'})",
    "signature": "import hmac, hashlib\nhmac.new('«a»'.encode(), b'binance «b»', hashlib.sha256)  # «a»",
    "configuration": "import ccxt\ne = ccxt.binance({'apiKey': '«a»', 'secret': '«b»', 'uid': '«c»'})\ne.apiKey, e.secret = '«a»', '«d»'",
    "JSON": 'import json\nd = json.loads(\'{"apiKey": "«a»", "secret": "«b»"}\')\nClient(d[\'apiKey\'], d[\'secret\'])',
    "URL": "url = '«a:url»'\napi_key = '«a»'\nClient(api_key, '«b»')",
    "wrappers": "def w(k, s):\n    return Client(k, s)\nw('«a»', '«b»')\nw(s='«c»', k='«d»')",
    "choices": "Client('«a»' if x else '«b»', y or '«c»')",
    "unnamed": "x = ['«a»', '«b»']\nprint('«c»')",
    "long line": "x = 1; " * 60 + "Client('«a»', '«b»'); " + "y = 2; " * 60 + "# «a» «b»",
    "secret where the line is cut": "# " + "x " * 112 + "«a»\nClient('«a»', '«b»')  " + "#" * 200 + "«a»«b»",
    "suppressed": "Client('«a»', '«b»')  # binlint: ignore[BIN101, BIN102] -- «a»",
    "suppressed in part": "Client('«a»', '«b»')  # binlint: ignore[BIN101] -- reason\n# binlint: ignore[BIN104]",
    "directive that is a secret": "Client('«a»', '«b»')  # binlint: ignore[«a»]\n# binlint: «I»\n# binlint: ignore[«a:first», «b:start»]",
    "does not parse": "def f(:\n    Client('«a»', '«b»')\n  x = = '«c»'\napi_key = '«d»\n",
    "Python 2": "print 'x'\nClient('«a»', '«b»')\nexec '«c»'\nprint '«d»'",
    "open string": "api_key = '«a»'\nx = '''\nClient('«b»', '«c»')\n",
    "control characters": "Client('«a»', '«b»')  # \x1b[31m \x07 \x9b \u202e \u2028",
    "carriage returns": "Client('«a»',\r'«b»')\r# «a»\r\n",
    "tabs": "if x:\n\tClient('«a»',\t'«b»')\t# «a»",
    "other scripts": "密钥 = '«a»'  # 币安 «a» 密码«b»\nClient(密钥, '«b»')",
    "quotes in quotes": "x = \"api_key='«a»'\"\ny = 'Client(\"«b»\", \"«c»\")'\nz = '''{\"secret_key\": \"«d»\"}'''",
    "log": "print('api_key: «a»')\nlogger.info(f'secret {\"«b»\"}')\nraise ValueError('api_secret «c»')",
    "commented pieces": "Client('«a»', '«b»')  # «a:first» «b:last» «a:middle»",
}
HEAD = "from binance.client import Client\nfrom binance.spot import Spot\n"


def shown(arguments: list[str], stdin: bytes = b"") -> str:
    """Everything that a run in this process says."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8", newline=""), io.StringIO()
    code = main(arguments, stdout=out, stderr=err)
    out.flush()
    text = out.buffer.getvalue().decode("utf-8") + err.getvalue()  # type: ignore[attr-defined]
    assert code in (0, 1), text
    return text


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_format(program: str, folder: Path) -> None:
    case = filled(HEAD + PROGRAMS[program] + "\n")
    (folder / "leak.py").write_bytes(case.source.encode())
    for name in FORMATS:
        text = shown(["--isolated", "--output-format", name, *ALL, "leak.py"])
        assert exposed(text, case.secrets) == [], name
        if name == "full":
            assert "BIN" in text
            assert re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u202e]", text) is None


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_repr(program: str) -> None:
    template = HEAD + PROGRAMS[program] + "\n"
    template = template.replace("«I»", "name").replace("«J»", "other")  # names are no secrets to `repr`
    case = filled(template)
    source = sources.Source("leak.py", case.source.encode())
    text = decode(source)
    assert isinstance(text, sources.Text)
    facts = compile_facts("leak.py", text.text)
    catalogue = Catalogue.load()
    sightings = list(Tracer(facts, World(catalogue, Project("/nowhere", {}))).sightings())
    findings = judge(sightings, RULES, catalogue.samples)
    masker = Masker(text.text, findings, [sighting.text for sighting in sightings])
    established = [
        establish(masker.lines, finding.statement, finding.steps[0].location.place, "KEY")
        for finding in findings
        if finding.statement is not None
    ]
    frames = [masker.frame(finding.location.place) for finding in findings]
    for value in (source, text, facts, sightings, masker, established, frames):
        assert exposed(repr(value), case.secrets) == []
    fit = [masker.masked(finding) for finding in findings]  # before, a message may hold a name
    assert exposed(repr(fit), case.secrets) == []


def test_repr_of_values() -> None:
    value = fresh_key()
    location = Location("leak.py", Place(1, 1, 1, 67))
    text = Text(value, (location,), None)
    for thing in (SecretText(value), text, key_of(text), [text], {"a": SecretText(value)}):
        for shape in (repr(thing), str(thing), f"{thing}", f"{thing!r:>10}", f"{thing!s}"):
            if not (isinstance(thing, str) and shape == value):  # a key of a dict is a str
                assert exposed(shape, [value]) == []
    assert "********" in f"{SecretText(value)}"


def test_masks_show_four_characters_at_either_end() -> None:
    value = fresh_key()
    assert mask(value) == f"{value[:4]}********{value[-4:]}"
    assert mask(value[:31]) == mask("") == mask("hunter2 horse") == mask("a b " * 20) == "********"


def test_the_hunt_finds_what_it_hunts() -> None:
    value = fresh_key()
    encoded = base64.b64encode(b"x: " + value.encode()).decode()
    for text in (value, value[5 : 5 + SHOWN], value[::-1], value.encode().hex(), encoded, value.upper()):
        assert exposed(f"<{text}>", [value]) != []
    assert exposed(mask(value), [value]) == []


# --- every door --------------------------------------------------------------------------------------


def _case(folder: Path, program: str = "one line") -> Case:
    case = filled(HEAD + PROGRAMS[program] + "\n")
    (folder / "leak.py").write_text(case.source, encoding="utf-8")
    return case


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("program", ["one line", "PEM in the call", "passphrase", "does not parse"])
def test_report_file(name: str, program: str, folder: Path) -> None:
    case = _case(folder, program)
    text = shown(["--isolated", "--output-format", name, "-o", "report.txt", *ALL, "leak.py"])
    report = (folder / "report.txt").read_text(encoding="utf-8")
    assert "BIN" in report
    assert exposed(text + report, case.secrets) == []
    assert [path.name for path in folder.iterdir() if path.is_file()] == ["leak.py", "report.txt"] or sorted(
        path.name for path in folder.iterdir()
    ) == ["leak.py", "report.txt"]


@pytest.mark.parametrize("name", FORMATS)
def test_standard_input(name: str, folder: Path) -> None:
    case = filled(HEAD + PROGRAMS["one line"] + "\n")
    result = run(
        ["--isolated", "--output-format", name, *ALL, "--stdin-filename", "leak.py", "-"],
        folder,
        stdin=case.source.encode(),
    )
    assert result.code == 1
    assert exposed(result.text, case.secrets) == []
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "options",
    [["--show-settings"], ["--show-files"], ["-q"], ["--exit-zero"], ["--color", "always"], ["--strict"]],
)
def test_options(options: list[str], folder: Path) -> None:
    case = _case(folder)
    assert exposed(shown(["--isolated", *options, "leak.py"]), case.secrets) == []


@pytest.mark.parametrize(
    "variable", ["NO_COLOR", "FORCE_COLOR", "CI", "GITHUB_ACTIONS", "PYTHONDEVMODE", "PYTHONVERBOSE"]
)
def test_environment(variable: str, folder: Path) -> None:
    case = _case(folder)
    result = run(
        ["--isolated", "-v", "--output-format", "full", "leak.py"], folder, environment={variable: "1"}
    )
    assert result.code == 1
    assert exposed(result.text, case.secrets) == []
    assert ("\x1b[" in result.text) == (variable == "FORCE_COLOR")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "gbk", "utf-16"])
def test_encodings_of_the_output(encoding: str, folder: Path) -> None:
    case = _case(folder, "other scripts")
    result = run(
        ["--isolated", "-v", "--output-format", "full", "leak.py"],
        folder,
        environment={"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
    )
    assert result.code == 1
    assert exposed(result.out.decode(encoding) + result.err.decode(encoding), case.secrets) == []


STAGES = (
    "binlint.engine.run",
    "binlint.syntax.reading.decode",
    "binlint.flow.world.compile_source",
    "binlint.analysis.judge",
    "binlint.flow.named.classify",
    "binlint.flow.evaluate.strings.joined",
    "binlint.frames.mask",
    "binlint.syntax.concrete.establish",
    "binlint.suppress.apply",
    "binlint.reporters.full.render",
    "binlint.reporters.json_.render",
)


@pytest.mark.parametrize("stage", STAGES)
def test_internal_errors(stage: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = filled(HEAD + "api_key = '«a:first»' + '«a:last»'\nClient(k, '«b»')  # binlint: ignore[BIN104]\n")
    (folder / "leak.py").write_text(case.source, encoding="utf-8")

    def fail(*arguments: object, **keywords: object) -> object:
        raise RuntimeError(f"{case.secrets} {case.source} {arguments!r} {keywords!r}")

    monkeypatch.setattr(stage, fail)
    out, err = io.StringIO(), io.StringIO()
    name = "json" if "json" in stage else "full"
    code = main(["--isolated", "--output-format", name, *ALL, "leak.py"], stdout=out, stderr=err)
    assert code == 2
    said = out.getvalue() + err.getvalue()
    assert "internal error" in said or "binlint failed on it" in said
    assert "Traceback" not in said
    assert exposed(said, case.secrets) == []


def test_unknown_options_and_paths(folder: Path) -> None:
    value = fresh_key()
    (folder / "pyproject.toml").write_text(
        f'[tool.binlint]\nselect = ["BIN1"]\n# {value}\nexclude = 1 "{value}\n'
    )
    out, err = io.StringIO(), io.StringIO()
    assert main(["."], stdout=out, stderr=err) == 2
    assert exposed(out.getvalue() + err.getvalue(), [value]) == []


def test_documents_are_valid_and_hold_no_source(folder: Path) -> None:
    case = filled(HEAD + "shown_in_frames = '«a»'  # «b»\nClient(shown_in_frames, '«c»')\n")
    (folder / "leak.py").write_text(case.source, encoding="utf-8")
    for name in ("json", "sarif"):
        (folder / "out").unlink(missing_ok=True)
        shown(["--isolated", "--output-format", name, "-o", "out", "leak.py"])
        document = json.loads((folder / "out").read_text(encoding="utf-8"))
        strings = [text for text in _strings(document) if "Client(shown_in_frames" in text]
        assert bool(strings) == (name == "json")  # it holds suggestions; SARIF is kept by others for years
        assert exposed(json.dumps(document), case.secrets) == []


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from itertools.chain([key], _strings(item))
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


# --- the same bytes every time -----------------------------------------------------------------------


def _tree(folder: Path) -> list[str]:
    names = [f"{stem}.py" for stem in ("b", "a", "Z", "ä", "a b", "10", "9")]
    for number, name in enumerate(names):
        program = list(PROGRAMS.values())[number * 7 % len(PROGRAMS)]
        (folder / name).write_text(
            filled(HEAD + program + "\n" + PROGRAMS["choices"] + "\n").source, encoding="utf-8"
        )
    (folder / "binary.py").write_bytes(b"\0" * 100)
    (folder / "latin.py").write_bytes(b"# \xe9\nfrom binance.client import Client\n")
    return [*names, "binary.py", "latin.py"]


@pytest.mark.parametrize("name", FORMATS)
def test_two_runs_are_byte_identical(name: str, tmp_path: Path) -> None:
    names = _tree(tmp_path)
    arguments = ["--isolated", "--output-format", name, *ALL]
    first = run([*arguments, *names], tmp_path, environment={"PYTHONHASHSEED": "0", **FIXED_TIME})
    assert first.code == 1
    random.Random(7).shuffle(names)
    second = run([*arguments, *names], tmp_path, environment={"PYTHONHASHSEED": "1", **FIXED_TIME})
    assert first == second


# --- what a terminal would obey ----------------------------------------------------------------------

NAMES = {
    "escape": "a\x1b[31m\x1b]0;title\x07.py",
    "newline": "a\nleak.py:1:1: BIN101 no.py",
    "carriage return": "a\rb.py",
    "backspace": "a\x08\x08b.py",
    "C1": "a\x9b31m.py",
    "bidi": "a\u202eyp.txt.py",
    "zero width": "a\u200b\ufeff.py",
    "line separator": "a\u2028b.py",
    "workflow command": "::error::x.py",
    "percent": "a%0A::x.py",
    "markup": "<b>&\"'.py",
    "no UTF-8": "a\udcff\udc80.py",
    "dash": "-rf.py",
}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028\u202e\ufeff\udc80-\udcff]")


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("kind", NAMES)
def test_names_of_files(kind: str, name: str, folder: Path) -> None:
    case = filled(HEAD + "Client('«a»', '«b»')  # \x1b[31m \x08 \x9b \u202e\n")
    try:
        (folder / NAMES[kind]).write_text(case.source, encoding="utf-8")
    except (OSError, UnicodeError):
        pytest.skip("the file system does not take this name")
    text = shown(["--isolated", "--output-format", name, *ALL, "."])
    assert "BIN101" in text
    assert _CONTROL.search(text) is None
    assert exposed(text, case.secrets) == []
    assert not any(line.lstrip().startswith("::error::x") for line in text.splitlines())
