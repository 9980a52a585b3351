"""Each reason of interface.md section 6, made on a real slapd: named first, its button mends it."""

import os

from sqlalchemy import select

from lupweb.database import db, transaction
from lupweb.directories.connect import connect
from lupweb.options.registry import XML_FILE
from lupweb.options.service import set_option
from lupweb.people.models import Group
from lupweb.profiles.editor import define_category, define_field
from lupweb.profiles.sources import Source
from lupweb.runs.models import Run
from lupweb.runs.states import RunState
from lupweb.sources import xml_file
from tests.diagnosis.faults import change, mapped_to
from tests.factories import SUFFIX, a_local_person
from tests.faults.changing import add, administrator, delete
from tests.faults.ldif import PASSWORD
from tests.faults.mending import (
    SAFETY,
    Mended,
    connect_to,
    dn,
    phone,
)
from tests.faults.test_why_not_here import nobody_there
from tests.servers.slapd import RunningSlapd

LONG_AGO = 1_700_000_000
"""When nobody writes the file any more."""


def test_value_is_here(lup: Mended) -> None:
    assert lup.why("here", "phone") == "value_is_here"
    assert "+49 611 1" in lup.said("here", "phone")


def test_viewer_may_not_see_is_mended_by_the_groups_of_the_category(lup: Mended) -> None:
    with lup.site.inside(), transaction():
        db.session.add(Group(key="safety", name="Safety", directory_id=1, dn=SAFETY))
        db.session.flush()
        define_category("secret", "Secret", visible_to=["safety"])
        define_field("alarm", "Alarm", category="secret", source=Source.LDAP, attribute="pager")

    assert lup.page.check("restricted", "alarm") == "viewer_may_not_see"
    as_safe = lup.site.command("explain", "restricted", "alarm", "--as", "here", "--json")
    assert as_safe.document["reason"] == "viewer_may_not_see"
    assert "Safety" in as_safe.document["verdict"]
    assert lup.page.link("Groups of the category").endswith("/admin/categories/secret/edit")


def test_person_unknown_is_mended_by_reading_changes(lup: Mended) -> None:
    entry = {
        "objectClass": [b"inetOrgPerson"], "cn": [b"zoe"], "sn": [b"zoe"],
        "telephoneNumber": [b"+49 611 5"],
    }  # fmt: skip
    add(lup.server, dn("zoe"), entry)
    assert lup.why("zoe", "phone") == "person_unknown"
    assert dn("zoe") in lup.said("zoe", "phone")

    lup.page.press("read_changes")
    lup.page.work()

    assert lup.why("zoe", "phone") == "value_is_here"
    delete(lup.server, dn("zoe"))


def test_person_local_leads_to_the_form(lup: Mended) -> None:
    with lup.site.inside():
        a_local_person("local")

    assert lup.why("local", "phone") == "person_local"
    assert lup.page.link("Edit the profile").endswith("/edit")


def test_person_inactive_is_mended_by_reading_once_the_entry_is_back(lup: Mended) -> None:
    move(lup.server, dn("inactive"), f"ou=groups,{SUFFIX}")
    lup.site.sync()
    assert lup.why("inactive", "phone") == "person_inactive"

    move(lup.server, f"uid=inactive,ou=groups,{SUFFIX}", f"ou=people,{SUFFIX}")
    lup.page.press("read_changes")
    lup.page.work()

    assert lup.why("inactive", "phone") == "value_is_here"


def test_not_in_any_directory_is_mended_by_switching_it_on(lup: Mended) -> None:
    with lup.site.inside():
        change("main", is_enabled=False)
    assert lup.why("nowhere", "phone") == "not_in_any_directory"

    lup.page.press("enable_directory")
    lup.page.work()

    assert lup.why("nowhere", "phone") == "value_is_here"


def test_in_several_directories_is_mended_by_their_order(lup: Mended) -> None:
    with lup.site.inside():
        connect_to("second", "second", lup.server.uri)
    lup.site.sync()
    assert lup.why("twice", "position") == "in_several_directories"
    assert f"ou=second,{SUFFIX}" in lup.said("twice", "position")

    lup.page.press("ask_first")
    lup.page.work()

    assert lup.page.value("twice", "position") == "Captain"


def test_field_has_no_source_leads_to_the_field(lup: Mended) -> None:
    with lup.site.inside(), transaction():
        define_field("motto", "Motto", category="work")

    assert lup.why("sourceless", "motto") == "field_has_no_source"
    assert lup.page.link("Settings of").endswith("/admin/fields/motto/edit")


def test_other_source_wins_is_mended_by_importing_the_file(lup: Mended) -> None:
    with lup.site.inside(), transaction():
        define_field("badge", "Badge", category="work", source=Source.XML, attribute="badge")
    assert lup.why("elsewhere", "badge") == "other_source_wins"
    assert "This source is not set up" in lup.said("elsewhere", "badge")
    assert lup.page.link("Other sources").endswith("/admin/sources")
    with lup.site.inside(), transaction():
        set_option(XML_FILE, "people.xml")
    file = lup.site.app.extensions["lupweb"].settings.imports / "people.xml"
    file.parent.mkdir(exist_ok=True)
    file.write_text("<p><person><login>elsewhere</login><badge>B-7</badge></person></p>")
    os.utime(file, (LONG_AGO, LONG_AGO))

    assert lup.why("elsewhere", "badge") == "other_source_wins"
    assert "node badge" in lup.said("elsewhere", "badge")
    assert lup.page.link("Settings of").endswith("/admin/fields/badge/edit")
    lup.page.press("read_source")
    with lup.site.inside():
        xml_file.perform(newest_run("xml"), file.parent)

    assert lup.why("elsewhere", "badge") == "value_is_here"
    assert lup.page.value("elsewhere", "badge") == "B-7"


def newest_run(subject: str) -> int:
    rows = select(Run.id).where(Run.subject == subject, Run.state == RunState.QUEUED)
    return db.session.scalars(rows).one()


def test_x01_directory_unreachable_is_mended_by_reading_once_it_answers(lup: Mended) -> None:
    phone(lup, "away")
    lup.site.connect = nobody_there
    assert lup.why("away", "phone") == "directory_unreachable"

    lup.site.connect = connect
    lup.page.press("read_person")

    assert lup.page.value("away", "phone") == "+49 611 2"


def test_x08_bind_refused_is_mended_by_reading_once_the_password_is_right(lup: Mended) -> None:
    phone(lup, "refused")
    lup.site.read_as("reader", "not the password")
    assert lup.why("refused", "phone") == "bind_refused"
    assert lup.page.link("Settings of").endswith("/admin/directories/main")

    lup.site.read_as("reader", PASSWORD)
    lup.page.press("read_person")

    assert lup.page.value("refused", "phone") == "+49 611 2"


def test_stamps_not_understood_is_mended_by_taking_the_pattern_out(lup: Mended) -> None:
    with lup.site.inside():
        change("main", timestamp_pattern="yyyy-MM-dd")
    assert lup.why("stamped", "phone") == "stamps_not_understood"

    lup.page.press("recognise_stamps")

    assert lup.why("stamped", "phone") == "value_is_here"


def test_attribute_unknown_is_mended_by_the_nearest_name(lup: Mended) -> None:
    phone(lup, "unknown")
    with lup.site.inside():
        mapped_to("phone", "telefoneNumber")
    assert lup.why("unknown", "phone") == "attribute_unknown"
    assert "telephoneNumber" in lup.said("unknown", "phone")

    lup.page.press("switch_attribute")
    lup.page.work()

    assert lup.page.value("unknown", "phone") == "+49 611 2"


def move(server: RunningSlapd, from_dn: str, branch: str) -> None:
    with administrator(server) as handle:
        handle.rename_s(from_dn, from_dn.split(",", 1)[0], branch)
