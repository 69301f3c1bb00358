"""Check a reading's account, counted in another way than the readers count."""

from __future__ import annotations

import codecs
import json
import re
import signal
import threading
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from jakdb.errors import InputError
from jakdb.words import RawRecord, Reject
from jaksearch import FileReading, normalise, read_bytes
from jaksearch.formats.service_json import SERVICE_JSON

__all__ = ["Outcome", "account", "source_lines", "tried"]

NEWLINE = re.compile(r"\r\r?\n|\r|\n")
NEWLINE_BYTES = re.compile(rb"\r\r?\n|\r|\n")
SHARED_LINES = (
    "-xml",
    "csl",
    "bibtex",
    "ris",
    *SERVICE_JSON,
)  # records may stand on one line ("ER  - TY  - JOUR" in RIS)
WORKBOOKS = ("xlsx", "xls", "html-table")  # cells, not lines
BEGINS: dict[str, re.Pattern[str]] = {
    "ris": re.compile(r"TY  - [A-Z]{2,6} *"),
    "wos": re.compile(r"PT [JBSP] *"),
    "bibtex": re.compile(r"@(?:article|book|inproceedings|misc) *\{[\w:.-]*,"),
    "noteexpress": re.compile(r"\{Reference Type\}: [A-Z][a-z]+(?: [A-Z][a-z]+)* *"),
}
"""Format -> a line that begins a record beyond doubt."""
XML_BEGINS = {
    "endnote-xml": re.compile(r"<record[ />\n]"),
    "pubmed-xml": re.compile(r"<Pubmed(?:Book)?Article[ />\n]"),
}
XML_HIDDEN = {"<!--": "-->", "<![CDATA[": "]]>"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What reading one file came to; `problem` is empty if all is well, `refused` is the sentence of a refusal."""

    problem: str
    refused: str
    seconds: float
    records: int


def tried(data: bytes, *, name: str = "input", format: str | None = None, limit: float = 2.0) -> Outcome:  # noqa: A002
    """Read and normalise a file: only `InputError` may come out, within `limit` CPU seconds, with an exact account."""
    begin = time.process_time()
    reading: FileReading | None = None
    problem = refused = ""
    with _Alarm(10 * limit):
        try:
            reading = read_bytes(data, name=name, format=format)
            for raw in reading.accepted:
                normalise(raw, format=reading.format, database=reading.database)
        except InputError as error:
            problem, refused = ("" if error.hint else "refused without a way out"), str(error)
        except TookTooLongError:
            problem = "hang"
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            problem = f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}: {error}"
    seconds = time.process_time() - begin
    if not problem and seconds > limit:
        problem = f"slow: {seconds:.1f} CPU seconds"
    if reading is None:
        return Outcome(problem, refused, seconds, 0)
    return Outcome(problem or account(reading, data), refused, seconds, len(reading.records))


def account(reading: FileReading, data: bytes) -> str:
    """Say what is wrong with the account; nothing if it is exact."""
    records = reading.records
    if [record.number for record in records] != list(range(1, len(records) + 1)):
        return "numbers have gaps"
    if len(reading.accepted) + len(reading.rejects) != len(records):
        return "accepted + rejected != records"
    if not all(isinstance(record, RawRecord | Reject) for record in records):
        return "something is neither a record nor a reject"
    if reading.format in WORKBOOKS:
        return ""
    lines = source_lines(data, reading.encoding)
    return _placed(reading, lines) or _offset(reading, data, lines) or _complete(reading, lines)


def source_lines(data: bytes, encoding: str) -> list[str]:
    """Return the lines of a file, whatever ends them, without byte order marks at their beginnings, NUL as U+FFFD."""
    text = data.decode(encoding or "utf-8", errors="replace").replace("\x00", "\ufffd")
    return [line.lstrip("\ufeff") for line in NEWLINE.split(text)]


def _placed(reading: FileReading, lines: list[str]) -> str:
    """Every record stands in the file, verbatim, at its line, and after the one before it."""
    shared = reading.format.endswith(SHARED_LINES)
    end = 0
    for record in reading.records:
        if record.line <= end - shared:
            return f"record {record.number} overlaps the one before"
        first, *rest = record.text.split("\n")
        here = lines[record.line - 1 : record.line + len(rest)]
        if reading.format.endswith("-xml"):  # what stands between records is kept without comments
            rest, here = [], here[:1] if isinstance(record, RawRecord) else [first]
        elif reading.format == "ris" and rest and rest[-1] == "ER  - ":  # it stands for "ER  - TY  - JOUR", too
            rest, here = rest[:-1], here[:-1]
        if len(here) != len(rest) + 1 or first.strip() not in here[0]:
            return f"record {record.number} is not in line {record.line}"
        if any(own.strip("\x1a\ufeff \t") not in line for own, line in zip(rest, here[1:], strict=True)):
            return f"record {record.number} is not verbatim"
        end = record.line + record.text.count("\n")
    return ""


def _offset(reading: FileReading, data: bytes, lines: list[str]) -> str:
    """Every reject's offset is where its line begins, counted in bytes; within that line where records share lines."""
    placed = [reject for reject in reading.rejects if reject.offset >= 0]
    if not placed:
        return ""
    if reading.encoding.startswith(("utf-16", "utf-32")):
        return _wide_offset(placed, reading.encoding, data, lines)
    starts = [0, *(match.end() for match in NEWLINE_BYTES.finditer(data)), len(data)]
    for reject in placed:
        start, end = starts[reject.line - 1 : reject.line + 1]
        if reading.format.endswith(SHARED_LINES):
            right = start <= reject.offset <= end
        else:
            right = reject.offset in (start, start + 3 * data.startswith(codecs.BOM_UTF8, start))
        if not right:
            return f"reject {reject.number} in line {reject.line} has offset {reject.offset}, not {start}"
    return ""


def _wide_offset(placed: list[Reject], encoding: str, data: bytes, lines: list[str]) -> str:
    """Wide units: what stands at the offset is the beginning of the line, or of the record in it."""
    big = data.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE))
    codec = encoding if encoding.endswith("e") else f"{encoding}-{'be' if big else 'le'}"
    for reject in placed:
        here = data[reject.offset : reject.offset + 400].decode(codec, errors="replace").lstrip("\ufeff \t\x00\ufffd")
        wanted = (lines[reject.line - 1].lstrip(" \t\ufffd"), reject.text.lstrip(" \t\ufffd"))
        if not any(here.startswith(re.split("[\ufffd\n]", text[:20])[0]) for text in wanted):
            return f"reject {reject.number} in line {reject.line} is not at byte {reject.offset}"
    return ""


def _complete(reading: FileReading, lines: list[str]) -> str:
    """No beginning of a record, and no line that says something, is left out."""
    records = reading.records
    kind = reading.format
    if kind in BEGINS:
        starts = {record.line for record in records}
        lost = [i for i, line in enumerate(lines, 1) if BEGINS[kind].fullmatch(line) and i not in starts]
        return f"line {lost[0]} begins no record" if lost else ""
    if kind in XML_BEGINS:
        shown = _visible("\n".join(lines))
        inside = _visible("\x02".join(record.text for record in records))
        begins, kept = (len(XML_BEGINS[kind].findall(text)) for text in (shown, inside))
        return "" if kept == begins <= len(records) else f"{begins} start tags, {kept} in {len(records)} records"
    if kind.endswith("-xml"):
        return ""
    if kind == "medline":
        numbers = sum(bool(re.match(r"PMID- \d", line)) for line in lines)
        return "" if numbers <= len(records) else f"{numbers} PMID lines in {len(records)} records"
    if kind == "csl" or kind in SERVICE_JSON:
        return _whole_json(reading, lines)
    covered = {line for record in records for line in range(record.line, record.line + record.text.count("\n") + 1)}
    first = min(record.line for record in records)
    lost = [i for i, line in enumerate(lines, 1) if i >= first and i not in covered and any(map(str.isalnum, line))]
    return f"line {lost[0]} is in no record" if lost else ""


def _visible(text: str) -> str:
    """Return XML without comments, CDATA and document types; what is never closed hides nothing."""
    kept = []
    at = 0
    open_ends = {end: text.rfind(end) for end in XML_HIDDEN.values()}
    for match in re.finditer(r"<!--|<!\[CDATA\[", text):
        end = XML_HIDDEN[match[0]]
        if match.start() < at or open_ends[end] < match.end():
            continue
        kept.append(text[at : match.start()])
        at = text.index(end, match.end()) + len(end)
    return re.sub(r"<!DOCTYPE[^>\[<]*>", "", "".join([*kept, text[at:]]))


def _whole_json(reading: FileReading, lines: list[str]) -> str:
    """A list that JSON itself can read has as many records as items."""
    try:
        items = json.loads("\n".join(lines))
    except ValueError:
        return ""
    wanted = _count(items, reading.format)
    return "" if wanted == len(reading.records) else f"{wanted} JSON items, {len(reading.records)} records"


def _count(whole: object, kind: str) -> int:
    """Count the records of a list, of a reply that holds one, or of a list of replies."""
    if isinstance(whole, list):
        return sum(_count(one, kind) for one in whole)
    if not isinstance(whole, dict) or kind not in SERVICE_JSON:
        return 1
    shape = SERVICE_JSON[kind].shape
    inner: object = whole if next(iter(whole), "") not in shape.own else None
    for key in shape.path:
        inner = inner.get(key) if isinstance(inner, dict) else None
    return len(inner) if isinstance(inner, list) else 1


class TookTooLongError(BaseException):
    """The alarm rang; not an Exception, so that no reader's own handler takes it."""


class _Alarm:
    """Raise `TookTooLongError` in the main thread after so many CPU seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.usable = threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")

    def __enter__(self) -> None:
        if self.usable:
            self.before = signal.signal(signal.SIGVTALRM, self._ring)
            signal.setitimer(signal.ITIMER_VIRTUAL, self.seconds)

    def __exit__(self, *_: object) -> None:
        if self.usable:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, self.before)

    @staticmethod
    def _ring(number: int, frame: FrameType | None) -> None:
        raise TookTooLongError
