"""Directories: add, find, and what a connection to one needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from lupweb.database import db
from lupweb.directories.attributes import barred_attributes
from lupweb.directories.connect import password_of, server_of
from lupweb.directories.models import Directory, DirectoryRole
from lupweb.directories.secrets import lock
from lupweb.directories.switching import SwitchedOff, switched_off_by
from lupweb.errors import InvalidValue, NotFound
from lupweb.ldap.connection import Server, Tls
from lupweb.ldap.dn import join
from lupweb.texts import _


@dataclass(frozen=True)
class DirectoryFacts:
    """What is needed to ask a directory; a plain value, so that no transaction stays open."""

    id: int
    key: str
    server: Server
    bind_dn: str
    password: str
    user_base_dn: str
    user_filter: str
    login_attribute: str
    name_attribute: str
    email_attribute: str
    position: int = 1
    role: DirectoryRole = DirectoryRole.CONNECTOR
    person_filter: str = ""
    group_base_dn: str = ""
    group_filter: str = ""
    most_missing: int = 10
    most_missing_percent: int = 5
    switched_off: SwitchedOff | None = None
    keyed_by: str = ""
    is_keyed_by_value: bool = False
    nested_groups: str = "expand"

    def __repr__(self) -> str:
        return f"DirectoryFacts({self.key!r})"


def facts_of(directory: Directory, secret_key: str) -> DirectoryFacts:
    """Return what is needed to ask `directory`."""
    return DirectoryFacts(
        id=directory.id,
        key=directory.key,
        server=server_of(directory),
        bind_dn=directory.bind_dn,
        password=password_of(directory, secret_key),
        user_base_dn=join(directory.additional_user_dn, directory.base_dn),
        user_filter=directory.user_filter,
        login_attribute=directory.login_attribute,
        name_attribute=directory.name_attribute,
        email_attribute=directory.email_attribute,
        position=directory.position,
        role=DirectoryRole(directory.role),
        person_filter=directory.person_filter,
        group_base_dn=join(directory.additional_group_dn, directory.base_dn),
        group_filter=directory.group_filter,
        most_missing=directory.most_missing,
        most_missing_percent=directory.most_missing_percent,
        switched_off=switched_off_by(directory.disabled_attribute, directory.disabled_value),
        keyed_by=directory.keyed_by,
        is_keyed_by_value=directory.is_keyed_by_value,
        nested_groups=directory.nested_groups,
    )


def barred_of(facts: DirectoryFacts, chosen: Mapping[str, Any]) -> list[str]:
    """Return what is not written in a directory beside what never is.

    :param chosen: the options of the site
    """
    key = facts.server.id_attribute
    return barred_attributes(facts.login_attribute, facts.email_attribute, chosen, key=key)


def add_directory(  # noqa: PLR0913 a directory has many settings, all named
    key: str,
    name: str,
    *,
    uris: list[str],
    bind_dn: str,
    bind_password: str,
    base_dn: str,
    secret_key: str,
    tls: Tls = Tls.LDAPS,
    allow_cleartext: bool = False,
    ca_file: str = "",
    additional_user_dn: str = "",
    user_filter: str = "(objectClass=inetOrgPerson)",
) -> Directory:
    """Add a directory behind those that are there.

    :param uris: fail-over order
    :raises InvalidValue: if the key is taken
    """
    if find_directory(key) is not None:
        raise InvalidValue(_("The key “%(key)s” is taken.", key=key))
    last = db.session.scalar(select(func.max(Directory.position))) or 0
    directory = Directory(
        key=key,
        name=name,
        position=last + 1,
        uris=uris,
        tls=tls,
        allow_cleartext=allow_cleartext,
        ca_file=ca_file,
        bind_dn=bind_dn,
        bind_password=lock(bind_password, secret_key),
        base_dn=base_dn,
        additional_user_dn=additional_user_dn,
        user_filter=user_filter,
    )
    db.session.add(directory)
    db.session.flush()
    return directory


def find_directory(key: str) -> Directory | None:
    """Return the directory of this key, or None."""
    return db.session.scalar(select(Directory).where(Directory.key == key))


def get_directory(key: str) -> Directory:
    """Return the directory of this key.

    :raises NotFound: if there is none
    """
    directory = find_directory(key)
    if directory is None:
        raise NotFound(_("There is no directory “%(key)s”.", key=key))
    return directory


def all_directories() -> list[Directory]:
    """Return the directories, be they switched on or not, in their order."""
    rows = select(Directory).order_by(Directory.position, Directory.id)
    return list(db.session.scalars(rows))


def enabled_directories() -> list[Directory]:
    """Return the directories that are switched on, in their order."""
    rows = select(Directory).where(Directory.is_enabled).order_by(Directory.position)
    return list(db.session.scalars(rows))
