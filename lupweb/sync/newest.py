"""A mark for servers that have none: the newest stamp of theirs that was seen (sync.md section 12).

Two changes within one second have one stamp, and a copy may bring a change late; so everything is
asked for that is at most an hour older. Our own clock decides nothing but that a stamp is wrong.
"""

from datetime import datetime, timedelta

from lupweb import clock
from lupweb.directories.service import DirectoryFacts
from lupweb.directories.stamps import (
    changed_since,
    probe_pattern,
    recognised_pattern,
    time_attribute,
)
from lupweb.errors import DirectoryRefused, InvalidValue
from lupweb.ldap.session import Directory as LdapSession
from lupweb.ldap.timestamps import read_generalized_time

OVERLAP = timedelta(hours=1)
SKEW = timedelta(seconds=60)
BEHIND_THE_TIME = "#"
"""In an entryCSN: a count, the server and a number follow."""


def time_of_stamp(stamp: str) -> datetime | None:
    """Return when an entry was changed; None if the stamp does not say, or says a time to come."""
    try:
        found = read_generalized_time(stamp.partition(BEHIND_THE_TIME)[0])
    except InvalidValue:
        return None
    return found if found <= clock.now() + SKEW else None


def stamped_since(session: LdapSession, facts: DirectoryFacts, pattern: str, newest: str) -> str:
    """Return the filter of what was written since the newest stamp, or in the hour before it.

    Asks the directory, which has to prove that it understands times; call outside transactions.

    :param pattern: of times, as an administrator chose it; "": it is recognised
    :param newest: the highest of the stamps that are stored
    :returns: "" if it takes a comparison of all
    :raises DirectoryUnavailable: if the directory does not answer
    """
    time = time_of_stamp(newest)
    if time is None:
        return ""
    attribute = time_attribute(session.traits().own_id_attribute)
    try:
        pattern = pattern or recognised_pattern(session, facts)
        probe_pattern(session, facts, pattern)
        return changed_since(attribute, pattern, (time - OVERLAP).replace(microsecond=0))
    except (DirectoryRefused, InvalidValue):
        return ""
