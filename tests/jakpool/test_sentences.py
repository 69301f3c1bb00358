"""Sentences for a report."""

import pytest

from jakpool import generic, methods_sentence, pool, proportions, rates, results_sentence, two_arm, two_rates

X, N = [21, 8, 8, 18, 2, 7], [66, 12, 18, 35, 9, 11]


def test_the_results_sentence_names_rows_studies_patients_and_intervals() -> None:
    """Each figure with what it is."""
    text = results_sentence(pool(proportions(X, N, studies=["A", "B", "C", "D", "E", "A"])))
    assert "6 arms, 5 studies, 64 of 151 patients" in text
    assert "t with 5 df" in text
    assert "prediction interval" in text
    assert "significant at alpha = 0.1 (Wald Q = " in text
    assert "from tau2" in text
    assert "from Q" in text


def test_alpha_labels_heterogeneity() -> None:
    """The same p is or is not significant."""
    e = proportions(X, N)
    p = pool(e).QEp
    assert p is not None
    assert "Heterogeneity was significant" in results_sentence(pool(e, alpha=min(0.99, p * 1.5)))
    assert "Heterogeneity was not significant" in results_sentence(pool(e, alpha=p / 2))


def test_subgroups_are_told_with_their_test() -> None:
    """Names, figures, test."""
    p = pool(proportions(X, N), by=["tofa", "tofa", "tofa", "ruxo", "ruxo", "ruxo"])
    assert "By subgroup: ruxo " in results_sentence(p)
    assert "test between them: Wald F" in results_sentence(p)
    assert "one model with the subgroup as a factor and a common tau2" in methods_sentence(p)


def test_two_rows_name_the_profile_interval() -> None:
    """No t there."""
    text = results_sentence(pool(proportions([5, 9], [10, 12])))
    assert "profile likelihood" in text
    assert "prediction" not in text


def test_two_rows_say_which_interval_stands_in_for_t() -> None:
    """The methods do not claim the t interval that was not given."""
    assert "the interval given is: profile likelihood" in methods_sentence(pool(proportions([5, 9], [10, 12])))
    assert "the interval given is: normal (z)" in methods_sentence(pool(two_arm([4, 6], [12, 30], [11, 9], [13, 30])))
    assert "the interval given" not in methods_sentence(pool(proportions(X, N)))


def test_no_estimate_is_said() -> None:
    """Studies without an event."""
    text = results_sentence(pool(two_arm([0, 0], [10, 20], [0, 0], [12, 18])))
    assert text == "No risk ratio could be pooled (2 comparisons, 2 studies, 0 of 60 patients)."


@pytest.mark.parametrize(
    ("pooled", "says"),
    [
        (pool(proportions(X, N)), "logistic model with a random intercept (GLMM)"),
        (pool(proportions(X, N, measure="PAS")), "arcsine-transformed proportions"),
        (pool(proportions(X, N), model="random", tau2="PM"), "the method of Paule and Mandel"),
        (pool(two_arm(X, N, X, N), model="mh"), "Mantel and Haenszel without continuity correction"),
        (pool(generic([0.1, 0.2], [0.1, 0.1]), model="common"), "with a common effect"),
        (pool(proportions([5], [9])), "That model could not be fitted here; the interval given is: Clopper-Pearson."),
        (pool(proportions([0, 3, 5], [9, 9, 9]), model="random"), "0.5 was added"),
    ],
)
def test_the_methods_sentence_names_the_model(pooled: object, says: str) -> None:
    """What was done, in words."""
    assert says in methods_sentence(pooled)  # type: ignore[arg-type]  # a Pooled


ARMS = {
    "PLO": proportions(X, N, group=list("aabbab")),
    "IRLN": rates(X, N, group=list("aabbab")),
    "OR": two_arm(X, [99] * 6, X[::-1], [90] * 6, measure="OR", group=list("aabbab")),
    "IRR": two_rates(X, [99.0] * 6, X[::-1], [90.0] * 6, group=list("aabbab")),
}
MODELS = {
    "glmm": {"PLO": "logistic model with a random", "IRLN": "Poisson model", "OR": "both arms", "IRR": "both arms"},
    "betabin": {"PLO": "beta-binomial model"},
    "random": dict.fromkeys(ARMS, "inverse variance with random effects"),
    "peto": {"OR": "method of Peto"},
    "mh": {"OR": "Mantel and Haenszel", "IRR": "Mantel and Haenszel"},
}


@pytest.mark.parametrize(("model", "measure"), [(model, measure) for model in MODELS for measure in MODELS[model]])
def test_the_methods_name_the_model_that_was_fitted_and_no_other(model: str, measure: str) -> None:
    pooled = pool(ARMS[measure], model=model, by="group")
    text = methods_sentence(pooled)
    assert text.startswith("We pooled ")
    named = {words for of in MODELS.values() for words in of.values() if words in text}
    assert named == {MODELS[model][measure]}
    assert ("profile-likelihood interval beside" in text) == (pooled.back.profile_lb is not None)
    assert ("Clopper-Pearson" in text) == (model == "glmm" and measure == "PLO")
    assert pooled.between is not None
    apart = pooled.between.tau2 is None or model == "mh"
    assert ("common tau2" in text, "pooled by itself" in text) == (not apart, apart)


def test_small_rates_keep_two_digits() -> None:
    pooled = pool(rates([3, 5, 2, 8], [1e5, 2e5, 5e4, 3e5]), model="random")
    assert "was 2.8e-05 (95 % CI 1.3e-05 to 5.9e-05" in results_sentence(pooled)
