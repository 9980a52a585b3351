"""A value that waits to be saved to the directory is named before what only later runs could do."""

import pytest
from sqlalchemy import select, update

from lupweb import clock
from lupweb.database import db, transaction
from lupweb.diagnosis.findings import Act, Reason, State
from lupweb.directories.models import Directory, Identity
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.states import OutboxState
from lupweb.people.queries import get_person
from lupweb.profiles.models import ProfileField
from tests.diagnosis.conftest import Ask
from tests.diagnosis.reading import named


def waiting(state: OutboxState) -> None:
    """Let Ada's telephone number be on its way to the directory."""
    with transaction():
        is_phone = ProfileField.key == "phone"
        db.session.execute(update(ProfileField).where(is_phone).values(writes_back=True))
        person_id = get_person("ada").id
        entry = db.session.scalars(select(Identity).where(Identity.person_id == person_id)).one()
        db.session.add(
            OutboxMessage(
                directory_id=entry.directory_id,
                unique_id=entry.unique_id,
                person_id=person_id,
                field_key="phone",
                attribute="telephoneNumber",
                state=state,
                not_before=clock.now(),
                created_by="",
                created_at=clock.now(),
            )
        )


@pytest.mark.parametrize("state", [OutboxState.QUEUED, OutboxState.CONFLICT])
def test_a_value_that_waits_to_be_saved_is_named_with_its_state(
    why: Ask, state: OutboxState
) -> None:
    waiting(state)

    found = why("ada", "phone")

    assert found.reason is Reason.PENDING_WRITE
    assert state in str(found.decisive.evidence[0])
    assert [each.act for each in found.decisive.fixes] == [Act.SHOW_WRITE_BACK]
    assert why("ada", "position").reason is Reason.ENTRY_HAS_NO_VALUE


def test_what_was_written_does_not_wait(why: Ask) -> None:
    waiting(OutboxState.WRITTEN)

    found = why("ada", "phone")

    assert found.reason is Reason.VALUE_IS_HERE
    assert named(found, "pending").state is State.OK


def test_a_directory_to_which_nothing_is_saved_for_lack_of_unique_ids_is_named(why: Ask) -> None:
    waiting(OutboxState.WRITTEN)
    with transaction():
        db.session.execute(update(Directory).values(is_keyed_by_value=True))

    found = named(why("ada", "phone"), "pending")

    assert found.state is State.LOOK
    assert "gives its entries no unique id" in str(found.text)
