"""Write-back in a browser, on any screen: the owner's profile, the queue, and the write test."""

from pathlib import Path

import pytest
from flask import Flask

from lupweb.accounts.service import create_admin
from lupweb.database import transaction
from lupweb.outbox.states import OutboxState as S
from tests.blueprints.messages import a_message, state_of, switch_writing_on
from tests.browser.screens import NARROW_FIRST
from tests.browser.test_accessibility import barriers
from tests.browser.test_pages import SIDEWAYS
from tests.browser.visitors import Visitors
from tests.fakes import FakeDirectory

PASSWORD = "an administrator's password"


@pytest.fixture(autouse=True)
def _set_up(app: Flask, directory: FakeDirectory, demo_login: tuple[str, str]) -> None:
    """Values of Ada in several states; writing is on; an administrator."""
    switch_writing_on(app, "phone", "position", "department", "location")
    a_message(app, "ada", "location", "Lisboa" * 9, S.CONFLICT, found_value="Faro" * 9)
    a_message(app, "ada", "position", "x" * 80, S.REJECTED, reason="not_accepted:64", last_code=19)
    a_message(app, "ada", "department", "", S.WAITING, reason="unreachable")
    a_message(app, "ada", "phone", "+49 611 1", S.DEAD, reason="refused", last_info="y" * 150)
    with app.app_context(), transaction():
        create_admin("admin", PASSWORD)


@pytest.mark.parametrize(("width", "scheme"), NARROW_FIRST)
def test_no_page_of_it_has_a_barrier_or_is_wider_than_the_screen(
    visitors: Visitors, axe: Path, directory: FakeDirectory, width: int, scheme: str
) -> None:
    directory.refuse_attribute("l", 50)
    owner = visitors.colleague(width, color_scheme=scheme, bypass_csp=True)
    admin = visitors.stranger(width, color_scheme=scheme, bypass_csp=True)
    admin.sign_in("admin", PASSWORD)
    found: dict[str, object] = {}

    for visitor, path in ((owner, "/people/ada"), (owner, "/people/ada/edit"),
                          (admin, "/admin/write-back")):  # fmt: skip
        visitor.go(path)
        found[path] = barriers(visitor.page, axe)
        found[f"{path} is wider by"] = visitor.page.evaluate(SIDEWAYS)
    admin.go("/admin/directories/main")
    admin.page.get_by_role("textbox", name="People", exact=True).fill("ada\np1")
    admin.page.get_by_role("textbox", name="Attributes", exact=True).fill("l\ntelephoneNumber")
    admin.page.get_by_role("button", name="Test without writing").click()
    admin.page.get_by_role("heading", name="What to do").first.wait_for()
    found["tested"] = barriers(admin.page, axe)
    found["tested is wider by"] = admin.page.evaluate(SIDEWAYS)

    assert not any(found.values()), found
    assert owner.complaints + admin.complaints == []


def test_a_conflict_is_settled_by_keyboard_and_without_a_script(
    visitors: Visitors, app: Flask
) -> None:
    owner = visitors.colleague(java_script_enabled=False)
    owner.go("/people/ada")
    button = owner.page.get_by_role("button", name="Keep mine")

    button.focus()
    owner.page.keyboard.press("Enter")
    owner.page.get_by_text("Yours goes to LDAP now.").wait_for()

    assert state_of(app, 1) is S.SUPERSEDED
