"""The page of records that may be one person."""

import pytest
from flask import Flask

from lupweb.people.models import Person
from lupweb.people.queries import get_person
from tests.browsing import Browser
from tests.factories import a_run, an_entry
from tests.fakes import FakeDirectory

PAGE = "/admin/identities"


@pytest.fixture
def recreated(company: FakeDirectory, app: Flask) -> tuple[str, str]:
    """Ben was deleted and made anew; return both handles."""
    with app.app_context():
        old = get_person("ben").id
        company.delete("ben")
        an_entry(company, "ben", "Ben Özgür", title="Engineer")
        a_run(company)
        return f"id:{old}", f"id:{get_person('ben').id}"


def test_both_records_stand_side_by_side_with_what_to_do(
    recreated: tuple[str, str], admin: Browser
) -> None:
    admin.get(PAGE)

    assert admin.page.select_one("nav.adminnav a[aria-current]")["href"] == PAGE
    handles = [each["href"].rpartition("/")[2] for each in admin.page.select(".cols-2 .who a")]
    assert handles == list(recreated)
    assert "made anew" in admin.page.main.text
    assert admin.page.main.text.count("uid=ben,ou=people,dc=example,dc=com") == 2


def test_the_same_person_leads_to_the_comparison_and_merging_settles_the_pair(
    recreated: tuple[str, str], admin: Browser
) -> None:
    admin.get(PAGE)
    admin.get(admin.page.select_one("main a.btn--s")["href"])
    found = admin.page.select("main form[action$=preview] input")
    kept = [each for each in found if each.get("type") == "hidden" or each.has_attr("checked")]
    form = {each["name"]: each["value"] for each in kept if each["name"] != "csrf_token"}
    assert form["kept"] == recreated[1]  # the one that the directory has now

    admin.post("/admin/people/merge/done", **form)
    admin.get(PAGE)

    assert "No two records look like one person" in admin.page.main.text


def test_two_people_are_put_aside_and_can_be_proposed_again(
    recreated: tuple[str, str], admin: Browser, app: Flask
) -> None:
    first, second = recreated
    admin.get(PAGE)
    admin.post(f"{PAGE}/apart", first=first, second=second)
    admin.get(PAGE)
    assert "No two records look like one person" in admin.page.main.text
    admin.get(PAGE, show="decided")
    assert len(admin.page.select(".cols-2")) == 1

    admin.post(f"{PAGE}/again", first=first, second=second)
    admin.get(PAGE)

    assert len(admin.page.select(".cols-2")) == 1
    with app.app_context():
        assert Person.query.filter_by(merged_into_id=None).count() == 4


def test_nobody_to_decide_about_is_said_so(company: FakeDirectory, admin: Browser) -> None:
    admin.get(PAGE)

    assert "No two records look like one person" in admin.page.main.text
