"""Tokens: what programs show in place of a session. A token never sees more than its owner."""

import secrets
from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import delete, func, select, update

from lupweb import clock
from lupweb.accounts.barring import may_sign_in
from lupweb.accounts.grants import role_of
from lupweb.accounts.models import ApiToken, User
from lupweb.accounts.presence import Face, Presence
from lupweb.accounts.roles import Role
from lupweb.accounts.sessions import hashed
from lupweb.accounts.viewers import Viewer
from lupweb.audit.events import note_event
from lupweb.database import db
from lupweb.directories.models import Directory, Identity
from lupweb.errors import InvalidValue, NotFound
from lupweb.options.versions import setup_token
from lupweb.people.models import Person
from lupweb.people.queries import groups_of
from lupweb.texts import Text, _

PREFIX = "lup_"
"""What every token begins with, so that scanners of code and logs know one."""
USUAL_DAYS, MOST_DAYS = 90, 365
LONGEST_NAME = 80
MOST_TOKENS = 50
"""Of one account."""
LONGEST = 200
"""Characters of a header that are looked at."""
NOTE_EVERY = timedelta(minutes=5)
"""How long a token is used before it is noted again."""
SHOWN_AFTERWARDS = timedelta(days=30)
"""How long its owner still reads that a token ended."""


class Scope(StrEnum):
    """What a token is good for, beside what its owner may do."""

    PEOPLE = "people:read"
    RUNS = "runs:read"


SCOPES: dict[Scope, Text] = {
    Scope.PEOPLE: _("Read people, fields and org charts, as far as you may see them"),
    Scope.RUNS: _("Read runs of synchronization, if you are an administrator"),
}


@dataclass(frozen=True)
class Bearer:
    """Who a token speaks for, and what it is good for.

    :param scopes: those that its owner's role offers now; the others wait for the role
    :param role: what its owner may do now
    :param is_due: whether it is time to note that the token is in use
    """

    token_id: int
    scopes: frozenset[str]
    role: Role
    presence: Presence
    is_due: bool


def scopes_of(role: Role) -> frozenset[Scope]:
    """Return what a token may be good for whose owner has this role."""
    return frozenset(Scope) if role.is_administrator else frozenset({Scope.PEOPLE})


def make_token(viewer: Viewer, name: str, scopes: Collection[str], days: int) -> tuple[int, str]:
    """Make a token of the viewer's own; return its number and its text, which is nowhere else.

    Call inside a transaction.

    :raises InvalidValue: for a name, scopes or a time that no token has, or one token too many
    """
    account = _account_of(viewer)
    name = " ".join(name.split())
    _check(name, scopes, days, scopes_of(viewer.role))
    _check_room(account)
    text = PREFIX + secrets.token_urlsafe(32)
    now = clock.now()
    token = ApiToken(
        user_id=account,
        name=name,
        key_hash=hashed(text),
        scopes=" ".join(sorted(scopes)),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    db.session.add(token)
    db.session.flush()
    _note(viewer, token, is_made=True)
    return token.id, text


def tokens_of(viewer: Viewer) -> Sequence[ApiToken]:
    """Return the viewer's own tokens, the newest first; those that ended are among them."""
    own = select(ApiToken).where(ApiToken.user_id == _account_of(viewer))
    return db.session.scalars(own.order_by(ApiToken.id.desc())).all()


def get_token(viewer: Viewer, token_id: int) -> ApiToken:
    """Return a token of the viewer's own.

    :raises NotFound: if the viewer has no such token
    """
    own = select(ApiToken).where(ApiToken.id == token_id)
    token = db.session.scalar(own.where(ApiToken.user_id == _account_of(viewer)))
    if token is None:
        raise NotFound(_("You have no such token."))
    return token


def revoke_token(viewer: Viewer, token_id: int) -> str:
    """Make a token of the viewer's own worth nothing; return its name. Inside a transaction.

    :raises NotFound: if the viewer has no such token
    """
    token = get_token(viewer, token_id)
    _note(viewer, token, is_made=False)
    db.session.delete(token)
    db.session.flush()
    return token.name


def find_bearer(text: str) -> Bearer | None:
    """Return whom a token speaks for now; at most seven queries.

    None: there is no such token, it has ended, or its owner may not sign in.
    """
    if not text.startswith(PREFIX) or len(text) > LONGEST:
        return None
    found = select(ApiToken, User).join(User, User.id == ApiToken.user_id)
    alive = found.where(ApiToken.key_hash == hashed(text), ApiToken.expires_at > clock.now())
    row = db.session.execute(alive).unique().first()
    if row is None or not is_let_in(row.User):
        return None
    token, user = row.ApiToken, row.User
    role = role_of(user)
    return Bearer(
        token_id=token.id,
        scopes=frozenset(token.scopes.split()) & scopes_of(role),
        role=role,
        presence=_presence(token, user),
        is_due=token.last_used_at is None or clock.now() - token.last_used_at >= NOTE_EVERY,
    )


def note_use(token_id: int) -> None:
    """Remember that a token was used now; call inside a transaction."""
    used = update(ApiToken).where(ApiToken.id == token_id)
    db.session.execute(used.values(last_used_at=clock.now()))


def forget_ended_tokens() -> int:
    """Delete the rows of tokens that ended some time ago; return how many there were."""
    ended = delete(ApiToken).where(ApiToken.expires_at <= clock.now() - SHOWN_AFTERWARDS)
    return db.session.connection().execute(ended).rowcount


def _account_of(viewer: Viewer) -> int:
    if viewer.account_id is None:
        raise InvalidValue(_("Tokens belong to accounts. Sign in, then make one."))
    return viewer.account_id


def _check(name: str, scopes: Collection[str], days: int, offered: Set[Scope]) -> None:
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidValue(
            _("Say what the token is for, in at most %(n)s characters.", n=LONGEST_NAME)
        )
    if not scopes or not set(scopes) <= offered:
        raise InvalidValue(_("Choose what the token may do."))
    if not 1 <= days <= MOST_DAYS:
        raise InvalidValue(_("A token is good for 1 to %(n)s days.", n=MOST_DAYS))


def _check_room(account: int) -> None:
    count = select(func.count()).where(
        ApiToken.user_id == account, ApiToken.expires_at > clock.now()
    )
    if (db.session.scalar(count) or 0) >= MOST_TOKENS:
        raise InvalidValue(
            _("You have %(n)s tokens. Revoke one that nothing uses any more.", n=MOST_TOKENS)
        )


def is_let_in(user: User) -> bool:
    """Return whether the account could sign in now, by a password here or a directory."""
    if user.person is None:
        return True
    if not may_sign_in(user.person):
        return False
    doors = (
        select(Identity.person_id)
        .join(Directory, Directory.id == Identity.directory_id)
        .where(
            Identity.person_id == user.person_id, Identity.is_gone.is_(False), Directory.is_enabled
        )
    )
    return bool(user.password_hash) or db.session.scalar(doors.limit(1)) is not None


def _presence(token: ApiToken, user: User) -> Presence:
    return Presence(
        content={},
        created_at=token.created_at,
        expires_at=token.expires_at,
        checked_at=None,
        user_id=user.id,
        role=Role(user.role),
        local_name=user.local_name or "",
        face=_face(user.person) if user.person else None,
        groups=groups_of([user.person_id])[user.person_id] if user.person_id else frozenset(),
        directory_read_at=None,
        setup_token=setup_token(),
        look={},  # of pages; a program sees none
    )


def _face(person: Person) -> Face:
    return Face(
        id=person.id,
        name=person.name,
        login=person.login,
        email=person.email,
        handle=f"id:{person.id}",
        picture=person.picture_hash,
        state=person.state,
        barred_at=person.barred_at,
    )


def _note(viewer: Viewer, token: ApiToken, *, is_made: bool) -> None:
    said = {"name": token.name, "scopes": token.scopes, "ends": token.expires_at.isoformat()}
    before, after = ({}, said) if is_made else (said, {})
    kind = "token.made" if is_made else "token.revoked"
    note_event(viewer.actor, kind, f"token:{token.id}", before, after)
