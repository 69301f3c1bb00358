"""Ask the format of a row what its fields mean: the one place that knows which module that is."""

from __future__ import annotations

from jakdb.errors import UsageError
from jakdb.words import RawRecord, Record
from jaksearch.formats.later import later
from jaksearch.formats.meaning import Meaning
from jaksearch.formats.own import is_own_row, jsonl_record, row_record
from jaksearch.formats.service_json import SERVICE_JSON
from jaksearch.formats.table_fields import TABLES, table_meaning
from jaksearch.formats.tagged_formats import TAGGED
from jaksearch.formats.xml_formats import XML

__all__ = ["meaning_of", "own_record"]

bibtex_meaning = later("bibtex_fields", "bibtex_meaning")
csl_meaning = later("csl_fields", "csl_meaning")
medline_meaning = later("medline_fields", "medline_meaning")
ris_meaning = later("ris_fields", "ris_meaning")


def own_record(raw: RawRecord, format: str) -> Record | None:  # noqa: A002
    """Return the record of a row that jak itself wrote; nothing of any other."""
    if format == "jsonl":
        return jsonl_record(raw.fields)
    return row_record(raw.fields) if format in TABLES and is_own_row(raw.fields) else None


def meaning_of(raw: RawRecord, format: str, database: str) -> Meaning:  # noqa: A002
    """Return what the fields of one row or one tagged block mean.

    Raises
    ------
    UsageError
        If `format` is no name of `jaksearch.formats.FORMATS`.
    """
    meaning: Meaning
    if format == "ris":
        meaning = ris_meaning(raw, database)
    elif format == "medline":
        meaning = medline_meaning(raw)
    elif format in TABLES:
        meaning = table_meaning(raw)
    elif format == "bibtex":
        meaning = bibtex_meaning(raw)
    elif format == "csl":
        meaning = csl_meaning(raw)
    elif format in SERVICE_JSON:
        meaning = SERVICE_JSON[format].meaning(raw)
    elif format in TAGGED:
        meaning = TAGGED[format].meaning(raw)
    elif format in XML:
        meaning = XML[format].meaning(raw, database)
    else:
        raise UsageError(f"{format!r} is not a format jak reads", hint="pass the format that the reading names")
    return meaning
