"""Where independent pieces of work are done: in this process, in several, or on a Dask cluster.

Rooms get what is made here as a `concurrent.futures.Executor` and send it module-level functions with values that can
be pickled. The same pieces give the same result wherever they run. A process that dies in the middle takes its pool
with it: the pool is made anew, and what was not done is sent again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context
from typing import Any, TypeVar

from jakdb.errors import SourceError, UsageError

__all__ = ["RebuiltPool", "executor"]

T = TypeVar("T")
REBUILDS = 3
"""How often one piece of work is sent again after the process that had it died: it may be what kills them."""


class RebuiltPool(Executor):
    """A pool of processes that survives the death of one of them.

    Parameters
    ----------
    jobs : int
        Processes.

    Examples
    --------
    >>> with RebuiltPool(1) as pool:
    ...     list(pool.map(abs, [-1, 2]))
    [1, 2]
    """

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._lock = threading.Lock()
        self._pool = self._new()

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Send one piece of work."""
        outer: Future[T] = Future()
        outer.set_running_or_notify_cancel()
        self._send(outer, REBUILDS, lambda pool: pool.submit(fn, *args, **kwargs))
        return outer

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes."""
        self._pool.shutdown(wait, cancel_futures=cancel_futures)

    def _new(self) -> ProcessPoolExecutor:
        # A forked child would inherit the connections and threads of this process.
        return ProcessPoolExecutor(self._jobs, mp_context=get_context("spawn"))

    def _send(self, outer: Future[T], tries: int, submit: Callable[[Executor], Future[T]]) -> None:
        """Submit a piece, and again to a new pool if the pool breaks."""
        with self._lock:
            pool = self._pool
            try:
                inner = submit(pool)
            except BrokenExecutor:
                pool = self._pool = self._new()
                inner = submit(pool)

        def done(found: Future[T]) -> None:
            try:
                outer.set_result(found.result())
            except BrokenExecutor as error:
                if tries == 0:
                    outer.set_exception(error)
                    return
                with self._lock:
                    if self._pool is pool:
                        self._pool = self._new()
                self._send(outer, tries - 1, submit)
            except BaseException as error:
                outer.set_exception(error)

        inner.add_done_callback(done)


@contextmanager
def executor(*, jobs: int = 1, dask: str = "") -> Iterator[Executor | None]:
    """Give what pieces of work are sent to; None where this process does them itself.

    Parameters
    ----------
    jobs : int
        Processes on this computer; 1 is this one alone.
    dask : str
        Address of a Dask scheduler (``tcp://host:8786``) that does the work instead.

    Raises
    ------
    UsageError
        If Dask is asked for and not installed, or both are asked for.
    SourceError
        If the scheduler cannot be reached.
    """
    if dask and jobs != 1:
        raise UsageError("--jobs and --dask cannot both be given", hint="the cluster has its own number of workers")
    if dask:
        with _client(dask) as client:
            yield client.get_executor(pure=False)
    elif jobs > 1:
        with RebuiltPool(jobs) as pool:
            yield pool
    else:
        yield None


def _client(address: str) -> Any:
    """Return the client of a Dask scheduler."""
    try:
        client: Any = import_module("distributed").Client  # optional
    except ImportError:
        raise UsageError("--dask needs Dask, which is not installed", hint="pip install 'jak-review[dask]'") from None
    try:
        return client(address, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise SourceError(
            f"{address}: no Dask scheduler answers there", hint="start one with `dask scheduler`, and workers for it"
        ) from error
