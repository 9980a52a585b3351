"""For whom of several people a field cannot be edited, as a list for repair asks."""

from collections.abc import Sequence

from sqlalchemy import select

from lupweb.database import db
from lupweb.people.models import Person
from lupweb.profiles.desk import standing_of
from lupweb.profiles.layout import FieldLayout
from lupweb.profiles.locks import lock_of
from lupweb.profiles.supply import supplies_of


def locked_for(field: FieldLayout, person_ids: Sequence[int]) -> frozenset[int]:
    """Return in whose profiles nobody may edit `field`; two queries.

    Says nothing about who looks: `visibility` and `rights` decide that.
    """
    supplies = supplies_of(person_ids)
    people = db.session.scalars(select(Person).where(Person.id.in_(person_ids)))
    return frozenset(
        each.id
        for each in people
        if lock_of(
            field,
            standing_of(each, [field], supplies[each.id]),
            is_computed=not field.type.is_editable,
        )
    )
