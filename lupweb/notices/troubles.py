"""What administrators must know of runs now. It goes when its cause is gone, and not before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    Select,
    Subquery,
    case,
    false,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from lupweb import clock
from lupweb.audit.models import AuditEvent
from lupweb.database import db
from lupweb.directories.models import Directory, DirectoryRole
from lupweb.options.models import Option
from lupweb.options.registry import XML_FILE
from lupweb.runs.decided import APPROVED, HELD_SET, KEPT
from lupweb.runs.models import Run, RunProblem
from lupweb.runs.states import CREDENTIALS_REFUSED, OF_A_GROUP, WHOLE_SUBJECT, RunState
from lupweb.texts import Text, _

PREFIX = "directory:"
STAYS_AWAY = timedelta(hours=24)
"""So long a directory fails before it is said that it stays away."""
EVERYBODY_PERCENT = 100
IS_NEWS = timedelta(hours=24)
"""So long it is said that most members of a group left it: nothing else would ever end it."""
READ = (DirectoryRole.CONNECTOR, DirectoryRole.DELEGATED, DirectoryRole.ALTERNATIVE)
XML = "xml"
"""The subject of imports, and what stands for the key of a directory."""
LAST_PLACE = 1_000_000
WENT_WELL = (RunState.DONE, RunState.PARTIAL, RunState.HELD)
WENT_WRONG = (RunState.FAILED, RunState.REFUSED)


class TroubleKind(StrEnum):
    """What is the matter with a directory, the worst last."""

    GUARD_OFF = "guard_off"
    KEYED_BY_VALUE = "keyed_by_value"
    HELD = "held"
    MEMBERS_LEFT = "members_left"
    FAILED_TWICE = "failed_twice"
    STAYS_AWAY = "stays_away"
    CREDENTIALS_REFUSED = "credentials_refused"


@dataclass(frozen=True)
class Trouble:
    """Something that somebody has to look at.

    :param run_id: the run that says more
    :param since: when it began, as far as that is known
    """

    kind: TroubleKind
    directory_key: str
    text: Text
    run_id: int
    since: datetime | None = None

    @property
    def is_bad(self) -> bool:
        """Return whether nothing is read until somebody has acted."""
        return self.kind not in {
            TroubleKind.HELD,
            TroubleKind.GUARD_OFF,
            TroubleKind.KEYED_BY_VALUE,
            TroubleKind.MEMBERS_LEFT,
        }


def troubles() -> Sequence[Trouble]:
    """Return what is the matter with the directories in use, in their order, then with the XML
    file; one query.
    """
    rows = db.session.execute(_latest_runs()).all()
    checks = (_guard, _key, _members_left, _trouble)
    return [trouble for row in rows for check in checks if (trouble := check(row))]


def _trouble(row: Row[*tuple[object, ...]]) -> Trouble | None:
    if row.is_kept:
        return None
    if row.state == RunState.HELD:
        return Trouble(TroubleKind.HELD, row.key, _held(_name(row)), row.run_id, row.started_at)
    if row.state not in WENT_WRONG:
        return None
    if CREDENTIALS_REFUSED in row.counters:
        text = _(
            "“%(directory)s” refuses the name and password of lupweb. Nothing is read, and what is"
            " known stays. Enter the password again.",
            directory=_name(row),
        )
        kind = TroubleKind.CREDENTIALS_REFUSED
        return Trouble(kind, row.key, text, row.run_id, row.started_at)
    if row.state_before not in WENT_WRONG:
        return None
    return _failing(row)


def _guard(row: Row[*tuple[object, ...]]) -> Trouble | None:
    if row.most_missing_percent < EVERYBODY_PERCENT:
        return None
    text = _(
        "Everybody of “%(directory)s” may be hidden by one run without being asked: its guard is"
        " switched off. Set the share of people who may go missing at once to less than 100.",
        directory=_name(row),
    )
    return Trouble(TroubleKind.GUARD_OFF, row.key, text, row.run_id)


def _key(row: Row[*tuple[object, ...]]) -> Trouble | None:
    if not row.is_keyed_by_value:
        return None
    text = _(
        "“%(directory)s” gives its entries no unique id. People are told apart by %(name)s: whoever"
        " gets another one counts as somebody else. Every run reads everybody, and nothing is saved"
        " there.",
        directory=_name(row),
        name=row.keyed_by,
    )
    return Trouble(TroubleKind.KEYED_BY_VALUE, row.key, text, row.run_id)


def _members_left(row: Row[*tuple[object, ...]]) -> Trouble | None:
    if row.loss_id is None:
        return None
    text = _(
        "Most members of a group of “%(directory)s” left it at once. Rights that the group gave"
        " are gone. Look whether that is right.",
        directory=_name(row),
    )
    return Trouble(TroubleKind.MEMBERS_LEFT, row.key, text, row.loss_id)


def _failing(row: Row[*tuple[object, ...]]) -> Trouble:
    good_at = row.good_at
    if good_at is not None and clock.now() - good_at > STAYS_AWAY:
        text = _(
            "“%(directory)s” has not been read for %(n)s hours. What is known stays as it is.",
            directory=_name(row),
            n=int((clock.now() - good_at).total_seconds() // 3600),
        )
        return Trouble(TroubleKind.STAYS_AWAY, row.key, text, row.run_id, good_at)
    text = _(
        "“%(directory)s” could not be read twice in a row. What is known stays.",
        directory=_name(row),
    )
    return Trouble(TroubleKind.FAILED_TWICE, row.key, text, row.run_id, row.started_at)


def _held(name: Text | str) -> Text:
    return _(
        "The last run of “%(directory)s” holds something back until somebody has looked at it.",
        directory=name,
    )


def _watched() -> Subquery:
    """Return the query of what is talked about: the directories in use, then the XML file."""
    directories = select(
        Directory.key,
        Directory.name,
        Directory.most_missing_percent,
        Directory.keyed_by,
        Directory.is_keyed_by_value,
        Directory.position.label("place"),
        (literal(PREFIX) + Directory.key).label("subject"),
    ).where(Directory.is_enabled, Directory.role.in_(READ))
    nothing = (literal(""), literal(0), literal(""), false(), literal(LAST_PLACE))
    file = select(literal(XML), *nothing, literal(XML)).where(Option.key == XML_FILE.key)
    return union_all(directories, file).subquery()


def _latest_runs() -> Select[*tuple[object, ...]]:
    """Return the query of what is watched with its last run, the one before, and the last good."""
    watched = _watched()
    last, before, good = aliased(Run), aliased(Run), aliased(Run)
    good_at = (
        select(good.started_at)
        .where(_is_of(watched, good), good.state.in_(WENT_WELL))
        .order_by(good.id.desc())
        .limit(1)
        .correlate(watched)
    )
    return (
        select(
            watched.c.key,
            watched.c.name,
            watched.c.most_missing_percent,
            watched.c.keyed_by,
            watched.c.is_keyed_by_value,
            last.id.label("run_id"),
            last.state,
            last.counters,
            last.started_at,
            before.state.label("state_before"),
            good_at.scalar_subquery().label("good_at"),
            _loss(watched).label("loss_id"),
            case((last.state == RunState.HELD, _is_kept(last)), else_=false()).label("is_kept"),
        )
        .select_from(watched)
        .join(last, last.id == _number(watched, 0))
        .outerjoin(before, before.id == _number(watched, 1))
        .order_by(watched.c.place)
    )


def _is_kept(run: type[Run]) -> ColumnElement[bool]:
    """Return whether somebody has decided last that what a run holds stays as it is."""
    decided = (
        select(AuditEvent.kind)
        .where(
            AuditEvent.kind.in_((APPROVED, KEPT)),
            AuditEvent.about == literal(HELD_SET) + run.held_digest,
        )
        .order_by(AuditEvent.id.desc())
        .limit(1)
        .correlate(run)
    )
    return decided.scalar_subquery() == KEPT


def _loss(watched: Subquery) -> ScalarSelect[int]:
    """Return the last run of a day, of the groups alone or not, that told of members who left."""
    run = aliased(Run)
    return (
        select(run.id)
        .join(RunProblem, RunProblem.run_id == run.id)
        .where(
            run.subject == watched.c.subject,
            run.started_at > clock.now() - IS_NEWS,
            RunProblem.field.startswith(OF_A_GROUP),
        )
        .order_by(run.id.desc())
        .limit(1)
        .correlate(watched)
        .scalar_subquery()
    )


def _number(watched: Subquery, place: int) -> ScalarSelect[int]:
    """Return the run that ended as the last one, or so many before it."""
    run = aliased(Run)
    ended = (*WENT_WELL, *WENT_WRONG)
    return (
        select(run.id)
        .where(_is_of(watched, run), run.state.in_(ended))
        .order_by(run.id.desc())
        .offset(place)
        .limit(1)
        .correlate(watched)
        .scalar_subquery()
    )


def _is_of(watched: Subquery, run: type[Run]) -> ColumnElement[bool]:
    return (run.subject == watched.c.subject) & run.mode.in_(WHOLE_SUBJECT) & run.dry_run.is_(False)


def _name(row: Row[*tuple[object, ...]]) -> Text | str:
    return str(row.name) or _("XML file")
