"""“Test connection”: each step says what became of it, in our own words."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lupweb.directories.connect import connect
from lupweb.directories.probe import STEPS, probe
from lupweb.directories.service import DirectoryFacts
from lupweb.directories.steps import Expected, Step
from lupweb.ldap.connection import Server, Tls
from tests.factories import READER, READER_PASSWORD, SUFFIX, an_empty_directory, an_entry
from tests.fakes import FakeDirectory
from tests.ldap.certificates import Authority
from tests.servers.slapd import running_slapd

pytestmark = pytest.mark.usefixtures("in_app")
PEOPLE = f"ou=people,{SUFFIX}"
EXPECTED = Expected(attributes={"phone": "telephoneNumber"}, groups={"hr": f"ou=groups,{SUFFIX}"})


@pytest.fixture
def facts() -> Iterator[DirectoryFacts]:
    """A directory at whose address somebody accepts connections."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        uri = f"ldap://127.0.0.1:{listening.getsockname()[1]}"
        yield DirectoryFacts(
            id=1,
            key="main",
            server=Server((uri,), Tls.NONE, network_timeout_s=1, timeout_s=1),
            bind_dn=READER,
            password=READER_PASSWORD,
            user_base_dn=PEOPLE,
            user_filter="(objectClass=inetOrgPerson)",
            login_attribute="uid",
            name_attribute="displayName",
            email_attribute="mail",
        )


@pytest.fixture
def fake() -> FakeDirectory:
    """A directory with a reader and two people."""
    directory = an_empty_directory()
    directory.add(READER, {"objectClass": [b"person"], "userPassword": [READER_PASSWORD.encode()]})
    an_entry(directory, "kate")
    an_entry(directory, "room", description="a room")
    return directory


def test_where_everything_is_right_each_step_says_so(
    facts: DirectoryFacts, fake: FakeDirectory
) -> None:
    steps = _walk(facts, fake)

    assert tuple(steps) == STEPS
    assert all(step.ok for step in steps.values())
    assert str(steps["people"].text) == "2 were found."
    assert str(steps["unique_id"].text) == "Everybody has entryUUID."
    assert str(steps["change_stamp"].text) == "Changes are seen by entryCSN."
    assert str(steps["groups"].text) == "1 declared group is there."


def lose_ids(fake: FakeDirectory) -> None:
    for entry in fake.server.entries.values():
        entry.values["entryUUID"] = []


def test_where_the_server_shows_no_unique_id_the_login_is_offered_if_it_is_proven(
    facts: DirectoryFacts, fake: FakeDirectory
) -> None:
    lose_ids(fake)
    offered = _walk(facts, fake)["unique_id"]
    an_entry(fake, "twin", employeeNumber="1")
    fake.set("twin", "uid", [b"twin", b"kate"])
    lose_ids(fake)
    other = _walk(facts, fake)["unique_id"]

    assert not offered.ok
    assert "choose uid as what tells people apart" in str(offered.fix)
    assert "choose an attribute that everybody has" in str(other.fix)


def test_a_chosen_attribute_is_proven_by_the_test(
    facts: DirectoryFacts, fake: FakeDirectory
) -> None:
    chosen = replace(facts, server=replace(facts.server, id_attribute="employeeNumber"))
    bad = _walk(chosen, fake)["unique_id"]
    for number, uid in enumerate(("kate", "room")):
        fake.set(uid, "employeeNumber", [str(number).encode()])
    good = _walk(chosen, fake)["unique_id"]
    lose_ids(fake)
    alone = _walk(chosen, fake)["unique_id"]

    assert (bad.ok, good.ok, alone.ok) == (False, True, True)
    assert "uid=kate" in str(bad.text)
    assert str(good.text) == "All 2 entries have one employeeNumber, each another."
    assert "every run reads everybody" in str(alone.text)


def test_entries_that_are_no_people_are_counted(facts: DirectoryFacts, fake: FakeDirectory) -> None:
    facts = replace(facts, person_filter="(!(description=a room))")

    steps = _walk(facts, fake)

    assert str(steps["people"].text) == (
        "2 were found. 1 of them are no people (rooms, computers)."
    )


def test_nobody_at_the_address_ends_the_walk(fake: FakeDirectory, facts: DirectoryFacts) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        uri = f"ldap://127.0.0.1:{gone.getsockname()[1]}"
    facts = replace(facts, server=replace(facts.server, uris=(uri,)))

    steps = _walk(facts, fake)

    assert str(steps["reach"].text) == f"Nobody answers at {uri}."
    assert _failed(steps) == list(STEPS)
    assert {str(step.text) for step in list(steps.values())[1:]} == {
        "Not done: a step before it failed."
    }


def test_of_several_addresses_the_silent_ones_are_named(
    facts: DirectoryFacts, fake: FakeDirectory
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        silent = f"ldap://127.0.0.1:{gone.getsockname()[1]}"
    (answers,) = facts.server.uris
    facts = replace(facts, server=replace(facts.server, uris=(silent, answers)))

    steps = _walk(facts, fake)

    assert str(steps["reach"].text) == f"{answers} answers; {silent} does not."
    assert _failed(steps) == []


def test_a_wrong_password_of_the_service_account_is_the_sign_in(
    facts: DirectoryFacts, fake: FakeDirectory
) -> None:
    steps = _walk(replace(facts, password="a wrong one"), fake)

    assert _failed(steps) == list(STEPS[2:])
    assert "does not accept the bind DN and its password" in str(steps["sign_in"].text)
    assert "a wrong one" not in repr(steps)


def test_a_wrong_base_is_named(facts: DirectoryFacts, fake: FakeDirectory) -> None:
    steps = _walk(replace(facts, user_base_dn=f"ou=poeple,{SUFFIX}"), fake)

    assert _failed(steps) == list(STEPS[3:])
    assert str(steps["base"].text).startswith(f"ou=poeple,{SUFFIX} is not there")


def test_a_filter_that_finds_nobody_is_named_and_the_rest_goes_on(
    facts: DirectoryFacts, fake: FakeDirectory
) -> None:
    steps = _walk(replace(facts, user_filter="(uid=nobody)"), fake)

    assert _failed(steps) == ["people", "unique_id", "change_stamp"]
    assert str(steps["people"].text) == "Nobody was found with the filter (uid=nobody)."


def test_an_attribute_that_the_server_does_not_know_is_named_with_the_nearest(
    facts: DirectoryFacts, fake: FakeDirectory
) -> None:
    steps = _walk(facts, fake, replace(EXPECTED, attributes={"phone": "telefoneNumber"}))

    assert _failed(steps) == ["attributes"]
    assert str(steps["attributes"].text) == (
        "phone: the server knows no attribute telefoneNumber; it knows telephoneNumber."
    )


def test_a_declared_group_that_is_not_there_is_named(
    facts: DirectoryFacts, fake: FakeDirectory
) -> None:
    steps = _walk(facts, fake, Expected(groups={"it": f"cn=it,{SUFFIX}"}))

    assert _failed(steps) == ["groups"]
    assert str(steps["groups"].text) == "The group it is not there: nobody is its member."


def test_a_size_limit_is_named(facts: DirectoryFacts, fake: FakeDirectory) -> None:
    fake.limit_size(1)

    steps = _walk(facts, fake)

    assert _failed(steps) == ["people", "unique_id", "change_stamp"]
    assert "size.prtotal" in str(steps["people"].text)


def test_b21_what_a_server_of_another_kind_says_is_not_shown(facts: DirectoryFacts) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        facts = replace(
            facts,
            server=replace(facts.server, uris=(f"ldap://127.0.0.1:{other.getsockname()[1]}",)),
        )
        steps = {step.id: step for step in probe(facts, connect, EXPECTED)}

    assert _failed(steps) == list(STEPS[2:])


def test_a_real_server_tells_until_when_its_certificate_is_valid(
    facts: DirectoryFacts, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    with running_slapd(
        tmp_path / "slapd", LDIF, suffix=SUFFIX, extra_config=authority.issue()
    ) as server:
        facts = replace(facts, bind_dn=server.bind_dn, password=server.password)
        trusted = Server((server.ldaps_uri,), Tls.LDAPS, ca_file=str(authority.file))
        upgraded = Server((server.uri,), Tls.STARTTLS, ca_file=str(authority.file))
        unknown = Server((server.ldaps_uri,), Tls.LDAPS)

        said = [
            {step.id: step for step in probe(replace(facts, server=each), connect, EXPECTED)}
            for each in (trusted, upgraded, unknown)
        ]

    for steps in said[:2]:
        assert _failed(steps) == []
        assert str(steps["tls"].text).startswith("Encrypted; the certificate is valid until 20")
    assert _failed(said[2]) == list(STEPS[1:])
    assert "comes from a CA that is not known here" in str(said[2]["tls"].text)


LDIF = f"""\
dn: {SUFFIX}
objectClass: domain
dc: example

dn: {PEOPLE}
objectClass: organizationalUnit
ou: people

dn: ou=groups,{SUFFIX}
objectClass: organizationalUnit
ou: groups

dn: uid=kate,{PEOPLE}
objectClass: inetOrgPerson
uid: kate
cn: Kate
sn: Kate
"""


def _walk(
    facts: DirectoryFacts, fake: FakeDirectory, expected: Expected = EXPECTED
) -> dict[str, Step]:
    return {step.id: step for step in probe(facts, fake.connect, expected)}


def _failed(steps: dict[str, Step]) -> list[str]:
    return [name for name, step in steps.items() if not step.ok]
