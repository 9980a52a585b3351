"""What is stored about the people of a directory, and how they stand in the others."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from lupweb.database import db
from lupweb.directories.models import Identity
from lupweb.directories.standing import held_before
from lupweb.ldap.dn import fold_dn, is_dn
from lupweb.people.models import Person
from lupweb.people.names import fold_login
from lupweb.people.states import SHOWN, PersonState
from lupweb.sync.plan import Known


@dataclass(frozen=True)
class Here:
    """The directory that is being read, among the others."""

    directory_id: int
    position: int
    run_id: int

    def known_people(self, unique_ids: Collection[str]) -> dict[str, Known]:
        """Return what is stored for these unique ids; two queries."""
        rows = db.session.execute(
            select(Identity, Person)
            .join(Person, Person.id == Identity.person_id)
            .where(Identity.directory_id == self.directory_id, Identity.unique_id.in_(unique_ids))
        ).all()
        shadowed = self._shadowed([person.id for _identity, person in rows])
        return {
            identity.unique_id: _known(person, identity, person.id in shadowed, self.run_id)
            for identity, person in rows
        }

    def known_elsewhere(self, matches: Mapping[str, str]) -> dict[str, Known]:
        """Return who of another directory an entry without an identity is; two queries.

        :param matches: unique id -> what tells the same person, folded; "" is nobody
        :returns: only where exactly one candidate stands on each side (sync.md section 1)
        """
        counted = _once(matches.values())
        wanted = {match: unique_id for unique_id, match in matches.items() if match in counted}
        rows = db.session.execute(self._candidates(wanted)).all()
        once = _once(identity.match for identity, _person in rows)
        shadowed = self._shadowed([person.id for _identity, person in rows])
        return {
            wanted[identity.match]: _known(person, None, person.id in shadowed, self.run_id)
            for identity, person in rows
            if identity.match in once
        }

    def shown_ids(self) -> dict[str, int]:
        """Return unique id -> person id of everybody of here who is shown now."""
        rows = (
            select(Identity.unique_id, Identity.person_id)
            .join(Person, Person.id == Identity.person_id)
            .where(
                Identity.directory_id == self.directory_id,
                Identity.is_gone.is_(False),
                Person.state.in_(SHOWN),
            )
        )
        return dict(db.session.execute(rows).all())

    def present_ids(self) -> dict[str, int]:
        """Return unique id -> identity's id of everybody who was in the last reading."""
        rows = select(Identity.unique_id, Identity.id).where(
            Identity.directory_id == self.directory_id, Identity.is_gone.is_(False)
        )
        return dict(db.session.execute(rows).all())

    def is_first_load(self) -> bool:
        """Return whether nobody of here is known yet."""
        rows = select(func.count(Identity.id)).where(Identity.directory_id == self.directory_id)
        return not db.session.scalar(rows)

    def _candidates(self, wanted: Collection[str]) -> Select[Identity, Person]:
        own = aliased(Identity)
        has_own = select(own.id).where(
            own.person_id == Identity.person_id,
            own.directory_id == self.directory_id,
            own.is_gone.is_(False),
        )
        return (
            select(Identity, Person)
            .join(Person, Person.id == Identity.person_id)
            .where(
                Identity.match.in_(wanted),
                Identity.directory_id != self.directory_id,
                Identity.is_gone.is_(False),
                ~has_own.exists(),
            )
        )

    def _shadowed(self, person_ids: Sequence[int]) -> set[int]:
        """Return those people whom an enabled directory that goes first holds."""
        rows = held_before(self.position).where(Identity.person_id.in_(person_ids))
        return set(db.session.scalars(rows))


def _known(person: Person, identity: Identity | None, is_shadowed: bool, run_id: int) -> Known:
    return Known(
        identity_id=identity.id if identity else None,
        person_id=person.id,
        dn=identity.dn if identity else "",
        stamp=identity.stamp if identity else "",
        match=identity.match if identity else "",
        disabled_reason=identity.disabled_reason if identity else "",
        is_gone=bool(identity and identity.is_gone),
        is_shadowed=is_shadowed,
        is_new=bool(identity and identity.first_run_id == run_id),
        login=person.login,
        name=person.name,
        sort_name=person.sort_name,
        email=person.email,
        state=PersonState(person.state),
        is_listed=person.is_listed,
        document=person.document,
        provenance=person.provenance,
    )


@dataclass(frozen=True)
class PeopleIndex:
    """Finds the person that a value of a directory names.

    A DN counts in its own directory only, and never as a login or a mail address: otherwise whoever
    can choose a mail address, or writes another directory, could take somebody's place.

    :param by_dn: folded DN -> directory id -> person id
    :param directories: person id -> the directories that hold the person
    """

    by_dn: Mapping[str, Mapping[int, int]]
    directories: Mapping[int, frozenset[int]]
    by_login: Mapping[str, int]
    by_email: Mapping[str, int]

    def member(self, value: str, directory_id: int) -> int | None:
        """Return whom a member value of a group names: a DN, or a login of the same directory."""
        by_dn = self.by_dn.get(fold_dn(value), {}).get(directory_id)
        if by_dn is not None or is_dn(value):
            return by_dn
        found = self.login(value)
        return found if found and directory_id in self.directories.get(found, ()) else None

    def login(self, value: str) -> int | None:
        """Return who has this login; None if two people have it."""
        return self.by_login.get(fold_login(value))

    def reference(self, value: str, person_id: int) -> int | None:
        """Return whom a value of `person_id` names: by DN, login or mail address.

        A DN means an entry of a directory that holds the person; two different people are nobody.
        """
        if not is_dn(value):
            return self.login(value) or self.by_email.get(fold_login(value))
        here = self.directories.get(person_id, frozenset())
        named = self.by_dn.get(fold_dn(value), {})
        people = {named[directory_id] for directory_id in here if directory_id in named}
        return people.pop() if len(people) == 1 else None


def people_index() -> PeopleIndex:
    """Read who is known under which DN, login and mail; two queries."""
    identities = db.session.execute(
        select(Identity.dn_folded, Identity.directory_id, Identity.person_id).where(
            Identity.is_gone.is_(False)
        )
    ).all()
    people = db.session.execute(select(Person.id, Person.login_folded, Person.email)).all()
    by_dn: dict[str, dict[int, int]] = {}
    directories: dict[int, set[int]] = {}
    for dn, directory_id, person_id in identities:
        by_dn.setdefault(dn, {})[directory_id] = person_id
        directories.setdefault(person_id, set()).add(directory_id)
    return PeopleIndex(
        by_dn=by_dn,
        directories={id_: frozenset(found) for id_, found in directories.items()},
        by_login=_unique([(login, id_) for id_, login, _email in people]),
        by_email=_unique([(fold_login(email), id_) for id_, _login, email in people if email]),
    )


def _once(values: Iterable[str]) -> set[str]:
    """Return the values that occur exactly once; "" is none."""
    found: set[str] = set()
    twice: set[str] = set()
    for value in values:
        (twice if value in found else found).add(value)
    return found - twice - {""}


def _unique(pairs: Sequence[tuple[str, int]]) -> dict[str, int]:
    once = _once(key for key, _id in pairs)
    return {key: id_ for key, id_ in pairs if key in once}
