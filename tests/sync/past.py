"""What the record of changes says, against what is stored."""

from sqlalchemy import select

from lupweb.audit.models import History
from lupweb.database import db
from lupweb.people.models import Group, Membership
from lupweb.people.states import PersonState
from tests.sync.world import people, stored

GIVEN_UP = ("not_saved", "not_connected")
"""Sources of lines about values that were entered and never confirmed."""


def check_history() -> None:
    """Each line says what the one before it left, and the last one what is stored (I5)."""
    rows = select(History).order_by(History.id)
    last: dict[tuple[int, str], str] = {}
    cleared = {person.id for person in people() if person.state == PersonState.PURGED}
    for each in db.session.scalars(rows):
        if each.person_id in cleared:
            continue
        place = (each.person_id, each.field_key)
        is_given_up = each.source in GIVEN_UP and each.old == each.new
        assert is_given_up or each.old != each.new, place
        assert last.get(place, each.old) == each.old, (place, each.source, each.run_id)
        last[place] = each.new
    now = {person.id: stored(person) for person in people()}
    safety = select(Membership.person_id).join(Group).where(Group.key == "safety")
    for person_id in db.session.scalars(safety):
        now[person_id]["@group:safety"] = "member"
    for (person_id, key), value in last.items():
        if key != "@listed":
            assert now[person_id].get(key, "") == value, (person_id, key)
