"""The owner settles what the directory has changed meanwhile; nobody else is asked, or told."""

import pytest

from lupweb.accounts.viewers import Viewer, viewer_as
from lupweb.audit.models import History
from lupweb.database import db, end_reading, transaction
from lupweb.errors import Forbidden, NotFound, ProfileChanged, ReadOnlyMode
from lupweb.options.registry import READ_ONLY
from lupweb.options.service import set_option
from lupweb.outbox.states import OutboxState
from lupweb.profiles.layout import load_layout
from lupweb.profiles.pending import pending_values
from lupweb.writeback.conflicts import keep_mine, take_theirs
from tests.fakes import FakeDirectory
from tests.writeback.world import confirmed, drain, enter, held, message, person_of, state


@pytest.fixture
def conflict(company: FakeDirectory) -> int:
    """Anna has entered “Chef”, and the directory says “Waiter”."""
    number = enter("anna", "position", "Chef")
    company.set("anna", "title", [b"Waiter"])
    drain(company)
    assert state(number) is OutboxState.CONFLICT
    assert message(number).settled_at  # its owner is told since when
    return number


def viewer(login: str = "anna") -> Viewer:
    found = viewer_as(person_of(login).id)
    end_reading()
    return found


def seen() -> str:
    found = pending_values(viewer(), load_layout("DE"), person_of("anna").id)[0].seen
    end_reading()
    return found


def test_keep_mine_writes_it_over_what_was_shown(company: FakeDirectory, conflict: int) -> None:
    with transaction():
        keep_mine(viewer(), load_layout("DE"), "anna", "position", seen=seen())
    drain(company)

    assert held(company, "anna", "title") == [b"Chef"]
    assert confirmed("anna", "position") == "Chef"
    assert state(conflict) is OutboxState.SUPERSEDED


def test_if_the_directory_changes_once_more_the_owner_is_asked_once_more(
    company: FakeDirectory, conflict: int
) -> None:
    with transaction():
        keep_mine(viewer(), load_layout("DE"), "anna", "position", seen=seen())
    company.set("anna", "title", [b"Driver"])

    drain(company)

    found = message(message(conflict).superseded_by or 0)
    assert (found.state, found.found_value) == ("conflict", "Driver")
    assert held(company, "anna", "title") == [b"Driver"]


def test_taking_theirs_gives_the_own_value_up_and_shows_the_other_one(
    company: FakeDirectory, conflict: int
) -> None:
    with transaction():
        take_theirs(viewer(), load_layout("DE"), "anna", "position", seen=seen())
    drain(company)

    assert held(company, "anna", "title") == [b"Waiter"]
    assert confirmed("anna", "position") == "Waiter"
    assert state(conflict) is OutboxState.CANCELLED
    last = db.session.query(History).order_by(History.id.desc()).first()
    assert last
    assert (last.old, last.new) == ("Cook", "Waiter")


@pytest.mark.parametrize("act", [keep_mine, take_theirs])
def test_what_the_page_did_not_show_is_not_decided(
    company: FakeDirectory, conflict: int, act: object
) -> None:
    with pytest.raises(ProfileChanged), transaction():
        act(viewer(), load_layout("DE"), "anna", "position", seen="something else")  # type: ignore[operator]

    assert state(conflict) is OutboxState.CONFLICT


@pytest.mark.parametrize("act", [keep_mine, take_theirs])
def test_nobody_else_decides(company: FakeDirectory, conflict: int, act: object) -> None:
    mine = seen()

    with pytest.raises((Forbidden, NotFound)), transaction():
        act(viewer("bert"), load_layout("DE"), "anna", "position", seen=mine)  # type: ignore[operator]

    assert state(conflict) is OutboxState.CONFLICT


def test_in_read_only_mode_nothing_is_decided(company: FakeDirectory, conflict: int) -> None:
    mine = seen()
    with transaction():
        set_option(READ_ONLY, True)

    with pytest.raises(ReadOnlyMode), transaction():
        keep_mine(viewer(), load_layout("DE"), "anna", "position", seen=mine)


def test_where_there_is_no_conflict_there_is_nothing_to_choose(company: FakeDirectory) -> None:
    with pytest.raises(NotFound), transaction():
        keep_mine(viewer(), load_layout("DE"), "anna", "position", seen="")
