"""Pool an analysis of jak.toml, or a plain table, and keep with the result what stands behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jak.settings import AnalysisSpec
from jakdb.errors import InputError, UsageError
from jakdb.words import Doubt, Link, Study

if TYPE_CHECKING:
    from jak.handover import Columns, Variant
    from jak.pool_source import Source
    from jak.workspace import Review, Snapshot
    from jakpool.results import LeftOut, Pooled
    from jakpool.sensitivity import SensitivityRow
    from jakpool.small_study import SmallStudy

__all__ = [
    "AnalysisResult",
    "Membership",
    "fit",
    "in_our_words",
    "memberships",
    "run_analysis",
    "run_source",
    "run_table",
    "source_of_review",
]


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
    source : Source or None
        The effects behind it and how they were pooled.
    sensitivity : tuple of SensitivityRow
        The automatic set of sensitivity analyses of the overall result; empty for a figure.
    small_study : SmallStudy or None
        Tests for small-study effects, from three rows on; none for a figure.
    """

    spec: AnalysisSpec
    pooled: Pooled
    columns: Columns | None
    combined: Pooled | None
    variants: tuple[VariantResult, ...]
    leave_one_out: tuple[LeftOut, ...]
    doubts: tuple[Doubt, ...]
    notices: tuple[str, ...] = ()
    source: Source | None = None
    sensitivity: tuple[SensitivityRow, ...] = ()
    small_study: SmallStudy | None = None

    @property
    def overall(self) -> Pooled:
        """The overall result: each patient once."""
        return self.combined or self.pooled

    def to_dict(self) -> dict[str, Any]:
        """Return the result with metafor's words at top level."""
        from jak.pool_bias import small_study_dict  # noqa: PLC0415
        from jakpool.versions import data_hash  # noqa: PLC0415

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
        if self.source is not None:
            body["settings"] |= {"data_sha256": data_hash(self.source.effects), "like": self.source.like}
        body["leave_one_out"] = [row.to_dict() for row in self.leave_one_out]
        body["sensitivity"] = [asdict(row) for row in self.sensitivity]
        body["small_study"] = None if self.small_study is None else small_study_dict(self.small_study)
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
        if self.source is not None:
            body["notes"] += [
                {"code": "numbers", "message": n} for n in self.source.notes if n not in known and n not in extra
            ]
        if self.columns:
            body["left_out"] = [str(x) for x in self.columns.left_out]
            body["not_extracted"] = [str(x) for x in self.columns.not_extracted]
            body["cells"] = {
                label: [cell.id for cell in cells]
                for label, cells in zip(self.columns.labels, self.columns.cells, strict=True)
            }
        return body

    def effects_dict(self) -> dict[str, Any]:
        """Return the rows with their effects, before anything is pooled."""
        body = self.to_dict()
        kept = ("measure", "k", "k_studies", "n_total", "events_total", "studies", "analysis", "title", "settings")
        made = {name: body[name] for name in kept}
        for row in made["studies"]:
            row["vi"] = None if row["sei"] is None else row["sei"] ** 2
            row.pop("weight", None)
        made["notes"] = [
            {"code": note.code, "message": note.message} for note in (self.source.effects.notes if self.source else ())
        ]
        return made


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


def run_analysis(
    review: Review, name: str, *, snapshot: Snapshot | None = None, quick: bool = False, like: str = ""
) -> AnalysisResult:
    """Pool one analysis of jak.toml.

    Parameters
    ----------
    quick : bool
        Leave the extra runs and the leave-one-out away (a figure needs neither).
    like : str
        A program whose defaults are taken instead of the analysis's own model, tau2 and test.

    Raises
    ------
    GateError
        If a number's report is not included, or extractors still differ about a number.
    """
    from jak.extracting import current_doubts, resolutions_in_force  # noqa: PLC0415
    from jak.handover import columns_for, variants  # noqa: PLC0415
    from jak.notices import notices_of_studies  # noqa: PLC0415
    from jak.pool_source import source_of_columns  # noqa: PLC0415
    from jakdb import numbers  # noqa: PLC0415
    from jakscreen.appraise import high_risk, totals  # noqa: PLC0415
    from jakscreen.extract import touches  # noqa: PLC0415

    spec = review.settings.analysis(name)
    further: dict[str, Any] = {}
    if like:
        from jak.choosing import like_settings  # noqa: PLC0415

        settings = dict(like_settings(like, spec.measure))
        further = {"pi": settings.pop("pi")} if "pi" in settings else {}
        spec = replace(spec, **settings)
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
    source = source_of_columns(spec, columns, moderators=_moderators(columns, studies), like=like)
    source = replace(source, how={**source.how, **further})
    if review.settings.high_risk:
        source = replace(source, high_risk=tuple(key in risky for key in source.once.studies))
    pooled = fit(source)
    combined = fit(source, once=True) if columns.combined is not None else None
    others = () if quick else variants(spec, rows, **shared)
    used = [cell for cells in columns.cells for cell in cells]
    several = len(set(source.once.studies)) > 1 and not quick
    left, tried = _left_and_tried(source) if several else ((), ())
    return AnalysisResult(
        spec=spec,
        pooled=pooled,
        columns=columns,
        combined=combined,
        variants=tuple(VariantResult(v, _fit_variant(spec, v)) for v in others),
        leave_one_out=left,
        doubts=tuple(d for d in doubts if any(touches(d, cell) for cell in used)),
        notices=warned,
        source=source,
        sensitivity=tried,
        small_study=None if quick else _small_study(source),
    )


def fit(source: Source, *, once: bool = False) -> Pooled:
    """Pool a source as it says; `once` takes one row a study, and no subgroups."""
    from jakpool import pool  # noqa: PLC0415

    with in_our_words():
        if once:
            return pool(source.once, **source.how)
        return pool(source.effects, by=source.spec.by, **source.how)


def run_table(path: Path, *, quick: bool = False, **asked: Any) -> AnalysisResult:
    """Pool a plain CSV or TSV file (or .xlsx), every row of it, without a review; `asked` goes to `source_of_table`."""
    from jak.pool_source import source_of_table  # noqa: PLC0415

    return run_source(source_of_table(path, **asked), quick=quick)


def run_source(source: Source, *, quick: bool = False) -> AnalysisResult:
    """Pool effects as their source says, without a review behind them."""
    from jakpool import pool  # noqa: PLC0415

    with in_our_words(source.name, source.numbers):
        pooled = pool(source.effects, by=source.spec.by, **source.how)
    several = len(set(source.effects.studies)) > 1 and not quick
    left, tried = _left_and_tried(source) if several else ((), ())
    small = None if quick else _small_study(source)
    spec = replace(source.spec, model=pooled.settings.model)
    return AnalysisResult(
        spec, pooled, None, None, (), tuple(left), (), source=source, sensitivity=tried, small_study=small
    )


def source_of_review(review: Review, name: str, *, like: str = "") -> Source:
    """Return what an analysis of jak.toml pools; the gates are those of `run_analysis`."""
    found = run_analysis(review, name, quick=True, like=like).source
    if found is None:  # an analysis of a review always has one
        raise UsageError(f"analysis {name} has no numbers")
    return found


def _fit_variant(spec: AnalysisSpec, variant: Variant) -> Pooled | None:
    """Pool an extra run: overall, each patient once."""
    from jak.pool_source import source_of_columns  # noqa: PLC0415

    return None if variant.columns is None else fit(source_of_columns(spec, variant.columns, moderators={}), once=True)


def _left_and_tried(source: Source) -> tuple[tuple[LeftOut, ...], tuple[SensitivityRow, ...]]:
    """Return the results without each study, and the automatic set of sensitivity analyses."""
    from jakpool import sensitivity_set  # noqa: PLC0415

    how = source.how
    with in_our_words(source.name, source.numbers):
        found = sensitivity_set(
            source.once,
            model=how.get("model"),
            tau2=how.get("tau2") or "REML",
            test=how.get("test"),
            glmm=how.get("glmm") or "UM.FS",
            nodes=how.get("nodes"),
            level=how.get("level", 0.95),
            high_risk=source.high_risk,
            overlap=source.overlap,
        )
    return found.left_out, found.rows


def _small_study(source: Source) -> SmallStudy | None:
    """Return the tests for small-study effects; none with fewer than three rows."""
    from jak.pool_bias import bias_of  # noqa: PLC0415

    return bias_of(source) if len(source.once) > 2 else None


def _moderators(columns: Columns, studies: Mapping[str, Study]) -> dict[str, tuple[str, ...]]:
    """Return what is known of each row's study and may explain differences: year, design and group."""
    known = [studies.get(key) for key in columns.studies]
    made = {
        "year": tuple("" if x is None or x.year is None else str(x.year) for x in known),
        "design": tuple("" if x is None else x.design for x in known),
        "group": columns.groups,
    }
    return {name: cells for name, cells in made.items() if any(cells)}


@contextmanager
def in_our_words(name: str = "", numbers: Sequence[int] = ()) -> Iterator[None]:
    """Turn an error of jakpool, which knows nothing of commands, into one with an exit code.

    Rows are called by `numbers`, their places in a file; without them they are counted from below the heading.
    """
    from jakpool.errors import BadRowError, PoolError  # noqa: PLC0415

    try:
        yield
    except BadRowError as error:
        # A table's rows are counted as a spreadsheet shows them: the heading is row 1.
        reason = str(error).partition(": ")[2]
        place = numbers[error.row - 1] if error.row <= len(numbers) else error.row + 1
        raise InputError(
            f"{name + ', ' if name else ''}row {place} ({error.label}): {reason}", hint=error.hint
        ) from error
    except PoolError as error:
        raise UsageError(str(error), hint=error.hint) from error
