"""Gather from a review what its report says: flow, searches, studies, analyses with the cells behind every number."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from jak.blinding import hidden_decisions
from jak.citing import cite, trail
from jak.flow_counts import decided_since, flow_counts
from jak.looking_again import look_again
from jak.notices import included_reports_noticed
from jak.report import contents as c
from jak.sections import section
from jakdb.words import FULLTEXT, Doubt, Extraction, Record

if TYPE_CHECKING:
    from jak.flow_settings import Convention
    from jak.notices import NoticedReport
    from jak.pooling import AnalysisResult, Membership
    from jak.report.counts import FlowCounts
    from jak.workspace import Review, Snapshot
    from jakdb.imports import Sighting

__all__ = ["report_contents"]


def report_contents(
    review: Review,
    results: Sequence[AnalysisResult],
    *,
    now: datetime,
    convention: Convention = "once",
    figures: bool = True,
) -> c.ReportContents:
    """Gather everything that the report says, the flow by one of the conventions."""
    from jak.cli import jak_version  # noqa: PLC0415 - the roof's version
    from jak.extracting import compared  # noqa: PLC0415
    from jak.pooling import memberships  # noqa: PLC0415
    from jakdb import imports, numbers  # noqa: PLC0415

    snapshot = review.snapshot()
    places = imports.sightings(review.store)
    flow = flow_counts(review, snapshot, convention=convention)
    links = numbers.links(review.store)
    studies = numbers.studies(review.store)
    who = memberships(snapshot, links, list(studies))
    # A settled number shows the value that stands, by whom and why; the ids are those of the extractions.
    standing = {x.id: x for x in compared(review).rows}
    cells = tuple(standing.get(x.id, x) for x in numbers.extractions(review.store))
    doubts = numbers.doubts(review.store)
    reports_of: dict[str, list[tuple[int, str]]] = {}
    for x in links:
        report = snapshot.report_of.get(x.record_id)
        if report is not None:
            reports_of.setdefault(x.study_key, []).append((report, x.why if x.role == "secondary" else ""))
    settings = review.settings
    noticed = included_reports_noticed(review, snapshot)
    # Blind, a report shows nobody a vote that somebody else still has to match: "" is nobody's name.
    hidden = hidden_decisions(snapshot, settings.screening, "")
    return c.ReportContents(
        title=settings.title or "Untitled review",
        generated_at=f"{now:%Y-%m-%d %H:%M} UTC",
        jak_version=jak_version(),
        flow=flow,
        question=settings.question,
        registration=settings.registration,
        protocol=settings.protocol,
        authors=settings.authors,
        amendments=settings.amendments,
        include=settings.include,
        exclude=settings.exclude,
        searches=tuple(_searches(review, places)),
        dedupe=_dedupe(review, snapshot),
        screening=_screening(review, snapshot),
        included=tuple(_included(review, who, reports_of, noticed)),
        excluded=tuple(_excluded(snapshot)),
        not_pooled=tuple(_not_pooled(results)),
        appraisals=tuple(_appraisals(review)),
        analyses=tuple(section(r, figures=figures) for r in results),
        cells=tuple(_cell(x, doubts, reports_of) for x in cells),
        reports=tuple(_trails(snapshot, places, reports_of, hidden)),
        software=_software(),
        cautions=(*settings.notes, *_cautions(review, snapshot, flow, who, noticed)),
    )


def citation(record: Record) -> c.Citation:
    """Return a record as a reference."""
    return c.Citation(cite(record), record.doi, record.pmid, record.registry_ids, record.url)


def _searches(review: Review, places: Sequence[Sighting]) -> Iterator[c.SearchRow]:
    """Yield the searches in force with their accounts and files."""
    from jak.search_accounts import search_accounts  # noqa: PLC0415
    from jakdb import imports  # noqa: PLC0415

    files = [f for f in imports.files(review.store) if not f.undone]
    counted: dict[int, set[int]] = {}
    for place in places:
        counted.setdefault(place.search_id, set()).add(place.record_id)
    accounts = {account.search: account for account in search_accounts(review.store)}
    for s in imports.searches(review.store):
        own = [f for f in files if f.search_id == s.id]
        if s.undone:
            continue
        account = accounts[s.id]
        yield c.SearchRow(
            id=s.id,
            source=s.source,
            platform=s.platform,
            kind=s.kind,
            searched_on=s.searched_on.isoformat() if s.searched_on else "",
            hits=s.hits,
            records=len(counted.get(s.id, ())),
            known=account.known,
            new=account.new,
            rejected=account.rejected,
            purpose=account.purpose,
            strategy=s.strategy,
            files=tuple(
                c.FileRow(f.name, f.sha256, f.format, f.records, f.accepted, f.rejected, f.seen_again, f.warnings)
                for f in own
            ),
        )


def _dedupe(review: Review, snapshot: Snapshot) -> c.DedupeSummary:
    """Count what the rules and people said of pairs."""
    from jak.deduping import open_questions  # noqa: PLC0415
    from jakdb import members  # noqa: PLC0415

    events = members.events_in_force(members.merge_events(review.store))
    merges = [e for e in events if e.kind == "merge"]
    by_rules = [e for e in merges if e.by.startswith("rules")]
    waiting = len(open_questions(review))
    asked = sum(e.kind == "ask" for e in events)
    return c.DedupeSummary(
        records=len(snapshot.records),
        reports=len(snapshot.members),
        merged_by_rules=len(by_rules),
        merged_by_person=len(merges) - len(by_rules),
        asked_open=waiting,
        asked_answered=asked - waiting,
        kept_apart=sum(e.kind == "distinct" for e in events),
        rules=", ".join(dict.fromkeys(e.by.replace("rules", "version") for e in events if e.by.startswith("rules"))),
    )


def _screening(review: Review, snapshot: Snapshot) -> c.ScreeningSummary:
    """Say who decided."""
    from jak.screening import agreement_sentence, screening_status  # noqa: PLC0415

    status = screening_status(review, snapshot)
    votes = [v for state in snapshot.states.values() for v in state.votes]
    tools = tuple(sorted({v.reviewer for v in votes if v.reviewer.startswith("automation:")}))
    people = {
        stage: tuple(sorted({v.reviewer for v in votes if v.stage == stage} - set(tools)))
        for stage in ("abstract", FULLTEXT)
    }
    return c.ScreeningSummary(
        abstract_reviewers=people["abstract"],
        fulltext_reviewers=people[FULLTEXT],
        required=status.reviewers_required,
        blind=status.blind,
        kappa=tuple(map(agreement_sentence, status.agreement)),
        resolved=_settled_conflicts(review, snapshot),
        automation=tools,
        remarks=(),
    )


def _settled_conflicts(review: Review, snapshot: Snapshot) -> int:
    """Count the conflicts that there would be without the resolutions: of each stage with the other one settled."""
    from jakdb import members  # noqa: PLC0415
    from jakscreen import report_states  # noqa: PLC0415

    count = 0
    for stage in ("abstract", FULLTEXT):
        settled = {d.id for d in snapshot.decisions if d.kind == "resolution" and d.stage == stage}
        kept = [d for d in snapshot.decisions if d.id not in settled and d.undoes not in settled]
        without = report_states(
            snapshot.members,
            kept,
            snapshot.retrievals,
            snapshot.removals,
            reviewers_required=review.settings.screening.reviewers_required,
            merges=members.merge_events(review.store),
        )
        for report, state in without.items():
            resolved = any(r.stage == stage for r in snapshot.states[report].resolutions)
            standing = state.abstract if stage == "abstract" else state.fulltext
            count += resolved and standing == "conflict"
    return count


def _included(
    review: Review,
    who: Membership,
    reports_of: Mapping[str, Sequence[tuple[int, str]]],
    noticed: Sequence[NoticedReport],
) -> Iterator[c.IncludedStudy]:
    """Yield the studies that take part."""
    from jak.extracting import compared  # noqa: PLC0415
    from jakdb import numbers  # noqa: PLC0415

    arms = numbers.arms(review.store)
    enrolled = {(x.study, x.arm): x.value for x in compared(review).rows if x.outcome == "enrolled" and x.field == "n"}
    for key, study in numbers.studies(review.store).items():
        if key not in who.included and key not in who.secondary:
            continue
        own = [a for a in arms if a.study_key == key]
        yield c.IncludedStudy(
            key=key,
            label=study.label,
            year=study.year,
            design=study.design,
            country=study.country,
            registration=study.registration,
            arms=tuple(
                c.ArmLine(a.label or a.key, a.group, a.dose, _whole(enrolled.get((key, a.key))), a.note) for a in own
            ),
            report_ids=tuple(dict.fromkeys(r for r, _ in reports_of.get(key, ()))),
            secondary_why=who.secondary.get(key, ""),
            note=study.note,
            notices=tuple(
                one.sentence for one in noticed if one.report in {report for report, _ in reports_of.get(key, ())}
            ),
        )


def _excluded(snapshot: Snapshot) -> Iterator[c.ExcludedFulltext]:
    """Yield the reports excluded at full text."""
    for report, state in snapshot.states.items():
        if state.fulltext == "exclude" and not state.removed:
            notes = [v.note for v in (*state.votes_at(FULLTEXT), *state.resolutions) if v.note]
            yield c.ExcludedFulltext(
                citation(snapshot.best(report)), state.fulltext_reason, "; ".join(dict.fromkeys(notes))
            )


def _not_pooled(results: Sequence[AnalysisResult]) -> Iterator[c.NotPooled]:
    """Yield what an analysis leaves out, and why."""
    for result in results:
        if result.columns is not None:
            for entry in (*result.columns.left_out, *result.columns.not_extracted):
                yield c.NotPooled(entry.study, entry.why, entry.arm, result.spec.name)


def _appraisals(review: Review) -> Iterator[c.AppraisalTable]:
    """Yield a table for each instrument used."""
    from jak.appraising import appraised  # noqa: PLC0415
    from jakdb import numbers  # noqa: PLC0415
    from jakscreen.appraise import instrument  # noqa: PLC0415

    rows = numbers.appraisals(review.store)
    found = appraised(review)
    studies = numbers.studies(review.store)
    for name in dict.fromkeys(r.instrument for r in rows):
        scale = instrument(name)
        own = [r for r in rows if r.instrument == name]
        people = tuple(dict.fromkeys(r.reviewer for r in own))
        scored = {(r.study, r.item, r.reviewer): r for r in own}
        items = scale.questions
        lines = []
        for key in dict.fromkeys(r.study for r in own):
            totals = {t.reviewer: t for t in found.totals if t.study == key and t.instrument == name}
            notes = [r.note for r in own if r.study == key and r.note]
            lines.append(
                c.AppraisedStudy(
                    study=studies[key].label,
                    scores=tuple(tuple(_score(scored.get((key, q.key, p))) for p in people) for q in items),
                    totals=tuple(
                        f"{totals[p].total:g} / {totals[p].maximum:g}" + ("" if totals[p].complete else " (incomplete)")
                        if p in totals
                        else ""
                        for p in people
                    ),
                    note="; ".join(dict.fromkeys(notes))
                    + ("; high risk by the review's rule" if key in found.high_risk else ""),
                )
            )
        rule = found.rules.get(name)
        yield c.AppraisalTable(
            instrument=name,
            reference=scale.reference,
            items=tuple((q.key, q.text) for q in items),
            appraisers=people,
            studies=tuple(lines),
            rule=f"a total below {rule:g} is called high risk" if rule is not None else "",
        )


def _cell(
    cell: Extraction, doubts: Sequence[Doubt], reports_of: Mapping[str, Sequence[tuple[int, str]]]
) -> c.CellSource:
    """Return one number with where it was read and what is doubtful about it."""
    from jakscreen.extract import touches  # noqa: PLC0415

    return c.CellSource(
        id=cell.id,
        study=cell.study,
        arm=cell.arm,
        outcome=cell.outcome,
        field=cell.field,
        value=cell.value,
        status=cell.status,
        source=cell.source,
        quote=cell.quote,
        extractor=cell.extractor,
        note=cell.note,
        time=cell.time,
        population=cell.population,
        definition=cell.definition,
        flags=tuple(d.message for d in doubts if touches(d, cell)),
        report_ids=tuple(dict.fromkeys(r for r, _ in reports_of.get(cell.study, ()))),
    )


def _trails(
    snapshot: Snapshot,
    places: Sequence[Sighting],
    reports_of: Mapping[str, Sequence[tuple[int, str]]],
    hidden: Collection[int],
) -> Iterator[c.ReportTrail]:
    """Yield each report that a study names, with the searches that found it and the decisions on it."""
    named: dict[int, str] = {}
    for pairs in reports_of.values():
        for report, why in pairs:
            named[report] = named.get(report) or why
    searches: dict[int, list[int]] = {}
    for place in places:
        report_of = snapshot.report_of.get(place.record_id)
        if report_of in named and place.search_id not in searches.setdefault(report_of, []):
            searches[report_of].append(place.search_id)
    for report, why in sorted(named.items()):
        yield c.ReportTrail(
            id=report,
            citation=citation(snapshot.best(report)),
            search_ids=tuple(searches.get(report, ())),
            decisions=trail(snapshot, report, hidden=hidden),
            secondary_why=why,
        )


def _cautions(
    review: Review, snapshot: Snapshot, flow: FlowCounts, who: Membership, noticed: Sequence[NoticedReport]
) -> Iterator[str]:
    """Yield what a reader must not overlook."""
    for one in noticed:
        yield f"{one.sentence}."
    if listed := look_again(review, snapshot):
        criteria = sum(one.by_criteria for one in listed)
        yield (
            f"Decided reports that deserve another look: {len(listed) - criteria} read otherwise since, "
            f"{criteria} were decided under other criteria than are printed here."
        )
    if flow.interim:
        yield "The review is not finished: " + "; ".join(f"{x.name} ({x.n})" for x in flow.open_items) + "."
    if review.settings.screening.reviewers_required == 1:
        yield "One vote settled a report; a second reviewer did not check the decisions."
    if moved := decided_since(review, snapshot) if flow.previous else 0:
        yield (
            f"{moved} included report{'s' if moved > 1 else ''} of the previous version: decided on after the new "
            "searches began. The box of previous studies shows how decisions stand now, which may differ from what was "
            "published."
        )
    for x in flow.not_screened:
        yield f"{x.n} reports were not screened, stopping rule {x.name}: relevant ones may be among them."
    for key, why in who.secondary.items():
        yield f"{key} is known from a secondary source only: {why}."


def _software() -> dict[str, str]:
    """Return what computed the results, by version."""
    found = {"Python": sys.version.split()[0]}
    for name in ("numpy", "scipy", "scikit-learn", "rapidfuzz", "matplotlib"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _score(row: object) -> str:
    """Return an item's score as text."""
    value = getattr(row, "score", None)
    return "" if value is None else f"{value:g}"


def _whole(value: float | None) -> int | None:
    """Return a count."""
    return None if value is None else int(value)
