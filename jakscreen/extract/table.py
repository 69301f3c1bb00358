"""The extraction table: an empty one to fill in, and a filled one read into rows, one number each."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from jakdb.words import Arm, Extraction, Study
from jakscreen.extract.sheet import SheetRow, read_sheet, write_sheet
from jakscreen.extract.vocabulary import COLUMNS, REQUIRED_COLUMNS

__all__ = ["Loaded", "read_table", "template"]

TEMPLATE_FIELDS = {"count": ("events", "n"), "rate": ("events", "person_time"), "mean": ("mean", "sd", "n")}
NOT_REPORTED = frozenset({"", "nr", "n.r.", "not reported", "not_reported", "na", "n/a", "n.a."})
STATUS_ALIASES = {"derived": "read_derived", "secondary": "read_secondary", "printed": "read"}
SAID = ("status", "source", "quote", "note", "extractor", "definition")

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_THOUSANDS = re.compile(r"\d{1,3}([, ]\d{3})+")
_FRACTION = re.compile(r"(\d+)\s*(?:/|of)\s*(\d+)")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A table as read: its numbers, whom they are about, and what could not be read.

    Attributes
    ----------
    rows : tuple of Extraction
        One a number, with the row of the table it stands in.
    studies : tuple of str
        Keys of the studies, in the order of the table.
    arms : tuple of (str, str)
        Study and arm.
    problems : tuple of str
        What could not be read, each with its row. A table with problems is not to be loaded at all.
    untouched : int
        Rows of the template that nobody filled in: no value, and nothing else said about it.
    """

    rows: tuple[Extraction, ...]
    studies: tuple[str, ...]
    arms: tuple[tuple[str, str], ...]
    problems: tuple[str, ...]
    untouched: int = 0


def template(
    studies: Sequence[Study],
    arms: Sequence[Arm],
    outcomes: Sequence[str],
    *,
    kinds: Mapping[str, Collection[str]] | None = None,
) -> str:
    """Return an extraction table to fill in: the heading and a row for each arm, outcome, and number to read.

    The numbers are events and n, or what the `kinds` of an outcome say (``rate``: events and person_time; ``mean``:
    mean, sd and n). A study without a known arm gets its rows with an empty arm, so that it is not forgotten.

    Examples
    --------
    >>> text = template([Study("dai_2020", "Dai 2020")], [Arm("dai_2020", "tofa", group="tofacitinib")], ["salt50"])
    >>> for line in text.splitlines():
    ...     print(line)
    study,arm,group,outcome,definition,time,population,field,value,status,source,quote,extractor,note
    dai_2020,tofa,tofacitinib,salt50,,,,events,,,,,,
    dai_2020,tofa,tofacitinib,salt50,,,,n,,,,,,
    """

    def lines() -> Iterator[tuple[str, ...]]:
        """Yield the empty rows."""
        for study in studies:
            own = [arm for arm in arms if arm.study_key == study.key] or [Arm(study.key, "")]
            for arm in own:
                for outcome in outcomes:
                    for field in _fields((kinds or {}).get(outcome, ("count",))):
                        given = {"study": study.key, "arm": arm.key, "group": arm.group, "outcome": outcome}
                        given["field"] = field
                        yield tuple(given.get(column, "") for column in COLUMNS)

    return write_sheet(COLUMNS, lines())


def _fields(kinds: Collection[str]) -> tuple[str, ...]:
    """Return the fields of some kinds, each once."""
    return tuple(dict.fromkeys(field for kind in kinds for field in TEMPLATE_FIELDS[kind]))


def read_table(text: str, *, name: str) -> Loaded:
    r"""Read an extraction table (comma, semicolon or tab; with or without a byte order mark).

    `study`, `outcome`, `field` and `value` are required, the other columns may be missing. An empty value, ``NR`` or
    ``not reported`` is a number the source does not give: value None, status ``not_reported``; a row of the template
    in which nothing was written is counted in `untouched` and makes no number. Words (status, field, population) are
    brought to lower case and underscores here and judged by `check`.

    Parameters
    ----------
    text : str
        The whole table, decoded.
    name : str
        Name of the file, for the sentences.

    Examples
    --------
    >>> loaded = read_table("study,arm,outcome,field,value\ndai_2020,tofa,salt50,events,18\n", name="cells.csv")
    >>> [(row.study, row.outcome, row.field, row.value, row.row) for row in loaded.rows]
    [('dai_2020', 'salt50', 'events', 18.0, 2)]
    >>> read_table("study,outcome,field,value\ndai_2020,salt50,percent,51.4 %\n", name="cells.csv").problems
    ("row 2: the value is '51.4 %'; write 51.4 and the field 'percent'",)
    """
    sheet = read_sheet(text, name=name, columns=COLUMNS, required=REQUIRED_COLUMNS)
    rows: list[Extraction] = []
    problems: list[str] = list(sheet.problems)
    untouched = 0
    for row in sheet.rows:
        written = row.cells.get("value", "")
        missing = [column for column in ("study", "outcome", "field") if not row.cells.get(column)]
        if missing:
            problems.append(f"row {row.row}: no {' and no '.join(missing)} given")
            continue
        if not written and not any(row.cells.get(column) for column in SAID):
            untouched += 1
            continue
        value, problem = read_value(written)
        if problem:
            problems.append(f"row {row.row}: {problem}")
            continue
        rows.append(_extraction(row, value))
    return Loaded(
        rows=tuple(rows),
        studies=tuple(dict.fromkeys(row.study for row in rows)),
        arms=tuple(dict.fromkeys((row.study, row.arm) for row in rows)),
        problems=tuple(problems),
        untouched=untouched,
    )


def read_value(written: str) -> tuple[float | None, str]:
    """Return the number in a cell (None if not reported) and, if it is none, what to write instead.

    Examples
    --------
    >>> read_value("18"), read_value("NR")
    ((18.0, ''), (None, ''))
    >>> read_value("12/35")[1]
    "the value is '12/35'; write 12 in a row with the field 'events' and 35 in one with 'n'"
    """
    text = " ".join(unicodedata.normalize("NFKC", written).replace("−", "-").split())
    if text.casefold() in NOT_REPORTED:
        return None, ""
    if _NUMBER.fullmatch(text):
        value = float(text)
        if value in (float("inf"), float("-inf")):
            return None, f"the value {written!r} is too large for a number"
        return value, ""
    return None, f"the value is {written!r}; {_advice(text)}"


def _advice(text: str) -> str:
    """Return what to write instead of something that is no number."""
    bare = text.rstrip("% ").strip()
    fraction = _FRACTION.fullmatch(text)
    if fraction:
        return f"write {fraction[1]} in a row with the field 'events' and {fraction[2]} in one with 'n'"
    if text.endswith("%"):
        return f"write {bare.replace(',', '.')} and the field 'percent'" if bare else "write a number"
    if _THOUSANDS.fullmatch(text):
        decimal = f", or {text.replace(',', '.')} if the comma is a decimal comma" if text.count(",") == 1 else ""
        return f"write {re.sub('[, ]', '', text)}{decimal}"
    if _DECIMAL_COMMA.fullmatch(text):
        return f"write the decimal comma as a point: {text.replace(',', '.')}"
    for signs, status in ((">=≥", "lower_bound"), ("<=≤", "upper_bound"), ("~≈", "approximate")):
        if text[:1] in signs and _NUMBER.fullmatch(text.lstrip(signs + " ")):
            return f"write {text.lstrip(signs + ' ')} and the status {status!r}"
    return "write a number with a decimal point, or NR if it is not reported"


def _extraction(row: SheetRow, value: float | None) -> Extraction:
    """Make one row of the sheet into one number."""
    cells = {column: " ".join(cell.split()) for column, cell in row.cells.items()}
    status = _word(cells.get("status", "")) or "read"
    if value is None:
        status = "not_reported"
    return Extraction(
        study=cells["study"],
        arm=cells.get("arm", ""),
        group=cells.get("group", ""),
        outcome=cells["outcome"],
        field=_word(cells["field"]),
        value=value,
        status=STATUS_ALIASES.get(status, status),
        definition=cells.get("definition", ""),
        time=cells.get("time", ""),
        population=_word(cells.get("population", "")),
        source=cells.get("source", ""),
        quote=row.cells.get("quote", ""),
        extractor=cells.get("extractor", ""),
        note=cells.get("note", ""),
        row=row.row,
    )


def _word(cell: str) -> str:
    """Return a word of a fixed list as it is known: lower case, underscores."""
    return re.sub(r"[\s-]+", "_", cell.strip().casefold())
