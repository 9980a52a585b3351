"""Whom an administrator means by what was typed as new members of a local group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from lupweb.accounts.viewers import Viewer, require_administrator
from lupweb.database import db
from lupweb.errors import InvalidValue
from lupweb.people.models import Person
from lupweb.people.names import fold_login
from lupweb.people.queries import BY_NUMBER, LARGEST_ID, shared_logins
from lupweb.people.states import PersonState
from lupweb.profiles.choosing import (
    MOST_TEXTS,
    Find,
    PersonChoice,
    Register,
    SeveralMeant,
    names_in,
    register,
)
from lupweb.profiles.field_preview import Chosen, chosen_person
from lupweb.texts import Text, _

_IS_SOMEBODY = Person.state != PersonState.MERGED


@dataclass(frozen=True)
class MembersTyped:
    """What was typed as members.

    :param values: the texts, to be shown again
    :param logins: of the people they mean
    :param people: whom to choose from, where one text may mean several
    :param problem: why nobody was added; "" if everything is understood
    """

    values: Sequence[str] = ()
    logins: Sequence[str] = ()
    people: Sequence[PersonChoice] = ()
    problem: Text | str = ""


def members_meant(viewer: Viewer, typed: Sequence[str], find: Find | None = None) -> MembersTyped:
    """Return whom texts mean: logins of whatever person, else as a form of a profile does.

    People who are not in the people directory are found by their login; four queries.

    :raises Forbidden: if `viewer` is no administrator
    """
    require_administrator(viewer)
    texts = names_in(typed)
    if not texts:
        return MembersTyped(problem=_("Type a name, a login or a mail address."))
    if len(texts) > MOST_TEXTS:
        return MembersTyped(texts, problem=_too_many())
    by_login, people = _by_login(texts), register(texts, find)
    found: list[Person] = []
    for text in texts:
        try:
            found.append(_person(text, by_login, people))
        except SeveralMeant as several:
            others = [each for each in texts if each != text]
            return MembersTyped(others, people=several.people, problem=several.message)
        except InvalidValue as error:
            return MembersTyped(texts, problem=error.message)
    shared = shared_logins(found)
    problem = next((_shared(each) for each in found if each.login_folded in shared), "")
    return MembersTyped(texts, [] if problem else [each.login for each in found], problem=problem)


def person_meant(viewer: Viewer, text: str) -> Chosen:
    """Return whom `text` means, in the people directory or not; three queries at most.

    :raises Forbidden: if `viewer` is no administrator
    """
    require_administrator(viewer)
    number = BY_NUMBER.fullmatch(text)
    numbered = number is not None and int(number[1]) <= LARGEST_ID
    named = Person.id == int(number[1]) if number and numbered else _has_login([text])
    found = db.session.scalars(select(Person).where(named, _IS_SOMEBODY).limit(2)).all()
    return Chosen(found[0]) if len(found) == 1 else chosen_person(viewer, text)


def _has_login(texts: Sequence[str]) -> ColumnElement[bool]:
    plain = (text for text in texts if "\0" not in text)  # PostgreSQL would not take it
    return Person.login_folded.in_({fold_login(text) for text in plain})


def _by_login(texts: Sequence[str]) -> dict[str, Person]:
    """Return folded login -> person, whatever their state; somebody, where several have it."""
    rows = select(Person).where(_has_login(texts), _IS_SOMEBODY)
    return {person.login_folded: person for person in db.session.scalars(rows)}


def _person(text: str, by_login: Mapping[str, Person], people: Register) -> Person:
    known = by_login.get(fold_login(text))
    return known or people.by_id[int(people.stored(text).removeprefix("id:"))]


def _shared(person: Person) -> Text:
    return _(
        "Two people have the login “%(login)s”. A local group knows people by their login, so it"
        " could not tell who is meant.",
        login=person.login,
    )


def _too_many() -> Text:
    return _("At most %(most)s people at once. Use the list of logins for more.", most=MOST_TEXTS)
