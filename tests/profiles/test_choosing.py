"""Whom somebody means who types a person into a field."""

import pytest
from flask import Flask

from lupweb.database import db, transaction
from lupweb.errors import InvalidForm
from lupweb.options.registry import LICENCE_GROUP, UNLICENSED_USERS
from lupweb.options.service import set_option
from lupweb.people.models import Person
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from lupweb.profiles.editing import save_profile
from lupweb.profiles.editor import define_field
from lupweb.profiles.models import IndexedValue
from tests.databases import sqlite_first
from tests.factories import a_connection, a_local_person, a_run, an_entry
from tests.fakes import FakeDirectory
from tests.profiles.editing import OpenForm, layout, value_of, viewer_named

pytestmark = pytest.mark.usefixtures("office")


def ada_opens() -> OpenForm:
    return OpenForm.of(viewer_named("ada"), "ada")


def set_person(login: str, /, **columns: object) -> None:
    with transaction():
        person = get_person(login)
        for name, value in columns.items():
            setattr(person, name, value)


def refused(*typed: str, key: str = "manager") -> InvalidForm:
    with pytest.raises(InvalidForm) as error:
        ada_opens().type(key, *typed).save()
    return error.value


@sqlite_first
@pytest.mark.parametrize(
    "typed",
    ["ben", " BEN ", "ben@example.com", "Ben Özgür", "ben ÖZGÜR", "Ben Özgür (ben)", "id:{id}"],
)
def test_a_person_is_meant_by_login_mail_address_name_or_number(in_app: Flask, typed: str) -> None:
    ben = get_person("ben").id

    ada_opens().type("manager", typed.format(id=ben)).save()

    assert value_of("ada", "manager") == f"id:{ben}"
    (kept,) = db.session.scalars(db.select(IndexedValue))
    assert (kept.value, kept.referred_id) == (f"id:{ben}", ben)
    assert list(ada_opens().field("manager").values) == ["Ben Özgür"]


@sqlite_first
@pytest.mark.parametrize(
    "typed",
    ["nobody", "gone", "off", "room", "id:999999", f"id:{10**12}", "id:0", "a" * 5_000, "' OR 1=1"],
)
def test_b26_who_is_not_there_is_refused_in_the_same_words(in_app: Flask, typed: str) -> None:
    a_local_person("gone")
    a_local_person("off")
    a_local_person("room")
    set_person("gone", state=PersonState.MISSING)
    set_person("off", state=PersonState.DISABLED)
    set_person("room", is_listed=False)

    (field,) = refused(typed).form.problems

    assert str(field.problem) == (
        f"Nobody here is found by “{typed[:200]}”. Type a name, a login or a mail address."
    )
    assert list(field.people) == []


@pytest.mark.parametrize("login", ["gone", "off", "room"])
def test_b26_the_number_of_somebody_hidden_is_as_good_as_one_of_nobody(login: str) -> None:
    number = a_local_person(login)
    states = {"gone": PersonState.MISSING, "off": PersonState.DISABLED}
    set_person(login, state=states.get(login, PersonState.ACTIVE), is_listed=login != "room")

    (field,) = refused(f"id:{number}").form.problems

    assert str(field.problem).startswith(f"Nobody here is found by “id:{number}”.")


def test_b26_who_has_no_licence_and_is_hidden_for_it_cannot_be_chosen() -> None:
    with transaction():
        set_option(LICENCE_GROUP, "hr")
        set_option(UNLICENSED_USERS, "hide")

    assert "Nobody here is found by “ben”" in str(refused("ben").form.problems[0].problem)
    ada_opens().type("manager", "cem").save()


def test_a_name_of_two_people_gives_them_to_choose_from() -> None:
    twin = a_local_person("ben2", "Ben Özgür")

    form = refused("Ben Özgür").form
    (field,) = form.problems

    assert [(each.value, each.login) for each in field.people] == [
        (f"id:{get_person('ben').id}", "ben"),
        (f"id:{twin}", "ben2"),
    ]
    assert field.values == ["Ben Özgür"]
    OpenForm(viewer_named("ada"), "ada", form).type("manager", field.people[1].value).save()
    assert value_of("ada", "manager") == f"id:{twin}"


def test_whoever_stands_there_stays_though_another_has_the_same_name_now() -> None:
    ada_opens().type("manager", "ben").save()
    a_local_person("ben2", "Ben Özgür")

    saved = ada_opens().type("location", "Porto").save()

    assert saved.changed == ["location"]
    assert value_of("ada", "manager") == f"id:{get_person('ben').id}"


def test_a_new_login_of_the_person_changes_nothing() -> None:
    ben = get_person("ben").id
    ada_opens().type("manager", "ben").save()
    set_person("ben", login="benjamin", login_folded="benjamin", name="Benjamin Özgür")

    assert list(ada_opens().field("manager").values) == ["Benjamin Özgür"]
    assert ada_opens().save().changed == []
    assert value_of("ada", "manager") == f"id:{ben}"


def test_words_that_find_people_give_them_to_choose_from_even_one_alone() -> None:
    viewer, opened = viewer_named("ada"), ada_opens().type("manager", "özg")
    ben = get_person("ben").id

    with pytest.raises(InvalidForm) as error, transaction():
        save_profile(viewer, layout(), "ada", opened.sent(), find=lambda _text: [ben])

    (field,) = error.value.form.problems
    assert [each.name for each in field.people] == ["Ben Özgür"]


def test_several_people_are_kept_each_once_and_who_stood_there_needs_no_other_name() -> None:
    with transaction():
        define_field("team", "Team", category="work", type_key="multi_user_select")
    ben, cem, sam = (get_person(login).id for login in ("ben", "cem", "sam"))

    ada_opens().type("team", "Cem Groß; ben\nben").save()
    assert sorted(value_of("ada", "team").split("\n")) == sorted([f"id:{cem}", f"id:{ben}"])
    assert sorted(ada_opens().field("team").values) == ["Ben Özgür", "Cem Groß"]

    ada_opens().type("team", "Cem Groß", "Ben Özgür", "sam").save()
    everybody = sorted(f"id:{number}" for number in (ben, cem, sam))
    assert sorted(value_of("ada", "team").split("\n")) == everybody

    assert [each.key for each in refused("Cem Groß", "nobody", key="team").form.problems] == [
        "team"
    ]
    assert sorted(value_of("ada", "team").split("\n")) == everybody


def test_whoever_is_chosen_settles_the_words_beside_them_and_nobody_is_asked_again() -> None:
    with transaction():
        define_field("team", "Team", category="work", type_key="multi_user_select")
    viewer = viewer_named("ada")
    ben, cem, sam = (get_person(login).id for login in ("ben", "cem", "sam"))
    found = {"lee": [ben, cem], "groß": [cem, sam]}

    def save(form: OpenForm) -> None:
        with transaction():
            save_profile(viewer, layout(), "ada", form.sent(), find=lambda text: found[text])

    for key in ("team", "manager"):
        opened = ada_opens().type(key, "lee").type("phone", "no number")
        with pytest.raises(InvalidForm) as asked:
            save(opened)
        again = opened.goes_on(asked.value.form)
        with pytest.raises(InvalidForm) as error:  # of the number alone
            save(again.type(key, f"id:{ben}", *again.field(key).values))
        after = opened.goes_on(error.value.form)
        assert [each.key for each in error.value.form.problems] == ["phone"]
        assert list(after.field(key).values) == ["Ben Özgür (ben)"]
        save(after.type("phone", ""))
        assert value_of("ada", key) == f"id:{ben}"

    with pytest.raises(InvalidForm):  # one choice settles one text
        save(ada_opens().type("team", f"id:{ben}", "lee; groß"))


def test_what_a_directory_delivered_stays_as_it_is_until_somebody_touches_it() -> None:
    dn = "uid=ben,ou=people,dc=example,dc=com"
    with transaction():
        ada, ben = get_person("ada"), get_person("ben")
        ada.document = {"values": {"manager": dn}}
        field = layout().find_field("manager")
        assert field
        kept = IndexedValue(person_id=ada.id, field_id=field.id, value=dn, referred_id=ben.id)
        kept.key, kept.is_dn = dn, True
        db.session.add(kept)

    assert list(ada_opens().field("manager").values) == ["Ben Özgür"]
    assert ada_opens().save().changed == []
    ada_opens().type("manager", "cem").save()
    assert value_of("ada", "manager") == f"id:{get_person('cem').id}"


def test_emptying_the_control_takes_the_person_out() -> None:
    ada_opens().type("manager", "ben").save()

    ada_opens().type("manager", "").save()

    assert value_of("ada", "manager") == ""
    assert db.session.scalars(db.select(IndexedValue)).all() == []
    assert db.session.get(Person, get_person("ada").id)


@sqlite_first
def test_a_person_chosen_by_hand_survives_every_run(
    in_app: Flask, directory: FakeDirectory
) -> None:
    an_entry(directory, "dan")
    a_connection(directory)
    ada_opens().type("manager", "ben").save()
    ben = get_person("ben").id

    for _run in range(2):
        a_run(directory)
        (kept,) = db.session.scalars(db.select(IndexedValue))
        assert (kept.value, kept.referred_id) == (f"id:{ben}", ben)
        db.session.rollback()
