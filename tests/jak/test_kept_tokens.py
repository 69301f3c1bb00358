"""What ranking has read of each report is read once, and what is kept can be lost without harm."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from screening_pool import bring

from jak import kept_tokens
from jak.kept_tokens import VERSION, tokens_of
from jak.workspace import Review
from jakdb import doctor, members, ranking
from jakscreen import rank
from jakscreen.rank import ReportText, Tokens, report_fields, tokenise


def anew(review: Review) -> Tokens:
    """Read every report from its text."""
    snapshot = review.snapshot()
    return tokenise({n: report_fields([snapshot.records[r] for r in rs]) for n, rs in snapshot.members.items()})


def same(one: Tokens, two: Tokens) -> bool:
    """Say whether two readings are alike in every number and word."""
    numbers = ("ids", "stream", "titles", "ends", "named", "named_ends")
    alike = all(np.array_equal(getattr(one, name), getattr(two, name)) for name in numbers)
    return alike and (one.vocabulary, one.names) == (two.vocabulary, two.names)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that gains the number of reports of each reading."""
    counts: list[int] = []

    def counted(texts: dict[int, ReportText]) -> Tokens:
        if texts:
            counts.append(len(texts))
        return tokenise(texts)

    monkeypatch.setattr(rank, "tokenise", counted)
    return counts


def test_a_refresh_reads_only_what_is_new(pool: Review, read: list[int]) -> None:
    assert same(tokens_of(pool.store, pool.snapshot()), anew(pool))
    bring(pool.store, "b", ["ginger on rafts", "mint on rafts"])
    assert same(tokens_of(pool.store, pool.snapshot()), anew(pool))
    assert same(tokens_of(pool.store, pool.snapshot()), anew(pool))
    assert read == [40, 2]


def test_a_merge_reads_only_a_text_that_is_new(pool: Review, read: list[int]) -> None:
    tokens_of(pool.store, pool.snapshot())
    members.add_merges(pool.store, [members.NewMerge("merge", 3, 4)], by="rules")
    assert same(tokens_of(pool.store, pool.snapshot()), anew(pool))
    assert sum(read[1:]) <= 1


@pytest.mark.parametrize("damage", [b"", b"\x80\x04K\x01.", b"PK\x05\x06" + bytes(18)])
def test_what_is_damaged_is_read_anew(pool: Review, damage: bytes) -> None:
    from hashlib import sha256

    tokens_of(pool.store, pool.snapshot())
    for digest in ("0" * 64, sha256(damage).hexdigest()):
        with sqlite3.connect(pool.store.path) as raw:
            raw.execute("UPDATE ranking_features SET content = ?, sha256 = ?", (damage, digest))
        raw.close()
        sound = all(check.is_sound for check in doctor.examine(pool.store))
        assert sound == (digest != "0" * 64)
        assert same(tokens_of(pool.store, pool.snapshot()), anew(pool))
        assert all(check.is_sound for check in doctor.examine(pool.store))
        assert [entry.rows for entry in ranking.features_kept(pool.store, VERSION)] == [40]


def test_many_entries_are_put_together(pool: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_tokens, "MOST_PARTS", 2)
    found = []
    for name in "bcde":
        bring(pool.store, name, [f"ginger {name}"])
        tokens_of(pool.store, pool.snapshot())
        found.append([entry.rows for entry in ranking.features_kept(pool.store, VERSION)])
    assert found == [[41], [41, 1], [43], [43, 1]]
    assert same(tokens_of(pool.store, pool.snapshot()), anew(pool))


def test_no_pickle_is_ever_read(pool: Review, tmp_path: Path) -> None:
    import io
    from hashlib import sha256

    stream = io.BytesIO()
    np.savez(stream, digests=np.array([{"a": 1}], dtype=object), version=np.array([1]))
    ranking.keep_features(pool.store, VERSION, [(1, stream.getvalue())])
    assert sha256(stream.getvalue()).hexdigest()
    assert same(tokens_of(pool.store, pool.snapshot()), anew(pool))
