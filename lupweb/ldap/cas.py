"""Change an entry only if it still holds what was read: compare and set (writeback.md section 5).

Where the server takes an assertion, the comparison is the entry's change stamp. Elsewhere it is the
old value itself: it is deleted by naming it, in the same request that adds the new one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lupweb.errors import (
    ChangedMeanwhile,
    DirectoryUnavailable,
    EntryNotFound,
    OutcomeUnknown,
    WriteRefused,
)
from lupweb.ldap.entry import Entry
from lupweb.ldap.filters import all_of, equals, present
from lupweb.ldap.server import ServerTraits, unique_id_of
from lupweb.ldap.writing import Act, Change, Part, Wish, Written
from lupweb.texts import _

UNWILLING = 53
NO_COMPARISON = 18  # inappropriateMatching
UNKNOWN_ATTRIBUTE = 17
NOT_THERE = 16  # also how Samba answers for an attribute that it does not know
# What a server may answer when the old value is gone, or another one has come: 389 answers 65
# to a second value where there is room for one.
MAY_BE_STALE = frozenset({NOT_THERE, 18, 19, 20, 65})


@dataclass(frozen=True)
class Door:
    """What a change needs of a connection.

    :param read: reads one entry by its DN, all values
    :param modify: sends a change; returns what the answer brought back, if that was asked for
    """

    traits: ServerTraits
    read: Callable[[str, Sequence[str]], Entry]
    modify: Callable[[Change], Entry | None]


def compare_and_set(door: Door, entry: Entry, wishes: Sequence[Wish]) -> Written:
    """Change what is wished for, see `lupweb.ldap.session.Directory.compare_and_set`."""
    if not is_surely_known(door.traits, entry):
        raise _not_surely_known()
    if not all(_holds(entry, wish) for wish in wishes):
        raise _changed()
    if door.traits.asserts and tells_itself(door.traits, entry):
        return _set_under_assertion(door, entry, wishes)
    return _set_by_values(door, entry, wishes)


def is_surely_known(traits: ServerTraits, entry: Entry) -> bool:
    """Return whether an entry was found by what nobody else can have tomorrow.

    An attribute that an administrator chose may be given to somebody else, so it takes a unique id
    of the server beside it.
    """
    own = traits.own_id_attribute
    return traits.unique_id_attribute == own or (own is not None and own in entry)


def condition_of(traits: ServerTraits, entry: Entry, wishes: Sequence[Wish] = ()) -> str:
    """Return the filter that `entry` matches as long as nobody changes it.

    :param entry: with its unique id and its stamp
    """
    names = (traits.unique_id_attribute, traits.stamp_attribute)
    conditions = [equals(name, value) for name in names if name for value in entry.values(name)]
    if not traits.compares_by_stamp:
        for wish in wishes:
            conditions += _conditions_of(traits, wish)
    return all_of(*conditions)


def stable_dn(traits: ServerTraits, entry: Entry) -> str:
    """Return the name under which to change `entry`: one that a rename does not touch, if any."""
    if not traits.is_active_directory:
        return entry.dn
    return f"<GUID={unique_id_of(entry, 'objectGUID')}>"


def tells_itself(traits: ServerTraits, entry: Entry) -> bool:
    """Return whether this account may read what the assertion is about."""
    names = (traits.unique_id_attribute, traits.stamp_attribute)
    return all(name is not None and name in entry for name in names)


def stamp_of(traits: ServerTraits, entry: Entry) -> str:
    """Return the change stamp of an entry, as it is kept."""
    return (entry.first(traits.stamp_attribute) or b"").decode("ascii", "replace")


def _set_under_assertion(door: Door, entry: Entry, wishes: Sequence[Wish]) -> Written:
    parts = tuple(Part(Act.REPLACE, wish.attribute, wish.desired) for wish in wishes)
    condition = condition_of(door.traits, entry, wishes)
    change = Change(entry.dn, parts, condition, read_back=_read_back(door.traits, wishes))
    return _written(door, entry, wishes, _sent(door, change))


def _set_by_values(door: Door, entry: Entry, wishes: Sequence[Wish]) -> Written:
    traits = door.traits
    blind = [wish for wish in wishes if not _is_compared(traits, wish)]
    if any(not wish.may_replace for wish in blind):
        raise _refused_here(entry)
    if blind:
        _see_that_nothing_moved(door, entry, wishes)
    parts = tuple(part for wish in wishes for part in _parts(wish, blind=wish in blind))
    change = Change(stable_dn(traits, entry), parts, read_back=_read_back(traits, wishes))
    try:
        back = _sent(door, change)
    except WriteRefused as refused:
        raise _stale_or_refused(door, entry, wishes, refused) from refused
    written = _written(door, entry, wishes, back)
    doubled = [wish for wish in wishes if wish not in blind and _has_doubled(written, wish)]
    return _taken_back(door, change.dn, doubled) if doubled else written


def _parts(wish: Wish, *, blind: bool) -> list[Part]:
    if blind:
        return [Part(Act.REPLACE, wish.attribute, wish.desired)]
    old = [Part(Act.DELETE, wish.attribute, wish.expected)] if wish.expected else []
    new = [Part(Act.ADD, wish.attribute, wish.desired)] if wish.desired else []
    return old + new


def _is_compared(traits: ServerTraits, wish: Wish) -> bool:
    is_first_and_only = not wish.expected and traits.schema.is_single_valued(wish.attribute)
    return is_first_and_only or traits.compares_values(wish.attribute)


def _see_that_nothing_moved(door: Door, entry: Entry, wishes: Sequence[Wish]) -> None:
    now = _read(door, entry, wishes)
    moved = stamp_of(door.traits, now) != stamp_of(door.traits, entry)
    if moved or not all(_holds(now, wish) for wish in wishes):
        raise _changed()


def _sent(door: Door, change: Change) -> Entry | None:
    if not change.parts:
        return None
    return door.modify(change)


def _written(door: Door, entry: Entry, wishes: Sequence[Wish], back: Entry | None) -> Written:
    """Return what is there now. The change took effect, so a lost connection is an open outcome."""
    if back is None or door.traits.stamp_attribute not in back:
        try:
            back = _read(door, entry, wishes)
        except (DirectoryUnavailable, EntryNotFound) as error:
            raise OutcomeUnknown(
                _(
                    "The directory took the change, but could not be read afterwards. What it"
                    " holds now shows when the entry is read again."
                )
            ) from error
    values = {wish.attribute: tuple(back.values(wish.attribute)) for wish in wishes}
    return Written(values, stamp_of(door.traits, back))


def _read(door: Door, entry: Entry, wishes: Sequence[Wish]) -> Entry:
    """Read the entry again, under a name by which it is surely the same.

    :raises EntryNotFound: if another entry has this DN now
    """
    found = door.read(stable_dn(door.traits, entry), _wanted(door.traits, wishes))
    name = door.traits.unique_id_attribute
    if name and found.values(name) != entry.values(name):
        raise EntryNotFound(_("Another entry has taken this place in the directory."))
    return found


def _not_surely_known() -> WriteRefused:
    return WriteRefused(
        _(
            "The directory gives its entries no unique id, so nobody could be sure whose entry"
            " would be changed. Nothing is written there."
        ),
        code=UNWILLING,
    )


def _stale_or_refused(
    door: Door, entry: Entry, wishes: Sequence[Wish], refused: WriteRefused
) -> ChangedMeanwhile | WriteRefused:
    """Tell a change that came too late from one that the server will never have."""
    schema = door.traits.schema
    is_known = not schema.is_readable or all(schema.knows(wish.attribute) for wish in wishes)
    if refused.code == NOT_THERE and not is_known:
        return WriteRefused(refused.message, code=UNKNOWN_ATTRIBUTE, reply=refused.reply)
    if refused.code not in MAY_BE_STALE:
        return refused
    now = _read(door, entry, wishes)
    is_same = stamp_of(door.traits, now) == stamp_of(door.traits, entry)
    return refused if is_same and all(_holds(now, wish) for wish in wishes) else _changed()


def _has_doubled(written: Written, wish: Wish) -> bool:
    """Return whether ours stands beside a value that came between the read and the change."""
    found, ours = set(written.values[wish.attribute]), set(wish.desired)
    return not wish.expected and bool(ours) and ours < found


def _taken_back(door: Door, dn: str, doubled: Sequence[Wish]) -> Written:
    """Leave the other's value alone, as if ours had come too late.

    :raises ChangedMeanwhile: always, unless the server does not let us
    """
    parts = tuple(Part(Act.DELETE, wish.attribute, wish.desired) for wish in doubled)
    try:
        door.modify(Change(dn, parts))
    except WriteRefused as refused:
        if refused.code != NOT_THERE:  # somebody has removed it already
            raise OutcomeUnknown(refused.message) from refused
    except DirectoryUnavailable as error:
        raise OutcomeUnknown(error.message) from error
    raise _changed()


def _holds(entry: Entry, wish: Wish) -> bool:
    return sorted(entry.values(wish.attribute)) == sorted(wish.expected)


def _conditions_of(traits: ServerTraits, wish: Wish) -> list[str]:
    if not traits.compares_values(wish.attribute):
        return []
    if not wish.expected:
        return [f"(!{present(wish.attribute)})"]
    return [equals(wish.attribute, value) for value in wish.expected]


def _wanted(traits: ServerTraits, wishes: Sequence[Wish]) -> tuple[str, ...]:
    names = (traits.unique_id_attribute, traits.stamp_attribute)
    return (*filter(None, names), *(wish.attribute for wish in wishes))


def _read_back(traits: ServerTraits, wishes: Sequence[Wish]) -> tuple[str, ...]:
    return _wanted(traits, wishes) if traits.reads_back else ()


def _changed() -> ChangedMeanwhile:
    return ChangedMeanwhile(
        _("The entry was changed meanwhile. Nothing was overwritten; it is read again.")
    )


def _refused_here(entry: Entry) -> WriteRefused:
    return WriteRefused(
        _(
            "This server offers no way to see that %(dn)s was not changed by somebody else, so"
            " nothing was sent. “What the person entered replaces it” of the field allows it.",
            dn=entry.dn[:200],
        ),
        code=NO_COMPARISON,
    )
