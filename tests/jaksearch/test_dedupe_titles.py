"""Titles, names, pages and journals are read so that two printings of one paper look alike, and two papers do not."""

from __future__ import annotations

import pytest

from jakdb.words import Author, Record
from jaksearch.dedupe.journals import same_journal
from jaksearch.dedupe.names import compare_names, read_name
from jaksearch.dedupe.notes import notice_of
from jaksearch.dedupe.prepare import prepare, read_pages, read_volume
from jaksearch.dedupe.text import fold, squeeze
from jaksearch.dedupe.titles import match_titles, read_title


def kind(a: str, b: str) -> str:
    return match_titles(read_title(a), read_title(b)).kind


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Treatment in pre-adolescent children", "Treatment in pre‐adolescent children"),  # U+2010
        ("Ja-nus kinase and to-facitinib", "Janus kinase and tofacitinib"),  # broken at a line's end
        ("A phase II study of 90 patients", "A phase 2 study of ninety patients"),
        ("TNF-α in Crohn’s disease", "TNF alpha in Crohn's disease"),
        ("Apoe<sup>-/-</sup> mice with atherosclerosis", "Apoe -/- mice with atherosclerosis"),
        ("托法替布治疗斑秃的疗效与安全性观察　", "托法替布治療斑禿的療效與安全性觀察"),
        ("Effect of Xiaoyao San (逍遥散) on mild depression", "Effect of Xiaoyao San on mild depression"),
        ("RETRACTED: Tofacitinib in alopecia areata", "Tofacitinib in alopecia areata"),
        ("The role of complement in disease. [Review] [33 refs]", "The role of complement in disease"),
        ("[The role of complement in disease]. [Polish]", "The role of complement in disease"),
        ("Title of a paper.[Erratum appears in Am J X. 2009;5(2):7 Note: Y [added]]", "Title of a paper"),
        ("[Treatment of alopecia areata]. [German] Therapie der Alopecia areata.", "Therapie der Alopecia areata"),
        (
            "托法替布治疗斑秃的疗效 Efficacy of tofacitinib in alopecia areata",
            "Efficacy of tofacitinib in alopecia areata",
        ),
    ],
)
def test_printings_of_one_title_are_equal(one: str, two: str) -> None:
    assert kind(one, two) == "equal"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Tofacitinib for severe alopecia areata and variants", "Tofacitinib for severe alopecia aerata and variants"),
        ("Randomised trial of haemolytic disease in children", "Randomized trial of hemolytic disease in children"),
    ],
)
def test_spelling_is_no_other_title(one: str, two: str) -> None:
    assert kind(one, two) == "near"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Tofacitinib for severe alopecia areata in men", "Tofacitinib for severe alopecia areata in women"),
        (
            "Risk of hypoglycaemia after long treatment in adults",
            "Risk of hyperglycaemia after long treatment in adults",
        ),
        ("Outcome after treatment with preoperative radiation", "Outcome after treatment with postoperative radiation"),
    ],
)
def test_a_word_that_turns_the_sense_is_seen(one: str, two: str) -> None:
    assert kind(one, two) == "words"


def test_numbers_are_read_in_every_spelling() -> None:
    assert read_title("Phase III trial in twenty-five patients").numbers == ("25", "3")
    assert read_title("JAK inhibitors, Part II").parts == ("part 2",)
    assert read_title("斑秃的治疗(二)").parts == ("part 2",)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Erratum: Tofacitinib in alopecia", "erratum"),
        ("Tofacitinib in alopecia (vol 76, pg 22, 2017)", "erratum"),
        ("Tofacitinib in alopecia (Journal of Skin (2017) 76 (22-28))", "erratum"),
        ("Corrigendum to “Tofacitinib in alopecia”", "erratum"),
        ('Reply to: "Tofacitinib in alopecia"', "reply"),
        ("Tofacitinib in alopecia - Reply", "reply"),
        ("Tofacitinib in alopecia: authors' reply", "reply"),
        ("Comment on “Tofacitinib in alopecia”", "comment"),
        ("Retraction notice: Tofacitinib in alopecia", "retraction notice"),
        ("Tofacitinib in alopecia: study protocol", "protocol"),
        ("更正:托法替布治疗斑秃", "erratum"),
        ("RETRACTED ARTICLE: Tofacitinib in alopecia", ""),
        ("Tofacitinib in alopecia. [Erratum appears in J Skin 2017]", ""),
        ("Correction of scoliosis in children", ""),
    ],
)
def test_notices_are_told_from_papers(title: str, expected: str) -> None:
    assert notice_of(title) == expected


def test_a_notice_is_known_by_its_type_too() -> None:
    assert prepare(Record(title="Tofacitinib", publication_types=("Published Erratum",))).notice == "erratum"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (Author(family="Kennedy Crispin", given="M"), Author(literal="Milène K. Crispin")),
        (Author(literal="Ying-Xiu Dai1"), Author(family="Dai", given="YX")),
        (Author(literal="Yan Diqin"), Author(family="Yan", given="D")),
        (Author(literal="Diqin Yan,&#x;Diqin Yan1,2"), Author(family="Yan", given="D")),
        (Author(literal="Huaying Fan&#x;Huaying Fan3"), Author(family="Fan", given="H")),
        (Author(literal="Jung-Won SHIN 1"), Author(family="Shin", given="JW")),
        (Author(family="Müller", given="H."), Author(literal="Mueller H")),
        (Author(family="van Kessel", given="M."), Author(family="Kessel", given="M. E.")),
        (Author(family="O'Reilly", given="M. E."), Author(literal="OReilly ME")),
        (Author(family="Yan", given="Diqin"), Author(family="Diqin", given="Yan")),
        (Author(family="王", given="伟"), Author(literal="王伟")),
    ],
)
def test_one_person_is_known_in_both_printings(one: Author, two: Author) -> None:
    a, b = read_name(one), read_name(two)
    assert a is not None
    assert b is not None
    assert compare_names(a, b) == compare_names(b, a) == 1.0


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (Author(family="Wang", given="Wei"), Author(family="Wang", given="Lei")),
        (Author(family="Smith", given="John"), Author(literal="John Brown")),
        (Author(family="Wang", given="Wei"), Author(family="Zhang", given="Wei")),
        (Author(family="Jones", given="K"), Author(family="Smith", given="J")),
    ],
)
def test_two_people_are_told_apart(one: Author, two: Author) -> None:
    a, b = read_name(one), read_name(two)
    assert a is not None
    assert b is not None
    assert compare_names(a, b) < 1.0


def test_a_registration_number_is_no_author() -> None:
    assert read_name(Author(literal="NCT02299297")) is None
    assert read_name(Author(literal="Anonymous")) is None


@pytest.mark.parametrize(
    ("printed", "first", "last"),
    [
        ("482-91", "482", "491"),
        ("482–491", "482", "491"),
        ("５６０-５６３", "560", "563"),
        ("S33-38", "s33", "s38"),
        ("pp. 22-8", "22", "28"),
        ("03-Apr", "3", "4"),  # a spreadsheet's idea of 3-4
        ("(no pagination) 143", "143", ""),
        ("", "", ""),
    ],
)
def test_pages_are_completed(printed: str, first: str, last: str) -> None:
    pages = read_pages(printed)
    assert (pages.first, pages.last) == (first, last)


def test_article_numbers_are_not_pages() -> None:
    assert read_pages("e89776").article_number
    assert read_pages("a1754").article_number
    assert not read_pages("S42").article_number


def test_volume_and_issue_are_parted() -> None:
    assert read_volume("20(9)", "") == ("20", "9")
    assert read_volume("10 Suppl 2", "") == ("10", "s")
    assert read_volume("52", "03-Apr") == ("52", "")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("J Am Acad Dermatol", "Journal of the American Academy of Dermatology"),
        ("Dtsch Med Wochenschr", "Deutsche Medizinische Wochenschrift (1946)"),
        ("Oncology (Williston Park)", "Oncology"),
        ("BMJ", "BMJ (Clinical research ed.)"),
        ("Obstetrics and Gynecology", "Obstetrics & Gynecology"),
        ("Diabetes. Conference: 75th Scientific Sessions", "Diabetes"),
    ],
)
def test_one_journal_in_two_printings(one: str, two: str) -> None:
    assert same_journal(fold(one), fold(two)) == 2


def test_two_journals_are_two() -> None:
    assert same_journal("lancet", "bmj") == 0
    assert same_journal("journal of dermatology", "journal of hepatology") == 0


def test_squeezing_twice_changes_nothing() -> None:
    for text in ("Ja-nus kinase", "斑禿的療效", "ß-cells & Ĝ", "TNF-α"):
        assert squeeze(squeeze(text)) == squeeze(text)


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (
            "Pantoprazole versus omeprazole in reflux esophagitis",
            "Lansoprazole versus omeprazole in reflux esophagitis",
            "words",
        ),
        (
            "Pravastatin in patients after a stroke of the brain",
            "Pitavastatin in patients after a stroke of the brain",
            "words",
        ),
        (
            "Sitagliptin in patients after a stroke of the brain",
            "Linagliptin in patients after a stroke of the brain",
            "words",
        ),
        (
            "Pantoprazole versus omeprazole in reflux esophagitis",
            "Pantoprazol versus omeprazole in reflux esophagitis",
            "near",
        ),
        (
            "Sitagliptin in patients after a stroke of the brain",
            "Sitaglptin in patients after a stroke of the brain",
            "near",
        ),
    ],
)
def test_two_drugs_of_a_class_are_not_one_drug_misspelt(one: str, other: str, kind: str) -> None:
    assert match_titles(read_title(one), read_title(other)).kind == kind
