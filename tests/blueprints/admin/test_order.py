"""The profile editor: everything in its order, and how it is moved."""

from collections.abc import Callable

import pytest

from tests.blueprints.admin.conftest import CANARY
from tests.blueprints.admin.filling import ORDER, names
from tests.browsing import Browser

pytestmark = pytest.mark.usefixtures("company")


def test_the_editor_shows_everything_in_its_order_with_its_badges(admin: Browser) -> None:
    page = admin.get("/admin/fields")
    phone, safety = page.select_one("#field-phone"), page.select_one("#category-safety")

    assert [each.get_text(strip=True) for each in page.select(".cat h2")] == [
        "Contact", "Work", "First aid",
    ]  # fmt: skip
    assert phone
    assert "from LDAP" in phone.get_text()
    assert "With country code." in phone.get_text()
    assert safety
    assert "only Safety" in safety.get_text()
    assert page.select_one(".topnav a[aria-current]").get_text() == "Administration"  # type: ignore[union-attr]


def test_the_menu_names_only_pages_that_exist(admin: Browser) -> None:
    for link in admin.get("/admin/fields").select(".adminnav a"):
        admin.get(str(link["href"]))
        assert admin.response.status_code == 200


def test_an_employee_has_no_line_to_the_administration(
    as_person: Callable[[str], Browser],
) -> None:
    assert "Administration" not in as_person("ada").get("/people").get_text()


def test_an_arrow_moves_a_field_says_its_place_and_keeps_the_focus(admin: Browser) -> None:
    admin.get("/admin/fields")

    admin.post(ORDER, down="phone")
    status, target = admin.response.status_code, admin.response.location
    page = admin.get(target)

    assert status == 303
    assert "Phone: place 2 of 3" in page.get_text()
    assert page.select_one("[autofocus]")["aria-label"] == "Move Phone down"  # type: ignore[index]
    assert names(admin, "contact") == ["Chat", "Phone", "Website"]


def test_at_the_end_of_the_way_the_other_arrow_has_the_focus(admin: Browser) -> None:
    admin.get("/admin/fields")

    admin.post(ORDER, up="im")
    page = admin.get(admin.response.location)

    assert page.select_one("[autofocus]")["aria-label"] == "Move Chat down"  # type: ignore[index]


def test_a_category_moves_with_its_fields(admin: Browser) -> None:
    admin.get("/admin/fields")

    admin.post(ORDER, **{"category-up": "work"})
    page = admin.get(admin.response.location)

    assert [each["data-category"] for each in page.select(".cat")] == ["work", "contact", "safety"]
    assert "Work: place 1 of 3" in page.get_text()


def test_a_field_moves_to_another_category_and_its_values_follow_the_rules_there(
    admin: Browser, as_person: Callable[[str], Browser]
) -> None:
    admin.get("/admin/fields/emergency/move")

    admin.post(ORDER, field="emergency", category="contact")

    assert names(admin, "contact")[-1] == "Emergency contact"
    assert CANARY in as_person("ada").get("/people/ben").get_text()


def test_a_dragged_row_stands_before_the_one_it_was_dropped_on(admin: Browser) -> None:
    admin.get("/admin/fields")

    admin.post(ORDER, field="website", category="contact", before="phone")

    assert names(admin, "contact") == ["Website", "Phone", "Chat"]


@pytest.mark.parametrize("sent", [{}, {"up": "nothing"}, {"field": "phone", "category": "none"}])
def test_b92_an_order_of_something_that_is_not_there_is_not_found(
    admin: Browser, sent: dict[str, str]
) -> None:
    admin.get("/admin/fields")

    admin.post(ORDER, **sent)

    assert admin.response.status_code == 404
