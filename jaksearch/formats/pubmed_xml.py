"""Read PubMed's XML (``PubmedArticle``, ``PubmedBookArticle``, bare ``MedlineCitation``), of any year's DTD or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from jakdb.words import RawRecord, Reject
from jaksearch.formats.pubmed_xml_fields import KNOWN_BY, KNOWN_ELEMENTS
from jaksearch.formats.xml_records import XmlSource, cut_records, first_line, inner_text, parse_piece

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["read_pubmed_xml"]

RECORDS = ("PubmedArticle", "PubmedBookArticle")
CITATION = "MedlineCitation"
AROUND = ("PubmedArticleSet", "PubmedBookArticleSet", "MedlineCitationSet", "eFetchResult")
INLINE = frozenset(("b", "i", "u", "sub", "sup", "math", "DispFormula"))
NAME_PARTS = frozenset(("LastName", "ForeName", "FirstName", "MiddleName", "Initials", "Suffix"))
DATE_PARTS = ("Year", "Season", "Month", "Day", "MedlineDate")
NOT_READ = frozenset(("ReferenceList",))  # what the paper cites: in the source text only

Fields = list[tuple[str, str]]


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
    pieces = cut_records(text, names=RECORDS, inside=CITATION, around=AROUND)
    for number, piece in enumerate(pieces, start=1):
        if not piece.is_record:
            yield Reject(number, piece.line, "text outside of any record", piece.text)
            continue
        source, notes = piece.text, list(piece.notes)
        if source.startswith(f"<{CITATION}") and source.endswith("</PubmedArticle>"):
            source = f"<PubmedArticle>{source}"
            notes.append(f"line {piece.line}: the start tag of the record is damaged")
        try:
            element, mended = parse_piece(source)
        except ValueError as error:
            reason, line = error.args
            yield Reject(number, piece.line, f"line {piece.line + line - 1}: {reason}", piece.text)
            continue
        if mended:
            notes.append(f"line {piece.line}: characters that XML does not allow, read as text")
        fields: Fields = []
        unknown: dict[str, int] = {}
        start = f"{CITATION}/" if element.tag == CITATION else ""
        _walk(element, start, fields, unknown)
        notes += [f"line {piece.line + line - 1}: unknown element {name}, kept" for name, line in unknown.items()]
        if any(tag in KNOWN_BY for tag, _ in fields):
            yield RawRecord(number, piece.line, piece.text, tuple(fields), tuple(notes))
        else:
            reason = "nothing to know the record by: no title, identifier or abstract"
            yield Reject(number, piece.line, reason, piece.text)


def _walk(parent: _Element, path: str, fields: Fields, unknown: dict[str, int]) -> None:
    """Add the fields of the elements in an element, in their order."""
    for child in parent:
        tag = child.tag
        if tag in NOT_READ:
            continue
        if tag not in KNOWN_ELEMENTS:
            unknown.setdefault(str(tag), first_line(child))
        if make := MAKERS.get(tag):
            make(child, path, fields, unknown)
        elif len(child) == 0:
            if text := (child.text or "").strip():
                fields.append((path + tag, " ".join(text.split())))
        elif (child.text and not child.text.isspace()) or _plain(child[0].tag) in INLINE:
            fields.append((path + tag, inner_text(child)))
        else:
            _walk(child, f"{path}{tag}/", fields, unknown)
        if (beside := child.tail) and not beside.isspace():
            fields.append((f"{path}text()", " ".join(beside.split())))


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


def _with_kind(attribute: str) -> Callable[[_Element, str, Fields, dict[str, int]], None]:
    """Return a maker of one field for one element, whose kind an attribute tells."""

    def make(element: _Element, path: str, fields: Fields, unknown: dict[str, int]) -> None:
        if text := inner_text(element):
            fields.append((f"{path}{element.tag}{_kind(element, attribute)}", text))

    return make


def _joined(attribute: str = "", separator: str = " ") -> Callable[[_Element, str, Fields, dict[str, int]], None]:
    """Return a maker of one field for all that an element holds."""

    def make(element: _Element, path: str, fields: Fields, unknown: dict[str, int]) -> None:
        if text := _words(element, separator):
            fields.append((f"{path}{element.tag}{_kind(element, attribute) if attribute else ''}", text))

    return make


def _within(attribute: str, usual: str = "") -> Callable[[_Element, str, Fields, dict[str, int]], None]:
    """Return a maker that goes into an element, whose kind an attribute tells unless it is the usual one."""

    def make(element: _Element, path: str, fields: Fields, unknown: dict[str, int]) -> None:
        kind = "" if element.get(attribute) == usual else _kind(element, attribute)
        _walk(element, f"{path}{element.tag}{kind}/", fields, unknown)

    return make


def _person(element: _Element, path: str, fields: Fields, unknown: dict[str, int]) -> None:
    """Make one field of a name (family, given, suffix), one of a group, and one of each affiliation."""
    tag = f"{path}{element.tag}" + ("[invalid]" if element.get("ValidYN") == "N" else "")
    parts: dict[str, str] = {}
    rest: list[tuple[str, _Element]] = []
    for child in element:
        name = child.tag
        if name in NAME_PARTS:
            parts[name] = inner_text(child)
        else:
            rest.append((name, child))
    given = parts.get("ForeName") or f"{parts.get('FirstName', '')} {parts.get('MiddleName', '')}".strip()
    names = (parts.get("LastName"), given or parts.get("Initials"), parts.get("Suffix"))
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
    label = " ".join((element.get("Label") or "").split())
    if text := inner_text(element):
        known = label and label.upper() != "UNLABELLED" and not text.upper().startswith(f"{label.upper()}:")
        fields.append((f"{path}{element.tag}", f"{label}: {text}" if known else text))


def _heading(element: _Element, path: str, fields: Fields, unknown: dict[str, int]) -> None:
    """Make one field of a MeSH heading: the descriptor and its qualifiers between bars, a star on major topics."""
    marks = [("*" if child.get("MajorTopicYN") == "Y" else "") + inner_text(child) for child in element]
    if text := "/".join(marks):
        fields.append((f"{path}{element.tag}", text))


def _databank(element: _Element, path: str, fields: Fields, unknown: dict[str, int]) -> None:
    """Make one field for each number in a register or data bank, after the register's name."""
    name = next((inner_text(child) for child in element if child.tag == "DataBankName"), "")
    numbers = [inner_text(number) for number in element.iter("AccessionNumber")]
    fields += [(f"{path}{element.tag}", "/".join(filter(None, (name, number)))) for number in numbers or [""]]


def _date(element: _Element, path: str, fields: Fields, unknown: dict[str, int]) -> None:
    """Make one field of a date: year, month or season, day, in this order; the time of the day is left out."""
    parts = {child.tag: inner_text(child) for child in element}
    if text := " ".join([parts[name] for name in DATE_PARTS if parts.get(name)]) or inner_text(element):
        fields.append((f"{path}{element.tag}{_kind(element, 'PubStatus')}", text))


MAKERS: dict[object, Callable[[_Element, str, Fields, dict[str, int]], None]] = {
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
