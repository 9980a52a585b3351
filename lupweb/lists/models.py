"""Lists that somebody saved, and which of them people start on."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lupweb.database import Document, Model


class SavedList(Model):
    """Conditions by which people are found, under a name, and how they are laid out.

    `owner_id` is the account whose own it is; None: it is part of the set-up, shared with everybody
    or with the groups of `SavedListGroup`. `query` is written in the filter language; `address`
    holds words, chosen values and letter as the address of the people page writes them. `columns`
    are keys of fields; none: the columns of the site.
    """

    __tablename__ = "saved_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    position: Mapped[int] = mapped_column(default=1)
    query: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    view: Mapped[str] = mapped_column(default="cards")
    sort: Mapped[str] = mapped_column(default="name")
    columns: Mapped[list[str]] = mapped_column(Document, default=list)


class SavedListGroup(Model):
    """A group that a shared list is offered to; without any, it is offered to everybody."""

    __tablename__ = "saved_list_group"

    list_id: Mapped[int] = mapped_column(ForeignKey("saved_list.id"), primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id"), primary_key=True, index=True)


class StartPage(Model):
    """Where the people of a group start; the first row that fits somebody decides.

    `group_id` None: everybody. A row leads to a list, or to the address of another page.
    """

    __tablename__ = "start_page"

    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(default=1)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("group.id"), index=True)
    list_id: Mapped[int | None] = mapped_column(ForeignKey("saved_list.id"), index=True)
    page: Mapped[str] = mapped_column(default="")
