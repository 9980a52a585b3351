"""The floors: the least that a job needs, done by a plain program."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from lupweb.bench.children import environment, in_child, seconds_of
from lupweb.bench.company import Served, Workplace, application, installation
from lupweb.bench.machine import require_program
from lupweb.database import db, transaction
from lupweb.demo.ldif import PEOPLE_BASE, READER
from lupweb.ldap.paging import PAGE_SIZE
from lupweb.profiles.editor import define_field
from lupweb.profiles.models import ProfileField
from lupweb.profiles.sources import Source
from lupweb.texts import _

FILTER = "(objectClass=inetOrgPerson)"
ATTRIBUTES = (
    "uid", "cn", "displayName", "givenName", "sn", "mail", "telephoneNumber", "mobile",
    "homePhone", "title", "departmentNumber", "ou", "l", "street", "roomNumber", "manager",
    "memberOf", "entryUUID", "modifyTimestamp",
)  # fmt: skip
MORE_FIELDS = {
    "first_name": ("First name", "givenName"),
    "family_name": ("Family name", "sn"),
    "common_name": ("Name in the directory", "cn"),
    "login_name": ("Login", "uid"),
}
"""Fields beside those of the demo: key -> name and attribute."""


def people_as_read(place: Workplace, served: Served, name: str = "people") -> Path:
    """Make an installation that reads what F1 reads, into fifteen fields; return its folder.

    No groups: their members are in entries that F1 does not read.
    """
    folder = place.new(name)
    installation(folder, served, has_groups=False)
    in_child("read_as_floor", environment(folder))
    return folder


def read_as_floor() -> None:
    """Let the fields of this process's installation be filled from what F1 reads, and no more."""
    with application(), transaction():
        filled = select(ProfileField).where(ProfileField.attribute != "")
        for field in db.session.scalars(filled):
            if field.attribute not in ATTRIBUTES:
                field.source, field.attribute, field.writes_back = Source.USER, "", False
        for key, (name, attribute) in MORE_FIELDS.items():
            define_field(key, name, category="contact", source=Source.LDAP, attribute=attribute)


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
