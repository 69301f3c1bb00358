"""Find records, bring them in, and see which of them are the same paper."""

from jaksearch.formats import FORMATS, FileReading, read_bytes, read_file
from jaksearch.normalise import normalise, source_key

__all__ = ["FORMATS", "FileReading", "normalise", "read_bytes", "read_file", "source_key"]
