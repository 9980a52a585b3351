"""The values that name nobody, and why, as far as what is known here tells it."""

from collections.abc import Collection, Mapping

from sqlalchemy import select

from lupweb.database import db
from lupweb.directories.models import Identity
from lupweb.people.models import Person
from lupweb.people.states import SHOWN
from lupweb.profiles.models import IndexedValue
from lupweb.runs import service as runs
from lupweb.texts import Text, _

MOST_LISTED = 100
LONGEST = 120


def list_unresolved(fields: Mapping[int, str], run_id: int) -> None:
    """Say of each value that names nobody why, as a problem of a run; call inside a transaction.

    :param fields: number of a field -> its key
    """
    rows = (
        select(
            IndexedValue.person_id,
            Person.login,
            IndexedValue.field_id,
            IndexedValue.value,
            IndexedValue.key,
            IndexedValue.is_dn,
        )
        .join(Person, Person.id == IndexedValue.person_id)
        .where(
            IndexedValue.field_id.in_(fields),
            IndexedValue.referred_id.is_(None),
            Person.state.in_(SHOWN),
        )
        # not by the same number of the person: SQLite would go through all people then
        .order_by(IndexedValue.person_id)
        .limit(MOST_LISTED)
    )
    found = db.session.execute(rows).all()
    if not found:
        return
    entries = _entries({row.key for row in found if row.is_dn})
    own = _directories({row.person_id for row in found})
    for row in found:
        text = _no_dn(row.value)
        if row.is_dn:
            text = _nobody(row.value, entries.get(row.key, {}), own.get(row.person_id, set()))
        runs.note_problem(run_id, text, login=row.login, field=fields[row.field_id])


def _entries(dns: Collection[str]) -> dict[str, dict[int, bool]]:
    """Return folded DN -> directory that has or had such an entry -> whether it is there now."""
    found: dict[str, dict[int, bool]] = {}
    rows = select(Identity.dn_folded, Identity.directory_id, Identity.is_gone)
    for dn, directory_id, is_gone in db.session.execute(rows.where(Identity.dn_folded.in_(dns))):
        of_dn = found.setdefault(dn, {})
        of_dn[directory_id] = of_dn.get(directory_id, False) or not is_gone
    return found


def _directories(person_ids: Collection[int]) -> dict[int, set[int]]:
    """Return person -> the directories that hold them."""
    found: dict[int, set[int]] = {}
    rows = select(Identity.person_id, Identity.directory_id).where(
        Identity.person_id.in_(person_ids), Identity.is_gone.is_(False)
    )
    for person_id, directory_id in db.session.execute(rows):
        found.setdefault(person_id, set()).add(directory_id)
    return found


def _nobody(value: str, entries: Mapping[int, bool], own: set[int]) -> Text:
    """Return why a DN names nobody.

    :param entries: directory that has or had such an entry -> whether it is there now
    :param own: the directories of the person whose value it is
    """
    said = {"value": value[:LONGEST]}
    if any(entries.get(each) for each in own):
        return _(
            "“%(value)s” is the DN of another entry by now, or of several people, so it names"
            " nobody. It is tried again in each run.",
            **said,
        )
    if any(each in own for each in entries):
        return _(
            "“%(value)s” is no longer among the people of the directory: deleted, moved or left out"
            " by the filter. It is tried again in each run.",
            **said,
        )
    if any(entries.values()):
        return _(
            "“%(value)s” is a person of another directory, and DNs name people of the same one. It"
            " is tried again in each run.",
            **said,
        )
    return _(
        "“%(value)s” names nobody known: the entry is not among those that are read. It is tried"
        " again in each run.",
        **said,
    )


def _no_dn(value: str) -> Text:
    return _(
        "“%(value)s” names nobody known: it is no DN, and nobody's login or mail address. It is"
        " tried again in each run.",
        value=value[:LONGEST],
    )
