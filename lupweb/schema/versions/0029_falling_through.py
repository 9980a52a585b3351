"""what each entry says of the fields that fall through to the next directory."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Bring a database of the version before to this one."""
    # not in a batch: SQLite would make the tables anew, which other rows name
    op.add_column(
        "profile_field",
        sa.Column("falls_through", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("identity", sa.Column("offers", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    """Take this step back."""
    op.drop_column("identity", "offers")
    op.drop_column("profile_field", "falls_through")
