"""Read CSL-JSON: an array, a single object, objects one after another, or the reply of a service that wraps them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from jakdb.words import RawRecord, Reject
from jaksearch.formats.json_objects import BETWEEN, TRIES, Spot, clean_letters, decoded, next_object
from jaksearch.formats.limits import MAX_VALUE, UNKNOWN, beginning, is_known, oversize
from jaksearch.formats.source import line_counter

__all__ = ["VARIABLES", "json_fields", "read_csl"]

_VARIABLES = """
    DOI ISBN ISSN PMCID PMID URL abstract accessed annote archive archive_collection archive_location archive-place
    author authority available-date call-number categories chair chapter-number citation-key citation-label
    citation-number collection-editor collection-number collection-title compiler composer container-author
    container-title container-title-short contributor curator custom dimensions director division edition editor
    editorial-director event event-date event-place event-title executive-producer first-reference-note-number genre
    guest host id illustrator interviewer issue issued journalAbbreviation jurisdiction keyword language locator medium
    narrator note number number-of-pages number-of-volumes organizer original-author original-date
    original-publisher original-publisher-place original-title page page-first part-number part-title performer
    printing-number producer publisher publisher-place recipient references reviewed-author reviewed-genre
    reviewed-title scale script-writer section series-creator shortTitle source status submitted supplement-number title
    title-short translator type version volume volume-title year-suffix system_id shortjournal subtitle subject
    reference-count is-referenced-by-count score prefix member deposited indexed created link license funder
    published published-print published-online short-container-title resource relation content-domain reference
    references-count alternative-id update-policy assertion journal-issue article-number isbn-type issn-type
    original-language-title
"""
VARIABLES = frozenset(_VARIABLES.split())
"""Variables of CSL, and those that Crossref and Zotero add."""
KNOWN_BY = frozenset(("title", "DOI", "PMID", "PMCID", "abstract", "URL"))
PEOPLE = frozenset(("author", "editor"))
WHERE = frozenset(("container-title", "issued", "published", "published-print", "published-online"))
WRAPPED = re.compile(r'\A\s*\{(?:[^{}\[\]]|\{[^{}\[\]]*\})*?"(?:items|references|results|records)"\s*:\s*(?=\[)')


def read_csl(text: str, *, columns: object = None) -> Iterator[RawRecord | Reject]:
    r"""Yield every object of a CSL-JSON text, as a raw record or a reject, numbered from 1.

    Parameters
    ----------
    text : str
        The file's text with newlines as ``\n``.
    columns : object
        Not used; it is there because every reader takes it.

    Notes
    -----
    Names and dates stand in the fields as JSON; other lists as a field an entry.

    Examples
    --------
    >>> [record, reject] = read_csl('[{"type": "book", "title": "Hair"},\n {"title": "Lo]')
    >>> record.fields, reject.line
    ((('type', 'book'), ('title', 'Hair')), 2)
    """
    line_of = line_counter(text)
    for number, (start, end, value, problem) in enumerate(_objects(text), start=1):
        line = line_of(start)
        source = text[start:end].rstrip()
        if problem:
            yield Reject(number, line, *beginning(source, problem))
            continue
        fields = json_fields(value)
        if len(source) > MAX_VALUE and (reason := oversize(fields)):
            yield Reject(number, line, *beginning(source, reason))
            continue
        if is_known(fields, KNOWN_BY, people=PEOPLE, where=WHERE):
            unknown = (name for name in value if name not in VARIABLES)
            notes = tuple(f"line {line}: unknown variable {clean_letters(name)}, kept" for name in unknown)
            yield RawRecord(number, line, source, fields, notes)
        else:
            yield Reject(number, line, UNKNOWN, source)


def json_fields(item: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the pairs of an object: texts as they are, lists one by one, objects as JSON; nothing for what is empty.

    Examples
    --------
    >>> json_fields({"year": 2020, "keywords": ["a", "b"], "pages": "", "author": [{"family": "Liu"}]})
    (('year', '2020'), ('keywords', 'a'), ('keywords', 'b'), ('author', '{"family": "Liu"}'))
    """
    pairs = []
    for key, value in item.items():
        for one in value if isinstance(value, list) else [value]:
            if one is None or one == "" or one == {} or one == []:
                continue
            written = one if isinstance(one, str) else json.dumps(one, ensure_ascii=False)
            pairs.append((clean_letters(key), clean_letters(written)))
    return tuple(pairs)


def _objects(text: str) -> Iterator[Spot]:
    """Yield start, end, value and problem of every object (or of what stands where one should be)."""
    wrapped = WRAPPED.match(text[:20_000])
    at = wrapped.end() if wrapped else 0
    tries = TRIES
    while True:
        start = text.find("{", at)
        between = text[at : start if start >= 0 else len(text)]
        if wrapped and between.lstrip(" \t\n\r,").startswith("]"):
            return
        if left := between.strip(BETWEEN):
            begin = at + between.index(left)
            yield begin, begin + len(left), {}, "this is no object of JSON"
        if start < 0:
            return
        value, end, problem = decoded(text, start)
        if problem:
            end, tries = next_object(text, start, tries, _is_item)
        yield start, end, value, problem
        at = end


def _is_item(value: dict[str, Any]) -> bool:
    """Say whether an object looks like a record."""
    return "title" in value or ("type" in value and "id" in value)
