"""Since when people are here: the day on which a directory first delivered somebody."""

from datetime import UTC

from sqlalchemy import func, or_, select

from lupweb import clock
from lupweb.database import db
from lupweb.directories.models import Identity
from lupweb.options.registry import TIME_ZONE
from lupweb.options.service import options
from lupweb.runs.models import Run


def first_days() -> list[tuple[int, str]]:
    """Return person and day (ISO 8601, where the site is) of those who came later; two queries.

    Whoever was there when a directory was read for the first time is no newcomer, and nobody knows
    since when; nor of those whom no directory holds.
    """
    entry = Identity.__table__.c
    first_runs = (
        select(entry.directory_id, func.min(entry.first_run_id).label("run_id"))
        .group_by(entry.directory_id)
        .subquery()
    )
    from_the_start = (
        select(entry.person_id)
        .join(first_runs, first_runs.c.directory_id == entry.directory_id)
        .where(or_(entry.first_run_id.is_(None), entry.first_run_id == first_runs.c.run_id))
    )
    rows = (
        select(entry.person_id, func.min(Run.started_at))
        .join(Run, Run.id == entry.first_run_id)
        .where(entry.person_id.not_in(from_the_start))
        .group_by(entry.person_id)
    )
    zone = clock.zone_of(options()[TIME_ZONE.key]) or UTC
    return [
        (person, at.astimezone(zone).date().isoformat()) for person, at in db.session.execute(rows)
    ]
