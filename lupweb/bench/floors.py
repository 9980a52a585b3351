"""The floors: the least that a job needs, done by a plain program."""

from collections.abc import Callable
from pathlib import Path

from lupweb.bench.children import seconds_of
from lupweb.bench.company import Served
from lupweb.bench.machine import require_program
from lupweb.demo.ldif import PEOPLE_BASE, READER
from lupweb.ldap.paging import PAGE_SIZE
from lupweb.texts import _

FILTER = "(objectClass=inetOrgPerson)"
ATTRIBUTES = (
    "uid", "cn", "displayName", "givenName", "sn", "mail", "telephoneNumber", "mobile",
    "homePhone", "title", "departmentNumber", "ou", "l", "street", "roomNumber", "manager",
    "memberOf", "entryUUID", "modifyTimestamp",
)  # fmt: skip


def reading(served: Served, folder: Path) -> Callable[[], float]:
    """Return F1: what reads all people with `ldapsearch` and tells the seconds that it took.

    :param folder: where the file with the password lies
    :raises MissingPart: if `ldapsearch` is not installed
    """
    program = require_program(
        "ldapsearch",
        _(
            "ldapsearch is not installed. Debian and Ubuntu: apt-get install ldap-utils. Fedora:"
            " dnf install openldap-clients."
        ),
    )
    password = folder / "reader.password"
    password.touch(mode=0o600)
    password.write_text(served.reader_password, "ascii")
    sign_in = ["-x", "-H", served.uri, "-D", READER, "-y", str(password)]
    paged = ["-LLL", "-E", f"pr={PAGE_SIZE}/noprompt", "-b", PEOPLE_BASE]
    return lambda: seconds_of([program, *sign_in, *paged, FILTER, *ATTRIBUTES])
