"""Shapes of exports that other databases and tools write: every sample is synthetic."""

from __future__ import annotations

import pytest

from jakdb.words import Author, Record
from jaksearch import normalise, read_bytes
from jaksearch.formats import FileReading
from jaksearch.formats.people import read_authors

DOI = "10.1234/jh.2010.5"


def read(text: str) -> tuple[FileReading, list[Record]]:
    reading = read_bytes(text.encode())
    assert not reading.rejects
    return reading, [normalise(raw, format=reading.format, database=reading.database) for raw in reading.accepted]


def ris(*lines: str) -> tuple[FileReading, Record]:
    reading, [record] = read("\n".join(("TY  - JOUR", "TI  - Hair", "AU  - Berg, Ann", *lines, "ER  - ", "")))
    return reading, record


def table(headings: str, row: str) -> tuple[FileReading, Record]:
    reading, [record] = read(f"{headings}\n{row}\n")
    return reading, record


def test_the_last_page_may_stand_under_lp() -> None:
    reading, record = ris("JF  - Scalp", "SP  - 1127", "LP  - 31")
    assert (record.pages, reading.warnings) == ("1127-1131", ())


def test_pages_under_pg_count_where_there_are_no_others() -> None:
    reading, record = ris("JO  - Scalp", "PD  - ", "PG  - 65-70", "SP  - ", "EP  - ", "NS  - ")
    assert (record.pages, reading.warnings) == ("65-70", ())
    assert ris("SP  - 7", "EP  - 9", "PG  - 1")[1].pages == "7-9"


def test_cited_references_give_no_number_to_a_record() -> None:
    cited = (
        "M1  - Dahl, B. (2018). A long title about hair. J Hair, 11(8), 1-9 https://pubmed.ncbi.nlm.nih.gov/29761836"
    )
    trial = "M1  - Eng, C. (2019). The first report of a long trial of one drug in adults with hair loss NCT01234567"
    _, record = ris("DB  - APA PsycInfo <2021>", "ID  - 2021-94054-001", cited, trial)
    assert (record.pmid, record.registry_ids, record.accession) == ("", (), "2021-94054-001")
    assert ris("C2  - PMID: 32123456")[1].pmid == "32123456"
    assert ris("U1  - 23733381[pmid]")[1].pmid == "23733381"


def test_ebsco_may_hide_the_doi_in_its_notes() -> None:
    _, record = ris(f"N1  - Accession Number: 2010392156. Language: English. DOI: {DOI}. ")
    assert (record.doi, record.accession) == (DOI, "2010392156")
    assert ris(f"N1  - Comment on DOI: {DOI}")[1].doi == ""


@pytest.mark.parametrize("number", ["EJ389705", "ED395726", "lil-745123"])
def test_numbers_of_eric_and_lilacs_are_accession_numbers(number: str) -> None:
    assert ris(f"ID  - {number}")[1].accession == number


def test_a_citation_key_is_no_accession_number() -> None:
    assert ris("ID  - Berg2010")[1].accession == ""


def test_the_title_of_a_special_issue_is_no_journal() -> None:
    links = "UR  - https://www.sciencedirect.com/science/article/pii/S0000000000000001"
    _, record = ris("JO  - Procedia Hair Science", "T2  - Papers of a congress:", links)
    assert record.journal == "Procedia Hair Science"
    assert ris("JO  - Proc Hair Sci", "T2  - Procedia Hair Science")[1].journal == "Procedia Hair Science"


def test_an_address_at_europe_pmc_holds_the_pmid() -> None:
    assert ris("L2  - http://europepmc.org/article/MED/33523284")[1].pmid == "33523284"
    assert ris("L2  - http://europepmc.org/article/PPR/PPR335232")[1].pmid == ""


@pytest.mark.parametrize(
    ("line", "database"),
    [
        ("UR  - http://www.epistemonikos.org/documents/1\nU1  - 1234567[pmid]", "Epistemonikos"),
        ("ID  - DBLP:conf/hair/Berg10\nUR  - https://doi.org/10.1145/1.2", "dblp"),
        ("UR  - http://koreamed.org/SearchBasic.php?RID=1", "KoreaMed"),
        ("DB  - Business Source Complete\nDP  - EBSCOhost", "Business Source"),
        ("DB  - Newspaper Source\nDP  - EBSCOhost", "EBSCOhost"),
    ],
)
def test_signs_of_databases(line: str, database: str) -> None:
    assert ris(line)[0].database == database


def test_the_database_counts_before_its_host() -> None:
    text = "RT Journal Article\nA1 Berg, Ann\nT1 Hair\nJF Scalp\nYR 2014\nDS EBSCOhost\n"
    reading, _ = read(f"{text}LK https://search.ebscohost.com/login.aspx?direct=true&db=rzh&AN=1\nER\n")
    assert (reading.format, reading.database) == ("refworks", "CINAHL")


def test_names_in_han_with_commas_are_one_person_each() -> None:
    [first, second, third] = read_authors(["田中, 太郎", "佐々木, 健", "Suzuki, Ichiro"])
    assert (first, second) == (Author("田中", "太郎"), Author("佐々木", "健"))
    assert third.family == "Suzuki"
    assert [author.family for author in read_authors(["颜宏,石德成"])] == ["颜", "石"]


def test_cells_written_as_formulas_of_text_are_their_text() -> None:
    headings = "Article Title,Author,Journal Title,ISSN,Publication Date,Doctype"
    _, record = table(headings, '"Hair","Berg, Ann; Dahl, Bo","Scalp",="08912963",="Jun2023","Article"')
    assert (record.issn, record.year, len(record.authors)) == (("0891-2963",), 2023, 2)


def test_embase_has_the_article_number_in_its_citation() -> None:
    headings = "Title,Author Names,Source,Source title,Publication Year,Volume,Issue,Embase Accession ID"
    citation = "Scalp (2024) 15:1 Article Number: 4063. Date of Publication: 1 Dec 2024"
    _, record = table(headings, f'Hair,"Berg A., Dahl B.","{citation}",Scalp,2024,15,1,L2029880245')
    assert (record.pages, record.article_number) == ("4063", "4063")


def test_the_columns_of_refworks() -> None:
    headings = "Reference Type\tAuthors, Primary\tTitle Primary\tPeriodical Full\tPeriodical Abbrev\tPub Year"
    headings += "\tVolume\tIssue\tStart Page\tOther Pages\tDOI"
    row = f"Journal Article\tde Berg,Ann;Dahl,Bo\tHair\tJournal of Scalps\tJ.Scalps\t2020\t12\t \t69\t79\t{DOI}"
    _, record = table(headings, row)
    assert (record.title, record.year, record.pages, record.doi) == ("Hair", 2020, "69-79", DOI)
    assert (record.journal, record.journal_abbreviation, record.issue) == ("Journal of Scalps", "J.Scalps", "")
    assert record.authors == (Author("de Berg", "Ann"), Author("Dahl", "Bo"))


def test_the_columns_of_proquest() -> None:
    headings = "Title,StoreId,ArticleType,Authors,pages,pubdate,pubtitle,year,subjectTerms,startPage"
    reading, record = table(headings, 'Hair,2612345678,Journals,"Berg, Ann",33-47,Mar 2021,Scalp,2021,Scalp; Skin,33')
    assert (reading.database, record.accession, record.pages) == ("ProQuest", "2612345678", "33-47")
    assert (record.journal, record.keywords) == ("Scalp", ("Scalp", "Skin"))


def test_the_columns_of_ebsco_as_they_are_now() -> None:
    headings = "title,an,contributors,source,publicationDate,pageStart,pageEnd,docTypes,subjects,longDBName,plink"
    link = "https://research.ebsco.com/linkprocessor/plink?id=a"
    reading, record = table(
        headings, f'Hair,104028772,"Berg, Ann",Scalp,20140524,1,9,Article,Skin,CINAHL Complete,{link}'
    )
    assert (reading.database, record.journal, record.pages) == ("CINAHL", "Scalp", "1-9")
    assert (record.accession, record.date, record.authors) == ("104028772", "2014-05-24", (Author("Berg", "Ann"),))


def test_the_columns_of_europe_pmc() -> None:
    headings = "SOURCE,EXT_ID,PMID,PMCID,TITLE,AUTHORS,JOURNAL_TITLE,JOURNAL_VOLUME,PUBLICATION_YEAR,PAGE_INFO"
    reading, record = table(headings, "MED,20234567,20234567,PMC123456,Hair,Berg A,Scalp,12,2010,100-110")
    assert (reading.database, record.volume, record.pages, record.pmid) == ("Europe PMC", "12", "100-110", "20234567")


def test_the_columns_of_central() -> None:
    headings = "CENTRAL ID,Author(s),Title,Source,Year,Database Name,PubMed ID,CTgov ID,Cochrane Review Group Code"
    row = '"CN-02677909","Berg, A; Dahl, B","Hair","Scalp","2024","CENTRAL","PUBMED 38407106","NCT01234567",'
    reading, record = table(headings, row)
    assert (reading.database, record.accession, record.pmid) == ("Cochrane Library", "CN-02677909", "38407106")
    assert record.registry_ids == ("NCT01234567",)


def test_the_columns_of_covidence() -> None:
    headings = "Title,Authors,Published Year,Published Month,Journal,Volume,Issue,Pages,Covidence #"
    _, record = table(headings, 'Hair,"Berg, A.; Dahl, B.",2024,,Scalp,15,1,,#1')
    assert (record.year, record.journal, record.pages) == (2024, "Scalp", "")


def test_the_plain_columns_of_google_scholar_tell_it_only_alone() -> None:
    headings = "Authors,Title,Publication,Volume,Number,Pages,Year,Publisher"
    row = '"Berg, Ann; Dahl, Bo; ",Hair,Scalp,76,3,411-447,2001,Press'
    reading, record = table(headings, row)
    assert (reading.database, len(record.authors), record.issue) == ("Google Scholar", 2, "3")
    assert table(f"{headings},Note", f"{row},x")[0].database == ""


def test_zotero_keeps_pmcids_in_its_extra_column() -> None:
    headings = "Key,Item Type,Publication Year,Author,Title,Extra"
    _, record = table(headings, 'ABCD1234,journalArticle,2010,"Berg, Ann",Hair,PMID: 20234567 PMCID: PMC123456')
    assert (record.pmid, record.pmcid) == ("20234567", "PMC123456")


def test_the_last_of_listed_authors_keeps_its_initials() -> None:
    assert read_authors(["Berg, J. A., Dahl, B."], listed=True) == (Author("Berg", "J. A."), Author("Dahl", "B."))


def test_zoological_record_has_pages_under_ps() -> None:
    headings = "PT\tAN\tTI\tAU\tSO\tVL\tPS\tPY\tUT"
    reading, record = table(headings, "J\tZOOR1\tHair\tBerg, Ann\tScalp\t56\t2274-2285\t2019\tZOOREC:ZOOR15601000869")
    assert (reading.database, record.pages) == ("Web of Science", "2274-2285")
