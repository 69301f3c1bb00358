"""Kappa and what it is counted on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from jakdb.words import ABSTRACT, FULLTEXT, Decision, Stage, Verdict
from jakscreen.agreement import agreements, cohen_kappa, first_votes

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def event(
    n: int,
    reviewer: str,
    verdict: Verdict,
    *,
    record: int = 1,
    kind: str = "vote",
    undoes: int | None = None,
    stage: Stage = ABSTRACT,
) -> Decision:
    at = NOON + timedelta(minutes=n)
    return Decision(n, record, stage, kind, reviewer, verdict, "", "", at, undoes)  # type: ignore[arg-type] # a word


class TestKappa:
    def test_four_by_four_published_with_interval(self) -> None:
        """SAS/STAT user's guide, PROC FREQ, "Agreement Study" (two dermatologists, 88 patients).

        Simple kappa 0.3449, ASE 0.0724, 95 % limits 0.2030 and 0.4868, printed to four places.
        """
        found = cohen_kappa([[10, 4, 1, 0], [5, 10, 12, 2], [2, 4, 12, 5], [0, 2, 6, 13]])
        assert found.n == 88
        assert (found.kappa, found.se) == (pytest.approx(0.3449, abs=5e-5), pytest.approx(0.0724, abs=5e-5))
        assert (found.low, found.high) == (pytest.approx(0.2030, abs=5e-5), pytest.approx(0.4868, abs=5e-5))

    def test_three_by_three_of_fleiss(self) -> None:
        """Fleiss (1981), Statistical Methods for Rates and Proportions, p. 213: kappa 0.68 (two psychiatrists)."""
        found = cohen_kappa([[75, 1, 4], [5, 4, 1], [0, 0, 10]])
        assert found.kappa == pytest.approx(0.68, abs=5e-3)

    def test_two_by_two_by_hand(self) -> None:
        """Observed 35/50, expected 0.5: kappa 0.4; the variance by the formula of Fleiss, Cohen, Everitt by hand.

        Margins 0.5/0.5 and 0.6/0.4. On the diagonal 0.4 (1 - 1.1*0.6)^2 + 0.3 (1 - 0.9*0.6)^2 = 0.10972; off it
        0.36 (0.1 (0.6+0.5)^2 + 0.2 (0.4+0.5)^2) = 0.10188; minus
        (0.4 - 0.5*0.6)^2 = 0.01; so 0.2016 / (50 * 0.25) = 0.016128.
        """
        found = cohen_kappa([[20, 5], [10, 15]])
        assert found.kappa == pytest.approx(0.4)
        assert found.se == pytest.approx(0.016128**0.5)

    @settings(deadline=None)
    @given(st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=3, max_size=3))
    def test_agrees_with_scikit_learn(self, table: list[list[int]]) -> None:
        found = cohen_kappa(table)
        if found.kappa is None:
            return
        a = [i for i in range(3) for j in range(3) for _ in range(table[i][j])]
        b = [j for i in range(3) for j in range(3) for _ in range(table[i][j])]
        assert found.kappa == pytest.approx(float(cohen_kappa_score(a, b)), abs=1e-12)

    @settings(deadline=None)
    @given(st.lists(st.integers(0, 40), min_size=4, max_size=4))
    def test_laws(self, cells: list[int]) -> None:
        a, b, c, d = cells
        found = cohen_kappa([[a, b], [c, d]])
        swapped, turned = cohen_kappa([[a, c], [b, d]]), cohen_kappa([[d, c], [b, a]])
        if found.kappa is None:
            assert found.note
            assert a + b + c == 0 or b + c + d == 0
            assert found.low is None
            return
        assert found.low is not None
        assert found.high is not None
        assert -1 <= found.low <= found.kappa <= found.high <= 1
        assert swapped.kappa == pytest.approx(found.kappa)
        assert turned.se == pytest.approx(found.se)

    def test_no_pairs_have_no_kappa(self) -> None:
        found = cohen_kappa([[0, 0], [0, 0]])
        assert (found.n, found.kappa, found.low, found.observed) == (0, None, None, None)
        assert "no report" in found.note

    def test_one_category_only_has_no_kappa(self) -> None:
        found = cohen_kappa([[0, 0], [0, 17]])
        assert (found.kappa, found.se, found.observed) == (None, None, 1.0)
        assert "does not exist" in found.note

    def test_one_reviewer_with_one_verdict_has_kappa_zero(self) -> None:
        assert cohen_kappa([[3, 0], [4, 0]]).kappa == pytest.approx(0)

    def test_complete_agreement_is_one_and_says_that_its_interval_is_no_certainty(self) -> None:
        found = cohen_kappa([[3, 0], [0, 9]])
        assert (found.kappa, found.low, found.high) == (1.0, 1.0, 1.0)
        assert "no certainty" in found.note

    @pytest.mark.parametrize("table", [[[1, 2]], [[1, -1], [0, 2]]])
    def test_no_table_is_an_error(self, table: list[list[int]]) -> None:
        with pytest.raises(ValueError, match="square"):
            cohen_kappa(table)

    def test_a_level_of_one_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="between 0 and 1"):
            cohen_kappa([[1, 0], [0, 1]], level=1)


class TestFirstVotes:
    def test_a_changed_vote_does_not_count(self) -> None:
        votes = [event(1, "ada", "include"), event(2, "bea", "exclude"), event(3, "ada", "exclude")]
        assert first_votes(votes) == {1: {"ada": "include", "bea": "exclude"}}

    def test_a_vote_after_a_resolution_does_not_count(self) -> None:
        votes = [event(1, "ada", "include"), event(2, "cem", "include", kind="resolution"), event(3, "bea", "include")]
        assert first_votes(votes) == {1: {"ada": "include"}}
        back = event(4, "cem", "include", kind="undo", undoes=2)
        assert first_votes([*votes, back, event(5, "bea", "exclude")]) == {1: {"ada": "include"}}

    def test_a_slip_taken_back_at_once_counts_as_never_cast(self) -> None:
        votes = [event(1, "bea", "exclude"), event(2, "ada", "include")]
        slip = [event(3, "ada", "include", kind="undo", undoes=2), event(4, "ada", "exclude")]
        assert first_votes([*votes, *slip]) == {1: {"ada": "exclude", "bea": "exclude"}}

    def test_a_vote_taken_back_before_anyone_else_voted_counts_as_never_cast(self) -> None:
        votes = [event(1, "ada", "include"), event(2, "ada", "include", record=2)]
        back = [event(3, "ada", "include", kind="undo", undoes=1), event(4, "ada", "exclude")]
        assert first_votes([*votes, *back])[1] == {"ada": "exclude"}

    def test_a_vote_taken_back_when_the_other_was_known_still_counts(self) -> None:
        votes = [event(1, "ada", "include"), event(2, "ada", "include", record=2), event(3, "bea", "exclude")]
        back = [event(4, "ada", "include", kind="undo", undoes=1), event(5, "ada", "exclude")]
        assert first_votes([*votes, *back])[1] == {"ada": "include", "bea": "exclude"}

    def test_records_of_one_report_count_once(self) -> None:
        votes = [event(1, "ada", "include", record=4), event(2, "ada", "exclude", record=3), event(3, "bea", "maybe")]
        assert first_votes(votes, {3: [3, 4]}) == {3: {"ada": "include"}}

    def test_stages_and_automation_are_kept_apart(self) -> None:
        votes = [
            event(1, "automation: classifier", "exclude"),
            event(2, "ada", "include"),
            event(3, "bea", "ongoing", stage=FULLTEXT),
        ]
        assert first_votes(votes) == {1: {"ada": "include"}}
        assert first_votes(votes, automation=True) == {1: {"automation: classifier": "exclude", "ada": "include"}}
        assert first_votes(votes, stage=FULLTEXT) == {1: {"bea": "ongoing"}}

    def test_equal_times_are_ordered_by_number(self) -> None:
        votes = [Decision(n, 1, ABSTRACT, "vote", "ada", v, "", "", NOON) for n, v in ((2, "exclude"), (1, "include"))]
        assert first_votes(votes) == {1: {"ada": "include"}}


class TestAgreements:
    def test_each_pair_of_three(self) -> None:
        pairs = agreements({1: {"cem": "include", "ada": "include"}, 2: {"ada": "exclude", "bea": "exclude"}})
        assert [(p.reviewer_a, p.reviewer_b, p.n) for p in pairs] == [
            ("ada", "bea", 1),
            ("ada", "cem", 1),
            ("bea", "cem", 0),
        ]
        assert [p.kappa for p in pairs] == [None, None, None]
        assert all(len(p.notes) == 2 for p in pairs)

    def test_one_reviewer_has_no_pair(self) -> None:
        assert agreements({1: {"ada": "include"}}) == ()

    def test_maybe_is_include_and_said(self) -> None:
        (pair,) = agreements({1: {"ada": "maybe", "bea": "include"}, 2: {"ada": "exclude", "bea": "exclude"}})
        assert pair.table == ((1, 0), (0, 1))
        assert "maybe counts as include" in pair.notes[0]
        assert any("rough" in note for note in pair.notes)

    def test_fulltext_says_what_awaiting_counts_as(self) -> None:
        (pair,) = agreements({1: {"ada": "awaiting", "bea": "exclude"}}, stage=FULLTEXT)
        assert pair.table == ((0, 1), (0, 0))
        assert "awaiting" in pair.notes[0]

    def test_byrt_indices(self) -> None:
        """By the definitions of Byrt et al. 1993: a=80, b=5, c=10, d=5."""
        kinds = [("include", "include")] * 80 + [("include", "exclude")] * 5
        kinds += [("exclude", "include")] * 10 + [("exclude", "exclude")] * 5
        (pair,) = agreements({n: {"ada": a, "bea": b} for n, (a, b) in enumerate(kinds)})  # type: ignore[misc] # words
        assert (pair.prevalence_index, pair.bias_index) == (0.75, 0.05)
        assert pair.pabak == pytest.approx(0.70)
        assert pair.observed == pytest.approx(0.85)
        assert pair.prevalence == pytest.approx(0.875)
        assert pair.kappa == pytest.approx((0.85 - (0.85 * 0.9 + 0.15 * 0.1)) / (1 - (0.85 * 0.9 + 0.15 * 0.1)))
