"""The LDIF of an invented company, read by a real slapd."""

import base64
import re
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import ldap
import pytest

from lupweb.demo import ldif
from lupweb.demo.company import EDITOR, EMPLOYEE, Company, make_company
from lupweb.demo.person import Person
from lupweb.embedded import slapd
from lupweb.embedded.supervisor import Child, Supervisor
from lupweb.errors import MissingPart

PASSWORDS = {"reader": "reader-secret", "writer": "writer-secret"}
Entry = dict[str, list[bytes]]


@pytest.fixture(scope="module")
def company() -> Company:
    return make_company()


@pytest.fixture(scope="module")
def path(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ldif") / "company.ldif"
    ldif.write_ldif(company, path, service_passwords=PASSWORDS)
    return path


@pytest.fixture(scope="module")
def port(path: Path) -> Iterator[int]:
    """A slapd that holds the company."""
    try:
        slapd.find_slapd()
    except MissingPart as missing:
        pytest.skip(str(missing))
    folder, port = path.parent / "d", slapd.free_port()
    slapd.prepare(folder, path, ldif.LAYOUT, "governing")
    argv = slapd.server_argv(folder, port)
    with Supervisor(write=lambda _line: None) as supervisor:
        supervisor.start(Child(name="slapd", argv=argv, ready=lambda: slapd.is_answering(port)))
        yield port


@pytest.fixture(scope="module")
def entries(port: int) -> dict[str, Entry]:
    """What the reader reads, by uid for people, by DN for everything else."""
    connection = ldap.initialize(f"ldap://127.0.0.1:{port}")
    connection.close = connection.unbind_s
    with closing(connection):
        connection.simple_bind_s(ldif.READER, PASSWORDS["reader"])
        rows = connection.search_s(ldif.SUFFIX, ldap.SCOPE_SUBTREE, attrlist=["*", "+"])
    return {entry.get("uid", [dn.encode()])[0].decode(): entry for dn, entry in rows}


def one(entries: dict[str, Entry], uid: str, name: str) -> str:
    (value,) = entries[uid][name]
    return value.decode()


def test_every_person_and_every_group_is_there(company: Company, entries: dict[str, Entry]) -> None:
    groups = [each for each in entries.values() if b"groupOfNames" in each["objectClass"]]

    assert {person.uid for person in company.people} <= entries.keys()
    assert len(groups) == len(company.groups)


def test_every_value_arrives_as_it_was_invented(
    company: Company, entries: dict[str, Entry]
) -> None:
    for person in company.people:
        entry = entries[person.uid]
        assert entry["cn"] == [person.display_name.encode()]
        assert entry["sn"] == [person.family_name.encode()]
        assert entry["title"] == [person.title.encode()]
        assert entry.get("mail", [b""]) == [(person.mail or "").encode()]
        assert entry.get("description", [b""]) == [person.about.encode()]
        assert {skill.decode() for skill in entry.get("nordhafenSkill", [])} == set(person.skills)
        assert len(entry.get("jpegPhoto", [])) == (person.portrait is not None)


def test_managers_are_dns_of_people_but_for_the_one_who_is_gone(
    company: Company, entries: dict[str, Entry]
) -> None:
    known = {parsed(ldif.dn_of(person)) for person in company.people}
    led = [each.uid for each in company.people if each.manager]
    named = {parsed(one(entries, uid, "manager")) for uid in led}

    assert named - known == {parsed(f"uid=gone.away,{ldif.PEOPLE_BASE}")}


def parsed(dn: str) -> str:
    """Return a form of `dn` in which two ways to escape it are the same."""
    return str(ldap.dn.str2dn(dn))


def test_membership_is_the_same_from_both_sides(
    company: Company, entries: dict[str, Entry]
) -> None:
    group_names = {parsed(ldif.dn_of_group(group)): group.name for group in company.groups}

    for person in company.people:
        seen = {
            group_names[parsed(value.decode())] for value in entries[person.uid].get("memberOf", [])
        }
        assert seen == {group.name for group in company.groups if person.uid in group.members}


def test_unique_ids_and_stamps_are_those_of_the_file(
    company: Company, entries: dict[str, Entry], path: Path
) -> None:
    text = path.read_text("ascii")

    stamps = {one(entries, person.uid, "entryCSN") for person in company.people}

    assert len(stamps) == len(company.people)
    for person in company.people:
        assert f"entryUUID: {one(entries, person.uid, 'entryUUID')}" in text


@pytest.mark.parametrize("login", [EMPLOYEE, EDITOR])
def test_the_printed_logins_can_sign_in(port: int, login: tuple[str, str]) -> None:
    uid, password = login
    connection = ldap.initialize(f"ldap://127.0.0.1:{port}")
    connection.close = connection.unbind_s

    with closing(connection):
        connection.simple_bind_s(f"uid={uid},{ldif.PEOPLE_BASE}", password)

        assert connection.whoami_s() == f"dn:uid={uid},{ldif.PEOPLE_BASE}"


def test_people_with_awkward_names_can_sign_in(port: int, company: Company) -> None:
    awkward = [person for person in company.people if person.rdn != ("uid",)]

    assert len(awkward) == 6
    for person in [*awkward, *(each for each in company.people if "+" in each.uid)]:
        connection = ldap.initialize(f"ldap://127.0.0.1:{port}")
        connection.simple_bind_s(ldif.dn_of(person), company.password_of(person.uid))
        connection.unbind_s()


def test_the_same_company_is_the_same_file_byte_for_byte(
    company: Company, path: Path, tmp_path: Path
) -> None:
    ldif.write_ldif(make_company(), tmp_path / "again.ldif", service_passwords=PASSWORDS)

    assert (tmp_path / "again.ldif").read_bytes() == path.read_bytes()


def test_the_file_is_readable_by_its_owner_only(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_line_is_longer_than_rfc_2849_advises(path: Path) -> None:
    assert max(map(len, path.read_text("ascii").splitlines())) <= 76


def test_passwords_of_people_can_be_left_out(company: Company, tmp_path: Path) -> None:
    path = tmp_path / "open.ldif"

    ldif.write_ldif(company, path, service_passwords=PASSWORDS, with_passwords=False)

    assert path.read_text("ascii").count("\nuserPassword:") == len(ldif.SERVICES)


def test_no_password_stands_in_the_file_in_clear(company: Company, path: Path) -> None:
    text = path.read_text("ascii")
    said = base64.b64encode(EMPLOYEE[1].encode()).decode()

    for secret in (*PASSWORDS.values(), EMPLOYEE[1], EDITOR[1], said):
        assert secret not in re.sub(r"\n ", "", text)


@pytest.mark.parametrize(
    ("uid", "dn"),
    [
        ("ines.moreira", "uid=ines.moreira"),
        ("johannes.winterfeld", r"cn=Winterfeld\, Johannes (Dr.)"),
        ("pat+oneil", r"cn=Patrick \"Paddy\" O'Neil"),
        ("mia.holmlund", r"cn=Mia Holm\\Lund"),
        ("duty", r"cn=\#1 Duty Desk"),
        ("zoe.zed", r"cn=Zoë \<Zed\>\; a\=b \+ c"),
        ("amy.kroker", "cn=Amy Kroker+uid=amy.kroker"),
    ],
)
def test_names_are_escaped_in_dns(company: Company, uid: str, dn: str) -> None:
    person: Person = next(each for each in company.people if each.uid == uid)

    assert ldif.dn_of(person) == f"{dn},{ldif.PEOPLE_BASE}"
