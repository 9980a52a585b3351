"""A restricted value is seen by the group's members and by nobody else, on every surface.

Ben's emergency contact is the canary. Sam belongs to the group; Ada leads Ben and does not.
"""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import true

from lupweb.accounts.viewers import viewer_as
from lupweb.database import db, transaction
from lupweb.options.service import options
from lupweb.people.models import Group, Membership
from lupweb.people.queries import get_person, groups_by_key
from lupweb.profiles.editor import restrict_category
from lupweb.profiles.layout import load_layout
from lupweb.profiles.models import Category
from lupweb.search.queries import found_people
from lupweb.search.request import SearchRequest
from tests.blueprints.conftest import CANARY
from tests.browsing import Browser
from tests.databases import both_databases
from tests.factories import SUFFIX, a_run
from tests.fakes import FakeDirectory

PREFIXES = [CANARY[:length] for length in range(1, len(CANARY) + 1)]
"""What a search for the canary is typed as; a single letter may find a name, and no more."""


def pages(browser: Browser) -> str:
    """Everything that can be opened by GET, in bytes."""
    shown = [browser.get("/people") and browser.response.text]
    for login in ("ada", "ben", "cem", "sam", "nobody"):
        browser.get(f"/people/{login}")
        shown.append(browser.response.text)
    return "\n".join(shown)


def found(browser: Browser, query: str) -> list[str]:
    browser.get("/people", q=query)
    return [each.get_text(strip=True) for each in browser.page.select(".pcard h2, .pcard h3")]


def test_a_member_sees_the_value_and_finds_the_person_by_it(
    as_person: Callable[[str], Browser],
) -> None:
    sam = as_person("sam")

    assert CANARY in pages(sam)
    assert found(sam, "zqx-secret") == ["Ben Özgür"]


@pytest.mark.parametrize("login", ["ada", "cem"])
def test_b33_nobody_else_is_sent_a_single_byte_of_it(
    as_person: Callable[[str], Browser], login: str
) -> None:
    viewer = as_person(login)

    assert CANARY not in pages(viewer)
    assert "First aid" not in pages(viewer)
    assert "Emergency contact" not in pages(viewer)


def test_an_administrator_outside_the_group_does_not_see_it_either(
    as_admin: Callable[[], Browser],
) -> None:
    admin = as_admin()

    assert CANARY not in pages(admin)
    assert found(admin, CANARY) == []


def test_b41_the_person_sees_it_and_that_others_do_not(
    as_person: Callable[[str], Browser],
) -> None:
    ben = as_person("ben")

    assert CANARY in pages(ben)
    assert found(ben, CANARY) == ["Ben Özgür"]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_b34_no_part_of_it_finds_the_person(
    as_person: Callable[[str], Browser], prefix: str
) -> None:
    ada = as_person("ada")
    with_value = found(ada, prefix)

    assert "Ben Özgür" not in with_value or prefix.casefold() in "ben özgür ben@example.com"


@both_databases
def test_as_somebody_the_command_line_says_no_more_than_the_page(
    company: FakeDirectory, app: Flask
) -> None:
    with app.app_context():
        layout = load_layout()
        for login, expected in (("sam", ["ben"]), ("ben", ["ben"]), ("ada", []), ("cem", [])):
            viewer = viewer_as(get_person(login).id)
            people = found_people(viewer, layout, options(), SearchRequest(CANARY), true())
            assert [person.login for person in people] == expected


def test_people_list_as_leaves_the_value_out_and_the_operator_sees_everything(
    company: FakeDirectory, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = pytest.importorskip("lupweb.cli").main
    monkeypatch.setattr("lupweb.cli.application.create_app", lambda: app)

    def people(*options: str) -> dict[str, dict[str, object]]:
        result = CliRunner().invoke(main, ["people", "list", "--json", *options])
        assert result.exit_code == 0, result.output
        rows = [json.loads(line) for line in result.stdout.splitlines()]
        return {row["login"]: row for row in rows}

    assert people("--as", "sam")["ben"]["values"]["emergency"] == CANARY
    assert "emergency" not in people("--as", "ada")["ben"]["values"]
    assert people()["ben"]["values"]["emergency"] == CANARY
    assert people("--as", "ada", "--query", CANARY) == {}
    ben = people()["ben"]
    assert (ben["manager"], ben["groups"], ben["directory"]) == ("ada", [], "main")
    assert people()["sam"]["groups"] == ["safety"]


def test_b28_who_leaves_the_group_sees_it_no_more(
    company: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    sam = as_person("sam")
    company.set(f"cn=safety,ou=groups,{SUFFIX}", "member", [f"uid=cem,ou=people,{SUFFIX}".encode()])
    with app.app_context():
        a_run(company)

    assert CANARY not in pages(sam)
    assert found(sam, CANARY) == []
    assert found(as_person("cem"), CANARY) == ["Ben Özgür"]


def test_b40_a_restriction_set_later_holds_at_once_for_values_entered_before(
    company: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    ada = as_person("ada")
    with app.app_context(), transaction():
        restrict_category("safety", applies_to=[], visible_to=[])
    assert CANARY in pages(ada)
    assert found(ada, CANARY) == ["Ben Özgür"]

    with app.app_context(), transaction():
        restrict_category("safety", applies_to=[], visible_to=["safety"])

    assert CANARY not in pages(ada)
    assert found(ada, CANARY) == []


def test_a_person_outside_applies_to_does_not_have_the_category_at_all(
    company: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    with app.app_context(), transaction():
        restrict_category("safety", applies_to=["safety"], visible_to=["safety"])

    for login in ("sam", "ben", "ada"):
        viewer = as_person(login)
        assert CANARY not in pages(viewer)
        assert found(viewer, CANARY) == []


def test_who_joins_an_applies_to_group_has_the_category_and_is_found_by_it(
    company: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    with app.app_context(), transaction():
        restrict_category("safety", applies_to=["safety"], visible_to=["safety"])
    members = [f"uid={uid},ou=people,{SUFFIX}".encode() for uid in ("sam", "ben")]
    company.set(f"cn=safety,ou=groups,{SUFFIX}", "member", members)
    with app.app_context():
        a_run(company)

    sam = as_person("sam")
    assert CANARY in pages(sam)
    assert found(sam, CANARY) == ["Ben Özgür"]


def test_findable_as_in_the_old_products_finds_the_person_and_never_sends_the_value(
    company: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    with app.app_context(), transaction():
        category = db.session.scalars(db.select(Category).filter_by(key="safety")).one()
        category.searchable_when_restricted = True
        db.session.flush()
        restrict_category("safety", applies_to=[], visible_to=["safety"])
    ada = as_person("ada")

    assert found(ada, CANARY) == ["Ben Özgür"]
    assert CANARY not in pages(ada)


def test_a_restricted_manager_field_gives_no_chain_and_no_team(
    company: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    cem = as_person("cem")
    cem.get("/people/ben")
    assert "Ada Lovelace" in cem.page.select_one("main").get_text()

    with app.app_context(), transaction():
        restrict_category("work", applies_to=[], visible_to=["safety"])

    for login, other in (("ben", "Ada Lovelace"), ("ada", "Ben Özgür"), ("ben", "Sam Safe")):
        cem.get(f"/people/{login}")
        assert other not in cem.page.select_one("main").get_text()


def test_belonging_to_a_group_of_another_name_opens_nothing(
    company: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    with app.app_context(), transaction():
        look_alike = Group(key="s\u0430fety", name="Safety")
        db.session.add(look_alike)
        db.session.flush()
        db.session.add(Membership(group_id=look_alike.id, person_id=get_person("ada").id))
        assert len(groups_by_key()) == 2

    assert CANARY not in pages(as_person("ada"))
