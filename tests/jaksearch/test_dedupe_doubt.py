"""Little evidence: what is asked instead of merged or passed over, and where a place that is half known forbids."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jakdb.words import Author, Record
from jaksearch.dedupe import decide

PAPER = Record(
    title="Ginger capsules for motion sickness on ferries: an open-label trial in sailors",
    authors=(Author("Adams", "Ruth"), Author("Baker", "Paul"), Author("Clark", "Amos")),
    year=2018,
    journal="Journal of Invented Travel Medicine",
    volume="12",
    issue="2",
    pages="101-108",
)
ABSTRACT = " ".join(f"In week {n} of the crossing {3 * n} of {7 * n} sailors felt well again." for n in range(1, 12))
COLUMN = "Adverse reactions to remedies at sea: case reports from the world literature"


def test_one_of_two_bare_titles_with_an_abstract_is_asked() -> None:
    """PMID 11705254 and 11817970 are two instalments of one column; only one of the records has an abstract."""
    told, untold = Record(title=COLUMN, abstract=ABSTRACT), Record(title=COLUMN)
    assert decide(told, untold).kind == decide(untold, told).kind == "ask"
    assert decide(untold, untold).kind == "merge"
    assert decide(told, told).kind == "merge"


def test_a_common_title_with_one_long_abstract_of_one_author_is_merged() -> None:
    one = Record(title="Ginger at sea", authors=PAPER.authors, abstract=ABSTRACT)
    assert decide(one, replace(one, journal="Waves", year=2018)).kind == "merge"
    assert decide(one, replace(one, authors=(Author("Evans", "M"),))).kind != "merge"
    assert decide(replace(one, year=2017), replace(one, year=2018)).kind == "ask"  # a yearly column
    formula = replace(one, abstract=ABSTRACT[:200])
    assert decide(formula, formula).kind == "ask"


def test_one_long_abstract_of_one_author_under_half_the_title_is_asked() -> None:
    whole = Record(title="Geriatric pain management at sea. A nurse's view", authors=PAPER.authors, abstract=ABSTRACT)
    assert decide(whole, replace(whole, title="Geriatric pain management at sea")).kind == "ask"


def test_a_title_that_was_changed_before_print_is_asked_about() -> None:
    printed = replace(PAPER, title="Ginger in severe motion sickness of sailors")
    ahead = replace(
        printed, title="Rhizome extract in severe motion sickness of sailors", volume="", issue="", pages=""
    )
    assert decide(printed, ahead).kind == decide(ahead, printed).kind == "ask"
    for other in (
        replace(ahead, volume="12", pages="301-303"),
        replace(ahead, year=2017),
        replace(ahead, journal="Waves"),
        replace(ahead, authors=(*PAPER.authors[:2], Author("Evans", "M"))),
    ):
        assert decide(printed, other).kind == "apart", other
    assert decide(replace(printed, doi="10.1/a"), replace(ahead, doi="10.1/b")).kind == "apart"


def test_columns_that_are_one_to_the_right_contradict_nothing() -> None:
    shifted = replace(PAPER, volume="", issue="12", pages="2")
    verdict = decide(PAPER, shifted)
    assert verdict.kind == "merge"
    assert "volume 12, in the other record one column on" in verdict.reasons
    assert decide(PAPER, replace(shifted, pages="7")).kind != "merge"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ai zheng = Aizheng = Chinese journal of cancer", "Chinese Journal of Cancer"),
        ("Waves.Conference: 6th Congress of Imaginary Medicine", "6th Congress of Imaginary Medicine"),
    ],
)
def test_each_name_of_a_journal_is_compared(one: str, other: str) -> None:
    a, b = replace(PAPER, journal=one), replace(PAPER, journal=other, pages="")
    assert decide(a, b).kind == decide(b, a).kind == "merge"
    assert decide(replace(a, pages="84-87"), replace(b, pages="324-327")).kind == "ask"  # two editions, or one error


def test_two_journals_without_pages_are_no_merge() -> None:
    meeting = replace(PAPER, journal="Waves", volume="3", pages="", abstract=ABSTRACT)
    verdict = decide(replace(PAPER, abstract=ABSTRACT, pages=""), meeting)
    assert (verdict.kind, verdict.vetoes) == ("related", ("printed in two journals",))
    assert decide(PAPER, replace(PAPER, journal="Waves")).kind == "merge"  # the same pages: a name nobody can match


def test_two_issues_of_a_volume_without_pages_are_asked() -> None:
    other = replace(PAPER, issue="9", pages="")
    assert decide(PAPER, other).vetoes == ("printed in two issues",)
    assert decide(PAPER, other).kind == "ask"
    for same in (
        replace(other, issue="1"),  # a journal without issues
        replace(other, issue="1862"),  # no number of an issue
        replace(other, pages=PAPER.pages),
    ):
        assert decide(PAPER, same).kind == "merge", same
    assert decide(replace(PAPER, abstract=ABSTRACT), replace(other, abstract=ABSTRACT)).kind == "merge"


def test_the_paper_of_the_year_after_is_no_merge_where_no_place_is_known() -> None:
    sparse = Record(title=PAPER.title, authors=PAPER.authors, year=2018)
    assert decide(sparse, replace(sparse, year=2019)).kind == "ask"
    assert decide(sparse, sparse).kind == "merge"
    ahead = replace(sparse, journal=PAPER.journal)
    assert decide(ahead, replace(ahead, year=2019, volume="13", pages="1-9")).kind == "merge"


def test_a_page_at_the_end_of_a_paper_is_not_that_paper() -> None:
    review = replace(PAPER, pages="219-235", authors=())
    last = replace(review, title=f"{PAPER.title} and what it means for passengers", pages="235-235")
    assert decide(review, last).kind != "merge"


def test_of_two_single_pages_of_a_volume_the_label_tells_nothing() -> None:
    one = replace(PAPER, journal="Waves.Conference: 6th Congress of Imaginary Medicine", pages="22-22")
    assert decide(one, replace(PAPER, journal="Waves", pages="52-52")).kind == "ask"
    assert decide(replace(one, pages="S22"), PAPER).kind == "related"


def test_a_page_that_differs_by_a_digit_is_asked_unless_the_ranges_overlap() -> None:
    one = replace(PAPER, pages="101")
    assert decide(one, replace(one, pages="201")).kind == "ask"
    assert decide(PAPER, replace(PAPER, pages="201-208")).kind == "ask"
    assert decide(PAPER, replace(PAPER, pages="108")).kind == "merge"  # the last page in the place of the first
    assert decide(PAPER, replace(PAPER, pages="102-109")).kind == "merge"


def test_two_foreign_titles_on_the_same_pages_are_asked_not_taken_for_translations() -> None:
    ginger = Record(
        title="Tratamiento del mareo con jengibre en los pasajeros de un barco",
        authors=PAPER.authors[:2],
        year=2010,
        journal="Revista Imaginaria del Mareo",
        volume="12",
        pages="33-34",
        language="spa",
    )
    thirst = replace(ginger, title="Estudio de la sed en marineros tras una semana sin agua dulce")
    assert decide(ginger, thirst).kind == "ask"
    english = replace(ginger, title="Thirst of sailors after a week without fresh water")
    assert decide(thirst, english).kind == "merge"
    assert decide(replace(thirst, pages="S33-S34"), replace(english, pages="S33-S34")).kind == "ask"


def test_pages_that_every_paper_has_are_no_place() -> None:
    one = replace(PAPER, pages="1-9", language="spa")
    other = replace(one, title="Thirst of sailors after a week without fresh water")
    assert decide(one, other).kind == "ask"
    assert decide(one, replace(other, title="")).kind == "ask"
    assert decide(one, replace(one, journal="J Invented Travel Med")).kind == "merge"


def test_abstracts_of_one_page_with_one_doi_and_near_titles_are_asked() -> None:
    one = Record(
        title="Ginger against motion sickness on ferries of the northern lakes in women",
        authors=PAPER.authors,
        year=2018,
        journal="Waves",
        volume="67",
        pages="A134",
        doi="10.5555/waves67a",
    )
    assert decide(one, replace(one, title=one.title.replace("women", "men"))).kind == "ask"


def test_theses_of_two_years_or_schools_are_never_merged() -> None:
    thesis = Record(
        title=PAPER.title, authors=PAPER.authors[:1], year=2018, journal="University of the Sea", type="thesis"
    )
    assert decide(thesis, thesis).kind == "merge"
    assert decide(thesis, replace(thesis, year=2019)).kind == "ask"
    assert decide(thesis, replace(thesis, journal="Harbour College")).kind == "related"
