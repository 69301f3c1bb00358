import pytest
from hypothesis import given
from hypothesis import strategies as st

from jakdb.errors import InputError
from jaksearch.formats import decode
from jaksearch.formats.text import is_printable

CHINESE = (
    "TY  - JOUR\nTI  - 托法替布治疗重度斑秃的疗效与安全性研究\nAU  - 王伟\n"
    "AB  - 目的：探讨药物的有效性。方法：选取患者四十例。\nER  - \n"
)


@pytest.mark.parametrize(
    ("encoding", "named"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("gb18030", "gb18030"), ("gbk", "gb18030")],
)
def test_chinese_text_is_read_in_every_encoding_databases_use(encoding: str, named: str) -> None:
    decoded = decode(CHINESE.encode(encoding))
    assert (decoded.text, decoded.encoding, decoded.doubt) == (CHINESE, named, "")


def test_utf16_without_a_mark_is_read_with_a_doubt() -> None:
    decoded = decode(CHINESE.encode("utf-16-le"))
    assert decoded.text == CHINESE
    assert "no byte order mark" in decoded.doubt


@pytest.mark.parametrize("word", ["Béla Müller-Strauß, São Paulo", "Peña, naïve café", "Malmö – “quoted”"])
def test_western_text_in_windows_1252_is_not_taken_for_chinese(word: str) -> None:
    text = f"TY  - JOUR\nAU  - {word}\nTI  - Hair loss in a long enough title about nothing in particular\nER  - \n"
    decoded = decode(text.encode("cp1252"))
    assert decoded.text == text
    assert decoded.encoding == "cp1252"
    assert "line 2" in decoded.doubt


def test_western_names_in_gb18030_are_read() -> None:
    text = "TY  - JOUR\nAU  - González-Müller, Peña\nTI  - Hair – “quoted” α and ≥ 5\nER  - \n"
    assert decode(text.encode("gb18030")).text == text


def test_korean_text_is_not_taken_for_chinese() -> None:
    text = "TI  - 원형탈모증 환자에서 토파시티닙 치료의 효과와 안전성에 대한 연구\n" * 3
    decoded = decode(text.encode("euc_kr"))
    assert decoded.encoding != "gb18030"
    assert decoded.doubt


def test_one_damaged_byte_does_not_garble_a_chinese_file() -> None:
    data = bytearray(CHINESE.encode())
    data[data.index("斑".encode()) + 1] = 0x41
    decoded = decode(bytes(data))
    assert decoded.encoding == "utf-8"
    assert "研究" in decoded.text
    assert "line 2" in decoded.doubt


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\r\r\n"])
def test_every_newline_gives_the_same_text(newline: str) -> None:
    assert decode(CHINESE.replace("\n", newline).encode()).text == CHINESE


def test_marks_inside_a_joined_file_disappear_at_line_beginnings() -> None:
    assert decode(b"\xef\xbb\xbfTY  - A\n\xef\xbb\xbfTY  - B\n\x1a").text == "TY  - A\nTY  - B\n"


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"\xef\xbb\xbf\n", "empty"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"PK\x03\x04....xl/workbook.xml", "Excel"),
        (b"PK\x03\x04....word/document.xml", "Word"),
        (b"PK\x03\x04....a.ris", "zip"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\x89PNG\r\n", "PNG"),
        (b"\xd0\xcf\x11\xe0\xa1", "Office"),
        (b"\n <!DOCTYPE HTML><html>", "web page"),
        (b"TY  - JOUR\nTI  - a\x00\x00\x00\x00b\nER  - \n", "line 2: NUL"),
        (b"\x00" * 5000, "NUL"),
        (bytes(range(1, 32)) * 20, "binary"),
    ],
)
def test_what_is_no_text_is_refused_with_a_way_out(data: bytes, word: str) -> None:
    with pytest.raises(InputError, match=word) as caught:
        decode(data, name="export.ris")
    assert str(caught.value).startswith("export.ris")
    assert caught.value.hint


def test_a_few_nuls_are_read_as_unknown_letters_and_said() -> None:
    decoded = decode(b"TY  - JOUR\nTI  - a\x00b\nER  - \n")
    assert decoded.text == "TY  - JOUR\nTI  - a\ufffdb\nER  - \n"
    assert decoded.doubt == "1 NUL byte (first in line 2), read as \ufffd"


def test_nuls_that_fill_up_an_unfinished_file_are_left_out_and_said() -> None:
    decoded = decode(b"TY  - JOUR\nTI  - Hair\n" + b"\x00" * 4096)
    assert decoded.text == "TY  - JOUR\nTI  - Hair\n"
    assert "4096 NUL bytes at the end left out" in decoded.doubt


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    try:
        decoded = decode(data)
    except InputError:
        return
    assert decoded.text.strip()
    assert "\r" not in decoded.text


@given(st.text(st.characters(exclude_characters="\r\x00\x1a\ufeff", exclude_categories=["Cs", "Cc"]), min_size=1))
def test_utf8_text_comes_back_as_it_was(text: str) -> None:
    if text.strip() and not text.startswith(("%PDF", "PK", "BZh", "Rar!", "GIF8", "{\\rtf")) and "<" not in text:
        assert decode(text.encode()).text == text


@given(st.text(max_size=20), st.sampled_from(["", "x" * 200, "é" * 200, "x\x7f" * 100]))
def test_printable_means_what_python_means(text: str, more: str) -> None:
    for whole in (text + more, more + text):
        assert is_printable(whole) == whole.isprintable()
