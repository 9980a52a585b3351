"""Attributes that never become a field, or are never written (hostile-input.md B104)."""

import pytest

from lupweb.directories.attributes import is_never_read, is_never_written
from lupweb.ldap.schema import Schema

PERSON = "cn=Amy Wong+sn=Kroker,ou=people,dc=example,dc=com"


@pytest.mark.parametrize(
    "name",
    ["userPassword", "USERPASSWORD;x-foo", "memberUid", "unicodePwd", "2.5.4.35", "olcRootPW"],
)
def test_b104_secrets_and_rights_are_never_read_nor_written(name: str) -> None:
    assert is_never_read(name)
    assert is_never_written(name)


@pytest.mark.parametrize("name", ["mail", "telephoneNumber", "cn;lang-de", "2.5.4.20", "manager"])
def test_what_people_tell_about_themselves_is(name: str) -> None:
    assert not is_never_read(name)
    assert not is_never_written(name)


@pytest.mark.parametrize(
    "name",
    [
        "objectClass", "memberOf", "UID", "userid;x-a", "0.9.2342.19200300.100.1.1", "sIDHistory",
        "sAMAccountName", "msDS-AllowedToDelegateTo", "pwdLastSet", "nsAccountLock", "aci",
        "homeDirectory", "02.05.04.0",
    ],
)  # fmt: skip
def test_b103_what_decides_who_somebody_is_is_never_written(name: str) -> None:
    assert is_never_written(name)


def test_b105_what_is_part_of_the_name_is_never_written() -> None:
    for name in ("cn", "CN;lang-de", "commonName", "2.5.4.3", "sn", "surname"):
        assert is_never_written(name, dn=PERSON)
    assert not is_never_written("givenName", dn=PERSON)
    assert not is_never_written("cn", dn="uid=amy,dc=example,dc=com")


def test_keys_and_what_an_administrator_adds_are_never_written() -> None:
    schema = Schema.read([b"( 1.2.3 NAME ( 'employeeNumber' 'staffNumber' ) )"])

    for name in ("employeenumber", "staffNumber", "1.2.3"):
        assert is_never_written(name, schema=schema, also=["employeeNumber"])
    assert is_never_written("Mail", also=["mail"])


def test_b105_what_only_the_server_changes_is_never_written() -> None:
    schema = Schema.read(
        [
            b"( 1.2.1 NAME 'modifiersName' NO-USER-MODIFICATION USAGE directoryOperation )",
            b"( 1.2.2 NAME 'entryTtl' USAGE dSAOperation )",
            b"( 1.2.3 NAME 'title' )",
        ]
    )
    told = {name: is_never_written(name, schema=schema) for name in ("modifiersName", "entryTtl")}

    assert told == {"modifiersName": True, "entryTtl": True}
    assert not is_never_written("title", schema=schema)
