"""Read PubMed's XML (``PubmedArticle``, ``PubmedBookArticle``, bare ``MedlineCitation``), of any year's DTD or none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from jakdb.words import RawRecord, Reject
from jaksearch.formats.pubmed_xml_fields import KNOWN_BY, KNOWN_ELEMENTS, PEOPLE, WHERE
from jaksearch.formats.pubmed_xml_plain import plain_fields
from jaksearch.formats.pubmed_xml_rules import (
    DATES,
    GATHERED,
    KINDS,
    NAME_PARTS,
    NOT_READ,
    PERSONS,
    WITHIN,
    Fields,
    Parts,
    date_words,
    labelled,
    mark_of,
    place_label,
    with_kind,
)
from jaksearch.formats.source import count_newlines
from jaksearch.formats.xml_reading import XmlDialect, read_xml_records
from jaksearch.formats.xml_records import XmlSource, first_line, inner_text

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["read_pubmed_xml"]

CITATION = "MedlineCitation"
INLINE = frozenset(("b", "i", "u", "sub", "sup", "math", "DispFormula"))
PLACES = 512
"""Elements with different elements in them whose paths are kept ready; real files have about 40."""
DELETED = re.compile(
    r"\s*<DeleteCitation>\s*(?:<PMID[^<>]*>[^<>]*</PMID>\s*)*</DeleteCitation>\s*(?:</\w*ArticleSet>\s*)?"
)

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
        end = source.rfind("</ReferenceList>", start)  # nearly always the only one, and near the end
        if end >= 0 and source.find("ReferenceList", start + 2, end) >= 0:
            end = source.find("</ReferenceList>", start)
            end = -1 if source.find("<ReferenceList", start + 1, end) >= 0 else end
        if end < 0:
            return source  # nested or cut off: as it stands
        if source.find("!", start, end) >= 0 and source.find("<!", start, end) >= 0:  # one letter is found faster
            return source  # with comments
        kept += [source[at:start], "\n" * count_newlines(source, start, end)]  # lines keep their numbers
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
    plain=plain_fields,
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


def _with_kind(attribute: str) -> Maker:
    """Return a maker of one field for one element, whose kind an attribute tells."""

    def make(element: _Element, path: str, fields: Fields, unknown: dict[str, int]) -> None:
        if text := inner_text(element):
            fields.append((with_kind(path, element.get(attribute)), text))

    return make


def _within(attribute: str, usual: str) -> Maker:
    """Return a maker that goes into an element, whose kind an attribute tells unless it is the usual one."""

    def make(element: _Element, path: str, fields: Fields, unknown: dict[str, int]) -> None:
        kind = element.get(attribute)
        _walk(element, _Inside.of(f"{with_kind(path, None if kind == usual else kind)}/"), fields, unknown)

    return make


def _gathered(name: str, parts_of: Callable[[_Element, str, dict[str, int]], Parts]) -> Maker:
    """Return a maker of the fields that the parts of an element make together."""
    kind_of, finish_of = GATHERED[name]

    def make(element: _Element, path: str, fields: Fields, unknown: dict[str, int]) -> None:
        path = with_kind(path, kind_of(element.get))
        finish_of(path)(parts_of(element, path, unknown), fields)

    return make


def _texts(element: _Element, path: str, unknown: dict[str, int]) -> Parts:
    """Return the text of each element in an element."""
    return [("", inner_text(child)) for child in element]


def _parts_of_name(element: _Element, path: str, unknown: dict[str, int]) -> Parts:
    """Return the parts of a person's name, and what else is said of the person by the path of its field."""
    parts = []
    for child in element:
        name = child.tag
        if name in NAME_PARTS:
            parts.append((name, inner_text(child)))
        elif name == "AffiliationInfo":
            parts += [(place_label(path, str(place.tag)), inner_text(place)) for place in child]
        else:
            if name not in KNOWN_ELEMENTS:
                unknown.setdefault(str(name), first_line(child))
            parts.append((with_kind(f"{path}/{_plain(name)}", child.get("Source")), inner_text(child)))
    return parts


def _parts_of_date(element: _Element, path: str, unknown: dict[str, int]) -> Parts:
    """Return the parts of a date; its whole text if it has none."""
    parts = [(str(child.tag), inner_text(child)) for child in element]
    return parts if date_words(parts) else [("Year", inner_text(element))]


def _parts_of_databank(element: _Element, path: str, unknown: dict[str, int]) -> Parts:
    """Return the name of a register or data bank, and each number in it."""
    names = [("DataBankName", inner_text(child)) for child in element if child.tag == "DataBankName"]
    return names + [("AccessionNumber", inner_text(number)) for number in element.iter("AccessionNumber")]


def _parts_of_heading(element: _Element, path: str, unknown: dict[str, int]) -> Parts:
    """Return star and word of each part of a MeSH heading."""
    return [(mark_of(child.get), inner_text(child)) for child in element]


def _section(element: _Element, path: str, fields: Fields, unknown: dict[str, int]) -> None:
    """Make one field of a part of the abstract."""
    if text := labelled(element.get("Label"), inner_text(element)):
        fields.append((path, text))


MAKERS: dict[object, Maker] = {
    **{name: _gathered(name, _parts_of_name) for name in PERSONS},
    **{name: _gathered(name, _parts_of_date) for name in DATES},
    **{name: _gathered(name, _texts) for name in ("Chemical", "CommentsCorrections", "Grant")},
    **{name: _with_kind(attribute) for name, attribute in KINDS.items()},
    **{name: _within(*told) for name, told in WITHIN.items()},
    "AbstractText": _section,
    "DataBank": _gathered("DataBank", _parts_of_databank),
    "MeshHeading": _gathered("MeshHeading", _parts_of_heading),
}
