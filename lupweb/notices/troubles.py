"""What administrators must know of runs now. It goes when its cause is gone, and not before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, literal, select
from sqlalchemy.orm import aliased

from lupweb import clock
from lupweb.database import db
from lupweb.directories.models import Directory, DirectoryRole
from lupweb.runs.models import Run
from lupweb.runs.states import CREDENTIALS_REFUSED, WHOLE_SUBJECT, RunState
from lupweb.texts import Text, _

PREFIX = "directory:"
STAYS_AWAY = timedelta(hours=24)
"""So long a directory fails before it is said that it stays away."""
EVERYBODY_PERCENT = 100
READ = (DirectoryRole.CONNECTOR, DirectoryRole.DELEGATED)
WENT_WELL = (RunState.DONE, RunState.PARTIAL, RunState.HELD)
WENT_WRONG = (RunState.FAILED, RunState.REFUSED)


class TroubleKind(StrEnum):
    """What is the matter with a directory, the worst last."""

    GUARD_OFF = "guard_off"
    HELD = "held"
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
        return self.kind not in {TroubleKind.HELD, TroubleKind.GUARD_OFF}


def troubles() -> Sequence[Trouble]:
    """Return what is the matter with the directories in use, in their order; one query."""
    rows = db.session.execute(_latest_runs()).all()
    return [trouble for row in rows for trouble in (_guard(row), _trouble(row)) if trouble]


def _trouble(row: Row[*tuple[object, ...]]) -> Trouble | None:
    if row.state == RunState.HELD:
        return Trouble(TroubleKind.HELD, row.key, _held(row.name), row.run_id, row.started_at)
    if row.state not in WENT_WRONG:
        return None
    if CREDENTIALS_REFUSED in row.counters:
        text = _(
            "“%(directory)s” refuses the name and password of lupweb. Nothing is read, and what is"
            " known stays. Enter the password again.",
            directory=row.name,
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
        directory=row.name,
    )
    return Trouble(TroubleKind.GUARD_OFF, row.key, text, row.run_id)


def _failing(row: Row[*tuple[object, ...]]) -> Trouble:
    good_at = row.good_at
    if good_at is not None and clock.now() - good_at > STAYS_AWAY:
        text = _(
            "“%(directory)s” has not been read for %(n)s hours. What is known stays as it is.",
            directory=row.name,
            n=int((clock.now() - good_at).total_seconds() // 3600),
        )
        return Trouble(TroubleKind.STAYS_AWAY, row.key, text, row.run_id, good_at)
    text = _(
        "“%(directory)s” could not be read twice in a row. What is known stays.",
        directory=row.name,
    )
    return Trouble(TroubleKind.FAILED_TWICE, row.key, text, row.run_id, row.started_at)


def _held(name: str) -> Text:
    return _(
        "The last run of “%(directory)s” holds something back until somebody has looked at it.",
        directory=name,
    )


def _latest_runs() -> Select[*tuple[object, ...]]:
    """Return the query of each directory with its last run, the one before, and the last good."""
    last, before = aliased(Run), aliased(Run)
    good = aliased(Run)
    good_at = (
        select(good.started_at)
        .where(_of_directory(good), good.state.in_(WENT_WELL))
        .order_by(good.id.desc())
        .limit(1)
        .correlate(Directory)
    )
    return (
        select(
            Directory.key,
            Directory.name,
            Directory.most_missing_percent,
            last.id.label("run_id"),
            last.state,
            last.counters,
            last.started_at,
            before.state.label("state_before"),
            good_at.scalar_subquery().label("good_at"),
        )
        .select_from(Directory)
        .join(last, last.id == _number(0))
        .outerjoin(before, before.id == _number(1))
        .where(Directory.is_enabled, Directory.role.in_(READ))
        .order_by(Directory.position)
    )


def _number(place: int) -> ScalarSelect[int]:
    """Return the run that ended as the last one, or so many before it."""
    run = aliased(Run)
    ended = (*WENT_WELL, *WENT_WRONG)
    return (
        select(run.id)
        .where(_of_directory(run), run.state.in_(ended))
        .order_by(run.id.desc())
        .offset(place)
        .limit(1)
        .correlate(Directory)
        .scalar_subquery()
    )


def _of_directory(run: type[Run]) -> ColumnElement[bool]:
    return (
        (run.subject == literal(PREFIX) + Directory.key)
        & run.mode.in_(WHOLE_SUBJECT)
        & run.dry_run.is_(False)
    )
