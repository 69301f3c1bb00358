"""Risk of bias: instruments as data, the table people fill in, totals, and the review's own rule."""

from __future__ import annotations

from jakscreen.appraise.catalogue import Instrument, Question, instrument, instruments
from jakscreen.appraise.table import Loaded, check, load_table, read_table, template
from jakscreen.appraise.totals import Agreement, ItemDifference, Total, agreement, differences, high_risk, totals

__all__ = [
    "Agreement",
    "Instrument",
    "ItemDifference",
    "Loaded",
    "Question",
    "Total",
    "agreement",
    "check",
    "differences",
    "high_risk",
    "instrument",
    "instruments",
    "load_table",
    "read_table",
    "template",
    "totals",
]
