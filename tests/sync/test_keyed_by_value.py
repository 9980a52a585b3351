"""A real server that gives no unique id and no stamp: people are told apart by a value.

OpenLDAP with `lastmod off` writes neither entryUUID nor entryCSN, though its schema knows both.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import ldap
import pytest
from ldap.ldapobject import SimpleLDAPObject

from lupweb.accounts.viewers import OPERATOR
from lupweb.configfile.directory_editing import directory_draft
from lupweb.configfile.directory_trying import prove_typed
from lupweb.database import db, transaction
from lupweb.directories.connect import connect
from lupweb.directories.models import Directory, Identity
from lupweb.directories.service import add_directory, facts_of, get_directory
from lupweb.errors import InvalidForm, WriteRefused
from lupweb.ldap.connection import Tls
from lupweb.ldap.writing import Wish
from lupweb.people.models import Group
from lupweb.people.queries import get_person, groups_of
from lupweb.profiles.layout import load_layout
from lupweb.profiles.supply import supply_of
from lupweb.runs.service import get_run
from lupweb.sync.records import record
from lupweb.sync.refresh import Freshness, refresh
from lupweb.sync.service import plan_only, run
from tests.factories import SECRET_KEY, SUFFIX, a_profile
from tests.servers.slapd import RunningSlapd, running_slapd
from tests.sync.observing import PARTS, active_people, values

NAMES = ("ada", "ben", "cem", "dea", "eve")


def entries() -> str:
    people = "".join(
        f"""
dn: uid={uid},ou=people,{SUFFIX}
objectClass: inetOrgPerson
uid: {uid}
cn: {uid.title()}
sn: {uid.title()}
employeeNumber: {number}
telephoneNumber: +49 611 {number}
"""
        for number, uid in enumerate(NAMES)
    )
    branches = "".join(
        f"\ndn: ou={name},{SUFFIX}\nobjectClass: organizationalUnit\nou: {name}\n"
        for name in ("people", "groups")
    )
    safety = f"""
dn: cn=safety,ou=groups,{SUFFIX}
objectClass: groupOfNames
cn: safety
member: uid=ada,ou=people,{SUFFIX}
"""
    return f"dn: {SUFFIX}\nobjectClass: domain\ndc: example\n{branches}{people}{safety}"


@pytest.fixture
def server(in_app: object, tmp_path: Path) -> Iterator[RunningSlapd]:
    with running_slapd(
        tmp_path / "slapd", "", suffix=SUFFIX, database_config="lastmod off"
    ) as server:
        fill(server)
        with transaction():
            directory = add_directory(
                "main",
                "Main LDAP",
                uris=[server.uri],
                tls=Tls.NONE,
                bind_dn=server.bind_dn,
                bind_password=server.password,
                base_dn=SUFFIX,
                additional_user_dn="ou=people",
                secret_key=SECRET_KEY,
            )
            directory.additional_group_dn = "ou=groups"
            dn = f"cn=safety,ou=groups,{SUFFIX}"
            db.session.add(Group(key="safety", name="Safety", directory_id=directory.id, dn=dn))
        a_profile()
        yield server


def fill(server: RunningSlapd) -> None:
    """Add the entries over LDAP: slapadd would give them ids and stamps."""
    handle = signed_in(server)
    for record_ in entries().split("\n\n"):
        lines = [line.split(": ", 1) for line in record_.strip().splitlines()]
        given: dict[str, list[bytes]] = {}
        for name, value in lines[1:]:
            given.setdefault(name, []).append(value.encode())
        handle.add_s(lines[0][1], list(given.items()))


def signed_in(server: RunningSlapd) -> SimpleLDAPObject:
    handle = ldap.initialize(server.uri)
    handle.simple_bind_s(server.bind_dn, server.password)
    return handle


def set_values(server: RunningSlapd, dn: str, attribute: str, *found: bytes) -> None:
    signed_in(server).modify_s(dn, [(ldap.MOD_REPLACE, attribute, list(found))])


def dn_of(uid: str) -> str:
    return f"uid={uid},ou=people,{SUFFIX}"


def keyed_by(attribute: str) -> None:
    with transaction():
        get_directory("main").id_attribute = attribute


def read(mode: str = "full") -> dict[str, Any]:
    given: dict[str, Any] = {"secret_key": SECRET_KEY, "connect": connect, "trigger": "test"}
    document = record(run("main", mode=mode, **given))
    assert document["seen"] == sum(document[part] for part in PARTS), document
    return document


def directory() -> Directory:
    db.session.rollback()
    return get_directory("main")


def test_without_a_key_nobody_is_made_and_the_run_says_what_to_do(server: RunningSlapd) -> None:
    document = read()

    assert (document["state"], active_people()) == ("failed", 0)
    assert "unique id entryUUID" in document["message"]


def test_people_are_told_apart_by_a_value_and_every_run_reads_everybody(
    server: RunningSlapd,
) -> None:
    keyed_by("uid")
    first = read()
    set_values(server, dn_of("ada"), "telephoneNumber", b"+49 611 99")
    later = read("changes")
    again = read("auto")

    assert (first["state"], first["new"], active_people()) == ("done", 5, 5)
    assert (later["mode"], later["changed"], later["unchanged"]) == ("full", 1, 4)
    assert "told apart by a value" in later["reason"]
    assert (again["mode"], again["changed"], values("ada")["phone"]) == ("full", 0, "+49 611 99")
    assert (directory().keyed_by, directory().is_keyed_by_value) == ("uid", True)


def test_who_leaves_is_hidden_and_who_comes_back_is_the_same_person(server: RunningSlapd) -> None:
    keyed_by("employeeNumber")
    read()
    number = get_person("ben").id
    signed_in(server).modrdn_s(dn_of("ben"), "uid=benjamin")
    renamed = read()
    set_values(server, dn_of("benjamin"), "employeeNumber")
    nameless = read()

    assert (renamed["changed"], renamed["new"], get_person("benjamin").id) == (1, 0, number)
    assert (nameless["state"], nameless["failed"], nameless["missing"]) == ("partial", 1, 0)
    assert active_people() == 5


def test_members_follow_although_no_group_has_a_stamp(server: RunningSlapd) -> None:
    keyed_by("uid")
    read()
    group = f"cn=safety,ou=groups,{SUFFIX}"
    set_values(server, group, "member", dn_of("ben").encode())
    read("groups")

    db.session.rollback()
    ada, ben = get_person("ada").id, get_person("ben").id
    members = groups_of([ada, ben])
    assert (bool(members.get(ada)), bool(members.get(ben))) == (False, True)


def test_the_edit_form_reads_the_person_by_the_value(server: RunningSlapd) -> None:
    keyed_by("uid")
    read()
    set_values(server, dn_of("cem"), "telephoneNumber", b"+49 611 42")
    person_id, layout = get_person("cem").id, load_layout("DE")
    db.session.rollback()

    assert refresh(person_id, layout, SECRET_KEY, connect, limit_s=5) is Freshness.READ
    assert values("cem")["phone"] == "+49 611 42"


def test_nothing_is_promised_to_such_a_directory(server: RunningSlapd) -> None:
    keyed_by("uid")
    with transaction():
        get_directory("main").writes = True
    read()

    assert not supply_of(get_person("ada").id).takes_writes


def test_another_key_after_the_first_run_is_refused_and_nobody_is_lost(
    server: RunningSlapd,
) -> None:
    keyed_by("uid")
    read()
    keyed_by("employeeNumber")
    document = read()

    assert (document["state"], document["missing"], active_people()) == ("failed", 0, 5)
    assert "known by their uid" in document["message"]
    known = db.session.scalars(db.select(Identity.unique_id)).all()
    assert sorted(known) == sorted(NAMES)


def test_a_dry_run_notes_no_key(server: RunningSlapd) -> None:
    keyed_by("uid")
    number = plan_only("main", secret_key=SECRET_KEY, connect=connect, trigger="test")

    assert str(get_run(number).state) == "done"
    assert directory().keyed_by == ""


def test_no_entry_is_changed_that_nothing_but_a_value_tells_apart(server: RunningSlapd) -> None:
    keyed_by("uid")
    facts = facts_of(directory(), SECRET_KEY)
    db.session.rollback()
    with connect(facts.server) as session:
        session.bind(facts.bind_dn, facts.password)
        entry = session.entry_of(facts.user_base_dn, "ada", ["telephoneNumber"])
        wish = Wish("telephoneNumber", tuple(entry.values("telephoneNumber")), (b"+49 611 7",))
        with pytest.raises(WriteRefused, match="no unique id"):
            session.compare_and_set(entry, [wish])


def test_the_form_refuses_to_write_there_and_takes_the_key(server: RunningSlapd) -> None:
    keyed_by("uid")
    draft = directory_draft(OPERATOR, "main", SECRET_KEY)
    typed = replace(draft, entry={**draft.entry, "write": True})
    with pytest.raises(InvalidForm) as refused:
        prove_typed(OPERATOR, typed, SECRET_KEY, connect)
    other = replace(draft, entry={**draft.entry, "id_attribute": "employeeNumber"})
    prove_typed(OPERATOR, other, SECRET_KEY, connect)

    assert list(refused.value.form.problems) == ["write"]
    assert "nothing is written there" in str(refused.value)


def test_two_entries_of_one_value_are_listed_and_nobody_is_made_twice(
    server: RunningSlapd,
) -> None:
    keyed_by("employeeNumber")
    set_values(server, dn_of("eve"), "employeeNumber", b"3")
    document = read()

    assert (document["new"], document["skipped"], active_people()) == (4, 1, 4)
    said = [
        each["text"] for each in document["errors"] if "same employeeNumber (3)" in each["text"]
    ]
    assert len(said) == 1
