"""Fit the beta-binomial with base R and write its figures as cases that the tests run.

Usage: ``python benchmarks/pin_beta_binomial.py --data FOLDER`` where FOLDER holds ``reference/<dataset>.json``, whose
counts are used; R must be there as ``Rscript``. It needs no package: ``beta_binomial.R`` maximises the likelihood
by R's own `optim`, `lbeta` and `digamma`. It writes ``tests/reference/beta_binomial.json``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from pathlib import Path
from typing import Any

from pin_reference import _dump

HERE = Path(__file__).resolve().parent
DATASETS = ("pritz1997", "debruin2009", "synthetic_edgeprops", "nielweise2007")
CLOSE = 1e-6


def counts_of(reference: dict[str, Any]) -> tuple[list[int], list[int]]:
    """Return events and patients; of two arms the treated one."""
    return (reference["x"], reference["n"]) if "x" in reference else (reference["ai"], reference["n1i"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds reference/<dataset>.json")
    parser.add_argument("--out", type=Path, default=HERE.parent / "tests" / "reference" / "beta_binomial.json")
    options = parser.parse_args()
    counts = {}
    for name in DATASETS:
        text = (options.data / "reference" / f"{name}.json").read_text(encoding="utf-8")
        counts[name] = counts_of(json.loads(text))
    lines = [f"{name} {','.join(map(str, x))} {','.join(map(str, n))}" for name, (x, n) in counts.items()]
    said = subprocess.run(
        ["Rscript", str(HERE / "beta_binomial.R")], input="\n".join(lines), capture_output=True, text=True, check=True
    ).stdout
    expect: dict[str, dict[str, float]] = {name: {} for name in DATASETS}
    version = ""
    for name, figure, value in (line.split() for line in said.splitlines()):
        if name == "R":
            version = value
        else:
            expect[name][figure] = float(value)
    cases = [
        {
            "name": name,
            "effects": "proportions",
            "arguments": {"events": x, "n": n},
            "options": {"model": "betabin", "test": "z"},
            "tolerance": CLOSE,
            "expect": expect[name],
        }
        for name, (x, n) in counts.items()
    ]
    pinned = {"dataset": ", ".join(DATASETS), "versions": {"R": version}, "cases": cases}
    options.out.write_text(_dump(pinned), encoding="utf-8")
    print(f"{options.out.name}: {len(cases)} cases, {sum(len(c['expect']) for c in cases)} figures")


if __name__ == "__main__":
    main()
