"""An anonymised sample of what was not understood in an export, to send in with a report.

Letters become ``x`` or ``X``, Chinese characters 字, digits 9; tags, headings, punctuation and the lengths stay. So the
shape of the file can be seen, and nobody's words, names or numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import IO

from jakdb.errors import JakError
from jakdb.words import RawRecord, Reject
from jaksearch.formats.reading import Export, open_exports
from jaksearch.formats.sample_tags import JSON, XML_FORMATS, heading_cells, is_tag, tag_end
from jaksearch.formats.source import Source

__all__ = ["anonymised", "sample_of"]

MARKUP = re.compile(r"</?([A-Za-z][\w:.-]{0,40})|/?>")
KEY = re.compile(r'"([A-Za-z_-]{1,40})"\s*:')
HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")
NAMED = re.compile(
    r"(?P<before>unknown (?:tag|element|field|variable|key) |joined to |: tag |^tag |under |several sheets: )"
    r"(?P<name>.+?)(?P<after>, kept| not followed by.*|; the first .*)?$"
)
"""Where a sentence of a reader holds a word of the file that is not between quotation marks."""
PARSER = re.compile(r"(?<=not well-formed XML \().*(?=\))")
_PARSERS_WORDS = """
    opening and ending tag mismatch premature end of data in start starttag invalid element name attribute attributes
    redefined construct error value mandates specification for namespace prefix on is not defined entityref expecting
    expected required couldn t find extra content at the document empty unescaped allowed values pcdata char out range
    xmlparsecharref xmlparseentityref no nesting excessive depth limit use huge option input internal detected an entity
    reference loop cdata section comment finished unfinished excess or to be a xml parse declaration encoding
"""
PARSERS_WORDS = frozenset(_PARSERS_WORDS.split())
SUFFIXES = frozenset(
    ".ris .txt .nbib .csv .tsv .tab .bib .json .jsonl .xml .enw .ciw .net .xls .xlsx .htm .html .zip .gz".split()  # noqa: SIM905
)
LINES = 12
WIDTH = 160
EXAMPLES = 3
REJECTS = 10


def anonymised(text: str, *, format: str = "") -> str:  # noqa: A002 - the word people use
    r"""Return the text with its letters and digits covered; what its format knows as tags stays.

    Parameters
    ----------
    format : str
        The format of the text; where it is not known, no more stays than codes written as in RIS, PubMed's text and
        refer, and headings that jak knows.

    Examples
    --------
    >>> anonymised("AU  - Liu, L. Y.\nT1  - 斑秃 in 40 patients", format="ris")
    'AU  - Xxx, X. X.\nT1  - 字字 xx 99 xxxxxxxx'
    >>> anonymised('<Author lang="en">Liu</Author>', format="pubmed-xml")
    '<Author xxxx="xx">Xxx</Author>'
    >>> anonymised("张三：男，45岁\nLI Wei, patient 5")
    '字字：字，99字\nXX Xxx, xxxxxxx 9'
    """
    markup = format in XML_FORMATS or (not format and re.match(r"\s*<[?!A-Za-z]", text) is not None)
    return "\n".join(_line(line, format, markup=markup) for line in text.split("\n"))


def sample_of(
    file: Path | tuple[str, IO[bytes]],
    *,
    format: str | None = None,  # noqa: A002 - the word people use
    columns: Mapping[str, str] | None = None,
) -> str:
    """Return what was not understood in a file: its account, unknown tags, rejects and odd lines, anonymised.

    A file that is refused as a whole is told by its first lines.
    """
    name = file[0] if isinstance(file, tuple) else file.name
    suffix = Path(name).suffix.lower()
    parts = [f"A file named *{suffix if suffix in SUFFIXES else ''}\n"]
    try:
        with open_exports(file, format=format, columns=columns) as exports:
            parts += [_export(export, name) for export in exports]
    except JakError as error:
        said = str(error).replace(str(file), name) if isinstance(file, Path) else str(error)
        parts.append(f"refused: {_without_names(_unnamed(said, name))}\n")
        parts.append(_head(file))
    return "\n".join(parts)


def _export(export: Export, name: str) -> str:
    """Describe one export of a file."""
    odd: dict[str, list[str]] = {}
    rejects: list[Reject] = []
    reasons: Counter[str] = Counter()
    for item in export:
        if isinstance(item, Reject):
            reasons[item.reason] += 1
            if reasons[item.reason] <= EXAMPLES and len(rejects) < REJECTS:
                rejects.append(item)
        elif item.warnings:
            _note(odd, item, export.format)
    lines = [
        f"format {export.format}, encoding {export.encoding or 'none'}, database {export.database or 'not detected'}",
        f"{export.records} records: {export.accepted} accepted, {export.rejected} rejected",
    ]
    lines += [f"note: {_without_names(_unnamed(note, name), export.format)}" for note in export.warnings]
    for what, examples in odd.items():
        lines += [f"\n{what}:", *(f"    {example}" for example in examples)]
    for reject in rejects:
        text = anonymised("\n".join(reject.text.split("\n")[:LINES]), format=export.format)
        reason = _without_names(reject.reason, export.format)
        lines += [f"\nrejected ({reasons[reject.reason]} of them): {reason}", *_shown(text)]
    return "\n".join(lines) + "\n"


def _note(odd: dict[str, list[str]], record: RawRecord, format_name: str) -> None:
    """Put an example beside each kind of warning, the line that it names."""
    for warning in record.warnings:
        place, _, what = warning.partition(": ")
        number = re.fullmatch(r"line (\d+)", place)
        if number is None or len(odd) > 50:
            continue
        examples = odd.setdefault(_without_names(what, format_name), [])
        source = record.text.split("\n")
        at = int(number[1]) - record.line
        if len(examples) < EXAMPLES and 0 <= at < len(source):
            examples.append(anonymised(source[at], format=format_name)[:WIDTH])


def _head(file: Path | tuple[str, IO[bytes]]) -> str:
    """Return the first lines of a file that is no export we know, if it is text."""
    try:
        if isinstance(file, tuple):
            return _first_lines(file[1], file[0])
        with file.open("rb") as stream:
            return _first_lines(stream, file.name)
    except (JakError, OSError):
        return ""


def _first_lines(stream: IO[bytes], name: str) -> str:
    """Return the first lines of a text, covered."""
    text = "\n".join(line[:WIDTH] for line in islice(Source(stream, name=name).lines(), LINES * 2))
    return "\n".join(_shown(anonymised(text))) + "\n"


def _shown(text: str) -> list[str]:
    """Indent lines and cut the long ones."""
    return [f"    {line[:WIDTH]}{' …' if len(line) > WIDTH else ''}" for line in text.split("\n")]


def _unnamed(text: str, name: str) -> str:
    """Return a sentence without the name of the file, and of its member in an archive, that it begins with."""
    if text.startswith(name):
        _, colon, rest = text[len(name) :].partition(": ")
        return rest if colon else "*"
    return text.replace(name, "*")


def _without_names(text: str, format_name: str = "") -> str:
    """Return a sentence of a reader without what it says of the file's own words."""
    text = PARSER.sub(lambda match: re.sub(r"[^\W\d_][\w-]*", _parsers_word, match[0]), QUOTED.sub("'…'", text))
    if (match := NAMED.search(text)) and not _is_shown(match["name"], format_name):
        return f"{text[: match.start('name')]}{_covered(match['name'])}{text[match.end('name') :]}"
    return text


def _is_shown(name: str, format_name: str) -> bool:
    """Say whether a tag that a sentence names is nobody's word."""
    coded = format_name in ("ris", "medline") and re.fullmatch("[A-Z][A-Z0-9]", name) is not None
    return coded or (format_name == "refer" and len(name) == 1) or is_tag(name, format=format_name)


def _parsers_word(match: re.Match[str]) -> str:
    """Return a word of the XML parser's message; the name of an element is none."""
    return match[0] if match[0].casefold() in PARSERS_WORDS else _covered(match[0])


def _line(line: str, format_name: str, *, markup: bool) -> str:
    """Cover one line."""
    kept = [(0, tag_end(line, format=format_name)), *heading_cells(line, format=format_name)]
    if markup:
        kept = [match.span() for match in MARKUP.finditer(line) if not match[1] or is_tag(match[1], format=format_name)]
    elif format_name in JSON:
        kept = [match.span() for match in KEY.finditer(line) if is_tag(match[1], format=format_name)]
    pieces, at = [], 0
    for start, end in kept:
        pieces += [_covered(line[at:start]), line[max(at, start) : end]]
        at = max(at, end)
    return "".join((*pieces, _covered(line[at:])))


def _covered(text: str) -> str:
    """Cover letters and digits."""
    covered = []
    for char in text:
        if HAN.match(char):
            covered.append("字")
        elif char.isnumeric():
            covered.append("9")
        elif char.isalpha():
            covered.append("X" if char.isupper() else "x")
        else:
            covered.append(char)
    return "".join(covered)
