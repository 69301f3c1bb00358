"""Read BibTeX and BibLaTeX: every entry becomes one record or one reject, whatever its neighbours look like.

Where entries begin is decided here, by lines; `bibtexparser` then takes each entry apart by itself, so that a brace
that is never closed costs one entry. What it cannot parse is rescued field by field. An entry whose key was seen
before is a record like any other.
"""

from __future__ import annotations

import bisect
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from jakdb.words import RawRecord, Reject
from jaksearch.formats.latex import from_latex
from jaksearch.formats.limits import MAX_VALUE, UNKNOWN, beginning, is_known, oversize
from jaksearch.formats.source import line_counter

__all__ = ["ENTRY_HEAD", "KNOWN_FIELDS", "read_bibtex"]

ENTRY_HEAD = re.compile(r"@[ \t]*([A-Za-z]+)[ \t]*([{(])")
LINE_HEAD = re.compile(rf"^[ \t]*(?={ENTRY_HEAD.pattern})", re.MULTILINE)
STRONG = re.compile(r"@[ \t]*[A-Za-z]+[ \t]*[{(]\s*[^\s,={}\"()@%]*[ \t]*,\s*(?:$|\n|[A-Za-z][\w:.-]*\s*=|\}|\Z)")
NO_RECORD = frozenset(("comment", "string", "preamble"))
MAX_STRING = 4_000
"""Characters that the names in an ``@string`` may stand for: ten strings of ten strings each soon fill any memory."""
MAX_SUM = 1 << 20
"""Characters that the names in a value may stand for."""
BRACES = re.compile(r"(?<!\\)[{}]")
BRACES_AND_QUOTES = re.compile(r"(?<!\\)[{}\")]")
NAME = r"[A-Za-z][\w:.+/-]*"
BEFORE = rf"[ \t]*,?[ \t]*({NAME})[ \t]*=[ \t]*"
FIELD = re.compile(rf"(?:^|,){BEFORE}(?=[{{\"])|^{BEFORE}(?=\w+[ \t]*(?:,|\}}|\)|$))", re.MULTILINE)
FIELD_AHEAD = re.compile(rf"(?:^|,)[ \t]*,?[ \t]*{NAME}[ \t]*=[ \t]*[{{\"\d]", re.MULTILINE)
STRING = re.compile(rf"\s*({NAME})\s*=\s*(.*)", re.DOTALL)
VERBATIM = frozenset(("url", "doi", "eprint", "file", "pmid", "pmcid", "link", "urn", "issn", "isbn", "bdsk-url-1"))
DELIMITER = re.compile(r"(?<!\\)[{}\"]")
BARE = re.compile(r"[^\s#]+")
PIECE_ENDS = re.compile(r"\s*(?:#|\Z)")
KNOWN_BY = frozenset(("title", "booktitle", "maintitle", "doi", "pmid", "pmcid", "abstract", "url", "eprint"))
PEOPLE = frozenset(("author", "editor"))
WHERE = frozenset(("journal", "journaltitle", "year", "date"))
_KNOWN = """
    abstract accession addendum address affiliation annotation annote archive archiveprefix art_number article-number
    author author-email author_keywords bookauthor booksubtitle booktitle chapter citation_key coden comment
    conference_date copyright correspondence_address crossref da database date day doc-delivery-number document_type doi
    earlyaccessdate edition editor editora eid eissn entrysubtype eprint eprinttype eventdate eventtitle eventtitleaddon
    file funding-acknowledgement funding-text fjournal groups hal_id howpublished id institution introduction isbn issn
    issue issuetitle journal journal-iso journalabbr journalsubtitle journaltitle keyword keywords keywords-plus
    langid language location mainsubtitle maintitle mendeley-groups mendeley-tags mesh month note number
    number-of-cited-references numpages oa-status openalex orcid-numbers organization origdate origlanguage origtitle
    owner page pagenums pages pagetotal part peer_review place platform pmcid pmid primaryclass publicationtype
    publisher pubstate pubmed_id referenceid references registration relatedtype research-areas researcherid-numbers
    researchareas rights school series shortjournal shorttitle source subject subtitle times-cited timestamp title
    titleaddon translatedtitle translator type unique-id unique_id url urldate urn usage-count-last-180-days
    usage-count-since-2013 usera userb venue version volume volumes web-of-science-categories
    web-of-science-index year abbrev_source_title issn_isbn
"""
KNOWN_FIELDS = frozenset(_KNOWN.split())


@dataclass(frozen=True, slots=True)
class _Block:
    """A piece of the file that begins with ``@word{``: where it begins and ends, and whether its brace is closed."""

    start: int
    end: int
    kind: str
    closed: bool


def read_bibtex(text: str, *, columns: object = None) -> Iterator[RawRecord | Reject]:
    r"""Yield every entry of a BibTeX text, as a raw record or a reject, numbered from 1.

    Parameters
    ----------
    text : str
        The file's text with newlines as ``\n``.
    columns : object
        Not used; it is there because every reader takes it.

    Notes
    -----
    Fields are lower case, with ``ENTRYTYPE`` and ``ID`` (the citation key) first. LaTeX is decoded, except in
    ``author`` and ``editor``, where braces still tell groups from persons. ``@string`` names are replaced by their
    values; ``@comment`` and ``@preamble`` are no records.

    Examples
    --------
    >>> first, second = read_bibtex("@article{liu,\n title = {Hair}\n}\n@article{liu, title = {Loss")
    >>> first.fields
    (('ENTRYTYPE', 'article'), ('ID', 'liu'), ('title', 'Hair'))
    >>> dict(second.fields)["title"], second.warnings
    ('Loss', ('line 4: the entry is never closed, read field by field',))
    """
    strings: dict[str, str] = {}
    line_of = line_counter(text)
    number = 0
    unclosed: list[str] = []
    blocks = list(_blocks(text))
    for index, block in enumerate(blocks):
        source = text[block.start : block.end].rstrip()
        if block.kind in NO_RECORD:
            if block.kind == "string" and block.closed:
                _define(source, strings)
            if not block.closed and len(unclosed) < 20:
                unclosed.append(f"line {line_of(block.start)}: @{block.kind} before the record is never closed")
            continue
        number += 1
        line = line_of(block.start)
        notes, unclosed = unclosed, []
        if number == 1 and (lead := _remark(text[: blocks[0].start])):
            notes.append(f"line {text[: text.index(lead)].count(chr(10)) + 1}: text before the first record left out")
        following = text[block.end : blocks[index + 1].start if index + 1 < len(blocks) else len(text)]
        if _remark(following):
            at = line_of(block.end + len(following) - len(following.lstrip()))
            notes.append(f"line {at}: text between records left out")
        yield _record(source, line, number, block, strings, notes)


def _blocks(text: str) -> Iterator[_Block]:
    """Cut the text at ``@word{``: at the beginning of a line, or right behind the entry before."""
    heads = [match.end() for match in LINE_HEAD.finditer(text)]
    strong = [at for at in heads if STRONG.match(text, at)]
    at: int | None = heads[0] if heads else None
    if (inline := ENTRY_HEAD.search(text, 0, at if at is not None else len(text))) and STRONG.match(
        text, inline.start()
    ):
        at = inline.start()
    while at is not None:
        head = ENTRY_HEAD.match(text, at)
        assert head is not None
        kind = head[1].lower()
        following = bisect.bisect_right(strong, at)
        limit = strong[following] if following < len(strong) else len(text)
        if kind in NO_RECORD:  # it may swallow nothing that could be a record
            line = bisect.bisect_right(heads, at)
            limit = heads[line] if line < len(heads) else limit
        end = _closing(text, head.end(), limit, head[2])
        weak = bisect.bisect_left(heads, end or limit)
        before = min(limit, heads[weak]) if weak < len(heads) else limit
        if end is not None and kind not in NO_RECORD and _more_fields(text[end:before]):
            end, limit = None, before
        elif end is None and kind in NO_RECORD:
            inside = ENTRY_HEAD.finditer(text, head.end(), limit)
            limit = next((found.start() for found in inside if STRONG.match(text, found.start())), limit)
        stop = limit if end is None else end
        yield _Block(at, stop, kind, end is not None)
        at = _next_head(text, stop, heads)


def _next_head(text: str, stop: int, heads: list[int]) -> int | None:
    """Return where the next entry begins: behind this one on the same line, or at the beginning of a later line."""
    index = bisect.bisect_left(heads, stop)
    at = heads[index] if index < len(heads) else None
    end_of_line = text.find("\n", stop)
    rest = len(text) if end_of_line < 0 else end_of_line
    for match in ENTRY_HEAD.finditer(text, stop, rest if at is None else min(rest, at)):
        if STRONG.match(text, match.start()):
            return match.start()
    return at


def _closing(text: str, at: int, limit: int, opened: str) -> int | None:
    """Return the position behind the brace that closes the entry; None if nothing before `limit` does."""
    depth = 0
    quoted = False
    for match in (BRACES if opened == "{" else BRACES_AND_QUOTES).finditer(text, at, limit):
        mark = match[0]
        if mark == "{":
            depth += 1
        elif mark == "}" and depth:
            depth -= 1
        elif mark == "}" and opened == "{":
            return match.end()
        elif mark == '"' and not depth:
            quoted = not quoted
        elif mark == ")" and not depth and not quoted:
            return match.end()
    return None


def _more_fields(rest: str) -> bool:
    """Say whether fields go on behind the brace that seemed to close the entry."""
    return rest.lstrip()[:1] not in ("", "@", "%") and FIELD_AHEAD.search(rest) is not None


def _remark(text: str) -> str:
    """Return the text that stands between entries, if it is more than a comment."""
    if not text.strip(" \t\n,})"):
        return ""
    lines = [line for line in text.split("\n") if line.strip(" \t,})") and not line.lstrip().startswith("%")]
    return lines[0] if lines else ""


def _key_of(source: str) -> str:
    """Return the citation key as far as it can be seen."""
    match = re.match(r"@\s*\w+\s*[{(]\s*([^\s,={}]*)\s*,", source)
    return match[1] if match else ""


def _record(
    source: str, line: int, number: int, block: _Block, strings: dict[str, str], notes: list[str]
) -> RawRecord | Reject:
    """Make one record or one reject of one entry."""
    pairs = _parsed(source) if block.closed else None
    if pairs is None:
        pairs = _rescued(source)
        what = "could not be parsed" if block.closed else "is never closed"
        notes.append(f"line {line}: the entry {what}, read field by field")
    key = _key_of(source)
    fields = [("ENTRYTYPE", block.kind), ("ID", key)] if key else [("ENTRYTYPE", block.kind)]
    for name, written in pairs:
        name = name.casefold()
        value = _value(written, strings)
        if name not in ("author", "editor", "translator", "translatedauthor"):
            value = from_latex(value, verbatim=name in VERBATIM)
        if value := " ".join(value.split()):
            fields.append((name, value))
            if name not in KNOWN_FIELDS:
                notes.append(f"line {line}: unknown field {name}, kept")
    if len(source) > MAX_VALUE and (reason := oversize(fields)):
        return Reject(number, line, *beginning(source, reason))
    if is_known(fields, KNOWN_BY, people=PEOPLE, where=WHERE):
        return RawRecord(number, line, source, tuple(fields), tuple(notes))
    return Reject(number, line, UNKNOWN, source)


def _parsed(source: str) -> list[tuple[str, str]] | None:
    """Let bibtexparser take an entry apart; None if it fails."""
    from bibtexparser.model import DuplicateFieldKeyBlock, Entry  # noqa: PLC0415 - loaded for BibTeX only
    from bibtexparser.splitter import Splitter  # noqa: PLC0415

    with _silent("bibtexparser.splitter"):
        found = Splitter(source).split().blocks
    if len(found) != 1:
        return None
    entry = found[0].ignore_error_block if isinstance(found[0], DuplicateFieldKeyBlock) else found[0]
    if not isinstance(entry, Entry):
        return None
    if any(not field.key or re.search(r"\s", field.key) for field in entry.fields):
        return None  # a line without a name has become part of the next field's name
    return [(field.key, field.value) for field in entry.fields]


def _rescued(source: str) -> list[tuple[str, str]]:
    """Find the fields of an entry that is not well formed; a line without a name goes on with the field before."""
    found = list(FIELD.finditer(source))
    ends = [match.start() for match in found[1:]] + [len(source)] * bool(found)
    pairs = []
    for match, end in zip(found, ends, strict=True):
        value = source[match.end() : end].strip().rstrip(",").rstrip()
        if end == len(source):
            value = _without_last_brace(value)
        pairs.append((match[1] or match[2], value))
    return pairs


def _without_last_brace(value: str) -> str:
    """Take away the brace that closes the entry."""
    if value.endswith(("}", ")")) and value.count("{") < value.count("}") + value.endswith(")"):
        value = value[:-1].rstrip().rstrip(",").rstrip()
    return value


def _define(source: str, strings: dict[str, str]) -> None:
    """Remember what an ``@string`` stands for."""
    inner = source[source.find("{" if "{" in source[:20] else "(") + 1 : -1]
    if match := STRING.match(inner):
        strings[match[1].casefold()] = _value(match[2], strings, longest=MAX_STRING)


def _value(written: str, strings: dict[str, str], *, longest: int = MAX_SUM) -> str:
    """Return a value without its delimiters, names of strings replaced, pieces between ``#`` put together.

    Where the names stand for more than `longest` characters, the value stays as it is written.
    """
    at, pieces, length = 0, list[str](), 0
    written = written.strip()
    while at < len(written):
        opening = written[at]
        if opening.isspace() or opening == "#":
            at += 1
            continue
        if opening in '{"':
            end = _end_of_piece(written, at)
            pieces.append(written[at + 1 : end])
            at = end + 1
            if at < len(written) and not PIECE_ENDS.match(written, at):
                # Text goes on behind the delimiter: the value was not what it seemed, so all of it is kept.
                return written[1:-1] if written[-1] in '}"' else written[1:]
        else:
            word = BARE.match(written, at)
            assert word is not None
            pieces.append(strings.get(word[0].casefold(), word[0]))
            length += len(pieces[-1]) - len(word[0])
            if length > longest:
                return written
            at = word.end()
            if at < len(written) and not PIECE_ENDS.match(written, at):
                return written
    return "".join(pieces)


def _end_of_piece(written: str, at: int) -> int:
    """Return the position of the delimiter that closes the one at `at`; the end of the text if none does."""
    depth = 0
    for match in DELIMITER.finditer(written, at + 1):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            if not depth and written[at] == "{":
                return match.start()
            depth -= 1
        elif written[at] == '"' and depth <= 0:
            return match.start()
    return len(written)


@contextmanager
def _silent(name: str) -> Iterator[None]:
    """Keep a logger quiet: what bibtexparser would say of an entry stands in the record's own warnings."""

    def never(_: logging.LogRecord) -> bool:
        return False

    logger = logging.getLogger(name)
    logger.addFilter(never)
    try:
        yield
    finally:
        logger.removeFilter(never)
