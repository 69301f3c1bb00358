"""Numbers and short sentences as the figures print them."""

from __future__ import annotations

import math

from jakpool.measures import RATES, is_ratio
from jakpool.naming import effect_name, has_null, is_percent, row_noun
from jakpool.results import Back, Interval, Pooled

__all__ = [
    "effect_name",
    "estimate_words",
    "few",
    "has_null",
    "heterogeneity_words",
    "interval_words",
    "is_percent",
    "is_ratio",
    "model_words",
    "p_words",
    "rows_words",
    "tied",
]

PER_TIME = (*RATES, "IRD")  # rates of rare events
MODELS = {
    "glmm": "logistic GLMM",
    "betabin": "beta-binomial",
    "random": "random effects",
    "common": "common effect",
    "mh": "Mantel-Haenszel",
    "peto": "Peto",
}


def value_words(value: float | None, measure: str) -> str:
    """Return one figure on the natural scale: percent with one decimal, else two (or two digits); a dash for none.

    Examples
    --------
    >>> value_words(0.6813, "PLO"), value_words(0.00412, "RR"), value_words(123.4, "OR"), value_words(None, "RR")
    ('68.1', '0.0041', '123', '–')
    """
    if value is None:
        return "–"
    if is_percent(measure):
        return few(100 * value, 2) if 0 < value < 0.0005 else f"{100 * value:.1f}"
    size = abs(value)
    if size and size < (0.1 if measure in PER_TIME else 0.01):
        return few(value, 2)
    if size >= 1e5:
        return few(value, 3)
    return _minus(f"{value + 0.0:.{0 if size >= 100 else 2}f}")


def interval_words(
    interval: tuple[float | None, float | None], measure: str, *, brackets: str = "[]", dash: str = ", "
) -> str:
    """Return an interval in brackets.

    Examples
    --------
    >>> interval_words((0.386, 0.909), "PLO"), interval_words((None, 1.5), "RR")
    ('[38.6, 90.9]', '[–, 1.50]')
    """
    low, high = (value_words(bound, measure) for bound in interval)
    return f"{brackets[0]}{low}{dash}{high}{brackets[1]}"


def estimate_words(
    estimate: float | None,
    interval: tuple[float | None, float | None],
    measure: str,
    *,
    brackets: str = "[]",
    dash: str = ", ",
) -> str:
    """Return an estimate with its interval; says so if there is neither.

    Examples
    --------
    >>> estimate_words(0.692, (0.386, 0.909), "PLO"), estimate_words(None, (None, None), "RR")
    ('69.2 [38.6, 90.9]', 'not estimable')
    """
    if estimate is None and interval == (None, None):
        return "not estimable"
    return f"{value_words(estimate, measure)} {interval_words(interval, measure, brackets=brackets, dash=dash)}"


def few(value: float, digits: int = 3) -> str:
    """Return a number with a few significant digits, never with an exponent unless it is huge or tiny.

    Examples
    --------
    >>> few(0.31324), few(0.0), few(1e-9), few(401.647), few(-0.00412, 2)
    ('0.313', '0', '< 0.0001', '402', '−0.0041')
    """
    if value == 0:
        return "0"
    if 0 < abs(value) < 1e-4:
        return "< 0.0001" if value > 0 else "> −0.0001"
    if abs(value) >= 1e7:
        return _minus(f"{value:.{digits - 1}e}")
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return _minus(f"{value:.{places}f}")


def p_words(p: float | None) -> str:
    """Return a p value.

    Examples
    --------
    >>> p_words(0.0191), p_words(0.7604), p_words(1e-5), p_words(None)
    ('p = 0.019', 'p = 0.76', 'p < 0.001', 'no p')
    """
    if p is None:
        return "no p"
    if p < 0.001:
        return "p < 0.001"
    text = f"{p:.3f}" if p < 0.0995 else f"{p:.2f}"
    return "p > 0.99" if text == "1.00" else f"p = {text}"


def rows_words(measure: str, k: int, k_studies: int) -> str:
    """Return how many rows and studies stand behind a figure.

    Examples
    --------
    >>> rows_words("PLO", 9, 8), rows_words("RR", 1, 1)
    ('9 arms, 8 studies', '1 comparison, 1 study')
    """
    noun = row_noun(measure)
    return f"{k} {noun}{'' if k == 1 else 's'}, {k_studies} {'study' if k_studies == 1 else 'studies'}"


def model_words(pooled: Pooled) -> str:
    """Return the model and the method of the overall interval, in a few words."""
    if pooled.model == "exact":
        return ("nothing pooled, " if pooled.k == 1 else "no model, ") + pooled.ci_method
    model = MODELS.get(pooled.model, pooled.model)
    if pooled.model == "random":
        model += f" ({pooled.settings.tau2_method})"
    return f"{model}, {pooled.ci_method}" if pooled.ci_method not in ("", "none") else model


def heterogeneity_words(pooled: Pooled) -> str:
    """Return the sentence on heterogeneity; empty if nothing is known about it."""
    parts = []
    if pooled.tau2 is not None:
        parts.append(f"τ² = {few(pooled.tau2)}".replace("= <", "<"))
    if pooled.I2 is not None:
        parts.append(f"I² = {pooled.I2:.1f} %" + ("" if pooled.I2_Q is None else f" (from Q {pooled.I2_Q:.1f} %)"))
    elif pooled.I2_Q is not None:
        parts.append(f"I² = {pooled.I2_Q:.1f} % (from Q)")
    if pooled.QE is not None:
        parts.append(q_words(pooled.QE, pooled.QE_df, pooled.QEp, pooled.QE_method))
    return f"Heterogeneity: {'; '.join(parts)}" if parts else ""


def q_words(q: float, df: int, p: float | None, method: str = "") -> str:
    """Return Q with its degrees of freedom, p and kind.

    Examples
    --------
    >>> q_words(18.31, 8, 0.019, "Wald")
    'Q = 18.31, df = 8, p = 0.019 (Wald)'
    """
    kind = "" if not method or method.startswith("Cochran") else f" ({method})"
    return f"Q = {q:.2f}, df = {df}, {p_words(p)}{kind}"


def between_words(pooled: Pooled) -> str:
    """Return the sentence on the test between subgroups; empty if there is none."""
    test = pooled.between
    if test is None or test.QM is None:
        return ""
    df1, df2 = test.QMdf
    figure = f"χ² = {test.QM:.2f}, df = {df1}" if df2 is None else f"F = {test.QM:.2f}, df = {df1} and {df2:g}"
    words = f"Test between subgroups ({test.method}): {figure}, {p_words(test.QMp)}"
    if test.LRT is not None:
        words += f"; likelihood ratio χ² = {test.LRT:.2f}, df = {df1}, {p_words(test.LRTp)}"
    return words


def tied(text: str) -> str:
    r"""Write signs for names, and tie figures to their signs so that no line breaks between them.

    Examples
    --------
    >>> tied("t with 3 df, sqrt(tau2 + se^2); p = 0.01").replace("\xa0", "~")
    't with 3~df, √(τ² + se²); p~=~0.01'
    """
    for name, sign in (("sqrt(", "√("), ("tau2", "τ²"), ("se^2", "se²")):
        text = text.replace(name, sign)
    for sign in ("=", "<", ">"):
        text = text.replace(f" {sign} ", f"\xa0{sign}\xa0")
    return text.replace(" %", "\xa0%").replace(" df", "\xa0df")


def bounds(back: Back) -> tuple[float | None, float | None]:
    """Return the main interval of a natural-scale result."""
    return back.ci_lb, back.ci_ub


def ends(interval: Interval) -> tuple[float | None, float | None]:
    """Return the two bounds of an interval."""
    return interval.lower, interval.upper


def _minus(text: str) -> str:
    """Write a true minus sign, and none before zero."""
    return text if not text.startswith("-") else text[1:] if float(text) == 0 else "−" + text[1:]
