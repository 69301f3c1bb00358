"""What the elements of EndNote's XML mean, said in the tags of EndNote's RIS, so that both exports read the same."""

from __future__ import annotations

import re
from dataclasses import replace

from jakdb.words import RawRecord
from jaksearch.formats import ris
from jaksearch.formats.meaning import Meaning
from jaksearch.formats.ris_fields import ris_meaning

__all__ = ["KNOWN_BY", "KNOWN_ELEMENTS", "PEOPLE", "WHERE", "endnote_as_ris", "endnote_xml_meaning"]

_KNOWN = """
    abbr-1 abbr-2 abbr-3 abstract access-date accession-num alt-periodical alt-title auth-address auth-affiliaton
    auth-affiliation author authors caption call-num contributors custom1 custom2 custom3 custom4 custom5 custom6
    custom7 custom8 database date dates edition electronic-resource-num event-location figure foreign-keys full-title
    image-urls isbn issue key keyword keywords label language meeting-place modified-date notes num-vols number
    orig-pub pages pdf-urls periodical pub-dates pub-location publisher rec-number ref-type related-urls
    remote-database-name remote-database-provider reprint-edition reprint-status research-notes reviewed-item rights
    secondary-authors secondary-title secondary-volume section short-title source-app style subsidiary-authors
    subsidiary-pub-location subsidiary-publisher tertiary-authors tertiary-title tertiary-volume text-urls title titles
    translated-authors translated-title url urls volume web-urls work-type year
"""
KNOWN_ELEMENTS = frozenset(_KNOWN.split()) | {f"user{number}" for number in range(1, 21)}
"""Elements of EndNote's own export, and those that Bookends adds."""

TO_RIS: dict[str, str] = {
    "contributors/authors/author": "AU",
    "contributors/secondary-authors/author": "A2",
    "contributors/tertiary-authors/author": "A3",
    "contributors/subsidiary-authors/author": "A4",
    "contributors/translated-authors/author": "TA",
    "titles/title": "TI",
    "titles/secondary-title": "T2",
    "titles/tertiary-title": "T3",
    "titles/alt-title": "J2",
    "titles/short-title": "ST",
    "titles/translated-title": "TT",
    "periodical/full-title": "JF",
    "periodical/abbr-1": "JA",
    "periodical/abbr-2": "J1",
    "dates/year": "PY",
    "dates/pub-dates/date": "DA",
    "volume": "VL",
    "number": "IS",
    "issue": "IS",
    "pages": "SP",
    "section": "SE",
    "isbn": "SN",
    "electronic-resource-num": "DO",
    "accession-num": "AN",
    "abstract": "AB",
    "keywords/keyword": "KW",
    "language": "LA",
    "work-type": "M3",
    "notes": "N1",
    "research-notes": "N1",
    "urls/related-urls/url": "UR",
    "urls/web-urls/url": "UR",
    "urls/pdf-urls/url": "L1",
    "urls/text-urls/url": "L2",
    "remote-database-name": "DB",
    "remote-database-provider": "DP",
    **{f"custom{number}": f"C{number}" for number in range(1, 9)},
    **{f"user{number}": "U5" for number in range(1, 21)},
}
"""Path of a field -> tag of RIS."""

TYPES: tuple[tuple[str, str], ...] = (
    (r"journal article|^17$", "JOUR"),
    (r"electronic article|^43$", "EJOUR"),
    (r"electronic book section|^60$", "ECHAP"),
    (r"book section|^5$", "CHAP"),
    (r"electronic book|^44$", "EBOOK"),
    (r"edited book|^28$", "EDBOOK"),
    (r"serial|^57$", "SER"),
    (r"^book$|^6$", "BOOK"),
    (r"conference paper|^47$", "CPAPER"),
    (r"conference proceedings?|^10$", "CONF"),
    (r"thesis|dissertation|^32$", "THES"),
    (r"report|^27$", "RPRT"),
    (r"government document|^46$", "GOVDOC"),
    (r"newspaper article|^23$", "NEWS"),
    (r"magazine article|^19$", "MGZN"),
    (r"web ?page|^12$", "ELEC"),
    (r"blog|^56$", "BLOG"),
    (r"dataset|^59$", "DATA"),
    (r"online database|^45$", "DBASE"),
    (r"patent|^25$", "PAT"),
    (r"standard|^58$", "STAND"),
    (r"computer program|^9$", "COMP"),
    (r"encyclopedia|^53$", "ENCYC"),
    (r"dictionary|^52$", "DICT"),
    (r"unpublished work|^34$", "UNPB"),
    (r"manuscript|^36$", "MANSCPT"),
    (r"personal communication|^26$", "PCOMM"),
    (r"pamphlet|^24$", "PAMP"),
    (r"^case$|^7$", "CASE"),
    (r"^statute$|^31$", "STAT"),
    (r"^bill$|^4$", "BILL"),
    (r"^hearing$|^14$", "HEAR"),
    (r"^map$|^20$", "MAP"),
    (r"^artwork$|^2$", "ART"),
    (r"^figure$|^37$", "FIGURE"),
    (r"^film or broadcast$|^21$", "MPCT"),
    (r"^audiovisual material$|^3$", "ADVS"),
    (r"^music$|^61$", "SOUND"),
    (r"generic|^13$", "GEN"),
)
"""EndNote's name or number of a type of reference -> RIS."""
TYPE_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE), tag) for pattern, tag in TYPES)
KNOWN_BY, PEOPLE, WHERE = (
    frozenset(path for path, tag in TO_RIS.items() if tag in tags)
    for tags in (ris.KNOWN_BY | {"ST"}, ris.PEOPLE, ris.WHERE)
)
"""Paths by which a record is known: the same as in RIS."""


def endnote_as_ris(raw: RawRecord) -> RawRecord:
    """Return the record with the tags of RIS; elements without such a tag are left out.

    Examples
    --------
    >>> raw = RawRecord(1, 1, "", (("ref-type", "Book Section"), ("titles/title", "Hair")))
    >>> endnote_as_ris(raw).fields
    (('TY', 'CHAP'), ('TI', 'Hair'))
    """
    fields: list[tuple[str, str]] = []
    for path, value in raw.fields:
        if path == "ref-type":
            fields.append(("TY", next((tag for pattern, tag in TYPE_PATTERNS if pattern.search(value)), value)))
        elif (tag := TO_RIS.get(path)) is not None:
            fields.append((tag, value))
    return replace(raw, fields=tuple(fields))


def endnote_xml_meaning(raw: RawRecord, database: str = "") -> Meaning:
    """Return what the elements of EndNote's XML say; the database tells which bare numbers are PMIDs."""
    return ris_meaning(endnote_as_ris(raw), database)
