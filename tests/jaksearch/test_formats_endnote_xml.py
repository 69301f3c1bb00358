import pytest

from jakdb.words import Author, RawRecord, Reject
from jaksearch import normalise, read_bytes
from jaksearch.formats import read_endnote_xml

RECORD = """\
<record><database name="My.enl">My.enl</database><source-app name="EndNote" version="20">EndNote</source-app>
<rec-number>1</rec-number><foreign-keys><key app="EN">1</key></foreign-keys>
<ref-type name="Journal Article">17</ref-type>
<contributors><authors><author><style face="normal">Example, Ada</style></author>
<author>The Sofa Group,</author></authors>
<secondary-authors><author>Editor, Eve</author></secondary-authors></contributors>
<titles><title><style face="normal">Hair </style><style face="italic">that</style><style> was lost</style></title>
<secondary-title>Journal of Hair</secondary-title><translated-title>Haare</translated-title></titles>
<periodical><full-title>Journal of Hair</full-title><abbr-1>J Hair</abbr-1></periodical>
<pages>475-82</pages><volume>12</volume><number>3</number>
<keywords><keyword>hair&#xD;loss</keyword><keyword><style/></keyword></keywords>
<dates><year>2019</year><pub-dates><date>Mar</date></pub-dates></dates><isbn>1111-2222&#xD;3333-4444</isbn>
<accession-num>90000001</accession-num><electronic-resource-num>https://doi.org/10.1000/A</electronic-resource-num>
<abstract>It was under the sofa (NCT01234567).</abstract><language>eng</language>
<urls><related-urls><url>https://example.org/1</url></related-urls></urls><custom2>PMC7654321</custom2>
<remote-database-name>MEDLINE</remote-database-name><remote-database-provider>Ovid</remote-database-provider></record>"""
FILE = f'<?xml version="1.0" encoding="UTF-8" ?><xml><records>{RECORD}</records></xml>'


def test_every_field_finds_its_place() -> None:
    reading = read_bytes(FILE.encode())
    assert (reading.format, reading.database, reading.warnings) == ("endnote-xml", "MEDLINE", ())
    [raw] = reading.accepted
    assert (raw.line, raw.text) == (1, RECORD)
    record = normalise(raw, format="endnote-xml")
    assert (record.title, record.translated_title) == ("Hair that was lost", "Haare")
    assert record.authors == (Author("Example", "Ada"), Author(literal="The Sofa Group"))
    assert (record.year, record.journal, record.journal_abbreviation) == (2019, "Journal of Hair", "J Hair")
    assert (record.volume, record.issue, record.pages) == ("12", "3", "475-482")
    assert (record.doi, record.pmid, record.pmcid) == ("10.1000/a", "90000001", "PMC7654321")
    assert (record.keywords, record.issn) == (("hair", "loss"), ("1111-2222", "3333-4444"))
    assert (record.registry_ids, record.language) == (("NCT01234567",), "eng")
    assert (record.type, record.database, record.platform) == ("article-journal", "MEDLINE", "Ovid")
    assert (record.url, record.accession) == ("https://example.org/1", "90000001")


def test_editors_are_kept_in_the_fields_but_are_no_authors() -> None:
    [raw] = read_endnote_xml(FILE)
    assert isinstance(raw, RawRecord)
    assert ("contributors/secondary-authors/author", "Editor, Eve") in raw.fields


@pytest.mark.parametrize(
    ("mark", "kind"),
    [
        ('<ref-type name="Book Section">5</ref-type>', "chapter"),
        ("<ref-type>5</ref-type>", "chapter"),
        ('<ref-type name="Thesis">32</ref-type>', "thesis"),
        ('<ref-type name="Book">6</ref-type>', "book"),
        ('<ref-type name="Electronic Book">44</ref-type>', "book"),
        ('<ref-type name="Conference Paper">47</ref-type>', "paper-conference"),
    ],
)
def test_types_are_known_by_name_and_by_number(mark: str, kind: str) -> None:
    [raw] = read_endnote_xml(FILE.replace('<ref-type name="Journal Article">17</ref-type>', mark))
    assert isinstance(raw, RawRecord)
    assert normalise(raw, format="endnote-xml").type == kind


def test_web_of_sciences_old_numbers_name_the_database() -> None:
    text = FILE.replace("90000001", "ISI:000200148800007").replace("MEDLINE", "")
    assert read_bytes(text.encode()).database == "Web of Science"


def test_unknown_elements_are_kept_and_said() -> None:
    [raw] = read_endnote_xml(FILE.replace("<pages>", "<mood>good</mood>\n<pages>"))
    assert isinstance(raw, RawRecord)
    assert ("mood", "good") in raw.fields
    assert raw.warnings == ("line 10: unknown element mood, kept",)


def test_broken_and_empty_records_are_rejected_and_the_rest_is_read() -> None:
    text = FILE.replace(RECORD, "\n".join((RECORD.replace("</titles>", ""), "<record/>", RECORD)))
    broken, empty, good = read_endnote_xml(text)
    assert isinstance(broken, Reject)
    assert broken.reason.startswith(f"line {RECORD.count(chr(10)) + 1}: not well-formed XML")
    assert isinstance(empty, Reject)
    assert isinstance(good, RawRecord)
    assert (good.number, good.line) == (3, RECORD.count("\n") + 3)


def test_an_end_tag_without_a_record_is_rejected_with_its_text() -> None:
    one, two = read_endnote_xml(FILE.replace("<record>", "<recXrd>") + FILE.replace('<?xml version="1.0" ', "<?xml "))
    assert isinstance(one, Reject)
    assert "Hair" in one.text
    assert isinstance(two, RawRecord)
