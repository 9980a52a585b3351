"""Which directory decides, who is let in, and what becomes of those nobody knows yet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from lupweb.accounts.service import Admit, Door, get_user, sign_in
from lupweb.database import db, in_transaction, transaction
from lupweb.directories import authenticate
from lupweb.directories.models import Directory, DirectoryRole
from lupweb.directories.service import DirectoryFacts, add_directory
from lupweb.errors import (
    CredentialsRefused,
    DirectoryUnavailable,
    SignInRefused,
    TooManyAttempts,
)
from lupweb.ldap.connection import Server, Tls
from lupweb.ldap.entry import Entry
from lupweb.sync.service import run
from tests.factories import (
    PASSWORD,
    READER,
    READER_PASSWORD,
    SECRET_KEY,
    SUFFIX,
    an_empty_directory,
    an_entry,
)
from tests.fakes import FakeDirectory

OTHER_PASSWORD = "the other directory's password"
pytestmark = pytest.mark.usefixtures("in_app")


@dataclass
class Directories:
    """Several directories, reached by their addresses."""

    fakes: dict[str, FakeDirectory] = field(default_factory=dict)

    def add(self, key: str, role: DirectoryRole = DirectoryRole.CONNECTOR) -> FakeDirectory:
        fake = an_empty_directory()
        values = {"objectClass": [b"person"], "userPassword": [READER_PASSWORD.encode()]}
        fake.add(READER, values)
        uri = f"ldap://127.0.0.1:{1000 + len(self.fakes)}"
        self.fakes[uri] = fake
        with transaction():
            add_directory(
                key,
                key.title(),
                uris=[uri],
                tls=Tls.NONE,
                bind_dn=READER,
                bind_password=READER_PASSWORD,
                base_dn=SUFFIX,
                additional_user_dn="ou=people",
                secret_key=SECRET_KEY,
            )
            db.session.execute(update(Directory).where(Directory.key == key).values(role=role))
        return fake

    def connect(self, server: Server) -> FakeDirectory:
        return self.fakes[server.uris[0]].connect()

    def read(self, key: str) -> None:
        run(key, secret_key=SECRET_KEY, connect=self.connect, trigger="test")

    def sign_in(self, name: str, password: str = PASSWORD, admit: Admit | None = None) -> int:
        door = Door(SECRET_KEY, self.connect, admit)
        return sign_in(name, password, address="203.0.113.9", door=door)


@pytest.fixture
def directories(monkeypatch: pytest.MonkeyPatch) -> Directories:
    monkeypatch.setattr(authenticate, "_traits", {})
    return Directories()


def name_of(user_id: int) -> str:
    user = get_user(user_id)
    assert user
    assert user.person
    name = user.person.name
    db.session.rollback()
    return name


def test_the_first_directory_that_has_the_login_decides(directories: Directories) -> None:
    first, second = directories.add("first"), directories.add("second")
    an_entry(first, "ada", "Ada First")
    an_entry(second, "ada", "Ada Second", userPassword=OTHER_PASSWORD)
    an_entry(second, "ben", "Ben Second")
    directories.read("first")
    directories.read("second")

    assert name_of(directories.sign_in("ada")) == "Ada First"
    assert name_of(directories.sign_in("ben")) == "Ben Second"
    with pytest.raises(SignInRefused):
        directories.sign_in("ada", OTHER_PASSWORD)


def test_a_directory_that_cannot_be_asked_and_must_decide_is_said(
    directories: Directories,
) -> None:
    first, second = directories.add("first"), directories.add("second")
    an_entry(first, "ada")
    an_entry(second, "ben")
    directories.read("first")
    directories.read("second")
    first.go_down()

    for name in ("ada", "somebody"):
        with pytest.raises(DirectoryUnavailable):
            directories.sign_in(name)
    assert directories.sign_in("ben")  # only the second one has him, as far as we have read


def test_a_service_account_that_is_refused_is_a_directory_that_cannot_be_asked(
    directories: Directories,
) -> None:
    an_entry(directories.add("main"), "ada")
    directories.read("main")
    for fake in directories.fakes.values():
        fake.refuse_credentials()

    for _each in range(8):
        with pytest.raises(DirectoryUnavailable):
            directories.sign_in("ada", "wrong")


def test_an_alternative_directory_signs_nobody_in(directories: Directories) -> None:
    fake = directories.add("side", DirectoryRole.ALTERNATIVE)
    an_entry(fake, "ada")

    with pytest.raises(SignInRefused):
        directories.sign_in("ada")
    assert fake.server.questions == []


def test_b05_two_entries_of_one_login_let_nobody_in_and_the_log_names_both(
    directories: Directories, caplog: pytest.LogCaptureFixture
) -> None:
    fake = directories.add("main")
    ids = [fake.get(an_entry(fake, uid, mail="x"), "entryUUID")[0].decode() for uid in "ab"]
    fake.set("b", "uid", [b"b", b"a"])
    directories.read("main")

    with pytest.raises(SignInRefused) as refused:
        directories.sign_in("a")

    assert str(refused.value) == "User name or password is wrong."
    told = str(caplog.records[-1].msg)
    assert "ambiguous login" in told
    assert all(unique_id in told for unique_id in ids)
    assert not [each for each in fake.server.questions if each.startswith("bind uid=")]


class Elsewhere(FakeDirectory):
    """A server that takes the password and then shows somebody else's entry, or none."""

    def connect(self, *_server: object) -> "Elsewhere":
        return Elsewhere(check=self._check, server=self.server)

    def who_am_i(self) -> str | None:
        return None

    def read(self, dn: str, attributes: Sequence[str]) -> Entry:
        return super().read(f"uid=ben,ou=people,{SUFFIX}", attributes)


class Knowing(FakeDirectory):
    """A server that says whom it takes us for."""

    said: str | None = ""

    def connect(self, *_server: object) -> "Knowing":
        again = Knowing(check=self._check, server=self.server)
        again.said = self.said
        return again

    def who_am_i(self) -> str | None:
        return self.said

    def read(self, dn: str, attributes: Sequence[str]) -> Entry:
        raise CredentialsRefused("may not read itself")


def of_kind(directories: Directories, kind: Callable[..., FakeDirectory]) -> Any:
    """Add a directory of another kind that has Ada and Ben, and read it."""
    fake = directories.add("main")
    an_entry(fake, "ada")
    an_entry(fake, "ben")
    directories.read("main")
    (uri,) = directories.fakes
    special: Any = kind(server=fake.server)
    directories.fakes[uri] = special
    return special


def test_b06_a_bind_that_proved_somebody_else_is_none(
    directories: Directories, caplog: pytest.LogCaptureFixture
) -> None:
    of_kind(directories, Elsewhere)

    with pytest.raises(SignInRefused):
        directories.sign_in("ada")
    assert "signed in as somebody else" in str(caplog.records[-1].msg)
    assert directories.sign_in("ben")


@pytest.mark.parametrize(
    ("said", "is_let_in"),
    [
        (f"uid=ada,ou=people,{SUFFIX}", True),
        (f" UID=Ada, ou=People,{SUFFIX}", True),
        (f"uid=ben,ou=people,{SUFFIX}", False),
        ("", False),
        ("CORP\\ada", False),  # no DN: then the own entry would have to be readable
        (None, False),
    ],
)
def test_b06_the_server_is_asked_whom_it_takes_us_for(
    directories: Directories, said: str | None, is_let_in: bool
) -> None:
    of_kind(directories, Knowing).said = said

    if is_let_in:
        assert directories.sign_in("ada")
    else:
        with pytest.raises(SignInRefused):
            directories.sign_in("ada")


def test_the_schema_is_not_read_at_every_sign_in(directories: Directories) -> None:
    fake = directories.add("main")
    an_entry(fake, "ada")
    directories.read("main")
    directories.sign_in("ada")
    fake.server.questions.clear()

    directories.sign_in("ada")

    kinds = [question.split(" ")[0] for question in fake.server.questions]
    assert kinds[:3] == ["bind", "search", "bind"]
    assert "traits" not in kinds


def test_nobody_is_let_in_who_is_not_synchronized_yet(directories: Directories) -> None:
    an_entry(directories.add("main"), "ada")
    asked: list[str] = []

    with pytest.raises(SignInRefused):
        directories.sign_in("ada", admit=lambda _facts, unique_id: asked.append(unique_id))
    assert asked == []


def test_a_delegated_directory_makes_its_people_at_their_first_sign_in(
    app: Flask, directories: Directories
) -> None:
    fake = directories.add("main", DirectoryRole.DELEGATED)
    an_entry(fake, "ada", "Ada Lovelace")
    admitted: list[str] = []

    def admit(facts: DirectoryFacts, unique_id: str) -> None:
        assert not in_transaction()
        admitted.append(unique_id)
        with transaction():
            role = DirectoryRole.CONNECTOR
            db.session.execute(update(Directory).values(role=role))
        directories.read(facts.key)

    with pytest.raises(SignInRefused):
        directories.sign_in("ada", "wrong", admit)
    assert admitted == []

    assert name_of(directories.sign_in("ada", PASSWORD, admit)) == "Ada Lovelace"
    directories.sign_in("ada", PASSWORD, admit)
    assert admitted == [fake.get("ada", "entryUUID")[0].decode()]


def test_an_address_that_is_held_back_is_told_for_how_long(directories: Directories) -> None:
    for number in range(30):
        with pytest.raises(SignInRefused):
            directories.sign_in(f"nobody{number}")

    with pytest.raises(TooManyAttempts) as held_back:
        directories.sign_in("nobody")

    assert 0 < held_back.value.retry_after_s <= 30
