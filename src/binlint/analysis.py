"""The project through the analysis: each file is traced, what it leads to is gathered, judged and completed.

    sources → traced → related → judged → completed

A literal and the client that it reaches may stand in different files, so the verdict is on the project.
Tracing and completing are done by several processes where that pays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from binlint import candidates, workers
from binlint.config import Config
from binlint.examine import Draft, Examiner, Outcome, Traced, died
from binlint.finding import Finding, Kind, Location, Place, SecretText, Severity
from binlint.flow import budget
from binlint.flow.sighting import Sighting, Sink
from binlint.frames import MOST_VALUES, Values
from binlint.leak import Leak, PathUse
from binlint.names import CLEAR, is_plain, read_name
from binlint.report import Note
from binlint.rules import RULES
from binlint.rules.judge import judge
from binlint.shapes import Shape, classify
from binlint.sources.kinds import CODE, DOTENV, SCRIPT, kind_of
from binlint.sources.membership import members, would_commit
from binlint.sources.project import Project
from binlint.sources.source import Source
from binlint.sources.whole import given_to_others, is_material, may_be_taken, speaks_of_binance

_LOUD = frozenset({Shape.KEY, Shape.PRIVATE_KEY, Shape.ENCRYPTED_PRIVATE_KEY})
_FRAMEWORKS = frozenset({"ccxt", "hmac"})  # ways to Binance on which its name need not stand
_VARIABLES = {
    Kind.API_KEY: "API_KEY",
    Kind.SECRET_KEY: "API_SECRET",
    Kind.PRIVATE_KEY: "PRIVATE_KEY",
    Kind.PASSPHRASE: "PRIVATE_KEY_PASSPHRASE",
    Kind.UNKNOWN: "CREDENTIAL",
}


class Scope(NamedTuple):
    """What a run is about. `listed` are the paths that findings may stand in without a further question."""

    listed: frozenset[str]
    is_hook: bool  # files were named, so that the rest of the project is only what they lead to
    is_whole: bool = False  # and all of it was gathered for what they hold


class Analysed(NamedTuple):
    """What the analysis has to say."""

    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()
    skipped: tuple[Note, ...] = ()
    notes: tuple[Note, ...] = ()
    compiled: int = 0  # files that were compiled, candidates and what they lead to
    unfollowed: int = 0  # questions that were not carried into further files, for want of budget
    found: int = 0  # files that hold a finding
    leaks: tuple[Leak, ...] = ()  # the findings that are reported, with their values; none that is suppressed


def analyse(
    sources: Sequence[Source],
    config: Config,
    project: Project,
    scope: Scope,
    speaks: Callable[[], bool],
) -> Analysed:
    """Looks at what the byte filter has let through. `speaks` tells whether the project speaks of Binance.

    What the project has in hand besides is not traced for its own sake.
    """
    in_hand = [Source(path, project.read(path) or b"") for path in project.in_hand]
    material = frozenset(source.path for source in in_hand if is_material(source.path, source.data))
    is_ours = any(candidates.names_binance(source.data) or b"ccxt" in source.data for source in in_hand)
    examiner = Examiner(config, project, material, is_ours)
    traced = _traced(sources, examiner)
    read = [each.path for each in traced if each.skipped is None]
    related, strangers = _related(traced, examiner, project, speaks)
    traced += related
    drafts, leaks = _judged(traced, strangers, examiner, config, scope, speaks)
    outcomes = _completed(drafts, read, examiner, project, scope)
    if scope.is_whole:  # what could not be read elsewhere is for those who scan it
        traced = [each for each in traced if each.path in scope.listed]
    return Analysed(
        findings=tuple(f for outcome in outcomes for f in outcome.findings),
        suppressed=tuple(f for outcome in outcomes for f in outcome.suppressed),
        skipped=tuple(
            note
            for note in (*(t.skipped for t in traced), *(o.skipped for o in outcomes))
            if note is not None
        ),
        notes=tuple(dict.fromkeys(note for each in traced for note in each.notes)),
        compiled=sum(each.compiled for each in traced),
        unfollowed=sum(each.unfollowed for each in traced),
        found=len(drafts),
        leaks=_kept(leaks, outcomes),
    )


def _is_code(path: str) -> bool:
    return kind_of(path) in (*CODE, SCRIPT)


def _kept(leaks: Sequence[Leak], outcomes: Sequence[Outcome]) -> tuple[Leak, ...]:
    """The leaks that are reported, with their findings as they are shown."""
    shown = {(f.location, f.code): f for outcome in outcomes for f in outcome.findings}
    found = ((leak, shown.get((leak.finding.location, leak.finding.code))) for leak in leaks)
    return tuple(leak._replace(finding=finding) for leak, finding in found if finding is not None)


def _traced(sources: Sequence[Source], examiner: Examiner) -> list[Traced]:
    count = workers.count_for(sources)
    if count < 2:
        return [examiner.trace(source.path) for source in sources]

    def trace(source: Source) -> Traced:
        return examiner.trace(source.path)

    def lost(source: Source) -> Traced:
        return Traced(source.path, skipped=died(source.path))

    return workers.examine_all(sources, trace, lost, count)


# who uses what was found


def _related(
    traced: Sequence[Traced], examiner: Examiner, project: Project, speaks: Callable[[], bool]
) -> tuple[list[Traced], frozenset[str]]:
    """The files that import a credential of which no client is known yet, traced for its sake.

    They may hand it to a client, without a word that the byte filter would know, or to another service.
    Also the files whose readers talk to other services only.
    """
    homes = _unexplained(traced, examiner.catalogue.samples, speaks)
    if examiner.world.material and speaks():
        open_files = {each.path for each in traced} & examiner.world.material - _explained_files(traced)
        for path in sorted(filter(_is_code, open_files)):
            homes.setdefault(path, frozenset())  # some have neither name nor company: the client would tell
    readers_of = {path: tuple(_readers(path, words, project)) for path, words in homes.items()}
    readers = dict.fromkeys(reader for found in readers_of.values() for reader in found)
    near = list(readers) if readers and speaks() else []
    for hop in range(budget.HOPS if near else 0):  # what they hand it to need not name anybody either
        near = list(dict.fromkeys(path for each in near[: budget.RELATED] for path in project.imported(each)))
        wanted = [path for path in near if hop == 0 or project.mentions(path, _FRAMEWORKS)]
        readers.update(dict.fromkeys(wanted[: budget.RELATED]))
    known = {each.path for each in traced}
    found = {path: examiner.relate(path) for path in readers}
    strangers = set()
    for home, paths in readers_of.items():
        whom = {found[path].talks_to for path in paths}
        if "others" in whom and "us" not in whom:
            strangers.add(home)
    related = [
        each._replace(sightings=(), notes=()) if path in known else each for path, each in found.items()
    ]
    return [each._replace(skipped=None) for each in related], frozenset(strangers)


def _unexplained(
    traced: Sequence[Traced], samples: frozenset[str], speaks: Callable[[], bool]
) -> dict[str, frozenset[str]]:
    """The files with key-shaped texts that reach no client, and the outer names of those texts."""
    explained = {
        origin for each in traced for s in each.sightings if s.sink is not None for origin in s.origins
    }
    homes: dict[str, set[str]] = {}
    for each in traced:
        for sighting in each.sightings:
            is_code = _is_code(sighting.origins[0].path)
            is_open = is_code and sighting.sink is None and explained.isdisjoint(sighting.origins)
            if not is_open:
                continue
            if _is_loud(sighting, samples, speaks):
                names = (sighting.name.partition(".")[0], sighting.context.partition(".")[0])
                homes.setdefault(sighting.origins[0].path, set()).update(filter(None, names))
    return {path: frozenset(names) for path, names in sorted(homes.items())}


def _is_loud(sighting: Sighting, samples: frozenset[str], speaks: Callable[[], bool]) -> bool:
    """Whether a text is shaped like a credential. A private key without any company is nobody's."""
    shape = classify(sighting.text.reveal(), samples)
    if shape not in _LOUD:
        return False
    return bool(sighting.company) or sighting.named_binance or shape is Shape.KEY or speaks()


def _explained_files(traced: Sequence[Traced]) -> frozenset[str]:
    """The files with literals that reach a client."""
    return frozenset(
        origin.path for each in traced for s in each.sightings if s.sink is not None for origin in s.origins
    )


def _readers(path: str, words: frozenset[str], project: Project) -> Iterable[str]:
    """The files that import a file, or what imports it in order to hand it on."""
    seen = {path: None}
    waiting = [path]
    while waiting and len(seen) < budget.FAR.users:
        for importer in project.importers(waiting.pop(0)):
            if importer not in seen and len(seen) < budget.FAR.users:
                seen[importer] = None
                if importer.endswith("__init__.py") or project.mentions(importer, words | {"import *"}):
                    waiting.append(importer)
    del seen[path]
    return seen


# verdicts


def _judged(
    traced: Sequence[Traced],
    strangers: frozenset[str],
    examiner: Examiner,
    config: Config,
    scope: Scope,
    speaks: Callable[[], bool],
) -> tuple[list[Draft], list[Leak]]:
    foreign = frozenset(origin for each in traced for origin in each.foreign)
    sightings = list(
        _weighed([s for each in _in_order(traced) for s in each.sightings], foreign, strangers, speaks)
    )
    findings = judge(sightings, RULES, examiner.catalogue.samples)
    if not findings:
        return [], []
    tree = _in_tree(findings, config, scope)
    texts = {sighting.origins[0]: sighting.text for sighting in sightings}
    reported = _reported(tree, config, scope, examiner.world.project)
    counted = tree if scope.is_whole else reported
    variables = dict(zip(counted, _variables(counted, texts), strict=True))
    by_file: defaultdict[str, list[tuple[Finding, str]]] = defaultdict(list)
    for finding, warned in zip(reported, _warned_of_git(reported, config), strict=True):
        by_file[finding.location.path].append((warned, variables[finding]))
    every = dict.fromkeys(sighting.text for sighting in sightings)
    if len(every) <= MOST_VALUES:  # a line may hold a part of what only another file gives away as a secret
        examiner.secrets = Values(every)
    secrets: defaultdict[str, dict[SecretText, None]] = defaultdict(dict)
    places: defaultdict[str, dict[Place, None]] = defaultdict(dict)
    for sighting in sightings:
        for path in {step.location.path for step in sighting.way}:
            secrets[path][sighting.text] = None
        for origin in sighting.origins:
            secrets[origin.path][sighting.text] = None
            places[origin.path][origin.place] = None
    drafts = [
        Draft(path, tuple(found), _secrets(found, secrets), tuple(places[path]))
        for path, found in sorted(by_file.items())
    ]
    shown = [finding for found in by_file.values() for finding, _ in found]
    leaks = _leaks(shown, sightings)
    return drafts, list(_with_importers(_with_paths(leaks, sightings, foreign), examiner, scope))


def _leaks(findings: Iterable[Finding], sightings: Iterable[Sighting]) -> Iterator[Leak]:
    """The findings with their values. A literal that reaches a client is known by what arrives there."""
    by_literal: dict[Location, Sighting] = {}
    for sighting in sightings:
        known = by_literal.get(sighting.origins[0])
        if known is None or (known.sink is None and sighting.sink is not None):
            by_literal[sighting.origins[0]] = sighting
    for finding in findings:
        found = by_literal.get(finding.steps[0].location)
        if found is not None:
            yield Leak(finding, found.text, found.origins, found.name, found.group)


def _with_paths(
    leaks: Iterable[Leak], sightings: Iterable[Sighting], foreign: frozenset[Location]
) -> Iterator[Leak]:
    """The same with the calls that take a value, where each of them takes the path of a key file as well."""
    uses: defaultdict[Location, dict[PathUse | None, None]] = defaultdict(dict)
    for sighting in sightings:
        if sighting.sink is not None:
            for origin in sighting.origins:
                is_alone = len(sighting.origins) == 1
                uses[origin][_path_use(sighting.sink) if is_alone else None] = None
    for leak in leaks:
        found = [] if leak.origins[0] in foreign else uses[leak.origins[0]]
        paths = tuple(use for use in found if use is not None)
        yield leak._replace(paths=paths) if len(paths) == len(found) else leak


def _path_use(sink: Sink) -> PathUse | None:
    return PathUse(sink.location, sink.callee, sink.parameter, sink.index) if sink.callee else None


def _with_importers(leaks: Iterable[Leak], examiner: Examiner, scope: Scope) -> Iterator[Leak]:
    """The same with the files that may import such a value, where the run has seen all there are."""
    project = examiner.world.project
    for leak in leaks:
        if leak.paths and not scope.is_hook:
            readers = tuple(_readers(leak.origins[0].path, frozenset(), project))
            if len(readers) + 1 < budget.FAR.users:
                leak = leak._replace(importers=readers)
        yield leak


def _in_order(traced: Sequence[Traced]) -> list[Traced]:
    """The same whichever process was done first."""
    return sorted(traced, key=lambda each: each.path)


def _secrets(
    found: Sequence[tuple[Finding, str]], secrets: dict[str, dict[SecretText, None]]
) -> tuple[SecretText, ...]:
    """The values of all files that the ways of some findings touch: their names may be secrets too."""
    paths = dict.fromkeys(step.location.path for finding, _ in found for step in finding.steps)
    return tuple(dict.fromkeys(text for path in paths for text in secrets.get(path, ())))


def _weighed(
    sightings: Sequence[Sighting],
    foreign: frozenset[Location],
    strangers: frozenset[str],
    speaks: Callable[[], bool],
) -> Iterator[Sighting]:
    """Without what goes to another service; with the company of the project where there is no other."""
    reached: defaultdict[str, list[tuple[Place, SecretText]]] = defaultdict(list)
    for sighting in sightings:
        if sighting.sink is not None:
            for origin in sighting.origins:
                reached[origin.path].append((origin.place, sighting.text))
    for sighting in sightings:
        if sighting.sink is not None:
            yield sighting
        elif foreign.isdisjoint(sighting.origins) and not _is_part(sighting, reached):
            alone = not sighting.company and not sighting.named_binance
            if not alone:
                yield sighting
            elif sighting.origins[0].path not in strangers:
                if speaks():
                    yield _in_project(sighting)
                elif _is_clear(sighting):
                    yield sighting


def _is_clear(sighting: Sighting) -> bool:
    """Whether a name is enough without any company: in files that are no code many things are a key."""
    is_code = _is_code(sighting.origins[0].path)
    return is_code or (read_name(sighting.name).strength >= CLEAR and is_plain(sighting.name))


def _in_project(sighting: Sighting) -> Sighting:
    """In the company of its project. The environment of a program is about whatever the program does."""
    if kind_of(sighting.origins[0].path) == DOTENV and sighting.name:
        sighting = sighting._replace(company=("it is the environment of a project that uses Binance",))
    return sighting._replace(project=True)


def _is_part(sighting: Sighting, reached: Mapping[str, Sequence[tuple[Place, SecretText]]]) -> bool:
    """Whether a text stands within a longer one that reaches a client itself."""
    path, place = sighting.origins[0]
    value = sighting.text.reveal()
    return any(
        outer[:2] <= place[:2] and place[2:] <= outer[2:] and value in text.reveal()
        for outer, text in reached.get(path, ())
    )


def _in_tree(findings: list[Finding], config: Config, scope: Scope) -> list[Finding]:
    """The findings in files of the run, and in those that belong to the tree."""
    elsewhere = {f.location.path for f in findings} - scope.listed
    if not elsewhere:
        return findings
    known = scope.listed | members(sorted(elsewhere), config, scope.is_hook)
    return [finding for finding in findings if finding.location.path in known]


def _reported(findings: list[Finding], config: Config, scope: Scope, project: Project) -> list[Finding]:
    """The findings in files of the run, and others by their way to the run.

    What the piece of a hook that is given such a file finds without this run is left to it.
    """
    elsewhere = {f.location.path for f in findings} - scope.listed
    if not elsewhere:
        return findings

    def speaks() -> bool:
        return speaks_of_binance(config.root)

    alone = [path for path in elsewhere if may_be_taken(path, project.read(path) or b"", speaks)]
    passed = given_to_others(alone, scope.listed, config) if alone and scope.is_hook else frozenset()

    def is_reported(finding: Finding) -> bool:
        if finding.location.path in scope.listed:
            return True
        stations = (*finding.steps, *finding.also)
        return finding.location.path not in passed and any(s.location.path in scope.listed for s in stations)

    return [finding for finding in findings if is_reported(finding)]


def _warned_of_git(findings: list[Finding], config: Config) -> list[Finding]:
    """Says of a `.env` with credentials that git would commit it: others rely on its being ignored."""
    paths = sorted({f.location.path for f in findings if kind_of(f.location.path) == DOTENV})
    open_to_git = would_commit(paths, config)
    return [
        finding._replace(message=f"{finding.message}, in a file that git would commit")
        if finding.location.path in open_to_git and finding.severity > Severity.NOTE
        else finding
        for finding in findings
    ]


def _variables(findings: list[Finding], texts: dict[Location, SecretText]) -> list[str]:
    """A variable for each finding: the same for the same value, told apart otherwise."""
    names: list[str] = []
    taken: defaultdict[str, dict[object, int]] = defaultdict(dict)
    for finding in findings:
        base = f"BINANCE_{'TESTNET_' if finding.testnet else ''}{_VARIABLES[finding.kind]}"
        value = texts.get(finding.steps[0].location, finding.location)
        number = taken[base].setdefault(value, len(taken[base]) + 1)
        names.append(base if number == 1 else f"{base}_{number}")
    return names


# what is shown


def _completed(
    drafts: Sequence[Draft], traced: Iterable[str], examiner: Examiner, project: Project, scope: Scope
) -> list[Outcome]:
    """All drafts completed; files without a finding may still hold directives that speak of none."""
    known = {draft.path for draft in drafts}
    empty = [Draft(path) for path in dict.fromkeys(traced) if path not in known]
    waiting = [*drafts, *(draft for draft in empty if draft.path in scope.listed)]
    sizes = [Source(draft.path, project.read(draft.path) or b"") for draft in drafts]
    count = workers.count_for(sizes)
    if count < 2:
        return [examiner.complete(draft) for draft in waiting]
    by_path = {draft.path: draft for draft in waiting}

    def complete(source: Source) -> Outcome:
        return examiner.complete(by_path[source.path])

    def lost(source: Source) -> Outcome:
        return Outcome(skipped=died(source.path))

    rest = [examiner.complete(draft) for draft in waiting if draft.path not in known]
    return [*rest, *workers.examine_all(sizes, complete, lost, count)]
