"""People and what they say about their managers, put into the database at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update

from lupweb.accounts.viewers import OPERATOR, Viewer
from lupweb.database import db, transaction
from lupweb.orgchart import keeping
from lupweb.orgchart.models import OrgChart, SubtreeCount
from lupweb.orgchart.places import ChartView
from lupweb.orgchart.queries import find_chart
from lupweb.people.models import Person
from lupweb.people.states import PersonState
from lupweb.profiles.editor import define_category, define_field
from lupweb.profiles.layout import load_layout
from lupweb.profiles.models import IndexedValue, ProfileField
from lupweb.profiles.service import tell_changed

LINE = "line"
Row = tuple[Any, ...]


def a_chart(*dotted: str, dotted_for: Sequence[str] = (), **of_category: Sequence[str]) -> None:
    """Define the chart, whose lines are the values of “boss”; and dotted lines of their own.

    :param dotted_for: the groups that may read the dotted lines
    :param of_category: the groups of the category of “boss”
    """
    with transaction():
        define_category("more", "More", visible_to=dotted_for)
        define_category("lines", "Lines", **of_category)
        define_field("boss", "Boss", category="lines", type_key="user_select", searchable=False)
        for key in dotted:
            define_field(key, key.title(), category="more", type_key="multi_user_select")
        chart = OrgChart(key=LINE, name="Line", manager_field="boss", dotted_fields=[*dotted])
        db.session.add(chart)


def people(*ids: int, is_told: bool = True) -> None:
    """Add people of these numbers, whose names are in the same order.

    :param is_told: off where they are so many that making their words would take long
    """
    with transaction():
        rows = [
            {
                "id": id_,
                "login": f"p{id_}",
                "login_folded": f"p{id_}",
                "name": f"P{id_:05}",
                "sort_name": f"p{id_:05}",
            }
            for id_ in ids
        ]
        db.session.execute(insert(Person), rows)
        tell_changed(list(ids) if is_told else [])


def say(named: Mapping[int, int | str], *, key: str = "boss", is_told: bool = True) -> None:
    """Let people say who their manager is, in one transaction; "" takes it back.

    :param named: person -> the number of whom they name, or a text that names nobody
    """
    with transaction():
        field_id = db.session.scalars(select(ProfileField.id).filter_by(key=key)).one()
        said = IndexedValue.field_id == field_id
        db.session.execute(delete(IndexedValue).where(said, IndexedValue.person_id.in_(named)))
        rows = [
            {
                "person_id": person,
                "field_id": field_id,
                "value": f"p{manager}",
                "key": f"p{manager}",
                "is_dn": False,
                "referred_id": manager if isinstance(manager, int) else None,
            }
            for person, manager in named.items()
            if manager != ""
        ]
        if rows:
            db.session.execute(insert(IndexedValue), rows)
        tell_changed(list(named) if is_told else [], only_references=True)


def become(state: PersonState, *ids: int) -> None:
    """Let people come or go."""
    with transaction():
        db.session.execute(update(Person).where(Person.id.in_(ids)).values(state=state))
        tell_changed(list(ids))


def chart(viewer: Viewer = OPERATOR) -> ChartView:
    """Return the chart as somebody sees it."""
    return find_chart(LINE, viewer, load_layout())


def counts() -> set[Row]:
    """Return all that is stored about where people stand."""
    columns = SubtreeCount.__table__.c
    return set(map(tuple, db.session.execute(select(*columns))))


def counted_anew() -> set[Row]:
    """Return the same, after everything was counted from nothing."""
    with transaction():
        db.session.execute(delete(SubtreeCount))
        keeping.note_outdated()
        keeping.count_outdated()
        return counts()


def count() -> None:
    """Count what waits to be counted, as the scheduler does."""
    with transaction():
        keeping.count_outdated()
