"""Write the methods of the review as sentences, from what was done and not from what was planned.

The order follows the PRISMA 2020 checklist (Page et al. 2021, BMJ 372:n71), items 6 to 11. A single reviewer, an
unfinished stage, or a search without a date is said as such.
"""

from __future__ import annotations

from dataclasses import dataclass

from jak.report.contents import AppraisalTable, DedupeSummary, ReportContents, ScreeningSummary, SearchRow
from jak.report.convention import convention_sentence
from jak.report.counts import FlowCounts
from jak.report.numbers import join_words, plural

__all__ = ["MethodsParagraph", "methods_paragraphs"]

KINDS = (("database", "databases"), ("register", "registers"), ("other", "other sources"))


@dataclass(frozen=True, slots=True)
class MethodsParagraph:
    """A heading and its sentences."""

    heading: str
    text: str


def methods_paragraphs(contents: ReportContents) -> tuple[MethodsParagraph, ...]:
    """Return the paragraphs on protocol, search, duplicates, selection, flow diagram, extraction and appraisal.

    The sentences on synthesis stand with each analysis.

    Examples
    --------
    >>> from jak.report.counts import FlowCounts, FullTextCounts
    >>> flow = FlowCounts((), (), 0, 0, (), (), 0, 0, 0, 0, 0, 0, FullTextCounts(), None, 0, 0, 0, 0)
    >>> contents = ReportContents(title="T", generated_at="2026-11-22", jak_version="0.1.0", flow=flow)
    >>> methods_paragraphs(contents)[0].text
    'No registration and no protocol of this review are recorded.'
    """
    paragraphs = [
        MethodsParagraph("Registration and protocol", _registration(contents)),
        MethodsParagraph("Search", _search(contents.searches)),
    ]
    if contents.dedupe:
        paragraphs.append(MethodsParagraph("Duplicate records", _dedupe(contents.dedupe)))
    paragraphs.append(MethodsParagraph("Selection", _selection(contents.screening, contents.flow)))
    paragraphs.append(MethodsParagraph("Flow diagram", convention_sentence(contents.flow)))
    if contents.cells:
        paragraphs.append(MethodsParagraph("Data extraction", _extraction(contents)))
    paragraphs.append(MethodsParagraph("Appraisal", _appraisal(contents.appraisals)))
    return tuple(paragraphs)


def _registration(contents: ReportContents) -> str:
    """Return where the review was registered and how often its protocol was amended."""
    if not contents.registration and not contents.protocol:
        first = "No registration and no protocol of this review are recorded."
    else:
        known = [
            f"The review was registered ({contents.registration})" if contents.registration else "",
            f"its protocol is available ({contents.protocol})" if contents.protocol else "no protocol is recorded",
        ]
        sentence = "; ".join(part for part in known if part)
        first = sentence[0].upper() + sentence[1:] + "."
    if not contents.amendments:
        return first
    number = len(contents.amendments)
    return f"{first} {plural(number, 'amendment')} to the protocol {_be(number)} listed with the question."


def _search(searches: tuple[SearchRow, ...]) -> str:
    """Return which sources were searched, on what day, and how many records they gave."""
    if not searches:
        return "No search is recorded."
    sentences = []
    for kind, name in KINDS:
        rows = [row for row in searches if row.kind == kind]
        if rows:
            listed = join_words([_source(row) for row in rows])
            verb = "were searched" if kind != "other" else "gave further records"
            sentences.append(f"These {name} {verb}: {listed}.")
    without = [row.source for row in searches if not row.strategy]
    if without:
        sentences.append(f"The search strategy is not recorded for {join_words(list(dict.fromkeys(without)))}.")
    else:
        sentences.append("The strategies stand in full with the searches.")
    short = [row for row in searches if row.hits is not None and row.hits != row.records]
    sentences += [
        f"{row.source} reported {plural(row.hits or 0, 'hit')}, of which {row.records:,} are in this review."
        for row in short
    ]
    return " ".join(sentences)


def _source(row: SearchRow) -> str:
    """Return one source with platform, day and number of records."""
    place = f" (via {row.platform})" if row.platform and row.platform != row.source else ""
    day = f"on {row.searched_on}" if row.searched_on else "day not recorded"
    return f"{row.source}{place}, {day} ({plural(row.records, 'record')})"


def _dedupe(summary: DedupeSummary) -> str:
    """Return how the records became reports."""
    by_rules = f"the rules ({summary.rules})" if summary.rules else "rules"
    called = f"{plural(summary.merged_by_rules, 'pair')} {_be(summary.merged_by_rules, past=True)} joined by {by_rules}"
    if summary.merged_by_person:
        called += f" and {summary.merged_by_person:,} by a person"
    sentences = [
        f"{plural(summary.records, 'record')} describe {plural(summary.reports, 'report')}: {called}, each with its "
        "reasons; every source record was kept."
    ]
    if summary.asked_answered or summary.asked_open:
        asked = summary.asked_answered + summary.asked_open
        rest = f"; {plural(summary.asked_open, 'pair')} still {_wait(summary.asked_open)}" if summary.asked_open else ""
        sentences.append(f"{plural(asked, 'near-equal pair')} went to a person{rest}.")
    if summary.kept_apart:
        sentences.append(f"A person kept {plural(summary.kept_apart, 'pair')} apart.")
    return " ".join(sentences)


def _selection(summary: ScreeningSummary | None, flow: FlowCounts) -> str:
    """Return who screened and how, honestly for a single reviewer."""
    if summary is None or not (summary.abstract_reviewers or summary.fulltext_reviewers):
        tools = f" Tools voted: {join_words(list(summary.automation))}." if summary and summary.automation else ""
        return "No screening decision of a person is recorded." + tools
    sentences = []
    for stage, reviewers in (
        ("titles and abstracts", summary.abstract_reviewers),
        ("full texts", summary.fulltext_reviewers),
    ):
        if not reviewers:
            sentences.append(f"No decision of a person on {stage} is recorded.")
        elif len(reviewers) == 1:
            sentences.append(f"A single reviewer ({reviewers[0]}) screened {stage}; nobody checked these decisions.")
        elif summary.required >= 2:
            way = "independently and blind to each other" if summary.blind else "seeing each other's decisions"
            sentences.append(
                f"At least {_number(summary.required)} of {join_words(list(reviewers))} screened {stage} {way}."
            )
        else:
            sentences.append(
                f"{join_words(list(reviewers))} shared the screening of {stage}; one decision settled a report."
            )
    if summary.resolved:
        sentences.append(
            f"{plural(summary.resolved, 'conflict')} {_be(summary.resolved, past=True)} resolved on record."
        )
    if summary.automation:
        sentences.append(f"Tools also voted: {join_words(list(summary.automation))}.")
    sentences += [f"Screening of titles and abstracts was stopped by a rule: {row.name}." for row in flow.not_screened]
    sentences += [*summary.kappa, *summary.remarks]
    if flow.interim:
        sentences.append("Selection is not finished; this report is an interim one.")
    return " ".join(sentences)


def _extraction(contents: ReportContents) -> str:
    """Return who read the numbers and how many."""
    people = list(dict.fromkeys(cell.extractor for cell in contents.cells if cell.extractor))
    cells: dict[tuple[str, ...], set[str]] = {}
    for cell in contents.cells:
        key = (cell.study, cell.arm, cell.outcome, cell.time, cell.population, cell.field)
        cells.setdefault(key, set()).add(cell.extractor)
    twice = sum(len(extractors) > 1 for extractors in cells.values())
    who = f" by {join_words(people)}" if people else ""
    verb = _be(len(cells), past=True)
    first = f"{plural(len(cells), 'number')} {verb} extracted{who}, each with its source and status."
    if twice == len(cells):
        return f"{first} Two people read each of them."
    if twice:
        return f"{first} {plural(twice, 'number')} of them {_be(twice, past=True)} read by two people."
    return f"{first} Nobody extracted them a second time."


def _appraisal(tables: tuple[AppraisalTable, ...]) -> str:
    """Return which instruments were used by how many people."""
    if not tables:
        return "No appraisal of the included studies is recorded."
    sentences = []
    for table in tables:
        who = "two appraisers" if len(table.appraisers) == 2 else plural(len(table.appraisers), "appraiser")
        cited = f" ({table.reference})" if table.reference else ""
        studies = plural(len(table.studies), "study", "studies")
        rule = table.rule if table.rule else "No total was called high or low risk, as no rule for it was set."
        sentences.append(f"{_starting(who)} judged {studies} by {table.instrument}{cited}. {_starting(rule)}")
    if len(tables) > 1:
        sentences.append("Totals of different instruments are not compared.")
    return " ".join(sentence if sentence.endswith(".") else sentence + "." for sentence in sentences)


def _number(n: int) -> str:
    """Return a small number as a word."""
    return {1: "one", 2: "two", 3: "three", 4: "four"}.get(n, str(n))


def _starting(text: str) -> str:
    """Return the text fit to begin a sentence."""
    return text[:1].upper() + text[1:]


def _be(n: int, *, past: bool = False) -> str:
    """Return the verb for a number of things."""
    if past:
        return "was" if n == 1 else "were"
    return "is" if n == 1 else "are"


def _wait(n: int) -> str:
    """Return whether one or several wait."""
    return "waits for an answer" if n == 1 else "wait for an answer"
