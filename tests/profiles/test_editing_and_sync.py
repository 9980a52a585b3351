"""A person's edit and a run meet: nothing is overwritten unseen, locks follow the directory."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from flask import Flask

from lupweb.database import db, transaction
from lupweb.errors import Forbidden, ProfileChanged
from lupweb.people.queries import get_person
from lupweb.profiles.editor import define_field
from lupweb.profiles.locks import LockReason
from lupweb.profiles.service import PersonRow
from lupweb.profiles.sources import Source
from lupweb.sync import apply, rows
from lupweb.sync.apply import Writer
from lupweb.sync.plan import Plan
from tests.databases import sqlite_first
from tests.factories import SUFFIX, a_connection, a_local_person, a_profile, a_run, an_entry
from tests.fakes import FakeDirectory
from tests.profiles.editing import (
    OpenForm,
    layout,
    origin_of,
    set_field,
    set_value,
    value_of,
    viewer_named,
)


@pytest.fixture
def company(in_app: Flask, directory: FakeDirectory) -> FakeDirectory:
    """Ada and Ben, of the directory; Lea, whom no directory holds."""
    an_entry(directory, "ada", "Ada Lovelace", title="Countess", telephoneNumber="0611-20570")
    an_entry(directory, "ben", "Ben Özgür")
    a_connection(directory)
    a_profile()
    a_run(directory)
    a_local_person("lea", position="Trainee")
    return directory


def opens(login: str) -> OpenForm:
    return OpenForm.of(viewer_named(login), login)


@sqlite_first
def test_b97_a_run_that_changes_a_value_while_a_form_is_open_is_told_and_kept(
    company: FakeDirectory,
) -> None:
    opened = opens("ada").type("im", "@ada")
    company.set("ada", "title", [b"Director"])
    a_run(company)

    saved = opened.save()

    assert [(told.key, told.now, told.was) for told in saved.told] == [
        ("position", "Director", "Countess")
    ]
    assert (value_of("ada", "position"), value_of("ada", "im")) == ("Director", "@ada")


@sqlite_first
def test_what_people_entered_survives_every_run_and_what_ldap_holds_is_locked(
    company: FakeDirectory,
) -> None:
    opens("ada").type("im", "@ada").save()
    company.set("ada", "title", [b"Director"])

    a_run(company)
    a_run(company)

    assert value_of("ada", "im") == "@ada"
    assert origin_of("ada", "im")["source"] == "user"
    lock = opens("ada").field("position").lock
    assert lock
    assert lock.reason is LockReason.LDAP
    with pytest.raises(Forbidden):
        opens("ada").type("position", "Queen").save()


@sqlite_first
def test_what_is_saved_while_a_run_is_at_work_is_not_written_over(
    company: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Writer.write

    def save_first(self: Writer, plans: Sequence[Plan]) -> list[Plan]:
        opens("ada").type("im", "@ada").save()
        return write(self, plans)

    monkeypatch.setattr(Writer, "write", save_first)
    company.set("ada", "title", [b"Director"])

    a_run(company)

    assert (value_of("ada", "im"), value_of("ada", "position")) == ("@ada", "Director")
    assert origin_of("ada", "im")["source"] == "user"


@sqlite_first
def test_what_is_saved_between_reading_and_writing_of_a_block_is_not_written_over(
    company: FakeDirectory, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored, saving = rows.updated_rows, threading.Thread(target=_in(app, _ada_saves))

    def read_then_save(*arguments: Any) -> list[PersonRow]:
        found = stored(*arguments)
        saving.start()
        saving.join(timeout=1)  # it has to wait for the block, or it would be written over
        return found

    monkeypatch.setattr(apply, "updated_rows", read_then_save)
    company.set("ada", "title", [b"Director"])

    a_run(company)
    saving.join(timeout=30)

    assert (value_of("ada", "im"), value_of("ada", "position")) == ("@ada", "Director")


def test_a_person_whom_no_directory_holds_edits_what_is_locked_for_others(
    company: FakeDirectory,
) -> None:
    set_field("department", source=Source.LDAP_ONLY)

    opened = opens("lea")

    assert opened.field("position").lock is None
    lock = opened.field("department").lock
    assert lock
    assert lock.reason is LockReason.ALWAYS_LDAP
    assert opened.type("position", "Engineer").save().changed == ["position"]


def test_a_field_with_write_back_stays_locked_as_long_as_nothing_can_be_written(
    company: FakeDirectory,
) -> None:
    set_field("position", writes_back=True)

    assert opens("ada").field("position").lock is not None


def test_a_mapping_that_is_taken_away_keeps_the_value_and_frees_it(company: FakeDirectory) -> None:
    set_field("position", source=Source.USER, attribute="")

    opens("ada").type("position", "Queen").save()
    a_run(company)

    assert value_of("ada", "position") == "Queen"


@pytest.mark.parametrize("source", [Source.XML, Source.ALTERNATIVE_LDAP])
def test_a_value_of_another_source_is_locked_until_its_import_lets_it_go(
    company: FakeDirectory, source: Source
) -> None:
    set_field("im", source=source, attribute="chat")
    assert opens("ada").field("im").lock is None

    with transaction():
        ada = get_person("ada")
        ada.provenance = {**ada.provenance, "im": {"source": str(source), "rev": 1}}
    assert opens("ada").field("im").lock is not None  # also where it is empty

    with transaction():
        ada = get_person("ada")
        origin = {**ada.provenance["im"], "is_released": True}
        ada.provenance = {**ada.provenance, "im": origin}
    opens("ada").type("im", "@ada").save()
    assert value_of("ada", "im") == "@ada"


def test_a_number_that_a_directory_delivered_stays_byte_for_byte_until_it_is_touched(
    company: FakeDirectory,
) -> None:
    set_field("phone", source=Source.USER, attribute="")

    opens("ada").type("im", "@ada").save()
    assert value_of("ada", "phone") == "0611-20570"

    opens("ada").type("phone", "0611 20571").save()
    assert value_of("ada", "phone") == "+49 611 20571"


def test_what_follows_from_another_field_follows_at_once(company: FakeDirectory) -> None:
    with transaction():
        rules = {"source": "im", "choices": ["@a* -> Team A", "@b* -> Team B"]}
        define_field("team", "Team", category="work", type_key="dependent", options=rules)
        again = {"source": "team", "choices": ["Team A -> First floor"]}
        define_field("floor", "Floor", category="work", type_key="dependent", options=again)

    assert opens("ada").type("im", "@ada").save().changed == ["im"]
    assert (value_of("ada", "team"), value_of("ada", "floor")) == ("Team A", "First floor")
    assert origin_of("ada", "floor")["source"] == "computed"
    lock = opens("ada").field("team").lock
    assert lock
    assert lock.reason is LockReason.COMPUTED

    opens("ada").type("im", "").save()
    assert (value_of("ada", "team"), value_of("ada", "floor")) == ("", "")


def test_a_hidden_person_of_before_is_named_to_nobody(company: FakeDirectory) -> None:
    opens("lea").type("manager", "ben").save()
    company.delete(f"uid=ben,ou=people,{SUFFIX}")
    a_run(company)
    a_run(company)

    shown = repr(opens("lea").form)

    assert "Özgür" not in shown


@sqlite_first
def test_b96_of_two_saves_at_the_same_moment_one_is_asked(
    company: FakeDirectory, app: Flask
) -> None:
    both_ready = threading.Barrier(2)
    ends: list[str] = []

    def save(text: str) -> None:
        with app.app_context():
            opened = opens("lea").type("position", text)
            both_ready.wait()
            try:
                opened.save()
                ends.append("saved")
            except ProfileChanged:
                ends.append("asked")
            finally:
                db.session.remove()

    _together(lambda: save("First"), lambda: save("Second"))

    assert sorted(ends) == ["asked", "saved"]
    assert value_of("lea", "position") in {"First", "Second"}


def test_two_people_in_different_fields_do_not_meet(company: FakeDirectory) -> None:
    first, second = opens("lea").type("position", "One"), opens("lea").type("im", "@lea")

    first.save()
    saved = second.save()

    assert (value_of("lea", "position"), value_of("lea", "im")) == ("One", "@lea")
    assert [told.key for told in saved.told] == ["position"]


def test_a_source_that_empties_what_was_touched_is_a_clash(company: FakeDirectory) -> None:
    opened = opens("lea").type("position", "Mine")
    set_value("lea", "position", "")

    with pytest.raises(ProfileChanged) as clash:
        opened.save()

    assert clash.value.form.clashes[0].theirs == ""
    assert layout().find_field("position")


def _ada_saves() -> None:
    opens("ada").type("im", "@ada").save()


def _in(app: Flask, act: Callable[[], None]) -> Callable[[], None]:
    """Return what another worker does: with a context and a connection of its own."""

    def work() -> None:
        with app.app_context():
            act()
            db.session.remove()

    return work


def _together(*acts: Callable[[], None]) -> None:
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
