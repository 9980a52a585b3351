"""Let people be in the groups that they were in before a run; the last administrators stay."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import delete, select

from lupweb.accounts.grants import administrators_remain
from lupweb.database import db
from lupweb.errors import InvalidValue
from lupweb.people.models import Group, Membership
from lupweb.profiles.bulk import insert_rows
from lupweb.profiles.service import tell_changed
from lupweb.sync.noting import GROUP
from lupweb.undo.before import Putting

COLUMNS = ("group_id", "person_id", "nested_id", "run_id")


class Belonging:
    """Puts memberships back, for one undo; every method is called inside a transaction."""

    def __init__(self, undo_id: int) -> None:
        self._undo_id = undo_id
        rows = select(Group.id, Group.key).where(Group.directory_id.is_not(None))
        self._keys = dict(db.session.execute(rows).all())
        self._ids = {f"{GROUP}{key}": id_ for id_, key in self._keys.items()}

    def groups_of(self, person_ids: Sequence[int]) -> Mapping[int, set[str]]:
        """Return the keys of the groups of a directory that these people are in; one query."""
        rows = select(Membership.person_id, Membership.group_id).where(
            Membership.person_id.in_(person_ids), Membership.group_id.in_(self._keys)
        )
        found: dict[int, set[str]] = defaultdict(set)
        for person_id, group_id in db.session.execute(rows):
            found[person_id].add(self._keys[group_id])
        return found

    def put_back(self, plans: Sequence[Putting]) -> None:
        """Let people come back to groups, and leave those that they had come to.

        What cannot be is moved from what is put back to what is kept: a group that is declared no
        more, and who would leave the site without administrators.
        """
        for each in plans:
            each.keep([key for key in _groups(each) if key not in self._ids])
        self._join(plans)
        remains = administrators_remain()
        try:
            with db.session.begin_nested():
                self._leave(plans)
                remains()
        except InvalidValue:
            for each in plans:
                each.keep([key for key in _groups(each) if not each.back[key]])
        tell_changed(sorted(each.person_id for each in plans if _groups(each)))

    def _join(self, plans: Sequence[Putting]) -> None:
        rows = [
            (self._ids[key], each.person_id, None, self._undo_id)
            for each in plans
            for key in _groups(each)
            if each.back[key]
        ]
        insert_rows(Membership, COLUMNS, rows)

    def _leave(self, plans: Sequence[Putting]) -> None:
        leaving: dict[int, list[int]] = defaultdict(list)
        for each in plans:
            for key in _groups(each):
                if not each.back[key]:
                    leaving[self._ids[key]].append(each.person_id)
        for group_id, people in leaving.items():
            db.session.execute(
                delete(Membership).where(
                    Membership.group_id == group_id, Membership.person_id.in_(people)
                )
            )


def _groups(plan: Putting) -> list[str]:
    return [key for key in plan.back if key.startswith(GROUP)]
