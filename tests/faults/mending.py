"""One real server and one site for all faults that a diagnosis names, and buttons that mend."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from lupweb.accounts.service import create_admin
from lupweb.database import db, transaction
from lupweb.directories.service import add_directory
from lupweb.ldap.connection import Tls
from tests.blueprints.admin.mending import Site as Page
from tests.browsing import Browser
from tests.factories import SECRET_KEY, SUFFIX, a_profile
from tests.faults.changing import set_values
from tests.faults.ldif import PASSWORD, PEOPLE, READER, person, record, tree
from tests.faults.site import Site
from tests.servers.slapd import RunningSlapd

ADMIN_PASSWORD = "an administrator's password"
WHO = (
    "here", "restricted", "late", "inactive", "nowhere", "twice", "sourceless", "elsewhere", "away",
    "refused", "stamped", "unknown", "unreadable", "empty", "unfit", "lost", "held", "unread",
    "pending",
    "running", "failed", "readonly", "safe",
)  # fmt: skip
RIGHTS = f"""\
access to attrs=userPassword by anonymous auth by * none
access to attrs=telephoneNumber by dn.exact="cn=nophone,{SUFFIX}" none by users read by * none
access to * by users read by * none
"""
SAFETY = f"cn=safety,ou=groups,{SUFFIX}"


def ldif() -> str:
    """Return the company: one person for each fault."""
    return "".join(
        [
            tree("nophone"),
            record(f"ou=second,{SUFFIX}", {"objectClass": "organizationalUnit"}),
            *(person(login, telephoneNumber="+49 611 1") for login in WHO),
            person("twice", dn=f"uid=twice,ou=second,{SUFFIX}", title="Captain"),
            record(
                SAFETY,
                {"objectClass": "groupOfNames", "cn": "safety", "member": f"uid=safe,{PEOPLE}"},
            ),
        ]
    )


def dn(login: str) -> str:
    """Return where somebody is."""
    return f"uid={login},{PEOPLE}"


def set_up(instance: Path, tables: Path, uri: str) -> Site:
    """Return an installation that has read the server."""
    shutil.copy(tables, instance / "lupweb.sqlite")
    site = Site(instance)
    with site.inside():
        connect_to("main", "people", uri)
        with transaction():
            create_admin("admin", ADMIN_PASSWORD)
        a_profile()
    assert site.sync().verdict == ("done", 0)
    return site


def connect_to(key: str, branch: str, uri: str) -> None:
    """Configure a branch of the server as a directory."""
    with transaction():
        add_directory(
            key,
            f"{key.title()} LDAP",
            uris=[uri],
            tls=Tls.NONE,
            bind_dn=READER,
            bind_password=PASSWORD,
            base_dn=SUFFIX,
            additional_user_dn=f"ou={branch}",
            secret_key=SECRET_KEY,
        )


@dataclass
class Mended:
    """A site at a real server, asked by the command line and on the page."""

    server: RunningSlapd
    site: Site
    page: Page

    def why(self, login: str, field: str) -> str:
        """Return the reason, which command and page name alike, each with evidence."""
        told = self.site.command("explain", login, field, "--json").document
        reason = self.page.check(login, field)
        assert reason == told["reason"]
        assert told["verdict"] in self.page.browser.text
        decisive = [each for each in told["checks"] if each["text"] == told["verdict"]]
        assert reason == "value_is_here" or (decisive and decisive[0]["state"] == "problem"), told
        return str(reason)

    def said(self, login: str, field: str) -> str:
        """Return everything that the command says."""
        return json.dumps(self.site.command("explain", login, field, "--json").document)


def look_at(server: RunningSlapd, site: Site) -> Mended:
    """Return the site with an administrator's browser that is signed in."""
    browser = Browser(site.app.test_client()).sign_in("admin", ADMIN_PASSWORD)
    return Mended(server, site, Page(site.app, cast(Any, site), browser))


def kept(site: Site) -> bytes:
    """Return the database as it stands, to be put back by `put_back`."""
    with site.inside():
        db.session.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return (site.instance / "lupweb.sqlite").read_bytes()


def put_back(site: Site, content: bytes) -> None:
    """Let the database be as it was."""
    with site.inside():
        db.session.remove()
        db.engine.dispose()
    for end in ("-wal", "-shm"):
        (site.instance / f"lupweb.sqlite{end}").unlink(missing_ok=True)
    (site.instance / "lupweb.sqlite").write_bytes(content)


def phone(lup: Mended, login: str, number: str = "+49 611 2") -> None:
    """Give somebody another telephone number, in the directory alone."""
    set_values(lup.server, dn(login), "telephoneNumber", number.encode())
