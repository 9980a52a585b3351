"""The form of a field: what is stored, what is refused, and what is kept."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from lupweb.database import db
from lupweb.profiles.models import ProfileField
from tests.blueprints.admin.filling import added, form_of, names, saved
from tests.browsing import Browser

pytestmark = pytest.mark.usefixtures("company")


def test_a_new_field_gets_a_key_of_its_name_that_stays(admin: Browser, app: Flask) -> None:
    added(admin, "Büro & Tür", searchable=[], **{"name-de": "Büro"})
    status = admin.response.status_code

    assert saved(admin, "buero_tuer", **{"name-en": "Office"}) == 303
    assert status == 303
    assert names(admin, "work")[-1] == "Office"
    with app.app_context():
        field = db.session.scalars(db.select(ProfileField).filter_by(key="buero_tuer")).one()
        assert (field.names, field.searchable) == ({"de": "Büro"}, False)


def test_a_form_sent_as_it_is_changes_nothing(admin: Browser) -> None:
    for key in ("phone", "im", "manager", "emergency"):
        before = form_of(admin, f"/admin/fields/{key}/edit")

        assert saved(admin, key) == 303
        assert form_of(admin, f"/admin/fields/{key}/edit")["revision"] == before["revision"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name-en": " "}, "Give it a name."),
        ({"max_length": "many"}, "“many” is no number."),
        ({"max_length": "-3"}, "A whole number is expected here, from 0 on."),
        ({"pattern": "(?=x)"}, "This pattern cannot be used"),
        ({"attribute": "userPassword"}, "is never read"),
        ({"attribute": "telephonNumber"}, "No directory knows the attribute telephonNumber."),
        ({"attribute": "telephonNumber"}, "Is telephoneNumber meant?"),
        ({"attribute": ""}, "needs the attribute that is read"),
        ({"category": "nowhere"}, "There is no category “nowhere”."),
        ({"visible_to": ["nobody"]}, "There is no group “nobody”."),
        ({"type": "tags"}, "keeps its type phone"),
        ({"source": "elsewhere"}, "is not known here"),
        ({"help_text-en": "a\x00b"}, "invisible control characters"),
        ({"write_back": "1", "source": "user"}, "Only a field with source = ldap"),
        ({"option-region": "x" * 2000}, "too long"),
    ],
)
def test_what_cannot_be_stored_is_said_at_its_place_and_everything_typed_is_kept(
    admin: Browser, changes: dict[str, Any], sentence: str
) -> None:
    status = saved(admin, "phone", **{"default": "+49 611 20570", **changes})
    page = admin.page

    assert status == 422
    assert page.title.get_text().startswith("Problem: ")  # type: ignore[union-attr]
    assert sentence in admin.text
    assert page.select_one("#f-default")["value"] == "+49 611 20570"  # type: ignore[index]
    for link in page.select("[role=alert] a"):
        assert page.select_one(str(link["href"])), link


def test_b104_and_b93_nothing_of_a_refused_form_is_stored(admin: Browser) -> None:
    before = form_of(admin, "/admin/fields/phone/edit")["revision"]

    saved(admin, "phone", **{"name-en": "Fon", "pattern": "(a)\\1"})

    assert form_of(admin, "/admin/fields/phone/edit")["revision"] == before


def test_b24_other_names_in_the_form_are_ignored(admin: Browser) -> None:
    saved(admin, "im", key="position", id="1", position="99", removed_at="2020-01-01", name="x")

    assert names(admin, "contact") == ["Phone", "Chat", "Website"]


def test_b45_a_help_text_of_nearly_a_mebibyte_is_stored_whole_and_shown_as_text(
    admin: Browser, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    text = "<b>x</b>\n" + "ü" * 500_000

    assert saved(admin, "phone", **{"help_text-en": text.replace("\n", "\r\n")}) == 303
    with app.app_context():
        field = db.session.scalars(db.select(ProfileField).filter_by(key="phone")).one()
        assert field.help_text == text
    assert form_of(admin, "/admin/fields/phone/edit")["help_text-en"] == text
    bubble = as_person("ada").get("/people/ada").select_one("#help-contact-phone")
    assert bubble
    assert bubble.get_text() == text
    assert not bubble.select("b")


def test_b45_a_form_above_the_limit_is_refused_and_changes_nothing(admin: Browser) -> None:
    before = form_of(admin, "/admin/fields/phone/edit")["revision"]

    assert saved(admin, "phone", **{"help_text-en": "x" * (1 << 20)}) == 413
    assert form_of(admin, "/admin/fields/phone/edit")["revision"] == before


def test_two_administrators_do_not_overwrite_each_other_unseen(admin: Browser) -> None:
    opened_before = form_of(admin, "/admin/fields/im/edit")
    saved(admin, "im", **{"name-en": "Messenger"})

    admin.post("/admin/fields/im/edit", **{**opened_before, "name-en": "Talk"})
    refused = admin.response.status_code
    again = {**opened_before, "name-en": "Talk"}
    again["revision"] = str(admin.page.select_one("[name=revision]")["value"])  # type: ignore[index]
    admin.post("/admin/fields/im/edit", **again)

    assert refused == 422
    assert admin.response.status_code == 303
    assert "Talk" in names(admin, "contact")


def test_without_a_script_a_type_that_has_settings_shows_them_before_it_is_stored(
    admin: Browser, app: Flask
) -> None:
    sent = {"settings_of": "text", "type": "select", "help_text-en": "Say it."}
    status = added(admin, "Form of address", **sent)

    assert status == 422
    assert "This type has settings of its own." in admin.text
    assert admin.page.select_one("textarea[name=option-choices]")
    assert admin.page.select_one("input[name=settings_of][value=select]")
    assert added(admin, "Form of address", **{**sent, "option-choices": "Du\nSie"}) == 303
    assert added(admin, "Nickname", settings_of="select", type="multi_user_select") == 303
