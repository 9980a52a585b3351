"""The times that a directory writes on its entries, and the pattern that it writes them in."""

from datetime import datetime, timedelta

from lupweb.directories.service import DirectoryFacts
from lupweb.errors import DirectoryRefused, InvalidValue
from lupweb.ldap.entry import Entry
from lupweb.ldap.filters import at_least, given
from lupweb.ldap.patterns import format_java, read_java, recognise
from lupweb.ldap.session import Directory as LdapSession
from lupweb.ldap.timestamps import read_generalized_time
from lupweb.texts import _

OBJECT_GUID = "objectGUID"
A_DAY = timedelta(days=1)


def time_attribute(unique_id: str | None) -> str:
    """Return the attribute with the time of an entry's last change.

    :param unique_id: the attribute of the unique id, which tells Active Directory: its
        modifyTimestamp cannot be searched for
    """
    return "whenChanged" if unique_id == OBJECT_GUID else "modifyTimestamp"


def recognised_pattern(session: LdapSession, facts: DirectoryFacts) -> str:
    """Return the Java pattern of a directory, from one real stamp of it; asks the directory.

    :raises InvalidValue: if nobody is found, or the stamp is no time
    :raises DirectoryError: if the directory does not answer
    """
    attribute = time_attribute(session.traits().own_id_attribute)
    return recognise(_stamp(_somebody(session, facts, attribute), attribute))


def probe_pattern(session: LdapSession, facts: DirectoryFacts, pattern: str) -> None:
    """Refuse a Timestamp pattern with which this directory would not find changed entries.

    Both halves are needed: asked with a wrong pattern, OpenLDAP answers with nobody and Samba with
    everybody, and both call that a success. Asks the directory.

    :raises InvalidValue: with the half that failed; or if there is nobody to try it with
    :raises DirectoryError: if the directory does not answer
    """
    attribute = time_attribute(session.traits().own_id_attribute)
    entry = _somebody(session, facts, attribute)
    stamp = _stamp(entry, attribute)
    told = {"pattern": pattern, "stamp": stamp}
    instant = _instant(stamp)
    if not _finds(session, entry, at_least(attribute, format_java(pattern, instant))):
        raise InvalidValue(
            _(
                "With the pattern %(pattern)s the directory does not find an entry by its own"
                " stamp %(stamp)s, so changes would be missed. Leave the pattern empty: it is"
                " recognised.",
                **told,
            )
        )
    if _finds(session, entry, at_least(attribute, format_java(pattern, instant + A_DAY))):
        raise InvalidValue(
            _(
                "With the pattern %(pattern)s the directory finds an entry with the stamp"
                " %(stamp)s even when asked for later ones only: it does not understand the time"
                " and gives everybody. Leave the pattern empty: it is recognised.",
                **told,
            )
        )


def changed_since(attribute: str, pattern: str, since: datetime) -> str:
    """Return the filter of entries that changed at `since` or later.

    :raises InvalidValue: if there is no such pattern
    """
    return at_least(attribute, format_java(pattern, since))


def _instant(stamp: str) -> datetime:
    """Return what a stamp says; without a fraction, since a pattern may write none."""
    try:
        return read_generalized_time(stamp).replace(microsecond=0)
    except InvalidValue:
        return read_java(recognise(stamp), stamp)


def _somebody(session: LdapSession, facts: DirectoryFacts, attribute: str) -> Entry:
    found = session.search(facts.user_base_dn, given(facts.user_filter), [attribute], limit=1)
    if not found:
        raise InvalidValue(
            _(
                "Nobody is found with base DN and filter, so the pattern cannot be tried. Check"
                " them first."
            )
        )
    return found[0]


def _stamp(entry: Entry, attribute: str) -> str:
    value = entry.first(attribute)
    if value is None:
        raise InvalidValue(
            _(
                "The entry found has no %(attribute)s, or the bind DN may not read it, so the"
                " pattern cannot be tried.",
                attribute=attribute,
            )
        )
    return value.decode("ascii", "replace")


def _finds(session: LdapSession, entry: Entry, wanted: str) -> bool:
    """Return whether the entry itself matches; a server that refuses the time finds nobody."""
    try:
        found = session.search(entry.dn, wanted, [], limit=1)
    except DirectoryRefused:
        return False
    return any(each.dn == entry.dn for each in found)
