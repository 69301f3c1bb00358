"""Decide what is in: order the work, count the votes, find the conflicts, measure the agreement.

The function that ranks is ``jakscreen.rank.rank``; here `rank` is the package it lives in.
"""

from jakscreen.agreement import Agreement, Kappa, agreements, cohen_kappa, first_votes
from jakscreen.rank import Ranking, Why, labels_for, report_text, why
from jakscreen.status import Conflict, ReportState, decisions_in_force, open_conflicts, pending_for, report_states

__all__ = [
    "Agreement",
    "Conflict",
    "Kappa",
    "Ranking",
    "ReportState",
    "Why",
    "agreements",
    "cohen_kappa",
    "decisions_in_force",
    "first_votes",
    "labels_for",
    "open_conflicts",
    "pending_for",
    "report_states",
    "report_text",
    "why",
]
