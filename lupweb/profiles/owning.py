"""What the profile page offers to those who may edit: the owner, delegates, administrators."""

from collections.abc import Sequence
from dataclasses import dataclass

from lupweb.accounts.viewers import Viewer
from lupweb.database import db
from lupweb.people.models import Person
from lupweb.people.queries import groups_of
from lupweb.profiles.completeness import Completeness, completeness
from lupweb.profiles.history import ForeignEdit, foreign_edits
from lupweb.profiles.layout import Layout
from lupweb.profiles.rights import may_edit


@dataclass(frozen=True)
class Offer:
    """What a viewer can do with a profile.

    :param may_edit: whether there is an edit page for them now
    :param may_see_history: the owner and administrators see what was changed
    :param completeness: None for everybody but the owner
    :param edits: what others changed, and the owner has not read yet
    """

    may_edit: bool = False
    may_see_history: bool = False
    completeness: Completeness | None = None
    edits: Sequence[ForeignEdit] = ()


NOTHING_OFFERED = Offer()


def offer_of(viewer: Viewer, layout: Layout, person_id: int, *, read_only: bool = False) -> Offer:
    """Return what `viewer` can do with a profile that they see; a constant number of queries.

    :param read_only: nobody may edit anything now
    """
    person = db.session.get_one(Person, person_id)
    is_own = viewer.person_id == person_id
    may = may_edit(viewer, person, groups_of([person_id])[person_id])
    return Offer(
        may_edit=may and not read_only,
        may_see_history=is_own or viewer.is_operator or viewer.role.is_administrator,
        completeness=completeness(viewer, layout, person),
        edits=foreign_edits(viewer, layout) if is_own else (),
    )
