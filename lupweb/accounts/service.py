"""Sign in and out; make local accounts."""

import structlog
from sqlalchemy import select

from lupweb.accounts.models import User
from lupweb.accounts.passwords import fits, hash_password
from lupweb.accounts.roles import Role
from lupweb.database import db, end_reading, transaction
from lupweb.directories.authenticate import AmbiguousLogin, authenticate, is_worth_asking
from lupweb.directories.connect import Connect
from lupweb.directories.models import Identity
from lupweb.directories.service import DirectoryFacts, enabled_directories, facts_of
from lupweb.errors import CredentialsRefused, InvalidValue, SignInRefused
from lupweb.people.models import Person
from lupweb.people.names import fold_login
from lupweb.people.states import SHOWN
from lupweb.texts import _

log = structlog.get_logger()


def sign_in(name: str, password: str, *, secret_key: str, connect: Connect) -> int:
    """Return the id of the account that this name and password open.

    Local accounts first, then the directories in their order; the first that has an entry of this
    login decides, with exactly one bind as that entry.

    :raises SignInRefused: whatever the reason; the reason stands in the log only
    :raises DirectoryUnavailable: if a directory that has to decide cannot be asked
    """
    if not is_worth_asking(name, password):
        raise _refused("not worth asking")
    local = _local_account(name, password)
    if local is not None:
        return local
    facts = [facts_of(directory, secret_key) for directory in enabled_directories()]
    end_reading()
    for each in facts:
        unique_id = _ask(each, name, password, connect)
        if unique_id is not None:
            with transaction():
                return _account_of(each, unique_id)
    raise _refused("unknown login")


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


def _local_account(name: str, password: str) -> int | None:
    user = find_local_account(name)
    if user is None or not fits(password, user.password_hash):
        return None
    return user.id


def _ask(facts: DirectoryFacts, name: str, password: str, connect: Connect) -> str | None:
    try:
        return authenticate(facts, name, password, connect)
    except CredentialsRefused as error:
        raise _refused("wrong password") from error
    except AmbiguousLogin as error:
        raise _refused(str(error)) from error


def _account_of(facts: DirectoryFacts, unique_id: str) -> int:
    """Return the account of the person of this entry; it is made at the first sign-in."""
    person = db.session.scalar(
        select(Person)
        .join(Identity, Identity.person_id == Person.id)
        .where(Identity.directory_id == facts.id, Identity.unique_id == unique_id)
    )
    if person is None:
        raise _refused("not synchronized yet")
    if person.state not in SHOWN:
        raise _refused(f"person is {person.state}")
    user = db.session.scalar(select(User).where(User.person_id == person.id))
    if user is None:
        user = User(person_id=person.id)
        db.session.add(user)
        db.session.flush()
    return user.id


def _refused(reason: str) -> SignInRefused:
    log.info("sign-in refused", reason=reason)
    return SignInRefused(_("User name or password is wrong."))
