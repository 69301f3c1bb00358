"""Reports that were retracted or corrected, or of which an editor has expressed concern, as their sources read last.

A report's own record may say so, or the notice may be a record of the review that names the report: a search by date
finds the notice and not the older paper again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from jak.looking_again import is_in, state_in_words
from jak.places import places_of

if TYPE_CHECKING:
    from jak.workspace import Review, Snapshot
    from jakdb.words import Link, Record, RelatedItem

__all__ = [
    "Named",
    "NoticedReport",
    "included_reports_noticed",
    "named_by_notices",
    "noticed_reports",
    "notices_of_studies",
    "retracted_reports",
]

Kind = Literal["retracted", "concern", "corrected"]
WORDS: Mapping[Kind, str] = {
    "retracted": "RETRACTED",
    "concern": "EXPRESSION OF CONCERN",
    "corrected": "CORRECTED",
}
OWN: Mapping[str, Kind] = {
    "retraction_in": "retracted",
    "retracted_republished_in": "retracted",
    "expression_of_concern_in": "concern",
    "erratum_in": "corrected",
    "corrected_in": "corrected",
}
"""What a record says of itself."""
OF_ANOTHER: Mapping[str, Kind] = {
    "retraction_of": "retracted",
    "retracted_republished_from": "retracted",
    "expression_of_concern_for": "concern",
    "erratum_for": "corrected",
    "corrected_from": "corrected",
}
"""What a notice says of the paper that it is about."""


Named = Mapping[str, Sequence[tuple[Kind, int]]]
"""PMID or DOI -> what notices say of that paper, and the record that is the notice."""


@dataclass(frozen=True, slots=True)
class NoticedReport:
    """A report with a notice of one kind.

    Attributes
    ----------
    kind : str
        ``retracted``, ``concern`` or ``corrected`` (errata among them).
    notices : tuple of RelatedItem
        As the report's own records name them; empty if only its publication type says so.
    found_in : tuple of int
        Records of this review that are such a notice.
    """

    report: int
    title: str
    state: str
    kind: Kind
    notices: tuple[RelatedItem, ...]
    found_in: tuple[int, ...] = ()

    @property
    def sentence(self) -> str:
        """The warning, in words."""
        where = [" ".join(filter(None, (one.citation, f"PMID {one.pmid}" if one.pmid else ""))) for one in self.notices]
        where += [f"record {number} of this review says so" for number in self.found_in]
        said = f" ({'; '.join(filter(None, where))})" if any(where) else ""
        return f"{WORDS[self.kind]}: report {self.report} ({self.state}): {self.title}{said}"

    @property
    def word(self) -> str:
        """The kind, as it stands in tables."""
        return WORDS[self.kind]


def included_reports_noticed(review: Review, snapshot: Snapshot) -> tuple[NoticedReport, ...]:
    """Return the notices on reports that are included at the last stage that they have reached, the gravest first."""
    found = noticed_reports(
        review, snapshot, [r for r, state in snapshot.states.items() if not state.removed and is_in(state)]
    )
    return tuple(sorted(found, key=lambda one: (list(WORDS).index(one.kind), one.report)))


def retracted_reports(review: Review, snapshot: Snapshot) -> tuple[NoticedReport, ...]:
    """Return the included reports that were retracted."""
    return tuple(one for one in included_reports_noticed(review, snapshot) if one.kind == "retracted")


def noticed_reports(
    review: Review, snapshot: Snapshot, reports: Collection[int], *, named: Named | None = None
) -> tuple[NoticedReport, ...]:
    """Return the notices on some reports, as their sources read last; a report may have one of each kind.

    Parameters
    ----------
    named : mapping, optional
        What `named_by_notices` found among the snapshot's records; without it they are all looked through.
    """
    from jakdb import imports  # noqa: PLC0415 - SQLAlchemy is not for --help
    from jaksearch.refresh import is_retracted, record_of  # noqa: PLC0415

    latest = {r: snapshot.records[r] for report in reports for r in snapshot.members[report]}
    # A record whose source text never changed reads as it was stored.
    for number, places in places_of(review.store, imports.records_that_vary(review.store, latest)):
        latest[number] = record_of(places[-1].sight) or latest[number]
    if named is None:
        named = named_by_notices(snapshot.records.values())
    found = []
    for report in reports:
        records = [latest[r] for r in snapshot.members[report]]
        of_kind: dict[Kind, tuple[list[RelatedItem], list[int]]] = {}
        for record in records:
            if is_retracted(record):
                of_kind.setdefault("retracted", ([], []))
            for item in record.related:
                if item.kind in OWN:
                    of_kind.setdefault(OWN[item.kind], ([], []))[0].append(item)
            for kind, number in (x for key in _keys(record.pmid, record.doi) for x in named.get(key, ())):
                of_kind.setdefault(kind, ([], []))[1].append(number)
        for kind, (items, numbers) in sorted(of_kind.items(), key=lambda pair: list(WORDS).index(pair[0])):
            title, state = snapshot.best(report).title, state_in_words(snapshot.states[report])
            own = tuple(dict.fromkeys(items))
            known = {pmid for item in own if (pmid := item.pmid)}
            # A notice that the report names itself need not be named twice.
            other = tuple(n for n in dict.fromkeys(numbers) if snapshot.records[n].pmid not in known)
            found.append(NoticedReport(report, title, state, kind, own, other))
    return tuple(found)


def notices_of_studies(
    review: Review, snapshot: Snapshot, links: Sequence[Link], studies: Collection[str]
) -> dict[str, tuple[NoticedReport, ...]]:
    """Return the notices on included reports of each study that has one, the gravest first."""
    noticed = included_reports_noticed(review, snapshot)
    found = {}
    for key in dict.fromkeys(studies):
        reports = {snapshot.report_of.get(x.record_id) for x in links if x.study_key == key}
        if own := tuple(one for one in noticed if one.report in reports):
            found[key] = own
    return found


def named_by_notices(records: Collection[Record]) -> Named:
    """Return, by PMID and DOI, what notices among the records say of other papers."""
    found: dict[str, list[tuple[Kind, int]]] = {}
    for record in records:
        for item in record.related:
            if item.kind in OF_ANOTHER:
                for key in _keys(item.pmid, item.doi):
                    found.setdefault(key, []).append((OF_ANOTHER[item.kind], record.id))
    return found


def _keys(pmid: str, doi: str) -> Iterator[str]:
    """Yield what a paper is known by."""
    if pmid:
        yield f"PMID {pmid}"
    if doi:
        yield f"doi:{doi}"
