"""`jak screen simulate` replays in this process, in others and on a cluster: one result, also with a worker killed."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests_support import Run
from worker_support import NO_SIGKILL, Victims, children, killing_progress, local_cluster

from jak.commands import simulate


@pytest.fixture
def past(tmp_path: Path) -> Path:
    """Return a review of 90 records, of which the relevant ones are not easily told from the others."""
    lines = ["title,abstract,label_included"]
    for n in range(90):
        label = int(n % 7 == 1)
        about = " ".join(f"word{(n * step + label) % 23}" for step in (1, 3, 5, 7, 11))
        lines.append(f"Trial {n},{about} {'hair' if (n + label) % 3 else 'lung'},{label}")
    path = tmp_path / "past.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def orders(jak: Run, past: Path, *more: str) -> tuple[str, bytes]:
    """Return what six replays print as JSON, and the orders that they write."""
    out = past.with_name("orders.json")
    done = jak("screen", "simulate", past, "--seeds", "6", "--json", "--orders", out, *more)
    assert done.code == 0, done.err
    return done.out, out.read_bytes()


@NO_SIGKILL
def test_killed_workers_change_no_order(jak: Run, past: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = orders(jak, past)

    def with_one_killed(victims: Victims, *more: str) -> int:
        progress, left = killing_progress(victims)
        monkeypatch.setattr(simulate, "progress", progress)
        assert orders(jak, past, *more) == expected
        return left[0]

    assert with_one_killed(children, "--jobs", "2") > 1
    with local_cluster() as cluster:
        workers = [worker.pid for worker in cluster.workers.values()]
        assert with_one_killed(lambda: workers, "--dask", cluster.scheduler_address) > 1
