"""“Why is this value not here?” on a real server: what no stand-in could say for it."""

import json
from typing import Any

from lupweb.ldap.client import LdapDirectory
from lupweb.ldap.connection import Server
from lupweb.ldap.session import Directory as LdapSession
from tests.faults.site import Site, impatient


def why(site: Site, login: str, field: str) -> dict[str, Any]:
    return site.command("explain", login, field, "--json").document


def somebody(site: Site) -> str:
    """Return the login of somebody with a telephone number."""
    people = site.people()
    return next(login for login, each in people.items() if each["values"].get("phone"))


def test_a_value_that_is_here_and_one_that_nobody_entered(known_site: Site) -> None:
    login = somebody(known_site)

    assert why(known_site, login, "phone")["reason"] == "value_is_here"
    assert why(known_site, login, "emergency")["reason"] == "entry_has_no_value"


def test_x12_an_attribute_that_the_account_may_not_read_is_told_from_one_without_a_value(
    known_site: Site,
) -> None:
    login = somebody(known_site)
    known_site.read_as("nophone")

    found = why(known_site, login, "phone")

    assert found["reason"] == "attribute_not_readable"
    assert "olcAccess" in json.dumps(found)
    assert why(known_site, login, "emergency")["reason"] == "entry_has_no_value"


def test_x08_an_account_that_is_refused_is_named(known_site: Site) -> None:
    login = somebody(known_site)
    known_site.read_as("reader", "not the password")

    found = why(known_site, login, "phone")

    assert found["reason"] == "bind_refused"
    assert "not the password" not in json.dumps(found)


def test_x01_a_server_that_is_not_there_is_named_in_time(known_site: Site) -> None:
    login = somebody(known_site)
    known_site.connect = nobody_there

    assert why(known_site, login, "phone")["reason"] == "directory_unreachable"


def nobody_there(server: Server) -> LdapSession:
    """Reach for a port at which nothing listens."""
    away = Server(uris=("ldap://127.0.0.1:9",), tls=server.tls, allow_cleartext=True)
    found = impatient(away)
    assert isinstance(found, LdapDirectory)
    return found
