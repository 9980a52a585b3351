"""facets: columns of small numbers, counted without reading people."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

BYTEWISE = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Bring a database of the version before to this one."""
    _order_names_by_bytes("C")
    columns = op.create_table(
        "people_column",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("field_id", sa.Integer(), nullable=True),
        sa.Column("meaning", sa.String(), nullable=False),
        sa.Column("next_code", sa.Integer(), nullable=False),
        sa.Column("refill_at", sa.Integer(), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["field_id"],
            ["profile_field.id"],
            name=op.f("fk_people_column_field_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_column")),
        sa.UniqueConstraint("field_id", name=op.f("uq_people_column_field_id")),
    )
    op.create_table(
        "people_block",
        sa.Column("column_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("codes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["column_id"],
            ["people_column.id"],
            name=op.f("fk_people_block_column_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("column_id", "number", name=op.f("pk_people_block")),
    )
    op.create_table(
        "people_value",
        sa.Column("column_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("sort", BYTEWISE, nullable=False),
        sa.ForeignKeyConstraint(
            ["column_id"],
            ["people_column.id"],
            name=op.f("fk_people_value_column_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("column_id", "code", name=op.f("pk_people_value")),
    )
    op.create_index(
        "ix_people_value_column_id_digest", "people_value", ["column_id", "digest"], unique=True
    )
    op.create_index("ix_people_value_column_id_sort", "people_value", ["column_id", "sort", "code"])
    fixed = {"field_id": None, "meaning": "", "refill_at": 0, "token": 0}
    op.bulk_insert(
        columns, [{"id": 1, "next_code": 256, **fixed}, {"id": 2, "next_code": 65_536, **fixed}]
    )


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("people_value")
    op.drop_table("people_block")
    op.drop_table("people_column")
    _order_names_by_bytes("default")


def _order_names_by_bytes(collation: str) -> None:
    """Let PostgreSQL order last names as SQLite does, whatever language the database speaks."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f'ALTER TABLE person ALTER sort_name TYPE VARCHAR COLLATE "{collation}"')
