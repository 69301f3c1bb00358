"""Turn the bytes of an export into text, and say how sure that is.

The order of the guesses: byte order mark, strict UTF-8, UTF-8 with a few damaged bytes, UTF-16 without a mark, GB18030
(only if the text then reads as Chinese), charset-normalizer and, last, Windows-1252. What is no text at all (a PDF, a
workbook, a picture, a saved web page) is refused with the way out.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice

from jakdb.errors import InputError

__all__ = ["Decoded", "decode", "normalise_newlines"]

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
BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
GUESSES = ["cp1251", "cp1253", "cp1255", "cp1256", "koi8_r", "big5", "shift_jis", "euc_jp", "euc_kr", "gb18030"]
HTML = re.compile(rb"\s*(?:<!doctype\s+html|<html\b)", re.IGNORECASE)
CONTROL = re.compile(rb"[\x01-\x08\x0e-\x19\x1c-\x1f\x7f]")
WESTERN = re.compile("[\u00a0-\u024f\u02b0-\u03ff\u1e00-\u1eff\u2000-\u27bf\u3000-\u303f\uff00-\uff65\ufb00-\ufb06]")
MOST = 0.85
SAMPLE = 65_536


@dataclass(frozen=True, slots=True)
class Decoded:
    r"""Text of a file with newlines as ``\n``, the encoding it was read in, and a doubt in words (or nothing)."""

    text: str
    encoding: str
    doubt: str = ""


def decode(data: bytes, *, name: str = "input") -> Decoded:
    r"""Decode an export; refuse what is empty or no text.

    Raises
    ------
    InputError
        If the file is empty or binary (PDF, zip, workbook, picture, NUL bytes, a saved web page).

    Examples
    --------
    >>> decode(b"\xef\xbb\xbfTY  - JOUR\r\nER  - \r\n")
    Decoded(text='TY  - JOUR\nER  - \n', encoding='utf-8-sig', doubt='')
    >>> decode("题名,作者\n斑秃的治疗,王伟\n".encode("gb18030")).encoding
    'gb18030'
    """
    _refuse_binary(data, name)
    text, encoding, doubt = _decode(data, name)
    text = normalise_newlines(text)
    if not text.strip():
        raise InputError(f"{name}: the file is empty", hint=EXPORT_HINT)
    return Decoded(text, encoding, doubt)


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
        text = text.removeprefix("\ufeff").replace("\n\ufeff", "\n")
    return text.rstrip("\x1a") if text.endswith("\x1a") else text


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


def _decode(data: bytes, name: str) -> tuple[str, str, str]:
    """Return text, encoding and doubt; try the encodings in order."""
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return _decode_marked(data, encoding, name)
    if b"\x00" in data:
        if encoding := _unmarked_utf16(data):
            return data.decode(encoding), encoding, f"no byte order mark: read as {encoding.upper()}"
        _refuse_nul(data, name)
    if len(CONTROL.findall(data, 0, SAMPLE)) > 0.02 * min(len(data), SAMPLE):
        raise InputError(f"{name}: this is a binary file, not text", hint=EXPORT_HINT)
    try:
        return data.decode("utf-8"), "utf-8", ""
    except UnicodeDecodeError as error:
        first = error.start
    line = data.count(b"\n", 0, first) + 1
    text = data.decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    if sum(not char.isascii() for char in text) - bad >= 10 * bad:
        return text, "utf-8", f"{bad} damaged byte sequences in UTF-8 text (first in line {line}), read as \ufffd"
    if _reads_as_chinese(data):
        return data.decode("gb18030", errors="replace"), "gb18030", ""
    return _guess(data, line)


def _decode_marked(data: bytes, encoding: str, name: str) -> tuple[str, str, str]:
    """Decode a file with a byte order mark; damaged bytes are replaced and said."""
    try:
        text, doubt = data.decode(encoding), ""
    except UnicodeDecodeError as error:
        text = data.decode(encoding, errors="replace")
        doubt = f"damaged bytes in {encoding.upper()} text (first at byte {error.start}), read as \ufffd"
    if "\x00" in text:
        _refuse_nul(text.encode("utf-8", errors="replace"), name)
    return text, encoding, doubt


def _refuse_nul(data: bytes, name: str) -> None:
    """Raise because of NUL bytes, naming the first one's line."""
    line = data.count(b"\n", 0, data.index(b"\x00")) + 1
    raise InputError(
        f"{name}, line {line}: NUL bytes, so this is a binary or a damaged file",
        hint=EXPORT_HINT,
    )


def _unmarked_utf16(data: bytes) -> str:
    """Return the byte order of UTF-16 text without a mark, or an empty string."""
    head = data[: min(len(data), SAMPLE) // 2 * 2]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) / 2
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    # Latin text has a NUL in every unit, Chinese text at least in its tags and newlines.
    if max(even, odd) < 0.1 * half or min(even, odd) > 0:
        return ""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return ""
    return "" if "\x00" in text else encoding


def _reads_as_chinese(data: bytes) -> bool:
    """Say whether the bytes, as GB18030, are everyday Chinese characters and Western letters.

    Accented Latin text in another encoding often decodes as GB18030 too, but into rare characters; Korean (EUC-KR)
    fills only the lead bytes below 0xC9, and everyday Chinese those up to 0xD7.
    """
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        if error.start < len(data) - 4:  # a cut-off last character is forgiven
            return False
        text = data[: error.start].decode("gb18030")
    foreign = Counter(islice((char for char in text if not char.isascii()), SAMPLE))
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


def _guess(data: bytes, line: int) -> tuple[str, str, str]:
    """Guess a single-byte or East Asian encoding; always with a doubt."""
    from charset_normalizer import from_bytes  # noqa: PLC0415 - the last resort, and slow to import

    foreign = b"\n".join(row for row in data.split(b"\n") if not row.isascii())[:SAMPLE]
    encoding = "cp1252"
    if sum(byte > 0x7F for byte in foreign) > 0.25 * len(foreign):  # no Latin script
        best = from_bytes(foreign, cp_isolation=GUESSES).best()
        encoding = best.encoding if best else encoding
    text = data.decode(encoding, errors="replace")
    return text, encoding, f"not UTF-8 (first in line {line}): read as {encoding}, check accented letters"
