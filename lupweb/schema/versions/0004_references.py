"""references: the form in which a value that names a person is compared, and found."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from lupweb.profiles.references import reference

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Bring a database of the version before to this one."""
    op.drop_index("ix_indexed_value_referred_id", "indexed_value")  # the one with field_id serves
    with op.batch_alter_table("indexed_value") as batch_op:
        batch_op.add_column(sa.Column("key", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("is_dn", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    _fill()
    with op.batch_alter_table("indexed_value", **_rebuilt(with_rowid=False)) as batch_op:
        batch_op.alter_column("key", server_default=None)
        batch_op.alter_column("is_dn", server_default=None)
    with op.batch_alter_table("membership", **_rebuilt(with_rowid=False)):
        pass
    op.drop_index("ix_identity_dn_folded", "identity")
    op.create_index("ix_identity_dn_folded_directory_id", "identity", ["dn_folded", "directory_id"])


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("ix_identity_dn_folded_directory_id", "identity")
    op.create_index("ix_identity_dn_folded", "identity", ["dn_folded"])
    with op.batch_alter_table("membership", **_rebuilt(with_rowid=True)):
        pass
    with op.batch_alter_table("indexed_value", **_rebuilt(with_rowid=True)) as batch_op:
        batch_op.drop_column("is_dn")
        batch_op.drop_column("key")
    op.create_index("ix_indexed_value_referred_id", "indexed_value", ["referred_id"])


def _rebuilt(*, with_rowid: bool) -> dict[str, Any]:
    """Return how SQLite makes a table anew, so that it is kept in the order of its key or not.

    In that order there is one tree less to write for each row.
    """
    if op.get_bind().dialect.name != "sqlite":
        return {}
    return {"recreate": "always", "table_kwargs": {"sqlite_with_rowid": with_rowid}}


def _fill() -> None:
    table = sa.table(
        "indexed_value",
        *(sa.column(name) for name in ("person_id", "field_id", "value", "key", "is_dn")),
    )
    rows = op.get_bind().execute(sa.select(table.c.person_id, table.c.field_id, table.c.value))
    found = [
        {
            "_person": row.person_id,
            "_field": row.field_id,
            "key": (meant := reference(row.field_id, row.value)).key,
            "is_dn": meant.is_dn,
        }
        for row in rows
    ]
    if found:
        op.get_bind().execute(
            sa.update(table).where(
                table.c.person_id == sa.bindparam("_person"),
                table.c.field_id == sa.bindparam("_field"),
            ),
            found,
        )
