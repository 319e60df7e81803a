"""One candidate file through the analysis: text → facts → sightings → findings that are fit to be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from binlint.catalogue import Catalogue
from binlint.facts import Facts
from binlint.finding import Finding, Kind, Severity, Suggestion
from binlint.flow.link import World
from binlint.flow.sighting import Sighting
from binlint.flow.trace import Tracer
from binlint.frames import Masker, Replacement
from binlint.report import Note
from binlint.rules import RULES
from binlint.rules.judge import judge
from binlint.sources.decode import decode
from binlint.sources.project import Project
from binlint.sources.source import Source, Text
from binlint.syntax.python import compile_facts

if TYPE_CHECKING:
    from binlint.config import Config
    from binlint.syntax.concrete import Established

_VARIABLES = {
    Kind.API_KEY: "API_KEY",
    Kind.SECRET_KEY: "API_SECRET",
    Kind.PRIVATE_KEY: "PRIVATE_KEY",
    Kind.PASSPHRASE: "PRIVATE_KEY_PASSPHRASE",
    Kind.UNKNOWN: "CREDENTIAL",
}
_DIRECTIVE = "binlint:"
_ESTABLISHED = 100_000  # characters of one file that libcst reads, about two seconds
_EACH = 250  # and what a statement costs besides


class Outcome(NamedTuple):
    """What became of one candidate."""

    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()
    skipped: Note | None = None
    stage: str = "candidate"


def lost(source: Source) -> Outcome:
    """What is said of a file whose worker died."""
    return Outcome(skipped=Note(source.path, "the process that read it died", failure=True))


def _where(error: Exception) -> str:
    """Where in binlint an error arose, and of what type. Its text could quote the file."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    if frame is None:
        return type(error).__name__
    code = frame.tb_frame.f_code
    return f"{type(error).__name__} in {code.co_name}, line {frame.tb_lineno}"


class Examiner:
    """Holds what is the same for all files of a run."""

    def __init__(self, config: Config, project_company: bool) -> None:
        self._config = config
        self._company = project_company
        self._catalogue: Catalogue = Catalogue.load()
        self._project = Project(config.cwd, self._catalogue.modules)

    def outcome(self, source: Source) -> Outcome:
        """`examine`, but a defect of binlint costs one file and not the run; its text is not told."""
        try:
            return self.examine(source)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other files must still be looked at
            return Outcome(skipped=Note(source.path, "binlint failed on it", _where(error), failure=True))

    def examine(self, source: Source) -> Outcome:
        """All that is to be said of one file."""
        text = decode(source)
        if isinstance(text, Note):
            return Outcome(skipped=text)
        facts = compile_facts(source.path, text.text)
        notes = tuple(self._notes(facts, text))
        tracer = Tracer(facts, World(self._catalogue, self._project.owns(source.path)), self._company)
        sightings = list(tracer.sightings())
        if tracer.exhausted:
            notes += (
                Note(
                    source.path,
                    "too entangled to follow everywhere",
                    f"{tracer.exhausted} questions given up",
                ),
            )
        findings = judge(facts, sightings, RULES, self._catalogue.samples) if sightings else []
        findings = self._completed(text, findings, sightings)
        kept, suppressed = self._suppressed(text, findings)
        stage = "finding" if findings else "compiled"
        return Outcome(tuple(kept), tuple(suppressed), notes, None, stage)

    def _notes(self, facts: Facts, text: Text) -> list[Note]:
        notes = []
        if facts.gaps:
            lines = ", ".join(
                f"{first}-{last}" if last > first else str(first) for first, last in facts.gaps[:10]
            )
            notes.append(
                Note(
                    facts.path, "read partly as text", f"{facts.reason or 'it does not parse'}: lines {lines}"
                )
            )
        if not text.exact:
            notes.append(Note(facts.path, "not in the encoding that it declares", f"read as {text.encoding}"))
        return notes

    def _selected(self, findings: list[Finding]) -> list[Finding]:
        return [f for f in findings if self._config.is_on(f.code, f.location.path)]

    def _completed(self, text: Text, findings: list[Finding], sightings: list[Sighting]) -> list[Finding]:
        if not findings:
            return []
        secrets = dict.fromkeys(sighting.text for sighting in sightings)
        places = {origin.place for sighting in sightings for origin in sighting.origins}
        masker = Masker(text.text, findings, secrets, places)
        selected = self._selected(findings)
        suggestions = _Suggestions(masker)
        return [
            masker.masked(finding)._replace(
                frame=masker.frame(finding.location.place),
                suggestion=suggestions.suggestion(finding, variable),
            )
            for finding, variable in zip(selected, _variables(selected), strict=True)
        ]

    def _suppressed(self, text: Text, findings: list[Finding]) -> tuple[list[Finding], list[Finding]]:
        if _DIRECTIVE not in text.text or not self._config.ignore_comments:
            return findings, []
        from binlint.suppress import apply

        outcome = apply(text.path, text.text, findings, RULES)
        reported = self._selected(list(outcome.reported))
        return [*outcome.kept, *reported], list(outcome.suppressed)


class _Suggestions:
    """The refactored statements of one file. Each takes libcst milliseconds, so it reads only so many."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._left = _ESTABLISHED

    def suggestion(self, finding: Finding, variable: str) -> Suggestion | None:
        """What could stand there instead; masked."""
        if finding.severity < Severity.WARNING or finding.statement is None:
            return None
        established = self._established(finding, variable)
        if established is None or len(finding.evidence) == 0:
            lookup = f'os.environ["{variable}"]'
            return Suggestion(
                finding.location.place, "", lookup, (variable,), "take the whole value from the environment"
            )
        first = finding.statement.line
        last = first + established.before.count("\n")
        replacement = Replacement(established.start, established.end, established.lookup)
        return Suggestion(
            finding.statement,
            self._masker.mask(first, last),
            self._masker.replaced(first, last, replacement),
            (established.variable,),
            established.note,
        )

    def _established(self, finding: Finding, variable: str) -> Established | None:
        place, statement = finding.steps[0].location.place, finding.statement
        if statement is None or self._left <= 0:
            return None
        from binlint.syntax.concrete import establish  # libcst: only when a finding is near

        established = establish(self._masker.lines, statement, place, variable)
        self._left -= _EACH + (len(established.before) if established is not None else 0)
        if established is not None and self._masker.mask_names(established.variable) != established.variable:
            return None  # the name of a variable that is a secret itself
        return established


def _variables(findings: list[Finding]) -> list[str]:
    """A variable for each finding: the same for the same kind of the same account, told apart otherwise."""
    names: list[str] = []
    counts: dict[str, int] = {}
    for finding in findings:
        base = f"BINANCE_{'TESTNET_' if finding.testnet else ''}{_VARIABLES[finding.kind]}"
        counts[base] = counts.get(base, 0) + 1
        names.append(base if counts[base] == 1 else f"{base}_{counts[base]}")
    return names
