"""The order in which reports are read."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jakdb.words import ABSTRACT, Decision, Record
from jakscreen.rank import Ranking, extract, labels_for, rank, report_text, why
from jakscreen.rank.text import terms
from jakscreen.status import report_states

HAIR = [f"tofacitinib regrowth of hair in alopecia areata, cohort {n}" for n in range(12)]
LUNG = [f"inhaled steroids and lung function in asthma, trial {n}" for n in range(28)]
POOL = dict(enumerate([*LUNG[:14], *HAIR, *LUNG[14:]]))
RELEVANT = set(range(14, 26))


class TestTerms:
    def test_words_and_neighbours(self) -> None:
        assert list(terms("Alopecia Areata, a JAK")) == ["alopecia", "areata", "jak", "alopecia areata", "areata jak"]

    def test_chinese_by_pairs_of_characters(self) -> None:
        assert list(terms("托法替布治疗")) == ["托法", "法替", "替布", "布治", "治疗"]

    def test_chinese_and_latin_side_by_side(self) -> None:
        assert list(terms("JAK抑制 hair loss")) == ["jak", "抑制", "hair", "loss", "hair loss"]

    def test_full_width_letters_are_letters(self) -> None:
        assert list(terms("ＪＡＫ１")) == ["jak1"]

    def test_other_scripts_are_words(self) -> None:
        assert list(terms("тофацитиниб 탈모")) == ["тофацитиниб", "탈모", "тофацитиниб 탈모"]


class TestFields:
    def test_the_text_of_a_report_takes_what_each_record_says_most_of(self) -> None:
        records = [
            Record(title="Ruxolitinib for hair", abstract="Short.", keywords=("JAK",), id=1),
            Record(title="Ruxolitinib", abstract="The longer abstract.", mesh=("Alopecia", "Adult"), id=2),
        ]
        assert report_text(records) == "Ruxolitinib for hair The longer abstract. Alopecia; Adult"

    def test_the_text_of_a_report_keeps_its_chinese_title(self) -> None:
        records = [Record(title="Tofacitinib for alopecia areata", id=1), Record(title="托法替布治疗斑秃", id=2)]
        assert report_text(records) == "Tofacitinib for alopecia areata 托法替布治疗斑秃"

    def test_no_record_has_no_text(self) -> None:
        assert report_text([]) == ""


class TestRank:
    def test_one_include_and_one_exclude_put_the_relevant_first(self) -> None:
        found = rank(POOL, {14: 1, 0: 0})
        assert (found.basis, found.includes, found.excludes) == ("votes", 1, 1)
        assert set(found.order[:12]) == RELEVANT

    def test_the_order_is_that_of_the_scores(self) -> None:
        found = rank(POOL, {14: 1, 0: 0, 1: 0})
        assert sorted(found.order) == list(POOL)
        assert list(found.order) == sorted(POOL, key=lambda n: (-found.scores[n], n))

    def test_the_question_ranks_before_there_are_labels(self) -> None:
        found = rank(POOL, {}, query_text="JAK inhibitors in alopecia areata")
        assert found.basis == "question"
        assert set(found.order[:12]) == RELEVANT

    def test_includes_alone_rank_by_likeness(self) -> None:
        found = rank(POOL, {14: 1})
        assert (found.basis, found.order[0]) == ("question", 14)
        assert set(found.order[:12]) == RELEVANT
        assert "the 1 included" in found.note

    @pytest.mark.parametrize(
        ("question", "labels", "told"),
        [
            ("", {}, "likeness to the seed studies;"),
            ("alopecia", {}, "likeness to the question and the seed studies;"),
            ("quantum chromodynamics", {}, "likeness to the seed studies;"),
            ("alopecia", {14: 1}, "likeness to the question, the seed studies and the 1 included;"),
            ("alopecia", {15: 1}, "likeness to the question and the 1 included;"),
        ],
    )
    def test_the_note_names_what_the_order_was_learnt_from(
        self, question: str, labels: dict[int, int], told: str
    ) -> None:
        assert rank(POOL, labels, query_text=question, seeds=[15]).note.startswith(told)

    def test_excludes_alone_leave_the_question_to_go_by(self) -> None:
        found = rank(POOL, {0: 0, 1: 0}, query_text="alopecia areata")
        assert (found.basis, found.excludes) == ("question", 2)
        assert set(found.order[:12]) == RELEVANT
        assert rank(POOL, {0: 0}).basis == "nothing"

    @pytest.mark.parametrize("question", ["", "   ", "quantum chromodynamics"])
    def test_nothing_to_go_by_is_the_order_of_ids_and_says_so(self, question: str) -> None:
        found = rank(POOL, {}, query_text=question)
        assert (found.basis, found.order) == ("nothing", tuple(POOL))
        assert "order is that of the report ids" in found.note

    def test_chinese_reports_rank_among_english_ones(self) -> None:
        pool = {
            1: "Tofacitinib for alopecia areata 托法替布治疗斑秃",
            2: "托法替布治疗斑秃的疗效观察",
            3: "支气管哮喘患儿的吸入治疗",
            4: "Inhaled steroids in asthma",
        }
        assert rank(pool, {1: 1, 4: 0}).order[:2] == (1, 2)
        assert rank(pool, {}, query_text="斑秃").order[0] in (1, 2)

    def test_an_all_chinese_pool_learns(self) -> None:
        pool = {1: "托法替布治疗斑秃", 2: "哮喘的吸入治疗", 3: "哮喘与肺功能", 4: "芦可替尼治疗斑秃"}
        assert rank(pool, {1: 1, 2: 0}).order[:2] == (1, 4)

    def test_identical_texts_stand_by_id(self) -> None:
        found = rank(dict.fromkeys((9, 3, 7, 5), "the same text"), {7: 1, 3: 0})
        assert found.order == (3, 5, 7, 9)
        assert len(set(found.scores.values())) == 1

    def test_one_report(self) -> None:
        assert rank({4: "alopecia"}, {}, query_text="alopecia").order == (4,)
        assert rank({4: "alopecia"}, {4: 1}).order == (4,)

    def test_empty_texts_are_ranked_and_lost_nowhere(self) -> None:
        found = rank({**POOL, 50: "", 51: " "}, {14: 1, 0: 0, 50: 0})
        assert set(found.order) == {*POOL, 50, 51}
        assert found.scores[50] == found.scores[51]

    def test_no_text_at_all(self) -> None:
        found = rank({2: "", 1: ""}, {1: 1, 2: 0}, query_text="hair")
        assert (found.order, found.basis) == ((1, 2), "nothing")
        assert "no report has a title" in found.note

    def test_an_empty_pool_has_an_empty_order(self) -> None:
        found = rank({}, {})
        assert (found.order, found.note) == ((), "there is no report to order yet")

    def test_labels_outside_the_pool_are_left_aside(self) -> None:
        assert rank(POOL, {14: 1, 0: 0, 999: 1}).includes == 1

    def test_a_label_of_two_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="report 3 is 2"):
            rank(POOL, {3: 2})

    def test_scores_are_plain_numbers(self) -> None:
        found = rank(POOL, {14: 1, 0: 0})
        assert all(type(score) is float for score in found.scores.values())
        assert all(type(number) is int for number in found.order)

    def test_features_made_before_give_the_same_order(self) -> None:
        assert _order(rank(extract(POOL), {14: 1, 0: 0})) == _order(rank(POOL, {14: 1, 0: 0}))


def _order(ranking: Ranking) -> list[tuple[int, float]]:
    return [(n, ranking.scores[n]) for n in ranking.order]


@settings(deadline=None, max_examples=30)
@given(st.permutations(sorted(POOL)), st.dictionaries(st.sampled_from(sorted(POOL)), st.integers(0, 1), max_size=12))
def test_the_sequence_of_reports_and_labels_does_not_matter(ids: list[int], labels: dict[int, int]) -> None:
    there = rank({n: POOL[n] for n in ids}, dict(reversed(labels.items())), query_text="hair")
    assert _order(there) == _order(rank(POOL, labels, query_text="hair"))


@settings(deadline=None, max_examples=30)
@given(st.dictionaries(st.integers(0, 99), st.text(max_size=30), max_size=8), st.data())
def test_any_texts_give_every_report_once(texts: dict[int, str], data: st.DataObject) -> None:
    labels = {n: data.draw(st.integers(0, 1)) for n in texts if data.draw(st.booleans())}
    found = rank(texts, labels, query_text=data.draw(st.text(max_size=30)))
    assert sorted(found.order) == sorted(texts)
    assert all(np.isfinite(score) for score in found.scores.values())


class TestWhy:
    def test_terms_add_up_to_the_score_but_for_what_all_have_in_common(self) -> None:
        found = rank(POOL, {14: 1, 15: 1, 0: 0}, learner="elas")
        because = why(16, found.model, top=1000)
        assert because.score == pytest.approx(found.scores[16], abs=1e-5)
        assert found.model.fitted is not None
        parts = sum(term.weight for term in (*because.raises, *because.lowers))
        assert parts + found.model.fitted.machines[0].intercept == pytest.approx(because.score, abs=1e-5)

    def test_records_add_up_to_the_same_score(self) -> None:
        found = rank(POOL, {14: 1, 15: 1, 0: 0}, learner="single")
        because = why(16, found.model, top=1000)
        assert found.model.fitted is not None
        parts = sum(one.weight for one in (*because.like, *because.unlike))
        assert parts + found.model.fitted.machines[0].intercept == pytest.approx(because.score, abs=1e-5)

    @pytest.mark.parametrize("learner", ["elas", "single", "fusion"])
    def test_the_strongest_come_first_and_are_what_was_learnt(self, learner: str) -> None:
        because = why(16, rank(POOL, {14: 1, 0: 0}, learner=learner).model)
        assert {"alopecia", "areata"} <= {term.term for term in because.raises}
        assert "asthma" in [term.term for term in why(5, rank(POOL, {14: 1, 0: 0}, learner=learner).model).lowers]
        weights = [abs(term.weight) for term in because.raises]
        assert weights == sorted(weights, reverse=True)
        assert (because.like[0].report_id, because.like[0].relevant) == (14, True)

    def test_top_limits_each_side(self) -> None:
        assert len(why(16, rank(POOL, {14: 1, 0: 0}).model, top=2).raises) == 2

    def test_the_question_is_a_record_that_raises(self) -> None:
        because = why(16, rank(POOL, {}, query_text="alopecia areata").model)
        assert [term.term for term in because.raises[:3]] != []
        assert because.like[0].report_id == -1

    def test_an_order_of_ids_has_no_reasons(self) -> None:
        because = why(16, rank(POOL, {}).model)
        assert (because.raises, because.lowers, because.like) == ((), (), ())

    def test_a_report_outside_the_pool_is_an_error(self) -> None:
        with pytest.raises(KeyError):
            why(999, rank(POOL, {14: 1, 0: 0}).model)


def test_another_reviewers_votes_cannot_be_read_off_a_blind_order() -> None:
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    own = [Decision(1, 14, ABSTRACT, "vote", "ada", "include", "", "", noon)]
    own += [Decision(2, 0, ABSTRACT, "vote", "ada", "exclude", "", "", noon)]
    theirs = [Decision(3 + n, n, ABSTRACT, "vote", "bea", "include", "", "", noon) for n in range(1, 9)]
    members = {n: [n] for n in POOL}
    alone, both = (report_states(members, events, ()) for events in (own, own + theirs))
    blind = [rank(POOL, labels_for("ada", states, blind=True)) for states in (alone, both)]
    open_ = rank(POOL, labels_for("ada", both, blind=False))
    assert _order(blind[0]) == _order(blind[1])
    assert _order(open_) != _order(blind[1])


def test_a_pool_that_is_included_whole_says_so() -> None:
    assert rank({1: "hair", 2: "hair loss"}, {1: 1, 2: 1}).note.startswith("no report is left to tell the included")


def test_importing_the_room_loads_nothing_heavy_and_changes_no_warning_filter() -> None:
    code = (
        "import sys, warnings; before = list(warnings.filters); import jakscreen, jakscreen.exchange;"
        "heavy = {'numpy', 'scipy', 'sklearn', 'pandas', 'sqlalchemy', 'threadpoolctl'} & set(sys.modules);"
        "assert not heavy, heavy; assert warnings.filters == before"
    )
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(root / "db")])}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
