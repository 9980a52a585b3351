"""where everybody stands in each org chart, and how many people are below."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

HAS_FLAW = sa.text("flaw IS NOT NULL")


def upgrade() -> None:
    """Bring a database of the version before to this one; the scheduler counts for each chart."""
    # not in a batch: SQLite would make the table anew
    op.add_column(
        "org_chart",
        sa.Column("is_outdated", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.create_table(
        "subtree_count",
        sa.Column("chart_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("above_id", sa.Integer(), nullable=False),
        sa.Column("flaw", sa.String(length=40), nullable=True),
        sa.Column("direct", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("sort_name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("chart_id", "person_id", name=op.f("pk_subtree_count")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_subtree_count_level",
        "subtree_count",
        ["chart_id", "above_id", "sort_name", "person_id"],
    )
    op.create_index(
        "ix_subtree_count_flaw",
        "subtree_count",
        ["chart_id", "flaw", "sort_name", "person_id"],
        sqlite_where=HAS_FLAW,
        postgresql_where=HAS_FLAW,
    )


def downgrade() -> None:
    """Take this step back; nothing is lost, for it is made of what people's values say."""
    op.drop_table("subtree_count")
    op.drop_column("org_chart", "is_outdated")
