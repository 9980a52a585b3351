"""what each directory said about the attributes that are written to it."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Bring a database of the version before to this one."""
    # not in a batch: SQLite would make the table anew, which other rows name
    op.add_column(
        "directory", sa.Column("attributes", sa.JSON(), nullable=False, server_default="{}")
    )


def downgrade() -> None:
    """Take this step back; it is asked again with the next form."""
    op.drop_column("directory", "attributes")
