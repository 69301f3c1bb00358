"""What the duplicate rules have read of each record, its keys, and the relations between reports."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None

APPEND_ONLY = ("relation_events",)


def _points(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    """Return a foreign key that forbids deleting what it points to."""
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"), ondelete="RESTRICT")


def upgrade() -> None:
    """Create the tables: two that can be computed again, and one of events with its triggers."""
    op.create_table(
        "dedupe_facts",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("order", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_dedupe_facts")),
        _points("dedupe_facts", "record_id", "records"),
    )
    op.create_table(
        "dedupe_keys",
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "record_id", name=op.f("pk_dedupe_keys")),
        _points("dedupe_keys", "record_id", "records"),
    )
    op.create_index(op.f("ix_dedupe_keys_record_id"), "dedupe_keys", ["record_id"], unique=False)
    columns: list[Any] = [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("record_a", sa.Integer(), nullable=False),
        sa.Column("record_b", sa.Integer(), nullable=False),
        sa.Column("relation", sa.String(length=30), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
    ]
    op.create_table(
        "relation_events",
        *columns,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relation_events")),
        sa.UniqueConstraint("key", name=op.f("uq_relation_events_key")),
        sa.CheckConstraint("kind IN ('suggest', 'accept', 'dismiss', 'undo')", name=op.f("ck_relation_events_kind")),
        _points("relation_events", "record_a", "records"),
        _points("relation_events", "record_b", "records"),
        _points("relation_events", "undoes", "relation_events"),
    )
    for column in ("record_a", "record_b", "undoes"):
        op.create_index(op.f(f"ix_relation_events_{column}"), "relation_events", [column], unique=False)
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: undo is one more event'); END"
            )
