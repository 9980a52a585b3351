"""What nobody has seen yet is offered as a dry run first, with a button that applies it (17)."""

import pytest
from flask import Flask
from sqlalchemy import select

from lupweb.database import db, transaction
from lupweb.directories.service import get_directory
from lupweb.people.models import Person
from lupweb.people.states import PersonState
from lupweb.runs.models import Run
from lupweb.sync.service import perform
from tests.browsing import Browser
from tests.factories import SECRET_KEY, a_run
from tests.fakes import FakeDirectory

OFFER = "See what would be done"
PAGES = ("/admin/sync", "/admin/directories/main")
FEWER = "(|(uid=ada)(uid=ben))"


def change(app: Flask, **settings: object) -> None:
    with app.app_context(), transaction():
        for name, value in settings.items():
            setattr(get_directory("main"), name, value)


def offered(admin: Browser) -> list[bool]:
    """Return whether each of the pages offers a dry run first."""
    return [OFFER in admin.get(page).get_text() for page in PAGES]


def press_offer(admin: Browser, page: str) -> None:
    admin.get(page)
    forms = [each for each in admin.page.select(".note form") if OFFER in each.get_text()]
    sent = {str(each["name"]): str(each["value"]) for each in forms[0].select("input[name]")}
    admin.post(str(forms[0]["action"]), **sent, mode="dry")


def active(app: Flask) -> list[str]:
    with app.app_context():
        rows = select(Person.login).where(Person.state == PersonState.ACTIVE)
        return sorted(db.session.scalars(rows.where(Person.login != "local")))


def do_what_waits(app: Flask, company: FakeDirectory) -> int:
    """Do the runs that were asked for; return the number of the last."""
    with app.app_context():
        for number in list(db.session.scalars(select(Run.id).where(Run.state == "queued"))):
            perform(number, secret_key=SECRET_KEY, connect=company.connect)
        return db.session.scalars(select(Run.id).order_by(Run.id.desc())).first() or 0


def test_a_site_that_is_as_it_was_read_offers_nothing(admin: Browser) -> None:
    assert offered(admin) == [False, False]


@pytest.mark.parametrize(
    "changed",
    [{"user_filter": FEWER}, {"additional_user_dn": ""}, {"person_filter": "(uid=a*)"}],
    ids=["filter", "base", "person filter"],
)
def test_x35_after_another_base_or_filter_a_dry_run_is_offered_until_everybody_was_read(
    admin: Browser, app: Flask, company: FakeDirectory, changed: dict[str, str]
) -> None:
    change(app, **changed)
    assert offered(admin) == [True, True]
    assert "was changed" in admin.text

    with app.app_context():
        a_run(company)

    assert offered(admin) == [False, False]


@pytest.mark.parametrize("page", PAGES)
def test_x35_what_is_offered_changes_nobody_and_is_applied_by_its_button(
    admin: Browser, app: Flask, company: FakeDirectory, page: str
) -> None:
    before = active(app)
    change(app, user_filter=FEWER)

    press_offer(admin, page)
    dry = do_what_waits(app, company)
    assert active(app) == before
    assert "Apply this plan" in admin.get(f"/admin/sync/runs/{dry}").get_text()
    assert "Look at the dry run" in admin.get("/admin/sync").get_text()

    admin.get(f"/admin/sync/runs/{dry}")
    apply = next(each for each in admin.page.select("form") if "Apply this plan" in str(each))
    sent = {str(each["name"]): str(each["value"]) for each in apply.select("input[name]")}
    admin.post(str(apply["action"]), **sent)
    do_what_waits(app, company)

    assert active(app) == ["ada", "ben"]
    assert offered(admin) == [False, False]


def test_the_first_run_of_a_directory_is_offered_as_a_dry_run(admin: Browser, app: Flask) -> None:
    change(app, last_full_at=None, last_changes_at=None)

    assert offered(admin) == [True, True]
    assert "has not been read yet" in admin.text


@pytest.mark.parametrize("why", ["off", "alternative"])
def test_nothing_is_offered_where_nobody_is_read(admin: Browser, app: Flask, why: str) -> None:
    change(app, user_filter=FEWER)
    change(app, **({"is_enabled": False} if why == "off" else {"role": "alternative"}))

    assert offered(admin) == [False, False]
