"""words that a change of the set-up left outdated."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0009"


def upgrade() -> None:
    """Bring a database of the version before to this one."""
    op.add_column("search_state", sa.Column("outdated_after", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take this step back; words that are outdated are written anew by the next upgrade."""
    op.execute("UPDATE search_state SET version = 0 WHERE outdated_after IS NOT NULL")
    op.drop_column("search_state", "outdated_after")
