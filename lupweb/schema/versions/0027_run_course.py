"""how a run went: time of its phases, pages, bytes, retries, marks and the next run."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Bring a database of the version before to this one."""
    # not in a batch: SQLite would make the table anew, which other rows name
    op.add_column("run", sa.Column("course", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    """Take this step back."""
    op.drop_column("run", "course")
