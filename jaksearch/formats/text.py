"""Turn the bytes of an export into text, and say how sure that is.

The order of the guesses: byte order mark, strict UTF-8, UTF-8 with a few damaged bytes, UTF-16 without a mark, GB18030
(only if the text then reads as Chinese), charset-normalizer and, last, Windows-1252. What is no text at all (a PDF, a
workbook, a picture, a saved web page) is refused with the way out.
"""

from __future__ import annotations

import codecs
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO

from jakdb.errors import InputError

__all__ = ["LONG", "Decoded", "Examined", "decode", "examine", "is_printable", "normalise_newlines"]

EXPORT_HINT = "export the search again as RIS, PubMed (.nbib) or CSV and import that file"

BINARY: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "a PDF", "a PDF holds a paper, not a list of records: " + EXPORT_HINT),
    (b"PK\x03\x04", "a zip archive", "unpack it first and import the files inside"),
    (b"PK\x05\x06", "an empty zip archive", EXPORT_HINT),
    (b"\x1f\x8b", "a gzip archive", "unpack it first (gunzip) and import the file inside"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it first and import the files inside"),
    (b"Rar!", "a RAR archive", "unpack it first and import the files inside"),
    (b"BZh", "a bzip2 archive", "unpack it first and import the file inside"),
    (b"\xfd7zXZ", "an xz archive", "unpack it first and import the file inside"),
    (b"\xd0\xcf\x11\xe0", "an old Office file (.xls or .doc)", "open it and save it as CSV (UTF-8)"),
    (b"\x89PNG", "a picture (PNG)", EXPORT_HINT),
    (b"\xff\xd8\xff", "a picture (JPEG)", EXPORT_HINT),
    (b"GIF8", "a picture (GIF)", EXPORT_HINT),
    (b"II*\x00", "a picture (TIFF)", EXPORT_HINT),
    (b"MM\x00*", "a picture (TIFF)", EXPORT_HINT),
    (b"SQLite format 3\x00", "an SQLite database", EXPORT_HINT),
    (b"{\\rtf", "an RTF document", "open it and save it as plain text"),
    (b"\x7fELF", "a program", EXPORT_HINT),
)
BOMS: tuple[tuple[bytes, str, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32", "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16-be"),
)
"""Mark, the name we print, and the codec for what follows the mark."""
GUESSES = ["cp1251", "cp1253", "cp1255", "cp1256", "koi8_r", "big5", "shift_jis", "euc_jp", "euc_kr", "gb18030"]
HTML = re.compile(rb"\s*(?:<!doctype\s+html|<html\b)", re.IGNORECASE)
CONTROL = re.compile(rb"[\x01-\x08\x0e-\x19\x1c-\x1f\x7f]")
WESTERN = re.compile("[\u00a0-\u024f\u02b0-\u03ff\u1e00-\u1eff\u2000-\u27bf\u3000-\u303f\uff00-\uff65\ufb00-\ufb06]")
MOST = 0.85
SAMPLE = 65_536
CHUNK = 1 << 20
PIECE = 1 << 16
"""Bytes that are looked at in one go: so few stay near the processor."""
LONG = 100
"""Characters from which on it is worth a call to look at a text in another way."""
PRINTABLE = bytes(range(0x20, 0x7F))
FEW_NULS = 2_000
"""One NUL in so many bytes (and three in any file) is a scratch; more of them mean a file that is no text."""


@dataclass(frozen=True, slots=True)
class Decoded:
    r"""Text of a file with newlines as ``\n``, the encoding it was read in, and a doubt in words (or nothing)."""

    text: str
    encoding: str
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Examined:
    """How a file is to be decoded.

    Attributes
    ----------
    encoding, codec : str
        The name we print (``utf-8-sig``), and Python's name for decoding what follows the byte order mark.
    begin, padding : int
        Bytes before the text (the mark) and behind it (NULs that fill up an unfinished file).
    doubt : str
        What is not sure, in words; or nothing.
    """

    encoding: str
    codec: str
    begin: int = 0
    padding: int = 0
    doubt: str = ""


def decode(data: bytes, *, name: str = "input") -> Decoded:
    r"""Decode an export; refuse what is empty or no text.

    Raises
    ------
    InputError
        If the file is empty or binary (PDF, zip, workbook, picture, many NUL bytes, a saved web page).

    Examples
    --------
    >>> decode(b"\xef\xbb\xbfTY  - JOUR\r\nER  - \r\n")
    Decoded(text='TY  - JOUR\nER  - \n', encoding='utf-8-sig', doubt='')
    >>> decode("题名,作者\n斑秃的治疗,王伟\n".encode("gb18030")).encoding
    'gb18030'
    """
    found = examine(io.BytesIO(data), name=name)
    text = data[found.begin : len(data) - found.padding].decode(found.codec, errors="replace")
    return Decoded(normalise_newlines(text).replace("\x00", "\ufffd"), found.encoding, found.doubt)


def examine(stream: IO[bytes], *, name: str = "input") -> Examined:
    """Find out how a file is encoded, in passes that never hold more than a piece of it; refuse what is no text.

    Parameters
    ----------
    stream : binary stream
        Must be able to seek.

    Raises
    ------
    InputError
        As `decode`.
    """
    stream.seek(0)
    _refuse_binary(stream.read(SAMPLE), name)
    found = _examined(stream, name)
    if not any(text.strip("\ufeff\x1a \t\r\n\x0b\x0c") and text.strip() for text in _texts(stream, found)):
        raise InputError(f"{name}: the file is empty", hint=EXPORT_HINT)
    return found


def normalise_newlines(text: str) -> str:
    r"""Return `text` with every newline (CRLF, CR, CR CR LF) as ``\n`` and no byte order mark at a line's beginning.

    Examples
    --------
    >>> normalise_newlines("a\r\nb\rc\n\ufeffd")
    'a\nb\nc\nd'
    """
    if "\r" in text:
        text = re.sub(r"\r\r?\n|\r", "\n", text)
    if "\ufeff" in text:
        text = re.sub("\n\ufeff+", "\n", text.lstrip("\ufeff"))
    return text.rstrip("\x1a") if text.endswith("\x1a") else text


def is_printable(text: str) -> bool:
    r"""Say the same as `str.isprintable`; several times as fast of long texts in ASCII, which most abstracts are.

    Examples
    --------
    >>> is_printable("Hair loss"), is_printable("Hair\nloss"), is_printable("Hair loss. " * 20 + "\x7f")
    (True, False, False)
    """
    if len(text) > LONG and text.isascii():
        return not text.encode().translate(None, PRINTABLE)
    return text.isprintable()


def _refuse_binary(data: bytes, name: str) -> None:
    """Raise for what is recognised by its first bytes as something other than text."""
    if not data:
        raise InputError(f"{name}: the file is empty", hint=EXPORT_HINT)
    for magic, what, hint in BINARY:
        if data.startswith(magic):
            if magic == b"PK\x03\x04":
                what, hint = _what_zip(data)
            raise InputError(f"{name}: this is {what}, not an export jak can read", hint=hint)
    if HTML.match(data.removeprefix(codecs.BOM_UTF8)):
        raise InputError(
            f"{name}: this is a web page, not an export",
            hint="the database's session had probably ended: log in again, then " + EXPORT_HINT,
        )


def _what_zip(data: bytes) -> tuple[str, str]:
    """Name what a zip file is by the paths inside it."""
    if b"xl/" in data:
        return "an Excel workbook (.xlsx)", "open it and save it as CSV (UTF-8)"
    if b"word/" in data:
        return "a Word document (.docx)", EXPORT_HINT
    return "a zip archive", "unpack it first and import the files inside"


def _chunks(stream: IO[bytes], size: int = PIECE) -> Iterator[bytes]:
    """Read a file from its beginning in pieces."""
    stream.seek(0)
    while chunk := stream.read(size):
        yield chunk


def _texts(stream: IO[bytes], found: Examined, *, errors: str = "replace") -> Iterator[str]:
    """Decode a file in pieces; a last character that is cut off is left out."""
    decoder = codecs.getincrementaldecoder(found.codec)(errors=errors)
    left = found.begin
    for chunk in _chunks(stream):
        yield decoder.decode(chunk[left:])
        left = 0


def _examined(stream: IO[bytes], name: str) -> Examined:
    """Try the encodings in order."""
    stream.seek(0)
    head = stream.read(SAMPLE)
    for bom, encoding, codec in BOMS:
        if head.startswith(bom):
            return _marked(stream, Examined(encoding, codec, len(bom)), name)
    size, nuls, padding = _nuls(stream)
    doubts = []
    if nuls or padding:
        if codec := _unmarked_utf16(stream, head):
            return Examined(codec, codec, doubt=f"no byte order mark: read as {codec.upper()}")
        if nuls > max(3, size // FEW_NULS) or padding == size:
            _refuse_nul(stream, name)
        if nuls:
            doubts.append(
                f"{nuls} NUL byte{'s' if nuls > 1 else ''} (first in line {_line_of_nul(stream)}), read as \ufffd"
            )
        if padding:
            doubts.append(f"{padding} NUL bytes at the end left out: perhaps the file was never written to its end")
    if len(CONTROL.findall(head)) > 0.02 * len(head):
        raise InputError(f"{name}: this is a binary file, not text", hint=EXPORT_HINT)
    found = _unmarked(stream)
    return Examined(
        found.encoding, found.codec, 0, padding, "; ".join((*doubts, found.doubt) if found.doubt else doubts)
    )


def _unmarked(stream: IO[bytes]) -> Examined:
    """Return the encoding of a text without a byte order mark."""
    utf8 = Examined("utf-8", "utf-8")
    first = _first_error(stream, utf8)
    if first < 0:
        return utf8
    line = _line_at(stream, first)
    bad = foreign = 0
    for text in _texts(stream, utf8):
        bad += text.count("\ufffd")
        foreign += len(text) - len(text.encode("ascii", errors="ignore"))
    if foreign - bad >= 10 * bad:
        doubt = f"{bad} damaged byte sequences in UTF-8 text (first in line {line}), read as \ufffd"
        return Examined("utf-8", "utf-8", doubt=doubt)
    if _reads_as_chinese(stream):
        return Examined("gb18030", "gb18030")
    return _guess(stream, line)


def _first_error(stream: IO[bytes], found: Examined) -> int:
    """Return the first byte that is not of the encoding, -1 if all are."""
    decoder = codecs.getincrementaldecoder(found.codec)(errors="strict")
    at, left = found.begin, found.begin
    is_utf8 = found.codec == "utf-8"
    for chunk in _chunks(stream):
        pending = len(decoder.getstate()[0])
        if is_utf8 and not pending and chunk.isascii():
            at, left = at + len(chunk) - left, 0
            continue
        try:
            decoder.decode(chunk[left:])
        except UnicodeDecodeError as error:
            return at - pending + error.start
        at, left = at + len(chunk) - left, 0
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return at - len(decoder.getstate()[0]) + error.start
    return -1


def _line_at(stream: IO[bytes], byte: int) -> int:
    """Return the line in which a byte stands."""
    line = 1
    for chunk in _chunks(stream):
        line += chunk.count(b"\n", 0, max(0, byte))
        byte -= len(chunk)
        if byte <= 0:
            break
    return line


def _marked(stream: IO[bytes], found: Examined, name: str) -> Examined:
    """Look through a file with a byte order mark; damaged bytes and a few NULs are replaced and said."""
    doubts = []
    if (first := _first_error(stream, found)) >= 0:
        doubts.append(f"damaged bytes in {found.encoding.upper()} text (first at byte {first}), read as \ufffd")
    nuls = characters = 0
    for text in _texts(stream, found):
        nuls += text.count("\x00")
        characters += len(text)
    if nuls > max(3, characters // FEW_NULS):
        raise InputError(f"{name}: {nuls} NUL characters, so this is a binary or a damaged file", hint=EXPORT_HINT)
    if nuls:
        doubts.append(f"{nuls} NUL character{'s' if nuls > 1 else ''}, read as \ufffd")
    return Examined(found.encoding, found.codec, found.begin, doubt="; ".join(doubts))


def _nuls(stream: IO[bytes]) -> tuple[int, int, int]:
    """Return the size of a file, its NUL bytes, and those that fill up its end, which are not among the former."""
    size = nuls = padding = 0
    for chunk in _chunks(stream):
        count = chunk.count(b"\x00") if b"\x00" in chunk else 0
        filled = len(chunk) - len(chunk.rstrip(b"\x00")) if count else 0
        if filled == len(chunk):
            padding += filled
        else:
            nuls += padding + count - filled
            padding = filled
        size += len(chunk)
    return size, nuls, padding


def _line_of_nul(stream: IO[bytes]) -> int:
    """Return the line of the first NUL."""
    at = 0
    for chunk in _chunks(stream):
        if (found := chunk.find(b"\x00")) >= 0:
            return _line_at(stream, at + found)
        at += len(chunk)
    return 1


def _refuse_nul(stream: IO[bytes], name: str) -> None:
    """Raise because of NUL bytes, naming the first one's line."""
    raise InputError(
        f"{name}, line {_line_of_nul(stream)}: NUL bytes, so this is a binary or a damaged file", hint=EXPORT_HINT
    )


def _unmarked_utf16(stream: IO[bytes], head: bytes) -> str:
    """Return the byte order of UTF-16 text without a mark, or an empty string."""
    head = head[: len(head) // 2 * 2]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) / 2
    codec = "utf-16-le" if odd > even else "utf-16-be"
    # Latin text has a NUL in every unit, Chinese text at least in its tags and newlines; a few characters end in 00.
    if max(even, odd) < 0.1 * half or min(even, odd) > 0.1 * max(even, odd):
        return ""
    found = Examined(codec, codec)
    if _first_error(stream, found) >= 0 or any("\x00" in text for text in _texts(stream, found)):
        return ""
    return codec


def _reads_as_chinese(stream: IO[bytes]) -> bool:
    """Say whether the bytes, as GB18030, are everyday Chinese characters and Western letters.

    Accented Latin text in another encoding often decodes as GB18030 too, but into rare characters; Korean (EUC-KR)
    fills only the lead bytes below 0xC9, and everyday Chinese those up to 0xD7. A cut-off last character is forgiven.
    """
    foreign: Counter[str] = Counter()
    left = SAMPLE
    try:
        for text in _texts(stream, Examined("gb18030", "gb18030"), errors="strict"):
            if left and not text.isascii():
                found = list(islice((char for char in text if not char.isascii()), left))
                foreign.update(found)
                left -= len(found)
    except UnicodeDecodeError:
        return False
    leads = {char: char.encode("gb18030")[0] for char in foreign if "\u4e00" <= char <= "\u9fff"}
    everyday = {char: foreign[char] for char, lead in leads.items() if 0xB0 <= lead <= 0xD7 and _in_gb2312(char)}
    western = sum(count for char, count in foreign.items() if WESTERN.match(char))
    chinese = sum(everyday.values())
    late = sum(count for char, count in everyday.items() if leads[char] > 0xC8)
    return western + chinese >= MOST * foreign.total() and (chinese < 0.3 * foreign.total() or late >= 0.1 * chinese)


def _in_gb2312(char: str) -> bool:
    """Say whether both bytes of a character are high, as in the old standard of everyday characters."""
    code = char.encode("gb18030")
    return len(code) == 2 and code[1] >= 0xA1


def _guess(stream: IO[bytes], line: int) -> Examined:
    """Guess a single-byte or East Asian encoding; always with a doubt."""
    from charset_normalizer import from_bytes  # noqa: PLC0415 - the last resort, and slow to import

    foreign = b""
    for chunk in _chunks(stream, CHUNK):
        foreign += b"\n".join(row for row in chunk.split(b"\n") if not row.isascii())
        if len(foreign) >= SAMPLE:
            break
    foreign = foreign[:SAMPLE]
    encoding = "cp1252"
    if sum(byte > 0x7F for byte in foreign) > 0.25 * len(foreign):  # no Latin script
        best = from_bytes(foreign, cp_isolation=GUESSES).best()
        encoding = best.encoding if best else encoding
    return Examined(
        encoding, encoding, doubt=f"not UTF-8 (first in line {line}): read as {encoding}, check accented letters"
    )
