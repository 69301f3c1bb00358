"""One record for a report: nothing that any of its records says is lost where it fits, and nothing is mixed up."""

from __future__ import annotations

from dataclasses import replace

from jakdb.words import Author, Record, RelatedItem
from jaksearch.dedupe.merged import merge_records, merged_record

PUBMED = Record(
    title="Ginger",
    authors=(Author("Adams", "R"),),
    year=2018,
    journal="J Hair",
    pmid="7",
    accession="7",
    database="PubMed",
    publication_types=("Journal Article",),
    id=3,
)
EMBASE = Record(
    title="GINGER",
    authors=(Author("Adams", "Ruth"),),
    year=2018,
    date="2018-04",
    journal="Journal of Hair",
    volume="12",
    pages="1-9",
    doi="10.1/x",
    accession="L2",
    abstract="Thirty passengers.",
    registry_ids=("NCT00000002",),
    publication_types=("Article", "Retracted Publication"),
    related=(RelatedItem("retraction_in", "J Hair 2020", "9"),),
    database="Embase",
    platform="Embase.com",
    id=1,
)


def test_a_report_of_one_record_is_that_record() -> None:
    assert merged_record(PUBMED) is PUBMED


def test_gaps_are_filled_and_the_best_record_has_the_word() -> None:
    merged = merged_record(PUBMED, [EMBASE])
    assert (merged.title, merged.pmid, merged.doi, merged.abstract) == ("Ginger", "7", "10.1/x", "Thirty passengers.")
    assert merged.authors == PUBMED.authors
    assert merged.id == PUBMED.id


def test_volume_and_pages_come_with_the_journal_of_their_own_record() -> None:
    merged = merged_record(PUBMED, [EMBASE])
    assert (merged.journal, merged.volume, merged.pages) == ("Journal of Hair", "12", "1-9")
    printed = replace(PUBMED, volume="3", pages="4-5", journal_abbreviation="J H")
    assert merged_record(printed, [EMBASE]).journal == "J Hair"


def test_every_accession_number_is_kept_with_its_database_in_the_order_of_the_records() -> None:
    twice = replace(EMBASE, id=5)
    merged = merged_record(PUBMED, [twice, EMBASE, Record(title="Ginger", database="CNKI", id=9)])
    assert merged.accession == "Embase: L2; PubMed: 7"
    assert merged.database == "Embase; PubMed; CNKI"
    assert merged.platform == "Embase.com"


def test_one_number_stands_without_a_name_before_it() -> None:
    merged = merged_record(PUBMED, [Record(title="Ginger", id=9)])
    assert (merged.accession, merged.database) == ("7", "PubMed")


def test_a_retraction_that_one_database_names_is_not_lost() -> None:
    merged = merged_record(PUBMED, [EMBASE])
    assert merged.related == EMBASE.related
    assert merged.publication_types == ("Journal Article", "Article", "Retracted Publication")
    assert merged.registry_ids == ("NCT00000002",)


def test_each_field_names_the_record_that_it_is_from() -> None:
    merged = merge_records(PUBMED, [EMBASE])
    assert {
        name: merged.sources[name] for name in ("title", "pmid", "journal", "volume", "pages", "doi", "abstract")
    } == {
        "title": (3,),
        "pmid": (3,),
        "journal": (1,),
        "volume": (1,),
        "pages": (1,),
        "doi": (1,),
        "abstract": (1,),
    }
    assert merged.sources["accession"] == merged.sources["database"] == (1, 3)
    assert merged.sources["publication_types"] == (1, 3)
    assert merged.sources["related"] == (1,)
    assert "translated_title" not in merged.sources
    alone = merge_records(PUBMED)
    assert alone.record is PUBMED
    assert set(alone.sources.values()) == {(3,)}


def test_the_year_is_that_of_the_record_that_gives_the_place() -> None:
    ahead = replace(PUBMED, year=2017, date="2017-11-02", abstract="Thirty.")
    merged = merge_records(ahead, [EMBASE])
    assert (merged.record.year, merged.record.date, merged.record.volume) == (2018, "2018-04", "12")
    assert merged.sources["year"] == (1,)
    printed = replace(PUBMED, volume="12", pages="1-9", journal_abbreviation="J H")
    dated = merge_records(printed, [EMBASE])  # the same year: the fuller date is no contradiction
    assert (dated.record.year, dated.record.date, dated.sources["year"]) == (2018, "2018-04", (1,))
