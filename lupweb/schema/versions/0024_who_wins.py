"""whose value stays where the directory has another one by then, chosen for each field."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Bring a database of the version before to this one."""
    # not in a batch: SQLite would make the table anew, which other rows name
    op.add_column(
        "profile_field", sa.Column("on_conflict", sa.String(), nullable=False, server_default="ask")
    )


def downgrade() -> None:
    """Take this step back; every conflict is asked again."""
    op.drop_column("profile_field", "on_conflict")
