"""The page: complete in itself, everything linked, nothing of strangers executed."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from jak.report.contents import (
    AnalysisSection,
    AppraisalTable,
    AppraisedStudy,
    ArmLine,
    CellSource,
    Citation,
    DataRow,
    DedupeSummary,
    ExcludedFulltext,
    FileRow,
    IncludedStudy,
    NotPooled,
    PooledRow,
    ReportContents,
    ReportTrail,
    ScreeningSummary,
    SearchRow,
    Span,
    VariantRow,
)
from jak.report.counts import FlowCounts, FlowMismatchError, FullTextCounts, Named
from jak.report.html import MissingSourceError, SourceMismatchError, anchor, html_report
from jak.settings import Amendment

EVIL = "<script>alert('x')</script>"
MATPLOTLIB_LIKE = (
    '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" '
    '"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="200pt" height="80pt" '
    'viewBox="0 0 200 80"><metadata><r xmlns="http://purl.org/x"/></metadata>'
    "<defs><style>*{stroke-linejoin: round}</style><path id='m1' d='M0 0L4 4'/></defs>"
    '<g id="figure_1" clip-path="url(#p1)"><use xlink:href="#m1"/><text x="4" y="20">Liu 2017 &lt;b&gt;</text></g>'
    '<clipPath id="p1"><rect width="9" height="9"/></clipPath></svg>'
)


def example() -> ReportContents:
    """A small review with one of everything; facts of two published case series, a title and quotes of a stranger."""
    flow = FlowCounts(
        databases=(Named("PubMed", 4),),
        registers=(),
        duplicates=1,
        automation=0,
        removed=(),
        not_screened=(),
        unscreened=0,
        screened=3,
        excluded_human=0,
        excluded_automation=0,
        pending=0,
        conflicts=0,
        fulltext=FullTextCounts(sought=3, assessed=3, excluded=(Named("topical drug", 1),), included=2),
        other=None,
        included_reports=2,
        included_studies=2,
        secondary_studies=0,
        unlinked_reports=0,
    )
    cells = (
        CellSource(
            1,
            "kennedy",
            "tofa",
            "salt50",
            "events",
            21,
            "read_derived",
            source="https://pmc.ncbi.nlm.nih.gov/articles/PMC5033755 (abstract)",
            quote="32% experienced 50% or greater improvement in SALT score <i>(21/66=31.8%)</i>",
            extractor="ada",
            report_ids=(10,),
        ),
        CellSource(2, "kennedy", "tofa", "salt50", "n", 66, "read", quote="Of 66 subjects treated", report_ids=(10,)),
        CellSource(
            3,
            "jerjen",
            "tofa",
            "salt50",
            "events",
            7,
            "lower_bound",
            source="javascript:alert(1)",
            flags=("a lower bound",),
            report_ids=(11,),
        ),
        CellSource(4, "jerjen", "tofa", "salt50", "n", 11, "read", report_ids=(11,)),
    )
    rows = (
        DataRow(
            "r1",
            "Kennedy Crispin 2016",
            "kennedy",
            "tofacitinib",
            21,
            66,
            (1, 2),
            None,
            None,
            21 / 66,
            Span(0.209, 0.444, "Clopper-Pearson"),
            60.0,
        ),
        DataRow(
            "r2",
            EVIL,
            "jerjen",
            "tofacitinib",
            7,
            11,
            (3, 4),
            None,
            None,
            7 / 11,
            Span(0.308, 0.891, "Clopper-Pearson"),
            40.0,
        ),
    )
    overall = PooledRow(
        "Overall",
        2,
        2,
        77,
        28,
        0.42,
        (Span(0.2, 0.68, "profile likelihood"),),
        Span(0.1, 0.9, "t"),
        ("I² from Q 56 %",),
        ("r1", "r2"),
    )
    analysis = AnalysisSection(
        name="salt50",
        title="SALT50",
        effect="Proportion",
        scale="percent",
        methods="Pooled by a logistic model.",
        results="Half of the patients responded.",
        rows=rows,
        pooled=(overall,),
        notes=("One number is a lower bound, see https://example.org/note.",),
        variants=(
            VariantRow("Without lower bounds", replace(overall, name="Without lower bounds", row_ids=()), ("jerjen",)),
        ),
        leave_one_out=(replace(overall, name="Kennedy", row_ids=()),),
        forest_svg=MATPLOTLIB_LIKE,
        funnel_svg=MATPLOTLIB_LIKE,
        settings={"measure": "PLO", "nodes": 25},
    )
    return ReportContents(
        title=f"JAK inhibitors {EVIL}",
        generated_at="2026-11-22 12:00 UTC",
        jak_version="0.1.0",
        flow=flow,
        question="Do oral JAK inhibitors regrow hair?",
        registration="PROSPERO CRD42021000000",
        authors=("Ada", "Bob"),
        amendments=(Amendment("2026-01-02", "Added ruxolitinib", "asked by reviewers"),),
        include=("alopecia areata",),
        exclude=("topical drugs",),
        searches=(
            SearchRow(
                5,
                "PubMed",
                "NLM",
                "database",
                "2026-11-20",
                4,
                4,
                '"alopecia areata" AND <tofacitinib>',
                (FileRow("pubmed.nbib", "ab" * 32, "nbib", 5, 4, 1, 0, ("line 3: no tag",)),),
            ),
        ),
        dedupe=DedupeSummary(4, 3, 1, rules="rules-1"),
        screening=ScreeningSummary(("ada",), ("ada",), 1, True, remarks=("The labels were made for this example.",)),
        included=(
            IncludedStudy(
                "kennedy",
                "Kennedy Crispin 2016",
                2016,
                "single-arm trial",
                arms=(ArmLine("tofacitinib", "tofacitinib", "5 mg bid", 66),),
                report_ids=(10,),
            ),
            IncludedStudy("jerjen", "Jerjen 2020", 2020, report_ids=(11,), secondary_why="own report not read"),
        ),
        excluded=(ExcludedFulltext(Citation("Bayart. Topical.", url="javascript:alert(2)"), "topical drug"),),
        not_pooled=(NotPooled("jerjen", "no counts", analysis="salt90"),),
        appraisals=(
            AppraisalTable(
                "MINORS",
                "Slim et al. 2003",
                (("1", "aim stated"),),
                ("ada", "bob"),
                (AppraisedStudy("Jerjen", (("2", "1"),), ("2 / 16", "1 / 16")),),
            ),
        ),
        analyses=(analysis,),
        cells=cells,
        reports=(
            ReportTrail(
                10,
                Citation("Crispin MK. Safety. JCI Insight 2016.", doi="10.1172/jci.insight.89776"),
                (5,),
                ("abstract: include by ada on 2026-11-22",),
            ),
            ReportTrail(11, Citation(f"Jerjen. {EVIL}", pmid="1234"), (5,), secondary_why="own report not read"),
        ),
        software={"numpy": "2.0"},
        cautions=("A partial reconstruction.",),
    )


class Page(HTMLParser):
    """Collects the elements, ids and addresses of a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.stack: list[str] = []
        self.broken: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "br", "img", "hr"):
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.stack or self.stack.pop() != tag:
            self.broken.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    @property
    def ids(self) -> list[str]:
        return [a["id"] or "" for _, a in self.elements if "id" in a]


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(html_report(example()))


def test_every_element_is_closed_in_order(page: Page) -> None:
    assert page.broken == []
    assert page.stack == []


def test_the_page_asks_for_nothing_outside(page: Page) -> None:
    for tag, attributes in page.elements:
        assert tag not in ("script", "link", "iframe", "object", "embed", "img", "base", "form")
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "srcset", "href", "xlink:href", "data", "action", "poster"):
            target = attributes.get(name)
            if target is None or target.startswith("#"):
                continue
            assert tag == "a", f"<{tag} {name}={target}>"
            assert re.match(r"https?://", target)
            assert "noreferrer" in (attributes["rel"] or "")
        assert "http" not in (attributes.get("style") or "")


def test_the_styles_name_no_address(page: Page) -> None:
    css = re.findall(r"<style>(.*?)</style>", html_report(example()), flags=re.DOTALL)
    assert css
    assert all("url(" not in text and "@import" not in text and "http" not in text for text in css)


def test_the_page_forbids_itself_every_request() -> None:
    assert "default-src 'none'" in html_report(example())


def test_ids_are_unique_even_between_two_figures(page: Page) -> None:
    assert len(page.ids) == len(set(page.ids))
    assert "a-salt50-forest-m1" in page.ids
    assert "a-salt50-funnel-m1" in page.ids


def test_every_inner_link_and_reference_has_its_target(page: Page) -> None:
    ids = set(page.ids)
    targets = [a["href"] or "" for _, a in page.elements if (a.get("href") or "").startswith("#")]
    references = [m for _, a in page.elements for v in a.values() for m in re.findall(r"url\(#([^)]+)\)", v or "")]
    labels = [part for _, a in page.elements for part in (a.get("aria-labelledby") or "").split()]
    assert len(targets) > 30
    assert {t[1:] for t in targets} | set(references) | set(labels) <= ids


def test_an_estimate_leads_to_rows_cells_report_search(page: Page) -> None:
    links = {(a["href"] or "")[1:] for tag, a in page.elements if tag == "a"}
    chain = {"from-salt50-1", "row-salt50-r1", "cell-1", "report-10", "search-5"}
    assert chain <= links
    assert chain <= set(page.ids)


def test_quote_status_and_decision_are_printed(page: Page) -> None:
    words = "".join(page.text)
    for expected in (
        "32% experienced 50% or greater improvement in SALT score <i>(21/66=31.8%)</i>",
        "derived from a printed figure",
        "lower bound",
        "abstract: include by ada on 2026-11-22",
        '"alopecia areata" AND <tofacitinib>',
        "42.0",
        "profile likelihood",
    ):
        assert expected in words


def test_text_of_strangers_is_escaped() -> None:
    text = html_report(example())
    assert "<script" not in text
    assert text.count("&lt;script&gt;") >= 4
    assert 'href="javascript' not in text


def test_markup_in_every_text_field_stays_text() -> None:
    contents = example()
    poison = replace(
        contents,
        question=EVIL,
        registration=EVIL,
        include=(EVIL,),
        cells=tuple(
            replace(c, quote=EVIL, note=EVIL, source=EVIL, status=EVIL, flags=(EVIL,), arm=EVIL) for c in contents.cells
        ),
        searches=tuple(replace(s, source=EVIL, strategy=EVIL) for s in contents.searches),
        cautions=(EVIL,),
        software={EVIL: EVIL},
        analyses=tuple(
            replace(a, title=EVIL, notes=(EVIL,), results=EVIL, settings={"a": EVIL}) for a in contents.analyses
        ),
    )
    assert "<script" not in html_report(poison)


def test_only_web_addresses_become_links() -> None:
    text = html_report(example())
    assert 'href="https://pmc.ncbi.nlm.nih.gov/articles/PMC5033755" rel="noreferrer' in text
    assert 'href="https://doi.org/10.1172/jci.insight.89776"' in text
    assert 'href="https://pubmed.ncbi.nlm.nih.gov/1234/"' in text
    assert 'href="https://example.org/note"' in text


def test_two_appraisers_stand_side_by_side_and_their_differences_are_marked() -> None:
    contents = example()
    table = contents.appraisals[0]
    assert "2 | 1 ≠" in html_report(contents)
    alone = replace(table, studies=(AppraisedStudy("Jerjen", (("2", ""),), ("2 / 16", "")),))
    page = html_report(replace(contents, appraisals=(alone,)))
    assert "2 | –</td>" in page
    assert "| – ≠" not in page


def test_a_finished_review_is_not_called_interim() -> None:
    assert "INTERIM" not in html_report(example())


def test_an_open_flow_marks_the_whole_page_interim() -> None:
    contents = example()
    flow = replace(contents.flow, databases=(Named("PubMed", 6),), unscreened=2)
    page = html_report(replace(contents, flow=flow))
    assert "(interim)</title>" in page
    assert page.count("INTERIM") >= 2
    assert "not yet screened: 2" in page


def test_a_flow_that_does_not_add_up_is_not_written() -> None:
    contents = example()
    with pytest.raises(FlowMismatchError):
        html_report(replace(contents, flow=replace(contents.flow, screened=4)))


def test_the_same_contents_give_the_same_bytes() -> None:
    assert html_report(example()) == html_report(example())


def test_settings_are_json_that_can_be_read_back(page: Page) -> None:
    block = next(text for text in page.text if '"measure"' in text)
    assert json.loads(block) == {"measure": "PLO", "nodes": 25}


def test_style_of_a_figure_stays_within_it() -> None:
    text = html_report(example())
    assert "#a-salt50-forest-figure * {stroke-linejoin: round}" in text


def test_headings_leave_out_no_level(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_scrolling_tables_can_be_reached_by_keyboard(page: Page) -> None:
    regions = [a for _, a in page.elements if a.get("class") == "scroll"]
    assert len(regions) >= 8
    assert all(a["tabindex"] == "0" and a["role"] == "region" and a["aria-label"] for a in regions)


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        (lambda c: replace(c, cells=c.cells[1:]), "cell 1"),
        (lambda c: replace(c, reports=c.reports[1:]), "report 10"),
        (lambda c: replace(c, searches=()), "search 5"),
        (lambda c: replace(c, cells=(*c.cells, c.cells[0])), "1 twice"),
        (lambda c: replace(c, analyses=(replace(c.analyses[0], rows=c.analyses[0].rows[1:]),)), "row r1"),
        (
            lambda c: replace(
                c, analyses=(replace(c.analyses[0], rows=(replace(c.analyses[0].rows[0], cell_ids=()),)),)
            ),
            "no cell",
        ),
        (
            lambda c: replace(
                c, analyses=(replace(c.analyses[0], pooled=(replace(c.analyses[0].pooled[0], row_ids=()),)),)
            ),
            "no row",
        ),
    ],
)
def test_a_number_without_its_source_is_refused(broken, named: str) -> None:  # type: ignore[no-untyped-def]  # lambdas
    with pytest.raises(MissingSourceError, match=named):
        html_report(broken(example()))


def test_a_pooled_count_that_is_not_the_sum_of_its_numbers_is_refused() -> None:
    """A settled value whose card still shows what one extractor read: 7 of 11 pooled, 14 on the card."""
    contents = example()
    cells = tuple(replace(c, value=14) if c.id == 4 else c for c in contents.cells)
    with pytest.raises(SourceMismatchError, match=r"n = 11.*add up to 14"):
        html_report(replace(contents, cells=cells))


def test_counts_of_both_arms_are_summed() -> None:
    contents = example()
    first = contents.analyses[0].rows[0]
    two = replace(first, events=14, events_c=7, n=44, n_c=22)
    section = replace(contents.analyses[0], rows=(two, *contents.analyses[0].rows[1:]))
    assert "7/22" in html_report(replace(contents, analyses=(section,)))


def test_an_empty_review_gives_a_page_that_says_so() -> None:
    flow = FlowCounts((), (), 0, 0, (), (), 0, 0, 0, 0, 0, 0, FullTextCounts(), None, 0, 0, 0, 0)
    text = html_report(ReportContents("", "2026-11-22", "0.1.0", flow))
    for sentence in ("No analysis has been run.", "No search is recorded.", "No study is included yet."):
        assert sentence in text
    assert Page(text).broken == []


def test_different_keys_never_share_an_anchor() -> None:
    keys = ["a b", "a.20.b", "a-b", "a_b", "ä", "a", ""]
    assert len({anchor("x", key) for key in keys}) == len(keys)
