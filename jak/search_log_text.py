"""The search log as text: the facts of each search, and all of it as Markdown, the checklist first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jak.citation_log import papers_of
from jak.console import counted
from jak.search_log_words import LoggedFile, LoggedRun, LoggedSearch, SearchLog

__all__ = ["SOURCE", "Fact", "as_markdown", "facts", "heading", "strategy_heading"]

SOURCE = "PRISMA-S (Rethlefsen et al. 2021, Syst Rev 10:39, doi:10.1186/s13643-020-01542-z)"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known of a search; without words it is missing.

    Attributes
    ----------
    code : str
        What stands there letter by letter, before the words.
    """

    name: str
    words: str
    code: str = ""


def as_markdown(log: SearchLog) -> str:
    """Return the whole log as one Markdown text.

    Examples
    --------
    >>> print(as_markdown(SearchLog("Hair", "jak", (), ())).splitlines()[0])
    # Search log: Hair
    """
    lines = [f"# Search log{': ' if log.title else ''}{log.title}", "", f"The 16 items of {SOURCE}.", ""]
    if log.missing:
        lines += [f"**{counted(len(log.missing), 'statement')} missing**: marked below.", ""]
    section = ""
    for item in log.items:
        if item.section != section:
            section = item.section
            lines += [f"## {section}", ""]
        lines += [f"**{item.number}. {item.name}**", ""]
        lines += [f"- {_flat(one)}" for one in item.said]
        lines += [f"- **MISSING:** {_flat(one)}" for one in item.missing]
        lines.append("")
    if log.searches:
        lines += ["## Searches", ""]
    for search in log.searches:
        lines += [*_search(search), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def heading(search: LoggedSearch) -> str:
    """Name a search, and say if it does not stand any more."""
    gone = ""
    if search.undone:
        gone = " (given up)" if search.run is not None and search.run.outcome == "abandoned" else " (taken back)"
    return f"Search {search.id}: {search.source}{gone}"


def facts(search: LoggedSearch) -> Iterator[Fact]:
    """Yield what is known of a search, but for its strategy, its lines and its files."""
    told = dict.fromkeys(search.told, " (said in jak.toml)")
    if search.platform or search.kind == "database":
        yield Fact("platform", f"{search.platform}{told.get('platform', '')}")
    yield Fact("kind", search.kind)
    day = f"{search.searched_on.isoformat()}{told.get('searched_on', '')}" if search.searched_on is not None else ""
    yield Fact("searched on", day)
    yield Fact("by", search.by or "nobody: no file came in")
    if search.hits is not None:
        yield Fact("the source counted", f"{search.hits}{told.get('hits', '')}")
    elif search.kind != "other":
        yield Fact("the source counted", "")
    rejected = f" + rejected {search.rejected}" if search.rejected else ""
    account = f"{search.records} = already known {search.seen_again} + new {search.new}{rejected}"
    yield Fact("retrieved", f"{account} (against the whole review at that time)")
    if search.run is not None:
        yield from _of_run(search.run)


def strategy_heading(search: LoggedSearch) -> str:
    """Say whose words the strategy is in."""
    if search.run is not None:
        return "Strategy, as sent"
    return f"Strategy, as written down by the searcher{' in jak.toml' if 'strategy' in search.told else ''}"


def _of_run(run: LoggedRun) -> Iterator[Fact]:
    """Yield what is known of a run."""
    yield Fact("strategy", f"{run.strategy}, version {run.version}; {run.purpose} {run.run}")
    ended = f"{run.ended:%Y-%m-%d %H:%M:%S} UTC" if run.ended is not None else "not yet"
    yield Fact("time", f"began {run.began:%Y-%m-%d %H:%M:%S} UTC, ended {ended}: {run.outcome}")
    yield Fact("equation", run.equation)
    if run.citations is not None:
        yield Fact("round", f"{run.citations.number}, from {counted(len(run.citations.seeds), 'paper')}")
        for name, words in papers_of(run.citations):
            yield Fact(name, words)
    if run.since is not None:
        words = f"records that the database created since {run.since.isoformat()}; older ones that changed, were "
        yield Fact("by date only", words + "indexed anew or have vanished were not looked for")
    if run.absent:
        yield Fact("listed by the source, but not given", ", ".join(run.absent))
    if run.database_version:
        yield Fact("state of the database", run.database_version)
    for name, parts in (("limit", run.limits), ("filter", run.filters)):
        for query, why in parts:
            yield Fact(name, why, code=query)
    for note in run.notes:
        yield Fact("note", note)
    for warning in run.warnings:
        yield Fact("warning of the source", warning)


def _search(search: LoggedSearch) -> Iterator[str]:
    """Yield the lines of one search."""
    yield f"### {heading(search)}"
    yield ""
    for fact in facts(search):
        yield _line(fact)
    if search.run is not None and search.run.translation:
        yield ""
        yield "Understood by the source as:"
        yield ""
        yield from _fenced(search.run.translation)
    yield ""
    yield f"{strategy_heading(search)}:"
    yield ""
    if search.query:
        yield from _fenced(search.query)
    else:
        yield "none was written down" if search.kind == "other" else "**MISSING**"
    if search.run is not None and search.run.lines:
        yield ""
        yield from _table(
            ("line", "records", "query as sent"), [(label, str(n), _code(q)) for label, q, n in search.run.lines]
        )
    yield ""
    yield from _files(search.files, is_run=search.run is not None)


def _line(fact: Fact) -> str:
    """Return a fact as one item of a list."""
    words = _flat(fact.words) or "**MISSING**"
    return f"- {fact.name}: {_code(fact.code)} ({words})" if fact.code else f"- {fact.name}: {words}"


def _files(files: Sequence[LoggedFile], *, is_run: bool) -> Iterator[str]:
    """Yield the table of the files with their hashes."""
    if not files:
        yield "No file."
        return
    yield "Replies of the service:" if is_run else "Imported files:"
    yield ""
    rows = [
        (
            _flat(f.name) + (" (taken back)" if f.undone else ""),
            f.format,
            str(f.records),
            str(f.rejected),
            f"`{f.sha256}`",
        )
        for f in files
    ]
    yield from _table(("file", "format", "records", "rejected", "sha256"), rows)


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield a table of Markdown."""
    yield f"| {' | '.join(headings)} |"
    yield f"|{'---|' * len(headings)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def _fenced(text: str) -> list[str]:
    """Return a text that stays as it is, whatever stands in it."""
    fence = "`" * max(3, _longest_fence(text) + 1)
    return [f"{fence}text", text, fence]


def _code(text: str) -> str:
    """Return a text within a line that stays as it is; only breaks become blanks."""
    fence, pad = "`" * (_longest_fence(text) + 1), " " if "`" in text else ""
    line = re.sub(r"[\r\n]+", " ", text)
    return f"{fence}{pad}{line}{pad}{fence}"


def _longest_fence(text: str) -> int:
    """Return how many backticks stand together at most."""
    return max((len(run) for run in re.findall(r"`+", text)), default=0)


def _flat(text: str) -> str:
    """Return a text in one line."""
    return " ".join(text.split())
