"""administration of people: barred, merged, last sign-in."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Bring a database of the version before to this one."""
    # not in a batch: SQLite would make the tables anew, which other rows name
    op.add_column("person", sa.Column("barred_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("person", sa.Column("barred_by", sa.String(), nullable=True))
    op.add_column("person", sa.Column("merged_into_id", sa.Integer(), nullable=True))
    op.add_column("user", sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_person_merged_into_id", "person", ["merged_into_id"])
    op.create_index(
        "ix_person_state_is_listed_barred_at", "person", ["state", "is_listed", "barred_at"]
    )
    op.create_table(
        "person_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("merged_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["kept_id"], ["person.id"], name=op.f("fk_person_merge_kept_id")),
        sa.ForeignKeyConstraint(
            ["merged_id"], ["person.id"], name=op.f("fk_person_merge_merged_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merge")),
    )
    op.create_index("ix_person_merge_kept_id", "person_merge", ["kept_id"])
    op.create_index("ix_person_merge_merged_id", "person_merge", ["merged_id"])


def downgrade() -> None:
    """Take this step back; records that were merged are missing then."""
    op.drop_table("person_merge")
    op.execute("UPDATE person SET state = 'missing' WHERE state = 'merged'")
    op.drop_index("ix_person_state_is_listed_barred_at", "person")
    op.drop_index("ix_person_merged_into_id", "person")
    op.drop_column("user", "last_sign_in_at")
    op.drop_column("person", "merged_into_id")
    op.drop_column("person", "barred_by")
    op.drop_column("person", "barred_at")
