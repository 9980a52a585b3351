"""Values that name people: in which form they are compared, and whom they name when stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from lupweb.field_types.base import FieldType
from lupweb.ldap.dn import folded_dn
from lupweb.people.names import fold_login
from lupweb.profiles.layout import FieldLayout, Layout


@dataclass(slots=True)
class Reference:
    """One single value that names a person.

    :param value: as it was delivered; "" if the field has none any more
    :param key: the form that is compared: a folded DN, or a folded login or mail address
    :param referred_id: whom it names, as far as that is known already
    :param place: where it stands among the values of its field; 0 in a field for one person
    """

    field_id: int
    value: str
    key: str
    is_dn: bool
    referred_id: int | None = None
    place: int = 0


class ReferenceRow(NamedTuple):
    """The same as it is stored: a row of `IndexedValue`."""

    person_id: int
    field_id: int
    place: int
    value: str
    key: str
    is_dn: bool
    referred_id: int | None = None


REFERENCE_COLUMNS = ReferenceRow._fields


def reference(field_id: int, value: str, place: int = 0) -> Reference:
    """Return what a single value of this field says; whom it names is settled later."""
    key, is_dn = _compared(value)
    return Reference(field_id, value, key, is_dn, place=place)


def references_in(field_id: int, kind: FieldType, value: str) -> list[Reference]:
    """Return what a stored value says: each person it names, or that it names nobody any more.

    :param kind: the type of the field, one that names people
    """
    if not kind.refers_to_people:
        return [reference(field_id, value)]
    items = kind.split(value) or [""]
    return [reference(field_id, item, place) for place, item in enumerate(items)]


def naming_fields(layout: Layout) -> dict[str, FieldLayout]:
    """Return key -> field of those whose values name people, one or several."""
    return {field.key: field for field in layout.fields() if field.type.names_people}


def references_of(fields: Mapping[str, FieldLayout], values: Mapping[str, str]) -> list[Reference]:
    """Return whom those values name that belong to `fields`; made for each person of a load.

    :param fields: of `naming_fields`
    :param values: field key -> stored value; "" says that there is none any more
    """
    return [
        each
        for key, field in fields.items()
        if key in values
        for each in references_in(field.id, field.type, values[key])
    ]


def reference_rows(
    field: FieldLayout, ids: Sequence[int], values: Sequence[str]
) -> list[ReferenceRow]:
    """Return whom a field of new people names, all at once; whom, is settled later.

    :param values: of each of these people; "" says nothing
    """
    if field.type.refers_to_people:
        return [
            ReferenceRow(id_, each.field_id, each.place, each.value, each.key, each.is_dn)
            for id_, value in zip(ids, values, strict=True)
            if value
            for each in references_in(field.id, field.type, value)
        ]
    compared = {value: _compared(value) for value in {*values} - {""}}
    return [
        ReferenceRow(id_, field.id, 0, value, *compared[value])
        for id_, value in zip(ids, values, strict=True)
        if value
    ]


@lru_cache(maxsize=4_096)  # a manager has several people
def _compared(value: str) -> tuple[str, bool]:
    folded = folded_dn(value)
    return (folded, True) if folded else (fold_login(value), False)
