"""The bytes of one export, read as text in pieces: hash, encoding, lines and where each line begins.

A file is passed over twice. The first pass takes the hash, counts what is no text and settles the encoding; the second
gives the lines. Neither holds more than a piece of the file, so memory does not grow with its length.
"""

from __future__ import annotations

import codecs
import io
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from itertools import chain, islice
from types import TracebackType
from typing import IO, Self

from jakdb.errors import InputError
from jaksearch.formats.text import examine

__all__ = [
    "MAX_LINE",
    "MAX_RECORD",
    "MAX_WHOLE",
    "Source",
    "TextStream",
    "count_newlines",
    "line_counter",
    "lines_of",
    "looked_ahead",
    "too_long",
]

CHUNK = 1 << 20
PIECE = 1 << 16
"""Bytes that are decoded at a time: what is looked through again at once is still near the processor, and a character
beyond Latin makes only the piece around it a wide one."""
MAX_LINE = 16 << 20
"""Characters in a line. The longest real ones (a table's row with 3,000 authors) have under a million."""
MAX_RECORD = 16 << 20
"""Characters in a record; what is longer is a damaged file whose records have lost their ends."""
MAX_WHOLE = 64 << 20
"""Bytes of a file that must be read whole (BibTeX, CSL-JSON)."""
DENSE = CHUNK * 3 // 4
"""So many lines in one piece of a file are no text."""
NEWLINE = re.compile(r"\r\r?\n|\r|\n")
NEWLINE_BYTES = re.compile(rb"\r\r?\n|\r|\n")
HELD = 64
FEW = 16
NEAR = 4_096
WIDE = ("utf-16", "utf-32")


class Source:
    r"""One export, on disk or in memory.

    Parameters
    ----------
    stream : binary stream
        Must be able to seek; it is read from its beginning and left open.
    name : str
        For sentences.

    Attributes
    ----------
    sha256, size, encoding, doubt : str, int, str, str
        Of the whole file; the doubt is in words, or empty.

    Raises
    ------
    InputError
        If the file is empty or no text.

    Examples
    --------
    >>> source = Source(io.BytesIO(b"TY  - JOUR\r\nTI  - Hair\r\n"), name="a.ris")
    >>> list(source.lines()), source.offset_of(2)
    (['TY  - JOUR', 'TI  - Hair', ''], 12)
    """

    def __init__(self, stream: IO[bytes], *, name: str = "input") -> None:
        self.name = name
        self._stream = stream
        digest, size = sha256(), 0
        stream.seek(0)
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
        self.sha256, self.size = digest.hexdigest(), size
        found = examine(stream, name=name)
        self.encoding, self.doubt = found.encoding, found.doubt
        self._codec, self._begin = found.codec, found.begin
        self._end = size - found.padding
        self._index: list[tuple[int, int]] = []
        self._cached: tuple[int, list[int]] = (-1, [])
        self.position = 0
        """Bytes read so far, for a progress bar."""

    def head(self, characters: int) -> str:
        """Return the beginning of the text, whole pieces of it: at least so many characters if there are as many."""
        pieces: list[str] = []
        length = 0
        for some in self._chunks():
            pieces += some
            length += sum(map(len, some))
            if length >= characters:
                break
        return "".join(pieces)

    def text(self) -> str:
        """Return the whole text.

        Raises
        ------
        InputError
            If the file is longer than `MAX_WHOLE`.
        """
        if self.size > MAX_WHOLE:
            raise InputError(
                f"{self.name}: {self.size >> 20} MiB, and a file of this format is read whole up to "
                f"{MAX_WHOLE >> 20} MiB",
                hint="export it in parts, or as RIS, which has no such limit",
            )
        return "".join(self._pieces())

    def stream(self) -> TextStream:
        """Return the text as a stream."""
        return TextStream(self._pieces())

    def lines(self) -> Iterator[str]:
        """Yield the lines without their newlines, the text behind the last newline too.

        Raises
        ------
        InputError
            If a line is longer than `MAX_LINE`.
        """
        rest: list[str] = []
        length = number = 0
        for piece in self._pieces():
            parts = piece.split("\n")
            if len(parts) == 1:
                rest.append(piece)
                length += len(piece)
            else:
                number += len(parts) - 1
                rest.append(parts[0])
                yield "".join(rest)
                yield from parts[1:-1]
                rest, length = [parts[-1]], len(parts[-1])
            if length > MAX_LINE:
                raise InputError(
                    f"{self.name}, line {number + 1}: a line of more than {MAX_LINE >> 20} million characters",
                    hint="no database writes such lines, so the file is damaged or no export: export the search again",
                )
        yield "".join(rest)

    def offset_of(self, line: int, *, text: str = "", after: int = -1) -> int:
        """Return the byte at which a line begins.

        Parameters
        ----------
        line : int
            From 1; the text must have been read as far as that.
        text : str
            The beginning of a record that need not stand at its line's beginning; it is looked for from there on.
        after : int
            Look behind this byte.
        """
        at = self._line_start(line)
        if not text or self._codec.startswith(WIDE):
            return at
        wanted = text.split("\n", 1)[0][:400].encode(self._codec, errors="replace")
        begin = max(at, after + 1)
        self._stream.seek(begin)
        data = b""
        while len(data) < MAX_RECORD and (more := self._stream.read(CHUNK if data else NEAR)):
            found = (data[-len(wanted) :] + more).find(wanted)
            if found >= 0:
                return begin + max(0, len(data) - len(wanted)) + found
            data += more
        return at

    def _line_start(self, line: int) -> int:
        """Return the byte at which a line begins."""
        if line <= 1 or not self._index:
            return 0 if line <= 1 else -1
        index = bisect_right(self._index, (line - 1, self.size + 1)) - 1
        before, start = self._index[max(0, index)]
        if before == line and index > 0:
            before, start = self._index[index - 1]
        if self._cached[0] != start:
            self._cached = (start, self._newlines(start))
        ends = self._cached[1]
        place = line - before - 1
        return ends[place] if 0 <= place < len(ends) else -1

    def _newlines(self, start: int) -> list[int]:
        """Return the bytes behind the newlines from a byte on, as far as the next indexed piece and a little more."""
        self._stream.seek(start)
        data = self._stream.read(CHUNK + 8 * HELD)
        if not self._codec.startswith(WIDE):
            return [start + match.end() for match in NEWLINE_BYTES.finditer(data)]
        text, at, last, ends = data.decode(self._codec, errors="replace"), start, 0, []
        for match in NEWLINE.finditer(text):
            at += len(text[last : match.end()].encode(self._codec, errors="replace"))
            last = match.end()
            ends.append(at)
        return ends

    def _pieces(self) -> Iterator[str]:
        """Yield the text in pieces: plain newlines, NULs replaced, and no byte order mark at a line's beginning."""
        for some in self._chunks():
            yield from some

    def _chunks(self) -> Iterator[list[str]]:
        """Yield the pieces of the text, those of one chunk of the file at a time.

        The index gets, for each chunk, the line in which it begins and its first byte.
        """
        decoder = codecs.getincrementaldecoder(self._codec)(errors="replace")
        width = 2 if self._codec.startswith("utf-16") else 4 if self._codec.startswith("utf-32") else 1
        at, line, held, last = self._begin, 1, "", "\n"
        index: list[tuple[int, int]] = []
        self._index = index
        while True:
            index.append((line, at - len(held) * width - len(decoder.getstate()[0])))
            self._stream.seek(at)
            chunk = self._stream.read(min(CHUNK, max(0, self._end - at)))
            at += len(chunk)
            self.position = at
            if not chunk and at < self._end:
                raise InputError(f"{self.name}: the file became shorter while it was read", hint="try it again")
            pieces: list[str] = []
            count = 0
            for begin in range(0, max(1, len(chunk)), PIECE):
                some = chunk[begin : begin + PIECE] if len(chunk) > PIECE else chunk
                text = held + decoder.decode(some, final=not chunk)
                held = ""
                if chunk and text.endswith(("\r", "\x1a")):  # the rest of the newline, or the file's end may follow
                    held = text[len(text.rstrip("\r\x1a")) :]
                    held = held if len(held) < HELD else held[-2:]
                    text = text[: -len(held)]
                nul = width > 1 or b"\x00" in some  # found faster among bytes
                text = _plain(text, after_newline=last == "\n", nul=nul)
                if not chunk:
                    text = text.rstrip("\x1a")
                if text:
                    count += count_newlines(text, 0, len(text))
                    last = text[-1]
                    pieces.append(text)
            if count > DENSE:
                raise InputError(
                    f"{self.name}, line {line}: a million empty lines from here on",
                    hint="the file is damaged or no export: export the search again",
                )
            line += count
            yield pieces
            if not chunk:
                return


def count_newlines(text: str, start: int, end: int) -> int:
    r"""Return how many newlines stand between two indices; faster than `str.count` where there are few.

    Examples
    --------
    >>> count_newlines("a\nb\nc", 2, 5), count_newlines("\n" * 100, 0, 100)
    (1, 100)
    """
    for found in range(FEW):
        start = text.find("\n", start, end) + 1
        if not start:
            return found
    return FEW + text.count("\n", start, end)


class TextStream(io.TextIOBase):
    """A text that comes in pieces, as a stream that is only read forward."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self._rest = ""

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def read(self, size: int | None = -1, /) -> str:
        """Return up to `size` characters, or all that are left; nothing at the end."""
        if size is None or size < 0:
            text, self._rest = self._rest + "".join(self._pieces), ""
            return text
        if not self._rest:
            self._rest = next(self._pieces, "")
        text, self._rest = self._rest[:size], self._rest[size:]
        return text

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def lines_of(text: str | Iterable[str]) -> Iterator[str]:
    r"""Return the lines of a text, or the lines themselves where they come as such.

    Examples
    --------
    >>> list(lines_of("a\nb"))
    ['a', 'b']
    """
    return iter(text.split("\n")) if isinstance(text, str) else iter(text)


def line_counter(text: str) -> Callable[[int], int]:
    r"""Return a function that gives the line, from 1, of an index; fast for one index after the other.

    Examples
    --------
    >>> line_of = line_counter("a\nb\nc")
    >>> line_of(0), line_of(2), line_of(4), line_of(2)
    (1, 2, 3, 2)
    """
    at, line = 0, 1

    def line_of(index: int) -> int:
        nonlocal at, line
        if index < at:
            at, line = 0, 1
        line += text.count("\n", at, index)
        at = index
        return line

    return line_of


def looked_ahead(text: str | Iterable[str], count: int) -> tuple[list[str], Iterator[str]]:
    r"""Return the first lines of a text, and all its lines.

    Examples
    --------
    >>> first, lines = looked_ahead("a\nb\nc", 2)
    >>> first, list(lines)
    (['a', 'b'], ['a', 'b', 'c'])
    """
    lines = lines_of(text)
    first = list(islice(lines, count))
    return first, chain(first, lines)


def too_long(line: int) -> InputError:
    """Return the error that a record has no end in sight."""
    return InputError(
        f"line {line}: the record that begins here is longer than {MAX_RECORD >> 20} million characters",
        hint="the file is damaged (the ends of its records are lost) or no export: export the search again",
    )


def _plain(text: str, *, after_newline: bool, nul: bool) -> str:
    """Return a piece with plain newlines, NULs as the sign for an unknown letter, and no marks at line beginnings."""
    if "\r" in text:
        text = NEWLINE.sub("\n", text)
    if nul:
        text = text.replace("\x00", "\ufffd")
    if "\ufeff" in text:
        text = re.sub("\n\ufeff+", "\n", text)
        if after_newline:
            text = text.lstrip("\ufeff")
    return text
