"""The 16 items of PRISMA-S: what the searches and jak.toml answer, and what a person still has to say.

Rethlefsen et al. (2021), PRISMA-S: an extension to the PRISMA statement for reporting literature searches in systematic
reviews, Syst Rev 10:39. doi:10.1186/s13643-020-01542-z
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jak.citation_log import not_chased, statement
from jak.console import counted
from jak.search_log_words import Item, LoggedSearch
from jak.strategies import TOLD, Searches, SearchSpec

__all__ = ["Duplicates", "items"]

ITEMS = (
    ("Information sources and methods", "Database name"),
    ("Information sources and methods", "Multi-database searching"),
    ("Information sources and methods", "Study registries"),
    ("Information sources and methods", "Online resources and browsing"),
    ("Information sources and methods", "Citation searching"),
    ("Information sources and methods", "Contacts"),
    ("Information sources and methods", "Other methods"),
    ("Search strategies", "Full search strategies"),
    ("Search strategies", "Limits and restrictions"),
    ("Search strategies", "Search filters"),
    ("Search strategies", "Prior work"),
    ("Search strategies", "Updates"),
    ("Search strategies", "Dates of searches"),
    ("Peer review", "Peer review"),
    ("Managing records", "Total records"),
    ("Managing records", "Deduplication"),
)
"""Section and name of each item, in the order of the checklist."""
SEARCHES = "searches"
"""The part of the log that holds each search, as a place."""


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What became of duplicates.

    Attributes
    ----------
    rules : tuple of str
        Every version of the rules that said something of a pair.
    questions : int
        Pairs that a person must still judge.
    is_done : bool
        Whether the rules have run since the last file came in or left.
    records, reports : int
        Different records that are in the review, and the reports that they are.
    """

    by_rules: int
    by_people: int
    rules: tuple[str, ...]
    questions: int
    is_done: bool
    records: int
    reports: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said, what is missing, and where what is said stands."""

    said: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    where: tuple[str, ...] = ()

    def __add__(self, other: Answer) -> Answer:
        """Join two answers to one item."""
        where = tuple(dict.fromkeys((*self.where, *other.where)))
        return Answer((*self.said, *other.said), (*self.missing, *other.missing), where)


def items(
    logged: Sequence[LoggedSearch], searches: Searches, duplicates: Duplicates, *, software: str
) -> tuple[Item, ...]:
    """Answer every item from the searches that stand and from jak.toml."""
    standing = [search for search in logged if not search.undone]
    answers = (
        _databases(standing),
        _multi_database(standing, searches),
        _registers(standing),
        _told(searches, "online_resources", "which web sites or printed sources were browsed, and how"),
        _citation_searching(standing, searches),
        _told(searches, "contacts", "whether authors, experts or manufacturers were asked for studies or data"),
        _other_methods(standing, searches),
        _strategies(standing),
        _restrictions(standing, searches, "limits", "that no limits were used, or which, and why"),
        _restrictions(standing, searches, "filters", "whether published search filters were used, and which"),
        _told(searches, "prior_work", "whether strategies of earlier reviews were used, and which"),
        _updates(standing, searches),
        _dates(standing),
        _peer_review(standing, searches),
        _totals(standing, duplicates),
        _deduplication(standing, searches, duplicates, software),
    )
    return tuple(
        Item(number, section, name, answer.where, answer.said, answer.missing)
        for number, ((section, name), answer) in enumerate(zip(ITEMS, answers, strict=True), start=1)
    )


def _databases(standing: Sequence[LoggedSearch]) -> Answer:
    """Answer item 1: each database with its platform."""
    databases = [s for s in standing if s.kind == "database"]
    if not databases:
        return Answer(missing=("no database has been searched",))
    named = dict.fromkeys(f"{s.source} ({s.platform})" if s.platform else s.source for s in databases)
    missing = [f"the platform of {s.place}: {_key(s, 'platform')}" for s in databases if not s.platform]
    return _below(named, missing)


def _multi_database(standing: Sequence[LoggedSearch], searches: Searches) -> Answer:
    """Answer item 2: which databases share a platform; whether they were searched at once, people say."""
    where: dict[str, list[LoggedSearch]] = {}
    for search in standing:
        if search.platform and search.kind != "other":
            where.setdefault(search.platform, []).append(search)
    shared = _below(
        f"on {platform}: {', '.join(names)} ({_numbers(these)}{_alike(these)})"
        for platform, these in where.items()
        if len(names := dict.fromkeys(s.source for s in these)) > 1
    )
    if standing and all(s.run is not None for s in standing):
        return shared + _told(searches, "multi_database", "") + _below(["jak asked each source by itself"])
    what = "whether several databases were searched at once on one platform, and which"
    return shared + _told(searches, "multi_database", what)


def _registers(standing: Sequence[LoggedSearch]) -> Answer:
    """Answer item 3."""
    registers = [s for s in standing if s.kind == "register"]
    named = dict.fromkeys(f"{s.source} ({s.platform})" if s.platform else s.source for s in registers)
    return _below(named or ("no search of a register is in this review",))


def _citation_searching(standing: Sequence[LoggedSearch], searches: Searches) -> Answer:
    """Answer item 5: each round of citation searching, the papers that it could not start from, and what people say."""
    done = [(s, s.citations) for s in standing if s.citations is not None]
    said = [
        statement(one, place=f"search {s.id} ({s.platform})", day=s.searched_on, records=s.records, new=s.new)
        for s, one in done
    ]
    said += [line for s, one in done for line in not_chased(one, place=f"search {s.id}")]
    what = "" if done else "whether cited and citing references were looked through, and how"
    return _told(searches, "citation_searching", what) + _below(said)


def _other_methods(standing: Sequence[LoggedSearch], searches: Searches) -> Answer:
    """Answer item 7."""
    others = _below(
        f"{s.source}: {counted(s.records, 'record')}" for s in standing if s.kind == "other" and s.citations is None
    )
    return _told(searches, "other_methods", "any other way in which records were found") + others


def _strategies(standing: Sequence[LoggedSearch]) -> Answer:
    """Answer item 8."""
    missing = [
        f"the strategy of {s.place}: {_key(s, 'strategy')}" for s in standing if not s.query and s.kind != "other"
    ]
    count = sum(bool(s.query) for s in standing)
    return _below([f"{count} of {len(standing)} strategies below, as they were run"], missing)


def _restrictions(standing: Sequence[LoggedSearch], searches: Searches, key: str, what: str) -> Answer:
    """Answer items 9 and 10: limits or filters of the strategies that jak ran, each with its reason, and what is told.

    What stands in the query itself only people can tell apart, so a search without a list of its own is asked about.
    """
    known, missing, silent = [], [], []
    for search in standing:
        parts = () if search.run is None else search.run.limits if key == "limits" else search.run.filters
        for query, why in parts:
            known.append(f"{search.place}: {query}{f' ({why})' if why else ''}")
            if not why and search.run is not None:
                missing.append(f"why, or where from: search.{search.run.strategy}.{key} in jak.toml, {query}")
        if not parts and search.kind != "other":
            silent.append(search)
    asked = f"{what}, in {_numbers(silent)}" if silent else what if not standing else ""
    return _told(searches, key, asked) + _below(known, dict.fromkeys(missing))


def _updates(standing: Sequence[LoggedSearch], searches: Searches) -> Answer:
    """Answer item 12: strategies that ran more than once were updated by running them again in full."""
    days: dict[str, list[str]] = {}
    for search in standing:
        if search.run is not None and search.citations is None:
            days.setdefault(search.run.strategy, []).append(f"{search.run.began:%Y-%m-%d}")
    again = _below(f"{name}: run {len(on)} times in full ({', '.join(on)})" for name, on in days.items() if len(on) > 1)
    what = "how searches were updated (run again, alerts), or that they were not"
    return _told(searches, "updates", "" if again.said else what) + again


def _dates(standing: Sequence[LoggedSearch]) -> Answer:
    """Answer item 13: the day of each search, with the version of the strategy that jak ran."""
    dated = [f"{s.place}: {s.searched_on.isoformat()}{_version(s)}" for s in standing if s.searched_on is not None]
    missing = [f"the day of {s.place}: {_key(s, 'searched_on')}" for s in standing if s.searched_on is None]
    return _below(dated, missing)


def _peer_review(standing: Sequence[LoggedSearch], searches: Searches) -> Answer:
    """Answer item 14: what jak.toml says of the strategies that ran."""
    versions: dict[str, list[int]] = {}
    for search in standing:
        if search.run is not None and search.citations is None:
            versions.setdefault(search.run.strategy, []).append(search.run.version)
    reviewed = [spec for name in versions if (spec := searches.strategies.get(name)) and spec.press]
    is_told = bool(versions) and len(reviewed) == len(versions) and all(s.run is not None for s in standing)
    what = "" if is_told else "whether and how the strategies were peer reviewed (PRESS)"
    lines = tuple(f"{spec.name}: {_press(spec)}{_several(versions[spec.name])}" for spec in reviewed)
    where = tuple(f"search.{spec.name}.press in jak.toml" for spec in reviewed)
    return _told(searches, "peer_review", what) + Answer(lines, (), where)


def _totals(standing: Sequence[LoggedSearch], duplicates: Duplicates) -> Answer:
    """Answer item 15: the records of each search beside what the source itself counted, and of all."""
    each = [f"{s.place}: {counted(s.records, 'record')}{_of_hits(s)}" for s in standing]
    missing = [
        f"how many records {s.source} itself counted in search {s.id}: {_key(s, 'hits')}"
        for s in standing
        if s.hits is None and s.kind != "other"
    ]
    total, new, again = (sum(getattr(s, name) for s in standing) for name in ("records", "new", "seen_again"))
    refused = f", {total - new - again} rejected" if total - new - again else ""
    every = (
        f"all searches: {counted(total, 'record')}, of which {new} new and {again} found again{refused}; "
        f"{counted(duplicates.records, 'different one')} in the review"
    )
    return _below([*each, every], missing)


def _deduplication(standing: Sequence[LoggedSearch], searches: Searches, found: Duplicates, software: str) -> Answer:
    """Answer item 16: with what and how duplicates were looked for, and what came of it."""
    told = _told(searches, "deduplication", "")
    if not found.is_done and standing:
        told += Answer(missing=("duplicates are not looked for yet in all records (`jak search dedupe`)",))
    if not (found.is_done and standing) and not found.by_rules + found.by_people:
        return told
    how = (
        f"{', '.join((software, *found.rules))}: pairs of records are compared by identifiers, title, "
        "authors, year, journal, volume and pages; sure pairs are merged, doubtful ones are put before a person"
    )
    came = (
        f"{found.records} different records are {counted(found.reports, 'report')}; "
        f"{counted(found.by_rules, 'merge')} by rules, {found.by_people} by people"
    )
    open_ones = (f"{counted(found.questions, 'pair')} not judged yet",) if found.questions else ()
    return told + Answer((how, came, *open_ones), (), ("the review's merge events",))


def _told(searches: Searches, key: str, what: str) -> Answer:
    """Return what jak.toml says under a key of [search_log]; if nothing, and it is asked for, that it is missing."""
    place = f"search_log.{key} in jak.toml"
    said = searches.said.get(key, "")
    return Answer((said,), (), (place,)) if said else Answer(missing=(f"{what}: {place}",) if what else ())


def _below(said: Iterable[str], missing: Iterable[str] = ()) -> Answer:
    """Return an answer that the searches of the log give."""
    told = tuple(said)
    return Answer(told, tuple(missing), (SEARCHES,) if told else ())


def _key(search: LoggedSearch, name: str) -> str:
    """Name the place where a person can say what an import left out."""
    return f"search_log.{TOLD}.{search.id}.{name} in jak.toml"


def _numbers(searches: Sequence[LoggedSearch]) -> str:
    """Name searches by their numbers."""
    word = "search" if len(searches) == 1 else "searches"
    return f"{word} {', '.join(str(s.id) for s in searches)}"


def _alike(searches: Sequence[LoggedSearch]) -> str:
    """Say that searches of one platform look like one: the same day and the same strategy."""
    days, texts = {s.searched_on for s in searches}, {s.query for s in searches}
    return ", on one day with one strategy" if len(days) == len(texts) == 1 and all(days) and all(texts) else ""


def _version(search: LoggedSearch) -> str:
    """Name strategy and version of a search that jak ran."""
    return f" ({search.run.strategy}, version {search.run.version})" if search.run is not None else ""


def _several(versions: Sequence[int]) -> str:
    """Name the versions that ran, if there are several: which one was reviewed, people must say."""
    different = dict.fromkeys(versions)
    return f" (versions {', '.join(map(str, different))} were run)" if len(different) > 1 else ""


def _of_hits(search: LoggedSearch) -> str:
    """Say what the source itself counted, and what does not fit."""
    if search.hits is None:
        return ""
    absent = len(search.run.absent) if search.run is not None else 0
    short = search.hits - search.records - absent
    gone = f", {absent} not given" if absent else ""
    wrong = f", {short} missing" if short > 0 else f", {-short} too many" if short < 0 else ""
    return f" (the source counted {search.hits}{gone}{wrong})"


def _press(spec: SearchSpec) -> str:
    """Return the peer review of a strategy in one line."""
    return "; ".join(f"{key}: {text}" for key, text in spec.press.items())
