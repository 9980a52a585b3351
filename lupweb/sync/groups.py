"""Who belongs to which group: read off the group entries, in every run (sync.md section 9)."""

from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from lupweb.database import db, end_reading, transaction
from lupweb.errors import EntryNotFound
from lupweb.ldap.client import Directory as LdapSession
from lupweb.people.models import Group, Membership
from lupweb.profiles.service import tell_changed
from lupweb.runs import service as runs
from lupweb.runs.leases import HeldLease
from lupweb.sync.known import PeopleIndex, people_index
from lupweb.texts import _

MEMBER_ATTRIBUTES = ["member", "uniqueMember", "memberUid"]


@dataclass(frozen=True)
class _MappedGroup:
    id: int
    key: str
    dn: str


def read_groups(directory_id: int, session: LdapSession, lease: HeldLease, run_id: int) -> None:
    """Bring the members of every group of this directory up to date.

    A group that was not read keeps its members; one that vanished makes nobody a member.
    """
    groups = [
        _MappedGroup(group.id, group.key, group.dn)
        for group in db.session.scalars(select(Group).where(Group.directory_id == directory_id))
    ]
    index = people_index() if groups else None
    end_reading()
    for group in groups:
        values = _member_values(group, session)
        if index is not None:
            _store(group, values, index, lease, run_id)


def _member_values(group: _MappedGroup, session: LdapSession) -> list[bytes] | None:
    try:
        entry = session.read(group.dn, MEMBER_ATTRIBUTES)
    except EntryNotFound:
        return None
    return [value for name in MEMBER_ATTRIBUTES for value in entry.values(name)]


def _store(
    group: _MappedGroup,
    values: list[bytes] | None,
    index: PeopleIndex,
    lease: HeldLease,
    run_id: int,
) -> None:
    found = {index.find(value.decode("utf-8", "replace")) for value in values or ()} - {None}
    with transaction():
        lease.heartbeat()
        rows = select(Membership.person_id).where(Membership.group_id == group.id)
        stored = set(db.session.scalars(rows))
        left, joined = stored - found, found - stored
        if left:
            db.session.execute(
                delete(Membership).where(
                    Membership.group_id == group.id, Membership.person_id.in_(left)
                )
            )
        if joined:
            db.session.execute(
                insert(Membership),
                [{"group_id": group.id, "person_id": person_id} for person_id in joined],
            )
        tell_changed(sorted(person_id for person_id in left | joined if person_id))
        if values is None:
            text = _(
                "The group “%(key)s” is not in the directory: nobody is a member.", key=group.key
            )
            runs.note_problem(run_id, text)
