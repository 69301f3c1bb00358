"""Read CSL-JSON: an array, a single object, objects one after another, or the reply of a service that wraps them.

The standard library's `json` reads each object by itself, from the brace where it begins; an object that is broken
costs itself and not the rest of the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from jakdb.words import RawRecord, Reject
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
NEXT = re.compile(r"[}\]\[,\n]\s{0,200}(\{)")
SURROGATES = re.compile("[\ud800-\udfff]")
LINE = re.compile(r"^[ \t]{0,8}(\{)[ \t]*(?:$|\"(?:id|type|title)\")", re.MULTILINE)
BETWEEN = " \t\n\r,[]\ufeff"
TRIES = 200
WINDOWS = (1 << 16, 1 << 19, 1 << 22)
"""Characters in which the end of an object is looked for, one after the other."""
DECODER = json.JSONDecoder()


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
            notes = tuple(f"line {line}: unknown variable {_clean(name)}, kept" for name in unknown)
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
            pairs.append((_clean(key), _clean(written)))
    return tuple(pairs)


def _clean(text: str) -> str:
    """Put the sign for an unknown letter where half a pair of UTF-16 stands: it could not be written again."""
    return SURROGATES.sub("\ufffd", text) if not text.isascii() else text


def _objects(text: str) -> Iterator[tuple[int, int, dict[str, Any], str]]:
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
        value, end, problem = _decoded(text, start)
        if problem:
            end, tries = _after(text, start, tries)
        yield start, end, value, problem
        at = end


def _decoded(text: str, start: int) -> tuple[dict[str, Any], int, str]:
    """Return the object at a brace and where it ends; or what is wrong with it."""
    value: dict[str, Any] = {}
    length = 0
    try:
        for size in WINDOWS:
            window = text[start : start + size]
            try:
                value, length = DECODER.raw_decode(window)
                break
            except json.JSONDecodeError as error:
                if len(window) < size or (error.pos < size - 20 and not error.msg.startswith("Unterminated")):
                    raise
        else:
            return {}, start, f"not valid JSON: no end within {WINDOWS[-1] >> 20} million characters"
    except json.JSONDecodeError as error:
        return {}, start, f"not valid JSON: {error.msg[:1].lower()}{error.msg[1:]}"
    except RecursionError:
        return {}, start, "not valid JSON: nested too deeply"
    except ValueError:
        return {}, start, "not valid JSON: a number with thousands of digits"
    return value, start + length, ""


def _after(text: str, start: int, tries: int) -> tuple[int, int]:
    """Return where the next record begins behind a broken one, and how many braces may still be tried.

    A brace is tried by reading the object; when the tries are used up, a line that looks like the beginning of a
    record must do. Without one, the broken record takes the rest of the file.
    """
    for match in NEXT.finditer(text, start + 1):
        if not tries:
            break
        tries -= 1
        value, _, problem = _decoded(text, match.start(1))
        if not problem and ("title" in value or ("type" in value and "id" in value)):
            return match.start(1), tries
    line = LINE.search(text, start + 1) if not tries else None
    return (line.start(1) if line else len(text)), tries
