"""Set directories up, put them in order, take them away; in a transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select

from lupweb.database import db
from lupweb.directories.models import Directory, Identity
from lupweb.directories.service import find_directory, get_directory
from lupweb.directories.standing import read_shared_again
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
    before = directory.is_enabled, directory.role
    for name, value in columns.items():
        setattr(directory, name, value)
    db.session.flush()
    if before != (directory.is_enabled, directory.role):
        read_shared_again()
    return directory


def remove_directory(key: str) -> int:
    """Take a directory away; return how many of its people stay as local ones, held by no other.

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
    elsewhere = select(Identity.person_id).where(~of_here, Identity.is_gone.is_(False))
    held_here = select(func.count(Identity.person_id.distinct())).where(of_here)
    people = db.session.scalar(held_here.where(Identity.person_id.not_in(elsewhere)))
    read_shared_again()
    db.session.execute(delete(Identity).where(of_here))
    db.session.delete(directory)
    db.session.flush()
    return people or 0


def put_in_order(keys: Sequence[str]) -> None:
    """Ask the directories in this order."""
    places = {key: position for position, key in enumerate(keys, start=1)}
    before = _in_order()
    for directory in db.session.scalars(select(Directory)):
        directory.position = places.get(directory.key, directory.position)
    db.session.flush()
    if _in_order() != before:
        read_shared_again()


def _in_order() -> list[str]:
    return list(db.session.scalars(select(Directory.key).order_by(Directory.position)))
