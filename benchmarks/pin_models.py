"""Cases of two-arm models, rates, means, meta-regression and conversions, for `pin_reference`.

R's mixed models of two arms come with 7 nodes and an optimiser that stops early: their tolerance is 2e-3 for UM.FS, and
1e-4 for CM.EL, whose integrals R takes exactly.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

Case = dict[str, Any]
EXACT, CLOSE, MIXED, CONDITIONAL = 1e-9, 1e-6, 2e-3, 1e-4
HARMLESS = {"1 study with NAs omitted from model fitting.", "Some yi/vi values are NA."}  # without events in both arms
TO = ("all", "if0all", "none", "only0")


def model_cases(ref: dict[str, Any]) -> Iterator[Case]:
    """Yield the cases of one dataset."""
    if "ai" in ref and "n1i" in ref:
        counts = {"events": ref["ai"], "n": ref["n1i"], "events_c": ref["ci"], "n_c": ref["n2i"]}
        yield from _corrections(ref, counts)
        yield from _two_arm(ref, counts)
    if "x1i" in ref:
        yield from _rates(ref)
    if "m1i" in ref:
        yield from _means(ref)
    if "metareg" in ref:
        yield from _regression(ref)
    if "x" in ref and "n" in ref:
        yield from _proportions(ref)
    for prefix, node in _generic_nodes(ref):
        yield from _intervals(prefix, node)
    if "wald.ci" in ref:
        yield from _conversions(ref)


def stopped_early(ref: dict[str, Any]) -> set[str]:
    """Return the names of the cases of meta whose tau2 is not the one to which metafor converged (1e-6 of it)."""
    rough = set()
    for prefix, node in _generic_nodes(ref):
        exact = node.get("rma", {}).get("REML|z", {}).get("tau2")
        for name in ("classic|HTS", "HK|HK-PR"):
            tau2 = node.get("meta", {}).get(f"REML|{name}", {}).get("tau2")
            if exact is None or tau2 is None or not math.isclose(tau2, exact, rel_tol=1e-6, abs_tol=1e-12):
                rough.add(f"{prefix}/meta/REML|{name}")
    return rough


def usable(node: Any) -> bool:
    """Whether R computed the node without an error or a warning."""
    return isinstance(node, dict) and "error" not in node and "warnings" not in node


def numbers(figures: dict[str, Any]) -> dict[str, Any]:
    """Keep what is a finite number."""
    return {k: v for k, v in figures.items() if isinstance(v, int | float) and math.isfinite(v)}


def case(name: str, kind: str, arguments: Case, options: Case | None, tolerance: float, expect: Case) -> Case:
    """Return one case."""
    keys = ("name", "effects", "arguments", "options", "tolerance", "expect")
    return dict(zip(keys, (name, kind, arguments, options, tolerance, expect), strict=True))


def _effects(node: dict[str, Any]) -> Case:
    """Return effects and variances, without the rows that R dropped."""
    kept = [i for i, y in enumerate(node["yi"]) if isinstance(y, int | float)]
    return numbers({f"{name}.{j}": node[name][i] for name in ("yi", "vi") for j, i in enumerate(kept)})


def _overall(node: dict[str, Any], *more: str) -> Case:
    """Return overall figures under jakpool's names."""
    names = ("beta", "se", "zval", "pval", "ci.lb", "ci.ub", *more)
    return numbers({name.replace(".", "_"): node.get(name) for name in names})


def _corrections(ref: dict[str, Any], counts: Case) -> Iterator[Case]:
    """Yield the continuity corrections of two arms, where every row has a finite effect (else jakpool refuses it)."""
    for to in TO:
        for drop in ("TRUE", "FALSE"):
            for measure in ("OR", "RR", "RD"):
                node = ref.get("escalc", {}).get(f"{measure}|to|{to}|drop00|{drop}")
                if not usable(node) or any(v in ("Inf", "-Inf", "NaN", 0) for v in node["vi"]):
                    continue
                if drop == "FALSE" and "NA" in node["yi"]:
                    continue
                silent = sum(y == "NA" for y in node["yi"])
                if drop == "TRUE" and silent != _silent(counts):
                    continue
                arguments = {**counts, "measure": measure, "to": to, "drop00": drop == "TRUE"}
                name = f"escalc/{measure}|to|{to}|drop00|{drop}"
                yield case(name, "two_arm", arguments, None, EXACT, _effects(node))


def _silent(counts: Case) -> int:
    """Count the rows in which nothing, or everything, happened in both arms."""
    rows = zip(counts["events"], counts["n"], counts["events_c"], counts["n_c"], strict=True)
    return sum((a == 0 and c == 0) or (a == n and c == m) for a, n, c, m in rows)


def _two_arm(ref: dict[str, Any], counts: Case) -> Iterator[Case]:
    """Yield Peto's pooling and the mixed models of odds ratios."""
    odds = {**counts, "measure": "OR"}
    peto = ref.get("peto")
    if usable(peto):
        expect = _overall(peto, "I2", "H2", "QE", "QEp")
        yield case("peto", "two_arm", odds, {"model": "peto"}, EXACT, expect)
    yield from _mixed(ref, "two_arm", odds)


def _mixed(ref: dict[str, Any], kind: str, arguments: Case) -> Iterator[Case]:
    """Yield the mixed models of two arms; the Wald Q of CM.EL uses conditional estimates and is not compared."""
    for glmm, nodes, tolerance in (("UM.FS", 7, MIXED), ("CM.EL", None, CONDITIONAL)):
        node = ref.get("glmm", {}).get(f"{glmm}|ML")
        if usable({k: v for k, v in (node or {}).items() if k != "warnings"}) and _warned(node) <= HARMLESS:
            options = {"model": "glmm", "glmm": glmm, "test": "z", "nodes": nodes}
            expect = _overall(node, "tau2", "I2", "H2")
            expect |= numbers({"QE_LRT": node.get("QE.LRT"), "QEp_LRT": node.get("QEp.LRT")})
            expect.pop("pval", None)  # that of zval, whose error it multiplies
            yield case(f"glmm/{glmm}|ML", kind, arguments, options, tolerance, expect)


def _warned(node: dict[str, Any]) -> set[str]:
    """Return R's warnings."""
    said = node.get("warnings", [])
    return {said} if isinstance(said, str) else set(said)


def _rates(ref: dict[str, Any]) -> Iterator[Case]:
    """Yield rates of one and two arms."""
    both = {"events": ref["x1i"], "time": ref["t1i"], "events_c": ref["x2i"], "time_c": ref["t2i"]}
    one = {"events": ref["x2i"], "time": ref["t2i"]}
    for measure in ("IRR", "IRD"):
        arguments = {**both, "measure": measure}
        yield case(f"escalc/{measure}", "two_rates", arguments, None, EXACT, _effects(ref["escalc"][measure]))
        mh = ref.get("mh", {}).get(measure)
        if usable(mh):
            expect = _overall(mh, "I2", "H2", "QE", "QEp")
            yield case(f"mh/{measure}", "two_rates", arguments, {"model": "mh"}, EXACT, expect)
    for measure in ("IR", "IRLN", "IRS", "IRFT"):
        yield case(
            f"escalc1/{measure}", "rates", {**one, "measure": measure}, None, EXACT, _effects(ref["escalc1"][measure])
        )
    yield from _mixed(ref, "two_rates", {**both, "measure": "IRR"})
    node = ref.get("glmm", {}).get("IRLN|ML")
    if usable(node):
        expect = _overall(node, "tau2", "I2", "H2") | numbers({"QE_LRT": node.get("QE.LRT")})
        yield case("glmm/IRLN|ML", "rates", one, {"model": "glmm", "test": "z", "nodes": 7}, CONDITIONAL, expect)


def _means(ref: dict[str, Any]) -> Iterator[Case]:
    """Yield means of one and two arms."""
    both = {"mean": ref["m1i"], "sd": ref["sd1i"], "n": ref["n1i"]}
    both |= {"mean_c": ref["m2i"], "sd_c": ref["sd2i"], "n_c": ref["n2i"]}
    for measure in ("MD", "SMD", "SMDH", "ROM"):
        node = ref["escalc"].get(measure)
        if usable(node):
            yield case(f"escalc/{measure}", "two_means", {**both, "measure": measure}, None, EXACT, _effects(node))
    one = {"mean": ref["m1i"], "sd": ref["sd1i"], "n": ref["n1i"]}
    for measure in ("MN", "MNLN"):
        node = ref["escalc1"].get(measure)
        if usable(node):
            yield case(f"escalc1/{measure}", "means", {**one, "measure": measure}, None, EXACT, _effects(node))


def _regression(ref: dict[str, Any]) -> Iterator[Case]:
    """Yield meta-regressions of log risk ratios on several moderators, by every estimator and test."""
    counts = {"events": ref["ai"], "n": ref["n1i"], "events_c": ref["ci"], "n_c": ref["n2i"], "measure": "RR"}
    matrix = ref["metareg"]["matrix"]
    columns = list(zip(*matrix, strict=True)) if isinstance(matrix[0], list) else [matrix]
    moderators = {f"m{i + 1}": list(column) for i, column in enumerate(columns)}
    for key, node in ref["metareg"].items():
        method, _, test = key.partition("|")
        if not test or not usable(node):
            continue
        options = {"call": "regress", "moderators": moderators, "test": test}
        options |= {"model": "common"} if method == "EE" else {"tau2": method}
        more = (
            ("tau2", "I2", "H2", "QE", "QEp", "QM", "QMp")
            if method == "EE"
            else (*("tau2", "I2", "H2", "R2", "QE", "QEp", "QM", "QMp"),)
        )
        expect = numbers({name: node.get(name) for name in more})
        words = {"beta": "beta", "se": "se", "stat": "zval", "pval": "pval", "ci_lb": "ci.lb", "ci_ub": "ci.ub"}
        for ours, theirs in words.items():
            expect |= numbers({f"coefficients.{j}.{ours}": v for j, v in enumerate(node[theirs])})
        expect |= numbers({f"fitted.{i}": v for i, v in enumerate(node.get("pred", []))})
        yield case(f"metareg/{key}", "two_arm", counts, options, CLOSE, expect)


def _proportions(ref: dict[str, Any]) -> Iterator[Case]:
    """Yield the way back from Freeman-Tukey with other sample sizes, and subgroups with separate tau2."""
    counts = {"events": ref["x"], "n": ref["n"]}
    for to in ("all", "if0all"):
        node = ref.get("escalc", {}).get(f"PLO|{to}")
        if usable(node):
            yield case(f"escalc/PLO|{to}", "proportions", {**counts, "to": to}, None, EXACT, _effects(node))
    back = ref.get("back", {}).get("PFT")
    if usable(back):
        for kind, key in (("geometric", "geo"), ("arithmetic", "arith")):
            options = {"model": "random", "test": "z", "back_n": kind}
            expect = numbers({"back.estimate": back.get(key)})
            yield case(f"back/PFT|{kind}", "proportions", {**counts, "measure": "PFT"}, options, CLOSE, expect)
    if "group" in ref:
        for tau2 in ("REML", "DL"):
            for test in ("z", "knha"):
                node = ref.get("subgroup.PLO", {}).get(f"{tau2}|{test}|separate")
                if not usable(node):
                    continue
                options = {"model": "random", "tau2": tau2, "test": test, "by": "group", "tau2_groups": "separate"}
                expect = {"between.QM": node["Q.between"], "between.QMp": node["p.between"]}
                for ours, theirs in (("beta", "beta"), ("se", "se"), ("tau2", "tau2"), ("QE", "QE")):
                    expect |= {f"subgroups.{g}.{ours}": v for g, v in enumerate(node[theirs])}
                grouped = {**counts, "group": ref["group"]}
                name = f"subgroup.PLO/{tau2}|{test}|separate"
                yield case(name, "proportions", grouped, options, CLOSE, numbers(expect))


def _generic_nodes(ref: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the nodes that hold effects and what R made of them."""
    if "rma" in ref:
        yield "", ref
    for measure, node in ref.get("generic", {}).items():
        if "yi" in node:
            yield f"generic/{measure}", node


def _intervals(prefix: str, node: dict[str, Any]) -> Iterator[Case]:
    """Yield profile-likelihood intervals of tau2 and prediction intervals."""
    raw = {"yi": node["yi"], "vi": node["vi"]}
    for tau2 in ("REML", "ML"):
        profile = node.get("confint", {}).get(f"PL.{tau2}")
        if usable(profile):
            options = {"model": "random", "tau2": tau2, "test": "z", "tau2_ci": "pl"}
            expect = numbers({"tau2_lb": profile["lb"][0], "tau2_ub": profile["ub"][0]})
            yield case(f"{prefix}/confint/PL.{tau2}", "generic", raw, options, CLOSE, expect)
    riley = node.get("rma", {}).get("REML|t")
    if usable(riley) and "pi.Riley.lb" in riley:
        options = {"model": "random", "test": "t", "pi": "hts"}
        expect = numbers({"pi_lb": riley["pi.Riley.lb"], "pi_ub": riley["pi.Riley.ub"]})
        yield case(f"{prefix}/rma/REML|t Riley", "generic", raw, options, CLOSE, expect)
    for ours, theirs, test in (("hts", "classic|HTS", "z"), ("hk", "HK|HK-PR", "knha")):
        meta = node.get("meta", {}).get(f"REML|{theirs}")
        if usable(meta):
            options = {"model": "random", "test": test, "pi": ours}
            expect = numbers({"pi_lb": meta.get("lower.predict"), "pi_ub": meta.get("upper.predict")})
            yield case(f"{prefix}/meta/REML|{theirs}", "generic", raw, options, CLOSE, expect)


def _conversions(ref: dict[str, Any]) -> Iterator[Case]:
    """Yield ratios from intervals, p-values and z, and means and SDs from five numbers, three or the quartiles."""
    values = [1.2, 0.7, 2.4]
    bounds = {"lower": [0.9, 0.5, 1.1], "upper": [1.6, 0.98, 5.2]}
    yield case("wald.ci", "ratios", {"estimate": values, **bounds}, None, EXACT, _effects(ref["wald.ci"]))
    shares = {"estimate": values, "p": [0.2, 0.04, 0.01]}
    yield case("wald.p", "ratios", shares, None, EXACT, _effects(ref["wald.p"]))
    tests = {"estimate": [math.exp(0.3), math.exp(-0.4)], "z": [1.5, -2.2]}
    yield case("wald.z", "ratios", tests, None, EXACT, _effects(ref["wald.z"]))
    known = {"S3": ("low", "q1", "median", "q3", "high"), "S2": ("q1", "median", "q3"), "S1": ("low", "median", "high")}
    for i, (low, q1, median, q3, high, n) in enumerate(ref["inputs"], start=1):
        numbers_of = {"low": low, "q1": q1, "median": median, "q3": q3, "high": high}
        for kind, names in known.items():
            node = ref["fivenum"].get(f"luo/wan/shi|{kind}_{i}")
            if usable(node):
                arguments = {"n": n, **{name: numbers_of[name] for name in names}}
                expect = numbers({"0": node["mean"], "1": node["sd"]})
                yield case(f"fivenum/{kind}_{i}", "mean_sd_from_quantiles", arguments, None, EXACT, expect)
