"""who is not the same person, what each server said it is, and limits of each directory."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

LIMITS = {"most_missing": "10", "most_missing_percent": "5"}


def upgrade() -> None:
    """Bring a database of the version before to this one."""
    op.create_table(
        "two_people",
        sa.Column("low_id", sa.Integer(), nullable=False),
        sa.Column("high_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["low_id"], ["person.id"], name=op.f("fk_two_people_low_id")),
        sa.ForeignKeyConstraint(["high_id"], ["person.id"], name=op.f("fk_two_people_high_id")),
        sa.PrimaryKeyConstraint("low_id", "high_id", name=op.f("pk_two_people")),
    )
    # not in a batch: SQLite would make the tables anew, which other rows name
    op.add_column("run", sa.Column("server", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("directory", sa.Column("server", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column(
        "directory", sa.Column("marks", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    for name, default in LIMITS.items():
        limit = sa.Column(name, sa.Integer(), nullable=False, server_default=default)
        op.add_column("directory", limit)


def downgrade() -> None:
    """Take this step back; pairs that were told apart are proposed again."""
    for name in ("server", "marks", *LIMITS):
        op.drop_column("directory", name)
    op.drop_column("run", "server")
    op.drop_table("two_people")
