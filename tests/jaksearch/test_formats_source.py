import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jakdb.errors import InputError
from jaksearch.formats import decode
from jaksearch.formats import source as source_module
from jaksearch.formats.source import Source

LETTERS = st.sampled_from(["a", "TY  - ", "斑", "é", "😀", " ", "\n", "\r\n", "\r", "\r\r\n", "\ufeff", "\x1a"])
TEXTS = st.lists(LETTERS, max_size=60).map("".join).filter(lambda text: text.strip(" \r\n\ufeff\x1a"))
NEWLINE = re.compile(r"\r\r?\n|\r|\n")


@pytest.fixture(params=[(1, 1), (3, 1 << 16), (7, 2), (1 << 20, 3), (1 << 20, 1 << 16)], autouse=True)
def chunk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Chunks, and pieces of them, so small that every mark falls on a border somewhere."""
    chunk, piece = request.param
    monkeypatch.setattr(source_module, "CHUNK", chunk)
    monkeypatch.setattr(source_module, "PIECE", piece)
    return int(chunk)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_lines_are_those_of_the_whole_text(chunk: int, encoding: str) -> None:
    @given(TEXTS)
    def check(text: str) -> None:
        data = text.encode(encoding)
        try:
            whole = decode(data)
        except InputError:
            return
        source = Source(io.BytesIO(data))
        assert (source.encoding, source.size) == (whole.encoding, len(data))
        assert list(source.lines()) == whole.text.split("\n")
        assert source.stream().read() == whole.text == source.text()

    check()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "gb18030"])
def test_every_line_begins_at_its_byte(chunk: int, encoding: str) -> None:
    @given(
        st.lists(st.sampled_from(["TI  - 斑秃", "", "AU  - Peña", "x" * 20]), min_size=2, max_size=12),
        st.sampled_from(["\n", "\r\n", "\r"]),
    )
    def check(lines: list[str], newline: str) -> None:
        text = newline.join(["TY  - JOUR of 斑秃的治疗", *lines])
        mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
        data = mark + text.encode(encoding)
        source = Source(io.BytesIO(data))
        read = list(source.lines())
        for number, line in enumerate(read, start=1):
            at = source.offset_of(number)
            begin = data[at:].removeprefix(mark if number == 1 else b"").removeprefix(b"\xef\xbb\xbf")
            assert begin.decode(encoding.removesuffix("-sig")).startswith(line)
            if number > 1:
                assert data[:at].decode(encoding).endswith(("\n", "\r"))
                assert len(NEWLINE.findall(data[:at].decode(encoding))) == number - 1

    check()


def test_a_record_inside_a_line_is_found_by_its_text() -> None:
    data = "<a>é1</a><a>é2</a><a>é2</a>\n<a>3</a>".encode()
    source = Source(io.BytesIO(data))
    list(source.lines())
    second = source.offset_of(1, text="<a>é2</a>")
    third = source.offset_of(1, text="<a>é2</a>", after=second)
    assert (second, third) == (data.index("<a>é2".encode()), data.rindex("<a>é2".encode()))


def test_a_line_without_an_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_module, "MAX_LINE", 100)
    with pytest.raises(InputError, match="line 2: a line of more than"):
        list(Source(io.BytesIO(b"TY  - JOUR\n" + b"x" * 3000)).lines())
