"""Values through the files of a project: what is asked, what is told apart, and where it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from findings import analysed, with_values
from sources.trees import git, repository

from binlint.analysis import Analysed
from binlint.cli import main
from binlint.finding import Finding, Severity
from binlint.syntax.reading import LONGEST

CLIENT = "from binance.client import Client\n"
WRAPPER = CLIENT + (
    "class Ex:\n"
    "    def __init__(self, key, secret, testnet=False):\n"
    "        self.key, self.secret = key, secret\n"
    "        self.testnet = testnet\n"
    "    def open(self):\n"
    "        return Client(self.key, self.secret, testnet=self.testnet)\n"
)


def places(found: Analysed) -> list[str]:
    """`keys.py:1 BIN101 → main.py:3`"""
    return [
        f"{f.location.path}:{f.location.place.line} {f.code}"
        + (f" → {f.sink.location.path}:{f.sink.location.place.line}" if f.sink else "")
        for f in sorted(found.findings)
    ]


def only(found: Analysed) -> Finding:
    assert len(found.findings) == 1
    return found.findings[0]


def test_a_literal_is_found_where_it_stands() -> None:
    found = analysed({"keys.py": "K = '«a»'\n", "main.py": CLIENT + "from keys import K\nClient(K, '')\n"})
    assert places(found) == ["keys.py:1 BIN101 → main.py:3"]


def test_the_way_names_every_station() -> None:
    found = analysed(
        {
            "keys.py": "K = '«a»'\n",
            "settings.py": "from keys import K as KEY\n",
            "main.py": CLIENT + "import settings\nClient(settings.KEY, '')\n",
        }
    )
    steps = [f"{step.location.path}:{step.location.place.line} {step.text}" for step in only(found).steps]
    assert steps == [
        "keys.py:1 the literal",
        "keys.py:1 `K`",
        "settings.py:1 `KEY`",
        "main.py:3 attribute `KEY`",
        "main.py:3 `Client(…)` of python-binance",
    ]


def test_several_clients_are_one_finding() -> None:
    found = analysed(
        {
            "keys.py": "K = '«a»'\n",
            "one.py": CLIENT + "from keys import K\nClient(K, '')\n",
            "two.py": CLIENT + "import keys\nClient(keys.K, '')\n",
        }
    )
    finding = only(found)
    assert finding.sink is not None
    assert sorted((finding.sink.location.path, *(step.location.path for step in finding.also))) == [
        "one.py",
        "two.py",
    ]


def test_accounts_are_told_apart_and_named_apart() -> None:
    main_file = (
        "from ex import Ex\nimport keys\n"
        "live = Ex(keys.LIVE_KEY, keys.LIVE_SECRET)\nlive.open()\n"
        "paper = Ex(keys.PAPER_KEY, keys.PAPER_SECRET, testnet=True)\npaper.open()\n"
    )
    keys = "LIVE_KEY = '«a»'\nLIVE_SECRET = '«b»'\nPAPER_KEY = '«c»'\nPAPER_SECRET = '«d»'\n"
    found = analysed({"ex.py": WRAPPER, "main.py": main_file, "keys.py": keys})
    by_line = {f.location.place.line: f for f in found.findings}
    assert {line: f.severity for line, f in by_line.items()} == {
        1: Severity.ERROR,
        2: Severity.ERROR,
        3: Severity.WARNING,
        4: Severity.WARNING,
    }
    assert len({f.message for f in found.findings}) == 4
    pairs = {line: f.pair.place.line for line, f in by_line.items() if f.pair is not None}
    assert pairs == {1: 2, 2: 1, 3: 4, 4: 3}
    variables = [f.suggestion.variables[0] for f in found.findings if f.suggestion is not None]
    assert len(set(variables)) == 4


def test_a_branch_that_is_not_taken_takes_nothing() -> None:
    wrapper = CLIENT + (
        "def connect(key, secret, demo=False):\n"
        "    if demo:\n"
        "        return Client(key, secret, testnet=True)\n"
        "    return Client(key, secret)\n"
    )
    main_file = "from ex import connect\nconnect('«a»', '«b»', demo=True)\nconnect('«c»', '«d»')\n"
    found = analysed({"ex.py": wrapper, "main.py": main_file})
    assert {
        (f.location.place.line, f.severity, f.sink and f.sink.location.place.line) for f in found.findings
    } == {
        (2, Severity.WARNING, 4),
        (3, Severity.ERROR, 5),
    }


def test_the_fingerprint_outlives_a_move_to_another_file() -> None:
    use = "client = Client(KEY, SECRET)\n"
    literals = with_values("KEY = '«a»'\nSECRET = '«b»'\n")
    before = analysed({"main.py": CLIENT + literals + use})
    after = analysed({"main.py": CLIENT + "from keys import KEY, SECRET\n" + use, "keys.py": literals})
    again = analysed({"main.py": CLIENT + "from k import KEY, SECRET\n" + use, "k.py": "\n\n" + literals})
    prints = [{f.code: f.fingerprint for f in each.findings} for each in (before, after, again)]
    assert prints[0] == prints[1] == prints[2]
    assert len(set(prints[0].values())) == 2


def test_what_another_vendor_takes_is_not_ours() -> None:
    keys = "api_key = '«a»'\napi_secret = '«b»'\n"
    kraken = "import krakenex\nfrom keys import api_key, api_secret\nkrakenex.API(api_key, api_secret)\n"
    ours = CLIENT + "import os\nClient(os.environ['K'], os.environ['S'])\n"
    assert (
        places(analysed({"keys.py": keys, "kraken.py": kraken, "bot.py": ours}, project_company=True)) == []
    )


def test_a_key_that_nobody_uses_is_judged_by_its_name() -> None:
    found = analysed(
        {"keys.py": "binance_api_key = '«a»'\n", "bot.py": CLIENT + "Client()\n"}, project_company=True
    )
    assert only(found).severity is Severity.ERROR
    assert only(found).sink is None


ENDS = {
    "a ring of imports": {
        "main.py": "from a import K\nClient(K, K)\n",
        "a.py": "from b import K\n",
        "b.py": "from a import K\n",
    },
    "itself": {"main.py": "from main import K\nClient(K, K)\n"},
    "a ring of stars": {
        "main.py": "from a import *\nClient(K, K)\n",
        "a.py": "from b import *\n",
        "b.py": "from a import *\n",
    },
    "a ring of classes": {
        "main.py": "from a import A\nClient(A.k, A().s)\n",
        "a.py": "from b import B\nclass A(B): pass\n",
        "b.py": "from a import A\nclass B(A): pass\n",
    },
    "classes that make each other": {
        "main.py": "from a import A\nClient(A().b.a.k, '')\n",
        "a.py": "from b import B\nclass A:\n    def __init__(self): self.b = B()\n",
        "b.py": "from a import A\nclass B:\n    def __init__(self): self.a = A()\n",
    },
    "functions that call each other": {
        "main.py": "from a import f\nClient(f(1), f(2))\n",
        "a.py": "from b import g\ndef f(n): return g(n)\n",
        "b.py": "from a import f\ndef g(n): return f(n)\n",
    },
    "a module and a package of one name": {
        "main.py": "from keys import K\nClient(K, K)\n",
        "keys.py": "K = ''\n",
        "keys/__init__.py": "from .. import keys\nfrom ..keys import K\n",
    },
    "above the root": {"main.py": "from ....... import keys\nfrom ...x import K\nClient(keys.K, K)\n"},
    "modules that ask each other": {
        "main.py": "import a\nClient(a.K, a.S)\n",
        "a.py": "import b\ndef __getattr__(name): return getattr(b, name)\n",
        "b.py": "import a\ndef __getattr__(name): return getattr(a, name)\n",
    },
    "a decorator that returns itself": {
        "main.py": "from a import d\n@d\ndef f(k): Client(k, k)\nf(f)\n",
        "a.py": "def d(f): return d\n",
    },
}


@pytest.mark.parametrize("files", ENDS.values(), ids=ENDS)
def test_rings_end_quietly(files: dict[str, str]) -> None:
    found = analysed({**files, "main.py": CLIENT + files["main.py"]})
    assert not [note for note in found.skipped if note.failure]
    assert places(found) == []


# on disk


def stages(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *paths: str
) -> dict[str, int]:
    """What `--output-format json` counts."""
    monkeypatch.chdir(folder)
    main(["--output-format", "json", "--isolated", "--exit-zero", *(paths or (".",))])
    counted: dict[str, int] = json.loads(capsys.readouterr().out)["summary"]["stages"]
    return counted


def test_a_clean_project_of_many_modules_is_not_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = repository(tmp_path)
    for number in range(300):
        other = f"import m{(number * 7) % 300}\nfrom m{(number * 3) % 300} import f\n"
        (root / f"m{number}.py").write_text(f"{other}def f(key, secret):\n    return key + secret\n")
    (root / "ex.py").write_text(WRAPPER)
    (root / "main.py").write_text(
        "import os, m1\nfrom ex import Ex\nEx(os.environ['A'], os.environ['B']).open()\n"
    )
    assert stages(tmp_path, monkeypatch, capsys)["compiled"] == 2


def test_the_callers_that_hold_a_key_are_asked_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = repository(tmp_path)
    (root / "ex.py").write_text(WRAPPER)
    for number in range(90):
        (root / f"a{number:02}.py").write_text(
            "import os\nfrom ex import Ex\nEx(os.environ['A'], '').open()\n"
        )
    (root / "keys.py").write_text(with_values("K = '«a»'\n"))
    (root / "zz.py").write_text("from ex import Ex\nfrom keys import K\nEx(K, '').open()\n")
    monkeypatch.chdir(root)
    main(["--output-format", "concise", "--isolated", "--exit-zero", "."])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("keys.py:1:5: BIN101 Binance API key is hard-coded and reaches `Client(…)`")


@pytest.fixture
def bot(tmp_path: Path) -> Path:
    """A repository whose keys stand in three files: tracked, new, and ignored."""
    root = repository(tmp_path)
    (root / ".gitignore").write_text("ignored.py\n")
    for name in ("tracked", "new", "ignored"):
        (root / f"{name}.py").write_text(with_values("K = '«a»'\n"))
    (root / "main.py").write_text(
        CLIENT
        + "import tracked, new, ignored\nClient(tracked.K, '')\nClient(new.K, '')\nClient(ignored.K, '')\n"
    )
    git(root, "add", "tracked.py", "main.py", ".gitignore")
    return root


def paths(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *given: str
) -> list[str]:
    monkeypatch.chdir(folder)
    main(["--output-format", "json", "--isolated", *given])
    return [entry["path"] for entry in json.loads(capsys.readouterr().out)["findings"]]


def test_a_tree_is_what_git_does_not_ignore(
    bot: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert paths(bot, monkeypatch, capsys, ".") == ["new.py", "tracked.py"]


def test_a_hook_reports_what_is_tracked_elsewhere(
    bot: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert paths(bot, monkeypatch, capsys, "main.py") == ["tracked.py"]
    assert paths(bot, monkeypatch, capsys, "main.py", "new.py") == ["new.py", "tracked.py"]


def test_a_hook_says_nothing_of_what_its_files_have_no_part_in(
    bot: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (bot / "other.py").write_text("import main, tracked\nprint(tracked)\n")
    git(bot, "add", "other.py")
    assert paths(bot, monkeypatch, capsys, "other.py") == []


def test_a_lone_configuration_borrows_the_company_of_its_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = repository(tmp_path)
    (root / "config.py").write_text(with_values("X1 = '«a»'\n"))
    assert paths(root, monkeypatch, capsys, "config.py") == []
    (root / "requirements.txt").write_text("python-binance==1.0\n")
    assert paths(root, monkeypatch, capsys, "config.py") == ["config.py"]


@pytest.mark.parametrize(
    "writing",
    [
        "os.environ['K'] = '«a»'",
        "os.environ['K']: str = '«a»'",
        "os.environ['K'] \\\n    = '«a»'",
        "(os.environ['K']) = '«a»'",
        "os.environ.setdefault('K', '«a»')",
        "os.environ.update(K='«a»')",
        "os.putenv('K', '«a»')",
    ],
)
def test_of_many_files_that_read_the_environment_the_one_that_writes_is_asked(writing: str) -> None:
    reading = CLIENT + "import os\nClient(os.environ['K'], os.environ['S'])\n"
    files = {f"bot{number}.py": reading for number in range(60)}
    found = analysed({**files, "setup_keys.py": f"import os\n{writing}\n"})
    assert only(found).location.path == "setup_keys.py"
    assert only(found).code == "BIN101"


def test_excluded_files_are_read_but_not_reported(
    bot: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert paths(bot, monkeypatch, capsys, "--extend-exclude", "tracked.py", ".") == ["new.py"]


def test_without_git_the_ignore_files_decide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".gitignore").write_text("secret/\n")
    for name in ("secret/keys.json", "open/keys.json"):
        place = tmp_path / name
        place.parent.mkdir()
        place.write_text(with_values('{"k": "«a»"}\n'))
    (tmp_path / "main.py").write_text(
        CLIENT + "import json\n"
        "Client(json.load(open('secret/keys.json'))['k'], '')\nClient(json.load(open('open/keys.json'))['k'], '')\n"
    )
    assert paths(tmp_path, monkeypatch, capsys, ".") == ["open/keys.json"]


def test_one_process_finds_what_several_find(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = repository(tmp_path)
    (root / "ex.py").write_text(WRAPPER)
    for number in range(8):
        (root / f"k{number}.py").write_text(with_values(f"K{number} = '«a»'\n"))
        (root / f"m{number}.py").write_text(
            f"# binance\nfrom ex import Ex\nfrom k{number} import K{number}\nEx(K{number}, '').open()\n"
        )
    monkeypatch.chdir(root)
    reports = []
    for count in (1, 3):
        monkeypatch.setattr("binlint.workers.count_for", lambda sources, count=count: count)
        main(["--output-format", "json", "--isolated", "."])
        reports.append(json.loads(capsys.readouterr().out)["findings"])
    assert reports[0] == reports[1]
    assert len(reports[0]) == 8


def test_what_was_not_followed_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = repository(tmp_path)
    (root / "ex.py").write_text(WRAPPER)
    for number in range(60):
        (root / f"a{number:02}.py").write_text(
            "import os\nfrom ex import Ex\nEx(os.environ['A'], '').open()\n"
        )
    assert stages(root, monkeypatch, capsys)["unfollowed"] > 0


def test_a_file_of_data_that_is_too_long_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = repository(tmp_path)
    (root / "settings.json").write_text('{"k": "' + "x " * LONGEST + '"}\n')
    (root / "main.py").write_text(CLIENT + "import json\nClient(json.load(open('settings.json'))['k'], '')\n")
    assert stages(root, monkeypatch, capsys)["unfollowed"] == 1
