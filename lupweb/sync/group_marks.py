"""Whether any group of a directory has changed: by the stamps of all (sync.md section 9)."""

from collections.abc import Iterator, Sequence
from hashlib import blake2b

from sqlalchemy import select

from lupweb.database import db, end_reading, transaction
from lupweb.directories.models import Directory
from lupweb.directories.nesting import NestedGroups
from lupweb.errors import DirectoryRefused, EntryNotFound, InvalidValue
from lupweb.ldap.dn import fold_dn
from lupweb.ldap.entry import Entry
from lupweb.ldap.filters import given
from lupweb.ldap.session import Directory as LdapSession
from lupweb.people.models import NestedGroup
from lupweb.sync.task import Task

NOT_THERE = "-"
Mapped = Sequence[tuple[int, str]]
"""The groups that are declared here: number and DN."""


def mark_now(task: Task, session: LdapSession, mapped: Mapped) -> str:
    """Return what stands for the state of all groups; another one as soon as one of them changed.

    Adding a member moves the stamp of the group, never that of the person. One question for all
    groups of the directory; then one for each that lies elsewhere. Nothing is read of the members.

    :returns: "" if that cannot be said, or no group is declared
    :raises DirectoryUnavailable: if the server does not answer
    """
    if not mapped:
        return ""
    rows = select(NestedGroup.dn).where(NestedGroup.group_id.in_([id_ for id_, _dn in mapped]))
    needed = {fold_dn(dn): dn for dn in db.session.scalars(rows)}
    needed |= {fold_dn(dn): dn for _id, dn in mapped}
    end_reading()
    try:
        found = dict(_swept(task, session))
        for folded in needed.keys() - found.keys():
            found[folded] = _one(session, needed[folded])
    except (DirectoryRefused, EntryNotFound, InvalidValue):
        return ""
    if "" in found.values():
        return ""  # a group without a stamp may have changed, and nobody could tell
    how = task.facts.nested_groups
    set_up = [] if how == NestedGroups.EXPAND else [str(how)]
    return _hash(
        [*set_up, *sorted(map(str, mapped)), *(f"{dn}\n{found[dn]}" for dn in sorted(found))]
    )


def forget_groups(task: Task) -> None:
    """Let the groups be read whatever happens next: people are written who may be their members."""
    if not task.standing.groups_mark:
        return
    task.standing.groups_mark = ""
    with transaction():
        task.lease.heartbeat()
        forget_groups_of(task.facts.id)


def forget_groups_of(directory_id: int) -> None:
    """Let the next run read the groups of a directory, changed or not; inside a transaction."""
    db.session.get_one(Directory, directory_id).groups_mark = ""


def _swept(task: Task, session: LdapSession) -> Iterator[tuple[str, str]]:
    stamp = session.traits().stamp_attribute
    wanted = given(task.facts.group_filter)
    for page in session.pages(task.facts.group_base_dn, wanted, [stamp]):
        for entry in page:
            yield fold_dn(entry.dn), _stamp(entry, stamp)


def _one(session: LdapSession, dn: str) -> str:
    stamp = session.traits().stamp_attribute
    try:
        return _stamp(session.read(dn, [stamp]), stamp)
    except (EntryNotFound, InvalidValue):
        return NOT_THERE


def _stamp(entry: Entry, attribute: str) -> str:
    return (entry.first(attribute) or b"").decode("ascii", "replace")


def _hash(parts: Sequence[str]) -> str:
    digest = blake2b(digest_size=16)
    for part in parts:
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()
