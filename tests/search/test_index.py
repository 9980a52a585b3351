"""The words follow the people: changes, renames, groups, restrictions, upgrades."""

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, update

from lupweb.accounts.viewers import OPERATOR, Viewer
from lupweb.cli.setup import upgrade_database
from lupweb.database import db, transaction
from lupweb.people.models import Group, Membership, Person
from lupweb.people.states import PersonState
from lupweb.profiles.editor import define_category, define_field
from lupweb.profiles.layout import load_layout
from lupweb.profiles.models import Category, CategoryGroup, GroupPurpose, IndexedValue
from lupweb.profiles.service import changed, tell_changed, tell_everybody_changed
from lupweb.search import index
from lupweb.search.matching import match
from lupweb.search.models import SearchName, SearchState
from tests.databases import both_databases, counted_queries

EVERYBODY = Viewer(None)


def a_person(name: str, **values: str) -> int:
    """Make a person who is found; return the id. The login is the name."""
    login = name.lower().replace(" ", ".")
    with transaction():
        person = Person(
            login=login,
            login_folded=login,
            name=name,
            sort_name=name,
            email=f"{login}@example.com",
            document={"values": values},
        )
        db.session.add(person)
        db.session.flush()
        tell_changed([person.id])
        return person.id


def change(person_id: int, name: str = "", **values: str) -> None:
    """Change a person's name or values."""
    with transaction():
        person = db.session.get_one(Person, person_id)
        person.name = name or person.name
        person.document = {"values": values}
        db.session.flush()
        tell_changed([person_id])


def a_group(key: str, *members: int) -> int:
    with transaction():
        group = Group(key=key, name=key)
        db.session.add(group)
        db.session.flush()
        for person_id in members:
            db.session.add(Membership(group_id=group.id, person_id=person_id))
        return group.id


def found(query: str, viewer: Viewer = EVERYBODY) -> set[int]:
    return set(match(viewer, load_layout("DE"), query).ids or ())


@both_databases
def test_a_value_that_changed_is_found_and_the_old_one_is_not(in_app: Flask) -> None:
    ada = a_person("Ada Byron", position="Countess", phone="+44 20 7946 0958")

    change(ada, position="Programmer", phone="+44 20 7946 0111")

    assert found("programmer") == found("79460111") == {ada}
    assert found("countess") == found("79460958") == set()


@both_databases
def test_a_value_that_was_taken_away_is_not_found(in_app: Flask) -> None:
    ada = a_person("Ada Byron", position="Countess", phone="+44 20 7946 0958")

    change(ada)

    assert found("countess") == found("79460958") == found("0958") == set()
    assert found("byron") == {ada}


@both_databases
def test_a_value_that_the_name_said_is_found_when_the_name_says_it_no_longer(in_app: Flask) -> None:
    """Words that stand in the name are not stored a second time."""
    ada = a_person("Ada Byron 471108", position="Byron", department="471108")
    assert found("byron") == found("71108") == {ada}

    with transaction():
        db.session.get_one(Person, ada).email = "countess@example.com"
    change(ada, name="Ada Lovelace", position="Byron", department="471108")

    assert found("byron") == found("71108") == {ada}


@both_databases
def test_a_renamed_person_is_found_by_the_new_name_only(in_app: Flask) -> None:
    ada = a_person("Ada Byron")

    change(ada, name="Ada Lovelace")

    assert found("lovelace") == found("lovelcae") == {ada}
    assert match(EVERYBODY, load_layout(), "byorn").similar == ()


@both_databases
def test_a_similar_name_is_told_as_it_is_written(in_app: Flask) -> None:
    a_person("Jürgen Größe-Müller")

    assert match(EVERYBODY, load_layout(), "jurgne").similar == ("Jürgen",)
    assert match(EVERYBODY, load_layout(), "müler").similar == ("Größe-Müller",)


@both_databases
def test_names_of_people_who_are_not_listed_are_not_told(in_app: Flask) -> None:
    hidden = a_person("Cassandra Priamos")
    with transaction():
        db.session.get_one(Person, hidden).state = PersonState.MISSING
        tell_changed([hidden])

    assert match(EVERYBODY, load_layout(), "casandra").similar == ()


def test_names_to_tell_are_read_by_number_and_not_from_all_who_are_listed(in_app: Flask) -> None:
    """With a condition for who is listed, SQLite walked through a hundred thousand people."""
    a_person("Jürgen Größe-Müller")

    with counted_queries() as sent:
        assert match(EVERYBODY, load_layout(), "jurgne").similar == ("Jürgen",)

    assert [each for each in sent if " person " in each and "id IN" not in each] == []
    assert [each for each in sent if "state IN" in each] == []


@both_databases
def test_five_people_found_are_enough_not_to_look_for_similar_names(in_app: Flask) -> None:
    several = {a_person(f"Marta N{number}") for number in range(5)}
    a_person("Marga Other")

    assert found("marta") == several
    assert match(EVERYBODY, load_layout(), "marta").similar == ()


@both_databases
def test_words_of_hidden_values_are_no_similar_names(in_app: Flask) -> None:
    """B34: “did you mean” knows public names only."""
    officers = a_group("officers")
    _a_restricted_field(visible_to=["officers"])
    a_person("Ada Byron", secret="Canary")

    assert found("canray") == set()
    assert found("canray", Viewer(None, frozenset({officers}))) == set()


@both_databases
def test_a_restricted_value_is_found_by_whoever_may_read_it(in_app: Flask) -> None:
    """B34, B41."""
    officers = a_group("officers")
    _a_restricted_field(visible_to=["officers"])
    ada = a_person("Ada Byron", secret="ZQX 0611 20570", hidden_phone="0611 99887766")
    a_person("Bob Byron", secret="other")
    officer = Viewer(None, frozenset({officers}))

    for query in ("zqx", "zqx byron", "byron zqx", "99887766", "+49 611 99887766", "ada 998877"):
        assert found(query) == set(), query
        assert found(query, officer) == found(query, OPERATOR) == {ada}, query
        assert found(query, Viewer(ada)) == {ada}, query


@both_databases
def test_a_restriction_holds_from_the_next_query_on(in_app: Flask) -> None:
    """B40."""
    officers = a_group("officers")
    _a_restricted_field()
    ada = a_person("Ada Byron", secret="ZQX")
    assert found("zqx") == {ada}

    with transaction():
        category = db.session.scalars(select(Category).where(Category.key == "apart")).one()
        purpose = GroupPurpose.VISIBLE_TO
        db.session.add(CategoryGroup(category_id=category.id, purpose=purpose, group_id=officers))
        db.session.flush()
        tell_everybody_changed()
    assert found("zqx") == set()

    with transaction():
        db.session.execute(delete(CategoryGroup))
        tell_everybody_changed()
    assert found("zqx") == {ada}


@both_databases
def test_a_person_who_leaves_the_group_of_a_category_is_not_found_by_its_values(
    in_app: Flask,
) -> None:
    drivers = a_group("drivers")
    _a_restricted_field(applies_to=["drivers"])
    ada = a_person("Ada Byron", secret="ZQX")
    assert found("zqx", OPERATOR) == set()

    with transaction():
        db.session.execute(insert(Membership), [{"group_id": drivers, "person_id": ada}])
        tell_changed([ada])
    assert found("zqx", OPERATOR) == {ada}

    with transaction():
        db.session.execute(delete(Membership))
        tell_changed([ada])
    assert found("zqx", OPERATOR) == found("zqx", Viewer(ada)) == set()


@both_databases
def test_names_that_values_refer_to_are_found_and_follow_renames(in_app: Flask) -> None:
    with transaction():
        define_field("boss", "Boss", category="work", type_key="user_select")
    boss = a_person("Grace Hopper")
    ada = a_person("Ada Byron", boss="grace.hopper")
    with transaction():
        layout = load_layout()
        field = layout.find_field("boss")
        assert field is not None
        row = {"person_id": ada, "field_id": field.id, "value": "grace", "referred_id": boss}
        db.session.execute(insert(IndexedValue), [{**row, "key": "grace", "is_dn": False}])
        changed.send([ada], only_references=True)
    assert found("hopper") == {ada, boss}
    assert found("byron hopper") == {ada}

    change(boss, name="Grace Murray")
    assert found("hopper ada") == set()
    assert found("murray ada") == {ada}

    with transaction():
        db.session.execute(update(IndexedValue).values(referred_id=None))
        changed.send([ada], only_references=True)
    assert found("murray") == {boss}


@both_databases
def test_everything_is_written_anew_when_other_rules_wrote_it(app: Flask) -> None:
    with app.app_context():
        ada = a_person("Ada Byron", position="Countess")
        with transaction():
            index.engine().clear()
            db.session.execute(delete(SearchName))
            db.session.execute(update(SearchState).values(version=0))
        assert found("ada") == set()

    upgrade_database(app)

    with app.app_context():
        assert found("ada") == found("bryon") == found("countess") == {ada}
        with transaction():
            assert not index.rebuild_if_outdated()


@both_databases
def test_what_is_rolled_back_is_not_found(in_app: Flask) -> None:
    ada = a_person("Ada Byron")
    with pytest.raises(RuntimeError):
        _rename_and_fail(ada)

    assert found("lovelace") == set()
    assert found("byron") == {ada}


@both_databases
@pytest.mark.parametrize("query", ["ada", "ada byron", "brion", "0611 20570", "nobody"])
def test_a_search_asks_as_often_however_many_people_there_are(in_app: Flask, query: str) -> None:
    a_person("Ada Byron")
    layout = load_layout()
    match(EVERYBODY, layout, query)
    with counted_queries() as before:
        match(EVERYBODY, layout, query)
    for number in range(20):
        a_person(f"Other {number}")
    with counted_queries() as after:
        match(EVERYBODY, layout, query)

    assert len(after) == len(before) <= 6


def _rename_and_fail(person_id: int) -> None:
    with transaction():
        db.session.get_one(Person, person_id).name = "Ada Lovelace"
        db.session.flush()
        tell_changed([person_id])
        raise RuntimeError


def _a_restricted_field(**groups: list[str]) -> None:
    with transaction():
        define_category("apart", "Apart", **groups)
        define_field("secret", "Secret", category="apart")
        define_field("hidden_phone", "Hidden phone", category="apart", type_key="phone")
