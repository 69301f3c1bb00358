"""Cases of sensitivity and small-study effects for `pin_reference.py` and `pooling_agreement.py`.

A case names in ``options["call"]`` the function of jakpool that is called with the effects.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

Case = dict[str, Any]
EXACT, CLOSE, EARLY = 1e-9, 1e-6, 1e-4  # early: R's default threshold of the REML behind it
INFLUENCE = {
    "rstudent": "rstudent", "dffits": "dffits", "cook_d": "cook.d", "cov_r": "cov.r", "tau2_del": "tau2.del",
    "QE_del": "QE.del", "hat": "hat", "dfbs": "dfbs", "weight": "weight",
}  # fmt: skip
STEPS = {
    "beta": "estimate", "se": "se", "zval": "zval", "pval": "pval", "ci_lb": "ci.lb", "ci_ub": "ci.ub", "tau2": "tau2",
    "QE": "Q", "QEp": "Qp", "I2": "I2", "H2": "H2",
}  # fmt: skip
FITS = {"REML": ("random", "REML"), "DL": ("random", "DL"), "EE": ("common", "REML")}
COUNTED = {"Peters": "peters", "Harbord": "harbord", "Macaskill": "macaskill", "Deeks": "deeks", "Begg": "begg"}
ROUGH = ("|REML", "/gosh", "cumul/byvi")  # R's default threshold there, or much alike
HARMLESS = {"1 observation(s) dropped due to missing values"}


def generic_cases(node: Any, prefix: str, kind: str, arguments: Case) -> Iterator[Case]:
    """Yield the cases of one set of effects: influence, cumulative, Baujat, GOSH, asymmetry, trim and fill."""

    def case(name: str, call: str, options: Case, expect: Case, tolerance: float = CLOSE) -> Case:
        kept = {k: v for k, v in expect.items() if isinstance(v, int | float) and math.isfinite(v)}
        return {
            "name": f"{prefix}/{name}",
            "effects": kind,
            "arguments": arguments,
            "options": {"call": call, **options},
            "tolerance": tolerance,
            "expect": kept,
        }

    def rows(figures: Any, names: Case) -> Case:
        return {f"{i}.{ours}": v for ours, theirs in names.items() for i, v in enumerate(figures.get(theirs, []))}

    for key, figures in node.get("influence", {}).items():
        if not _usable(figures):
            continue
        method, _, test = key.partition(".")
        model, tau2 = FITS[method]
        options = {"model": model, "tau2": tau2, "test": test or "z"}
        yield case(f"influence/{key}", "influence", options, rows(figures, INFLUENCE))
    for key, figures in node.get("baujat", {}).items():
        if _usable(figures):
            model, tau2 = FITS[key]
            expect = rows(figures, {"baujat_x": "x", "baujat_y": "y"})
            yield case(f"baujat/{key}", "influence", {"model": model, "tau2": tau2}, expect)
    for key, figures in node.get("cumul", {}).items():
        if not _usable(figures):
            continue
        order, method = key.split(".")
        values = node["vi"] if order == "byvi" else list(range(len(node["yi"])))
        expect = rows(figures, STEPS)
        yield case(f"cumul/{key}", "cumulative", {"order": values, "tau2": method}, expect)
    for key, figures in node.get("trimfill", {}).items():
        estimator, side, method = key.split("|")
        if not _usable(figures) or estimator == "Q0":
            continue
        model, tau2 = FITS[method]
        options = {"estimator": estimator, "side": side, "model": model, "tau2": tau2}
        expect = {"k0": figures["k0"], "se_k0": figures["se.k0"], "p_k0": figures.get("p.k0")}
        expect |= {f"pooled.{name}": figures[name] for name in ("beta", "se", "tau2", "QE")}
        yield case(f"trimfill/{key}", "trim_fill", options, expect)
    if _usable(node.get("ranktest")):
        expect = {"estimate": node["ranktest"]["tau"], "pval": node["ranktest"]["pval"]}
        yield case("ranktest", "rank_test", {}, expect)
    for key, figures in node.get("regtest", {}).items():
        if not _usable(figures) or "coef" not in figures:
            continue
        name, predictor = key.split("|")
        if "ni" in predictor and "n" not in arguments:
            continue
        options = {"model": "lm", "predictor": predictor}
        if name != "lm":
            method, _, test = name.removeprefix("rma.").partition(".")
            model, tau2 = FITS[method]
            options |= {"model": model, "tau2": tau2, "test": test or "z"}
        expect = {"statistic": figures["stat"], "pval": figures["pval"], "estimate": figures["coef"][1]}
        expect |= {"se": figures["se"][1], "tau2": figures.get("tau2") if options["model"] == "random" else None}
        for ours, theirs in (("limit", "est"), ("limit_lb", "ci.lb"), ("limit_ub", "ci.ub")):
            expect[ours] = figures.get(theirs)
        yield case(f"regtest/{key}", "regression_test", options, expect, CLOSE if name != "lm" else EXACT * 100)
    expect = {}
    for ours in ("PET", "PEESE"):
        if _usable(node.get(ours)):
            figures, path = node[ours], ours.lower()
            expect |= {f"{path}.limit": figures["coef"][0], f"{path}.estimate": figures["coef"][1]}
            expect |= {f"{path}.pval": figures["p"][1], f"{path}.limit_lb": figures["ci"][0]}
            expect[f"{path}.limit_ub"] = figures["ci"][1]
    if expect:
        yield case("PET and PEESE", "pet_peese", {}, expect, EXACT * 100)
    for kind_of, number in node.get("fsn", {}).items():
        if kind_of in ("Rosenthal", "Orwin", "Rosenberg") and isinstance(number, int | float):
            yield case(f"fsn/{kind_of}", "fail_safe", {"kind": kind_of}, {"number": number}, EXACT)
    if _usable(node.get("gosh")):
        figures = node["gosh"]
        expect = {f"{name}.mean": figures["mean"][theirs] for name, theirs in _GOSH.items()}
        yield case("gosh", "gosh", {"tau2": "REML"}, expect)
    if _usable(node.get("doiplot.LFK")):
        figures = node["doiplot.LFK"]
        least = min(range(len(figures["TE"])), key=lambda i: figures["abs.zscore"][i])
        yield case("doiplot.LFK", "doi", {}, {"lfk": figures["lfkindex"], "tip": figures["TE"][least]})
    meta = node.get("meta", {})
    for key, call in (("metabias|Begg", "begg"), ("metabias|Thompson", "thompson_sharp"), ("metabias|Egger", "egger")):
        if _usable(meta.get(key)) and "statistic" in meta[key]:
            tolerance = EARLY if call == "thompson_sharp" else CLOSE
            yield case(f"meta/{key}", call, {}, _bias(meta[key]), tolerance)


_GOSH = {"beta": "estimate", "tau2": "tau2", "QE": "QE", "I2": "I2"}


def count_cases(ref: Any, prefix: str, kind: str, arguments: Case) -> Iterator[Case]:
    """Yield the cases of tests that work on the counts."""
    for name, call in COUNTED.items():
        figures = ref.get("metabias", {}).get(name)
        if not _usable(figures) or "statistic" not in figures or (kind == "proportions" and name != "Peters"):
            continue
        if name == "Begg":
            continue  # the rows that R drops are in the generic cases
        expect = {k: v for k, v in _bias(figures).items() if isinstance(v, int | float)}
        yield {
            "name": f"{prefix}metabias/{name}",
            "effects": kind,
            "arguments": arguments,
            "options": {"call": call},
            "tolerance": CLOSE,
            "expect": expect,
        }


def pinned_here(dataset: str, case: Case) -> bool:
    """Whether the tests hold a case: one set of effects of each kind, and only what R iterated to the end."""
    measures = {"pritz1997": ("PLO",), "bcg": ("OR", "RR"), "nielweise2007": (), "debruin2009": ()}.get(dataset)
    name = case["name"]
    if measures is None or any(word in name for word in ROUGH):
        return False
    return name.startswith("metabias/") or any(name.startswith(f"generic/{measure}/") for measure in measures)


def _bias(figures: Any) -> Case:
    """Return the figures of a test by meta."""
    return {
        "statistic": figures["statistic"],
        "pval": figures["p.value"],
        "estimate": figures["estimate"][0],
        "se": figures["estimate"][1],
        "df": figures.get("df"),
    }


def _usable(node: Any) -> bool:
    """Whether R computed the node without an error or a warning that matters."""
    if not isinstance(node, dict) or "error" in node:
        return False
    warned = node.get("warnings", [])
    return set([warned] if isinstance(warned, str) else warned) <= HARMLESS
