"""Every format read as its readers read it: checked against its schema, and turned back into what was found.

Tests take the parts of a format that they look at closer from here too, so that each schema stands in one place.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from jsonschema import Draft7Validator, Draft202012Validator
from lxml import etree
from markdown_it import MarkdownIt

import binlint.reporters

DATA = Path(__file__).parent / "data"
PAGE = Path(__file__).parents[2] / "docs" / "formats.md"


class Told(NamedTuple):
    """One finding as a report tells it. The path as it is shown; empty where the format may cut it."""

    path: str
    line: int
    code: str


# Schemas

TEXT = {"type": "string", "minLength": 1}
COUNT = {"type": "integer", "minimum": 1}
LINK = {"type": "string", "pattern": "^https?://.+"}


def exactly(required: str, optional: str = "", **properties: Any) -> dict[str, Any]:
    """The schema of an object with these fields and no others; each stands in `properties` or is a text."""
    names = [*required.split(), *optional.split()]
    assert set(properties) <= set(names)
    return {
        "type": "object",
        "required": required.split(),
        "properties": {**dict.fromkeys(names, TEXT), **properties},
        "additionalProperties": False,
    }


def several(item: dict[str, Any], **limits: int) -> dict[str, Any]:
    return {"type": "array", "items": item, **limits}


JSON = json.loads(Path(binlint.reporters.__file__).with_name("schema.json").read_text(encoding="utf-8"))
JSON_DOCUMENT = Draft202012Validator(JSON)
JSON_LINE = Draft202012Validator({"$defs": JSON["$defs"], "$ref": "#/$defs/finding"})
SARIF = Draft202012Validator(json.loads((DATA / "sarif-2.1.0.json").read_text(encoding="utf-8")))
JUNIT = etree.XMLSchema(etree.parse(DATA / "junit-10.xsd"))
JUNIT_EXTRAS = (
    "file",
    "line",
    "column",
)  # of a test; other readers know them, Jenkins' xUnit plugin does not

# data/README.md says where the rules of the next three come from. They are stricter than the originals: nothing
# may be there that binlint does not mean to write.
_PLACE = exactly("line column", line=COUNT, column=COUNT)
CODE_QUALITY = Draft7Validator(
    several(
        exactly(
            "description check_name fingerprint severity location",
            severity={"enum": ["info", "minor", "major", "critical", "blocker"]},
            location=exactly(
                "path positions",
                path={"type": "string", "pattern": "^[^/]"},
                positions=exactly("begin end", begin=_PLACE, end=_PLACE),
            ),
        )
    )
)
_MOMENT = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$"}
_TOOL = exactly("id name version vendor", "url", url=LINK, vendor=exactly("name"))
SECRET_DETECTION = Draft7Validator(
    exactly(
        "version schema scan vulnerabilities",
        version={"const": "15.2.1"},
        schema={**LINK, "pattern": r"^https?://.+/v15\.2\.1/.+"},
        scan=exactly(
            "analyzer end_time scanner start_time status type messages",
            analyzer=_TOOL,
            scanner=_TOOL,
            start_time=_MOMENT,
            end_time=_MOMENT,
            status={"enum": ["success", "failure"]},
            type={"const": "secret_detection"},
            messages=several(exactly("level value", level={"enum": ["info", "warn", "fatal"]})),
        ),
        vulnerabilities=several(
            exactly(
                "id name description severity solution identifiers location",
                id={"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
                name={**TEXT, "maxLength": 255},
                description={**TEXT, "maxLength": 1_048_576},
                severity={"enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"]},
                solution={**TEXT, "maxLength": 7_000},
                identifiers=several(exactly("type name value", "url", url=LINK), minItems=1),
                location=exactly(
                    "commit file start_line end_line",
                    commit=exactly("sha"),
                    file={"type": "string", "pattern": "^[^/]"},
                    start_line=COUNT,
                    end_line=COUNT,
                ),
            )
        ),
    )
)
_POSITION = exactly("line", "column", line=COUNT, column=COUNT)
_RANGE = exactly("start end", start=_POSITION, end=_POSITION)
_SEVERITY = {"enum": ["ERROR", "WARNING", "INFO"]}
RDFORMAT = Draft202012Validator(
    exactly(
        "source severity diagnostics",
        source=exactly("name", "url", name={"const": "binlint"}, url=LINK),
        severity=_SEVERITY,
        diagnostics=several(
            exactly(
                "message location severity code",
                "suggestions",
                location=exactly("path range", range=_RANGE),
                severity=_SEVERITY,
                code=exactly("value", "url", url=LINK),
                suggestions=several(exactly("range text", range=_RANGE, text={"type": "string"}), minItems=1),
            )
        ),
    )
)


def junit_tree(text: str) -> etree._Element:
    """The tree of a report that Jenkins' schema takes, but for the place of a test."""
    root = etree.fromstring(text.encode("utf-8"))
    strict = etree.fromstring(text.encode("utf-8"))
    for case in strict.iter("testcase"):
        for name in JUNIT_EXTRAS:
            case.attrib.pop(name, None)
    JUNIT.assertValid(strict)
    return root


# Lines

MATCHER = re.compile(
    json.loads(re.search(r'"regexp": (".*")', PAGE.read_text(encoding="utf-8"))[1])  # type: ignore[index]
)
FULL = re.compile(r"^(?P<path>.+?):(?P<line>\d+):\d+: (?:error|warning|note) (?P<code>BIN\d{3}) .*$")
GROUPED = re.compile(r"^  (?P<line>\d+):\d+ +(?P<code>BIN\d{3}) .*$")
PYLINT = re.compile(r"^(?P<path>.+?):(?P<line>\d+): \[(?P<code>BIN\d{3})\] .*$")
ANNOTATION = re.compile(
    r"::(?P<level>error|warning|notice) file=(?P<path>[^:,]+),line=(?P<line>\d+),endLine=\d+"
    r"(?:,col=\d+,endColumn=\d+)?,title=(?P<code>BIN\d{3}) [^:,]+::(?P<message>.+)"
)
ISSUE = re.compile(
    r"##vso\[task\.logissue type=(?P<type>error|warning);sourcepath=(?P<path>[^;\]]*);"
    r"linenumber=(?P<line>\d+);columnnumber=(?P<column>\d+);code=(?P<code>BIN\d{3});\](?P<message>[^\r\n]*)"
)
_ATTRIBUTE = re.compile(r"(\w+)='((?:[^'|\[\]]|\|(?:['\[\]|]|0x[0-9A-F]{4}))*)'")
_SERVICE = re.compile(rf"##teamcity\[(\w+)((?: {_ATTRIBUTE.pattern})*)\]")
_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_SPOT = re.compile(r":(\d+):\d+</code>")


def azure_text(text: str) -> str:
    """What the agent of Azure Pipelines makes of a property or a message."""
    for escape, character in (("%3B", ";"), ("%5D", "]"), ("%0D", "\r"), ("%0A", "\n"), ("%AZP25", "%")):
        text = text.replace(escape, character)
    return text


def service_message(line: str) -> dict[str, str]:
    """What TeamCity reads from a service message; its name stands under the empty name."""
    message = _SERVICE.fullmatch(line)
    assert message is not None, line

    def plain(text: str) -> str:
        units = re.sub(r"\|0x([0-9A-F]{4})", lambda match: chr(int(match[1], 16)), text)
        return re.sub(r"\|(['\[\]|])", r"\1", units).encode("utf-16", "surrogatepass").decode("utf-16")

    return {"": message[1], **{key: plain(value) for key, value in _ATTRIBUTE.findall(message[2])}}


def markdown_page(text: str) -> str:
    """The page in HTML, as GitHub makes it of a summary."""
    return str(_MARKDOWN.render(text))


def _matched(pattern: re.Pattern[str], lines: list[str]) -> Iterator[Told]:
    for match in filter(None, map(pattern.fullmatch, lines)):
        yield Told(match["path"], int(match["line"]), match["code"])


def _matched_by_editors(lines: list[str]) -> Iterator[Told]:
    for match in filter(None, map(MATCHER.match, lines)):
        yield Told(match[1], int(match[2]), match[4])


def _lines(text: str) -> list[str]:
    return text.split("\n")  # as programs read lines; `splitlines` would break at more characters


# Readers


def _full(text: str) -> Iterator[Told]:
    return _matched(FULL, _lines(text))


def _concise(text: str) -> Iterator[Told]:
    return _matched_by_editors(_lines(text))


def _grouped(text: str) -> Iterator[Told]:
    path = ""
    for line in _lines(text):
        if match := GROUPED.fullmatch(line):
            yield Told(path, int(match["line"]), match["code"])
        else:
            path = line.removesuffix(":")


def _pylint(text: str) -> Iterator[Told]:
    return _matched(PYLINT, _lines(text))


def _json(text: str) -> Iterator[Told]:
    document = json.loads(text)
    JSON_DOCUMENT.validate(document)
    for found in document["findings"]:
        yield Told(found["path"], found["line"], found["code"])


def _json_lines(text: str) -> Iterator[Told]:
    for line in _lines(text)[:-1]:
        found = json.loads(line)
        JSON_LINE.validate(found)
        yield Told(found["path"], found["line"], found["code"])


def _sarif(text: str) -> Iterator[Told]:
    log = json.loads(text)
    SARIF.validate(log)
    for result in log["runs"][0]["results"]:
        place = result["locations"][0]["physicalLocation"]
        path = unquote(place["artifactLocation"]["uri"], errors="surrogateescape")
        yield Told(path, place["region"]["startLine"], result["ruleId"])


def _github(text: str) -> Iterator[Told]:
    """The list in the fold, of which the annotations are the first ten of each level."""
    lines = _lines(text)
    commands = [match for match in map(ANNOTATION.fullmatch, lines) if match is not None]
    folds = [number for number, line in enumerate(lines) if line.startswith(("::group::", "::endgroup::"))]
    told = list(_matched_by_editors(lines[folds[0] + 1 : folds[1]])) if folds else []
    shown = [Told(_github_text(each["path"]), int(each["line"]), each["code"]) for each in commands]
    assert not Counter(shown) - Counter(told)
    assert len(shown) == len([line for line in lines if line.startswith("::")]) - len(folds)
    assert max(Counter(each["level"] for each in commands).values(), default=0) <= 10
    assert len(shown) >= min(10, len(told))
    yield from told


def _github_text(text: str) -> str:
    for escape, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, character)
    return text


def _gitlab(text: str) -> Iterator[Told]:
    issues = json.loads(text)
    CODE_QUALITY.validate(issues)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    for issue in issues:
        location = issue["location"]
        yield Told(location["path"], location["positions"]["begin"]["line"], issue["check_name"])


def _gitlab_secrets(text: str) -> Iterator[Told]:
    document = json.loads(text)
    SECRET_DETECTION.validate(document)
    assert len({each["id"] for each in document["vulnerabilities"]}) == len(document["vulnerabilities"])
    for each in document["vulnerabilities"]:
        location = each["location"]
        yield Told(location["file"], location["start_line"], each["identifiers"][0]["value"])


def _junit(text: str) -> Iterator[Told]:
    for case in junit_tree(text).iter("testcase"):
        if match := re.match(r"org\.binlint\.(BIN\d{3})", case.attrib["name"]):
            yield Told(case.attrib["file"], int(case.attrib["line"]), match[1])


def _rdjson(text: str) -> Iterator[Told]:
    document = json.loads(text)
    RDFORMAT.validate(document)
    for each in document["diagnostics"]:
        location = each["location"]
        yield Told(location["path"], location["range"]["start"]["line"], each["code"]["value"])


def _azure(text: str) -> Iterator[Told]:
    """Issues, and notes as plain lines."""
    lines = _lines(text)
    for told in _matched(ISSUE, lines):
        yield told._replace(path=azure_text(told.path))
    yield from _matched_by_editors([line for line in lines if not line.startswith("##vso[")])


def _teamcity(text: str) -> Iterator[Told]:
    messages = [service_message(line) for line in _lines(text) if line.startswith("##teamcity[")]
    types = [message["id"] for message in messages if message[""] == "inspectionType"]
    assert len(set(types)) == len(types)
    for message in messages[len(types) :]:
        assert message[""] == "inspection"
        assert message["typeId"] in types
        yield Told(message["file"], int(message["line"]), message["typeId"])


def _markdown(text: str) -> Iterator[Told]:
    for row in re.findall(r"<tr>\n(.*?)</tr>", markdown_page(text), re.DOTALL)[1:]:
        _, place, code, _ = re.findall(r"<td>(.*?)</td>", row)
        spot = _SPOT.search(place)
        assert spot is not None
        yield Told("", int(spot[1]), code)


READERS: dict[str, Callable[[str], Iterator[Told]]] = {
    "full": _full,
    "concise": _concise,
    "grouped": _grouped,
    "json": _json,
    "json-lines": _json_lines,
    "sarif": _sarif,
    "github": _github,
    "gitlab": _gitlab,
    "gitlab-secrets": _gitlab_secrets,
    "junit": _junit,
    "rdjson": _rdjson,
    "azure": _azure,
    "teamcity": _teamcity,
    "pylint": _pylint,
    "markdown": _markdown,
}


def read_back(name: str, text: str) -> list[Told]:
    """What a report in a format of `FORMATS` tells, after its schema and rules took it."""
    return list(READERS[name](text))
