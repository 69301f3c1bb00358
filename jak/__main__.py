"""``python -m jak``."""

from jak.cli import run

run()
