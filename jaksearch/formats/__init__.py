"""Read the exports of bibliographic databases (RIS, PubMed's tagged text, tables), and write RIS and CSV."""

from jaksearch.formats.detect import detect_database, sniff
from jaksearch.formats.endnote_xml import read_endnote_xml
from jaksearch.formats.headings import FIELDS
from jaksearch.formats.medline import read_medline
from jaksearch.formats.pubmed_xml import read_pubmed_xml
from jaksearch.formats.reading import FORMATS, Export, FileReading, Format, open_exports, read_bytes, read_file
from jaksearch.formats.ris import read_ris
from jaksearch.formats.table import read_table
from jaksearch.formats.text import Decoded, decode
from jaksearch.formats.write import CSV_COLUMNS, to_csv_rows, to_ris

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
