"""by which attribute the entries of a directory are told apart, and by which they were so far."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

TEXTS = ("id_attribute", "keyed_by")


def upgrade() -> None:
    """Bring a database of the version before to this one."""
    # not in a batch: SQLite would make the table anew, which other rows name
    for name in TEXTS:
        op.add_column("directory", sa.Column(name, sa.String(), nullable=False, server_default=""))
    by_value: sa.Column[bool] = sa.Column(
        "is_keyed_by_value", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("directory", by_value)


def downgrade() -> None:
    """Take this step back."""
    for name in ("is_keyed_by_value", *TEXTS):
        op.drop_column("directory", name)
