"""Which directory decides about a person: the first enabled one that holds the person."""

from sqlalchemy import Select, select

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
