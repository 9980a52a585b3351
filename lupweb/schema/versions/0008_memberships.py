"""memberships."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Bring a database of the version before to this one."""
    op.create_table(
        "nested_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("dn", sa.String(), nullable=False),
        sa.Column("inside_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["group.id"], name=op.f("fk_nested_group_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nested_group")),
    )
    with op.batch_alter_table("nested_group", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_nested_group_group_id"), ["group_id"])

    # not in a batch: SQLite would make the tables anew, which other rows name
    op.add_column("group", sa.Column("read_run_id", sa.Integer(), nullable=True))
    op.add_column("group", sa.Column("trouble", sa.String(), nullable=False, server_default=""))
    op.add_column("membership", sa.Column("nested_id", sa.Integer(), nullable=True))
    op.add_column("membership", sa.Column("run_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take this step back."""
    op.drop_column("membership", "run_id")
    op.drop_column("membership", "nested_id")
    op.drop_column("group", "trouble")
    op.drop_column("group", "read_run_id")
    op.drop_table("nested_group")
