"""Two records of one person side by side, as one administrator may see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from lupweb.accounts.giving import is_system_administrator
from lupweb.accounts.roles import Role
from lupweb.accounts.viewers import Viewer, require_administrator
from lupweb.duplicates.sides import Side, facts_of, refuse_impossible, sides, supplier_of
from lupweb.errors import InvalidValue
from lupweb.field_types.base import PersonLink
from lupweb.profiles.document import values_of
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.locks import Standing, lock_of
from lupweb.profiles.merging import digest
from lupweb.profiles.naming import people_meant
from lupweb.profiles.visibility import may_see
from lupweb.texts import Text, _

KEPT, OTHER = "kept", "other"
"""What a form says of a field: the value of the record that stays, or of the one that goes."""
PICTURE = "@picture"


@dataclass(frozen=True)
class Pair:
    """One field of both records, as the viewer may see it.

    :param why_fixed: why nothing can be chosen, or None
    :param takes_other: whether the value of the record that goes is taken
    """

    key: str
    label: str
    kept: Markup
    other: Markup
    differs: bool
    why_fixed: Text | None
    takes_other: bool

    @property
    def left_out(self) -> Markup:
        """Return what is not taken."""
        return self.kept if self.takes_other else self.other

    @property
    def result(self) -> Markup:
        """Return what the record has afterwards."""
        return self.other if self.takes_other else self.kept


@dataclass(frozen=True)
class Comparison:
    """Two records, what becomes of each field, and what the page was made from.

    :param taken: keys of all fields, also unseen ones, whose value the other record gives
    :param needs_system: only a system administrator may do it
    :param may_merge: this viewer may
    """

    kept: Side
    other: Side
    supplier: Side | None
    pairs: Sequence[Pair]
    taken: frozenset[str]
    takes_picture: bool
    revision: str
    needs_system: bool
    may_merge: bool

    @property
    def differing(self) -> Sequence[Pair]:
        """Return the fields in which the two differ."""
        return [each for each in self.pairs if each.differs]

    @property
    def equal(self) -> Sequence[Pair]:
        """Return the fields in which the two are the same."""
        return [each for each in self.pairs if not each.differs]

    @property
    def chooses_picture(self) -> bool:
        """Return whether there are two pictures to choose from."""
        pictures = {self.kept.picture, self.other.picture}
        return len(pictures) == 2 and "" not in pictures

    @property
    def is_barred_after(self) -> bool:
        """Return whether the person may not sign in afterwards."""
        sides = (self.kept.person, self.other.person)
        return any(each.barred_at is not None for each in sides)

    @property
    def names(self) -> Side:
        """Return the record that gives name, login and mail address."""
        return self.supplier or self.kept


def compare(
    viewer: Viewer,
    layout: Layout,
    options: Mapping[str, Any],
    ids: tuple[int, int],
    chosen: Mapping[str, str] | None = None,
) -> Comparison:
    """Return two records side by side; a constant number of queries.

    What the viewer may not see in both is not in it. It goes by rule: what the directory supplies,
    else what the record that stays has, else what the other one has.

    :param ids: the record that stays, the one that goes
    :param chosen: field key -> `KEPT` or `OTHER`; what is not in it goes by rule
    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if one of them does not exist
    :raises InvalidValue: if these two cannot be put together
    """
    require_administrator(viewer)
    if viewer.person_id in ids:
        raise InvalidValue(
            _(
                "One of the two is you. Another administrator can merge them: values that are kept"
                " from you would become yours. Nothing was changed."
            )
        )
    kept, other = sides(ids, options)
    refuse_impossible(kept, other)
    supplier = supplier_of(kept, other)
    build = _Builder(viewer, layout, kept, other, supplier, chosen)
    pairs = build.pairs()
    needs_system = Role.SYSTEM_ADMINISTRATOR in {kept.role, other.role}
    return Comparison(
        kept=kept,
        other=other,
        supplier=supplier,
        pairs=pairs,
        taken=build.taken(),
        takes_picture=build.takes_picture(),
        revision=digest(*facts_of(kept), *facts_of(other), *build.seen_values()),
        needs_system=needs_system,
        may_merge=not needs_system or is_system_administrator(viewer),
    )


@dataclass(frozen=True)
class _Builder:
    """What the fields of one comparison have in common."""

    viewer: Viewer
    layout: Layout
    kept: Side
    other: Side
    supplier: Side | None
    chosen: Mapping[str, str] | None

    def pairs(self) -> list[Pair]:
        """Return the fields that the viewer may see in both, where one has a value."""
        mine, theirs = self._values()
        seen = [each for each in self.layout.fields() if self._is_seen(each)]
        there = [each for each in seen if mine.get(each.key) or theirs.get(each.key)]
        items = [
            item
            for each in there
            if each.type.names_people
            for values in (mine, theirs)
            for item in each.type.split(values.get(each.key, ""))
        ]
        people = people_meant(items)
        return [self._pair(each, mine, theirs, people) for each in there]

    def seen_values(self) -> list[str]:
        """Return every value that the viewer may see in both, so that a change of it is seen.

        What is unseen goes by rule, whatever it is: a page that were refused because of it would
        tell that it changed.
        """
        seen = [each.key for each in self.layout.fields() if self._is_seen(each)]
        return [values.get(key, "") for values in self._values() for key in seen]

    def taken(self) -> frozenset[str]:
        """Return the keys of all values that come from the record that goes."""
        mine, theirs = self._values()
        fields = {each.key: each for each in self.layout.fields()}
        return frozenset(
            key
            for key in {**mine, **theirs}
            if mine.get(key) != theirs.get(key) and self._takes_other(key, fields.get(key))
        )

    def takes_picture(self) -> bool:
        """Return whether the picture of the record that goes is taken."""
        if not (self.kept.picture and self.other.picture):
            return bool(self.other.picture)
        return (self.chosen or {}).get(PICTURE) == OTHER

    def why_fixed(self, each: FieldLayout) -> Text | None:
        """Return why nobody chooses the value of a field, or None."""
        held_by = self.kept.directories | self.other.directories
        standing = Standing(in_directory=self.supplier is not None, held_by=held_by)
        lock = lock_of(each, standing, is_computed=not each.type.is_editable)
        return lock.sentence if lock else None

    def _pair(
        self,
        each: FieldLayout,
        mine: Mapping[str, str],
        theirs: Mapping[str, str],
        people: Mapping[str, PersonLink],
    ) -> Pair:
        before, after = mine.get(each.key, ""), theirs.get(each.key, "")
        return Pair(
            key=each.key,
            label=each.name,
            kept=_shown(each, before, people),
            other=_shown(each, after, people),
            differs=before != after,
            why_fixed=self.why_fixed(each),
            takes_other=before != after and self._takes_other(each.key, each),
        )

    def _takes_other(self, key: str, each: FieldLayout | None) -> bool:
        mine, theirs = self._values()
        if each is not None and not each.type.is_editable:
            return False  # it follows from others, whatever they become
        is_fixed = each is not None and self.why_fixed(each) is not None
        supplier = self._supplier_of(each)
        if is_fixed and supplier is not None:
            is_other = supplier is self.other
            has_none = not (theirs if is_other else mine).get(key)
            return is_other != (has_none and each is not None and each.falls_through)
        choice = (self.chosen or {}).get(key)
        if each is not None and not is_fixed and choice in {KEPT, OTHER} and self._is_seen(each):
            return choice == OTHER
        return not mine.get(key) and bool(theirs.get(key))

    def _supplier_of(self, each: FieldLayout | None) -> Side | None:
        """Return whose entry supplies a field afterwards; of a directory alone, the one there."""
        if each is None or not each.directory:
            return self.supplier
        held = (side for side in (self.kept, self.other) if each.directory in side.directories)
        return next(held, self.supplier if each.falls_through else None)

    def _is_seen(self, each: FieldLayout) -> bool:
        groups = self.kept.group_ids | self.other.group_ids
        sides = (self.kept.person.id, self.other.person.id)
        return all(may_see(self.viewer, each, id_, groups) for id_ in sides)

    def _values(self) -> tuple[dict[str, str], dict[str, str]]:
        return values_of(self.kept.person.document), values_of(self.other.person.document)


def _shown(each: FieldLayout, value: str, people: Mapping[str, PersonLink]) -> Markup:
    return each.type.render(value, people.get(value), people) if value else Markup("")
