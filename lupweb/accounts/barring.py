"""Keep a person from signing in, whatever the directories say."""

from sqlalchemy import select

from lupweb import clock
from lupweb.accounts.giving import hold_administrators, require_power_over
from lupweb.accounts.grants import administrators_remain, role_of_person
from lupweb.accounts.presence import Face
from lupweb.accounts.roles import Role
from lupweb.accounts.sessions import close_sessions_of_people
from lupweb.accounts.viewers import Viewer
from lupweb.audit.events import note_event
from lupweb.database import db
from lupweb.errors import InvalidValue, NotFound
from lupweb.people.models import Person
from lupweb.people.states import SHOWN, PersonState
from lupweb.texts import _


def may_sign_in(person: Person | Face) -> bool:
    """Return whether this person may be signed in: known as active, and not barred."""
    return person.state in SHOWN and person.barred_at is None


def bar(viewer: Viewer, person_id: int) -> Person:
    """Switch the sign-in of a person off, and sign them out everywhere; inside a transaction.

    :raises Forbidden: if `viewer` is no administrator, or the person a system administrator and
        the viewer none
    :raises NotFound: if there is nobody
    :raises InvalidValue: for oneself, or if nobody would administer the site any more
    """
    person = _held(viewer, person_id)
    if viewer.person_id == person.id:
        raise InvalidValue(
            _("You would lock yourself out. Another administrator can do this. Nothing changed.")
        )
    if person.barred_at is not None:
        return person
    remains = administrators_remain()
    person.barred_at, person.barred_by = clock.now(), viewer.actor
    close_sessions_of_people([person.id])
    db.session.flush()
    remains()
    _note(viewer, person, before=True)
    return person


def let_in(viewer: Viewer, person_id: int) -> Person:
    """Switch the sign-in of a person on again; call inside a transaction.

    :raises Forbidden: if `viewer` is no administrator, or the person a system administrator and
        the viewer none
    :raises NotFound: if there is nobody
    """
    person = _held(viewer, person_id)
    if person.barred_at is not None:
        person.barred_at = person.barred_by = None
        _note(viewer, person, before=False)
    return person


def _held(viewer: Viewer, person_id: int) -> Person:
    """Return the person, held until the transaction ends, if the viewer may decide about them."""
    require_power_over(viewer, Role.EMPLOYEE)
    hold_administrators()
    person = db.session.scalar(select(Person).where(Person.id == person_id).with_for_update())
    if person is None or person.state == PersonState.MERGED:
        raise NotFound(_("There is no such person."))
    require_power_over(viewer, role_of_person(person))
    return person


def _note(viewer: Viewer, person: Person, *, before: bool) -> None:
    said = {"signs_in": before}, {"signs_in": not before}
    kind = "person.barred" if before else "person.let_in"
    note_event(viewer.actor, kind, f"person:{person.id}", *said)
