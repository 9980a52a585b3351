"""Whoever can write a directory, or their own mail address, must not become somebody else."""

import pytest
from sqlalchemy import select

from lupweb.accounts.models import Session, User
from lupweb.accounts.service import Door, sign_in
from lupweb.accounts.sessions import close_sessions_without_a_door, open_session
from lupweb.database import db, transaction
from lupweb.directories.service import get_directory
from lupweb.errors import SignInRefused
from lupweb.options.models import Option
from lupweb.people.models import Group, Membership, Person
from lupweb.people.queries import get_person
from lupweb.sync import finding
from tests.databases import both_databases
from tests.factories import PASSWORD, SECRET_KEY, SUFFIX, a_group, a_run, an_entry
from tests.fakes import FakeDirectory
from tests.sync.observing import manager_of, synchronized
from tests.sync.test_directories import company as two_directories
from tests.sync.two_directories import Company

__all__ = ["two_directories"]


def members(key: str) -> set[str]:
    db.session.rollback()
    rows = select(Person.login).join(Membership).join(Group).where(Group.key == key)
    return set(db.session.scalars(rows))


def may_sign_in(company: Company, name: str, password: str = PASSWORD) -> int | None:
    try:
        return sign_in(name, password, address="127.0.0.1", door=Door(SECRET_KEY, company.connect))
    except SignInRefused:
        return None


def test_a_mail_address_that_is_a_dn_makes_nobody_a_member(company: FakeDirectory) -> None:
    gone = f"uid=left.long.ago,ou=people,{SUFFIX}"
    company.set(f"cn=safety,ou=groups,{SUFFIX}", "member", [gone.encode()])
    company.set("ben", "mail", [gone.encode()])

    synchronized(company)

    assert members("safety") == set()


def test_a_mail_address_that_is_the_dn_of_a_group_hides_no_member(company: FakeDirectory) -> None:
    inner = f"cn=inner,ou=groups,{SUFFIX}"
    company.add(
        inner,
        {"objectClass": [b"groupOfNames"], "member": [f"uid=cem,ou=people,{SUFFIX}".encode()]},
    )
    company.set(f"cn=safety,ou=groups,{SUFFIX}", "member", [inner.encode()])
    company.set("ben", "mail", [inner.encode()])

    synchronized(company)

    assert members("safety") == {"cem"}


def test_a_mail_address_makes_nobody_a_member_of_a_local_group(company: FakeDirectory) -> None:
    company.set("ben", "mail", [b"future.login"])
    with transaction():
        db.session.add(Group(key="local", name="Local", logins=["future.login", "cem"]))

    synchronized(company)

    assert members("local") == {"cem"}


def test_a_login_that_reads_like_a_number_is_not_who_an_administrator_names_by_it(
    company: FakeDirectory,
) -> None:
    synchronized(company)
    eve = get_person("eve").id
    with transaction():
        db.session.add(Group(key="local", name="Local", logins=[f"id:{eve}", "cem"]))
    an_entry(company, f"id:{eve}", "Mallory")

    synchronized(company)

    assert members("local") == {"cem"}


def test_a_member_that_reads_like_a_number_is_nobody(company: FakeDirectory) -> None:
    an_entry(company, "id:1", "Mallory")
    synchronized(company)
    here = get_directory("main").id

    assert set(finding.held(["id:1", "eve"], here)) == {"eve"}


@both_databases
def test_a_member_with_a_zero_byte_is_nobody_and_stops_no_run(company: FakeDirectory) -> None:
    company.set(f"cn=safety,ou=groups,{SUFFIX}", "member", [b"eve\0", b"cem"])
    with transaction():
        db.session.add(Group(key="local", name="Local", logins=["eve\0", "cem"]))

    assert synchronized(company)["state"] == "done"

    assert (members("safety"), members("local")) == ({"cem"}, {"cem"})


def test_a_value_that_reads_like_a_number_names_nobody_and_is_listed(
    company: FakeDirectory,
) -> None:
    synchronized(company)
    ben = get_person("ben").id
    db.session.rollback()
    company.set("eve", "manager", [f"id:{ben}".encode()])

    done = synchronized(company)

    assert manager_of("eve") is None
    assert "reads like the number of a person" in str(done["errors"])


@pytest.mark.parametrize("spelling", ["ID:{}", "Id:{}", "\uff49\uff44\uff1a{}", "id:\u2070{}"])
def test_nor_does_one_that_reads_so_once_it_is_folded(
    company: FakeDirectory, spelling: str
) -> None:
    synchronized(company)
    ben = get_person("ben").id
    db.session.rollback()
    company.set("eve", "manager", [spelling.format(ben).encode()])

    synchronized(company)

    assert manager_of("eve") is None


def test_a_mail_address_that_is_a_dn_is_nobody_s_manager(company: FakeDirectory) -> None:
    company.set("ben", "mail", [f"uid=gone,ou=people,{SUFFIX}".encode()])

    synchronized(company)

    assert manager_of("eve") is None


def test_the_same_dn_in_another_directory_is_another_entry(two_directories: Company) -> None:
    company = two_directories
    an_entry(company.main, "greta", "Greta")
    an_entry(company.second, "greta", "Mallory")
    company.second.set("greta", "uid", [b"mallory"])
    a_group(company.main, 1, "safety", ["greta"])

    for key in ("main", "second", "main"):
        company.read(key)

    assert members("safety") == {"greta"}
    assert get_person("mallory").name == "Mallory"


def test_an_entry_of_a_second_directory_does_not_open_the_account_of_the_first(
    two_directories: Company,
) -> None:
    company = two_directories
    company.read("main")
    company.second.set("ADA", "uid", [b"ada", b"zz-partner"])
    assert company.read("second")["shadowed"] == 1

    assert may_sign_in(company, "zz-partner") is None
    assert may_sign_in(company, "cem") is not None
    assert may_sign_in(company, "ada") is not None


def test_of_two_people_with_one_login_only_the_one_of_the_first_directory_signs_in(
    two_directories: Company,
) -> None:
    company = two_directories
    with transaction():
        db.session.merge(Option(key="match_people_by", value={"value": ""}))
    company.second.set("ADA", "userPassword", [b"another password"])
    for key in ("main", "second"):
        company.read(key)

    first = may_sign_in(company, "ada")
    assert first is not None
    user = db.session.get_one(User, first)
    assert db.session.get_one(Person, user.person_id).name == "Ada Lovelace"
    assert may_sign_in(company, "ADA", "another password") is None


def test_who_is_gone_or_switched_off_is_signed_out_for_good(company: FakeDirectory) -> None:
    synchronized(company)
    with transaction():
        for login in ("ada", "ben", "dea"):
            user = User(person_id=get_person(login).id)
            db.session.add(user)
            db.session.flush()
            open_session(user.id, {}, keep=True)
    company.delete("dea")
    company.set("ada", "shadowExpire", [b"1"])

    a_run(company)

    db.session.rollback()
    left = select(Person.login).join(User).join(Session)
    assert list(db.session.scalars(left)) == ["ben"]


def test_whose_directory_was_switched_off_is_signed_out(two_directories: Company) -> None:
    company = two_directories
    company.read("main")
    company.read("second")
    with transaction():
        for login in ("ada", "ben", "cem"):
            user = User(person_id=get_person(login).id)
            db.session.add(user)
            db.session.flush()
            open_session(user.id, {}, keep=True)
        get_directory("second").is_enabled = False
        db.session.flush()
        close_sessions_without_a_door()

    left = select(Person.login).join(User).join(Session).order_by(Person.login)
    assert list(db.session.scalars(left)) == ["ada", "ben"]
