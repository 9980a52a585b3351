"""Contacts follow when two records of one person are put together, and go back with them.

The record that was merged stays a contact of whoever starred it; nobody meets it, so it is not
shown until the two are taken apart. What is added in its place is remembered by numbers alone: no
note of anybody stands in the record of a merge.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from lupweb.accounts.models import User
from lupweb.contacts.models import Contact, ContactGroup, GroupedContact
from lupweb.database import db


def carry(kept_id: int, other_id: int) -> dict[str, Any]:
    """Let who starred `other_id` have starred `kept_id`, and give one account the contacts of both.

    In a transaction, before the accounts themselves are put together.

    :returns: what `carry_back` wants to know
    """
    starred_by = [
        user_id for user_id in _owners(other_id) if _copy(user_id, other_id, user_id, kept_id)
    ]
    accounts = {
        user.person_id: user.id
        for user in db.session.scalars(select(User).where(User.person_id.in_([kept_id, other_id])))
    }
    given: list[int] = []
    if len(accounts) == 2:
        given = _share(accounts[other_id], accounts[kept_id])
    return {"starred_by": starred_by, "given": given}


def carry_back(kept_id: int, other_id: int, moved: Mapping[str, Sequence[int]]) -> None:
    """Take back what `carry` added, as far as nobody wrote anything else about it since.

    In a transaction, before the accounts themselves are taken apart.
    """
    for user_id in moved.get("starred_by", ()):
        _take_back((user_id, kept_id), (user_id, other_id))
    accounts = {
        user.person_id: user.id
        for user in db.session.scalars(select(User).where(User.person_id.in_([kept_id, other_id])))
    }
    if len(accounts) == 2:
        for person_id in moved.get("given", ()):
            _take_back((accounts[kept_id], person_id), (accounts[other_id], person_id))


def _owners(person_id: int) -> list[int]:
    starring = select(Contact.user_id).where(
        Contact.person_id == person_id, Contact.removed_at.is_(None)
    )
    return list(db.session.scalars(starring.order_by(Contact.user_id)))


def _share(from_user: int, to_user: int) -> list[int]:
    """Give one account the contacts of another; return who was new to it."""
    theirs = select(Contact.person_id).where(
        Contact.user_id == from_user, Contact.removed_at.is_(None)
    )
    return [
        person_id
        for person_id in db.session.scalars(theirs).all()
        if _copy(from_user, person_id, to_user, person_id)
    ]


def _copy(from_user: int, from_person: int, to_user: int, to_person: int) -> bool:
    """Let a contact stand elsewhere as well; return whether there was none.

    Two notes about the same human become one.
    """
    source = db.session.get_one(Contact, (from_user, from_person))
    target = db.session.get(Contact, (to_user, to_person))
    is_new = target is None or target.removed_at is not None
    if target is None:
        target = Contact(user_id=to_user, person_id=to_person, note="")
        db.session.add(target)
    notes = [] if is_new else [target.note]
    target.note = "\n".join(dict.fromkeys(each for each in [*notes, source.note] if each))
    target.removed_at = None
    db.session.flush()
    _join_groups((from_user, from_person), (to_user, to_person))
    return is_new


def _join_groups(source: tuple[int, int], target: tuple[int, int]) -> None:
    """Put a contact into the groups of another one, by name where they are another account's."""
    names = _groups_of(*source)
    own = {
        group.name: group.id
        for group in db.session.scalars(
            select(ContactGroup).where(ContactGroup.user_id == target[0])
        )
    }
    there = _groups_of(*target)
    for name in names - there:
        if name not in own:
            group = ContactGroup(user_id=target[0], name=name)
            db.session.add(group)
            db.session.flush()
            own[name] = group.id
        row = {"group_id": own[name], "person_id": target[1]}
        db.session.execute(insert(GroupedContact), [row])


def _groups_of(user_id: int, person_id: int) -> set[str]:
    names = (
        select(ContactGroup.name)
        .join(GroupedContact, GroupedContact.group_id == ContactGroup.id)
        .where(ContactGroup.user_id == user_id, GroupedContact.person_id == person_id)
    )
    return set(db.session.scalars(names))


def _take_back(added: tuple[int, int], source: tuple[int, int]) -> None:
    target = db.session.get(Contact, added)
    origin = db.session.get(Contact, source)
    if target is None or (origin is not None and target.note != origin.note):
        return
    own = select(ContactGroup.id).where(ContactGroup.user_id == added[0])
    db.session.execute(
        delete(GroupedContact).where(
            GroupedContact.person_id == added[1], GroupedContact.group_id.in_(own)
        )
    )
    db.session.delete(target)
    db.session.flush()
