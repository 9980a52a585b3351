"""What a run reads although less was asked for, and how it knows."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from lupweb.database import db, transaction
from lupweb.directories.dates import read_date, write_date
from lupweb.directories.editor import put_in_order
from lupweb.directories.models import Directory, FieldReading
from lupweb.directories.service import add_directory, get_directory
from lupweb.options.registry import TIME_ZONE
from lupweb.options.service import set_option
from lupweb.profiles.editor import define_field
from lupweb.profiles.models import ProfileField
from lupweb.profiles.sources import Source
from lupweb.runs.service import get_run
from lupweb.sync import links
from lupweb.sync.fingerprints import unread_fields
from tests.databases import both_databases
from tests.factories import SECRET_KEY, an_entry
from tests.fakes import FakeDirectory
from tests.sync.observing import changes_read, synchronized, values


def directory() -> Directory:
    db.session.rollback()
    return get_directory("main")


def map_field(key: str, attribute: str) -> None:
    with transaction():
        define_field(key, key.title(), category="work", source=Source.LDAP, attribute=attribute)


@both_databases
def test_a_new_field_is_filled_for_everybody_by_the_next_run_of_changes(
    company: FakeDirectory,
) -> None:
    """X38; the support article about new fields has no reason to exist any more."""
    synchronized(company)
    map_field("room", "roomNumber")
    for login in ("ada", "ben"):
        quietly(company, login, "roomNumber", b"4.17")
    assert unread_fields(directory().id) == {"room"}

    document = changes_read(company)

    assert (document["mode"], document["changed"], document["unchanged"]) == ("fill", 2, 3)
    assert "room" in document["reason"]
    assert values("ada")["room"] == values("ben")["room"] == "4.17"
    assert values("ada")["phone"] == "+49 611 20570"
    assert unread_fields(directory().id) == set()
    assert changes_read(company)["mode"] == "changes"


def test_a_fill_reads_its_field_and_nothing_that_nobody_asked_for(company: FakeDirectory) -> None:
    synchronized(company)
    map_field("room", "roomNumber")
    quietly(company, "ada", "telephoneNumber", b"+49 611 0")  # the stamp says it is the same

    changes_read(company)

    assert values("ada")["phone"] == "+49 611 20570"


def test_a_fill_reads_whole_who_changed_meanwhile(company: FakeDirectory) -> None:
    synchronized(company)
    map_field("room", "roomNumber")
    company.set("ada", "telephoneNumber", [b"+49 611 0"])
    company.set("ada", "roomNumber", [b"1.1"])
    company.delete("dea")
    an_entry(company, "fay", "Fay", roomNumber="2.2")

    document = changes_read(company)

    assert (document["mode"], document["new"], document["missing"]) == ("fill", 1, 1)
    assert (values("ada")["phone"], values("ada")["room"]) == ("+49 611 0", "1.1")
    assert values("fay")["room"] == "2.2"


def test_a_fill_that_broke_off_is_done_by_the_next_run(company: FakeDirectory) -> None:
    """X38: the field counts as not fully read until it is."""
    synchronized(company)
    map_field("room", "roomNumber")
    company.fail_at_page(1)
    assert changes_read(company)["state"] == "failed"
    assert unread_fields(directory().id) == {"room"}
    company.fail_at_page(0)

    assert changes_read(company)["mode"] == "fill"


def test_another_attribute_of_a_field_is_read_for_everybody(company: FakeDirectory) -> None:
    quietly(company, "ada", "mobile", b"+49 170 1")
    synchronized(company)
    with transaction():
        mapped = db.session.scalars(select(ProfileField).where(ProfileField.key == "phone")).one()
        mapped.attribute = "mobile"

    document = changes_read(company)

    assert document["mode"] == "fill"
    assert values("ada")["phone"] == "+49 170 1"


def test_references_are_looked_at_again_where_somebody_may_be_called_otherwise(
    company: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    map_field("room", "roomNumber")
    synchronized(company)
    looked: list[object] = []
    monkeypatch.setattr(links, "_wrong_dns", lambda *asked: looked.append(asked) or [])

    company.set("ada", "roomNumber", [b"9.99"])
    changes_read(company)
    assert values("ada")["room"] == "9.99"
    assert not looked

    company.set("ada", "mail", [b"other@example.com"])
    changes_read(company)
    assert looked


def test_a_field_whose_attribute_no_schema_knows_starts_no_fill(company: FakeDirectory) -> None:
    synchronized(company)
    map_field("badge", "badgeNumber")

    assert changes_read(company)["mode"] == "changes"
    assert unread_fields(directory().id) == {"badge"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("user_filter", "(uid=*)"),
        ("additional_user_dn", ""),
        ("bind_dn", "CN=reader , dc=example,dc=org"),
        ("email_attribute", "homePhone"),
    ],
)
def test_what_decides_who_is_read_makes_the_next_run_a_full_one(
    company: FakeDirectory, name: str, value: object
) -> None:
    synchronized(company)
    before = unread_fields(directory().id)
    with transaction():
        setattr(get_directory("main"), name, value)

    assert not before
    assert unread_fields(directory().id) >= {"phone", "manager"}
    if name != "bind_dn":
        document = changes_read(company)
        assert (document["mode"], "base DN, filter" in document["reason"]) == ("full", True)


def test_a_directory_that_goes_first_from_now_on_makes_the_next_run_a_full_one(
    company: FakeDirectory,
) -> None:
    synchronized(company)
    with transaction():
        add_directory(
            "first",
            "First",
            uris=["ldap://127.0.0.2:389"],
            bind_dn="",
            bind_password="",
            base_dn="",
            secret_key=SECRET_KEY,
        )
        put_in_order(["first", "main"])

    assert changes_read(company)["mode"] == "full"


def test_another_spelling_of_the_same_base_changes_nothing(company: FakeDirectory) -> None:
    synchronized(company)
    with transaction():
        get_directory("main").base_dn = "DC=Example, dc=COM"

    assert unread_fields(directory().id) == set()


def test_after_an_upgrade_the_first_run_reads_everybody(company: FakeDirectory) -> None:
    synchronized(company)
    with transaction():
        db.session.execute(FieldReading.__table__.delete())

    document = changes_read(company)

    assert (document["mode"], "no complete reading" in document["reason"]) == ("full", True)


def test_reading_only_changes_may_be_switched_off(company: FakeDirectory) -> None:
    synchronized(company)
    with transaction():
        get_directory("main").incremental = False

    assert changes_read(company, "auto")["mode"] == "full"


def test_auto_reads_changes_once_everything_is_known(company: FakeDirectory) -> None:
    assert changes_read(company, "auto")["mode"] == "full"

    assert changes_read(company, "auto")["mode"] == "changes"


def test_the_times_of_both_kinds_of_runs_are_kept(company: FakeDirectory) -> None:
    synchronized(company)
    assert directory().last_full_at is not None
    assert directory().last_changes_at is None

    changes_read(company)

    assert directory().last_changes_at is not None


def test_the_last_sync_date_is_set_by_each_run_in_the_zone_of_the_site(
    company: FakeDirectory,
) -> None:
    with transaction():
        set_option(TIME_ZONE, "Europe/Berlin")
    began = get_run(changes_read(company)["run"]).started_at

    assert directory().last_sync_date == write_date(began, "Europe/Berlin")
    assert read_date(directory().last_sync_date, "Europe/Berlin") == began.replace(microsecond=0)


def test_an_emptied_last_sync_date_makes_one_full_run(company: FakeDirectory) -> None:
    synchronized(company)
    with transaction():
        get_directory("main").last_sync_date = ""

    document = changes_read(company)

    assert (document["mode"], "date was emptied" in document["reason"]) == ("full", True)
    assert changes_read(company)["mode"] == "changes"


def test_a_last_sync_date_that_was_entered_lets_everybody_since_be_read(
    company: FakeDirectory,
) -> None:
    """Beside the sweep: here somebody changed a value behind the back of the stamp."""
    for number in range(12):
        an_entry(company, f"more{number}")
    for entry in company.server.entries.values():
        entry.values["modifyTimestamp"] = [b"20200101000000Z"]
    company.set("ada", "title", [b"Countess"])
    synchronized(company)
    quietly(company, "ada", "telephoneNumber", b"+49 611 0")
    with transaction():
        get_directory("main").last_sync_date = "23-05-2023 15:30:00"
    before = company.server.rows_sent

    document = changes_read(company)

    assert (document["mode"], document["changed"]) == ("changes", 1)
    assert values("ada")["phone"] == "+49 611 0"
    assert company.server.rows_sent - before < 2 * 17
    assert directory().last_sync_date != "23-05-2023 15:30:00"


def test_a_date_that_cannot_be_read_is_told_and_harms_nothing(company: FakeDirectory) -> None:
    synchronized(company)
    with transaction():
        get_directory("main").last_sync_date = "yesterday"

    document = changes_read(company)

    assert document["state"] == "done"
    assert any("yesterday" in each["text"] for each in document["errors"])


def test_dates_are_written_and_read_in_the_zone_of_the_site() -> None:
    summer = datetime(2026, 7, 1, 12, 0, 5, tzinfo=UTC)

    assert write_date(summer, "Europe/Berlin") == "01-07-2026 14:00:05"
    assert read_date("01-07-2026 14:00:05", "Europe/Berlin") == summer
    assert write_date(summer, "No/Where") == "01-07-2026 12:00:05"


def quietly(company: FakeDirectory, login: str, attribute: str, value: bytes) -> None:
    """Change a value without a new stamp."""
    stamps = {name: company.get(login, name) for name in ("entryCSN", "modifyTimestamp")}
    company.set(login, attribute, [value])
    entry = company.server._entry(login)
    entry.values |= stamps
