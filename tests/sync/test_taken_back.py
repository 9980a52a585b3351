"""A set-up that is changed, and changed back before a run has ended well with the one or the other.

What came in between does not stay until the next night.
"""

from typing import Any

import pytest
from sqlalchemy import select

from lupweb import clock
from lupweb.accounts.viewers import OPERATOR
from lupweb.configfile.changing import change_setup, open_setup
from lupweb.database import db, transaction
from lupweb.directories.service import get_directory
from lupweb.errors import DirectoryUnavailable
from lupweb.people.queries import get_person
from lupweb.profiles.layout import load_layout
from lupweb.profiles.models import ProfileField
from lupweb.profiles.writing import Hand, store_values
from lupweb.sync import phases
from lupweb.sync.fingerprints import unread_fields
from tests.factories import SECRET_KEY
from tests.fakes import FakeDirectory
from tests.sync.observing import changes_read, synchronized, values


def change_field(key: str, **settings: Any) -> None:
    """Change a field as an administrator does."""
    with transaction():
        stored = open_setup(OPERATOR, SECRET_KEY)
        fields = {**stored["fields"], key: {**stored["fields"][key], **settings}}
        change_setup(OPERATOR, stored, {"fields": fields}, SECRET_KEY)


def type_in(login: str, key: str, value: str) -> None:
    """Enter a value, as its owner does."""
    with transaction():
        hand = Hand("user", "", clock.now())
        store_values(load_layout(), get_person(login), {key: value}, hand)


def break_off(company: FakeDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read changes; people are written, and then the directory is gone."""

    def gone(*_given: object, **_named: object) -> bool:
        raise DirectoryUnavailable("The server is not reachable.")

    with monkeypatch.context() as patched:
        patched.setattr(phases, "read_groups", gone)
        assert changes_read(company)["state"] == "failed"


def test_an_attribute_that_was_tried_leaves_nothing_behind(
    company: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    synchronized(company)
    change_field("phone", attribute="mail")
    break_off(company, monkeypatch)
    assert values("ada")["phone"] == "ada@example.com"
    change_field("phone", attribute="telephoneNumber")

    changes_read(company)

    assert values("ada")["phone"] == "+49 611 20570"


def test_no_file_or_form_has_to_change_a_mapping_for_that(
    company: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that is writing by another set-up is enough, whoever wrote the set-up."""
    synchronized(company)
    phone = select(ProfileField).where(ProfileField.key == "phone")
    for attribute in ("mail", "telephoneNumber"):
        with transaction():
            db.session.scalars(phone).one().attribute = attribute
        if attribute == "mail":
            break_off(company, monkeypatch)

    assert changes_read(company)["mode"] == "fill"

    assert values("ada")["phone"] == "+49 611 20570"


def test_names_of_an_attribute_that_was_tried_are_read_again(
    company: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    synchronized(company)
    company.set("ada", "departmentNumber", [b"Seven"])
    company.set("ben", "departmentNumber", [b"Eight"])
    for attribute in ("departmentNumber", "displayName"):
        with transaction():
            get_directory("main").name_attribute = attribute
        if attribute == "departmentNumber":
            break_off(company, monkeypatch)
            assert get_person("ada").name == "Seven"

    assert changes_read(company)["mode"] == "full"

    assert get_person("ada").name == "Ada Lovelace"


def test_what_was_typed_meanwhile_gives_way(company: FakeDirectory) -> None:
    synchronized(company)
    change_field("phone", source="user", attribute="")
    type_in("ada", "phone", "+49 30 1")
    change_field("phone", source="ldap", attribute="telephoneNumber")
    assert unread_fields(get_directory("main").id) == {"phone"}

    changes_read(company)

    assert values("ada")["phone"] == "+49 611 20570"


def test_a_field_that_comes_back_is_read_for_everybody(
    company: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    synchronized(company)
    with transaction():
        stored = open_setup(OPERATOR, SECRET_KEY)
        rest = {key: each for key, each in stored["fields"].items() if key != "phone"}
        change_setup(OPERATOR, stored, {"fields": rest}, SECRET_KEY)
    company.set("ada", "telephoneNumber", [b"+49 30 2"])
    break_off(company, monkeypatch)
    with transaction():
        now = open_setup(OPERATOR, SECRET_KEY)
        change_setup(OPERATOR, now, {"fields": stored["fields"]}, SECRET_KEY)

    changes_read(company)

    assert values("ada")["phone"] == "+49 30 2"


def test_what_was_forgotten_while_a_run_was_at_work_is_not_noted_at_its_end(
    company: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    synchronized(company)
    true = phases.read_groups

    def changed_meanwhile(*given: Any, **named: Any) -> bool:
        change_field("phone", source="user", attribute="")
        type_in("ada", "phone", "+49 30 1")
        change_field("phone", source="ldap", attribute="telephoneNumber")
        return true(*given, **named)

    with monkeypatch.context() as patched:
        patched.setattr(phases, "read_groups", changed_meanwhile)
        changes_read(company)

    assert changes_read(company)["mode"] == "fill"
    assert values("ada")["phone"] == "+49 611 20570"


def test_a_field_that_is_only_called_otherwise_is_not_read_again(company: FakeDirectory) -> None:
    synchronized(company)
    change_field("phone", name="Telephone", help="Any.", in_table=True)

    assert changes_read(company)["mode"] == "changes"
