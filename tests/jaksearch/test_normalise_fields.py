"""Dates, editors, ORCIDs, names in translation, sections, links and article numbers, as each format tells them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jakdb.words import Author, Record, RelatedItem
from jaksearch import normalise, read_bytes
from jaksearch.formats.dates import find_date
from jaksearch.formats.own import jsonl_record, row_record, to_csv_rows, to_jsonl
from jaksearch.formats.people import find_orcid
from jaksearch.formats.related import related_item, related_text
from jaksearch.formats.sections import abstract_sections
from jaksearch.formats.values import expand_pages

ORCID = "0000-0002-1825-0097"


def record_of(text: str, kind: str) -> Record:
    [raw] = read_bytes(text.encode(), format=kind).accepted
    return normalise(raw, format=kind)


@pytest.mark.parametrize(
    ("text", "year", "date"),
    [
        ("2016/01/30/", 2016, "2016-01-30"), ("2020/07//undefined", 2020, "2020-07"), ("2016///", 2016, ""),
        ("20170812", 2017, "2017-08-12"), ("2020 Jan 15", 2020, "2020-01-15"), ("2020 Jan-Feb", 2020, "2020-01"),
        ("2020 Spring", 2020, ""), ("JAN 15", 2019, "2019-01-15"), ("SEP", 2019, "2019-09"),
        ("Mar. 2017", 2017, "2017-03"), ("15-Jan-2020", 2020, "2020-01-15"), ("4-8 Aug. 2020", 2020, "2020-08-04"),
        ("September  1, 2021", 2021, "2021-09-01"), ("2020年3月5日", 2020, "2020-03-05"),
        ("30/01/2016", 2016, "2016-01-30"),
        ("04/05/2020", 2020, ""), ("2018-2019", 2018, ""), ("2019 Dec", 2020, ""), ("2021 Feb 30", 2021, "2021-02"),
        ("2019-13", 2019, ""), ("Maybe 2020", 2020, ""), ("2020", 2020, ""), ("15", 2020, ""),
    ],
)  # fmt: skip
def test_dates_as_printed(text: str, year: int, date: str) -> None:
    assert find_date(text, year) == date


@given(st.text("0123456789-/. JanFebMarSpt年月,", max_size=18), st.integers(1900, 2030))
def test_a_date_is_of_its_year_or_not_there(text: str, year: int) -> None:
    found = find_date(text, year)
    assert found == "" or (found.startswith(f"{year}-") and len(found) in (7, 10))


def test_check_digits_of_orcids_are_checked() -> None:
    assert find_orcid(f"https://orcid.org/{ORCID}") == find_orcid(ORCID.replace("-", "")) == ORCID
    assert find_orcid("0000-0002-1694-233x") == "0000-0002-1694-233X"
    assert all(find_orcid(f"{ORCID[:-1]}{digit}") == "" for digit in "012345689")


def test_ris_tells_editors_translators_dates_and_article_numbers() -> None:
    text = (
        "TY  - CHAP\nAU  - Liu, L\nA2  - Ko, J\nED  - Ng, P\nA4  - Roe, R\nTA  - 刘, 丽\nTI  - Hair\nPY  - 2020\n"
        "DA  - 2020/03/05/\nC7  - e17\nER  - \n"
    )
    record = record_of(text, "ris")
    assert record.authors == (Author("Liu", "L"),)
    assert record.editors == (Author("Ng", "P"), Author("Ko", "J"))
    assert record.translators == (Author("Roe", "R"),)
    assert [author.family for author in record.translated_authors] == ["刘"]
    assert (record.date, record.article_number, record.pages) == ("2020-03-05", "e17", "e17")
    article = record_of(text.replace("CHAP", "JOUR"), "ris")
    assert (article.editors, article.translators) == ((Author("Ng", "P"),), ())


def test_pubmeds_text_tells_orcids_editors_related_papers_and_sections() -> None:
    text = (
        f"PMID- 1\nTI  - Hair\nFAU - Liu, Lucy\nAU  - Liu L\nAUID- ORCID: https://orcid.org/{ORCID}\nFAU - Ko, Jin\n"
        "FED - Ng, Pat\nDP  - 2020 Jan-Feb\nLID - e17 [pii]\nAB  - BACKGROUND: Hair. RESULTS: It grew.\n"
        "OAB - Publisher: Das Haar.\nOABL- ger\nRIN - J Hair. 2021;2:1. doi: 10.1000/r.1. PMID: 22\n"
        "CIN - J Hair. 2022;3:4\n"
    )
    record = record_of(text, "medline")
    assert record.authors == (Author("Liu", "Lucy", orcid=ORCID), Author("Ko", "Jin"))
    assert (record.editors, record.date, record.article_number) == ((Author("Ng", "Pat"),), "2020-01", "e17")
    assert record.abstract_sections == (("BACKGROUND", "Hair."), ("RESULTS", "It grew."))
    assert record.translated_abstract == "Das Haar."
    assert record.related == (
        RelatedItem("retraction_in", "J Hair. 2021;2:1.", "22", "10.1000/r.1"),
        RelatedItem("comment_in", "J Hair. 2022;3:4"),
    )


def test_pubmeds_xml_tells_the_same() -> None:
    text = (
        "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article><Journal><JournalIssue><PubDate>"
        "<Year>2020</Year><Month>Jan</Month></PubDate></JournalIssue></Journal><ArticleTitle>Hair</ArticleTitle><Abstract>"
        '<AbstractText Label="WHY">Hair.</AbstractText><AbstractText>It grew.</AbstractText></Abstract><AuthorList '
        'Type="authors"><Author><LastName>Liu</LastName><ForeName>Lucy</ForeName><Identifier Source="ORCID">'
        f'http://orcid.org/{ORCID}</Identifier></Author></AuthorList><AuthorList Type="editors"><Author><LastName>Ng'
        "</LastName><ForeName>Pat</ForeName></Author></AuthorList></Article><CommentsCorrectionsList>"
        "<CommentsCorrections "
        'RefType="UpdateOf"><RefSource>J Hair. 2019;1:2.</RefSource><PMID>22</PMID></CommentsCorrections>'
        '<CommentsCorrections RefType="Cites"><RefSource>X</RefSource></CommentsCorrections></CommentsCorrectionsList>'
        '<OtherAbstract Type="Publisher" Language="ger"><AbstractText>Das Haar.</AbstractText></OtherAbstract>'
        "</MedlineCitation><PubmedData><ReferenceList><Reference><Citation>X & Y < Z</Citation></Reference>"
        "</ReferenceList></PubmedData></PubmedArticle></PubmedArticleSet>"
    )
    reading = read_bytes(text.encode(), format="pubmed-xml")
    assert reading.accepted[0].warnings == ()  # what a paper cites is not even parsed
    record = record_of(text, "pubmed-xml")
    assert record.authors == (Author("Liu", "Lucy", orcid=ORCID),)
    assert record.editors == (Author("Ng", "Pat"),)
    assert (record.date, record.translated_abstract) == ("2020-01", "Das Haar.")
    assert record.abstract_sections == (("WHY", "Hair."), ("", "It grew."))
    assert record.related == (RelatedItem("update_of", "J Hair. 2019;1:2.", "22"),)


def test_web_of_science_lists_orcids_beside_the_authors() -> None:
    text = (
        f"PT J\nAU Liu, L\n   Liu, P\nAF Liu, Lucy\n   Liu, Pat\nBE Ng, Pat\nTI Hair\nOI Liu, Lucy/{ORCID}\nPD JAN 15\n"
        "PY 2019\nAR UNSP e17\nER\n"
    )
    record = record_of(text, "wos")
    assert [author.orcid for author in record.authors] == [ORCID, ""]
    assert (record.editors, record.date, record.article_number) == ((Author("Ng", "Pat"),), "2019-01-15", "e17")


def test_csl_and_bibtex_tell_editors_dates_and_links() -> None:
    item = {
        "type": "chapter", "title": "Hair", "editor": [{"family": "Ng", "given": "P"}], "article-number": "e17",
        "author": [{"family": "Liu", "ORCID": f"http://orcid.org/{ORCID}"}], "issued": {"date-parts": [[2020, 3, 5]]},
        "translator": [{"literal": "WHO"}], "update-to": [{"type": "retraction", "DOI": "10.1000/X"}],
    }  # fmt: skip
    record = record_of(json.dumps([item]), "csl")
    assert (record.authors, record.editors) == ((Author("Liu", orcid=ORCID),), (Author("Ng", "P"),))
    assert (record.translators, record.date, record.article_number) == ((Author(literal="WHO"),), "2020-03-05", "e17")
    assert record.related == (RelatedItem("retraction_of", doi="10.1000/x"),)
    entry = "@incollection{a, title={Hair}, editor={Ng, P}, translator={Roe, R}, year=2020, month=mar, eid={e17}}"
    record = record_of(entry, "bibtex")
    assert (record.editors, record.translators) == ((Author("Ng", "P"),), (Author("Roe", "R"),))
    assert (record.authors, record.date, record.article_number) == ((), "2020-03", "e17")


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("Objective: To see. Methods: We looked.", ["Objective", "Methods"]),
        ("BACKGROUND: A. ODD LABEL: B. RESULTS: C.", ["BACKGROUND", "ODD LABEL", "RESULTS"]),
        ("Background and aims: A.Methods: B (n = 3).Results:C", ["Background and aims", "Methods", "Results"]),
        ("A first word. Methods: A. Results: B.", ["", "Methods", "Results"]),
        ("目的 探讨。方法 选取；结果 好。结论：有效。", ["目的", "方法", "结果", "结论"]),
        ("【目的】探讨。【方法】选取。", ["目的", "方法"]),
        ("We found one thing: hair. Another: loss.", []), ("Results: one only.", []), ("本文的方法和结果很好。", []),
        ("DNA: one. RNA: two.", []), ("The methods: a. Our results: b.", []),
    ],
)  # fmt: skip
def test_sections_are_cut_only_where_labels_are_clear(text: str, labels: list[str]) -> None:
    assert [label for label, _ in abstract_sections(text)] == labels


@given(st.text("Methods: Results.目的。【】 A", max_size=60))
def test_sections_invent_no_text(text: str) -> None:
    assert all(label in text and body in text for label, body in abstract_sections(text))


@given(
    st.sampled_from(["", "J Hair. 2020;1:2.", "Lancet"]),
    st.sampled_from(["", "123"]),
    st.sampled_from(["", "10.1000/x.1"]),
)
def test_related_papers_are_read_back(citation: str, pmid: str, doi: str) -> None:
    one = RelatedItem("comment_in", citation, pmid, doi)
    assert related_item("comment_in", related_text(one)) == (one if citation or pmid or doi else None)


def test_further_printed_pages_stay() -> None:
    assert [expand_pages(text) for text in ("94-98,93", "269-73, 280-5", "1-8, discussion 9", "12-19+30")] == [
        "94-98,93", "269-273,280-285", "1-8", "12-19",
    ]  # fmt: skip


def test_lines_and_rows_of_the_version_before_are_read_exactly() -> None:
    record = Record(title="Hair", authors=(Author("Liu", "LY"), Author(literal="WHO")), year=2020, platform="Ovid")
    line = {"title": "Hair", "authors": [{"family": "Liu", "given": "LY", "literal": ""}, {"literal": "WHO"}],
            "year": 2020, "platform": "Ovid"}  # fmt: skip
    [raw] = read_bytes((json.dumps(line) + "\n").encode(), format="jsonl").accepted
    assert normalise(raw, format="jsonl") == record
    old = 'title,authors,year,platform,jak\nHair,"Liu, LY; WHO,",2020,Ovid,1\n'
    assert record_of(old, "csv") == record


def test_own_formats_keep_every_new_field() -> None:
    full = Record(
        title="Hair", editors=(Author("Ng", "P", orcid=ORCID),), translators=(Author(literal="A, B; C"),),
        translated_authors=(Author("刘", "丽"),), date="2020-01", translated_journal="J", article_number="e1",
        translated_abstract="x", abstract_sections=(("A, b", "c; d"), ("", "e")),
        related=(RelatedItem("update_of", "J; Hair, 1", "2", "10.1/x"),),
    )  # fmt: skip
    [raw] = read_bytes(to_jsonl(full).encode(), format="jsonl").accepted
    assert raw.warnings == ()
    assert jsonl_record(raw.fields) == full
    assert row_record(to_csv_rows([full])[0].items()) == full
