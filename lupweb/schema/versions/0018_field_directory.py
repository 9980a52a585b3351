"""a field may name the one directory that supplies it."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Bring a database of the version before to this one."""
    # not in a batch: SQLite would make the table anew, which other rows name
    key = sa.Column("directory", sa.String(), nullable=False, server_default="")
    op.add_column("profile_field", key)


def downgrade() -> None:
    """Take this step back; the directory that goes first supplies every field again."""
    op.drop_column("profile_field", "directory")
