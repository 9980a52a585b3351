"""saved lists, where people start, and how each likes to see people."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

TEXTS = {"query": "", "address": "", "view": "cards", "sort": "name"}


def upgrade() -> None:
    """Bring a database of the version before to this one."""
    op.create_table(
        "saved_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in TEXTS),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_saved_list_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_list")),
        sa.UniqueConstraint("key", name=op.f("uq_saved_list_key")),
    )
    op.create_index("ix_saved_list_owner_id", "saved_list", ["owner_id"])
    op.create_table(
        "saved_list_group",
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["saved_list.id"], name=op.f("fk_saved_list_group_list_id")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["group.id"], name=op.f("fk_saved_list_group_group_id")
        ),
        sa.PrimaryKeyConstraint("list_id", "group_id", name=op.f("pk_saved_list_group")),
    )
    op.create_index("ix_saved_list_group_group_id", "saved_list_group", ["group_id"])
    op.create_table(
        "start_page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("list_id", sa.Integer(), nullable=True),
        sa.Column("page", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["group.id"], name=op.f("fk_start_page_group_id")),
        sa.ForeignKeyConstraint(["list_id"], ["saved_list.id"], name=op.f("fk_start_page_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_start_page")),
    )
    op.create_index("ix_start_page_group_id", "start_page", ["group_id"])
    op.create_index("ix_start_page_list_id", "start_page", ["list_id"])
    # not in a batch: SQLite would make the table anew, which other rows name
    op.add_column("user", sa.Column("look", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    """Take this step back; lists that people saved are gone then."""
    op.drop_column("user", "look")
    for name in ("start_page", "saved_list_group", "saved_list"):
        op.drop_table(name)
