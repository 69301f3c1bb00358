"""Laws of the readers: every record is counted once, whatever stands around it."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jakdb.errors import InputError
from jakdb.words import RawRecord
from jaksearch import normalise, read_bytes
from jaksearch.formats import FORMATS, read_medline, read_ris

WORD = st.text("abcdefghij klmnop 斑秃é", min_size=1, max_size=20).filter(str.strip)
JUNK = st.lists(
    st.one_of(
        st.sampled_from(["", "  ", "1.", "<12. >", "Record #1 of 2", "Provider: X", "a line of text", "(exp Hair/)"]),
        WORD.map(lambda word: f"  {word}"),
    ),
    max_size=4,
)
RIS_BODY = st.lists(st.tuples(st.sampled_from(["TI", "AU", "AB", "KW", "DO", "Z9"]), WORD), min_size=1, max_size=6)


@given(st.lists(st.tuples(RIS_BODY, JUNK, st.booleans()), min_size=1, max_size=6), JUNK)
def test_each_ty_is_one_record_or_one_reject(
    blocks: list[tuple[list[tuple[str, str]], list[str], bool]], before: list[str]
) -> None:
    lines = list(before)
    starts = []
    for body, junk, closed in blocks:
        starts.append(len(lines) + 1)
        lines += ["TY  - JOUR", *(f"{tag}  - {value}" for tag, value in body)]
        if closed:
            lines += ["ER  - ", *junk]
    records = list(read_ris("\n".join(lines)))
    assert [record.number for record in records] == list(range(1, len(blocks) + 1))
    assert [record.line for record in records] == starts
    for record, (body, _, _) in zip(records, blocks, strict=True):
        assert isinstance(record, RawRecord) == bool({"TI", "AB", "DO"} & {tag for tag, _ in body})
        if isinstance(record, RawRecord):
            assert record.fields == (("TY", "JOUR"), *((tag, value.strip()) for tag, value in body))


@given(st.lists(st.tuples(st.booleans(), WORD), min_size=1, max_size=8))
def test_each_pmid_is_one_record(blocks: list[tuple[bool, str]]) -> None:
    text = "".join(f"{'' if tight else chr(10)}PMID- {i}\nTI  - {word}\n" for i, (tight, word) in enumerate(blocks))
    records = list(read_medline(text))
    assert [dict(record.fields)["PMID"] for record in records if isinstance(record, RawRecord)] == [
        str(i) for i in range(len(blocks))
    ]


SAMPLES = {
    "ris": "TY  - JOUR\nTI  - 斑秃 é\nAB  - One.\nTwo.\nER  - \n\nTY  - JOUR\nPB  - X\nER  - \nTY  - BOOK\nTI  - Two\n",
    "medline": "PMID- 1\nTI  - Hair é\n      that is lost\n\nOWN - NLM\n\nPMID- 2\nTI  - 斑秃\n",
    "csv": 'Title,Year,Abstract\nHair é,2020,"one, two"\nbroken\n斑秃,2021,three\n',
}
VARIANTS: dict[str, Callable[[str], bytes]] = {
    "mark": lambda text: text.encode("utf-8-sig"),
    "crlf": lambda text: text.replace("\n", "\r\n").encode(),
    "cr": lambda text: text.replace("\n", "\r").encode(),
    "cr cr lf": lambda text: text.replace("\n", "\r\r\n").encode(),
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16-le": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    "utf-16-be": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "blank lines around": lambda text: f"\n\n{text}\n\n \n".encode(),
}


@pytest.mark.parametrize("kind", SAMPLES)
@pytest.mark.parametrize("variant", VARIANTS)
def test_marks_newlines_and_encodings_change_nothing(kind: str, variant: str) -> None:
    plain = read_bytes(SAMPLES[kind].encode())
    other = read_bytes(VARIANTS[variant](SAMPLES[kind]))
    assert other.format == plain.format == kind
    shift = 2 if variant == "blank lines around" else 0
    assert [(record.text, record.line - shift) for record in other.records] == [
        (record.text, record.line) for record in plain.records
    ]
    assert [record.fields for record in other.accepted] == [record.fields for record in plain.accepted]
    assert plain.rejects


SHARING = ("csl", "bibtex", "europepmc", "clinicaltrials", "openalex", "crossref")


@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_damage_raises_nothing_but_input_errors_and_the_account_stays_exact(kind: str, data: st.DataObject) -> None:
    bytes_ = bytearray(SAMPLES[kind].encode() * 2)
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(bytes_) - 1))
        bytes_[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(bytes_)))
    for chosen in (None, *FORMATS):
        try:
            reading = read_bytes(bytes(bytes_[:cut]), format=chosen)
        except InputError:
            continue
        assert [record.number for record in reading.records] == list(range(1, len(reading.records) + 1))
        assert len(reading.accepted) + len(reading.rejects) == len(reading.records)
        ends = [0] + [record.line + record.text.count("\n") for record in reading.records]
        shared = reading.format in SHARING  # several records may stand on one line
        assert all(record.line > end - shared for record, end in zip(reading.records, ends, strict=False))
        for raw in reading.accepted:
            normalise(raw, format=reading.format)
