"""Two records of one person are put together in the administration, and taken apart."""

from collections.abc import Callable

import pytest
from flask import Flask

from lupweb.database import db, transaction
from lupweb.people.models import Person
from lupweb.people.queries import get_person
from lupweb.profiles.editor import define_field
from tests.blueprints.conftest import CANARY
from tests.browsing import Browser
from tests.databases import counted_queries
from tests.factories import a_local_person
from tests.fakes import FakeDirectory

PEOPLE = "/admin/people"
SignedIn = Callable[..., Browser]


def number_of(app: Flask, login: str) -> int:
    with app.app_context():
        return get_person(login).id


@pytest.fixture
def second_record(company: FakeDirectory, app: Flask) -> int:
    """Ada has a local record from before, with a value that only safety officers read."""
    with app.app_context():
        with transaction():
            define_field("allergy", "Allergy", category="safety", type_key="text")
        return a_local_person("ada.old", "Ada Lovelace", department="Engines", allergy=CANARY)


def merge_form(admin: Browser) -> dict[str, str]:
    """Return what the page with both records would send."""
    found = admin.page.select("main form[action$=preview] input")
    kept = [each for each in found if each.get("type") == "hidden" or each.has_attr("checked")]
    form = {str(each["name"]): str(each["value"]) for each in kept}
    form.pop("csrf_token")
    return form


def test_two_records_are_chosen_compared_previewed_and_merged(
    second_record: int, as_admin: SignedIn, app: Flask
) -> None:
    admin, ada = as_admin(), number_of(app, "ada")
    admin.get(f"{PEOPLE}/merge", first=f"id:{second_record}")
    compare = admin.page.select_one(".plist a.btn")
    assert compare is not None
    seen = []

    with counted_queries() as sent:
        admin.get(str(compare["href"]))
    seen.append(admin.response.get_data(as_text=True))
    form = merge_form(admin)
    admin.post(f"{PEOPLE}/merge/preview", **form)
    seen.append(admin.response.get_data(as_text=True))
    admin.post(f"{PEOPLE}/merge/done", **form)

    assert admin.response.status_code == 303
    assert form["kept"] == f"id:{ada}"
    assert CANARY not in "".join(seen)
    assert "Allergy" not in "".join(seen)
    assert len(sent) <= 30
    with app.app_context():
        assert get_person("ada").document["values"]["allergy"] == CANARY


def test_old_addresses_lead_on_until_the_merge_is_undone(
    second_record: int, as_admin: SignedIn, app: Flask
) -> None:
    admin, ada = as_admin(), number_of(app, "ada")
    admin.get(f"{PEOPLE}/merge", first=f"id:{second_record}", second=f"id:{ada}")
    admin.post(f"{PEOPLE}/merge/done", **merge_form(admin))

    for handle in ("ada.old", f"id:{second_record}"):
        admin.get(f"/people/{handle}")
        assert (admin.response.status_code, admin.response.location) == (302, "/people/ada")
    admin.get(f"{PEOPLE}/id:{ada}")
    undo = admin.page.select_one("form[action$=separate] input[name=merge]")
    assert undo is not None
    admin.post(f"{PEOPLE}/id:{ada}/separate", merge=str(undo["value"]))

    assert admin.response.status_code == 303
    with app.app_context():
        assert get_person("ada.old").id == second_record
        assert "allergy" not in get_person("ada").document["values"]


def test_a_record_that_changed_meanwhile_is_shown_again_and_nothing_is_done(
    company: FakeDirectory, as_admin: SignedIn, app: Flask
) -> None:
    with app.app_context():
        local = a_local_person("ada.old", "Ada Lovelace", department="Engines")
    admin, ada = as_admin(), number_of(app, "ada")
    admin.get(f"{PEOPLE}/merge", first=f"id:{local}", second=f"id:{ada}")
    revision = admin.page.select_one("input[name=revision]")
    assert revision is not None
    form = {"kept": f"id:{ada}", "other": f"id:{local}", "revision": str(revision["value"])}
    with app.app_context(), transaction():
        db.session.get_one(Person, local).email = "another@example.com"

    for step in ("preview", "done"):
        admin.post(f"{PEOPLE}/merge/{step}", **form)
        assert admin.response.status_code == 409
        assert "has changed since" in admin.text

    with app.app_context():
        assert get_person("ada.old").id == local
