"""The page of a diagnosis: for each reason, its button mends what was named."""

from collections.abc import Callable

import pytest
from bs4 import Tag
from flask import Flask

from lupweb.accounts.service import create_admin
from lupweb.database import db, transaction
from lupweb.options.registry import READ_ONLY
from lupweb.options.service import set_option
from lupweb.people.queries import get_person
from lupweb.profiles.editor import fill_from_directory
from lupweb.profiles.models import ProfileField
from tests.blueprints.admin.mending import PAGE, Site
from tests.browsing import Browser
from tests.diagnosis.faults import change, mapped_to
from tests.factories import PASSWORD, SUFFIX, a_local_person, a_run, an_entry
from tests.fakes import FakeDirectory

CANARY = "ZQX-SECRET-7"


@pytest.fixture
def site(app: Flask, company: FakeDirectory, admin: Browser) -> Site:
    return Site(app, company, admin)


def test_the_form_is_there_without_a_question(admin: Browser) -> None:
    page = admin.get(PAGE)

    assert admin.response.status_code == 200
    assert page.select_one("form.panel select[name=field] option[value=phone]")
    assert not page.select_one(".verdict")


def test_opening_the_page_asks_no_directory(site: Site) -> None:
    before = len(site.directory.server.questions)

    site.browser.get(PAGE, person="ada", field="phone")

    assert len(site.directory.server.questions) == before
    assert "have not been asked" in site.browser.text


def test_several_people_of_a_name_are_to_be_chosen_from(site: Site) -> None:
    with site.app.app_context():
        a_local_person("ada2", "Ada Lovelace")
        with transaction():
            get_person("ada2").is_listed = True

    page = site.browser.get(PAGE, person="Ada Lovelace", field="phone")
    chosen = page.select("input[name=person-one]")
    assert len(chosen) == 2
    assert not page.select_one(".verdict")

    site.browser.get(PAGE, **{"person": "Ada Lovelace", "person-one": "ada", "field": "phone"})
    assert site.browser.page.select_one(".verdict")


def test_a_name_with_the_login_behind_it_is_understood(site: Site) -> None:
    assert site.check("Ada Lovelace (ada)", "phone") == "value_is_here"


def test_a_field_that_does_not_exist_is_said_so_and_nobody_else_may_look(
    admin: Browser, as_person: Callable[[str], Browser]
) -> None:
    admin.get(PAGE, person="ada", field="gone")
    assert admin.response.status_code == 422
    assert "There is no field “gone”" in admin.text

    other = as_person("ben")
    other.get(PAGE, person="ada", field="phone")
    assert other.response.status_code == 403


def test_viewer_may_not_see_leads_to_the_groups(site: Site) -> None:
    assert site.check("ben", "emergency") == "viewer_may_not_see"
    assert CANARY not in site.browser.response.get_data(as_text=True)

    site.browser.get(site.link("Groups of the category"))
    assert site.browser.response.status_code == 200


def test_as_somebody_else_the_answer_is_theirs(site: Site) -> None:
    site.browser.get(PAGE, person="ben", field="emergency", viewer="ada")

    assert "viewer_may_not_see" in site.browser.text


def test_person_unknown_is_mended_by_a_run(site: Site) -> None:
    an_entry(site.directory, "zoe", telephoneNumber="+49 611 5")
    assert site.check("zoe", "phone") == "person_unknown"

    site.press("read_changes")
    site.work()

    assert site.value("zoe", "phone") == "+49 611 5"


def test_person_local_leads_to_the_form(site: Site) -> None:
    with site.app.app_context():
        a_local_person("local")
    assert site.check("local", "phone") == "person_local"

    assert site.link("Edit the profile").endswith("/edit")


def test_person_inactive_is_mended_by_a_run(site: Site) -> None:
    away, home = f"uid=sam,ou=groups,{SUFFIX}", f"uid=sam,ou=people,{SUFFIX}"
    site.directory.rename("sam", away)
    with site.app.app_context():
        a_run(site.directory)
    site.directory.set("sam", "title", [b"Officer"])
    site.directory.rename(away, home)
    assert site.check("sam", "position") == "person_inactive"

    site.press("read_changes")
    site.work()

    assert site.check("sam", "position") == "value_is_here"


def test_not_in_any_directory_is_mended_by_switching_it_on(site: Site) -> None:
    with site.app.app_context():
        change("main", is_enabled=False)
    site.directory.set("ben", "telephoneNumber", [b"+49 611 8"])
    assert site.check("ben", "phone") == "not_in_any_directory"

    site.press("enable_directory")
    site.work()

    assert site.value("ben", "phone") == "+49 611 8"


def test_field_has_no_source_leads_to_the_field(site: Site) -> None:
    with site.app.app_context():
        mapped_to("phone", "")
    assert site.check("ben", "phone") == "field_has_no_source"

    assert site.link("Settings of").endswith("/admin/fields/phone/edit")


@pytest.mark.parametrize("reason", ["directory_unreachable", "bind_refused"])
def test_a_directory_that_is_well_again_is_read_at_once(site: Site, reason: str) -> None:
    site.directory.set("ben", "telephoneNumber", [b"+49 611 9"])
    if reason == "bind_refused":
        site.directory.refuse_credentials()
    else:
        site.directory.go_down()
    assert site.check("ben", "phone") == reason

    said = site.press("read_person")
    assert "could not be read from the directory now" in said
    assert ("sign in" if reason == "bind_refused" else "cannot be asked now") in said
    assert site.browser.page.select_one(".verdict:not(.verdict--ok)")
    site.check("ben", "phone")
    site.directory.refuse_credentials(refuse=False)
    site.directory.come_up()
    site.press("read_person")

    assert site.value("ben", "phone") == "+49 611 9"


def test_stamps_not_understood_is_mended_by_taking_the_pattern_out(site: Site) -> None:
    site.directory.set("ben", "telephoneNumber", [b"+49 611 9"])
    with site.app.app_context():
        change("main", timestamp_pattern="yyyy-MM-dd")
    assert site.check("ben", "phone") == "stamps_not_understood"

    site.press("recognise_stamps")
    assert site.check("ben", "phone") == "not_read_yet"
    site.press("read_person")

    assert site.value("ben", "phone") == "+49 611 9"


def test_attribute_unknown_is_mended_by_the_nearest_name(site: Site) -> None:
    site.directory.set("ben", "telephoneNumber", [b"+49 611 9"])
    with site.app.app_context():
        mapped_to("phone", "telefoneNumber")
    assert site.check("ben", "phone") == "attribute_unknown"

    site.press("switch_attribute")
    site.work()

    assert site.value("ben", "phone") == "+49 611 9"
    with site.app.app_context():
        field = db.session.scalar(db.select(ProfileField).where(ProfileField.key == "phone"))
        assert field is not None
        assert field.attribute == "telephoneNumber"


def test_entry_has_no_value_is_mended_once_it_has_one(site: Site) -> None:
    assert site.check("ben", "phone") == "entry_has_no_value"
    site.directory.set("ben", "telephoneNumber", [b"+49 611 9"])

    site.press("read_person")

    assert site.value("ben", "phone") == "+49 611 9"


def test_value_does_not_fit_is_mended_once_it_is_corrected(site: Site) -> None:
    site.directory.set("ben", "telephoneNumber", [b"\xff"])
    assert site.check("ben", "phone") == "value_does_not_fit"
    site.directory.set("ben", "telephoneNumber", [b"+49 611 9"])

    site.press("read_person")

    assert site.value("ben", "phone") == "+49 611 9"


def test_reference_not_found_is_mended_by_reading_everything(site: Site) -> None:
    site.directory.set("ben", "manager", [f"uid=zoe,ou=people,{SUFFIX}".encode()])
    with site.app.app_context():
        a_run(site.directory)
    assert site.check("ben", "manager") == "reference_not_found"
    an_entry(site.directory, "zoe")

    site.press("read_everything")
    site.work()

    assert site.check("ben", "manager") == "value_is_here"


def test_not_read_yet_is_mended_by_reading_the_person(site: Site) -> None:
    with site.app.app_context(), transaction():
        fill_from_directory("website", "title")
    assert site.check("ben", "website") == "not_read_yet"

    site.press("read_person")

    assert site.value("ben", "website") == "Engineer"


def test_run_failed_is_mended_by_reading_again(site: Site) -> None:
    site.directory.set("ben", "title", [b"Captain"])
    site.directory.go_down()
    with site.app.app_context():
        a_run(site.directory)
    site.directory.come_up()
    assert site.check("ben", "position") == "run_failed"

    site.press("read_person")

    assert site.value("ben", "position") == "Captain"


def test_in_read_only_mode_nothing_is_mended(site: Site) -> None:
    with site.app.app_context(), transaction():
        set_option(READ_ONLY, True)
    site.directory.set("ben", "title", [b"Captain"])
    assert site.check("ben", "position") == "read_only_mode"

    assert site.link("Policies").endswith("/admin/policies")


def test_buttons_of_system_administrators_are_theirs_alone(
    site: Site, browser: Callable[[], Browser]
) -> None:
    with site.app.app_context():
        change("main", is_enabled=False)
        with transaction():
            create_admin("plain", PASSWORD, is_system=False)
    plain = Site(site.app, site.directory, browser().sign_in("plain", PASSWORD))

    assert plain.check("ben", "phone") == "not_in_any_directory"
    assert plain.browser.page.select(".verdict button") == []
    plain.browser.post(f"{PAGE}/fix", act="enable_directory", person="ben", target="main")
    assert plain.browser.response.status_code == 403
    plain.browser.get(PAGE)
    plain.browser.post(f"{PAGE}/fix", act="drop_everything", person="ben", field="phone")
    assert plain.browser.response.status_code == 422


def test_checks_are_said_in_words_and_the_first_problem_lies_open(site: Site) -> None:
    site.check("ben", "phone")

    opened: list[Tag] = site.browser.page.select("details.step[open]")
    assert len(opened) == 1
    assert "Problem:" in opened[0].get_text()
    assert "uid=ben" in opened[0].get_text()


def test_the_edit_form_leads_here_for_administrators_alone(
    site: Site, as_person: Callable[[str], Browser]
) -> None:
    leads = "a[href^='/admin/diagnosis?']"

    assert site.browser.get("/people/ada/edit").select(leads)
    assert not as_person("ada").get("/people/ada/edit").select(leads)
