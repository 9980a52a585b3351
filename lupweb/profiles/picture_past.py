"""Pictures that a run replaced: noted, and kept as long as the run can be taken back."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from sqlalchemy import delete, select

from lupweb import clock
from lupweb.audit.models import History
from lupweb.audit.service import Change, record
from lupweb.database import db
from lupweb.directories.models import Identity
from lupweb.outbox.queries import pictures_needed
from lupweb.people.models import Person
from lupweb.profiles.models import Picture
from lupweb.runs.models import Run

PICTURE = "@picture"
"""What stands in the history for the picture, which is no field."""
KEPT_FOR = timedelta(days=30)


def note_replaced(
    before: Mapping[int, str], changed: Mapping[int, str], run_id: int, source: str
) -> None:
    """Note whose picture a run replaced; of people whom it made there is nothing of before.

    :param source: of the pictures, as in the history
    :param before: person -> hash of the picture that the person had, "" for none
    :param changed: person -> hash of the one that took its place
    """
    made = select(Identity.person_id).where(
        Identity.person_id.in_(changed), Identity.first_run_id == run_id
    )
    ids = sorted(changed.keys() - set(db.session.scalars(made))) if changed else []
    changes = [Change(id_, PICTURE, before[id_], changed[id_]) for id_ in ids]
    record(changes, source=source, run_id=run_id, at=clock.now())


def kept(hashes: Collection[str]) -> set[str]:
    """Return those of these pictures that are still there."""
    return set(db.session.scalars(select(Picture.hash).where(Picture.hash.in_(hashes)).distinct()))


def forget_replaced() -> int:
    """Remove the pictures that nobody has and no run of the last 30 days replaced.

    :returns: how many
    """
    is_unused = Picture.hash.not_in(select(Person.picture_hash))
    unused = set(db.session.scalars(select(Picture.hash).where(is_unused).distinct()))
    if not unused:
        return 0
    lately = select(Run.id).where(Run.started_at > clock.now() - KEPT_FOR)
    replaced = select(History.old).where(
        History.run_id.in_(lately), History.field_key == PICTURE, History.old.in_(unused)
    )
    unused -= set(db.session.scalars(replaced))
    unused -= set(db.session.scalars(pictures_needed(unused)))
    db.session.execute(delete(Picture).where(Picture.hash.in_(unused), is_unused))
    return len(unused)
