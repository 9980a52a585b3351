"""What is stored about the people of a directory."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from lupweb.database import db
from lupweb.directories.models import Identity
from lupweb.ldap.dn import fold_dn
from lupweb.people.models import Person
from lupweb.people.names import fold_login
from lupweb.people.states import SHOWN, PersonState
from lupweb.sync.plan import Known


def known_people(directory_id: int, unique_ids: Sequence[str]) -> dict[str, Known]:
    """Return what is stored for these unique ids; one query."""
    rows = (
        select(Identity, Person)
        .join(Person, Person.id == Identity.person_id)
        .where(Identity.directory_id == directory_id, Identity.unique_id.in_(unique_ids))
    )
    return {
        identity.unique_id: Known(
            identity_id=identity.id,
            person_id=person.id,
            dn=identity.dn,
            stamp=identity.stamp,
            login=person.login,
            name=person.name,
            sort_name=person.sort_name,
            email=person.email,
            state=PersonState(person.state),
            document=person.document,
            provenance=person.provenance,
        )
        for identity, person in db.session.execute(rows)
    }


def shown_ids(directory_id: int) -> dict[str, int]:
    """Return unique id -> person id of everybody of a directory who is shown now."""
    rows = (
        select(Identity.unique_id, Identity.person_id)
        .join(Person, Person.id == Identity.person_id)
        .where(Identity.directory_id == directory_id, Person.state.in_(SHOWN))
    )
    return dict(db.session.execute(rows).all())


def is_first_load(directory_id: int) -> bool:
    """Return whether nobody of this directory is known yet."""
    rows = select(func.count(Identity.id)).where(Identity.directory_id == directory_id)
    return not db.session.scalar(rows)


@dataclass(frozen=True)
class PeopleIndex:
    """Finds the person that a value of a directory names."""

    by_dn: dict[str, int]
    by_login: dict[str, int]
    by_email: dict[str, int]

    def find(self, value: str) -> int | None:
        """Return the id of the person whom a DN, a login or a mail address names, or None.

        A login or a mail address that two people have names nobody.
        """
        by_dn = self.by_dn.get(fold_dn(value))
        if by_dn is not None:
            return by_dn
        folded = fold_login(value)
        return self.by_login.get(folded) or self.by_email.get(folded)


def people_index() -> PeopleIndex:
    """Read who is known under which DN, login and mail; two queries."""
    dns = select(Identity.dn_folded, Identity.person_id)
    people = db.session.execute(select(Person.id, Person.login_folded, Person.email)).all()
    return PeopleIndex(
        by_dn=dict(db.session.execute(dns).all()),
        by_login=_unique([(login, id_) for id_, login, _email in people]),
        by_email=_unique([(fold_login(email), id_) for id_, _login, email in people if email]),
    )


def _unique(pairs: Sequence[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    twice: set[str] = set()
    for key, id_ in pairs:
        if key in found:
            twice.add(key)
        found[key] = id_
    return {key: id_ for key, id_ in found.items() if key not in twice}
