"""Ways to make the set-up wrong, as an administrator would."""

from typing import Any

from sqlalchemy import update

from lupweb.database import db, transaction
from lupweb.directories.models import Directory
from lupweb.directories.service import add_directory
from lupweb.ldap.connection import Tls
from lupweb.profiles.models import ProfileField
from lupweb.sync.service import run
from tests.factories import READER, READER_PASSWORD, SECRET_KEY, SUFFIX
from tests.fakes import FakeDirectory


def change(key: str, **columns: Any) -> None:
    """Set something of a directory."""
    with transaction():
        db.session.execute(update(Directory).where(Directory.key == key).values(**columns))


def mapped_to(field: str, attribute: str) -> None:
    """Read a field from another attribute."""
    with transaction():
        db.session.execute(
            update(ProfileField).where(ProfileField.key == field).values(attribute=attribute)
        )


def a_second_directory(directory: FakeDirectory, login: str, **attributes: str) -> None:
    """Let another branch be a directory that goes second, with an entry of the same login."""
    directory.add(f"ou=second,{SUFFIX}", {"objectClass": [b"organizationalUnit"]})
    values = {name: [value.encode()] for name, value in attributes.items()}
    directory.add(
        f"uid={login}2,ou=second,{SUFFIX}",
        {
            "objectClass": [b"inetOrgPerson"],
            "uid": [login.encode()],
            "cn": [login.encode()],
            "sn": [login.encode()],
            **values,
        },
    )
    with transaction():
        add_directory(
            "second",
            "Second LDAP",
            uris=["ldap://127.0.0.1:390"],
            tls=Tls.NONE,
            bind_dn=READER,
            bind_password=READER_PASSWORD,
            base_dn=SUFFIX,
            additional_user_dn="ou=second",
            secret_key=SECRET_KEY,
        )
    run("second", secret_key=SECRET_KEY, connect=directory.connect, trigger="test")
