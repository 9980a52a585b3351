"""what administrators were told of by mail."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Bring a database of the version before to this one."""
    op.create_table(
        "told_trouble",
        sa.Column("directory_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("directory_key", "kind", name=op.f("pk_told_trouble")),
    )


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("told_trouble")
