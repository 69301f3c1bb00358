"""ICTRP, ClinicalTrials.gov, Embase's CSV by field, EndNote 7: synthetic samples in the documented shapes."""

from __future__ import annotations

import time

import pytest

from jakdb.errors import InputError
from jakdb.words import RawRecord, Record, Reject
from jaksearch import normalise, read_bytes
from jaksearch.formats import FileReading
from jaksearch.formats.embase_fields import read_embase_fields
from jaksearch.formats.ictrp import registration_days


def read(text: str) -> tuple[FileReading, list[Record]]:
    reading = read_bytes(text.encode())
    return reading, [normalise(raw, format=reading.format, database=reading.database) for raw in reading.accepted]


ICTRP = """<?xml version='1.0' encoding='UTF-8' ?>
<Trials_downloaded_from_ICTRP>
  <Trial><Export_date>11/02/2026 20:14:44</Export_date>
    <Internal_Number>16000001
    </Internal_Number>
    <TrialID>EUCTR2018-001714-14-DE
    </TrialID>
    <Public_title>A drug for hair loss
    </Public_title>
    <Scientific_title>A randomised trial of a drug in adults with severe hair loss
    </Scientific_title>
    <Acronym/>
    <Primary_sponsor>Hair Company Ltd
    </Primary_sponsor>
    <web_address>https://www.clinicaltrialsregister.eu/ctr-search/search?query=eudract_number:2018-001714-14
    </web_address>
    <Condition>Hair loss &lt;br&gt;Alopecia
    </Condition>
    <Intervention>Drug A &amp; placebo</Intervention>
    <Date_registration>05/04/2020</Date_registration>
    <Date_registration3>20200405</Date_registration3>
    <Secondary_IDs>NCT03570749</Secondary_IDs>
    <Study_type>Interventional</Study_type>
  </Trial>
  <Trial>
    <TrialID>ChiCTR2000031234</TrialID>
    <Scientific_title>Only scientific</Scientific_title>
    <Date_registration>24/03/2019</Date_registration>
  </Trial>
  <Trial><Phase>2</Phase></Trial>
</Trials_downloaded_from_ICTRP>
"""


def test_ictrp_xml_is_known_and_read() -> None:
    reading, [first, second] = read(ICTRP)
    assert (reading.format, reading.database, len(reading.rejects)) == ("ictrp", "ICTRP", 1)
    assert (first.title, first.accession, first.type) == ("A drug for hair loss", "EUCTR2018-001714-14-DE", "dataset")
    assert first.registry_ids == ("EUCTR2018-001714-14", "NCT03570749")
    assert (first.year, first.date) == (2020, "2020-04-05")
    assert first.authors[0].literal == "Hair Company Ltd"
    assert first.keywords == ("Hair loss", "Alopecia")
    assert first.abstract_sections[0] == (
        "Scientific title",
        "A randomised trial of a drug in adults with severe hair loss",
    )
    assert "Intervention: Drug A & placebo" in first.abstract
    assert first.publication_types == ("Clinical trial registration", "Interventional")
    assert (second.title, second.abstract, second.year) == ("Only scientific", "", 2019)
    assert second.registry_ids == ("CHICTR2000031234",)


def test_ictrp_lines_are_exact_and_a_broken_trial_is_one_reject() -> None:
    reading, records = read(ICTRP.replace("<Acronym/>", "<Acronym>"))
    assert [one.line for one in reading.records] == [3, 25, 30]
    assert [record.accession for record in records] == ["ChiCTR2000031234"]
    assert "not well-formed" in reading.rejects[0].reason


def test_ictrp_dates_are_day_first() -> None:
    assert registration_days(["5/4/2020", "24/03/2019"]) == ["2020-04-05", "2019-03-24"]


def test_ictrp_table_is_read_as_the_xml() -> None:
    reading, [record] = read(
        "TrialID,Last Refreshed on,Public title,Scientific title,Primary sponsor,Date registration3,Source Register,"
        "web address,Condition,Intervention,Study type\n"
        'NCT03570749,1 May 2020,A drug for hair loss,A randomised trial,"Hair Co",20200405,ClinicalTrials.gov,'
        "https://clinicaltrials.gov/show/NCT03570749,Hair loss,Drug A,Interventional\n"
    )
    assert (reading.format, reading.database) == ("csv", "ICTRP")
    assert (record.title, record.accession, record.type) == ("A drug for hair loss", "NCT03570749", "dataset")
    assert (record.year, record.registry_ids) == (2020, ("NCT03570749",))
    assert record.abstract == "Scientific title: A randomised trial Condition: Hair loss Intervention: Drug A"


NEW_SITE = (
    "NCT Number,Study Title,Study URL,Acronym,Study Status,Brief Summary,Study Results,Conditions,Interventions,"
    "Sponsor,Collaborators,Study Type,Other IDs,Start Date,First Posted\n"
    "NCT03570749,Hair Study,https://clinicaltrials.gov/study/NCT03570749,HAIR,COMPLETED,A summary.,NO,"
    "Hair Loss|Alopecia,DRUG: A,Hair Company,,INTERVENTIONAL,2018-001714-14|X1,2018-09-24,2018-06-27\n"
)
OLD_SITE = (
    "Rank,NCT Number,Title,Acronym,Status,Study Results,Conditions,Interventions,Sponsor/Collaborators,Study Type,"
    "Other IDs,Start Date,First Posted,URL\n"
    "1,NCT03570749,Hair Study,HAIR,Completed,No Results Available,Hair Loss|Alopecia,Drug: A,Hair Company,"
    'Interventional,2018-001714-14|X1,"September 24, 2018","June 27, 2018",https://ClinicalTrials.gov/show/NCT03570749\n'
)


@pytest.mark.parametrize("text", [NEW_SITE, OLD_SITE])
def test_both_tables_of_clinicaltrials_gov(text: str) -> None:
    reading, [record] = read(text)
    assert (reading.format, reading.database) == ("csv", "ClinicalTrials.gov")
    assert (record.title, record.accession, record.type) == ("Hair Study", "NCT03570749", "dataset")
    assert record.registry_ids == ("EUCTR2018-001714-14", "NCT03570749")
    assert (record.year, record.keywords) == (2018, ("Hair Loss", "Alopecia"))
    assert record.authors[0].literal == "Hair Company"
    assert record.url.casefold().startswith("https://clinicaltrials.gov/")


BY_FIELD = """"TITLE","Hair ""loss"" in adults"
"AUTHOR NAMES","Liu L.Y.","Ng K."
"AUTHOR ADDRESSES","(Liu L.Y.) A Hospital","(Ng K.) B Hospital"
"SOURCE","Hair Journal (2020) 5:3 (101-109). Date of Publication: 1 May 2020"
"SOURCE TITLE","Hair Journal"
"PUBLICATION YEAR","2020"
"VOLUME","5"
"ISSUE","3"
"FIRST PAGE","101"
"LAST PAGE","109"
"ABSTRACT","One, two
and three."
"EMTREE MEDICAL INDEX TERMS","alopecia areata","adult, male"
"MEDLINE PMID","31494993","http://www.ncbi.nlm.nih.gov/pubmed/31494993"
"PUI","L2003123456"
"DOI","10.5555/hair.1","http://dx.doi.org/10.5555/hair.1"
"EMBASE LINK","https://www.embase.com/search/results?subaction=viewrecord&id=L2003123456&from=export"

"TITLE","Loss"
"PUI","L2003123457"
"""


def test_embase_csv_by_field_is_known_and_read() -> None:
    reading, [first, second] = read(BY_FIELD)
    assert (reading.format, reading.database, reading.rejects) == ("embase-fields", "Embase", ())
    assert first.title == 'Hair "loss" in adults'
    assert [str(author) for author in first.authors] == ["Liu, L.Y.", "Ng, K."]
    assert (first.journal, first.year, first.volume, first.issue, first.pages) == (
        "Hair Journal", 2020, "5", "3", "101-109",
    )  # fmt: skip
    assert (first.abstract, first.pmid, first.doi) == ("One, two and three.", "31494993", "10.5555/hair.1")
    assert (first.accession, second.accession) == ("L2003123456", "L2003123457")
    assert first.keywords == ("alopecia areata", "adult, male")
    assert [raw.line for raw in reading.accepted] == [1, 19]


def test_embase_fields_account_for_damage() -> None:
    text = '"PUBLICATION YEAR","2020"\n"TITLE","A"\n"ABSTRACT","open\n"TITLE","B"\n"ODD","x"\n'
    found = list(read_embase_fields(text))
    assert [(type(one), one.line) for one in found] == [(RawRecord, 1), (RawRecord, 4)]
    assert isinstance(found[0], RawRecord)
    assert found[0].warnings == ("line 1: begins without TITLE", "line 3: a quotation mark is never closed")
    assert found[1].fields == (("TITLE", "B"), ("ODD", "x"))
    [reject] = read_embase_fields('"VOLUME","3"\n"ISSUE","1"\n')
    assert isinstance(reject, Reject)
    assert (reject.line, reject.text) == (1, '"VOLUME","3"\n"ISSUE","1"')


def test_a_table_in_capitals_stays_a_table() -> None:
    reading, [record] = read('TITLE,AUTHOR NAMES,SOURCE TITLE,PUI\n"Hair","Liu L.","Hair J","L2003123456"\n')
    assert (reading.format, record.title) == ("csv", "Hair")


ENDNOTE_7 = """<?xml version="1.0" encoding="UTF-8"?>
<XML><RECORDS><RECORD><REFERENCE_TYPE>0</REFERENCE_TYPE><REFNUM>7</REFNUM><AUTHORS><AUTHOR>Liu, L. Y.</AUTHOR>
<AUTHOR>Hair Group,</AUTHOR></AUTHORS><YEAR>2003</YEAR><TITLE>Hair &amp; loss</TITLE>
<SECONDARY_TITLE>Hair Journal</SECONDARY_TITLE><VOLUME>5</VOLUME><NUMBER>3</NUMBER><PAGES>101-9</PAGES>
<KEYWORDS><KEYWORD>hair</KEYWORD><KEYWORD>loss</KEYWORD></KEYWORDS><ABSTRACT>One.</ABSTRACT><ODD>x</ODD></RECORD>
<RECORD><REFERENCE_TYPE>7</REFERENCE_TYPE><TITLE>A chapter</TITLE><SECONDARY_TITLE>A book</SECONDARY_TITLE></RECORD>
</RECORDS></XML>
"""


def test_endnote_7_is_read_into_the_fields_of_later_versions() -> None:
    reading, [first, second] = read(ENDNOTE_7)
    assert (reading.format, reading.database, reading.rejects) == ("endnote-xml", "", ())
    assert (first.title, first.journal, first.type) == ("Hair & loss", "Hair Journal", "article-journal")
    assert [str(author) for author in first.authors] == ["Liu, L. Y.", "Hair Group"]
    assert (first.year, first.volume, first.issue, first.pages) == (2003, "5", "3", "101-109")
    assert (first.keywords, first.abstract) == (("hair", "loss"), "One.")
    assert (second.type, second.journal) == ("chapter", "A book")
    assert reading.accepted[0].warnings == ("line 5: unknown element ODD, kept",)


@pytest.mark.parametrize("tag", ["RECORD", "record", "Bibliography", "Trial"])
def test_a_text_of_opening_tags_alone_is_refused_at_once(tag: str) -> None:
    begin = time.process_time()
    with pytest.raises(InputError):
        read_bytes((f"<{tag}>" * 30_000).encode())
    assert time.process_time() - begin < 1
