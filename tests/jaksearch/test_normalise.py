import pytest

from jakdb.errors import UsageError
from jakdb.words import Author, RawRecord, Record
from jaksearch import normalise, read_bytes, source_key


def ris(text: str, **where: str) -> Record:
    lines = [line.strip() for line in text.strip().split("\n")]
    return normalise(read_bytes("\n".join(lines).encode(), format="ris").accepted[0], format="ris", **where)


def table(text: str) -> Record:
    return normalise(read_bytes(text.encode()).accepted[0], format="csv")


def test_embase_ris() -> None:
    record = ris(
        """TY  - JOUR
        T1  - A made-up trial of a drug
        A1  - Example A.B.
        A1  - van der Sample C.
        Y1  - 2020
        N2  - Some hair &lt;i&gt;grew&lt;/i&gt; (ClinicalTrials.gov NCT01234567).
        KW  - *alopecia areata
        KW  - adult
        JF  - Journal of Made-up Results
        JA  - J. Made Up Results
        LA  - English
        VL  - 12
        IS  - 3
        SP  - 101
        EP  - 109
        SN  - 1111-2222
        SN  - 1111-223X
        M1  - C. Sample, Somewhere 12, email: c@example.org
        M3  - Article
        U2  - L2003123456
        C5  - 31234567
        DO  - 10.1000/MADE.UP
        UR  - https://www.embase.com/search/results?subaction=viewrecord&id=L2003123456&from=export
        ER  - """,
        platform="Embase.com",
        database="Embase",
    )
    assert record == Record(
        title="A made-up trial of a drug",
        authors=(Author("Example", "A.B."), Author("van der Sample", "C.")),
        year=2020,
        journal="Journal of Made-up Results",
        journal_abbreviation="J. Made Up Results",
        volume="12",
        issue="3",
        pages="101-109",
        doi="10.1000/made.up",
        pmid="31234567",
        registry_ids=("NCT01234567",),
        accession="L2003123456",
        abstract="Some hair grew (ClinicalTrials.gov NCT01234567).",
        keywords=("alopecia areata", "adult"),
        language="English",
        publication_types=("Article",),
        issn=("1111-2222", "1111-223X"),
        url="https://www.embase.com/search/results?subaction=viewrecord&id=L2003123456&from=export",
        type="article-journal",
        database="Embase",
        platform="Embase.com",
    )
    assert source_key(record) == "embase|embase.com|L2003123456"


def test_cochrane_ris_number_is_no_pmid() -> None:
    record = ris(
        """TY  - JOUR
        AN  - CN-01234567
        TI  - A trial
        C3  - PUBMED 27187782
        DB  - CENTRAL
        ER  - """
    )
    assert (record.accession, record.pmid, record.database) == ("CN-01234567", "27187782", "CENTRAL")


def test_web_of_science_ris() -> None:
    record = ris(
        """TY  - JOUR
        AU  - Mock, SE
        TI  - Hair
        T2  - CANADIAN JOURNAL ON HAIR
        J9  - CAN J HAIR
        JI  - Can. J. Hair
        DA  - NOV
        PY  - 2019
        VL  - 191
        C7  - 106558
        AN  - WOS:000491685000028
        ER  - """
    )
    assert (record.journal, record.journal_abbreviation) == ("CANADIAN JOURNAL ON HAIR", "Can. J. Hair")
    assert (record.pages, record.accession, record.year) == ("106558", "WOS:000491685000028", 2019)


def test_scopus_ris() -> None:
    record = ris(
        """TY  - JOUR
        TI  - Hair
        SN  - 03064530 (ISSN)
        DB  - Scopus
        C2  - 31887649
        UR  - https://www.scopus.com/inward/record.uri?eid=2-s2.0-85074596690&doi=10.1016%2fj.x.2019.1&partnerID=40
        ER  - """
    )
    assert (record.issn, record.pmid, record.accession) == (("0306-4530",), "31887649", "2-s2.0-85074596690")
    assert record.doi == "10.1016/j.x.2019.1"


def test_ebsco_ris_notes_give_the_accession_number() -> None:
    record = ris(
        """TY  - JOUR
        T1  - Hair
        Y1  - 2021/06//
        N1  - Accession Number: 99128836; Medugu, I; Source Info: 2014
        ER  - """
    )
    assert (record.accession, record.year) == ("99128836", 2021)


@pytest.mark.parametrize(
    ("lines", "database", "pmid"),
    [
        ("AN  - 26957754", "", ""),
        ("AN  - 26957754", "PubMed", "26957754"),
        ("AN  - 26957754", "MEDLINE", "26957754"),
        ("AN  - 26957754\nDB  - PubMed", "", "26957754"),
        ("AN  - 26957754", "CINAHL", ""),
        ("AN  - 2019-14325-016", "PubMed", ""),
        ("AN  - MEDLINE:31494993", "Web of Science", "31494993"),
        ("U1  - 26957754[pmid]", "", "26957754"),
        ("U1  - 35957633 [PMID]\nU1  - PMC9359172 [PMCID]", "", "35957633"),
        ("UR  - https://pubmed.ncbi.nlm.nih.gov/31494993/", "", "31494993"),
        ("L2  - http://www.ncbi.nlm.nih.gov/pubmed/22752652", "", "22752652"),
        ("C5  - 31234567", "", ""),
        ("N1  - Erratum for PMID: 123456. Comment in PMID: 77", "", ""),
    ],
)
def test_a_number_is_a_pmid_only_where_something_says_so(lines: str, database: str, pmid: str) -> None:
    assert ris(f"TY  - JOUR\nTI  - Hair\n{lines}\nER  - ", database=database).pmid == pmid


@pytest.mark.parametrize(
    ("lines", "doi"),
    [
        ("DO  - https://doi.org/10.1000/A(B)", "10.1000/a(b)"),
        ("DO  - DOI", ""),
        ("M3  - doi: 10.1063/1.1954747", "10.1063/1.1954747"),
        ("N1  - doi:10.1201/b19107-2", "10.1201/b19107-2"),
        ("L3  - 10.1000/1.", "10.1000/1"),
        ("UR  - http://dx.doi.org/10.1000/x", "10.1000/x"),
        ("N1  - Cites 10.1000/other", ""),
    ],
)
def test_dois_are_found_where_exporters_put_them(lines: str, doi: str) -> None:
    assert ris(f"TY  - JOUR\nTI  - Hair\n{lines}\nER  - ").doi == doi


@pytest.mark.parametrize(
    ("lines", "pages"),
    [
        ("SP  - 475\nEP  - 82", "475-482"),
        ("SP  - 1-22", "1-22"),
        ("SP  - pp 37-64", "37-64"),
        ("SP  - S31\nEP  - S36", "S31-S36"),
        ("SP  - No\nEP  - Specified", ""),
        ("SP  - No Pagination Specified", ""),
        ("SP  - 1054\nEP  - +", "1054"),
        ("SP  - e12\nEP  - e12", "e12"),
        ("SP  - 1106-1111+1117", "1106-1111"),
        ("SP  - 5–9", "5-9"),
        ("SP  - 1010-9; discussion 1020", "1010-1019"),
        ("SP  - NA\nC7  - 104501", "104501"),
    ],
)
def test_pages_are_written_in_full(lines: str, pages: str) -> None:
    assert ris(f"TY  - JOUR\nTI  - Hair\n{lines}\nER  - ").pages == pages


@pytest.mark.parametrize(
    ("kind", "lines", "journal", "csl"),
    [
        ("CHAP", "T2  - The Book of Hair\nJF  - Series", "The Book of Hair", "chapter"),
        ("JOUR", "T2  - Hair\nJF  - Journal of Hair", "Journal of Hair", "article-journal"),
        ("BOOK", "T2  - A Series", "", "book"),
        ("CONF", "T2  - Proceedings of Hair", "Proceedings of Hair", "paper-conference"),
        ("THES", "PB  - A University", "", "thesis"),
        ("XYZ", "JO  - J. Hair", "J. Hair", ""),
    ],
)
def test_container_and_type_follow_the_kind_of_reference(kind: str, lines: str, journal: str, csl: str) -> None:
    record = ris(f"TY  - {kind}\nTI  - A title\n{lines}\nER  - ")
    assert (record.journal, record.type) == (journal, csl)


def test_a_later_date_tag_loses_and_volume_may_hold_the_issue() -> None:
    record = ris("TY  - JOUR\nT1  - Hair\nY1  - 1900/01/01\nDA  - 1950/01/01\nVL  - 20(9)\nER  - ")
    assert (record.year, record.volume, record.issue) == (1950, "20", "9")


def test_placeholders_say_nothing() -> None:
    record = ris("TY  - JOUR\nTI  - Hair\nAB  - NA\nVL  - NA\nKW  - NA\nAU  - Na, Li\nER  - ")
    assert (record.abstract, record.volume, record.keywords) == ("", "", ())
    assert record.authors == (Author("Na", "Li"),)


def test_medline_with_everything() -> None:
    text = """PMID- 90000001
IS  - 1111-2222 (Electronic)
IS  - 1111-2230 (Linking)
VI  - 129
IP  - 5
DP  - 2015 May
TI  - [Treatment of lost
      hair].
TT  - Die Behandlung verlorener Haare.
PG  - 475-82
LID - 10.1000/j.x.2015.01.018 [doi]
LID - S0033-3506(15)00037-2 [pii]
AB  - AIM: Hair. ISRCTN12345678.
FAU - Fujiwara, T
AU  - Fujiwara T
AU  - Old AB
CN  - The Sofa Study Group
LA  - ger
PT  - Journal Article
PT  - Multicenter Study
SI  - ClinicalTrials.gov/NCT01234567
TA  - J Hair
JT  - Journal of hair
MH  - *Alopecia/drug therapy
MH  - Humans
OT  - baldness
PMC - PMC7654321
PHST- 2014/05/01 00:00 [received]
"""
    reading = read_bytes(text.encode())
    record = normalise(reading.accepted[0], format="medline", database=reading.database)
    assert record == Record(
        title="Treatment of lost hair.",
        translated_title="Die Behandlung verlorener Haare.",
        authors=(Author("Fujiwara", "T"), Author("Old", "AB"), Author(literal="The Sofa Study Group")),
        year=2015,
        date="2015-05",
        journal="Journal of hair",
        journal_abbreviation="J Hair",
        volume="129",
        issue="5",
        pages="475-482",
        doi="10.1000/j.x.2015.01.018",
        pmid="90000001",
        pmcid="PMC7654321",
        registry_ids=("ISRCTN12345678", "NCT01234567"),
        accession="90000001",
        abstract="AIM: Hair. ISRCTN12345678.",
        keywords=("baldness",),
        mesh=("*Alopecia/drug therapy", "Humans"),
        language="ger",
        publication_types=("Journal Article", "Multicenter Study"),
        issn=("1111-2222", "1111-2230"),
        type="article-journal",
        database="PubMed",
    )


def test_medline_book_chapters_and_article_numbers() -> None:
    def read(text: str) -> Record:
        return normalise(read_bytes(text.encode()).accepted[0], format="medline")

    chapter = read("PMID- 1\nBTI - The Book\nTI  - A Chapter\n")
    assert (chapter.title, chapter.journal, chapter.type) == ("A Chapter", "The Book", "chapter")
    book = read("PMID- 1\nBTI - The Book\nPT  - Book\n")
    assert (book.title, book.journal, book.type) == ("The Book", "", "book")
    assert read("PMID- 1\nTI  - A\nLID - 1042 [pii]\n").pages == "1042"


def test_pubmed_csv() -> None:
    record = table(
        "PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,NIHMS ID,DOI\n"
        '35227408,Hair loss,"Lim SM, Shiau CWC, Lau Y.","Behav Ther. 2022 Mar;53(2):334-47. doi: 10.1000/x.",Lim SM,'
        "Behav Ther,2022,2022/03/01,PMC1234567,,10.1000/x\n"
    )
    assert [str(author) for author in record.authors] == ["Lim, SM", "Shiau, CWC", "Lau, Y."]
    assert (record.volume, record.issue, record.pages, record.year) == ("53", "2", "334-347", 2022)
    assert (record.pmid, record.pmcid, record.accession) == ("35227408", "PMC1234567", "35227408")


def test_embase_csv_source_is_taken_apart() -> None:
    record = table(
        "Title,Author Names,Source,Emtree Drug Index Terms,Open URL Link\n"
        'Cysts,"Liu R., Adler D.G.",Cancer (2004) 102:4 (253-258). Date of Publication: 25 Aug 2004,'
        '"drug, cyst (diagnosis, surgery), a, b, c",http://x?id=doi:10.4103%2F2303-9027.1&atitle=Cysts\n'
    )
    assert (record.journal, record.year, record.volume, record.issue) == ("Cancer", 2004, "102", "4")
    assert (record.pages, record.doi) == ("253-258", "10.4103/2303-9027.1")
    assert record.keywords == ("drug", "cyst (diagnosis, surgery)", "a", "b", "c")
    assert [str(author) for author in record.authors] == ["Liu, R.", "Adler, D.G."]


def test_scopus_csv() -> None:
    record = table(
        "Authors,Author full names,Title,Year,Source title,Volume,Art. No.,Page start,Page end,Document Type,Source,"
        "EID\n"
        '"Liu F.; Li C.","Liu, Fengyuan (60410297700); Li, Chunyun (58862216200)",Hair,2026,Digital Health,12,7,,,'
        "Conference paper,Scopus,2-s2.0-105\n"
    )
    assert record.authors == (Author("Liu", "Fengyuan"), Author("Li", "Chunyun"))
    assert (record.pages, record.type, record.database) == ("7", "paper-conference", "Scopus")
    assert record.publication_types == ("Conference paper",)


def test_web_of_science_table() -> None:
    record = table(
        "PT\tAU\tAF\tTI\tSO\tDT\tBP\tEP\tPY\tVL\tIS\tDI\tPM\tUT\tSN\tEI\n"
        "J\tLiu, LY\tLiu, Lucy Y.\tHair\tHAIR J\tArticle\t1\t9\t2020\t3\t2\t10.1000/1\t31494993\t"
        "WOS:1\t1111-2222\t1111-2230\n"
    )
    assert record.authors == (Author("Liu", "Lucy Y."),)
    assert (record.pages, record.pmid, record.accession) == ("1-9", "31494993", "WOS:1")
    assert record.issn == ("1111-2222", "1111-2230")
    assert record.publication_types == ("Article",)


def test_cnki_table() -> None:
    record = table(
        "SrcDatabase-来源库,Title-题名,Author-作者,Source-文献来源,Keyword-关键词,Summary-摘要,PubTime-发表时间,Year-年,"
        "Volume-卷,Period-期,PageCount-页码,DOI-DOI\n"
        "期刊,斑秃的治疗,王伟;欧阳明;中华医学会,中华皮肤科杂志,斑秃;;治疗;,<正>目的 探讨,2021-01-18,2021,54,01,"
        "1106-1111+1117,10.1000/1\n"
    )
    assert record.authors == (Author("王", "伟"), Author("欧阳", "明"), Author(literal="中华医学会"))
    assert (record.title, record.journal, record.abstract) == ("斑秃的治疗", "中华皮肤科杂志", "目的 探讨")
    assert (record.year, record.volume, record.issue, record.pages) == (2021, "54", "01", "1106-1111")
    assert record.keywords == ("斑秃", "治疗")
    assert record.type == "article-journal"


@pytest.mark.parametrize(
    ("part", "kind"), [("期刊", "article-journal"), ("硕士", "thesis"), ("中国会议", "paper-conference"), ("CNKI", "")]
)
def test_the_part_of_cnki_says_what_a_row_is(part: str, kind: str) -> None:
    assert table(f"SrcDatabase-来源库,Title-题名,Author-作者,Year-年\n{part},斑秃的治疗,王伟,2018\n").type == kind


def test_zotero_csv() -> None:
    record = table(
        "Key,Item Type,Publication Year,Author,Title,Publication Title,DOI,Url,Abstract Note,Pages,Issue,Volume,Extra\n"
        'A1,journalArticle,2020,"Liu, Lucy Y.; Ko, J",Hair,Journal of Hair,10.1000/1,https://x,Text,1-9,2,3,'
        "PMID: 31494993\n"
    )
    assert record.authors == (Author("Liu", "Lucy Y."), Author("Ko", "J"))
    assert (record.pmid, record.type, record.url) == ("31494993", "article-journal", "https://x")


def test_bibtex_like_authors_and_a_mapped_column() -> None:
    reading = read_bytes(b'Paper,author,Who\nHair,"Zuna, R E and Wang, S S",Nobody\n', columns={"title": "Paper"})
    record = normalise(reading.accepted[0], format="csv")
    assert (record.title, record.authors) == ("Hair", (Author("Zuna", "R E"), Author("Wang", "S S")))


def test_an_unknown_format_is_an_error() -> None:
    with pytest.raises(UsageError, match="docx"):
        normalise(RawRecord(1, 1, "", ()), format="docx")


def test_without_database_or_number_there_is_no_key() -> None:
    assert source_key(Record(accession="L1")) == ""
    assert source_key(Record(database="Embase")) == ""
    assert source_key(Record(database="PubMed", pmid="1")) == "pubmed||1"
