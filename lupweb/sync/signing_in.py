"""Read whoever signs in, if the site wants that: within 1.5 s, and no more often than it says."""

from datetime import datetime, timedelta
from threading import BoundedSemaphore, Event, Lock

from lupweb import clock
from lupweb.accounts.service import get_user
from lupweb.database import end_reading, transaction
from lupweb.directories.connect import Connect
from lupweb.directories.service import get_directory
from lupweb.options.service import options
from lupweb.profiles.layout import Layout
from lupweb.runs import service as runs
from lupweb.runs.states import CHANGES
from lupweb.sync.refresh import Freshness, refresh
from lupweb.sync.supplying import supplier_of
from lupweb.texts import _

LIMIT_S = 1.5
"""How long a sign-in waits for the directory (sync.md section 15)."""
MOST_AT_ONCE = 4
"""People whom one process reads at the same time because they sign in."""
SIGN_IN = "sign-in"
_places = BoundedSemaphore(MOST_AT_ONCE)


class _BeingRead:
    """Who is read now by this process; whoever comes second waits for the first one's reading."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._ends: dict[int, Event] = {}

    def begin(self, person_id: int) -> Event | None:
        """Note that somebody is read from now on; return the end of it if that is so already."""
        with self._lock:
            if person_id in self._ends:
                return self._ends[person_id]
            self._ends[person_id] = Event()
            return None

    def end(self, person_id: int) -> None:
        """Let those go on who wait."""
        with self._lock:
            self._ends.pop(person_id).set()


_being_read = _BeingRead()


def refresh_at_sign_in(user_id: int, layout: Layout, secret_key: str, connect: Connect) -> None:
    """Bring the person of an account up to date, if the site reads people when they sign in.

    Never fails a sign-in, nor holds it up for longer than 1.5 s; call outside transactions, before
    the session begins. Where the directory is slower, or many sign in at once, a run of changes is
    asked for instead: one, however many they are.
    """
    person_id = _whom_to_read(user_id)
    end_reading()
    if person_id is None:
        return
    other = _being_read.begin(person_id)
    if other is not None:
        other.wait(LIMIT_S)
        return
    try:
        found = _refresh_if_free(person_id, layout, secret_key, connect)
    finally:
        _being_read.end(person_id)
    if found is Freshness.UNREAD:
        _read_later(person_id)


def _whom_to_read(user_id: int) -> int | None:
    """Return the person of an account; None if nobody is to be read now."""
    chosen, user = options(), get_user(user_id)
    if user is None or not chosen["login_sync"] or chosen["read_only"]:
        return None
    minutes = chosen["login_sync_after_minutes"]
    if user.person_id is None or not minutes:
        return user.person_id
    times = (user.last_sign_in_at, _directory_read_at(user.person_id))
    last = max(filter(None, times), default=None)
    is_new = last is not None and timedelta(0) <= clock.now() - last < timedelta(minutes=minutes)
    return None if is_new else user.person_id


def _directory_read_at(person_id: int) -> datetime | None:
    """Return when everybody of the directory that supplies a person was looked at last."""
    key = supplier_of(person_id)
    return None if key is None else get_directory(key).last_read_at


def _refresh_if_free(
    person_id: int, layout: Layout, secret_key: str, connect: Connect
) -> Freshness:
    """Read somebody, unless as many as may be are read for sign-ins already."""
    if not _places.acquire(blocking=False):
        return Freshness.UNREAD
    try:
        return refresh(person_id, layout, secret_key, connect, limit_s=LIMIT_S)
    finally:
        _places.release()


def _read_later(person_id: int) -> None:
    """Ask for a run of the directory that supplies a person."""
    key = supplier_of(person_id)
    end_reading()
    if key is None:
        return
    with transaction():
        reason = _("somebody signed in who could not be read at once")
        runs.request(f"directory:{key}", trigger=SIGN_IN, mode=CHANGES, reason=reason)
