"""What becomes of a value that goes to a directory: checked, promised, given up."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lupweb.directories.fitting import Target
from lupweb.directories.knowing import target_of
from lupweb.directories.offers import offers_of
from lupweb.errors import InvalidValue
from lupweb.options.service import options
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.queries import open_messages
from lupweb.outbox.service import cancel, promise
from lupweb.outbox.states import TROUBLED, OutboxState
from lupweb.outbox.values import Place, Wanted
from lupweb.profiles.desk import Desk, DeskField
from lupweb.profiles.document import origin_of_value
from lupweb.profiles.layout import Layout
from lupweb.profiles.merging import Outcome, controls_digest, is_touched
from lupweb.profiles.replies import IS_MINE, Reply
from lupweb.profiles.sources import Source
from lupweb.profiles.supply import Supplier, dns_of
from lupweb.texts import _

GIVEN_UP = frozenset({Outcome.KEEP_THEIRS, Outcome.NOTHING})
_NOTHING_TO_TAKE = _(
    "The value stays: it comes from another directory than the one that your entries are saved to."
    " Enter another one, or ask the IT service to take it away there."
)


def refuse_unwritable(desk: Desk, replies: Mapping[str, Reply]) -> dict[str, Reply]:
    """Return the replies, with a problem where the directory could not hold a value.

    By what it said when it was asked last: no directory is asked here. Two queries where something
    goes there, and one more where people are named.
    """
    sent = {key: each.value for key, each in replies.items() if _is_sent(each)}
    if desk.supplier is None or not sent:
        return dict(replies)
    dns, chosen = _dns(desk, sent), options()
    suppliers = {key: _supplier(desk, desk.fields[key]) for key in sent}
    targets = {
        each: target_of(each.directory_id, each.unique_id, chosen)
        for each in set(suppliers.values())
        if each is not None
    }
    checked = dict(replies)
    for key, supplier in suppliers.items():
        if supplier is not None:
            target, named = targets[supplier], dns.get(supplier, {})
            is_elsewhere = _is_elsewhere(desk, replies[key].open, supplier)
            checked[key] = _checked(replies[key], target, named, is_elsewhere=is_elsewhere)
    return checked


def written_attributes(layout: Layout, chosen: Mapping[str, Any]) -> list[str]:
    """Return the attributes that what people enter is saved to.

    :param chosen: the options of the site
    """
    names = [each.attribute for each in layout.fields() if each.writes_back]
    if chosen.get("picture_write_back"):
        names.append(chosen["picture_attribute"])
    return list(filter(None, names))


def promise_values(desk: Desk, entered: Mapping[str, str], by: str) -> list[str]:
    """Promise what goes to the directory; return the keys of what is not confirmed now.

    Call inside the transaction that holds the person. What was to go there and is entered for this
    site alone now, goes there no more.

    :param entered: field key -> new value, of all fields that have one
    """
    dns = _dns(desk, entered)
    new = []
    for key, value in entered.items():
        each = desk.fields[key]
        supplier = _supplier(desk, each) if each.goes_to_directory else None
        if supplier is None:
            continue
        before = _before(desk, each, supplier)
        wanted = Wanted(*_sides(each, before, value, dns.get(supplier, {})), by)
        if _promise(desk, each, supplier, wanted):
            new.append(key)
    _take_back(desk, [key for key in entered if not desk.fields[key].goes_to_directory])
    return new


def settle_troubles(desk: Desk, replies: Mapping[str, Reply]) -> dict[str, OutboxMessage]:
    """Give up what the owner gave up: a conflict left to the directory, what it would not have.

    :returns: by field key, those where another value was found than is confirmed
    """
    found = {}
    for key, reply in replies.items():
        message = reply.open.message
        if message is None or message.state not in TROUBLED or not _is_given_up(reply):
            continue
        is_conflict = message.state == OutboxState.CONFLICT
        cancel(message, "theirs" if is_conflict else "as_before")
        if is_conflict and message.found_value != reply.open.confirmed:
            found[key] = message
    return found


def _is_given_up(reply: Reply) -> bool:
    if reply.outcome is Outcome.NOTHING:
        return is_touched(reply.base, controls_digest(reply.typed))
    return reply.outcome is Outcome.KEEP_THEIRS


def _is_sent(reply: Reply) -> bool:
    is_mine = reply.outcome in IS_MINE and not reply.problem
    return reply.open.goes_to_directory and is_mine


def _supplier(desk: Desk, each: DeskField) -> Supplier | None:
    field = each.field
    return desk.supply.of(field.directory, falls_through=field.falls_through)


def _is_elsewhere(desk: Desk, each: DeskField, supplier: Supplier) -> bool:
    """Return whether the confirmed value fell through from another directory than this one."""
    if not each.field.falls_through or not each.confirmed:
        return False
    origin = origin_of_value(desk.person.provenance, each.key)
    is_from_ldap = origin.get("source") == Source.LDAP
    return is_from_ldap and origin.get("directory") not in {"", supplier.directory}


def _before(desk: Desk, each: DeskField, supplier: Supplier) -> str:
    """Return the value that a save starts from, as far as its directory has it."""
    message = each.message
    if message is not None and message.state == OutboxState.CONFLICT:
        return each.stored
    if not _is_elsewhere(desk, each, supplier):
        return each.confirmed
    offers = offers_of([desk.person.id]).get(desk.person.id, [])
    own = next((it.values for it in offers if it.directory == supplier.directory), {})
    return own.get(each.key, "")


def _checked(reply: Reply, target: Target, dns: Mapping[str, str], *, is_elsewhere: bool) -> Reply:
    field = reply.open.field
    if is_elsewhere and not reply.value:
        return replace(reply, problem=_NOTHING_TO_TAKE)
    try:
        values = field.type.write(reply.value, dns)
    except InvalidValue as error:
        return replace(reply, problem=error.message)
    refusal = target.refusal(field.attribute, values)
    return replace(reply, problem=refusal) if refusal else reply


def _promise(desk: Desk, each: DeskField, supplier: Supplier, wanted: Wanted) -> bool:
    place = Place(
        supplier.directory_id,
        supplier.unique_id,
        desk.person.id,
        each.field.id,
        each.key,
        each.field.attribute,
    )
    return promise(place, wanted) is not None


def _sides(
    each: DeskField, before: str, value: str, dns: Mapping[str, str]
) -> tuple[str, str, list[bytes], list[bytes]]:
    """Return the value of before and the new one, as documents and as directories hold them."""
    return before, value, _as_held(each, before, dns), each.field.type.write(value, dns)


def _as_held(each: DeskField, value: str, dns: Mapping[str, str]) -> list[bytes]:
    """Return what the directory holds for a value; of one that nobody could write, the value."""
    try:
        return each.field.type.write(value, dns)
    except InvalidValue:
        return [item.encode() for item in each.field.type.split(value)]


DnsOf = Mapping[Supplier, Mapping[str, str]]


def _dns(desk: Desk, values: Mapping[str, str]) -> DnsOf:
    """Return the DNs of all people whom these values name, and the confirmed ones beside them.

    :returns: by the entry that they are saved to
    """
    naming = [
        (each, _supplier(desk, each))
        for key in values
        if (each := desk.fields[key]).goes_to_directory and each.field.type.names_people
    ]
    found: dict[Supplier, Mapping[str, str]] = {}
    for supplier in {each for _field, each in naming if each}:
        texts = (
            text
            for each, its_supplier in naming
            if its_supplier == supplier
            for text in (values[each.key], each.stored, each.confirmed)
        )
        items = {item for text in texts for item in text.split("\n")}
        found[supplier] = dns_of(supplier.directory_id, items)
    return found


def _take_back(desk: Desk, keys: list[str]) -> None:
    if not keys or not desk.supply.written_by:
        return
    waiting = open_messages([desk.person.id]).get(desk.person.id, {})
    for key in keys:
        if key in waiting:
            cancel(waiting[key], "switched_off")
