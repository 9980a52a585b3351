"""Star people, put them into groups of one's own, write notes about them.

Nobody but the owner is ever told any of it: no administrator, no export, no log.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select

from lupweb import clock
from lupweb.accounts.viewers import Viewer
from lupweb.contacts.models import Contact, ContactGroup, GroupedContact
from lupweb.contacts.queries import get_group, get_met, hold_account, owner_of
from lupweb.database import db
from lupweb.errors import InvalidValue
from lupweb.field_types.base import typed_text
from lupweb.texts import _

LONGEST_NOTE = 1_000
LONGEST_NAME = 60
MOST_CONTACTS = 500
MOST_GROUPS = 50
KEPT = timedelta(days=30)
"""How long note and groups of somebody who was taken out come back with a new star."""
Options = Mapping[str, Any]


def star(viewer: Viewer, options: Options, handle: str) -> int:
    """Put somebody into the viewer's contacts; return the person's id; in a transaction.

    :raises Forbidden: if nobody signed in
    :raises NotFound: if there is nobody whom the viewer could meet on a page
    :raises InvalidValue: if there is no more room
    """
    owner = hold_account(viewer)
    person_id = get_met(viewer, options, handle).id
    contact = db.session.get(Contact, (owner, person_id))
    if contact is not None and contact.removed_at is None:
        return person_id
    _refuse_too_many(owner)
    if contact is None:
        db.session.add(Contact(user_id=owner, person_id=person_id))
    else:
        contact.removed_at = None
    db.session.flush()
    return person_id


def unstar(viewer: Viewer, options: Options, handle: str) -> int:
    """Take somebody out; return the person's id; in a transaction.

    Note and groups stay for 30 days, in case it was a slip.

    :raises Forbidden: if nobody signed in
    :raises NotFound: if there is nobody whom the viewer could meet on a page
    """
    owner = hold_account(viewer)
    person_id = get_met(viewer, options, handle).id
    contact = db.session.get(Contact, (owner, person_id))
    if contact is not None and contact.removed_at is None:
        contact.removed_at = clock.now()
        db.session.flush()
    _forget_old(owner)
    return person_id


def change_contact(
    viewer: Viewer,
    options: Options,
    handle: str,
    note: str,
    group_ids: Collection[int],
    new_group: str = "",
) -> None:
    """Store the note about a contact, and the groups it stands in; in a transaction.

    Somebody who is no contact yet becomes one.

    :param group_ids: of the viewer's groups; what else is in it is ignored
    :param new_group: the name of one more; "" for none
    :raises Forbidden: if nobody signed in
    :raises NotFound: if there is nobody whom the viewer could meet on a page
    :raises InvalidValue: if the note is too long, or there is no more room
    """
    text = _note(note)
    person_id = star(viewer, options, handle)
    owner = owner_of(viewer)
    db.session.get_one(Contact, (owner, person_id)).note = text
    own = set(db.session.scalars(select(ContactGroup.id).where(ContactGroup.user_id == owner)))
    wanted = own & set(group_ids)
    if new_group.strip():
        wanted.add(add_group(viewer, new_group))
    db.session.execute(
        delete(GroupedContact).where(
            GroupedContact.person_id == person_id, GroupedContact.group_id.in_(own)
        )
    )
    if wanted:
        rows = [{"group_id": each, "person_id": person_id} for each in sorted(wanted)]
        db.session.execute(insert(GroupedContact), rows)


def add_group(viewer: Viewer, name: str) -> int:
    """Make a group; return its id; in a transaction. One of that name is the same one.

    :raises Forbidden: if nobody signed in
    :raises InvalidValue: if the name is empty or too long, or there is no more room
    """
    owner = hold_account(viewer)
    name = _group_name(name)
    same = _called(owner, name)
    if same is not None:
        return same.id
    own = select(func.count(ContactGroup.id)).where(ContactGroup.user_id == owner)
    if (db.session.scalar(own) or 0) >= MOST_GROUPS:
        raise InvalidValue(
            _("There is room for %(most)s groups. Remove one first.", most=MOST_GROUPS)
        )
    group = ContactGroup(user_id=owner, name=name)
    db.session.add(group)
    db.session.flush()
    return group.id


def rename_group(viewer: Viewer, group_id: int, name: str) -> None:
    """Give a group another name; in a transaction.

    :raises Forbidden: if nobody signed in
    :raises NotFound: if the viewer has no such group
    :raises InvalidValue: if the name is empty, too long, or that of another group
    """
    owner = hold_account(viewer)
    group = get_group(viewer, group_id)
    name = _group_name(name)
    same = _called(owner, name)
    if same is not None and same.id != group.id:
        raise InvalidValue(_("You have a group of this name already. Choose another one."))
    group.name = name


def remove_group(viewer: Viewer, group_id: int) -> str:
    """Remove a group and return its name; who stood in it stays a contact; in a transaction.

    :raises Forbidden: if nobody signed in
    :raises NotFound: if the viewer has no such group
    """
    hold_account(viewer)
    group = get_group(viewer, group_id)
    db.session.execute(delete(GroupedContact).where(GroupedContact.group_id == group.id))
    db.session.delete(group)
    return group.name


def _called(owner: int, name: str) -> ContactGroup | None:
    """Return the owner's group of this name, however it is written."""
    own = db.session.scalars(select(ContactGroup).where(ContactGroup.user_id == owner))
    return next((each for each in own if each.name.casefold() == name.casefold()), None)


def _group_name(typed: str) -> str:
    name = " ".join(typed_text(typed).split())
    if not name:
        raise InvalidValue(_("The group needs a name."))
    if len(name) > LONGEST_NAME:
        raise InvalidValue(
            _("The name is longer than %(most)s characters. Shorten it.", most=LONGEST_NAME)
        )
    return name


def _note(typed: str) -> str:
    note = typed_text(typed, multiline=True).strip()
    if len(note) > LONGEST_NOTE:
        raise InvalidValue(
            _(
                "The note is %(length)s characters long; there is room for %(most)s. Shorten it.",
                length=len(note),
                most=LONGEST_NOTE,
            )
        )
    return note


def _refuse_too_many(owner: int) -> None:
    there = select(func.count()).where(Contact.user_id == owner, Contact.removed_at.is_(None))
    if (db.session.scalar(there) or 0) >= MOST_CONTACTS:
        raise InvalidValue(
            _(
                "There is room for %(most)s contacts. Take somebody out first. Nothing changed.",
                most=MOST_CONTACTS,
            )
        )


def _forget_old(owner: int) -> None:
    """Forget whom the owner took out long enough ago, notes and groups included."""
    old = select(Contact.person_id).where(
        Contact.user_id == owner, Contact.removed_at <= clock.now() - KEPT
    )
    ids = list(db.session.scalars(old))
    if ids:
        own = select(ContactGroup.id).where(ContactGroup.user_id == owner)
        db.session.execute(
            delete(GroupedContact).where(
                GroupedContact.person_id.in_(ids), GroupedContact.group_id.in_(own)
            )
        )
        db.session.execute(
            delete(Contact).where(Contact.user_id == owner, Contact.person_id.in_(ids))
        )
