"""The cases of tests/reference/dedupe_challenge.csv, and what jak makes of them; benchmarks/dedupe.py uses it too."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jak.deduping_files import FilesDeduped, dedupe_files
from jaksearch.dedupe.cluster import Forest

__all__ = ["CHALLENGE", "Case", "Counts", "count", "read_cases", "wrong_merges"]

CHALLENGE = Path(__file__).parent / "reference" / "dedupe_challenge.csv"


@dataclass(frozen=True, slots=True)
class Case:
    """Two records, what they are to each other, and what jak says.

    Attributes
    ----------
    expect : tuple of str
        ``duplicate``, ``different`` or the word of a relation; a few cases allow two words.
    outcome : str
        ``merged``, ``asked`` (top band of the queue), ``asked, second band``, ``related`` or ``apart``.
    relation : str
        The word that goes with a relation or a question.
    """

    name: str
    kind: str
    expect: tuple[str, ...]
    outcome: str
    relation: str
    reasons: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Say whether the outcome is what the case asks for; a question is right for a duplicate if it comes first."""
        if self.expect == ("duplicate",):
            return self.outcome in ("merged", "asked")
        return self.outcome != "merged" and (self.expect == ("different",) or self.relation in self.expect)


@dataclass(frozen=True, slots=True)
class Counts:
    """Figures of some cases."""

    cases: int
    duplicates: int
    merged: int
    asked: int
    related: int
    related_right: int
    wrong: int


def read_cases(path: Path = CHALLENGE) -> tuple[list[Case], FilesDeduped]:
    """Compare all records of the file at once, as ``jak search dedupe --from`` does, and return every case."""
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    found = dedupe_files([path])
    number = {name: n for n, name in found.ids.items()}
    reports = _reports(found)
    between = {
        frozenset((reports.find(pair.a), reports.find(pair.b))): pair for pair in (*found.asks, *found.relations)
    }
    cases = []
    for one, other in zip(rows[::2], rows[1::2], strict=True):
        a, b = number[one["ID"]], number[other["ID"]]
        pair = between.get(frozenset((reports.find(a), reports.find(b))))
        if reports.find(a) == reports.find(b):
            outcome = "merged"
        elif pair is None:
            outcome = "apart"
        else:
            outcome = "related" if pair.kind == "related" else "asked" if pair.band == 1 else "asked, second band"
        merged = next((p for p in found.merges if {p.a, p.b} == {a, b}), None)
        told = pair or merged
        cases.append(
            Case(
                name=one["case"],
                kind=one["kind"],
                expect=tuple(one["expect"].split("|")),
                outcome=outcome,
                relation=pair.relation if pair else "",
                reasons=told.reasons if told else (),
            )
        )
    return cases, found


def count(cases: Sequence[Case]) -> Counts:
    """Count what came of some cases."""
    duplicates = [c for c in cases if c.expect == ("duplicate",)]
    related = [c for c in cases if not {"duplicate", "different"} & set(c.expect)]
    return Counts(
        cases=len(cases),
        duplicates=len(duplicates),
        merged=sum(c.outcome == "merged" for c in duplicates),
        asked=sum(c.outcome == "asked" for c in duplicates),
        related=len(related),
        related_right=sum(c.right for c in related),
        wrong=sum(c.outcome == "merged" for c in cases) - sum(c.outcome == "merged" for c in duplicates),
    )


def wrong_merges(found: FilesDeduped) -> list[tuple[str, str]]:
    """Return the merged pairs whose records are not of one case: every case is about a paper of its own."""
    pairs = [(found.ids[p.a], found.ids[p.b]) for p in found.merges]
    return [(a, b) for a, b in pairs if a[:-1] != b[:-1]]


def _reports(found: FilesDeduped) -> Forest:
    """Return which records were made one report."""
    forest = Forest()
    for pair in found.merges:
        forest.union(pair.a, pair.b)
    return forest
