"""The two records that may be put together, each with what decides about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lupweb.accounts.grants import RANK, roles_named
from lupweb.accounts.models import User
from lupweb.accounts.roles import Role
from lupweb.accounts.sentences import Entry
from lupweb.accounts.standings import Reason, entries_of, reasons
from lupweb.database import compact_json, db
from lupweb.directories.models import Directory, Identity
from lupweb.errors import InvalidValue, NotFound
from lupweb.people.models import Person
from lupweb.people.names import colour_of, initials_of
from lupweb.people.queries import LARGEST_ID, group_names, groups_of
from lupweb.people.states import PersonState
from lupweb.texts import _


@dataclass(frozen=True)
class Side:
    """One of the two records.

    :param groups: their names
    :param place: position of the first directory that has an entry now; None: none has
    """

    person: Person
    entries: Sequence[Entry]
    reasons: Sequence[Reason]
    group_ids: frozenset[int]
    groups: Sequence[str]
    role: Role
    place: int | None

    @property
    def handle(self) -> str:
        """Return what names the record in addresses."""
        return f"id:{self.person.id}"

    @property
    def directories(self) -> frozenset[str]:
        """Return the keys of the directories that have an entry now."""
        return frozenset(each.directory_key for each in self.entries if not each.is_gone)

    @property
    def picture(self) -> str:
        """Return the hash of the picture, or ""."""
        return self.person.picture_hash

    @property
    def initials(self) -> str:
        """Return the letters that stand for the name."""
        return initials_of(self.person.name)

    @property
    def colour(self) -> int:
        """Return the number of the colour."""
        return colour_of(self.person.id)


def better_first(ids: tuple[int, int]) -> tuple[int, int]:
    """Return which of two records should stay, and which go; two queries.

    The one in a directory, of two the one in the directory that goes first; else the active one;
    else the first that is named.
    """
    places = _places(ids)
    rows = select(Person.id, Person.state).where(Person.id.in_(ids))
    states: dict[int, PersonState] = dict(db.session.execute(rows).all())

    def rank(id_: int) -> tuple[bool, int, bool]:
        place = places.get(id_)
        return place is None, place or 0, states.get(id_) != PersonState.ACTIVE

    first, second = sorted(ids, key=rank)
    return first, second


def sides(ids: tuple[int, int], options: Mapping[str, Any]) -> tuple[Side, Side]:
    """Return two records, as they are stored now; a constant number of queries.

    :raises NotFound: if one of them does not exist
    """
    if max(ids) > LARGEST_ID:
        raise NotFound(_("There is no such person."))
    rows = select(Person).where(Person.id.in_(ids)).execution_options(populate_existing=True)
    people = {each.id: each for each in db.session.scalars(rows)}
    if not set(ids) <= people.keys():
        raise NotFound(_("There is no such person."))
    entries, places, groups = entries_of(ids), _places(ids), groups_of(list(ids))
    why = reasons(list(people.values()), options)
    names, roles = group_names(), _roles(list(people.values()))
    first, second = (
        Side(
            person=people[id_],
            entries=entries.get(id_, []),
            reasons=why[id_],
            group_ids=groups[id_],
            groups=sorted(names[group] for group in groups[id_]),
            role=roles[id_],
            place=places.get(id_),
        )
        for id_ in ids
    )
    return first, second


def _roles(people: Sequence[Person]) -> dict[int, Role]:
    """Return the highest role that an account, a group or a login names for each."""
    ids = [each.id for each in people]
    own = db.session.execute(select(Person.id, User.role).join(User).where(Person.id.in_(ids)))
    found = {each.id: [Role.EMPLOYEE] for each in people}
    for id_, role in own:
        found[id_].append(Role(role))
    for id_, roles in roles_named(people).items():
        found[id_] += roles
    return {id_: max(roles, key=RANK.__getitem__) for id_, roles in found.items()}


def _places(ids: Sequence[int]) -> dict[int, int]:
    rows = (
        select(Identity.person_id, Directory.position)
        .join(Directory, Directory.id == Identity.directory_id)
        .where(Identity.person_id.in_(ids), Identity.is_gone.is_(False), Directory.is_enabled)
        .order_by(Directory.position.desc())
    )
    return dict(db.session.execute(rows).all())


def supplier_of(kept: Side, other: Side) -> Side | None:
    """Return whose entry supplies the values afterwards: the one in the first directory."""
    held = [each for each in (kept, other) if each.place is not None]
    return min(held, key=lambda each: each.place or 0, default=None)


def refuse_impossible(kept: Side, other: Side) -> None:
    """Refuse what can never be put together.

    :raises InvalidValue: for one record, one that was merged, or two entries of one directory
    """
    if kept.person.id == other.person.id:
        raise InvalidValue(_("This is one record. Choose two. Nothing was changed."))
    for each in (kept, other):
        if each.person.state == PersonState.MERGED:
            raise InvalidValue(
                _(
                    "“%(login)s” has been merged already. Nothing was changed.",
                    login=each.person.login,
                )
            )
    shared = {each.directory for each in kept.entries if not each.is_gone} & {
        each.directory for each in other.entries if not each.is_gone
    }
    if shared:
        raise InvalidValue(
            _(
                "Both have an entry in %(directory)s now. Two entries of one directory are two"
                " accounts: each run would write the values of the one over those of the other."
                " Take one entry away there, or leave it out by the filter, and read again."
                " Nothing was changed.",
                directory=", ".join(sorted(shared)),
            )
        )


def facts_of(side: Side) -> list[str]:
    """Return what the page says of a record beside its values, so that a change of it is seen."""
    person = side.person
    entries = [[each.directory_key, each.dn, each.is_gone] for each in side.entries]
    said = [person.id, person.login, person.name, person.email, str(person.state)]
    said += [person.picture_hash, str(side.role)]
    is_barred = person.barred_at is not None
    return [compact_json([*said, is_barred, sorted(side.group_ids), entries])]
