"""Read the exports of bibliographic databases (RIS, PubMed's tagged text, tables), and write RIS and CSV."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jaksearch.formats.detect import detect_database, sniff
    from jaksearch.formats.endnote_xml import read_endnote_xml
    from jaksearch.formats.headings import FIELDS
    from jaksearch.formats.medline import read_medline
    from jaksearch.formats.own import CSV_COLUMNS, to_csv_rows
    from jaksearch.formats.pubmed_xml import read_pubmed_xml
    from jaksearch.formats.reading import FORMATS, Export, FileReading, Format, open_exports, read_bytes, read_file
    from jaksearch.formats.ris import read_ris
    from jaksearch.formats.table import read_table
    from jaksearch.formats.text import Decoded, decode
    from jaksearch.formats.write import to_ris

__all__ = [
    "CSV_COLUMNS",
    "FIELDS",
    "FORMATS",
    "Decoded",
    "Export",
    "FileReading",
    "Format",
    "decode",
    "detect_database",
    "open_exports",
    "read_bytes",
    "read_endnote_xml",
    "read_file",
    "read_medline",
    "read_pubmed_xml",
    "read_ris",
    "read_table",
    "sniff",
    "to_csv_rows",
    "to_ris",
]

_LATER = {
    "CSV_COLUMNS": "own",
    "FIELDS": "headings",
    "FORMATS": "reading",
    "Decoded": "text",
    "Export": "reading",
    "FileReading": "reading",
    "Format": "reading",
    "decode": "text",
    "detect_database": "detect",
    "open_exports": "reading",
    "read_bytes": "reading",
    "read_endnote_xml": "endnote_xml",
    "read_file": "reading",
    "read_medline": "medline",
    "read_pubmed_xml": "pubmed_xml",
    "read_ris": "ris",
    "read_table": "table",
    "sniff": "detect",
    "to_csv_rows": "own",
    "to_ris": "write",
}
"""The module of each name: who needs one function of this package does not load the tables of thirty formats."""


def __getattr__(name: str) -> Any:
    """Return what is imported when it is first asked for."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
