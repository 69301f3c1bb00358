"""Gather from a review what its report says: flow, searches, studies, analyses with the cells behind every number."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from jak.citing import cite, trail
from jak.report import contents as c
from jakdb.words import FULLTEXT, Doubt, Extraction, Record

if TYPE_CHECKING:
    from jak.pooling import AnalysisResult, Membership
    from jak.report.counts import FlowCounts
    from jak.workspace import Review, Snapshot
    from jakdb.imports import Sighting
    from jakpool.results import Pooled, Subgroup

__all__ = ["flow_counts", "flow_rows", "report_contents"]

EFFECTS = {"PLO": "Proportion", "PAS": "Proportion", "RR": "Risk ratio", "OR": "Odds ratio"}


def flow_counts(review: Review, snapshot: Snapshot) -> FlowCounts:
    """Count the PRISMA 2020 flow from the events; a sum that fails is an error."""
    from jak.report.flow import FlowInputs, count_flow  # noqa: PLC0415
    from jakdb import imports, numbers  # noqa: PLC0415 - SQLAlchemy is not for --help

    found: dict[int, int] = {}
    for place in imports.sightings(review.store):
        found.setdefault(place.record_id, place.search_id)
    return count_flow(
        FlowInputs(
            searches=[s for s in imports.searches(review.store) if not s.undone],
            found=found,
            members=snapshot.members,
            states=snapshot.states,
            stops=snapshot.stops,
            links=numbers.links(review.store),
        )
    )


def flow_rows(flow: FlowCounts) -> list[tuple[str, int]]:
    """Return the flow as lines for a terminal."""
    rows = [(f"identified: {x.name}", x.n) for x in (*flow.databases, *flow.registers)]
    rows.append(("duplicates removed", flow.duplicates))
    if flow.automation:
        rows.append(("marked ineligible by automation", flow.automation))
    rows += [(f"removed before screening: {x.name}", x.n) for x in flow.removed]
    rows += [(f"not screened, stopping rule {x.name}", x.n) for x in flow.not_screened]
    rows.append(("screened", flow.screened))
    rows.append(("excluded", flow.excluded_human))
    if flow.excluded_automation:
        rows.append(("excluded by automation", flow.excluded_automation))
    text = flow.fulltext
    rows += [("sought for retrieval", text.sought), ("not retrieved", text.not_retrieved), ("assessed", text.assessed)]
    rows += [(f"excluded at full text: {x.name}", x.n) for x in text.excluded]
    rows += [(f"retrieved, not assessed, stopping rule {x.name}", x.n) for x in text.not_assessed]
    rows += [(name, n) for name, n in (("awaiting classification", text.awaiting), ("ongoing", text.ongoing)) if n]
    if flow.other:
        rows += [(f"other methods: {x.name}", x.n) for x in flow.other.identified]
        rows += [
            ("other methods: sought", flow.other.fulltext.sought),
            ("other methods: included", flow.other.fulltext.included),
        ]
    rows += [("studies included", flow.included_studies), ("reports of included studies", flow.included_reports)]
    if flow.secondary_studies:
        rows.append(("studies from a secondary source only", flow.secondary_studies))
    rows += [(f"open: {x.name}", x.n) for x in flow.open_items]
    return rows


def report_contents(
    review: Review, results: Sequence[AnalysisResult], *, now: datetime, figures: bool = True
) -> c.ReportContents:
    """Gather everything that the report says."""
    from jak.cli import jak_version  # noqa: PLC0415 - the roof's version
    from jak.extracting import compared  # noqa: PLC0415
    from jak.pooling import memberships  # noqa: PLC0415
    from jakdb import imports, numbers  # noqa: PLC0415

    snapshot = review.snapshot()
    places = imports.sightings(review.store)
    flow = flow_counts(review, snapshot)
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
        included=tuple(_included(review, who, reports_of)),
        excluded=tuple(_excluded(snapshot)),
        not_pooled=tuple(_not_pooled(results)),
        appraisals=tuple(_appraisals(review)),
        analyses=tuple(_section(r, doubts, figures=figures) for r in results),
        cells=tuple(_cell(x, doubts, reports_of) for x in cells),
        reports=tuple(_trails(snapshot, places, reports_of)),
        software=_software(),
        cautions=(*settings.notes, *_cautions(review, flow, who)),
    )


def citation(record: Record) -> c.Citation:
    """Return a record as a reference."""
    return c.Citation(cite(record), record.doi, record.pmid, record.registry_ids, record.url)


def _searches(review: Review, places: Sequence[Sighting]) -> Iterator[c.SearchRow]:
    """Yield the searches in force with their files."""
    from jakdb import imports  # noqa: PLC0415

    files = [f for f in imports.files(review.store) if not f.undone]
    counted: dict[int, set[int]] = {}
    for place in places:
        counted.setdefault(place.search_id, set()).add(place.record_id)
    for s in imports.searches(review.store):
        own = [f for f in files if f.search_id == s.id]
        if s.undone:
            continue
        yield c.SearchRow(
            id=s.id,
            source=s.source,
            platform=s.platform,
            kind=s.kind,
            searched_on=s.searched_on.isoformat() if s.searched_on else "",
            hits=s.hits,
            records=len(counted.get(s.id, ())),
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
        rules=", ".join(dict.fromkeys(e.by for e in events if e.by.startswith("rules"))),
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
        resolved=sum(len(state.resolutions) for state in snapshot.states.values()),
        automation=tools,
        remarks=(),
    )


def _included(
    review: Review, who: Membership, reports_of: Mapping[str, Sequence[tuple[int, str]]]
) -> Iterator[c.IncludedStudy]:
    """Yield the studies that take part."""
    from jakdb import numbers  # noqa: PLC0415

    arms = numbers.arms(review.store)
    enrolled = {
        (x.study, x.arm): x.value
        for x in numbers.extractions(review.store)
        if x.outcome == "enrolled" and x.field == "n"
    }
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


def _section(result: AnalysisResult, doubts: Sequence[Doubt], *, figures: bool) -> c.AnalysisSection:
    """Turn one analysis into its section."""
    from jakpool.sentences import methods_sentence, results_sentence  # noqa: PLC0415

    from jak.figures import picture  # noqa: PLC0415
    from jak.tabling import p_value  # noqa: PLC0415

    pooled, overall, spec = result.pooled, result.overall, result.spec
    columns = result.columns
    cells = columns.cells if columns is not None else ((),) * len(pooled.studies)
    rows = tuple(
        c.DataRow(
            id=f"{i}",
            label=row.label,
            study=row.study,
            group=row.group,
            events=row.events,
            n=row.n,
            events_c=row.events_c,
            n_c=row.n_c,
            cell_ids=tuple(x.id for x in own),
            estimate=row.estimate,
            interval=c.Span(row.ci.lower, row.ci.upper, row.ci.method),
            weight=row.weight,
        )
        for i, (row, own) in enumerate(zip(pooled.studies, cells, strict=True), start=1)
    )
    everything = tuple(r.id for r in rows)
    figures_of = [_pooled_row("Overall", overall, everything)]
    figures_of += [_pooled_row(g.name, g, tuple(r.id for r in rows if r.group == g.name)) for g in pooled.subgroups]
    between = ""
    if pooled.between is not None and pooled.between.QM is not None:
        df, df2 = pooled.between.QMdf
        degrees = f"{df} df" if df2 is None else f"{df} and {df2:g} df"
        between = f"Test between subgroups: {pooled.between.method} {pooled.between.QM:.2f}, {degrees}, p {p_value(pooled.between.QMp)}."
    known = {x.message for x in result.doubts}
    notes = dict.fromkeys(
        n
        for n in (*(x.message for p in (overall, pooled) for x in p.notes), *(columns.notes if columns else ()))
        if n.removeprefix("doubt: ") not in known
    )
    return c.AnalysisSection(
        name=spec.name,
        title=spec.title,
        effect=EFFECTS.get(spec.measure, "Effect"),
        scale="percent" if spec.measure in ("PLO", "PAS") else "ratio",
        methods=methods_sentence(overall),
        results=results_sentence(overall),
        rows=rows,
        pooled=tuple(figures_of),
        between=between,
        caution=spec.caution,
        notes=tuple(notes),
        doubts=tuple(x.message for x in result.doubts),
        left_out=tuple(map(str, columns.left_out)) if columns else (),
        variants=tuple(
            c.VariantRow(
                v.variant.title,
                _pooled_row(v.variant.title, v.pooled, ()) if v.pooled is not None else None,
                tuple(map(str, v.variant.dropped)),
                v.variant.why,
            )
            for v in result.variants
        ),
        leave_one_out=tuple(_pooled_row(x.study, x.pooled, ()) for x in result.leave_one_out),
        forest_svg=picture("forest", result).decode() if figures else "",
        funnel_svg=picture("funnel", result).decode() if figures and pooled.k > 2 else "",
        settings=result.to_dict()["settings"],
    )


def _pooled_row(name: str, pooled: Pooled | Subgroup, row_ids: tuple[str, ...]) -> c.PooledRow:
    """Return a pooled figure with every interval and its method."""
    from jakpool.effects import back_transform  # noqa: PLC0415

    back = pooled.back
    spans = [c.Span(back.ci_lb, back.ci_ub, pooled.ci_method)]
    if back.profile_lb is not None and not pooled.ci_method.startswith("profile"):
        spans.append(c.Span(back.profile_lb, back.profile_ub, "profile likelihood"))
    for other in getattr(pooled, "intervals", ()):
        measure = getattr(pooled, "measure", "GEN")
        spans.append(c.Span(back_transform(other.lower, measure), back_transform(other.upper, measure), other.method))
    prediction = None
    if back.pi_lb is not None or back.pi_ub is not None:
        method = getattr(getattr(pooled, "settings", None), "pi_method", "")
        prediction = c.Span(back.pi_lb, back.pi_ub, method)
    return c.PooledRow(
        name=name,
        k=pooled.k,
        k_studies=pooled.k_studies,
        n=pooled.n_total,
        events=pooled.events_total,
        estimate=back.estimate,
        intervals=tuple(spans),
        prediction=prediction,
        heterogeneity=tuple(_heterogeneity(pooled)),
        row_ids=row_ids,
    )


def _heterogeneity(pooled: Pooled | Subgroup) -> Iterator[str]:
    """Yield finished phrases on heterogeneity."""
    from jak.tabling import p_value  # noqa: PLC0415

    tau2, i2 = getattr(pooled, "tau2", None), getattr(pooled, "I2", None)
    if tau2 is not None:
        yield f"τ² = {tau2:.3f}{_bounds(pooled, 'tau2', 3)}"
    if i2 is not None:
        yield f"I² from τ² {i2:.0f} %{_bounds(pooled, 'I2', 0)}"
    if pooled.I2_Q is not None:
        yield f"I² from Q {pooled.I2_Q:.0f} %{_bounds(pooled, 'I2_Q', 0)}"
    if pooled.QE is not None and pooled.QEp is not None:
        alpha = getattr(getattr(pooled, "settings", None), "alpha", None)
        verdict = "" if alpha is None else f" ({'' if pooled.QEp < alpha else 'not '}significant at α = {alpha:g})"
        yield f"Q = {pooled.QE:.2f}, {pooled.QE_df} df, p {p_value(pooled.QEp)}{verdict}"


def _bounds(pooled: object, name: str, digits: int) -> str:
    """Return the interval of a measure of heterogeneity in brackets, or nothing where there is none."""
    low, high = getattr(pooled, f"{name}_lb", None), getattr(pooled, f"{name}_ub", None)
    return "" if low is None or high is None else f" ({low:.{digits}f} to {high:.{digits}f})"


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
    snapshot: Snapshot, places: Sequence[Sighting], reports_of: Mapping[str, Sequence[tuple[int, str]]]
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
            decisions=trail(snapshot, report),
            secondary_why=why,
        )


def _cautions(review: Review, flow: FlowCounts, who: Membership) -> Iterator[str]:
    """Yield what a reader must not overlook."""
    if flow.interim:
        yield "The review is not finished: " + "; ".join(f"{x.name} ({x.n})" for x in flow.open_items) + "."
    if review.settings.screening.reviewers_required == 1:
        yield "One vote settled a report; a second reviewer did not check the decisions."
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
