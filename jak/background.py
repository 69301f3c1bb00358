"""Work that goes on while a person reads: the newest request is computed in a thread, older ones are dropped."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["Background"]

Q = TypeVar("Q")
A = TypeVar("A")


class Background(Generic[Q, A]):
    """A thread that answers the newest request and forgets those that it has not begun.

    It holds nothing that must survive: the thread dies with the process, and whoever asks again gets the answer anew.

    Parameters
    ----------
    answer : callable
        What is computed; an error of it is kept in `trouble` and ends nothing.

    Examples
    --------
    >>> with Background(lambda number: number * 2) as double:
    ...     double.ask(20)
    ...     double.ask(21)
    ...     double.wait()
    42
    """

    def __init__(self, answer: Callable[[Q], A]) -> None:
        self._answer = answer
        self._changed = threading.Condition()
        self._asked: list[Q] = []
        self._busy = False
        self._closed = False
        self._latest: A | None = None
        self._trouble: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True, name="jak ranking")
        self._thread.start()

    def ask(self, request: Q) -> None:
        """Hand in a request; one that waits is replaced by it."""
        with self._changed:
            self._asked[:] = [request]
            self._changed.notify_all()

    @property
    def latest(self) -> A | None:
        """The last answer; none before the first."""
        return self._latest

    def trouble(self) -> Exception | None:
        """Return what the last answer failed of, once."""
        with self._changed:
            found, self._trouble = self._trouble, None
        return found

    def wait(self) -> A | None:
        """Return the answer to the newest request when it is there."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or (not self._asked and not self._busy))
        return self._latest

    def close(self) -> None:
        """Drop what waits; what is being computed ends with the process at the latest."""
        with self._changed:
            self._closed = True
            self._asked.clear()
            self._changed.notify_all()

    def __enter__(self) -> Background[Q, A]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        """Answer until it is closed."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or bool(self._asked))
                if self._closed:
                    return
                request = self._asked.pop()
                self._busy = True
            answer, trouble = None, None
            try:
                answer = self._answer(request)
            except Exception as error:
                trouble = error
            with self._changed:
                if trouble is None:
                    self._latest = answer
                self._trouble = trouble
                self._busy = False
                self._changed.notify_all()
