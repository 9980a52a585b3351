"""Signing in at a real server that would let an empty password in as nobody."""

from collections.abc import Iterator

import pytest
from flask import Flask

from lupweb.app import create_app
from lupweb.config import Settings
from lupweb.database import db, transaction
from lupweb.directories.connect import connect
from lupweb.directories.service import add_directory
from lupweb.ldap.connection import Tls
from lupweb.sync.records import record
from lupweb.sync.service import run
from tests.browsing import Browser
from tests.factories import SECRET_KEY, SUFFIX
from tests.servers.slapd import RunningSlapd, require_slapd, running_slapd, ssha

PASSWORD = "the right password"
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

dn: uid=ada,ou=people,{SUFFIX}
objectClass: inetOrgPerson
uid: ada
cn: Ada Lovelace
sn: Lovelace
userPassword: {ssha(PASSWORD)}

dn: cn=Doe\\, "Jon" + x,ou=people,{SUFFIX}
objectClass: inetOrgPerson
uid: jon
cn: Doe, "Jon" + x
sn: Doe
manager: uid=ada,ou=people,{SUFFIX}
userPassword: {ssha(PASSWORD)}
"""


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSlapd]:
    require_slapd()
    folder = tmp_path_factory.mktemp("slapd")
    ldif = LDIF.replace('dn: cn=Doe\\, "Jon" + x', 'dn: cn=Doe\\, \\"Jon\\" \\+ x')
    with running_slapd(folder, ldif, suffix=SUFFIX, extra_config="allow bind_anon_dn") as server:
        yield server


@pytest.fixture
def site(settings: Settings, slapd: RunningSlapd) -> Iterator[Flask]:
    """The application, connected to the real server and synchronized."""
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
        document = record(run("main", secret_key=SECRET_KEY, connect=connect, trigger="test"))
        db.session.remove()
    assert (document["state"], document["new"]) == ("done", 2)
    yield app
    with app.app_context():
        db.engine.dispose()


def binds(slapd: RunningSlapd) -> int:
    return slapd.log().count(" BIND dn=")


@pytest.mark.parametrize(
    "password", ["", "\0", f"{PASSWORD}\0junk", "x" * 1025], ids=["empty", "nul", "cut", "long"]
)
def test_b01_an_empty_password_is_refused_before_any_packet(
    site: Flask, slapd: RunningSlapd, password: str
) -> None:
    before = binds(slapd)

    refused = Browser(site.test_client()).sign_in("ada", password)

    assert refused.response.status_code == 401
    assert "User name or password is wrong." in refused.text
    assert binds(slapd) == before


def test_b01_the_page_is_the_same_as_for_a_wrong_password(site: Flask) -> None:
    pages = set()
    for password in ("", "wrong"):
        browser = Browser(site.test_client()).sign_in("ada", password)
        for changing in browser.page.select("input[name=csrf_token]"):
            changing.decompose()
        pages.add(browser.text)

    assert len(pages) == 1


def test_the_right_password_signs_in_and_a_wrong_one_does_not(site: Flask) -> None:
    assert Browser(site.test_client()).sign_in("ada", PASSWORD).response.status_code == 302
    assert Browser(site.test_client()).sign_in("ada", PASSWORD + " ").response.status_code == 401


def test_b04_a_dn_full_of_special_characters_signs_in_by_its_login(site: Flask) -> None:
    jon = Browser(site.test_client()).sign_in("jon", PASSWORD)

    assert jon.response.status_code == 302
    assert 'Doe, "Jon" + x' in jon.get("/people/jon").select_one("h1").get_text()


@pytest.mark.parametrize(
    "name", ["*", "a*", "ada)(uid=*", "a)(|(uid=*", "\\2a", "(", f"uid=ada,ou=people,{SUFFIX}"]
)
def test_b03_a_name_is_a_value_and_never_a_filter(site: Flask, name: str) -> None:
    assert Browser(site.test_client()).sign_in(name, PASSWORD).response.status_code == 401
