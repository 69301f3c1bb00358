"""The dialogues on a real terminal (a pseudo-terminal with the real process): keys, reasons, undo, quit."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from tests_support import Run, ris

TOML = """
[criteria]
include = ["oral tofacitinib"]
[screening]
reviewers_required = 1
reasons = ["wrong population", "wrong drug"]
"""


def _foreground() -> None:
    """Let Ctrl-C reach the process as a signal, also where the tests were started in the background and ignore it."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """A process on a pseudo-terminal: wait for words, press keys."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.master, slave = pty.openpty()
        environment = {**os.environ, "TERM": "dumb", "COLUMNS": "100"}
        command = [sys.executable, "-m", "jak", *words]
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=folder,
            env=environment,
            start_new_session=True,
            preexec_fn=_foreground,
        )
        os.close(slave)
        self.seen = ""
        self.place = 0

    def wait_for(self, words: str) -> None:
        """Read until the words appear after what was waited for before."""
        limit = time.monotonic() + 30
        while words not in self.seen[self.place :]:
            ready, _, _ = select.select([self.master], [], [], max(0.0, limit - time.monotonic()))
            if not ready:
                raise AssertionError(f"{words!r} did not appear in {self.seen!r}")
            try:
                self.seen += os.read(self.master, 4096).decode(errors="replace")
            except OSError:
                raise AssertionError(f"ended without {words!r}: {self.seen!r}") from None
        self.place = self.seen.index(words, self.place) + len(words)

    def press(self, keys: str) -> None:
        """Send keys."""
        os.write(self.master, keys.encode())

    def end(self) -> int:
        """Wait for the process and return its exit code."""
        code = self.process.wait(timeout=30)
        os.close(self.master)
        return code


@pytest.fixture
def three(review: Path, jak: Run) -> Path:
    """Return a review with three records."""
    Path("jak.toml").write_text(TOML, encoding="utf-8")
    Path("a.ris").write_text(ris("First title", "Second title", "Third title"), encoding="utf-8")
    assert jak("search", "import", "a.ris").code == 0
    return review


def test_a_reviewer_votes_by_keys_and_takes_one_back(three: Path, jak: Run) -> None:
    terminal = Terminal(three, "screen", "next")
    terminal.wait_for("(3 waiting)")
    terminal.wait_for("include if: oral tofacitinib")
    terminal.wait_for("[q] quit")
    terminal.press("i")
    terminal.wait_for("decision 1: include")
    terminal.wait_for("(2 waiting)")
    terminal.wait_for("[q] quit")
    terminal.press("e")
    terminal.wait_for("2 wrong drug")
    terminal.press("2\n")
    terminal.wait_for("decision 2: exclude (wrong drug)")
    terminal.wait_for("[q] quit")
    terminal.press("u")
    terminal.wait_for("taken back: exclude")
    terminal.wait_for("(2 waiting)")
    terminal.wait_for("[q] quit")
    terminal.press("m")
    terminal.wait_for("decision 4: maybe")
    terminal.wait_for("[q] quit")
    terminal.press("q")
    assert terminal.end() == 0
    log = [(d["kind"], d["verdict"]) for d in jak("screen", "log", "--json").json["rows"]]
    assert log == [("vote", "include"), ("vote", "exclude"), ("undo", "exclude"), ("vote", "maybe")]


def test_an_interrupt_keeps_what_was_stored(three: Path, jak: Run) -> None:
    terminal = Terminal(three, "screen", "next")
    terminal.wait_for("[q] quit")
    terminal.press("i")
    terminal.wait_for("decision 1")
    terminal.wait_for("[q] quit")
    terminal.press("\x03")
    assert terminal.end() == 130
    assert len(jak("screen", "log", "--json").json["rows"]) == 1


TWIN = "Ginger capsules for motion sickness on ferries: an open-label trial in sailors"
PLACE = "AU  - Adams, Ruth\nAU  - Baker, Paul\nPY  - 2018\nJO  - Waves\nVL  - 12\n"


def printed(number: str, *pages: str) -> str:
    """Return one title on other pages, each with a PMID of its own: near-equal, and never merged by the rules."""
    made = (ris(TWIN, extra=f"{PLACE}SP  - {page}\nAN  - {number}{n}\nC7  - {n}\n") for n, page in enumerate(pages))
    return "".join(made)


@pytest.fixture
def asked(review: Path, jak: Run) -> Path:
    """Return a review with three printings of one title and so with three questions."""
    Path("a.ris").write_text(printed("1", "101", "201", "301"), encoding="utf-8")
    assert jak("search", "import", "a.ris").code == 0
    assert len(jak("search", "dedupe", "--json").json["asked"]) == 3
    return review


def test_a_skipped_report_is_put_off(three: Path, jak: Run) -> None:
    terminal = Terminal(three, "screen", "next", "--mix", "random=1")
    terminal.wait_for("(3 waiting, drawn at random)")
    terminal.wait_for("[q] quit")
    terminal.press("s")
    terminal.wait_for("put off")
    terminal.wait_for("(3 waiting, drawn at random)")
    terminal.wait_for("[q] quit")
    terminal.press("q")
    assert terminal.end() == 0
    assert jak("screen", "log", "--json").json["rows"] == []


def test_a_kill_while_the_order_is_computed_loses_no_vote(three: Path, jak: Run) -> None:
    terminal = Terminal(three, "screen", "next")
    for number in (1, 2):
        terminal.wait_for("[q] quit")
        terminal.press("i")
        terminal.wait_for(f"decision {number}: include")
    terminal.process.kill()  # at once: the order that learns from the second vote is under way
    terminal.end()
    assert [d["id"] for d in jak("screen", "log", "--json").json["rows"]] == [1, 2]
    assert jak("doctor").code == 0
    assert jak("screen", "next", "--json").json["waiting"] == 1


def test_duplicate_questions_are_answered_by_keys(asked: Path, jak: Run) -> None:
    terminal = Terminal(asked, "search", "dedupe", "review")
    terminal.wait_for("question 1 (1 of 3, band 1)")
    terminal.wait_for("A record 1")
    terminal.wait_for("title equal")
    terminal.wait_for("[q] quit")
    terminal.press("u")
    terminal.wait_for("Nothing was answered yet.")
    terminal.wait_for("question 1 (1 of 3, band 1)")
    terminal.wait_for("[q] quit")
    terminal.press("k")
    terminal.wait_for("question 2 (2 of 3")
    terminal.wait_for("[q] quit")
    terminal.press("d")
    terminal.wait_for("stored as event 4")
    terminal.wait_for("question 3 (3 of 3")
    terminal.wait_for("[q] quit")
    terminal.press("u")  # takes the last answer back and asks again
    terminal.wait_for("event 4 is taken back")
    terminal.wait_for("question 2 (2 of 3")
    terminal.wait_for("[q] quit")
    terminal.press("x")  # no key of the dialogue
    terminal.press("s")
    terminal.wait_for("stored as event 6")
    terminal.wait_for("question 3 (3 of 3")
    terminal.wait_for("[q] quit")
    terminal.press("q")
    assert terminal.end() == 0
    log = [(row["event"]["kind"], row["undone_by"]) for row in jak("search", "dedupe", "list", "--json").json["rows"]]
    assert log == [("ask", None)] * 3 + [("distinct", 5), ("undo", None), ("merge", None)]


def test_an_answer_settles_what_follows_from_it(asked: Path, jak: Run) -> None:
    """Of three reports that are one, two answers say so; the third question is not asked any more."""
    terminal = Terminal(asked, "search", "dedupe", "review")
    for _ in range(2):
        terminal.wait_for("[q] quit")
        terminal.press("s")
        terminal.wait_for("stored as event")
    assert terminal.end() == 0
    assert jak("search", "dedupe", "review").out == "No question is open.\n"


def test_a_pair_called_different_stays_so_through_later_imports(asked: Path, jak: Run) -> None:
    terminal = Terminal(asked, "search", "dedupe", "review", "--band", "1")
    for _ in range(3):
        terminal.wait_for("[q] quit")
        terminal.press("d")
        terminal.wait_for("stored as event")
    assert terminal.end() == 0
    Path("b.ris").write_text(printed("2", "101", "201", "301"), encoding="utf-8")
    assert jak("search", "import", "b.ris").code == 0
    done = jak("search", "dedupe", "--json").json
    assert (len(done["merged"]), done["asked"], done["reports_after"]) == (3, [], 3)
    assert jak("search", "dedupe", "review").out == "No question is open.\n"


def test_a_band_without_questions_ends_at_once(asked: Path) -> None:
    terminal = Terminal(asked, "search", "dedupe", "review", "--band", "2")
    terminal.wait_for("No question of band 2 is open, 3 of the other band.")
    assert terminal.end() == 0
