"""Which numbers an analysis takes from the extraction, and what is kept of the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from jak.settings import AnalysisSpec
from jakdb.errors import GateError, UsageError
from jakdb.words import Arm, Extraction, Study
from jakscreen.extract import FIELDS_OF, STATUSES, ArmCount, Cell, Resolution, covers, in_force, pair_counts

__all__ = [
    "HIGH_RISK",
    "NOT_STATED",
    "SECONDARY",
    "Account",
    "LeftOut",
    "check_included",
    "check_words",
    "counts_of",
    "is_one_of",
    "not_extracted",
    "of_groups",
    "without_words",
]

NOT_STATED = "not stated"
NEEDS = {"count": "events and n", "rate": "events and person_time", "mean": "mean, sd (or se) and n"}
DENOMINATORS = ("n", "person_time")
SECONDARY, HIGH_RISK = "secondary", "high_risk"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An arm (or, with an empty arm, a whole study) that is not pooled, and why."""

    study: str
    arm: str
    why: str

    def __str__(self) -> str:
        """Return it as a line of a list."""
        return f"{self.study}{f', {self.arm}' if self.arm else ''}: {self.why}"


@dataclass(slots=True)
class Account:
    """What is left out and noted while the columns are made."""

    left_out: list[LeftOut] = field(default_factory=list)
    passed_over: list[LeftOut] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def leave_out(self, count: ArmCount, why: str) -> None:
        """Name an arm that a rule of the analysis takes out."""
        self.left_out.append(LeftOut(count.study, count.arm, why))

    def pass_over(self, count: ArmCount, why: str) -> None:
        """Name a number that is not taken; it matters only if the arm has no other."""
        self.passed_over.append(LeftOut(count.study, count.arm, why))

    def left_out_but_for(self, used: Collection[tuple[str, str]]) -> tuple[LeftOut, ...]:
        """Return what is left out, each once, without numbers of arms that are pooled with another number."""
        passed = [entry for entry in self.passed_over if (entry.study, entry.arm) not in used]
        return tuple(dict.fromkeys(self.left_out + passed))

    def note(self, sentence: str) -> None:
        """Keep a caution, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)


def check_words(spec: AnalysisSpec) -> None:
    """Raise for a word of leave_out or without that leaves nothing out because it is unknown."""
    known = (*STATUSES, SECONDARY, HIGH_RISK)
    for setting, words in (("leave_out", spec.leave_out), ("without", spec.without)):
        for word in words:
            if word not in known:
                raise UsageError(
                    f"analysis {spec.name}: {setting} holds {word!r}, which is neither a status, 'secondary' nor "
                    f"'high_risk'",
                    hint=f"one of: {', '.join(known)}",
                )


def counts_of(
    spec: AnalysisSpec,
    rows: Sequence[Extraction],
    resolutions: Mapping[Cell, Resolution | tuple[float | None, str, str]],
    arms: Sequence[Arm],
) -> list[ArmCount]:
    """Return the counts of the analysis's outcome, or say what there is instead."""
    force = in_force(rows, resolutions)
    open_here = [
        difference
        for difference in force.open
        if covers(difference.cell.outcome, spec.outcome) and difference.cell.field in FIELDS_OF[spec.kind]
    ]
    if open_here:
        raise GateError(
            f"analysis {spec.name}: extractors differ about {len(open_here)} of its numbers",
            hint="settle each difference, with a reason, before pooling",
            problems=tuple(str(difference) for difference in open_here),
        )
    groups = {(arm.study_key, arm.key): arm.group for arm in arms if arm.group}
    paired = pair_counts(force.rows, kind=spec.kind)
    counts = [
        replace(count, group=count.group or groups.get((count.study, count.arm), ""))
        for count in paired
        if count.outcome == spec.outcome
    ]
    above = {row.field for count in counts for row in count.rows if row.field not in DENOMINATORS}
    other = {row.field for row in force.rows if row.outcome == spec.outcome and row.value is not None}
    if not above and other.difference(DENOMINATORS):
        raise UsageError(
            f"analysis {spec.name}: {spec.measure} needs {NEEDS[spec.kind]}, and of {spec.outcome!r} there are only "
            + ", ".join(sorted(other)),
            hint="extract those, or give the analysis another measure",
        )
    if not counts:
        told = {count.outcome for count in paired if any(row.field not in DENOMINATORS for row in count.rows)}
        raise UsageError(
            f"analysis {spec.name}: nobody extracted the outcome {spec.outcome!r}",
            hint=f"outcomes with numbers: {', '.join(sorted(told)) or 'none yet'}",
        )
    return counts


def check_included(
    counts: Iterable[ArmCount],
    included: Collection[str],
    secondary: Collection[str],
    excluded: Mapping[str, str],
) -> None:
    """Raise if a number belongs to a study that the review has not included."""
    rows_of: dict[str, set[int]] = {}
    for count in counts:
        if count.study not in included and count.study not in secondary:
            given = {row.row for row in count.rows if row.value is not None}
            if given:
                rows_of.setdefault(count.study, set()).update(given)
    if rows_of:
        problems = tuple(
            f"{study} (rows {', '.join(map(str, sorted(rows)))}): {excluded.get(study, 'no included report')}"
            for study, rows in rows_of.items()
        )
        names = ", ".join(rows_of)
        raise GateError(
            f"numbers of studies that are not included: {names}",
            hint="include a report of each at full text and link it, or declare the source as secondary with a reason "
            "(jak pool link), or take the rows out of the extraction",
            problems=problems,
        )


def is_one_of(group: str, groups: Iterable[str]) -> bool:
    """Say whether a group is among those named, without regard to case."""
    return group.casefold() in {name.casefold() for name in groups}


def of_groups(spec: AnalysisSpec, counts: Sequence[ArmCount], account: Account) -> list[ArmCount]:
    """Keep the arms of the groups that the analysis names."""
    there = sorted({count.group for count in counts if count.group})
    for setting, names in (("treatment", spec.treatment), ("control", spec.control)):
        for name in names:
            if counts and not is_one_of(name, there):
                raise UsageError(
                    f"analysis {spec.name}: no arm with numbers of {spec.outcome!r} is in the {setting} group {name!r}",
                    hint=f"groups with such numbers: {', '.join(there) or 'none'}",
                )
    kept: list[ArmCount] = []
    for count in counts:
        is_control = is_one_of(count.group, spec.control)
        if is_control and not spec.two_arm:
            account.leave_out(count, f"control group {count.group}")
        elif not is_control and spec.treatment and not is_one_of(count.group, spec.treatment):
            account.leave_out(count, f"group {count.group or NOT_STATED} is not part of this analysis")
        else:
            kept.append(count)
    return kept


def without_words(
    words: Collection[str],
    counts: Sequence[ArmCount],
    account: Account,
    *,
    secondary: Collection[str],
    high_risk: Collection[str],
) -> list[ArmCount]:
    """Leave out numbers of some statuses, of secondary sources, of studies at high risk of bias."""
    kept: list[ArmCount] = []
    for count in counts:
        statuses = sorted(count.statuses.intersection(words))
        if statuses:
            at = f" at {count.time}" if count.time else ""
            account.leave_out(count, f"status {', '.join(statuses)}{at}")
        elif SECONDARY in words and count.study in secondary:
            account.leave_out(count, "secondary source")
        elif HIGH_RISK in words and count.study in high_risk:
            account.leave_out(count, "high risk of bias")
        else:
            kept.append(count)
    return kept


def not_extracted(
    spec: AnalysisSpec,
    given_for: Collection[tuple[str, str]],
    *,
    studies: Mapping[str, Study],
    arms: Sequence[Arm],
    taking_part: Collection[str],
) -> tuple[LeftOut, ...]:
    """Return the arms of the studies taking part, in the groups of the analysis, without any number of its outcome."""
    why = f"no number of {spec.outcome} was extracted"
    silent: list[LeftOut] = []
    for study in studies:
        own = [arm for arm in arms if arm.study_key == study]
        if study not in taking_part:
            continue
        if not own and not any(key == study for key, _ in given_for):
            silent.append(LeftOut(study, "", why))
        for arm in own:
            is_control = is_one_of(arm.group, spec.control)
            asked = spec.two_arm if is_control else not spec.treatment or is_one_of(arm.group, spec.treatment)
            if asked and (study, arm.key) not in given_for:
                silent.append(LeftOut(study, arm.key, why))
    return tuple(silent)
