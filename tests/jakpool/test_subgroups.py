"""Subgroups: one model with a common tau2, the test between, and subgroups that cannot be modelled."""

import json

import pytest

from jakpool import Pooled, generic, leave_one_out, pool, proportions, rates, two_arm
from jakpool.distributions import chi2_p, clopper_pearson

X, N = [42, 9, 11, 26, 5, 9, 5], [66, 13, 12, 35, 9, 12, 8]
DRUG = ["tofa"] * 5 + ["ruxo"] * 2


def codes(pooled: Pooled) -> set[str]:
    """Return the codes of a result's notes."""
    return {n.code for n in pooled.notes}


def test_degrees_of_freedom_are_rows_minus_subgroups() -> None:
    """One GLMM: t(7 - 2) for both, and an F test between with the likelihood ratio beside."""
    p = pool(proportions(X, N, group=DRUG), by="drug")
    assert [(g.name, g.k, g.df) for g in p.subgroups] == [("ruxo", 2, 5.0), ("tofa", 5, 5.0)]
    assert {g.ci_method for g in p.subgroups} == {"t with 5 df"}
    assert p.between is not None
    assert p.between.method == "Wald F"
    assert p.between.QMdf == (1, 5.0)
    assert p.between.LRTp == pytest.approx(chi2_p(p.between.LRT or 0.0, 1))
    assert p.settings.by == "drug"


def test_the_overall_result_does_not_change_with_subgroups() -> None:
    """They are a second model beside the first."""
    plain, grouped = pool(proportions(X, N)), pool(proportions(X, N), by=DRUG)
    assert (plain.beta, plain.tau2, plain.ci_lb) == (grouped.beta, grouped.tau2, grouped.ci_lb)
    assert grouped.settings.by == "group"


def test_one_degree_of_freedom_gives_profile_intervals_in_the_glmm() -> None:
    """Three rows in two subgroups: no t(1), the likelihood ratio between."""
    p = pool(proportions([5, 9, 3], [10, 12, 20], group=["a", "a", "b"]), by="drug")
    assert {g.ci_method for g in p.subgroups} == {"profile likelihood"}
    assert all((g.ci_lb, g.ci_ub) == (g.profile_lb, g.profile_ub) for g in p.subgroups)
    assert p.between is not None
    assert p.between.method == "likelihood-ratio chi-square"
    assert "one_df" in codes(p)


def test_one_degree_of_freedom_gives_normal_intervals_by_inverse_variance() -> None:
    """And a chi-square between."""
    p = pool(generic([0.1, 0.5, 0.9], [0.1, 0.1, 0.2], group=["a", "a", "b"]), by="drug")
    assert {g.ci_method for g in p.subgroups} == {"normal (z)"}
    assert p.between is not None
    assert p.between.QMdf == (1, None)
    assert "one_df" in codes(p)


def test_subgroups_of_one_row_each_stand_alone() -> None:
    """No replication: exact intervals, nothing tested."""
    p = pool(proportions([5, 9], [10, 12], group=["a", "b"]), by="drug")
    assert [(g.back.ci_lb, g.back.ci_ub) for g in p.subgroups] == [clopper_pearson(5, 10), clopper_pearson(9, 12)]
    assert p.between is None or p.between.QM is None
    assert "no_replication" in codes(p)


def test_a_subgroup_without_events_has_its_exact_interval() -> None:
    """The others share tau2; the test between is the likelihood ratio, which exists."""
    p = pool(proportions([0, 0, 5, 9, 12], [10, 12, 20, 20, 21], group=["nil", "nil", "b", "b", "b"]), by="drug")
    b, nil = p.subgroups
    assert (nil.back.estimate, nil.back.ci_lb, nil.back.ci_ub) == (0.0, *clopper_pearson(0, 22))
    assert nil.I2_Q is None
    assert b.df == 2.0
    assert p.between is not None
    assert p.between.method == "likelihood-ratio chi-square"
    assert p.between.QMp is not None
    assert p.between.QMp < 0.05
    assert "group_alike" in codes(p)


@pytest.mark.parametrize("measure", ["PLO", "PAS"])
def test_no_events_in_any_subgroup_is_no_failure(measure: str) -> None:
    """Exact intervals of each subgroup's totals."""
    p = pool(proportions([0, 0, 0], [10, 12, 20], group=["a", "a", "b"], measure=measure), by="drug")
    assert [g.back.ci_ub for g in p.subgroups] == [clopper_pearson(0, 22)[1], clopper_pearson(0, 20)[1]]
    assert p.between is None


def test_one_subgroup_is_not_compared() -> None:
    """All rows in one: its figure is the overall one."""
    p = pool(proportions(X, N, group=["a"] * 7), by="drug")
    assert p.subgroups[0].beta == pytest.approx(p.beta)
    assert p.between is None
    assert "one_group" in codes(p)


def test_a_study_with_arms_in_two_subgroups_is_named() -> None:
    """The test between takes them as independent, and says so."""
    p = pool(proportions(X, N, group=DRUG, studies=["A", "B", "C", "D", "E", "A", "F"]), by="drug")
    assert "A has arms" in next(n.message for n in p.notes if n.code == "study_in_groups")


def test_mantel_haenszel_pools_each_subgroup_by_itself() -> None:
    """Each subgroup's figure is the pooled one of its rows."""
    e = two_arm([4, 6, 3, 62], [123, 306, 231, 13598], [11, 29, 11, 248], [139, 303, 220, 12867], group=list("abab"))
    p = pool(e, model="mh", by="drug")
    assert p.subgroups[0].beta == pytest.approx(pool(e.keep([0, 2]), model="mh").beta)
    assert p.between is not None
    assert p.between.QMdf == (1, None)


def test_hartung_knapp_of_rows_that_agree_exactly_has_no_test_between() -> None:
    """The factor is 0: nothing to divide by, no failure."""
    p = pool(generic([0.1, 0.1, 0.4, 0.4], [0.1] * 4, group=list("aabb")), by="drug", test="knha")
    assert p.between is not None
    assert p.between.QM is None
    json.dumps(p.to_dict(), allow_nan=False)


def test_order_of_rows_does_not_matter_to_subgroups() -> None:
    """Sorted by name, whatever comes first."""
    e = proportions(X, N, group=DRUG)
    p, q = pool(e, by="drug"), pool(e.keep([6, 0, 3, 5, 1, 4, 2]), by="drug")
    assert [g.name for g in p.subgroups] == [g.name for g in q.subgroups]
    for a, b in zip(p.subgroups, q.subgroups, strict=True):
        assert b.beta == pytest.approx(a.beta, abs=1e-8)
        assert b.profile_ub == pytest.approx(a.profile_ub, abs=1e-6)


def test_leave_one_out_leaves_out_studies() -> None:
    """All arms of a study go together; each rest is what pooling the rest gives."""
    e = proportions(X, N, studies=["A", "B", "C", "D", "A", "E", "F"])
    left = leave_one_out(e)
    assert [entry.study for entry in left] == ["A", "B", "C", "D", "E", "F"]
    assert (left[0].arms, left[0].pooled.k, left[0].pooled.k_studies) == (2, 5, 5)
    assert left[1].pooled.beta == pool(e.keep([0, 2, 3, 4, 5, 6])).beta
    json.dumps([entry.to_dict() for entry in left], allow_nan=False)


def test_leave_one_out_of_two_and_of_one_study() -> None:
    """Two: each alone is exact. One: nothing to leave out."""
    left = leave_one_out(proportions([5, 9], [10, 12]))
    assert [entry.pooled.model for entry in left] == ["exact", "exact"]
    assert leave_one_out(proportions([5, 9], [10, 12], studies=["A", "A"])) == ()


@pytest.mark.parametrize("model", ["random", "common"])
def test_a_subgroup_without_events_has_no_ratio_and_is_not_compared(model: str) -> None:
    """Not a ratio of 1 from the corrections: the others are as if it were not there, and a note says so."""
    a, n1, c, n2 = [3, 5, 8, 2, 0, 0], [20, 31, 40, 25, 9, 8], [6, 9, 9, 7, 0, 0], [20, 30, 41, 26, 9, 8]
    group = ["a", "a", "b", "b", "nil", "nil"]
    with_it = pool(two_arm(a, n1, c, n2, measure="OR", group=group), model=model, by="drug")
    without = pool(two_arm(a[:4], n1[:4], c[:4], n2[:4], measure="OR", group=group[:4]), model=model, by="drug")
    assert with_it.subgroups[:2] == without.subgroups
    assert with_it.between == without.between
    assert (with_it.subgroups[2].name, with_it.subgroups[2].beta, with_it.subgroups[2].back.estimate) == (
        "nil",
        None,
        None,
    )
    assert "group_silent" in {n.code for n in with_it.notes}


def test_rates_by_the_glmm_are_pooled_subgroup_by_subgroup() -> None:
    """Each subgroup's figure is that of its rows by themselves, as it is for two arms."""
    e = rates([4, 6, 3, 12], [120.0, 306.0, 231.0, 450.0], measure="IRLN", group=list("abab"))
    p = pool(e, model="glmm", by="drug")
    assert p.subgroups[0].beta == pytest.approx(pool(e.keep([0, 2]), model="glmm").beta)
