"""One rule in every format: a title, an identifier, an abstract, or an author with year or journal make a record."""

import io

import openpyxl
import pytest

from jakdb.words import Author, Record
from jaksearch.convert import write
from jaksearch.formats import read_bytes
from jaksearch.formats.limits import UNKNOWN
from jaksearch.formats.targets import TARGETS
from jaksearch.normalise import normalise

PUBMED = (
    "<PubmedArticle><MedlineCitation><Article>{}</Article></MedlineCitation></PubmedArticle>",
    "<AuthorList><Author><LastName>Liu</LastName></Author></AuthorList>",
    "<Journal><Title>J Hair</Title><JournalIssue><PubDate><Year>2020</Year></PubDate></JournalIssue></Journal>",
)
ENDNOTE = (
    '<xml><records><record><ref-type name="Book">6</ref-type>{}</record></records></xml>',
    "<contributors><authors><author>Liu, L</author></authors></contributors>",
    "<periodical><full-title>J Hair</full-title></periodical><dates><year>2020</year></dates>",
)
FORMATS = {
    "ris": ("TY  - JOUR\n{}ER  - \n", "AU  - Liu, L\n", "JF  - J Hair\nPY  - 2020\n"),
    "medline": ("OWN - NLM\n{}", "FAU - Liu, L\n", "JT  - J Hair\nDP  - 2020\n"),
    "bibtex": ("@article{{a,\n{} note = {{x}}\n}}\n", "author = {Liu, L},\n", "journal = {J Hair},\nyear = {2020},\n"),
    "csl": ('[{{{} "type": "book"}}]', '"author": [{"family": "Liu"}],', '"container-title": "J Hair", "volume": 1,'),
    "europepmc": ('[{{{} "language": "eng"}}]', '"authorString": "Liu L",',
                  '"pubYear": "2020", "journalTitle": "J Hair",'),
    "clinicaltrials": ('[{{"protocolSection": {{{} "x": 1}}}}]',
                       '"sponsorCollaboratorsModule": {"leadSponsor": {"name": "X"}},',
                       '"statusModule": {"studyFirstSubmitDate": "2020-01-01"},'),
    "openalex": ('[{{{} "type": "article"}}]', '"authorships": [{"raw_author_name": "Liu L"}],',
                 '"publication_year": 2020,'),
    "crossref": ('[{{{} "type": "book"}}]', '"author": [{"family": "Liu"}],', '"container-title": ["J Hair"],'),
    "wos": ("PT J\n{}ER\n\nEF\n", "AU Liu, L\n", "SO J Hair\nPY 2020\n"),
    "refworks": ("RT Journal Article\n{}", "A1 Liu, L\n", "JF J Hair\nYR 2020\n"),
    "noteexpress": ("{{Reference Type}}: Book\n{}", "{Author}: Liu, L\n", "{Journal}: J Hair\n{Year}: 2020\n"),
    "estudy": ("DataType: 1\n{}", "Author-作者: 张伟\n", "Source-刊名: 皮肤\nYear-年: 2020\n"),
    "cochrane": ("Record #1 of 1\n{}", "AU: Liu L\n", "SO: J Hair\nYR: 2020\n"),
    "embase-fields": ('"VOLUME","1"\n{}', '"AUTHOR NAMES","Liu L."\n', '"SOURCE","J"\n"PUBLICATION YEAR","2020"\n'),
    "sinomed": ("【序号】1\n{}", "【作者】张伟\n", "【刊名】皮肤\n【年】2020\n"),
    "refer": ("%0 Journal Article\n{}", "%A Liu, L\n", "%J J Hair\n%D 2020\n"),
    "pubmed-xml": PUBMED,
    "endnote-xml": ENDNOTE,
    "ictrp": ("<Trial><Phase>2</Phase>{}</Trial>", "<Primary_sponsor>X</Primary_sponsor>",
              "<Date_registration>20200101</Date_registration>"),
    "notefirst": ("<Bibliography>{}</Bibliography>", "<Author><Info><FullName>Liu</FullName></Info></Author>",
                  "<Media>J Hair</Media><Year>2020</Year>"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_an_author_with_year_and_journal_is_a_record_and_neither_alone_is(name: str) -> None:
    whole, author, where = FORMATS[name]
    reading = read_bytes(whole.format(author + where).encode(), format=name)
    assert (len(reading.accepted), reading.rejects) == (1, ())
    for alone in (author, where):
        [reject] = read_bytes(whole.format(alone).encode(), format=name).rejects
        assert reject.reason == UNKNOWN


def test_a_row_of_a_table_follows_the_same_rule() -> None:
    reading = read_bytes(b"Title,Authors,Journal,Year\n,Liu L,J Hair,\n,Liu L,,2020\n,Liu L,,\n,,J Hair,2020\n")
    assert [record.number for record in reading.accepted] == [1, 2]
    assert [reject.reason for reject in reading.rejects] == [UNKNOWN] * 2


def test_a_row_of_a_workbook_follows_the_same_rule() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["Title", "Authors", "Year"], ["", "Liu L", 2020], ["", "Liu L", ""], ["", "", 2020]):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    reading = read_bytes(stream.getvalue())
    assert len(reading.accepted) == 1
    assert [reject.reason for reject in reading.rejects] == [UNKNOWN] * 2


@pytest.mark.parametrize("target", TARGETS)
def test_what_jak_writes_without_a_title_it_reads_again(target: str) -> None:
    record = Record(authors=(Author("Liu", "LY"),), year=2020, journal="J Hair", type="article-journal")
    reading = read_bytes("".join(write([record], to=target)).encode())
    assert reading.rejects == ()
    [found] = (normalise(raw, format=reading.format) for raw in reading.accepted)
    assert (found.authors, found.year, found.journal) == (record.authors, 2020, "J Hair")
