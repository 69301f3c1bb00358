"""The words of a review: what flows from an export file to the forest plot, as frozen data.

PRISMA 2020 (Page et al. 2021, BMJ 372:n71) names them: a *record* is one row of one export, a *report* is a paper
(one or several records), a *study* is an investigation (one or several reports). The store keeps records, events and
numbers; reports and statuses are views over the events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

__all__ = [
    "ABSTRACT",
    "FULLTEXT",
    "Appraisal",
    "Arm",
    "Author",
    "Decision",
    "Doubt",
    "Draw",
    "Extraction",
    "ImportedFile",
    "Link",
    "MergeEvent",
    "MergeLink",
    "RawRecord",
    "Record",
    "Reject",
    "RelatedItem",
    "RelationEvent",
    "Removal",
    "Retrieval",
    "RetrievalStatus",
    "Run",
    "RunOutcome",
    "RunPurpose",
    "SearchRun",
    "SourceKind",
    "Stage",
    "Stop",
    "Strategy",
    "Study",
    "Verdict",
]

Stage = Literal["abstract", "fulltext"]
ABSTRACT: Stage = "abstract"
FULLTEXT: Stage = "fulltext"

Verdict = Literal["include", "exclude", "maybe", "awaiting", "ongoing"]
"""`awaiting` (classification) and `ongoing` (study) exist at full text only; `maybe` counts as include in kappa."""

SourceKind = Literal["database", "register", "other"]
RetrievalStatus = Literal["sought", "retrieved", "not_retrieved"]
RunPurpose = Literal["run", "refresh"]
RunOutcome = Literal["", "complete", "shortfall", "abandoned"]


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record as a file holds it, before anything is made of it.

    Attributes
    ----------
    number : int
        Position among the records of the file, from 1; accepted and rejected records share the count.
    line : int
        Line of the file on which the record begins, from 1.
    text : str
        The source text, verbatim (after decoding), without the blank lines around it.
    fields : tuple of (str, str)
        Tag (or column heading) and value, in the order of the file; a repeated tag stands repeatedly.
    warnings : tuple of str
        What was odd but readable, in words ("line 31: no tag, joined to AB").
    """

    number: int
    line: int
    text: str
    fields: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reject:
    """One record of a file that could not be taken, and why.

    Attributes
    ----------
    offset : int
        Byte of the file at which the record's first line begins, from 0; -1 where the file has no such place (a
        workbook's row).
    """

    number: int
    line: int
    reason: str
    text: str
    offset: int = -1


@dataclass(frozen=True, slots=True)
class TableLayout:
    """How the rows of a table are cut and what their cells mean: with it, the text of a row can be read by itself.

    Attributes
    ----------
    first : int
        The number of the first record for which it holds; it does until another layout of the file begins.
    keys : tuple of str
        Under what each column's cells are kept: its heading, or the field that it was mapped to.
    delimiter : str
        What stands between cells; empty if there is one column.
    cut : str
        ``quoted`` (cells may stand in quotation marks), ``plain`` (marks mean nothing), ``cells`` (of a workbook or a
        page: the cells are values, not text).
    """

    first: int
    keys: tuple[str, ...]
    delimiter: str
    cut: Literal["quoted", "plain", "cells"]


@dataclass(frozen=True, slots=True)
class Author:
    """A person (family and given name) or a group (literal).

    Attributes
    ----------
    orcid : str
        ``0000-0002-1825-0097``, without an address before it; empty if the source does not say.
    """

    family: str = ""
    given: str = ""
    literal: str = ""
    orcid: str = ""

    def __str__(self) -> str:
        """Return the name as a bibliography prints it: ``Family, Given``, or the literal name."""
        if self.literal:
            return self.literal
        return f"{self.family}, {self.given}" if self.given else self.family


@dataclass(frozen=True, slots=True)
class RelatedItem:
    """Another publication that the source names beside a record: a retraction, an erratum, a comment, an update.

    Attributes
    ----------
    kind : str
        What the other publication is to this record, in the words of MEDLINE's CommentsCorrections, with underscores:
        ``retraction_in`` (it retracts this record), ``retraction_of`` (this record retracts it), ``erratum_in``,
        ``erratum_for``, ``expression_of_concern_in``, ``expression_of_concern_for``, ``corrected_in``,
        ``corrected_from``, ``republished_in``, ``republished_from``, ``retracted_republished_in``,
        ``retracted_republished_from``, ``update_in``, ``update_of``, ``comment_in``, ``comment_on``,
        ``original_report_in``, ``summary_for_patients_in``, ``associated_dataset``, ``associated_publication``, ….
    citation : str
        As printed, cleaned.
    pmid, doi : str
        As in a record; empty if the source does not give them.
    """

    kind: str
    citation: str = ""
    pmid: str = ""
    doi: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One row of one export, normalised. It is never changed and never deleted.

    An empty string (or ``None`` for the year, ``()`` for lists) means that the source does not say.

    Attributes
    ----------
    title, translated_title : str
        The title as printed, and a second title in another language where the source gives one.
    translated_authors, translated_journal, translated_abstract
        The same names and the abstract in the second language (a Chinese paper's English ones), kept apart.
    date : str
        Day of publication as far as it is known, ``2020-01-30`` or ``2020-01``; empty if only the year is.
    pages : str
        Expanded: ``475-482`` for a printed ``475-82``; an article number stands alone.
    article_number : str
        Where the source names one as such (``e0209483``); it is in `pages` too if there are no pages.
    doi : str
        Without a prefix, lower case.
    pmid, pmcid : str
        Digits; ``PMC`` and digits.
    registry_ids : tuple of str
        Trial registration numbers (NCT, ISRCTN, ChiCTR, EUCTR, …), upper case, sorted.
    accession : str
        What the database calls the record (Embase's L-number, Web of Science's UT, …); the PMID in PubMed.
    abstract_sections : tuple of (str, str)
        Label and text of each section of a structured abstract; `abstract` holds all of them in one text.
    related : tuple of RelatedItem
        Retractions, errata, comments and other publications that the source links.
    type : str
        A word of CSL: article-journal, chapter, thesis, paper-conference, report, book, dataset, webpage, …
    database, platform : str
        Where it was found ("Embase", "Embase.com").
    id : int
        The record's number in the store; 0 outside a store.
    """

    title: str = ""
    translated_title: str = ""
    authors: tuple[Author, ...] = ()
    year: int | None = None
    journal: str = ""
    journal_abbreviation: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    registry_ids: tuple[str, ...] = ()
    accession: str = ""
    abstract: str = ""
    keywords: tuple[str, ...] = ()
    mesh: tuple[str, ...] = ()
    language: str = ""
    publication_types: tuple[str, ...] = ()
    issn: tuple[str, ...] = ()
    url: str = ""
    type: str = ""
    database: str = ""
    platform: str = ""
    translated_authors: tuple[Author, ...] = ()
    editors: tuple[Author, ...] = ()
    translators: tuple[Author, ...] = ()
    date: str = ""
    translated_journal: str = ""
    article_number: str = ""
    translated_abstract: str = ""
    abstract_sections: tuple[tuple[str, str], ...] = ()
    related: tuple[RelatedItem, ...] = ()
    id: int = 0


@dataclass(frozen=True, slots=True)
class SearchRun:
    """One search of one database or register on one day; its export may fill several files.

    Attributes
    ----------
    hits : int or None
        What the database itself said it found; ``None`` if nobody wrote it down.
    """

    id: int
    source: str
    platform: str
    kind: SourceKind
    searched_on: date | None
    hits: int | None
    strategy: str
    at: datetime
    undone: bool = False


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """One file of a search and its account: ``records == accepted + rejected + seen_again``."""

    id: int
    search_id: int
    name: str
    sha256: str
    size: int
    format: str
    encoding: str
    records: int
    accepted: int
    rejected: int
    seen_again: int
    warnings: tuple[str, ...]
    at: datetime
    by: str
    undone: bool = False


@dataclass(frozen=True, slots=True)
class Strategy:
    """One version of a search strategy; a change of its text is a new version.

    Attributes
    ----------
    name : str
        As in jak.toml, ``[search.NAME]``; `version` counts its texts from 1.
    source : str
        The service that it is written for (``pubmed``).
    text : mapping
        What people wrote: lines, query, limits, filters, notes, peer review.
    query : str
        What is sent, with every reference to a line resolved.
    """

    id: int
    name: str
    source: str
    version: int
    text: Mapping[str, Any]
    query: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a strategy; proven when ``count == ids == fetched + len(absent)``.

    Attributes
    ----------
    count : int
        How many records the service said it has.
    query, translation, warnings, version
        What was sent, byte for byte; how the service understood it; what it warned of; its build or last update.
    lines : tuple of (str, str, int)
        Label, query as sent and count of each line.
    ids : int
        Identifiers on the stored list, each once.
    fetched : int
        Records that arrived (readable or not) in `batches` batches.
    absent : tuple of str
        Identifiers that the service listed and does not give.
    outcome : str
        ``complete``, ``shortfall`` (the equation does not hold), ``abandoned``; empty while it is open.
    since : date or None
        The run asked only for records created on this day or later: it is no view of the whole.
    """

    id: int
    strategy_id: int
    search_id: int
    purpose: RunPurpose
    count: int
    query: str
    translation: str
    warnings: tuple[str, ...]
    lines: tuple[tuple[str, str, int], ...]
    version: str
    ids: int
    fetched: int
    batches: int
    absent: tuple[str, ...]
    outcome: RunOutcome
    message: str
    by: str
    at: datetime
    ended: datetime | None
    since: date | None = None

    @property
    def is_exact(self) -> bool:
        """Whether every record that the service announced is here or known to be absent."""
        return self.count == self.ids == self.fetched + len(self.absent)


@dataclass(frozen=True, slots=True)
class MergeEvent:
    """That two records are, are not, or may be one report, said by the rules or by a person.

    Attributes
    ----------
    kind : str
        ``merge`` (one report), ``ask`` (near-equal: a person must say), ``distinct`` (a person said: two reports),
        ``undo`` (takes back the event `undoes`).
    by : str
        A reviewer's name, or ``rules`` with the version of the rules.
    reasons : tuple of str
        What was seen, in words ("DOI equal", "title 98 % alike", "veto: erratum").
    """

    id: int
    kind: Literal["merge", "ask", "distinct", "undo"]
    record_a: int
    record_b: int
    score: float
    reasons: tuple[str, ...]
    by: str
    at: datetime
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class MergeLink:
    """What a merge event says of which records, and who says it: all that reports are made of.

    The reasons of thousands of events take longer to read than everything that is worked out from them.

    Attributes
    ----------
    kind, by, undoes
        As of a `MergeEvent`.
    """

    id: int
    kind: Literal["merge", "ask", "distinct", "undo"]
    record_a: int
    record_b: int
    by: str
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class RelationEvent:
    """That two records belong together without being one report, suggested by the rules or answered by a person.

    Attributes
    ----------
    kind : str
        ``suggest`` (the rules saw it), ``accept`` or ``dismiss`` (a person's answer to the suggestion `undoes`),
        ``undo`` (takes the answer `undoes` back).
    relation : str
        ``version``, ``erratum``, ``retraction``, ``comment``, ``conference abstract``, ``registration`` or
        ``same study``.
    """

    id: int
    kind: Literal["suggest", "accept", "dismiss", "undo"]
    record_a: int
    record_b: int
    relation: str
    score: float
    reasons: tuple[str, ...]
    by: str
    at: datetime
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """One event of screening: a vote, a resolution of a conflict, or the undo of an earlier event.

    Attributes
    ----------
    record_id : int
        The record that was shown; a report's votes are those of all its records.
    kind : str
        ``vote``; ``resolution`` (settles the report at this stage whatever the votes say); ``undo``.
    reviewer : str
        A person, or ``automation: …`` for a vote that a tool cast.
    reason : str
        Exclusion reason (one of jak.toml's list), or the ground of a resolution.
    """

    id: int
    record_id: int
    stage: Stage
    kind: Literal["vote", "resolution", "undo"]
    reviewer: str
    verdict: Verdict
    reason: str
    note: str
    at: datetime
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class Criteria:
    """What decides whether a report belongs to the review."""

    question: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CriteriaVersion:
    """The criteria as they read when somebody decided under them for the first time."""

    id: int
    criteria: Criteria
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """That a report was looked at again and stays as it is (`done`), or the undo of that.

    Attributes
    ----------
    reasons : tuple of str
        What had spoken for looking at it again, in words.
    why : str
        Why it stays as it is.
    """

    id: int
    kind: Literal["done", "undo"]
    record_id: int
    reasons: tuple[str, ...]
    why: str
    by: str
    at: datetime
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Whether the full text of a report was sought, retrieved or not; the last event stands."""

    id: int
    record_id: int
    status: RetrievalStatus
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Removal:
    """That a report left the pool before screening (PRISMA's first box on the right), or the undo of it.

    Attributes
    ----------
    cause : str
        ``automation`` (marked ineligible by a tool), ``other``, or ``undo``.
    """

    id: int
    record_id: int
    cause: Literal["automation", "other", "undo"]
    reason: str
    by: str
    at: datetime
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """That a stage was ended before every report was read, by which rule; an empty `rule` takes the stop back."""

    id: int
    stage: Stage
    rule: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Draw:
    """That a report was drawn at random, put on record before it was shown: the sample that bounds what is missed.

    The draws of one stage, seed and reviewer are the beginning of one random order of all reports of the stage, whether
    a report was drawn to be read or had been read by then. Those whose votes are in are a simple random sample of the
    frame, without replacement.

    Attributes
    ----------
    record_id : int
        A record of the report, as with decisions.
    seed : int
        Of the random order.
    place : int
        Place of the report in that order, 1 for the first; reports that a refresh brings may come in between.
    frame : int
        Number of reports that it was drawn from.
    by : str
        Reviewer for whom it was drawn.
    """

    id: int
    record_id: int
    stage: Stage
    seed: int
    place: int
    frame: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Study:
    """One investigation, known by a short key that people write in tables (``almutairi_2019``)."""

    key: str
    label: str
    year: int | None = None
    design: str = ""
    comparative: bool = False
    randomised: bool = False
    country: str = ""
    registration: str = ""
    note: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """A report tells of a study.

    Attributes
    ----------
    role : str
        ``report`` (a report of the study), ``secondary`` (another source that tells of it: the study's own reports
        were not read; needs a `why`), ``undo``.
    """

    id: int
    study_key: str
    record_id: int
    role: Literal["report", "secondary", "undo"]
    why: str
    by: str
    at: datetime
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class Arm:
    """A group of patients of one study; patients are counted once per analysis."""

    study_key: str
    key: str
    label: str = ""
    group: str = ""
    dose: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Extraction:
    """One number of one arm, with where it was read.

    Attributes
    ----------
    outcome : str
        Key of the outcome (``salt50``); for a denominator shared by several outcomes a prefix and ``*`` (``ae_*``).
    time : str
        When it was measured, as written ("24 weeks"); compared as text.
    population : str
        ``observed``, ``imputed`` or ``itt``; empty when the source does not say.
    field : str
        ``events``, ``n``, ``mean``, ``sd``, ``percent``, …
    value : float or None
        ``None`` when the source gives no usable number (`status` and `quote` say why).
    status : str
        ``read``, ``read_secondary``, ``read_derived``, ``lower_bound``, ``upper_bound``, ``imputed``, ``approximate``,
        ``not_reported``.
    row : int
        Row of the loaded table, from 2 (the heading is row 1); 0 if unknown.
    """

    study: str
    arm: str
    group: str
    outcome: str
    field: str
    value: float | None
    status: str = "read"
    definition: str = ""
    time: str = ""
    population: str = ""
    source: str = ""
    quote: str = ""
    extractor: str = ""
    note: str = ""
    row: int = 0
    id: int = 0


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something about loaded numbers that a reader of every result must know; it does not block the load.

    Attributes
    ----------
    rows : tuple of int
        Rows of the loaded table (the heading is row 1).
    kind : str
        ``no_integer``, ``contradiction``, ``above_enrolled``, ``nesting``, ``lower_bound``, ``approximate``, ….
    study, arm, outcome : str
        What it touches; empty means all.
    """

    rows: tuple[int, ...]
    kind: str
    message: str
    study: str = ""
    arm: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Appraisal:
    """One item of one instrument, scored by one appraiser for one study."""

    study: str
    instrument: str
    item: str
    score: float | None
    reviewer: str
    quote: str = ""
    note: str = ""
    row: int = 0
    id: int = field(default=0)
