"""What a server says of itself: kept with each run, told where odd, relied on where allowed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lupweb import clock
from lupweb.database import db, transaction
from lupweb.directories.service import get_directory
from lupweb.errors import EntryNotFound
from lupweb.ldap.entry import Entry
from lupweb.ldap.server import ACTIVE_DIRECTORY, Schema, ServerTraits
from lupweb.people.models import Group, Membership, Person
from lupweb.runs.models import Run
from lupweb.sync import server_record
from lupweb.sync.server import (
    ServerNow,
    is_due,
    is_unmoved,
    server_now,
    told,
    was_written_since,
)
from lupweb.sync.service import run
from tests.factories import SECRET_KEY, SUFFIX
from tests.fakes import FakeDirectory
from tests.sync.observing import changes_read, synchronized, values

SAFETY = f"cn=safety,ou=groups,{SUFFIX}"
CSN = "20260505120000.000001Z#000000#{server}#000000"
OLDER, NEWER = (f"2026050{day}120000.000001Z#000000#000#000000" for day in (4, 6))
NOON = datetime(2026, 5, 5, 12, tzinfo=UTC)
SERVER = ServerNow("OpenLDAP", (SUFFIX,), marks=(CSN.format(server="000"),))
CONTROLLER = ServerNow("Active Directory", (SUFFIX,), "CN=DC1", "ab", ("100",))


class Says:
    """What the server says from now on."""

    def __init__(self) -> None:
        self.now = SERVER

    def __call__(self, *_question: object) -> ServerNow:
        return self.now


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Says:
    found = Says()
    monkeypatch.setattr(server_record, "server_now", found)
    return found


@pytest.fixture
def office(company: FakeDirectory, says: Says) -> FakeDirectory:
    """The five, all read, in a directory whose marks are taken."""
    synchronized(company)
    with transaction():
        get_directory("main").marks = True
    company.server.questions.clear()
    return company


def was_swept(company: FakeDirectory) -> bool:
    asked = list(company.server.questions)
    company.server.questions.clear()
    return any("page 1" in each and "inetOrgPerson" in each for each in asked)


def last_run() -> Run:
    db.session.rollback()
    return db.session.scalars(select(Run).order_by(Run.id.desc())).first() or Run()


def test_what_the_server_says_is_kept_with_each_run(office: FakeDirectory) -> None:
    changes_read(office)

    assert last_run().server["vendor"] == "OpenLDAP"
    assert last_run().server["contexts"] == [SUFFIX]
    assert last_run().server["marks"] == list(SERVER.marks)


def test_where_nothing_was_written_nobody_is_compared(office: FakeDirectory) -> None:
    document = changes_read(office)

    assert (document["state"], document["mode"], document["unchanged"]) == ("done", "changes", 5)
    assert not was_swept(office)
    assert "nobody was compared" in document["reason"]


def test_a_mark_that_moved_lets_the_change_be_seen_by_a_sweep(
    office: FakeDirectory, says: Says
) -> None:
    changes_read(office)
    office.set("ada", "title", [b"Countess"])
    says.now = replace(SERVER, marks=(NEWER,))

    document = changes_read(office)

    assert (was_swept(office), document["changed"]) == (True, 1)
    assert values("ada")["position"] == "Countess"


def test_a_change_of_a_group_is_seen_although_no_person_is_compared(office: FakeDirectory) -> None:
    """Groups may lie in another part of the directory, which has a mark of its own."""
    office.set(SAFETY, "member", [f"uid=ben,ou=people,{SUFFIX}".encode()])

    changes_read(office)

    rows = select(Person.login).join(Membership).join(Group).where(Group.key == "safety")
    assert not was_swept(office)
    assert db.session.scalars(rows).all() == ["ben"]


def test_marks_are_taken_only_where_somebody_switched_them_on(office: FakeDirectory) -> None:
    with transaction():
        get_directory("main").marks = False

    changes_read(office)

    assert was_swept(office)


def test_the_nightly_run_reads_everybody_whatever_the_mark_says(office: FakeDirectory) -> None:
    assert synchronized(office)["mode"] == "full"
    assert was_swept(office)


def test_at_least_every_hour_everybody_is_compared(
    office: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = clock.now
    for minutes, is_swept in ((30, False), (59, False), (61, True), (90, False), (-30, True)):
        monkeypatch.setattr(clock, "now", lambda by=minutes: true() + timedelta(minutes=by))
        changes_read(office)
        assert was_swept(office) is is_swept, minutes


@pytest.mark.parametrize("disturb", ["failed", "partial", "dry run", "date", "group run"])
def test_only_a_run_that_went_well_just_before_lets_the_mark_count(
    office: FakeDirectory, disturb: str
) -> None:
    if disturb == "failed":
        office.fail_at_page(1)
        synchronized(office)
        office.fail_at_page(0)
    elif disturb == "partial":
        office.set("dea", "uid", [])
        synchronized(office)
    elif disturb == "date":
        with transaction():
            get_directory("main").last_sync_date = "01-01-2026 00:00:00"
    else:
        mode = "groups" if disturb == "group run" else "changes"
        from_now = {"secret_key": SECRET_KEY, "connect": office.connect, "trigger": "test"}
        run("main", **from_now, mode=mode)
        if disturb == "dry run":
            with transaction():
                last_run_id = last_run().id
                db.session.get_one(Run, last_run_id).dry_run = True
                directory = get_directory("main")
                directory.server = {**directory.server, "run": last_run_id - 1}
    office.server.questions.clear()

    changes_read(office)

    assert was_swept(office) is (disturb != "group run")


MOVED = {
    "another server": replace(CONTROLLER, name="CN=DC2"),
    "another life": replace(CONTROLLER, life="cd"),
    "went on": replace(CONTROLLER, marks=("101",)),
    "went back": replace(CONTROLLER, marks=("99",)),
    "says nothing": replace(CONTROLLER, marks=()),
    "other contexts": replace(CONTROLLER, contexts=("dc=elsewhere",)),
}


@pytest.mark.parametrize("case", MOVED)
def test_a_mark_means_something_to_one_server_in_one_life_only(case: str) -> None:
    assert is_unmoved(CONTROLLER.document(), CONTROLLER)
    assert not is_unmoved(CONTROLLER.document(), MOVED[case])


TOLD = {
    "another server": "Another server of the same directory",
    "another life": "back in time",
    "went back": "back in time",
    "other contexts": "Another server answers: it holds dc=elsewhere",
}


@pytest.mark.parametrize("case", [*MOVED, "OpenLDAP went back"])
def test_x33_x34_what_is_odd_about_the_server_is_said(case: str) -> None:
    before, now = CONTROLLER, MOVED.get(case)
    if now is None:
        before, now = SERVER, replace(SERVER, marks=(OLDER,))

    said = [str(each) for each in told(before.document(), now)]

    wanted = TOLD.get(case, "back in time" if case not in MOVED else "")
    assert len(said) == bool(wanted)
    assert all(wanted in each for each in said)


@pytest.mark.parametrize(("by", "is_told"), [(30, 0), (-30, 0), (90, 1), (-86_400, 1)])
def test_x31_clocks_that_differ_are_told_with_both_times(
    company: FakeDirectory, says: Says, monkeypatch: pytest.MonkeyPatch, by: int, is_told: int
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    says.now = replace(SERVER, time=NOON + timedelta(seconds=by))

    document = synchronized(company)

    said = [each["text"] for each in document["errors"] if "clocks" in each["text"]]
    assert (document["state"], document["new"], len(said)) == ("done", 5, is_told)
    assert all("2026-05-05 12:00:00 UTC here" in each for each in said)


def test_a_time_that_cannot_be_read_is_a_reason_to_sweep() -> None:
    assert is_due("")
    assert is_due("yesterday")
    assert not is_due(clock.now().isoformat())


class Server:
    """A session of which only traits and single entries are asked."""

    def __init__(self, entries: Mapping[str, Mapping[str, Sequence[bytes]]], *contexts: str):
        self.entries = entries
        self.contexts = contexts

    def traits(self) -> ServerTraits:
        return ServerTraits(
            "Some vendor", self.contexts, frozenset(), frozenset(), None, "", Schema()
        )

    def read(self, dn: str, _attributes: Sequence[str]) -> Entry:
        if dn not in self.entries:
            raise EntryNotFound("There is no such entry.")
        return Entry(dn, {key: list(values) for key, values in self.entries[dn].items()})


def now_of(entries: Mapping[str, Any], *contexts: str) -> ServerNow:
    session: Any = Server(entries, *contexts)
    return server_now(session, f"ou=people,{SUFFIX}")


def test_openldap_is_asked_for_the_mark_of_the_part_in_which_people_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    marks = [CSN.format(server=server).encode() for server in ("001", "000")]
    entries = {"": {}, SUFFIX: {"contextCSN": marks}, "dc=com": {"contextCSN": [b"other"]}}
    monkeypatch.setattr(clock, "now", lambda: NOON - timedelta(days=1))

    now = now_of(entries, "dc=com", SUFFIX, "dc=elsewhere")

    assert now.marks == sorted(each.decode() for each in marks)
    assert now.time == NOON.replace(microsecond=1)  # later than now: this clock cannot be right


def test_active_directory_says_which_controller_it_is_and_in_which_life() -> None:
    root = {
        "supportedCapabilities": [min(ACTIVE_DIRECTORY).encode()],
        "dsServiceName": [b"CN=NTDS Settings,CN=DC1"],
        "highestCommittedUSN": [b"4711"],
        "currentTime": [b"20260505120000.0Z"],
    }
    own = {"CN=NTDS Settings,CN=DC1": {"invocationId": [b"\x01\xff"]}}

    assert now_of({"": root, **own}, SUFFIX) == ServerNow(
        "Some vendor", (SUFFIX,), "CN=NTDS Settings,CN=DC1", "01ff", ["4711"], NOON
    )
    assert now_of({"": root}, SUFFIX).marks == []  # without its life the number says nothing


def test_a_server_that_says_nothing_has_no_mark() -> None:
    assert now_of({}) == ServerNow("Some vendor", (), marks=[])
    assert not is_unmoved({}, ServerNow())


@pytest.mark.parametrize(
    ("stamp", "is_newer"),
    [
        (NEWER, True),
        (OLDER, False),
        (CSN.format(server="000"), False),
        (OLDER.replace("#000#000000", "#002#000000"), True),  # a server without a mark
        ("", False),
    ],
)
def test_an_entry_that_is_no_newer_than_the_mark_of_its_server_was_not_written_since(
    stamp: str, is_newer: bool
) -> None:
    assert was_written_since(SERVER.document(), stamp) is is_newer
