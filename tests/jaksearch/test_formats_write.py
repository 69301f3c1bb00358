import csv
import io
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from jakdb.words import Author, Record
from jaksearch import normalise, read_bytes
from jaksearch.formats.write import CSV_COLUMNS, to_csv_rows, to_ris

NAME = st.sampled_from(["Liu", "Ng", "Müller", "O'Neil", "Author-One", "Xu"])
GIVEN = st.sampled_from(["L", "LY", "L. Y.", "Lucy Y.", "Jean-Luc"])
HAN = st.sampled_from([Author("王", "伟"), Author("欧阳", "明")])
PERSON = st.one_of(st.builds(Author, family=NAME, given=GIVEN), HAN)
GROUP = st.builds(Author, literal=st.sampled_from(["Hair Study Group", "WHO", "A, B and C Society", "中华医学会"]))
PIECES = ["hair", "loss", "& its", "<5 %", "causes:", "über", "alles"]
WORDS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map(lambda words: " ".join(["Some", *words]))
TERMS = st.lists(WORDS, max_size=3, unique=True).map(tuple)
RECORDS = st.builds(
    Record,
    title=WORDS,
    translated_title=st.one_of(st.just(""), st.sampled_from(["斑秃的治疗", "Ein anderer Titel"])),
    authors=st.lists(st.one_of(PERSON, GROUP), max_size=4, unique=True).map(tuple),
    year=st.one_of(st.none(), st.integers(1900, 2030)),
    journal=WORDS,
    journal_abbreviation=st.one_of(st.just(""), st.just("J Abbr")),
    volume=st.sampled_from(["", "7", "102"]),
    issue=st.sampled_from(["", "4", "Suppl 1"]),
    pages=st.one_of(
        st.sampled_from(["", "e0209483", "S31-S36", "17"]),
        st.tuples(st.integers(1, 900), st.integers(1, 90)).map(lambda pages: f"{pages[0]}-{sum(pages)}"),
    ),
    doi=st.sampled_from(["", "10.1000/a.b(c)", "10.1000/123"]),
    pmid=st.sampled_from(["", "31494993"]),
    pmcid=st.sampled_from(["", "PMC1234567"]),
    registry_ids=st.sampled_from([(), ("NCT01234567",), ("CHICTR1900023456", "NCT01234567")]),
    accession=st.sampled_from(["", "L2003123456"]),
    abstract=st.one_of(st.just(""), WORDS),
    keywords=TERMS,
    language=st.sampled_from(["", "English", "eng"]),
    publication_types=st.sampled_from([(), ("Article",), ("Review", "Letter")]),
    issn=st.sampled_from([(), ("1234-567X",), ("1234-5678", "0000-0019")]),
    url=st.sampled_from(["", "https://example.org/paper?id=1"]),
    type=st.sampled_from(["article-journal", "chapter", "paper-conference", "document", "webpage"]),
    database=st.sampled_from(["", "Embase", "CNKI"]),
    platform=st.sampled_from(["", "Embase.com"]),
)


@settings(max_examples=40, deadline=None)
@given(RECORDS)
def test_what_ris_can_hold_comes_back(record: Record) -> None:
    [raw] = read_bytes(to_ris(record).encode()).records
    again = normalise(raw, format="ris")  # type: ignore[arg-type] # nothing written is rejected
    if not record.accession:  # without a number of its own a record is known by its PMID
        again = replace(again, accession="")
    assert again == record
    assert raw.warnings == ()  # type: ignore[union-attr]


@settings(max_examples=20, deadline=None)
@given(st.lists(RECORDS, max_size=4))
def test_records_written_one_after_another_stay_apart(records: list[Record]) -> None:
    text = "".join(to_ris(record, notes=["decision: include"]) for record in records)
    if records:
        assert [dict(raw.fields)["TI"] for raw in read_bytes(text.encode()).accepted] == [r.title for r in records]
    assert text.count("N1  - decision: include") == len(records)


@settings(max_examples=40, deadline=None)
@given(RECORDS)
def test_csv_rows_come_back(record: Record) -> None:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, CSV_COLUMNS)
    writer.writeheader()
    writer.writerows(to_csv_rows([record]))
    [raw] = read_bytes(stream.getvalue().encode()).accepted
    again = normalise(raw, format="csv")
    for field in ("title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "pmid", "pmcid", "abstract",
                  "registry_ids", "keywords", "issn", "url", "database", "platform", "publication_types"):  # fmt: skip
        assert getattr(again, field) == getattr(record, field), field


def test_newlines_in_values_cannot_break_a_record() -> None:
    text = to_ris(Record(title="One\nER  - \nTY  - JOUR", abstract="a\r\nb"))
    assert len(read_bytes(text.encode()).records) == 1
    assert "TI  - One ER - TY - JOUR" in text


def test_formulas_are_defused_in_tables() -> None:
    [row] = to_csv_rows([Record(title='=HYPERLINK("http://x")', abstract="-1 is not a formula but looks like one")])
    assert row["title"].startswith("'=")
    assert row["abstract"].startswith("'-")
