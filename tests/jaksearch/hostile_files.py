"""Files made to do harm, and a program that reads them one by one, each in a process of its own.

``python hostile_files.py FOLDER PORT 0/8`` writes every eighth case to FOLDER, reads it, and prints a line of JSON: what
must come of it, what came of it, the processor seconds, and the peak of memory in MiB. Names of cases do as well.
"""

# ruff: noqa: E501, T201 - a case stands on one line where it can; a program prints
from __future__ import annotations

import gzip
import io
import json
import os
import re
import resource
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jaksearch.formats.reading import Export

MIB = 1 << 20
RIS = "TY  - JOUR\nTI  - Hair loss\nAU  - Liu, L\nPY  - 2020\nER  - \n"
RECORD = (1, 0)


@dataclass(frozen=True, slots=True)
class Case:
    """A file: its name, its bytes in pieces, and what must come of it.

    `wanted` is the beginning of a pattern that the refusal must match, or the records accepted and rejected; None:
    either, with an exact account. `said` must stand in a warning.
    """

    file: str
    pieces: Callable[[int], Iterable[bytes]]
    wanted: str | tuple[int, int] | None = None
    said: str = ""


CASES: dict[str, Case] = {}


def case(name: str, file: str, made: object, wanted: str | tuple[int, int] | None = None, said: str = "") -> None:
    """Add a case; `made` is text, bytes, or a function of the port that gives bytes or pieces of them."""

    def pieces(port: int) -> Iterable[bytes]:
        value = made(port) if callable(made) else made
        if isinstance(value, str):
            return [value.encode("utf-8", errors="surrogatepass")]
        return [value] if isinstance(value, bytes) else value

    assert name not in CASES
    CASES[name] = Case(file, pieces, wanted, said)


def times(piece: bytes, count: int, *, before: bytes = b"", after: bytes = b"") -> Callable[[int], Iterator[bytes]]:
    """Return a long file in pieces."""

    def pieces(_: int) -> Iterator[bytes]:
        yield before
        for _ in range(count):
            yield piece
        yield after

    return pieces


# XML ---------------------------------------------------------------------------------------------------------------

LOLS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
BOMB = f'<!DOCTYPE x [<!ENTITY l0 "lol">{LOLS}]>'
QUADRATIC = f'<!DOCTYPE x [<!ENTITY a "{"a" * 100_000}">]>'
PUBMED = (
    "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>{}</ArticleTitle></Article>"
    "</MedlineCitation></PubmedArticle></PubmedArticleSet>"
)
ENDNOTE = "<xml><records><record><ref-type>17</ref-type><titles><title>{}</title></titles></record></records></xml>"
for kind, xml in (("pubmed", PUBMED), ("endnote", ENDNOTE)):
    case(f"{kind} entity bomb", "a.xml", BOMB + xml.format("Hair &l9;"), RECORD, "declares entities")
    case(f"{kind} quadratic bomb", "a.xml", lambda _, xml=xml: QUADRATIC + xml.format("Hair " + "&a;" * 50_000), RECORD)
    case(
        f"{kind} nested 100,000 deep",
        "a.xml",
        lambda _, xml=xml: xml.format("<i>" * 100_000 + "x" + "</i>" * 100_000),
        (0, 1),
    )
    case(
        f"{kind} 100,000 attributes", "a.xml",
        lambda _, xml=xml: xml.format("<i" + "".join(f" a{n}='1'" for n in range(100_000)) + ">x</i>"),
    )  # fmt: skip
    case(f"{kind} value of 30 MB", "a.xml", lambda _, xml=xml: xml.format("x" * 30_000_000), None)
    case(f"{kind} sections never closed", "a.xml", lambda _, xml=xml: xml.format("<![CDATA[" * 100_000))
    case(f"{kind} comments never closed", "a.xml", lambda _, xml=xml: xml.format("<!--" * 100_000))
    case(
        f"{kind} entity from the network", "a.xml",
        lambda port, xml=xml: f'<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:{port}/e">]>' + xml.format("A &e;"),
        RECORD,
    )  # fmt: skip
    case(
        f"{kind} type from the network", "a.xml",
        lambda port, xml=xml: f'<!DOCTYPE x SYSTEM "http://127.0.0.1:{port}/e.dtd">' + xml.format("A"),
        RECORD,
    )  # fmt: skip
    case(
        f"{kind} parameter entity", "a.xml",
        lambda port, xml=xml: f'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:{port}/e"> %p;]>' + xml.format("A"),
        RECORD,
    )  # fmt: skip
    case(
        f"{kind} entity from a file", "a.xml",
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + xml.format("A &e;"), RECORD,
    )  # fmt: skip
XML_BEGIN = PUBMED[: PUBMED.index("{}")].encode()
case("XML record without an end", "a.xml", times(b"x" * MIB, 100, before=XML_BEGIN), "longer than 16 million")
case(
    "XML comment without an end", "a.xml", times(b"x" * MIB, 100, before=XML_BEGIN + b"<!--"), "longer than 16 million"
)
case(
    "XML section without an end",
    "a.xml",
    times(b"x" * MIB, 100, before=XML_BEGIN + b"<![CDATA["),
    "longer than 16 million",
)
case(
    "XML text outside of records",
    "a.xml",
    times(b"x" * MIB, 100, before=b"<PubmedArticleSet>"),
    "longer than 16 million|no format|not a format",
)
case("XML comments that never end", "a.xml", times(b"<!--" * (MIB // 4), 20, before=XML_BEGIN), "never closed")
case("XML record of 4,000,000 elements", "a.xml", lambda _: PUBMED.format("<i/>" * 3_900_000), (0, 1))
case("XML ampersands", "a.xml", lambda _: PUBMED.format("&" * 7_000_000), (0, 1))
case(
    "ICTRP record of 200,000 elements",
    "a.xml",
    lambda _: (
        f"<Trials_downloaded_from_ICTRP><Trial>{'<Public_title>a b</Public_title>' * 200_000}</Trial></Trials_downloaded_from_ICTRP>"
    ),
)
case("bomb in UTF-16", "a.xml", ("\ufeff" + BOMB + PUBMED.format("Hair &l9;")).encode("utf-16-le"), RECORD)
case("document types only", "a.xml", "<!DOCTYPE [" * 200_000 + PUBMED.format("x"))

# archives ------------------------------------------------------------------------------------------------------------


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, held in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            archive.writestr(info, held)
    return stream.getvalue()


def raw_zip(
    name: bytes, body: bytes, *, size: int, method: int = 8, flags: int = 0, crc: int = 0, mode: int = 0
) -> bytes:
    """Return a zip archive of one member, whose headers say what they are told to."""
    common = struct.pack("<HHHHHIIIHH", 20, flags, method, 0, 33, crc, len(body), size, len(name), 0)
    listed = b"PK\x01\x02" + struct.pack("<H", 0x314) + common + struct.pack("<HHHII", 0, 0, 0, mode << 16, 0) + name
    start = b"PK\x03\x04" + common + name + body
    return start + listed + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(listed), len(start), 0)


def ten_gigabytes() -> bytes:
    """Return 10 GiB of blanks, deflated: the same block 10,240 times."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(b" " * MIB) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * 10_240 + b"\x03\x00"


def overlapping() -> bytes:
    """Return an archive whose 200 members are all the same bytes."""
    body = raw_zip(b"a.ris", zlib.compress(b" " * 1000)[2:-4], size=1000, crc=zlib.crc32(b" " * 1000))
    cut = body.index(b"PK\x01\x02")
    start, listed = body[:cut], body[cut : body.index(b"PK\x05\x06")] * 200
    return start + listed + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 200, 200, len(listed), len(start), 0)


PLAIN = RIS.encode()
case("zip", "a.zip", zipped(("a.ris", PLAIN)), RECORD)
case("zip bomb", "a.zip", lambda _: raw_zip(b"a.ris", ten_gigabytes(), size=0xFFFFFFF0), "unpacks to 4,095 MiB")
case("zip bomb that lies", "a.zip", lambda _: raw_zip(b"a.ris", ten_gigabytes(), size=100), "damaged")
case("zip bomb that says less", "a.zip", lambda _: raw_zip(b"a.ris", ten_gigabytes(), size=500 * MIB), "200 times")
case("zip bomb behind an export", "a.zip", lambda _: zipped(("a.ris", PLAIN), ("b.ris", b" " * 60 * MIB)), "200 times")
case("zip in a zip", "a.zip", zipped(("a.ris", PLAIN), ("b.zip", zipped(("a.ris", PLAIN)))), "a zip archive inside")
case("zip whose members overlap", "a.zip", overlapping(), "share their bytes")
case("zip slip", "a.zip", zipped(("../../../tmp/a.ris", PLAIN)), RECORD, "is read as 'tmp/a.ris'")
case("zip slip from the root", "a.zip", zipped(("/etc/a.ris", PLAIN), ("C:\\b.ris", PLAIN)), (2, 0), "'etc/a.ris'")
case("zip of names alike", "a.zip", lambda _: zipped(("x/a.ris", PLAIN), ("/x/a.ris", PLAIN)), (2, 0), "(2)")
case(
    "zip of 100,000 members",
    "a.zip",
    lambda _: zipped(*((f"{n}.ris", b"") for n in range(100_000))),
    "list of its members",
)
case("zip of 2,000 members", "a.zip", lambda _: zipped(*((f"{n}.ris", PLAIN) for n in range(2_000))), "2,000 files")
case("zip with a password", "a.zip", raw_zip(b"a.ris", b"x" * 40, size=30, flags=1), "password")
case("zip packed by bzip2", "a.zip", lambda _: zipped(("a.ris", b" " * 10 * MIB), method=zipfile.ZIP_BZIP2), "bzip2")
case("zip packed by nothing known", "a.zip", raw_zip(b"a.ris", b"x" * 40, size=30, method=77), "method 77")
case("zip whose check sum is wrong", "a.zip", raw_zip(b"a.ris", PLAIN, size=len(PLAIN), method=0, crc=1), "damaged")
case("zip cut off", "a.zip", zipped(("a.ris", PLAIN * 50))[:-30], "damaged or cut off")
case("zip of a link", "a.zip", raw_zip(b"a.ris", b"/etc/passwd", size=11, method=0, mode=0o120777), "no export")
case(
    "zip of clutter",
    "a.zip",
    zipped(("__MACOSX/._a.ris", b"x"), (".DS_Store", b"x"), ("b.pdf", b"%PDF-1.7")),
    "no export",
)
case("zip of nothing", "a.zip", b"PK\x05\x06" + bytes(18), "no export")
case("zip sign only", "a.zip", b"PK\x03\x04" + b"\xff" * 10_000, "damaged")
case(
    "zip list of 1 GiB",
    "a.zip",
    zipped(("a.ris", PLAIN))[:-10] + struct.pack("<IIH", 1 << 30, 0, 0),
    "list of its members",
)
case("Word document", "a.zip", zipped(("[Content_Types].xml", b"x"), ("word/document.xml", b"x")), "Word document")
case("gz", "a.ris.gz", gzip.compress(PLAIN), RECORD)
case(
    "gz bomb", "a.ris.gz",
    lambda _: b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + ten_gigabytes() + bytes(8), "unpacks to more than 200 times",
)  # fmt: skip
case("gz cut off", "a.ris.gz", gzip.compress(PLAIN * 500)[:-20], "cut off")
case("gz damaged", "a.ris.gz", lambda _: gzip.compress(PLAIN)[:-8] + bytes(8), "damaged")
case("gz with a tail", "a.ris.gz", gzip.compress(PLAIN) + b"tail" * 100, RECORD, "after the end of the archive")
case("gz of many parts", "a.ris.gz", lambda _: gzip.compress(PLAIN) + gzip.compress(b"") * 60_000, "parts")
case("gz in a gz", "a.ris.gz", gzip.compress(gzip.compress(PLAIN)), "a gz archive inside")
case("gz of a tar", "a.tar.gz", gzip.compress(b"a.ris".ljust(257, b"\0") + b"ustar\x0000" + bytes(1000)), "tar archive")
case(
    "gz with a name upwards",
    "a.gz",
    b"\x1f\x8b\x08\x08" + bytes(6) + b"../../a.ris\0" + gzip.compress(PLAIN)[10:],
    RECORD,
)

# workbooks -------------------------------------------------------------------------------------------------------------

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TITLES = '<row r="1"><c r="A1" t="inlineStr"><is><t>Title</t></is></c></row>'


def xlsx(rows: str, *, head: str = "", strings: str = "") -> bytes:
    """Return a workbook of one sheet."""
    links = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/{kind}" Target="{part}"/>'
        for n, (kind, part) in enumerate((("worksheet", "sheet1.xml"), ("sharedStrings", "strings.xml")))
    )
    return zipped(
        ("[Content_Types].xml", b"<Types/>"),
        (
            "xl/workbook.xml",
            f'<workbook {MAIN} xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="r0"/></sheets></workbook>'.encode(),
        ),
        ("xl/_rels/workbook.xml.rels", f"<Relationships>{links}</Relationships>".encode()),
        ("xl/strings.xml", f"<sst {MAIN}>{strings}</sst>".encode()),
        ("xl/sheet1.xml", f"{head}<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>".encode()),
    )


def cell(at: str, text: str) -> str:
    """Return a row of one cell."""
    return f'<row r="{at[1:]}"><c r="{at}" t="inlineStr"><is><t>{text}</t></is></c></row>'


HAIR = cell("A2", "Hair")
case("workbook", "a.xlsx", xlsx(TITLES + HAIR), RECORD)
case("workbook with an entity bomb", "a.xlsx", xlsx(TITLES + cell("A2", "&l9;"), head=BOMB), "declares a document type")
case("workbook bomb", "a.xlsx", lambda _: xlsx(TITLES + " " * 60 * MIB), "200 times")
case(
    "workbook of two corners", "a.xlsx", xlsx(TITLES + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), (0, 1)
)
case("workbook of too many rows", "a.xlsx", xlsx(TITLES + '<row r="99999999"><c><v>1</v></c></row>'), "row 99,999,999")
case(
    "workbook of a million empty rows", "a.xlsx",
    lambda _: xlsx(TITLES + HAIR + "".join(f'<row r="{n}"/>' for n in range(3, 1_000_003))), RECORD, "not read further",
)  # fmt: skip
case("workbook with a cell of 5 MB", "a.xlsx", lambda _: xlsx(TITLES + HAIR + cell("A3", "ab" * 2_500_000)), (1, 1))
case(
    "workbook with a cell of 30 MB", "a.xlsx", lambda _: xlsx(TITLES + cell("A2", os.urandom(15_000_000).hex())), (0, 1)
)
case("workbook with a string of 5 MB", "a.xlsx",
     lambda _: xlsx(TITLES + '<row r="2"><c t="s"><v>0</v></c></row>', strings=f"<si><t>{'ab' * 2_500_000}</t></si>"), (0, 1))  # fmt: skip
case(
    "workbook whose strings are missing",
    "a.xlsx",
    xlsx(TITLES + '<row r="2"><c t="s"><v>7</v></c></row>'),
    "no record",
)
case("workbook nested deep", "a.xlsx", xlsx(TITLES + HAIR + "<x>" * 100_000), "damaged")
case(
    "workbook with a row of 150,000 cells",
    "a.xlsx",
    lambda _: xlsx(TITLES + HAIR + "<row>" + "<c><v>1</v></c>" * 150_000 + "</row>"),
    (1, 1),
)
case(
    "workbook of formula cells",
    "a.xlsx",
    xlsx(TITLES + cell("A2", "=cmd|' /C calc'!A0") + cell("A3", "@SUM(1)")),
    (2, 0),
)
case(
    "workbook without sheets", "a.xlsx", zipped(("[Content_Types].xml", b"x"), ("xl/workbook.xml", b"<a/>")), "no sheet"
)
case("old workbook of zeros", "a.xls", lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5 * MIB), "damaged")
case("old workbook of ones", "a.xls", lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 5 * MIB, "damaged")
case("old workbook too long", "a.xls", times(bytes(MIB), 40, before=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "40 MiB")
PAGE = "<html><body><table><tr><td>Title<td>DOI</tr>{}</table></body></html>"
case("page as a workbook", "a.xls", lambda _: PAGE.format("<tr><td>Hair<td>10.1/x</tr>"), RECORD)
case("page of tables nested 50,000 deep", "a.xls", lambda _: PAGE.format("<tr><td>" + "<table><tr><td>" * 50_000), None)
case(
    "page with a row of 150,000 cells",
    "a.xls",
    lambda _: PAGE.format("<tr><td>Hair</tr><tr>" + "<td>x" * 150_000),
    (1, 1),
)
case(
    "page with a cell of 9 MB", "a.xls", lambda _: PAGE.format("<tr><td>Hair</tr><tr><td>" + "ab " * 3_000_000), (1, 1)
)
case(
    "page of cells that span",
    "a.xls",
    lambda _: PAGE.format("<tr>" + "<td rowspan=9999 colspan=9999>Hair" * 50 + "<tr><td>Loss" * 20_000),
    None,
)
case("page of tags never closed", "a.xls", lambda _: PAGE.format("<tr><td>Hair</tr>" + "<" * 300_000), None)
case(
    "page of a log-in", "a.xls", "<html><body><form>Log in again <table><tr><td>User</table></form></html>", "web page"
)
case("page instead of an export", "a.ris", "<!DOCTYPE html><html><body><p>Your session has ended</html>", "web page")
case("page of 10,000,000 blanks", "a.xls", lambda _: PAGE.format(" " * 10_000_000 + "<tr><td>Hair</tr>"), RECORD)

# bytes that are no text, or only half ------------------------------------------------------------------------------------

case("nothing", "a.ris", b"", "empty")
case("byte order mark only", "a.ris", b"\xef\xbb\xbf", "empty")
case("UTF-16 mark only", "a.ris", b"\xff\xfe", "empty")
case("blanks only", "a.ris", b" \r\n" * 100_000, "empty")
case("PDF named RIS", "a.ris", b"%PDF-1.7\n" + os.urandom(100_000), "PDF")
case("random bytes", "a.ris", lambda _: os.urandom(3 * MIB), None)
case("200 MB of NUL", "a.ris", times(bytes(MIB), 200), None)
case("NULs among text", "a.ris", (RIS * 3).replace("Hair", "Ha\0ir").encode(), (3, 0), "NUL")
case("half of it NULs", "a.ris", (RIS * 300).replace("a", "\0\0\0"), "NUL")
case("a line of 200 MB", "a.ris", times(b"x" * MIB, 200, before=b"TY  - JOUR\nTI  - "), "(?i)line")
case("a line of 200 MB and no format", "a.txt", times(b"x" * MIB, 200), None)
case("UTF-16 of odd length", "a.ris", RIS.encode("utf-16") + b"x", None)
case("overlong UTF-8", "a.ris", PLAIN.replace(b"Hair", b"\xc0\xafHair\xe0\x80\xaf"), None)
case("lone surrogates", "a.ris", RIS.replace("Hair", "Ha\ud800ir"), None)
case(
    "two encodings",
    "a.ris",
    RIS.replace("Hair", "脱发").encode() + RIS.replace("Hair", "脱发").encode("gb18030"),
    (2, 0),
)
case("control characters", "a.ris", RIS.replace("Hair", "\x01\x02\x1b[31m\x07Hair"), None)
case("newlines of every kind", "a.ris", RIS.replace("\n", "\r\r\n") + RIS.replace("\n", "\r"), (2, 0))

# tagged text ---------------------------------------------------------------------------------------------------------------

LINE = b"and so it goes on with words that have no tag before them\n"
MANY = LINE * 2_000
BEGINNINGS = {
    "RIS": b"TY  - JOUR\nTI  - Hair\nAB  - x\n",
    "MEDLINE": b"PMID- 1\nOWN - NLM\nTI  - Hair\nAB  - x\n",
    "Web of Science": b"FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nTI Hair\nAB x\n",
    "refer": b"%0 Journal Article\n%T Hair\n%A Liu, L\n%X x\n",
    "NoteExpress": b"{Reference Type}: Journal Article\n{Title}: Hair\n{Abstract}: x\n",
    "RefWorks": b"RT Journal Article\nT1 Hair\nA1 Liu, L\nAB x\n",
}
for kind, begin in BEGINNINGS.items():
    indented = b"      " if kind == "MEDLINE" else b"   " if kind == "Web of Science" else b""
    goes_on = b"".join(indented + line for line in MANY.splitlines(keepends=True))
    case(f"{kind} that goes on for 40 MB", "a.txt", times(goes_on, 40 * MIB // len(goes_on), before=begin), None)
case(
    "RIS record of 200 MB",
    "a.ris",
    times(b"KW  - a keyword of some length\n" * 30_000, 200 * MIB // 930_000, before=PLAIN[:-7]),
    None,
)
case("150,000 empty records", "a.ris", times(b"TY  - JOUR\nER  - \n" * 1_000, 150), (0, 150_000))
case(
    "a million authors",
    "a.ris",
    times(b"AU  - Liu, L\n" * 1_000, 1_000, before=b"TY  - JOUR\nTI  - Hair\n", after=b"ER  - \n" + PLAIN),
    (1, 1),
)
case(
    "a million authors in a line",
    "a.nbib",
    times(
        b"Liu, L; " * 1_000, 1_000, before=b"PMID- 1\nOWN - NLM\nTI  - Hair\nAU  - ", after=b"\n\nPMID- 2\nTI  - Loss\n"
    ),
    (1, 1),
)
case("RIS of 100 MB of empty lines", "a.ris", times(b"\n" * MIB, 100, before=PLAIN[:-7]), "empty lines")
case(
    "SinoMed of names never known",
    "a.txt",
    lambda _: "【流水号】1\n【标题】Hair\n" + "".join(f"【n{n}】x\n" for n in range(99_000)),
)
case(
    "Embase fields of 300,000 authors",
    "a.csv",
    lambda _: '"TITLE","Hair"\n"AUTHOR NAMES"' + ',"Liu L."' * 300_000 + "\n",
    (0, 1),
)
case("begins without ends", "a.ris", times(b"TY  - JOUR\n" * 1_000, 100), (0, 100_000))
case(
    "tags never known",
    "a.ris",
    RIS[:-7] + "".join(f"{a}{b}  - x\n" for a in "QXYZ" for b in "0123456789") * 2_000 + "ER  - \n",
    None,
)

# tables, JSON, BibTeX ------------------------------------------------------------------------------------------------------

case(
    "quotation mark never closed",
    "a.csv",
    times(b"Hair,2020,10.1/x," + b"text " * 4_000 + b"\n", 5_000, before=b'Title,Year,DOI,Abstract\n"Hair'),
    None,
)
case("quotation marks in every cell", "a.csv", lambda _: "Title,Year\n" + 'a"b"c""d,"x"y"\n' * 20_000, None)
case("heading of a million columns", "a.csv", lambda _: "Title,Year" + ",x" * 500_000 + "\nHair,2020\n", None)
case(
    "row of 8,000,000 cells",
    "a.csv",
    times(b"," * MIB, 8, before=b"Title,Year\nHair,2020\nLoss", after=b"\nLoss,2021\n"),
    (2, 1),
)
case(
    "row of 4,000,000 quotation marks",
    "a.csv",
    times(b',"' * (MIB // 2), 8, before=b"Title,Year\nHair,2020\nLoss", after=b"\nLoss,2021\n"),
    (2, 1),
)
case("row of a million cells", "a.csv", lambda _: "Title,Year\nHair,2020\n" + "x," * 1_000_000 + "\n", (1, 1))
case("cell of 10 MB", "a.csv", lambda _: 'Title,Year\n"' + "ab " * 3_300_000 + '",2020\nHair,2020\n', (1, 1))
case(
    "formula cells",
    "a.csv",
    "Title,Year\n=cmd|' /C calc'!A0,2020\n+1,2020\n-1,2020\n@SUM(1),2020\n\"\t=1\",2020\n",
    (5, 0),
)
case("delimiters only", "a.csv", lambda _: "Title,Year\n" + ",\n" * 300_000, None)
CSL = '[{"type":"article-journal","title":"Hair","DOI":"10.1/x"%s}]'
case("JSON nested deep", "a.json", lambda _: CSL % (',"custom":' + "[" * 200_000 + "]" * 200_000), None)
case("JSON nested deep, never closed", "a.json", lambda _: '[{"type":"article","title":"x","a":' * 50_000, None)
case("JSON number of a million digits", "a.json", lambda _: CSL % (',"volume":' + "9" * 1_000_000), None)
case("JSON exponent", "a.json", CSL % ',"volume":1e999999999,"issue":-1E-999999,"page":NaN', None)
case("JSON keys by the 100,000", "a.json", CSL % "".join(f',"k{n}":1' for n in range(100_000)), None)
case("JSON lines damaged", "a.jsonl", lambda _: '{"title":"Hair"\n' * 50_000, None)
BIB = "@article{a, title = {Hair}, year = 2020}\n"
case("BibTeX braces never closed", "a.bib", lambda _: BIB + "@article{b, title = " + "{" * 100_000, None)
case(
    "BibTeX braces nested deep",
    "a.bib",
    lambda _: "@article{b, title = " + "{" * 50_000 + "x" + "}" * 50_000 + "}",
    None,
)
case(
    "BibTeX strings in circles",
    "a.bib",
    "@string{a = b # b}\n@string{b = a # a}\n" + BIB.replace("{Hair}", "a # b"),
    None,
)
case(
    "BibTeX string bomb",
    "a.bib",
    '@string{s0 = "lol"}\n'
    + "".join(f"@string{{s{n} = {' # '.join([f's{n - 1}'] * 10)}}}\n" for n in range(1, 12))
    + BIB.replace("{Hair}", "s11"),
    None,
)
case("BibTeX sums without end", "a.bib", lambda _: BIB.replace("{Hair}", " # ".join(['"a"'] * 30_000)), None)
case("BibTeX begins without ends", "a.bib", lambda _: "@article{a, title = {Hair},\n" * 10_000, None)
case("BibTeX preambles never closed", "a.bib", lambda _: "@preamble{{x\n" * 50_000 + BIB, RECORD)
case("BibTeX of 15 MB of empty lines", "a.bib", lambda _: BIB + "\n \n" * 5_000_000 + BIB, (2, 0))
case(
    "BibTeX of a million authors",
    "a.bib",
    lambda _: BIB + BIB.replace("{Hair}", "{Hair}, author = {" + "A B and " * 1_000_000 + "}"),
    (1, 1),
)
case("JSON record of 6,000,000 lists", "a.json", lambda _: CSL % (',"author":[' + "[]," * 6_000_000 + "[]]"), (0, 1))
case("BibTeX backslashes", "a.bib", lambda _: BIB.replace("Hair", "\\" * 100_001), None)
case("BibTeX accents", "a.bib", lambda _: BIB.replace("Hair", "\\'{" * 20_000), None)

# text that keeps patterns busy ------------------------------------------------------------------------------------------------

FILLERS = {
    "blanks": " ", "hyphens": "-", "digits": "1", "DOI beginnings": "10.", "DOIs": "10.1000/", "doi:": "doi:10.",
    "brackets opened": "(", "brackets": "()", "square brackets": "[", "semicolons": ";", "commas": ",",
    "and": " and ", "tags opened": "<", "tags": "<i>", "tags never closed": "<i a='", "ampersands": "&", "entities": "&amp;amp;",
    "numbers of trials": "NCT", "trial": "NCT0000000", "years": "2020 ", "ranges": "1-", "ranges of letters": "S1-S",
    "issn": "1234-567", "addresses": "http://", "colons": "a: ", "full width": "；", "CNKI markup": "~(", "CNKI marks": "<正>",
    "dots": ". ", "letters": "A. B. ", "capitals": "A", "stars": "*", "bars": "|", "backslashes": "\\", "braces": "{", "dollars": "$",
    "abbreviations": "J. ", "tabs": "\t", "no-break blanks": "\xa0", "combining": "e\u0301", "quotes": '"', "Roman": "IVX",
    "sections": "METHODS: ", "mails": "a@", "numbers and blanks": "1 ", "DOI and blanks": "10.1 ", "retraction": "Retraction in: ",
}  # fmt: skip
TAGS = ("TI", "AU", "A2", "PY", "DA", "JO", "J2", "VL", "IS", "SP", "EP", "DO", "AB", "KW", "SN", "UR", "AN", "N1", "M3", "LA", "C7", "T2", "ID", "U1", "AD")  # fmt: skip
NLM = ("TI", "FAU", "AU", "DP", "JT", "TA", "VI", "IP", "PG", "AID", "LID", "AB", "MH", "OT", "IS", "SI", "LA", "PT", "CIN", "CN", "AUID", "TT", "SO", "PHST")  # fmt: skip
COLUMNS = ("Title", "Authors", "Year", "Date", "Journal", "Volume", "Issue", "Pages", "DOI", "PMID", "Abstract", "Keywords", "ISSN", "URL", "Source", "Notes", "Language")  # fmt: skip


def filled_ris(filler: str) -> str:
    """Return a RIS record in which every tag is full of something."""
    values = (f"{tag}  - x{filler}x\n" for tag in TAGS)
    return f"TY  - JOUR\nT1  - Hair\n{''.join(values)}ER  - \n"


def filled_medline(filler: str) -> str:
    """Return a MEDLINE record in which every tag is full of something."""
    return "PMID- 1\nOWN - NLM\n" + "".join(f"{tag:<4}- x{filler}x\n" for tag in NLM)


def filled_table(filler: str) -> str:
    """Return a row of a table in which every cell is full of something."""
    cell = '"x' + filler.replace('"', '""') + 'x"'
    return ",".join([cell] * len(COLUMNS)) + "\n"


SINOMED = ("标题", "作者", "作者单位", "摘要", "英文摘要", "关键词", "主题词", "出处", "刊名", "年", "卷", "期", "页码", "DOI", "PMID", "ISSN", "链接", "语种", "文献类型", "英文标题", "英文作者")  # fmt: skip
ICTRP = ("TrialID", "Last_Refreshed_on", "Public_title", "Scientific_title", "Acronym", "Date_registration", "Source_Register", "web_address", "Countries", "Condition", "Intervention", "Primary_outcome", "Inclusion_Criteria")  # fmt: skip
NOTEFIRST = ("Media", "Volume", "Issue", "PageScope", "DOI", "Language", "Year", "ISSN", "Type", "Url", "DatabaseName", "AccessionNumber")  # fmt: skip
EMBASE = ("TITLE", "AUTHOR NAMES", "SOURCE", "SOURCE TITLE", "PUBLICATION YEAR", "VOLUME", "FIRST PAGE", "DATE OF PUBLICATION", "ISSN", "ABSTRACT", "AUTHOR KEYWORDS", "EMTREE DRUG INDEX TERMS", "CLINICAL TRIAL NUMBERS", "MEDLINE PMID", "DOI", "FULL TEXT LINK")  # fmt: skip
WOS = ("TI", "AU", "AF", "SO", "PY", "PD", "VL", "IS", "BP", "EP", "DI", "AB", "DE", "SN", "PM", "LA", "DT", "C1", "OI")


def filled_sinomed(filler: str) -> str:
    """Return a record of SinoMed's in which every field is full of something."""
    return "【流水号】1\n" + "".join(f"【{name}】x{filler}x\n" for name in SINOMED)


def filled_elements(names: Iterable[str], filler: str) -> str:
    """Return elements that are full of something."""
    return "".join(f"<{name}>x{escape(filler)}x</{name}>" for name in names)


def filled_ictrp(filler: str) -> str:
    """Return a trial in which every element is full of something."""
    return f"<Trial>{filled_elements(ICTRP, filler)}</Trial>"


def filled_notefirst(filler: str) -> str:
    """Return a record of NoteFirst's in which every element is full of something."""
    parts = (("PrimaryTitle", "Title"), ("Author", "FullName"), ("Abstracts", "Abstract"), ("Keywords", "Keyword"))
    nested = "".join(f"<{whole}>{filled_elements([part], filler)}</{whole}>" for whole, part in parts)
    return f"<Bibliography>{nested}{filled_elements(NOTEFIRST, filler)}</Bibliography>"


def filled_embase(filler: str) -> str:
    """Return a record of Embase's CSV by field in which every field is full of something."""
    doubled = filler.replace('"', '""')
    return "".join(f'"{name}","x{doubled}x"\n' for name in EMBASE) + "\n"


def filled_wos(filler: str) -> str:
    """Return a record of Web of Science in which every tag is full of something."""
    return "PT J\n" + "".join(f"{tag} x{filler}x\n" for tag in WOS) + "ER\n\n"


FILLED: dict[str, tuple[str, Callable[[str], str], str, str]] = {
    "RIS": ("a.ris", filled_ris, "", ""),
    "MEDLINE": ("a.nbib", filled_medline, "", ""),
    "table": ("a.csv", filled_table, ",".join(COLUMNS) + "\n", ""),
    "SinoMed": ("a.txt", filled_sinomed, "", ""),
    "ICTRP": ("a.xml", filled_ictrp, "<Trials_downloaded_from_ICTRP>", "</Trials_downloaded_from_ICTRP>"),
    "NoteFirst": ("a.xml", filled_notefirst, "<Bibliographies>", "</Bibliographies>"),
    "Embase fields": ("a.csv", filled_embase, filled_embase("").replace("xx", "Hair"), ""),
    "Web of Science": ("a.txt", filled_wos, "FN Clarivate Analytics Web of Science\nVR 1.0\n", "EF\n"),
}
GROUP = 6
for kind, (file, filled, begin, end) in FILLED.items():
    for first in range(0, len(FILLERS), GROUP):
        group = dict(list(FILLERS.items())[first : first + GROUP])

        def made(_: int, filled=filled, begin=begin, end=end, group=group) -> str:  # type: ignore[no-untyped-def] # bound
            return begin + "".join(filled(one * (20_000 // len(one))) for one in group.values()) + end

        # Without quotation marks or commas a table's cell would be none.
        wanted = None if kind == "table" else (len(group) + (kind == "Embase fields"), 0)
        case(f"{kind} of {', '.join(group)}", file, made, wanted)


def take(path: Path) -> dict[str, object]:
    """Read a file and normalise its records; return the account, or the refusal."""
    from jakdb.errors import InputError
    from jakdb.words import RawRecord
    from jaksearch.normalise import normalise

    accepted, rejected, numbers, warnings = 0, 0, 0, list[str]()
    try:
        for export in exports(path):
            last = 0
            for last, record in enumerate(export, start=1):
                assert record.number == last
                if isinstance(record, RawRecord):
                    if accepted < 500:  # what one record costs does not grow with their number
                        normalise(record, format=export.format)
                    accepted += 1
                else:
                    assert record.reason
                    rejected += 1
            numbers += last
            assert last == export.accepted + export.rejected
            warnings += export.warnings
    except InputError as error:
        return {"refused": str(error)[:1_000], "hint": error.hint[:1_000]}
    assert accepted + rejected == numbers
    return {"accepted": accepted, "rejected": rejected, "warnings": [said[:300] for said in warnings[:20]]}


def exports(path: Path) -> Iterator[Export]:
    """Yield the exports in a file."""
    from jaksearch.formats.reading import open_exports

    with open_exports(path) as found:
        yield from found


def in_a_process(work: Callable[[], object]) -> tuple[str, float, float]:
    """Do work in a process of its own; return what it says, its processor seconds, and its peak memory in MiB."""
    heard, told = os.pipe()
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_AS, (2048 * MIB, 2048 * MIB))
        resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
        try:
            said = json.dumps(work())
        except BaseException as error:  # whatever it is, the test must see it
            said = json.dumps({"failed": f"{type(error).__name__}: {error}"[:300]})
        os.write(told, said.encode()[:60_000])
        os._exit(0)
    os.close(told)
    with os.fdopen(heard, "rb") as stream:
        said = stream.read().decode()
    _, status, used = os.wait4(child, 0)
    if status:
        said = json.dumps({"failed": f"the process ended with {status}"})
    return said, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Write and read the cases that the command line names."""
    import jaksearch.formats.spreadsheet
    import jaksearch.normalise  # noqa: F401 - before the processes part, so that each need not import it

    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    names = sys.argv[3:]
    if re.fullmatch(r"\d+/\d+", names[0]):
        part, parts = map(int, names[0].split("/"))
        names = list(CASES)[part::parts]
    for name in names:
        place = folder / f"{os.getpid()}"
        place.mkdir(exist_ok=True)
        path = place / CASES[name].file

        def write(path: Path = path, name: str = name) -> None:
            with path.open("wb") as stream:
                for piece in CASES[name].pieces(port):
                    stream.write(piece)

        in_a_process(write)
        said, seconds, peak = in_a_process(lambda path=path: take(path))
        path.unlink()
        must = {"wanted": CASES[name].wanted, "said": CASES[name].said}
        print(json.dumps({"name": name, **must, "seconds": seconds, "peak": peak, **json.loads(said)}), flush=True)


if __name__ == "__main__":
    main()
