"""The card: which fields stand on it, and how it looks before it is saved."""

from collections.abc import Callable

import pytest
from flask import Flask

from lupweb.audit.events import events_about
from tests.blueprints.admin.conftest import CANARY
from tests.browsing import Browser

pytestmark = pytest.mark.usefixtures("company")
PAGE = "/admin/card"


def sent(browser: Browser, **changes: object) -> dict[str, object]:
    browser.get(PAGE)
    form = browser.page.select_one("form[data-looks]")
    assert form
    revision = form.select_one("[name=revision]")["value"]  # type: ignore[index]
    return {"revision": str(revision), "subline": "position", "place": "location", **changes}


def test_what_is_chosen_stands_on_cards_and_is_recorded(
    admin: Browser, as_person: Callable[[str], Browser], app: Flask
) -> None:
    admin.post(PAGE, **sent(admin, subline="phone", extra=["manager", "", "manager"]))

    assert admin.response.status_code == 303
    card = as_person("sam").get("/people/ada/card")
    assert "+49 611 20570" in card.select_one(".pcard__title").get_text()  # type: ignore[union-attr]
    with app.app_context():
        assert events_about("card")[0].changes == {
            "subline": ["position", "phone"], "extra": [[], ["manager"]],
        }  # fmt: skip


def test_the_preview_shows_what_is_not_saved_yet(admin: Browser) -> None:
    admin.post(PAGE, **sent(admin, subline="phone", preview="ada", look="1"))

    title = admin.page.select_one("#card-preview .pcard__title")
    assert title
    assert title.get_text() == "+49 611 20570"
    admin.post(PAGE, **sent(admin, preview="ada", reader="ben", look="1"))
    assert "As Ben Özgür sees it." in admin.text.replace("\u2068", "").replace("\u2069", "")
    assert admin.get(PAGE, preview="ada").select_one("#card-preview .pcard__title") is None


def test_b26_the_preview_shows_nobody_what_is_kept_from_the_administrator(admin: Browser) -> None:
    for reader in ("", "sam", "ben"):
        fields = sent(admin, subline="emergency", preview="ben", reader=reader, look="1")
        admin.post(PAGE, **fields)
        assert admin.page.select_one("#card-preview .pcard")
        assert CANARY not in admin.response.get_data(as_text=True)


def test_the_script_gets_the_preview_alone(admin: Browser) -> None:
    fields = sent(admin, preview="nobody at all", look="1")

    part = admin.client.post(
        PAGE, data={"csrf_token": admin.token, **fields}, headers={"HX-Request": "true"}
    ).text

    assert part.lstrip().startswith('<div class="stack" id="card-preview"')
    assert "Nobody here is called that." in part


def test_a_field_that_is_not_there_is_refused(admin: Browser) -> None:
    admin.post(PAGE, **sent(admin, place="nothing"))

    assert admin.response.status_code == 422
    assert "There is no field “nothing”." in admin.text
