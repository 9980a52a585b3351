"""Read pictures, entry by entry, of people who may have a new one: the last phase of a run.

They are not asked for with everything else: a page of a thousand entries would hold a thousand
of them at once (hostile-input.md B86).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from lupweb import clock
from lupweb.database import db, end_reading, transaction
from lupweb.directories.models import Directory, Identity
from lupweb.errors import DirectoryRefused, MissingPart
from lupweb.ldap.session import Directory as LdapSession
from lupweb.people.models import Person
from lupweb.profiles.models import Picture, PictureSource
from lupweb.profiles.picture_maker import PictureMaker
from lupweb.profiles.picture_writing import settle_deliveries
from lupweb.profiles.pictures import Delivery, delivery_of, hash_of, keep, settle
from lupweb.runs import service as runs
from lupweb.sync.known import Here
from lupweb.sync.task import Task
from lupweb.texts import Text, _, ngettext

BLOCK = 100
BEAT = timedelta(seconds=5)
LEAST_CLEARED = 20
SHARE_CLEARED_PERCENT = 20


@dataclass(frozen=True)
class Due:
    """Somebody whose entry is to be asked for a picture.

    :param source_hash: of what it delivered last; None if that is not known, or of no use now
    """

    person_id: int
    login: str
    dn: str
    has_picture: bool
    source_hash: bytes | None


def read_pictures(task: Task, session: LdapSession, attribute: str) -> Counter[str]:
    """Bring the pictures of the people of this directory up to date.

    A picture that cannot be used, or an entry that cannot be read, leaves the one of before.

    :param attribute: where the directory keeps them, such as jpegPhoto
    :returns: how many pictures were `pictures_changed`, `pictures_skipped`, `pictures_held`
    :raises DirectoryUnavailable: if the server does not answer any more; what was read is kept
    """
    if not session.traits().schema.knows(attribute):
        _note(task, [("", _unknown(attribute))])
        return Counter()
    with PictureMaker() as maker:
        reading = _PictureReading(task, session, attribute, maker)
        try:
            reading.run()
        except MissingPart as error:
            _note(task, [("", error.message)])
    return reading.counters


@dataclass
class _PictureReading:
    """The pictures of one directory, on their way from its entries into the database.

    :param emptied: people who would lose their picture; they wait for the last of all entries
    """

    task: Task
    session: LdapSession
    attribute: str
    maker: PictureMaker
    counters: Counter[str] = field(default_factory=Counter)
    waiting: list[Delivery] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    emptied: list[Delivery] = field(default_factory=list)
    problems: list[tuple[str, Text | str]] = field(default_factory=list)
    stored_at: datetime = field(default_factory=clock.now)

    def run(self) -> None:
        last = 0
        while block := _due_people(self.task.here, after=last):
            end_reading()
            for due in block:
                self._take(due)
                if clock.now() - self.stored_at >= BEAT:
                    self._store()
            self._store()
            last = block[-1].person_id
        end_reading()
        self._clear()

    def _take(self, due: Due) -> None:
        try:
            values = self.session.read(due.dn, [self.attribute]).values(self.attribute)
        except DirectoryRefused as error:
            self._skip(due, error.message)
            return
        if due.source_hash == hash_of(values):
            self.unchanged.append(due.person_id)
            return
        delivery = delivery_of(due.person_id, values, self.maker)
        if delivery.problem:
            self._skip(due, delivery.problem)
        if due.has_picture and not values:
            self.emptied.append(delivery)
        else:
            self.waiting.append(delivery)

    def _skip(self, due: Due, why: Text | str) -> None:
        self.counters["pictures_skipped"] += 1
        text = _("Picture skipped; one that was there before stays. %(why)s", why=why)
        self.problems.append((due.login, text))

    def _store(self) -> None:
        """Write what waits, and show that the run lives."""
        try:
            changed = self._write()
        except IntegrityError:  # a run of another directory has just kept the same picture
            changed = self._write()
        self.counters.update({"pictures_changed": changed} if changed else {})
        self.waiting, self.unchanged, self.problems = [], [], []
        self.stored_at = clock.now()

    def _write(self) -> int:
        with transaction():
            self.task.lease.heartbeat()
            is_saved = self.task.options.get("picture_write_back")
            foreign = settle_deliveries(self.waiting) if is_saved else self.waiting
            changed = keep(foreign, self.task.run_id)
            settle(self.unchanged)
            for login, text in self.problems:
                runs.note_problem(self.task.run_id, text, login=login, field="picture")
        return len(changed)

    def _clear(self) -> None:
        """Take the pictures of those who have none any more, unless they are too many at once.

        The others are asked again in the next run (sync.md section 7, mass clear).
        """
        holders = _holders(self.task.here)
        end_reading()
        if len(self.emptied) > max(LEAST_CLEARED, holders * SHARE_CLEARED_PERCENT // 100):
            self.counters["pictures_held"] = len(self.emptied)
            _note(self.task, [("", _held(len(self.emptied), self.attribute))])
            return
        for start in range(0, len(self.emptied), BLOCK):
            self.waiting = self.emptied[start : start + BLOCK]
            self._store()


def _due_people(here: Here, *, after: int) -> list[Due]:
    """Return the next people whose picture is not known to be up to date; one query."""
    is_kept = or_(
        Person.picture_hash == "",
        select(Picture.hash).where(Picture.hash == Person.picture_hash).exists(),
    )
    columns = (Person.id, Person.login, Person.picture_hash, Identity.dn, PictureSource.source_hash)
    rows = db.session.execute(
        select(*columns, is_kept.label("is_kept"))
        .join(Identity, Identity.person_id == Person.id)
        .outerjoin(PictureSource, PictureSource.person_id == Person.id)
        .where(
            _supplied_by(here),
            or_(PictureSource.person_id.is_(None), PictureSource.is_due, ~is_kept),
            Person.id > after,
        )
        .order_by(Person.id)
        .limit(BLOCK)
    )
    return [
        Due(
            person_id=row.id,
            login=row.login,
            dn=row.dn,
            has_picture=bool(row.picture_hash),
            source_hash=row.source_hash if row.is_kept else None,
        )
        for row in rows
    ]


def _supplied_by(here: Here) -> ColumnElement[bool]:
    """Return whose entry of this directory counts: no directory that goes first holds them."""
    other = aliased(Identity)
    shadowed = (
        select(other.id)
        .join(Directory, Directory.id == other.directory_id)
        .where(
            other.person_id == Identity.person_id,
            other.is_gone.is_(False),
            Directory.is_enabled,
            Directory.position < here.position,
        )
    )
    return and_(
        Identity.directory_id == here.directory_id,
        Identity.is_gone.is_(False),
        ~shadowed.exists(),
    )


def _holders(here: Here) -> int:
    rows = (
        select(func.count(Person.id))
        .join(Identity, Identity.person_id == Person.id)
        .where(_supplied_by(here), Person.picture_hash != "")
    )
    return db.session.scalar(rows) or 0


def _note(task: Task, problems: Iterable[tuple[str, Text | str]]) -> None:
    with transaction():
        task.lease.heartbeat()
        for login, text in problems:
            runs.note_problem(task.run_id, text, login=login, field="picture")


def _unknown(attribute: str) -> Text:
    return _(
        "The directory knows no attribute “%(attribute)s” for pictures. Stored pictures stay.",
        attribute=attribute,
    )


def _held(count: int, attribute: str) -> Text:
    return ngettext(
        "%(n)s picture is not in the directory any more. It stays for now.",
        "%(n)s pictures are not in the directory any more. They stay: so many at once look like a"
        " missing right. Check whether the bind DN may read %(attribute)s.",
        count,
        attribute=attribute,
    )
