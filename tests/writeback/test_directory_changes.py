"""What a changed, tested or removed directory means for values that wait for it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from lupweb.accounts.viewers import OPERATOR, Viewer
from lupweb.audit.models import AuditEvent, History
from lupweb.configfile.changing import change_setup, open_setup
from lupweb.configfile.directory_removal import LOCAL, removal_question, remove_directory
from lupweb.database import db, end_reading, transaction
from lupweb.directories.service import get_directory
from lupweb.notices.models import Notice
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.service import promised
from lupweb.outbox.states import OutboxState
from lupweb.profiles.history import foreign_edits, history
from lupweb.profiles.layout import load_layout
from lupweb.writeback.directory_changes import try_again_now
from tests.factories import SECRET_KEY
from tests.fakes import FakeDirectory
from tests.writeback.world import Clock, confirmed, drain, enter, message, person_of, state


def save_setting(**changes: Any) -> None:
    """Change the directory as its page and the configuration file do."""
    with transaction():
        stored = open_setup(OPERATOR, SECRET_KEY)
        entry: Mapping[str, Any] = {**stored["directories"]["main"], **changes}
        change_setup(OPERATOR, stored, {"directories": {"main": entry}}, SECRET_KEY)


def refused(company: FakeDirectory) -> int:
    """Let a value wait since the directory refuses the password; return its message."""
    number = enter("anna", "position", "Chef")
    company.refuse_credentials()
    drain(company)
    company.refuse_credentials(refuse=False)
    drain(company)
    assert state(number) is OutboxState.WAITING
    return number


def test_x08_saved_settings_end_the_wait_and_wake_a_worker(
    company: FakeDirectory, clock_of: Clock
) -> None:
    number = refused(company)
    woken: list[int] = []

    def note(directory_id: int) -> None:
        woken.append(directory_id)

    with promised.connected_to(note):
        save_setting(name="Main, with a new password")
    assert woken == [1]
    drain(company)

    assert state(number) is OutboxState.WRITTEN


def test_a_directory_that_is_switched_on_again_gets_its_values_at_once(
    company: FakeDirectory, clock_of: Clock
) -> None:
    number = enter("anna", "position", "Chef")
    save_setting(write=False)
    drain(company)
    assert message(number).reason == "switched_off"

    save_setting(write=True)
    drain(company)

    assert state(number) is OutboxState.WRITTEN


def test_a_value_that_waits_for_its_own_next_try_goes_on_waiting(
    company: FakeDirectory, clock_of: Clock
) -> None:
    number = enter("anna", "position", "Chef")
    with transaction():
        found = db.session.get_one(OutboxMessage, number)
        found.state, found.reason = OutboxState.WAITING, "busy"
        found.not_before = clock_of.now() + timedelta(minutes=10)

    with transaction():
        try_again_now(1)
    drain(company)

    assert state(number) is OutboxState.WAITING


def test_what_waits_for_a_directory_that_is_removed_ends_with_it_and_its_people_are_told(
    company: FakeDirectory,
) -> None:
    enter("anna", "position", "Chef")
    enter("anna", "phone", "+49 30 7")
    conflict = enter("bert", "location", "Rome")
    with transaction():
        db.session.get_one(OutboxMessage, conflict).state = OutboxState.CONFLICT
        directory = get_directory("main")
        assert removal_question(OPERATOR, directory).waiting == 3
        remove_directory(OPERATOR, directory, LOCAL, SECRET_KEY)

    assert db.session.scalars(select(OutboxMessage)).all() == []
    lines = db.session.scalars(select(History).filter_by(source="not_connected")).all()
    assert {(each.field_key, each.old, each.new) for each in lines} == {
        ("position", "Cook", "Cook"),
        ("phone", "+49 30 1", "+49 30 1"),
        ("location", "Faro", "Faro"),
    }
    (event,) = db.session.scalars(select(AuditEvent).filter_by(kind="writeback.given_up"))
    assert (event.about, event.changes["values"]) == ("main", [None, 3])
    anna, layout = person_of("anna"), load_layout("DE")
    (told,) = foreign_edits(Viewer(anna.id), layout)
    assert (told.directory, sorted(told.labels)) == ("Main LDAP", ["Phone", "Position"])
    assert "Chef" not in str([each.about for each in db.session.scalars(select(Notice))])
    page = history(Viewer(anna.id), layout, "anna")
    assert {each.source for each in page.lines[:2]} == {"not_connected"}
    end_reading()
    assert confirmed("anna", "position") == "Cook"


def test_a_directory_without_waiting_values_is_removed_without_a_word(
    company: FakeDirectory,
) -> None:
    with transaction():
        remove_directory(OPERATOR, get_directory("main"), LOCAL, SECRET_KEY)

    assert db.session.scalars(select(Notice)).all() == []
    assert not db.session.scalars(select(AuditEvent).filter_by(kind="writeback.given_up")).all()
