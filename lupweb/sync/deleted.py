"""Who was deleted since a mark, where the server tells it: Active Directory (sync.md section 12).

It keeps what was deleted for months, as entries that nobody sees who does not ask for them. As a
rule only administrators of the domain may; whoever may not is told nothing, and nobody is hidden.
"""

from collections.abc import Sequence

from lupweb.database import end_reading
from lupweb.directories.stamps import OBJECT_GUID
from lupweb.errors import DirectoryRefused, EntryNotFound, InvalidValue, LimitExceeded
from lupweb.ldap.entry import Entry
from lupweb.ldap.filters import all_of, equals
from lupweb.ldap.server import unique_id_of
from lupweb.ldap.session import Directory as LdapSession
from lupweb.sync.delivered import Naming
from lupweb.sync.known import Here
from lupweb.sync.server import suffix_of
from lupweb.sync.sweeping import in_parts
from lupweb.sync.task import Task


def deleted_people(session: LdapSession, task: Task, naming: Naming) -> set[str]:
    """Return the unique ids of people that were deleted since the last run, as far as it is told.

    :raises DirectoryUnavailable: if the directory does not answer
    """
    standing = task.standing
    if standing.is_unmoved or naming.unique_id != OBJECT_GUID:
        return set()
    ids = _deleted_since(session, task.facts.user_base_dn, standing.written_since)
    return _known_among(task.here, ids) if ids else set()


def _deleted_since(session: LdapSession, base_dn: str, written_since: str) -> list[str]:
    """Return the unique ids of what was deleted, people or not; none if that cannot be known.

    :param written_since: the filter of entries that were written since the mark
    """
    traits = session.traits()
    where = suffix_of(traits, base_dn)
    if not (traits.is_active_directory and traits.shows_deleted and where):
        return []
    wanted = all_of(equals("isDeleted", "TRUE"), written_since)
    try:
        pages = [*session.pages(where, wanted, [OBJECT_GUID], shows_deleted=True)]
    except (DirectoryRefused, EntryNotFound, LimitExceeded):
        return []
    return [id_ for page in pages for entry in page if (id_ := _id_of(entry))]


def _known_among(here: Here, unique_ids: Sequence[str]) -> set[str]:
    """Return those of the entries that are known here; whoever is not is left out."""
    found: set[str] = set()
    for some in in_parts(unique_ids):
        found |= here.known_ids(some)
    end_reading()
    return found


def _id_of(entry: Entry) -> str:
    try:
        return unique_id_of(entry, OBJECT_GUID)
    except InvalidValue:
        return ""
