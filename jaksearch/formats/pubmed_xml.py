"""Read PubMed's XML (``PubmedArticle``, ``PubmedBookArticle``, bare ``MedlineCitation``), of any year's DTD or none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from jakdb.words import RawRecord, Reject
from jaksearch.formats.pubmed_xml_fields import KNOWN_BY, KNOWN_ELEMENTS, PEOPLE, WHERE
from jaksearch.formats.xml_reading import XmlDialect, read_xml_records
from jaksearch.formats.xml_records import XmlSource, first_line, inner_text

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["read_pubmed_xml"]

CITATION = "MedlineCitation"
INLINE = frozenset(("b", "i", "u", "sub", "sup", "math", "DispFormula"))
NAME_PARTS = frozenset(("LastName", "ForeName", "FirstName", "MiddleName", "Initials", "Suffix"))
PLACES = 512
"""Elements with different elements in them whose paths are kept ready; real files have about 40."""
DATE_ORDER = ("Year", "Season", "Month", "Day", "MedlineDate")
DATE_PARTS = frozenset(DATE_ORDER)
DELETED = re.compile(
    r"\s*<DeleteCitation>\s*(?:<PMID[^<>]*>[^<>]*</PMID>\s*)*</DeleteCitation>\s*(?:</\w*ArticleSet>\s*)?"
)
NOT_READ = frozenset(("ReferenceList",))  # what the paper cites: in the source text only

Fields = list[tuple[str, str]]
Maker = Callable[["_Element", str, Fields, dict[str, int]], None]
"""Makes the fields of an element, given the path of the element; notes elements in it that are not known."""


def _prepared(source: str) -> tuple[str, str]:
    """Return the source of a record as it is parsed, with the start tag that it lacks, and whether it did."""
    if source.startswith(f"<{CITATION}") and source.endswith("</PubmedArticle>"):
        return _without_references(f"<PubmedArticle>{source}"), "the start tag of the record is damaged"
    return _without_references(source), ""


def _without_references(source: str) -> str:
    """Return the source without the list of what the paper cites, which is often most of it and is not read."""
    at, kept = 0, []
    while (start := source.find("<ReferenceList>", at)) >= 0:
        end = source.find("</ReferenceList>", start)
        if end < 0 or source.find("<ReferenceList", start + 1, end) >= 0:
            return source  # nested or cut off: as it stands
        if source.find("!", start, end) >= 0 and source.find("<!", start, end) >= 0:  # one letter is found faster
            return source  # with comments
        kept += [source[at:start], "\n" * source.count("\n", start, end)]  # lines keep their numbers
        at = end + len("</ReferenceList>")
    return "".join([*kept, source[at:]]) if kept else source


DIALECT = XmlDialect(
    names=("PubmedArticle", "PubmedBookArticle"),
    inside=CITATION,
    around=("PubmedArticleSet", "PubmedBookArticleSet", "MedlineCitationSet", "eFetchResult"),
    known_by=KNOWN_BY,
    people=PEOPLE,
    where=WHERE,
    prepare=_prepared,
)


def read_pubmed_xml(text: XmlSource, *, columns: object = None) -> Iterator[RawRecord | Reject]:
    """Yield every record of PubMed's XML, as a raw record or a reject, numbered from 1.

    Parameters
    ----------
    text : str or stream
        The file's text, or a stream of text or bytes; a stream is read in the memory of one record.
    columns : object
        Not used; it is there because every reader takes it.

    Notes
    -----
    The tag of a field is the path of its element in the record, with the attribute that tells its kind in brackets
    (``PubmedData/ArticleIdList/ArticleId[doi]``). One field stands for one author, date, MeSH heading,
    substance, grant, registration or comment. The list of references is left in the source text.

    Examples
    --------
    >>> xml = "<PubmedArticle><MedlineCitation><PMID>1</PMID></MedlineCitation></PubmedArticle>"
    >>> [record] = read_pubmed_xml(xml)
    >>> record.fields
    (('MedlineCitation/PMID', '1'),)
    """
    return _without_deletions(read_xml_records(text, DIALECT, _fields))


def _without_deletions(records: Iterable[RawRecord | Reject]) -> Iterator[RawRecord | Reject]:
    """Make a warning of the last record of the list of deleted PMIDs with which a yearly or daily file ends."""
    held: RawRecord | Reject | None = None
    for record in records:
        if isinstance(record, Reject) and isinstance(held, RawRecord) and DELETED.fullmatch(record.text):
            count = record.text.count("<PMID")
            deleted = f"line {record.line}: a list of PMIDs that PubMed has deleted ({count:,}), left out"
            held = replace(held, warnings=(*held.warnings, deleted))
            continue
        if held is not None:
            yield held
        held = record
    if held is not None:
        yield held


def _fields(record: _Element, unknown: dict[str, int]) -> Fields:
    """Return the fields of a record."""
    fields: Fields = []
    _walk(record, _Inside.of(f"{CITATION}/" if record.tag == CITATION else ""), fields, unknown)
    return fields


class _Inside(dict[object, "tuple[Maker | None, str]"]):
    """How the elements in an element are read, by tag: with a maker or as they stand, and under which path."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        self.path = path

    @staticmethod
    @lru_cache(maxsize=PLACES)
    def of(path: str) -> _Inside:
        """Return what stands in the element of a path, which ends with a slash."""
        return _Inside(path)

    def __missing__(self, tag: object) -> tuple[Maker | None, str]:
        """Make the answer for a tag; it is kept if the tag is known, of which there are few."""
        found = MAKERS.get(tag), f"{self.path}{tag}"
        if tag in KNOWN_ELEMENTS:
            self[tag] = found
        return found


def _walk(parent: _Element, inside: _Inside, fields: Fields, unknown: dict[str, int]) -> None:
    """Add the fields of the elements in an element, in their order."""
    for child in parent:
        tag = child.tag
        make, path = inside[tag]
        if make is not None:
            make(child, path, fields, unknown)
        elif tag in NOT_READ:
            continue
        else:
            if tag not in KNOWN_ELEMENTS:
                unknown.setdefault(str(tag), first_line(child))
            text = child.text
            if len(child) == 0:
                if text and (text.isalnum() or (text := " ".join(text.split()))):
                    fields.append((path, text))
            elif (text and not text.isspace()) or _is_inline(child[0].tag):
                fields.append((path, inner_text(child)))
            else:
                _walk(child, _Inside.of(f"{path}/"), fields, unknown)
        if (beside := child.tail) and not beside.isspace():
            fields.append((f"{inside.path}text()", " ".join(beside.split())))


def _is_inline(tag: str) -> bool:
    """Say whether an element is markup inside a text, such as italics."""
    return tag in INLINE or ("}" in tag and _plain(tag) in INLINE)


def _plain(tag: object) -> str:
    """Return the name of an element without its namespace."""
    return str(tag).rpartition("}")[2]


def _words(element: _Element, separator: str = " ") -> str:
    """Return the texts of the elements in an element, in their order, between separators."""
    return separator.join([text for child in element if (text := inner_text(child))])


def _kind(element: _Element, attribute: str) -> str:
    """Return an attribute in brackets; nothing if it is not given."""
    value = element.get(attribute)
    return f"[{value}]" if value else ""


def _with_kind(attribute: str) -> Maker:
    """Return a maker of one field for one element, whose kind an attribute tells."""

    def make(element: _Element, path: str, fields: Fields, unknown: dict[str, int]) -> None:
        if text := inner_text(element):
            kind = element.get(attribute)
            fields.append((f"{path}[{kind}]" if kind else path, text))

    return make


def _joined(attribute: str = "", separator: str = " ") -> Maker:
    """Return a maker of one field for all that an element holds."""

    def make(element: _Element, path: str, fields: Fields, unknown: dict[str, int]) -> None:
        if text := _words(element, separator):
            fields.append((f"{path}{_kind(element, attribute)}" if attribute else path, text))

    return make


def _within(attribute: str, usual: str = "") -> Maker:
    """Return a maker that goes into an element, whose kind an attribute tells unless it is the usual one."""

    def make(element: _Element, path: str, fields: Fields, unknown: dict[str, int]) -> None:
        kind = "" if element.get(attribute) == usual else _kind(element, attribute)
        _walk(element, _Inside.of(f"{path}{kind}/"), fields, unknown)

    return make


def _person(element: _Element, path: str, fields: Fields, unknown: dict[str, int]) -> None:
    """Make one field of a name (family, given, suffix), one of a group, and one of each affiliation."""
    tag = f"{path}[invalid]" if element.get("ValidYN") == "N" else path
    parts: dict[str, str] = {}
    initials: _Element | None = None
    rest: list[tuple[str, _Element]] = []
    for child in element:
        name = child.tag
        if name == "Initials":
            initials = child
        elif name in NAME_PARTS:
            parts[name] = inner_text(child)
        else:
            rest.append((name, child))
    given = parts.get("ForeName")
    if not given and (given := f"{parts.get('FirstName', '')} {parts.get('MiddleName', '')}".strip()) == "":
        given = "" if initials is None else inner_text(initials)  # read only where nothing else tells the given name
    names = (parts.get("LastName"), given, parts.get("Suffix"))
    if whole := ", ".join([part for part in names if part]):
        fields.append((tag, whole))
    for name, child in rest:
        if name == "AffiliationInfo":
            for place in child:
                _leaf(place, f"{tag}/{'' if place.tag == 'Affiliation' else 'AffiliationInfo/'}", fields)
            continue
        if name not in KNOWN_ELEMENTS:
            unknown.setdefault(str(name), first_line(child))
        _leaf(child, f"{tag}/", fields, kind=_kind(child, "Source"))


def _leaf(element: _Element, path: str, fields: Fields, *, kind: str = "") -> None:
    """Make one field of all the text in an element."""
    if text := inner_text(element):
        fields.append((f"{path}{_plain(element.tag)}{kind}", text))


def _section(element: _Element, path: str, fields: Fields, unknown: dict[str, int]) -> None:
    """Make one field of a part of the abstract, with its label as PubMed prints it."""
    text = inner_text(element)
    if label := " ".join((element.get("Label") or "").split()):
        capitals = label.upper()
        if capitals != "UNLABELLED" and not text[: len(capitals) + 1].upper().startswith(f"{capitals}:"):
            text = text and f"{label}: {text}"
    if text:
        fields.append((path, text))


def _heading(element: _Element, path: str, fields: Fields, unknown: dict[str, int]) -> None:
    """Make one field of a MeSH heading: the descriptor and its qualifiers between bars, a star on major topics."""
    marks = [("*" if child.get("MajorTopicYN") == "Y" else "") + inner_text(child) for child in element]
    if text := "/".join(marks):
        fields.append((path, text))


def _databank(element: _Element, path: str, fields: Fields, unknown: dict[str, int]) -> None:
    """Make one field for each number in a register or data bank, after the register's name."""
    name = next((inner_text(child) for child in element if child.tag == "DataBankName"), "")
    numbers = [inner_text(number) for number in element.iter("AccessionNumber")]
    fields += [(path, "/".join(filter(None, (name, number)))) for number in numbers or [""]]


def _date(element: _Element, path: str, fields: Fields, unknown: dict[str, int]) -> None:
    """Make one field of a date: year, month or season, day, in this order; the time of the day is left out."""
    parts = {tag: inner_text(child) for child in element if (tag := child.tag) in DATE_PARTS}
    words = [parts[name] for name in DATE_ORDER if parts.get(name)]
    if text := " ".join(words) or inner_text(element):
        fields.append((f"{path}{_kind(element, 'PubStatus')}", text))


MAKERS: dict[object, Maker] = {
    **dict.fromkeys(("Author", "Investigator", "PersonalNameSubject"), _person),
    **dict.fromkeys(("PubDate", "ArticleDate", "PubMedPubDate", "DateCreated", "DateCompleted", "DateRevised"), _date),
    **dict.fromkeys(("BeginningDate", "EndingDate", "ContributionDate"), _date),
    "AbstractText": _section,
    "ArticleId": _with_kind("IdType"),
    "AuthorList": _within("Type", "authors"),
    "Chemical": _joined(),
    "CommentsCorrections": _joined("RefType", " | "),
    "DataBank": _databank,
    "ELocationID": _with_kind("EIdType"),
    "Grant": _joined(separator="/"),
    "ISSN": _with_kind("IssnType"),
    "MeshHeading": _heading,
    "OtherAbstract": _within("Type"),
    "OtherID": _with_kind("Source"),
}
