"""Read a review that is screened already: records with the decision on each, from a CSV file."""

from __future__ import annotations

import csv
import gzip
import sys
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jakdb.errors import InputError
from jakscreen.rank.text import ReportText

__all__ = ["Labelled", "read_labelled", "read_questions"]

_LABELS = {"1": 1, "1.0": 1, "0": 0, "0.0": 0}


@dataclass(frozen=True, slots=True)
class Labelled:
    """A screened review.

    Attributes
    ----------
    name : str
        Of the file, without its endings.
    texts : tuple of ReportText
        One for each row of the file.
    labels : tuple of int
        1 (included) or 0.
    """

    name: str
    texts: tuple[ReportText, ...]
    labels: tuple[int, ...]


def read_labelled(path: Path) -> Labelled:
    """Return what a CSV file (``.csv`` or ``.csv.gz``) of a screened review holds.

    Columns: ``title``, ``abstract``, ``label_included`` (1 or 0), and where they are there ``keywords`` (or ``mesh``),
    ``authors``, both divided by semicolons, and ``journal``, which no learner reads.

    Raises
    ------
    InputError
        If the file cannot be read, a column is missing, or a label is neither 1 nor 0.
    """
    rows = _rows(path)
    first = rows[0] if rows else {}
    missing = [column for column in ("title", "abstract", "label_included") if column not in first]
    if not rows:
        raise InputError(f"{path.name}: no record in it", hint="a CSV with title, abstract and label_included")
    if missing:
        raise InputError(
            f"{path.name}: no column {' and no column '.join(missing)}",
            hint=f"it has: {', '.join(name for name in first if name)}",
        )
    labels = []
    for number, row in enumerate(rows, start=1):
        label = _LABELS.get((row["label_included"] or "").strip())
        if label is None:
            raise InputError(
                f"{path.name}: record {number} has the label {row['label_included'] or ''!r}",
                hint="label_included is 1 (included) or 0 (not)",
            )
        labels.append(label)
    texts = tuple(
        ReportText(
            row["title"] or "",
            row["abstract"] or "",
            _listed(row.get("keywords") or row.get("mesh")),
            _listed(row.get("authors")),
            row.get("journal") or "",
        )
        for row in rows
    )
    return Labelled(_name(path), texts, tuple(labels))


def read_questions(path: Path) -> dict[str, str]:
    """Return the question of each review, by name, from a CSV file with the columns ``name`` and ``question``.

    Raises
    ------
    InputError
        If the file cannot be read or a column is missing.
    """
    rows = _rows(path)
    if not rows or not {"name", "question"} <= set(rows[0]):
        raise InputError(f"{path.name}: no columns name and question", hint="one row for each review: name,question")
    return {(row["name"] or "").strip(): (row["question"] or "").strip() for row in rows}


def _rows(path: Path) -> Sequence[Mapping[str, str | None]]:
    """Return the rows of a CSV file, which may be packed."""
    before = csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    try:
        opened = gzip.open if path.name.endswith(".gz") else open
        with opened(path, "rt", encoding="utf-8-sig", newline="") as stream:
            return list(csv.DictReader(stream, strict=True))
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise InputError(
            f"{path}: cannot be unpacked ({error})", hint="get the file again, or give it unpacked, as .csv"
        ) from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})", hint="check the name") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise InputError(
            f"{path.name}: is no CSV in UTF-8 ({error})", hint="save it again as CSV with the encoding UTF-8"
        ) from error
    finally:
        csv.field_size_limit(before)


def _listed(text: str | None) -> tuple[str, ...]:
    """Return what semicolons divide."""
    return tuple(part.strip() for part in (text or "").split(";") if part.strip())


def _name(path: Path) -> str:
    """Return the name of a file without .csv and .gz."""
    return path.name.removesuffix(".gz").removesuffix(".csv")
