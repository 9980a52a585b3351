"""When a cookie of syncrepl is asked for, kept and used; what servers answer: tests.faults."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import SQLAlchemyError

from lupweb.directories.service import get_directory
from lupweb.errors import DirectoryRefused, DirectoryUnavailable
from lupweb.ldap.entry import Entry
from lupweb.ldap.syncing import SyncAnswer
from lupweb.sync import apply
from lupweb.sync.service import plan_only
from tests.factories import SECRET_KEY, SUFFIX
from tests.fakes import FakeDirectory
from tests.sync.observing import changes_read, synchronized
from tests.sync.test_written_since import BY_MARK, office

__all__ = ["office"]
PEOPLE = f"ou=people,{SUFFIX}"
KEPT = b64encode(b"cookie").decode()


def kept() -> str:
    return str(get_directory("main").server.get("cookie", ""))


@pytest.fixture
def asked(office: FakeDirectory, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A server that gives cookies, and has been read everything; how often it was asked for one."""
    bases: list[str] = []

    def cookie(_self: object, base_dn: str) -> bytes:
        bases.append(base_dn)
        return b"cookie"

    monkeypatch.setattr(FakeDirectory, "sync_cookie", cookie)
    synchronized(office)
    return bases


def answers(monkeypatch: pytest.MonkeyPatch, answer: Callable[..., SyncAnswer]) -> None:
    monkeypatch.setattr(FakeDirectory, "changed_since", answer, raising=False)


def test_a_run_that_reads_everybody_asks_once_and_one_where_nothing_was_written_not_at_all(
    office: FakeDirectory, asked: list[str]
) -> None:
    assert (len(asked), kept()) == (1, KEPT)

    changes_read(office)

    assert (len(asked), kept()) == (1, KEPT)


def test_a_dry_run_asks_for_no_cookie(office: FakeDirectory, asked: list[str]) -> None:
    plan_only("main", secret_key=SECRET_KEY, connect=office.connect, trigger="test")

    assert (len(asked), kept()) == (1, KEPT)


def test_a_run_in_which_somebody_could_not_be_written_keeps_no_cookie(
    office: FakeDirectory, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_rows: Any, **_more: Any) -> None:
        raise SQLAlchemyError

    office.set("p1", "title", [b"Boss"])
    with monkeypatch.context() as patched:
        patched.setattr(apply, "update_people", refuse)
        document = synchronized(office)

    assert (document["state"], kept(), len(asked)) == ("partial", "", 2)


@pytest.mark.usefixtures("asked")
def test_a_server_that_refuses_lets_everybody_be_compared(
    office: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_asked: Any, **_more: Any) -> SyncAnswer:
        raise DirectoryRefused("Not you.")

    answers(monkeypatch, refuse)
    office.delete("p1")
    office.set("p2", "title", [b"Boss"])

    document = changes_read(office)

    assert (document["missing"], document["changed"]) == (1, 1)
    assert "the server refuses to say what has changed" in document["reason"]


@pytest.mark.usefixtures("asked")
def test_a_server_that_gives_no_answer_is_asked_otherwise_by_the_same_run(
    office: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = []

    def hang(*_asked: Any, **_more: Any) -> SyncAnswer:
        times.append(1)
        raise DirectoryUnavailable("No answer in time.")

    answers(monkeypatch, hang)
    office.set("p2", "title", [b"Boss"])

    document = changes_read(office)

    assert (document["state"], document["changed"], len(times)) == ("done", 1, 1)
    assert BY_MARK in document["reason"]
    assert kept() == ""


@pytest.mark.usefixtures("asked")
def test_a_run_that_begins_again_after_an_answer_says_how_it_went_on(
    office: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = []
    ask = FakeDirectory.pages

    def once_away(self: FakeDirectory, *asked: Any, **more: Any) -> Any:
        times.append(1)
        if len(times) == 1:
            raise DirectoryUnavailable("The connection was lost.")
        return ask(self, *asked, **more)

    office.set("p2", "title", [b"Boss"])
    stored = office.server.entries[f"uid=p2,{PEOPLE}"].values
    entry = Entry(f"uid=p2,{PEOPLE}", {name: stored[name] for name in ("entryUUID", "entryCSN")})
    answers(monkeypatch, lambda *_asked, **_more: SyncAnswer(entries=[entry], cookie=b"new"))
    monkeypatch.setattr(FakeDirectory, "pages", once_away)

    document = changes_read(office)

    assert (document["state"], document["changed"], len(times) > 1) == ("done", 1, True)
    assert BY_MARK in document["reason"]
    assert kept() == ""
