"""People as other programs read them: every value in the form of its type."""

from typing import Any

from flask import Flask

from lupweb.accounts.viewers import OPERATOR
from lupweb.database import transaction
from lupweb.people.queries import get_person
from lupweb.profiles.editor import define_field
from lupweb.profiles.exchange import documents
from lupweb.profiles.layout import load_layout
from tests.factories import a_local_person, a_profile

TYPES = {
    "hired": "date",
    "floor": "number",
    "first_aid": "checkbox",
    "skills": "tags",
    "deputies": "multi_user_select",
}


def _values(app: Flask, **values: str) -> dict[str, Any]:
    with app.app_context():
        with transaction():
            a_profile()
            for key, type_key in TYPES.items():
                define_field(key, key, category="work", type_key=type_key)
        ada = a_local_person("ada")
        a_local_person("ines", **{key: each.format(ada=ada) for key, each in values.items()})
        found = documents(OPERATOR, load_layout(), [get_person("ines")])[0]["values"]
        return {key: value for key, value in found.items() if key in TYPES}


def test_a_value_has_the_form_of_its_type(app: Flask) -> None:
    values = _values(app, hired="2018-03-01", floor="12", first_aid="false", skills="Sonar\nZephyr")

    assert values == {
        "hired": "2018-03-01", "floor": 12, "first_aid": False, "skills": ["Sonar", "Zephyr"],
    }  # fmt: skip


def test_several_people_are_a_list_of_logins_without_those_whom_nobody_knows(app: Flask) -> None:
    values = _values(app, deputies="id:{ada}\nid:999\nuid=gone,dc=x\nid:99999999999999")

    assert values == {"deputies": ["ada"]}
