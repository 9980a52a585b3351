"""Fields that the next run reads for everybody say so, wherever an administrator may wonder."""

from flask import Flask
from sqlalchemy import update

from lupweb.database import db, transaction
from lupweb.directories.models import Directory
from lupweb.profiles.models import ProfileField
from tests.blueprints.admin.filling import saved
from tests.browsing import Browser
from tests.databases import counted_queries
from tests.factories import a_run
from tests.fakes import FakeDirectory

PAGES = ("/admin/fields", "/admin/fields/phone/edit", "/admin/sync")


def said(admin: Browser) -> list[bool]:
    """Return for each page whether it says that a field is not fully read yet."""
    found = []
    for path in PAGES:
        admin.get(path)
        found.append("not fully read yet" in admin.text.lower())
    return found


def test_a_field_with_another_attribute_waits_for_the_next_run_and_says_so(
    admin: Browser, company: FakeDirectory, app: Flask
) -> None:
    before = said(admin)
    saved(admin, "phone", attribute="mobile")
    waiting = said(admin)
    row = admin.get("/admin/fields").select_one("#field-phone .badge--run")
    others = admin.page.select("#field-position .badge--run")
    with app.app_context():
        a_run(company)

    assert before == [False, False, False]
    assert waiting == [True, True, True]
    assert row
    assert not others
    assert said(admin) == [False, False, False]


def test_a_directory_that_was_never_read_lets_no_field_wait(admin: Browser, app: Flask) -> None:
    saved(admin, "phone", attribute="mobile")
    with app.app_context(), transaction():
        db.session.execute(update(Directory).values(last_full_at=None))

    assert said(admin) == [False, False, False]


def test_many_waiting_fields_take_as_many_queries_as_one(admin: Browser, app: Flask) -> None:
    counts = []
    for keys in (["phone"], ["phone", "position", "department", "location"]):
        with app.app_context(), transaction():
            changed = update(ProfileField).where(ProfileField.key.in_(keys))
            db.session.execute(changed.values(attribute="mobile"))
        for path in PAGES:
            admin.get(path)  # what is kept between requests is warm
            with counted_queries() as sent:
                admin.get(path)
            counts.append(len(sent))

    assert counts[:3] == counts[3:]
