"""Sign in; make local accounts."""

from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from sqlalchemy import select

from lupweb.accounts import throttle
from lupweb.accounts.models import User
from lupweb.accounts.passwords import fits, hash_password, work_in_vain
from lupweb.accounts.roles import Role
from lupweb.accounts.throttle import PER_ADDRESS, Key, Kind, Rule
from lupweb.database import db, end_reading, transaction
from lupweb.directories.authenticate import (
    AmbiguousLogin,
    FoundEntry,
    find_entry,
    is_worth_asking,
    prove,
    prove_nobody,
    reason_of,
)
from lupweb.directories.connect import Connect
from lupweb.directories.models import DirectoryRole, Identity
from lupweb.directories.service import DirectoryFacts, enabled_directories, facts_of
from lupweb.directories.standing import held_before
from lupweb.errors import (
    CredentialsRefused,
    DirectoryError,
    InvalidValue,
    SignInRefused,
    TooManyAttempts,
)
from lupweb.people.models import Person
from lupweb.people.names import fold_login
from lupweb.people.states import SHOWN
from lupweb.texts import _

log = structlog.get_logger()

Admit = Callable[[DirectoryFacts, str], None]
"""Makes the person of an entry that signed in for the first time; opens its own transactions."""
SHOWN_OF_A_HASH = 16  # characters, enough to recognise a name that is tried again


@dataclass(frozen=True)
class Door:
    """How directories are reached, and who is let in that nobody knows yet.

    :param admit: for directories that only check passwords (delegated); None: nobody
    """

    secret_key: str = field(repr=False)
    connect: Connect
    admit: Admit | None = None


@dataclass
class Attempt:
    """One try to sign in, and what it is counted under until it is known how it ends."""

    name: str
    password: str = field(repr=False)
    address: str
    door: Door
    rule: Rule
    claimed: list[Key] = field(default_factory=list)

    def key(self, kind: Kind, text: str) -> Key:
        """Return the counter of this account, name or address."""
        return throttle.key_of(kind, text, self.door.secret_key)

    def claim(self, kind: Kind, text: str) -> None:
        """Count this attempt, before anybody is asked.

        :raises SignInRefused: if too many failed; nobody is asked then, be the password right
        """
        key = self.key(kind, text)
        with transaction():
            is_let_through = throttle.claim(key, self.rule)
        if not is_let_through:
            raise self.refused("held back after too many failures", counted_by=kind)
        self.claimed.append(key)

    def refused(self, reason: str, **known: object) -> SignInRefused:
        """Return the error that tells the outside nothing, and tell the log.

        What was typed for a name may be a password: the log gets its hash (hostile-input.md B99).
        """
        name_hash = self.key(Kind.NAME, fold_login(self.name)).digest[:SHOWN_OF_A_HASH]
        log.warning(
            "sign-in refused", reason=reason, name_hash=name_hash, address=self.address, **known
        )
        return SignInRefused(_("User name or password is wrong."))


def sign_in(name: str, password: str, *, address: str, door: Door) -> int:
    """Return the id of the account that this name and password open.

    Local accounts first, then the directories in their order; the first that has an entry of this
    login decides, with exactly one bind, also for a name that nobody has.

    :param address: where the attempt comes from
    :raises SignInRefused: whatever the reason; the reason stands in the log only
    :raises TooManyAttempts: if too many attempts of this address failed
    :raises DirectoryError: if a directory that has to decide cannot be asked; nothing is counted
    """
    attempt = Attempt(name, password, address, door, throttle.account_rule())
    _check_address(attempt)
    try:
        user_id = _user_of(attempt)
    except SignInRefused:
        with transaction():
            throttle.claim(attempt.key(Kind.ADDRESS, address), PER_ADDRESS)
        raise
    except DirectoryError:
        with transaction():
            for key in attempt.claimed:
                throttle.give_back(key, attempt.rule)
        raise
    _settle(attempt)
    log.info("signed in", account=user_id, address=address)
    return user_id


def create_admin(name: str, password: str, *, is_system: bool = True) -> User:
    """Make a local administrator, who can sign in when every directory is down.

    :raises InvalidValue: if the name is taken or empty, or the password too short
    """
    folded = fold_login(name)
    if not folded:
        raise InvalidValue(_("An administrator needs a name."))
    if find_local_account(folded) is not None:
        raise InvalidValue(_("There is already a local account “%(name)s”.", name=name))
    role = Role.SYSTEM_ADMINISTRATOR if is_system else Role.ADMINISTRATOR
    user = User(local_name=folded, password_hash=hash_password(password), role=role)
    db.session.add(user)
    return user


def find_local_account(name: str) -> User | None:
    """Return the local account of this name, or None."""
    return db.session.scalar(select(User).where(User.local_name == fold_login(name)))


def get_user(user_id: int) -> User | None:
    """Return the account, or None."""
    return db.session.get(User, user_id)


def _check_address(attempt: Attempt) -> None:
    seconds = throttle.seconds_to_wait(attempt.key(Kind.ADDRESS, attempt.address))
    end_reading()
    if seconds:
        log.warning("sign-in held back", counted_by=Kind.ADDRESS, address=attempt.address)
        raise TooManyAttempts(
            _("Too many sign-ins failed here. Wait %(n)s seconds, then try again.", n=seconds),
            retry_after_s=seconds,
        )


def _user_of(attempt: Attempt) -> int:
    if not is_worth_asking(attempt.name, attempt.password):
        raise attempt.refused("not worth asking")
    attempt.claim(Kind.NAME, fold_login(attempt.name))
    local = _local_account(attempt)
    return _account_in_directories(attempt) if local is None else local


def _local_account(attempt: Attempt) -> int | None:
    """Return the local account that the password opens; one hash, whoever has the name.

    A person of a directory may have the same name: so somebody who is held back here, or whose
    password does not fit, may still be let in there. The failure here stays counted.
    """
    user = find_local_account(attempt.name)
    kept, user_id = (user.password_hash, user.id) if user else ("", 0)
    end_reading()
    key = attempt.key(Kind.ACCOUNT, f"local {user_id}")
    with transaction():
        is_let_through = bool(user_id) and throttle.claim(key, attempt.rule)
    if not is_let_through:
        work_in_vain(attempt.password)
        return None
    if fits(attempt.password, kept):
        attempt.claimed.append(key)
        return user_id
    return None


def _account_in_directories(attempt: Attempt) -> int:
    asked = [
        facts_of(directory, attempt.door.secret_key)
        for directory in enabled_directories()
        if directory.role != DirectoryRole.ALTERNATIVE
    ]
    holders = _holders_of(attempt.name)
    end_reading()
    answered = None
    for facts in asked:
        try:
            found = _find(attempt, facts)
        except DirectoryError:
            if holders and facts.id not in holders:
                continue  # another directory holds this login, so this one need not decide
            raise
        if found is not None:
            return _account_of_entry(attempt, facts, found)
        answered = facts
    if answered is not None:
        _bind_in_vain(attempt, answered)
    raise attempt.refused("unknown login")


def _holders_of(name: str) -> frozenset[int]:
    """Return the directories that hold an entry of this login, as far as we have read them."""
    held = (
        select(Identity.directory_id)
        .join(Person, Person.id == Identity.person_id)
        .where(Person.login_folded == fold_login(name), Identity.is_gone.is_(False))
    )
    return frozenset(db.session.scalars(held))


def _find(attempt: Attempt, facts: DirectoryFacts) -> FoundEntry | None:
    try:
        return find_entry(facts, attempt.name, attempt.door.connect)
    except (AmbiguousLogin, InvalidValue) as error:
        raise attempt.refused(str(error), directory=facts.key) from error


def _bind_in_vain(attempt: Attempt, facts: DirectoryFacts) -> None:
    try:
        prove_nobody(facts, attempt.password, attempt.door.connect)
    except CredentialsRefused as error:
        raise attempt.refused("unknown login") from error


def _account_of_entry(attempt: Attempt, facts: DirectoryFacts, found: FoundEntry) -> int:
    person_id = _person_of(facts, found.unique_id)
    subject = f"person {person_id}" if person_id else f"entry {facts.id} {found.unique_id}"
    known = {"directory": facts.key, "unique_id": found.unique_id, "person": person_id}
    attempt.claim(Kind.ACCOUNT, subject)
    try:
        prove(facts, found, attempt.password, attempt.door.connect)
    except CredentialsRefused as error:
        raise attempt.refused(reason_of(error, found), **known) from error
    admit = attempt.door.admit
    if person_id is None and admit is not None and facts.role == DirectoryRole.DELEGATED:
        admit(facts, found.unique_id)
    with transaction():
        account = _account_of(facts, found.unique_id)
    if isinstance(account, str):
        raise attempt.refused(account, **known)
    return account


def _person_of(facts: DirectoryFacts, unique_id: str) -> int | None:
    """Return who this entry is; ends the reading, so that the directory may be asked."""
    known = select(Identity.person_id).where(
        Identity.directory_id == facts.id, Identity.unique_id == unique_id
    )
    person_id = db.session.scalar(known)
    end_reading()
    return person_id


def _account_of(facts: DirectoryFacts, unique_id: str) -> int | str:
    """Return the account of the person of this entry, made at the first sign-in; or why not."""
    person = db.session.scalar(
        select(Person)
        .join(Identity, Identity.person_id == Person.id)
        .where(Identity.directory_id == facts.id, Identity.unique_id == unique_id)
        .with_for_update(of=Person)  # two first sign-ins at once make one account
    )
    if person is None:
        return "not synchronized yet"
    if person.state not in SHOWN:
        return f"person is {person.state}"
    if person.barred_at is not None:
        return "an administrator switched the sign-in off"
    elsewhere = held_before(facts.position).where(Identity.person_id == person.id)
    if db.session.scalar(elsewhere.limit(1)) is not None:
        return "another directory, which goes first, holds this person"
    user = db.session.scalar(select(User).where(User.person_id == person.id))
    if user is None:
        user = User(person_id=person.id)
        db.session.add(user)
        db.session.flush()
    return user.id


def _settle(attempt: Attempt) -> None:
    """Forget the failures of who is in now; a local account of the same name keeps its own."""
    with transaction():
        for key in attempt.claimed:
            throttle.forgive(key)
