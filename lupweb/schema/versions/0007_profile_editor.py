"""profile editor."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"


def upgrade() -> None:
    """Bring a database of the version before to this one."""
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_event_at"), ["at"])

    with op.batch_alter_table("category", schema=None) as batch_op:
        batch_op.add_column(sa.Column("names", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("profile_field", schema=None) as batch_op:
        batch_op.add_column(sa.Column("names", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("help_texts", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take this step back."""
    op.execute(
        "DELETE FROM field_group WHERE field_id IN"
        " (SELECT id FROM profile_field WHERE removed_at IS NOT NULL)"
    )
    op.execute("DELETE FROM profile_field WHERE removed_at IS NOT NULL")
    # not in a batch: SQLite would make the table anew, which other rows name
    op.drop_column("profile_field", "removed_at")
    op.drop_column("profile_field", "help_texts")
    op.drop_column("profile_field", "names")
    op.drop_column("category", "names")
    op.drop_table("audit_event")
