"""The search log as Markdown: the checklist first, then every search with its strategy as it was sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from jak.console import counted
from jak.search_log import LoggedFile, LoggedRun, LoggedSearch, SearchLog

__all__ = ["as_markdown"]

SOURCE = "PRISMA-S (Rethlefsen et al. 2021, Syst Rev 10:39, doi:10.1186/s13643-020-01542-z)"


def as_markdown(log: SearchLog) -> str:
    """Return the whole log as one Markdown text.

    Examples
    --------
    >>> print(as_markdown(SearchLog("Hair", (), ())).splitlines()[0])
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


def _search(search: LoggedSearch) -> Iterator[str]:
    """Yield the lines of one search."""
    gone = ""
    if search.undone:
        gone = " (given up)" if search.run is not None and search.run.outcome == "abandoned" else " (taken back)"
    yield f"### Search {search.id}: {search.source}{gone}"
    yield ""
    yield f"- platform: {_flat(search.platform) or '**MISSING**'}"
    yield f"- kind: {search.kind}"
    yield f"- searched on: {search.searched_on.isoformat() if search.searched_on else '**MISSING**'}, by {search.by}"
    yield f"- the source counted: {'**MISSING**' if search.hits is None else search.hits}"
    new, again, rejected = search.new, search.seen_again, search.rejected
    yield f"- records retrieved: {search.records} (new {new}, seen again {again}, rejected {rejected})"
    if search.run is not None:
        yield from _run(search.run)
    yield ""
    yield "Strategy, as sent:" if search.run is not None else "Strategy, as written down by the searcher:"
    yield ""
    yield from _fenced(search.query) if search.query else ["**MISSING**"]
    if search.run is not None and search.run.lines:
        yield ""
        yield from _table(
            ("line", "records", "query as sent"), [(label, str(n), q) for label, q, n in search.run.lines]
        )
    yield ""
    yield from _files(search.files, is_run=search.run is not None)


def _run(run: LoggedRun) -> Iterator[str]:
    """Yield what is known of a run."""
    yield f"- strategy: {_flat(run.strategy)}, version {run.version}; {run.purpose} {run.run}"
    ended = f"{run.ended:%Y-%m-%d %H:%M:%S} UTC" if run.ended is not None else "not yet"
    yield f"- began {run.began:%Y-%m-%d %H:%M:%S} UTC, ended {ended}: {run.outcome}"
    if run.since is not None:
        yield (
            f"- by date only: records that the database created since {run.since.isoformat()}; older ones that "
            "changed, were indexed anew or have vanished were not looked for"
        )
    yield f"- {run.equation}"
    if run.absent:
        yield f"- listed by the source, but not given: {', '.join(run.absent)}"
    if run.database_version:
        yield f"- state of the database: {_flat(run.database_version)}"
    for name, parts in (("limit", run.limits), ("filter", run.filters)):
        for query, why in parts:
            yield f"- {name}: `{_flat(query)}` ({_flat(why) or '**MISSING**'})"
    for note in run.notes:
        yield f"- note: {_flat(note)}"
    for warning in run.warnings:
        yield f"- warning of the source: {_flat(warning)}"
    if run.translation:
        yield ""
        yield "Understood by the source as:"
        yield ""
        yield from _fenced(run.translation)


def _files(files: Sequence[LoggedFile], *, is_run: bool) -> Iterator[str]:
    """Yield the table of the files with their hashes."""
    if not files:
        yield "No file."
        return
    yield "Replies of the service:" if is_run else "Imported files:"
    yield ""
    rows = [
        (f.name + (" (taken back)" if f.undone else ""), f.format, str(f.records), str(f.rejected), f"`{f.sha256}`")
        for f in files
    ]
    yield from _table(("file", "format", "records", "rejected", "sha256"), rows)


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield a table of Markdown."""
    yield f"| {' | '.join(headings)} |"
    yield f"|{'---|' * len(headings)}"
    for row in rows:
        yield f"| {' | '.join(_flat(cell).replace('|', chr(92) + '|') for cell in row)} |"


def _fenced(text: str) -> list[str]:
    """Return a text that stays as it is, whatever stands in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", text, fence]


def _flat(text: str) -> str:
    """Return a text in one line."""
    return " ".join(text.split())
