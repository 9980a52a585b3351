"""Who may edit what: others, delegates, restricted categories, read-only mode."""

from collections.abc import Callable

import pytest
from flask import Flask

from lupweb.accounts.roles import Role
from lupweb.database import db, transaction
from lupweb.options.registry import READ_ONLY
from lupweb.options.service import set_option
from lupweb.people.queries import get_person
from lupweb.profiles.rights import EditRight, store_edit_right
from tests.blueprints.conftest import CANARY
from tests.blueprints.edit_forms import EditPage
from tests.browsing import Browser

AsPerson = Callable[[str], Browser]
Value = Callable[[str, str], str]


def let_edit(app: Flask, editor: str, person: str) -> None:
    with app.app_context(), transaction():
        store_edit_right(EditRight(profiles_of_people=(person,), editor_people=(editor,)))


def test_b24_others_may_not_edit_and_see_no_button(as_person: AsPerson, value: Value) -> None:
    cem = as_person("cem")

    assert "Edit profile" not in cem.get("/people/ben").get_text()
    for path in ("edit", "crop", "crop/whole", "history"):
        cem.get(f"/people/ben/{path}")
        assert cem.response.status_code == 403, path
    cem.get("/people")
    for path, name in (("edit", "field-mobile"), ("confirm", "field"), ("crop", "crop-zoom")):
        cem.post(f"/people/ben/{path}", csrf_token=cem.token, **{name: "1", "revision": ""})
        assert cem.response.status_code in {403, 400}, path
        cem.get("/people")
    assert value("ben", "mobile") == ""


def test_b24_names_that_no_form_has_are_ignored(
    fields: None, as_person: AsPerson, app: Flask, value: Value
) -> None:
    form = EditPage.of(as_person("ben"), "ben").type("about", "x")
    form.pairs += [("is_admin", "1"), ("person_id", "1"), ("category", "own"), ("role", "admin")]

    form.save()

    assert form.browser.response.status_code == 303
    assert value("ben", "about") == "x"
    with app.app_context():
        assert Role.ADMINISTRATOR not in db.session.scalars(db.text("select role from user"))


@pytest.mark.parametrize("key", ["emergency", "position", "nothing.of.this", "@state"])
def test_b24_b25_a_field_that_may_not_be_edited_is_refused_and_nothing_is_stored(
    fields: None, as_person: AsPerson, value: Value, key: str
) -> None:
    form = EditPage.of(as_person("cem"), "cem").type("about", "x")
    form.pairs.append((f"field-{key}", "mine"))

    form.save()

    assert form.browser.response.status_code == 403
    assert (value("cem", "about"), value("cem", "position")) == ("", "")


@pytest.mark.parametrize("typed", ["id:999999999999", "nobody.of.this", "id:0", "gone"])
def test_b26_somebody_who_is_not_there_is_refused_in_the_same_words(
    fields: None, as_person: AsPerson, app: Flask, value: Value, typed: str
) -> None:
    with app.app_context(), transaction():
        sam = get_person("sam")
        sam.state, sam.login, sam.login_folded = "missing", "gone", "gone"
    form = EditPage.of(as_person("ben"), "ben").type("deputy", typed)

    page = form.save()

    assert form.browser.response.status_code == 422
    said = page.select_one("#error-deputy").get_text(strip=True)
    assert said.replace(typed, "X") == (
        "Nobody here is found by “X”. Type a name, a login or a mail address."
    )
    assert value("ben", "deputy") == ""


@pytest.mark.parametrize("handle", ["nobody", "id:999999", "gone"])
def test_somebody_hidden_or_missing_has_no_edit_page(
    as_person: AsPerson, app: Flask, handle: str
) -> None:
    with app.app_context(), transaction():
        sam = get_person("sam")
        sam.state, sam.login, sam.login_folded = "missing", "gone", "gone"
    ada = as_person("ada")

    for path in ("edit", "history", "crop"):
        ada.get(f"/people/{handle}/{path}")
        assert ada.response.status_code == 404


def test_a_restricted_category_is_in_the_form_of_those_alone_who_see_it(
    fields: None, as_person: AsPerson, app: Flask
) -> None:
    let_edit(app, "cem", "ben")
    cem, ben = as_person("cem"), as_person("ben")

    for_cem, for_ben = cem.get("/people/ben/edit"), ben.get("/people/ben/edit")

    assert CANARY not in str(for_cem)
    assert "First aid" not in for_cem.get_text()
    assert "First aid" in for_ben.get_text()
    assert "Only members of “Safety”" in for_ben.get_text()


def test_a_delegate_edits_and_the_owner_is_told_until_it_is_read(
    fields: None, as_person: AsPerson, app: Flask, value: Value
) -> None:
    let_edit(app, "cem", "ben")
    cem, ben = as_person("cem"), as_person("ben")
    assert "Edit profile" in cem.get("/people/ben").get_text()

    EditPage.of(cem, "ben").type("about", "By Cem").save()

    assert value("ben", "about") == "By Cem"
    page = ben.get("/people/ben")
    assert "Cem Groß edited your profile just now: About." in ben.text
    up_to = page.select_one("input[name=up_to]")["value"]
    with app.app_context(), transaction():
        set_option(READ_ONLY, True)
    ben.post("/people/ben/notices", up_to=up_to)
    assert ben.response.status_code == 403
    assert "edited your profile" in ben.get("/people/ben").get_text()
    with app.app_context(), transaction():
        set_option(READ_ONLY, False)
    ben.post("/people/ben/notices", up_to=up_to)
    assert ben.response.status_code == 303
    assert "edited your profile" not in ben.get("/people/ben").get_text()


def test_read_only_mode_says_so_and_stores_nothing(
    fields: None, as_person: AsPerson, app: Flask, value: Value
) -> None:
    form = EditPage.of(as_person("ben"), "ben").type("about", "x")
    with app.app_context(), transaction():
        set_option(READ_ONLY, True)

    page = form.save()

    assert form.browser.response.status_code == 403
    assert page.select_one("h1").get_text() == "Nothing can be changed now"
    assert value("ben", "about") == ""
    assert "Edit profile" not in form.browser.get("/people/ben").get_text()
