"""What a run held back, and its release by an administrator (sync.md section 7)."""

import hashlib
from collections.abc import Mapping, Sequence

from sqlalchemy import delete, insert, select

from lupweb.database import db
from lupweb.directories.models import Identity
from lupweb.errors import Forbidden, NotFound
from lupweb.people.models import Person
from lupweb.people.states import PersonState
from lupweb.runs.models import HeldPerson, Run
from lupweb.runs.service import get_run
from lupweb.runs.states import RunState
from lupweb.texts import _

HIDE = "hide"
DISABLE = "disable"


def digest_of(people: Mapping[int, str]) -> str:
    """Return what names exactly this set: person id -> action."""
    text = ",".join(f"{person_id}:{people[person_id]}" for person_id in sorted(people))
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def keep(run_id: int, people: Mapping[int, str]) -> None:
    """Record whom a run would have hidden or disabled; call inside a transaction."""
    run = get_run(run_id)
    run.held_digest = digest_of(people)
    db.session.execute(delete(HeldPerson).where(HeldPerson.run_id == run_id))
    rows = [{"run_id": run_id, "person_id": id_, "action": people[id_]} for id_ in sorted(people)]
    if rows:
        db.session.execute(insert(HeldPerson), rows)


def held_people(run_id: int) -> list[tuple[Person, str]]:
    """Return whom a run holds and for what, by name."""
    rows = (
        select(Person, HeldPerson.action)
        .join(HeldPerson, HeldPerson.person_id == Person.id)
        .where(HeldPerson.run_id == run_id)
        .order_by(Person.sort_name, Person.id)
    )
    return [(person, action) for person, action in db.session.execute(rows)]


def releasable(run_id: int, subject: str) -> dict[str, list[int]]:
    """Return what the release of a run does: action -> ids of people.

    :raises NotFound: if there is no such run of the subject
    :raises Forbidden: if it holds nothing, or what it holds is out of date
    """
    run = get_run(run_id)
    if run.subject != subject:
        raise NotFound(_("There is no run %(number)s.", number=run_id))
    if run.state != RunState.HELD:
        raise Forbidden(_("Run %(number)s holds nothing. Nothing was changed.", number=run_id))
    _refuse_stale(run)
    people = {person.id: action for person, action in held_people(run_id)}
    if digest_of(people) != run.held_digest:
        raise Forbidden(
            _("What run %(number)s held has changed since. Read again first.", number=run_id)
        )
    return {
        action: [id_ for id_, held_for in people.items() if held_for == action]
        for action in (HIDE, DISABLE)
    }


def present_identities(directory_id: int, person_ids: Sequence[int]) -> list[int]:
    """Return the entries of these people that the last complete reading had."""
    rows = select(Identity.id).where(
        Identity.directory_id == directory_id,
        Identity.person_id.in_(person_ids),
        Identity.is_gone.is_(False),
    )
    return list(db.session.scalars(rows))


def state_of(action: str) -> PersonState:
    """Return the state that an action gives."""
    return PersonState.DISABLED if action == DISABLE else PersonState.MISSING


def _refuse_stale(run: Run) -> None:
    newer = select(Run.id).where(
        Run.subject == run.subject,
        Run.id > run.id,
        Run.state.in_([RunState.DONE, RunState.PARTIAL, RunState.HELD]),
    )
    later = db.session.scalar(newer.order_by(Run.id.desc()).limit(1))
    if later is not None:
        raise Forbidden(
            _(
                "Run %(later)s has read the directory since. What run %(number)s held is out of"
                " date; look at the later one. Nothing was changed.",
                later=later,
                number=run.id,
            )
        )
