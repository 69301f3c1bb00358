"""What is merged, what is asked, and what is never merged automatically."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jakdb.words import Author, Record
from jaksearch.dedupe import RULES_VERSION, decide, explain

LIU = Record(
    title="Tofacitinib for the treatment of severe alopecia areata and variants: A study of 90 patients",
    authors=(Author("Liu", "Lucy Y."), Author("Craiglow", "Brittany G."), Author("King", "Brett A.")),
    year=2017,
    journal="Journal of the American Academy of Dermatology",
    volume="76",
    issue="1",
    pages="22-28",
    doi="10.1016/j.jaad.2016.09.007",
    type="article-journal",
)
WANG = Record(
    title="托法替布治疗斑秃的疗效与安全性观察",
    authors=(Author(literal="王伟"), Author(literal="李娜"), Author(literal="张强")),
    year=2019,
    journal="中华皮肤科杂志",
    volume="52",
    issue="8",
    pages="560-563",
)
BARE = replace(LIU, doi="")


@pytest.mark.parametrize(
    ("name", "one", "two"),
    [
        (
            "Embase's printing",
            LIU,
            Record(
                title=LIU.title,
                authors=(Author(literal="Liu L.Y."), Author(literal="Craiglow B.G.")),
                year=2017,
                journal="J Am Acad Dermatol",
                volume="76",
                issue="1",
                pages="22-8",
            ),
        ),
        ("a typing error and a number in words", BARE, replace(BARE, title=BARE.title.replace("90", "ninety"))),
        ("retracted", LIU, replace(LIU, title=f"RETRACTED: {LIU.title}")),
        ("ahead of print, by DOI", LIU, replace(LIU, year=2019, volume="80", issue="2", pages="101-107")),
        ("percent signs in a DOI", replace(LIU, doi="10.1/x(17)3"), replace(LIU, doi="10.1/x%2817%293")),
        ("one PMID outranks two DOIs", replace(LIU, pmid="7"), replace(LIU, pmid="7", doi="10.1/another")),
        (
            "one database, one accession",
            *(replace(BARE, database="Embase", accession="L123456", pages=p) for p in ("", "9")),
        ),
        ("CNKI and Wanfang", WANG, replace(WANG, database="Wanfang")),
        ("full width", WANG, replace(WANG, title=WANG.title + "\u3000", volume="５２", pages="５６０-５６３")),
        (
            "traditional characters",
            WANG,
            replace(
                WANG,
                title="托法替布治療斑禿的療效與安全性觀察",
                authors=(Author(literal="王偉"), Author(literal="李娜"), Author(literal="張強")),
                journal="中華皮膚科雜誌",
            ),
        ),
        (
            "PubMed's translation of a Chinese paper",
            WANG,
            Record(
                title="[Efficacy and safety of tofacitinib in the treatment of alopecia areata]",
                authors=(Author("Wang", "Wei"), Author("Li", "Na"), Author("Zhang", "Qiang")),
                year=2019,
                journal="Zhonghua Pi Fu Ke Za Zhi",
                volume="52",
                issue="8",
                pages="560-3",
            ),
        ),
        ("titles alone, long and telling", Record(title=LIU.title), Record(title=LIU.title.upper())),
        ("a title without its subtitle, on the same pages", BARE, replace(BARE, title=BARE.title.split(":")[0])),
    ],
)
def test_one_paper_is_merged(name: str, one: Record, two: Record) -> None:
    for a, b in ((one, two), (two, one)):
        verdict = decide(a, b)
        assert verdict.kind == "merge", (name, verdict)
        assert verdict.reasons
        assert not verdict.vetoes


RELATION_OF = {
    "erratum": "erratum",
    "reply": "comment",
    "preprint": "version",
    "conference abstract": "conference abstract",
    "registration": "registration",
}


@pytest.mark.parametrize(
    ("name", "one", "two"),
    [
        ("two PMIDs", replace(LIU, pmid="1", doi=""), replace(LIU, pmid="2", doi="")),
        ("two DOIs", LIU, replace(LIU, doi="10.1016/j.other")),
        (
            "two trial registrations",
            replace(BARE, registry_ids=("NCT00000001",)),
            replace(BARE, registry_ids=("NCT00000002",)),
        ),
        ("erratum on one side only", LIU, replace(LIU, publication_types=("Published Erratum",))),
    ],
)
def test_near_equal_records_under_a_veto_are_asked(name: str, one: Record, two: Record) -> None:
    for a, b in ((one, two), (two, one)):
        verdict = decide(a, b)
        assert verdict.kind == "ask", verdict
        assert name in verdict.vetoes


@pytest.mark.parametrize(
    ("name", "other"),
    [
        (
            "erratum",
            replace(LIU, title=f"Erratum: {LIU.title}", volume="77", pages="590", doi="10.1016/j.jaad.2017.06.001"),
        ),
        ("reply", replace(LIU, title=f'Reply to: "{LIU.title}"', pages="e215", doi="10.1016/j.jaad.2017.01.050")),
        (
            "preprint",
            replace(LIU, journal="medRxiv", year=2016, volume="", issue="", pages="", doi="10.1101/2016.05.01.123456"),
        ),
        (
            "conference abstract",
            replace(
                LIU,
                journal="Journal of Investigative Dermatology",
                year=2016,
                volume="136",
                issue="5 Supplement 1",
                pages="S42",
                doi="10.1016/j.jid.2016.02.250",
            ),
        ),
        (
            "registration",
            Record(
                title=LIU.title, year=2014, authors=(Author(literal="Yale University"),), journal="ClinicalTrials.gov"
            ),
        ),
        (
            "next part",
            replace(LIU, title=LIU.title.replace("A study", "Part II. A study"), pages="29-40", doi="10.1016/j.jaad.2"),
        ),
        ("other cohort", replace(BARE, title=BARE.title.replace("90", "97"), year=2021, volume="84", pages="1-9")),
        ("Chinese neighbour", replace(WANG, title=WANG.title.replace("托法替布", "鲁索替尼"), pages="564-567")),
    ],
)
def test_another_paper_is_never_merged_but_related_where_it_belongs_to_it(name: str, other: Record) -> None:
    for paper in (LIU, BARE, WANG):
        for a, b in ((paper, other), (other, paper)):
            verdict = decide(a, b)
            relation = RELATION_OF.get(name, "") if paper is not WANG else ""
            assert (verdict.kind, verdict.relation) == ("related" if relation else "apart", relation), (name, verdict)
            assert verdict.vetoes or not relation


def test_two_parts_on_the_same_pages_are_asked() -> None:
    verdict = decide(replace(BARE, title=f"{BARE.title}. Part I"), replace(BARE, title=f"{BARE.title}. Part II"))
    assert (verdict.kind, verdict.vetoes) == ("ask", ("part 1 / part 2",))


def test_other_numbers_of_patients_are_a_veto() -> None:
    other = replace(BARE, title=BARE.title.replace("90", "97"), pages="", volume="")
    verdict = decide(BARE, other)
    assert verdict.kind != "merge"
    assert verdict.vetoes == ("numbers in the titles: 90 / 97",)


def test_a_registration_number_alone_never_merges() -> None:
    protocol = Record(
        title="Design and rationale of a trial of tofacitinib in hair loss", registry_ids=("NCT02299297",)
    )
    result = Record(title="Outcomes after six months in adults with patchy disease", registry_ids=("NCT02299297",))
    verdict = decide(protocol, result)
    assert (verdict.kind, verdict.relation) == ("related", "same study")
    assert any("one study" in reason for reason in explain(protocol, result).reasons)


def test_two_entries_of_one_registration_are_one() -> None:
    title = "Tofacitinib for the Treatment of Alopecia Areata and Its Variants"
    url = "https://clinicaltrials.gov/show/NCT02299297"
    embase = Record(
        title=title, authors=(Author(literal="NCT02299297"),), year=2014, journal="clinicaltrials.gov", url=url
    )
    assert decide(Record(title=title, year=2014, journal=url), embase).kind == "merge"


def test_abstracts_of_a_supplement_that_share_a_doi_stay_apart() -> None:
    doi = "10.2337/db15386741"
    one = Record(title="A DPP-4 inhibitor suppresses abdominal aorta aneurysms in null mice", doi=doi, pages="A134")
    two = Record(title="An SGLT-2 inhibitor prevents macrophage-driven atherosclerosis", doi=doi, pages="A90")
    assert decide(one, two).kind == "apart"


def test_a_shared_doi_without_a_title_needs_the_place() -> None:
    untitled = replace(LIU, title="", authors=())
    assert decide(LIU, untitled).kind == "merge"
    assert decide(LIU, replace(untitled, pages="")).kind == "ask"


def test_a_shared_pmid_with_another_title_is_asked() -> None:
    one, two = (
        replace(LIU, pmid="7"),
        Record(title="Ritlecitinib in adolescents with vitiligo: first results", pmid="7"),
    )
    assert decide(one, two).kind == "ask"


@pytest.mark.parametrize("title", ["Editorial", "Alopecia areata", "Introduction", "斑秃治疗", "述评"])
def test_a_common_title_needs_pages_and_authors(title: str) -> None:
    one = Record(
        title=title, authors=(Author("Smith", "J."),), year=2018, journal="Lancet", volume="391", pages="100-101"
    )
    assert decide(one, replace(one, id=2)).kind == "merge"
    assert decide(one, replace(one, pages="")).kind != "merge"
    assert decide(one, replace(one, authors=())).kind != "merge"
    assert decide(one, replace(one, authors=(Author("Jones", "K."),), journal="BMJ", volume="361")).kind == "apart"


COLUMN = Record(
    title="The treatment of marsh fever",
    authors=(Author("Adams", "R."),),
    year=2018,
    journal="Annals of Imaginary Medicine. Conference: 4th Meeting of the Society of Invented Fevers, Nowhere.",
    volume="26",
    issue="9",
    pages="1746-1746",
)
ON = replace(COLUMN, volume="", issue="26", pages="9")


def test_a_record_whose_columns_are_one_to_the_right_is_merged_with_itself() -> None:
    assert decide(COLUMN, ON).kind == decide(ON, COLUMN).kind == "merge"


@pytest.mark.parametrize(
    "other",
    [
        replace(ON, title="Reply of the authors"),
        replace(ON, authors=(*COLUMN.authors, Author("Clark", "A."))),
        replace(ON, issue="27"),
        replace(ON, year=2019),
        replace(ON, journal="Journal of Invented Travel Medicine"),
    ],
)
def test_shifted_columns_alone_merge_nothing(other: Record) -> None:
    one = replace(COLUMN, title=other.title)
    assert decide(one, other).kind != "merge"


ISSUE = Record(
    title="Marsh fever syndrome",
    authors=(Author("Adams", "R."), Author("Clark", "A.")),
    year=2011,
    journal="Annals",
    volume="118",
    issue="1",
    pages="c37-c42",
)
ONLINE = replace(ISSUE, year=2010, journal="Annals - Clinical Practice", pages="37-42")


def test_a_common_title_on_the_same_pages_of_one_issue_is_merged_a_year_apart() -> None:
    assert decide(ISSUE, ONLINE).kind == decide(ONLINE, ISSUE).kind == "merge"


@pytest.mark.parametrize(
    "other",
    [
        replace(ONLINE, issue="2"),
        replace(ONLINE, volume="119"),
        replace(ONLINE, pages="43-48"),
        replace(ONLINE, pages="37"),
        replace(ONLINE, authors=ISSUE.authors[:1]),
        replace(ONLINE, title="Marsh fever syndromes: reply"),
        replace(ONLINE, doi="10.5555/b"),
    ],
)
def test_one_issue_merges_nothing_where_a_field_is_another(other: Record) -> None:
    assert decide(replace(ISSUE, doi="10.5555/a"), other).kind != "merge"


def test_a_translated_title_is_merged_where_everything_else_is_one_paper() -> None:
    german = Record(
        title="Antibiotikaprophylaxe in der Lungenchirurgie",
        authors=(Author("Train", "M."), Author("Soulard", "D.")),
        year=1994,
        journal="Dtsch Med Wochenschr",
        volume="13",
        pages="280-284",
        language="ger",
    )
    english = replace(german, title="Prevention of infection after operations of the lung by drugs")
    assert decide(german, english).kind == "merge"
    assert decide(german, replace(english, pages="280")).kind != "merge"
    assert decide(replace(german, language=""), replace(english, language="")).kind != "merge"
    assert decide(german, replace(german, title="")).kind == "merge"


def test_a_short_title_alone_is_asked() -> None:
    bare = Record(title="Alopecia totalis treated with tofacitinib")
    assert decide(bare, bare).kind == "ask"


def test_another_version_of_a_review_is_not_merged() -> None:
    review = replace(BARE, journal="Cochrane Database Syst Rev", volume="", issue="", pages="CD006828", year=2012)
    assert decide(review, replace(review, year=2008)).kind != "merge"


def test_the_reasons_name_what_was_seen() -> None:
    two = replace(BARE, journal="J Am Acad Dermatol", pages="22-8", authors=(Author("Liu", "LY"),))
    reasons = explain(BARE, two).reasons
    assert "title equal" in reasons
    assert "first author Liu, Lucy Y. ~ Liu, LY" in reasons
    assert "journal journal of the american academy of dermatology = j am acad dermatol" in reasons
    assert "pages 22-28" in reasons


def test_the_rules_have_a_version() -> None:
    assert RULES_VERSION


records = st.builds(
    Record,
    title=st.sampled_from(["", "Editorial", LIU.title, f"Erratum: {LIU.title}", WANG.title, LIU.title.split(":")[0]]),
    authors=st.sampled_from([(), LIU.authors, LIU.authors[:1], WANG.authors, (Author("Jones", "K"),)]),
    year=st.sampled_from([None, 2016, 2017, 2021]),
    journal=st.sampled_from(["", LIU.journal, "J Am Acad Dermatol", "BMJ", "medRxiv"]),
    volume=st.sampled_from(["", "76", "80"]),
    pages=st.sampled_from(["", "22-28", "22-8", "590", "1-7", "e5"]),
    doi=st.sampled_from(["", "10.1/a", "10.1/b"]),
    pmid=st.sampled_from(["", "1", "2"]),
    registry_ids=st.sampled_from([(), ("NCT00000001",), ("NCT00000002",)]),
    publication_types=st.sampled_from([(), ("Published Erratum",), ("Conference Abstract",)]),
)


@given(records, records)
def test_the_verdict_does_not_depend_on_the_order(a: Record, b: Record) -> None:
    one, two = decide(a, b), decide(b, a)
    assert (one.kind, one.score) == (two.kind, two.score)


@given(records, records)
def test_a_veto_always_prevents_a_merge(a: Record, b: Record) -> None:
    verdict = explain(a, b)
    assert 0 <= verdict.score <= 1
    if verdict.vetoes:
        assert verdict.kind != "merge"
    if (a.pmid and b.pmid and a.pmid != b.pmid) or (a.pmid != b.pmid and a.doi and b.doi and a.doi != b.doi):
        assert verdict.kind != "merge"
