"""Find the records of one paper: keys propose pairs, features compare, rules decide, clusters are checked."""

from jaksearch.dedupe.decide import RULES_VERSION, Verdict, decide
from jaksearch.dedupe.find import Found, Pair, explain, find_duplicates
from jaksearch.dedupe.keys import candidate_pairs, keys

__all__ = [
    "RULES_VERSION",
    "Found",
    "Pair",
    "Verdict",
    "candidate_pairs",
    "decide",
    "explain",
    "find_duplicates",
    "keys",
]
