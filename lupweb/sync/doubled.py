"""Entries that have one id, where an administrator chose what tells people apart.

Whoever may write that attribute of an entry could take the place of somebody who is known by it.
"""

from collections.abc import Mapping, MutableMapping, Sequence, Set

from lupweb.sync.delivered import Delivered
from lupweb.sync.plan import Known, Plan
from lupweb.texts import Text, _


def told(said: Delivered, attribute: str) -> Text:
    """Return what is listed of an entry that has the id of another one."""
    return _(
        "%(dn)s: another entry has the same %(attribute)s (%(value)s). Who is known by it stays as"
        " they are, and of new people only the first one was read. Make them differ, or choose"
        " another attribute that tells people apart.",
        dn=said.dn[:120],
        attribute=attribute,
        value=said.unique_id[:63],
    )


def leave_out(
    entries: MutableMapping[str, Delivered], twice: Set[str], known: Mapping[str, Known]
) -> int:
    """Take entries out of a page that share the id of somebody who is known; return how many."""
    shared = [each for each in entries if each in twice and _is_tied(known.get(each))]
    for each in shared:
        del entries[each]
    return len(shared)


def met_before(waiting: Sequence[Plan], twice: Set[str]) -> list[Plan]:
    """Return what was planned of such people before another entry with their id came."""
    return [each for each in waiting if each.unique_id in twice and _is_tied(each.known)]


def _is_tied(known: Known | None) -> bool:
    return known is not None and known.identity_id is not None
