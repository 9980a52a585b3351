"""Fields for several people show who they are, wherever they stand and whoever filled them in."""

from collections.abc import Iterator

import pytest

from lupweb.database import db, transaction
from lupweb.directories.models import Directory, Identity
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from lupweb.profiles.cards import cards
from lupweb.profiles.editor import define_field
from lupweb.profiles.field_preview import field_preview
from lupweb.profiles.history import history
from lupweb.profiles.naming import people_meant
from lupweb.profiles.queries import profile
from lupweb.profiles.tables import people_table
from tests.databases import counted_queries, sqlite_first
from tests.factories import SUFFIX, a_connection, a_local_person, a_profile, a_run, an_entry
from tests.fakes import FakeDirectory
from tests.profiles.editing import ADMIN, OpenForm, layout, set_field, value_of, viewer_named

NAMES = "Ben Özgür, Cem Groß"


@pytest.fixture
def team(in_app: object, directory: FakeDirectory) -> FakeDirectory:
    """Ada names Ben and Cem in a field that is shown wherever fields are."""
    helpers = [an_entry(directory, "ben", "Ben Özgür"), an_entry(directory, "cem", "Cem Groß")]
    an_entry(directory, "ada", "Ada Lovelace", seeAlso=helpers)
    a_connection(directory)
    a_profile()
    with transaction():
        place = {"in_table": True, "on_card": True}
        define_field("helpers", "Helpers", category="work", type_key="multi_user_select", **place)
    a_run(directory)
    return directory


def shown() -> Iterator[tuple[str, str]]:
    """Yield each place, and what it shows of Ada's field."""
    viewer, ada = viewer_named("ben"), get_person("ada")
    card = cards(viewer, layout(), [ada])[0]
    yield "card", next(each.value for each in card.extra if each.label == "Helpers").striptags()
    table = people_table(viewer, layout(), [card])
    at = [each.key for each in table.columns].index("helpers")
    yield "table", table.rows[0][at].striptags()
    rows = [row for each in profile(viewer, layout(), "ada").categories for row in each.rows]
    yield "profile", next(row.value for row in rows if row.key == "helpers").striptags()
    field = layout().find_field("helpers")
    assert field
    yield "preview", (field_preview(ADMIN, field, ada).value or "").striptags()
    lines = history(ADMIN, layout(), "ada").lines
    yield "history", next(each.after for each in lines if each.key == "helpers")
    yield "form", ", ".join(OpenForm.of(viewer_named("ada"), "ada").field("helpers").values)


@sqlite_first
def test_people_who_were_chosen_by_hand_are_named_everywhere(team: FakeDirectory) -> None:
    OpenForm.of(viewer_named("ada"), "ada").type("helpers", "ben; cem").save()

    assert value_of("ada", "helpers").startswith("id:")
    assert dict(shown()) == dict.fromkeys(dict(shown()), NAMES)


@sqlite_first
def test_people_whom_a_directory_names_by_dn_are_named_everywhere(team: FakeDirectory) -> None:
    set_field("helpers", source="ldap", attribute="seeAlso")
    a_run(team)

    assert value_of("ada", "helpers").startswith("uid=")
    assert dict(shown()) == dict.fromkeys(dict(shown()), NAMES)


def test_somebody_who_is_hidden_or_meant_twice_is_nobody(team: FakeDirectory) -> None:
    dn = f"UID=Ben, ou=people,{SUFFIX}"
    assert people_meant([dn])[dn].name == "Ben Özgür"
    other = a_local_person("other")
    with transaction():
        rows = db.select(Identity).where(Identity.dn.startswith("uid=ben"))
        twin = db.session.scalars(rows).one()
        first = db.session.get_one(Directory, twin.directory_id)
        kept = {column.name: getattr(first, column.name) for column in Directory.__table__.c}
        second = Directory(**{**kept, "id": None, "key": "second", "position": 2})
        db.session.add(second)
        db.session.flush()
        same = Identity(directory_id=second.id, unique_id="x", person_id=other)
        same.dn, same.dn_folded = twin.dn, twin.dn_folded
        db.session.add(same)
    assert people_meant([dn]) == {}

    cem = f"uid=cem,ou=people,{SUFFIX}"
    with transaction():
        get_person("cem").state = PersonState.MISSING
    assert people_meant([cem, "nobody", "", "cn=nobody"]) == {}


def test_a_list_costs_two_queries_however_many_people_it_names(team: FakeDirectory) -> None:
    items = [f"uid=p{number},ou=people,{SUFFIX}" for number in range(900)]
    items += [f"id:{number}" for number in range(900)]

    with counted_queries() as sent:
        people_meant(items)

    assert len(sent) == 2
