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
from jaksearch.formats.source import Source

__all__ = ["anonymised", "sample_of"]

TAG = re.compile(
    r"""\s*(?:
      [A-Z][A-Z0-9]{0,5}\ {0,3}[-–](?=\s|$)        # RIS, MEDLINE, Ovid
    | [A-Z][A-Z0-9](?=\ |$)                         # Web of Science, RefWorks
    | %[0-9A-Za-z@+~](?=\s|$)                       # refer
    | \{[^{}]{1,40}\}\s?[:：]?                      # NoteExpress
    | 【[^【】]{1,20}】                              # SinoMed, VIP
    | [\w.]{1,30}-[\u4e00-\u9fff]{1,12}\s?[:：]     # E-Study
    | [\u4e00-\u9fff]{1,8}\s?[:：]                  # labelled Chinese text
    | @[A-Za-z]+\{                                  # BibTeX
    | [A-Za-z][\w-]{0,30}\s*=\s*(?=[{"])
    | "[A-Za-z_-]{1,30}"\s*:                        # JSON
    )""",
    re.VERBOSE,
)
MARKUP = re.compile(r"</?[A-Za-z][\w:.-]{0,40}|/?>")
HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
LINES = 12
WIDTH = 160
EXAMPLES = 3
REJECTS = 10


def anonymised(text: str, *, markup: bool = False) -> str:
    r"""Return the text with its letters and digits covered; the tag that a line begins with stays.

    Parameters
    ----------
    markup : bool
        Whether the names of XML elements stay too.

    Examples
    --------
    >>> anonymised("AU  - Liu, L. Y.\nT1  - 斑秃 in 40 patients")
    'AU  - Xxx, X. X.\nT1  - 字字 xx 99 xxxxxxxx'
    >>> anonymised('<Author lang="en">Liu</Author>', markup=True)
    '<Author xxxx="xx">Xxx</Author>'
    """
    return "\n".join(_line(line, markup=markup) for line in text.split("\n"))


def sample_of(
    file: Path | tuple[str, IO[bytes]],
    *,
    format: str | None = None,  # noqa: A002 - the word people use
    columns: Mapping[str, str] | None = None,
) -> str:
    """Return what was not understood in a file: its account, unknown tags, rejects and odd lines, anonymised.

    A file that is refused as a whole is told by its first lines.
    """
    suffix = Path(file[0]).suffix if isinstance(file, tuple) else file.suffix
    parts = [f"A file named *{suffix}\n"]
    try:
        with open_exports(file, format=format, columns=columns) as exports:
            parts += [_export(export) for export in exports]
    except JakError as error:
        name = file[0] if isinstance(file, tuple) else file.name
        said = str(error).replace(str(file), "*") if isinstance(file, Path) else str(error)
        parts.append(f"refused: {_without_names(said.replace(name, '*'))}\n")
        parts.append(_head(file))
    return "\n".join(parts)


def _export(export: Export) -> str:
    """Describe one export."""
    markup = export.format.endswith("xml") or export.format == "notefirst"
    odd: dict[str, list[str]] = {}
    rejects: list[Reject] = []
    reasons: Counter[str] = Counter()
    for item in export:
        if isinstance(item, Reject):
            reasons[item.reason] += 1
            if reasons[item.reason] <= EXAMPLES and len(rejects) < REJECTS:
                rejects.append(item)
        elif item.warnings:
            _note(odd, item)
    lines = [
        f"format {export.format}, encoding {export.encoding or 'none'}, database {export.database or 'not detected'}",
        f"{export.records} records: {export.accepted} accepted, {export.rejected} rejected",
    ]
    lines += [f"note: {_without_names(warning)}" for warning in export.warnings]
    for what, examples in odd.items():
        lines += [f"\n{what}:", *(f"    {example}" for example in examples)]
    for reject in rejects:
        text = anonymised("\n".join(reject.text.split("\n")[:LINES]), markup=markup)
        lines += [f"\nrejected ({reasons[reject.reason]} of them): {reject.reason}", *_shown(text)]
    return "\n".join(lines) + "\n"


def _note(odd: dict[str, list[str]], record: RawRecord) -> None:
    """Put an example beside each kind of warning, the line that it names."""
    for warning in record.warnings:
        place, _, what = warning.partition(": ")
        number = re.fullmatch(r"line (\d+)", place)
        if number is None or len(odd) > 50:
            continue
        examples = odd.setdefault(_without_names(what), [])
        source = record.text.split("\n")
        at = int(number[1]) - record.line
        if len(examples) < EXAMPLES and 0 <= at < len(source):
            examples.append(anonymised(source[at])[:WIDTH])


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
    return "\n".join(_shown(anonymised(text, markup=re.match(r"\s*<[?!A-Za-z]", text) is not None))) + "\n"


def _shown(text: str) -> list[str]:
    """Indent lines and cut the long ones."""
    return [f"    {line[:WIDTH]}{' …' if len(line) > WIDTH else ''}" for line in text.split("\n")]


def _without_names(text: str) -> str:
    """Return a warning without what it quotes."""
    return re.sub(r"'[^']*'|\"[^\"]*\"", "'…'", text)


def _line(line: str, *, markup: bool) -> str:
    """Cover one line."""
    tag = TAG.match(line)
    begin = tag.end() if tag else 0
    if not markup:
        return line[:begin] + _covered(line[begin:])
    pieces, at = [line[:begin]], begin
    for match in MARKUP.finditer(line, begin):
        pieces += [_covered(line[at : match.start()]), match[0]]
        at = match.end()
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
