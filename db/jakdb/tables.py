"""The tables of a review, as SQLAlchemy Core.

Every table but those of `DERIVED` is append-only: triggers of the store refuse UPDATE and DELETE. Those hold nothing
that cannot be computed again from the events. Foreign keys RESTRICT, never CASCADE: no deletion of a
record can ever take a decision with it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

__all__ = ["APPEND_ONLY", "DERIVED", "UtcDateTime", "metadata"]


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC; SQLite keeps no time zone, so it is taken off going in and put back coming out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a time zone: nobody could say later when it was."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment in the store needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC."""
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[int]:
    """Return the primary key every table has."""
    return Column("id", Integer, primary_key=True)


def _ref(name: str, target: str, *, nullable: bool = False) -> Column[Any]:
    """Return a foreign key that forbids deleting what it points to."""
    return Column(name, ForeignKey(f"{target}.id", ondelete="RESTRICT"), nullable=nullable, index=True)


def _text(name: str) -> Column[str]:
    """Return a text that is empty rather than NULL when unknown."""
    return Column(name, Text, nullable=False)


def _added(name: str, kind: Any, empty: str) -> Column[Any]:
    """Return a column that a later revision added: rows from before it have what stands for empty."""
    return Column(name, kind, nullable=False, server_default=empty)


def _event() -> list[Column[Any]]:
    """Return what every event carries: who, when, and the key that makes a repetition harmless."""
    return [
        Column("by", String(200), nullable=False),
        Column("at", UtcDateTime, nullable=False),
        Column("key", String(64), nullable=False, unique=True),
    ]


def _one_of(column: str, words: tuple[str, ...], name: str) -> CheckConstraint:
    """Return a check that a column holds one of the given words."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(w) for w in words)})", name=name)


facts = Table("facts", metadata, Column("name", String(60), primary_key=True), _text("value"))

searches = Table(
    "searches",
    metadata,
    _id(),
    _text("source"),
    _text("platform"),
    Column("kind", String(10), nullable=False),
    Column("searched_on", Date),
    Column("hits", Integer),
    _text("strategy"),
    *_event(),
    _one_of("kind", ("database", "register", "other"), "kind"),
)

files = Table(
    "files",
    metadata,
    _id(),
    _ref("search_id", "searches"),
    _text("name"),
    Column("sha256", String(64), nullable=False, index=True),
    Column("size", Integer, nullable=False),
    _text("format"),
    _text("encoding"),
    Column("records", Integer, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("seen_again", Integer, nullable=False),
    Column("warnings", JSON, nullable=False),
    *_event(),
    CheckConstraint("records = accepted + rejected + seen_again", name="account"),
    _added("layout", JSON, "[]"),
)

file_undos = Table(
    "file_undos",
    metadata,
    _id(),
    Column("file_id", ForeignKey("files.id", ondelete="RESTRICT"), nullable=False, unique=True),
    *_event(),
)

records = Table(
    "records",
    metadata,
    _id(),
    Column("identity", Text, nullable=False, unique=True),
    _text("title"),
    _text("translated_title"),
    Column("authors", JSON, nullable=False),
    Column("year", Integer),
    _text("journal"),
    _text("journal_abbreviation"),
    _text("volume"),
    _text("issue"),
    _text("pages"),
    Column("doi", Text, nullable=False, index=True),
    Column("pmid", Text, nullable=False, index=True),
    _text("pmcid"),
    Column("registry_ids", JSON, nullable=False),
    _text("accession"),
    _text("abstract"),
    Column("keywords", JSON, nullable=False),
    Column("mesh", JSON, nullable=False),
    _text("language"),
    Column("publication_types", JSON, nullable=False),
    Column("issn", JSON, nullable=False),
    _text("url"),
    _text("type"),
    _text("database"),
    _text("platform"),
    _added("translated_authors", JSON, "[]"),
    _added("editors", JSON, "[]"),
    _added("translators", JSON, "[]"),
    _added("date", Text, ""),
    _added("translated_journal", Text, ""),
    _added("article_number", Text, ""),
    _added("translated_abstract", Text, ""),
    _added("abstract_sections", JSON, "[]"),
    _added("related", JSON, "[]"),
)

sightings = Table(
    "sightings",
    metadata,
    _id(),
    _ref("record_id", "records"),
    _ref("file_id", "files"),
    Column("number", Integer, nullable=False),
    Column("line", Integer, nullable=False),
    Column("first", Boolean, nullable=False),
    Column("changed", Boolean, nullable=False),
    _text("source_text"),
    UniqueConstraint("file_id", "number"),
)

rejects = Table(
    "rejects",
    metadata,
    _id(),
    _ref("file_id", "files"),
    Column("number", Integer, nullable=False),
    Column("line", Integer, nullable=False),
    _text("reason"),
    _text("source_text"),
    _added("offset", Integer, "-1"),
)

merge_events = Table(
    "merge_events",
    metadata,
    _id(),
    Column("kind", String(10), nullable=False),
    _ref("record_a", "records"),
    _ref("record_b", "records"),
    Column("score", Float, nullable=False),
    Column("reasons", JSON, nullable=False),
    _ref("undoes", "merge_events", nullable=True),
    *_event(),
    _one_of("kind", ("merge", "ask", "distinct", "undo"), "kind"),
)

membership = Table(
    "membership",
    metadata,
    Column("record_id", ForeignKey("records.id", ondelete="RESTRICT"), primary_key=True),
    Column("report_id", ForeignKey("records.id", ondelete="RESTRICT"), nullable=False, index=True),
)

decisions = Table(
    "decisions",
    metadata,
    _id(),
    _ref("record_id", "records"),
    Column("stage", String(10), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("verdict", String(10), nullable=False),
    _text("reason"),
    _text("note"),
    _ref("undoes", "decisions", nullable=True),
    *_event(),
    _one_of("stage", ("abstract", "fulltext"), "stage"),
    _one_of("kind", ("vote", "resolution", "undo"), "kind"),
    _one_of("verdict", ("include", "exclude", "maybe", "awaiting", "ongoing"), "verdict"),
)

retrievals = Table(
    "retrievals",
    metadata,
    _id(),
    _ref("record_id", "records"),
    Column("status", String(20), nullable=False),
    _text("note"),
    *_event(),
    _one_of("status", ("sought", "retrieved", "not_retrieved"), "status"),
)

removals = Table(
    "removals",
    metadata,
    _id(),
    _ref("record_id", "records"),
    Column("cause", String(10), nullable=False),
    _text("reason"),
    _ref("undoes", "removals", nullable=True),
    *_event(),
    _one_of("cause", ("automation", "other", "undo"), "cause"),
)

stops = Table("stops", metadata, _id(), Column("stage", String(10), nullable=False), _text("rule"), *_event())

draws = Table(
    "draws",
    metadata,
    _id(),
    _ref("record_id", "records"),
    Column("stage", String(10), nullable=False),
    Column("seed", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    Column("frame", Integer, nullable=False),
    *_event(),
    _one_of("stage", ("abstract", "fulltext"), "stage"),
)

rankings = Table(
    "rankings",
    metadata,
    Column("stage", String(10), primary_key=True),
    Column("reviewer", String(200), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("learner", String(60), nullable=False),
    _text("note"),
    Column("sha256", String(64), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

ranking_features = Table(
    "ranking_features",
    metadata,
    _id(),
    Column("version", String(40), nullable=False, index=True),
    Column("rows", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("content", LargeBinary, nullable=False),
)

studies = Table("studies", metadata, _id(), Column("study_key", String(200), nullable=False, unique=True))

study_versions = Table(
    "study_versions",
    metadata,
    _id(),
    _ref("study_id", "studies"),
    _text("label"),
    Column("year", Integer),
    _text("design"),
    Column("comparative", Boolean, nullable=False),
    Column("randomised", Boolean, nullable=False),
    _text("country"),
    _text("registration"),
    _text("note"),
    *_event(),
)

arm_versions = Table(
    "arm_versions",
    metadata,
    _id(),
    _ref("study_id", "studies"),
    Column("arm_key", String(200), nullable=False),
    _text("label"),
    _text("group"),
    _text("dose"),
    _text("note"),
    *_event(),
)

links = Table(
    "links",
    metadata,
    _id(),
    _ref("study_id", "studies"),
    _ref("record_id", "records"),
    Column("role", String(10), nullable=False),
    _text("why"),
    _ref("undoes", "links", nullable=True),
    *_event(),
    _one_of("role", ("report", "secondary", "undo"), "role"),
)

loads = Table(
    "loads",
    metadata,
    _id(),
    Column("kind", String(12), nullable=False),
    _text("name"),
    Column("sha256", String(64), nullable=False),
    Column("rows", Integer, nullable=False),
    *_event(),
    _one_of("kind", ("extraction", "appraisal"), "kind"),
)

load_undos = Table(
    "load_undos",
    metadata,
    _id(),
    Column("load_id", ForeignKey("loads.id", ondelete="RESTRICT"), nullable=False, unique=True),
    *_event(),
)

extractions = Table(
    "extractions",
    metadata,
    _id(),
    _ref("load_id", "loads"),
    Column("row", Integer, nullable=False),
    _ref("study_id", "studies"),
    _text("arm"),
    _text("group"),
    _text("outcome"),
    _text("definition"),
    _text("time"),
    _text("population"),
    _text("field"),
    Column("value", Float),
    _text("status"),
    _text("source"),
    _text("quote"),
    _text("extractor"),
    _text("note"),
)

doubts = Table(
    "doubts",
    metadata,
    _id(),
    _ref("load_id", "loads"),
    Column("rows", JSON, nullable=False),
    _text("kind"),
    _text("message"),
    _text("study"),
    _text("arm"),
    _text("outcome"),
)

extraction_resolutions = Table(
    "extraction_resolutions",
    metadata,
    _id(),
    _ref("study_id", "studies"),
    _text("arm"),
    _text("outcome"),
    _text("time"),
    _text("population"),
    _text("field"),
    Column("value", Float),
    _text("why"),
    _ref("undoes", "extraction_resolutions", nullable=True),
    *_event(),
)

appraisals = Table(
    "appraisals",
    metadata,
    _id(),
    _ref("load_id", "loads"),
    Column("row", Integer, nullable=False),
    _ref("study_id", "studies"),
    _text("instrument"),
    _text("item"),
    Column("score", Float),
    _text("reviewer"),
    _text("quote"),
    _text("note"),
)

strategies = Table(
    "strategies",
    metadata,
    _id(),
    Column("name", String(200), nullable=False),
    _text("source"),
    Column("version", Integer, nullable=False),
    Column("text", JSON, nullable=False),
    _text("query"),
    *_event(),
    UniqueConstraint("name", "version"),
)

runs = Table(
    "runs",
    metadata,
    _id(),
    _ref("strategy_id", "strategies"),
    _ref("search_id", "searches"),
    Column("purpose", String(10), nullable=False),
    Column("found", JSON, nullable=False),
    *_event(),
    _one_of("purpose", ("run", "refresh"), "purpose"),
)

run_ids = Table(
    "run_ids",
    metadata,
    _id(),
    Column("run_id", ForeignKey("runs.id", ondelete="RESTRICT"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("identifier", String(200), nullable=False),
    UniqueConstraint("run_id", "identifier"),
    UniqueConstraint("run_id", "position"),
)

run_batches = Table(
    "run_batches",
    metadata,
    _id(),
    Column("run_id", ForeignKey("runs.id", ondelete="RESTRICT"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    Column("file_id", ForeignKey("files.id", ondelete="RESTRICT"), unique=True),
    Column("absent", JSON, nullable=False),
    *_event(),
    UniqueConstraint("run_id", "position"),
)

run_ends = Table(
    "run_ends",
    metadata,
    _id(),
    Column("run_id", ForeignKey("runs.id", ondelete="RESTRICT"), nullable=False, unique=True),
    Column("outcome", String(10), nullable=False),
    _text("message"),
    *_event(),
    _one_of("outcome", ("complete", "shortfall", "abandoned"), "outcome"),
)

criteria_versions = Table(
    "criteria_versions",
    metadata,
    _id(),
    _text("question"),
    Column("include", JSON, nullable=False),
    Column("exclude", JSON, nullable=False),
    *_event(),
)

looks = Table(
    "looks",
    metadata,
    _id(),
    Column("kind", String(10), nullable=False),
    _ref("record_id", "records"),
    Column("reasons", JSON, nullable=False),
    _text("why"),
    _ref("undoes", "looks", nullable=True),
    *_event(),
    _one_of("kind", ("done", "undo"), "kind"),
)

search_updates = Table(
    "search_updates",
    metadata,
    _id(),
    Column("search_id", ForeignKey("searches.id", ondelete="RESTRICT"), nullable=False, unique=True),
    _ref("updates_id", "searches"),
    *_event(),
)

dedupe_facts = Table(
    "dedupe_facts",
    metadata,
    Column("record_id", ForeignKey("records.id", ondelete="RESTRICT"), primary_key=True),
    Column("version", String(20), nullable=False),
    _text("facts"),
    _text("order"),
)

dedupe_keys = Table(
    "dedupe_keys",
    metadata,
    Column("key", BigInteger, primary_key=True),
    Column("record_id", ForeignKey("records.id", ondelete="RESTRICT"), primary_key=True, index=True),
)

relation_events = Table(
    "relation_events",
    metadata,
    _id(),
    Column("kind", String(10), nullable=False),
    _ref("record_a", "records"),
    _ref("record_b", "records"),
    Column("relation", String(30), nullable=False),
    Column("score", Float, nullable=False),
    Column("reasons", JSON, nullable=False),
    _ref("undoes", "relation_events", nullable=True),
    *_event(),
    _one_of("kind", ("suggest", "accept", "dismiss", "undo"), "kind"),
)

Index("ix_decisions_stage_record_id", decisions.c.stage, decisions.c.record_id)

DERIVED = frozenset({"membership", "rankings", "ranking_features", "dedupe_facts", "dedupe_keys"})
"""What can be computed again from the events."""

APPEND_ONLY = tuple(name for name in metadata.tables if name not in DERIVED)
