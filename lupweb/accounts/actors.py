"""Who did something: the names behind `person:<id>` and `account:<id>`."""

from collections.abc import Collection

from sqlalchemy import select

from lupweb.accounts.models import User
from lupweb.database import db
from lupweb.people.models import Person


def actor_names(actors: Collection[str]) -> dict[str, str]:
    """Return the name of each actor that is known; two queries at most.

    :param actors: as `Viewer.actor` says; "" is nobody
    """
    people, accounts = _numbers(actors, "person"), _numbers(actors, "account")
    names: dict[str, str] = {}
    if people:
        rows = select(Person.id, Person.name).where(Person.id.in_(people))
        names |= {f"person:{id_}": name for id_, name in db.session.execute(rows)}
    if accounts:
        local = select(User.id, User.local_name).where(User.id.in_(accounts))
        names |= {f"account:{id_}": name or "" for id_, name in db.session.execute(local)}
    return names


def _numbers(actors: Collection[str], kind: str) -> set[int]:
    parts = (each.partition(":") for each in actors)
    return {int(number) for name, _colon, number in parts if name == kind and number.isdecimal()}
