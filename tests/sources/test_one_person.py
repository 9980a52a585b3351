"""The edit form reads the other LDAP as well, in the same second (sync.md section 15)."""

import threading
from collections.abc import Iterator

import pytest

from lupweb.database import db, transaction
from lupweb.errors import DirectoryUnavailable
from lupweb.profiles.layout import load_layout
from lupweb.runs.models import Run
from lupweb.sync.refresh import Freshness, refresh
from tests.factories import SECRET_KEY
from tests.fakes import FakeDirectory
from tests.sources.conftest import is_locked, person, values
from tests.sources.other import OTHER, Other, other

__all__ = ["other"]


def read(other: Other, login: str = "ada", *, limit_s: float = 5.0) -> Freshness:
    person_id, layout = person(login).id, load_layout()
    return refresh(person_id, layout, SECRET_KEY, other.server.connect, limit_s=limit_s)


def test_the_values_of_one_person_are_stored_without_a_run(other: Other) -> None:
    assert read(other) is Freshness.READ
    assert values("ada") == {"room": "1.01"}
    assert is_locked("ada")
    assert db.session.query(Run).count() == 0
    assert read(other, "cem") is Freshness.READ
    assert not is_locked("cem")


def test_who_is_there_no_more_or_twice_keeps_the_values_which_are_free(other: Other) -> None:
    read(other)
    other.add("ada", at="other-ada", roomNumber="7")

    assert read(other) is Freshness.READ
    assert values("ada") == {"room": "1.01"}
    assert not is_locked("ada")


def test_a_login_with_signs_of_a_filter_finds_nobody_else(other: Other) -> None:
    ben = f"id:{person('ben').id}"
    with transaction():
        person(ben).login_folded = "*"

    assert read(other, ben) is Freshness.READ
    assert values(ben) == {}


def test_while_a_run_holds_what_would_be_emptied_nothing_is(other: Other) -> None:
    read(other)
    other.change(state="held")
    other.server.set(f"uid=ADA,{OTHER}", "roomNumber", [])

    assert read(other) is Freshness.READ
    assert values("ada") == {"room": "1.01"}
    other.change(state="done")
    read(other)
    assert values("ada") == {}


def test_what_is_switched_off_or_away_is_not_waited_for(other: Other) -> None:
    other.change(is_enabled=False)
    assert read(other) is Freshness.NOWHERE
    other.change(is_enabled=True)
    other.server.go_down()
    assert read(other) is Freshness.UNREAD
    assert values("ada") == {}


@pytest.fixture
def end() -> Iterator[threading.Event]:
    """What lets go whoever is asked and does not answer."""
    end = threading.Event()
    yield end
    end.set()


def test_a_server_that_is_silent_takes_no_longer_than_the_form_may_wait(
    other: Other, end: threading.Event
) -> None:
    class Silent(FakeDirectory):
        def bind(self, dn: str, password: str) -> None:
            end.wait(30)
            raise DirectoryUnavailable("too late")

    found = refresh(
        person("ada").id, load_layout(), SECRET_KEY, lambda _server: Silent(OTHER), limit_s=0.05
    )

    assert found is Freshness.UNREAD
