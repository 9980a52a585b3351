"""Short builders for what tests need."""

from collections.abc import Mapping, Sequence

from lupweb.database import db, end_reading, transaction
from lupweb.directories.connect import refuse_in_transaction
from lupweb.directories.service import add_directory
from lupweb.ldap.connection import Tls
from lupweb.people.models import Group, Membership, Person
from lupweb.people.names import fold_login
from lupweb.people.queries import groups_by_key
from lupweb.profiles.editor import define_category, define_field, fill_from_directory
from lupweb.profiles.sources import Source
from lupweb.runs.service import get_run
from lupweb.runs.states import RunState
from lupweb.sync.service import approve, run
from tests.fakes import FakeDirectory

SECRET_KEY = "a key for tests, and only for tests, long enough"
SUFFIX = "dc=example,dc=com"
READER = f"cn=reader,{SUFFIX}"
READER_PASSWORD = "reader's password"
PASSWORD = "the right password"


def an_empty_directory() -> FakeDirectory:
    """Return a directory with two empty branches, which refuses to be asked in a transaction."""
    directory = FakeDirectory(SUFFIX, check=refuse_in_transaction, attributes=["shadowExpire"])
    directory.add(SUFFIX, {"objectClass": [b"domain"]})
    for name in ("people", "groups"):
        directory.add(f"ou={name},{SUFFIX}", {"objectClass": [b"organizationalUnit"]})
    return directory


def an_entry(
    directory: FakeDirectory, uid: str, name: str = "", **attributes: str | Sequence[str]
) -> str:
    """Add an entry of a person; return its DN."""
    dn = f"uid={uid},ou=people,{SUFFIX}"
    name = name or uid.replace(".", " ").title()
    values: dict[str, list[bytes]] = {
        "objectClass": [b"inetOrgPerson"],
        "uid": [uid.encode()],
        "cn": [name.encode()],
        "sn": [name.split()[-1].encode()],
        "displayName": [name.encode()],
        "mail": [f"{uid}@example.com".encode()],
        "userPassword": [PASSWORD.encode()],
    }
    for attribute, given in attributes.items():
        each = [given] if isinstance(given, str) else given
        values[attribute] = [value.encode() for value in each]
    directory.add(dn, values)
    return dn


def a_connection(directory: FakeDirectory) -> int:
    """Configure the fake directory, with its reader; return the directory's id."""
    directory.add(READER, {"objectClass": [b"person"], "userPassword": [READER_PASSWORD.encode()]})
    with transaction():
        return add_directory(
            "main",
            "Main LDAP",
            uris=["ldap://127.0.0.1:389"],
            tls=Tls.NONE,
            bind_dn=READER,
            bind_password=READER_PASSWORD,
            base_dn=SUFFIX,
            additional_user_dn="ou=people",
            secret_key=SECRET_KEY,
        ).id


def a_group(directory: FakeDirectory, directory_id: int, key: str, members: Sequence[str]) -> None:
    """Add a group of these logins to the directory, and declare it."""
    dn = f"cn={key},ou=groups,{SUFFIX}"
    dns = [f"uid={uid},ou=people,{SUFFIX}".encode() for uid in members] or [b"cn=nobody"]
    directory.add(dn, {"objectClass": [b"groupOfNames"], "cn": [key.encode()], "member": dns})
    with transaction():
        db.session.add(Group(key=key, name=key.title(), directory_id=directory_id, dn=dn))


def a_profile(restricted: Mapping[str, Sequence[str]] | None = None) -> None:
    """Map the usual fields; `restricted` gives the lists of the category "safety"."""
    with transaction():
        fill_from_directory("phone", "telephoneNumber", help_text="With country code.")
        fill_from_directory("position", "title")
        fill_from_directory("department", "departmentNumber")
        fill_from_directory("location", "l")
        define_field(
            "manager",
            "Reports to",
            category="work",
            type_key="user_select",
            source=Source.LDAP,
            attribute="manager",
            searchable=False,
        )
        define_category("safety", "First aid", **(restricted or {}))
        define_field(
            "emergency",
            "Emergency contact",
            category="safety",
            source=Source.LDAP,
            attribute="homePhone",
        )


def a_run(directory: FakeDirectory) -> int:
    """Synchronize; return the run's number."""
    return run("main", secret_key=SECRET_KEY, connect=directory.connect, trigger="test")


def an_approved_run(directory: FakeDirectory) -> int:
    """Synchronize, and approve what is held, such as many more people than were known."""
    run_id = a_run(directory)
    is_held = get_run(run_id).state is RunState.HELD
    end_reading()
    if is_held:
        approve(run_id)
    return run_id


def a_local_person(login: str, name: str = "", *, groups: Sequence[str] = (), **values: str) -> int:
    """Add somebody whom no directory holds; return the person's id."""
    name = name or login.title()
    with transaction():
        person = Person(
            login=login,
            login_folded=fold_login(login),
            name=name,
            sort_name=name.casefold(),
            email=f"{login}@example.com",
            document={"values": values},
        )
        db.session.add(person)
        db.session.flush()
        ids = groups_by_key()
        db.session.add_all(Membership(group_id=ids[key], person_id=person.id) for key in groups)
        return person.id


def a_local_group(*keys: str) -> None:
    """Add groups that no directory holds."""
    with transaction():
        db.session.add_all(Group(key=key, name=key.title()) for key in keys)
