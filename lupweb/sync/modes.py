"""What a run reads, and why: as asked, or more where that is needed (sync.md section 6). Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from lupweb.runs.states import AUTO, CHANGES, FILL, FULL
from lupweb.sync.fingerprints import QUESTION
from lupweb.texts import Text, _

MOST_DIFFERENT_PERCENT = 30
MOST_NAMED = 10


@dataclass(frozen=True)
class Choice:
    """What a run reads.

    :param reason: why not what was asked for; "" if it is that
    :param fields: keys of the fields that are read of everybody by a run of mode "fill"
    """

    mode: str
    reason: Text | str = ""
    fields: frozenset[str] = frozenset()


NOTHING_WRITTEN = Choice(
    CHANGES,
    _("the server says that nothing was written since the last comparison, so nobody was compared"),
)
WRITTEN_SINCE = Choice(
    CHANGES,
    _(
        "only what was written since the last run, as the server says; everybody is compared at"
        " least once an hour"
    ),
)
CHANGED_SINCE = Choice(
    CHANGES,
    _(
        "only what was written or removed since the last run, as the server says; everybody is"
        " compared at least once an hour"
    ),
)
STAMPED_SINCE = Choice(
    CHANGES,
    _(
        "only what has a stamp of the last hour before the newest one, or a newer one; everybody is"
        " compared at least once an hour"
    ),
)


@dataclass
class Standing:
    """How a directory stood when its run began; and, in the end, what the run has read.

    :param asked: the mode that was asked for
    :param by_schedule: whether nobody but the time asked
    :param recorded: the fingerprints with which everybody was read last
    :param current: those of now
    :param is_incremental: whether scheduled runs may read changes only
    :param date: the Last LDAP sync date as it stands there; "" if it was emptied
    :param date_kept: the one that the last run has set
    :param server: what the server says of itself (`lupweb.sync.server`); the run fills it
    :param server_before: what it said in the last run that ended well
    :param follows_done: whether the run before it, of people, did all that it had to
    :param takes_marks: whether a run of changes may rely on what the server says of itself
    :param is_unmoved: whether nothing was written there since; the run fills it
    :param written_since: the filter of what was, "" if there is none; the run fills it
    :param goes_by_stamps: whether that filter is made of stamps, as the server has no mark
    :param wants_marks: whether marks are to be kept for the next run
    :param cookie: of syncrepl, to ask what has changed since (`lupweb.sync.cookies`); "" if there
        is none, or it was of use already
    :param goes_by_cookie: whether the server said by it what has changed; the run fills it
    :param why_compared: why everybody is compared although there was a cookie; the run fills it
    :param is_keyed_by_value: nothing but a value tells entries apart; the run fills it
    :param read: names of the fingerprints that hold after the run; the run fills it
    :param mode: what the run turned out to be; the run fills it
    """

    asked: str = FULL
    by_schedule: bool = False
    recorded: Mapping[str, str] = field(default_factory=dict)
    current: Mapping[str, str] = field(default_factory=dict)
    is_incremental: bool = True
    date: str = ""
    date_kept: str = ""
    pattern: str = ""
    groups_mark: str = ""
    server: dict[str, Any] = field(default_factory=dict)
    server_before: Mapping[str, Any] = field(default_factory=dict)
    follows_done: bool = False
    takes_marks: bool = False
    is_unmoved: bool = False
    written_since: str = ""
    goes_by_stamps: bool = False
    wants_marks: bool = False
    cookie: str = ""
    goes_by_cookie: bool = False
    why_compared: Text | str = ""
    is_keyed_by_value: bool = False
    read: set[str] = field(default_factory=set)
    mode: str = FULL

    @property
    def date_entered(self) -> str:
        """Return the date that somebody entered since the last run; "" if nobody did."""
        return self.date if self.date != self.date_kept else ""


def choose(standing: Standing, fields: Collection[str], *, is_first: bool) -> Choice:
    """Return what to read.

    :param fields: keys of the fields that the directory can fill
    :param is_first: whether nobody of the directory is known
    """
    if standing.asked == FULL:
        return Choice(FULL)
    why = _why_everything(standing, is_first=is_first)
    if why:
        return Choice(FULL, why)
    unread = frozenset(
        key for key in fields if standing.recorded.get(key) != standing.current.get(key)
    )
    if unread:
        return Choice(FILL, _filled(unread), unread)
    return Choice(CHANGES, _("only changes are needed") if standing.asked == AUTO else "")


def by_mark(standing: Standing) -> Choice:
    """Return what is read where the server says how far it has come."""
    if standing.is_unmoved:
        return NOTHING_WRITTEN
    if standing.goes_by_cookie:
        return CHANGED_SINCE
    return STAMPED_SINCE if standing.goes_by_stamps else WRITTEN_SINCE


def is_too_different(differing: int, seen: int) -> bool:
    """Return whether reading everybody costs less than reading those who differ."""
    return differing * 100 > seen * MOST_DIFFERENT_PERCENT


def too_different(differing: int, seen: int) -> Choice:
    """Return the choice to read everybody, since so many differ."""
    reason = _(
        "%(differing)s of %(seen)s entries differ from what is stored, more than %(percent)s %%, so"
        " everybody is read",
        differing=differing,
        seen=seen,
        percent=MOST_DIFFERENT_PERCENT,
    )
    return Choice(FULL, reason)


def _why_everything(standing: Standing, *, is_first: bool) -> Text | str:
    if is_first:
        return _("nobody of this directory is known yet")
    if standing.is_keyed_by_value:
        return _(
            "the directory gives its entries no unique id: people are told apart by a value, so"
            " everybody is read each time"
        )
    if not standing.is_incremental and (standing.by_schedule or standing.asked == AUTO):
        return _("reading only changes is switched off for this directory")
    if QUESTION not in standing.recorded:
        return _("no complete reading with this set-up is known yet")
    if standing.recorded[QUESTION] != standing.current[QUESTION]:
        return _(
            "what decides who is read has changed: base DN, filter, bind DN, the attributes of"
            " login, name and mail, what tells people apart, or the order of directories"
        )
    return "" if standing.date else _("the last LDAP sync date was emptied")


def _filled(unread: Collection[str]) -> Text:
    named = sorted(unread)
    more = ", …" if len(named) > MOST_NAMED else ""
    return _(
        "new or changed mapping, read for everybody: %(fields)s",
        fields=", ".join(named[:MOST_NAMED]) + more,
    )
