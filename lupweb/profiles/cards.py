"""The card of a person: what stands for them in lists, chains and heads of pages."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from lupweb.accounts.viewers import Viewer
from lupweb.field_types.base import PersonLink
from lupweb.field_types.email import is_address
from lupweb.field_types.instant_messenger import InstantMessengerType
from lupweb.field_types.phone import dial_link
from lupweb.people.models import Person
from lupweb.people.names import colour_of, handle_of, initials_of
from lupweb.people.queries import groups_of, shared_logins
from lupweb.profiles.document import values_of
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.visibility import may_see


@dataclass(frozen=True)
class PersonCard:
    """What a viewer sees of a person at a glance; "" where there is nothing, or nothing to see.

    :param picture: the hash that names the picture
    """

    id: int
    name: str
    handle: str
    login: str
    initials: str
    colour: int
    subline: str
    department: str
    location: str
    email: str
    phone_href: str
    chat_href: str
    picture: str

    @property
    def link(self) -> PersonLink:
        """Return this person as other people's values name them."""
        return PersonLink(self.name, self.login, f"/people/{self.handle}")


def cards(viewer: Viewer, layout: Layout, people: Sequence[Person]) -> list[PersonCard]:
    """Return the cards of `people` in their order; two queries, however many they are."""
    if not people:
        return []
    groups = groups_of([person.id for person in people])
    shared = shared_logins(people)
    return [
        _card(
            viewer, layout, person, groups[person.id], is_unique=person.login_folded not in shared
        )
        for person in people
    ]


def visible_values(
    viewer: Viewer, layout: Layout, person: Person, groups: Set[int]
) -> Mapping[FieldLayout, str]:
    """Return the values of `person` that `viewer` may see, in the order of the profile."""
    values = values_of(person.document)
    return {
        field: values[field.key]
        for field in layout.fields()
        if field.key in values and may_see(viewer, field, person.id, groups)
    }


def _card(
    viewer: Viewer, layout: Layout, person: Person, groups: Set[int], *, is_unique: bool
) -> PersonCard:
    seen = visible_values(viewer, layout, person, groups)
    by_key = {field.key: (field, value) for field, value in seen.items()}
    texts = {key: field.type.text(value) for key, (field, value) in by_key.items()}
    return PersonCard(
        id=person.id,
        name=person.name,
        handle=handle_of(person.id, person.login, is_unique=is_unique),
        login=person.login,
        initials=initials_of(person.name),
        colour=colour_of(person.id),
        subline=texts.get("position", ""),
        department=texts.get("department", ""),
        location=texts.get("location", ""),
        email=person.email if is_address(person.email) else "",
        phone_href=_phone_href(by_key),
        chat_href=_chat_href(by_key),
        picture=person.picture_hash,
    )


def _phone_href(by_key: Mapping[str, tuple[FieldLayout, str]]) -> str:
    if "phone" not in by_key:
        return ""
    field, value = by_key["phone"]
    return dial_link(value, field.type.options.get("region"))


def _chat_href(by_key: Mapping[str, tuple[FieldLayout, str]]) -> str:
    if "im" not in by_key:
        return ""
    field, value = by_key["im"]
    return field.type.address(value) if isinstance(field.type, InstantMessengerType) else ""
