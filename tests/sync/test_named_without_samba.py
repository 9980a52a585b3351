"""What is kept of ids decides whom a DN means, in both databases."""

from sqlalchemy import select

from lupweb.database import db, end_reading, transaction
from lupweb.directories.models import Identity, NamedEntry
from lupweb.people.models import Person
from lupweb.sync.named import forget_named
from tests.databases import both_databases
from tests.factories import a_run
from tests.fakes import FakeDirectory
from tests.sync.domain import managers


def unique_id(login: str) -> str:
    rows = select(Identity.unique_id).join(Person, Person.id == Identity.person_id)
    found = db.session.scalars(rows.where(Person.login == login)).one()
    end_reading()
    return found


@both_databases
def test_an_id_goes_before_the_dn_and_only_for_who_names_it(company: FakeDirectory) -> None:
    a_run(company)
    assert managers() == {"ben": "ada", "cem": "ada", "eve": None}
    ben, dea = unique_id("ben"), unique_id("dea")
    dn = "uid=ada,ou=people,dc=example,dc=com"
    with transaction():
        db.session.add(NamedEntry(directory_id=1, unique_id=ben, dn_folded=dn, named_id=dea))

    a_run(company)
    assert managers() == {"ben": "dea", "cem": "ada", "eve": None}
    company.delete("dea")
    a_run(company)
    assert managers()["ben"] is None

    with transaction():
        forget_named(1, ben)
    a_run(company)
    assert managers()["ben"] == "ada"
