"""editing."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Bring a database of the version before to this one."""
    op.create_table(
        "edit_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edit_grant")),
    )
    op.create_table(
        "edit_grant_party",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=40), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("login_folded", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["edit_grant.id"], name=op.f("fk_edit_grant_party_grant_id")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["group.id"], name=op.f("fk_edit_grant_party_group_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edit_grant_party")),
    )
    with op.batch_alter_table("edit_grant_party", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_edit_grant_party_grant_id"), ["grant_id"])

    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_person_id"), ["person_id"])

    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.add_column(sa.Column("actor", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("profile_field", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("confirm_days", sa.Integer(), nullable=False, server_default="0")
        )


def downgrade() -> None:
    """Take this step back."""
    with op.batch_alter_table("profile_field", schema=None) as batch_op:
        batch_op.drop_column("confirm_days")
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.drop_column("actor")

    op.drop_table("notice")
    op.drop_table("edit_grant_party")
    op.drop_table("edit_grant")
