"""ASReview's project files (``.asreview``, version 3): a zip with ``project.json``, the data and ``results.db``.

Nothing in it is unpickled, and of its members only those two are read.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from jakdb.asreview import ProjectLabel, ProjectRecord, read_project, write_project
from jakdb.errors import InputError
from jakscreen.dialects import MARK, SENT

__all__ = ["project_bytes", "project_rows", "read_asreview"]

DATABASE, CONFIG = "results.db", "project.json"
LARGEST = 4 * 2**30
"""Bytes of a database that is unpacked; a larger one is refused before it fills the disk."""
LARGEST_CONFIG = 2**26
"""Bytes of a project's JSON that are read; one that goes on is cut off and no JSON."""
WRITTEN_BY = "3.0.8"
"""Version of ASReview whose format is written."""

_MODEL = {
    "querier": "max",
    "classifier": "svm",
    "balancer": "balanced",
    "feature_extractor": "tfidf",
    "stopper": None,
    "querier_param": {},
    "classifier_param": {"loss": "squared_hinge", "C": 0.11},
    "balancer_param": {"ratio": 9.8},
    "feature_extractor_param": {"ngram_range": [1, 2], "sublinear_tf": True, "min_df": 1, "max_df": 0.95},
    "stopper_param": {},
    "n_query": 1,
}


def read_asreview(path: Path) -> tuple[ProjectRecord, ...]:
    """Return the records and labels of a project file.

    Raises
    ------
    InputError
        If it is no project file of version 3.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if CONFIG not in names:
                raise InputError(f"{path.name} is no ASReview project: it has no {CONFIG}", hint="export it again")
            with archive.open(CONFIG) as config:
                version = _version(config.read(LARGEST_CONFIG), path.name)
            if version != 3:
                older = "open it in ASReview 3, which brings it up to date, and export it again"
                raise InputError(
                    f"{path.name} is an ASReview project of version {version}, jak reads version 3",
                    hint=older if version < 3 else "export its labels from ASReview as CSV, and import that",
                )
            if DATABASE not in names:
                raise InputError(
                    f"{path.name} is no whole ASReview project: it has no {DATABASE}", hint="export it again"
                )
            if archive.getinfo(DATABASE).file_size > LARGEST:
                raise InputError(f"{path.name}: {DATABASE} is larger than {LARGEST // 2**30} GiB")
            with tempfile.TemporaryDirectory() as folder:
                unpacked = Path(folder) / DATABASE
                with archive.open(DATABASE) as packed, unpacked.open("wb") as whole:
                    shutil.copyfileobj(packed, whole)
                return read_project(unpacked, name=path.name)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError(f"{path.name} is no ASReview project: {error}", hint="export it again") from None


def project_rows(records: Sequence[ProjectRecord]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each label as a row, as ASReview's own CSV has it; labels that were changed come before what replaced them.

    A row is numbered by the record's place, from 1. Records without a label give one row that says nothing. A label
    that somebody took back is gone with all that it had been before. ASReview keeps the time of the first label and not
    when it was changed: each change stands a second after what it replaced, so that there and back is told from never.
    """
    users = {one.label.user for one in records if one.label is not None and one.label.user is not None}
    for place, record in enumerate(records, start=1):
        facts = {"title": record.title, "doi": record.doi, "url": record.url, "year": str(record.year or "")}
        standing = record.label is not None and record.label.label is not None
        before = [one for one in record.before if one.label is not None] if standing else []
        last = record.label or ProjectLabel(None)
        marked = MARK in last.note or SENT in last.note
        for change, one in enumerate((*before, last)):
            said = "" if one.label is None else str(one.label)
            who = f"ASReview user {one.user}" if one.user is not None and len(users) > 1 else ""
            note = one.note if not marked else last.note if change == 0 else ""  # what jak sent was the first label
            row = {**facts, "asreview_label": said, "asreview_user_name": who, "notes": note}
            row["asreview_note"] = " | ".join(filter(None, (_free(one.note), _tags(one.tags))))
            row["asreview_time"] = "" if one.at is None else repr(float(one.at) + change)
            yield place, row


def project_bytes(records: Sequence[ProjectRecord], *, name: str, created: int, order: Sequence[int] = ()) -> bytes:
    """Return a project file that ASReview 3 opens, its review under way with the labels as they stand.

    Parameters
    ----------
    name : str
        Of the project.
    created : int
        Seconds since 1970.
    order : sequence of int
        Numbers of the records that have no label, the most relevant first.
    """
    dataset = "jak"
    config = {
        "version": WRITTEN_BY,
        "project_file_version": 3,
        "id": re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "jak",
        "mode": "oracle",
        "name": name,
        "created_at_unix": created,
        "feature_matrices": [],
        "tags": [],
        "datasets": [{"id": dataset, "name": "jak.csv"}],
        "review": {"status": "review", "model": {"name": "elas_u4", "current_value": _MODEL}},
    }
    stream = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / DATABASE
        write_project(database, records, dataset=dataset, order=order)
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(CONFIG, json.dumps(config))
            archive.write(database, DATABASE)
            archive.writestr("data/jak.csv", _table(records))
            archive.writestr(zipfile.ZipInfo("feature_matrices/"), "")
    return stream.getvalue()


def _version(content: bytes, name: str) -> int:
    """Return the version of a project's JSON."""
    try:
        config = json.loads(content)
        return int(config.get("project_file_version") or str(config["version"])[0])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(f"{name}: {CONFIG} cannot be read", hint="export the project again") from None


def _free(note: str) -> str:
    """Return what a person wrote in a note."""
    return "" if MARK in note or SENT in note else note


def _tags(text: str) -> str:
    """Return the tags that are set, in words: group and tags."""
    try:
        groups: Any = json.loads(text) if text else []
        found = [
            f"{group['id']}: {', '.join(str(one['id']) for one in group['values'] if one.get('checked'))}"
            for group in groups
            if any(one.get("checked") for one in group["values"])
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return text
    return "; ".join(found)


def _table(records: Iterable[ProjectRecord]) -> str:
    """Return the data set of a project as CSV."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("title", "abstract", "authors", "keywords", "year", "doi", "url"))
    for one in records:
        lists = ("; ".join(one.authors), "; ".join(one.keywords))
        writer.writerow((one.title, one.abstract, *lists, one.year or "", one.doi, one.url))
    return stream.getvalue()
