"""Who belongs to which group: read off the group entries, in every run (sync.md section 9)."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, select

from lupweb.database import db, end_reading, transaction
from lupweb.errors import DirectoryRefused, EntryNotFound, InvalidValue
from lupweb.ldap.dn import fold_dn, folded_dn
from lupweb.ldap.entry import Entry
from lupweb.ldap.session import Directory as LdapSession
from lupweb.people.models import Group, Membership
from lupweb.people.names import fold_login
from lupweb.profiles.bulk import insert_rows
from lupweb.profiles.service import tell_changed
from lupweb.runs import service as runs
from lupweb.sync import finding
from lupweb.sync.reading import Task
from lupweb.texts import _

MEMBER_ATTRIBUTES = ("member", "uniqueMember", "memberUid")
DEEPEST = 20
BLOCK = 4_000


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
    everybody = finding.everybody(task.facts.id) if mapped else finding.Everybody(())
    end_reading()
    reader = GroupReader(session, everybody, task.facts.id)
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
        settle_local_groups()


def settle_local_groups() -> None:
    """Make the declared logins members of local groups, as far as they exist; in a transaction."""
    for group in db.session.scalars(select(Group).where(Group.directory_id.is_(None))).all():
        found = finding.by_login(map(fold_login, group.logins))
        set_members(group.id, set(found.values()))


def set_members(group_id: int, members: set[int], *, renews_search: bool = True) -> None:
    """Make exactly these people the members of a group; call inside a transaction.

    :param renews_search: whether a category applies to the group, so that its members have more
    """
    rows = select(Membership.person_id).where(Membership.group_id == group_id)
    stored = set(db.session.scalars(rows))
    left, joined = stored - members, members - stored
    for start in range(0, len(left), BLOCK):
        some = sorted(left)[start : start + BLOCK]
        db.session.execute(
            delete(Membership).where(
                Membership.group_id == group_id, Membership.person_id.in_(some)
            )
        )
    coming = sorted(joined)
    for start in range(0, len(coming), BLOCK):
        joins = [(group_id, each) for each in coming[start : start + BLOCK]]
        insert_rows(Membership, ("group_id", "person_id"), joins)
    if renews_search:
        tell_changed(sorted(left | joined))


@dataclass(frozen=True)
class _Content:
    """What one group has: people who are known, and DNs that may be groups."""

    people: "array[int]"
    others: Sequence[str]


NOTHING = _Content(array("q"), ())


@dataclass
class GroupReader:
    """Reads groups, those inside them, and so on; each entry once.

    :param everybody: the people of the directory
    """

    session: LdapSession
    everybody: finding.Everybody
    directory_id: int
    read: dict[str, _Content | None] = field(default_factory=dict)

    def people_of(self, dn: str) -> set[int] | None:
        """Return the people of a group and of the groups inside it; None if it is not there.

        A group that contains itself, directly or not, is read once; 20 levels are followed.
        """
        if self._content(dn) is None:
            return None
        people: set[int] = set()
        met = {fold_dn(dn)}
        level = [dn]
        for _depth in range(DEEPEST):
            inside: list[str] = []
            for content in map(self._readable_content, level):
                people.update(content.people)
                inside += [each for each in content.others if fold_dn(each) not in met]
                met.update(map(fold_dn, content.others))
            level = inside
        return people

    def _readable_content(self, dn: str) -> _Content:
        """Return the content; of another server's group, or a closed one: nobody gains by it."""
        try:
            return self._content(dn) or NOTHING
        except DirectoryRefused:
            return NOTHING

    def _content(self, dn: str) -> _Content | None:
        folded = fold_dn(dn)
        if folded not in self.read:
            entry = self._entry(dn)
            self.read[folded] = None if entry is None else self._told_apart(_members(entry))
        return self.read[folded]

    def _told_apart(self, members: Iterable[str]) -> _Content:
        """Return whom the values name: by DN, or by login where a value is none."""
        people, others, logins = array("q"), [], []
        for member in members:
            dn = folded_dn(member)
            if not dn:
                logins.append(fold_login(member))
            elif (person := self.everybody.get(dn)) is not None:
                people.append(person)
            else:
                others.append(member)
        people.extend(finding.held(logins, self.directory_id).values())
        end_reading()
        return _Content(people, others)

    def _entry(self, dn: str) -> Entry | None:
        try:
            return self.session.read(dn, MEMBER_ATTRIBUTES)
        except (EntryNotFound, InvalidValue):
            return None


def _members(entry: Entry) -> Iterator[str]:
    """Yield what a group names as its members, one by one: they may be most of the company."""
    for name in MEMBER_ATTRIBUTES:
        for value in entry.values(name):
            yield value.decode("utf-8", "replace")
