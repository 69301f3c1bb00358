"""Which database an export is from, told without flags: synthetic records in the shapes that databases write."""

from __future__ import annotations

import pytest

from jaksearch import normalise, read_bytes
from jaksearch.formats.databases import HEADINGS, database_said, hosted_database
from jaksearch.formats.headings import canonical


def ris(*lines: str) -> str:
    return "\n".join(["TY  - JOUR", "TI  - Hair", *lines, "ER  - ", ""])


RIS = {
    "Embase": ris("N2  - x", "U2  - L2003123456", "UR  - https://www.embase.com/search/results?id=L2003123456"),
    "Scopus": ris("N1  - Export Date: 1 May 2020", "UR  - https://www.scopus.com/inward/record.uri?eid=2-s2.0-850"),
    "Web of Science": ris("AN  - WOS:000468040200020"),
    "Cochrane Library": ris("AN  - CN-01234567", "UR  - https://www.cochranelibrary.com/central/doi/10.1002/central/x"),
    "PubMed": ris("DB  - PubMed", "AN  - 26957754"),
    "MEDLINE": ris("DB  - Ovid MEDLINE(R) ALL", "AN  - 26957754"),
    "PsycINFO": ris("AN  - 2014-99150-257"),
    "CINAHL": ris("DB  - rzh", "DP  - EBSCOhost", "UR  - https://search.ebscohost.com/login.aspx?direct=true&db=rzh"),
    "SPORTDiscus": ris("UR  - https://search.ebscohost.com/login.aspx?direct=true&db=s3h&AN=1&site=ehost-live"),
    "CAB Abstracts": ris("L2  - http://ovidsp.ovid.com/ovidweb.cgi?T=JS&CSC=Y&NEWS=N&PAGE=fulltext&D=caba6&AN=2019"),
    "ProQuest": ris("AN  - 2214991469; 51887", "UR  - https://search.proquest.com/docview/2214991469"),
    "Dimensions": ris("AN  - pub.1143865007", "UR  - https://app.dimensions.ai/details/publication/pub.1143865007"),
    "The Lens": ris("ID  - 000-463-679-101-319", "UR  - https://lens.org/000-463-679-101-319"),
    "JSTOR": ris("UR  - http://www.jstor.org/stable/1"),
    "IEEE Xplore": ris("T2  - J", "JO  - J", "JA  - J", "Y1  - Jan. 2019", "VO  - 1", "DO  - 10.1109/X.2019.1"),
    "ACM Digital Library": ris("DO  - 10.1145/1.2", "UR  - https://doi.org/10.1145/1.2"),
    "ScienceDirect": ris("UR  - https://www.sciencedirect.com/science/article/pii/S1"),
    "LILACS": ris("ID  - lil-123456", "UR  - https://pesquisa.bvsalud.org/portal/resource/pt/lil-123456"),
    "CNKI": ris("DB  - 中国知网", "UR  - https://kns.cnki.net/kcms/detail/detail.aspx?filename=X"),
    "Wanfang": ris("DB  - 万方数据"),
    "SinoMed": ris("DB  - SinoMed"),
    "VIP": ris("UR  - http://qikan.cqvip.com/Qikan/Article/Detail?id=1"),
    "OpenAlex": ris("ID  - https://openalex.org/W1"),
    "Semantic Scholar": ris("UR  - https://www.semanticscholar.org/paper/1"),
    "Europe PMC": ris("UR  - https://europepmc.org/article/MED/1"),
    "PEDro": ris("DB  - PEDro"),
    "": ris("JO  - J", "PY  - 2020"),
}
OTHER = {
    "Google Scholar": "@article{liu2020hair,\n  title={Hair},\n  author={Liu, L},\n  journal={J},\n  year={2020}\n}\n",
    "IEEE Xplore": "@ARTICLE{9123456,\n  author={Liu, L.},\n  title={Hair},\n  doi={10.1109/X.2020.1}}\n",
    "Scopus": "@ARTICLE{Liu2020,\nauthor={Liu, L.},\ntitle={Hair},\nsource={Scopus},\nurl={https://www.scopus.com/x}}\n",
    "Web of Science": "@article{ WOS:000468040200020,\nAuthor = {Liu, L.},\nTitle = {Hair},\n"
    "Unique-ID = {WOS:000468040200020},\n}\n",
    "CNKI": "{Reference Type}: Journal Article\n{Title}: 斑秃\n{Author}: 张伟\n{Database Provider}: CNKI\n",
    "SinoMed": "%0 Journal Article\n%T 斑秃\n%A 张伟\n%M 2020000001\n%~ SinoMed\n",
    "Wanfang": "RT Journal Article\nSR 1\nA1 张伟\nT1 斑秃\nDS WanFang\nLK http://d.wanfangdata.com.cn/periodical/x\n",
    "PsycINFO": "<1. >\nVN  - Ovid Technologies\nDB  - APA PsycInfo\nAN  - 2014-99150-257\nTI  - Hair\nAU  - Liu, L\n",
    "MEDLINE": "<1. >\nVN  - Ovid Technologies\nDB  - Ovid MEDLINE(R)\nUI  - 26957754\nTI  - Hair\nAU  - Liu L\n",
    "PubMed": "PMID- 26957754\nOWN - NLM\nTI  - Hair\n",
    "ERIC": "OWN - ERIC\nTI  - Hair\nOID - EJ1\nJT  - J\n",
    "Cochrane Library": "Record #1 of 1\nID: CN-01234567\nAU: Liu L\nTI: Hair\n",
}


@pytest.mark.parametrize("name", RIS)
def test_ris_of_a_database_is_known(name: str) -> None:
    reading = read_bytes((RIS[name] * 3).encode())
    assert (reading.format, reading.database) == ("ris", name)


@pytest.mark.parametrize("name", OTHER)
def test_other_texts_of_a_database_are_known(name: str) -> None:
    assert read_bytes(OTHER[name].encode()).database == name


def test_a_reexport_that_names_nothing_has_no_database() -> None:
    for text in (ris("DB  - Name of Database"), ris("N1  - ASReview_relevant"), '[{"title": "Hair", "id": "x"}]'):
        assert read_bytes(text.encode()).database == ""


def test_records_of_several_databases_without_a_majority_have_none() -> None:
    text = RIS["Scopus"] + RIS["The Lens"] + RIS["Dimensions"]
    assert read_bytes(text.encode()).database == ""


def test_hosts_tell_databases_by_short_names() -> None:
    assert hosted_database("https://ovidsp.ovid.com/ovidweb.cgi?T=JS&D=emczd&AN=1") == "Embase"
    assert hosted_database("https://ovidsp.ovid.com/ovidweb.cgi?T=JS&D=medall&AN=1") == "MEDLINE"
    assert hosted_database("https://ovidsp.ovid.com/ovidweb.cgi?T=JS&D=zzzz&AN=1") == ""
    assert database_said(["", " "]) == ""


TABLES = {
    "PubMed": "PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,NIHMS ID,DOI",
    "Embase": "Title,Author Names,Correspondence Address,Source,Abstract,Emtree Drug Index Terms,Open URL Link",
    "Scopus": "Authors,Author full names,Author(s) ID,Title,Year,Source title,Volume,Issue,Art. No.,Page start,"
    "Page end,Page count,Cited by,DOI,Link,Abstract,Author Keywords,Document Type,Source,EID",
    "Web of Science": "Publication Type,Authors,Article Title,Source Title,Publication Year,DOI,UT (Unique WOS ID)",
    "Cochrane Library": "Cochrane Review ID,Author(s),Title,Source,Year,Abstract,Issue,Publisher,ISSN,Keywords,DOI,URL,"
    "Cochrane Review Group Code",
    "CNKI": "SrcDatabase-来源库,Title-题名,Author-作者,Organ-单位,Source-文献来源,Keyword-关键词,Summary-摘要,"
    "PubTime-发表时间,FirstDuty-第一责任人,Fund-基金,Year-年,Volume-卷,Period-期,PageCount-页码,CLC-中图分类号,"
    "URL-网址,DOI-DOI",
    "SinoMed": "流水号,标题,英文标题,著者,著者单位,出处,关键词,主题词,摘要",
    "ClinicalTrials.gov": "NCT Number,Study Title,Study URL,Conditions,Sponsor,Start Date,First Posted",
    "ICTRP": "TrialID,Public title,Scientific title,Date registration,web address,Condition,Intervention",
    "Dimensions": '"About the data: Exported on May 1, 2020. Criteria: ""hair"" in title"\n'
    "Rank,Publication ID,DOI,PMID,PMCID,Title,Abstract,Source title/Anthology title,MeSH terms,Publication Date,"
    "PubYear,Volume,Issue,Pagination,Publication Type,Authors,Times cited,Dimensions URL",
    "The Lens": "Lens ID,Title,Date Published,Publication Year,Publication Type,Source Title,ISSNs,Author/s,Abstract,"
    "Volume,Issue Number,Start Page,End Page,Keywords,MeSH Terms,Source URLs,External URL,PMID,DOI,PMCID",
    "OpenAlex": "id,doi,title,publication_year,publication_date,language,type,ids.pmid,"
    "primary_location.source.display_name,authorships.author.display_name,biblio.volume,biblio.issue,biblio.first_page",
    "IEEE Xplore": "Document Title,Authors,Publication Title,Publication Year,Volume,Issue,Start Page,End Page,"
    "Abstract,ISSN,DOI,PDF Link,Author Keywords,IEEE Terms,Document Identifier",
    "Springer": "Item Title,Publication Title,Book Series Title,Journal Volume,Journal Issue,Item DOI,Authors,"
    "Publication Year,URL,Content Type",
    "ProQuest": "Title,Abstract,StoreId,ArticleType,Authors,documentType,issn,pubtitle,year,DocumentURL",
    "Google Scholar": "Cites,Authors,Title,Year,Source,Publisher,ArticleURL,CitesURL,GSRank",
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_of_a_database_are_known_by_their_headings(name: str) -> None:
    *before, headings = TABLES[name].split("\n")
    names = headings.split(",")
    row = ",".join("x" for _ in names)
    reading = read_bytes("\n".join([*before, headings, row, row, ""]).encode())
    assert (reading.format, reading.database, len(reading.accepted)) == ("csv", name, 2)
    assert [raw.line for raw in reading.accepted] == [len(before) + 2, len(before) + 3]


def test_every_heading_that_names_a_database_has_a_name() -> None:
    assert all(wanted and name for wanted, name in HEADINGS)


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("PageCount-页码", "pages"), ("PubTime-发表时间", "date"), ("Period-期", "issue"), ("DOI-DOI", "doi"),
        ("Source title/Anthology title", "journal"), ("Author/s", "authors"), ("web address", "url"),
        ("Date registration3", "date"), ("Cochrane Review ID", "accession"), ("主题词", "mesh"),
        ("ids.pmcid", "pmcid"), ("Dimensions URL", "url"), ("Scientific title", "title"), ("Condition", "keywords"),
    ],
)  # fmt: skip
def test_headings_mean_what_the_sites_mean(heading: str, field: str) -> None:
    assert (found := canonical(heading)) is not None
    assert found[0] == field


def test_cnki_page_count_is_no_page() -> None:
    text = "Title-题名,Author-作者,Year-年,PageCount-页码\n斑秃,张伟;李明,2019,{}\n"
    for printed, pages in (("7", ""), ("45-49", "45-49")):
        [raw] = read_bytes(text.format(printed).encode()).accepted
        record = normalise(raw, format="csv")
        assert (record.pages, len(record.authors), record.year) == (pages, 2, 2019)


def test_dimensions_rows_are_read_under_the_second_line() -> None:
    *before, headings = TABLES["Dimensions"].split("\n")
    row = (
        "1,pub.1143865007,10.5555/x,31494993,PMC1234567,Hair,One.,Hair Journal,Humans; Male,2021-05-01,2021,5,3,"
        '101-109,"Article","Liu, Lucy Y.; Ng, Kim",4,https://app.dimensions.ai/details/publication/pub.1143865007'
    )
    [raw] = read_bytes("\n".join([*before, headings, row]).encode()).accepted
    record = normalise(raw, format="csv")
    assert (record.accession, record.pmid, record.journal, record.pages) == (
        "pub.1143865007", "31494993", "Hair Journal", "101-109",
    )  # fmt: skip
    assert [author.family for author in record.authors] == ["Liu", "Ng"]
