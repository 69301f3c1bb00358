"""Cut an XML export into the source texts of its records, and parse them one by one.

The text is cut at the tags of the records before any of it is parsed. So a broken record harms only itself, every
record keeps its own source and its line, a file of any length is read in the memory of one record, and no document
type declaration ever reaches the parser: entity bombs and external entities have nowhere to live.
"""

from __future__ import annotations

import codecs
import html
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import IO, TYPE_CHECKING, cast

from jakdb.errors import InputError
from jaksearch.formats.source import MAX_RECORD, count_newlines, too_long

if TYPE_CHECKING:
    from lxml.etree import XMLParser, _Element

__all__ = ["ILLEGAL", "Piece", "XmlSource", "cut_records", "first_line", "inner_text", "is_legal", "parse_piece"]

XmlSource = str | IO[str] | IO[bytes]
"""Where XML is read from: text, or a stream of text or of bytes (UTF-8, or as its byte order mark says)."""

CHUNK = 1 << 20
MAX_PIECE = 8 << 20
"""Characters of a record that is parsed; what the parser makes of it takes twenty times as much memory."""
MAX_MARKUP = 500_000
"""Tags in one record; papers of 5,000 authors have a fifth of that."""
MAX_VAIN = 500_000
"""Comments or sections without an end in one file."""
MAX_ASIDE = 1 << 20
"""Characters of a comment, a CDATA section or a document type; what is longer is read as if it were none."""
LOOK_AHEAD = 256
DOCTYPE = re.compile(r"""<!DOCTYPE(?>[^\[<>"']|"[^"<>]*"|'[^'<>]*')*+(\[(?>[^\]"']|"[^"]*"|'[^']*')*+\]\s*)?>""")
EMPTY_TAG = re.compile(r"(?:\s[^<>]*)?/>")
END_TAG = re.compile(r"\s*>")
# What XML does not allow: control characters, references to them, and references to entities it does not know.
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
REFERENCE = re.compile(r"&(?:#(?:x([0-9A-Fa-f]{1,8})|(\d{1,9}));|(?!(?:amp|lt|gt|quot|apos);)(\w{1,32};)?)")
PREFIX = re.compile(r"</?([A-Za-z_][\w.-]*):|\s([A-Za-z_][\w.-]*):[\w.-]+\s*=")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an XML file.

    Attributes
    ----------
    line : int
        Line of the file on which the text begins, from 1.
    text : str
        The source, verbatim.
    is_record : bool
        False for text that stands outside every record, though it should not.
    notes : tuple of str
        What was left out before it, in words.
    """

    line: int
    text: str
    is_record: bool
    notes: tuple[str, ...] = ()


def cut_records(
    source: XmlSource, *, names: Iterable[str], inside: str = "", around: Iterable[str] = ()
) -> Iterator[Piece]:
    r"""Yield the records of an XML text in their order, and what stands between them and is not markup of the file.

    Parameters
    ----------
    source : str or stream
        The text; of a stream only one record at a time is held.
    names : iterable of str
        Elements that are records.
    inside : str
        An element that is a record of its own where it stands outside of `names`.
    around : iterable of str
        Elements that hold the records; their tags are not kept.

    Notes
    -----
    A record ends at its end tag or, where that is missing, before the next record's start tag. Tags in comments, CDATA
    sections and the document type declaration do not count.

    Examples
    --------
    >>> [(piece.line, piece.text) for piece in cut_records("<r>\n<a>1</a><a>2\n<a/></r>", names=["a"], around=["r"])]
    [(2, '<a>1</a>'), (2, '<a>2'), (3, '<a/>')]
    """
    return _Cutter(source, tuple(names), inside, tuple(around)).pieces()


def parse_piece(text: str) -> tuple[_Element, bool]:
    r"""Parse the source of one record; return its element, and whether characters had to be mended first.

    Neither a document type nor a file nor the network is looked at; elements are nested 256 deep at most and a value
    has 10 million characters at most (libxml2's own limits). Mended are control characters, ``&`` that begins no
    reference, names of HTML's entities (read as their characters) and undeclared name prefixes.

    Raises
    ------
    ValueError
        If the text is not well-formed or beyond the limits of a record; `args[0]` has the reason, `args[1]` the line
        within the text.

    Examples
    --------
    >>> element, mended = parse_piece("<a>Hair&nbsp;&amp; loss &unknown;</a>")
    >>> element.text, mended
    ('Hair\xa0& loss &unknown;', True)
    """
    from lxml import etree  # noqa: PLC0415 - formats load nothing heavy at import

    if len(text) > MAX_PIECE:
        raise ValueError(f"the record is longer than {MAX_PIECE >> 20} million characters", 1)
    if any(text.count(mark) > MAX_MARKUP for mark in "<=&"):
        raise ValueError(f"the record has more than {MAX_MARKUP:,} tags, attributes or references", 1)
    parser = _parser()
    try:
        encoded = text.encode("utf-8")
        if b"\x00" not in encoded:
            return etree.fromstring(encoded, parser), False
    except (etree.XMLSyntaxError, UnicodeEncodeError):
        pass  # tried again below, mended
    mended = REFERENCE.sub(_mend_reference, ILLEGAL.sub(" ", text))
    spaces = sorted({first or second for first, second in PREFIX.findall(text)} - {"xml", "xmlns"})
    declared = "".join(f' xmlns:{prefix}="urn:undeclared:{prefix}"' for prefix in spaces)
    try:
        wrapper = etree.fromstring(f"<wrapper{declared}>{mended}</wrapper>".encode(), parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(_reason(error.msg or "not well-formed"), error.lineno or 1) from None
    if len(wrapper) != 1:
        raise ValueError("more than one element", 1)
    return wrapper[0], True


@cache
def _parser() -> XMLParser:
    """Return the parser, with everything switched off that looks outside of the text."""
    from lxml import etree  # noqa: PLC0415

    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )


def inner_text(element: _Element) -> str:
    """Return the text in an element and in the markup inside it, on one line.

    Examples
    --------
    >>> inner_text(parse_piece("<a>CD8<sup>+</sup> T  cells</a>")[0])
    'CD8+ T cells'
    """
    text = element.text
    if len(element):
        text = "".join(cast("Iterator[str]", element.itertext()))
    elif not text:
        return ""
    elif text.isalnum():
        return text
    if "  " not in text and text.isprintable() and text.strip() == text:  # most texts stand on one line already
        return text
    return " ".join(text.split())


def first_line(element: _Element) -> int:
    """Return the line, within the parsed text, on which an element begins."""
    return cast("int | None", element.sourceline) or 1


def is_legal(code: int) -> bool:
    """Say whether XML allows the character of a number.

    Examples
    --------
    >>> is_legal(10), is_legal(11), is_legal(0x1F600), is_legal(0x110000)
    (True, False, True, False)
    """
    return code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000


def _mend_reference(match: re.Match[str]) -> str:
    """Return a reference as XML can hold it: HTML's names as characters, unknown ones as they are printed."""
    hexadecimal, decimal, name = match.groups()
    if hexadecimal or decimal:
        code = int(hexadecimal, 16) if hexadecimal else int(decimal)
        return match[0] if is_legal(code) else " "
    known = html.unescape(match[0]) if name else match[0]
    return html.escape(known, quote=False)


def _reason(message: str) -> str:
    """Return the parser's reason as one short sentence, without its line numbers."""
    reason = re.sub(r",? line \d+(?:, column \d+)?(?: and wrapper)?", "", " ".join(message.split()))
    return f"not well-formed XML ({reason.replace(' and wrapper', '')[:120]})"


class _Cutter:
    """The text as far as it is read, and where it is cut next."""

    def __init__(self, source: XmlSource, names: tuple[str, ...], inside: str, around: tuple[str, ...]) -> None:
        every = "|".join(re.escape(name) for name in (*names, inside) if name)
        self.token = re.compile(rf"<(?:(!--)|(!\[CDATA\[)|(!DOCTYPE)|(/?)({every})(?=[\s/>]))")
        self.frame = re.compile(
            rf"(?:\s++|<\?[^<>]*>|</?(?:{'|'.join(map(re.escape, around)) or '!'})(?:\s[^<>]*)?>)++"
        )
        self.inside = inside
        self.names = names
        self.tag = re.compile(rf"</?(?:{'|'.join(map(re.escape, names))})(?=[\s/>])")
        self.untagged = 0  # no tag of a record that is not in a piece yet stands before this character of the file
        self.read = None if isinstance(source, str) else _reader(source)
        self.text = source if isinstance(source, str) else ""
        self.mark = 0  # where the text begins that is in no piece yet
        self.closed = 0  # where a record of the inner element ended, while it is not clear whether more belongs to it
        self.line, self.counted = 1, 0  # the line at the index up to which newlines are counted
        self.outside: list[tuple[int, str]] = []  # line and text of what stands outside records
        self.notes: list[str] = []
        self.gone = 0  # characters of the file before the text
        self.searched = dict.fromkeys(("-->", "]]>"), 0)  # no such end stands before this character of the file
        self.vain = 0  # comments, sections and document types without an end
        self.typed = False  # whether a document type without an end was met

    def pieces(self) -> Iterator[Piece]:
        """Yield the pieces."""
        position, opened = 0, ""
        while True:
            match = self.token.search(self.text, position)
            here = match.start() if match else max(position, len(self.text) - LOOK_AHEAD)
            if self.read is not None and (match is None or match.end() + LOOK_AHEAD > len(self.text)):
                position = here - self._fill()
                continue
            if match is None:
                break
            comment, data, doctype, closing, name = match.groups()
            position = match.end()
            if comment or data or doctype:
                position = self._skip(here, "-->" if comment else "]]>" if data else "", opened=opened)
                continue
            if self.closed and not (closing and name != self.inside):
                yield self._piece(self.closed)
                opened = ""
            if opened and name == self.inside != opened:
                continue
            if not closing:
                if opened:
                    yield self._piece(here)
                self._leave(here)
                opened = name
                if self.text[position] != ">" and (empty := EMPTY_TAG.match(self.text, position)):
                    position, opened = empty.end(), ""
                    yield self._piece(position)
                    continue
                position = self._ahead(position, opened)
                if opened in self.names and self.text.startswith(f"</{opened}>", position):
                    position, opened = position + len(opened) + 3, ""
                    yield self._piece(position)
            elif end := END_TAG.match(self.text, position):
                position = end.end()
                if not opened:
                    yield from self._stray(position)
                elif name == self.inside:
                    self.closed = position
                elif name == opened or self.closed:
                    yield self._piece(position)
                    opened = ""
        if opened:
            yield self._piece(self.closed or len(self.text))
        yield from self._stray(len(self.text))

    def _ahead(self, position: int, opened: str) -> int:
        """Return where the end tag of a record begins, if there is nothing before it that must be looked at.

        Tag by tag the way there takes long. An end is looked for once, also where a million records lack theirs.
        """
        if opened not in self.names:
            return position
        while True:
            tag = self._next_tag(position)
            stop = tag.start() if tag else len(self.text)
            if self.text.find("!", position, stop) >= 0 and self.text.find("<!", position, stop) >= 0:
                return position  # a single letter is found faster
            if tag is not None:
                return stop if tag[0] == f"</{opened}" else position
            if self.read is None or len(self.text) - position > CHUNK:
                return position
            position -= self._fill()

    def _next_tag(self, position: int) -> re.Match[str] | None:
        """Return the next start or end tag of a record; no part of the file is searched twice for it."""
        begin = max(position, self.untagged - self.gone)
        tag = self.tag.search(self.text, begin)
        self.untagged = self.gone + (tag.start() if tag else max(begin, len(self.text) - LOOK_AHEAD))
        return tag

    def _skip(self, here: int, end: str, *, opened: str) -> int:
        """Pass over a comment, a CDATA section or (without `end`) the document type; return where to go on."""
        while True:
            declared, length = "", len(self.text) - here
            if end:
                stop = self._end_of(end, here)
            elif self.typed:
                stop = 0
            else:
                match = DOCTYPE.match(self.text, here)
                if match and self._holds_record(here + 2, match.end()):
                    match = None  # a damaged quote has swallowed records
                stop, declared = (match.end(), match[1]) if match else (0, "")
            if stop or self.read is None or length > MAX_ASIDE:
                break
            here -= self._fill()
        if not stop:
            self.typed = self.typed or not end
            self.vain += 1
            if self.vain > MAX_VAIN:
                raise InputError(
                    f"line {self._line_of(self.mark)}: more than {MAX_VAIN:,} comments that are never closed",
                    hint="the file is damaged: export the search again",
                )
            return here + 2
        if declared:
            note = "the document type declares entities or elements of its own, which are not read"
            self.notes.append(f"line {self._line_of(self.mark)}: {note}")
        if not opened and end != "]]>":
            self._leave(here)
            if end and self._holds_record(here + 2, stop):
                self.notes.append(f"line {self._line_of(here)}: a comment that holds records left out")
            self.mark = stop
        return stop

    def _end_of(self, end: str, here: int) -> int:
        """Return the index behind the end of a comment or section within its limit; 0 if there is none.

        What was searched before in vain is not searched again: there may be a million beginnings without an end.
        """
        begin = max(here, self.searched[end] - self.gone)
        found = self.text.find(end, begin, here + MAX_ASIDE)
        if found >= 0:
            return found + len(end)
        self.searched[end] = self.gone + max(begin, min(len(self.text), here + MAX_ASIDE) - len(end) + 1)
        return 0

    def _holds_record(self, start: int, end: int) -> bool:
        """Say whether a tag of a record stands between two indices."""
        return any(match[5] for match in self.token.finditer(self.text, start, end))

    def _leave(self, here: int) -> None:
        """Put the text up to here, which is in no record, aside; the frame of the file is none."""
        if here == self.mark:
            return
        start = self.frame.match(self.text, self.mark, here)
        lead = start.end() if start else self.mark
        if text := self.text[lead:here].rstrip():
            self.outside.append((self._line_of(lead), text))
        self.mark = max(self.mark, here)

    def _piece(self, end: int) -> Piece:
        """Return the record from the mark to an index."""
        notes: tuple[str, ...] = ()
        if self.notes or self.outside:
            left_out = (f"line {line}: text before the record left out" for line, _ in self.outside)
            notes = (*self.notes, *left_out)
            self.outside, self.notes = [], []
        piece = Piece(self._line_of(self.mark), self.text[self.mark : end].rstrip(), True, notes)
        self.mark, self.closed = end, 0
        return piece

    def _stray(self, end: int) -> Iterator[Piece]:
        """Yield the text up to an index as a piece that is no record, unless it is only the frame of the file."""
        self._leave(end)
        if self.outside:
            text = "\n".join(text for _, text in self.outside)
            piece = Piece(self.outside[0][0], text, is_record=False, notes=tuple(self.notes))
            self.outside, self.notes = [], []
            yield piece

    def _line_of(self, index: int) -> int:
        """Return the line of an index, which is at or after the last one asked for."""
        if index > self.counted:
            self.line += count_newlines(self.text, self.counted, index)
            self.counted = index
        return self.line

    def _fill(self) -> int:
        """Read on in the stream; forget the text that is in pieces already, and return its length."""
        if len(self.text) - self.mark > MAX_RECORD + MAX_ASIDE + CHUNK:
            raise too_long(self._line_of(self.mark))
        gone = self.mark
        self.gone += gone
        self._line_of(gone)
        pieces = [self.text[gone:]]
        wanted = min(len(pieces[0]), CHUNK)  # of a long record much at a time, since all of it is copied each time
        while self.read is not None:
            more = self.read()
            if not more:
                self.read = None
            pieces.append(more)
            wanted -= len(more)
            if wanted <= 0:
                break
        self.text = "".join(pieces)
        self.counted -= gone
        self.closed = max(0, self.closed - gone)
        self.mark = 0
        return gone


def _reader(source: IO[str] | IO[bytes]) -> Callable[[], str]:
    """Return a function that reads on in a stream, as text with plain newlines; nothing at its end."""
    first = source.read(CHUNK)
    while 0 < len(first) < 4 and (more := source.read(4 - len(first))):  # a byte order mark may come in pieces
        first += more  # type: ignore[operator] # a stream gives one kind throughout
    utf16 = not isinstance(first, str) and first[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    inner = None
    if not isinstance(first, str):
        inner = codecs.getincrementaldecoder("utf-16" if utf16 else "utf-8-sig")(errors="replace")
    decoder = io.IncrementalNewlineDecoder(inner, translate=True)
    chunks = chain([first], iter(lambda: source.read(CHUNK), first[:0]))

    def read() -> str:
        for chunk in chunks:
            if text := decoder.decode(chunk):  # a chunk may hold nothing but the first half of a character
                return text
        return decoder.decode(first[:0], final=True)

    return read
