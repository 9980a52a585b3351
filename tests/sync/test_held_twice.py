"""Somebody of whom two guards hold a part: both parts are written once they are approved."""

from sqlalchemy import select

from lupweb.audit.models import History
from lupweb.database import db
from lupweb.people.queries import get_person
from lupweb.sync.records import record
from lupweb.sync.service import approve
from tests.factories import an_entry
from tests.fakes import FakeDirectory
from tests.sync.observing import synchronized, values

PEOPLE = 24


def test_what_two_guards_hold_of_one_person_is_written_by_the_approval(
    company: FakeDirectory,
) -> None:
    for number in range(PEOPLE):
        an_entry(company, f"p{number}", telephoneNumber=f"+49 611 {number}")
    synchronized(company)
    for number in range(PEOPLE):
        company.set(f"p{number}", "displayName", [b"Somebody %d" % number])
        company.set(f"p{number}", "telephoneNumber", [])
    held = synchronized(company)
    assert (held["state"], held["held"]) == ("held", PEOPLE)

    approve(held["run"])

    assert [record(held["run"])[key] for key in ("changed", "skipped")] == [PEOPLE, 0]
    for number in range(PEOPLE):
        assert get_person(f"p{number}").name == f"Somebody {number}"
        assert "phone" not in values(f"p{number}")
    assert synchronized(company)["changed"] == 0
    rows = select(History.field_key).where(History.person_id == get_person("p7").id)
    assert sorted(db.session.scalars(rows)) == ["@name", "phone"]
