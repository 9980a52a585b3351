"""Take a directory away, and say what becomes of its people (sync.md section 2)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update

from lupweb import clock
from lupweb.accounts.sessions import close_sessions_of_people
from lupweb.accounts.viewers import Viewer
from lupweb.audit.service import Change, record
from lupweb.configfile.changing import change_setup, open_setup
from lupweb.configfile.directory_draft import DIRECTORIES
from lupweb.configfile.directory_editing import require_system_administrator
from lupweb.configfile.profile_editing import entry_of
from lupweb.configfile.recording import note_changes
from lupweb.database import db
from lupweb.directories.models import Directory, Identity
from lupweb.errors import InvalidValue
from lupweb.people.models import Group, Person
from lupweb.people.states import PersonState
from lupweb.profiles.models import ProfileField
from lupweb.profiles.service import tell_changed
from lupweb.texts import _
from lupweb.writeback.directory_changes import waiting_for

LOCAL, MISSING = "local", "missing"
BLOCK = 5_000
SHOWN = (PersonState.ACTIVE, PersonState.DISABLED)


@dataclass(frozen=True)
class RemovalQuestion:
    """What has to be known before a directory is taken away.

    :param people: how many people it has
    :param alone: how many of them are in no other directory that is asked
    :param groups: key and name of the groups that it holds; they must go first
    :param fields: key and name of the fields that it alone supplies; they must go first as well
    :param waiting: how many values that people entered it does not have yet
    """

    people: int
    alone: int
    waiting: int
    groups: Sequence[tuple[str, str]]
    fields: Sequence[tuple[str, str]] = ()


def removal_question(viewer: Viewer, directory: Directory) -> RemovalQuestion:
    """Return what the page asks with; five queries.

    :raises Forbidden: if `viewer` is no system administrator
    """
    require_system_administrator(viewer)
    present = Identity.directory_id == directory.id, Identity.is_gone.is_(False)
    people = select(func.count(Identity.person_id.distinct())).where(*present)
    groups = select(Group.key, Group.name).where(Group.directory_id == directory.id)
    fields = select(ProfileField.key, ProfileField.name).where(
        ProfileField.directory == directory.key, ProfileField.removed_at.is_(None)
    )
    return RemovalQuestion(
        people=db.session.scalar(people) or 0,
        alone=len(_alone(directory.id)),
        waiting=waiting_for(directory.id),
        groups=[(key, name) for key, name in db.session.execute(groups.order_by(Group.name))],
        fields=[
            (key, name) for key, name in db.session.execute(fields.order_by(ProfileField.name))
        ],
    )


def remove_directory(viewer: Viewer, directory: Directory, becomes: str, secret_key: str) -> str:
    """Take a directory away; call inside a transaction. Return its name.

    :param becomes: what becomes of the people whom no other directory has: `local`, their profiles
        are kept and can be edited here; `missing`, they are hidden and kept whole
    :raises Forbidden: if `viewer` is no system administrator
    :raises InvalidValue: if it is not said, groups of it are still declared, or nobody would be an
        administrator any more
    :raises AlreadyRunning: if a run of it is at work
    """
    require_system_administrator(viewer)
    if becomes not in {LOCAL, MISSING}:
        raise InvalidValue(_("Choose what becomes of the people. Nothing was changed."))
    stored = open_setup(viewer, secret_key)
    before = entry_of(stored, DIRECTORIES, directory.key)
    leaving = _alone(directory.id) if becomes == MISSING else []
    rest = {key: entry for key, entry in stored[DIRECTORIES].items() if key != directory.key}
    hide(viewer, leaving)  # before: an administrator must remain without them
    comparison = change_setup(viewer, stored, {DIRECTORIES: rest}, secret_key)
    note_changes(viewer.actor, stored, {**stored, DIRECTORIES: rest}, comparison)
    return str(before["name"])


def hide(viewer: Viewer, ids: Sequence[int]) -> None:
    """Let people be missing, whole as they are; call inside a transaction."""
    for start in range(0, len(ids), BLOCK):
        block = ids[start : start + BLOCK]
        shown = select(Person.id, Person.state).where(Person.id.in_(block), Person.state.in_(SHOWN))
        before = dict(db.session.execute(shown).all())
        missing = {"state": PersonState.MISSING, "rev": Person.rev + 1}
        db.session.execute(update(Person).where(Person.id.in_(before)).values(missing))
        changes = [Change(id_, "@state", str(was), "missing") for id_, was in before.items()]
        record(changes, source="user", run_id=None, at=clock.now(), actor=viewer.actor)
        close_sessions_of_people(list(before))
        tell_changed(list(before))


def _alone(directory_id: int) -> list[int]:
    """Return the people of a directory whom no other one has that is switched on."""
    elsewhere = (
        select(Identity.person_id)
        .join(Directory, Directory.id == Identity.directory_id)
        .where(
            Identity.directory_id != directory_id, Identity.is_gone.is_(False), Directory.is_enabled
        )
    )
    here = (
        select(Identity.person_id)
        .distinct()
        .where(
            Identity.directory_id == directory_id,
            Identity.is_gone.is_(False),
            Identity.person_id.not_in(elsewhere),
        )
    )
    return list(db.session.scalars(here))
