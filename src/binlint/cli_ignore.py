"""`--add-ignore`: writes directives into the sources, proven before. Nothing here shows a value."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from binlint import engine
from binlint.baseline.inline import Annotated, Refused, annotated, defect
from binlint.errors import ConfigError
from binlint.files import LARGEST, NotRegular, TooLarge, open_regular, read_chunk, read_rest
from binlint.finding import Finding, Severity
from binlint.fixing import transaction
from binlint.fixing.plan import FilePlan, Plan
from binlint.reporters.clean import clean
from binlint.reporters.listing import ordered, spot
from binlint.reporters.summary import counted
from binlint.sources.kinds import kind_in

if TYPE_CHECKING:
    from binlint.cli_baseline import Filter
    from binlint.cli_progress import Bar
    from binlint.config import Config
    from binlint.engine import Examined
    from binlint.sources.discover import Discovery

_OWN = "BIN9"  # findings about directives
_ROUNDS = 10
_STILL_THERE = "with a directive, it would still be reported, or something else would be"


class _Run(NamedTuple):
    """How the project is looked at: as it is, or as it would be."""

    config: Config
    discovery: Discovery
    known: Filter | None

    def reported(self, planned: Mapping[str, bytes] | None = None, bar: Bar | None = None) -> Examined:
        """What a run reports."""
        found = engine.examine(self.config, self.discovery, planned=planned, progress=bar)
        return found if self.known is None else self.known.applied(found)

    def values(self, planned: Mapping[str, bytes] | None = None) -> Counter[tuple[object, ...]]:
        """Every value that stands somewhere, whatever directives and the baseline say."""
        config = self.config._replace(ignore_comments=False)
        found = engine.examine(config, self.discovery, planned=planned)
        return Counter((leak.finding.location.path, leak.finding.code, leak.value) for leak in found.leaks)


def add(
    config: Config, discovery: Discovery, known: Filter | None, reason: str, bar: Bar | None
) -> Iterator[str]:
    """Writes a directive at everything that is reported, and yields what was done and what was not.

    Raises ConfigError for a reason that is none, and NotWritten when a file cannot be replaced.
    """
    reason = " ".join(reason.split(" ")).strip()
    wrong = defect(reason)
    if wrong:
        raise ConfigError(f"--add-ignore: {wrong}")
    if not config.ignore_comments:
        raise ConfigError("--add-ignore and --no-ignore-comments exclude each other")
    run = _Run(config, discovery, known)
    found = run.reported(bar=bar)
    if any(leak.value.reveal() in reason for leak in found.leaks):
        raise ConfigError("--add-ignore: the reason holds a value that is reported")
    before, files = _planned(found, config, reason)
    files = _proven(files, before, found, run)
    plan = Plan(
        tuple(FilePlan(path, before[path], each.data) for path, each in sorted(files.items()) if each.done)
    )
    if plan.files:
        transaction.write(
            transaction.Prepared(plan), config.root, lambda path: os.path.join(config.cwd, path)
        )
    yield from _told(files)


def _planned(found: Examined, config: Config, reason: str) -> tuple[dict[str, bytes], dict[str, Annotated]]:
    """The files as they are and as they would be."""
    wanted: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in ordered(found.report.findings):
        if finding.severity >= min(config.fail_on, Severity.WARNING) and not finding.code.startswith(_OWN):
            wanted[finding.location.path].append(finding)
    before: dict[str, bytes] = {}
    files = {}
    for path, findings in wanted.items():
        data = _read(os.path.join(config.cwd, path))
        if data is None:
            files[path] = Annotated(b"", refused=_all(findings, "it cannot be read"))
        else:
            before[path] = data
            files[path] = annotated(path, data, kind_in(path, data), findings, reason)
    return before, files


def _read(place: str) -> bytes | None:
    try:
        descriptor = open_regular(place, LARGEST)
    except (OSError, ValueError, NotRegular, TooLarge):
        return None
    try:
        return read_rest(descriptor, read_chunk(descriptor), LARGEST)
    except (OSError, TooLarge):
        return None
    finally:
        os.close(descriptor)


def _proven(
    files: dict[str, Annotated], before: Mapping[str, bytes], found: Examined, run: _Run
) -> dict[str, Annotated]:
    """The files without those whose directives would not do what they should, and only that."""
    values = run.values() if any(each.done for each in files.values()) else Counter()
    for _ in range(_ROUNDS):
        planned = {path: each.data for path, each in files.items() if each.done}
        if not planned:
            return files
        wanted = _counted(found.report.findings)
        wanted.subtract(_counted(f for each in files.values() for f in each.done))
        again = _counted(run.reported(planned).report.findings)
        bad = _differing(wanted, again) | _differing(values, run.values(planned))
        if not bad:
            return files
        bad = bad & planned.keys() or set(planned)
        for path in bad:
            each = files[path]
            files[path] = Annotated(before[path], refused=(*each.refused, *_all(each.done, _STILL_THERE)))
    return {
        path: Annotated(before.get(path, b""), refused=(*each.refused, *_all(each.done, _STILL_THERE)))
        for path, each in files.items()
    }


def _all(findings: Iterable[Finding], why: str) -> tuple[Refused, ...]:
    return tuple(Refused(finding, why) for finding in findings)


def _counted(findings: Iterable[Finding]) -> Counter[tuple[object, ...]]:
    return Counter((finding.location.path, finding.code) for finding in findings)


def _differing(first: Counter[tuple[object, ...]], second: Counter[tuple[object, ...]]) -> set[str]:
    """The paths of which two counts say different things."""
    return {str(key[0]) for key in {*first, *second} if first[key] != second[key]}


def _told(files: Mapping[str, Annotated]) -> Iterator[str]:
    done = [path for path, each in files.items() if each.done]
    number = sum(len(files[path].done) for path in done)
    if done:
        places = f"{counted(number, 'finding')} in {counted(len(done), 'file')}"
        yield f"Ignored {places}. Whoever reads the code has the values: revoke what is live.\n"
    refused = [each for path in sorted(files) for each in files[path].refused]
    if refused:
        yield "No directive for:\n"
        yield from (
            f"  {spot(each.finding.location)}: {each.finding.code}: {clean(each.why)}\n" for each in refused
        )
