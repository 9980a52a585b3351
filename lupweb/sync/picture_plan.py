"""What fetching pictures goes by: the settings as they are now, and who has which address."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

from sqlalchemy import func, select

from lupweb.database import db, end_reading
from lupweb.errors import LupwebError
from lupweb.options.service import options
from lupweb.people.models import Person
from lupweb.people.states import SHOWN
from lupweb.profiles.document import values_of
from lupweb.profiles.layout import Layout, load_layout
from lupweb.profiles.models import PictureSource
from lupweb.profiles.picture_address import OF_EVERYBODY, address_of, fault_of, keys_of
from lupweb.profiles.visibility import closed_among
from lupweb.texts import Text, _

MB = 1024 * 1024
BLOCK = 200
HALF = 8


class Stopped(LupwebError):
    """Nobody else is asked for in this run; whoever waits is due in the next one."""


@dataclass(frozen=True)
class Plan:
    """What a run goes by; another one in the middle of it ends it."""

    template: str
    own_keys: frozenset[str]
    most_bytes: int
    most_pixels: int

    def address(self, login: str, email: str, values: Mapping[str, str]) -> str:
        """Return the address of a person's picture; a field goes before login and email."""
        given = {"login": login, "email": email}
        own = {key: values.get(key, "") for key in self.own_keys}
        return address_of(self.template, given | own)


@dataclass(frozen=True)
class PersonThere:
    """Somebody, with what is known about the picture."""

    id: int
    login: str
    email: str
    values: Mapping[str, str]
    has_picture: bool
    source_hash: bytes
    is_due: bool


def plan_now(read_only: bool) -> Plan:
    """Return what to go by now; four queries and one.

    :raises Stopped: if nothing is to be fetched
    """
    chosen, layout = options(), load_layout()
    end_reading()
    template = chosen["picture_url"]
    closed = closed_keys(layout, template)
    if read_only or chosen["read_only"]:
        raise Stopped(_("The site is in read-only mode. No picture was fetched."))
    if chosen["picture_source"] != "url" or not template or fault_of(template):
        raise Stopped(_("Pictures do not come from an address. None was fetched."))
    if closed:
        raise Stopped(told_closed(closed))
    own = frozenset(key for key in keys_of(template) if layout.find_field(key) is not None)
    most_pixels = chosen["picture_max_megapixels"] * 1_000_000
    return Plan(template, own, chosen["picture_max_mb"] * MB, most_pixels)


def closed_keys(layout: Layout, template: str) -> list[str]:
    """Return what the template names although not everybody may read it; nothing is fetched then.

    :param layout: the whole profile, as administrators built it
    """
    keys = [
        key
        for key in keys_of(template)
        if layout.find_field(key) is not None or key not in OF_EVERYBODY
    ]
    return closed_among(layout, keys)


def told_closed(closed: list[str]) -> Text:
    """Return why nothing is fetched."""
    return _(
        "Not everybody may read %(names)s, which the address of pictures is made of. No picture is"
        " fetched; those that are there stay.",
        names=", ".join(f"“{key}”" for key in closed),
    )


def people_there(*, after: int) -> list[PersonThere]:
    """Return the next people whose pictures are shown; one query."""
    rows = db.session.execute(
        select(
            Person.id,
            Person.login,
            Person.email,
            Person.document,
            Person.picture_hash,
            PictureSource.source_hash,
            PictureSource.is_due,
        )
        .outerjoin(PictureSource, PictureSource.person_id == Person.id)
        .where(Person.state.in_(SHOWN), Person.id > after)
        .order_by(Person.id)
        .limit(BLOCK)
    )
    return [
        PersonThere(
            id=row.id,
            login=row.login,
            email=row.email,
            values=values_of(row.document),
            has_picture=bool(row.picture_hash),
            source_hash=row.source_hash or b"",
            is_due=row.source_hash is None or row.is_due,
        )
        for row in rows
    ]


def count_holders() -> int:
    rows = select(func.count(Person.id)).where(Person.state.in_(SHOWN), Person.picture_hash != "")
    return db.session.scalar(rows) or 0


def mark_of(address: str, content: bytes | None) -> bytes:
    """Return the 16 bytes of a delivery: half for the address, half for what was there."""
    there = b"\0" * HALF if content is None else half_of(content)
    return half_of(address.encode()) + there


def half_of(content: bytes) -> bytes:
    return blake2b(content, digest_size=HALF).digest()
