"""by which attribute and value a directory says that somebody is switched off."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

COLUMNS = ("disabled_attribute", "disabled_value")


def upgrade() -> None:
    """Bring a database of the version before to this one."""
    # not in a batch: SQLite would make the table anew, which other rows name
    for name in COLUMNS:
        op.add_column("directory", sa.Column(name, sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """Take this step back."""
    for name in COLUMNS:
        op.drop_column("directory", name)
