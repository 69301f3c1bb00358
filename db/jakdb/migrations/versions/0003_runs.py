"""Search strategies in versions, and their runs: identifiers, batches, ends."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APPEND_ONLY = ("strategies", "runs", "run_ids", "run_batches", "run_ends")


def _event(table: str) -> list[Any]:
    """Return who, when and the key, with their constraints."""
    return [
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("key", name=op.f(f"uq_{table}_key")),
    ]


def _points(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    """Return a foreign key that forbids deleting what it points to."""
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"), ondelete="RESTRICT")


def upgrade() -> None:
    """Create the tables and the triggers that keep them as they were written."""
    op.create_table(
        "strategies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        *_event("strategies"),
        sa.UniqueConstraint("name", "version", name=op.f("uq_strategies_name_version")),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("strategy_id", sa.Integer(), nullable=False),
        sa.Column("search_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        *_event("runs"),
        sa.CheckConstraint("purpose IN ('run', 'refresh')", name=op.f("ck_runs_purpose")),
        _points("runs", "strategy_id", "strategies"),
        _points("runs", "search_id", "searches"),
    )
    op.create_index(op.f("ix_runs_strategy_id"), "runs", ["strategy_id"], unique=False)
    op.create_index(op.f("ix_runs_search_id"), "runs", ["search_id"], unique=False)
    op.create_table(
        "run_ids",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("identifier", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_ids")),
        sa.UniqueConstraint("run_id", "identifier", name=op.f("uq_run_ids_run_id_identifier")),
        sa.UniqueConstraint("run_id", "position", name=op.f("uq_run_ids_run_id_position")),
        _points("run_ids", "run_id", "runs"),
    )
    op.create_table(
        "run_batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("absent", sa.JSON(), nullable=False),
        *_event("run_batches"),
        sa.UniqueConstraint("run_id", "position", name=op.f("uq_run_batches_run_id_position")),
        sa.UniqueConstraint("file_id", name=op.f("uq_run_batches_file_id")),
        _points("run_batches", "run_id", "runs"),
        _points("run_batches", "file_id", "files"),
    )
    op.create_table(
        "run_ends",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        *_event("run_ends"),
        sa.CheckConstraint("outcome IN ('complete', 'shortfall', 'abandoned')", name=op.f("ck_run_ends_outcome")),
        sa.UniqueConstraint("run_id", name=op.f("uq_run_ends_run_id")),
        _points("run_ends", "run_id", "runs"),
    )
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: undo is one more event'); END"
            )
