"""Which record is a known paper: numbers, then title and year; a doubt is said and never settled by a guess."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jakdb.words import Author, Record
from jaksearch.same_paper import agreement, find_held, sorted_out

TITLE = "Oral ruxolitinib induces hair regrowth in patients with moderate alopecia areata"
PAPER = Record(
    title=TITLE,
    authors=(Author("Mackay", "Wiggan"),),
    year=2016,
    journal="JCI Insight",
    volume="1",
    pages="1-9",
    doi="10.1/x",
    pmid="7",
    id=1,
)


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        (Record(pmid="7"), "same"),
        (Record(doi="10.1/x"), "same"),
        (Record(pmid="7", doi="10.1/x", title=TITLE.upper()), "same"),
        (Record(title=TITLE), "same"),
        (Record(title=TITLE.replace("induces", "induce")), "same"),
        (Record(title=TITLE, year=2017), "same"),
        (Record(title=TITLE, year=2010), "perhaps"),
        (Record(title=TITLE.replace("ruxolitinib", "tofacitinib")), "perhaps"),
        (Record(title=f"{TITLE}: an open-label pilot study in two American centres over two years"), "perhaps"),
        (Record(title=f"Erratum: {TITLE}"), "other"),
        (Record(title="Minoxidil for baldness"), "other"),
        (Record(pmid="8"), "other"),
        (Record(pmid="8", title=TITLE), "other"),
        (Record(pmid="7", doi="10.1/y"), "conflict"),
        (Record(pmid="7", title="Minoxidil for baldness in another country"), "conflict"),
        (Record(doi="10.1/x", pmid="8"), "conflict"),
    ],
)
def test_numbers_come_first_and_titles_must_agree(item: Record, kind: str) -> None:
    assert agreement(item, PAPER).kind == kind


def test_a_title_of_two_words_tells_nothing_alone() -> None:
    common = Record(title="Alopecia areata", year=2016, id=1)
    assert agreement(Record(title="Alopecia areata"), common).kind == "perhaps"


def test_a_translated_title_is_no_conflict() -> None:
    german = replace(PAPER, title="[Ruxolitinib zum Einnehmen bei kreisrundem Haarausfall].")
    assert agreement(Record(pmid="7", title=TITLE), german).kind == "same"


def test_abstracts_of_one_supplement_that_share_a_doi_are_no_conflict() -> None:
    other = replace(PAPER, title="Minoxidil for baldness in another country", pmid="9", id=2)
    same, conflicts, perhaps = sorted_out(Record(doi="10.1/x", title=TITLE), [PAPER, other])
    assert (same, conflicts, perhaps) == ([PAPER], [], [])
    _, conflicts, _ = sorted_out(Record(doi="10.1/x", title=TITLE), [other])
    assert len(conflicts) == 1


def test_a_paper_is_found_in_exports_without_numbers() -> None:
    embase = replace(PAPER, title=f"{TITLE}.", pmid="", doi="", database="Embase", id=2)
    other = replace(PAPER, title="Minoxidil for baldness", pmid="", doi="", pages="20-29", id=3)
    [held] = find_held([Record(pmid="7")], [PAPER, embase, other])
    assert (held.records, held.doubts, held.by_number) == ((1, 2), (), True)
    [held] = find_held([Record(title=TITLE)], [embase, other])
    assert (held.records, held.by_number) == ((2,), False)


def test_an_abstract_of_a_congress_with_the_same_title_is_another_paper() -> None:
    congress = Record(title=TITLE, year=2015, type="paper-conference", journal="Hair congress", pages="S3", id=2)
    [held] = find_held([Record(pmid="7")], [PAPER, congress])
    assert held.records == (1,)


def test_a_misspelt_title_is_a_doubt_and_not_a_find() -> None:
    [held] = find_held([Record(title=TITLE.replace("ruxolitinib", "tofacitinib"))], [PAPER])
    assert held.records == ()
    assert len(held.doubts) == 1
    assert "record 1" in held.doubts[0]


def test_a_title_without_its_subtitle_is_a_doubt() -> None:
    longer = replace(PAPER, title=f"{TITLE}: an open-label pilot study in two American centres over two years")
    [held] = find_held([Record(title=TITLE)], [longer])
    assert (held.records, len(held.doubts)) == ((), 1)


def test_nothing_is_held_of_nothing() -> None:
    assert [h.records for h in find_held([Record(pmid="7"), Record(title=TITLE)], [])] == [(), ()]
    assert find_held([], [PAPER]) == []
