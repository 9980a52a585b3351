"""What a server says it is, and how far it has come: kept with each run (sync.md sections 6, 12).

OpenLDAP says how far by contextCSN, a stamp for each server that takes writes; Active Directory by
highestCommittedUSN, a number that means something to one controller and one life of its database.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lupweb import clock
from lupweb.errors import DirectoryRefused, EntryNotFound, InvalidValue
from lupweb.ldap.dn import fold_dn
from lupweb.ldap.entry import Entry
from lupweb.ldap.filters import at_least
from lupweb.ldap.server import ACTIVE_DIRECTORY, ServerTraits
from lupweb.ldap.session import Directory as LdapSession
from lupweb.ldap.timestamps import read_generalized_time
from lupweb.texts import Text, _

SKEW = timedelta(seconds=60)
SWEEP_AT_LEAST = timedelta(hours=1)
"""After so long everybody is looked at, whatever the mark says."""
OF_THE_ROOT = ("supportedCapabilities", "dsServiceName", "highestCommittedUSN", "currentTime")
OF_THE_BASE = "contextCSN"
LONGEST = 200
BALANCED = "balanced"
"""In what is kept of a server: the address at which several answer in turn."""
Document = Mapping[str, Any]


@dataclass(frozen=True)
class ServerNow:
    """What a server said when a run began.

    :param name: of its own, such as the entry of a domain controller; "" if it has none
    :param life: of its database; another one after it was put back from a backup
    :param marks: how far it has come; empty if it does not say so
    :param time: what it takes for the time now, or a time it cannot have reached yet
    """

    vendor: str = ""
    contexts: Sequence[str] = ()
    name: str = ""
    life: str = ""
    marks: Sequence[str] = ()
    time: datetime | None = None

    def document(self) -> dict[str, Any]:
        """Return it as it is stored."""
        found = {
            "vendor": self.vendor,
            "contexts": list(self.contexts),
            "name": self.name,
            "life": self.life,
            "marks": list(self.marks),
            "time": self.time.isoformat() if self.time else "",
        }
        return {key: value for key, value in found.items() if value}


def server_now(session: LdapSession, base_dn: str) -> ServerNow:
    """Ask a server what it is; three small questions at most.

    Whatever it does not say, or does not let us read, is left out.

    :param base_dn: where people are read
    """
    traits = session.traits()
    root = _read(session, "", OF_THE_ROOT)
    capabilities = {each.decode("ascii", "replace") for each in root.values(OF_THE_ROOT[0])}
    if not ACTIVE_DIRECTORY.isdisjoint(capabilities):
        return _active_directory(session, traits, root)
    suffix = suffix_of(traits, base_dn)
    base = _read(session, suffix, (OF_THE_BASE,)) if suffix else root
    marks = sorted(_text(each) for each in base.values(OF_THE_BASE))
    # the last change may be long ago, so that only a time to come says something about the clock
    ahead = max((time for mark in marks if (time := _time(mark.encode()))), default=None)
    time = ahead if ahead and ahead > clock.now() else None
    return ServerNow(traits.vendor, traits.naming_contexts, marks=marks, time=time)


def is_unmoved(before: Document, now: ServerNow) -> bool:
    """Return whether nothing was written since: the same server, in the same life, as far."""
    said = now.document()
    return bool(now.marks) and all(
        before.get(key) == said.get(key) for key in ("vendor", "contexts", "name", "life", "marks")
    )


def written_since(before: Document, now: ServerNow) -> str:
    """Return the filter of the entries that were written since; "" if it takes a comparison of all.

    A mark means something to the same server in the same life only, and as long as no part of it
    went back, came or left (sync.md section 12). What is gone now, or has moved with what is above
    it, no filter finds.
    """
    said = now.document()
    is_same = all(
        before.get(key) == said.get(key) for key in ("vendor", "contexts", "name", "life")
    )
    was, is_ = _by_server(before.get("marks", ())), _by_server(now.marks)
    moved = [mark for server, mark in was.items() if is_.get(server) != mark]
    if not is_same or was.keys() != is_.keys() or not moved or _went_back(before, now):
        return ""
    number, stamp = min(moved)
    return at_least("entryCSN", stamp) if stamp else at_least("uSNChanged", str(number + 1))


def was_written_since(before: Document, stamp: str) -> bool:
    """Return whether an entryCSN is newer than the mark of the server that gave it.

    :param before: what the server said when the mark was taken
    """
    server = stamp.split("#")[2] if stamp.count("#") > 1 else ""
    _number, mark = _by_server(before.get("marks", ())).get(server, (0, ""))
    return stamp > mark


def balanced_at(before: Document, now: ServerNow, uri: str) -> str:
    """Return the address if several servers answer there, so that no mark means anything; else "".

    A balancer, or one name for all domain controllers. Another address that answers because the
    first one is away is none. It stays so until another address is asked.

    :param before: what was kept of the run before
    :param uri: who answers now
    """
    is_other = bool(now.name and before.get("name")) and before["name"] != now.name
    is_flip = is_other and before.get("uri") == uri
    return uri if uri and (is_flip or before.get(BALANCED) == uri) else ""


def several_answer(uri: str) -> Text:
    """Return what is told where `balanced_at` finds several servers."""
    return _(
        "Several servers answer at %(uri)s in turn, so what one of them says about itself is not"
        " relied on: each run of changes compares everybody, and no change is lost. Enter the"
        " address of one server, or switch off “Rely on what the server says about itself”.",
        uri=uri[:LONGEST],
    )


def is_same_without_marks(before: Document, now: ServerNow) -> bool:
    """Return whether the server is the one of before and never says how far it has come."""
    said = now.document()
    is_same = all(before.get(key) == said.get(key) for key in ("vendor", "contexts", "name"))
    return is_same and not now.marks and not before.get("marks")


def is_due(swept_at: str) -> bool:
    """Return whether it is time to look at everybody again; also if the clock went wrong."""
    try:
        since = clock.now() - datetime.fromisoformat(swept_at)
    except (TypeError, ValueError):
        return True
    return not timedelta(0) <= since < SWEEP_AT_LEAST


def told(before: Document, now: ServerNow) -> Iterator[Text]:
    """Yield what administrators should know about the server; nothing depends on it.

    :param before: what it said in the last run that ended well; empty if it was never asked
    """
    said = now.document()
    if before and before.get("contexts") and set(before["contexts"]).isdisjoint(now.contexts):
        yield _(
            "Another server answers: it holds %(now)s, and the one before held %(before)s.",
            now=_list(now.contexts),
            before=_list(before["contexts"]),
        )
    elif before and before.get("name", "") != said.get("name", ""):
        yield _(
            "Another server of the same directory answers: %(now)s, and before it was %(before)s."
            " Everybody is compared, so no change is lost.",
            now=now.name[:LONGEST] or "–",
            before=str(before.get("name", ""))[:LONGEST] or "–",
        )
    elif before and _went_back(before, now):
        yield _(
            "The server went back in time: it says that it has come less far than in the run"
            " before, as after a backup was put back. Everybody is compared, so that people are as"
            " the directory says now."
        )
    if now.time is not None and abs(now.time - clock.now()) > SKEW:
        yield _(
            "The clocks differ: it is %(theirs)s for the directory server and %(ours)s here."
            " No change is lost by it. Set the wrong clock right.",
            theirs=f"{now.time:%Y-%m-%d %H:%M:%S} UTC",
            ours=f"{clock.now():%Y-%m-%d %H:%M:%S} UTC",
        )


def suffix_of(traits: ServerTraits, base_dn: str) -> str:
    """Return the longest naming context in which people are read; "" if none is."""
    base = fold_dn(base_dn)
    around = (each for each in traits.naming_contexts if f",{base}".endswith(f",{fold_dn(each)}"))
    return max(around, key=len, default="")


def _went_back(before: Document, now: ServerNow) -> bool:
    """Return whether any part of the mark is lower; a CSN names its server in its third part."""
    if before.get("life", "") != now.life:
        return True
    was, is_ = _by_server(before.get("marks", ())), _by_server(now.marks)
    return any(is_[server] < was[server] for server in was.keys() & is_.keys())


def _by_server(marks: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Return server -> how far it has come, as something that can be compared."""
    found = {}
    for mark in marks:
        parts = mark.split("#")
        is_number = len(parts) == 1 and mark.isdecimal()
        server = parts[2] if len(parts) > 2 else ""
        found[server] = (int(mark), "") if is_number else (0, mark)
    return found


def _active_directory(session: LdapSession, traits: ServerTraits, root: Entry) -> ServerNow:
    name = _text(root.first("dsServiceName") or b"")
    own = _read(session, name, ("invocationId",)) if name else root
    life = (own.first("invocationId") or b"").hex()
    number = _text(root.first("highestCommittedUSN") or b"")
    return ServerNow(
        vendor=traits.vendor,
        contexts=traits.naming_contexts,
        name=name,
        life=life,
        marks=[number] if number and life else [],
        time=_time(root.first("currentTime") or b""),
    )


def _read(session: LdapSession, dn: str, attributes: Sequence[str]) -> Entry:
    try:
        return session.read(dn, attributes)
    except (DirectoryRefused, EntryNotFound, InvalidValue):
        return Entry(dn, {})


def _time(value: bytes) -> datetime | None:
    """Return the time that a value begins with, a GeneralizedTime or a CSN."""
    try:
        return read_generalized_time(value.partition(b"#")[0])
    except InvalidValue:
        return None


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")[:LONGEST]


def _list(contexts: Sequence[str]) -> str:
    return ", ".join(contexts)[:LONGEST] or "–"
