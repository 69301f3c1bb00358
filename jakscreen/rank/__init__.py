"""Put the reports that matter first."""

from jakscreen.rank.features import Features, extract, report_text
from jakscreen.rank.labels import labels_for
from jakscreen.rank.learner import Model, Ranking, Term, Why, rank, why

__all__ = ["Features", "Model", "Ranking", "Term", "Why", "extract", "labels_for", "rank", "report_text", "why"]
