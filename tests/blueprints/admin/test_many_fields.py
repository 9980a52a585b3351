"""The profile editor of a site with 200 fields."""

import pytest
from flask import Flask

from lupweb.database import db, transaction
from lupweb.profiles.models import Category, ProfileField
from tests.browsing import Browser
from tests.databases import counted_queries

pytestmark = pytest.mark.usefixtures("company")
EDITOR = "/admin/fields"
LARGEST_ROW = 1_300  # bytes; of a field with a short name


def add_fields(app: Flask, count: int) -> None:
    with app.app_context(), transaction():
        work = db.session.scalars(db.select(Category.id).filter_by(key="work")).one()
        rows = [
            {
                "key": f"more{number}", "name": f"More {number}", "category_id": work,
                "position": 100 + number, "type_key": "text",
            }
            for number in range(count)
        ]  # fmt: skip
        db.session.execute(db.insert(ProfileField), rows)


def test_200_fields_take_as_many_queries_as_few_and_each_adds_little_to_the_page(
    admin: Browser, app: Flask
) -> None:
    sizes, counts = [], []
    for added in (0, 200):
        if added:
            add_fields(app, added)
        admin.client.get(EDITOR)  # the set-up is read anew
        with counted_queries() as sent:
            page = admin.client.get(EDITOR)
        counts.append(len(sent))
        sizes.append(len(page.data))
        assert page.text.count("data-more>") == page.text.count("data-field=")

    assert counts[0] == counts[1]
    assert (sizes[1] - sizes[0]) / 200 < LARGEST_ROW


def test_without_script_the_link_of_a_row_leads_to_where_all_of_its_menu_is_done(
    admin: Browser, app: Flask
) -> None:
    add_fields(app, 1)
    link = admin.get(EDITOR).select_one("#field-more0 [data-more]")

    page = admin.get(link["href"])  # type: ignore[index, arg-type]

    assert page.select_one("select[name=category] option[value=safety]")
    assert page.select_one(f"a[href='{EDITOR}/more0/delete']")
