"""One field as a person of the administrator's choice meets it: seen, filled in, or locked."""

from dataclasses import dataclass

from markupsafe import Markup

from lupweb.accounts.viewers import Viewer, require_administrator, viewer_as
from lupweb.errors import InvalidValue
from lupweb.field_types.base import NOBODY
from lupweb.people.models import Person
from lupweb.people.queries import group_names, groups_of
from lupweb.people.states import SHOWN
from lupweb.profiles.choosing import PersonChoice, SeveralMeant, register
from lupweb.profiles.desk import names_people, standing_of
from lupweb.profiles.document import values_of
from lupweb.profiles.layout import FieldLayout
from lupweb.profiles.locks import is_saved_to_directory, lock_of
from lupweb.profiles.naming import people_meant
from lupweb.profiles.visibility import applies, may_read, may_see
from lupweb.texts import Text


@dataclass(frozen=True)
class FieldPreview:
    """What somebody sees of a field.

    :param has_it: it is in their own profile
    :param reads_it: they see it in the profiles of others
    :param groups: names of the groups that decide this; none: everybody
    :param lock: why they cannot edit it; None: they can
    :param value: their own, where the administrator may see it; else None
    """

    person_id: int
    name: str
    handle: str
    has_it: bool
    reads_it: bool
    groups: tuple[str, ...]
    lock: Text | None
    is_saved: bool
    value: Markup | None


@dataclass(frozen=True)
class Chosen:
    """Whom an administrator means by what was typed: one person, or some to choose from."""

    person: Person | None = None
    people: tuple[PersonChoice, ...] = ()


def chosen_person(viewer: Viewer, text: str) -> Chosen:
    """Return whom `text` means: a name, a login, a mail address, or `id:<number>`; two queries.

    :raises Forbidden: if `viewer` is no administrator
    """
    require_administrator(viewer)
    if not text:
        return Chosen()
    found = register([text])
    try:
        stored = found.stored(text)
    except SeveralMeant as several:
        return Chosen(people=tuple(several.people))
    except InvalidValue:
        return Chosen()
    return Chosen(found.by_id[int(stored.removeprefix("id:"))])


def field_preview(viewer: Viewer, field: FieldLayout, person: Person) -> FieldPreview:
    """Return what `person` sees of a field; five queries.

    :raises Forbidden: if `viewer` is no administrator
    """
    require_administrator(viewer)
    groups = groups_of([person.id])[person.id]
    standing = standing_of(person, [field])
    lock = lock_of(field, standing, is_computed=not field.type.is_editable)
    decides = next(filter(None, (field.visible_to, *field.readers)), field.applies_to)
    names = group_names() if decides else {}
    return FieldPreview(
        person_id=person.id,
        name=person.name,
        handle=f"id:{person.id}",
        has_it=applies(field, groups),
        reads_it=may_read(viewer_as(person.id), field),
        groups=tuple(sorted(names[each] for each in decides if each in names)),
        lock=lock.sentence if lock else None,
        is_saved=is_saved_to_directory(field, standing),
        value=_value(viewer, field, person, groups),
    )


def may_read_attribute(viewer: Viewer, fields: list[FieldLayout], attribute: str) -> bool:
    """Return whether `viewer` may read every field that this attribute fills.

    What is kept from them here is not shown to them from the directory either.
    """
    folded = attribute.casefold()
    return all(may_read(viewer, each) for each in fields if each.attribute.casefold() == folded)


def _value(
    viewer: Viewer, field: FieldLayout, person: Person, groups: frozenset[int]
) -> Markup | None:
    if not may_see(viewer, field, person.id, groups) or person.state not in SHOWN:
        return None
    value = values_of(person.document).get(field.key, "")
    people = people_meant(field.type.split(value)) if names_people(field) else NOBODY
    return field.type.render(value, people.get(value), people) if value else Markup("")
