"""plans of runs: what a dry run found, what a guard held, what an undo takes back."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Bring a database of the version before to this one; what runs held stays held."""
    # not in a batch: SQLite would make the table anew, which other rows name
    op.add_column(
        "run", sa.Column("dry_run", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("run", sa.Column("about_run_id", sa.Integer(), nullable=True))
    op.add_column("run", sa.Column("guards", sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "plan_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("unique_id", sa.String(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("guard", sa.String(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("entry", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_plan_item_run_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_plan_item_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_item")),
    )
    op.create_index("ix_plan_item_run_id_unique_id", "plan_item", ["run_id", "unique_id"])
    op.create_index("ix_plan_item_person_id", "plan_item", ["person_id"])
    op.execute(
        "INSERT INTO plan_item"
        " (run_id, person_id, unique_id, login, name, action, guard, changes, entry)"
        " SELECT held.run_id, held.person_id, '', person.login, person.name, held.action,"
        " CASE held.action WHEN 'hide' THEN 'removal' ELSE 'disable' END, '{}', '{}'"
        " FROM held_person AS held JOIN person ON person.id = held.person_id"
    )
    op.execute("UPDATE run SET held_digest = '' WHERE state = 'held'")
    op.drop_table("held_person")


def downgrade() -> None:
    """Take this step back; runs hold nothing then, and the next ones look again."""
    op.create_table(
        "held_person",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_held_person_person_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_held_person_run_id")),
        sa.PrimaryKeyConstraint("run_id", "person_id", "action", name=op.f("pk_held_person")),
    )
    op.drop_index("ix_plan_item_person_id", "plan_item")
    op.drop_index("ix_plan_item_run_id_unique_id", "plan_item")
    op.drop_table("plan_item")
    op.drop_column("run", "guards")
    op.drop_column("run", "about_run_id")
    op.drop_column("run", "dry_run")
