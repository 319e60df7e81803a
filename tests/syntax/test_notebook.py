"""Notebooks: cells as one program, everything else as text, and every place in the file itself."""

from __future__ import annotations

import base64
import itertools
import json
import secrets
import time
from typing import Any

import pytest
from fresh_values import fresh_key
from hypothesis import given, settings
from hypothesis import strategies as st

from binlint.facts import Facts, Imported, Item, Literal, Ref
from binlint.finding import Place
from binlint.syntax import notebook
from binlint.syntax.lexical import Lines
from binlint.syntax.moved import Move, moved
from binlint.syntax.notebook import compile_notebook
from binlint.syntax.python import compile_facts

A, B = fresh_key(), fresh_key()
LIMIT = 20  # seconds; what is not linear would take minutes
STYLES: list[dict[str, Any]] = [
    {"indent": 1},
    {"indent": 1, "ensure_ascii": False},
    {},
    {"separators": (",", ":"), "ensure_ascii": False},
]
repeatable = settings(max_examples=150, deadline=None, derandomize=True, database=None)


def cell(source: str | list[str], kind: str = "code", **more: Any) -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {}, "source": source, "outputs": [], **more}


def code(*sources: str) -> str:
    return written(*map(cell, sources))


def written(*cells: Any, style: dict[str, Any] | None = None, **metadata: Any) -> str:
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4}, **(style or STYLES[0]))


def read(text: str) -> Facts:
    return compile_notebook("some/notebook.ipynb", text)


def slice_of(text: str, place: Place) -> str:
    starts = Lines(text).starts
    return text[starts[place.line - 1] + place.column - 1 : starts[place.end_line - 1] + place.end_column - 1]


def escaped(source: str, style: dict[str, Any] | None = None) -> str:
    return json.dumps(source, ensure_ascii=(style or {}).get("ensure_ascii", True))[1:-1]


def values(facts: Facts) -> list[str]:
    return [str(string.literal.value) for string in facts.strings]


def named(facts: Facts) -> list[tuple[str, str, str, int | None]]:
    return [(m.value, m.name, m.call, m.position) for m in facts.mentions]


def places(value: object, into: list[Place] | None = None) -> list[Place]:
    found = [] if into is None else into
    if isinstance(value, Place):
        found.append(value)
    elif isinstance(value, tuple):
        for item in value:
            places(item, found)
    return found


def bound(facts: Facts, name: str) -> object:
    """What a name stands for at the end of the program."""
    value: object = facts.bindings[facts.scopes[0].names[name]].value
    while isinstance(value, Ref):
        value = facts.bindings[value.binding].value
    return value


def region_of(facts: Facts, found: Place) -> str:
    before = [region for region in facts.regions if region.place[:2] <= found[:2]]
    return before[-1].text if before and before[-1].place[2:] >= found[:2] else ""


# --- the program -------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("as_list", [True, False])
def test_literals_stand_where_the_file_has_them(style: dict[str, Any], as_list: bool) -> None:
    sources = [
        f'from binance import Client\nkey = "{A}"  # é😀\n',
        f'сек = f("\\"é\t/", \'{B}\')\n\nClient(key, сек)',
    ]
    cells = [cell(source.splitlines(keepends=True) if as_list else source) for source in sources]
    text = written(*cells, style=style)
    facts = read(text)
    assert [slice_of(text, s.literal.place) for s in facts.strings] == [f'\\"{A}\\"', f"'{B}'"]
    statements = [slice_of(text, place) for place in facts.statements]
    assert statements == [
        escaped(statement, style)
        for statement in (
            "from binance import Client",
            f'key = "{A}"',
            f'сек = f("\\"é\t/", \'{B}\')',
            "Client(key, сек)",
        )
    ]
    assert all(isinstance(bound(facts, name), Imported) for name in ("Client",))
    client = facts.calls[-1]
    assert all(isinstance(argument, Ref) for argument in client.args)


def test_names_flow_from_cell_to_cell() -> None:
    facts = read(code(f"key = '{A}'", "import ccxt", "x = key"))
    value = bound(facts, "x")
    assert isinstance(value, Literal)
    assert value.value == A
    assert facts.roots == {"ccxt"}


def test_a_key_is_reported_once() -> None:
    facts = read(code(f"key = '{A}'\n# secret: {B}"))
    assert values(facts) == [A]
    assert named(facts) == [(B, "secret", "", None)]


def test_a_literal_over_several_lines() -> None:
    source = f"text = '''\n  {A}\n\"q\"'''\n"
    text = written(cell(source), style={})
    facts = read(text)
    assert slice_of(text, facts.strings[0].literal.place) == escaped(source[7:-1])
    assert [slice_of(text, mention.place) for mention in facts.mentions] == [A]


def test_carriage_returns() -> None:
    text = code(f"a = 1\r\nb = '{A}'\rc = '{B}'")
    facts = read(text)
    assert [slice_of(text, s.literal.place) for s in facts.strings] == [f"'{A}'", f"'{B}'"]
    assert [region_of(facts, s.literal.place) for s in facts.strings] == ["cell 1, line 2", "cell 1, line 3"]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_newlines_of_the_file(newline: str) -> None:
    text = code(f"a = 1\nb = '{A}'").replace("\n", newline)
    facts = read(text)
    assert [slice_of(text, s.literal.place) for s in facts.strings] == [f"'{A}'"]


# --- IPython -----------------------------------------------------------------------------------------

# a cell, what its value is called, and whether it is a literal of the program or found in a text
MAGICS = [
    ("%env BINANCE_API_KEY=«A»", "BINANCE_API_KEY", "strings"),
    ("%env BINANCE_API_KEY «A»", "BINANCE_API_KEY", "strings"),
    ("%set_env BINANCE_API_KEY = «A»  # mine", "BINANCE_API_KEY", "strings"),
    ('%env BINANCE_API_KEY="«A»"', "BINANCE_API_KEY", "strings"),
    ("if x:\n    %env KEY=«A»\nelse:\n    pass", "KEY", "strings"),
    ("%time key = '«A»'", "", "strings"),
    ("%timeit -n 10 -r3 key = '«A»'", "", "strings"),
    ("x = %time f('«A»')", "", "strings"),
    ("%%time\nkey = '«A»'", "", "strings"),
    ("%%timeit -n 5\nkey = '«A»'", "", "strings"),
    ("%%capture out\n%%time\nkey = '«A»'", "", "strings"),
    ("%%prun -s time\nkey = '«A»'", "", "strings"),
    ("\n  %matplotlib inline\n  key = '«A»'", "", "strings"),
    ("!echo it's (\nkey = '«A»'", "", "strings"),
    ("x = !echo it's (\nkey = '«A»'", "", "strings"),
    ("a, b['c'] = !ls\nkey = '«A»'", "", "strings"),
    ("key?\nkey.b??\n?key\nkey = '«A»'", "", "strings"),
    (";f a'\n,f b(\n/f c[\nkey = '«A»'", "", "strings"),
    ("for i in x:\n    !ls {i}\nkey = '«A»'", "", "strings"),
    ("!cat \\\n  'a \\\n  b\nkey = '«A»'", "", "strings"),
    ("await f('«A»')\nasync with x as y: pass", "", "strings"),
    ("x = (1\n % 2, '«A»'\n !=\n 3)", "", "strings"),
    ("%run bot.py --key «A»", "key", "mentions"),
    ('!curl -H "X-MBX-APIKEY: «A»"', "X-MBX-APIKEY", "mentions"),
    ('!curl \\\n  -H "X-MBX-APIKEY: «A»"', "X-MBX-APIKEY", "mentions"),
    ("!export BINANCE_API_KEY=«A»", "BINANCE_API_KEY", "mentions"),
    ("x = !env BINANCE_API_KEY=«A» python", "BINANCE_API_KEY", "mentions"),
    ("x = %run a --api-key=«A»", "api-key", "mentions"),
    ("%%bash\nexport BINANCE_API_KEY=«A»\nif [ x ]; then", "BINANCE_API_KEY", "mentions"),
    ("%%sh\nAPI_KEY=«A»", "API_KEY", "mentions"),
    ("%%writefile x.py\napi_key = «A»", "api_key", "mentions"),
    ("%%unheard-of\napi_key = «A»", "api_key", "mentions"),
    ("%%\napi_key = «A»", "api_key", "mentions"),
    ("%sql\nAPI_KEY=«A»", "API_KEY", "mentions"),
    ("text = '''\n%env API_KEY=«A»\n'''", "API_KEY", "mentions"),
    ("text = f('''\n!export API_KEY=«A»\n''',\n1)", "API_KEY", "mentions"),
]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(("source", "name", "where"), MAGICS)
def test_magics(source: str, name: str, where: str, style: dict[str, Any]) -> None:
    text = written(cell(source.replace("«A»", A) + "\n"), cell(f"after = '{B}'"), style=style)
    facts = read(text)
    assert facts.gaps == ()
    assert isinstance(bound(facts, "after"), Literal)
    if where == "mentions":
        assert [(value, called) for value, called, _, _ in named(facts)] == [(A, name)]
        assert [slice_of(text, mention.place) for mention in facts.mentions] == [A]
        return
    assert values(facts) == [A, B]
    assert slice_of(text, facts.strings[0].literal.place).strip("\\\"'") == A
    keys = [item.key.value for item in facts.item_sets if isinstance(item.key, Literal)]
    assert [key for key in keys if key != "c"] == ([name] if name else [])
    assert not facts.mentions


def test_a_variable_of_the_environment_takes_a_name() -> None:
    facts = read(code(f"key = '{A}'\n%env API_KEY=$key\n%env API_SECRET={{key}}\nother = %env API_KEY"))
    assert [item.value for item in facts.item_sets] == [Ref(facts.scopes[0].names["key"])] * 2
    assert isinstance(bound(facts, "other"), Item)
    assert facts.roots == {"os"}
    assert facts.gaps == ()


def test_a_variable_of_the_environment_with_odd_characters() -> None:
    value = A + "\"\\'("
    text = code(f"%env API_KEY={value}\nafter = '{B}'")
    facts = read(text)
    assert values(facts) == [value, B]
    assert slice_of(text, facts.strings[0].literal.place) == escaped(value)


@pytest.mark.parametrize(
    "source",
    [
        "x = y \\\n% z",
        "x = (1\n!= y)",
        "x = (y\n% z\n%\na)",
        "x = '''\n!ls\n'''",
        'x = f("""\n%ls\n""", """a""")',
        "f('x = !y')",
        "x['= !y'] = 1",
        "a = b == c",
        "x = 'what?'",
    ],
)
def test_what_is_no_magic_stays(source: str) -> None:
    text = code(source)
    facts = read(text)
    assert [slice_of(text, place) for place in facts.statements] == [escaped(source)]
    assert facts.gaps == ()


# --- cells that are no program -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "broken",
    [
        "x = '''\n",
        'print("""it\'s',
        "f(1,",
        "x = [\n{\n",
        "x = 1 + \\",
        "x = )",
        "from binance.client import Client\nc = Client('«A»', (",
    ],
)
def test_a_broken_cell_swallows_nothing(broken: str) -> None:
    text = code("a = 1", broken.replace("«A»", A), f"key = '{B}'")
    facts = read(text)
    assert values(facts) == [B]
    assert isinstance(bound(facts, "key"), Literal)
    assert len(facts.gaps) == 1
    line, last = facts.gaps[0]
    assert line == last
    assert region_of(facts, Place(line, 16, line, 16)) == "cell 2, line 1"
    assert "does not parse" in facts.reason
    if "«A»" in broken:
        assert named(facts) == [(A, "", "binance.client.Client", 0)]
        assert facts.roots == {"binance"}


def test_python_2_stays_in_the_program() -> None:
    text = code("a = 1\nprint 'x'", "x = 1 +* 2", f"key = '{A}'")
    facts = read(text)
    assert isinstance(bound(facts, "key"), Literal)
    assert facts.reason == "does not parse (cell 1, line 2)"
    assert [text.splitlines()[line - 1].strip() for line, _ in facts.gaps] == ['"source": "x = 1 +* 2",']


@pytest.mark.parametrize(
    ("metadata", "is_program"),
    [
        ({}, True),
        ({"kernelspec": {"language": "python", "name": "x"}}, True),
        ({"language_info": {"name": "Python"}}, True),
        ({"language_info": {"name": "python"}, "kernelspec": {"language": "R"}}, True),
        ({"language_info": {"name": "R"}}, False),
        ({"kernelspec": {"language": "julia"}}, False),
        ({"kernelspec": ["python"], "language_info": 3}, True),
    ],
)
def test_languages(metadata: dict[str, Any], is_program: bool) -> None:
    facts = read(written(cell(f"api_key = '{A}'"), **metadata))
    assert values(facts) == ([A] if is_program else [])
    assert named(facts) == ([] if is_program else [(A, "api_key", "", None)])


def test_the_language_of_one_cell() -> None:
    own = {"vscode": {"languageId": "shellscript"}}
    facts = read(written(cell(f"api_key = '{A}'", metadata=own), cell(f"key = '{B}'")))
    assert values(facts) == [B]
    assert [mention.value for mention in facts.mentions] == [A]


@pytest.mark.parametrize("kind", ["markdown", "raw", "heading", "unheard-of"])
def test_text_cells(kind: str) -> None:
    text = written(cell(["# Keys\n", f'* "API key": `{A}`'], kind))
    facts = read(text)
    assert named(facts) == [(A, "API key", "", None)]
    assert slice_of(text, facts.mentions[0].place) == A
    assert region_of(facts, facts.mentions[0].place) == "cell 1, line 2"


# --- outputs and metadata ----------------------------------------------------------------------------


def shown(kind: str, value: Any) -> dict[str, Any]:
    return {"output_type": "display_data", "metadata": {}, "data": {kind: value}}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    ("output", "name"),
    [
        ({"output_type": "stream", "name": "stdout", "text": ["a\n", f"api_key: {A}\n"]}, "api_key"),
        ({"output_type": "stream", "name": "stderr", "text": f'é\n{{"api_key": "{A}"}}'}, "api_key"),
        ({"output_type": "stream", "text": f"\x1b[1mapi_key\x1b[0m=\x1b[0;32m{A}\x1b[0m"}, "api_key"),
        (shown("text/plain", [f"'{A}'"]), ""),
        (shown("text/html", [f"<p>api_key: {A}</p>"]), "api_key"),
        (shown("application/json", {"a": [{"api_key": A}]}), "api_key"),
        (shown("application/vnd.plotly.v1+json", {"a": [{"api_key": A}]}), "api_key"),
        (shown("application/javascript", f"api_key = '{A}'"), "api_key"),
        ({"output_type": "error", "ename": "E", "evalue": f"bad, api_key: {A}"}, "api_key"),
        ({"output_type": "unheard-of", "api_key": A}, "api_key"),
        (f"api_key: {A}", "api_key"),
    ],
)
def test_outputs(output: Any, name: str, style: dict[str, Any]) -> None:
    text = written(cell("x", outputs=[output]), style=style)
    facts = read(text)
    assert named(facts) == [(A, name, "", None)]
    assert slice_of(text, facts.mentions[0].place) == A
    assert region_of(facts, facts.mentions[0].place) == "cell 1, output"


@pytest.mark.parametrize(
    "kind",
    ["image/png", "image/svg+xml", "video/mp4", "audio/x", "application/pdf", "application/vnd.x.y"],
)
def test_binary_outputs_are_not_read(kind: str) -> None:
    data = {kind: f"binance {A}\n"}
    attached = cell("x", "markdown", attachments={"a.png": data})
    facts = read(written(cell("x", outputs=[{"data": data}]), attached))
    assert not facts.mentions
    assert not facts.company


def test_tracebacks_read_like_code() -> None:
    printed = [
        "\x1b[0;31m---------------------------------------------------------------\x1b[0m",
        "\x1b[0;31mError\x1b[0m            Traceback (most recent call last)",
        f'\x1b[0;32m<input-1>\x1b[0m in <module>\n      2 \x1b[0mapi_key\x1b[0m = \x1b[34m"{A}"\x1b[0m'
        "\n\x1b[0;32m----> 3 \x1b[0;31mclient\x1b[0m = Client("
        f'\x1b[34m"{B}"\x1b[0m, \x1b[34m"{A}"\x1b[0m)',
    ]
    source = "from binance.client import Client"
    text = written(cell(source, outputs=[{"output_type": "error", "traceback": printed}]))
    facts = read(text)
    assert named(facts) == [
        (A, "api_key", "", None),
        (B, "", "binance.client.Client", 0),
        (A, "", "binance.client.Client", 1),
    ]
    assert [slice_of(text, mention.place) for mention in facts.mentions] == [A, B, A]


def test_metadata() -> None:
    inner = cell("x", metadata={"tags": {"api_key": A}})
    text = written(inner, papermill={"parameters": {"api_secret": B}})
    facts = read(text)
    assert named(facts) == [(A, "api_key", "", None), (B, "api_secret", "", None)]
    assert [slice_of(text, mention.place) for mention in facts.mentions] == [A, B]
    assert [region_of(facts, mention.place) for mention in facts.mentions] == ["metadata", "metadata"]


def test_company_is_of_everything() -> None:
    told = cell("see https://api.binance.com and https://example.com", "markdown")
    printed = {"output_type": "stream", "text": "X-MBX-APIKEY"}
    facts = read(written(told, cell("import binance", outputs=[printed])))
    assert facts.company == (
        "the file imports `binance`",
        "the file names the host api.binance.com",
        "the file names the header X-MBX-APIKEY",
    )
    assert facts.other_hosts
    assert facts.signs
    assert not facts.only_testnet
    assert read(written(cell("see https://testnet.binance.vision", "raw"))).only_testnet


# --- regions -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", STYLES)
def test_regions_are_in_order_and_apart(style: dict[str, Any]) -> None:
    cells = [cell(["a = 1\n", "\n", "b = 2"]), cell("c\nd\n", "markdown"), cell("e")]
    text = written(*cells, style=style, kernelspec={"name": "x"})
    facts = read(text)
    assert list(facts.regions) == sorted(facts.regions)
    for before, after in itertools.pairwise(facts.regions):
        assert before.place[2:] <= after.place[:2]
    lines = [(region.text, slice_of(text, region.place)) for region in facts.regions if "," in region.text]
    assert lines == [
        ("cell 1, line 1", "a = 1"),
        ("cell 1, line 2", ""),
        ("cell 1, line 3", "b = 2"),
        ("cell 2, line 1", "c"),
        ("cell 2, line 2", "d"),
        ("cell 3, line 1", "e"),
    ]


# --- version 3 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", STYLES)
def test_version_3(style: dict[str, Any]) -> None:
    code_cell = {
        "cell_type": "code",
        "collapsed": False,
        "input": ["import binance\n", f"key = '{B}'"],
        "language": "python",
        "metadata": {},
        "outputs": [
            {"output_type": "pyout", "prompt_number": 1, "text": [f"api_key: {A}\n"], "png": f"key: {A}"},
            {"output_type": "display_data", "html": f"api_key: {B}", "jpeg": A, "json": ['"x"']},
            {"output_type": "pyerr", "traceback": [f"api_key: {A}"], "latex": "x", "svg": ["y"]},
        ],
        "prompt_number": 1,
    }
    before = [
        {"cell_type": "heading", "level": 1, "source": ["Keys"], "metadata": {}},
        {"cell_type": "markdown", "source": [f"api_key: {A}"], "metadata": {}},
    ]
    bash = {"cell_type": "code", "input": f"api_key = '{A}'", "language": "bash", "outputs": []}
    sheets = [{"cells": before, "metadata": {}}, {"cells": [code_cell, bash], "metadata": {"secret": B}}]
    text = json.dumps({"metadata": {"name": ""}, "nbformat": 3, "worksheets": sheets}, **style)
    facts = read(text)
    assert values(facts) == [B]
    assert slice_of(text, facts.strings[0].literal.place) == f"'{B}'"
    assert region_of(facts, facts.strings[0].literal.place) == "cell 3, line 2"
    assert [(m.value, m.name, region_of(facts, m.place)) for m in facts.mentions] == [
        (A, "api_key", "cell 2, line 1"),
        (A, "api_key", "cell 3, output"),
        (B, "api_key", "cell 3, output"),
        (A, "api_key", "cell 3, output"),
        (A, "api_key", "cell 4, line 1"),
        (B, "secret", "metadata"),
    ]
    assert [slice_of(text, mention.place) for mention in facts.mentions] == [A, A, B, A, A, B]


# --- broken and hostile files ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "«A»",
        "api_key = '«A»'",
        '{"api_key": "«A»"}',
        '["api_key", "«A»"]',
        '{"cells": 3, "api_key": "«A»"}',
        '{"cells": {"api_key": "«A»"}}',
        '"cells',
        "{",
        "null",
        "\x00\ud800",
    ],
)
def test_what_is_no_notebook_is_a_text(text: str) -> None:
    facts = read(text.replace("«A»", A) + "\nbinance\n")
    assert [mention.value for mention in facts.mentions] == ([A] if "«A»" in text else [])
    assert facts.gaps == ((1, 3),)
    assert facts.reason == "read as text only: it is no valid notebook"
    assert facts.company == ("the file speaks of Binance",)


@pytest.mark.parametrize("style", STYLES)
def test_a_broken_tail_is_read_as_text(style: dict[str, Any]) -> None:
    whole = written(cell("a = 1"), cell(f"key = '{A}'"), cell(f'api_key = "{B}"'), style=style)
    at = whole.index("api_key")
    cut = whole[: at - 1] + "\n<<<<<<< HEAD\n" + whole[at:]
    facts = read(cut)
    assert values(facts) == [A]
    assert isinstance(bound(facts, "key"), Literal)
    assert named(facts) == [(B, "api_key", "", None)]
    assert slice_of(cut, facts.mentions[0].place) == B
    assert facts.gaps[-1][1] == cut.count("\n") + 1
    assert facts.reason == "read as text only: it is no valid notebook"


def test_nothing_is_lost_wherever_it_is_cut_off() -> None:
    whole = written(cell(f"key = '{A}'"), cell("x", "markdown"))
    for end in range(whole.index(A) + len(A), len(whole)):
        facts = read(whole[:end])
        assert [*values(facts), *(mention.value for mention in facts.mentions)] == [A]


@pytest.mark.parametrize(
    "cells",
    [
        [[f"api_key: {A}"]],
        [f"api_key: {A}"],
        [{"source": {"api_key": A}}],
        [{"source": [[f"api_key: {A}"]]}],
        [{"source": ["x", 3, {"api_key": A}]}],
        [{"cell_type": 3, "api_key": A}],
        [{"outputs": f"api_key: {A}"}],
        [{"outputs": {"a": {"text": f"api_key: {A}"}}}],
        [{"outputs": [[f"api_key: {A}"]]}],
        [{"outputs": [{"data": [f"api_key: {A}"]}]}],
        [{"outputs": [{"text": {"api_key": A}}]}],
        [{"outputs": [{"data": {"text/plain": {"a": {"b": {"c": {"api_key": A}}}}}}]}],
        [{"attachments": {"a": f"api_key: {A}"}}],
        [{"attachments": f"api_key: {A}"}],
        [{"metadata": None, "source": None}, {"source": f"# api_key: {A}"}],
    ],
)
def test_wrong_types_are_read_all_the_same(cells: Any) -> None:
    text = written(*cells)
    facts = read(text)
    assert named(facts) == [(A, "api_key", "", None)]
    assert slice_of(text, facts.mentions[0].place) == A


def test_entries_that_are_there_twice() -> None:
    sheets = json.dumps([{"cells": [cell(f"# key: {A}", "raw")]}])
    cells = json.dumps([{"source": f"# key: {B}"}])
    facts = read(f'{{"cells": [], "worksheets": {sheets}, "worksheets": [], "cells": {cells}}}')
    assert [mention.value for mention in facts.mentions] == [A, B]


MANY = 100_000
HOSTILE = {
    "brackets": "[" * 200_000,
    "brackets in cells": '{"cells":' + "[" * 200_000,
    "brackets in a source": '{"cells":[{"source":' + "[" * MANY + "]" * MANY + "}]}",
    "objects": '{"cells":' * MANY,
    "brackets in code": code("(" * MANY),
    "closed brackets in code": code("(" * MANY + ")" * MANY),
    "a long sum": code("x = " + "+".join(["'a'"] * 5_000)),
    "attributes": code("x = a" + ".b" * 5_000),
    "lists": code("x = " + "[" * 90 + "]" * 90),
    "backslashes": '{"cells":[{"source":"' + "\\" * MANY,
    "quotes": '{"cells":[{"source":"' + '"' * MANY,
    "escaped quotes": code("x = '''" + "\\'" * MANY),
    "lone quotes": code(*["'", '"', '"""', "x = '"] * 200),
    "surrogates": '{"cells":[{"source":"' + "\\ud83d" * MANY + '\\ude00"}]}',
    "spaces": code("%env A=b" + " " * MANY + "x\nx" + " " * MANY + "= !ls\nx" + " " * MANY + "?"),
    "options": code("%time" + " -lx" * MANY + "\n%time" + " -l" * MANY),
    "magics": code("%time x\n!ls 'x\n%%x\n" * 3_000),
    "cell magics": code("%%time\n" * 20_000),
    "empty lines": code("\n" * MANY),
    "cells": code(*["x"] * 3_000),
    "subscripts": code("x" + "[1]" * MANY + " = !ls"),
    "colours": written(cell("x", outputs=[{"text": "\x1b[" * MANY + "\x1b]" * MANY}])),
    "closing brackets": code("x") + "]" * MANY,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_end_quickly(name: str) -> None:
    started = time.perf_counter()
    facts = read(HOSTILE[name])
    assert time.perf_counter() - started < LIMIT
    lines = HOSTILE[name].count("\n") + 1
    assert all(1 <= place.line <= place.end_line <= lines for place in places(facts.statements))


def test_pictures_are_passed_over() -> None:
    picture = base64.encodebytes(secrets.token_bytes(70_000)).decode()
    text = written(*(cell(f"x{n} = 1", outputs=[{"data": {"image/png": picture}}]) for n in range(100)))
    assert len(text) > 9_000_000
    started = time.perf_counter()
    facts = read(text)
    assert time.perf_counter() - started < 2
    assert not facts.mentions
    assert len(facts.scopes[0].names) == 100


def test_what_is_nested_too_deeply_is_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(facts: Facts, move: Move) -> Facts:
        raise RecursionError

    monkeypatch.setattr(notebook, "moved", refuse)
    text = code("a = 1", f"api_key = '{A}'")
    facts = read(text)
    assert named(facts) == [(A, "api_key", "", None)]
    assert slice_of(text, facts.mentions[0].place) == A
    assert facts.gaps[0][1] >= facts.mentions[0].place.line
    assert facts.reason == "read as text only: nested too deeply"


def test_moving_keeps_all_but_places() -> None:
    facts = compile_facts("x.py", f"import os\nk = '{A}'\nf(k, [k], x={{'a': k}})\nclass C:\n  a: int = 1\n")
    facts = facts._replace(gaps=((2, 3),), reason="some")
    there = moved(facts, lambda place: Place(*(number + 7 for number in place)))
    back = moved(there, lambda place: Place(*(number - 7 for number in place)))
    assert back == facts
    assert [place.line for place in places(there.statements)] == [line + 7 for line in (1, 2, 3, 4, 5)]
    assert there.gaps == ((9, 10),)
    assert there.bindings[1].value is there.strings[0].literal
    assert there.scopes is facts.scopes


# --- whatever the cells say --------------------------------------------------------------------------

PIECES = ["x", " ", "\n", "\r\n", "'", '"', "\\", "é", "😀", "\ud800", *"#()%!?=", "\t", "\x1b[0m"]
sources = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
texts = st.text(st.sampled_from("ab'\"\\é😀\t\n\x7f/%!?#{"), max_size=8)


@repeatable
@given(st.lists(st.tuples(texts, st.booleans()), min_size=1, max_size=4), st.sampled_from(STYLES))
def test_every_literal_is_where_its_source_is(
    contents: list[tuple[str, bool]], style: dict[str, Any]
) -> None:
    spelt = [repr(f"{A}{content}") for content, _ in contents]
    cells = []
    for source, (_, as_list) in zip(spelt, contents, strict=True):
        lines = f"é = 1  # 😀\nx = f({source})\n"
        cells.append(cell(lines.splitlines(keepends=True) if as_list else lines))
    text = written(*cells, style=style)
    facts = read(text)
    assert [slice_of(text, s.literal.place) for s in facts.strings] == [
        escaped(each, style) for each in spelt
    ]


@repeatable
@given(st.lists(sources, max_size=5), st.sampled_from(STYLES), st.integers(0, 200))
def test_nothing_makes_it_raise(found: list[str], style: dict[str, Any], cut: int) -> None:
    text = written(*(cell(source, outputs=[{"text": source}]) for source in found), style=style)
    for each in (text, text[: max(0, len(text) - cut)]):
        facts = read(each)
        lines = len(Lines(each).starts)
        for place in places(facts):
            assert (1, 1) <= place[:2] <= place[2:]
            assert place.end_line <= lines


@repeatable
@given(sources, sources, st.sampled_from(STYLES))
def test_a_key_between_anything_is_found_in_text(before: str, after: str, style: dict[str, Any]) -> None:
    text = written(cell(f"{before}\n{A}\n{after}", "markdown"), style=style)
    assert [slice_of(text, mention.place) for mention in read(text).mentions] == [A]
