"""Which reports were drawn at random, the last order of each reviewer, and what a ranking has read of each report."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

APPEND_ONLY = ("draws",)


def upgrade() -> None:
    """Create the tables; the orders of before had a row a report, and are computed again when they are asked for."""
    op.create_table(
        "draws",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("frame", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draws")),
        sa.UniqueConstraint("key", name=op.f("uq_draws_key")),
        sa.CheckConstraint("stage IN ('abstract', 'fulltext')", name=op.f("ck_draws_stage")),
        sa.ForeignKeyConstraint(
            ["record_id"], ["records.id"], name=op.f("fk_draws_record_id_records"), ondelete="RESTRICT"
        ),
    )
    op.create_index(op.f("ix_draws_record_id"), "draws", ["record_id"], unique=False)
    op.drop_table("rankings")
    op.create_table(
        "rankings",
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("reviewer", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("learner", sa.String(length=60), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("stage", "reviewer", name=op.f("pk_rankings")),
    )
    op.create_table(
        "ranking_features",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranking_features")),
    )
    op.create_index(op.f("ix_ranking_features_version"), "ranking_features", ["version"], unique=False)
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: undo is one more event'); END"
            )
