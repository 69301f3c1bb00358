"""Measure what one decision costs in an open screening session, in seconds of CPU.

    python benchmarks/screening_session.py [--records 1000 10000 50000] [--votes 40]

Records are invented: words drawn by chance, one in fifty about the question. For each size a session votes on what
it is shown, right each time. Printed are, for the thread that a reviewer waits for (``time.thread_time``): `next`
(the report to show, its place taken from the last order) and the vote itself (stored, with SQLite's full sync); beside
them the thread that computes the order meanwhile: the first order of a pool that nothing is kept of, an order after a
vote, and reading a pool of which everything is kept. Medians, and the largest of `next`.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from pathlib import Path

from jak.kept_tokens import tokens_of
from jak.session import Session
from jak.settings import load_settings
from jak.workspace import Review
from jakdb.imports import FileToImport, NewSearch, save_imports
from jakdb.store import Store
from jakdb.words import RawRecord, Record

TOML = '[review]\nquestion = "ginger against motion sickness"\n[screening]\nreviewers_required = 1\n'


def records(count: int) -> list[tuple[RawRecord, Record, str]]:
    """Return invented records."""
    draw = random.Random(0)
    words = [
        f"{a}{b}{c}" for a in "bdfgklmnprst" for b in ("al", "er", "in", "os", "ut") for c in ("", "ic", "oma", "ed")
    ]
    rare = [f"x{n}" for n in range(20_000)]
    found = []
    for n in range(1, count + 1):
        about = n % 50 == 0
        title = " ".join(["ginger motion sickness" if about else draw.choice(words), *draw.choices(words, k=8)])
        text = draw.choices(words, k=120) + draw.choices(rare, k=20) + (["ginger", "sickness"] * 2 if about else [])
        found.append((RawRecord(n, n, "", ()), Record(title=title, abstract=" ".join(text)), f"r{n}"))
    return found


class Timed(Session):
    """A session that notes the CPU of its orders."""

    def __init__(self, review: Review) -> None:
        self.spent: list[float] = []
        super().__init__(review, "ann", "abstract")

    def _compute(self, asked):  # type: ignore[no-untyped-def] # as in Session
        start = time.thread_time()
        try:
            return super()._compute(asked)
        finally:
            self.spent.append(time.thread_time() - start)


def measure(count: int, votes: int, folder: Path) -> None:
    """Print one line for a pool of a size."""
    (folder / "jak.toml").write_text(TOML, encoding="utf-8")
    with Store.create(folder / "review.db") as store:
        file = FileToImport("a", "a" * 64, 1, "ris", "utf-8", records(count))
        save_imports(store, [(NewSearch("PubMed"), file)], by="ann")
        review = Review(load_settings(folder), store)
        with Timed(review) as session:
            session.wait()
            first = session.spent[0]
            shown, stored = [], []
            for _ in range(votes):
                start = time.thread_time()
                found = session.next()
                shown.append(time.thread_time() - start)
                assert found is not None
                record = found[0].record
                start = time.thread_time()
                session.vote(record.id, "include" if "ginger" in record.title else "exclude")
                stored.append(time.thread_time() - start)
                session.wait()
            after = statistics.median(session.spent[2:])
        snapshot = review.snapshot()
        start = time.process_time()
        tokens_of(store, snapshot)
        kept = time.process_time() - start
    shown_ms, most_ms, vote_ms = (1e3 * f for f in (statistics.median(shown), max(shown), statistics.median(stored)))
    print(
        f"{count:>7,}  {shown_ms:7.2f}  {most_ms:6.2f}  {vote_ms:7.2f}  {first:7.2f}  {after * 1e3:8.1f}  {kept:6.2f}",
        flush=True,
    )


def main() -> None:
    """Measure each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, nargs="+", default=[1000, 10_000, 50_000])
    parser.add_argument("--votes", type=int, default=40)
    asked = parser.parse_args()
    print("records  next ms  max ms  vote ms  first s  order ms  kept s")
    for count in asked.records:
        with tempfile.TemporaryDirectory() as folder:
            measure(count, asked.votes, Path(folder))


if __name__ == "__main__":
    main()
