"""Numbers read from papers: the table people fill in, its checks, and the value of each cell that is in force."""

from __future__ import annotations

from jakscreen.extract.checks import NESTED, Checked, Sound, check, load_table, touches
from jakscreen.extract.choose import Chosen, choose_population, choose_time, once_an_arm, population_of
from jakscreen.extract.compare import Difference, InForce, Resolution, agreed, compare, in_force
from jakscreen.extract.pairs import FIELDS_OF, ArmCount, pair_counts
from jakscreen.extract.table import Loaded, read_table, template
from jakscreen.extract.times import days, same_time
from jakscreen.extract.vocabulary import COLUMNS, FIELDS, POPULATIONS, STATUSES, Cell, cell_of, covers, describe

__all__ = [
    "COLUMNS",
    "FIELDS",
    "FIELDS_OF",
    "NESTED",
    "POPULATIONS",
    "STATUSES",
    "ArmCount",
    "Cell",
    "Checked",
    "Chosen",
    "Difference",
    "InForce",
    "Loaded",
    "Resolution",
    "Sound",
    "agreed",
    "cell_of",
    "check",
    "choose_population",
    "choose_time",
    "compare",
    "covers",
    "days",
    "describe",
    "in_force",
    "load_table",
    "once_an_arm",
    "pair_counts",
    "population_of",
    "read_table",
    "same_time",
    "template",
    "touches",
]
