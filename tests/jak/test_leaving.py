"""The process ends at once, also while an order is being computed."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import atexit, sys, threading
import jak.cli
from jak.background import Background
atexit.register(print, "taken down")
begun, never = threading.Event(), threading.Event()
def answer(number):
    begun.set()
    never.wait()
jak.cli.main = lambda: sys.stdout.write("said") - 1
if sys.argv[1] == "busy":
    background = Background(answer)
    background.ask(1)
    begun.wait()
jak.cli.run()
"""


def left(what: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-c", CODE, what], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout


def test_a_busy_thread_is_not_waited_for_and_nothing_said_is_lost() -> None:
    assert left("busy") == (3, "said")


def test_without_one_the_interpreter_is_taken_down_as_ever() -> None:
    assert left("idle") == (3, "saidtaken down\n")
