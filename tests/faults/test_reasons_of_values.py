"""Reasons of interface.md section 6 that lie in a value or a run, made on a real slapd."""

from sqlalchemy import update

from lupweb.database import db, transaction
from lupweb.diagnosis.findings import Reason
from lupweb.directories.connect import connect
from lupweb.directories.secrets import lock
from lupweb.options.registry import READ_ONLY
from lupweb.options.service import set_option
from lupweb.profiles.editor import define_field, fill_from_directory
from lupweb.profiles.models import ProfileField
from lupweb.profiles.sources import Source
from lupweb.runs.service import request
from lupweb.runs.states import CHANGES
from tests.factories import SECRET_KEY
from tests.faults import test_reasons
from tests.faults.changing import add, delete, set_values
from tests.faults.mending import (
    WHO,
    Mended,
    dn,
    phone,
)
from tests.faults.test_why_not_here import nobody_there
from tests.writeback.world import enter


def test_x12_attribute_not_readable_is_mended_by_reading_once_it_may_be_read(lup: Mended) -> None:
    phone(lup, "unreadable")
    lup.site.read_as("nophone")
    assert lup.why("unreadable", "phone") == "attribute_not_readable"

    lup.site.read_as("reader")
    lup.page.press("read_person")

    assert lup.page.value("unreadable", "phone") == "+49 611 2"


def test_entry_has_no_value_is_mended_by_reading_once_it_has_one(lup: Mended) -> None:
    assert lup.why("empty", "position") == "entry_has_no_value"

    set_values(lup.server, dn("empty"), "title", b"Engineer")
    lup.page.press("read_person")

    assert lup.why("empty", "position") == "value_is_here"


def test_value_does_not_fit_is_mended_by_reading_once_it_is_corrected(lup: Mended) -> None:
    with lup.site.inside(), transaction():
        define_field(
            "born", "Born", category="work", type_key="date", source=Source.LDAP, attribute="pager"
        )
    set_values(lup.server, dn("unfit"), "pager", b"soon")
    assert lup.why("unfit", "born") == "value_does_not_fit"

    set_values(lup.server, dn("unfit"), "pager", b"2001-02-03")
    lup.page.press("read_person")

    assert lup.page.value("unfit", "born") == "2001-02-03"


def test_reference_not_found_is_mended_by_reading_everything(lup: Mended) -> None:
    set_values(lup.server, dn("lost"), "manager", dn("found").encode())
    lup.site.sync()
    assert lup.why("lost", "manager") == "reference_not_found"
    assert dn("found") in lup.said("lost", "manager")

    entry = {"objectClass": [b"inetOrgPerson"], "cn": [b"found"], "sn": [b"found"]}
    add(lup.server, dn("found"), entry)
    lup.page.press("read_everything")
    lup.page.work()

    assert lup.why("lost", "manager") == "value_is_here"
    delete(lup.server, dn("found"))


def test_pending_write_leads_to_what_waits_and_is_over_when_it_is_saved(lup: Mended) -> None:
    account = {
        "bind_dn": lup.server.bind_dn,
        "bind_password": lock(lup.server.password, SECRET_KEY),
    }
    lup.site.change(writes=True, **account)
    with lup.site.inside():
        with transaction():
            is_phone = ProfileField.key == "phone"
            db.session.execute(update(ProfileField).where(is_phone).values(writes_back=True))
        enter("pending", "phone", "+49 611 2")
    assert lup.why("pending", "phone") == "pending_write"
    lup.page.browser.get(lup.page.link("What is to be saved to LDAP"))
    assert "Person pending" in lup.page.browser.text
    assert "Try all now" in lup.page.browser.text

    assert lup.site.command("writeback", "drain", "--json").exit_code == 0

    assert lup.why("pending", "phone") == "value_is_here"
    assert lup.page.value("pending", "phone") == "+49 611 2"


def test_field_held_is_mended_by_applying_what_the_run_holds(lup: Mended) -> None:
    """Numbers of nearly everybody were deleted in the directory: theirs stay until it is said."""
    cut = [login for login in WHO if login != "here"]
    for login in cut:
        set_values(lup.server, dn(login), "telephoneNumber")
    try:
        ran = lup.site.sync()
        assert ran.verdict == ("held", 0)
        number = ran.document["run"]
        assert lup.why("held", "phone") == "field_held"
        assert lup.page.value("held", "phone") == "+49 611 1"

        lup.page.browser.get(lup.page.link(f"Run {number}"))
        form = next(
            each
            for each in lup.page.browser.page.select("form")
            if str(each.get("action")).endswith("/approve")
        )
        sent = {str(each["name"]): str(each["value"]) for each in form.select("input[name]")}
        lup.page.browser.post(str(form["action"]), **sent)

        assert lup.page.value("held", "phone") == ""
        assert lup.why("held", "phone") == "entry_has_no_value"
    finally:
        for login in cut:
            phone(lup, login, "+49 611 1")


def test_not_read_yet_is_mended_by_reading_the_person(lup: Mended) -> None:
    with lup.site.inside(), transaction():
        fill_from_directory("website", "uid")
    assert lup.why("unread", "website") == "not_read_yet"

    lup.page.press("read_person")

    assert lup.page.value("unread", "website") == "unread"


def test_run_in_progress_is_mended_by_reading_the_person(lup: Mended) -> None:
    phone(lup, "running")
    with lup.site.inside(), transaction():
        request("directory:main", trigger="test", mode=CHANGES, reason="test")
    assert lup.why("running", "phone") == "run_in_progress"

    lup.page.press("read_person")

    assert lup.page.value("running", "phone") == "+49 611 2"


def test_run_failed_is_mended_by_reading_the_person(lup: Mended) -> None:
    phone(lup, "failed")
    lup.site.connect = nobody_there
    assert lup.site.sync().verdict == ("failed", 1)
    lup.site.connect = connect
    assert lup.why("failed", "phone") == "run_failed"

    lup.page.press("read_person")

    assert lup.page.value("failed", "phone") == "+49 611 2"


def test_read_only_mode_leads_to_the_policies_and_all_is_read_when_it_is_off(lup: Mended) -> None:
    phone(lup, "readonly")
    with lup.site.inside(), transaction():
        set_option(READ_ONLY, True)
    assert lup.why("readonly", "phone") == "read_only_mode"
    assert lup.page.link("Policies").endswith("/admin/policies")

    with lup.site.inside(), transaction():
        set_option(READ_ONLY, False)
    lup.site.sync()
    assert lup.why("readonly", "phone") == "value_is_here"


def test_every_field_of_a_person_is_judged_at_once(lup: Mended) -> None:
    lup.site.read_as("nophone")

    told = lup.site.command("explain", "here", "--json").document["fields"]
    reasons = {each["field"]: each["reason"] for each in told}

    assert reasons["phone"] == "attribute_not_readable"
    assert reasons["position"] == "entry_has_no_value"
    assert all(each["verdict"] for each in told)
    for key in ("phone", "position", "manager"):
        assert lup.why("here", key) == reasons[key]


def test_each_reason_is_made_here_or_beside() -> None:
    names = [*vars(test_reasons), *globals()]
    tested = {each for each in Reason if any(f"_{each}" in name for name in names)}
    assert tested == set(Reason)
