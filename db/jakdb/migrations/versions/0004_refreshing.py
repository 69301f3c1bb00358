"""What a refresh needs: criteria in versions, reports looked at again, imports that update a search, table headings."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

APPEND_ONLY = ("criteria_versions", "looks", "search_updates")


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
    """Create the tables with the triggers that keep them as they were written; files from before have no layout."""
    op.add_column("files", sa.Column("layout", sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "criteria_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("include", sa.JSON(), nullable=False),
        sa.Column("exclude", sa.JSON(), nullable=False),
        *_event("criteria_versions"),
    )
    op.create_table(
        "looks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        *_event("looks"),
        sa.CheckConstraint("kind IN ('done', 'undo')", name=op.f("ck_looks_kind")),
        _points("looks", "record_id", "records"),
        _points("looks", "undoes", "looks"),
    )
    op.create_index(op.f("ix_looks_record_id"), "looks", ["record_id"], unique=False)
    op.create_index(op.f("ix_looks_undoes"), "looks", ["undoes"], unique=False)
    op.create_table(
        "search_updates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("search_id", sa.Integer(), nullable=False),
        sa.Column("updates_id", sa.Integer(), nullable=False),
        *_event("search_updates"),
        sa.UniqueConstraint("search_id", name=op.f("uq_search_updates_search_id")),
        _points("search_updates", "search_id", "searches"),
        _points("search_updates", "updates_id", "searches"),
    )
    op.create_index(op.f("ix_search_updates_updates_id"), "search_updates", ["updates_id"], unique=False)
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: undo is one more event'); END"
            )
