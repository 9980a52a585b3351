"""What facets are counted from: one small number for each person and column, in blocks."""

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from lupweb.database import Model

STANDING = 1
"""The column that says who is shown, and who is listed."""
PLACE = 2
"""The column that says roughly where a person stands in the order of last names."""
FIXED = (STANDING, PLACE)
BYTEWISE = String().with_variant(String(collation="C"), "postgresql")
"""Text that both databases order by its bytes."""


class PeopleColumn(Model):
    """One column: a field's values, or one of the two that are always there.

    `meaning` says what the codes were made of; a field that means something else now is filled
    anew. Codes below `next_code` may be in use; from `refill_at` on, so many of them are thought to
    be out of use that the column is filled anew. Every write gives `STANDING` another `token`, so
    that what was counted before it is not taken for what is counted after it.
    """

    __tablename__ = "people_column"

    id: Mapped[int] = mapped_column(primary_key=True)
    field_id: Mapped[int | None] = mapped_column(
        ForeignKey("profile_field.id", ondelete="CASCADE"), unique=True
    )
    meaning: Mapped[str] = mapped_column(default="")
    next_code: Mapped[int] = mapped_column(default=1)
    refill_at: Mapped[int] = mapped_column(default=0)
    token: Mapped[int] = mapped_column(BigInteger, default=0)


class PeopleBlock(Model):
    """The codes of people with consecutive ids; 0 is no value."""

    __tablename__ = "people_block"

    column_id: Mapped[int] = mapped_column(
        ForeignKey("people_column.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    codes: Mapped[bytes] = mapped_column(LargeBinary)


class PeopleValue(Model):
    """What a code of a field's column stands for: a value as it is stored, one or several in it.

    `digest` finds the code of a value, however long it is; equal `sort` is the same place in an
    order by this field.
    """

    __tablename__ = "people_value"
    __table_args__ = (
        Index("ix_people_value_column_id_digest", "column_id", "digest", unique=True),
        Index("ix_people_value_column_id_sort", "column_id", "sort", "code"),
    )

    column_id: Mapped[int] = mapped_column(
        ForeignKey("people_column.id", ondelete="CASCADE"), primary_key=True
    )
    code: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[str]
    digest: Mapped[bytes] = mapped_column(LargeBinary(16))
    sort: Mapped[str] = mapped_column(BYTEWISE)
