"""The weights of the score: data shipped beside the code, trained by ``benchmarks/dedupe_train.py``."""

from __future__ import annotations

import json
from pathlib import Path

__all__ = ["SCORE_VERSION", "WEIGHTS"]

_SHIPPED = json.loads(Path(__file__).with_name("weights.json").read_text("utf-8"))
SCORE_VERSION: str = _SHIPPED["version"]
"""Raised whenever the weights change."""
WEIGHTS: dict[str, float] = _SHIPPED["weights"]
"""Key of what was seen (`Seen.key`) -> evidence for one paper, in log odds; ``prior`` is where every pair begins."""
