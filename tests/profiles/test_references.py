"""Fields for several people have a row in the index for each of them."""

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select

from lupweb import clock
from lupweb.database import db, transaction
from lupweb.field_types.referring import NOT_SHOWN
from lupweb.ldap.dn import fold_dn
from lupweb.people.models import Person
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from lupweb.profiles.editor import define_field
from lupweb.profiles.exchange import documents
from lupweb.profiles.models import IndexedValue, ProfileField
from lupweb.profiles.queries import profile
from lupweb.profiles.service import tell_changed
from lupweb.profiles.sources import Source
from lupweb.profiles.writing import Hand, store_values
from lupweb.runs.models import RunProblem
from lupweb.search.matching import match
from tests.databases import sqlite_first
from tests.factories import SUFFIX, a_connection, a_local_person, a_profile, a_run, an_entry
from tests.fakes import FakeDirectory
from tests.profiles.editing import OpenForm, layout, value_of, viewer_named

GONE = f"uid=gone,ou=people,{SUFFIX}"


@pytest.fixture
def crew(in_app: Flask, directory: FakeDirectory) -> FakeDirectory:
    """Ada names Ben, Cem and somebody whom no entry is of, in a field that a directory fills."""
    helpers = [an_entry(directory, "ben", "Ben Özgür"), an_entry(directory, "cem", "Cem Groß")]
    an_entry(directory, "ada", "Ada Lovelace", seeAlso=[*helpers, GONE])
    an_entry(directory, "dea", "Dea Weiß")
    a_connection(directory)
    a_profile()
    with transaction():
        define_field(
            "helpers",
            "Helpers",
            category="work",
            type_key="multi_user_select",
            source=Source.LDAP,
            attribute="seeAlso",
        )
    a_run(directory)
    return directory


def named(login: str = "ada") -> list[str | None]:
    """Return whom the rows of the index name, in the order of the field."""
    db.session.rollback()
    rows = (
        select(Person.login)
        .select_from(IndexedValue)
        .outerjoin(Person, Person.id == IndexedValue.referred_id)
        .where(IndexedValue.person_id == get_person(login).id)
        .order_by(IndexedValue.field_id, IndexedValue.place)
    )
    return list(db.session.scalars(rows))


def found(query: str, by: str = "dea") -> set[str]:
    """Return the logins of those whom a search finds."""
    ids = match(viewer_named(by), layout(), query).ids
    return set(db.session.scalars(select(Person.login).where(Person.id.in_(ids or ()))))


@sqlite_first
def test_each_person_of_a_field_has_a_row_and_who_is_unknown_is_a_problem_of_the_run(
    crew: FakeDirectory,
) -> None:
    assert named() == ["ben", "cem", None]

    run_id = a_run(crew)

    problems = db.session.scalars(select(RunProblem).where(RunProblem.run_id == run_id)).all()
    assert [(each.login, each.field) for each in problems] == [("ada", "helpers")]
    assert GONE in problems[0].text


@sqlite_first
def test_people_are_found_by_the_names_of_those_whom_their_fields_name(crew: FakeDirectory) -> None:
    assert found("özgür") == {"ada", "ben"}
    assert found("cem groß") == {"ada", "cem"}

    crew.set("cem", "displayName", [b"Cem Klein"])
    a_run(crew)

    assert found("klein") == {"ada", "cem"}
    assert found("groß") == set()


def test_nobody_is_found_by_the_name_of_somebody_who_is_hidden(crew: FakeDirectory) -> None:
    with transaction():
        cem = get_person("cem")
        cem.state = PersonState.MISSING
        db.session.flush()
        tell_changed([cem.id])

    assert "ada" not in found("groß")
    assert "ada" in found("özgür")


def test_when_an_entry_moves_the_fields_that_name_it_follow(crew: FakeDirectory) -> None:
    new = f"uid=cem,ou=board,ou=people,{SUFFIX}"
    crew.rename("cem", new)
    a_run(crew)
    assert named() == ["ben", None, None]
    old = f"uid=ben,ou=people,{SUFFIX}"

    entry = crew.server.entries[fold_dn(f"uid=ada,ou=people,{SUFFIX}")]
    entry.values["seeAlso"] = [old.encode(), new.encode(), GONE.encode()]
    a_run(crew)

    assert named() == ["ben", "cem", None]
    assert found("groß") == {"ada", "cem"}


@sqlite_first
def test_who_is_chosen_by_hand_is_found_at_once_and_gone_at_once(crew: FakeDirectory) -> None:
    with transaction():
        define_field("deputies", "Deputies", category="work", type_key="multi_user_select")

    OpenForm.of(viewer_named("dea"), "dea").type("deputies", "ben; cem").save()
    assert named("dea") == ["ben", "cem"]
    assert "dea" in found("groß", by="ben")

    OpenForm.of(viewer_named("dea"), "dea").type("deputies", "ben").save()
    assert named("dea") == ["ben"]
    assert "dea" not in found("groß", by="ben")


@sqlite_first
@pytest.mark.parametrize("number", [999_999, 99_999_999_999_999])
def test_a_number_of_nobody_that_a_source_delivers_breaks_nothing(
    crew: FakeDirectory, number: int
) -> None:
    before = named()
    crew.set("ada", "seeAlso", [f"id:{number}".encode()])
    a_run(crew)  # a directory does not know our numbers: what reads like one is not taken
    with transaction():
        hand = Hand("xml", "", clock.now())
        store_values(layout(), get_person("dea"), {"helpers": f"id:{number}"}, hand)

    assert (named(), named("dea")) == (before, [None])


@sqlite_first
def test_who_is_not_shown_is_named_to_nobody_but_the_operator(crew: FakeDirectory) -> None:
    with transaction():
        get_person("cem").state = PersonState.MISSING
    dea = viewer_named("dea")

    rows = [row for each in profile(dea, layout(), "ada").categories for row in each.rows]
    shown = next(row.value for row in rows if row.key == "helpers").striptags()
    assert shown == f"Ben Özgür, {NOT_SHOWN}"
    people = [get_person("ada")]
    assert documents(dea, layout(), people)[0]["values"]["helpers"] == ["ben"]
    said = documents(dea, layout(), people, in_words=True)[0]["values"]["helpers"]
    assert said == ["Ben Özgür", str(NOT_SHOWN)]


def test_who_is_not_shown_stands_in_the_form_in_words_and_stays_what_they_are(
    crew: FakeDirectory,
) -> None:
    with transaction():
        define_field("deputies", "Deputies", category="work", type_key="multi_user_select")
    OpenForm.of(viewer_named("dea"), "dea").type("deputies", "ben; cem; ada").save()
    kept = value_of("dea", "deputies")
    with transaction():
        for login in ("ben", "cem"):
            get_person(login).state = PersonState.MISSING

    form = OpenForm.of(viewer_named("dea"), "dea")
    assert list(form.field("deputies").values) == [
        str(NOT_SHOWN), f"{NOT_SHOWN} (2)", "Ada Lovelace",
    ]  # fmt: skip
    form.type("deputies", f"{NOT_SHOWN} (2); Dea Weiß; {NOT_SHOWN}").save()

    ben, cem, _ada = kept.split("\n")
    dea = f"id:{get_person('dea').id}"
    assert set(value_of("dea", "deputies").split("\n")) == {ben, cem, dea}


@sqlite_first
def test_an_upgrade_gives_the_values_that_are_there_their_rows(in_app: Flask) -> None:
    with transaction():
        a_profile()
        define_field("team", "Team", category="work", type_key="multi_user_select")
    ada = a_local_person("ada")
    a_local_person("ines", team=f"id:{ada}\nuid=gone,dc=x\nid:999", manager="ada")
    with transaction():
        rows = select(ProfileField.id).where(ProfileField.key == "manager")
        one = db.session.scalars(rows).one()
        whole = {"field_id": one, "value": "ada", "key": "ada", "is_dn": False}
        db.session.add(IndexedValue(person_id=get_person("ines").id, referred_id=ada, **whole))

    for _time in range(2):
        downgrade(revision="0015")
        upgrade()

    assert named("ines") == ["ada", "ada", None, None]
    keys = select(IndexedValue.place, IndexedValue.is_dn).order_by(IndexedValue.value)
    assert [tuple(row) for row in db.session.execute(keys)] == [
        (0, False), (0, False), (2, False), (1, True),
    ]  # fmt: skip
