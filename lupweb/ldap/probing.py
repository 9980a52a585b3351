"""Whether an account may write an attribute, found out without writing (writeback.md, 12)."""

from contextlib import suppress

from lupweb.errors import ChangedMeanwhile, DirectoryReadOnly, WriteRefused
from lupweb.ldap.cas import Door, condition_of, stable_dn, stamp_of, tells_itself
from lupweb.ldap.entry import Entry
from lupweb.ldap.schema import base_name
from lupweb.ldap.server import ServerTraits
from lupweb.ldap.writing import Act, Change, Part, Right

EFFECTIVE = "allowedAttributesEffective"  # MS-ADTS, 3.1.1.4.5.22
CONTROL_UNKNOWN = 12
NO_RIGHT = 50
ROUNDS = 3


def may_write(door: Door, entry: Entry, attribute: str) -> tuple[Right, str]:
    """Return the right, see `lupweb.ldap.session.Directory.may_write`."""
    if door.traits.is_active_directory:
        return _by_list(door, entry, attribute)
    can_be_tried = door.traits.asserts and door.traits.compares_by_stamp
    if not can_be_tried or not tells_itself(door.traits, entry):
        return Right.NOT_CHECKED, ""
    for _round in range(ROUNDS):
        with suppress(ChangedMeanwhile):  # by somebody else, beside the trial
            return _by_trial(door, entry, attribute)
        entry = door.read(entry.dn, _wanted(door.traits, attribute))
    return Right.NOT_CHECKED, ""


def _by_list(door: Door, entry: Entry, attribute: str) -> tuple[Right, str]:
    """Ask Active Directory what it lets this account write."""
    found = door.read(stable_dn(door.traits, entry), [EFFECTIVE])
    if EFFECTIVE not in found:
        return Right.REFUSED, ""
    names = {base_name(name.decode(errors="replace")) for name in found.values(EFFECTIVE)}
    return (Right.ALLOWED if base_name(attribute) in names else Right.REFUSED), ""


def _by_trial(door: Door, entry: Entry, attribute: str) -> tuple[Right, str]:
    """Let OpenLDAP check a change without making it: its No-Op control, not advertised.

    The change would leave the values that are there, so a server that took the control without
    honouring it would change nothing but the entry's change time; that is seen, and not trusted.

    :raises ChangedMeanwhile: if the entry was changed since it was read
    """
    same = Part(Act.REPLACE, attribute, tuple(entry.values(attribute)))
    condition = condition_of(door.traits, entry)
    try:
        door.modify(Change(entry.dn, (same,), condition, is_trial=True))
    except WriteRefused as refused:
        return _meaning(refused)
    except DirectoryReadOnly as refused:
        return Right.REFUSED, str(refused)
    now = door.read(entry.dn, _wanted(door.traits, attribute))
    if stamp_of(door.traits, now) != stamp_of(door.traits, entry):
        return Right.NOT_CHECKED, ""
    return Right.ALLOWED, ""


def _meaning(refused: WriteRefused) -> tuple[Right, str]:
    if refused.code == CONTROL_UNKNOWN:
        return Right.NOT_CHECKED, refused.reply
    return Right.REFUSED, refused.reply


def _wanted(traits: ServerTraits, attribute: str) -> list[str]:
    return [*filter(None, (traits.unique_id_attribute, traits.stamp_attribute)), attribute]
