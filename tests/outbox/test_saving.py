"""A value that goes to the directory: promised with the save, seen by its owner until then."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lupweb.accounts.roles import Role
from lupweb.audit.models import History
from lupweb.database import db, end_reading, transaction
from lupweb.directories.models import Directory
from lupweb.errors import InvalidForm, ReadOnlyMode
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.rows import place_of, wanted_of
from lupweb.outbox.service import promise, promised
from lupweb.outbox.values import unpacked
from lupweb.people.queries import get_person
from lupweb.profiles.editing import save_profile
from lupweb.profiles.history import foreign_edits
from tests.databases import both_databases
from tests.factories import SUFFIX
from tests.fakes import FakeDirectory
from tests.outbox.company import enters, message, messages_of, open_message, opens
from tests.profiles.editing import ADMIN, OpenForm, layout, set_field, value_of, viewer_named

pytestmark = pytest.mark.usefixtures("company")


@pytest.fixture
def woken() -> Iterator[list[int]]:
    """The directories that a worker was woken for."""
    found: list[int] = []

    def wake(directory_id: int) -> None:
        found.append(directory_id)

    with promised.connected_to(wake):
        yield found


def history_of(login: str) -> list[tuple[str, str, str]]:
    person_id = get_person(login).id
    rows = select(History).where(History.person_id == person_id).order_by(History.id)
    return [(each.field_key, each.old, each.new) for each in db.session.scalars(rows)]


@both_databases
def test_a_save_keeps_the_confirmed_value_and_promises_the_new_one(
    company: FakeDirectory, woken: list[int]
) -> None:
    before = len(history_of("ada"))

    saved = opens("ada").type("position", "Director").type("im", "@ada").save()

    assert (list(saved.changed), list(saved.promised)) == (["im", "position"], ["position"])
    assert value_of("ada", "position") == "Countess"
    assert value_of("ada", "im") == "@ada"
    assert [key for key, _old, _new in history_of("ada")[before:]] == ["im"]
    (kept,) = messages_of("ada")
    assert (kept.old_value, kept.new_value) == ("Countess", "Director")
    assert (unpacked(kept.expected), unpacked(kept.desired)) == ((b"Countess",), (b"Director",))
    assert (kept.attribute, kept.created_by) == ("title", f"person:{get_person('ada').id}")
    assert woken == [1]


def test_several_values_of_one_save_wake_one_worker(woken: list[int]) -> None:
    opens("ada").type("position", "Director").type("location", "Rome").save()

    assert len(messages_of("ada")) == 2
    assert woken == [1]


def test_nobody_is_woken_for_a_save_that_is_taken_back(woken: list[int]) -> None:
    opened = opens("ada").type("position", "Director")

    def save_and_fail() -> None:
        with transaction():
            save_profile(opened.viewer, layout(), "ada", opened.sent())
            raise LookupError

    with pytest.raises(LookupError):
        save_and_fail()
    assert (messages_of("ada"), woken) == ([], [])


def test_the_owner_goes_on_from_what_they_entered_and_others_from_what_is_confirmed() -> None:
    enters("ada", "position", "Director")

    assert opens("ada").field("position").values == ("Director",)
    assert OpenForm.of(ADMIN, "ada").field("position").values == ("Countess",)


def test_a_double_click_makes_one_message() -> None:
    opened = opens("ada").type("position", "Director")

    opened.save()
    second = opened.save()

    assert len(messages_of("ada")) == 1
    assert not second.changed


def test_a_double_click_of_somebody_else_makes_one_message() -> None:
    opened = OpenForm.of(ADMIN, "ada").type("position", "Director")

    opened.save()
    opened.save()

    assert len(messages_of("ada")) == 1


def test_a_value_that_is_confirmed_already_is_not_written() -> None:
    opens("ada").type("position", "  Countess ").save()

    assert messages_of("ada") == []


@both_databases
def test_what_is_entered_next_keeps_the_first_expected_value(company: FakeDirectory) -> None:
    number = enters("ada", "position", "Director")

    assert enters("ada", "position", "Chair") == number

    kept = message(number)
    assert (kept.old_value, kept.new_value) == ("Countess", "Chair")
    assert unpacked(kept.expected) == (b"Countess",)


@both_databases
def test_entering_the_confirmed_value_again_takes_the_message_back(company: FakeDirectory) -> None:
    number = enters("ada", "position", "Director")

    opens("ada").type("position", "Countess").save()

    assert message(number).state == "cancelled"
    assert open_message("ada", "position") is None


@both_databases
def test_a_field_of_a_person_has_one_open_message_at_most(company: FakeDirectory) -> None:
    kept = message(enters("ada", "position", "Director"))

    twin = {
        column.name: getattr(kept, column.name)
        for column in OutboxMessage.__table__.columns
        if column.name != "id"
    }
    with pytest.raises(IntegrityError), transaction():
        db.session.add(OutboxMessage(**twin))
    with transaction():
        db.session.add(OutboxMessage(**{**twin, "state": "cancelled"}))


def test_b105_what_is_emptied_or_one_blank_deletes_the_attribute() -> None:
    number = enters("ada", "position", " ")

    assert (message(number).new_value, unpacked(message(number).desired)) == ("", ())


def test_a_value_that_others_entered_is_told_and_the_owner_may_change_it() -> None:
    OpenForm.of(ADMIN, "ada").type("position", "Director").save()

    number = enters("ada", "position", "Chair")

    ada = viewer_named("ada")
    assert [edit.labels for edit in foreign_edits(ada, layout())] == [["Position"]]
    assert message(number).created_by == f"person:{ada.person_id}"


def test_a_person_is_promised_by_the_entry_in_the_same_directory() -> None:
    number = enters("ben", "manager", "Ada Lovelace")

    assert unpacked(message(number).desired) == (f"uid=ada,ou=people,{SUFFIX}".encode(),)
    assert opens("ben").field("manager").values == ("Ada Lovelace",)


def test_a_person_without_an_entry_there_is_refused_beside_the_field() -> None:
    with pytest.raises(InvalidForm) as refused:
        opens("ben").type("manager", "Lea").save()

    (problem,) = refused.value.form.problems
    assert "has no entry in this directory" in str(problem.problem)
    assert messages_of("ben") == []


def test_in_read_only_mode_nothing_is_promised() -> None:
    opened = opens("ada").type("position", "Director")

    with pytest.raises(ReadOnlyMode), transaction():
        save_profile(opened.viewer, layout(), "ada", opened.sent(), read_only=True)

    assert messages_of("ada") == []


@pytest.mark.parametrize("setting", ["writes", "is_enabled"])
def test_a_directory_that_takes_nothing_locks_the_field_and_says_why(setting: str) -> None:
    with transaction():
        setattr(db.session.scalars(select(Directory)).one(), setting, False)

    lock = opens("ada").field("position").lock

    assert lock
    assert "saving to this directory is switched off" in str(lock.sentence)


def test_local_people_keep_their_values_here() -> None:
    opens("lea").type("position", "Clerk").save()

    assert (value_of("lea", "position"), messages_of("lea")) == ("Clerk", [])


def test_what_is_kept_here_now_goes_to_the_directory_no_more() -> None:
    number = enters("ada", "position", "Director")
    set_field("position", source="user")

    opens("ada").type("position", "Chair").save()

    assert value_of("ada", "position") == "Chair"
    assert (message(number).state, message(number).reason) == ("cancelled", "switched_off")


def test_what_is_promised_for_another_entry_makes_room(company: FakeDirectory) -> None:
    first = message(enters("ada", "position", "Director"))
    elsewhere = place_of(first).__class__(**{**vars(place_of(first)), "unique_id": "another"})

    with transaction():
        second = promise(elsewhere, wanted_of(first))

    assert (message(first.id).state, message(first.id).reason) == ("cancelled", "moved")
    assert second != first.id
    end_reading()


def test_an_administrator_starts_from_the_confirmed_value_of_somebody_else() -> None:
    enters("ada", "position", "Director")
    admin = viewer_named("ben", Role.ADMINISTRATOR)

    assert OpenForm.of(admin, "ada").field("position").values == ("Countess",)
