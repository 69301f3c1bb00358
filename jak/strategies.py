"""Search strategies as people write them in jak.toml, and the query that is sent for one.

A line may speak of others by ``#LABEL``, as in the history of a database; what is sent has every reference replaced by
the line itself, in parentheses, so that it finds the same whoever sends it, and whenever.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from jakdb.errors import SettingsError, UsageError

__all__ = [
    "LOG_KEYS",
    "Part",
    "SearchSpec",
    "Searches",
    "Sent",
    "ToldSearch",
    "as_text",
    "parse_searches",
    "resolve",
    "sent",
]

LOG_KEYS = (
    "multi_database",
    "online_resources",
    "citation_searching",
    "contacts",
    "other_methods",
    "limits",
    "filters",
    "prior_work",
    "updates",
    "peer_review",
    "deduplication",
)
"""Keys of the ``[search_log]`` table: what only people can say for PRISMA-S."""
TOLD = "searches"
"""Key of that table under which each search has one of its own."""
CLAUSED = ("openalex", "crossref")
"""Sources with filters beside the search (``filter:NAME:VALUE``): such a limit is not joined with AND."""
RANKED = ("crossref",)
"""Sources that know no AND."""
PRESS_KEYS = ("by", "date", "result", "notes")
_REFERENCE = re.compile(r'"[^"]*"|#(\w+)')
_BREAK = re.compile(r"\s*[\r\n]+\s*")


@dataclass(frozen=True, slots=True)
class Part:
    """A limit with its reason, or a search filter with where it was published."""

    query: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class SearchSpec:
    """One ``[search.NAME]`` table.

    Attributes
    ----------
    lines : tuple of (str, str)
        Label and text of each line.
    query : str
        What combines the lines (``#1 AND #2``); empty means the last line.
    limits, filters : tuple of Part
        Each is joined to the query with AND, or stands behind it as ``filter:NAME:VALUE`` where a service has such.
    press : mapping
        Peer review of the strategy: who (`by`), when (`date`), with which `result`.
    """

    name: str
    source: str
    lines: tuple[tuple[str, str], ...] = ()
    query: str = ""
    limits: tuple[Part, ...] = ()
    filters: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()
    press: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToldSearch:
    """What ``[search_log.searches.NUMBER]`` says of an imported search, where the import itself did not say it."""

    platform: str = ""
    searched_on: date | None = None
    hits: int | None = None
    strategy: str = ""


@dataclass(frozen=True, slots=True)
class Searches:
    """Every ``[search.NAME]`` table, what ``[search_log]`` says, and the known papers of ``[search_check]``.

    Attributes
    ----------
    told : mapping of int to ToldSearch
        What ``[search_log]`` says of single searches, by their number.
    known : tuple of str
        PMIDs, DOIs and titles.
    known_file : str
        The file that lists them instead, as seen from the review's folder.
    """

    strategies: Mapping[str, SearchSpec] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[int, ToldSearch] = field(default_factory=dict)
    known: tuple[str, ...] = ()
    known_file: str = ""

    def strategy(self, name: str) -> SearchSpec:
        """Return the named strategy, or say which names there are."""
        if name in self.strategies:
            return self.strategies[name]
        known = ", ".join(self.strategies) or "none yet"
        raise SettingsError(
            f"jak.toml names no search {name!r}",
            hint=f"searches there: {known}; add a table [search.{name}] or correct the name",
        )


@dataclass(frozen=True, slots=True)
class Sent:
    """What goes to a service: each line by itself, for its count, and the whole query."""

    lines: tuple[tuple[str, str], ...]
    query: str


def resolve(text: str, lines: Mapping[str, str], *, place: str = "query") -> str:
    """Return a text with each reference replaced by its line, in parentheses; what is in quotes stays.

    Raises
    ------
    UsageError
        If a line is not there, or speaks of itself by way of others.

    Examples
    --------
    >>> resolve("#1 AND #2", {"1": "alopecia", "2": "#3 OR jak*", "3": "tofacitinib"})
    '(alopecia) AND ((tofacitinib) OR jak*)'
    """

    def replaced(text: str, path: tuple[str, ...]) -> str:
        def one(found: re.Match[str]) -> str:
            label = found[1]
            if label is None:
                return found[0]
            if label not in lines:
                known = ", ".join(f"#{key}" for key in lines) or "none"
                raise UsageError(f"{place}: there is no line #{label}", hint=f"lines there: {known}")
            if label in path:
                raise UsageError(
                    f"{place}: line #{label} speaks of itself ({' -> '.join(f'#{p}' for p in (*path, label))})",
                    hint="write one of these lines out",
                )
            line = replaced(_one_line(lines[label]), (*path, label))
            return line if found[0] == text else f"({line})"

        return _REFERENCE.sub(one, text)

    return replaced(_one_line(text), ())


def sent(strategy: SearchSpec) -> Sent:
    """Return what is sent for a strategy.

    Raises
    ------
    UsageError
        If a reference cannot be resolved.

    Examples
    --------
    >>> lines = (("1", "alopecia"), ("2", "baricitinib"), ("3", "#1 AND #2"))
    >>> sent(SearchSpec("main", "pubmed", lines, limits=(Part("english[la]"),))).query
    '((alopecia) AND (baricitinib)) AND (english[la])'
    >>> sent(SearchSpec("main", "openalex", lines, limits=(Part("filter:publication_year:2020-2024"),))).query
    '(alopecia) AND (baricitinib) filter:publication_year:2020-2024'
    """
    texts = dict(strategy.lines)
    whole = strategy.query or (strategy.lines[-1][1] if strategy.lines else "")
    place = f"search.{strategy.name}"
    lines = [(label, resolve(text, texts, place=f"{place}, line {label}")) for label, text in strategy.lines]
    query = resolve(whole, texts, place=place)
    if not query:
        raise UsageError(f"{place}: nothing to search for", hint="give it lines or a query")
    clauses = [query]
    for kind, parts in (("limit", strategy.limits), ("filter", strategy.filters)):
        for number, part in enumerate(parts, start=1):
            text = resolve(part.query, texts, place=f"{place}, {kind} {number}")
            lines.append((f"{kind} {number}", text))
            clauses.append(text)
    together = _with_filters(clauses, strategy.source, place) if strategy.source in CLAUSED else _with_and(clauses)
    return Sent(tuple(lines), together)


def _with_and(clauses: Sequence[str]) -> str:
    """Join clauses with AND, each in parentheses if there are several."""
    return " AND ".join(f"({clause})" for clause in clauses) if len(clauses) > 1 else "".join(clauses)


def _with_filters(clauses: Sequence[str], source: str, place: str) -> str:
    """Join clauses for a source that has filters beside its search: they stand behind the words."""
    from jaksearch.sources.clauses import apart, is_clause, joined  # noqa: PLC0415 - the readers are not for --help

    words, own = apart(clauses[0])
    searched = [text for text in (words, *clauses[1:]) if text and not is_clause(text)]
    if len(searched) > 1 and source in RANKED:
        raise UsageError(
            f"{place}: Crossref cannot join a limit with AND", hint="write it as a filter: filter:from-pub-date:2020"
        )
    behind = [f"{name}:{value}" for name, value in own] + [text for text in clauses[1:] if is_clause(text)]
    return joined(_with_and(searched), behind)


def as_text(strategy: SearchSpec) -> dict[str, Any]:
    """Return a strategy as the store keeps it, in values that JSON gives back unchanged."""
    return {
        "lines": [list(line) for line in strategy.lines],
        "query": strategy.query,
        "limits": [[part.query, part.why] for part in strategy.limits],
        "filters": [[part.query, part.why] for part in strategy.filters],
        "notes": list(strategy.notes),
        "press": dict(strategy.press),
    }


def parse_searches(table: Mapping[str, Any]) -> Searches:
    """Read ``[search.NAME]``, ``[search_log]`` and ``[search_check]`` from the TOML, refusing what is not known."""
    from jak.settings import _refuse_unknown, _table, _text, _texts  # noqa: PLC0415 - settings imports this module

    said = _table(table, "search_log")
    _refuse_unknown(said, {*LOG_KEYS, TOLD}, where="search_log")
    tested = _table(table, "search_check")
    _refuse_unknown(tested, {"items"}, where="search_check")
    is_file = isinstance(tested.get("items"), str)
    return Searches(
        strategies={str(name): _strategy(str(name), row) for name, row in _table(table, "search").items()},
        said={key: text for key in LOG_KEYS if (text := _text(said, key, "search_log"))},
        told=dict(_told(number, row) for number, row in _table(said, TOLD, where="search_log.").items()),
        known=() if is_file else _texts(tested, "items", "search_check"),
        known_file=_text(tested, "items", "search_check") if is_file else "",
    )


def _told(number: Any, row: Any) -> tuple[int, ToldSearch]:
    """Read one ``[search_log.searches.NUMBER]`` table."""
    from jak.settings import _refuse_unknown, _text  # noqa: PLC0415 - settings imports this module

    where = f"search_log.{TOLD}.{number}"
    if not re.fullmatch(r"[1-9]\d{0,8}", str(number), re.ASCII):
        raise SettingsError(f"jak.toml: {where}: {number!r} is no search", hint="`jak search list` numbers them")
    if not isinstance(row, Mapping):
        raise SettingsError(f"jak.toml: {where} must be a table")
    _refuse_unknown(row, {f.name for f in fields(ToldSearch)}, where=where)
    day, hits = _text(row, "searched_on", where), row.get("hits")
    if hits is not None and (isinstance(hits, bool) or not isinstance(hits, int) or hits < 0):
        raise SettingsError(f"jak.toml: {where}.hits must be a whole number")
    try:
        searched_on = date.fromisoformat(day) if day else None
    except ValueError:
        raise SettingsError(f"jak.toml: {where}.searched_on is {day!r}", hint="write it as 2026-11-20") from None
    told = ToldSearch(_text(row, "platform", where), searched_on, hits, _text(row, "strategy", where))
    return int(number), told


def _strategy(name: str, row: Any) -> SearchSpec:
    """Read one ``[search.NAME]`` table."""
    from jak.settings import _refuse_unknown, _table, _text, _texts  # noqa: PLC0415 - settings imports this module

    where = f"search.{name}"
    if not isinstance(row, Mapping):
        raise SettingsError(f"jak.toml: {where} must be a table")
    if not name.strip() or len(name) > 100:
        raise SettingsError(f"jak.toml: search.{name[:40]!r} is no name", hint="1 to 100 characters")
    _refuse_unknown(row, {"source", "lines", "query", "limits", "filters", "notes", "press"}, where=where)
    source = _text(row, "source", where)
    if not source:
        raise SettingsError(f"jak.toml: {where}.source is missing", hint='name the service, e.g. source = "pubmed"')
    press = _table(row, "press", where=f"{where}.")
    _refuse_unknown(press, set(PRESS_KEYS), where=f"{where}.press")
    strategy = SearchSpec(
        name=name,
        source=source,
        lines=_lines(row.get("lines", ()), where),
        query=_text(row, "query", where),
        limits=_parts(row, "limits", where, reason="why"),
        filters=_parts(row, "filters", where, reason="from"),
        notes=_texts(row, "notes", where),
        press={key: text for key in PRESS_KEYS if (text := _text(press, key, f"{where}.press"))},
    )
    try:
        sent(strategy)
    except UsageError as error:
        raise SettingsError(f"jak.toml: {error}", hint=error.hint) from None
    return strategy


def _lines(value: Any, where: str) -> tuple[tuple[str, str], ...]:
    """Read the lines: a table of labels, or a list that is counted from 1."""
    if isinstance(value, list | tuple):
        value = {str(number): text for number, text in enumerate(value, start=1)}
    pairs = list(value.items()) if isinstance(value, Mapping) else [("", "")]
    if not all(isinstance(text, str) and text.strip() for _, text in pairs):
        raise SettingsError(f"jak.toml: {where}.lines must be texts, in a table of labels or in a list")
    for label, _ in pairs:
        if not re.fullmatch(r"\w+", str(label)):
            raise SettingsError(
                f"jak.toml: {where}.lines: {label!r} is no label", hint="letters and digits, as in #1 or #drugs"
            )
    return tuple((str(label), text.strip()) for label, text in pairs)


def _parts(row: Mapping[str, Any], key: str, where: str, *, reason: str) -> tuple[Part, ...]:
    """Read limits or filters: texts, or tables with a query and its reason."""
    from jak.settings import _refuse_unknown, _text  # noqa: PLC0415 - settings imports this module

    value = row.get(key, ())
    listed = [value] if isinstance(value, str | Mapping) else value
    if not isinstance(listed, list | tuple):
        raise SettingsError(f"jak.toml: {where}.{key} must be a list")
    found = []
    for one in listed:
        if isinstance(one, Mapping):
            _refuse_unknown(one, {"query", reason}, where=f"{where}.{key}")
            part = Part(_text(one, "query", f"{where}.{key}"), _text(one, reason, f"{where}.{key}"))
        else:
            part = Part(one.strip() if isinstance(one, str) else "")
        if not part.query:
            raise SettingsError(
                f"jak.toml: {where}.{key}: one of them has no query", hint=f'write {{query = "…", {reason} = "…"}}'
            )
        found.append(part)
    return tuple(found)


def _one_line(text: str) -> str:
    """Return a text without line breaks: a query is sent as one line."""
    return _BREAK.sub(" ", text.strip())
