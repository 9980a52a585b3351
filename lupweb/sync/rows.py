"""What plans make of people, as the profiles store them."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import select

from lupweb.database import compact_json, db
from lupweb.people.models import Person
from lupweb.profiles.document import (
    as_json,
    content_hash,
    first_provenance,
    values_of,
    with_values,
)
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.newcomers import NewPeople
from lupweb.profiles.references import (
    ReferenceRow,
    naming_fields,
    reference_rows,
    references_of,
)
from lupweb.profiles.service import PersonRow
from lupweb.profiles.writing import COMPUTED
from lupweb.sync import finding
from lupweb.sync.newcomers import Newcomers
from lupweb.sync.plan import Compute, Plan
from lupweb.sync.preparing import computing

NAMED = ("id", "login", "login_folded", "name", "sort_name", "email", "state", "is_listed")
"""What only the directory that supplies a person changes; columns, and parts of a row."""


class Stored(NamedTuple):
    """What is written of the values of one person."""

    document: str
    provenance: str
    content_hash: bytes


@dataclass(frozen=True)
class Origin:
    """Where the values of one block come from."""

    directory_id: int
    directory: str
    run: str
    at: str

    def stored(self) -> Mapping[str, str]:
        """Return what stands in the provenance."""
        return {"source": "ldap", "directory": self.directory, "run": self.run, "at": self.at}


def new_people(
    found: Newcomers, ids: Sequence[int], layout: Layout, origin: Origin, *, resolves: bool = True
) -> NewPeople:
    """Return what new people are to be; whom they name is resolved as far as it is known.

    :param ids: those that they are to have
    :param resolves: no: whom DNs name is left to the end of the run (`links.link`)
    """
    said = found.said
    references = [
        row
        for key, field in naming_fields(layout).items()
        for row in reference_rows(field, ids, said.column(key))
    ]
    if resolves:
        references = _resolved(
            references, [*zip(said.dns_folded, ids, strict=True)], origin.directory_id
        )
    return NewPeople(
        ids=ids,
        states=found.states,
        listed=said.listed,
        logins=said.logins,
        logins_folded=said.logins_folded,
        names=said.names,
        sort_names=said.sort_names,
        emails=said.emails,
        documents=said.documents,
        provenance=first_provenance(origin.stored()),
        hashes=said.hashes,
        values=said.values,
        references=references,
        ahead=found.ahead,
    )


def updated_rows(plans: Sequence[Plan], layout: Layout, origin: Origin) -> list[PersonRow]:
    """Return the rows of people who are known: their stored values, with what changes; a query."""
    if not plans:
        return []
    fields = naming_fields(layout)
    compute = computing(layout)
    of_person = _documents([plan.person_id for plan in plans])
    rows = []
    for plan in plans:
        if plan.person_id not in of_person:
            continue  # merged since it was looked at; the next run reads the entry for the other
        document, origins = _settled(*of_person[plan.person_id], plan, origin, compute)
        values = document["values"]
        text = as_json(values)
        hashed = content_hash(text, plan.login, plan.name, plan.sort_name, plan.email)
        stored = Stored(text, compact_json(origins), hashed)
        rows.append(_row(plan, plan.person_id, values, stored, fields))
    return _keeping_names(rows, {plan.person_id for plan in plans if plan.is_shadowed})


def _keeping_names(rows: list[PersonRow], shadowed: Set[int]) -> list[PersonRow]:
    """Return the rows; whom another directory supplies is called as stored; a query if any is."""
    if not shadowed:
        return rows
    people = select(*map(partial(getattr, Person), NAMED)).where(Person.id.in_(shadowed))
    names = {row.id: row._asdict() for row in db.session.execute(people)}
    return [_called(row, names[row.id]) if row.id in names else row for row in rows]


def _called(row: PersonRow, named: Mapping[str, Any]) -> PersonRow:
    hashed = content_hash(
        row.document, named["login"], named["name"], named["sort_name"], named["email"]
    )
    return replace(row, **named, content_hash=hashed)


def _settled(
    document: Mapping[str, Any],
    provenance: Mapping[str, Any],
    plan: Plan,
    origin: Origin,
    compute: Compute | None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return document and provenance after a plan, with what follows from the values now.

    The plan gets that as well: somebody may have saved a value since it was made.
    """
    if compute is None:
        return _delivered(document, provenance, plan.changes, plan, origin)
    stored = values_of(document)
    delivered = {key: plan.changes[key] for key in plan.changes if key not in plan.computed}
    after = _delivered(document, provenance, delivered, plan, origin)
    computed = compute(after[0]["values"])
    plan.changes = {**delivered, **computed}
    plan.computed = frozenset(computed)
    plan.before |= {key: stored.get(key, "") for key in computed}
    return with_values(*after, computed, {**origin.stored(), "source": COMPUTED})


def _delivered(
    document: Mapping[str, Any],
    provenance: Mapping[str, Any],
    changes: Mapping[str, str],
    plan: Plan,
    origin: Origin,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return document and provenance with what directories say; each value names its own."""
    after = with_values(document, provenance, changes, origin.stored())
    if plan.falling is None:
        return after
    kept = after[0]["values"]
    stays = {key: kept[key] for key in plan.resupplied if key in kept}
    after = with_values(*after, stays, origin.stored())
    for key in {*changes, *stays} & plan.falling.suppliers.keys():
        after[1][key]["directory"] = plan.falling.suppliers[key]
    return after


def _row(
    plan: Plan,
    id_: int,
    values: Mapping[str, str],
    stored: Stored,
    fields: Mapping[str, FieldLayout],
) -> PersonRow:
    return PersonRow(
        id=id_,
        login=plan.login,
        login_folded=plan.login_folded,
        name=plan.name,
        sort_name=plan.sort_name,
        email=plan.email,
        state=plan.state,
        is_listed=plan.is_listed,
        values=values,
        document=stored.document,
        provenance=stored.provenance,
        content_hash=stored.content_hash,
        references=references_of(fields, plan.changes),
    )


def _documents(ids: Sequence[int]) -> dict[int, tuple[dict[str, Any], dict[str, Any]]]:
    """Return what is stored, and hold it: what a person saves now comes after, not in between."""
    columns = select(Person.id, Person.document, Person.provenance)
    present = columns.where(Person.id.in_(ids), Person.merged_into_id.is_(None))
    rows = present.order_by(Person.id).with_for_update()
    return {id_: (document, origins) for id_, document, origins in db.session.execute(rows)}


def _resolved(
    references: Sequence[ReferenceRow], new: Sequence[tuple[str, int]], directory_id: int
) -> list[ReferenceRow]:
    """Return the rows with whom their DNs name, of those who are stored or about to be.

    Where two have the same DN, one of them moved: that is settled at the end of the run.

    :param new: folded DN and person of each who is about to be stored
    """
    dns = {row.key for row in references if row.is_dn}
    once = Counter(dn for dn, _id in new)
    stored = finding.by_dn(dns, directory_id)
    found = {dn: id_ for dn, id_ in (stored | dict(new)).items() if once[dn] + (dn in stored) == 1}
    return [
        row._replace(referred_id=found.get(row.key)) if row.is_dn else row for row in references
    ]
