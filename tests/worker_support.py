"""Processes and a Dask cluster on loopback whose workers can be killed in the middle."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

__all__ = ["NO_SIGKILL", "Victims", "children", "killing_progress", "local_cluster"]

NO_SIGKILL = pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL on Windows")
Victims = Callable[[], list[int]]
Progress = Callable[[str], AbstractContextManager[Callable[[int, int], None]]]


def killing_progress(victims: Victims) -> tuple[Progress, list[int]]:
    """Return a progress display that kills one process at its first tick, and what gets how much was left then."""
    left: list[int] = []

    @contextmanager
    def progress(_label: str) -> Iterator[Callable[[int, int], None]]:
        def tick(done: int, total: int) -> None:
            if not left:
                left.append(total - done)
                os.kill(victims()[0], signal.SIGKILL)

        yield tick

    return progress, left


def children() -> list[int]:
    """Return the processes that this one has started."""
    return [process.pid for process in multiprocessing.active_children() if process.pid]


@contextmanager
def local_cluster() -> Iterator[Any]:
    """Start a scheduler that listens on loopback, and two workers in processes of their own."""
    distributed = pytest.importorskip("distributed", reason="needs the extra `dask`")
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",  # None would take port 8787
        silence_logs=50,
    ) as started:
        yield started
