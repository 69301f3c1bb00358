"""Results in the plain English of a journal: the results sentence and the methods sentence of one pooling."""

from __future__ import annotations

from collections.abc import Sequence

from jakpool.naming import NOUNS, SCALES, is_percent, row_noun
from jakpool.results import Back, Pooled

__all__ = ["methods_sentence", "p_words", "results_sentence"]

TAU2_NAMES = {
    "REML": "restricted maximum likelihood",
    "ML": "maximum likelihood",
    "DL": "the method of DerSimonian and Laird",
    "PM": "the method of Paule and Mandel",
    "EB": "the empirical Bayes method of Morris",
    "HE": "the method of Hedges and Olkin",
    "HS": "the method of Hunter and Schmidt",
    "SJ": "the method of Sidik and Jonkman",
}


def results_sentence(pooled: Pooled) -> str:
    """Return the figures of a result as a journal would print them.

    Examples
    --------
    >>> from jakpool import pool, proportions
    >>> print(results_sentence(pool(proportions([9, 11, 26], [13, 12, 35]))))
    The pooled proportion was 76.7 % (95 % CI 46.9 to 92.4, t with 2 df; 3 arms, 3 studies, 46 of 60 patients; 95 %
    prediction interval 46.9 to 92.4). Heterogeneity was not significant at alpha = 0.1 (Wald Q = 1.78, df = 2,
    p = 0.41; tau2 = 0.00; I2 = 0 % from tau2, 0 % from Q).
    """
    body = f"{_estimate(pooled)} {_heterogeneity(pooled)}".strip()
    return f"{body} {_groups(pooled)}".strip()


def methods_sentence(pooled: Pooled) -> str:
    """Return how a result was made, with every choice named.

    Examples
    --------
    >>> from jakpool import pool, two_arm
    >>> print(methods_sentence(pool(two_arm([4, 6, 3], [123, 306, 231], [11, 29, 11], [139, 303, 220]))))
    We pooled log risk ratios by inverse variance with random effects; the between-study variance tau2 was estimated by
    restricted maximum likelihood, and intervals at the 95 % level are Hartung-Knapp with a factor of at least 1
    (t, k - 1 df). Heterogeneity was tested by Cochran's Q at alpha = 0.1; I2 is given from tau2 and from Q. The p of Q
    did not choose the model.
    """
    s = pooled.settings
    level = f"{100 * s.level:g} %"
    scale = SCALES[s.measure]
    intervals = {
        "z": "are normal (Wald)",
        "t": "use the t distribution (k - 1 df)",
        "wider": "are on either side the wider of t (k - 1 df) and profile likelihood",
        "knha": "are Hartung-Knapp (t, k - 1 df)",
        "adhoc": "are Hartung-Knapp with a factor of at least 1 (t, k - 1 df)",
    }[s.test]
    fitted = pooled.model in ("glmm", "random", "common", "mh", "peto", "betabin")
    lead = "We pooled" if fitted else "We planned to pool"
    if s.model == "glmm":
        profile = any(bound is not None for bound in (pooled.back.profile_lb, pooled.back.profile_ub))
        how = (
            f"{lead} the counts in {_mixed(pooled)} (GLMM) fitted by maximum likelihood"
            f"{f' ({s.quadrature})' if s.quadrature else ''}; intervals at the {level} level {intervals}, "
            f"{'with the profile-likelihood interval beside, ' if profile else ''}and intervals of single studies are "
            f"{pooled.studies[0].ci.method}."
        )
    elif s.model == "betabin":
        how = f"{lead} the counts in a beta-binomial model fitted by maximum likelihood, whose mean is the proportion; "
        how += f"intervals at the {level} level {intervals}."
    elif s.model == "mh":
        how = f"{lead} {scale} by the method of Mantel and Haenszel without continuity correction; intervals at the "
        how += f"{level} level {intervals}."
    elif s.model == "peto":
        how = f"{lead} odds ratios by the method of Peto without continuity correction; intervals at the "
        how += f"{level} level {intervals}."
    elif s.model == "common":
        how = f"{lead} {scale} by inverse variance with a common effect; intervals at the {level} level {intervals}."
    else:
        how = (
            f"{lead} {scale} by inverse variance with random effects; the between-study variance tau2 was estimated "
            f"by {TAU2_NAMES[s.tau2_method]}, and intervals at the {level} level {intervals}."
        )
    sentences = [how]
    if fitted and s.test != "z" and pooled.df is None and pooled.ci_lb is not None:
        sentences.append(f"With two rows t has 1 degree of freedom, and the interval given is: {pooled.ci_method}.")
    if not fitted:
        sentences.append(f"That model could not be fitted here; the interval given is: {pooled.ci_method}.")
    if pooled.QE is not None:
        wald = "the Wald test of the logistic model" if _one_arm_counts(pooled) else "a Wald test"
        name = {"Wald": wald, "likelihood ratio": "the likelihood-ratio test"}
        test = name.get(pooled.QE_method, "Cochran's Q")
        both = "from tau2 and from Q" if s.model in ("glmm", "random") else "from Q"
        sentences.append(f"Heterogeneity was tested by {test} at alpha = {s.alpha:g}; I2 is given {both}.")
        sentences.append("The p of Q did not choose the model.")
    if pooled.between is not None:
        shared = s.model in ("glmm", "random")
        apart = s.model in ("mh", "peto", "betabin") or (shared and pooled.between.tau2 is None)
        own = "each subgroup was pooled by itself" if apart else "one model with the subgroup as a factor"
        if shared:
            own += ", with a tau2 of its own" if apart else " and a common tau2"
        sentences.append(f"Subgroups: {own}; they were compared by a {pooled.between.method} test.")
    if any(row.n is not None for row in pooled.studies) and "0.5 added" in s.correction:
        sentences.append("To the cells of studies with a zero cell 0.5 was added.")
    return " ".join(sentences)


def _one_arm_counts(pooled: Pooled) -> bool:
    """Whether the rows are events of patients in one arm."""
    return all(row.events_c is None and row.time is None for row in pooled.studies)


def _mixed(pooled: Pooled) -> str:
    """Name the mixed model of the counts."""
    if _one_arm_counts(pooled):
        return "a logistic model with a random intercept"
    if all(row.events_c is None for row in pooled.studies):
        return "a Poisson model with a random intercept"
    return "a model of both arms with a random treatment effect"


def p_words(p: float) -> str:
    """Return a p value as journals print it.

    Examples
    --------
    >>> p_words(0.0186), p_words(0.36), p_words(1e-9)
    ('p = 0.019', 'p = 0.36', 'p < 0.001')
    """
    if p < 0.001:
        return "p < 0.001"
    return f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def _estimate(pooled: Pooled) -> str:
    """Say the estimate and its intervals."""
    s = pooled.settings
    noun, level = NOUNS[s.measure], f"{100 * s.level:g} %"
    percent = is_percent(s.measure)
    middle = pooled.back.estimate
    who = _who(pooled)
    if middle is None:
        return f"No {noun} could be pooled ({who})."
    pair = _pair(pooled.back.ci_lb, pooled.back.ci_ub, percent=percent)
    parts = [f"{level} CI {pair}, {pooled.ci_method}", who]
    if pooled.back.pi_lb is not None and pooled.back.pi_ub is not None:
        parts.append(f"{level} prediction interval {_pair(pooled.back.pi_lb, pooled.back.pi_ub, percent=percent)}")
    lead = "The" if pooled.k == 1 else "The pooled"
    return f"{lead} {noun} was {_number(middle, percent=percent)}{' %' if percent else ''} ({'; '.join(parts)})."


def _who(pooled: Pooled) -> str:
    """Say how many rows, studies and patients."""
    rows = _many(pooled.k, row_noun(pooled.measure))
    parts = [rows, _many(pooled.k_studies, "study", "studies")]
    if pooled.events_total is not None and pooled.n_total is not None:
        parts.append(f"{pooled.events_total} of {pooled.n_total} patients")
    elif pooled.n_total is not None:
        parts.append(f"{pooled.n_total} patients")
    return ", ".join(parts)


def _heterogeneity(pooled: Pooled) -> str:
    """Say Q, tau2 and I2."""
    if pooled.QE is None or pooled.QEp is None or pooled.QE_df < 1:
        return ""
    said = "was" if pooled.QEp < pooled.settings.alpha else "was not"
    name = {"Wald": "Wald Q", "likelihood ratio": "likelihood-ratio Q"}.get(pooled.QE_method, "Q")
    parts = [f"{name} = {pooled.QE:.2f}, df = {pooled.QE_df}, {p_words(pooled.QEp)}"]
    random = pooled.model in ("glmm", "random")
    if random and pooled.tau2 is not None:
        parts.append(f"tau2 = {pooled.tau2:.2f}")
    shares = []
    if random and pooled.I2 is not None:
        shares.append(f"{pooled.I2:.0f} % from tau2")
    if pooled.I2_Q is not None:
        shares.append(f"{pooled.I2_Q:.0f} % from Q")
    if shares:
        parts.append(f"I2 = {', '.join(shares)}")
    return f"Heterogeneity {said} significant at alpha = {pooled.settings.alpha:g} ({'; '.join(parts)})."


def _groups(pooled: Pooled) -> str:
    """Say each subgroup and the test between them."""
    if not pooled.subgroups:
        return ""
    percent = is_percent(pooled.measure)
    row = row_noun(pooled.measure)
    each = [f"{g.name} {_with_interval(g.back, percent=percent)} ({_many(g.k, row)})" for g in pooled.subgroups]
    text = f"By subgroup: {_join(each)}"
    between = pooled.between
    if between is None or between.QMp is None or between.QM is None:
        return text + "."
    df1, df2 = between.QMdf
    df = f"df = {df1}" if df2 is None else f"df = {df1} and {df2:g}"
    return f"{text}; test between them: {between.method} = {between.QM:.2f}, {df}, {p_words(between.QMp)}."


def _with_interval(back: Back, *, percent: bool) -> str:
    """Return an estimate with its interval."""
    if back.estimate is None:
        return "no estimate"
    unit = " %" if percent else ""
    return f"{_number(back.estimate, percent=percent)}{unit} ({_pair(back.ci_lb, back.ci_ub, percent=percent)})"


def _pair(low: float | None, high: float | None, *, percent: bool) -> str:
    """Return two bounds."""
    if low is None and high is None:
        return "not available"
    return f"{_number(low, percent=percent)} to {_number(high, percent=percent)}"


def _number(value: float | None, *, percent: bool) -> str:
    """Return a proportion in percent with one decimal, or another figure with two (two digits where it is small)."""
    if value is None:
        return "infinity"
    if percent:
        return f"{100 * value:.1f}"
    return f"{value:.2g}" if 0 < abs(value) < 0.01 else f"{value:.2f}"


def _many(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def _join(parts: Sequence[str]) -> str:
    """Join with commas and a last "and"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
