"""As whom a profile is read, and whether it is there at all for them."""

from dataclasses import dataclass, replace

from lupweb.accounts.viewers import Viewer, viewer_as
from lupweb.errors import NotFound
from lupweb.people.models import Person
from lupweb.people.names import is_addressable
from lupweb.people.queries import BY_NUMBER, get_person
from lupweb.people.states import PersonState
from lupweb.texts import _

HIDDEN = frozenset({PersonState.MISSING, PersonState.PURGED})
COLLEAGUE = Viewer()
"""Somebody who belongs to no group: what most colleagues are."""


@dataclass(frozen=True)
class Asked:
    """What the reader of a profile asked for beside it.

    :param sources: say where each value comes from
    :param as_colleague: the owner wants to see what colleagues see
    :param as_handle: an administrator wants to see what this person sees
    """

    sources: bool = False
    as_colleague: bool = False
    as_handle: str = ""


NOTHING_ASKED = Asked()


def get_shown(viewer: Viewer, handle: str) -> Person:
    """Return the person; somebody hidden is not there for anybody but administrators."""
    if not (BY_NUMBER.fullmatch(handle) or is_addressable(handle)):
        raise NotFound(_("Nobody is called “%(handle)s” here.", handle=handle))
    person = get_person(handle)
    may_know = viewer.role.is_administrator or viewer.is_operator
    if person.state in HIDDEN and not may_know:
        raise NotFound(_("Nobody is called “%(handle)s” here.", handle=handle))
    return person


def seen_as(viewer: Viewer, person: Person, asked: Asked) -> Viewer:
    """Return as whom the page is made.

    The owner may take the place of a colleague, an administrator that of anybody, but for what is
    kept from the administrator; nobody else takes a place.

    :raises NotFound: if there is no such reader, or the reader does not see this person at all
    """
    if asked.as_colleague and viewer.person_id == person.id:
        return COLLEAGUE
    if not asked.as_handle or not viewer.role.is_administrator:
        return viewer
    reader = replace(viewer_as(get_shown(viewer, asked.as_handle).id), behind=viewer)
    get_shown(reader, f"id:{person.id}")
    return reader


def reader_name(viewer: Viewer, asked: Asked) -> str:
    """Return as whom an administrator looks; "" where nobody takes anybody's place."""
    if not asked.as_handle or not viewer.role.is_administrator:
        return ""
    return get_shown(viewer, asked.as_handle).name
