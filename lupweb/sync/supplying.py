"""Which directory a person is read from."""

from sqlalchemy import select

from lupweb.database import db
from lupweb.directories.models import Directory, DirectoryRole, Identity


def supplier_of(person_id: int) -> str | None:
    """Return the key of the directory that supplies a person; None if none in use does."""
    rows = (
        select(Directory.key)
        .join(Identity, Identity.directory_id == Directory.id)
        .where(
            Identity.person_id == person_id,
            Identity.is_gone.is_(False),
            Directory.is_enabled,
            Directory.role != DirectoryRole.ALTERNATIVE,
        )
        .order_by(Directory.position)
    )
    return db.session.scalar(rows.limit(1))
