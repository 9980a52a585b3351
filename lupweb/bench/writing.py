"""How long changes of entries take, compared and read back, beside a plain `ldapmodify` (P13)."""

import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lupweb.bench.change import modifying
from lupweb.bench.children import seconds_of
from lupweb.bench.company import Served, Workplace, company_directory
from lupweb.bench.report import Finding, Target, between, compared
from lupweb.demo.ldif import PEOPLE_BASE, WRITER
from lupweb.ldap.client import LdapDirectory
from lupweb.ldap.connection import Server, Tls
from lupweb.ldap.server import unique_id_of
from lupweb.ldap.session import Directory
from lupweb.ldap.writing import Wish
from lupweb.texts import Text, _

Tell = Callable[[Text], None]
CHANGES = 1_000
ATTRIBUTE = "roomNumber"
EVERYBODY = "(objectClass=inetOrgPerson)"
P13 = Target(limit=2.0)


def bench_writeback(place: Workplace, people: int, rounds: int, tell: Tell) -> list[Finding]:
    """Give a thousand people another room, one after the other, over one connection.

    The subject changes what was read before, as a drain does: compared and changed in one request,
    and read back. The reading by unique id that a drain begins with has a line of its own.
    """
    tell(_("Inventing and loading %(people)s people.", people=people))
    running = company_directory(place, people, is_silent=True)
    with running as served, _signed_in(served) as directory:
        site = _Site(served, place.new("rooms"), directory)
        measured = []
        for number in range(1, rounds + 1):
            measured.append(site.round(number))
            tell(_("Round %(number)s of %(rounds)s is done.", number=number, rounds=rounds))
    return [
        compared(
            _("changes, each compared and read back"),
            [(changed, floor) for changed, _read, floor in measured],
            unit="s",
            floor_name="F4",
            id="P13",
            target=P13,
        ),
        compared(
            _("the same, with the reading of each entry before it"),
            [(changed + read, floor) for changed, read, floor in measured],
            unit="s",
            floor_name="F4",
        ),
    ]


def _signed_in(served: Served) -> LdapDirectory:
    directory = LdapDirectory(Server((served.uri,), Tls.NONE))
    directory.bind(WRITER, served.writer_password)
    return directory


@dataclass(frozen=True)
class _Site:
    served: Served
    folder: Path
    directory: Directory

    def round(self, number: int) -> tuple[float, float, float]:
        """Return the seconds of the changes, of the reading, and of the floor."""
        found = self.directory.search(PEOPLE_BASE, EVERYBODY, ["entryUUID"], limit=CHANGES)
        ids = [unique_id_of(entry, "entryUUID") for entry in found]
        before = self._floor([entry.dn for entry in found], f"{number}.a")
        began = time.perf_counter()
        entries = [self.directory.entry_of(PEOPLE_BASE, each, [ATTRIBUTE]) for each in ids]
        read = time.perf_counter()
        for place, entry in enumerate(entries):
            held, wanted = tuple(entry.values(ATTRIBUTE)), (f"{number}.b.{place}".encode(),)
            self.directory.compare_and_set(entry, [Wish(ATTRIBUTE, held, wanted)])
        changed = time.perf_counter()
        after = self._floor([entry.dn for entry in found], f"{number}.c")
        return changed - read, read - began, between(before, after)

    def _floor(self, dns: list[str], room: str) -> float:
        """Return F4: the seconds of `ldapmodify` for the same changes from one file."""
        changes = self.folder / "rooms.ldif"
        changes.write_text("\n".join(_ldif(dns, room)), "utf-8")
        return seconds_of(modifying(self.served, self.folder, changes))


def _ldif(dns: list[str], room: str) -> Iterator[str]:
    for place, dn in enumerate(dns):
        yield f"dn:: {b64encode(dn.encode()).decode()}"
        yield "changetype: modify"
        yield f"replace: {ATTRIBUTE}"
        yield f"{ATTRIBUTE}: {room}.{place}"
        yield ""
