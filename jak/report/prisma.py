"""Draw the PRISMA 2020 flow diagram as one SVG file without any outside reference.

The boxes, their order and their wording follow the templates of PRISMA 2020 (Page et al. 2021, BMJ 372:n71), that for
updated reviews included. Dashed boxes are additions: what a stopping rule left unread, and what is still open. The
layout is computed from the texts.
"""

from __future__ import annotations

from collections.abc import Sequence

from jak.report.convention import convention_sentence
from jak.report.counts import FlowCounts, FullTextCounts, Named, OtherCounts, PreviousCounts, check, total
from jak.report.flowchart import Column, Content, Line, Side, Step, draw
from jak.report.textfit import clean

__all__ = ["flow_svg", "flow_words"]

CITATION = "Format: PRISMA 2020 (Page MJ et al. BMJ 2021;372:n71)"
WIDTHS = {1: 286.0, 2: 226.0, 3: 206.0}
"""Width of a box in pixels, by the number of columns."""
INCLUDED = 4
"""Row of the studies included; in an updated review the total stands below it."""


def flow_svg(counts: FlowCounts) -> str:
    r"""Draw the flow; the same counts give the same bytes.

    Raises
    ------
    FlowMismatchError
        If the counts do not add up: such a flow is never drawn.

    Examples
    --------
    >>> from jak.report.counts import FullTextCounts
    >>> found, none = (Named("PubMed", 2),), FullTextCounts()
    >>> counts = FlowCounts(found, (), 1, 0, (), (), 0, 1, 1, 0, 0, 0, none, None, 0, 0, 0, 0)
    >>> svg = flow_svg(counts)
    >>> svg.startswith("<svg "), "PubMed (n\xa0=\xa02)" in svg, "INTERIM" in svg
    (True, True, False)
    """
    check(counts)
    studies = "new studies" if counts.previous else "studies"
    columns = [Column(f"Identification of {studies} via databases and registers", tuple(_main_steps(counts)))]
    if counts.other:
        head = f"Identification of {studies} via other methods"
        columns.append(Column(head, tuple(_other_steps(counts, counts.other)), joins=INCLUDED))
    if counts.previous:
        columns.insert(0, Column("Previous studies", (Step(_previous(counts.previous)),)))
    sides = (
        Side("Identification", 0, 0),
        Side("Screening", 1, 3),
        Side("Included", INCLUDED, len(_main_steps(counts)) - 1),
    )
    still_open = "; ".join(_n(row.name, row.n) for row in counts.open_items)
    return draw(
        columns,
        sides,
        width=WIDTHS[len(columns)],
        title="PRISMA 2020 flow diagram" + (", interim" if counts.interim else ""),
        desc=f"{flow_words(counts)} {CITATION}, doi:10.1136/bmj.n71.",
        foot=(convention_sentence(counts), CITATION + "; dashed boxes are additions" * _has_additions(counts)),
        main=1 if counts.previous else 0,
        mark=f"INTERIM, still open: {still_open}" if counts.interim else "",
    )


def flow_words(counts: FlowCounts) -> str:
    """Return the flow in sentences: the text alternative of the diagram."""
    parts = [
        f"Records identified: {_list([*counts.databases, *counts.registers])}.",
        f"Removed before screening: duplicates {counts.duplicates:,}{_of_them_words(counts, counts)}, marked as "
        f"ineligible by automation tools {counts.automation:,}, other reasons {total(counts.removed):,}.",
        *(f"Not screened, stopping rule {row.name}: {row.n:,}." for row in counts.not_screened),
        f"Records screened: {counts.screened:,}; excluded by reviewers {counts.excluded_human:,}, by automation tools "
        f"{counts.excluded_automation:,}.",
        _fulltext_words(counts.fulltext),
    ]
    if counts.other:
        other = counts.other
        parts += [
            f"Other methods: records identified: {_list(other.identified)}; duplicates {other.duplicates:,}"
            f"{_of_them_words(counts, other)}.",
            _fulltext_words(other.fulltext),
        ]
    if counts.previous:
        new, more = counts.previous.new_reports, counts.previous.more_reports
        parts += [
            f"Previous version: studies {counts.previous.studies:,}, reports {counts.previous.reports:,}.",
            f"New: studies {counts.previous.new_studies:,}, reports of new included studies {new:,}, new reports of "
            f"previous studies {more:,}.",
        ]
    parts.append(
        f"{'Total included' if counts.previous else 'Included'}: studies {counts.included_studies:,}, reports of "
        f"included studies {counts.included_reports:,}, studies known from a secondary source only "
        f"{counts.secondary_studies:,}."
    )
    if counts.interim:
        parts.append("Interim; still open: " + "; ".join(f"{row.name} {row.n:,}" for row in counts.open_items) + ".")
    parts.append(convention_sentence(counts))
    return " ".join(parts)


def _has_additions(counts: FlowCounts) -> bool:
    """Tell whether a box was added to the template of PRISMA 2020."""
    both = [counts.fulltext] + ([counts.other.fulltext] if counts.other else [])
    stopped = counts.not_screened or any(c.not_assessed for c in both) or (counts.other and counts.other.not_screened)
    return counts.interim or bool(stopped)


def _fulltext_words(counts: FullTextCounts) -> str:
    """Return the sentence from reports sought to reports excluded."""
    left = "".join(f"; not assessed, stopping rule {row.name} {row.n:,}" for row in counts.not_assessed)
    return (
        f"Reports sought for retrieval: {counts.sought:,}; not retrieved {counts.not_retrieved:,}{left}; assessed for "
        f"eligibility {counts.assessed:,}; excluded {total(counts.excluded):,} ({_list(counts.excluded)}); awaiting "
        f"classification {counts.awaiting:,}; ongoing {counts.ongoing:,}; included {counts.included:,}."
    )


def _of_them(counts: FlowCounts, column: FlowCounts | OtherCounts) -> list[tuple[str, int]]:
    """Return what the convention adds to the duplicates of a column."""
    known = counts.previous is not None and counts.previous.since
    return [
        *([("known from the previous version", column.known)] if known else []),
        *([("found again", column.found_again)] if counts.convention != "once" else []),
    ]


def _of_them_words(counts: FlowCounts, column: FlowCounts | OtherCounts) -> str:
    """Return the same for the text alternative."""
    said = ", ".join(f"{words} {n:,}" for words, n in _of_them(counts, column))
    return f" (of them {said})" if said else ""


def _list(rows: Sequence[Named]) -> str:
    """Return names with their numbers in one line."""
    return ", ".join(f"{clean(row.name)} {row.n:,}" for row in rows) or "none"


def _n(words: str, n: int) -> str:
    """Return the words with their number in PRISMA's form, the number never broken."""
    return f"{clean(words)} (n\u00a0=\u00a0{n:,})"


def _main_steps(counts: FlowCounts) -> list[Step]:
    """Return the column of databases and registers, from top to bottom."""
    identified = [Line("Records identified from:", bold=True)]
    for head, rows in (("Databases", counts.databases), ("Registers", counts.registers)):
        identified.append(Line(_n(head, total(rows))))
        identified += [Line(_n(row.name, row.n), 1) for row in rows]
    removed = [
        Line("Records removed before screening:", bold=True),
        Line(_n("Duplicate records removed", counts.duplicates)),
        *(Line(_n(words, n), 1) for words, n in _of_them(counts, counts)),
        Line(_n("Records marked as ineligible by automation tools", counts.automation)),
        Line(_n("Records removed for other reasons", total(counts.removed))),
        *(Line(_n(row.name, row.n), 1) for row in counts.removed),
    ]
    excluded = [
        Line(_n("Records excluded", counts.excluded_human + counts.excluded_automation), bold=True),
        Line(_n("by reviewers", counts.excluded_human), 1),
        Line(_n("by automation tools", counts.excluded_automation), 1),
    ]
    waiting = _open(
        ("Waiting for another reviewer", counts.pending),
        ("Conflicts to resolve", counts.conflicts),
    )
    return [
        Step(
            Content(tuple(identified)),
            (
                Content(tuple(removed)),
                *_stopped("Records not screened", counts.not_screened),
                *_open(("Not yet screened", counts.unscreened)),
            ),
        ),
        Step(
            Content((Line(_n("Records screened", counts.screened), bold=True),)), (Content(tuple(excluded)), *waiting)
        ),
        *_fulltext_steps(counts.fulltext),
        *_included_steps(counts),
    ]


def _included_steps(counts: FlowCounts) -> list[Step]:
    """Return the studies included; in an updated review the new ones, and below them the total."""
    rows = [("Studies included in review", "Reports of included studies")]
    numbers = [(counts.included_studies, counts.included_reports)]
    previous = counts.previous
    if previous:
        rows = [
            ("New studies included in review", "Reports of new included studies"),
            ("Total studies included in review", "Reports of total included studies"),
        ]
        numbers.insert(0, (previous.new_studies, previous.new_reports))
    boxes = [
        [Line(_n(words, n), bold=True) for words, n in zip(heads, pair, strict=True)]
        for heads, pair in zip(rows, numbers, strict=True)
    ]
    if previous and previous.more_reports:
        boxes[0].append(Line(_n("New reports of previously included studies", previous.more_reports)))
    if counts.secondary_studies:
        boxes[-1].append(Line(_n("Studies known from a secondary source only", counts.secondary_studies)))
    if counts.unlinked_reports:
        boxes[-1].append(Line(_n("Open: included reports not yet linked with a study", counts.unlinked_reports)))
    return [Step(Content(tuple(lines))) for lines in boxes]


def _previous(counts: PreviousCounts) -> Content:
    """Return the box of the previous version."""
    lines = [
        Line(_n("Studies included in previous version of review", counts.studies), bold=True),
        Line(_n("Reports of studies included in previous version of review", counts.reports), bold=True),
    ]
    if counts.open:
        lines.append(Line(_n("Open: reports not settled", counts.open)))
    return Content(tuple(lines))


def _other_steps(counts: FlowCounts, other: OtherCounts) -> list[Step]:
    """Return the column of other methods, which joins the main one at the included studies."""
    identified = [Line("Records identified from:", bold=True)]
    identified += [Line(_n(row.name, row.n)) for row in other.identified]
    fates = (
        ("Duplicates, or found by databases and registers too", other.duplicates),
        ("Removed", other.removed),
        ("Excluded on title and abstract", other.excluded),
    )
    gone = [Line(_n(words, n)) for words, n in fates if n]
    if other.duplicates:
        gone[1:1] = [Line(_n(words, n), 1) for words, n in _of_them(counts, other)]
    aside = [
        *([Content((Line("Records not sought:", bold=True), *gone))] if gone else []),
        *_stopped("Records not screened", other.not_screened),
        *_open(
            ("Not yet screened", other.unscreened),
            ("Waiting for another reviewer", other.pending),
            ("Conflicts to resolve", other.conflicts),
        ),
    ]
    return [Step(Content(tuple(identified)), tuple(aside)), Step(None), *_fulltext_steps(other.fulltext)]


def _fulltext_steps(counts: FullTextCounts) -> list[Step]:
    """Return the two rows from reports sought to reports assessed."""
    retrieval = (
        Content((Line(_n("Reports not retrieved", counts.not_retrieved), bold=True),)),
        *_stopped("Reports not assessed", counts.not_assessed),
        *_open(
            ("Not known whether retrieved", counts.retrieval_open),
            ("Retrieved, not yet assessed", counts.unassessed),
        ),
    )
    excluded = [Line(_n("Reports excluded", total(counts.excluded)) + (":" if counts.excluded else ""), bold=True)]
    excluded += [Line(_n(row.name, row.n), 1) for row in counts.excluded]
    later = [
        Line(_n(words, n))
        for words, n in (("Reports awaiting classification", counts.awaiting), ("Ongoing studies", counts.ongoing))
        if n
    ]
    verdicts = (
        Content(tuple(excluded)),
        *([Content(tuple(later))] if later else []),
        *_open(
            ("Waiting for another reviewer", counts.pending),
            ("Conflicts to resolve", counts.conflicts),
        ),
    )
    return [
        Step(Content((Line(_n("Reports sought for retrieval", counts.sought), bold=True),)), retrieval),
        Step(Content((Line(_n("Reports assessed for eligibility", counts.assessed), bold=True),)), verdicts),
    ]


def _stopped(head: str, rows: Sequence[Named]) -> list[Content]:
    """Return the box of what a stopping rule left unread."""
    return [Content((Line(_n(head, row.n), bold=True), Line(f"stopping rule: {row.name}", 1)), "stop") for row in rows]


def _open(*rows: tuple[str, int]) -> list[Content]:
    """Return one dashed box of what is still open, or none."""
    lines = [Line(_n(words, n), 1) for words, n in rows if n]
    return [Content((Line("Still open:", bold=True), *lines), "open")] if lines else []
