"""Who is in which group, and why: asked by the pages of administrators. Reads only."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, func, or_, select

from lupweb.database import db
from lupweb.ldap.dn import first_value, fold_dn
from lupweb.people.models import Group, Membership, NestedGroup, Person
from lupweb.people.names import fold_login
from lupweb.people.policies import listed
from lupweb.people.states import PersonState

PER_PAGE = 50


class MemberCount(NamedTuple):
    """How many people a group has, and how many of them stand in the people directory."""

    everybody: int = 0
    shown: int = 0


@dataclass(frozen=True)
class Inside:
    """A group inside a group; `way` are the DNs from the outermost down to it."""

    id: int
    dn: str
    way: Sequence[str]

    @property
    def names(self) -> list[str]:
        """Return the names on the way down to it, its own the last."""
        return [first_value(dn) for dn in self.way]


@dataclass(frozen=True)
class Belonging:
    """That somebody is in a group, and why.

    :param inside: the nested group that names the person; None: the group itself does
    :param run_id: the run that found it; None: it was entered here
    """

    group_id: int
    person_id: int
    inside: Inside | None
    run_id: int | None


class MemberRow(NamedTuple):
    """One member; `is_shown` says whether they stand in the people directory."""

    id: int
    login: str
    state: PersonState
    is_shown: bool
    belonging: Belonging


@dataclass(frozen=True)
class MemberPage:
    """One page of the members of a group; `first` and `last` are places, counted from 1."""

    rows: Sequence[MemberRow] = ()
    total: int = 0
    number: int = 1
    count: int = 1

    @property
    def first(self) -> int:
        """Return the place of the first row; 0 if there is none."""
        return (self.number - 1) * PER_PAGE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """Return the place of the last row."""
        return self.first + len(self.rows) - 1 if self.rows else 0


@dataclass(frozen=True)
class GroupsInside:
    """The groups inside others, by their number."""

    by_id: Mapping[int, Inside] = field(default_factory=dict)

    def of(self, number: int | None) -> Inside | None:
        """Return the group of this number, or None."""
        return None if number is None else self.by_id.get(number)


def member_counts(options: Mapping[str, Any]) -> dict[int, MemberCount]:
    """Return how many people each group has that has any; one query."""
    shown = func.sum(case((listed(options), 1), else_=0))
    rows = (
        select(Membership.group_id, func.count(), shown)
        .join(Person, Person.id == Membership.person_id)
        .where(Person.state != PersonState.MERGED)
        .group_by(Membership.group_id)
    )
    return {id_: MemberCount(count, int(some)) for id_, count, some in db.session.execute(rows)}


def members(
    group_id: int, inside: GroupsInside, options: Mapping[str, Any], words: str, number: int
) -> MemberPage:
    """Return a page of the members of a group, by name; two queries.

    :param words: what stands in the name, the login or the mail address of those who are wanted
    :param number: of the page; one that is not there is the last
    """
    wanted = [Membership.group_id == group_id, Person.state != PersonState.MERGED]
    wanted += [_matches(word) for word in words.replace("\0", "").split()]
    of_group = Membership.person_id == Person.id
    counted = select(func.count()).select_from(Membership).join(Person, of_group).where(*wanted)
    total = db.session.scalar(counted) or 0
    count = max(1, -(-total // PER_PAGE))
    number = min(number, count)
    rows = (
        select(Person.id, Person.login, Person.state, case((listed(options), 1), else_=0),
               Membership.nested_id, Membership.run_id)
        .join(Membership, of_group)
        .where(*wanted)
        .order_by(Person.sort_name, Person.id)
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE)
    )  # fmt: skip
    found = [
        MemberRow(
            id_, login, state, bool(shown), Belonging(group_id, id_, inside.of(nested_id), run_id)
        )
        for id_, login, state, shown, nested_id, run_id in db.session.execute(rows)
    ]
    return MemberPage(found, total, number, count)


def groups_inside(group_ids: Collection[int]) -> GroupsInside:
    """Return every group inside one of these; one query."""
    rows = select(NestedGroup).where(NestedGroup.group_id.in_(group_ids)).order_by(NestedGroup.id)
    stored = {row.id: row for row in db.session.scalars(rows)}
    return GroupsInside(
        {id_: Inside(id_, row.dn, _way(row, stored)) for id_, row in stored.items()}
    )


def people_through(group_id: int) -> dict[int | None, int]:
    """Return how many people belong to a group through each nested one; None: through none."""
    rows = (
        select(Membership.nested_id, func.count())
        .where(Membership.group_id == group_id)
        .group_by(Membership.nested_id)
    )
    return dict(db.session.execute(rows).all())


def belongings(person_id: int) -> list[Belonging]:
    """Return the groups of a person, and why; two queries."""
    rows = db.session.execute(
        select(Membership.group_id, Membership.nested_id, Membership.run_id).where(
            Membership.person_id == person_id
        )
    ).all()
    inside = groups_inside({row.group_id for row in rows if row.nested_id is not None})
    return [
        Belonging(row.group_id, person_id, inside.of(row.nested_id), row.run_id) for row in rows
    ]


def waiting_logins(group_id: int, logins: Iterable[str]) -> list[str]:
    """Return which of the declared logins of a local group name no member; one query."""
    rows = (
        select(Person.login_folded)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.group_id == group_id)
    )
    there = set(db.session.scalars(rows))
    return [login for login in logins if fold_login(login) not in there]


def groups_by_dn(directory_id: int) -> dict[str, str]:
    """Return folded DN -> key of the groups that are declared of a directory; one query."""
    rows = select(Group.dn, Group.key).where(Group.directory_id == directory_id)
    return {fold_dn(dn): key for dn, key in db.session.execute(rows)}


def _matches(word: str) -> ColumnElement[bool]:
    """Return the condition that a word stands in a name, a login or a mail address.

    SQLite lowers plain letters only, so a name is also asked for as people write it.
    """
    folded = fold_login(word)
    columns = (
        Person.sort_name,
        Person.login_folded,
        func.lower(Person.name),
        func.lower(Person.email),
    )
    spelled = (Person.name.contains(each, autoescape=True) for each in {word, word.title()})
    return or_(*(column.contains(folded, autoescape=True) for column in columns), *spelled)


def _way(row: NestedGroup, stored: Mapping[int, NestedGroup]) -> list[str]:
    """Return the DNs from the outermost nested group down to this one."""
    way = [row.dn]
    met = {row.id}
    while row.inside_id is not None and row.inside_id in stored and row.inside_id not in met:
        row = stored[row.inside_id]
        met.add(row.id)
        way.append(row.dn)
    return way[::-1]
