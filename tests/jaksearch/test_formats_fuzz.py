"""A small, seeded share of the fuzzing of the readers: no traceback, no hang, an exact account."""

from __future__ import annotations

import random

import pytest
from formats_account import account, tried
from formats_damage import case_random, fuzzed, mutated
from formats_seeds import MAIN_FORMATS, SEEDS, TOKENS

from jakdb.words import RawRecord, Reject
from jaksearch import FileReading, read_bytes

CASES = 150
SEED = 3
TEXTS = list(SEEDS.values())


@pytest.mark.parametrize("kind", MAIN_FORMATS)
def test_the_invented_exports_are_read_as_what_they_are(kind: str) -> None:
    reading = read_bytes(SEEDS[kind].encode())
    assert reading.format == kind
    assert len(reading.accepted) >= 2
    assert account(reading, SEEDS[kind].encode()) == ""


@pytest.mark.parametrize("kind", MAIN_FORMATS)
@pytest.mark.parametrize("forced", [False, True], ids=["found out", "named"])
def test_fuzzed_files_raise_nothing_take_no_time_and_keep_the_account(kind: str, *, forced: bool) -> None:
    problems = []
    records = 0
    for number in range(CASES // 2):
        random_ = case_random(SEED, f"{kind}:{forced}", number)
        pool = TEXTS if random_.random() < 0.15 else [SEEDS[kind]]
        data = fuzzed(pool, kind, random_)
        outcome = tried(data, format=kind if forced else None)
        records += outcome.records
        if outcome.problem:
            problems.append((number, outcome.problem, data[:300]))
    assert problems == []
    assert records > CASES  # most damaged files still hold records: the fuzzing is not all refusals


@pytest.mark.parametrize("kind", MAIN_FORMATS)
def test_cut_shuffled_doubled_and_flipped_files_keep_the_account(kind: str) -> None:
    random_ = random.Random(SEED)
    outcomes = [tried(mutated(SEEDS[kind].encode(), random_)) for _ in range(40)]
    assert [outcome.problem for outcome in outcomes if outcome.problem] == []


def test_the_same_seed_makes_the_same_file() -> None:
    for format_ in TOKENS:
        first, second = (fuzzed(TEXTS, format_, case_random(1, format_, 7)) for _ in range(2))
        assert first == second
        assert first != fuzzed(TEXTS, format_, case_random(1, format_, 8))


def reading_of(*records: RawRecord | Reject) -> FileReading:
    return FileReading("x", "", 0, "ris", "utf-8", "", records, ())


GOOD = b"TY  - JOUR\nTI  - One\nER  - \nTY  - JOUR\nTI  - Two\nER  - \n"
ONE = RawRecord(1, 1, "TY  - JOUR\nTI  - One\nER  - ", ())
TWO = RawRecord(2, 4, "TY  - JOUR\nTI  - Two\nER  - ", ())


@pytest.mark.parametrize(
    ("records", "problem"),
    [
        ((ONE, TWO), ""),
        ((ONE,), "line 4 begins no record"),
        ((ONE, RawRecord(3, 4, TWO.text, ())), "numbers have gaps"),
        ((ONE, RawRecord(2, 2, "TI  - One", ())), "record 2 overlaps the one before"),
        ((ONE, RawRecord(2, 4, "TY  - JOUR\nTI  - Else\nER  - ", ())), "record 2 is not verbatim"),
        ((ONE, RawRecord(2, 5, TWO.text, ())), "record 2 is not in line 5"),
        ((ONE, Reject(2, 4, "why", TWO.text, 28)), ""),
        ((ONE, Reject(2, 4, "why", TWO.text, 27)), "reject 2 in line 4 has offset 27, not 28"),
    ],
)
def test_the_account_finds_what_is_wrong(records: tuple[RawRecord | Reject, ...], problem: str) -> None:
    assert account(reading_of(*records), GOOD) == problem


def test_a_traceback_and_a_slow_reader_are_problems(monkeypatch: pytest.MonkeyPatch) -> None:
    import formats_account

    def broken(*_: object, **__: object) -> FileReading:
        raise KeyError("TY")

    monkeypatch.setattr(formats_account, "read_bytes", broken)
    assert tried(GOOD).problem.startswith("KeyError at test_formats_fuzz.py:")

    def endless(*_: object, **__: object) -> FileReading:
        while True:
            pass

    monkeypatch.setattr(formats_account, "read_bytes", endless)
    assert tried(GOOD, limit=0.01).problem == "hang"
