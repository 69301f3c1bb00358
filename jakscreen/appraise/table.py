"""The appraisal table: an empty one to fill in, a filled one read, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from jakdb.errors import InputError, UsageError
from jakdb.words import Appraisal, Study
from jakscreen.appraise.catalogue import Instrument, instrument, instruments
from jakscreen.extract.sheet import read_sheet, write_sheet
from jakscreen.extract.vocabulary import near, number

__all__ = ["COLUMNS", "Loaded", "check", "load_table", "read_table", "template"]

COLUMNS = ("study", "instrument", "item", "question", "score", "reviewer", "quote", "note")
REQUIRED_COLUMNS = ("study", "instrument", "item", "score")
YES_NO = {"yes": 1.0, "y": 1.0, "no": 0.0, "n": 0.0}


@dataclass(frozen=True, slots=True)
class Loaded:
    """An appraisal table as read.

    Attributes
    ----------
    appraisals : tuple of Appraisal
        One a scored item, with the row of the table it stands in.
    problems : tuple of str
        What could not be read, each with its row.
    untouched : int
        Rows of the template without a score.
    """

    appraisals: tuple[Appraisal, ...]
    problems: tuple[str, ...]
    untouched: int = 0


def template(studies: Sequence[Study], name: str) -> str:
    """Return an appraisal table to fill in: one row for each study and item that is asked of its design.

    Raises
    ------
    UsageError
        If the instrument is unknown, or is made for none of the studies (PEDro without a randomised trial).

    Examples
    --------
    >>> text = template([Study("dai_2020", "Dai 2020")], "MINORS")
    >>> len(text.splitlines()), text.splitlines()[1]
    (9, 'dai_2020,MINORS,1,The aim is stated as a precise and relevant question,,,,')
    """
    scale = instrument(name)
    asked = [(study, question) for study in studies for question in scale.questions_for(study)]
    if not asked:
        raise UsageError(
            f"{scale.name} is for randomised trials, and none of the {len(studies)} studies is marked as one"
            if studies
            else "there is no study to appraise yet",
            hint="mark the randomised studies, or use another instrument: "
            + ", ".join(other.name for other in instruments() if other is not scale),
        )
    return write_sheet(
        COLUMNS,
        ((study.key, scale.name, question.key, question.text, "", "", "", "") for study, question in asked),
    )


def read_table(text: str, *, name: str) -> Loaded:
    r"""Read an appraisal table (comma, semicolon or tab; with or without a byte order mark).

    A score is a number, or yes or no. An item without a score makes no appraisal and shows up as missing in the totals.

    Examples
    --------
    >>> loaded = read_table("study,instrument,item,score,reviewer\ndai_2020,minors,1,2,Ann\n", name="minors.csv")
    >>> [(row.study, row.instrument, row.item, row.score, row.reviewer) for row in loaded.appraisals]
    [('dai_2020', 'MINORS', '1', 2.0, 'Ann')]
    """
    sheet = read_sheet(text, name=name, columns=COLUMNS, required=REQUIRED_COLUMNS)
    appraisals: list[Appraisal] = []
    problems = list(sheet.problems)
    untouched = 0
    for row in sheet.rows:
        written = row.cells.get("score", "").casefold()
        missing = [column for column in ("study", "instrument", "item") if not row.cells.get(column)]
        if missing:
            problems.append(f"row {row.row}: no {' and no '.join(missing)} given")
        elif not written:
            untouched += 1
        else:
            score = YES_NO.get(written, _number(written))
            if score is None:
                problems.append(f"row {row.row}: the score is {row.cells['score']!r}; write a number, yes or no")
            else:
                appraisals.append(
                    Appraisal(
                        study=row.cells["study"],
                        instrument=_known_name(row.cells["instrument"]),
                        item=_item(row.cells["item"]),
                        score=score,
                        reviewer=row.cells.get("reviewer", ""),
                        quote=row.cells.get("quote", ""),
                        note=row.cells.get("note", ""),
                        row=row.row,
                    )
                )
    return Loaded(tuple(appraisals), tuple(problems), untouched)


def check(appraisals: Sequence[Appraisal], studies: Mapping[str, Study]) -> tuple[str, ...]:
    """Return what is wrong with appraisals, each with its row; nothing of a table with errors is to be loaded.

    Examples
    --------
    >>> row = Appraisal("dai_2020", "PEDro", "2", 1, "Ann", row=2)
    >>> check([row], {"dai_2020": Study("dai_2020", "Dai 2020")})
    ('row 2: PEDro is for randomised trials, and dai_2020 is not marked as one',)
    """
    errors: list[str] = []
    first: dict[tuple[str, str, str, str], Appraisal] = {}
    for row in appraisals:
        errors.extend(f"row {row.row}: {error}" for error in _row_errors(row, studies))
        held = first.setdefault((row.study, row.instrument, row.item, row.reviewer), row)
        if held is not row:
            errors.append(
                f"row {row.row}: {row.reviewer or 'the same appraiser'} scored item {row.item} of {row.instrument} "
                f"for {row.study} in row {held.row} already"
            )
    return tuple(errors)


def load_table(text: str, *, name: str, studies: Mapping[str, Study]) -> tuple[Appraisal, ...]:
    """Read and check an appraisal table, whole or not at all.

    Raises
    ------
    InputError
        If a row cannot be read or is wrong; `problems` lists every one with its row.
    """
    loaded = read_table(text, name=name)
    problems = loaded.problems + check(loaded.appraisals, studies)
    if not problems and not loaded.appraisals:
        problems = (f"{name}: none of its {loaded.untouched} rows has a score",)
    if problems:
        count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise InputError(
            f"{name}: {count}; nothing was loaded", hint="correct the rows and load it again", problems=problems
        )
    return loaded.appraisals


def _row_errors(row: Appraisal, studies: Mapping[str, Study]) -> Iterator[str]:
    """Yield what is wrong with one row."""
    if row.study not in studies:
        yield f"the study {row.study!r} is not known{near(row.study, studies)}"
    scale = _find(row.instrument)
    if scale is None:
        names = [other.name for other in instruments()]
        yield f"the instrument {row.instrument!r} is not known{near(row.instrument, names)} ({', '.join(names)})"
        return
    question = next((question for question in scale.questions if question.key == row.item), None)
    if question is None:
        yield f"{scale.name} has no item {row.item!r}; its items are 1 to {len(scale.questions)}"
    allowed = [score for score, _ in scale.scores]
    if row.score is not None and row.score not in allowed:
        meanings = ", ".join(f"{number(score)} {meaning}" for score, meaning in scale.scores)
        yield f"the score {number(row.score)} is none of {scale.name}'s ({meanings})"
    study = studies.get(row.study)
    if study is None:
        return
    if scale.randomised_only and not study.randomised:
        yield f"{scale.name} is for randomised trials, and {study.key} is not marked as one"
    elif question is not None and question.comparative_only and not study.comparative:
        yield f"item {question.key} of {scale.name} is for comparative studies, and {study.key} is not marked as one"


def _find(name: str) -> Instrument | None:
    """Return an instrument by its name as tables hold it, or None."""
    return next((scale for scale in instruments() if scale.key == name.casefold()), None)


def _known_name(written: str) -> str:
    """Return an instrument's proper name, or what was written."""
    scale = _find(written)
    return scale.name if scale else written


def _item(written: str) -> str:
    """Return an item's key: a spreadsheet may have made 1 into 1.0, people write "item 1"."""
    key = written.casefold().removeprefix("item").strip()
    return key.removesuffix(".0")


def _number(written: str) -> float | None:
    """Return a finite number, or None."""
    try:
        value = float(written)
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None
