"""What a reading of a directory means for values on their way there (writeback.md section 7)."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select

from lupweb import clock
from lupweb.audit.service import Change, record
from lupweb.database import db
from lupweb.outbox.comparing import Held, what_was_read
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.queries import open_messages, read_against
from lupweb.outbox.service import cancel, settle_as
from lupweb.outbox.states import OnConflict, OutboxState
from lupweb.people.models import Person
from lupweb.profiles.document import values_of
from lupweb.profiles.giving_way import give_way, write_over
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.sync.plan import Plan

NOT_SAVED = "not_saved"
"""The source of a line of the history about a value that was entered and given up."""


def settle_outgoing(plans: Sequence[Plan], directory_id: int, layout: Layout) -> None:
    """Compare what was read with what is on its way; in the transaction that writes the plans.

    What is wanted is written, a third value is a conflict, and what was there before is nothing
    new. What a replica does not know yet is taken out of the plan, and looked at again. One query
    for a block, none where no field is saved to a directory.

    :param plans: of people who are known, to be written now
    """
    kinds = {each.id: each for each in layout.fields() if each.writes_back}
    changed = [plan for plan in plans if plan.changes]
    if not kinds or not changed or not _pairs(changed, kinds, directory_id):
        return
    held = select(Person.id).where(Person.id.in_([plan.person_id for plan in changed]))
    # before their messages, as whoever saves a profile does; what was read before may be old
    db.session.execute(held.order_by(Person.id).with_for_update())
    for plan, message in _pairs(changed, kinds, directory_id):
        _compare(plan, message, kinds[message.field_id or 0])


def _pairs(
    changed: Sequence[Plan], kinds: Mapping[int, FieldLayout], directory_id: int
) -> list[tuple[Plan, OutboxMessage]]:
    """Return each plan with each message about a value that it changes."""
    by_person = read_against(directory_id, clock.now())
    return [
        (plan, message)
        for plan in (changed if by_person else ())
        for message in by_person.get(plan.person_id, ())
        if message.unique_id == plan.unique_id
        and message.field_key in plan.changes
        and message.field_id in kinds
    ]


def cancel_of_missing(person_ids: Sequence[int]) -> None:
    """Give up what is on its way of people whom no directory has any more; one query if none is."""
    waiting = open_messages(person_ids)
    if not waiting:
        return
    rows = select(Person.id, Person.document).where(Person.id.in_(waiting))
    values = {id_: values_of(document) for id_, document in db.session.execute(rows)}
    record(_given_up(waiting, values), source=NOT_SAVED, run_id=None, at=clock.now())
    for messages in waiting.values():
        for message in messages.values():
            cancel(message, "missing")


def _given_up(
    waiting: Mapping[int, Mapping[str, OutboxMessage]], values: Mapping[int, Mapping[str, str]]
) -> Iterable[Change]:
    """Yield a line for each value: with the confirmed one, since nobody else has seen another."""
    for person_id, messages in waiting.items():
        for key in messages:
            confirmed = values.get(person_id, {}).get(key, "")
            yield Change(person_id, key, confirmed, confirmed)


def _compare(plan: Plan, message: OutboxMessage, field: FieldLayout) -> None:
    value = _read_there(plan, message.field_key)
    held = what_was_read(message, field.type, value)
    if message.state == OutboxState.WRITTEN:
        if held is Held.EXPECTED:
            _look_again(plan, message.field_key)
    elif message.lease_until and message.lease_until > clock.now():
        return  # whoever is at work on it reads the entry as well, and writes down what is there
    elif held is Held.DESIRED:
        settle_as(message, OutboxState.WRITTEN)
    elif message.state == OutboxState.CONFLICT:
        settle_as(message, OutboxState.CONFLICT, found_value=value)
    elif held is Held.FOREIGN:
        _foreign(message, field, value)


def _read_there(plan: Plan, key: str) -> str:
    """Return what the entry itself holds; the plan may have the value of the next directory."""
    if plan.falling and key in plan.falling.suppliers:
        return plan.falling.said.get(key, "")
    return plan.changes[key]


def _foreign(message: OutboxMessage, field: FieldLayout, value: str) -> None:
    """Settle whose value stays, or let the person choose."""
    if field.on_conflict is OnConflict.ASK:
        settle_as(message, OutboxState.CONFLICT, found_value=value)
    elif field.on_conflict is OnConflict.DIRECTORY:
        give_way(message)
    else:
        write_over(message, field.type, value)


def _look_again(plan: Plan, key: str) -> None:
    """Leave a value that was written just now, although this server does not have it."""
    plan.changes = {name: value for name, value in plan.changes.items() if name != key}
    if plan.falling:
        plan.falling.keep([key])
    plan.hold_part()
