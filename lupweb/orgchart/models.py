"""Org charts, as administrators define them, and where everybody stands in each."""

from sqlalchemy import Index, text, true
from sqlalchemy.orm import Mapped, mapped_column

from lupweb.database import Document, Model
from lupweb.orgchart.tree import Flaw


class OrgChart(Model):
    """A chart, and the user-select fields whose values are its lines.

    `top` are logins; none: everybody without a manager who has reports. One that `is_outdated` is
    counted anew by the next run, or by the next round of the scheduler.
    """

    __tablename__ = "org_chart"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    position: Mapped[int] = mapped_column(default=1)
    manager_field: Mapped[str]
    dotted_fields: Mapped[list[str]] = mapped_column(Document, default=list)
    top: Mapped[list[str]] = mapped_column(Document, default=list)
    is_outdated: Mapped[bool] = mapped_column(default=True, server_default=true())


_HAS_FLAW = text("flaw IS NOT NULL")


class SubtreeCount(Model):
    """Where an active person stands in a chart, circles cut, and how many people are below.

    Made of the narrow index by `keeping.py` alone, for everybody who is active and nobody else.
    `above_id`, `flaw`, `direct` and `total` are those of `tree.Branch`; `sort_name` is the
    person's, so that the first of 20,000 reports are found without reading the others. No foreign
    keys: they would be checked for each of 100,000 rows that are made of rows that are there.
    """

    __tablename__ = "subtree_count"
    __table_args__ = (
        Index("ix_subtree_count_level", "chart_id", "above_id", "sort_name", "person_id"),
        Index(
            "ix_subtree_count_flaw",
            "chart_id",
            "flaw",
            "sort_name",
            "person_id",
            sqlite_where=_HAS_FLAW,
            postgresql_where=_HAS_FLAW,
        ),
        {"sqlite_with_rowid": False},
    )

    chart_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    above_id: Mapped[int]
    flaw: Mapped[Flaw | None]
    direct: Mapped[int]
    total: Mapped[int]
    sort_name: Mapped[str]
