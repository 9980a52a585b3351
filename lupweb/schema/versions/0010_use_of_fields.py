"""which fields stand in vCards, and which count for a complete profile."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0011"


def upgrade() -> None:
    """Bring a database of the version before to this one; vCards stay as they were."""
    op.add_column(
        "profile_field",
        sa.Column("in_vcard", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "profile_field",
        sa.Column("in_completeness", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.execute(
        "UPDATE profile_field SET in_vcard = true WHERE key IN ('phone', 'im', 'website',"
        " 'position', 'department', 'location', 'manager')"
    )


def downgrade() -> None:
    """Take this step back."""
    op.drop_column("profile_field", "in_completeness")
    op.drop_column("profile_field", "in_vcard")
