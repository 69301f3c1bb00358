"""Records as normalising leaves them, drawn by Hypothesis."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from jakdb.words import Author, Record, RelatedItem
from jaksearch.formats.sections import abstract_sections

NAME = st.sampled_from(["Liu", "Ng", "Müller", "O'Neil", "Author-One", "Xu", "van der Maas", "Łoś"])
GIVEN = st.sampled_from(["L", "LY", "L. Y.", "Lucy Y.", "Jean-Luc", "John, Jr."])
HAN = st.sampled_from([Author("王", "伟"), Author("欧阳", "明")])
ORCID = st.sampled_from(["", "", "0000-0002-1825-0097", "0000-0001-5109-3700", "0000-0002-1694-233X"])
PERSON = st.one_of(st.builds(Author, family=NAME, given=GIVEN, orcid=ORCID), HAN)
GROUP = st.builds(Author, literal=st.sampled_from(["Hair Study Group", "WHO", "A, B and C Society", "中华医学会"]))
_PIECES = "hair|loss|& its|<5 %|causes:|über|alles|{braces}|a_b|C:\\dir|$5|and|$10|#1|x^2|~home|--|``no''|50%|[1]|α-TNF"
PIECES = _PIECES.split("|")
WORDS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map(lambda words: " ".join(["Some", *words]))
TERM = st.lists(st.sampled_from(["hair", "loss", "50 %", "a_b", "areata, alopecia", "new"]), min_size=1, max_size=2)
TERMS = st.lists(st.one_of(st.just("斑秃"), TERM.map(" ".join)), max_size=3, unique=True).map(tuple)
TYPES = "article-journal chapter paper-conference document webpage book thesis report dataset patent bill".split()  # noqa: SIM905
CREATORS = st.lists(st.one_of(PERSON, GROUP), max_size=2, unique_by=str).map(tuple)
LABELLED = st.lists(WORDS, min_size=2, max_size=4).map(
    lambda parts: " ".join(
        f"{label}: {text}."
        for label, text in zip(("BACKGROUND", "METHODS", "RESULTS", "CONCLUSIONS"), parts, strict=False)
    )
)
RELATED = st.builds(
    RelatedItem,
    kind=st.sampled_from(["retraction_in", "erratum_in", "comment_on", "update_of", "is_preprint_of"]),
    citation=st.sampled_from(["J Hair. 2020 Jan;1(2):3-4.", "Lancet; 2001"]),
    pmid=st.sampled_from(["", "19175285"]),
    doi=st.sampled_from(["", "10.1000/x.2"]),
)
DATES = st.sampled_from(["", "", "-01", "-12", "-02-29", "-07-15"])


def _agreeing(record: Record, date: str) -> Record:
    """Return the record with what follows from its other fields: date, sections, and no translation alone."""
    known = "" if record.year is None or not date else f"{record.year}{date}"
    if known.endswith("-02-29") and (record.year or 0) % 4:
        known = known[:-3]
    sections = abstract_sections(record.abstract)
    record = replace(record, date=known, abstract_sections=sections, pages=record.pages or record.article_number)
    # What stands in one script only is no translation.
    if not record.authors:
        record = replace(record, translated_authors=())
    if not record.abstract:
        record = replace(record, translated_abstract="")
    return record if record.journal else replace(record, translated_journal="")


PLAIN_RECORDS = st.builds(
    Record,
    title=WORDS,
    translated_title=st.one_of(st.just(""), st.sampled_from(["斑秃的治疗", "Ein anderer Titel"])),
    authors=st.lists(st.one_of(PERSON, GROUP), max_size=4, unique_by=str).map(tuple),
    translated_authors=CREATORS,
    editors=CREATORS,
    translators=CREATORS,
    year=st.one_of(st.none(), st.integers(1901, 2030)),
    translated_journal=st.sampled_from(["", "Journal of Modern Hair"]),
    translated_abstract=st.sampled_from(["", "Ein anderes Abstract"]),
    article_number=st.sampled_from(["", "e0209483", "107611"]),
    related=st.lists(RELATED, max_size=2, unique=True).map(tuple),
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
    abstract=st.one_of(st.just(""), WORDS, LABELLED, st.lists(WORDS, min_size=3, max_size=6).map(" ".join)),
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
RECORDS = st.builds(_agreeing, PLAIN_RECORDS, DATES)
"""What any reader may make of a record."""

ROUGH_TEXT = st.sampled_from(
    ["hair; loss", "hair  loss", "a;; b", "one\ntwo", " x ", "hair\r\n\nloss;", "50 %;", "*hair.", "NA"]
)
_ROUGH_NAME = st.sampled_from(
    ["A; B", "A; B and C Group", "Liu; L", "王伟；李明", "医院、大学", " Hair\nGroup ", "A | B"]
)
_ROUGH_PERSON = st.one_of(
    st.builds(Author, literal=_ROUGH_NAME), st.builds(Author, family=st.sampled_from(["Ng; X", "van\nAs"]), given=GIVEN)
)
_ROUGH_PEOPLE = st.lists(st.one_of(PERSON, _ROUGH_PERSON), max_size=3, unique_by=str).map(tuple)
_ROUGH_TERMS = st.lists(st.one_of(ROUGH_TEXT, st.just("斑秃；脱发")), max_size=3, unique=True).map(tuple)


def _roughened(record: Record, **changes: object) -> Record:
    """Return the record with other values in some of its places."""
    return replace(record, **changes)  # type: ignore[arg-type] # the keys are fields


ROUGH_RECORDS = st.builds(
    _roughened,
    RECORDS,
    title=st.one_of(WORDS, ROUGH_TEXT.map(lambda text: f"Some {text}")),
    authors=_ROUGH_PEOPLE,
    editors=_ROUGH_PEOPLE,
    translators=_ROUGH_PEOPLE,
    keywords=_ROUGH_TERMS,
    mesh=_ROUGH_TERMS,
    publication_types=st.sampled_from([(), ("Article; Review",), ("Clinical\nTrial", " Letter ")]),
    journal=st.sampled_from(["J Hair", "J\nHair", "J Hair ; Skin"]),
    volume=st.sampled_from(["", "7(4)", " 7 ", "vol. 7"]),
    issue=st.sampled_from(["", "no. 4", " 4"]),
    pages=st.sampled_from(["", "475-82", "475 - 482", "e02\n09", "7"]),
    abstract=st.one_of(ROUGH_TEXT, LABELLED.map(lambda text: text.replace(" ", "\n", 3))),
    url=st.sampled_from(["", "https://example.org/a b", "//example.org/a\nb", " https://example.org "]),
    accession=st.sampled_from(["", " L2003123456 ", "L2003123456"]),
    language=st.sampled_from(["", " eng", "Eng\nlish"]),
    database=st.sampled_from(["", "My\nbase"]),
)
"""What a person, a program or jak's own formats may make of a record: marks, blanks and newlines in many places."""

_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12).map(
    lambda text: " ".join(text.replace("\u2028", "").split())
)
_LINE = st.one_of(
    _TEXT, st.sampled_from(["=1+1", "'=1", "-5", "@x", "+", "''", "a;b", "a, b;", "\\", "\\;", ";", "x\\"])
)
_SAID = _LINE.filter(bool)
_AUTHOR = st.builds(Author, family=_LINE, given=_LINE, literal=_LINE, orcid=_LINE).filter(lambda a: a != Author())
_PEOPLE = st.lists(_AUTHOR, max_size=2).map(tuple)
_RELATED = st.builds(RelatedItem, kind=_LINE, citation=_LINE, pmid=_LINE, doi=_LINE).filter(
    lambda one: one != RelatedItem("")
)
ANY_RECORD = st.builds(
    Record,
    title=_LINE, translated_title=_LINE, authors=st.lists(_AUTHOR, max_size=3).map(tuple),
    year=st.one_of(st.none(), st.integers(0, 9999)), journal=_LINE, journal_abbreviation=_LINE, volume=_LINE,
    issue=_LINE, pages=_LINE, doi=_LINE, pmid=_LINE, pmcid=_LINE, accession=_LINE, abstract=_LINE, language=_LINE,
    registry_ids=st.lists(_SAID, max_size=3).map(tuple), keywords=st.lists(_SAID, max_size=3).map(tuple),
    mesh=st.lists(_SAID, max_size=2).map(tuple), publication_types=st.lists(_SAID, max_size=2).map(tuple),
    issn=st.lists(_SAID, max_size=2).map(tuple), url=_LINE, type=_LINE, database=_LINE, platform=_LINE,
    translated_authors=_PEOPLE, editors=_PEOPLE, translators=_PEOPLE, date=_LINE, translated_journal=_LINE,
    article_number=_LINE, translated_abstract=_LINE, related=st.lists(_RELATED, max_size=2).map(tuple),
    abstract_sections=st.lists(st.tuples(_LINE, _SAID), max_size=2).map(tuple),
)  # fmt: skip
"""Anything a record can hold on one line, sensible or not."""
