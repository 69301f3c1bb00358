"""A retraction, a concern or an erratum of an included study is shown wherever the study is."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests_support import Run

from jak.importing import import_files
from jak.notices import included_reports_noticed, noticed_reports, retracted_reports
from jak.screening import vote
from jak.workspace import Review

TOML = """
[screening]
reviewers_required = 1

[analysis.response]
title = "Any response"
outcome = "response"
"""
NUMBERS = "study,arm,outcome,field,value,status,source,quote\n" + "".join(
    f"{study},a,response,{field},read,page 1,seen\n"
    for study in ("one", "two", "three", "four")
    for field in ("events,5", "n,9")
)
PLAIN = {n: f"PMID- {n}\nTI  - Paper {n}\nPT  - Journal Article\n" for n in range(1, 7)}
RETRACTED = PLAIN[1] + "PT  - Retracted Publication\nRIN - J Hair. 2026;1:9. PMID: 901\n"
CONCERN = PLAIN[2] + "ECI - J Hair. 2026;2:9. PMID: 902\n"
ERRATUM = PLAIN[3] + "EIN - J Hair. 2026;3:9. PMID: 903\n"
RETRACTION = "PMID- 905\nTI  - Retraction: Paper 5\nPT  - Retraction of Publication\nROF - J Hair. 2020;5:5. PMID: 5\n"
SENTENCES = {
    1: "RETRACTED: report 1 (INCLUDED at full text): Paper 1 (J Hair. 2026;1:9. PMID 901)",
    2: "EXPRESSION OF CONCERN: report 2 (INCLUDED at full text): Paper 2 (J Hair. 2026;2:9. PMID 902)",
    3: "CORRECTED: report 3 (INCLUDED at full text): Paper 3 (J Hair. 2026;3:9. PMID 903)",
}


def nbib(*texts: str) -> str:
    return "\n".join(texts)


@pytest.fixture
def linked(review: Path, jak: Run) -> Path:
    """Return a review with four included studies of one paper each, pooled, and two papers that are not included."""
    Path("jak.toml").write_text(TOML, encoding="utf-8")
    Path("old.nbib").write_text(nbib(*PLAIN.values()), encoding="utf-8")
    assert jak("search", "import", "old.nbib", "--source", "PubMed").code == 0
    for report, study in enumerate(("one", "two", "three", "four"), start=1):
        for stage in ("abstract", "fulltext"):
            assert jak("screen", "decide", report, "include", "--stage", stage).code == 0
        assert jak("pool", "link", report, study, "--arm", "a=drug").code == 0
    Path("numbers.csv").write_text(NUMBERS, encoding="utf-8")
    assert jak("pool", "load", "numbers.csv").code == 0
    return review


def test_every_notice_is_shown_where_its_study_is(linked: Path, jak: Run) -> None:
    places = (("status",), ("screen", "next"), ("pool", "run", "response"), ("pool", "studies"))
    for words in places:
        before = jak(*words)
        assert not any(word in before.out + before.err for word in ("RETRACTED", "CONCERN", "CORRECTED"))
    Path("new.nbib").write_text(nbib(RETRACTED, CONCERN, ERRATUM), encoding="utf-8")
    assert jak("search", "import", "new.nbib", "--updates", 1).code == 0
    for words in (("status",), ("pool", "studies")):
        shown = jak(*words).out
        assert all(sentence in shown for sentence in SENTENCES.values())
    ahead = jak("screen", "next").err
    assert [sentence in ahead for sentence in SENTENCES.values()] == [True, True, False]
    assert "CORRECTED: 1 included report" in ahead
    listed = jak("screen", "reports", "included").out.splitlines()
    marks = ("! RETRACTED: Paper 1", "! EXPRESSION OF CONCERN: Paper 2", "! CORRECTED: Paper 3", "  Paper 4")
    assert [mark in line for mark, line in zip(marks, listed[2:], strict=True)] == [True] * 4
    rows = jak("screen", "reports", "included", "--json").json["rows"]
    assert [row["notices"] for row in rows] == [["RETRACTED"], ["EXPRESSION OF CONCERN"], ["CORRECTED"], []]
    pooled = jak("pool", "run", "response").out
    studies = dict(zip(SENTENCES, ("one", "two", "three"), strict=True))
    notes = [f"{studies[report]}: {sentence}" for report, sentence in SENTENCES.items()]
    assert all(f"- {note}" in pooled for note in notes)
    assert [n["message"] for n in jak("pool", "run", "response", "--json").json["notes"]][-3:] == notes
    assert jak("pool", "forest", "response", "-o", "forest.svg").code == 0
    drawn = Path("forest.svg").read_text(encoding="utf-8")
    assert all(word in drawn for word in ("one: RETRACTED", "two: EXPRESSION OF CONCERN", "three: CORRECTED"))
    assert jak("report").code == 0
    page = Path("report.html").read_text(encoding="utf-8")
    included = page[page.index('id="included"') : page.index('id="cautions"')]
    cautions = page[page.index('id="cautions"') :]
    for sentence in SENTENCES.values():
        kind, _, rest = sentence.partition(": ")
        assert f'<span class="badge caution">{kind}</span>' in included
        assert rest.partition(" (J Hair")[0] in included
        assert sentence.partition(" (J Hair")[0] in cautions
    after = jak("search", "look-again", "--json").json
    assert [one["report"] for one in after["retracted"]] == [1]
    assert [(one["report"], one["kind"]) for one in after["corrected"]] == [(2, "concern"), (3, "corrected")]


def test_a_report_to_be_screened_shows_its_notice_and_its_newest_text(linked: Path, jak: Run) -> None:
    assert jak("screen", "decide", 6, "exclude").code == 0
    Path("new.nbib").write_text(
        nbib(PLAIN[5] + "AB  - What was found.\nRIN - J Hair. 2026;1:9. PMID: 905\n"), encoding="utf-8"
    )
    assert "(no abstract)" in jak("screen", "next").out
    assert jak("search", "import", "new.nbib", "--updates", 1).code == 0
    shown = jak("screen", "next").out
    assert shown.startswith("! RETRACTED: report 5 (not screened): Paper 5 (J Hair. 2026;1:9. PMID 905)")
    assert "What was found." in shown
    assert jak("screen", "next", "--json").json["record"]["id"] == 5


def test_a_notice_that_is_a_record_of_the_review_flags_the_paper_it_names(opened: Review, tmp_path: Path) -> None:
    (tmp_path / "old.nbib").write_text(nbib(*PLAIN.values()), encoding="utf-8")
    (tmp_path / "notice.nbib").write_text(RETRACTION, encoding="utf-8")
    import_files(opened.store, [tmp_path / "old.nbib"], by="ann", source="PubMed")
    vote(opened, 5, "include", reviewer="ann")
    assert retracted_reports(opened, opened.snapshot()) == ()
    import_files(opened.store, [tmp_path / "notice.nbib"], by="ann", source="PubMed")
    [found] = included_reports_noticed(opened, opened.snapshot())
    assert (found.report, found.kind, found.notices, found.found_in) == (5, "retracted", (), (7,))
    assert found.sentence == ("RETRACTED: report 5 (INCLUDED at abstract): Paper 5 (record 7 of this review says so)")


def test_a_notice_that_the_paper_names_too_is_said_once(opened: Review, tmp_path: Path) -> None:
    paper = PLAIN[5] + "RIN - J Hair. 2026;1:9. PMID: 905\n"
    (tmp_path / "old.nbib").write_text(nbib(paper, RETRACTION), encoding="utf-8")
    import_files(opened.store, [tmp_path / "old.nbib"], by="ann", source="PubMed")
    vote(opened, 1, "include", reviewer="ann")
    [found] = included_reports_noticed(opened, opened.snapshot())
    assert ([one.pmid for one in found.notices], found.found_in) == (["905"], ())


def test_excluded_reports_are_no_matter_for_the_review(opened: Review, tmp_path: Path) -> None:
    (tmp_path / "old.nbib").write_text(nbib(RETRACTED, CONCERN), encoding="utf-8")
    import_files(opened.store, [tmp_path / "old.nbib"], by="ann", source="PubMed")
    vote(opened, 1, "exclude", reviewer="ann")
    snapshot = opened.snapshot()
    assert included_reports_noticed(opened, snapshot) == ()
    assert [one.kind for one in noticed_reports(opened, snapshot, [1, 2])] == ["retracted", "concern"]


def test_the_gravest_notice_comes_first_and_none_hides_another(opened: Review, tmp_path: Path) -> None:
    both = ERRATUM + "RIN - J Hair. 2026;1:9. PMID: 901\n"
    (tmp_path / "old.nbib").write_text(nbib(CONCERN, both), encoding="utf-8")
    import_files(opened.store, [tmp_path / "old.nbib"], by="ann", source="PubMed")
    for report in (1, 2):
        vote(opened, report, "include", reviewer="ann")
    found = included_reports_noticed(opened, opened.snapshot())
    assert [(one.report, one.kind) for one in found] == [(2, "retracted"), (1, "concern"), (2, "corrected")]
