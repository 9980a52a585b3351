"""Which directory decides about a person: the first enabled one that holds the person."""

from sqlalchemy import Select, func, select, update

from lupweb.database import db
from lupweb.directories.models import Directory, Identity


def held_before(position: int) -> Select[int]:
    """Return the people whom an enabled directory holds that goes before this position.

    It supplies them, and it alone says whose password is right: the administrator of a later one
    could otherwise name an entry like somebody of the first, and come in as them.
    """
    return (
        select(Identity.person_id)
        .join(Directory, Directory.id == Identity.directory_id)
        .where(Identity.is_gone.is_(False), Directory.is_enabled, Directory.position < position)
    )


def read_shared_again() -> None:
    """Let the next run of each directory read whoever stands in several; in a transaction.

    For when another one may decide about them from now on. A run of changes would see nobody who
    differs: only here something did. Nor would it know that it was overtaken and is not any more.
    """
    shared = (
        select(Identity.person_id)
        .where(Identity.is_gone.is_(False))
        .group_by(Identity.person_id)
        .having(func.count(Identity.directory_id.distinct()) > 1)
    )
    unread = update(Identity).where(Identity.person_id.in_(shared)).values(stamp="")
    db.session.execute(unread, execution_options={"synchronize_session": False})
