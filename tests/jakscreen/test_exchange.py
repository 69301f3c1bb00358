"""Decisions out to tables and in from them."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jakdb.errors import InputError, UsageError
from jakdb.words import ABSTRACT, FULLTEXT, Author, Decision, Record
from jakscreen.exchange import (
    COLUMNS,
    ReadDecision,
    decision_notes,
    decisions_of_rows,
    export_rows,
    read_decisions,
    write_decisions,
)
from jakscreen.matching import UnmatchedError, matcher
from jakscreen.status import report_states

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
RECORDS = [
    Record(
        id=1,
        title="Tofacitinib, for alopecia areata",
        pmid="111",
        doi="10.1000/tofa",
        year=2018,
        database="Embase",
        accession="L1",
    ),
    Record(id=2, title="Tofacitinib for alopecia areata.", pmid="111", year=2018, database="PubMed", accession="111"),
    Record(id=3, title="Ruxolitinib for alopecia", doi="10.1000/ruxo", year=2016, authors=(Author("King", "B"),)),
    Record(id=4, title="托法替布治疗斑秃", year=2021, database="CNKI", accession="C4"),
    Record(id=5, title="Tofacitinib in 69 patients", pmid="555", year=2017),
    Record(id=6, title="Tofacitinib in 69 patients", pmid="666", year=2019),
]
MEMBERS = {1: [1, 2], 3: [3], 4: [4], 5: [5], 6: [6]}
FIND = matcher(RECORDS, MEMBERS)


def votes(found: Any) -> list[tuple[int, int, str, str]]:
    return [(d.row, d.record_id, d.reviewer, d.verdict) for d in found.decisions]


def problems(found: Any) -> list[str]:
    return [str(problem) for problem in found.problems]


class TestMatching:
    @pytest.mark.parametrize(
        ("row", "record"),
        [
            ({"record_id": "2"}, 2),
            ({"pmid": "111"}, 1),
            ({"pmid": "111.0"}, 1),
            ({"doi": "https://doi.org/10.1000/RUXO"}, 3),
            ({"database": "cnki", "accession": "C4"}, 4),
            ({"title": "托法替布治疗斑秃"}, 4),
            ({"title": "Ruxolitinib for Alopecia."}, 3),
            ({"title": "Tofacitinib in 69 patients", "year": "2019"}, 6),
            ({"title": "Tofacitinib in 69 patients", "pmid": "555"}, 5),
            ({"title": "Ruxolitinib: another wording", "doi": "10.1000/ruxo"}, 3),
            ({"title": "Ruxolitinib for alopecia", "pmid": "777"}, 3),
        ],
    )
    def test_found(self, row: dict[str, str], record: int) -> None:
        assert FIND(row) == record

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            ({}, "no record id, PMID"),
            ({"record_id": "99"}, "there is no record 99"),
            ({"record_id": "two"}, "there is no record two"),
            ({"record_id": "3", "pmid": "", "title": "Something else"}, "the row says 'Something else'"),
            ({"record_id": "1", "pmid": "999"}, "has the PMID 111, the row 999"),
            ({"pmid": "111", "doi": "10.1000/ruxo"}, "different records"),
            ({"title": "Tofacitinib for alopecia areata", "pmid": "999"}, "PMID"),
            ({"title": "Tofacitinib in 69 patients"}, "fit alike and are not one report"),
            ({"title": "Ruxolitinib for alopecia", "year": "2021"}, "is of 2016, the row of 2021"),
            ({"title": "Nothing of ours"}, "no record has the title 'Nothing of ours'"),
            ({"database": "Embase", "accession": "C4"}, "accession C4"),
        ],
    )
    def test_not_found_says_why(self, row: dict[str, str], reason: str) -> None:
        with pytest.raises(UnmatchedError, match=reason):
            FIND(row)


def vote(n: int, record: int, verdict: str, **more: Any) -> Decision:
    fields = {"stage": ABSTRACT, "kind": "vote", "reviewer": "ada", "reason": "", "note": "", **more}
    return Decision(id=n, record_id=record, verdict=verdict, at=NOON + timedelta(minutes=n), **fields)  # type: ignore[arg-type] # words


EVENTS = [
    vote(1, 1, "include"),
    vote(2, 2, "exclude", reviewer="bea", reason='wrong "dose", oral', note="see\nTable 2; | ok"),
    vote(3, 1, "exclude", kind="resolution", reviewer="chair", reason="dose"),
    vote(4, 3, "maybe"),
    vote(5, 3, "exclude"),
    vote(6, 3, "exclude", kind="undo", undoes=5),
    vote(7, 4, "ongoing", stage=FULLTEXT, reviewer="automation: check"),
]


class TestOurOwn:
    def test_the_columns_are_the_documented_ones(self) -> None:
        heading = write_decisions(export_rows(EVENTS, {}, MEMBERS)).splitlines()[0]
        assert tuple(heading.split(",")) == COLUMNS

    def test_what_was_taken_back_stays_out_and_the_rest_is_in_order(self) -> None:
        rows = export_rows(EVENTS, {r.id: r for r in RECORDS}, MEMBERS)
        assert [(r["record_id"], r["report_id"], r["verdict"], r["kind"]) for r in rows] == [
            ("1", "1", "include", "vote"),
            ("2", "1", "exclude", "vote"),
            ("1", "1", "exclude", "resolution"),
            ("3", "3", "maybe", "vote"),
            ("4", "4", "ongoing", "vote"),
        ]
        assert (rows[0]["pmid"], rows[0]["at"]) == ("111", "2026-11-20T12:01:00+00:00")

    def test_round_trip_by_table(self) -> None:
        text = write_decisions(export_rows(EVENTS, {r.id: r for r in RECORDS}, MEMBERS))
        self.check(read_decisions(text, FIND))

    def test_round_trip_by_notes(self) -> None:
        """Notes as a RIS file holds them: one line each, several to a reference, others between them."""
        known = {r.id: r for r in RECORDS}
        rows = []
        for record_id, notes in decision_notes(EVENTS).items():
            assert all("\n" not in note for note in notes)
            record = known[record_id]
            facts = {"title": record.title, "doi": record.doi, "year": str(record.year), "accession": record.accession}
            facts |= {"database": record.database, "notes": " | ".join(["Epub {2018}", *notes, "last"])}
            rows.append((record_id, facts))
        found = decisions_of_rows(rows, FIND)
        assert found.problems == ()
        kept = sorted(found.decisions, key=lambda d: d.at or NOON)
        assert [(d.verdict, d.reviewer, d.reason, d.kind, d.stage) for d in kept] == [
            ("include", "ada", "", "vote", ABSTRACT),
            ("exclude", "bea", 'wrong "dose", oral', "vote", ABSTRACT),
            ("exclude", "chair", "dose", "resolution", ABSTRACT),
            ("maybe", "ada", "", "vote", ABSTRACT),
            ("ongoing", "automation: check", "", "vote", FULLTEXT),
        ]
        assert kept[1].note == "see\nTable 2; | ok"

    def test_a_broken_note_is_a_problem(self) -> None:
        found = decisions_of_rows([(1, {"title": RECORDS[2].title, "notes": "JAK-DECISION: {oops"})], FIND)
        assert problems(found) == ["row 1: the note JAK-DECISION: {oops cannot be read"]

    def check(self, found: Any) -> None:
        assert (found.dialect, found.problems, found.unlabelled) == ("jak", (), ())
        expected = [e for e in EVENTS if e.id not in (5, 6)]
        read = [(d.record_id, d.stage, d.kind, d.reviewer, d.verdict, d.reason, d.note, d.at) for d in found.decisions]
        assert read == [(e.record_id, e.stage, e.kind, e.reviewer, e.verdict, e.reason, e.note, e.at) for e in expected]

    def test_every_wrong_row_is_a_problem_with_its_row_and_reason(self) -> None:
        text = (
            "record_id,stage,reviewer,verdict,reason,at,kind\n"
            "1,abstract,ada,include,,,\n"
            "1,abstract,ada,perhaps,,,\n"
            "1,poster,ada,include,,,\n"
            "1,abstract,,include,,,\n"
            "1,abstract,ada,ongoing,,,\n"
            "1,abstract,ada,include,,yesterday,\n"
            "1,abstract,ada,include,,,undo\n"
            "1,abstract,ada,include,,,guess\n"
            "77,abstract,ada,include,,,\n"
            "1,abstract,ada,include,,,,too,long\n"
            ",,,,,,\n"
            "3,abstract,ada,,,,\n"
            "3,Full text,ada,Excluded,dose,2026-11-20T09:30:00+08:00,Vote\n"
            "3\n"
        )
        found = read_decisions(text, FIND)
        assert votes(found) == [(2, 1, "ada", "include"), (14, 3, "ada", "exclude")]
        assert found.decisions[1].at == datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
        assert [(p.row, p.reason.split(";")[0]) for p in found.problems] == [
            (3, "the verdict is 'perhaps'"),
            (4, "the stage is 'poster'"),
            (5, "it does not say who decided"),
            (6, "ongoing exists at full text only"),
            (7, "the time is 'yesterday'"),
            (8, "an undo names an event of the store that wrote it and cannot be read elsewhere"),
            (9, "the kind is 'guess'"),
            (10, "there is no record 77"),
            (11, "it has 9 cells, the heading has 7"),
        ]
        assert found.unlabelled == (13, 15)
        assert found.rows == 13

    def test_stage_and_reviewer_may_be_given(self) -> None:
        found = read_decisions("pmid\tverdict\n555\tawaiting\n", FIND, stage=FULLTEXT, reviewer="bea")
        assert [(d.stage, d.reviewer) for d in found.decisions] == [(FULLTEXT, "bea")]

    def test_a_time_without_zone_is_utc(self) -> None:
        found = read_decisions("pmid;verdict;reviewer;at\n555;include;ada;2026-11-20 12:00:00\n", FIND)
        assert found.decisions == (ReadDecision(2, 5, ABSTRACT, "vote", "ada", "include", at=NOON),)

    def test_a_date_of_eight_digits_is_no_number_of_seconds(self) -> None:
        found = read_decisions("pmid;verdict;reviewer;at\n555;include;ada;20261120\n666;include;ada;2026\n", FIND)
        assert [d.at for d in found.decisions] == [NOON.replace(hour=0)]
        assert [p.row for p in found.problems] == [3]


class TestRayyan:
    heading = "key,title,year,url,abstract,notes,pubmed_id\n"

    def row(self, title: str, notes: str, *, pmid: str = "") -> str:
        stream = io.StringIO(newline="")
        csv.writer(stream, lineterminator="\n").writerow(["1", title, "", "", "", notes, pmid])
        return stream.getvalue()

    def test_each_reviewer_is_a_vote(self) -> None:
        notes = (
            'RAYYAN-INCLUSION: {"Ada L"=>"Included", "Bea"=>"Excluded","Cem"=>"Maybe"} | RAYYAN-LABELS: oral | '
            'RAYYAN-EXCLUSION-REASONS: wrong population,background | USER-NOTES: {"Bea"=>["see table"]}'
        )
        found = read_decisions(self.heading + self.row("", notes, pmid="555"), FIND)
        assert found.dialect == "rayyan"
        assert votes(found) == [(2, 5, "Ada L", "include"), (2, 5, "Bea", "exclude"), (2, 5, "Cem", "maybe")]
        assert [d.reason for d in found.decisions] == ["", "wrong population; background", ""]

    def test_braces_in_a_name_and_a_second_decision_lose_nothing(self) -> None:
        notes = 'RAYYAN-INCLUSION: {"Ada {L}"=>"Included"} | RAYYAN-LABELS: x | RAYYAN-INCLUSION: {"Bea"=>"Maybe"}'
        found = read_decisions(self.heading + self.row("", notes, pmid="555"), FIND)
        assert votes(found) == [(2, 5, "Ada {L}", "include"), (2, 5, "Bea", "maybe")]

    def test_what_cannot_be_told_apart_is_a_problem(self) -> None:
        text = self.heading + self.row("", 'RAYYAN-INCLUSION: {"Ada"=>"Included', pmid="555")
        text += self.row("", 'RAYYAN-INCLUSION: {"Ada"=>"Included", "Ada"=>"Excluded"}', pmid="555")
        found = read_decisions(text, FIND)
        assert ([p.row for p in found.problems], found.decisions, found.unlabelled) == ([2, 3], (), ())

    def test_undecided_rows_are_listed(self) -> None:
        text = self.heading + self.row("x", 'RAYYAN-INCLUSION: {"Ada"=>"Included"}', pmid="555")
        text += self.row(RECORDS[2].title, "") + self.row(RECORDS[3].title, "RAYYAN-LABELS: oral")
        assert read_decisions(text, FIND).unlabelled == (3, 4)

    def test_two_reasons_at_fulltext_are_a_problem(self) -> None:
        notes = 'RAYYAN-INCLUSION: {"Ada"=>"Excluded"} | RAYYAN-EXCLUSION-REASONS: dose,design'
        text = self.heading + self.row("", notes, pmid="555")
        assert problems(read_decisions(text, FIND, stage=FULLTEXT)) == [
            "row 2: it has 2 reasons (dose; design); a full text has one primary reason"
        ]

    def test_unreadable_decisions_and_verdicts_are_problems(self) -> None:
        text = self.heading + self.row("", "RAYYAN-INCLUSION: {Ada: yes}", pmid="555")
        text += self.row("", 'RAYYAN-INCLUSION: {"Ada"=>"Hm"}', pmid="555")
        found = read_decisions(text, FIND)
        assert [p.row for p in found.problems] == [2, 3]
        assert found.decisions == ()


class TestASReviewAndLabels:
    def test_asreview_columns(self) -> None:
        text = (
            "record_id,title,doi,asreview_label,asreview_time,asreview_note,asreview_user_name\n"
            "3,Ruxolitinib for alopecia,,1,2026-11-20 12:00:00,good,Bea\n"
            "0,,10.1000/tofa,0,,,\n"
            "1,Tofacitinib in 69 patients,,,,,\n"
        )
        found = read_decisions(text, FIND, reviewer="ada")
        assert found.dialect == "asreview"
        assert votes(found) == [(2, 3, "Bea", "include"), (3, 1, "ada", "exclude")]
        assert (found.decisions[0].at, found.decisions[0].note) == (NOON, "good")
        assert found.unlabelled == (4,)

    def test_asreview_seconds_since_1970(self) -> None:
        text = f"pmid,asreview_label,asreview_time\n555,1,{NOON.timestamp()}\n"
        assert read_decisions(text, FIND, reviewer="ada").decisions[0].at == NOON

    def test_record_ids_of_other_tools_are_not_ours(self) -> None:
        found = read_decisions("record_id,included\n3,1\n", FIND, reviewer="ada")
        assert problems(found) == ["row 2: the row has no record id, PMID, DOI, accession or title"]

    def test_asreview_notes_of_a_ris_file(self) -> None:
        rows = [(n, {"pmid": p, "notes": m}) for n, p, m in ((1, "555", "ASReview_relevant"), (2, "666", "x"))]
        rows.append((3, {"pmid": "111", "notes": "free | ASReview_irrelevant"}))
        found = decisions_of_rows(rows, FIND, reviewer="ada")
        assert votes(found) == [(1, 5, "ada", "include"), (3, 1, "ada", "exclude")]
        assert found.unlabelled == (2,)

    def test_labels_of_rayyan_and_asreview_may_stand_in_one_file(self) -> None:
        rayyan = 'RAYYAN-INCLUSION: {"Bea"=>"Excluded"}'
        notes = ((1, "555", "ASReview_relevant"), (2, "666", rayyan), (3, "111", f"{rayyan} | ASReview_relevant"))
        found = decisions_of_rows([(n, {"pmid": p, "notes": m}) for n, p, m in notes], FIND, reviewer="ada")
        assert votes(found) == [
            (1, 5, "ada", "include"), (2, 6, "Bea", "exclude"), (3, 1, "Bea", "exclude"), (3, 1, "ada", "include"),
        ]  # fmt: skip

    @pytest.mark.parametrize("column", ["included", "label_included", "included_label", "label"])
    def test_columns_of_one_and_zero(self, column: str) -> None:
        text = f"pmid,{column}\n111,1\n555,0.0\n666,-1\n777,1\n666,7\n"
        found = read_decisions(text, FIND, reviewer="ada")
        assert votes(found) == [(2, 1, "ada", "include"), (3, 5, "ada", "exclude")]
        assert found.unlabelled == (4,)
        assert [p.row for p in found.problems] == [5, 6]

    def test_two_labels_of_one_record_clash(self) -> None:
        found = read_decisions("pmid,included\n555,1\n555,0\n555,1\n", FIND, reviewer="ada")
        assert votes(found) == [(2, 5, "ada", "include"), (4, 5, "ada", "include")]
        assert problems(found) == ["row 3: ada says exclude, but include in row 2 of the same record"]

    def test_nobody_named_is_an_error(self) -> None:
        with pytest.raises(UsageError, match="who decided") as caught:
            read_decisions("pmid,included\n555,1\n", FIND)
        assert "reviewer" in caught.value.hint


class TestBadTables:
    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("", "is empty"),
            ("\ufeff \n", "is empty"),
            ("title,year\nx,2020\n", "no column of decisions"),
            ("pmid,included\n", "no row"),
            ("pmid,included,pmid\n1,1,1\n", "heading 'pmid' twice"),
            ('pmid,included\n1,"1\n', "breaks off at line 2"),
        ],
    )
    def test_each_has_one_sentence_and_a_way_out(self, text: str, sentence: str) -> None:
        with pytest.raises(InputError, match=sentence) as caught:
            read_decisions(text, FIND, name="votes.csv", reviewer="ada")
        assert str(caught.value).startswith("votes.csv")
        assert caught.value.hint

    def test_a_byte_order_mark_and_windows_line_ends_are_no_matter(self) -> None:
        assert len(read_decisions("\ufeffpmid,verdict,reviewer\r\n555,include,ada\r\n", FIND).decisions) == 1


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(str.strip)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([1, 2, 3, 4, 5, 6]),
            st.sampled_from(["ada", "bea", "automation: x"]),
            st.sampled_from(["include", "exclude", "maybe"]),
            st.sampled_from([ABSTRACT, FULLTEXT]),
            st.sampled_from(["vote", "vote", "resolution"]),
            TEXT,
            TEXT,
        ),
        max_size=12,
    )
)
def test_reading_what_was_written_gives_the_same_states(drawn: list[Any]) -> None:
    events = [
        vote(n, record, verdict, reviewer=who, stage=stage, kind=kind, reason=reason, note=note)
        for n, (record, who, verdict, stage, kind, reason, note) in enumerate(drawn, start=1)
    ]
    rows = export_rows(events, {r.id: r for r in RECORDS}, MEMBERS)
    if not rows:
        return
    found = read_decisions(write_decisions(rows), FIND)
    assert found.problems == ()
    again = [
        Decision(n, d.record_id, d.stage, d.kind, d.reviewer, d.verdict, d.reason, d.note, d.at or NOON)
        for n, d in enumerate(found.decisions, start=1)
    ]
    assert report_states(MEMBERS, again, ()) == report_states(MEMBERS, events, ())


@settings(deadline=None)
@given(st.lists(st.sampled_from(["1", "0", "-1", "", "2", "x"]), min_size=1, max_size=15), st.data())
def test_every_row_has_its_place(labels: list[str], data: st.DataObject) -> None:
    pmids = [data.draw(st.sampled_from(["555", "666", "000"])) for _ in labels]
    text = "pmid,included\n" + "".join(f"{p},{x}\n" for p, x in zip(pmids, labels, strict=True))
    found = read_decisions(text, FIND, reviewer="ada")
    placed = [*(d.row for d in found.decisions), *(p.row for p in found.problems), *found.unlabelled]
    assert sorted(placed) == list(range(2, len(labels) + 2))
    assert found.rows == len(labels)


def test_cells_that_begin_like_a_formula_are_guarded_and_read_back() -> None:
    event = replace(EVENTS[0], note='=HYPERLINK("http://x")')
    text = write_decisions(export_rows([event], {r.id: r for r in RECORDS}, MEMBERS))
    assert "'=HYPERLINK" in text
    [found] = read_decisions(text, FIND).decisions
    assert found.note == event.note
