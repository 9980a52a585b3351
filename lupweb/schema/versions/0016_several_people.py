"""several people: the index of whom values name has a row for each person of a field."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from lupweb.profiles.references import reference

revision = "0016"
down_revision = "0015"

SEVERAL = "multi_user_select"
BLOCK = 1_000
PERSON = sa.table(
    "person",
    sa.column("id", sa.Integer),
    sa.column("merged_into_id", sa.Integer),
    sa.column("document", sa.JSON),
)
FIELD = sa.table(
    "profile_field", *(sa.column(name) for name in ("id", "key", "type_key", "removed_at"))
)
ROWS = sa.table(
    "indexed_value",
    *(
        sa.column(name)
        for name in ("person_id", "field_id", "place", "value", "key", "is_dn", "referred_id")
    ),
)


def upgrade() -> None:
    """Bring a database of the version before to this one."""
    _rebuild(sa.Column("place", sa.Integer(), nullable=False, server_default="0"))
    for rows in _rows_of_several():
        op.bulk_insert(ROWS, rows)


def downgrade() -> None:
    """Take this step back."""
    several = sa.select(FIELD.c.id).where(FIELD.c.type_key == SEVERAL)
    op.execute(sa.delete(ROWS).where(ROWS.c.field_id.in_(several)))
    _rebuild(None)


def _rebuild(place: sa.Column[int] | None) -> None:
    """Make the table anew in the order of its key: with a place in it, or without."""
    how: dict[str, Any] = {}
    if op.get_bind().dialect.name == "sqlite":
        how = {"recreate": "always", "table_kwargs": {"sqlite_with_rowid": False}}
    with op.batch_alter_table("indexed_value", **how) as batch_op:
        batch_op.drop_constraint("pk_indexed_value", type_="primary")
        columns = ["person_id", "field_id"]
        if place is None:
            batch_op.drop_column("place")
        else:
            batch_op.add_column(place)
            columns.append("place")
        batch_op.create_primary_key("pk_indexed_value", columns)


def _rows_of_several() -> Iterator[list[dict[str, object]]]:
    """Yield rows for what people have in fields for several people; nothing without such fields.

    Whom a number names is known; DNs are resolved by the next run.
    """
    connection = op.get_bind()
    wanted = sa.select(FIELD.c.id, FIELD.c.key).where(
        FIELD.c.type_key == SEVERAL, FIELD.c.removed_at.is_(None)
    )
    fields = connection.execute(wanted).all()
    if not fields:
        return
    human = sa.func.coalesce(PERSON.c.merged_into_id, PERSON.c.id)
    humans = {f"id:{id_}": who for id_, who in connection.execute(sa.select(PERSON.c.id, human))}
    after = 0
    following = sa.select(PERSON.c.id, PERSON.c.document).order_by(PERSON.c.id).limit(BLOCK)
    while people := connection.execute(following.where(PERSON.c.id > after)).all():
        after = people[-1].id
        yield [
            {
                "person_id": person.id, "field_id": field.id, "place": place, "value": item,
                "key": (meant := reference(field.id, item)).key, "is_dn": meant.is_dn,
                "referred_id": humans.get(item),
            }
            for person in people
            for field in fields
            for place, item in enumerate(_items(person.document, field.key))
        ]  # fmt: skip


def _items(document: dict[str, dict[str, str]], key: str) -> list[str]:
    return [line for line in document.get("values", {}).get(key, "").split("\n") if line]
