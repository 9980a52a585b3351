"""A new administrator builds the profile from nothing, and two people see what they are to see.

The two are those of the administrator's guide: Theo Schröder belongs to the group of a category,
Kathrin Holmes does not (product.md section 1).
"""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from lupweb.accounts.service import create_admin
from lupweb.database import transaction
from lupweb.field_types import FIELD_TYPES
from tests.browser.visitors import Visitors
from tests.configfile.files import DIRECTORY, applied
from tests.factories import PASSWORD, READER, READER_PASSWORD, SUFFIX, a_run, an_entry
from tests.fakes import FakeDirectory

ADMIN_PASSWORD = "an administrator's password"
SECRET = "Admin only knowledge"
HELP = "What to write here: {}. <b>Plain</b> text."
CANARY = "ZQX-SECRET-7"
SETTINGS = {
    "select": {"Options": "Du\nSie"},
    "multi_select": {"Options": "Porto\nHamburg"},
    "cascade_select": {"Tree": "eu,Europe,pt,Portugal"},
    "dependent": {"Field": "department", "Rules": "IT* -> Information technology"},
}
"""What a type has to be told before its field can be saved."""
SET_UP = f"""{DIRECTORY}
[[groups]]
key = "administrators"
name = "confluence-administrators"
directory = "main"
dn = "cn=administrators,ou=groups,{SUFFIX}"
"""


@pytest.fixture
def demo_login(app: Flask, directory: FakeDirectory) -> tuple[str, str]:
    """Theo; the site knows one directory and one group, and nobody has built a profile yet."""
    theo = an_entry(directory, "theo", "Theo Schröder", departmentNumber="IT 1")
    an_entry(directory, "kathrin", "Kathrin Holmes")
    people = {"objectClass": [b"groupOfNames"], "cn": [b"administrators"]}
    directory.add(f"cn=administrators,ou=groups,{SUFFIX}", {**people, "member": [theo.encode()]})
    directory.add(READER, {"objectClass": [b"person"], "userPassword": [READER_PASSWORD.encode()]})
    with app.app_context():
        applied(SET_UP)
        with transaction():
            create_admin("admin", ADMIN_PASSWORD)
        a_run(directory)
    return "theo", PASSWORD


def add_category(page: Page, name: str) -> None:
    page.get_by_role("link", name="New category").click()
    page.get_by_label("Name in English").fill(name)
    page.get_by_role("button", name="Save category").click()
    expect(page.get_by_text(f"“{name}” was added.")).to_be_visible()


def add_field(page: Page, category: str, name: str, type_key: str) -> None:
    page.get_by_role("link", name=f"Field in {category}", exact=True).click()
    page.get_by_label("Name in English").fill(name)
    page.get_by_label("Type", exact=True).select_option(type_key)
    settings = page.locator("#type-settings")
    expect(settings.get_by_role("status")).to_have_text(str(FIELD_TYPES[type_key].explanation))
    for label, text in SETTINGS.get(type_key, {}).items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("Help text in English").fill(HELP.format(name))
    page.get_by_role("button", name="Save field").click()
    expect(page.get_by_text(f"“{name}” was added.")).to_be_visible()


def names(page: Page, category: str) -> list[str]:
    section = page.locator(".cat", has=page.get_by_role("heading", name=category, exact=True))
    return section.locator(".frow__name a").all_inner_texts()


def named(type_key: str) -> str:
    """Return the name of the field of a type."""
    return f"A {type_key.replace('_', ' ')}"


@pytest.mark.thorough
def test_from_an_empty_site_to_what_a_member_and_another_person_see(visitors: Visitors) -> None:
    admin = visitors.stranger()
    admin.sign_in("admin", ADMIN_PASSWORD)
    page = admin.page
    admin.go("/people")
    page.get_by_role("link", name="Administration").first.click()
    for category in ("Reach me", "Skills", SECRET):
        add_category(page, category)
    for type_key in FIELD_TYPES:
        add_field(page, "Skills", named(type_key), type_key)
    add_field(page, SECRET, "Door code", "text")
    add_field(page, SECRET, "Alarm code", "text")

    page.get_by_role("button", name="Move Alarm code up").click()
    expect(page.locator("[data-live]")).to_have_text("Alarm code: place 1 of 2")
    page.get_by_role("button", name=f"Move category {SECRET} up").click()
    page.get_by_role("link", name=f"Settings of {SECRET}").click()
    page.get_by_label("confluence-administrators").first.check()
    page.get_by_role("button", name="Save category").click()

    expect(page.get_by_text(f"“{SECRET}” was saved.")).to_be_visible()
    assert names(page, SECRET) == ["Alarm code", "Door code"]
    assert len(names(page, "Skills")) == len(FIELD_TYPES)
    expect(page.locator(".cat", has_text="Door code")).to_contain_text(
        "only confluence-administrators"
    )
    assert admin.complaints == []
    _both_see_what_they_are_to_see(visitors, page)


def _both_see_what_they_are_to_see(visitors: Visitors, admins: Page) -> None:
    theo, kathrin = visitors.colleague(), visitors.stranger()
    kathrin.sign_in("kathrin", PASSWORD)
    theo.go("/people/theo/edit")
    question = theo.page.get_by_role("button", name="Help for Door code")
    question.focus()
    expect(theo.page.get_by_text(HELP.format("Door code"))).to_be_visible()
    theo.page.get_by_label("Door code", exact=True).fill(CANARY)
    theo.page.get_by_role("button", name="Save").click()
    expect(theo.page.get_by_text("Saved. 1 value is new.")).to_be_visible()
    expect(theo.page.get_by_role("heading", name=SECRET)).to_be_visible()
    expect(theo.page.get_by_text(CANARY)).to_be_visible()

    kathrin.go("/people/kathrin/edit")
    labels = kathrin.page.locator("form[data-edit]").inner_text()
    assert [key for key in FIELD_TYPES if named(key) not in labels] == []
    for path in ("/people/kathrin/edit", "/people/kathrin", "/people/theo", "/people?q=zqx"):
        kathrin.go(path)
        content = kathrin.page.content()
        assert not any(each in content for each in (SECRET, "Door code", "Alarm code", CANARY))
    admins.goto(f"{kathrin.address}/people/theo")
    assert CANARY not in admins.content()
    assert theo.complaints == kathrin.complaints == []
