"""jakpool against R's metafor and meta, figure by figure; tests/reference/README.md tells where they come from."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

import jakpool

FOLDER = Path(__file__).parent.parent / "reference"


def pinned() -> list[Any]:
    """Return every case with its name as the test's id."""
    return [
        pytest.param(case, id=f"{path.stem}-{case['name']}")
        for path in sorted(FOLDER.glob("*.json"))
        for case in json.loads(path.read_text(encoding="utf-8"))["cases"]
        if "effects" in case  # figures of other programs stand in the same folder
    ]


def result_of(case: dict[str, Any]) -> Any:
    """Run a case."""
    effects = getattr(jakpool, case["effects"])(**case["arguments"])
    if case["options"] is None:
        return effects
    options = dict(case["options"])
    call = options.pop("call", None)
    if call:
        return getattr(jakpool, call)(effects, **options)
    if options.pop("leave_one_out", False):
        return jakpool.leave_one_out(effects, **options)
    if options.get("nodes"):  # the profile interval has no counterpart in R
        options["profile"] = False
    return jakpool.pool(effects, **options)


def at(result: Any, path: str) -> Any:
    """Follow a path into a result."""
    for step in path.split("."):
        result = result[int(step)] if step.isdigit() else getattr(result, step)
    return result


@pytest.mark.parametrize("case", pinned())
def test_figures_of_r(case: dict[str, Any]) -> None:
    """Every pinned figure within its tolerance."""
    result = result_of(case)
    wrong = {}
    for path, theirs in case["expect"].items():
        ours = at(result, path)
        if 0 < theirs < 1e-8 and "p" in path.rsplit(".", maxsplit=1)[-1].lower():
            good = math.log(ours) == pytest.approx(math.log(theirs), rel=case["tolerance"])
        else:
            good = ours == pytest.approx(theirs, rel=case["tolerance"], abs=1e-9)
        if not good:
            wrong[path] = (ours, theirs)
    assert not wrong


FAMILIES = {
    "proportion models": lambda c: c["effects"] == "proportions" and _of(c, "model") in ("random", "common"),
    "one-arm GLMM": lambda c: c["effects"] == "proportions" and _of(c, "model") == "glmm",
    "beta-binomial": lambda c: _of(c, "model") == "betabin",
    "two-arm models": lambda c: c["effects"] == "two_arm" and _of(c, "model") in ("random", "common", "mh", "peto"),
    "two-arm GLMM, UM.FS": lambda c: c["effects"] == "two_arm" and _of(c, "glmm") == "UM.FS",
    "two-arm GLMM, CM.EL": lambda c: c["effects"] == "two_arm" and _of(c, "glmm") == "CM.EL",
    "GLMM of rates": lambda c: c["effects"] in ("rates", "two_rates") and _of(c, "model") == "glmm",
    "effects of means": lambda c: c["effects"] in ("means", "two_means"),
    "continuity corrections": lambda c: "to" in c["arguments"],
    "subgroups": lambda c: _of(c, "by") or "subgroup" in c["name"],
    "meta-regression": lambda c: _of(c, "call") == "regress",
    "influence": lambda c: _of(c, "call") == "influence",
    "cumulative": lambda c: _of(c, "call") == "cumulative",
    "leave-one-out": lambda c: _of(c, "leave_one_out"),
    "trim and fill": lambda c: _of(c, "call") == "trim_fill",
    "LFK index": lambda c: _of(c, "call") == "doi",
    **{
        f"small-study test {name}": lambda c, name=name: _of(c, "call") == name
        for name in ("egger", "begg", "rank_test", "peters", "harbord", "macaskill", "thompson_sharp", "deeks")
    },
    "regression tests": lambda c: _of(c, "call") == "regression_test",
    "PET-PEESE": lambda c: _of(c, "call") == "pet_peese",
    "fail-safe numbers": lambda c: _of(c, "call") == "fail_safe",
    "prediction intervals t(k - 1)": lambda c: "pi_lb" in c["expect"] and not _of(c, "pi"),
    "prediction intervals HTS": lambda c: _of(c, "pi") == "hts",
    "prediction intervals HK": lambda c: _of(c, "pi") == "hk",
    "Q-profile": lambda c: "QP" in c["name"],
    "profile likelihood of tau2": lambda c: _of(c, "tau2_ci") == "pl",
    "ratios from intervals, p and z": lambda c: c["effects"] == "ratios",
    "means from medians": lambda c: c["effects"] == "mean_sd_from_quantiles",
    "ways back": lambda c: any(path.startswith("back.") for path in c["expect"]),
}


def _of(case: dict[str, Any], option: str) -> Any:
    """Return an option of a case; None without it."""
    return (case["options"] or {}).get(option)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_of_figures_is_pinned(family: str) -> None:
    held = [param.values[0] for param in pinned() if FAMILIES[family](param.values[0])]
    assert sum(len(case["expect"]) for case in held) > 0


def test_every_case_of_every_file_is_run() -> None:
    """A file with a data set and R's versions holds nothing but cases that `pinned` gives out, each with a figure."""
    files = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")}
    ours = {name: held["cases"] for name, held in files.items() if "versions" in held and "R" in held["versions"]}
    assert len(ours) >= 12
    assert sum(map(len, ours.values())) == len(pinned())
    assert all(case["expect"] for case_list in ours.values() for case in case_list)
    assert sum(len(case["expect"]) for case_list in ours.values() for case in case_list) > 16_000
