"""Whom entries name, by id: kept beside the DNs where a directory tells it (sync.md section 8).

A DN that is stored may be out of date, since some servers write it anew without moving the stamp
of the entry. The id tells who is meant all the same, also once they come into what is read.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, delete, select

from lupweb.database import db, end_reading, transaction
from lupweb.directories.models import NamedEntry
from lupweb.profiles.bulk import insert_rows
from lupweb.sync.delivered import NamedById, Page
from lupweb.sync.plan import Plan
from lupweb.sync.task import Task

AT_ONCE = 500
COLUMNS = ("directory_id", "unique_id", "dn_folded", "named_id")
Stored = tuple[str, str, str]
"""Unique id, folded DN that it names, unique id of the entry of that DN."""


def keep_named(task: Task, page: Page) -> None:
    """Keep whom the entries of a page name, if their directory tells it; nothing of a dry run."""
    found: NamedById = {}
    for _columns, _nobody, named in page:
        found |= named
    if not found or task.dry_run:
        return
    ids = list(found)
    for start in range(0, len(ids), AT_ONCE):
        _keep(task, {each: found[each] for each in ids[start : start + AT_ONCE]})


def forget_named(directory_id: int, unique_id: str) -> None:
    """Forget whom an entry names, which was read without ids; call inside a transaction.

    Its DNs are of now, and say who is meant.
    """
    db.session.execute(delete(NamedEntry).where(*_of(directory_id, [unique_id])))


def former_dns(directory_id: int, plans: Iterable[Plan]) -> list[str]:
    """Return the folded DNs by which these people are named by id, and which are not theirs now."""
    dns = {each.unique_id: each.dn_folded for each in plans}
    ids, found = list(dns), dict[str, None]()
    for start in range(0, len(ids), AT_ONCE):
        rows = select(NamedEntry.dn_folded, NamedEntry.named_id).where(
            NamedEntry.directory_id == directory_id,
            NamedEntry.named_id.in_(ids[start : start + AT_ONCE]),
        )
        for dn_folded, named_id in db.session.execute(rows.distinct()):
            if dns[named_id] != dn_folded:
                found[dn_folded] = None
    end_reading()
    return list(found)


def _keep(task: Task, found: NamedById) -> None:
    directory_id = task.facts.id
    is_of = _of(directory_id, list(found))
    columns = (NamedEntry.unique_id, NamedEntry.dn_folded, NamedEntry.named_id)
    rows = db.session.execute(select(*columns).where(*is_of))
    stored: set[Stored] = {(id_, dn, named) for id_, dn, named in rows}
    end_reading()
    wanted = {(id_, dn, named) for id_, pairs in found.items() for dn, named in pairs.items()}
    if stored == wanted:
        return
    changed = {id_ for id_, _dn, _named in stored ^ wanted}
    kept = sorted((directory_id, *each) for each in wanted if each[0] in changed)
    with transaction():
        task.lease.heartbeat()
        db.session.execute(delete(NamedEntry).where(*_of(directory_id, sorted(changed))))
        insert_rows(NamedEntry, COLUMNS, kept)


def _of(directory_id: int, unique_ids: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    return NamedEntry.directory_id == directory_id, NamedEntry.unique_id.in_(unique_ids)
