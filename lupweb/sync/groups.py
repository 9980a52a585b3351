"""Who belongs to which group: read off the group entries, in every run (sync.md section 9)."""

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select, update

from lupweb.database import db, end_reading, transaction
from lupweb.directories.nesting import NestedGroups
from lupweb.errors import DirectoryRefused, EntryNotFound, InvalidValue
from lupweb.ldap.dn import fold_dn, folded_dn
from lupweb.ldap.entry import Entry
from lupweb.ldap.session import Directory as LdapSession
from lupweb.people.models import Group, NestedGroup
from lupweb.people.names import fold_login
from lupweb.runs import service as runs
from lupweb.sync import finding, group_marks
from lupweb.sync.chain import ChainReader, chain_or_expand
from lupweb.sync.group_members import DEEPEST, DIRECT, MEMBER_ATTRIBUTES, Members, Nested
from lupweb.sync.memberships import Moved, change_members, list_kept, settle_local_groups
from lupweb.sync.memory import give_back
from lupweb.sync.noting import GROUP
from lupweb.sync.server import suffix_of
from lupweb.sync.task import Task
from lupweb.texts import Text, _

GONE, REFUSED = "gone", "refused"


@dataclass(frozen=True)
class _Mapped:
    id: int
    key: str
    dn: str


def read_groups(
    task: Task,
    session: LdapSession,
    *,
    moves_members: bool = True,
    absent: Collection[int] = (),
) -> bool:
    """Bring the members of every group of this directory, and every local one, up to date.

    A group that was not read keeps its members; one that vanished makes nobody a member.

    :param moves_members: people came, went, moved or have another login; if not, nothing is read
        where no group has changed since the last time
    :param absent: entries of people that were not found just now
    :returns: whether the groups of the directory were read
    """
    rows = db.session.scalars(select(Group).where(Group.directory_id == task.facts.id))
    mapped = [_Mapped(group.id, group.key, group.dn) for group in rows]
    mark = group_marks.mark_now(task, session, [(each.id, each.dn) for each in mapped])
    is_read = bool(mapped) and (moves_members or not mark or mark != task.standing.groups_mark)
    if is_read:
        task.standing.groups_mark = ""
        give_back()  # what people took: members of a large group take as much once more
        is_whole = _read_mapped(task, session, mapped, absent)
        give_back()
        task.standing.groups_mark = mark if is_whole else ""
    with transaction():
        task.lease.heartbeat()
        kept = settle_local_groups(keeps_administrators=True)
    list_kept(task.run_id, kept)
    return is_read


def _read_mapped(
    task: Task, session: LdapSession, mapped: Sequence[_Mapped], absent: Collection[int]
) -> bool:
    """Read these groups; return whether all of them could be read, and are as they were read."""
    everybody = finding.everybody(task.facts.id, absent)
    end_reading()
    reader = _reader(task, session, everybody)
    is_whole = True
    waiting: dict[_Mapped, Members] = {}
    for group in mapped:
        members = _readable_members(task, reader, group)
        if members is None:
            is_whole = False
        elif not _stored(task, group, members):
            waiting[group] = members
    # a group that was read after it may have brought another administrator
    kept = [group.key for group, members in waiting.items() if not _stored(task, group, members)]
    list_kept(task.run_id, kept)
    return is_whole and not kept


def _reader(
    task: Task, session: LdapSession, everybody: finding.Everybody
) -> Callable[[str], Members | None]:
    """Return what reads a group, as the directory is set up and can do."""
    facts = task.facts
    deepest = 1 if facts.nested_groups == NestedGroups.OFF else DEEPEST
    reader = GroupReader(session, everybody, facts.id, deepest)
    if facts.nested_groups != NestedGroups.CHAIN:
        return reader.members_of
    base = suffix_of(session.traits(), facts.user_base_dn) or facts.group_base_dn
    chain = ChainReader(session, everybody, facts.user_base_dn, base, reader.members_of)
    return chain_or_expand(task, session, chain)


def _readable_members(
    task: Task, members_of: Callable[[str], Members | None], group: _Mapped
) -> Members | None:
    """Return whom a group has, nobody if it vanished; None if it may not be read."""
    try:
        members = members_of(group.dn)
    except DirectoryRefused as error:
        text = _("The group “%(key)s” keeps its members: %(why)s", key=group.key, why=error.message)
        _note_trouble(task, group, REFUSED, text)
        return None
    if members is not None:
        return members
    text = _("The group “%(key)s” is not in the directory: it is empty.", key=group.key)
    _note_trouble(task, group, GONE, text)
    return Members(is_gone=True)


def _stored(task: Task, group: _Mapped, members: Members) -> bool:
    applying = {group_id for field in task.layout.fields() for group_id in field.applies_to}
    renews_search = group.id in applying or group.key == task.options.get("licence_group")
    with transaction():
        task.lease.heartbeat()
        moved = _store(group, members, task.run_id, renews_search=renews_search)
        if moved.is_great_loss:
            _announce(task, group, moved)
    return moved.is_as_read


def _announce(task: Task, group: _Mapped, moved: Moved) -> None:
    """Say that most members left: it takes rights away, so it is done, and may be a mistake."""
    text = _(
        "%(left)s of the %(before)s members of the group “%(key)s” left it at once, and may do and"
        " see no more what it gave them. If that is not right, put the group right in the"
        " directory: the next run reads it again.",
        left=moved.left,
        before=moved.before,
        key=group.key,
    )
    runs.note_problem(task.run_id, text, field=f"{GROUP}{group.key}")


def _note_trouble(task: Task, group: _Mapped, trouble: str, text: Text) -> None:
    with transaction():
        values = {"trouble": trouble, "read_run_id": task.run_id}
        db.session.execute(update(Group).where(Group.id == group.id).values(values))
        runs.note_problem(task.run_id, text)


def _store(group: _Mapped, members: Members, run_id: int, *, renews_search: bool) -> Moved:
    """Store who is in a group; return what became of its members."""
    ids = _store_nested(group.id, members.nested)
    ways = {person: ids[place] if place >= 0 else None for person, place in members.people.items()}
    values = {"trouble": GONE if members.is_gone else "", "read_run_id": run_id}
    db.session.execute(update(Group).where(Group.id == group.id).values(values))
    return change_members(group.id, ways, run_id=run_id, renews_search=renews_search)


def _store_nested(group_id: int, nested: Sequence[Nested]) -> list[int]:
    """Keep which groups are inside; return their ids. A group that stays keeps its id."""
    rows = db.session.scalars(select(NestedGroup).where(NestedGroup.group_id == group_id))
    stored = {fold_dn(row.dn): row for row in rows}
    ids: list[int] = []
    for each in nested:
        row = stored.pop(fold_dn(each.dn), None) or NestedGroup(group_id=group_id)
        row.dn, row.inside_id = each.dn, ids[each.inside] if each.inside >= 0 else None
        db.session.add(row)
        db.session.flush()
        ids.append(row.id)
    for row in stored.values():
        db.session.delete(row)
    db.session.flush()
    return ids


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
    :param deepest: so many levels are followed, that of the group itself among them
    """

    session: LdapSession
    everybody: finding.Everybody
    directory_id: int
    deepest: int = DEEPEST
    read: dict[str, _Content | None] = field(default_factory=dict)

    def members_of(self, dn: str) -> Members | None:
        """Return the people of a group and of the groups inside it; None if it is not there.

        A group that contains itself, directly or not, is read once; 20 levels are followed. Who
        is in it in several ways is found by the shortest, and by name among equals: the same
        whatever the order in which a server names its members.
        """
        content = self._content(dn)
        if content is None:
            return None
        found = Members(dict.fromkeys(content.people, DIRECT))
        met = {fold_dn(dn)}
        level = self._inside(content, DIRECT, met)
        for _depth in range(1, self.deepest):
            below: list[Nested] = []
            for nested in level:
                content = self._readable_content(nested.dn)
                if content is NOTHING:
                    continue
                place = len(found.nested)
                found.nested.append(nested)
                for person in content.people:
                    found.people.setdefault(person, place)
                below += self._inside(content, place, met)
            level = below
        return found

    @staticmethod
    def _inside(content: "_Content", place: int, met: set[str]) -> list[Nested]:
        """Return what may be a group there and was not met before; `met` gets it."""
        new = {fold_dn(each): each for each in content.others}
        found = [Nested(new[folded], place) for folded in sorted(new.keys() - met)]
        met.update(new)
        return found

    def _readable_content(self, dn: str) -> _Content:
        """Return the content; of another server's group, or a closed one: nobody gains by it.

        What has no members is no group, or one that says nothing.
        """
        try:
            content = self._content(dn) or NOTHING
        except DirectoryRefused:
            return NOTHING
        return content if content.people or content.others else NOTHING

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
