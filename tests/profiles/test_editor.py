"""Change fields and categories: by rules, with their values, and with a way back."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from lupweb import clock
from lupweb.accounts.roles import Role
from lupweb.accounts.viewers import Viewer
from lupweb.audit.events import events_about
from lupweb.configfile.category_editing import move_field, place_field, remove_category
from lupweb.configfile.field_draft import Draft, new_draft
from lupweb.configfile.field_editing import (
    add_field,
    bring_field_back,
    field_draft,
    remove_field,
    save_field,
)
from lupweb.configfile.profile_editing import key_of_name
from lupweb.database import db, transaction
from lupweb.errors import InvalidForm, InvalidValue, NotFound
from lupweb.jobs.housekeeping import forget_what_ended
from lupweb.options.service import options
from lupweb.orgchart.models import OrgChart
from lupweb.people.models import Person
from lupweb.people.queries import get_person
from lupweb.profiles.editor import define_category, define_field
from lupweb.profiles.field_changes import coverage, values_kept
from lupweb.profiles.layout import load_layout
from lupweb.profiles.models import IndexedValue
from lupweb.profiles.removal import removed_fields
from lupweb.profiles.service import tell_everybody_changed
from lupweb.search.queries import found_people
from lupweb.search.request import SearchRequest
from lupweb.texts import speaking
from tests.configfile.files import applied, exported
from tests.databases import both_databases
from tests.factories import SECRET_KEY, a_local_group, a_local_person

pytestmark = pytest.mark.usefixtures("in_app")
ADMIN = Viewer(role=Role.ADMINISTRATOR, account_id=7)


def change(key: str, **settings: Any) -> None:
    """Save the form of a field with other settings."""
    draft = field_draft(ADMIN, key, SECRET_KEY)
    changed = Draft("fields", key, {**draft.entry, **settings}, draft.revision)
    layout = load_layout()
    with transaction():
        save_field(ADMIN, layout, changed, SECRET_KEY)


def remove(key: str) -> None:
    with transaction():
        remove_field(ADMIN, key, SECRET_KEY)


def found(words: str) -> list[str]:
    """Return the logins of whom an employee finds."""
    request = SearchRequest(query=words)
    people = found_people(Viewer(), load_layout(), options(), request)
    return sorted(person.login for person in people)


def keys() -> list[str]:
    return [field.key for field in load_layout().fields()]


@both_databases
def test_a_deleted_field_is_found_by_nobody_and_comes_back_with_everything() -> None:
    with transaction():
        define_field("boss", "Boss", category="work", type_key="user_select")
        define_field("nick", "Nick", category="work")
    ada = a_local_person("ada")
    a_local_person("ben", nick="Quetzal", boss="ada")

    remove("nick")
    remove("boss")
    gone = (keys()[-2:], [each.key for each in removed_fields()], values_kept("nick"))
    with transaction():
        bring_field_back(ADMIN, "nick", SECRET_KEY)
        bring_field_back(ADMIN, "boss", SECRET_KEY)

    assert gone == (["department", "location"], ["boss", "nick"], 1)
    assert keys()[-2:] == ["nick", "boss"]
    assert removed_fields() == []
    assert db.session.scalars(db.select(IndexedValue.referred_id)).all() == [ada]


def test_after_thirty_days_a_deleted_field_goes_with_its_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with transaction():
        define_field("nick", "Nick", category="work")
    a_local_person("ben", nick="Quetzal", phone="1")
    remove("nick")
    now = clock.now()

    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=29))
    forget_what_ended()
    kept = values_kept("nick")
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=31))
    forget_what_ended()

    assert kept == 1
    assert removed_fields() == []
    assert get_person("ben").document["values"] == {"phone": "1"}
    with pytest.raises(NotFound), transaction():
        bring_field_back(ADMIN, "nick", SECRET_KEY)


def test_a_field_that_a_file_takes_out_can_be_brought_back_as_well() -> None:
    with transaction():
        define_field("nick", "Nick", category="work")
    without = exported().replace('key = "nick"', 'key = "other"')

    applied(without)

    assert [each.key for each in removed_fields()] == ["nick"]


def test_what_an_org_chart_needs_is_neither_deleted_nor_given_another_type() -> None:
    with transaction():
        define_field("boss", "Boss", category="work", type_key="user_select")
        db.session.add(OrgChart(key="line", name="Line", manager_field="boss", dotted_fields=[],
                                top=[], position=1))  # fmt: skip

    with pytest.raises(InvalidValue, match="The org chart “line” needs it"):
        remove("boss")
    with pytest.raises(InvalidForm, match="The org chart “line” needs it"):
        change("boss", type="text")

    assert "boss" in keys()


def test_a_field_that_another_one_is_made_of_stays() -> None:
    with transaction():
        define_field("land", "Country", category="work")
        define_field(
            "continent", "Continent", category="work", type_key="dependent",
            options={"source": "land", "choices": ["DE -> Europe"]},
        )  # fmt: skip

    with pytest.raises(InvalidValue, match="The field “continent” is made of it"):
        remove("land")


def test_a_computed_field_has_its_values_at_once_and_new_ones_with_new_rules() -> None:
    with transaction():
        define_field("land", "Country", category="work")
    a_local_person("ben", land="DE")
    draft = new_draft("fields", name="Continent", category="work", type="dependent")
    rules = {"settings": {"source": "land"}, "options": ("DE -> Europe",)}
    with transaction():
        add_field(ADMIN, Draft("fields", "", {**draft.entry, **rules}), SECRET_KEY)
    first = get_person("ben").document["values"]

    change("continent", options=("DE -> Old world",))

    assert first == {"land": "DE", "continent": "Europe"}
    assert get_person("ben").document["values"]["continent"] == "Old world"
    assert found("old world") == ["ben"]


@both_databases
def test_who_is_found_follows_every_setting_at_once() -> None:
    a_local_group("hr")
    with transaction():
        define_category("secret", "Secret", visible_to=["hr"])
        define_field("nick", "Nick", category="work")
    a_local_person("ben", nick="Quetzal")
    with transaction():
        tell_everybody_changed()
    change("nick", name="Nickname")
    open_to_all = found("quetzal")
    change("nick", searchable=False)
    not_searched = found("quetzal")
    change("nick", searchable=True, visible_to=("hr",))
    narrowed = found("quetzal")
    change("nick", visible_to=())
    with transaction():
        place_field(ADMIN, "nick", "secret", "", SECRET_KEY)

    assert (open_to_all, not_searched, narrowed) == (["ben"], [], [])
    assert found("quetzal") == []


def test_a_category_is_deleted_with_what_was_deleted_from_it() -> None:
    a_local_group("hr")
    with transaction():
        define_category("secret", "Secret", visible_to=["hr"])
        define_field("nick", "Nick", category="secret")
    a_local_person("ben", nick="Quetzal")
    remove("nick")

    with transaction():
        remove_category(ADMIN, "secret", "", SECRET_KEY)

    assert removed_fields() == []
    assert values_kept("nick") == 0


def test_coverage_counts_those_who_are_shown() -> None:
    a_local_person("ada", phone="1")
    a_local_person("ben", phone="")
    missing = a_local_person("cem", phone="2")
    with transaction():
        db.session.get_one(Person, missing).state = "missing"

    counted = coverage("phone")

    assert (counted.have, counted.people) == (1, 2)


def test_names_and_help_are_shown_in_the_readers_language() -> None:
    change("phone", names={"de": "Telefon"}, help_text="Desk", help_texts={"de": "Tisch"})

    with speaking("de"):
        german = load_layout().find_field("phone")
        other = load_layout().find_field("im")
    english = load_layout().find_field("phone")

    assert german
    assert other
    assert english
    assert (german.name, german.help_text, other.name) == ("Telefon", "Tisch", "Chat")
    assert (english.name, english.help_text) == ("Phone", "Desk")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Büro & Tür", "buero_tuer"),
        ("工程部", "field"),
        ("  ", "field"),
        ("Phone", "phone_2"),
        ("x" * 99, "x" * 40),
        ("Ängström 3.5", "aengstroem_3_5"),
    ],
)
def test_a_key_is_made_of_the_name_and_nobody_elses(name: str, key: str) -> None:
    assert key_of_name(name, "field", ["Phone"]) == key


def test_the_order_is_recorded_only_where_it_changed() -> None:
    with transaction():
        move_field(ADMIN, "phone", -1, SECRET_KEY)
        move_field(ADMIN, "phone", 1, SECRET_KEY)

    assert [each.kind for each in events_about("phone")] == ["field.moved"]


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """The statements that are sent from now on."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)


def test_the_number_of_queries_depends_neither_on_fields_nor_on_people(
    statements: list[str],
) -> None:
    def asked() -> tuple[int, int]:
        statements.clear()
        change("im", name=f"Chat {len(keys())}")
        saved = len(statements)
        statements.clear()
        with transaction():
            move_field(ADMIN, "phone", 1, SECRET_KEY)
            move_field(ADMIN, "phone", -1, SECRET_KEY)
        return saved, len(statements)

    asked()
    few = asked()
    with transaction():
        for number in range(40):
            define_field(f"f{number}", f"F {number}", category="work")
    for number in range(30):
        a_local_person(f"p{number}", im="x", phone="1")

    asked()  # gives the new ones their places

    assert asked() == few
