"""What directories said about the attributes that are written to them, kept for later saves."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from lupweb.database import db
from lupweb.directories.attributes import barred_attributes
from lupweb.directories.fitting import Document, Target
from lupweb.directories.models import Directory, Identity


def kept_known(directory_id: int) -> Document:
    """Return what is kept of what a directory said; one query."""
    kept = select(Directory.attributes).where(Directory.id == directory_id)
    found: Document = db.session.scalars(kept).one()
    return found


def keep_known(directory_id: int, known: Document) -> None:
    """Keep what a directory says; call inside a transaction.

    :param known: as `fitting.describe` gives it
    """
    changed = update(Directory).where(Directory.id == directory_id)
    db.session.execute(changed.values(attributes=dict(known)))


def target_of(directory_id: int, unique_id: str, chosen: Mapping[str, Any]) -> Target:
    """Return the entry that values go to, as far as it is known; one query.

    :param chosen: the options of the site
    """
    names = (Directory.login_attribute, Directory.email_attribute, Directory.id_attribute)
    rows = (
        select(Directory.attributes, *names, Identity.dn)
        .join(Identity, Identity.directory_id == Directory.id)
        .where(Directory.id == directory_id, Identity.unique_id == unique_id)
    )
    known, login, email, key, dn = db.session.execute(rows).one()
    return Target(known, dn, barred_attributes(login, email, chosen, key=key))
