"""Who may see which value: the one place that decides (product.md section 1).

Profile, card, list, search and the command line all ask here, and nothing else may.
"""

from collections.abc import Iterable, Set
from typing import Protocol

from lupweb.accounts.viewers import Viewer
from lupweb.profiles.layout import FieldLayout, Layout


class AppliesTo(Protocol):
    """Something that only the people of some groups have; no groups: everybody."""

    @property
    def applies_to(self) -> frozenset[int]:
        """Return the ids of the groups."""


def applies(field: AppliesTo, person_groups: Set[int]) -> bool:
    """Return whether a person of these groups has this field in the profile at all."""
    return not field.applies_to or bool(field.applies_to & person_groups)


def may_read(viewer: Viewer, field: FieldLayout) -> bool:
    """Return whether `viewer` may read this field of other people."""
    if viewer.is_operator:
        return True
    if viewer.behind and not may_read(viewer.behind, field):
        return False
    return all(not allowed or bool(allowed & viewer.groups) for allowed in field.readers)


def may_see(viewer: Viewer, field: FieldLayout, person_id: int, person_groups: Set[int]) -> bool:
    """Return whether `viewer` may see this field of this person.

    One's own values are seen wherever the category applies to oneself (hostile-input.md B41).
    """
    if viewer.is_operator:
        return True
    if viewer.behind and not may_see(viewer.behind, field, person_id, person_groups):
        return False
    is_own = viewer.person_id == person_id
    return applies(field, person_groups) and (is_own or may_read(viewer, field))


class Sight:
    """Which of some fields a viewer sees of each person of a list; decided once for equal ones."""

    def __init__(self, viewer: Viewer, fields: Iterable[FieldLayout]) -> None:
        self._viewer = viewer
        self._fields = tuple(fields)
        self._themselves = {viewer.person_id, viewer.behind and viewer.behind.person_id}
        self._known: dict[tuple[int | None, Set[int]], tuple[FieldLayout, ...]] = {}

    def fields(self, person_id: int, person_groups: Set[int]) -> tuple[FieldLayout, ...]:
        """Return the fields of this person that the viewer may see, in their order."""
        # whose they are counts where they are one's own, and nowhere else
        case = (person_id if person_id in self._themselves else None, frozenset(person_groups))
        if case not in self._known:
            self._known[case] = tuple(
                field
                for field in self._fields
                if may_see(self._viewer, field, person_id, person_groups)
            )
        return self._known[case]


def is_public_in_search(field: FieldLayout) -> bool:
    """Return whether everybody may find people by this field.

    True for a restricted category only where an administrator switched on “values stay findable
    in search”; a field that is narrowed itself, or computed from what is restricted, never is.
    """
    if not field.is_restricted:
        return True
    return field.stays_findable and not field.visible_to and not field.source_readers


def closed_among(layout: Layout, keys: Iterable[str]) -> list[str]:
    """Return those of these keys of which not everybody may read the values.

    For what leaves the site: nobody who could be asked looks at it. A key that no field has is
    closed as well.
    """
    open_keys = {field.key for field in layout.fields() if not field.is_restricted}
    return [key for key in keys if key not in open_keys]


def findable_scopes(viewer: Viewer, layout: Layout) -> list[int]:
    """Return the ids of the restricted fields in which `viewer` may find other people."""
    return [
        field.id
        for field in layout.fields()
        if field.searchable and not is_public_in_search(field) and may_read(viewer, field)
    ]
