"""A result as a script for R's metafor: the data, the same model, and a check of every figure against ours."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from jakpool.effects import Effects
from jakpool.measures import MEASURES
from jakpool.results import Pooled

__all__ = ["metafor_script"]

# metafor's words for the columns of counts.
WORDS = {
    "proportion": {"events": "xi", "n": "ni"},
    "rate": {"events": "xi", "time": "ti"},
    "mean": {"mean": "mi", "sd": "sdi", "n": "ni"},
    "two_arm": {"events": "ai", "n": "n1i", "events_c": "ci", "n_c": "n2i"},
    "two_rates": {"events": "x1i", "time": "t1i", "events_c": "x2i", "time_c": "t2i"},
    "two_means": {"mean": "m1i", "sd": "sd1i", "n": "n1i", "mean_c": "m2i", "sd_c": "sd2i", "n_c": "n2i"},
}
MODEL_TESTS = {"z": "z", "t": "t", "knha": "knha", "adhoc": "adhoc"}
CLOSED, ITERATED, QUADRATURE = 1e-6, 1e-6, 1e-4

HEAD = """# {title}
# The numbers behind the result and the same model in R's metafor; the last lines stop where a figure differs.
# Run it with: Rscript FILE
# {software}
suppressPackageStartupMessages(library(metafor))

differing <- 0
check <- function(name, r, jak, tolerance) {{
  if (length(r) != 1 || is.na(r)) {{
    cat(sprintf("%-8s jak %.12g, not given by this metafor\\n", name, jak))
    return(invisible())
  }}
  near <- abs(r - jak) <= max(tolerance * abs(jak), 1e-9)
  cat(sprintf("%-8s metafor %.12g, jak %.12g %s\\n", name, r, jak, if (near) "equal" else "DIFFERENT"))
  if (!near) differing <<- differing + 1
}}
"""
TAIL = """
if (differing > 0) stop(differing, " figures differ")
cat("All figures are equal.\\n")
"""


def metafor_script(effects: Effects, pooled: Pooled, *, title: str = "Meta-analysis") -> str:
    """Return an R script that pools `effects` with metafor and stops where a figure is not that of `pooled`.

    The tolerance is 1e-6 relative (1e-9 near zero), for GLMMs 1e-4: R's quadrature and iteration stop there.

    Parameters
    ----------
    effects : Effects
        What was pooled.
    pooled : Pooled
        The result of these effects.
    title : str
        First line of the script.

    References
    ----------
    Viechtbauer (2010), J Stat Softw 36(3):1-48. doi:10.18637/jss.v036.i03

    Examples
    --------
    >>> from jakpool import pool, two_arm
    >>> trials = two_arm([4, 6, 3], [123, 306, 231], [11, 29, 11], [139, 303, 220], labels=["Aronson", "F", "R"])
    >>> script = metafor_script(trials, pool(trials))
    >>> [line for line in script.splitlines() if line.startswith("fit <-")]
    ['fit <- rma(yi, vi, data = dat, method = "REML", test = "adhoc", level = 95, control = exact)']
    """
    lines = [HEAD.format(title=_comment(title), software=_comment(pooled.settings.software))]
    lines += _data(effects)
    lines += _escalc(effects)
    lines += _fit(effects, pooled)
    lines.append(TAIL)
    return "\n".join(lines)


def _data(effects: Effects) -> Iterator[str]:
    """Yield the data frame."""
    columns = [("study", _texts(effects.labels))]
    if effects.group:
        columns.append(("group", _texts(effects.group)))
    for ours, theirs in _counts(effects).items():
        columns.append((theirs, _numbers(getattr(effects, ours))))
    if not _counts(effects):
        columns += [("yi", _numbers(effects.yi)), ("vi", _numbers(effects.vi))]
    yield "dat <- data.frame("
    yield ",\n".join(f"  {name} = c({values})" for name, values in columns)
    yield ")"


def _escalc(effects: Effects) -> Iterator[str]:
    """Yield the effects from the counts, with a check of each against ours."""
    counts = _counts(effects)
    if not counts:
        return
    arguments = ", ".join(f"{theirs} = {theirs}" for theirs in counts.values())
    yield f'dat <- escalc(measure = "{effects.measure}", {arguments}, data = dat)'
    for name in ("yi", "vi"):
        yield f"ours <- c({_numbers(getattr(effects, name))})"
        yield f'for (i in seq_along(ours)) check(paste0("{name}[", i, "]"), dat${name}[i], ours[i], {CLOSED:g})'


def _fit(effects: Effects, pooled: Pooled) -> Iterator[str]:
    """Yield the model and the checks of its figures."""
    s, level = pooled.settings, f"level = {100 * pooled.settings.level:.10g}"
    test = f'test = "{"z" if pooled.df is None else MODEL_TESTS.get(s.test, "z")}"'
    counts = ", ".join(f"{theirs} = {theirs}" for theirs in _counts(effects).values())
    if pooled.model == "glmm" and counts:
        kind = "" if effects.events_c is None else _two_arm_glmm(pooled)
        yield (
            f'fit <- rma.glmm(measure = "{effects.measure}", {counts}, data = dat{kind}, method = "ML", {test}, '
            f"nAGQ = {_nodes(effects)}, {level})"
        )
        names = [("tau2", "tau2"), ("I2", "I2"), ("H2", "H2"), ("QE_Wld", "QE.Wld"), ("QE_LRT", "QE.LRT")]
        yield from _checks(pooled, names, QUADRATURE)
    elif pooled.model == "random":
        yield "exact <- list(threshold = 1e-12, tol = 1e-12, maxiter = 10000)"
        yield f'fit <- rma(yi, vi, data = dat, method = "{s.tau2_method}", {test}, {level}, control = exact)'
        names = [("tau2", "tau2"), ("I2", "I2"), ("H2", "H2"), ("QE", "QE"), ("QEp", "QEp")]
        yield from _checks(pooled, names, ITERATED)
    elif pooled.model == "common":
        yield f'fit <- rma(yi, vi, data = dat, method = "EE", {test}, {level})'
        yield from _checks(pooled, [("QE", "QE"), ("QEp", "QEp"), ("I2", "I2"), ("H2", "H2")], CLOSED)
    elif pooled.model in ("mh", "peto") and counts:
        measure = "" if pooled.model == "peto" else f'measure = "{effects.measure}", '
        yield f"fit <- rma.{pooled.model}({measure}{counts}, data = dat, {level})"
        yield from _checks(pooled, [("QE", "QE"), ("QEp", "QEp")], CLOSED)
    elif pooled.model in ("glmm", "betabin"):
        yield f"# metafor has no model like this one ({pooled.model}): only the effects are compared."
        return
    else:
        yield f"# No model was fitted ({_comment(pooled.ci_method)}): there is nothing more to compare."
        return
    between = pooled.between
    if between is None or between.QM is None or between.tau2 is None:  # R compares with one tau2 for all
        return
    if effects.group and pooled.model == "random":
        method = f'method = "{s.tau2_method}", {test}, control = exact'
        yield f"sub <- rma(yi, vi, mods = ~ factor(group), data = dat, {method})"
        yield f'check("QM", sub$QM, {between.QM:.15g}, {ITERATED:g})'


def _two_arm_glmm(pooled: Pooled) -> str:
    """Return metafor's word for the two-arm GLMM that was fitted."""
    kind = "CM.EL" if "conditional" in pooled.settings.quadrature else "UM.FS"
    return f', model = "{kind}"'


def _nodes(effects: Effects) -> int:
    """Return how many nodes R's quadrature may take: lme4 integrates one random effect with up to 100."""
    return 25 if effects.events_c is None else 7


def _checks(pooled: Pooled, names: Sequence[tuple[str, str]], tolerance: float) -> Iterator[str]:
    """Yield a check of each figure that the result has."""
    main = [("beta", "beta[1]"), ("se", "se[1]")]
    if not pooled.ci_method.startswith(("profile", "the wider", "none")):
        main += [("ci_lb", "ci.lb[1]"), ("ci_ub", "ci.ub[1]")]
    for ours, theirs in (*main, *names):
        value = getattr(pooled, ours)
        if value is not None:
            yield f'check("{ours}", fit${theirs}, {value:.15g}, {tolerance:g})'
    if pooled.pi_lb is not None and pooled.pi_ub is not None and pooled.se is not None:
        df = re.search(r"t with ([\d.]+) df", pooled.settings.pi_method)
        quantile = f"qt({0.5 + pooled.settings.level / 2:.12g}, {df[1]})" if df else None
        quantile = quantile or f"qnorm({0.5 + pooled.settings.level / 2:.12g})"
        yield f"reach <- {quantile} * sqrt(fit$tau2 + fit$se[1]^2)"
        yield f'check("pi_lb", fit$beta[1] - reach, {pooled.pi_lb:.15g}, {tolerance:g})'
        yield f'check("pi_ub", fit$beta[1] + reach, {pooled.pi_ub:.15g}, {tolerance:g})'


def _counts(effects: Effects) -> dict[str, str]:
    """Return the columns that the effects were made of, with metafor's names; none for effects as given.

    A ratio of means is given as an effect too: only newer metafors correct its bias.
    """
    words = {} if effects.measure == "ROM" else WORDS.get(MEASURES[effects.measure].family, {})
    return words if all(getattr(effects, name) is not None for name in words) else {}


def _texts(values: Sequence[str]) -> str:
    """Write texts for R; JSON's escapes are R's too."""
    return ", ".join(json.dumps(value, ensure_ascii=False) for value in values)


def _numbers(values: Sequence[float]) -> str:
    """Write numbers for R."""
    return ", ".join(f"{value:.17g}" for value in values)


def _comment(text: str) -> str:
    """Keep a text on its line of comment."""
    return " ".join(text.split())
