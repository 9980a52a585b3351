"""Who is meant by a login that several people have, and who stands in several directories."""

from collections.abc import Sequence

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from lupweb.database import db
from lupweb.diagnosis.case import Namesake
from lupweb.directories.models import Directory, DirectoryRole, Identity
from lupweb.people.models import Person
from lupweb.people.names import fold_login
from lupweb.people.queries import BY_NUMBER, HUMAN
from lupweb.people.states import SHOWN


def namesakes_of(handle: str) -> list[Namesake]:
    """Return the people whom a login names, if they are several; two queries.

    As for whoever looks for one person by it, those who are shown go before those who are not.
    """
    folded = fold_login(handle)
    if BY_NUMBER.fullmatch(handle) or "\0" in folded:
        return []
    humans = select(HUMAN).where(Person.login_folded == folded)
    called = db.session.scalars(select(Person).where(Person.id.in_(humans)).order_by(Person.id))
    people = called.all()
    named = [each for each in people if each.state in SHOWN] or people
    if len(named) < 2:
        return []
    places = _places([each.id for each in named])
    return [Namesake(each.id, each.name, places.get(each.id, ())) for each in named]


def shared_with(directory_ids: Sequence[int]) -> dict[str, int]:
    """Return directory -> how many people it has whom an earlier one in use has as well.

    Their values would come from it, if it went before the first of these; one query, none if there
    is no second.

    :param directory_ids: in the order in which they are asked
    """
    if len(directory_ids) < 2:
        return {}
    first = db.session.get_one(Directory, directory_ids[0]).position
    mine, theirs, other = aliased(Identity), aliased(Identity), aliased(Directory)
    earlier = exists().where(
        theirs.person_id == mine.person_id,
        theirs.is_gone.is_(False),
        other.id == theirs.directory_id,
        other.is_enabled,
        other.role != DirectoryRole.ALTERNATIVE,
        other.position >= first,
        other.position < Directory.position,
    )
    rows = (
        select(Directory.key, func.count(mine.person_id.distinct()))
        .join(mine, mine.directory_id == Directory.id)
        .where(Directory.id.in_(directory_ids[1:]), mine.is_gone.is_(False), earlier)
        .group_by(Directory.key)
    )
    return dict(db.session.execute(rows).all())


def _places(ids: Sequence[int]) -> dict[int, list[str]]:
    rows = (
        select(Identity.person_id, Directory.name)
        .join(Directory, Directory.id == Identity.directory_id)
        .where(Identity.person_id.in_(ids), Identity.is_gone.is_(False))
        .order_by(Directory.position)
    )
    found: dict[int, list[str]] = {}
    for person_id, name in db.session.execute(rows):
        found.setdefault(person_id, []).append(name)
    return found
