"""an index of what somebody typed, for the page that tells what changed lately."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

TYPED = sa.text("actor <> ''")


def upgrade() -> None:
    """Bring a database of the version before to this one."""
    op.create_index(
        "ix_history_typed", "history", ["id"], sqlite_where=TYPED, postgresql_where=TYPED
    )


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("ix_history_typed", "history")
