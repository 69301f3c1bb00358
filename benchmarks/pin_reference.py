"""Select reference figures and write them as cases that the tests run.

Usage: ``python benchmarks/pin_reference.py --data FOLDER`` where FOLDER holds ``reference/<dataset>.json``, the figures
that R computed. It writes ``tests/reference/<dataset>.json`` for the datasets below, or with ``--out`` elsewhere.

A case is a call and what it must give: ``{"name", "effects", "arguments", "options", "tolerance", "expect"}``; the keys
of ``expect`` are paths into the result ("back.estimate", "subgroups.0.beta"). `cases` translates every node within
reach of jakpool; ``benchmarks/pooling_agreement.py`` runs them all.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pin_models import model_cases, stopped_early
from pin_small_study import count_cases, generic_cases, pinned_here

DATASETS = ("pritz1997", "debruin2009", "bcg", "nielweise2007", "collins1985a")
FURTHER = ("nielweise2008", "normand1999", "conversions")
"""Of these only the effects, Mantel-Haenszel and the mixed models: rates, means, and conversions."""
NOT_HELD = {"collins1985a": {"glmm/CM.EL|ML"}}  # R's numerical Hessian is 1.6e-4 off there
TAU2 = ("REML", "DL", "ML", "PM", "EB", "HE", "HS", "SJ")
COUNTED = ("PLO", "PAS", "PFT", "PR", "PLN")
TESTS = ("z", "t", "knha", "adhoc")
EXACT, CLOSE, QUADRATURE = 1e-9, 1e-6, 1e-4
HARMLESS = {"Some yi/vi values are NA."}  # metafor says so when Mantel-Haenszel drops double-zero studies

Case = dict[str, Any]


def cases(reference: dict[str, Any]) -> Iterator[Case]:
    """Yield every case within reach of jakpool in one dataset's reference figures."""
    yield from model_cases(reference)
    if "x" in reference and "n" in reference:
        yield from _one_arm(reference, "")
    if "ai" in reference and "n1i" in reference:
        yield from _two_arm(reference)
    if "rma" in reference:
        yield from _inverse_variance(reference, "", "generic", _raw(reference))
        yield from generic_cases(reference, "", "generic", _sized(reference))
    for measure, node in reference.get("generic", {}).items():
        if measure not in (*COUNTED, "OR", "RR", "RD") and "yi" in node:
            yield from _inverse_variance(node, f"generic/{measure}", "generic", _raw(node))
            yield from generic_cases(node, f"generic/{measure}", "generic", _sized(node))
    for name, arm in reference.get("arms", {}).items():
        yield from _one_arm(arm, f"arms/{name}/")


def usable(node: Any) -> bool:
    """Whether R computed the node without an error or a warning that matters."""
    if not isinstance(node, dict) or "error" in node:
        return False
    warned = node.get("warnings", [])
    return set([warned] if isinstance(warned, str) else warned) <= HARMLESS


def _one_arm(ref: dict[str, Any], prefix: str) -> Iterator[Case]:
    """Yield the cases of one-arm proportions."""
    counts = {"events": ref["x"], "n": ref["n"]}
    for measure in ("PLO", "PAS", "PFT", "PR", "PLN"):
        arguments = {**counts, "measure": measure}
        escalc = ref.get("escalc", {}).get(measure)
        if usable(escalc):
            yield _case(f"{prefix}escalc/{measure}", "proportions", arguments, None, EXACT, _effects(escalc))
        node = ref.get("generic", {}).get(measure)
        if node:
            back = ref.get("back", {}).get(measure)
            yield from _inverse_variance(node, f"{prefix}generic/{measure}", "proportions", arguments, back)
            yield from generic_cases(node, f"{prefix}generic/{measure}", "proportions", arguments)
    yield from count_cases(ref, prefix, "proportions", counts)
    for key, node in ref.get("glmm", {}).items():
        parts = key.split("|")
        if len(parts) == 3 and usable(node):
            nodes = int(parts[2].removeprefix("nAGQ"))
            options = {"model": "glmm", "test": parts[1], "nodes": nodes}
            yield _case(f"{prefix}glmm/{key}", "proportions", counts, options, QUADRATURE, _glmm(node, ref))
            if nodes == 15:
                options = {"model": "glmm", "test": parts[1]}
                name = f"{prefix}glmm/{key} with jakpool's default nodes"
                yield _case(name, "proportions", counts, options, QUADRATURE, _glmm(node, ref))
    exact = ref.get("study.ci", {}).get("CP")
    if usable(exact):
        expect = {}
        for side in ("lower", "upper"):
            for i, value in enumerate(exact[side]):
                expect[f"studies.{i}.ci.{side}"] = _expit(value)
        yield _case(f"{prefix}study.ci/CP", "proportions", counts, {"model": "common"}, CLOSE, expect)
    if "group" in ref:
        grouped = {**counts, "group": ref["group"]}
        yield from _subgroups(ref.get("subgroup.PLO", {}), f"{prefix}subgroup.PLO", "proportions", grouped)
        yield from _subgroup_glmm(ref, prefix, grouped)


def _two_arm(ref: dict[str, Any]) -> Iterator[Case]:
    """Yield the cases of risk ratios and odds ratios."""
    counts = {"events": ref["ai"], "n": ref["n1i"], "events_c": ref["ci"], "n_c": ref["n2i"]}
    for measure in ("RR", "OR", "RD", "AS", "PETO"):
        arguments = {**counts, "measure": measure}
        escalc = ref.get("escalc", {}).get(measure)
        if usable(escalc):
            yield _case(f"escalc/{measure}", "two_arm", arguments, None, EXACT, _effects(escalc))
        node = ref.get("generic", {}).get(measure)
        if node:
            yield from _inverse_variance(node, f"generic/{measure}", "two_arm", arguments)
            yield from generic_cases(node, f"generic/{measure}", "two_arm", arguments)
        if measure == "OR":
            yield from count_cases(ref, "", "two_arm", arguments)
        mh = ref.get("mh", {}).get(f"{measure}|correct|TRUE")
        if usable(mh):
            expect = _overall(mh, ("tau2", "H2", "I2"))
            yield _case(f"mh/{measure}", "two_arm", arguments, {"model": "mh"}, EXACT, expect)


def _inverse_variance(
    node: dict[str, Any], prefix: str, kind: str, arguments: Case, back: dict[str, Any] | None = None
) -> Iterator[Case]:
    """Yield the cases of metafor's rma() on one set of effects."""
    for tau2 in (*TAU2, "EE"):
        for test in TESTS:
            fit = node["rma"].get(f"{tau2}|{test}")
            if not usable(fit):
                continue
            common = tau2 == "EE"
            options = {"model": "common", "test": test} if common else {"model": "random", "tau2": tau2, "test": test}
            expect = _overall(fit, ("tau2", "I2", "H2") if common else ("tau2", "I2", "H2", "pi.lb", "pi.ub"))
            for i, weight in enumerate(fit.get("weights", [])):
                expect[f"studies.{i}.weight"] = weight
            if tau2 == "REML" and test == "z" and usable(back):
                for ours, theirs in (("estimate", "pred"), *((w, w.replace("_", ".")) for w in _BOUNDS)):
                    expect[f"back.{ours}"] = back[theirs]
            yield _case(f"{prefix}/rma/{tau2}|{test}", kind, arguments, options, CLOSE, expect)
    for tau2 in ("REML", "DL", "PM"):
        profile = node.get("confint", {}).get(f"QP.{tau2}")
        if usable(profile):
            options = {"model": "random", "tau2": tau2, "test": "z"}
            expect = {
                f"{ours}_{side}": profile[side][row] for ours, row in (("tau2", 0), ("I2", 2)) for side in ("lb", "ub")
            }
            yield _case(f"{prefix}/confint/QP.{tau2}", kind, arguments, options, CLOSE, expect)
    for test in ("z", "knha"):
        left = node.get("leave1out", {}).get(f"REML.{test}")
        if usable(left):
            names = {
                "beta": "estimate",
                "se": "se",
                "ci_lb": "ci.lb",
                "ci_ub": "ci.ub",
                "tau2": "tau2",
                "QE": "Q",
                "QEp": "Qp",
            }
            expect = {
                f"{i}.pooled.{ours}": left[theirs][i]
                for ours, theirs in names.items()
                for i in range(len(left["estimate"]))
            }
            options = {"model": "random", "tau2": "REML", "test": test, "leave_one_out": True}
            yield _case(f"{prefix}/leave1out/REML.{test}", kind, arguments, options, CLOSE, expect)
    meta = node.get("meta", {}).get("REML|classic|HTS")
    if usable(meta):
        expect = {"I2_Q": 100 * meta["I2"], "I2_Q_lb": 100 * meta["lower.I2"], "I2_Q_ub": 100 * meta["upper.I2"]}
        options = {"model": "random", "test": "z"}
        yield _case(f"{prefix}/meta/I2 from Q", kind, arguments, options, CLOSE, _numbers(expect))


def _subgroups(node: dict[str, Any], prefix: str, kind: str, arguments: Case) -> Iterator[Case]:
    """Yield the cases of subgroups by inverse variance with a common tau2."""
    for tau2 in ("REML", "DL"):
        for test in ("z", "knha"):
            fit = node.get(f"{tau2}|{test}|common.tau2")
            if not usable(fit):
                continue
            expect: dict[str, Any] = {}
            for g in range(len(node["levels"])):
                for ours in ("beta", "se", "ci_lb", "ci_ub"):
                    expect[f"subgroups.{g}.{ours}"] = fit[ours.replace("_", ".")][g]
            df = fit["between.df"][0]
            expect |= {f"between.{name}": fit[name] for name in ("tau2", "QE", "QEp", "I2")}
            # metafor's omnibus statistic is an F for knha, a chi-square for z, as between.QM is here
            expect |= {"between.QM": fit["between.QM"], "between.QMp": fit["between.QMp"], "between.QMdf.0": df}
            options = {"model": "random", "tau2": tau2, "test": test, "by": "group"}
            yield _case(f"{prefix}/{tau2}|{test}|common.tau2", kind, arguments, options, CLOSE, _numbers(expect))


def _subgroup_glmm(ref: dict[str, Any], prefix: str, arguments: Case) -> Iterator[Case]:
    """Yield the case of one GLMM with the subgroup as a factor; metafor gives the first mean and the differences."""
    fit = ref.get("subgroup.glmm")
    if not usable(fit):
        return
    first = fit["beta"][0]
    expect = {
        "subgroups.0.beta": first,
        "subgroups.0.se": fit["se"][0],
        "subgroups.0.ci_lb": fit["ci.lb"][0],
        "subgroups.0.ci_ub": fit["ci.ub"][0],
        **{f"subgroups.{g}.beta": first + fit["beta"][g] for g in range(1, len(fit["beta"]))},
        "between.QM": fit["QM"],
        "between.QMp": fit["QMp"],
        "between.tau2": fit["tau2"],
        "between.I2": fit["I2"],
    }
    if not _zero(ref):
        expect |= {"between.QE": fit["QE.Wld"], "between.QEp": fit["QEp.Wld"]}
    options = {"model": "glmm", "test": "z", "by": "group", "nodes": 7}  # R's default
    yield _case(f"{prefix}subgroup.glmm", "proportions", arguments, options, QUADRATURE, expect)


def _glmm(fit: dict[str, Any], ref: dict[str, Any]) -> dict[str, Any]:
    """Return what a GLMM must give; the Wald Q only where no cell is zero (metafor drops such rows from it)."""
    expect = _overall(fit, ("tau2", "I2", "H2"), q=False)
    expect |= {"QE_LRT": fit["QE.LRT"], "QEp_LRT": fit["QEp.LRT"]}
    if not _zero(ref):
        expect |= {"QE_Wld": fit["QE.Wld"], "QEp_Wld": fit["QEp.Wld"]}
    for ours, theirs in (("estimate", "pred"), *((w, w.replace("_", ".")) for w in _BOUNDS)):
        expect[f"back.{ours}"] = fit["back"][theirs]
    return _numbers(expect)


_BOUNDS = ("ci_lb", "ci_ub", "pi_lb", "pi_ub")


def _overall(fit: dict[str, Any], more: tuple[str, ...], *, q: bool = True) -> dict[str, Any]:
    """Return metafor's overall figures under jakpool's names."""
    names = ("beta", "se", "zval", "pval", "ci.lb", "ci.ub", *more, *(("QE", "QEp") if q else ()))
    return _numbers({name.replace(".", "_"): fit.get(name) for name in names})


def _numbers(figures: dict[str, Any]) -> dict[str, Any]:
    """Keep what is a finite number."""
    return {k: v for k, v in figures.items() if isinstance(v, int | float) and math.isfinite(v)}


def _effects(escalc: dict[str, Any]) -> dict[str, Any]:
    """Return the effects and variances row by row."""
    return _numbers({f"{name}.{i}": v for name in ("yi", "vi") for i, v in enumerate(escalc[name])})


def _raw(node: dict[str, Any]) -> Case:
    """Return effects given as they are."""
    return {"yi": node["yi"], "vi": node["vi"]}


def _sized(node: dict[str, Any]) -> Case:
    """Return effects given as they are, with their patients where R had them."""
    return _raw(node) | ({"n": node["ni"]} if node.get("ni") else {})


def _zero(ref: dict[str, Any]) -> bool:
    """Whether a row has no events or nothing else."""
    return any(x in (0, n) for x, n in zip(ref["x"], ref["n"], strict=True))


def _expit(value: float | str) -> float:
    """Return a proportion from its logit; R writes infinite ones as text."""
    if isinstance(value, str):
        return 0.0 if value == "-Inf" else 1.0
    return 1.0 / (1.0 + math.exp(-value))


def _case(
    name: str, kind: str, arguments: Case, options: Case | None, tolerance: float, expect: dict[str, Any]
) -> Case:
    """Return one case."""
    return {
        "name": name,
        "effects": kind,
        "arguments": arguments,
        "options": options,
        "tolerance": tolerance,
        "expect": expect,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds reference/<dataset>.json")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "tests" / "reference")
    options = parser.parse_args()
    versions = json.loads((options.data / "reference" / "_versions.json").read_text(encoding="utf-8"))
    for name in (*DATASETS, *FURTHER):
        reference = json.loads((options.data / "reference" / f"{name}.json").read_text(encoding="utf-8"))
        every = [case for case in cases(reference) if not case["name"].endswith("nAGQ1")]
        rough = stopped_early(reference) | NOT_HELD.get(name, set())
        every = [case for case in every if case["name"] not in rough]
        if name in FURTHER:
            every = [_held(case) for case in every if not case["name"].startswith("generic/")]
        called = [case for case in every if (case["options"] or {}).get("call", "regress") != "regress"]
        chosen = [case for case in every if case not in called]
        selected = [case for case in called if pinned_here(name, case)]
        for target, kept in ((f"{name}.json", chosen), (f"small_study_{name}.json", selected)):
            if kept:
                pinned = {"dataset": f"dat.{name}", "versions": versions, "cases": kept}
                (options.out / target).write_text(_dump(pinned), encoding="utf-8")
                print(f"{target}: {len(kept)} cases, {sum(len(c['expect']) for c in kept)} figures")


def _held(case: Case) -> Case:
    """Return a case without bounds next to 0: they are beta less nearly itself, and R's early stop shows in them."""
    beta = case["expect"].get("beta")
    if not case["name"].startswith("glmm/") or beta is None:
        return case
    kept = {k: v for k, v in case["expect"].items() if k not in ("ci_lb", "ci_ub") or abs(v) > 0.05 * abs(beta)}
    return {**case, "expect": kept}


def _dump(pinned: dict[str, Any]) -> str:
    """Write one case a line, so that a changed figure is a changed line."""
    head = json.dumps({k: v for k, v in pinned.items() if k != "cases"}, ensure_ascii=False)[1:-1]
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in pinned["cases"])
    return f'{{{head}, "cases": [\n{lines}\n]}}\n'


if __name__ == "__main__":
    main()
