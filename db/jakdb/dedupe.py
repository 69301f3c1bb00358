"""Keep what one run of the duplicate rules found, all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jakdb.blocking import Keyed, forget_gone, save_compared
from jakdb.members import NewMerge, append_merges, mark_compared_in, rebuild_membership
from jakdb.relations import NewRelation, add_relations
from jakdb.store import Store

__all__ = ["SavedDedupe", "save_dedupe"]


@dataclass(frozen=True, slots=True)
class SavedDedupe:
    """What a run changed.

    Attributes
    ----------
    numbers : tuple of int
        Of the merges and questions, then of the relations.
    report_of : mapping of int to int, optional
        The report of each record afterwards, if merges were made or taken back.
    """

    numbers: tuple[int, ...]
    report_of: Mapping[int, int] | None = None


def save_dedupe(
    store: Store,
    *,
    merges: Sequence[NewMerge],
    undoes: Sequence[int],
    relations: Sequence[NewRelation],
    compared: Iterable[Keyed],
    version: str,
    by: str,
) -> SavedDedupe:
    """Store merges, questions and relations, and that some records have been compared, in one transaction.

    Parameters
    ----------
    undoes : sequence of int
        Merges of the rules that are taken back first.
    compared : iterable of Keyed
        The records that were new, with what the rules read of them.
    version : str
        Of the rules; what rules of another version read is forgotten.
    """
    report_of = None
    with store.write() as connection:
        forget_gone(connection, version=version)
        numbers = append_merges(connection, merges, by=by, store=store, undoes=undoes)
        numbers += add_relations(connection, relations, by=by, store=store)
        if merges or undoes:
            report_of = rebuild_membership(connection)
        save_compared(connection, compared, version=version)
        mark_compared_in(connection, store.now())
    return SavedDedupe(numbers, report_of)
