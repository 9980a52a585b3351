"""Org charts, as administrators define them."""

from sqlalchemy.orm import Mapped, mapped_column

from lupweb.database import Document, Model


class OrgChart(Model):
    """A chart, and the user-select fields whose values are its lines.

    `top` are logins; none: everybody without a manager who has reports.
    """

    __tablename__ = "org_chart"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    position: Mapped[int] = mapped_column(default=1)
    manager_field: Mapped[str]
    dotted_fields: Mapped[list[str]] = mapped_column(Document, default=list)
    top: Mapped[list[str]] = mapped_column(Document, default=list)
