"""Where values come from, as the owner, administrators and colleagues hear it; who may look as."""

from collections.abc import Callable

import pytest
from flask import Flask

from lupweb.people.queries import get_person
from lupweb.profiles.layout import load_layout
from lupweb.profiles.origins import origin_of
from lupweb.profiles.sources import Source
from tests.blueprints.conftest import CANARY
from tests.browsing import Browser
from tests.fakes import FakeDirectory

PHONE = "From the attribute “telephoneNumber” of Main LDAP."


def badges(browser: Browser) -> int:
    return len(browser.page.select(".kv .badge"))


def test_the_owner_and_administrators_always_know_where_a_value_comes_from(
    as_person: Callable[[str], Browser], as_admin: Callable[[], Browser]
) -> None:
    for reader in (as_person("ada"), as_admin()):
        reader.get("/people/ada")

        assert PHONE in reader.text
        assert "in run 1." in reader.text
        assert badges(reader) == len(reader.page.select(".kv > div"))


def test_on_request_the_owner_reads_it_beside_the_values(
    as_person: Callable[[str], Browser],
) -> None:
    ada = as_person("ada")

    ada.get("/people/ada", sources="1")

    assert PHONE in ada.page.select_one(".kv__origin").get_text(" ", strip=True)
    assert ada.page.select(".tip--badge") == []


def test_colleagues_hear_the_source_on_request_and_never_the_attribute(
    as_person: Callable[[str], Browser],
) -> None:
    cem = as_person("cem")

    cem.get("/people/ada")
    before = badges(cem)
    assert "Show where values come from" in cem.text
    cem.get("/people/ada", sources="1")

    assert before == 0
    assert badges(cem) == len(cem.page.select(".kv > div"))
    assert "telephoneNumber" not in cem.response.text
    assert "Main LDAP" not in cem.response.text
    assert "Hide where values come from" in cem.text


def test_the_owner_sees_the_profile_as_colleagues_do(
    as_person: Callable[[str], Browser],
) -> None:
    ben = as_person("ben")
    ben.get("/people/ben")
    assert CANARY in ben.text
    link = ben.page.find("a", string="See it as they do")["href"]

    ben.get(link)

    assert CANARY not in ben.response.text
    assert "First aid" not in ben.text
    assert badges(ben) == 0
    assert "So your profile looks to colleagues" in ben.text
    assert ben.page.select_one(".hero a.btn--primary")["href"] == "mailto:ben@example.com"
    taken = {each["href"] for each in ben.page.select("a[download]")}
    assert taken == {"/people/ben.vcf?as=colleague"}


def test_nobody_but_the_owner_takes_the_place_of_a_colleague(
    as_person: Callable[[str], Browser], as_admin: Callable[[], Browser]
) -> None:
    sam, admin = as_person("sam"), as_admin()

    sam.get("/people/ben", **{"as": "colleague"})
    admin.get("/people/ben", **{"as": "colleague"})

    assert CANARY in sam.text
    assert badges(admin) > 0
    assert not any("So your profile looks" in each.text for each in (sam, admin))


def test_a_value_of_which_nothing_is_known_has_the_source_of_its_field(
    company: FakeDirectory, app: Flask
) -> None:
    with app.app_context():
        layout = load_layout()
        phone, website = layout.find_field("phone"), layout.find_field("website")
        provenance = get_person("ada").provenance

    assert phone and website  # noqa: PT018 both are standard fields
    assert origin_of(phone, {}, {}, in_full=True).source is Source.LDAP
    assert origin_of(website, {}, {}, in_full=True).source is Source.USER
    strange = {"phone": {"source": "moon", "at": "yesterday", "directory": "gone"}}
    told = origin_of(phone, strange, {}, in_full=True)
    assert (told.source, told.at, told.directory) == (Source.LDAP, None, "gone")
    known = origin_of(phone, provenance, {"main": "Main LDAP"}, in_full=True)
    assert (known.directory, known.run, known.attribute) == ("Main LDAP", "1", "telephoneNumber")
    assert known.at


def test_an_address_of_nobody_names_the_nearest_people(
    as_person: Callable[[str], Browser], app: Flask
) -> None:
    ada = as_person("ada")

    ada.get("/people/lovelace")

    assert ada.response.status_code == 404
    assert "You were looking for “lovelace”" in ada.text
    assert [each["href"] for each in ada.page.select(".near a")] == ["/people/ada"]


@pytest.mark.parametrize(
    "handle", ["<b>x", "%22%3E%3Cimg src=x%3E", "{{7*7}}", "id:1e9", "x" * 5000, "%00", "a%0d%0ab"]
)
def test_b51_an_address_of_nobody_is_shown_as_typed(
    as_person: Callable[[str], Browser], handle: str
) -> None:
    ada = as_person("ada")

    ada.get(f"/people/{handle}")

    assert ada.response.status_code == 404
    assert ada.page.select("main b, main img") == []
    assert "49" not in ada.page.select_one("main").get_text()
    assert len(ada.page.select_one("main").get_text()) < 1000
