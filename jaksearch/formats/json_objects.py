"""Find the objects of a JSON text one by one, each with its place, also in a text that is damaged.

The standard library's `json` reads each object by itself, from the brace where it begins; an object that is broken
costs itself and not the rest of the file. The replies of services hold their records in a list within objects: what
is around that list is stepped over, reply after reply.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from jakdb.words import RawRecord, Reject
from jaksearch.formats.limits import MAX_VALUE, UNKNOWN, beginning, is_known, oversize
from jaksearch.formats.source import line_counter

__all__ = [
    "BETWEEN",
    "TRIES",
    "Shape",
    "Spot",
    "clean_letters",
    "decoded",
    "flat_fields",
    "json_objects",
    "next_object",
    "object_of",
    "read_shape",
]

SURROGATES = re.compile("[\ud800-\udfff]")
NEXT = re.compile(r"[}\]\[,\n]\s{0,200}(\{)")
LINE = re.compile(r"^[ \t]{0,8}(\{)[ \t]*(?:$|\"(?:id|type|title)\")", re.MULTILINE)
KEY = re.compile(r'[\s,]*"((?:[^"\\\n]|\\.){0,200})"\s*:\s*')
END_OF_LIST = re.compile(r"[\s,]*\]")
BLANKS = re.compile(r"\s+")
COMMA = re.compile(r"\s*,")
BETWEEN = " \t\n\r,[]\ufeff"
TRIES = 200
WINDOWS = (1 << 16, 1 << 19, 1 << 22)
"""Characters in which the end of an object is looked for, one after the other."""
KEYS = 16
"""Keys of a reply among which the one that leads to its records must be."""
DECODER = json.JSONDecoder()

Spot = tuple[int, int, dict[str, Any], str]
"""Start, end, value and problem of an object, or of what stands where one should be."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a service writes its records.

    Attributes
    ----------
    path : tuple of str
        The keys that lead from a reply to its list of records.
    own : frozenset of str
        Keys that records have and replies have not.
    is_record : callable
        Whether an object is a record: after a broken one, reading goes on there.
    known_by, people, where : frozenset of str
        Tags, as `flat_fields` makes them; see `is_known`.
    whole, without : frozenset of str
        Tags whose value stays one text of JSON, and those that are left in the source text.
    windows : tuple of int
        As WINDOWS, for records that may be larger.
    """

    path: tuple[str, ...]
    own: frozenset[str]
    is_record: Callable[[dict[str, Any]], bool]
    known_by: frozenset[str]
    people: frozenset[str] = frozenset()
    where: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    windows: tuple[int, ...] = WINDOWS

    @property
    def keys(self) -> frozenset[str]:
        """Every key that is named here."""
        tags = (*self.path, *self.own, *self.known_by, *self.people, *self.where, *self.whole, *self.without)
        return frozenset(key for tag in tags for key in tag.split("/"))


def read_shape(text: str, shape: Shape) -> Iterator[RawRecord | Reject]:
    """Yield every record of a service's replies, as a raw record or a reject, numbered from 1."""
    line_of = line_counter(text)
    for number, (start, end, value, problem) in enumerate(json_objects(text, shape), start=1):
        line = line_of(start)
        source = text[start:end].rstrip()
        if problem:
            yield Reject(number, line, *beginning(source, problem))
            continue
        try:
            fields = flat_fields(value, whole=shape.whole, without=shape.without)
        except RecursionError:
            yield Reject(number, line, *beginning(source, "not valid JSON: nested too deeply"))
            continue
        if len(source) > MAX_VALUE and (reason := oversize(fields)):
            yield Reject(number, line, *beginning(source, reason))
        elif is_known(fields, shape.known_by, people=shape.people, where=shape.where):
            yield RawRecord(number, line, source, fields)
        else:
            yield Reject(number, line, *beginning(source, UNKNOWN))


def flat_fields(
    value: dict[str, Any], *, whole: frozenset[str] = frozenset(), without: frozenset[str] = frozenset()
) -> tuple[tuple[str, str], ...]:
    """Return the pairs of an object: the keys of objects within objects between slashes, lists one by one.

    Objects in lists stay JSON. What is empty is left out.

    Examples
    --------
    >>> flat_fields({"journal": {"title": "J Hair", "issn": None}, "author": [{"family": "Liu"}], "year": 2020})
    (('journal/title', 'J Hair'), ('author', '{"family": "Liu"}'), ('year', '2020'))
    """
    pairs: list[tuple[str, str]] = []

    def add(tag: str, one: Any) -> None:
        if one is None or one == "" or one == {} or one == [] or tag in without:
            return
        if isinstance(one, dict) and tag not in whole:
            for key, inner in one.items():
                add(f"{tag}/{clean_letters(key)}" if tag else clean_letters(key), inner)
            return
        for part in one if isinstance(one, list) and tag not in whole else [one]:
            if part is None or part == "" or part == {} or part == []:
                continue
            written = part if isinstance(part, str) else json.dumps(part, ensure_ascii=False)
            pairs.append((tag, clean_letters(written)))

    add("", value)
    return tuple(pairs)


def object_of(text: str) -> dict[str, Any]:
    """Return the object that a field holds; an empty one if it holds a plain text.

    Examples
    --------
    >>> object_of('{"name": "Hair Group"}'), object_of("Liu L"), object_of("{Liu}")
    ({'name': 'Hair Group'}, {}, {})
    """
    if not text.startswith("{"):
        return {}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def clean_letters(text: str) -> str:
    """Put the sign for an unknown letter where half a pair of UTF-16 stands: it could not be written again."""
    return SURROGATES.sub("\ufffd", text) if not text.isascii() else text


def json_objects(text: str, shape: Shape) -> Iterator[Spot]:
    """Yield every record: in a list, one after another, or within the replies of the service."""
    at, tries = 0, TRIES
    closing = 0  # objects around the records that are still open
    in_list = False
    while True:
        start = text.find("{", at)
        stop = start if start >= 0 else len(text)
        if closing:
            ended = END_OF_LIST.match(text, at, stop) if in_list else None
            if ended or not in_list:
                at, in_list = _behind(text, ended.end() if ended else at, closing), False
                closing = 0
                continue
        between = text[at:stop]
        if left := between.strip(BETWEEN):
            begin = at + between.index(left)
            yield begin, begin + len(left), {}, "this is no object of JSON"
            in_list = False
            closing = 0
        if start < 0:
            return
        if not in_list and (found := _opened(text, start, shape)):
            at, closing, in_list = found
            if in_list:
                continue
            start = at
        value, end, problem = decoded(text, start, shape.windows)
        if problem:
            end, tries = next_object(text, start, tries, shape.is_record, shape.windows)
            closing = closing if in_list else 0
        yield start, end, value, problem
        at = end


def decoded(text: str, start: int, windows: tuple[int, ...] = WINDOWS) -> tuple[dict[str, Any], int, str]:
    """Return the object at a brace and where it ends; or what is wrong with it."""
    value: dict[str, Any] = {}
    length = 0
    try:
        for size in windows:
            window = text[start : start + size]
            try:
                value, length = DECODER.raw_decode(window)
                break
            except json.JSONDecodeError as error:
                if len(window) < size or (error.pos < size - 20 and not error.msg.startswith("Unterminated")):
                    raise
        else:
            return {}, start, f"not valid JSON: no end within {windows[-1] >> 20} million characters"
    except json.JSONDecodeError as error:
        return {}, start, f"not valid JSON: {error.msg[:1].lower()}{error.msg[1:]}"
    except RecursionError:
        return {}, start, "not valid JSON: nested too deeply"
    except ValueError:
        return {}, start, "not valid JSON: a number with thousands of digits"
    return value, start + length, ""


def next_object(
    text: str,
    start: int,
    tries: int,
    is_record: Callable[[dict[str, Any]], bool],
    windows: tuple[int, ...] = WINDOWS,
) -> tuple[int, int]:
    """Return where the next record begins behind a broken one, and how many braces may still be tried.

    A brace is tried by reading the object; when the tries are used up, a line that looks like the beginning of a
    record must do. Without one, the broken record takes the rest of the file.
    """
    for match in NEXT.finditer(text, start + 1):
        if not tries:
            break
        tries -= 1
        value, _, problem = decoded(text, match.start(1), windows)
        if not problem and is_record(value):
            return match.start(1), tries
    line = LINE.search(text, start + 1) if not tries else None
    return (line.start(1) if line else len(text)), tries


def _opened(text: str, start: int, shape: Shape) -> tuple[int, int, bool] | None:
    """Step into a reply: return where its records begin, the objects around them, and whether they are a list.

    None if the object at the brace is no reply. One that holds a single record in place of the list (as Crossref's
    does for one DOI) is a reply too.
    """
    at = start + 1
    single: tuple[int, int, bool] | None = None
    for depth, wanted in enumerate(shape.path):
        brace = at - 1
        for number in range(KEYS):
            key = KEY.match(text, at)
            if key is None:
                return single
            at = key.end()
            if key[1] == wanted:
                break
            if key[1] in shape.own:
                if not depth and not number:
                    return None
                single = (brace, depth, False) if depth else None
            at = _value_end(text, at)
            if at < 0:
                return single
        else:
            return single
        if text[at : at + 1] != ("[" if depth == len(shape.path) - 1 else "{"):
            return single
        at += 1
    return at, len(shape.path), True


def _behind(text: str, at: int, closing: int) -> int:
    """Return where a reply ends: behind so many braces, or where it is no longer JSON."""
    while closing:
        if blanks := BLANKS.match(text, at):
            at = blanks.end()
        if text[at : at + 1] == "}":
            at, closing = at + 1, closing - 1
            continue
        key = KEY.match(text, at) if COMMA.match(text, at) else None
        end = _value_end(text, key.end()) if key else -1
        if end < 0:
            break
        at = end
    return at


def _value_end(text: str, at: int) -> int:
    """Return where a value ends; -1 if it does not, or is larger than what stands beside records."""
    for size in WINDOWS[:2]:
        try:
            return at + DECODER.raw_decode(text[at : at + size])[1]
        except (ValueError, RecursionError):
            continue
    return -1
