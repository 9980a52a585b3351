"""how groups inside groups of a directory are read."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Bring a database of the version before to this one."""
    # not in a batch: SQLite would make the table anew, which other rows name
    column = sa.Column("nested_groups", sa.String(), nullable=False, server_default="expand")
    op.add_column("directory", column)


def downgrade() -> None:
    """Take this step back."""
    op.drop_column("directory", "nested_groups")
