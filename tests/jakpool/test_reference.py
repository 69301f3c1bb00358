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


def test_the_datasets_are_there() -> None:
    """The cases cover proportions, both ratios and every model."""
    cases = [param.values[0] for param in pinned()]
    assert {c["effects"] for c in cases} == {"proportions", "two_arm", "generic"}
    assert {(c["options"] or {}).get("model") for c in cases} >= {None, "random", "common", "glmm", "mh"}
    called = {(c["options"] or {}).get("call") for c in cases}
    assert called >= {"influence", "cumulative", "trim_fill", "regression_test", "rank_test", "fail_safe", "harbord"}
    assert sum(len(c["expect"]) for c in cases) > 5000
