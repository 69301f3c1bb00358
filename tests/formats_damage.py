"""Damage exports in seeded ways: the same random numbers make the same bytes, on every machine."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from formats_seeds import TOKENS

__all__ = ["case_random", "fuzzed", "mutated"]

CONTROLS = (
    "\x00",
    "\x0b",
    "\x0c",
    "\x1a",
    "\x1c",
    "\x85",
    "\xa0",
    "\u2028",
    "\ufeff",
    "\ufffd",
    "\u200b",
    "😀",
    "\r",
    "\n",
)
ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "big5", "cp1252", "shift_jis")
PIECE = 6_000


def case_random(seed: int, format: str, number: int) -> random.Random:  # noqa: A002 - the word people use
    """Return the random numbers of one case."""
    return random.Random(f"{seed}:{format}:{number}")


def mutated(data: bytes, random_: random.Random) -> bytes:
    """Cut a file, shuffle lines of it, double a part, or flip bits."""
    kind = random_.randrange(4)
    if kind == 0:
        return data[: random_.randrange(1, len(data))]
    lines = data.splitlines(keepends=True)
    start = random_.randrange(len(lines))
    if kind == 1:
        part = lines[start : start + 40]
        random_.shuffle(part)
        return b"".join([*lines[:start], *part, *lines[start + 40 :]])
    if kind == 2:
        return b"".join([*lines[: start + 30], *lines[start:]])
    flipped = bytearray(data)
    for _ in range(random_.randrange(1, 40)):
        flipped[random_.randrange(len(flipped))] ^= 1 << random_.randrange(8)
    return bytes(flipped)


def fuzzed(texts: Sequence[str], format: str, random_: random.Random) -> bytes:  # noqa: A002
    """Return a file made of the texts of one format: spliced, filled with the format's own marks, recoded, flipped.

    Parameters
    ----------
    texts : sequence of str
        Exports of the format (and perhaps of others); one piece of one of them is the start.
    format : str
        Whose marks are put in: a key of `formats_seeds.TOKENS`.
    random_ : random.Random
        Where every choice comes from.
    """
    text = _piece(random_.choice(texts), random_)
    for _ in range(random_.choice((1, 1, 2, 3, 5, 8, 13))):
        text = _changed(text, texts, TOKENS[format], random_)
    data = _encoded(text, random_)
    if random_.random() < 0.25:
        data = _flipped(data, random_)
    if random_.random() < 0.1:
        data = data[: random_.randrange(len(data) + 1)]
    return data


def _piece(text: str, random_: random.Random) -> str:
    """Return the whole of a short text, or its beginning and one stretch of lines."""
    if len(text) <= PIECE:
        return text
    lines = text.split("\n")
    head = lines[: random_.choice((0, 1, 3, 8))]
    start = random_.randrange(len(lines))
    size = 0
    end = start
    while end < len(lines) and size < PIECE:
        size += len(lines[end]) + 1
        end += 1
    return "\n".join([*head, *lines[start:end]])[: 3 * PIECE]


def _changed(text: str, texts: Sequence[str], tokens: Sequence[str], random_: random.Random) -> str:
    """Return the text with one change that knows lines and marks."""
    kind = random_.randrange(12)
    at = random_.randrange(len(text) + 1)
    if kind <= 2:  # put a mark in, at times at the beginning of a line
        token = random_.choice(tokens)
        if random_.random() < 0.5:
            at = text.rfind("\n", 0, at) + 1
            token += random_.choice(("", "\n"))
        return text[:at] + token + text[at:]
    if kind == 3:  # one mark becomes another
        found = [match.start() for match in re.finditer(re.escape(random_.choice(tokens)), text)]
        where = random_.choice(found) if found else at
        return text[:where] + random_.choice(tokens) + text[where + random_.randrange(1, 6) :]
    if kind == 4:
        return text[:at] + random_.choice(CONTROLS) * random_.choice((1, 1, 2, 40)) + text[at:]
    if kind == 5:  # a mark many times: nesting, long lines
        token = random_.choice(tokens) + random_.choice(("", "", "\n", " "))
        return text[:at] + token * random_.choice((3, 30, 300, 1500)) + text[at:]
    if kind == 6:
        return text[:at] + text[at + random_.choice((1, 2, 5, 20, 100)) :]
    lines = text.split("\n")
    start = random_.randrange(len(lines))
    stop = min(len(lines), start + random_.choice((1, 1, 2, 5, 12)))
    if kind == 7:
        del lines[start:stop]
    elif kind == 8:
        lines[start:stop] = lines[start:stop] * random_.choice((2, 2, 3, 10))
    elif kind == 9:
        part = lines[start:stop]
        random_.shuffle(part)
        lines[start:stop] = part
    elif kind == 10:  # lines of another text, of this format or not
        other = _piece(random_.choice(texts), random_).split("\n")
        first = random_.randrange(len(other))
        lines[start:start] = other[first : first + random_.choice((1, 3, 10, 40))]
    else:
        lines[start] = random_.choice((" ", "\t", "      ", "1. ", "> ")) + lines[start].rstrip(
            random_.choice((" ", "-", '"'))
        )
    return "\n".join(lines)


def _encoded(text: str, random_: random.Random) -> bytes:
    """Return the bytes in some encoding with some newlines, UTF-8 most of the time."""
    newline = random_.choice(("\n", "\n", "\n", "\r\n", "\r", "\r\r\n"))
    if random_.random() < 0.05:
        text = "".join(random_.choice((line, line + "\r")) + "\n" for line in text.split("\n"))
    elif newline != "\n":
        text = text.replace("\n", newline)
    encoding = "utf-8" if random_.random() < 0.65 else random_.choice(ENCODINGS)
    data = text.encode(encoding, errors="replace")
    if random_.random() < 0.05:  # two encodings in one file
        at = random_.randrange(len(text) + 1)
        data = text[:at].encode(encoding, errors="replace") + text[at:].encode(
            random_.choice(ENCODINGS), errors="replace"
        )
    return data


def _flipped(data: bytes, random_: random.Random) -> bytes:
    """Flip bits, or put random bytes somewhere."""
    changed = bytearray(data or b"\x00")
    for _ in range(random_.choice((1, 2, 5, 30))):
        at = random_.randrange(len(changed))
        if random_.random() < 0.5:
            changed[at] ^= 1 << random_.randrange(8)
        else:
            changed[at] = random_.randrange(256)
    return bytes(changed)
