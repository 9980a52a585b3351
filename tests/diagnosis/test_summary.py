"""The summary for support: everything about the set-up, nothing about anybody (G14, B104)."""

import json

import pytest
from sqlalchemy import update

from lupweb.accounts.viewers import OPERATOR, Viewer
from lupweb.database import db, transaction
from lupweb.diagnosis.masking import masked_dn, masked_filter
from lupweb.diagnosis.service import Outside
from lupweb.diagnosis.summary import support_summary
from lupweb.directories.models import Directory
from lupweb.directories.secrets import lock
from lupweb.errors import Forbidden
from lupweb.runs.service import finish, note_problem, start
from lupweb.runs.states import FULL, RunState
from tests.factories import READER_PASSWORD, SECRET_KEY
from tests.fakes import FakeDirectory

CANARIES = (
    READER_PASSWORD, SECRET_KEY, "Lovelace", "ada", "ben@example.com", "uid=ada", "20570", "Canary",
)  # fmt: skip


@pytest.fixture
def filled(company: FakeDirectory) -> FakeDirectory:
    """Canaries wherever a person or a secret can get to."""
    with transaction():
        db.session.execute(
            update(Directory).values(
                bind_dn="cn=Ada Lovelace,ou=services,dc=example,dc=com",
                bind_password=lock(READER_PASSWORD, SECRET_KEY),
                user_filter="(&(objectClass=inetOrgPerson)(!(mail=ben@example.com))(uid=Canary))",
                uris=["ldap://Canary@127.0.0.1:389"],
                disabled_attribute="employeeType",
                disabled_value="Canary",
            )
        )
        number = start("directory:main", trigger="Ada Lovelace", mode=FULL, reason="Canary")
        note_problem(number, "“Canary” cannot be read.", login="ada", field="phone")
        finish(number, RunState.FAILED, "Reading uid=ada,ou=people failed. Canary.")
    return company


def test_b101_nobody_and_no_secret_stands_in_it(filled: FakeDirectory) -> None:
    outside = Outside(SECRET_KEY, filled.connect)
    text = json.dumps(support_summary(OPERATOR, outside), ensure_ascii=False)

    assert [each for each in CANARIES if each in text] == []


def test_the_set_up_stands_in_it(filled: FakeDirectory) -> None:
    found = support_summary(OPERATOR)

    (directory,) = found["directories"]
    assert directory["user_filter"] == "(&(objectClass=inetOrgPerson)(!(mail=…))(uid=…))"
    assert directory["bind_dn"] == "cn=…,ou=services,dc=example,dc=com"
    assert directory["bind_password"] == "stored"
    assert (directory["disabled_attribute"], directory["disabled_value"]) == ("employeeType", "…")
    assert directory["entries"] == 4
    assert _field(found, "phone")["attribute"] == "telephoneNumber"
    newest = found["runs"][0]
    assert newest["state"] == "failed"
    assert newest["problems"] == {"phone": 1}
    assert found["versions"]["lupweb"]
    assert found["servers"] == {}


def test_servers_say_what_they_are_when_they_are_asked(company: FakeDirectory) -> None:
    found = support_summary(OPERATOR, Outside(SECRET_KEY, company.connect))

    server = found["servers"]["main"]
    assert server["vendor"] == "FakeDirectory"
    assert server["mapped_attributes"]["title"]["known"]


def test_a_server_that_is_down_is_said_to_be_so(company: FakeDirectory) -> None:
    company.go_down()
    found = support_summary(OPERATOR, Outside(SECRET_KEY, company.connect))

    assert found["servers"]["main"]["contact"] == "unreachable"


def test_it_is_for_administrators(company: FakeDirectory) -> None:
    with pytest.raises(Forbidden):
        support_summary(Viewer())


@pytest.mark.parametrize(
    ("given", "masked"),
    [
        ("(objectClass=person)", "(objectClass=person)"),
        ("(uid=ada)", "(uid=…)"),
        ("(uid=*)", "(uid=*)"),
        ("(cn=ada*)", "(cn=…)"),
        ("(|(uid=a\\29b)(mail=x))", "(|(uid=…)(mail=…))"),
        ("(userAccountControl:1.2.840.113556.1.4.803:=2)",) * 2,
        ("(modifyTimestamp>=[last_sync_timestamp])",) * 2,
        ("(uid:dn:caseIgnoreMatch:=ada)", "(uid:dn:caseIgnoreMatch:=…)"),
        ("ada", "…"),
        ("", ""),
    ],
)
def test_a_filter_keeps_its_shape_and_no_names(given: str, masked: str) -> None:
    assert masked_filter(given) == masked


@pytest.mark.parametrize(
    ("given", "masked"),
    [
        ("", ""),
        ("cn=reader,dc=example,dc=com", "cn=…,dc=example,dc=com"),
        ("uid=a\\,b,cn=Ada,ou=people,o=x", "uid=…,cn=…,ou=people,o=x"),
        ("ada@example.com", "…"),
        ("WINDOWS\\ada", "…"),
    ],
)
def test_a_dn_keeps_its_place_and_no_names(given: str, masked: str) -> None:
    assert masked_dn(given) == masked


def _field(found: dict[str, list[dict[str, object]]], key: str) -> dict[str, object]:
    return next(each for each in found["fields"] if each["key"] == key)
