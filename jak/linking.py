"""Link reports and studies: by command, or from a table with studies, arms and their reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from jakdb.errors import InputError, UsageError
from jakdb.words import Arm, Study

if TYPE_CHECKING:
    from jak.workspace import Review, Snapshot

__all__ = ["StudiesLoaded", "find_report", "load_studies", "parse_arm"]

COLUMNS = (
    "study",
    "label",
    "year",
    "design",
    "comparative",
    "randomised",
    "country",
    "registration",
    "note",
    "report",
    "role",
    "why",
    "arm",
    "arm_label",
    "group",
    "dose",
    "arm_note",
)
YES, NO = ("yes", "true", "1", "y"), ("", "no", "false", "0", "n")


@dataclass(frozen=True, slots=True)
class StudiesLoaded:
    """What a table of studies brought in."""

    studies: int
    arms: int
    links: int


def find_report(snapshot: Snapshot, named: str) -> int:
    """Return the report that a number, a DOI, a PMID or an exact title means.

    Raises
    ------
    UsageError
        If none or several reports answer to it.
    """
    word = named.strip()
    if word.isdigit() and int(word) in snapshot.report_of:
        return snapshot.report_of[int(word)]
    low = word.casefold().removeprefix("https://doi.org/").removeprefix("doi:").removeprefix("pmid:").strip()
    found = {
        snapshot.report_of[r.id]
        for r in snapshot.records.values()
        if low and low in (r.doi.casefold(), r.pmid, r.accession.casefold(), r.title.casefold().rstrip("."))
    }
    if len(found) == 1:
        return found.pop()
    what = "no report" if not found else f"{len(found)} reports"
    raise UsageError(
        f"{what} answers to {named!r}", hint="name it by its number, DOI, PMID or full title (`jak search records`)"
    )


def parse_arm(study: str, text: str) -> Arm:
    """Read ``key=group`` or ``key=group,dose``.

    Examples
    --------
    >>> parse_arm("dai_2020", "tofa=tofacitinib,5 mg bid")
    Arm(study_key='dai_2020', key='tofa', label='', group='tofacitinib', dose='5 mg bid', note='')
    """
    key, sign, rest = text.partition("=")
    group, _, dose = rest.partition(",")
    if not sign or not key.strip() or not group.strip():
        raise UsageError(
            f"--arm {text!r} is no arm", hint='write --arm "tofa=tofacitinib" or --arm "tofa=tofacitinib,5 mg bid"'
        )
    return Arm(study, key.strip(), group=group.strip(), dose=dose.strip())


def load_studies(review: Review, path: Path, *, by: str) -> StudiesLoaded:
    """Load studies, their arms and their reports from a table; one row an arm, whole or not at all.

    Raises
    ------
    InputError
        If a row names no study or an unknown report; `problems` lists every one with its row.
    """
    from jak.reading import read_text  # noqa: PLC0415
    from jakdb import numbers  # noqa: PLC0415
    from jakscreen.extract.sheet import read_sheet  # noqa: PLC0415

    sheet = read_sheet(read_text(path), name=path.name, columns=COLUMNS, required=("study",))
    snapshot = review.snapshot()
    problems = list(sheet.problems)
    studies: dict[str, Study] = {}
    arms: list[Arm] = []
    links: dict[tuple[str, int], tuple[str, str]] = {}
    for row in sheet.rows:
        cells, where = row.cells, f"row {row.row}"
        key = cells.get("study", "")
        if not key:
            problems.append(f"{where}: no study")
            continue
        try:
            studies.setdefault(key, _study(key, cells, where))
            if cells.get("arm"):
                words = {"label": cells.get("arm_label", ""), "group": cells.get("group", "")}
                arms.append(Arm(key, cells["arm"], **words, dose=cells.get("dose", ""), note=cells.get("arm_note", "")))
            for named in (x.strip() for x in cells.get("report", "").split(";")):
                if named:
                    role = cells.get("role", "") or "report"
                    if role not in ("report", "secondary"):
                        raise UsageError(f"role {role!r} is neither report nor secondary")
                    if role == "secondary" and not cells.get("why", ""):
                        raise UsageError("a secondary source needs its reason in the column why")
                    links[key, find_report(snapshot, named)] = (role, cells.get("why", ""))
        except UsageError as error:
            problems.append(f"{where}: {error}")
    if problems:
        raise InputError(
            f"{path.name}: {len(problems)} problem{'s' if len(problems) > 1 else ''}; nothing was loaded",
            hint=f"columns: {', '.join(COLUMNS)}",
            problems=tuple(problems),
        )
    changed = numbers.save_studies(review.store, list(studies.values()), by=by)
    changed_arms = numbers.save_arms(review.store, arms, by=by)
    standing = {(x.study_key, snapshot.report_of.get(x.record_id)) for x in numbers.links(review.store)}
    new = [(key, report, role, why) for (key, report), (role, why) in links.items() if (key, report) not in standing]
    for key, report, role, why in new:
        numbers.add_link(review.store, key, snapshot.voted(report).id, by=by, role=role, why=why)
    return StudiesLoaded(changed, changed_arms, len(new))


def link(
    review: Review, report: str, study: Study, arms: Sequence[Arm], *, role: str, why: str, by: str
) -> tuple[int, int]:
    """Link one report and one study, making or amending the study and its arms; return the link and the report."""
    from jakdb import numbers  # noqa: PLC0415

    doubled = [a.key for i, a in enumerate(arms) if a.key in {b.key for b in arms[:i]}]
    if doubled:
        raise UsageError(f"the arm {doubled[0]!r} was given twice", hint="each arm of a study needs its own key")
    snapshot = review.snapshot()
    number = find_report(snapshot, report)
    if role == "secondary" and not why.strip():
        raise UsageError("a secondary source needs a reason", hint="say it with --why")
    known = numbers.studies(review.store).get(study.key)
    if known is not None:
        study = Study(
            key=study.key,
            label=study.label or known.label,
            year=study.year or known.year,
            design=study.design or known.design,
            comparative=study.comparative or known.comparative,
            randomised=study.randomised or known.randomised,
            country=study.country or known.country,
            registration=study.registration or known.registration,
            note=study.note or known.note,
        )
    elif not study.label:
        from jak.citing import authors_short  # noqa: PLC0415

        record = snapshot.best(number)
        label = f"{authors_short(record)} {record.year or ''}".strip() or study.key
        study = replace(study, label=label, year=study.year or record.year)
    numbers.save_studies(review.store, [study], by=by)
    numbers.save_arms(review.store, arms, by=by)
    for standing in numbers.links(review.store):
        if (
            standing.study_key == study.key
            and snapshot.report_of.get(standing.record_id) == number
            and standing.role == role
        ):
            return standing.id, number
    return numbers.add_link(review.store, study.key, snapshot.voted(number).id, by=by, role=role, why=why), number


def _study(key: str, cells: dict[str, str], where: str) -> Study:
    """Read the study's own columns of a row."""
    year = cells.get("year", "")
    if year and not year.isdigit():
        raise UsageError(f"year {year!r} is no number")
    return Study(
        key=key,
        label=cells.get("label", "") or key,
        year=int(year) if year else None,
        design=cells.get("design", ""),
        comparative=_flag(cells, "comparative"),
        randomised=_flag(cells, "randomised"),
        country=cells.get("country", ""),
        registration=cells.get("registration", ""),
        note=cells.get("note", ""),
    )


def _flag(cells: dict[str, str], name: str) -> bool:
    """Read yes or no."""
    word = cells.get(name, "").casefold()
    if word in YES:
        return True
    if word in NO:
        return False
    raise UsageError(f"{name} {cells[name]!r} is neither yes nor no")
