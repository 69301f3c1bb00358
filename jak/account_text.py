"""Accounts as lines of text: what a refresh found, what lies between two searches, what a version adds and drops."""

from __future__ import annotations

from collections import Counter
from itertools import takewhile
from typing import TYPE_CHECKING

from jak.console import counted, emit, say

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from jak.comparing import Moved, SearchAccount
    from jak.refreshing import Account
    from jak.versions import VersionChange, VersionRecord

__all__ = ["in_short", "show_account", "show_search_account", "show_version_change"]

SHOWN = 20
"""Records of a set that are printed; --json has all."""
WIDTH = 60
LEAD = 20
"""Characters that are shown before the place where two long values differ."""


def show_account(account: Account) -> None:
    """Print what lies between a run and the earlier ones."""
    against = ", ".join(str(number) for number in account.against) or "none"
    part = f" of records created since {account.since.isoformat()}" if account.since is not None else ""
    emit(
        f"{account.strategy}, version {account.version}: {account.purpose} {account.run}{part}, against runs {against}"
    )
    _retrieved(account)
    _counts("these runs", account)
    if account.missed_before:
        many = len(account.missed_before)
        emit(f"  of the vanished, {many} {'was' if many == 1 else 'were'} missing in the whole run before already")
    if account.version_change is not None:
        emit("  the text changed: which of the new and the vanished that explains stands below")
    if account.since is not None:
        say("warning: by date only: nothing is said of older records, and nothing is called vanished")
    elif not account.is_complete:
        say("note: the run fell short, so nothing is called vanished")
    elif not account.is_whole:
        say("note: a part of the run was taken back, so nothing is called vanished")
    doubtful = account.rejected + len(account.absent)
    if account.vanished and doubtful:
        say(f"note: {counted(doubtful, 'record')} not given or not readable: look among the vanished")
    below = ("new", "vanished") if account.version_change is not None else ()
    _sets(account, without=below, known=account.missed_before)
    if account.version_change is not None:
        show_version_change(account.version_change)
    elif len(account.versions) > 1:
        versions = ", ".join(str(version) for version in account.versions)
        say(f"note: the text changed (versions {versions}); what it adds and drops: `jak search versions`")


def show_search_account(account: SearchAccount) -> None:
    """Print what lies between a search and the earlier ones."""
    place = f" ({account.platform})" if account.platform else ""
    when = f" of {account.searched_on.isoformat()}" if account.searched_on is not None else ""
    against = ", ".join(map(str, account.against))
    emit(f"search {account.search}, {account.source}{place}{when}, against search {against}")
    _retrieved(account)
    _counts("that search" if len(account.against) == 1 else "those searches", account)
    for doubt in account.doubts:
        say(f"note: {doubt}")
    _sets(account)


def show_version_change(change: VersionChange) -> None:
    """Print what a version of a strategy adds and drops."""
    emit(f"{change.strategy}, version {change.before} -> {change.after}")
    for line in change.text:
        emit(f"  {line}")
    if change.sends_the_same:
        emit("  the query that is sent is the same")
    if change.runs is None:
        emit(f"  no records to compare: {change.why_not}")
        return
    emit(
        f"  run {change.runs[0]} -> run {change.runs[1]}: adds {len(change.adds)}{_origins(change.adds)}, "
        f"drops {len(change.drops)}{_origins(change.drops)}"
    )
    if change.drops:
        emit(f"  of the dropped, {change.drops_decided} are decided, {change.drops_included} of them included")
    if change.caution:
        say(f"! {change.caution}")
    first = sorted(change.drops, key=lambda one: (not one.is_included, not one.is_decided, one.record))
    _list_versions("drops", first, always=lambda one: one.is_included)
    news = sorted(change.adds, key=lambda one: (one.origin != "new in the database", one.record))
    _list_versions("adds", news, always=lambda _: False)


def _retrieved(account: Account | SearchAccount) -> None:
    """Print the equation of a search against the whole review."""
    rejected = f" + rejected {account.rejected}" if account.rejected else ""
    emit(
        f"  retrieved {account.retrieved} = already known {account.known} + new {account.new_to_review}{rejected}"
        " (against the whole review)"
    )


def _counts(what: str, account: Account | SearchAccount) -> None:
    """Print how large each set is."""
    counts = {word: str(len(records)) for word, records in _named(account)}
    if not account.is_whole:
        counts["vanished"] = "not told"
    said = ", ".join(f"{word} {count}" for word, count in counts.items())
    emit(f"  against {what}: {said}, unchanged {len(account.unchanged)}")


def _sets(account: Account | SearchAccount, *, without: Collection[str] = (), known: Collection[int] = ()) -> None:
    """Print the records of each set, but for some sets and for those that an earlier account has named."""
    for word, records in _named(account):
        if word not in without:
            _list(word, tuple(one for one in records if one.record not in known))


def _named(account: Account | SearchAccount) -> tuple[tuple[str, tuple[Moved, ...]], ...]:
    """Return the sets with their names."""
    return (
        ("new", account.new),
        ("changed", account.changed),
        ("corrected", account.corrected),
        ("retracted", account.retracted),
        ("vanished", account.vanished),
    )


def _list(word: str, records: tuple[Moved, ...]) -> None:
    """Print the records of one set: all that were corrected, retracted or gone, and the first of the others."""
    shown = records[:SHOWN] if word in ("new", "changed") else records
    for one in shown:
        known = ", known from another search" if one.known_elsewhere else ""
        number = one.accession if one.accession and not one.pmid else f"PMID {one.pmid or '-'}"
        emit(f"  {word}: record {one.record} ({number}; {one.state}{known}) {one.title[:WIDTH]}")
        for notice in one.notices:
            pmid = f", PMID {notice.pmid}" if notice.pmid else ""
            emit(f"      {notice.kind.replace('_', ' ')}: {notice.citation}{pmid}")
        for change in one.changes:
            if change.field != "related":
                before, after = in_short(change.before, change.after)
                emit(f"      {change.field}: {before} -> {after}")
    if len(records) > len(shown):
        emit(f"  … and {len(records) - len(shown)} more {word}; --json lists all")


def _origins(records: Sequence[VersionRecord]) -> str:
    """Say where records come from or have gone, in brackets."""
    counts = Counter(one.origin for one in records)
    return f" ({', '.join(f'{n} {origin}' for origin, n in sorted(counts.items()))})" if counts else ""


def _list_versions(word: str, records: Sequence[VersionRecord], *, always: Callable[[VersionRecord], bool]) -> None:
    """Print records that a version adds or drops: all of those that must be seen, and the first of the others."""
    shown = [one for place, one in enumerate(records) if place < SHOWN or always(one)]
    for one in shown:
        emit(f"  {word}: record {one.record} ({one.identifier or '-'}; {one.state}; {one.origin}) {one.title[:WIDTH]}")
    if len(records) > len(shown):
        emit(f"  … and {counted(len(records) - len(shown), 'record')} more; --json lists all")


def in_short(before: object, after: object) -> tuple[str, str]:
    """Return two values of a field on short lines, from a little before the place where they differ.

    Examples
    --------
    >>> in_short("a" * 90 + " one two", "a" * 90 + " one three")
    ('…aaaaaaaaaaaaaa one two', '…aaaaaaaaaaaaaa one three')
    >>> in_short((), ("Humans", "Aged"))
    ('(empty)', 'Humans; Aged')
    """
    texts = (_as_text(before), _as_text(after))
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(*texts, strict=False)))
    start = same - LEAD if same > LEAD and max(map(len, texts)) > WIDTH else 0
    shown = [f"…{text[start:]}" if start else text for text in texts]
    one, other = ((text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…") or "(empty)" for text in shown)
    return one, other


def _as_text(value: object) -> str:
    """Return a value of a field on one line."""
    if isinstance(value, tuple):
        text = "; ".join(": ".join(part) if isinstance(part, tuple) else str(part) for part in value)
    else:
        text = "" if value is None else str(value)
    return text.replace("\n", " ")
