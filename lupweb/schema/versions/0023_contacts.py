"""contacts, own groups of them, whom an account looked at, and the addresses of calendars."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

TABLES = (
    "calendar_feed",
    "recent_off",
    "recent_view",
    "grouped_contact",
    "contact_group",
    "contact",
)


def upgrade() -> None:
    """Bring a database of the version before to this one."""
    op.create_table(
        "contact",
        _key("contact", "user"),
        _key("contact", "person"),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("user_id", "person_id", name=op.f("pk_contact")),
    )
    op.create_table(
        "contact_group",
        sa.Column("id", sa.Integer(), nullable=False),
        _key("contact_group", "user"),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_group")),
    )
    op.create_table(
        "grouped_contact",
        _key("grouped_contact", "contact_group", "group_id"),
        _key("grouped_contact", "person"),
        sa.PrimaryKeyConstraint("group_id", "person_id", name=op.f("pk_grouped_contact")),
    )
    op.create_table(
        "recent_view",
        _key("recent_view", "user"),
        _key("recent_view", "person"),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "person_id", name=op.f("pk_recent_view")),
    )
    op.create_table(
        "recent_off",
        _key("recent_off", "user"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_recent_off")),
    )
    op.create_table(
        "calendar_feed",
        _key("calendar_feed", "user"),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    for table in ("contact", "grouped_contact", "recent_view"):
        op.create_index(op.f(f"ix_{table}_person_id"), table, ["person_id"])
    op.create_index(op.f("ix_contact_group_user_id"), "contact_group", ["user_id"])


def downgrade() -> None:
    """Take this step back; contacts, notes and addresses of calendars are forgotten."""
    for table in TABLES:
        op.drop_table(table)


def _key(table: str, owner: str, column: str = "") -> sa.Column[int]:
    name = column or f"{owner}_id"
    return sa.Column(
        name,
        sa.Integer(),
        sa.ForeignKey(f"{owner}.id", name=op.f(f"fk_{table}_{name}"), ondelete="CASCADE"),
        nullable=False,
    )
