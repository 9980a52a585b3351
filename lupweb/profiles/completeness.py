"""How much of their own profile somebody has filled in, and what may be out of date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lupweb import clock
from lupweb.accounts.viewers import Viewer
from lupweb.errors import Forbidden, NotFound
from lupweb.people.models import Person
from lupweb.people.queries import groups_of
from lupweb.profiles.desk import open_desk, standing_of
from lupweb.profiles.document import origin_of_value, values_of
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.locks import lock_of
from lupweb.profiles.origins import read_instant
from lupweb.profiles.visibility import may_see
from lupweb.texts import _

CONFIRMED_AT = "confirmed_at"


@dataclass(frozen=True)
class OpenField:
    """A field that is to be filled in, or to be confirmed; `key` names it in the edit form."""

    key: str
    label: str


@dataclass(frozen=True)
class Completeness:
    """How far a profile is, for its owner alone.

    :param total: how many fields this person can fill in
    :param missing: those that are empty, in the order of the profile
    :param doubtful: those that the owner has not confirmed for longer than they were to
    """

    total: int
    missing: Sequence[OpenField]
    doubtful: Sequence[OpenField]

    @property
    def share_percent(self) -> int:
        """Return how much is filled in; 100 only if nothing is missing, and always then."""
        return 100 * (self.total - len(self.missing)) // self.total if self.total else 100


def completeness(viewer: Viewer, layout: Layout, person: Person) -> Completeness | None:
    """Return how far a profile is; two queries. None for everybody but its owner.

    Only what this person sees and can fill in is counted (hostile-input.md B38), and of that what
    administrators count.
    """
    if viewer.person_id != person.id:
        return None
    groups = groups_of([person.id])[person.id]
    seen = [each for each in layout.fields() if may_see(viewer, each, person.id, groups)]
    standing = standing_of(person, seen)
    free = [
        each
        for each in seen
        if lock_of(each, standing, is_computed=not each.type.is_editable) is None
    ]
    counted = [each for each in free if each.in_completeness]
    values = values_of(person.document)
    filled = [each for each in free if values.get(each.key)]
    return Completeness(
        total=len(counted),
        missing=[_open(each) for each in counted if not values.get(each.key)],
        doubtful=[_open(each) for each in filled if _is_doubtful(each, person.provenance)],
    )


def confirm(viewer: Viewer, layout: Layout, handle: str, key: str) -> None:
    """Note that the owner says a value is still right; call inside a transaction.

    :raises NotFound: if there is no such person or field for this viewer, or no value
    :raises Forbidden: if it is somebody else's, or a value that they cannot edit
    :raises ReadOnlyMode: if nobody may edit anything now
    """
    desk = open_desk(viewer, layout, handle, to_write=True)
    person, found = desk.person, desk.fields.get(key)
    if viewer.person_id != person.id:
        raise Forbidden(_("Only the person can say that this is still right."))
    if found is None or not found.stored:
        raise NotFound(_("There is no such value in this profile."))
    if found.lock is not None:
        raise Forbidden(found.lock.sentence)
    origin = origin_of_value(person.provenance, key)
    confirmed = {**origin, CONFIRMED_AT: clock.now().isoformat()}
    person.provenance = {**person.provenance, key: confirmed}
    person.rev += 1  # a run that read the person before must not write this over


def _open(each: FieldLayout) -> OpenField:
    return OpenField(each.key, each.name)


def _is_doubtful(each: FieldLayout, provenance: Mapping[str, Any]) -> bool:
    if not each.confirm_days:
        return False
    since = _known_since(origin_of_value(provenance, each.key))
    return since is None or clock.now() - since > timedelta(days=each.confirm_days)


def _known_since(origin: Mapping[str, Any]) -> datetime | None:
    told = (read_instant(origin.get(name, "")) for name in (CONFIRMED_AT, "at"))
    return max((at for at in told if at), default=None)
