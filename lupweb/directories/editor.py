"""Set directories up, put them in order, take them away; in a transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select

from lupweb.database import db
from lupweb.directories.models import Directory, Identity
from lupweb.directories.service import find_directory, get_directory
from lupweb.errors import AlreadyRunning
from lupweb.runs.leases import database_now, is_held, lock
from lupweb.texts import _

SUBJECT = "directory:"


def store_directory(key: str, columns: Mapping[str, Any]) -> Directory:
    """Add the directory of this key, or change it.

    :param columns: what it is to be, by the attribute of `Directory`
    """
    directory = find_directory(key)
    if directory is None:
        directory = Directory(key=key)
        db.session.add(directory)
    for name, value in columns.items():
        setattr(directory, name, value)
    db.session.flush()
    return directory


def remove_directory(key: str) -> int:
    """Take a directory away; its people stay, as local people. Return how many they are.

    Its groups must be gone before.

    :raises NotFound: if there is no such directory
    :raises AlreadyRunning: if a run of it is at work
    """
    directory = get_directory(key)
    lease = lock(SUBJECT + key)
    if is_held(lease, database_now()):
        raise AlreadyRunning(
            _(
                "Run %(run)s of the directory “%(key)s” is at work. Take the directory away when it"
                " has ended.",
                run=lease.run_id,
                key=key,
            )
        )
    of_here = Identity.directory_id == directory.id
    people = db.session.scalar(select(func.count(Identity.person_id.distinct())).where(of_here))
    db.session.execute(delete(Identity).where(of_here))
    db.session.delete(directory)
    db.session.flush()
    return people or 0


def put_in_order(keys: Sequence[str]) -> None:
    """Ask the directories in this order."""
    places = {key: position for position, key in enumerate(keys, start=1)}
    for directory in db.session.scalars(select(Directory)):
        directory.position = places.get(directory.key, directory.position)
