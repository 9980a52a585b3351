"""Write who belongs to which group; the last administrators stay what they are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, exists, select, update

from lupweb.accounts.grants import ADMINISTRATORS, administrators_remain
from lupweb.accounts.models import RoleGrant
from lupweb.database import db, transaction
from lupweb.errors import InvalidValue
from lupweb.people.models import Group, Membership
from lupweb.people.names import fold_login
from lupweb.people.queries import one_of
from lupweb.profiles.bulk import insert_rows
from lupweb.profiles.service import tell_changed
from lupweb.runs import service as runs
from lupweb.sync import finding
from lupweb.sync.noting import note_memberships
from lupweb.texts import _

BLOCK = 4_000
FEW_LEAVE, FEW_LEAVE_PERCENT = 10, 50
"""So many members, or that share of them, may leave a group without being talked about."""


@dataclass(frozen=True)
class Moved:
    """What became of the members of a group.

    :param before: how many it had
    :param left: how many of them are members no more
    :param is_as_read: whether the members are those that were named
    """

    before: int
    left: int
    is_as_read: bool = True

    @property
    def is_great_loss(self) -> bool:
        """Return whether so many left at once that administrators are told (section 9)."""
        return self.left > FEW_LEAVE and self.left * 100 > self.before * FEW_LEAVE_PERCENT


def settle_local_groups(*, keeps_administrators: bool = False) -> list[str]:
    """Make the declared logins members of local groups, as far as they exist; in a transaction.

    :param keeps_administrators: who is the last to administer the site stays a member; otherwise
        it is for the caller to refuse that
    :returns: keys of the groups that keep members who are declared no more, or not found
    """
    kept = []
    local = select(Group.id, Group.key, Group.logins).where(Group.directory_id.is_(None))
    groups = db.session.execute(local).all()
    declared = [{fold_login(login) for login in group.logins} for group in groups]
    called = finding.by_login(set().union(*declared))
    stored = _stored_of([group.id for group in groups])
    for group, logins in zip(groups, declared, strict=True):
        members = dict.fromkeys(called[login] for login in sorted(logins & called.keys()))
        if members == stored.get(group.id, {}):
            continue  # as in nearly every run
        if not keeps_administrators:
            set_members(group.id, members)
        elif not change_members(group.id, members).is_as_read:
            kept.append(group.key)
    return kept


def list_kept(run_id: int, group_keys: Sequence[str]) -> None:
    """Say of groups that they keep members who left, as a problem of a run."""
    if not group_keys:
        return
    with transaction():
        for key in group_keys:
            text = _(
                "The group “%(key)s” keeps the members who left it: without them, nobody could"
                " administer the site any more. Give somebody else the role first.",
                key=key,
            )
            runs.note_problem(run_id, text)


def change_members(
    group_id: int,
    members: Mapping[int, int | None],
    *,
    run_id: int | None = None,
    renews_search: bool = True,
) -> Moved:
    """Make exactly these people the members, unless nobody would administer the site then.

    Who left stays a member then; who came is one. The rest as for `set_members`.
    """
    if not _gives_administration(group_id):
        return set_members(group_id, members, run_id=run_id, renews_search=renews_search)
    remains = administrators_remain()
    try:
        with db.session.begin_nested():
            moved = set_members(group_id, members, run_id=run_id, renews_search=renews_search)
            remains()
    except InvalidValue:
        everybody = {**dict.fromkeys(_stored(group_id)), **members}
        stayed = set_members(group_id, everybody, run_id=run_id, renews_search=renews_search)
        return Moved(stayed.before, 0, is_as_read=False)
    return moved


def set_members(
    group_id: int,
    members: Mapping[int, int | None],
    *,
    run_id: int | None = None,
    renews_search: bool = True,
) -> Moved:
    """Make exactly these people the members of a group; call inside a transaction.

    :param members: person -> the nested group through which; None: the group itself
    :param run_id: the run that found them; it is kept of those who come
    :param renews_search: whether a category applies to the group, so that its members have more, or
        it is the one that gives licences
    """
    stored = _stored(group_id)
    left = sorted(each for each in stored if each not in members)
    for some in _blocks(left):
        db.session.execute(delete(Membership).where(*_memberships(group_id, some)))
    joined = sorted(each for each in members if each not in stored)
    for some in _blocks(joined):
        joins = [(group_id, each, members[each], run_id) for each in some]
        insert_rows(Membership, ("group_id", "person_id", "nested_id", "run_id"), joins)
    _store_ways(group_id, {id_: members[id_] for id_, way in stored.items()
                           if id_ in members and members[id_] != way})  # fmt: skip
    note_memberships(group_id, joined, left, run_id)
    if renews_search:
        tell_changed(sorted([*left, *joined]))
    return Moved(len(stored), len(left))


def _gives_administration(group_id: int) -> bool:
    grants = select(RoleGrant.id).where(
        RoleGrant.group_id == group_id, RoleGrant.role.in_(ADMINISTRATORS)
    )
    return bool(db.session.scalar(select(exists(grants))))


def _stored(group_id: int) -> dict[int, int | None]:
    return _stored_of([group_id]).get(group_id, {})


def _stored_of(group_ids: Sequence[int]) -> dict[int, dict[int, int | None]]:
    """Return group -> its members, and the nested group through which; none without members."""
    rows = select(Membership.group_id, Membership.person_id, Membership.nested_id)
    found: dict[int, dict[int, int | None]] = {}
    for some in _blocks(group_ids):
        for group_id, person_id, way in db.session.execute(
            rows.where(one_of(Membership.group_id, some))
        ):
            found.setdefault(group_id, {})[person_id] = way
    return found


def _store_ways(group_id: int, ways: Mapping[int, int | None]) -> None:
    """Note the new ways of those who stay members; the run that found them stays."""
    for way in sorted(set(ways.values()), key=lambda each: each or 0):
        for some in _blocks(sorted(each for each in ways if ways[each] == way)):
            moved = update(Membership).where(*_memberships(group_id, some))
            db.session.execute(moved.values(nested_id=way))


def _memberships(group_id: int, people: Sequence[int]) -> tuple[ColumnElement[bool], ...]:
    return Membership.group_id == group_id, one_of(Membership.person_id, people)


def _blocks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + BLOCK] for start in range(0, len(ids), BLOCK))
