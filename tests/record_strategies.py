"""Records as normalising leaves them, drawn by Hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from jakdb.words import Author, Record

NAME = st.sampled_from(["Liu", "Ng", "Müller", "O'Neil", "Author-One", "Xu", "van der Maas", "Łoś"])
GIVEN = st.sampled_from(["L", "LY", "L. Y.", "Lucy Y.", "Jean-Luc", "John, Jr."])
HAN = st.sampled_from([Author("王", "伟"), Author("欧阳", "明")])
PERSON = st.one_of(st.builds(Author, family=NAME, given=GIVEN), HAN)
GROUP = st.builds(Author, literal=st.sampled_from(["Hair Study Group", "WHO", "A, B and C Society", "中华医学会"]))
_PIECES = "hair|loss|& its|<5 %|causes:|über|alles|{braces}|a_b|C:\\dir|$5|and|$10|#1|x^2|~home|--|``no''|50%|[1]|α-TNF"
PIECES = _PIECES.split("|")
WORDS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map(lambda words: " ".join(["Some", *words]))
TERM = st.lists(st.sampled_from(["hair", "loss", "50 %", "a_b", "areata, alopecia", "new"]), min_size=1, max_size=2)
TERMS = st.lists(st.one_of(st.just("斑秃"), TERM.map(" ".join)), max_size=3, unique=True).map(tuple)
TYPES = "article-journal chapter paper-conference document webpage book thesis report dataset patent bill".split()  # noqa: SIM905
RECORDS = st.builds(
    Record,
    title=WORDS,
    translated_title=st.one_of(st.just(""), st.sampled_from(["斑秃的治疗", "Ein anderer Titel"])),
    authors=st.lists(st.one_of(PERSON, GROUP), max_size=4, unique=True).map(tuple),
    year=st.one_of(st.none(), st.integers(1900, 2030)),
    journal=WORDS.map(lambda text: "J " + text.replace("<5 %", "weekly")),
    journal_abbreviation=st.sampled_from(["", "J Abbr"]),
    volume=st.sampled_from(["", "7", "102"]),
    issue=st.sampled_from(["", "4", "Suppl 1"]),
    pages=st.one_of(
        st.sampled_from(["", "e0209483", "S31-S36", "17"]),
        st.tuples(st.integers(1, 900), st.integers(1, 90)).map(lambda pages: f"{pages[0]}-{sum(pages)}"),
    ),
    doi=st.sampled_from(["", "10.1000/a.b(c)", "10.1000/123_4", "10.1002/(sici)1<1::aid-a>3.0.co;2-2"]),
    pmid=st.sampled_from(["", "31494993"]),
    pmcid=st.sampled_from(["", "PMC1234567"]),
    registry_ids=st.sampled_from([(), ("NCT01234567",), ("CHICTR1900023456", "NCT01234567")]),
    accession=st.sampled_from(["", "L2003123456", "WOS:000468040200020"]),
    abstract=st.one_of(st.just(""), WORDS, st.lists(WORDS, min_size=3, max_size=6).map(" ".join)),
    keywords=TERMS,
    mesh=TERMS,
    language=st.sampled_from(["", "English", "eng"]),
    publication_types=st.sampled_from([(), ("Article",), ("Review", "Letter")]),
    issn=st.sampled_from([(), ("1234-567X",), ("1234-5678", "0000-0019")]),
    url=st.sampled_from(["", "https://example.org/paper_a?id=1&b=%20#x~y"]),
    type=st.sampled_from(TYPES),
    database=st.sampled_from(["", "Embase", "CNKI"]),
    platform=st.sampled_from(["", "Embase.com"]),
)
"""What any reader may make of a record."""

_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12).map(
    lambda text: " ".join(text.replace("\u2028", "").split())
)
_LINE = st.one_of(
    _TEXT, st.sampled_from(["=1+1", "'=1", "-5", "@x", "+", "''", "a;b", "a, b;", "\\", "\\;", ";", "x\\"])
)
_SAID = _LINE.filter(bool)
_AUTHOR = st.builds(Author, family=_LINE, given=_LINE, literal=_LINE).filter(lambda a: a != Author())
ANY_RECORD = st.builds(
    Record,
    title=_LINE, translated_title=_LINE, authors=st.lists(_AUTHOR, max_size=3).map(tuple),
    year=st.one_of(st.none(), st.integers(0, 9999)), journal=_LINE, journal_abbreviation=_LINE, volume=_LINE,
    issue=_LINE, pages=_LINE, doi=_LINE, pmid=_LINE, pmcid=_LINE, accession=_LINE, abstract=_LINE, language=_LINE,
    registry_ids=st.lists(_SAID, max_size=3).map(tuple), keywords=st.lists(_SAID, max_size=3).map(tuple),
    mesh=st.lists(_SAID, max_size=2).map(tuple), publication_types=st.lists(_SAID, max_size=2).map(tuple),
    issn=st.lists(_SAID, max_size=2).map(tuple), url=_LINE, type=_LINE, database=_LINE, platform=_LINE,
)  # fmt: skip
"""Anything a record can hold on one line, sensible or not."""
