"""More of what a record says (editors, dates, sections, links), and the byte at which a reject begins."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LISTS = ("translated_authors", "editors", "translators", "abstract_sections", "related")
TEXTS = ("date", "translated_journal", "article_number", "translated_abstract")


def upgrade() -> None:
    """Add the columns; what earlier versions did not read stays empty in the records that they stored."""
    for name in LISTS:
        op.add_column("records", sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))
    for name in TEXTS:
        op.add_column("records", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("rejects", sa.Column("offset", sa.Integer(), nullable=False, server_default="-1"))
