"""Who belongs to which group: read off the group entries, in every run (sync.md section 9)."""

from dataclasses import dataclass, field

from sqlalchemy import delete, insert, select

from lupweb.database import db, end_reading, transaction
from lupweb.errors import DirectoryRefused, EntryNotFound, InvalidValue
from lupweb.ldap.client import Directory as LdapSession
from lupweb.ldap.dn import fold_dn, is_dn
from lupweb.people.models import Group, Membership
from lupweb.profiles.service import tell_changed
from lupweb.runs import service as runs
from lupweb.sync.known import PeopleIndex, people_index
from lupweb.sync.reading import Task
from lupweb.texts import _

MEMBER_ATTRIBUTES = ("member", "uniqueMember", "memberUid")
DEEPEST = 20


@dataclass(frozen=True)
class _Mapped:
    id: int
    key: str
    dn: str


def read_groups(task: Task, session: LdapSession) -> None:
    """Bring the members of every group of this directory, and every local one, up to date.

    A group that was not read keeps its members; one that vanished makes nobody a member.
    """
    mapped = [
        _Mapped(group.id, group.key, group.dn)
        for group in db.session.scalars(select(Group).where(Group.directory_id == task.facts.id))
    ]
    index = people_index()
    end_reading()
    reader = GroupReader(session, index, task.facts.id)
    applying = {group_id for field in task.layout.fields() for group_id in field.applies_to}
    for group in mapped:
        try:
            members = reader.people_of(group.dn)
        except DirectoryRefused as error:
            text = _(
                "The group “%(key)s” keeps its members: %(why)s", key=group.key, why=error.message
            )
            with transaction():
                runs.note_problem(task.run_id, text)
            continue
        with transaction():
            task.lease.heartbeat()
            set_members(group.id, members or set(), renews_search=group.id in applying)
            if members is None:
                text = _("The group “%(key)s” is not in the directory: it is empty.", key=group.key)
                runs.note_problem(task.run_id, text)
    with transaction():
        task.lease.heartbeat()
        settle_local_groups(index)


def settle_local_groups(index: PeopleIndex) -> None:
    """Make the declared logins members of local groups, as far as they exist; in a transaction."""
    for group in db.session.scalars(select(Group).where(Group.directory_id.is_(None))).all():
        found = {index.login(login) for login in group.logins}
        set_members(group.id, {person_id for person_id in found if person_id is not None})


def set_members(group_id: int, members: set[int], *, renews_search: bool = True) -> None:
    """Make exactly these people the members of a group; in a transaction, two writes at most.

    :param renews_search: whether a category applies to the group, so that its members have more
    """
    rows = select(Membership.person_id).where(Membership.group_id == group_id)
    stored = set(db.session.scalars(rows))
    left, joined = stored - members, members - stored
    if left:
        db.session.execute(
            delete(Membership).where(
                Membership.group_id == group_id, Membership.person_id.in_(left)
            )
        )
    if joined:
        db.session.execute(
            insert(Membership),
            [{"group_id": group_id, "person_id": person_id} for person_id in sorted(joined)],
        )
    if renews_search:
        tell_changed(sorted(left | joined))


@dataclass
class GroupReader:
    """Reads groups, those inside them, and so on; each entry once."""

    session: LdapSession
    index: PeopleIndex
    directory_id: int
    read: dict[str, list[str] | None] = field(default_factory=dict)

    def people_of(self, dn: str) -> set[int] | None:
        """Return the people of a group and of the groups inside it; None if it is not there.

        A group that contains itself, directly or not, is read once; 20 levels are followed.
        """
        if self._members(dn) is None:
            return None
        people: set[int] = set()
        met = {fold_dn(dn)}
        level = [dn]
        for _depth in range(DEEPEST):
            inside: list[str] = []
            for group in level:
                for member in self._readable_members(group):
                    person_id = self.index.member(member, self.directory_id)
                    if person_id is not None:
                        people.add(person_id)
                    elif is_dn(member) and fold_dn(member) not in met:
                        met.add(fold_dn(member))
                        inside.append(member)
            level = inside
        return people

    def _readable_members(self, dn: str) -> list[str]:
        """Return the members; of another server's group, or a closed one: nobody gains by it."""
        try:
            return self._members(dn) or []
        except DirectoryRefused:
            return []

    def _members(self, dn: str) -> list[str] | None:
        folded = fold_dn(dn)
        if folded not in self.read:
            self.read[folded] = self._read(dn)
        return self.read[folded]

    def _read(self, dn: str) -> list[str] | None:
        try:
            entry = self.session.read(dn, MEMBER_ATTRIBUTES)
        except (EntryNotFound, InvalidValue):
            return None
        values = [value for name in MEMBER_ATTRIBUTES for value in entry.values(name)]
        return [value.decode("utf-8", "replace") for value in values]
