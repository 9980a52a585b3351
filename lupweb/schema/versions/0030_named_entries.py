"""which entry a DN meant, where a directory tells its id."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Bring a database of the version before to this one."""
    op.create_table(
        "named_entry",
        sa.Column("directory_id", sa.Integer(), nullable=False),
        sa.Column("unique_id", sa.String(), nullable=False),
        sa.Column("dn_folded", sa.String(), nullable=False),
        sa.Column("named_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["directory_id"],
            ["directory.id"],
            name=op.f("fk_named_entry_directory_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("directory_id", "unique_id", "dn_folded", name="pk_named_entry"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_named_entry_directory_id_named_id", "named_entry", ["directory_id", "named_id"]
    )


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("ix_named_entry_directory_id_named_id", "named_entry")
    op.drop_table("named_entry")
