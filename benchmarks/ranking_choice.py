"""Choose the recipe of `fusion` anew for every review left out, and say what that choice gives on it.

    python benchmarks/ranking_choice.py --data FOLDER --json RUNS --more CANDIDATES [--seeds 3] [--only NAME ...]

The shipped recipe was chosen by people who saw all sets, so its figures there are a selection. Here the choice is made
from a few candidates without the set it is then judged by: the one with the largest mean of WSS@95 and recall@10 over
the other sets. RUNS is what ``benchmarks/ranking.py --learners fusion single --asreview PYTHON --json RUNS`` wrote, the
peer's runs among them; replays of the candidates that are not there are appended to CANDIDATES, and those that are in
it already are not run again.

Run it where jak is installed, or with ``PYTHONPATH=.:db`` from the repository.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from ranking import one_run

from jakscreen.rank import learners
from jakscreen.rank.labelled import read_labelled
from jakscreen.rank.learners import LEARNERS, Recipe
from jakscreen.rank.simulation import features_of

WORDS = Recipe({"words": 1.0}, ratio=30.0)
PARTS = {"parts": 1.0, "title": 1.0, "headings": 0.3, "authors": 0.1}
CANDIDATES = {
    "even": (WORDS, Recipe({"diffusion": 1.0}), Recipe(PARTS)),
    "half-5": (WORDS, Recipe({"diffusion": 1.0, "headings": 0.3}, half=5.0), Recipe(PARTS, half=5.0)),
}
"""Recipes beside `fusion` and `single`: machines alike from the start, and parts that come in as soon as the rest."""

KEYS = ("wss95", "loss", "recall5", "recall10", "atd")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--json", type=Path, required=True, metavar="RUNS")
    parser.add_argument("--more", type=Path, required=True, metavar="CANDIDATES")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="sets by name; all by default")
    options = parser.parse_args()
    learners.LEARNERS = {**LEARNERS, **CANDIDATES}
    runs: list[dict[str, Any]] = [json.loads(line) for line in options.json.read_text(encoding="utf-8").splitlines()]
    if options.more.exists():
        runs += [json.loads(line) for line in options.more.read_text(encoding="utf-8").splitlines()]
    for path in sorted(options.data.glob("*.csv.gz")):
        if options.only and path.name[:-7] not in options.only:
            continue
        review = read_labelled(path)
        made = features_of(review)
        for name in CANDIDATES:
            for seed in range(options.seeds):
                if not any((r["set"], r["system"], r["seed"]) == (review.name, name, seed) for r in runs):
                    runs.append(one_run(name, path, review, seed, "", "", made))
                    with options.more.open("a", encoding="utf-8") as stream:
                        stream.write(json.dumps(runs[-1]) + "\n")
    show(runs, [*CANDIDATES, "fusion", "single"])


def show(runs: list[dict[str, Any]], names: list[str]) -> None:
    """Print every candidate beside the peer, and what the choice without each set gives on it."""
    systems = [*names, "asreview"]
    found: dict[tuple[str, str], dict[str, float]] = {}
    sets = sorted({r["set"] for r in runs})
    for name in sets:
        for system in systems:
            mine = [r for r in runs if (r["set"], r["system"]) == (name, system)]
            if mine:
                found[name, system] = {key: float(np.mean([r[key] for r in mine])) for key in KEYS}
    sets = [name for name in sets if all((name, system) in found for system in systems)]
    print(f"{len(sets)} sets\n{'':<32}" + "".join(f"{key:>10}" for key in KEYS))
    for system in systems:
        print(f"{system:<32}" + "".join(f"{np.mean([found[n, system][k] for n in sets]):>10.4f}" for k in KEYS))
    chosen = {}
    for left in sets:
        others = [name for name in sets if name != left]
        worth = {
            system: np.mean([found[n, system]["wss95"] + found[n, system]["recall10"] for n in others])
            for system in names
        }
        chosen[left] = max(worth, key=lambda system: worth[system])
        gain = found[left, chosen[left]]["wss95"] - found[left, "asreview"]["wss95"]
        print(f"without {left:<24}{chosen[left]:<14}WSS@95 {100 * gain:+.1f} points on it")
    mine = {key: float(np.mean([found[n, chosen[n]][key] for n in sets])) for key in KEYS}
    theirs = {key: float(np.mean([found[n, "asreview"][key] for n in sets])) for key in KEYS}
    wins = sum(found[n, chosen[n]]["wss95"] > found[n, "asreview"]["wss95"] for n in sets)
    print(
        f"left out in turn: WSS@95 {100 * (mine['wss95'] - theirs['wss95']):+.2f} points, loss times "
        f"{mine['loss'] / theirs['loss']:.3f}, recall@10 {mine['recall10']:.4f} against {theirs['recall10']:.4f}, "
        f"better on {wins} of {len(sets)}"
    )


if __name__ == "__main__":
    main()
