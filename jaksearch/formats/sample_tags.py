"""Which words at the beginning of a line, in braces or in angle brackets are tags of a format, and nobody's words."""

from __future__ import annotations

import re
from functools import cache

from jaksearch.formats import (
    bibtex,
    cochrane,
    csl_json,
    embase_fields,
    endnote7,
    endnote_xml_fields,
    headings,
    ictrp,
    labelled,
    medline,
    ovid,
    own,
    pubmed_xml_fields,
    refworks,
    ris,
    wos,
)
from jaksearch.formats.service_json import SERVICE_JSON
from jaksearch.formats.table_fields import TABLES

__all__ = ["JSON", "XML_FORMATS", "heading_cells", "is_tag", "tag_end"]

XML_FORMATS = frozenset(("pubmed-xml", "endnote-xml", "ictrp", "notefirst"))
JSON = frozenset(("csl", "jsonl", *SERVICE_JSON))
_NOTEFIRST = """
    Bibliographies Bibliography BibliographiesCount PrimaryTitle MotherTitle Title Author Authors Info FullName Name
    Organization Media PublishDate PublicationDate Year Volume Issue PageScope Pages StartPage EndPage Abstract Keywords
    Keyword keyword DOI PMID ISSN Url URL Link Language Type Degree DatabaseProvider SecondaryResponsibility
"""
_ESTUDY = """
    Title Author Organ Source Keyword Summary PubTime Year FirstDuty Fund Roll Volume Period Issue Page PageCount Pages
    CLC Link URL DOI SrcDatabase Teacher Degree TitleEn AuthorEn SourceEn SummaryEn KeywordEn
"""
_BIBTEX = """
    article book booklet conference inbook incollection inproceedings inreference manual mastersthesis misc phdthesis
    proceedings collection techreport unpublished online electronic report thesis dataset software patent periodical
    reference standard legislation jurisdiction letter movie audio artwork comment string preamble
"""
NOTEEXPRESS = frozenset(("Reference Type", "Author Address", "Subject", "Place Published", "Publisher", "Short Title"))
ESTUDY = frozenset(_ESTUDY.split())
ENTRIES = frozenset(_BIBTEX.split())
SPLITS = re.compile(r"[-－:：(（]")
CODED = re.compile(r"\s{0,3}([A-Z][A-Z0-9]{1,7}) {0,4}[-–](?=\s|$)")
PADDED = re.compile(r"(?=[A-Z0-9 ]{4}- )([A-Z][A-Z0-9]{1,3}) {0,2}-")
EXACT = re.compile(r"([A-Z][A-Z0-9])  - ")
SHAPES: tuple[tuple[frozenset[str], re.Pattern[str]], ...] = (
    (frozenset(("ris", "medline", "ovid")), CODED),
    (frozenset(("",)), PADDED),
    (frozenset(("wos", "refworks")), re.compile(r"([A-Z][A-Z0-9]|PMC?ID|URL)(?=[ :：]|$)")),
    (frozenset(("refworks",)), re.compile(r"([A-Z][A-Z0-9])(?=[^\x00-\x7f])")),
    (frozenset(("refworks", "noteexpress", "")), re.compile(r"\{([^{}]{1,40})\}\s?[:：]?")),
    (frozenset(("sinomed", "vip", "")), re.compile(r"[【\[]([^【】\[\]]{1,20})[】\]]\s?[:：]?")),
    (frozenset(("cochrane", "estudy", "sinomed", "vip", "")), re.compile(r"([^:：]{1,40}?)\s?[:：]")),
    (frozenset(("ovid",)), re.compile(r"([A-Z][\w./&() -]{0,60}?)\s*$")),
    (frozenset(("embase-fields",)), re.compile(r'"?([A-Z][A-Z0-9/() -]{1,48})"?(?=[,;\t]|$)')),
    (frozenset(("bibtex",)), re.compile(r"\s*@([A-Za-z]+)\s*[{(]")),
    (frozenset(("bibtex",)), re.compile(r"\s*([A-Za-z][\w-]{0,30})\s*=\s*(?=[{\"\d])")),
)
"""Formats (an empty one: not known) and how they write a tag; group 1 is the tag."""
REFER = re.compile(r"%[0-9A-Za-z@+~](?=\s|$)")


@cache
def _tags(format_name: str) -> frozenset[object]:
    """Return the tags that a format knows."""
    known: dict[str, frozenset[object]] = {
        "ris": frozenset(ris.TAGS | ris.FRAME),
        "medline": frozenset(medline.TAGS),
        "wos": frozenset(wos.TAGS | {"FN", "VR", "ER", "EF"}),
        "ovid": frozenset(ovid.LABELS) | frozenset(ovid.LABELS.values()) | ovid.OTHER_LABELS | {"VN"},
        "refworks": frozenset(refworks.TAGS),
        "noteexpress": frozenset(NOTEEXPRESS),
        "cochrane": frozenset(cochrane.TAGS),
        "estudy": frozenset(("DataType",)),
        "embase-fields": frozenset(embase_fields.LABELS),
        "sinomed": frozenset(labelled.TAGS),
        "vip": frozenset(labelled.TAGS),
        "bibtex": frozenset(bibtex.KNOWN_FIELDS) | ENTRIES,
        "csl": frozenset(csl_json.VARIABLES),
        "jsonl": frozenset(own.JSONL_KEYS),
        **{name: kind.shape.keys for name, kind in SERVICE_JSON.items()},
        "pubmed-xml": pubmed_xml_fields.KNOWN_ELEMENTS
        | {*pubmed_xml_fields.KNOWN_ELEMENTS, "PubmedArticleSet", "PubmedBookArticleSet", "MedlineCitationSet"},
        "endnote-xml": endnote_xml_fields.KNOWN_ELEMENTS
        | frozenset(part for path in endnote7.PATHS for part in path.split("/"))
        | {"xml", "records", "record", "XML", "RECORDS", "RECORD", "REFERENCE_TYPE"},
        "ictrp": frozenset(tag for tag, _ in ictrp.SECTIONS)
        | {"Trials_downloaded_from_ICTRP", "Trial", "TrialID", "Public_title", "web_address"},
        "notefirst": frozenset(_NOTEFIRST.split()),
    }
    if format_name:
        return known.get(format_name, frozenset())
    return known["ris"].union(known["medline"], *(known[name] for name in XML_FORMATS))


def is_tag(word: str, *, format: str) -> bool:  # noqa: A002 - the word people use
    """Say whether a word is a tag of a format, or the whole heading of a column that jak knows.

    Examples
    --------
    >>> is_tag("AU", format="ris"), is_tag("LI", format="wos"), is_tag("标题", format=""), is_tag("张三", format="")
    (True, False, True, False)
    """
    if word in _tags(format):
        return True
    latin, hyphen, chinese = word.partition("-")
    if format == "estudy" and hyphen:
        return latin in ESTUDY and _is_heading(chinese)
    return format not in ("ris", "medline", "wos", "refworks", "bibtex", *XML_FORMATS) and _is_heading(word)


def _is_heading(word: str) -> bool:
    """Say whether a word is, whole, a heading that jak knows, and no code of two letters."""
    return len(word) > (2 if word.isascii() else 0) and not SPLITS.search(word) and headings.canonical(word) is not None


def tag_end(line: str, *, format: str) -> int:  # noqa: A002
    r"""Return where the tag that a line begins with ends; 0 if it begins with none that the format knows.

    A code of two capitals counts, known or not, where two blanks, a hyphen and a blank stand behind it, as RIS and
    PubMed's text have it.

    Examples
    --------
    >>> tag_end("ZZ  - Liu", format="ris"), tag_end("LI Wei, patient 5", format="wos"), tag_end("张三：男", format="")
    (5, 0, 0)
    """
    if format in ("ris", "medline", "ovid", "") and EXACT.match(line):
        return 5
    if format in ("refer", "") and (match := REFER.match(line)):
        return match.end()
    for formats, shape in SHAPES:
        if format in formats and (match := shape.match(line)) and is_tag(match[1].strip(), format=format):
            return match.end()
    return 0


def heading_cells(line: str, *, format: str) -> list[tuple[int, int]]:  # noqa: A002
    """Return where the known headings stand in a line that is the row of headings of a table.

    Examples
    --------
    >>> heading_cells("Title,Smith,Year", format="csv"), heading_cells("Year of Smith,Title,Jones", format="csv")
    ([(0, 5), (12, 16)], [])
    """
    if format not in TABLES and format:
        return []
    cells = [(match.start(), match.end()) for match in re.finditer(r'[^,;\t|"]+', line)]
    known = [(start, end) for start, end in cells if _is_heading(line[start:end].strip())]
    return known if len(known) > 1 and 2 * len(known) > len(cells) else []
