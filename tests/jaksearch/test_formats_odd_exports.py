"""Odd things that databases put into their exports: every sample is synthetic."""

from __future__ import annotations

import pytest

from jakdb.words import Author, Record, Reject
from jaksearch import normalise, read_bytes
from jaksearch.formats import FileReading
from jaksearch.formats.pubmed_xml import read_pubmed_xml

TRIAL = "https://clinicaltrials.gov/show/NCT02345678"


def read(text: str, *, rejects: int = 0) -> tuple[FileReading, list[Record]]:
    reading = read_bytes(text.encode())
    assert len(reading.rejects) == rejects
    return reading, [normalise(raw, format=reading.format, database=reading.database) for raw in reading.accepted]


def ris(*lines: str, kind: str = "JOUR") -> tuple[FileReading, Record]:
    reading, [record] = read("\n".join((f"TY  - {kind}", "TI  - Hair", *lines, "ER  - ", "")))
    return reading, record


def people(authors: tuple[Author, ...]) -> list[str]:
    return [str(author) for author in authors]


@pytest.mark.parametrize("tag", ["AU", "A1"])
def test_a_registered_trial_in_ris_has_a_number_and_neither_author_nor_journal(tag: str) -> None:
    _, record = ris("AN  - CN-01234567", f"{tag}  - NCT02345678", f"JO  - {TRIAL}", "PY  - 2015")
    assert (record.authors, record.journal, record.journal_abbreviation) == ((), "", "")
    assert (record.registry_ids, record.url, record.accession) == (("NCT02345678",), TRIAL, "CN-01234567")


def test_a_registered_trial_in_the_text_of_the_cochrane_library() -> None:
    text = f"Record #1 of 1\nID: CN-01234567\nAU: NCT02345678\nTI: Hair\nSO: {TRIAL}\nYR: 2015\n"
    _, [record] = read(text)
    assert (record.authors, record.journal, record.url) == ((), "", TRIAL)
    assert record.registry_ids == ("NCT02345678",)


def test_a_registered_trial_in_a_table() -> None:
    _, [record] = read(f"Title,Author(s),Source,Year,Cochrane ID\nHair,NCT02345678,{TRIAL},2015,CN-01234567\n")
    assert (record.authors, record.journal, record.url) == ((), "", TRIAL)
    assert record.registry_ids == ("NCT02345678",)


def test_an_address_without_a_protocol_is_no_journal_either() -> None:
    assert ris("AU  - Berg, A", "JO  - clinicaltrials.gov/show/NCT02345678")[1].journal == ""
    assert ris("AU  - Berg, A", "JO  - Hair.org")[1].journal == "Hair.org"


def test_embase_has_one_accession_number_by_ris_and_by_csv() -> None:
    _, by_ris = ris("U2  - L2004012345", "DB  - Embase")
    heading, row = "Title,Author Names,Accession ID,PUI,Embase Link", "Hair,Berg A.,2004012345,L2004012345,"
    _, [by_csv] = read(f"{heading}\n{row}\n")
    _, [bare] = read("Title,Author Names,Embase Accession ID,Emtree Drug Index Terms\nHair,Berg A.,2004012345,\n")
    _, [by_field] = read('"TITLE","Hair"\n"AUTHOR NAMES","Berg A."\n"EMBASE ACCESSION ID","2004012345"\n')
    assert {record.accession for record in (by_ris, by_csv, bare, by_field)} == {"L2004012345"}


def test_the_address_at_embase_wins_over_a_bare_number() -> None:
    link = "http://www.embase.com/search/results?subaction=viewrecord&from=export&id=L611234567"
    _, [record] = read(f"Title,Author Names,Embase Accession ID,Embase Link\nHair,Berg A.,20160123456,{link}\n")
    assert record.accession == "L611234567"


def test_a_bare_number_of_another_table_stays_as_it_is() -> None:
    _, [record] = read("Title,Year,Accession Number\nHair,2020,2004012345\n")
    assert record.accession == "2004012345"


def test_labels_of_estudy_may_be_latin_on_both_sides() -> None:
    text = (
        "DataType: 1\nTitle-题名: 斑秃\nAuthor-作者: 王伟;\nPage-页码: 1-5\nDOI-DOI: 10.1000/abc\n"
        "ISSN-ISSN: 1234-5678\nCLC-CLC: R758\nURL-URL: https://example.org/1\nYear-年: 2020\n"
    )
    reading, [record] = read(text)
    assert (record.pages, record.doi, record.issn) == ("1-5", "10.1000/abc", ("1234-5678",))
    assert (record.url, record.year, reading.warnings) == ("https://example.org/1", 2020, ())


@pytest.mark.parametrize(
    "lines",
    [
        ("Link to the Ovid Full Text or citation:", "http://ovidsp.ovid.com/ovidweb.cgi?T=JS&AN=1"),
        ("Link to the External Link Resolver:", "", "https://resolver.example.org/?id=1"),
        ("Link to the Ovid Full Text or citation: http://ovidsp.ovid.com/ovidweb.cgi?T=JS&AN=1",),
    ],
)
def test_links_of_the_export_inside_a_record_join_no_field(lines: tuple[str, ...]) -> None:
    reading, record = ris("AB  - One.", *lines, "KW  - loss")
    assert (record.abstract, record.keywords) == ("One.", ("loss",))
    assert reading.warnings == ("1 record: a link that the export adds, left out",)
    assert lines[-1] in reading.accepted[0].text


def test_a_sentence_about_a_link_stays_in_the_abstract() -> None:
    _, record = ris("AB  - One.", "Link to the text: see below", "https://example.org", "KW  - loss")
    assert record.abstract == "One. Link to the text: see below https://example.org"


def test_ris_of_cnki_is_cleaned_as_its_other_formats() -> None:
    _, record = ris(
        "T2  - 毛发", "AB  - <正>加Ca~(2+)。", "VL  - 08", "IS  - 05", "SP  - 004", "DP  - CNKI", "KW  - H_2O"
    )
    assert (record.abstract, record.keywords) == ("加Ca2+。", ("H2O",))
    assert (record.volume, record.issue, record.pages) == ("8", "5", "4")


def test_ris_of_others_keeps_its_zeros_and_tildes() -> None:
    _, record = ris("AB  - With Ca~(2+).", "IS  - 05", "DB  - Embase")
    assert (record.abstract, record.issue) == ("With Ca~(2+).", "05")


def test_translated_authors_begin_with_the_family() -> None:
    text = "%0 Journal Article\n%A 张三\n%A 王伟\n%H Zhang San\n%H WANG Wei\n%T 斑秃\n%J 毛发\n"
    _, [record] = read(text)
    assert people(record.translated_authors) == ["Zhang, San", "WANG, Wei"]


def test_the_table_of_web_of_science_has_keywords_plus() -> None:
    heading = "PT\tAU\tTI\tSO\tDE\tID\tPY\tUT"
    _, [record] = read(f"{heading}\nJ\tBerg, A\tHair\tScalp\tloss; hair\tMICE; SKIN\t2020\tWOS:000123456700001\n")
    assert record.keywords == ("loss", "hair", "MICE", "SKIN")


def test_a_column_id_of_another_table_holds_no_keywords() -> None:
    _, [record] = read("ID,Title,Year,Keywords\nx17,Hair,2020,loss\n")
    assert record.keywords == ("loss",)


def test_the_last_line_of_web_of_science_is_no_record() -> None:
    reading, [record] = read("TY  - JOUR\nTI  - Hair\nER  - \n\nEF  - \n")
    assert (record.title, reading.warnings) == ("Hair", ())
    reading, _ = read("TY  - JOUR\nTI  - Hair\nER  - \n\nEF\n")
    assert reading.warnings == ()


ARTICLE = "<PubmedArticle><MedlineCitation><PMID>{}</PMID></MedlineCitation></PubmedArticle>"
DELETED = '<DeleteCitation>\n<PMID Version="1">8</PMID>\n<PMID Version="1">9</PMID>\n</DeleteCitation>'


def test_deleted_pmids_are_a_warning_of_the_last_record() -> None:
    xml = f"<PubmedArticleSet>\n{ARTICLE.format(1)}\n{ARTICLE.format(2)}\n{DELETED}\n</PubmedArticleSet>\n"
    reading, records = read(xml)
    assert [record.pmid for record in records] == ["1", "2"]
    assert reading.accepted[1].warnings == ("line 4: a list of PMIDs that PubMed has deleted (2), left out",)


def test_other_text_behind_the_last_article_is_still_a_reject() -> None:
    xml = f"<PubmedArticleSet>{ARTICLE.format(1)}<DeleteCitation>lost</DeleteCitation></PubmedArticleSet>"
    _, last = read_pubmed_xml(xml)
    assert isinstance(last, Reject)


def test_openalex_gives_orcids_and_calls_a_paper_article() -> None:
    heading = (
        "id,title,type,publication_year,authorships.author.display_name,authorships.author.orcid,"
        "primary_location.source.display_name"
    )
    row = "https://openalex.org/W1,Hair,{},2020,Ann Berg|Bo Dahl,{},Scalp"
    both = "https://orcid.org/0000-0002-1825-0097|"
    _, [paper] = read(f"{heading}\n{row.format('article', both)}\n")
    assert people(paper.authors) == ["Berg, Ann", "Dahl, Bo"]
    assert [author.orcid for author in paper.authors] == ["0000-0002-1825-0097", ""]
    assert paper.type == "article-journal"
    _, [preprint] = read(f"{heading}\n{row.format('preprint', 'https://orcid.org/0000-0002-1825-0097')}\n")
    assert [author.orcid for author in preprint.authors] == ["", ""]
    assert preprint.type == "article"


def test_vip_may_print_the_citation_as_the_journal() -> None:
    _, [record] = read("【题名】斑秃\n【作者】张伟\n【刊名】中华毛发杂志.2020,53(5):340-345\n")
    assert (record.journal, record.year, record.volume) == ("中华毛发杂志", 2020, "53")
    assert (record.issue, record.pages) == ("5", "340-345")
    _, [plain] = read("【题名】斑秃\n【作者】张伟\n【刊名】毛发2020\n")
    assert plain.journal == "毛发2020"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Smith J. Doe A.", ["Smith, J.", "Doe, A."]),
        ("van der Berg JK. O'Neill A-B. Doe A", ["van der Berg, JK", "O'Neill, A-B", "Doe, A"]),
        ("Smith J. A.", ["Smith, J. A."]),
        ("Smith J.; Doe A.", ["Smith, J.", "Doe, A."]),
    ],
)
def test_names_of_ovid_end_with_initials(line: str, expected: list[str]) -> None:
    _, [record] = read(f"<1>\nUnique Identifier\n  31733325\nTitle\n  Hair\nAuthors\n  {line}\n")
    assert [name.rstrip(".") for name in people(record.authors)] == [name.rstrip(".") for name in expected]


def test_ovid_names_the_editors_of_a_book_in_the_source() -> None:
    source = "Berg, Ann [Ed]; Dahl, Bo [Ed]. (2012). Hair of today. (pp. 11-31). New York, US"
    _, [record] = read(f"<1. >\nVN  - Ovid Technologies\nTI  - Hair\nAU  - Eng, C\nSO  - {source}\n")
    assert people(record.editors) == ["Berg, Ann", "Dahl, Bo"]


@pytest.mark.parametrize(
    ("kind", "editors", "translators"),
    [
        ("ANCIENT", ["Two"], ["Four"]), ("BOOK", ["Three"], ["Four"]), ("CHAP", ["Two"], ["Four"]),
        ("CLSWK", [], ["Four"]), ("CONF", ["Two"], []), ("CPAPER", ["Two"], []), ("DICT", ["Two"], ["Four"]),
        ("EBOOK", ["Two"], ["Four"]), ("ECHAP", ["Two"], ["Four"]), ("EDBOOK", ["One"], ["Four"]),
        ("ENCYC", ["Two"], ["Four"]), ("GEN", ["Two"], ["Four"]), ("MUSIC", ["Two"], []), ("SER", ["Two"], []),
        ("PAMP", [], ["Four"]), ("CTLG", [], ["Four"]), ("RPRT", [], []), ("JOUR", [], []), ("DATA", [], []),
    ],
)  # fmt: skip
def test_the_type_of_endnote_tells_who_edits_and_translates(
    kind: str, editors: list[str], translators: list[str]
) -> None:
    _, record = ris("AU  - One", "A2  - Two", "A3  - Three", "A4  - Four", kind=kind)
    assert (people(record.editors), people(record.translators)) == (editors, translators)
    assert people(record.authors) == ([] if kind == "EDBOOK" else ["One"])


def test_the_editors_of_a_book_stand_under_a2_where_nothing_else_names_them() -> None:
    assert people(ris("A2  - Two", kind="BOOK")[1].editors) == ["Two"]
    assert people(ris("ED  - Zero", "A2  - Two", kind="JOUR")[1].editors) == ["Zero"]
