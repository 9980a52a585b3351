"""what was read of a directory completely, and when its changes and groups were read."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"

COLUMNS = ("last_sync_date_kept", "groups_mark")
TIMES = ("last_changes_at", "last_groups_at")


def upgrade() -> None:
    """Bring a database of the version before to this one; the next run reads everybody."""
    op.create_table(
        "field_reading",
        sa.Column("directory_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["directory_id"],
            ["directory.id"],
            name=op.f("fk_field_reading_directory_id_directory"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("directory_id", "name", name=op.f("pk_field_reading")),
    )
    for name in COLUMNS:
        op.add_column("directory", sa.Column(name, sa.String(), nullable=False, server_default=""))
    for name in TIMES:
        op.add_column("directory", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take this step back."""
    for name in (*COLUMNS, *TIMES):
        op.drop_column("directory", name)
    op.drop_table("field_reading")
