"""Entries with the id of somebody else, where an administrator chose what tells people apart.

Whoever may write that attribute of an entry could take the place of somebody who is known by it.
"""

from collections.abc import Mapping, MutableMapping, Sequence, Set

from sqlalchemy import select

from lupweb.database import db, end_reading
from lupweb.directories.models import Identity
from lupweb.ldap.dn import fold_dn
from lupweb.people.models import Person
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


def in_other_places(
    entries: Mapping[str, Delivered], known: Mapping[str, Known], directory_id: int
) -> list[Delivered]:
    """Return the entries that are by DN and login one person, and by the id another one.

    So they are where two have changed their ids, or somebody took that of one who has left; who
    only got another login, or was moved, has no DN and login that are somebody else's. One query if
    any entry has another DN than it had.
    """
    moved = {
        each.dn_folded: each
        for each in entries.values()
        if (of := known.get(each.unique_id)) and of.identity_id and fold_dn(of.dn) != each.dn_folded
    }
    if not moved:
        return []
    rows = select(Identity.dn_folded, Identity.person_id, Person.login_folded).join(Person)
    here = Identity.directory_id == directory_id, Identity.is_gone.is_(False)
    others = db.session.execute(rows.where(*here, Identity.dn_folded.in_(moved))).all()
    end_reading()
    return [
        moved[dn]
        for dn, person_id, login in others
        if login == moved[dn].login_folded and person_id != known[moved[dn].unique_id].person_id
    ]


def told_place(said: Delivered, attribute: str) -> Text:
    """Return what is listed of an entry that has the id of another person."""
    return _(
        "%(dn)s: the entry has got the %(attribute)s of another person (%(value)s). Nobody was"
        " changed. Put it right in the directory. If it is meant so, let another attribute tell"
        " people apart, and then this one again.",
        dn=said.dn[:120],
        attribute=attribute,
        value=said.unique_id[:63],
    )


def _is_tied(known: Known | None) -> bool:
    return known is not None and known.identity_id is not None
