"""Hold back requests so that a service never sees too many a second, whichever thread or process sends them.

A limiter of three a second is three slots: files in one folder, each locked by the request that holds it. A slot is
held from before a request leaves until its reply begins, and nobody takes it again before a window has passed since
then. The request reached the service somewhere in between, so two requests of one slot arrive more than a window
apart, however long either was under way: no window can hold more arrivals than there are slots. Spacing the sendings
alone cannot promise that, as two requests sent a third of a second apart may arrive together.

The operating system frees the locks of a process that dies.
"""

from __future__ import annotations

import contextlib
import math
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from jakdb.errors import UsageError

__all__ = ["Limiter", "limiter_name"]

MARGIN = 0.05
"""Share of the window that is waited longer, as clocks do not tick alike."""
POLL = 0.02
"""Seconds between two looks at slots that are all taken."""
LONGEST_PAUSE = 3600.0
"""Seconds. A time further ahead was written before the computer was started again."""


def limiter_name(host: str, *, with_key: bool) -> str:
    """Return the name of the limiter of a service, as the name of a folder.

    All keys of a computer share one limiter, so that nothing on the disk tells one key from another.

    Examples
    --------
    >>> limiter_name("eutils.ncbi.nlm.nih.gov", with_key=False), limiter_name("[::1]:8080", with_key=True)
    ('limit-eutils.ncbi.nlm.nih.gov', 'limit-___1__8080-key')
    """
    return f"limit-{re.sub('[^a-z0-9.-]', '_', host.lower())}{'-key' if with_key else ''}"


class Limiter:
    """No more than so many requests in any window, across the threads and processes that share a folder.

    Parameters
    ----------
    folder : Path
        Where the slots are kept; made if it is not there. It must be on a disk of this computer.
    per_second : float
        Requests in a second; less than one is one request in so much longer a window. Zero is no limit.
    window : float
        Seconds that stand for the second; tests make it shorter.
    clock, sleep : callable
        Seconds since the computer started (the same in every process), and the wait.

    Raises
    ------
    UsageError
        If the folder cannot be written: without it processes would not know of each other.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> now = [100.0]
    >>> def sleep(seconds):
    ...     now[0] += seconds
    >>> sent = []
    >>> with TemporaryDirectory() as folder:
    ...     limiter = Limiter(Path(folder), 3, clock=lambda: now[0], sleep=sleep)
    ...     for _ in range(7):
    ...         with limiter.turn():
    ...             sent.append(round(now[0], 2))
    >>> sent
    [100.0, 100.0, 100.0, 101.05, 101.05, 101.05, 102.1]
    """

    def __init__(
        self,
        folder: Path,
        per_second: float,
        *,
        window: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if per_second < 0 or not math.isfinite(per_second):
            raise UsageError(f"{per_second} requests a second cannot be kept", hint="give 0 or more; 0 is no limit")
        self.folder = folder
        self.slots = 0 if per_second == 0 else max(1, math.floor(per_second))
        self.gap = window * max(1.0, 1.0 / per_second if per_second else 0.0) * (1 + MARGIN)
        self._clock = clock
        self._sleep = sleep
        if self.slots:
            self._make_folder()

    @contextmanager
    def turn(self) -> Iterator[Callable[[], None]]:
        """Wait for a turn; call what is given back as soon as the reply begins, so that others go on meanwhile."""
        if self.slots == 0:
            yield lambda: None
            return
        slot = self._take()
        try:
            yield slot.release
        finally:
            slot.release()

    def pause(self, seconds: float) -> None:
        """Hold back everybody's next request, as a service asks with Retry-After."""
        if self.slots == 0:
            self._sleep(seconds)
            return
        until = self._clock() + min(seconds, LONGEST_PAUSE)
        with _Slot(self.folder / "pause", self._clock) as file:
            while not file.lock():
                self._sleep(POLL)
            if until > self._sane(file.read()):
                file.write(until)

    def _make_folder(self) -> None:
        """Make the folder and see that it can be written."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _Slot(self.folder / "pause", self._clock).close()
        except OSError as error:
            raise UsageError(
                f"{self.folder}: cannot be written ({error.strerror}), and the limit of requests is kept there",
                hint="set JAK_STATE_DIR to a folder that you can write",
            ) from error

    def _take(self) -> _Slot:
        """Return the slot that is free soonest, locked, once its time has come."""
        while True:
            slot = self._soonest()
            if slot is None:
                self._sleep(POLL)
                continue
            try:
                while (wait := self._wait(slot)) > 0:
                    self._sleep(wait)
                slot.start()
            except BaseException:
                slot.close()
                raise
            return slot

    def _soonest(self) -> _Slot | None:
        """Lock the free slot with the shortest wait; nothing if all are taken."""
        best: _Slot | None = None
        with contextlib.ExitStack() as others:
            for number in range(self.slots):
                slot = others.enter_context(_Slot(self.folder / f"slot-{number}", self._clock))
                if not slot.lock():
                    continue
                slot.look()
                if best is None or slot.ready < best.ready:
                    best = slot
                if self._wait(best) <= 0:
                    break
            if best is None:
                return None
            return best.kept()

    def _wait(self, slot: _Slot) -> float:
        """Return how long the request in a slot has to wait still."""
        now = self._clock()
        ready = min(slot.ready + self.gap, now + self.gap)
        with _Slot(self.folder / "pause", self._clock) as pause:
            return max(ready, self._sane(pause.read())) - now

    def _sane(self, until: float) -> float:
        """Return a time of the pause, or the distant past if it is from before the computer was started."""
        return until if until <= self._clock() + LONGEST_PAUSE else -math.inf


class _Slot:
    """An open file that one holder can lock, with one time in it."""

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        self._keep = False
        self._started = False
        self.ready = -math.inf

    def __enter__(self) -> _Slot:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._keep:
            self.close()

    def kept(self) -> _Slot:
        """Return the slot, which its `with` no longer closes."""
        self._keep = True
        return self

    def lock(self) -> bool:
        """Lock the file unless another holder has."""
        return _try_lock(self._file)

    def look(self) -> None:
        """Note when the last reply in this slot began; now, if its holder died before."""
        self.ready = min(self.read(), self._clock())

    def start(self) -> None:
        """Note that a request is under way."""
        self._started = True
        self.write(math.inf)

    def read(self) -> float:
        """Return the time in the file; an empty or damaged file is the distant past or the unknown."""
        os.lseek(self._file, 0, os.SEEK_SET)
        text = os.read(self._file, 64)
        if not text:
            return -math.inf
        try:
            return float(text)
        except ValueError:
            return math.inf

    def write(self, moment: float) -> None:
        """Put a time into the file, always as long as the last."""
        os.lseek(self._file, 0, os.SEEK_SET)
        os.write(self._file, f"{moment:<32.9f}".encode("ascii"))

    def release(self) -> None:
        """Note that the reply has begun, and give the slot to others."""
        if self._file < 0:
            return
        try:
            if self._started:
                self.write(self._clock())
        finally:
            self.close()

    def close(self) -> None:
        """Close the file, which unlocks it."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


if sys.platform == "win32":
    import msvcrt

    BYTE = 4096  # locked beyond the text, as a locked byte cannot be read by others here

    def _try_lock(file: int) -> bool:
        """Lock a file if it is free."""
        os.lseek(file, BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(file: int) -> bool:
        """Lock a file if it is free."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
