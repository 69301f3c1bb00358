"""Unpack zip and gz archives of exports, with limits that are counted on what really comes out.

An archive is looked through before anything of it is handed out: what breaks a limit, is damaged, is encrypted or is an
archive itself refuses the whole of it, so that no import takes half of an archive. Nothing is written under the
names of the archive, and no more than one member is held at a time, on disk where it is large.
"""

from __future__ import annotations

import re
import stat
import zipfile
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, Literal

from jakdb.errors import InputError
from jaksearch.formats.packed import GZIP_HEAD, ZIP_HEADS, Budget, inflate_gzip, open_zip, unpack_member

__all__ = ["ContainerKind", "Members", "container_kind", "expand"]

ContainerKind = Literal["zip", "gzip", "xlsx", "xls", ""]

IN_MEMORY = 16 << 20
"""A larger member is unpacked to a temporary file."""
NAME_LENGTH = 200

OLE_HEAD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ARCHIVES: tuple[tuple[bytes, str], ...] = (
    *((head, "a zip archive") for head in ZIP_HEADS),
    (GZIP_HEAD, "a gz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
)
NO_EXPORTS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"II*\x00", "a picture"),
    (b"MM\x00*", "a picture"),
    (b"{\\rtf", "an RTF document"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)
TAR_MARK = (257, b"ustar")
DOCUMENTS: tuple[tuple[str, str, str], ...] = (
    ("xl/workbook.bin", "a binary Excel workbook (.xlsb)", "open it and save it as .xlsx or CSV (UTF-8)"),
    ("word/", "a Word document (.docx)", "export the search again as RIS, PubMed (.nbib) or CSV"),
    ("ppt/", "a presentation (.pptx)", "export the search again as RIS, PubMed (.nbib) or CSV"),
    ("META-INF/manifest.xml", "an OpenDocument file (.ods, .odt)", "open it and save it as .xlsx or CSV (UTF-8)"),
)
OFFICE_SIGNS = (b"[Content_Types].xml", b"_rels/.rels", b"mimetypeapplication/vnd.oasis")
CLUTTER = re.compile(r"(?:^|/)(?:__MACOSX/|\.DS_Store$|\._[^/]*$|Thumbs\.db$|desktop\.ini$|\.git/)", re.IGNORECASE)
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def container_kind(head: bytes, stream: IO[bytes]) -> ContainerKind:
    """Tell by its content whether a file is an archive of exports or a workbook; an empty string if it is neither.

    Parameters
    ----------
    head : bytes
        The file's first bytes; eight are enough.
    stream : seekable binary stream
        The whole file; it is left at its beginning.

    Notes
    -----
    A Word or OpenDocument file is a zip too: it is told as ``zip``, and `expand` refuses it by its name.

    Examples
    --------
    >>> import gzip, io
    >>> packed = gzip.compress(b"TY  - JOUR")
    >>> container_kind(packed[:8], io.BytesIO(packed)), container_kind(b"TY  - JO", io.BytesIO(b"TY  - JOUR"))
    ('gzip', '')
    """
    if head.startswith(GZIP_HEAD):
        return "gzip"
    if head.startswith(OLE_HEAD):
        return "xls"
    if not head.startswith(ZIP_HEADS):
        return ""
    try:
        with open_zip("archive", stream) as archive:
            is_workbook = "xl/workbook.xml" in _office_names(archive)
    except InputError:
        is_workbook = False
    stream.seek(0)
    return "xlsx" if is_workbook else "zip"


def expand(name: str, stream: IO[bytes]) -> Members:
    r"""Return the exports inside a zip or gz archive, one after the other, each with its name and its bytes.

    Parameters
    ----------
    name : str
        The archive's name; members are called ``archive.zip/folder/export.ris``.
    stream : seekable binary stream
        The archive.

    Returns
    -------
    Members
        An iterator of (name, binary stream). A member's stream is closed when the next one is asked for. `warnings`
        says what is left out or renamed, before the first member is read.

    Raises
    ------
    InputError
        If the archive is damaged or encrypted, holds an archive, breaks a limit, or holds no export at all: before
        anything is handed out.

    Examples
    --------
    >>> import io, zipfile
    >>> stream = io.BytesIO()
    >>> with zipfile.ZipFile(stream, "w") as archive:
    ...     archive.writestr("../june/embase.ris", "TY  - JOUR\n")
    ...     archive.writestr("__MACOSX/embase.ris", "x")
    >>> members = expand("search.zip", stream)
    >>> [(name, member.read()) for name, member in members]
    [('search.zip/june/embase.ris', b'TY  - JOUR\n')]
    >>> members.warnings
    ["search.zip: '../june/embase.ris' is read as 'june/embase.ris'",
     "search.zip: '__MACOSX/embase.ris' left out: not an export"]
    """
    stream.seek(0)
    head = stream.read(8)
    stream.seek(0)
    return Members(name, stream, gzipped=head.startswith(GZIP_HEAD))


class Members(Iterator[tuple[str, IO[bytes]]]):
    """The exports of one archive, an iterator that unpacks them one by one.

    Attributes
    ----------
    warnings : list of str
        What was left out or renamed, and why.
    """

    def __init__(self, name: str, stream: IO[bytes], *, gzipped: bool) -> None:
        self.name = name
        self.stream = stream
        self.warnings: list[str] = []
        self._members = self._unzip(*self._checked_zip()) if not gzipped else self._gunzip(self._checked_gzip())

    def __iter__(self) -> Members:
        return self

    def __next__(self) -> tuple[str, IO[bytes]]:
        return next(self._members)

    def _warn(self, member: str, what: str) -> None:
        """Note what was done with a member."""
        self.warnings.append(f"{self.name}: {member[:NAME_LENGTH]!r} {what}")

    def _checked_zip(self) -> tuple[zipfile.ZipFile, list[tuple[zipfile.ZipInfo, str]]]:
        """Look through the archive; return it and the members to read under the names that they get."""
        archive = open_zip(self.name, self.stream)
        names = _office_names(archive)
        for sign, what, hint in DOCUMENTS:
            if any(name.startswith(sign) for name in names):
                raise InputError(f"{self.name}: this is {what}, not an export jak can read", hint=hint)
        budget, taken, kept = Budget(self.name), set[str](), list[tuple[zipfile.ZipInfo, str]]()
        for member in archive.infolist():
            stored = _stored_name(member)
            if member.is_dir():
                continue
            if CLUTTER.search(stored) or stat.S_ISLNK(member.external_attr >> 16):
                is_clutter = CLUTTER.search(stored)
                self._warn(stored, f"left out: {'not an export' if is_clutter else 'a link, not a file'}")
                continue
            shown = _free_name(_safe_name(stored), taken)
            head = _head(unpack_member(archive, member, budget, shown=shown))
            if not self._is_export(head, stored, shown):
                continue
            if head.startswith(ZIP_HEADS) and not self._is_workbook(archive, member):
                self._warn(stored, "left out: a document, no export")
                continue
            if shown != stored:
                self._warn(stored, f"is read as {shown!r}")
            kept.append((member, shown))
        if not kept:
            raise InputError(
                f"{self.name}: no export in the archive ({len(archive.infolist())} members)",
                hint="export the search again as RIS, PubMed (.nbib) or CSV",
            )
        return archive, kept

    def _is_export(self, head: bytes, stored: str, shown: str) -> bool:
        """Say whether a member may be an export, by its first bytes; an archive is an error, the rest a warning."""
        if not head:
            self._warn(stored, "left out: empty")
            return False
        is_office = head.startswith(ZIP_HEADS) and any(sign in head for sign in OFFICE_SIGNS)
        if head.startswith(TAR_MARK[1], TAR_MARK[0]):
            raise _archive_inside(self.name, shown, "a tar archive")
        if not is_office and (what := next((what for magic, what in ARCHIVES if head.startswith(magic)), "")):
            raise _archive_inside(self.name, shown, what)
        if what := next((what for magic, what in NO_EXPORTS if head.startswith(magic)), ""):
            self._warn(stored, f"left out: {what}")
            return False
        return True

    def _is_workbook(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
        """Say whether a member that is an Office file is a workbook."""
        with SpooledTemporaryFile(max_size=IN_MEMORY) as unpacked:
            for chunk in unpack_member(archive, member, Budget(self.name)):
                unpacked.write(chunk)
            return container_kind(ZIP_HEADS[0], unpacked) == "xlsx"

    def _unzip(
        self, archive: zipfile.ZipFile, kept: list[tuple[zipfile.ZipInfo, str]]
    ) -> Iterator[tuple[str, IO[bytes]]]:
        """Yield the members, unpacked."""
        budget = Budget(self.name)
        with archive:
            for member, shown in kept:
                with SpooledTemporaryFile(max_size=IN_MEMORY) as unpacked:
                    for chunk in unpack_member(archive, member, budget, shown=shown):
                        unpacked.write(chunk)
                    unpacked.seek(0)
                    yield f"{self.name}/{shown}", unpacked

    def _checked_gzip(self) -> str:
        """Look through the archive; return the name of what is in it."""
        inner = _gzip_name(self.stream)
        shown = _safe_name(inner) if inner else _without_gz(self.name)
        if inner and inner != shown:
            self._warn(inner, f"is read as {shown!r}")
        head = _head(inflate_gzip(self.name, self.stream, warn=self.warnings.append))
        if not self._is_export(head, shown, shown):
            raise InputError(
                f"{self.name}: no export in the archive", hint="export the search again as RIS, PubMed (.nbib) or CSV"
            )
        return shown

    def _gunzip(self, shown: str) -> Iterator[tuple[str, IO[bytes]]]:
        """Yield the one member, unpacked."""
        with SpooledTemporaryFile(max_size=IN_MEMORY) as unpacked:
            for chunk in inflate_gzip(self.name, self.stream, warn=lambda _: None):
                unpacked.write(chunk)
            unpacked.seek(0)
            yield f"{self.name}/{shown}", unpacked


def _head(chunks: Iterator[bytes]) -> bytes:
    """Read all chunks, and so check them; return the first bytes."""
    head = b""
    for chunk in chunks:
        if not head:
            head = chunk[:65_536]
    return head


def _archive_inside(name: str, member: str, what: str) -> InputError:
    """Return the error for an archive in an archive."""
    return InputError(f"{name}/{member}: {what} inside an archive", hint=f"unpack {name} and import what is inside")


def _office_names(archive: zipfile.ZipFile) -> list[str]:
    """Return the names inside if the archive is an Office or OpenDocument file; else nothing."""
    names = [name.replace("\\", "/").removeprefix("/") for name in archive.namelist()]
    lower = {name.lower() for name in names}
    is_document = "[content_types].xml" in lower or (names and names[0] == "mimetype")
    return [re.sub(r"(?i)^xl/workbook\.xml$", "xl/workbook.xml", name) for name in names] if is_document else []


def _stored_name(member: zipfile.ZipInfo) -> str:
    """Return a member's name; names without the mark of Unicode are UTF-8 or GB18030 more often than DOS's."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        raw = member.filename.encode("cp437")
    except UnicodeEncodeError:
        return member.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


def _safe_name(name: str) -> str:
    """Return a name for people: relative, without steps upwards, control characters and direction marks."""
    name = re.sub(r"^[A-Za-z]:", "", UNSAFE.sub("_", name).replace("\\", "/"))
    parts = [part for part in name.split("/") if part.strip() not in ("", ".", "..")]
    return "/".join(parts)[-NAME_LENGTH:] or "unnamed"


def _free_name(name: str, taken: set[str]) -> str:
    """Return the name, with a number if another member has it."""
    free, count = name, 1
    while free in taken:
        count += 1
        free = f"{name} ({count})"
    taken.add(free)
    return free


def _without_gz(name: str) -> str:
    """Return the name of what is in ``name.gz``."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return re.sub(r"\.t?gz$", "", last, flags=re.IGNORECASE) or "unnamed"


def _gzip_name(stream: IO[bytes]) -> str:
    """Return the file name in a gz archive's head, if there is one (RFC 1952, section 2.3.1)."""
    stream.seek(0)
    head = stream.read(4096)
    if len(head) < 12 or not head[3] & 0x08:
        return ""
    at = 10
    if head[3] & 0x04:
        at += 2 + int.from_bytes(head[10:12], "little")
    end = head.find(b"\0", at)
    raw = head[at:end] if at < end else b""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
