"""Signing in at a real server that locks accounts itself (OpenLDAP, overlay ppolicy)."""

import json
import logging
import signal
import time
from collections.abc import Iterator

import pytest
from flask import Flask

from lupweb.app import create_app
from lupweb.config import Settings
from lupweb.database import db, transaction
from lupweb.directories.connect import connect
from lupweb.directories.service import add_directory
from lupweb.errors import CredentialsRefused
from lupweb.ldap.client import LdapDirectory
from lupweb.ldap.connection import Server, Tls
from lupweb.sync.service import run
from tests.browsing import Browser
from tests.factories import SECRET_KEY, SUFFIX
from tests.servers.slapd import RunningSlapd, require_slapd, running_slapd, ssha

PASSWORD = "the right password"
LOCKS_AFTER = 7
POLICY = f"cn=policy,{SUFFIX}"
PEOPLE = ("ada", "ben", "cem", "dee", "eva")
LDIF = f"""\
dn: {SUFFIX}
objectClass: organization
objectClass: dcObject
o: Example
dc: example

dn: ou=people,{SUFFIX}
objectClass: organizationalUnit
ou: people

dn: cn=reader,{SUFFIX}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: {ssha(PASSWORD)}

dn: {POLICY}
objectClass: applicationProcess
objectClass: pwdPolicy
cn: policy
pwdAttribute: userPassword
pwdLockout: TRUE
pwdMaxFailure: {LOCKS_AFTER}
pwdFailureCountInterval: 900
pwdLockoutDuration: 0
""" + "".join(
    f"""
dn: uid={uid},ou=people,{SUFFIX}
objectClass: inetOrgPerson
uid: {uid}
cn: {uid.title()}
sn: {uid.title()}
userPassword: {ssha(PASSWORD)}
"""
    for uid in PEOPLE
)
DATABASE = f"""\
overlay ppolicy
ppolicy_default "{POLICY}"
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="cn=reader,{SUFFIX}" read by self read by * none"""


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSlapd]:
    require_slapd()
    folder = tmp_path_factory.mktemp("slapd")
    config = {"extra_config": "moduleload ppolicy", "database_config": DATABASE}
    with running_slapd(folder, LDIF, suffix=SUFFIX, **config) as server:
        yield server


@pytest.fixture
def site(settings: Settings, slapd: RunningSlapd) -> Iterator[Flask]:
    app = create_app(settings)
    with app.app_context():
        with transaction():
            add_directory(
                "main",
                "Main LDAP",
                uris=[slapd.uri],
                tls=Tls.NONE,
                bind_dn=f"cn=reader,{SUFFIX}",
                bind_password=PASSWORD,
                base_dn=SUFFIX,
                additional_user_dn="ou=people",
                secret_key=SECRET_KEY,
            )
        run("main", secret_key=SECRET_KEY, connect=connect, trigger="test")
        db.session.remove()
    yield app
    with app.app_context():
        db.engine.dispose()


def dn_of(uid: str) -> str:
    return f"uid={uid},ou=people,{SUFFIX}"


def counted(slapd: RunningSlapd, uid: str) -> tuple[int, bool]:
    """Return how many failures the server has counted, and whether it has locked the account."""
    with LdapDirectory(Server((slapd.uri,), Tls.NONE)) as root:
        root.bind(slapd.bind_dn, slapd.password)
        entry = root.read(dn_of(uid), ["pwdFailureTime", "pwdAccountLockedTime"])
    return len(entry.values("pwdFailureTime")), "pwdAccountLockedTime" in entry


def lock(slapd: RunningSlapd, uid: str) -> None:
    """Fail so often that the server locks the account."""
    for _each in range(LOCKS_AFTER):
        somebody = LdapDirectory(Server((slapd.uri,), Tls.NONE))
        with somebody, pytest.raises(CredentialsRefused):
            somebody.bind(dn_of(uid), "wrong")


def attempt(site: Flask, name: str, password: str) -> int:
    return Browser(site.test_client()).sign_in(name, password).response.status_code


def test_b08_twenty_wrong_passwords_do_not_lock_the_account(
    site: Flask, slapd: RunningSlapd
) -> None:
    assert [attempt(site, "ada", "wrong") for _each in range(20)] == [401] * 20
    assert attempt(site, "ada", PASSWORD) == 401

    assert counted(slapd, "ada") == (5, False)


@pytest.mark.parametrize("spelling", ["BEN", "ben ", " Ben", "ｂｅｎ"])
def test_b07_the_spellings_of_one_login_are_counted_together(
    site: Flask, slapd: RunningSlapd, spelling: str
) -> None:
    assert attempt(site, "ben", PASSWORD) == 302  # which also empties the server's counter
    for name in ("ben", spelling) * 5:
        attempt(site, name, "wrong")

    failures, is_locked = counted(slapd, "ben")
    assert (failures <= 5, is_locked) == (True, False)
    assert attempt(site, "ben", PASSWORD) == 401

    with LdapDirectory(Server((slapd.uri,), Tls.NONE)) as ben:
        ben.bind(dn_of("ben"), PASSWORD)


def test_b12_a_locked_account_reads_like_a_wrong_password_and_the_log_says_why(
    site: Flask, slapd: RunningSlapd, caplog: pytest.LogCaptureFixture
) -> None:
    lock(slapd, "cem")
    assert counted(slapd, "cem")[1]
    caplog.set_level(logging.INFO)

    refused = Browser(site.test_client()).sign_in("cem", PASSWORD)

    assert refused.response.status_code == 401
    assert "User name or password is wrong." in refused.text
    assert "lock" not in refused.text.lower()
    assert "account locked (pwdAccountLockedTime)" in json.dumps(str(caplog.records[-1].msg))


@pytest.mark.parametrize("name", ["dee", "nobody", "(", "u*"])
def test_b11_each_attempt_is_one_bind_of_somebody(
    site: Flask, slapd: RunningSlapd, name: str
) -> None:
    before = slapd.log()

    assert attempt(site, name, "wrong") == 401

    made = [line for line in slapd.log()[len(before) :].splitlines() if " BIND dn=" in line]
    assert len([line for line in made if 'dn="cn=reader,' not in line and 'dn=""' not in line]) == 1


def test_b02_blanks_are_a_password_like_any_other(site: Flask, slapd: RunningSlapd) -> None:
    before = counted(slapd, "eva")[0]

    assert attempt(site, "eva", "   ") == 401
    assert counted(slapd, "eva")[0] == before + 1
    assert attempt(site, "eva", f" {PASSWORD}") == 401
    assert attempt(site, "eva", PASSWORD) == 302


@pytest.mark.parametrize("password", ["x" * 1025, "ä" * 513, f"{PASSWORD}\0", f"{PASSWORD}\0x"])
def test_b02_what_cannot_be_a_password_is_not_sent(
    site: Flask, slapd: RunningSlapd, password: str
) -> None:
    before = slapd.log().count(" BIND dn=")

    assert attempt(site, "dee", password) == 401
    assert slapd.log().count(" BIND dn=") == before


def test_b02_a_password_of_a_megabyte_is_more_than_a_form(site: Flask) -> None:
    assert attempt(site, "dee", "x" * 2**20) == 413


def test_x09_a_wrong_password_while_the_server_hangs_is_not_counted(
    site: Flask, slapd: RunningSlapd
) -> None:
    assert attempt(site, "dee", PASSWORD) == 302
    slapd.process.send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert [attempt(site, "dee", "wrong") for _each in range(2)] == [503, 503]
        assert time.monotonic() - began < 2 * 5
    finally:
        slapd.process.send_signal(signal.SIGCONT)

    # None of those is on our slate: four more may fail, and the right password still opens.
    assert [attempt(site, "dee", "wrong") for _each in range(4)] == [401] * 4
    assert attempt(site, "dee", PASSWORD) == 302
