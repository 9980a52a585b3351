"""Which lists there are, whom they are offered to, and where people start."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lupweb.accounts.viewers import Viewer
from lupweb.database import db
from lupweb.lists.contents import ListContent
from lupweb.lists.models import SavedList, SavedListGroup, StartPage
from lupweb.people.models import Group

GONE = "gone"
"""As `Group.trouble` says it."""


@dataclass(frozen=True)
class ListLine:
    """A list as it is stored.

    :param owner_id: account whose own it is; None: shared
    :param groups: ids of the groups that a shared list is offered to; none: everybody
    """

    id: int
    key: str
    name: str
    owner_id: int | None
    content: ListContent
    groups: frozenset[int] = frozenset()

    @property
    def is_shared(self) -> bool:
        """Return whether it is part of the set-up, and nobody's own."""
        return self.owner_id is None


@dataclass(frozen=True)
class StartRow:
    """Where some people start: on a list, or on another page.

    :param group_id: of the group that they are in; None: everybody
    """

    group_id: int | None
    list_id: int | None
    page: str


@dataclass(frozen=True)
class SharedLists:
    """The part of the set-up that is about lists, in its order."""

    lists: Sequence[ListLine] = ()
    starts: Sequence[StartRow] = ()


def shared_lists() -> SharedLists:
    """Return the lists that are nobody's own, and where people start; three queries."""
    groups: dict[int, set[int]] = defaultdict(set)
    for row in db.session.execute(select(SavedListGroup.list_id, SavedListGroup.group_id)):
        groups[row.list_id].add(row.group_id)
    shared = select(SavedList).where(SavedList.owner_id.is_(None))
    in_order = shared.order_by(SavedList.position, SavedList.id)
    found = [_line(each, groups[each.id]) for each in db.session.scalars(in_order)]
    starts = select(StartPage.group_id, StartPage.list_id, StartPage.page)
    rows = db.session.execute(starts.order_by(StartPage.position, StartPage.id))
    return SharedLists(found, [StartRow(*row) for row in rows])


def gone_groups() -> frozenset[str]:
    """Return the keys of the groups that the last run did not find in their directory; one query.

    They have no members any more: what is for them is for nobody.
    """
    return frozenset(db.session.scalars(select(Group.key).where(Group.trouble == GONE)))


def own_lists(account_id: int | None) -> list[ListLine]:
    """Return the lists of one account, by name; one query."""
    if account_id is None:
        return []
    mine = select(SavedList).where(SavedList.owner_id == account_id)
    lines = [_line(each) for each in db.session.scalars(mine)]
    return sorted(lines, key=lambda line: (line.name.casefold(), line.id))


def offered(viewer: Viewer, shared: Iterable[ListLine]) -> list[ListLine]:
    """Return those of the shared lists that are offered to `viewer`: to their groups, or to all."""
    return [line for line in shared if not line.groups or line.groups & viewer.groups]


def start_rows_for(viewer: Viewer, shared: SharedLists) -> list[StartRow]:
    """Return the rows that fit `viewer`, in their order."""
    return [row for row in shared.starts if row.group_id is None or row.group_id in viewer.groups]


def find_line(lines: Iterable[ListLine], key: str) -> ListLine | None:
    """Return the list of this key, or None."""
    return next((line for line in lines if line.key == key), None)


def _line(saved: SavedList, groups: Collection[int] = ()) -> ListLine:
    content = ListContent(
        query=saved.query,
        address=saved.address,
        view=saved.view,
        sort=saved.sort,
        columns=tuple(saved.columns),
    )
    return ListLine(saved.id, saved.key, saved.name, saved.owner_id, content, frozenset(groups))
