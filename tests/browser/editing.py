"""A site where people edit their profiles, and what they do there again and again."""

import re
from pathlib import Path

from flask import Flask
from playwright.sync_api import Page

from lupweb.database import transaction
from lupweb.options.registry import PICTURE_SOURCE
from lupweb.options.service import set_option
from lupweb.people.queries import get_person
from lupweb.profiles.editor import define_category, define_field
from tests.blueprints.edit_forms import OWN_FIELDS
from tests.browser.visitors import Visitor
from tests.factories import PASSWORD, a_connection, a_group, a_profile, a_run, an_entry
from tests.fakes import FakeDirectory
from tests.profiles.drawing import a_picture

EDIT = "/people/ben/edit"


def a_site_to_edit(app: Flask, directory: FakeDirectory) -> tuple[str, str]:
    """Make a site; return how Ben signs in, whose profile has a field of each control.

    Pictures are people's own.
    """
    ada = an_entry(directory, "ada", "Ada Lovelace", title="Countess", l="Porto")
    ben = {"telephoneNumber": "+49 611 20570", "title": "Engineer", "l": "Porto"}
    an_entry(directory, "ben", "Ben Özgür", manager=ada, **ben)
    with app.app_context():
        a_group(directory, a_connection(directory), "safety", ["ben"])
        a_profile(restricted={"visible_to": ["safety"]})
        with transaction():
            define_category("own", "About you")
            help_text = "With country code.\nExample: +49 611 20570"
            for key, type_key, options in OWN_FIELDS:
                define_field(
                    key,
                    key.replace("_", " ").capitalize(),
                    category="own",
                    type_key=type_key,
                    options=options,
                    help_text=help_text if key == "mobile" else "",
                )
            set_option(PICTURE_SOURCE, "user")
        a_run(directory)
    return "ben", PASSWORD


def a_photograph(folder: Path) -> Path:
    """Return the file of one."""
    file = folder / "me.jpg"
    file.write_bytes(a_picture(size=(900, 600)))
    return file


def save(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Save")).click()


def saved(page: Page) -> None:
    page.wait_for_url(lambda url: not url.endswith("/edit"))


def value(app: Flask, key: str) -> str:
    with app.app_context():
        return str(get_person("ben").document["values"].get(key, ""))


def leave_without_a_question(visitor: Visitor) -> None:
    visitor.page.on("dialog", lambda dialog: dialog.accept())
