"""One file through the analysis: text → facts → sightings, and later findings → findings fit to be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from binlint.catalogue import Catalogue
from binlint.facts import Facts
from binlint.finding import Finding, Location, Place, SecretText, Severity, Suggestion
from binlint.flow.sighting import Sighting
from binlint.flow.trace import Tracer
from binlint.flow.world import World
from binlint.frames import Masker, Replacement, Values
from binlint.report import Note
from binlint.rules import RULES
from binlint.sources.kinds import PYTHON
from binlint.sources.project import Project
from binlint.sources.source import Text
from binlint.syntax.company import names_host

if TYPE_CHECKING:
    from binlint.config import Config
    from binlint.syntax.concrete import Established

_COMPANY = frozenset({"inance"})
_SIGNING = frozenset({"signature", "X-MBX-APIKEY", "hmac", "load_pem_private_key"})
_DIRECTIVE = "binlint:"
_ESTABLISHED = 100_000  # characters of one file that libcst reads, about two seconds
_EACH = 250  # and what a statement costs besides


class Traced(NamedTuple):
    """What one file leads to: sightings, whose literals may stand in other files, and what goes to others.

    It holds raw secrets. It travels only from a worker to the process that has forked it, by a pipe.
    """

    path: str
    sightings: tuple[Sighting, ...] = ()
    foreign: frozenset[Location] = frozenset()  # literals that reach the client of another service
    notes: tuple[Note, ...] = ()
    skipped: Note | None = None
    talks_to: str = ""  # "us" if the file keeps company, "others" if it only talks to other hosts or vendors
    compiled: int = 0  # files that had to be compiled for it
    unfollowed: int = 0  # questions that were not carried into further files


class Draft(NamedTuple):
    """The findings of one file with the variables to suggest, and what must be masked when they are shown.

    `secrets` are those of the files that the findings touch; the examiner may know all of the project.
    """

    path: str
    findings: tuple[tuple[Finding, str], ...] = ()
    secrets: tuple[SecretText, ...] = ()
    places: tuple[Place, ...] = ()


class Outcome(NamedTuple):
    """What is said about one file in the end."""

    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()
    skipped: Note | None = None


def _where(error: Exception) -> str:
    """Where in binlint an error arose, and of what type. Its text could quote the file."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    if frame is None:
        return type(error).__name__
    code = frame.tb_frame.f_code
    return f"{type(error).__name__} in {code.co_name}, line {frame.tb_lineno}"


def died(path: str) -> Note:
    """What is said of a file whose worker died."""
    return Note(path, "the process that read it died", failure=True)


class Examiner:
    """Holds what is the same for all files of a run."""

    def __init__(self, config: Config, project: Project, material: frozenset[str], speaks: bool) -> None:
        self._config = config
        self.secrets: Values | None = None  # of the whole project, if they are not too many
        self.catalogue: Catalogue = Catalogue.load()
        self.world = World(self.catalogue, project, material, speaks)

    # text → facts → sightings

    def trace(self, path: str) -> Traced:
        """What a file leads to. A defect of binlint costs one file and not the run; its text is not told."""
        try:
            return self._trace(path)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other files must still be looked at
            return Traced(path, skipped=Note(path, "binlint failed on it", _where(error), failure=True))

    def relate(self, path: str) -> Traced:
        """The same for a file that uses what another one holds: also whose client it hands it to."""
        try:
            return self._trace(path, foreign=True)
        except Exception as error:  # noqa: BLE001
            return Traced(path, notes=(Note(path, "binlint failed on it", _where(error), failure=True),))

    def _trace(self, path: str, foreign: bool = False) -> Traced:
        text = self.world.text(path)
        if isinstance(text, Note):
            return Traced(path, skipped=text)
        before, unread = self.world.compiled, self.world.unread
        facts = self.world.facts(path)
        if facts is None:
            return Traced(path)
        notes = tuple(self._notes(facts, text))
        tracer = Tracer(facts, self.world, self._lender(facts), related=foreign)
        sightings = tuple(tracer.sightings()) if facts.scopes or facts.mentions else ()
        others = frozenset(tracer.foreign()) if foreign and facts.scopes else frozenset()
        if tracer.exhausted:
            notes += (
                Note(path, "too entangled to follow everywhere", f"{tracer.exhausted} questions given up"),
            )
        compiled = self.world.compiled - before
        unfollowed = tracer.unfollowed + self.world.unread - unread
        return Traced(path, sightings, others, notes, None, self._talks_to(facts), compiled, unfollowed)

    def _talks_to(self, facts: Facts) -> str:
        if facts.company:
            return "us"
        is_elsewhere = facts.other_hosts or any(map(self.catalogue.is_other_vendor, facts.roots))
        return "others" if is_elsewhere else ""

    def _lender(self, facts: Facts) -> Facts | None:
        """A file that says for another one whom it talks to: it holds the address, or uses it to sign."""
        if names_host(facts) or (facts.company and not facts.signs):
            return None
        project = self.world.project
        if not project.mentions(facts.path, _SIGNING):
            return None
        imported = list(project.imported(facts.path))
        handed_on = [path for each in imported for path in project.imported(each)]
        for path in dict.fromkeys((*imported, *handed_on, *project.importers(facts.path))):
            if path != facts.path and project.mentions(path, _COMPANY):
                other = self.world.facts(path)
                if other is not None and names_host(other) and not other.other_hosts:
                    return other
        return None

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

    # findings → findings that are fit to be shown

    def complete(self, draft: Draft) -> Outcome:
        """The findings of a file masked, with frames and suggestions, and without what it suppresses."""
        try:
            return self._complete(draft)
        except Exception as error:  # noqa: BLE001 - as above
            return Outcome(skipped=Note(draft.path, "binlint failed on it", _where(error), failure=True))

    def _complete(self, draft: Draft) -> Outcome:
        text = self.world.text(draft.path)
        if isinstance(text, Note):
            return Outcome(skipped=text)
        kind = self.world.kind(draft.path)
        secrets = self.secrets if self.secrets is not None else draft.secrets
        masker = Masker(text.text, [finding for finding, _ in draft.findings], secrets, draft.places)
        suggestions = _Suggestions(masker)
        findings = [
            masker.masked(finding)._replace(
                frame=masker.frame(finding.location.place),
                byte_columns=masker.byte_columns(finding.location.place),
                suggestion=suggestions.suggestion(finding, variable) if kind == PYTHON else None,
            )
            for finding, variable in draft.findings
            if self._config.is_on(finding.code, finding.location.path)
        ]
        return self._suppressed(text, kind, findings, masker)

    def _suppressed(self, text: Text, kind: str, findings: list[Finding], masker: Masker) -> Outcome:
        if _DIRECTIVE not in text.text or not self._config.ignore_comments:
            return Outcome(tuple(findings))
        from binlint import day
        from binlint.suppress import apply

        outcome = apply(
            text.path,
            text.text,
            findings,
            RULES,
            kind,
            today=day.today(),
            require_reason=self._config.require_reason,
        )
        reported = [f for f in outcome.reported if self._config.is_on(f.code, f.location.path)]
        suppressed = [
            finding._replace(reason=masker.mask_text(masker.mask_names(reason)))
            for finding, reason in zip(outcome.suppressed, outcome.reasons, strict=True)
        ]
        return Outcome((*outcome.kept, *reported), tuple(suppressed))


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
            established.lookup if self._is_alone(established, finding) else "",
        )

    def _is_alone(self, established: Established, finding: Finding) -> bool:
        """Whether the look-up takes the place of the reported literal and of nothing else."""
        place, statement = finding.location.place, finding.statement
        if statement is None or finding.steps[0].location != finding.location:
            return False
        lines = self._masker.lines

        def offset(line: int, column: int) -> int:
            return sum(len(text) + 1 for text in lines[statement.line - 1 : line - 1]) + column - 1

        return (established.start, established.end) == (
            offset(place.line, place.column),
            offset(place.end_line, place.end_column),
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
