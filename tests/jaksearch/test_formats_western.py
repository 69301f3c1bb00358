"""Web of Science, Ovid and the Cochrane Library: what their tags mean."""

import pytest

from jakdb.words import Record
from jaksearch import normalise, read_bytes


def read(text: str) -> list[Record]:
    reading = read_bytes(text.encode())
    assert reading.rejects == ()
    return [normalise(raw, format=reading.format, database=reading.database) for raw in reading.accepted]


WOS = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Liu, LY
   Ko, JM
AF Liu, Lucy Y.
   Ko, Justin M. (jk@example.org)
CA ALLEGRO Study Group
TI Hair loss and
   its treatment
SO JOURNAL OF HAIR
J9 J HAIR
DT Article; Proceedings Paper
DE alopecia areata; tofacitinib
ID RUXOLITINIB; HAIR
   LOSS
AB Registered as NCT03570749.
SN 0190-9622
EI 1097-6787
PD SEP
PY 2020
VL 83
IS 3
BP 475
EP 82
DI 10.1000/HAIR.1
UT WOS:000455039600059
PM 30529964
ER

EF
"""


def test_web_of_science_is_read_with_full_names_and_numbers() -> None:
    [record] = read(WOS)
    assert [str(author) for author in record.authors] == ["Liu, Lucy Y.", "Ko, Justin M.", "ALLEGRO Study Group"]
    assert (record.title, record.journal, record.journal_abbreviation) == (
        "Hair loss and its treatment", "JOURNAL OF HAIR", "J HAIR",
    )  # fmt: skip
    assert (record.year, record.volume, record.issue, record.pages) == (2020, "83", "3", "475-482")
    assert (record.doi, record.pmid, record.accession) == ("10.1000/hair.1", "30529964", "WOS:000455039600059")
    assert record.keywords == ("alopecia areata", "tofacitinib", "RUXOLITINIB", "HAIR LOSS")
    assert record.registry_ids == ("NCT03570749",)
    assert (record.type, record.issn, record.database) == (
        "article-journal",
        ("0190-9622", "1097-6787"),
        "Web of Science",
    )


def test_a_number_of_medline_in_web_of_science_is_a_pmid_and_an_article_number_stands_for_pages() -> None:
    [record] = read("FN ISI Export Format\nVR 1.0\nPT J\nTI Hair\nAR UNSP 172\nUT MEDLINE:16842170\nER\n\nEF\n")
    assert (record.pmid, record.pages, record.accession) == ("16842170", "172", "MEDLINE:16842170")


def test_a_book_of_web_of_science_has_no_journal_of_its_own_name() -> None:
    [record] = read("FN Clarivate\nVR 1.0\nPT B\nAU Smith, WG\nTI Hair.\nSO Hair\nPY 2011\nER\nEF\n")
    assert (record.type, record.journal) == ("book", "")


@pytest.mark.parametrize(
    ("source", "journal", "volume", "issue", "pages", "year"),
    [
        ("Journal of Hair. 12(3):45-9, 2020 Jan.", "Journal of Hair", "12", "3", "45-49", 2020),
        ("J Hair. 12(3) (pp 45-50), 2020. Date: 1.", "J Hair", "12", "3", "45-50", 2020),
        ("J Hair. Vol.75(2-A(E)),2014, pp. No Pages.", "J Hair", "75", "2-A(E)", "", 2014),
        ("Hydrobiologia. 2007 15 June; 433-441.", "Hydrobiologia", "", "", "433-441", 2007),
    ],
)  # fmt: skip
def test_ovid_citations_are_taken_apart(
    source: str, journal: str, volume: str, issue: str, pages: str, year: int
) -> None:
    [record] = read(f"<1. >\nVN  - Ovid Technologies\nDB  - Embase <1974 to 2020>\nTI  - Hair\nSO  - {source}\n")
    assert (record.journal, record.volume, record.issue, record.pages, record.year) == (
        journal, volume, issue, pages, year,
    )  # fmt: skip
    assert (record.database, record.platform) == ("Embase", "Ovid")


def test_ovid_medline_has_its_pmid_in_ui_and_other_databases_have_not() -> None:
    text = "<1>\nUI  - 31733325\nDB  - {} <1946 to 2020>\nTI  - Hair. [References].\nAU  - Liu, LY\n"
    [medline] = read(text.format("Ovid MEDLINE(R)"))
    [embase] = read(text.format("Embase"))
    assert (medline.pmid, medline.accession, medline.title) == ("31733325", "31733325", "Hair.")
    assert (embase.pmid, embase.accession) == ("", "31733325")


def test_ovid_labels_are_read_as_tags() -> None:
    text = (
        "\nScore\n  *****\nAccession Number\n  00005131-900.\nAuthor\n  Verbeek, Jan MD *;  van Vugt, Arie MD, PhD +\n"
        "Title\n  Positioning of\n  screws.\nAbstract\n  One.\n\n  (C) 2015\nDOI Number\n  10.1097/BOT.1\n"
        "Link to the Ovid Full Text or citation\n http://ovidsp.ovid.com/x\n\n\nScore\n  ***\nTitle\n  Two\n"
        "ISSN\n  1045-3830\n"
    )
    first, second = read(text)
    assert [str(author) for author in first.authors] == ["Verbeek, Jan", "van Vugt, Arie"]
    assert (first.title, first.abstract, first.doi) == ("Positioning of screws.", "One. (C) 2015", "10.1097/bot.1")
    assert (first.accession, first.url) == ("00005131-900", "http://ovidsp.ovid.com/x")
    assert (second.title, second.issn) == ("Two", ("1045-3830",))


def test_the_cochrane_library_is_read_and_its_numbers_are_no_pmids() -> None:
    [first, second] = read(
        "Record #1 of 2\nID: CN-01945781\nAU: Liu L\nAU: Ko J\nTI: Hair\nSO: J Hair\nYR: 2020\nVL: 82\n"
        "NO: 3\nPG: 45-9\n"
        "PM: PUBMED 31733325\nPT: Journal Article\nKY: Adult; Hair\nDOI: 10.1000/1\nAB: NCT03570749\n"
        "US: https://www.cochranelibrary.com/central/doi/10.1002/central/CN-01945781/full\n\n"
        "Record #2 of 2\nID: CN-01945782\nTI: Loss\nXR: EMBASE 2004123456\n"
    )
    assert (first.accession, first.pmid, first.doi, first.pages) == ("CN-01945781", "31733325", "10.1000/1", "45-49")
    assert (first.registry_ids, first.keywords, first.database) == (
        ("NCT03570749",),
        ("Adult", "Hair"),
        "Cochrane Library",
    )
    assert (second.pmid, second.accession) == ("", "CN-01945782")
