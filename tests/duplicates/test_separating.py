"""Two records that were put together are taken apart again, but for what was changed since."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from lupweb import clock
from lupweb.database import db, transaction
from lupweb.directories.models import Identity
from lupweb.duplicates.models import Merge
from lupweb.duplicates.separating import separate
from lupweb.errors import InvalidValue
from lupweb.outbox.models import OutboxMessage
from lupweb.people.queries import find_person
from lupweb.people.states import PersonState
from lupweb.profiles.editor import define_field
from lupweb.profiles.models import IndexedValue, ProfileField
from tests.databases import sqlite_first
from tests.duplicates.conftest import ADMIN, Two, layout, person, write
from tests.factories import a_local_person

PutTogether = Callable[..., Merge]


@sqlite_first
def test_a_merge_is_undone_but_for_what_was_changed_since(
    two: Two, put_together: PutTogether
) -> None:
    before = {number: person(number).document for number in (two.new, two.old)}
    local = a_local_person("extra")
    put_together(two.new, local)
    record = put_together(two.new, two.old)
    write("ines", about="Edited after.")

    with transaction():
        separate(ADMIN, layout(), record.id)

    old, new = person(two.old), person(two.new)
    assert (old.state, old.merged_into_id) == (PersonState.MISSING, None)
    assert old.document == before[two.old]
    assert new.document["values"]["about"] == "Edited after."
    found = find_person("ines.old")
    assert found is not None
    assert found.id == two.old
    two.run()
    assert person(two.old).state == PersonState.MISSING
    assert person(local).merged_into_id == two.new


def test_an_untouched_merge_leaves_no_trace_when_undone(
    two: Two, put_together: PutTogether
) -> None:
    before = person(two.new).document, person(two.new).login

    record = put_together(two.new, two.old)
    with transaction():
        separate(ADMIN, layout(), record.id)

    assert (person(two.new).document, person(two.new).login) == before


@sqlite_first
def test_one_of_several_who_are_named_leads_to_the_record_that_stays_and_back(
    two: Two, put_together: PutTogether
) -> None:
    with transaction():
        define_field("crew", "Crew", category="work", type_key="multi_user_select")
    ben = find_person("ben")
    assert ben
    number = ben.id
    write("ben", crew=f"id:{two.new}\nid:{two.old}\nid:{number}")
    rows = select(IndexedValue.place, IndexedValue.referred_id).where(
        IndexedValue.person_id == number, IndexedValue.value.startswith("id:")
    )
    named = rows.join(ProfileField, ProfileField.id == IndexedValue.field_id).where(
        ProfileField.key == "crew"
    )

    record = put_together(two.new, two.old)
    merged = sorted(map(tuple, db.session.execute(named)))
    with transaction():
        separate(ADMIN, layout(), record.id)

    assert merged == [(0, two.new), (1, two.new), (2, number)]
    apart = sorted(map(tuple, db.session.execute(named)))
    assert apart == [(0, two.new), (1, two.old), (2, number)]


def test_a_late_or_second_undo_is_refused(
    two: Two, put_together: PutTogether, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = put_together(two.new, two.old)
    with transaction():
        record = db.session.get_one(Merge, record.id)
        record.at = record.at.replace(year=record.at.year - 1)

    with pytest.raises(InvalidValue, match="30 days"), transaction():
        separate(ADMIN, layout(), record.id)


def test_records_that_lead_to_one_lead_on_to_the_next(two: Two, put_together: PutTogether) -> None:
    local = a_local_person("extra")
    first = put_together(two.old, local)
    put_together(two.new, two.old)

    assert person(local).merged_into_id == two.new
    with pytest.raises(InvalidValue, match="merged again"), transaction():
        separate(ADMIN, layout(), first.id)


def a_message(person_id: int, field_key: str) -> int:
    """Let a value of a person wait for the directory; return the message's number."""
    with transaction():
        message = OutboxMessage(
            directory_id=db.session.scalars(select(Identity.directory_id)).first(),
            unique_id="an entry", person_id=person_id, field_key=field_key, attribute="mobile",
            not_before=clock.now(), created_by=f"person:{person_id}", created_at=clock.now(),
        )  # fmt: skip
        db.session.add(message)
        db.session.flush()
        return message.id


def test_what_waits_for_the_directory_goes_along_and_comes_back(
    two: Two, put_together: PutTogether
) -> None:
    phone = a_message(two.old, "phone")
    place, own_place = a_message(two.old, "location"), a_message(two.new, "location")

    def whose() -> dict[int, tuple[int, str]]:
        rows = db.session.scalars(select(OutboxMessage))
        return {each.id: (each.person_id, str(each.state)) for each in rows}

    record = put_together(two.new, two.old)
    merged = whose()
    with transaction():
        separate(ADMIN, layout(), record.id)

    given_up = (two.old, "cancelled")
    assert merged == {
        phone: (two.new, "queued"), place: given_up, own_place: (two.new, "queued"),
    }  # fmt: skip
    assert whose() == {
        phone: (two.old, "queued"), place: given_up, own_place: (two.new, "queued"),
    }  # fmt: skip
