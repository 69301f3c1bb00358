"""The SQLite file inside an ASReview project of version 3: read its records and labels, or write such a file.

Tables and columns are those that ASReview 3.0.8 makes (`record`, `results`, `last_ranking`, `decision_changes`). What
comes from elsewhere is opened read-only and without trust in its schema.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jakdb.errors import InputError

__all__ = ["ProjectLabel", "ProjectRecord", "read_project", "write_project"]

VERSION = 3
"""Of the database, as ``PRAGMA user_version`` says it."""

_TABLES = """
CREATE TABLE record (
    dataset_row INTEGER NOT NULL, dataset_id VARCHAR NOT NULL, title VARCHAR NOT NULL, abstract VARCHAR NOT NULL,
    authors JSON NOT NULL, keywords JSON NOT NULL, year INTEGER, doi VARCHAR, url VARCHAR, included INTEGER,
    record_id INTEGER NOT NULL, duplicate_of INTEGER,
    group_id INTEGER NOT NULL GENERATED ALWAYS AS (COALESCE(duplicate_of, record_id)) VIRTUAL,
    PRIMARY KEY (record_id), UNIQUE (dataset_row, dataset_id),
    CONSTRAINT no_self_duplicate CHECK (duplicate_of IS NULL OR duplicate_of != record_id),
    FOREIGN KEY(duplicate_of) REFERENCES record (record_id) ON DELETE SET NULL
);
CREATE INDEX idx_record_group_id ON record (group_id);
CREATE TABLE results (
    record_id INTEGER UNIQUE, label INTEGER, classifier TEXT, querier TEXT, balancer TEXT, feature_extractor TEXT,
    training_set INTEGER, time FLOAT, note TEXT, tags JSON, user_id INTEGER
);
CREATE TABLE last_ranking (
    record_id INTEGER UNIQUE, ranking INT, classifier TEXT, querier TEXT, balancer TEXT, feature_extractor TEXT,
    training_set INTEGER, time FLOAT
);
CREATE TABLE decision_changes (record_id INTEGER, label INTEGER, time FLOAT, user_id INTEGER);
CREATE TRIGGER trg_results_delete AFTER DELETE ON results FOR EACH ROW
BEGIN
    INSERT INTO decision_changes (record_id, label, time, user_id)
    VALUES (OLD.record_id, OLD.label, OLD.time, OLD.user_id);
END;
CREATE TRIGGER trg_results_label_update AFTER UPDATE OF label ON results FOR EACH ROW
WHEN OLD.label IS NOT NEW.label
BEGIN
    INSERT INTO decision_changes (record_id, label, time, user_id)
    VALUES (OLD.record_id, OLD.label, OLD.time, OLD.user_id);
END;
"""


@dataclass(frozen=True, slots=True)
class ProjectLabel:
    """A label of a record: 1 relevant, 0 not, ``None`` shown and not decided; `at` in seconds since 1970."""

    label: int | None
    at: float | None = None
    note: str = ""
    tags: str = ""
    user: int | None = None


@dataclass(frozen=True, slots=True)
class ProjectRecord:
    """A record of a project with its label, and the labels that it had before, the oldest first.

    Attributes
    ----------
    number : int
        ASReview's own number of the record, from 0.
    duplicate_of : int or None
        Number of the record of which it is a duplicate.
    """

    number: int
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    year: int | None = None
    doi: str = ""
    url: str = ""
    duplicate_of: int | None = None
    label: ProjectLabel | None = None
    before: tuple[ProjectLabel, ...] = ()


def read_project(path: Path, *, name: str) -> tuple[ProjectRecord, ...]:
    """Return the records of a project's ``results.db`` in their order.

    Raises
    ------
    InputError
        If it is no such database; nothing of it is run.
    """
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            for rule in ("trusted_schema=OFF", "query_only=ON"):
                connection.execute(f"PRAGMA {rule}").close()
            connection.row_factory = sqlite3.Row
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version != VERSION:
                raise InputError(
                    f"{name}: its database has version {version}, jak reads version {VERSION}",
                    hint="open the project in ASReview 3 and export it again",
                )
            changes: dict[int, list[ProjectLabel]] = {}
            for row in connection.execute(
                "SELECT record_id, label, time, user_id FROM decision_changes ORDER BY rowid"
            ):
                old = ProjectLabel(_label(row["label"], name), row["time"], user=row["user_id"])
                changes.setdefault(row["record_id"], []).append(old)
            labels = {
                row["record_id"]: ProjectLabel(
                    _label(row["label"], name), row["time"], row["note"] or "", row["tags"] or "", row["user_id"]
                )
                for row in connection.execute("SELECT record_id, label, time, note, tags, user_id FROM results")
            }
            query = "SELECT record_id, title, abstract, authors, keywords, year, doi, url, duplicate_of FROM record"
            return tuple(
                ProjectRecord(
                    number=row["record_id"],
                    title=row["title"] or "",
                    abstract=row["abstract"] or "",
                    authors=_texts(row["authors"]),
                    keywords=_texts(row["keywords"]),
                    year=row["year"],
                    doi=row["doi"] or "",
                    url=row["url"] or "",
                    duplicate_of=row["duplicate_of"],
                    label=labels.get(row["record_id"]),
                    before=tuple(changes.get(row["record_id"], ())),
                )
                for row in connection.execute(f"{query} ORDER BY record_id")
            )
    except (sqlite3.Error, ValueError) as error:
        raise InputError(
            f"{name}: its database cannot be read ({error})", hint="export the project from ASReview 3 again"
        ) from None


def write_project(path: Path, records: Iterable[ProjectRecord], *, dataset: str, order: Sequence[int] = ()) -> None:
    """Write a project's ``results.db``.

    Parameters
    ----------
    dataset : str
        Identifier of the data set that the project's JSON names.
    order : sequence of int
        Numbers of records, the most relevant first; ASReview shows them in this order until it has learnt its own.
    """
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"PRAGMA user_version={VERSION};{_TABLES}")
        for record in records:
            connection.execute(
                "INSERT INTO record (dataset_row, dataset_id, title, abstract, authors, keywords, year, doi, url, "
                "record_id, duplicate_of) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    record.number,
                    dataset,
                    record.title,
                    record.abstract,
                    json.dumps(record.authors, ensure_ascii=False),
                    json.dumps(record.keywords, ensure_ascii=False),
                    record.year,
                    record.doi or None,
                    record.url or None,
                    record.number,
                    record.duplicate_of,
                ),
            )
            if record.label is not None:
                one = record.label
                connection.execute(
                    "INSERT INTO results (record_id, label, time, note, tags, user_id) VALUES (?, ?, ?, ?, ?, ?)",
                    (record.number, one.label, one.at, one.note or None, one.tags or None, one.user),
                )
        rows = [(number, place, "svm", "max", "balanced", "tfidf") for place, number in enumerate(order)]
        connection.executemany(
            "INSERT INTO last_ranking (record_id, ranking, classifier, querier, balancer, feature_extractor) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            rows,
        )
        connection.commit()


def _label(value: Any, name: str) -> int | None:
    """Return a label, or refuse one that ASReview does not write."""
    if value is None or value in (0, 1):
        return None if value is None else int(value)
    raise InputError(f"{name}: a label is {value!r}; ASReview writes 1, 0 or nothing", hint="export the project again")


def _texts(value: Any) -> tuple[str, ...]:
    """Return a list of texts that is kept as JSON."""
    found = json.loads(value) if value else []
    return tuple(str(text).strip() for text in found) if isinstance(found, list) else ()
