"""Archives are told from workbooks, unpacked one member at a time, and refused as a whole where a limit is broken."""

import gzip
import io
import zipfile
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jakdb.errors import InputError
from jaksearch.formats import packed
from jaksearch.formats.containers import container_kind, expand

RIS = b"TY  - JOUR\nTI  - Hair\nER  - \n"


def zipped(members: Iterable[tuple[str, bytes]]) -> io.BytesIO:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, held in members:
            archive.writestr(name, held)
    return stream


def read_all(name: str, stream: io.BytesIO) -> list[tuple[str, bytes]]:
    return [(member, unpacked.read()) for member, unpacked in expand(name, stream)]


@given(st.lists(st.binary(min_size=1, max_size=200).map(lambda held: b"TY" + held), min_size=1, max_size=8))
def test_every_member_comes_out_as_it_went_in(members: list[bytes]) -> None:
    stream = zipped((f"folder/{n}.ris", held) for n, held in enumerate(members))
    assert read_all("a.zip", stream) == [(f"a.zip/folder/{n}.ris", held) for n, held in enumerate(members)]


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_the_parts_of_a_gz_are_one_file(parts: list[bytes]) -> None:
    stream = io.BytesIO(b"".join(gzip.compress(part) for part in (b"TY", *parts)))
    assert read_all("a.ris.gz", stream) == [("a.ris.gz/a.ris", b"TY" + b"".join(parts))]


def test_a_member_larger_than_memory_may_hold_is_read_from_disk() -> None:
    held = b"".join(b"TI  - Hair loss number %d\n" % n for n in range(800_000))
    [(_, member)] = expand("a.zip", zipped([("a.ris", held)]))
    assert member.closed  # the iterator went on, and closed it
    for _, open_member in expand("a.zip", zipped([("a.ris", held)])):
        assert open_member.seek(0, 2) == len(held) > 16 << 20


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        ([("a.ris", RIS)], "zip"),
        ([("[Content_Types].xml", b"x"), ("xl/workbook.xml", b"x")], "xlsx"),
        ([("[Content_Types].xml", b"x"), ("word/document.xml", b"x")], "zip"),
        ([("xl/workbook.xml", b"x")], "zip"),
        ([], "zip"),
    ],
)
def test_a_workbook_is_told_from_an_archive(members: list[tuple[str, bytes]], kind: str) -> None:
    stream = zipped(members)
    assert container_kind(stream.getvalue()[:8], stream) == kind
    assert stream.tell() == 0


@pytest.mark.parametrize(
    ("head", "kind"),
    [(b"\x1f\x8b\x08", "gzip"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"), (b"TY  - ", ""), (b"", "")],
)
def test_other_kinds_are_told_by_their_first_bytes(head: bytes, kind: str) -> None:
    assert container_kind(head, io.BytesIO(head)) == kind


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("../../a.ris", "a.ris"),
        ("/etc/./a.ris", "etc/a.ris"),
        ("..\\..\\a.ris", "a.ris"),
        ("C:\\x\\a.ris", "x/a.ris"),
        ("a\u202esir.exe", "a_sir.exe"),
        ("..", "unnamed"),
    ],
)
def test_names_lose_what_leads_out_of_the_archive(stored: str, shown: str) -> None:
    members = expand("a.zip", zipped([(stored, RIS)]))
    assert [name for name, _ in members] == [f"a.zip/{shown}"]
    assert members.warnings == [f"a.zip: {stored!r} is read as {shown!r}"]


def test_chinese_names_in_the_encoding_of_chinese_windows_are_read() -> None:
    held = zipped([("XXXX.ris", RIS)]).getvalue().replace(b"XXXX", "脱发".encode("gb18030"))
    assert [name for name, _ in expand("a.zip", io.BytesIO(held))] == ["a.zip/脱发.ris"]


def test_what_is_no_export_is_left_out_and_said() -> None:
    document = zipped([("[Content_Types].xml", b"x"), ("word/document.xml", b"x")]).getvalue()
    names = ["folder/", "__MACOSX/._a.ris", "x/.DS_Store", "Thumbs.db", "empty.ris", "paper.pdf", "note.docx", "a.ris"]
    held = [b"", b"x", b"x", b"x", b"", b"%PDF-1.7", document, RIS]
    members = expand("a.zip", zipped(zip(names, held, strict=True)))
    assert [name for name, _ in members] == ["a.zip/a.ris"]
    assert [warning.split("'")[1] for warning in members.warnings] == names[1:-1]
    assert members.warnings[-2:] == [
        "a.zip: 'paper.pdf' left out: a PDF",
        "a.zip: 'note.docx' left out: a document, no export",
    ]


def test_a_workbook_in_an_archive_is_an_export() -> None:
    workbook = zipped([("[Content_Types].xml", b"x"), ("xl/workbook.xml", b"x")]).getvalue()
    assert read_all("a.zip", zipped([("a.xlsx", workbook)])) == [("a.zip/a.xlsx", workbook)]


def test_nothing_is_handed_out_of_an_archive_whose_last_member_is_bad() -> None:
    with pytest.raises(InputError, match=r"a\.zip/b\.zip: a zip archive inside an archive") as caught:
        expand("a.zip", zipped([("a.ris", RIS), ("b.zip", zipped([("c.ris", RIS)]).getvalue())]))
    assert caught.value.hint == "unpack a.zip and import what is inside"


def test_the_ratio_counts_from_a_few_mebibytes_on() -> None:
    assert read_all("a.zip", zipped([("a.ris", b" " * packed.RATIO_FLOOR)]))[0][1] == b" " * packed.RATIO_FLOOR
    with pytest.raises(InputError, match="more than 200 times its size"):
        expand("a.zip", zipped([("a.ris", b" " * (packed.RATIO_FLOOR + packed.CHUNK))]))


def test_the_size_of_all_members_together_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "MAX_TOTAL", 1000)
    assert len(read_all("a.zip", zipped([("a.ris", RIS * 10), ("b.ris", RIS * 10)]))) == 2
    with pytest.raises(InputError, match=r"a\.zip/d\.ris: unpacks to more than 0 MiB"):
        expand("a.zip", zipped((f"{name}.ris", RIS * 10) for name in "abcd"))


def test_a_name_in_the_head_of_a_gz_is_used() -> None:
    stream = io.BytesIO()
    with gzip.GzipFile("embase june.ris", "wb", fileobj=stream) as archive:
        archive.write(RIS)
    assert read_all("download.gz", stream) == [("download.gz/embase june.ris", RIS)]


def test_bytes_behind_a_gz_are_left_out_and_said() -> None:
    members = expand("a.ris.gz", io.BytesIO(gzip.compress(RIS) + b"tail"))
    assert members.warnings == ["a.ris.gz: bytes after the end of the archive left out"]
    assert expand("a.ris.gz", io.BytesIO(gzip.compress(RIS) + bytes(512))).warnings == []


@given(st.data())
def test_a_damaged_archive_is_an_error_or_reads_alike(data: st.DataObject) -> None:
    held = bytearray(
        data.draw(st.sampled_from([zipped([("a.ris", RIS * 9)]).getvalue(), gzip.compress(RIS * 9, mtime=0)]))
    )
    for _ in range(data.draw(st.integers(1, 3))):
        held[data.draw(st.integers(2, len(held) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        found = read_all("a", io.BytesIO(bytes(held[: data.draw(st.integers(3, len(held)))])))
    except InputError as error:
        found = [("refused", RIS * 9 if error.hint else b"without a way out")]
    assert all(content == RIS * 9 for _, content in found)
