"""What the report says, as frozen data: everything the HTML page needs, and nothing about how it looks.

Numbers are on the natural scale (a proportion between 0 and 1, a ratio); the page formats them. Whatever is named by
an id or a key (cells of a row, reports of a cell, searches of a report) must be there: a number without its source is
refused, not printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from jak.report.counts import FlowCounts
from jak.settings import Amendment
from jakdb.words import SourceKind

__all__ = [
    "AnalysisSection",
    "AppraisalTable",
    "AppraisedStudy",
    "ArmLine",
    "CellSource",
    "Citation",
    "DataRow",
    "DedupeSummary",
    "ExcludedFulltext",
    "FileRow",
    "IncludedStudy",
    "NotPooled",
    "PooledRow",
    "ReportContents",
    "ReportTrail",
    "ScreeningSummary",
    "SearchRow",
    "Span",
    "VariantRow",
]

Scale = Literal["percent", "ratio", "plain"]


@dataclass(frozen=True, slots=True)
class Citation:
    """A report as a list of references prints it, with what identifies it."""

    text: str
    doi: str = ""
    pmid: str = ""
    registry_ids: tuple[str, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class FileRow:
    """One imported file and its account: ``records == accepted + rejected + seen_again``."""

    name: str
    sha256: str
    format: str
    records: int
    accepted: int
    rejected: int
    seen_again: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchRow:
    """One search. `hits` is what the database itself said it found, `searched_on` an ISO date or empty.

    Attributes
    ----------
    records : int
        Different records of it that are in the review.
    known, new, rejected : int
        Of what it retrieved: known already, brought first by this search, and not taken; see `jak.search_accounts`.
    purpose : str
        ``run``, ``refresh`` or ``import``.
    """

    id: int
    source: str
    platform: str
    kind: SourceKind
    searched_on: str
    hits: int | None
    records: int
    strategy: str = ""
    files: tuple[FileRow, ...] = ()
    known: int = 0
    new: int = 0
    rejected: int = 0
    purpose: str = "import"

    @property
    def retrieved(self) -> int:
        """Every record that it retrieved."""
        return self.known + self.new + self.rejected


@dataclass(frozen=True, slots=True)
class DedupeSummary:
    """How records became reports.

    Attributes
    ----------
    merged_by_rules, merged_by_person : int
        Pairs of records that the rules, and that people, called one report; undone ones do not count.
    asked_open, asked_answered : int
        Near-equal pairs put to a person: waiting, and answered.
    kept_apart : int
        Pairs of which a person said that they are two reports.
    rules : str
        Name and version of the rules.
    """

    records: int
    reports: int
    merged_by_rules: int
    merged_by_person: int = 0
    asked_open: int = 0
    asked_answered: int = 0
    kept_apart: int = 0
    rules: str = ""


@dataclass(frozen=True, slots=True)
class ScreeningSummary:
    """Who decided what is in, and how well they agreed.

    Attributes
    ----------
    abstract_reviewers, fulltext_reviewers : tuple of str
        People who voted; tools stand in `automation`.
    kappa : tuple of str
        Sentences about agreement, finished.
    resolved : int
        Conflicts that a resolution settled.
    remarks : tuple of str
        What a reader must know of these decisions ("one reviewer's labels, made for the demonstration").
    """

    abstract_reviewers: tuple[str, ...]
    fulltext_reviewers: tuple[str, ...]
    required: int
    blind: bool
    kappa: tuple[str, ...] = ()
    resolved: int = 0
    automation: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportTrail:
    """One report behind the results: where it was found and what was decided about it.

    Attributes
    ----------
    search_ids : tuple of int
        Searches that found one of its records.
    decisions : tuple of str
        One line an event, in order ("abstract: include by A on 2026-11-22").
    secondary_why : str
        Why another source than the study's own report was used; empty for a report of the study.
    """

    id: int
    citation: Citation
    search_ids: tuple[int, ...] = ()
    decisions: tuple[str, ...] = ()
    secondary_why: str = ""


@dataclass(frozen=True, slots=True)
class ArmLine:
    """An arm of an included study; `n` are the patients enrolled, ``None`` if nobody extracted them."""

    label: str
    group: str = ""
    dose: str = ""
    n: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class IncludedStudy:
    """A row of the table of included studies.

    Attributes
    ----------
    secondary_why : str
        Marks a study known from a secondary source only.
    notices : tuple of str
        Retractions, expressions of concern and corrections of its reports.
    """

    key: str
    label: str
    year: int | None = None
    design: str = ""
    country: str = ""
    registration: str = ""
    arms: tuple[ArmLine, ...] = ()
    report_ids: tuple[int, ...] = ()
    secondary_why: str = ""
    note: str = ""
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExcludedFulltext:
    """A report excluded at full text, with its one primary reason."""

    citation: Citation
    reason: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class NotPooled:
    """An included study, or one arm of it, that an analysis (empty: every analysis) does not pool, and why."""

    study: str
    why: str
    arm: str = ""
    analysis: str = ""


@dataclass(frozen=True, slots=True)
class AppraisedStudy:
    """One study's scores: per item one text per appraiser (empty: not scored), one total each ("11 / 16")."""

    study: str
    scores: tuple[tuple[str, ...], ...]
    totals: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class AppraisalTable:
    """The appraisals by one instrument; totals of different instruments are never mixed.

    Attributes
    ----------
    items : tuple of (str, str)
        Short name and words of each item, in the order of `AppraisedStudy.scores`.
    appraisers : tuple of str
        In the order of the texts of each score.
    rule : str
        What jak.toml calls high risk, in words; empty if it names no rule.
    """

    instrument: str
    reference: str
    items: tuple[tuple[str, str], ...]
    appraisers: tuple[str, ...]
    studies: tuple[AppraisedStudy, ...]
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """An interval and its method; ``None`` where a bound does not exist."""

    lower: float | None
    upper: float | None
    method: str


@dataclass(frozen=True, slots=True)
class DataRow:
    """One pooled row: the counts of an arm (or of two), its own estimate, and the cells they were read from.

    `id` is unique within the analysis; `events_c` and `n_c` are those of the control. For means and rates `given` and
    `given_c` are the numbers in words, under the headings `AnalysisSection.given`.
    """

    id: str
    label: str
    study: str
    group: str
    events: int | None
    n: int | None
    cell_ids: tuple[int, ...]
    events_c: int | None = None
    n_c: int | None = None
    estimate: float | None = None
    interval: Span | None = None
    weight: float | None = None
    given: tuple[str, ...] = ()
    given_c: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PooledRow:
    """A pooled figure, overall or of a subgroup, and the ids of the data rows it was pooled from.

    `heterogeneity` are finished phrases ("I² from Q 56 %"), `k` counts arms.
    """

    name: str
    k: int
    k_studies: int
    n: int | None
    events: int | None
    estimate: float | None
    intervals: tuple[Span, ...] = ()
    prediction: Span | None = None
    heterogeneity: tuple[str, ...] = ()
    row_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VariantRow:
    """One run more, without some of the numbers; `pooled` is ``None`` if nothing remained (`why` says so)."""

    title: str
    pooled: PooledRow | None
    dropped: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class AnalysisSection:
    """One analysis of jak.toml with its result.

    Attributes
    ----------
    effect : str
        What is estimated, in a reader's word ("Proportion", "Risk ratio").
    pooled : tuple of PooledRow
        Overall first, then the subgroups.
    between : str
        The test between subgroups as a sentence.
    doubts : tuple of str
        Doubts about numbers that this analysis uses.
    leave_one_out : tuple of PooledRow
        Named by the study left out.
    given : tuple of str
        Headings of the numbers behind a row where they are no events of patients: mean (SD) and n, events/time.
    settings : mapping
        Every choice, for the list of software and settings; must be valid JSON.
    """

    name: str
    title: str
    effect: str
    scale: Scale
    methods: str
    results: str
    rows: tuple[DataRow, ...]
    pooled: tuple[PooledRow, ...]
    between: str = ""
    caution: str = ""
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    variants: tuple[VariantRow, ...] = ()
    leave_one_out: tuple[PooledRow, ...] = ()
    forest_svg: str = ""
    funnel_svg: str = ""
    given: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CellSource:
    """One extracted number with where it was read.

    Attributes
    ----------
    status : str
        A word of `jakdb.words.Extraction`.
    source : str
        Address or citation of where the number was read; `quote` is verbatim.
    flags : tuple of str
        Doubts about this number.
    report_ids : tuple of int
        Reports of the study, for the search and the decisions behind the number.
    """

    id: int
    study: str
    arm: str
    outcome: str
    field: str
    value: float | None
    status: str
    source: str = ""
    quote: str = ""
    extractor: str = ""
    note: str = ""
    time: str = ""
    population: str = ""
    definition: str = ""
    flags: tuple[str, ...] = ()
    report_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportContents:
    """Everything that the report says.

    Attributes
    ----------
    generated_at : str
        When, as it is printed; an argument, so that a test gets the same bytes.
    reports : tuple of ReportTrail
        Every report that a study or a cell names.
    software : mapping of str to str
        Name and version of what computed the results.
    cautions : tuple of str
        What this report cannot tell.
    """

    title: str
    generated_at: str
    jak_version: str
    flow: FlowCounts
    question: str = ""
    registration: str = ""
    protocol: str = ""
    authors: tuple[str, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    searches: tuple[SearchRow, ...] = ()
    dedupe: DedupeSummary | None = None
    screening: ScreeningSummary | None = None
    included: tuple[IncludedStudy, ...] = ()
    excluded: tuple[ExcludedFulltext, ...] = ()
    not_pooled: tuple[NotPooled, ...] = ()
    appraisals: tuple[AppraisalTable, ...] = ()
    analyses: tuple[AnalysisSection, ...] = ()
    cells: tuple[CellSource, ...] = ()
    reports: tuple[ReportTrail, ...] = ()
    software: Mapping[str, str] = field(default_factory=dict)
    cautions: tuple[str, ...] = ()
