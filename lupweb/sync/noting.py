"""Keep in the history who came to a group and who left it, so that a run can be taken back."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select

from lupweb import clock
from lupweb.audit.service import Change, record
from lupweb.database import db
from lupweb.directories.models import Identity
from lupweb.people.models import Group
from lupweb.people.queries import one_of
from lupweb.profiles.picture_past import PICTURE
from lupweb.profiles.sources import Source
from lupweb.runs.states import OF_A_GROUP
from lupweb.texts import Text, _

GROUP = OF_A_GROUP
MEMBER = "member"
BLOCK = 4_000


def note_memberships(
    group_id: int, joined: Sequence[int], left: Sequence[int], run_id: int | None
) -> None:
    """Note who came and who left, by person id; inside the transaction that writes it.

    People whom the run has made are left out: there is nothing to be told of before.

    :param run_id: the run that found it; None: nothing is noted, as for local groups
    """
    if run_id is None or not (joined or left):
        return
    key = f"{GROUP}{db.session.get_one(Group, group_id).key}"
    changes = [Change(each, key, MEMBER, "") for each in left]
    for start in range(0, len(joined), BLOCK):
        some = joined[start : start + BLOCK]
        made = select(Identity.person_id).where(
            one_of(Identity.person_id, some), Identity.first_run_id == run_id
        )
        new = set(db.session.scalars(made))
        changes += [Change(each, key, "", MEMBER) for each in some if each not in new]
    record(changes, source=str(Source.LDAP), run_id=run_id, at=clock.now())


def labels_of(keys: Collection[str]) -> Mapping[str, Text]:
    """Return what the groups among these keys of the history are called, by key; one query."""
    wanted = {key.removeprefix(GROUP): key for key in keys if key.startswith(GROUP)}
    if not wanted:
        return {}
    names = dict(
        db.session.execute(select(Group.key, Group.name).where(Group.key.in_(wanted))).all()
    )
    return {
        key: _("Group “%(name)s”", name=names.get(group, group)) for group, key in wanted.items()
    }


def said(key: str, value: str) -> Text | str:
    """Return in words what the history says of a picture or a group; other values as they are."""
    if not value:
        return ""
    if key == PICTURE:
        return _("a picture")
    return _("is a member") if key.startswith(GROUP) else value
