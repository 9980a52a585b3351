"""What belongs to a record and goes with it: entries, groups, past, account, contacts, names."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, and_, bindparam, delete, insert, select, update

from lupweb.accounts.grants import RANK
from lupweb.accounts.models import User
from lupweb.accounts.roles import Role
from lupweb.accounts.sessions import check_all_soon, close_sessions_of_people
from lupweb.audit.models import History
from lupweb.contacts.carrying import carry, carry_back
from lupweb.database import db
from lupweb.directories.models import Identity
from lupweb.lists.service import hand_over
from lupweb.notices.models import Notice
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.service import cancel
from lupweb.outbox.states import OPEN
from lupweb.people.models import Membership, Person
from lupweb.profiles.models import IndexedValue
from lupweb.runs.models import PlanItem

Moved = Mapping[str, Any]
OWNED = {"identities": Identity, "history": History, "notices": Notice}
"""What names a person and nothing else, by the kind under which it is remembered."""


def move(kept_id: int, other_id: int) -> dict[str, Any]:
    """Give one record what belongs to another; return what went, so that it can go back.

    What a run held of the other one is no longer held: the next run looks again.
    """
    db.session.execute(delete(PlanItem).where(PlanItem.person_id == other_id))
    return {
        **{kind: _own(kind, other_id, kept_id) for kind in OWNED},
        "memberships": _join(kept_id, other_id),
        "messages": _carry(kept_id, other_id),
        "named_by": _name(other_id, kept_id),
        "led_here": _lead(other_id, kept_id),
        "contacts": carry(kept_id, other_id),
        "account": _account(kept_id, other_id),
    }


def move_back(kept_id: int, other_id: int, moved: Moved) -> None:
    """Give back what went, as far as it is still where it went."""
    for kind in OWNED:
        _own(kind, kept_id, other_id, moved[kind])
    _carry_back(kept_id, other_id, moved.get("messages", []))
    _leave(kept_id, other_id, moved["memberships"])
    _name_again(kept_id, other_id, moved["named_by"])
    db.session.execute(
        update(Person)
        .where(Person.id.in_(moved["led_here"]), Person.merged_into_id == kept_id)
        .values(merged_into_id=other_id)
    )
    carry_back(kept_id, other_id, moved.get("contacts", {}))
    _give_account_back(kept_id, other_id, moved["account"])


def _own(kind: str, from_id: int, to_id: int, ids: Sequence[int] | None = None) -> list[int]:
    """Let rows of one record belong to another; its states stay its own."""
    model: Any = OWNED[kind]
    theirs = model.person_id == from_id
    if model is History:
        theirs = and_(theirs, History.field_key != "@state")
    if ids is not None:
        theirs = and_(theirs, model.id.in_(ids))
    found = list(db.session.scalars(select(model.id).where(theirs)))
    db.session.execute(update(model).where(model.id.in_(found)).values(person_id=to_id))
    return found


def _join(kept_id: int, other_id: int) -> dict[str, Any]:
    table = Membership.__table__
    assert isinstance(table, Table)  # noqa: S101 for the type checker
    rows = db.session.execute(select(table).where(table.c.person_id.in_([kept_id, other_id])))
    all_rows = [dict(row._mapping) for row in rows]
    mine = {row["group_id"] for row in all_rows if row["person_id"] == kept_id}
    theirs = [row for row in all_rows if row["person_id"] == other_id]
    joined = [row for row in theirs if row["group_id"] not in mine]
    db.session.execute(delete(Membership).where(Membership.person_id == other_id))
    if joined:
        db.session.execute(insert(Membership), [{**row, "person_id": kept_id} for row in joined])
    return {"theirs": theirs, "joined": [row["group_id"] for row in joined]}


def _leave(kept_id: int, other_id: int, moved: Moved) -> None:
    """Take memberships back that came with the other record; a run finds what is true now."""
    gone = Membership.group_id.in_(moved["joined"])
    still = select(Membership.group_id).where(Membership.person_id == kept_id)
    there = set(db.session.scalars(still))
    db.session.execute(delete(Membership).where(Membership.person_id == kept_id, gone))
    back = [row for row in moved["theirs"] if row["group_id"] in there]
    if back:
        db.session.execute(insert(Membership), [{**row, "person_id": other_id} for row in back])


def _carry(kept_id: int, other_id: int) -> list[int]:
    """Let what waits for the directory be the kept record's, but for fields that wait there, too.

    A message knows the entry that it is for: it goes on to the same one.
    """
    waiting = select(OutboxMessage).where(
        OutboxMessage.person_id.in_([kept_id, other_id]), OutboxMessage.state.in_(OPEN)
    )
    messages = list(db.session.scalars(waiting.order_by(OutboxMessage.id)))
    mine = {each.field_key for each in messages if each.person_id == kept_id}
    theirs = [each for each in messages if each.person_id == other_id]
    for each in theirs:
        if each.field_key in mine:
            cancel(each, "merged")
    carried = [each.id for each in theirs if each.field_key not in mine]
    _hand_over(carried, kept_id)
    return carried


def _carry_back(kept_id: int, other_id: int, message_ids: Sequence[int]) -> None:
    """Give back what still waits."""
    still = select(OutboxMessage.id).where(
        OutboxMessage.id.in_(message_ids),
        OutboxMessage.person_id == kept_id,
        OutboxMessage.state.in_(OPEN),
    )
    _hand_over(list(db.session.scalars(still)), other_id)


def _hand_over(message_ids: Sequence[int], person_id: int) -> None:
    chosen = OutboxMessage.id.in_(message_ids)
    db.session.execute(update(OutboxMessage).where(chosen).values(person_id=person_id))


def _name(from_id: int, to_id: int) -> list[list[int]]:
    """Let values that name one person name another; return person, field and place of each."""
    naming = IndexedValue.referred_id == from_id
    columns = select(IndexedValue.person_id, IndexedValue.field_id, IndexedValue.place).where(
        naming
    )
    found = [list(row) for row in db.session.execute(columns)]
    db.session.execute(update(IndexedValue).where(naming).values(referred_id=to_id))
    return found


def _name_again(from_id: int, to_id: int, places: Sequence[Sequence[int]]) -> None:
    """Let these values name another person, as far as they still name the one."""
    statement = (
        update(IndexedValue)
        .where(
            IndexedValue.person_id == bindparam("_person"),
            IndexedValue.field_id == bindparam("_field"),
            IndexedValue.place == bindparam("_place"),
            IndexedValue.referred_id == from_id,
        )
        .values(referred_id=to_id)
    )
    if places:
        rows = [
            {"_person": each[0], "_field": each[1], "_place": each[2] if len(each) > 2 else 0}
            for each in places  # a merge of an older version remembers no place
        ]
        db.session.connection().execute(statement, rows)


def _lead(from_id: int, to_id: int) -> list[int]:
    """Let records that lead to one lead to the other: there is never a way over two."""
    found = list(db.session.scalars(select(Person.id).where(Person.merged_into_id == from_id)))
    leading = update(Person).where(Person.id.in_(found))
    db.session.execute(leading.values(merged_into_id=to_id))
    return found


def _account(kept_id: int, other_id: int) -> dict[str, Any]:
    """Let the person have one account, with the higher of both roles."""
    users = {
        user.person_id: user
        for user in db.session.scalars(
            select(User).where(User.person_id.in_([kept_id, other_id])).with_for_update(of=User)
        )
    }
    mine, theirs = users.get(kept_id), users.get(other_id)
    check_all_soon()
    if theirs is None:
        return {}
    if mine is None:
        theirs.person_id = kept_id
        db.session.flush()
        return {"moved": theirs.id}
    roles = {"mine": str(mine.role), "theirs": str(theirs.role)}
    lists = hand_over(theirs.id, mine.id)
    mine.role = max(Role(mine.role), Role(theirs.role), key=RANK.__getitem__)
    theirs.role = Role.EMPLOYEE
    close_sessions_of_people([other_id])
    db.session.flush()
    return {**roles, "given": str(mine.role), "lists": lists}


def _give_account_back(kept_id: int, other_id: int, moved: Moved) -> None:
    check_all_soon()
    close_sessions_of_people([kept_id])
    rows = select(User).where(User.person_id.in_([kept_id, other_id])).with_for_update(of=User)
    users = {user.person_id: user for user in db.session.scalars(rows)}
    mine, theirs = users.get(kept_id), users.get(other_id)
    if "moved" in moved and mine is not None and mine.id == moved["moved"] and theirs is None:
        mine.person_id = other_id
    elif "given" in moved and mine is not None and theirs is not None:
        theirs.role = Role(moved["theirs"])
        hand_over(mine.id, theirs.id, moved.get("lists", ()))
        if mine.role == moved["given"]:
            mine.role = Role(moved["mine"])
    db.session.flush()
