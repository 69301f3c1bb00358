"""Read what zip and gz archives hold, and stop at limits that are counted on the bytes that really come out."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO

from jakdb.errors import InputError

__all__ = ["GZIP_HEAD", "ZIP_HEADS", "Budget", "inflate_gzip", "open_zip", "unpack_member"]

MIB = 1 << 20
MAX_MEMBER = 1024 * MIB
"""One export of a million records with abstracts is about as large."""
MAX_TOTAL = 2048 * MIB
"""A temporary folder must hold a member, and a reader must come to an end."""
MAX_RATIO = 200
"""Exports shrink 3 to 20 times, long tables of alike rows up to 100 times, bombs 1,000 times."""
RATIO_FLOOR = 8 * MIB
"""Small members may shrink more than that: a few MiB harm nobody."""
MAX_MEMBERS = 1_000
MAX_DIRECTORY = 4 * MIB
"""Bytes of a zip's list of members; more than a thousand long names need."""
MAX_GZIP_PARTS = 50_000
"""Files of bgzip hold a part for every 64 KiB."""
CHUNK = 256 * 1024

ZIP_HEADS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
GZIP_HEAD = b"\x1f\x8b"
METHODS = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "zstd", 95: "xz", 98: "PPMd", 99: "AES"}
UNPACK_HINT = "unpack it and import the files inside one by one"
DAMAGED_HINT = "download the archive again, or " + UNPACK_HINT


class Budget:
    """What an archive may still unpack to; counted on the bytes that come out, whatever its headers say.

    Parameters
    ----------
    name : str
        The archive's name, for the errors.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.total = 0

    def read(self, chunks: Iterator[bytes], *, packed: Callable[[], int], what: str = "") -> Iterator[bytes]:
        """Yield the unpacked chunks of one member; `packed` says how many bytes of the archive they took so far.

        Raises
        ------
        InputError
            If the member or all members unpack to too much, or the member shrinks like a bomb.
        """
        where = f"{self.name}/{what}" if what else self.name
        size = 0
        for chunk in chunks:
            size += len(chunk)
            self.total += len(chunk)
            if size > RATIO_FLOOR and size > MAX_RATIO * packed():
                raise InputError(
                    f"{where}: unpacks to more than {MAX_RATIO} times its size, as archives made to do harm",
                    hint="if you trust it, " + UNPACK_HINT,
                )
            if size > MAX_MEMBER or self.total > MAX_TOTAL:
                limit = MAX_MEMBER if size > MAX_MEMBER else MAX_TOTAL
                raise InputError(f"{where}: unpacks to more than {limit // MIB:,} MiB", hint=UNPACK_HINT)
            yield chunk


def open_zip(name: str, stream: IO[bytes]) -> zipfile.ZipFile:
    """Open a zip archive after a look at how long its list of members is and where their bytes lie.

    Raises
    ------
    InputError
        If the archive is damaged or cut off, has too many members, or members that share their bytes.
    """
    if (size := _directory_size(stream)) > MAX_DIRECTORY:
        raise InputError(f"{name}: the list of its members alone takes {size:,} bytes", hint=UNPACK_HINT)
    stream.seek(0)
    try:
        archive = zipfile.ZipFile(stream)
        members = archive.infolist()
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, OSError, EOFError) as error:
        raise InputError(f"{name}: the archive is damaged or cut off ({error})", hint=DAMAGED_HINT) from error
    if len(members) > MAX_MEMBERS:
        raise InputError(
            f"{name}: {len(members):,} files in one archive, of which jak reads {MAX_MEMBERS:,}", hint=UNPACK_HINT
        )
    end = archive.start_dir
    for member in sorted(members, key=lambda member: member.header_offset, reverse=True):
        if member.header_offset + 30 + member.compress_size > end:
            raise InputError(
                f"{name}: members of the archive share their bytes, as archives made to do harm", hint=DAMAGED_HINT
            )
        end = member.header_offset
    return archive


def unpack_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: Budget, *, shown: str = ""
) -> Iterator[bytes]:
    """Yield the unpacked bytes of one member of a zip archive, within the limits.

    Parameters
    ----------
    archive : ZipFile
        As `open_zip` opened it.
    member : ZipInfo
        One of its members.
    budget : Budget
        What the archive may still unpack to.
    shown : str
        The member's name in errors; its own if not given.

    Raises
    ------
    InputError
        If the member is encrypted, damaged, packed in a way that is not known, or breaks a limit.
    """
    shown = shown or member.filename
    where = f"{budget.name}/{shown}"
    if member.flag_bits & 0x1:
        raise InputError(f"{where}: encrypted with a password", hint="unpack the archive with its password first")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        method = METHODS.get(member.compress_type, f"method {member.compress_type}")
        raise InputError(f"{where}: packed with {method}, which jak does not unpack", hint=UNPACK_HINT)
    if member.file_size > MAX_MEMBER:
        raise InputError(f"{where}: unpacks to {member.file_size // MIB:,} MiB", hint=UNPACK_HINT)
    return budget.read(
        _unpacked(archive, member, where), packed=lambda: _position(archive) - member.header_offset, what=shown
    )


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, where: str) -> Iterator[bytes]:
    """Yield the unpacked bytes of one member; the check sum is compared at its end."""
    try:
        with archive.open(member) as stream:
            while chunk := stream.read(CHUNK):
                yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError, NotImplementedError, OSError) as error:
        raise InputError(f"{where}: the archive is damaged ({error})", hint=DAMAGED_HINT) from error


def inflate_gzip(name: str, stream: IO[bytes], *, warn: Callable[[str], None]) -> Iterator[bytes]:
    """Yield what every part of a gz archive unpacks to, within the limits; what follows the last part is said.

    Raises
    ------
    InputError
        If the archive is damaged or cut off, has too many parts, or breaks a limit.
    """
    stream.seek(0)
    return Budget(name).read(_inflated(name, stream, warn), packed=stream.tell)


def _inflated(name: str, stream: IO[bytes], warn: Callable[[str], None]) -> Iterator[bytes]:
    """Yield the unpacked bytes, part after part."""
    waiting, parts = b"", 0
    while waiting := waiting or stream.read(CHUNK):
        if parts and not waiting.startswith(GZIP_HEAD[: len(waiting)]):
            if waiting.strip(b"\0"):
                warn(f"{name}: bytes after the end of the archive left out")
            return
        parts += 1
        if parts > MAX_GZIP_PARTS:
            raise InputError(f"{name}: more than {MAX_GZIP_PARTS:,} parts in one gz archive", hint=UNPACK_HINT)
        inflate = zlib.decompressobj(wbits=31)
        while not inflate.eof:
            try:
                chunk = inflate.decompress(waiting, CHUNK)
            except zlib.error as error:
                raise InputError(f"{name}: the archive is damaged ({error})", hint=DAMAGED_HINT) from error
            waiting = inflate.unconsumed_tail
            if chunk:
                yield chunk
            elif not inflate.eof and not waiting and not (waiting := stream.read(CHUNK)):
                raise InputError(f"{name}: the archive is cut off", hint=DAMAGED_HINT)
        waiting = inflate.unused_data


def _position(archive: zipfile.ZipFile) -> int:
    """Return how far the archive's bytes are read."""
    return archive.fp.tell() if archive.fp else 0


def _directory_size(stream: IO[bytes]) -> int:
    """Return how long a zip's list of members claims to be; 0 if its end is not found (PKWARE APPNOTE, 4.3)."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - 22 - 65_535 - 20 - 56))
    tail = stream.read()
    at = len(tail) - 22
    if not (at >= 0 and tail.startswith(b"PK\x05\x06", at) and tail.endswith(b"\0\0")):
        at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + 22 > len(tail):
        return 0
    claims = [int.from_bytes(tail[at + 12 : at + 16], "little")]
    if at >= 20 and tail.startswith(b"PK\x06\x07", at - 20):
        stream.seek(min(int.from_bytes(tail[at - 12 : at - 4], "little"), size))
        far = stream.read(56)
        near = tail[max(0, at - 76) : at - 20]
        claims += [int.from_bytes(end[40:48], "little") for end in (far, near) if end.startswith(b"PK\x06\x06")]
        claims = claims[1:] or claims
    return max(claims)
