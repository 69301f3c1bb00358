"""Write records as RIS, so that other tools (and jak itself) read them back."""

from __future__ import annotations

from collections.abc import Iterable

from jakdb.words import Record
from jaksearch.formats.own import CSV_COLUMNS, to_csv_rows
from jaksearch.formats.settle import printed_names, settled
from jaksearch.formats.values import split_keywords

__all__ = ["CSV_COLUMNS", "to_csv_rows", "to_ris"]

TRANSLATED = frozenset(("book", "chapter", "entry-dictionary", "entry-encyclopedia"))
"""Types whose A4 is a translator, as in EndNote's RIS."""
TYPES: dict[str, str] = {
    "article-journal": "JOUR",
    "article-magazine": "MGZN",
    "article-newspaper": "NEWS",
    "article": "UNPB",
    "bill": "BILL",
    "book": "BOOK",
    "chapter": "CHAP",
    "dataset": "DATA",
    "document": "GEN",
    "entry-dictionary": "DICT",
    "entry-encyclopedia": "ENCYC",
    "figure": "FIGURE",
    "graphic": "ART",
    "hearing": "HEAR",
    "legal_case": "CASE",
    "legislation": "STAT",
    "manuscript": "UNPB",
    "map": "MAP",
    "motion_picture": "MPCT",
    "pamphlet": "PAMP",
    "paper-conference": "CPAPER",
    "patent": "PAT",
    "personal_communication": "PCOMM",
    "post-weblog": "BLOG",
    "report": "RPRT",
    "software": "COMP",
    "song": "SOUND",
    "speech": "SLIDE",
    "standard": "STAND",
    "thesis": "THES",
    "webpage": "ELEC",
}


def to_ris(record: Record, *, notes: Iterable[str] = ()) -> str:
    r"""Return the record as one block of RIS, from ``TY`` to ``ER`` and a blank line.

    RIS has no tag for PMIDs and registration numbers: they stand in U1, U2 (as PubMed's converters write them) and
    N1. It cannot keep MeSH terms apart from keywords: both are written as KW.

    Parameters
    ----------
    record : Record
        Any record.
    notes : iterable of str
        Written as N1: a decision, its reason.

    Examples
    --------
    >>> from jakdb.words import Author
    >>> record = Record(title="Hair", authors=(Author("Liu", "LY"),), year=2020, type="article-journal")
    >>> print(to_ris(record, notes=["include"]).replace("\n\n", "\n"), end="")
    TY  - JOUR
    TI  - Hair
    AU  - Liu, LY
    PY  - 2020
    N1  - include
    ER  -
    """
    record = settled(record)
    start, _, end = record.pages.partition("-")
    pairs: list[tuple[str, str]] = [("TI", record.title), ("TT", record.translated_title)]
    pairs += [("AU", name) for name in printed_names(record.authors)]
    pairs += [("ED", name) for name in printed_names(record.editors)]
    pairs += [("A4", name) for name in printed_names(record.translators) if record.type in TRANSLATED]
    pairs += [("TA", name) for name in printed_names(record.translated_authors)]
    pairs += [
        ("PY", str(record.year) if record.year else ""),
        ("DA", record.date.replace("-", "/") + "/" * (3 - record.date.count("-")) if record.date else ""),
        ("JF", record.journal) if record.type not in ("chapter", "paper-conference") else ("T2", record.journal),
        ("J2", record.journal_abbreviation),
        ("VL", record.volume),
        ("IS", record.issue),
        ("SP", start),
        ("EP", end),
        ("C7", record.article_number),
        ("DO", record.doi),
        ("U1", f"{record.pmid}[pmid]" if record.pmid else ""),
        ("U2", f"{record.pmcid}[pmcid]" if record.pmcid else ""),
        ("AN", record.accession if record.accession != record.pmid else ""),
        ("AB", record.abstract),
    ]
    pairs += [("KW", word) for word in dict.fromkeys((*record.keywords, *split_keywords(record.mesh)))]
    pairs += [("LA", record.language)]
    pairs += [("M3", word) for word in record.publication_types]
    pairs += [("SN", number) for number in record.issn]
    pairs += [("UR", record.url), ("DB", record.database), ("DP", record.platform)]
    pairs += [("N1", f"Registration: {number}") for number in record.registry_ids]
    pairs += [("N1", note) for note in notes]
    lines = [f"TY  - {TYPES.get(record.type, 'JOUR' if record.journal else 'GEN')}"]
    lines += [f"{tag}  - {line}" for tag, value in pairs if (line := " ".join(value.split()))]
    return "\n".join([*lines, "ER  - ", "", ""])
