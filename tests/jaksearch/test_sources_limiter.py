"""No service ever sees more requests in a window than it allows, whoever sends them."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from services.eutils import EUtils, Fault, Script, make_corpus, start
from services.serving import Server

from jakdb.errors import UsageError
from jaksearch.sources import make_source
from jaksearch.sources.limiter import Limiter, limiter_name

ROOT = Path(__file__).parents[2]
CORPUS = make_corpus(60)
WINDOW = 0.15


def busiest(times: Sequence[float], window: float = 1.0) -> int:
    """Return the highest number of moments in any window, both ends counted."""
    return max(sum(1 for later in times if moment <= later <= moment + window) for moment in times)


class Clock:
    """A clock that runs only while somebody sleeps."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.now += seconds


def limiter(folder: Path, per_second: float, clock: Clock) -> Limiter:
    return Limiter(folder, per_second, clock=clock, sleep=clock.sleep)


@given(seed=st.integers(0, 2**32), per_second=st.sampled_from([1, 3, 10]), slowest=st.sampled_from([0.01, 0.4, 3.0]))
def test_no_window_is_too_full_however_long_requests_are_under_way(
    tmp_path_factory: pytest.TempPathFactory, seed: int, per_second: int, slowest: float
) -> None:
    """A request arrives at any moment between its sending and the begin of its reply."""
    dice, clock = random.Random(seed), Clock()
    taken = limiter(tmp_path_factory.mktemp("limit"), per_second, clock)
    arrivals: list[float] = []
    under_way: list[tuple[float, ExitStack]] = []
    for _ in range(40):
        while len(under_way) == per_second or (under_way and dice.random() < 0.4):
            sent, turn = under_way.pop(dice.randrange(len(under_way)))
            clock.now += dice.uniform(0, slowest)
            arrivals.append(dice.uniform(sent, clock.now))
            turn.close()
        turn = ExitStack()
        turn.enter_context(taken.turn())
        under_way.append((clock.now, turn))
    for _, turn in under_way:
        turn.close()
    assert busiest(arrivals) <= per_second


@pytest.mark.parametrize(("per_second", "seconds"), [(0.5, 21.0), (1, 10.5), (2.5, 5.25), (10, 1.05)])
def test_the_rate_is_used_up(tmp_path: Path, per_second: float, seconds: float) -> None:
    """The eleventh request leaves after ten others, with a margin of a twentieth."""
    clock = Clock()
    taken = limiter(tmp_path, per_second, clock)
    for _ in range(11):
        with taken.turn():
            pass
    assert clock.now - 1000 == pytest.approx(seconds)


def test_zero_is_no_limit_and_keeps_no_files(tmp_path: Path) -> None:
    clock = Clock()
    taken = limiter(tmp_path / "none", 0, clock)
    for _ in range(100):
        with taken.turn() as arrived:
            arrived()
    assert clock.now == 1000
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("per_second", [-1, float("nan"), float("inf")])
def test_a_rate_that_is_none_is_an_error(tmp_path: Path, per_second: float) -> None:
    with pytest.raises(UsageError, match="requests a second"):
        Limiter(tmp_path, per_second)


def test_a_folder_that_cannot_be_written_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UsageError, match="cannot be written") as caught:
        Limiter(tmp_path / "file" / "limit", 3)
    assert "JAK_STATE_DIR" in caught.value.hint


def test_a_pause_holds_back_everybody(tmp_path: Path) -> None:
    clock = Clock()
    asked, other = limiter(tmp_path, 3, clock), limiter(tmp_path, 3, clock)
    asked.pause(7)
    asked.pause(2)  # a shorter one does not end the longer
    with other.turn():
        assert clock.now == 1007


def test_times_from_before_the_computer_was_started_hold_nobody_back(tmp_path: Path) -> None:
    """The clock begins anew then, so that such times lie far ahead."""
    old = Clock(5_000_000.0)
    before = limiter(tmp_path, 1, old)
    before.pause(30)
    with before.turn():
        pass
    clock = Clock(10.0)
    with limiter(tmp_path, 1, clock).turn():
        assert clock.now == pytest.approx(11.05)


def test_damaged_files_cost_one_window(tmp_path: Path) -> None:
    clock = Clock()
    taken = limiter(tmp_path, 1, clock)
    (tmp_path / "slot-0").write_bytes(b"\xff\x00 not a time")
    (tmp_path / "pause").write_bytes(b"neither")
    with taken.turn():
        assert clock.now == pytest.approx(1001.05)


def test_an_error_while_waiting_gives_the_slot_back(tmp_path: Path) -> None:
    clock = Clock()
    taken = limiter(tmp_path, 1, clock)
    with taken.turn():
        pass

    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    impatient = Limiter(tmp_path, 1, clock=clock, sleep=interrupted)
    with pytest.raises(KeyboardInterrupt), impatient.turn():
        pytest.fail("it had to wait")
    with taken.turn():
        assert clock.now == pytest.approx(1001.05)


def test_the_slot_of_a_killed_process_is_free_after_a_window(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from jaksearch.sources.limiter import Limiter\n"
        "with Limiter(Path(sys.argv[1]), 1).turn():\n    print('sent', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT, env={"PYTHONPATH": "db:."}
    )
    assert holder.stdout is not None
    with holder, holder.stdout:
        assert holder.stdout.readline() == b"sent\n"
        holder.send_signal(signal.SIGKILL)
    killed = time.monotonic()
    with Limiter(tmp_path, 1).turn():
        assert 1.0 <= time.monotonic() - killed < 10


def fetch(server: Server, state: Path, times: int) -> None:
    """Send so many requests, three in every window."""
    source = make_source("pubmed", base_url=server.url, per_second=3, window=WINDOW, state=state)
    for _ in range(times):
        source.fetch([str(CORPUS.ids[0])])


def together(work: Callable[[], None], count: int) -> None:
    """Run a function in so many threads."""
    errors: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_eight_threads_keep_the_limit(tmp_path: Path) -> None:
    with start(EUtils(CORPUS)) as server:
        together(lambda: fetch(server, tmp_path, 4), 8)
        assert len(server.log) == 32
        assert server.log.busiest(seconds=WINDOW) <= 3


def test_two_processes_keep_the_limit(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from jaksearch.sources import make_source\n"
        "url, state, pmid = sys.argv[1:]\n"
        f"source = make_source('pubmed', base_url=url, per_second=3, window={WINDOW}, state=Path(state))\n"
        "for _ in range(16): source.fetch([pmid])"
    )
    with start(EUtils(CORPUS)) as server:
        words = [sys.executable, "-c", program, server.url, str(tmp_path), str(CORPUS.ids[0])]
        running = [subprocess.Popen(words, cwd=ROOT, env={"PYTHONPATH": "db:."}) for _ in range(2)]
        assert [process.wait(timeout=60) for process in running] == [0, 0]
        assert len(server.log) == 32
        assert server.log.busiest(seconds=WINDOW) <= 3


def test_retries_keep_the_limit_and_what_the_service_asks(tmp_path: Path) -> None:
    """At the true rate, with the service's own limit: no request is refused but by the faults."""
    faults = Script(["500", "500", "reset", Fault("429-retry-after", retry_after=2), None, "502", "reset"])
    with start(EUtils(CORPUS, faults=faults, per_second=3)) as server:
        source = make_source("pubmed", base_url=server.url, state=tmp_path, backoff=0.01)
        for _ in range(3):
            source.fetch([str(CORPUS.ids[0])])
        log = list(server.log)
        assert any(request.retry_after for request in log)
        assert any(request.status == 500 for request in log)
        assert server.log.busiest() <= 3
        assert server.log.early() == []
        assert [request for request in log if request.status == 429 and not request.fault] == []


def test_a_name_tells_the_host_and_nothing_of_the_key() -> None:
    assert limiter_name("eutils.ncbi.nlm.nih.gov", with_key=True) != limiter_name("x", with_key=True)
    assert limiter_name("x", with_key=True) != limiter_name("x", with_key=False)
    assert "/" not in limiter_name("../../etc", with_key=False)
