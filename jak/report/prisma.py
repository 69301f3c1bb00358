"""Draw the PRISMA 2020 flow diagram as one SVG file without any outside reference.

The boxes, their order and their wording follow the template of PRISMA 2020 (Page et al. 2021, BMJ 372:n71). Dashed
boxes are additions: what a stopping rule left unread, and what is still open. The layout is computed from the texts.
"""

from __future__ import annotations

from collections.abc import Sequence

from jak.report.counts import FlowCounts, FullTextCounts, Named, OtherCounts, check, total
from jak.report.flowchart import Column, Content, Line, Side, Step, draw
from jak.report.textfit import clean

__all__ = ["flow_svg", "flow_words"]

CITATION = "Format: PRISMA 2020 (Page MJ et al. BMJ 2021;372:n71)"
SIDES = (Side("Identification", 0, 0), Side("Screening", 1, 3), Side("Included", 4, 4))


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
    columns = [Column("Identification of studies via databases and registers", tuple(_main_steps(counts)))]
    if counts.other:
        columns.append(Column("Identification of studies via other methods", tuple(_other_steps(counts.other))))
    still_open = "; ".join(_n(row.name, row.n) for row in counts.open_items)
    return draw(
        columns,
        SIDES,
        width=226.0 if counts.other else 286.0,
        title="PRISMA 2020 flow diagram" + (", interim" if counts.interim else ""),
        desc=f"{flow_words(counts)} {CITATION}, doi:10.1136/bmj.n71.",
        foot=CITATION + "; dashed boxes are additions" * _has_additions(counts),
        mark=f"INTERIM, still open: {still_open}" if counts.interim else "",
    )


def flow_words(counts: FlowCounts) -> str:
    """Return the flow in sentences: the text alternative of the diagram."""
    parts = [
        f"Records identified: {_list([*counts.databases, *counts.registers])}.",
        f"Removed before screening: duplicates {counts.duplicates:,}, marked as ineligible by automation tools "
        f"{counts.automation:,}, other reasons {total(counts.removed):,}.",
        *(f"Not screened, stopping rule {row.name}: {row.n:,}." for row in counts.not_screened),
        f"Records screened: {counts.screened:,}; excluded by reviewers {counts.excluded_human:,}, by automation tools "
        f"{counts.excluded_automation:,}.",
        _fulltext_words(counts.fulltext),
    ]
    if counts.other:
        other = counts.other
        parts += [f"Other methods: records identified: {_list(other.identified)}.", _fulltext_words(other.fulltext)]
    parts.append(
        f"Included: studies {counts.included_studies:,}, reports of included studies {counts.included_reports:,}, "
        f"studies known from a secondary source only {counts.secondary_studies:,}."
    )
    if counts.interim:
        parts.append("Interim; still open: " + "; ".join(f"{row.name} {row.n:,}" for row in counts.open_items) + ".")
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
        Line(_n("Records marked as ineligible by automation tools", counts.automation)),
        Line(_n("Records removed for other reasons", total(counts.removed))),
        *(Line(_n(row.name, row.n), 1) for row in counts.removed),
    ]
    excluded = [
        Line(_n("Records excluded", counts.excluded_human + counts.excluded_automation), bold=True),
        Line(_n("by reviewers", counts.excluded_human), 1),
        Line(_n("by automation tools", counts.excluded_automation), 1),
    ]
    included = [
        Line(_n("Studies included in review", counts.included_studies), bold=True),
        Line(_n("Reports of included studies", counts.included_reports), bold=True),
    ]
    if counts.secondary_studies:
        included.append(Line(_n("Studies known from a secondary source only", counts.secondary_studies)))
    if counts.unlinked_reports:
        included.append(Line(_n("Open: included reports not yet linked with a study", counts.unlinked_reports)))
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
        Step(Content(tuple(included))),
    ]


def _other_steps(other: OtherCounts) -> list[Step]:
    """Return the column of other methods, which joins the first one at the included studies."""
    identified = [Line("Records identified from:", bold=True)]
    identified += [Line(_n(row.name, row.n)) for row in other.identified]
    fates = (
        ("Duplicates, or found by databases and registers too", other.duplicates),
        ("Removed", other.removed),
        ("Excluded on title and abstract", other.excluded),
    )
    gone = [Line(_n(words, n)) for words, n in fates if n]
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
