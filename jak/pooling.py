"""Pool an analysis of jak.toml, or a plain table, and keep with the result what stands behind it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jak.settings import AnalysisSpec
from jakdb.errors import InputError, UsageError
from jakdb.words import Doubt, Link

if TYPE_CHECKING:
    from jak.handover import Columns, Variant
    from jak.workspace import Review, Snapshot
    from jakpool import Effects
    from jakpool.results import LeftOut, Pooled

__all__ = ["AnalysisResult", "Membership", "fit", "in_our_words", "memberships", "run_analysis", "run_table"]


@dataclass(frozen=True, slots=True)
class Membership:
    """Which studies take part: by an included report, by a declared secondary source, or not at all and why."""

    included: frozenset[str]
    secondary: Mapping[str, str]
    excluded: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class VariantResult:
    """One extra run without some of the numbers."""

    variant: Variant
    pooled: Pooled | None


@dataclass(frozen=True, slots=True)
class AnalysisResult:
    """An analysis with everything a table, a figure or a report needs of it.

    Attributes
    ----------
    pooled : Pooled
        The rows as analysed, with subgroups where asked for.
    combined : Pooled or None
        The overall result with one row a study, where a study has arms in several subgroups.
    doubts : tuple of Doubt
        Doubts about numbers of this analysis.
    notices : tuple of str
        Retractions, expressions of concern and corrections of the reports behind it, in words.
    """

    spec: AnalysisSpec
    pooled: Pooled
    columns: Columns | None
    combined: Pooled | None
    variants: tuple[VariantResult, ...]
    leave_one_out: tuple[LeftOut, ...]
    doubts: tuple[Doubt, ...]
    notices: tuple[str, ...] = ()

    @property
    def overall(self) -> Pooled:
        """The overall result: each patient once."""
        return self.combined or self.pooled

    def to_dict(self) -> dict[str, Any]:
        """Return the result with metafor's words at top level."""
        body = self.overall.to_dict()
        if self.combined is not None:
            body["subgroups"] = self.pooled.to_dict()["subgroups"]
            body["between"] = self.pooled.to_dict()["between"]
        known = {note["message"] for note in body["notes"]}
        extra = [n for n in (self.columns.notes if self.columns else ()) if n not in known]
        body["notes"] += [{"code": "numbers", "message": n} for n in extra]
        body["analysis"], body["title"] = self.spec.name, self.spec.title
        if self.spec.caution:
            body["caution"] = self.spec.caution
        body["leave_one_out"] = [row.to_dict() for row in self.leave_one_out]
        body["variants"] = [
            {
                "without": v.variant.word,
                "title": v.variant.title,
                "dropped": [str(x) for x in v.variant.dropped],
                "why": v.variant.why,
                "result": v.pooled.to_dict() if v.pooled else None,
            }
            for v in self.variants
        ]
        if self.columns:
            body["left_out"] = [str(x) for x in self.columns.left_out]
            body["not_extracted"] = [str(x) for x in self.columns.not_extracted]
            body["cells"] = {
                label: [cell.id for cell in cells]
                for label, cells in zip(self.columns.labels, self.columns.cells, strict=True)
            }
        return body


def memberships(snapshot: Snapshot, links: Sequence[Link], study_keys: Sequence[str]) -> Membership:
    """Say for each study whether an included report tells of it, another source on purpose, or neither."""
    from jak.citing import cite  # noqa: PLC0415

    included: set[str] = set()
    secondary: dict[str, str] = {}
    excluded: dict[str, str] = {}
    for key in study_keys:
        own = [x for x in links if x.study_key == key]
        reports = [snapshot.report_of.get(x.record_id) for x in own if x.role == "report"]
        if any(r is not None and snapshot.states[r].is_included for r in reports):
            included.add(key)
            continue
        told = [x for x in own if x.role == "secondary"]
        if told:
            source = snapshot.report_of.get(told[0].record_id)
            where = f" ({cite(snapshot.best(source))})" if source is not None else ""
            secondary[key] = f"{told[0].why}{where}"
        elif not own:
            excluded[key] = "no report is linked to it"
        else:
            excluded[key] = (
                "its report is not included" if any(r is not None for r in reports) else "its report left the review"
            )
    return Membership(frozenset(included), secondary, excluded)


def run_analysis(review: Review, name: str, *, snapshot: Snapshot | None = None, quick: bool = False) -> AnalysisResult:
    """Pool one analysis of jak.toml.

    Parameters
    ----------
    quick : bool
        Leave the extra runs and the leave-one-out away (a figure needs neither).

    Raises
    ------
    GateError
        If a number's report is not included, or extractors still differ about a number.
    """
    from jak.extracting import current_doubts, resolutions_in_force  # noqa: PLC0415
    from jak.handover import columns_for, variants  # noqa: PLC0415
    from jak.notices import notices_of_studies  # noqa: PLC0415
    from jakdb import numbers  # noqa: PLC0415
    from jakscreen.appraise import high_risk, totals  # noqa: PLC0415
    from jakscreen.extract import touches  # noqa: PLC0415

    spec = review.settings.analysis(name)
    rows = numbers.extractions(review.store)
    if not rows:
        raise UsageError(
            "there are no numbers to pool yet",
            hint="`jak pool template > extraction.csv`, fill it in, then `jak pool load extraction.csv`",
        )
    snapshot = snapshot or review.snapshot()
    studies = numbers.studies(review.store)
    links = numbers.links(review.store)
    who = memberships(snapshot, links, list(studies))
    resolutions = resolutions_in_force(review)
    doubts = current_doubts(review)
    risky = high_risk(totals(numbers.appraisals(review.store), studies), review.settings.high_risk)
    shared: dict[str, Any] = {
        "studies": studies,
        "arms": numbers.arms(review.store),
        "included_studies": who.included,
        "secondary_studies": who.secondary,
        "excluded_studies": who.excluded,
        "resolutions": resolutions,
        "doubts": doubts,
        "high_risk": risky,
    }
    if "high_risk" in spec.without and not review.settings.high_risk:
        raise UsageError(
            f"analysis {name} is to be run without studies at high risk, but jak.toml does not say what that is",
            hint="write for example [appraisal] high_risk_below = {MINORS = 9}, or take the word out of `without`",
        )
    columns = columns_for(spec, rows, **shared)
    noticed = notices_of_studies(review, snapshot, links, columns.studies)
    warned = tuple(f"{key}: {one.sentence}" for key, own in noticed.items() for one in own)
    columns = replace(columns, notes=(*columns.notes, *warned))
    pooled = fit(spec, columns)
    combined = fit(replace(spec, by=""), columns.combined) if columns.combined is not None else None
    others = () if quick else variants(spec, rows, **shared)
    used = [cell for cells in columns.cells for cell in cells]
    return AnalysisResult(
        spec=spec,
        pooled=pooled,
        columns=columns,
        combined=combined,
        variants=tuple(VariantResult(v, _fit_variant(spec, v)) for v in others),
        leave_one_out=() if quick else _leave_one_out(spec, columns),
        doubts=tuple(d for d in doubts if any(touches(d, cell) for cell in used)),
        notices=warned,
    )


def fit(spec: AnalysisSpec, columns: Columns) -> Pooled:
    """Pool columns as an analysis says."""
    from jakpool import pool  # noqa: PLC0415

    with in_our_words():
        return pool(
            _effects(spec, columns),
            model=spec.model,
            tau2=spec.tau2,
            test=spec.test or None,
            by=spec.by,
            level=spec.level,
            alpha=spec.alpha,
        )


def run_table(
    path: Path,
    *,
    measure: str,
    model: str = "",
    tau2: str = "REML",
    test: str = "",
    by: str = "",
    columns: Mapping[str, str] | None = None,
    level: float = 0.95,
    alpha: float = 0.1,
    nodes: int | None = None,
) -> AnalysisResult:
    """Pool a plain CSV or TSV file (or .xlsx), every row of it, without a review.

    Columns are ``study, group, events, n, events_c, n_c, yi, vi``; `columns` maps them to the file's own headings.

    Raises
    ------
    InputError
        If the file or a cell cannot be used; the sentence names row and column.
    """
    from jakpool import generic, leave_one_out, pool, proportions, two_arm  # noqa: PLC0415

    names = {
        "study": "study",
        "events": "events",
        "n": "n",
        "events_c": "events_c",
        "n_c": "n_c",
        "yi": "yi",
        "vi": "vi",
    }
    unknown = set(columns or {}) - set(names)
    if unknown:
        raise UsageError(f"--columns maps {', '.join(sorted(unknown))}", hint=f"known: {', '.join(names)}")
    names |= columns or {}
    table = _read_rows(path)
    heads = table[0]
    rows = table[1:]
    word = measure.upper()
    needed = {"PLO": ("events", "n"), "PAS": ("events", "n"), "GEN": ("yi", "vi")}.get(
        word, ("events", "n", "events_c", "n_c")
    )
    for name in needed:
        if names[name] not in heads:
            raise InputError(
                f"{path.name} has no column {names[name]!r}, which {word} needs",
                hint=f"its columns: {', '.join(heads)}; map one with --columns {name}=HEADING",
            )
    if by and by not in heads:
        raise InputError(f"{path.name} has no column {by!r}", hint=f"its columns: {', '.join(heads)}")
    if not rows:
        raise InputError(f"{path.name} has a heading and no rows", hint="one row a study")
    labels = _labels(heads, rows, names["study"])
    numbers = {name: [_number(path, r, heads, names[name], i) for i, r in enumerate(rows, start=2)] for name in needed}
    group = [_cell(r, heads, by) or "not stated" for r in rows] if by else None
    studies = [_cell(r, heads, names["study"]) or label for r, label in zip(rows, labels, strict=True)]
    shared: dict[str, Any] = {"measure": word, "labels": labels, "studies": studies, "group": group}
    with in_our_words(path.name):
        if word in ("PLO", "PAS"):
            effects = proportions(numbers["events"], numbers["n"], **shared)
        elif word in ("RR", "OR"):
            effects = two_arm(numbers["events"], numbers["n"], numbers["events_c"], numbers["n_c"], **shared)
        else:
            effects = generic(numbers["yi"], numbers["vi"], **shared)
        kind = model or ("glmm" if word == "PLO" else "random")
        options: dict[str, Any] = {
            "model": kind,
            "tau2": tau2,
            "test": test or None,
            "level": level,
            "alpha": alpha,
            "nodes": nodes,
        }
        pooled = pool(effects, by=by, **options)
        left = leave_one_out(effects, **options) if len(set(studies)) > 1 else ()
    spec = AnalysisSpec(path.stem, path.name, path.stem, measure=word, model=kind, tau2=tau2, test=test, by=by)
    return AnalysisResult(spec, pooled, None, None, (), tuple(left), ())


def _effects(spec: AnalysisSpec, columns: Columns) -> Effects:
    """Turn columns into effects."""
    from jakpool import proportions, two_arm  # noqa: PLC0415

    shared: dict[str, Any] = {
        "measure": spec.measure,
        "labels": columns.labels,
        "studies": columns.studies,
        "group": columns.groups or None,
    }
    if columns.events_c is None or columns.n_c is None:
        return proportions(columns.events, columns.n, **shared)
    return two_arm(columns.events, columns.n, columns.events_c, columns.n_c, **shared)


def _fit_variant(spec: AnalysisSpec, variant: Variant) -> Pooled | None:
    """Pool an extra run: overall, each patient once."""
    columns = variant.columns
    return None if columns is None else fit(replace(spec, by=""), columns.combined or columns)


def _leave_one_out(spec: AnalysisSpec, columns: Columns) -> tuple[LeftOut, ...]:
    """Pool without each study in turn."""
    from jakpool import leave_one_out  # noqa: PLC0415

    rows = columns.combined or columns
    if len(set(rows.studies)) < 2:
        return ()
    with in_our_words():
        return tuple(
            leave_one_out(
                _effects(replace(spec, by=""), rows),
                model=spec.model,
                tau2=spec.tau2,
                test=spec.test or None,
                level=spec.level,
                alpha=spec.alpha,
            )
        )


@contextmanager
def in_our_words(name: str = "") -> Iterator[None]:
    """Turn an error of jakpool, which knows nothing of commands, into one with an exit code."""
    from jakpool.errors import BadRowError, PoolError  # noqa: PLC0415

    try:
        yield
    except BadRowError as error:
        # A table's rows are counted as a spreadsheet shows them: the heading is row 1.
        reason = str(error).partition(": ")[2]
        raise InputError(
            f"{name + ', ' if name else ''}row {error.row + 1} ({error.label}): {reason}", hint=error.hint
        ) from error
    except PoolError as error:
        raise UsageError(str(error), hint=error.hint) from error


def _read_rows(path: Path) -> list[list[str]]:
    """Read a table as text cells, the heading first; empty rows are passed over."""
    if path.is_dir():
        raise InputError(f"{path} is a folder", hint="name a table in it")
    if not path.is_file():
        raise InputError(f"{path} does not exist", hint="check the name")
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        import pandas as pd  # noqa: PLC0415 - only for spreadsheets

        try:
            sheet = pd.read_excel(path, dtype=str, header=None, keep_default_na=False)
        except (ValueError, OSError, KeyError) as error:
            raise InputError(f"{path.name} is no spreadsheet that can be read: {error}") from error
        rows = [[str(cell).strip() for cell in row] for row in sheet.to_numpy().tolist()]
    else:
        from jaksearch.formats.text import decode  # noqa: PLC0415

        text = decode(path.read_bytes(), name=path.name).text
        first = text.split("\n", 1)[0]
        delimiter = max(",;\t", key=first.count)
        rows = [
            [cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        ]
    rows = [row for row in rows if any(row)]
    if not rows:
        raise InputError(f"{path.name} holds no table", hint="a heading line, then one row a study")
    return rows


def _cell(row: Sequence[str], heads: Sequence[str], name: str) -> str:
    """Return a cell by its heading; empty where the row is short."""
    if name not in heads:
        return ""
    place = list(heads).index(name)
    return row[place] if place < len(row) else ""


def _labels(heads: Sequence[str], rows: Sequence[Sequence[str]], column: str) -> list[str]:
    """Return what each row is called: its study, numbered where rows would share a name."""
    names = [_cell(r, heads, column) or f"row {i}" for i, r in enumerate(rows, start=2)]
    total = {name: names.count(name) for name in names}
    seen: dict[str, int] = {}
    labels = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        labels.append(f"{name} ({seen[name]})" if total[name] > 1 else name)
    return labels


def _number(path: Path, row: Sequence[str], heads: Sequence[str], column: str, number: int) -> float:
    """Return a cell as a number, or name row and column."""
    cell = _cell(row, heads, column)
    try:
        return float(cell)
    except ValueError:
        said = f"{cell!r} is no number" if cell else "the cell is empty"
        raise InputError(
            f"{path.name}, row {number}, column {column}: {said}",
            hint="correct the cell, or take the row out and say so in your report",
        ) from None
