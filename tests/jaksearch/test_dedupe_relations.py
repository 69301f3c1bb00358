"""What two records are to each other when they are not one paper."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jakdb.words import Author, Record
from jaksearch.dedupe import decide, find_duplicates
from jaksearch.dedupe.features import compare
from jaksearch.dedupe.prepare import prepare
from jaksearch.dedupe.relations import RELATIONS, relation_of

PEOPLE = (Author("Adams", "Ruth"), Author("Baker", "Paul"), Author("Clark", "Amos"))
PAPER = Record(
    title="Ginger capsules for motion sickness on ferries: an open-label trial in sailors",
    authors=PEOPLE,
    year=2018,
    journal="Journal of Invented Travel Medicine",
    volume="12",
    issue="2",
    pages="101-108",
)


def related(other: Record) -> str:
    """Return the relation of another record to the paper, the same whichever comes first."""
    one, two = decide(PAPER, other), decide(other, PAPER)
    assert one.kind == two.kind == "related", one
    assert one.relation == two.relation
    return one.relation


@pytest.mark.parametrize(
    ("relation", "other"),
    [
        ("erratum", replace(PAPER, title=f"Correction to: {PAPER.title}", issue="9", pages="400")),
        ("erratum", replace(PAPER, title=f"{PAPER.title} (vol 12, pg 101, 2018)", authors=PEOPLE[:1], pages="611")),
        (
            "erratum",
            replace(PAPER, title=f"{PAPER.title} (Journal of Invented Travel Medicine (2018) 12 (101-108))", pages="7"),
        ),
        (
            "retraction",
            replace(PAPER, title=f'Retraction notice to "{PAPER.title}"', year=2020, pages="1", volume="14"),
        ),
        (
            "retraction",
            replace(PAPER, title=f"Expression of Concern: {PAPER.title}", year=2020, pages="9", volume="14"),
        ),
        ("comment", replace(PAPER, title=f"Re: {PAPER.title}", authors=(Author("Doe", "J"),), pages="300")),
        ("comment", replace(PAPER, title=f"{PAPER.title} - Reply", pages="302")),
        ("version", replace(PAPER, journal="medRxiv", volume="", issue="", pages="", doi="10.1101/2017.05.01.123456")),
        ("conference abstract", replace(PAPER, journal="Annals of Waves", volume="3", issue="Suppl 1", pages="S12")),
        (
            "conference abstract",
            replace(PAPER, title=f"{PAPER.title} [abstract]", journal="Waves", pages="12", volume="1"),
        ),
        ("conference abstract", replace(PAPER, year=2017, journal="Annals of Waves", volume="3", pages="77-77")),
        ("registration", replace(PAPER, journal="ClinicalTrials.gov", volume="", issue="", pages="", authors=())),
        ("same study", replace(PAPER, title=f"{PAPER.title}: study protocol", year=2016, volume="10", pages="5-9")),
        ("same study", replace(PAPER, type="thesis", journal="", volume="", issue="", pages="", year=2016)),
        ("same study", replace(PAPER, journal="Annals of Waves", volume="3", pages="12-19")),
    ],
)
def test_each_relation_is_told(relation: str, other: Record) -> None:
    assert related(other) == relation


SUBJECT = PAPER.title


@pytest.mark.parametrize(
    ("relation", "titles"),
    [
        (
            "erratum",
            (
                f"Erratum for {SUBJECT}",
                f"{SUBJECT}: Correction",
                f"{SUBJECT} [Erratum]",
                f"Correction for Adams et al., {SUBJECT}",
                f"Correction notice: {SUBJECT}",
                f"Publisher's erratum: {SUBJECT}",
                f"Addendum: {SUBJECT}",
                f"Corrigendum to “{SUBJECT}” [J. Invent. Travel Med. 12 (2018) 101–108]",
            ),
        ),
        (
            "retraction",
            (
                f"Retraction to: {SUBJECT}",
                f"Retraction for Adams et al., {SUBJECT}",
                f"Withdrawal: {SUBJECT}",
                f"Statement of retraction: {SUBJECT}",
                f"{SUBJECT}: retraction notice",
                f"Editor's note: expression of concern: {SUBJECT}",
            ),
        ),
        (
            "comment",
            (
                f"Reply to comments on {SUBJECT}",
                f"In response to: {SUBJECT}",
                f"Letter to the Editor regarding “{SUBJECT}”",
                f"Correspondence on '{SUBJECT}' by Adams et al",
                f"Reply to the letter to the editor: “{SUBJECT}”",
                f"Editorial commentary: {SUBJECT}",
                f"Rebuttal: {SUBJECT}",
            ),
        ),
    ],
)
def test_notices_are_known_however_they_are_announced(relation: str, titles: tuple[str, ...]) -> None:
    for title in titles:
        notice = replace(PAPER, title=title, authors=(), volume="13", issue="4", pages="300")
        assert related(notice) == relation, title


def test_a_word_of_retraction_on_all_pages_of_the_paper_is_its_state() -> None:
    assert decide(PAPER, replace(PAPER, title=f"Retraction: {SUBJECT}")).kind == "merge"
    assert decide(PAPER, replace(PAPER, title=f"Erratum: {SUBJECT}")).kind != "merge"


def test_a_reply_that_names_nothing_belongs_to_its_authors_paper() -> None:
    reply = replace(PAPER, title="The authors reply", issue="6", pages="e260")
    assert related(reply) == "comment"
    for other in (replace(reply, volume="13"), replace(reply, authors=PEOPLE[1:]), replace(reply, journal="Waves")):
        assert decide(PAPER, other).kind == "apart"


@pytest.mark.parametrize(
    "server",
    [
        "bioRxiv preprint", "medRxiv : the preprint server for health sciences", "arXiv (Cornell University)",
        "Research Square Platform LLC", "PsyArXiv", "ChinaXiv", "Authorea", "JMIR Preprints", "SSRN Electronic Journal",
    ],
)  # fmt: skip
def test_preprint_servers_are_known_by_name(server: str) -> None:
    assert related(replace(PAPER, journal=server, volume="", issue="", pages="", year=2017)) == "version"


@pytest.mark.parametrize(
    "register",
    [
        "ClinicalTrials.gov [Internet]", "Chinese Clinical Trial Registry", "German Clinical Trials Register",
        "Japan Registry of Clinical Trials", "Clinical Trials Registry - India", "EudraCT", "中国临床试验注册中心",
    ],
)  # fmt: skip
def test_registers_are_known_by_name(register: str) -> None:
    entry = replace(PAPER, journal=register, volume="", issue="", pages="", authors=(), year=2016)
    assert related(entry) == "registration"


def test_a_registration_keeps_its_paper_whatever_the_phase_is_called() -> None:
    entry = Record(title="Ginger at sea", journal="ClinicalTrials.gov", registry_ids=("NCT01234567",))
    paper = replace(PAPER, title="Ginger in sailors: a phase 2 trial", registry_ids=("NCT01234567",))
    assert decide(entry, paper).relation == "registration"


def test_two_titles_of_one_entry_in_a_register_are_asked() -> None:
    entry = Record(title="Ginger at sea", journal="ClinicalTrials.gov", registry_ids=("NCT01234567",))
    official = replace(entry, title="A Randomised Comparison of Two Rhizomes in Seafarers", authors=PEOPLE)
    assert decide(entry, official).kind == "ask"
    assert decide(entry, replace(official, registry_ids=("NCT01234567", "EUCTR2013-009999-22"))).kind == "related"


def test_two_dois_with_one_number_are_editions_of_a_journal() -> None:
    one = replace(PAPER, journal="Applied Ferries International Edition", doi="10.1002/fery.201400001")
    two = replace(PAPER, journal="Applied Ferries", volume="44", pages="505-512", doi="10.1002/ferd.201400001")
    assert decide(one, two).relation == "version"
    assert decide(one, replace(two, doi="10.1002/ferd.201400021")).relation == "same study"


def test_the_number_of_an_abstract_and_a_word_more_do_not_hide_its_paper() -> None:
    abstract = replace(PAPER, year=2017, journal="Waves", volume="3", issue="Suppl 1", pages="S12")
    for title in (f"P421: {SUBJECT}", SUBJECT.removesuffix(" in sailors"), f"{SUBJECT} at sea"):
        assert related(replace(abstract, title=title)) == "conference abstract", title


def test_two_versions_of_a_cochrane_review_are_versions() -> None:
    review = replace(PAPER, journal="Cochrane Database of Systematic Reviews", volume="", issue="3", pages="CD001234")
    verdict = decide(review, replace(review, year=2023, issue="1", doi="10.1002/14651858.CD001234.pub4"))
    assert verdict.kind in ("related", "ask")
    assert verdict.relation == "version"


def test_a_shared_registration_is_a_study_and_never_a_merge() -> None:
    one = replace(PAPER, registry_ids=("NCT01234567",))
    two = replace(one, title="Two years of follow-up in a maritime cohort", year=2021, volume="15", pages="3-11")
    verdict = decide(one, two)
    assert (verdict.kind, verdict.relation) == ("related", "same study")
    entry = Record(title="Ginger at sea", journal="ClinicalTrials.gov", registry_ids=("NCT01234567",))
    assert decide(one, entry).relation == "registration"


@pytest.mark.parametrize(
    "other",
    [
        replace(PAPER, title=PAPER.title.replace("Ginger", "Peppermint"), pages="120-127"),
        replace(PAPER, title="Editorial", authors=(Author("Doe", "J"),), pages="99"),
        replace(PAPER, title=f"Erratum: {PAPER.title.replace('Ginger', 'Peppermint')}", pages="9", authors=()),
    ],
)
def test_unrelated_records_have_no_relation(other: Record) -> None:
    a, b = prepare(PAPER), prepare(other)
    assert relation_of(a, b, compare(a, b)) is None
    assert decide(PAPER, other).kind in ("apart", "ask")


def test_parts_of_a_series_are_not_one_study() -> None:
    one, two = (replace(PAPER, title=f"{PAPER.title}. Part {n}", pages=pages) for n, pages in (("I", "1"), ("II", "9")))
    assert decide(one, two).relation == ""


def test_relations_are_found_beside_merges_once_between_two_reports() -> None:
    printings = [PAPER, replace(PAPER, journal="J Invented Travel Med", pages="101-8")]
    abstracts = [
        replace(PAPER, journal="Annals of Waves", volume="3", issue="Suppl 1", pages=p) for p in ("S12", "S12-S12")
    ]
    records = [replace(record, id=n) for n, record in enumerate([*printings, *abstracts], start=1)]
    found = find_duplicates(records)
    assert sorted((p.a, p.b) for p in found.merges) == [(1, 2), (3, 4)]
    assert found.asks == ()
    assert [p.relation for p in found.relations] == ["conference abstract"]
    assert {p.relation for p in found.relations} <= RELATIONS.keys()
