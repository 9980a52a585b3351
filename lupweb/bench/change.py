"""Changes that somebody makes in the directory between two runs."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from pathlib import Path

from lupweb.bench.company import Served
from lupweb.bench.machine import require_program
from lupweb.demo.company import make_company
from lupweb.demo.ldif import WRITER, dn_of
from lupweb.texts import _

ONE_IN = 100


def command(served: Served, folder: Path, number: int) -> Sequence[str]:
    """Return the command that gives one person in a hundred another room.

    :param folder: where the changes, and the file with the password, lie
    :param number: makes the rooms others than those of before
    :raises MissingPart: if `ldapmodify` is not installed
    """
    changes = folder / "changes.ldif"
    changes.write_text("\n".join(_changes(served.people, number)), "utf-8")
    return modifying(served, folder, changes)


def modifying(served: Served, folder: Path, changes: Path) -> Sequence[str]:
    """Return the command that makes the changes of an LDIF file.

    :param folder: where the file with the password lies
    :raises MissingPart: if `ldapmodify` is not installed
    """
    program = require_program(
        "ldapmodify",
        _(
            "ldapmodify is not installed. Debian and Ubuntu: apt-get install ldap-utils. Fedora:"
            " dnf install openldap-clients."
        ),
    )
    password = folder / "writer.password"
    password.touch(mode=0o600)
    password.write_text(served.writer_password, "ascii")
    sign_in = ["-x", "-H", served.uri, "-D", WRITER, "-y", str(password)]
    return [program, *sign_in, "-f", str(changes)]


def _changes(people: int, number: int) -> Iterator[str]:
    for place, person in enumerate(make_company(people).people):
        if place % ONE_IN == 0:
            yield f"dn:: {b64encode(dn_of(person).encode()).decode()}"
            yield "changetype: modify"
            yield "replace: roomNumber"
            yield f"roomNumber: {number}.{place}"
            yield ""
