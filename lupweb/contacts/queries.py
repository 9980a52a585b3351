"""Whom an account keeps at hand: contacts and groups as rows, and who can be met at all."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, select

from lupweb.accounts.models import User
from lupweb.accounts.viewers import Viewer
from lupweb.contacts.models import Contact, ContactGroup, GroupedContact
from lupweb.database import db
from lupweb.errors import Forbidden, NotFound
from lupweb.people.models import Person
from lupweb.people.policies import hides_unlicensed, licensed, unlicensed_among
from lupweb.people.states import SHOWN
from lupweb.profiles.card_lists import card_list
from lupweb.profiles.cards import PersonCard
from lupweb.profiles.layout import Layout
from lupweb.profiles.readers import get_shown
from lupweb.search.folding import fold
from lupweb.texts import _

NO_GROUP = 0
"""Stands for the contacts that are in no group."""
STARRED = "SELECT person_id FROM contact WHERE user_id = {} AND removed_at IS NULL"
Options = Mapping[str, Any]
Groups = Sequence[tuple[int, str]]
Members = Mapping[int, frozenset[int]]


class ContactRow(NamedTuple):
    """A contact as it is stored, with what mail needs."""

    person_id: int
    note: str
    email: str


@dataclass(frozen=True)
class OneContact:
    """What the owner keeps about one person.

    :param groups: id, name, and whether the person stands in it, of every group of the owner
    """

    card: PersonCard
    note: str
    is_contact: bool
    groups: Sequence[tuple[int, str, bool]]


def owner_of(viewer: Viewer) -> int:
    """Return the account whose contacts these are.

    :raises Forbidden: if nobody signed in
    """
    if viewer.account_id is None:
        raise Forbidden(_("Contacts belong to whoever signed in."))
    return viewer.account_id


def hold_account(viewer: Viewer) -> int:
    """Return the account, held until the transaction ends: one change after the other.

    :raises Forbidden: if nobody signed in
    """
    owner = owner_of(viewer)
    db.session.execute(select(User.id).where(User.id == owner).with_for_update(of=User))
    return owner


def met(options: Options) -> ColumnElement[bool]:
    """Return who can be met on a page at all: active, and not left out for want of a licence."""
    is_shown = Person.state.in_(SHOWN)
    return and_(is_shown, licensed(options)) if hides_unlicensed(options) else is_shown


def get_met(viewer: Viewer, options: Options, handle: str) -> Person:
    """Return a person whom the viewer may keep at hand.

    :raises NotFound: if there is nobody, or nobody who can be met on a page
    """
    person = get_shown(viewer, handle)
    is_left_out = hides_unlicensed(options) and unlicensed_among([person.id], options)
    if person.state not in SHOWN or is_left_out:
        raise NotFound(_("Nobody is called “%(handle)s” here.", handle=handle))
    return person


def get_group(viewer: Viewer, group_id: int) -> ContactGroup:
    """Return a group of the viewer's.

    :raises NotFound: if the viewer has no such group
    """
    own = select(ContactGroup).where(
        ContactGroup.id == group_id, ContactGroup.user_id == owner_of(viewer)
    )
    found = db.session.scalar(own)
    if found is None:
        raise NotFound(_("There is no such group any more."))
    return found


def starred(viewer: Viewer) -> frozenset[int]:
    """Return the ids of the viewer's contacts, whoever can be met of them; one small query."""
    if viewer.account_id is None:
        return frozenset()
    connection = db.session.connection()
    own = STARRED.format("?" if connection.dialect.name == "sqlite" else "%s")
    return frozenset(connection.exec_driver_sql(own, (viewer.account_id,)).scalars())


def contact_ids(viewer: Viewer, options: Options, group_id: int | None = None) -> list[int]:
    """Return the contacts that can be met, or those of one group, by name; three queries at most.

    :param group_id: `NO_GROUP` for those in none; None: everybody
    :raises NotFound: if the viewer has no such group
    """
    rows = contact_rows(viewer, options)
    ids = [row.person_id for row in rows]
    return (
        ids
        if group_id is None
        else in_group(ids, group_names(viewer), members_of(viewer), group_id)
    )


def one_contact(viewer: Viewer, layout: Layout, options: Options, handle: str) -> OneContact:
    """Return what the viewer keeps about somebody, be it nothing; a constant number of queries.

    :raises Forbidden: if nobody signed in
    :raises NotFound: if there is nobody whom the viewer could meet on a page
    """
    owner = owner_of(viewer)
    person = get_met(viewer, options, handle)
    contact = db.session.get(Contact, (owner, person.id))
    members = members_of(viewer)
    return OneContact(
        card=card_list(viewer, layout, [person.id])[0],
        note=contact.note if contact else "",
        is_contact=contact is not None and contact.removed_at is None,
        groups=[
            (id_, name, person.id in members.get(id_, ())) for id_, name in group_names(viewer)
        ],
    )


def contact_rows(viewer: Viewer, options: Options) -> Sequence[ContactRow]:
    """Return number, note and address of the contacts that can be met, by name; one query."""
    own = (
        select(Contact.person_id, Contact.note, Person.email)
        .join(Person, Person.id == Contact.person_id)
        .where(Contact.user_id == owner_of(viewer), Contact.removed_at.is_(None), met(options))
        .order_by(Person.sort_name, Person.id)
    )
    return [ContactRow(*row) for row in db.session.execute(own)]


def group_names(viewer: Viewer) -> Groups:
    """Return id and name of the viewer's groups, by name; one query."""
    own = select(ContactGroup.id, ContactGroup.name).where(ContactGroup.user_id == owner_of(viewer))
    found = [(row.id, row.name) for row in db.session.execute(own)]
    return sorted(found, key=lambda group: fold(group[1]))


def members_of(viewer: Viewer) -> Members:
    """Return who stands in which of the viewer's groups; one query."""
    own = (
        select(GroupedContact.group_id, GroupedContact.person_id)
        .join(ContactGroup, ContactGroup.id == GroupedContact.group_id)
        .where(ContactGroup.user_id == owner_of(viewer))
    )
    found: dict[int, set[int]] = defaultdict(set)
    for group_id, person_id in db.session.execute(own):
        found[group_id].add(person_id)
    return {group_id: frozenset(people) for group_id, people in found.items()}


def in_group(ids: Sequence[int], groups: Groups, members: Members, group_id: int) -> list[int]:
    """Return those of `ids` who are in this group.

    :raises NotFound: if there is no such group
    """
    if group_id == NO_GROUP:
        in_one = frozenset[int]().union(*members.values())
        return [each for each in ids if each not in in_one]
    if group_id not in dict(groups):
        raise NotFound(_("There is no such group any more."))
    return [each for each in ids if each in members.get(group_id, ())]
