"""Draft a PubMed strategy for Ovid MEDLINE, Embase.com, Web of Science and the Cochrane Library."""

from jaksearch.translate.draft import TARGETS, Draft, DraftLine, PubmedFilter, PubmedStrategy, draft
from jaksearch.translate.losses import KINDS, Loss
from jaksearch.translate.refusal import StrategyError

__all__ = [
    "KINDS",
    "TARGETS",
    "Draft",
    "DraftLine",
    "Loss",
    "PubmedFilter",
    "PubmedStrategy",
    "StrategyError",
    "draft",
]
