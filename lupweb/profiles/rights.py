"""Who may edit whose profile; which fields of it, `visibility` and `locks` say."""

from collections import defaultdict
from collections.abc import Collection, Sequence, Set
from dataclasses import asdict, dataclass

from sqlalchemy import delete, select

from lupweb.accounts.viewers import Viewer
from lupweb.audit.events import note_event
from lupweb.database import db
from lupweb.errors import Forbidden, InvalidValue, NotFound
from lupweb.people.models import Person
from lupweb.people.names import fold_login
from lupweb.people.queries import groups_by_key, own_logins
from lupweb.profiles.models import EditGrant, EditGrantParty, GrantSide
from lupweb.texts import _


@dataclass(frozen=True)
class EditRight:
    """Whose profiles whoever is named may edit: groups by key, people by login."""

    profiles_of_groups: tuple[str, ...] = ()
    profiles_of_people: tuple[str, ...] = ()
    editor_groups: tuple[str, ...] = ()
    editor_people: tuple[str, ...] = ()


@dataclass(frozen=True)
class GrantedRight:
    """An edit right that is in force.

    :param id: names it where it is to be taken back
    """

    id: int
    right: EditRight


def may_edit(viewer: Viewer, person: Person, person_groups: Set[int]) -> bool:
    """Return whether `viewer` may edit the profile of `person`; at most two queries.

    Everybody may edit their own, administrators those of all; others need a right.
    """
    if viewer.is_operator or viewer.role.is_administrator:
        return True
    if viewer.person_id is None:
        return False
    return viewer.person_id == person.id or _is_granted(viewer, person, person_groups)


def edit_rights() -> list[GrantedRight]:
    """Return all edit rights in their order; two queries."""
    keys = {group_id: key for key, group_id in groups_by_key().items()}
    named: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    rows = select(EditGrant.id, EditGrantParty).outerjoin(
        EditGrantParty, EditGrantParty.grant_id == EditGrant.id
    )
    for grant_id, party in db.session.execute(rows.order_by(EditGrant.id)):
        parties = named[grant_id]
        if party is None:
            continue
        if party.group_id is None:
            parties[_PEOPLE[party.side]].append(party.login)
        else:
            parties[_GROUPS[party.side]].append(keys[party.group_id])
    return [
        GrantedRight(id_, EditRight(**{key: tuple(sorted(found)) for key, found in each.items()}))
        for id_, each in named.items()
    ]


def grant_edit_right(viewer: Viewer, right: EditRight) -> int:
    """Let people edit profiles; return the number of the right. Call inside a transaction.

    :raises Forbidden: if `viewer` is no administrator
    :raises InvalidValue: if one of the sides is empty, or a group is unknown
    """
    _require_administrator(viewer)
    number = store_edit_right(right)
    note_event(viewer.actor, "edit_right.added", str(number), {}, asdict(right))
    return number


def take_edit_right_back(viewer: Viewer, grant_id: int) -> None:
    """Take an edit right back, at once.

    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such right
    """
    _require_administrator(viewer)
    right = next((each.right for each in edit_rights() if each.id == grant_id), None)
    if right is None:
        raise NotFound(_("There is no such right any more."))
    remove_edit_rights([grant_id])
    note_event(viewer.actor, "edit_right.removed", str(grant_id), asdict(right), {})


def store_edit_right(right: EditRight) -> int:
    """Store a right, whoever asks for it; return its number.

    :raises InvalidValue: if one of the sides is empty, or a group is unknown
    """
    if not (right.profiles_of_groups or right.profiles_of_people):
        raise InvalidValue(_("Say whose profiles may be edited: a group, or a person."))
    if not (right.editor_groups or right.editor_people):
        raise InvalidValue(_("Say who may edit: a group, or a person."))
    grant = EditGrant()
    db.session.add(grant)
    db.session.flush()
    ids = groups_by_key()
    for side in GrantSide:
        for key in getattr(right, _GROUPS[side]):
            if key not in ids:
                raise InvalidValue(_("There is no group “%(key)s”.", key=key))
            _add(grant.id, side, group_id=ids[key])
        for login in getattr(right, _PEOPLE[side]):
            _add(grant.id, side, login=login)
    db.session.flush()
    return grant.id


def remove_edit_rights(ids: Collection[int]) -> None:
    """Remove these rights, whoever asks for it."""
    db.session.execute(delete(EditGrantParty).where(EditGrantParty.grant_id.in_(ids)))
    db.session.execute(delete(EditGrant).where(EditGrant.id.in_(ids)))


_GROUPS = {GrantSide.PROFILES: "profiles_of_groups", GrantSide.EDITORS: "editor_groups"}
_PEOPLE = {GrantSide.PROFILES: "profiles_of_people", GrantSide.EDITORS: "editor_people"}


def _add(grant_id: int, side: GrantSide, group_id: int | None = None, login: str = "") -> None:
    folded = fold_login(login)
    party = EditGrantParty(
        grant_id=grant_id, side=side, group_id=group_id, login=login, login_folded=folded
    )
    db.session.add(party)


def _is_granted(viewer: Viewer, person: Person, person_groups: Set[int]) -> bool:
    parties = db.session.scalars(select(EditGrantParty)).all()
    if not parties:
        return False
    logins = own_logins([person.id, viewer.person_id or 0])
    owned = _grants_naming(parties, GrantSide.PROFILES, person_groups, logins[person.id])
    editing = _grants_naming(
        parties, GrantSide.EDITORS, viewer.groups, logins[viewer.person_id or 0]
    )
    return bool(owned & editing)


def _grants_naming(
    parties: Sequence[EditGrantParty], side: GrantSide, groups: Set[int], logins: Set[str]
) -> set[int]:
    return {
        each.grant_id
        for each in parties
        if each.side == side
        and (each.group_id in groups if each.group_id else each.login_folded in logins)
    }


def _require_administrator(viewer: Viewer) -> None:
    if not (viewer.is_operator or viewer.role.is_administrator):
        raise Forbidden(_("Only administrators decide who edits whom."))
