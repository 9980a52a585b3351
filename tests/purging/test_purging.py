"""Everything that is known of people who left long ago goes for good, if the site wants that."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import column, select, table, text, update

from lupweb import clock
from lupweb.accounts.models import User
from lupweb.accounts.viewers import OPERATOR
from lupweb.audit.models import History
from lupweb.cli import main
from lupweb.contacts.models import Contact
from lupweb.database import db, transaction
from lupweb.directories.models import Identity, NamedEntry
from lupweb.options.registry import PURGE_AFTER_DAYS, READ_ONLY, OptionKind
from lupweb.options.service import options, set_option
from lupweb.people.models import Person
from lupweb.people.states import PersonState
from lupweb.profiles.layout import load_layout
from lupweb.purging.clearing import PREFIX, hash_of_login
from lupweb.purging.due import find_due
from lupweb.purging.service import purge, purge_if_due
from lupweb.runs.models import Run
from lupweb.runs.service import note_problem
from lupweb.search.everybody import everybody
from lupweb.search.typos import similar_words
from lupweb.sync.records import record
from lupweb.undo.service import undo
from tests.factories import SECRET_KEY, a_connection, a_profile, a_run, an_entry
from tests.fakes import FakeDirectory
from tests.keeping import Companies

GONE = "zqxzoe"
MANY = 12


def _make(directory: FakeDirectory) -> None:
    """Zoe has left, and whatever is known of her holds a canary."""
    for number in range(MANY + 1):
        an_entry(directory, f"p{number}")
    directory.set("p0", "displayName", [b"Peter Shared"])
    zoe = an_entry(
        directory, GONE, "Zoe Shared Zqxname", telephoneNumber="+49 611 1", title="ZQX-first",
        l="ZQX-town",
    )  # fmt: skip
    an_entry(directory, "ann", "Ann", manager=zoe)
    a_connection(directory)
    a_profile()
    first = a_run(directory)
    directory.set(GONE, "title", [b"ZQX-second"])
    a_run(directory)
    with transaction():
        note_problem(first, "ZQX-problem", login=GONE, field="phone")
        ids = dict(db.session.execute(select(Person.login, Person.id)).all())
        users = [User(person_id=ids[each]) for each in ("ann", GONE)]
        db.session.add_all(users)
        db.session.flush()
        entries = {each.person_id: each for each in db.session.scalars(select(Identity))}
        db.session.add(_named(entries[ids["ann"]], entries[ids[GONE]]))
        db.session.add(Contact(user_id=users[0].id, person_id=ids[GONE], note="ZQX-note"))
        db.session.add(Contact(user_id=users[1].id, person_id=ids["ann"], note="ZQX-own note"))
    directory.set("ann", "manager", [])
    _leave(directory, GONE)


def _named(by: Identity, who: Identity) -> NamedEntry:
    """Return what is kept where a directory tells the ids of whom an entry names."""
    return NamedEntry(
        directory_id=by.directory_id,
        unique_id=by.unique_id,
        dn_folded=who.dn_folded,
        named_id=who.unique_id,
    )


def _leave(directory: FakeDirectory, *logins: str, days: int = 100) -> None:
    for login in logins:
        directory.delete(login)
    a_run(directory)
    with transaction():
        left = update(History).where(History.new == "missing")
        db.session.execute(left.values(at=clock.now() - timedelta(days=days)))


def _choose(kind: OptionKind, value: int | bool) -> None:
    with transaction():
        set_option(kind, value)


def _purged(**more: bool | int) -> dict[str, object]:
    return record(purge(secret_key=SECRET_KEY, trigger="test", **more))  # type: ignore[arg-type]


def _zoe() -> Person:
    db.session.rollback()
    return db.session.scalars(select(Person).where(Person.id == _number_of_zoe())).one()


def _number_of_zoe() -> int:
    rows = select(History.person_id).where(History.new == str(PersonState.MISSING))
    return int(db.session.scalars(rows.order_by(History.id)).first() or 0)


def _whole_database() -> str:
    """Return everything that the database holds, as text."""
    db.session.rollback()
    names = text("SELECT name FROM sqlite_master WHERE type = 'table'")
    tables = db.session.scalars(names).all()
    everything = column("*", is_literal=True)
    rows = {
        each: db.session.execute(select(everything).select_from(table(each))) for each in tables
    }
    return "\n".join(f"{name}: {row}" for name, found in rows.items() for row in found)


@pytest.fixture
def company(in_app: Flask, directory: FakeDirectory, companies: Companies) -> FakeDirectory:
    """Thirteen people, Ann, and Zoe who left a hundred days ago."""
    found = companies.again(in_app, directory, _make)
    _choose(PURGE_AFTER_DAYS, 90)
    return found


def test_nothing_that_was_known_of_her_is_left_anywhere(company: FakeDirectory) -> None:
    assert "zqx" in _whole_database().casefold()

    found = _purged()

    left = [line for line in _whole_database().splitlines() if "zqx" in line.casefold()]
    assert left == []
    assert similar_words(["sharde"])["sharde"] == ["shared"]  # of another, who has that name too
    assert (found["state"], _zoe().state) == ("done", PersonState.PURGED)


def test_number_hash_and_who_changed_what_when_stay(company: FakeDirectory) -> None:
    before = db.session.scalars(select(History.id).where(History.person_id == _number_of_zoe()))
    lines = list(before)

    _purged()

    zoe = _zoe()
    assert zoe.login == PREFIX + hash_of_login(GONE, SECRET_KEY)
    assert zoe.document.get("values", {}) == {}
    rows = select(History).where(History.person_id == zoe.id).order_by(History.id)
    kept = list(db.session.scalars(rows))
    assert [each.id for each in kept][: len(lines)] == lines
    assert (kept[-1].field_key, kept[-1].old, kept[-1].new) == ("@state", "missing", "purged")
    assert {(each.old, each.new) for each in kept if each.field_key == "position"} == {("", "")}


def test_whoever_left_lately_or_is_back_stays(company: FakeDirectory) -> None:
    _leave(company, "p0", days=80)
    an_entry(company, GONE, "Zoe")

    assert (find_due(options()).ids, _purged()["message"]) == (
        [], "The values of 0 people who left long ago were cleared for good.",
    )  # fmt: skip


def test_it_is_off_until_somebody_switches_it_on(company: FakeDirectory) -> None:
    _choose(PURGE_AFTER_DAYS, PURGE_AFTER_DAYS.default)

    assert find_due(options()).ids == ()
    assert purge_if_due(secret_key=SECRET_KEY, read_only=False) is None
    assert _zoe().state is PersonState.MISSING


def test_the_scheduler_does_it_once_a_day_and_not_in_read_only_mode(
    company: FakeDirectory,
) -> None:
    assert purge_if_due(secret_key=SECRET_KEY, read_only=True) is None
    _choose(READ_ONLY, value=True)
    assert purge_if_due(secret_key=SECRET_KEY, read_only=False) is None
    assert _purged()["state"] == "refused"
    _choose(READ_ONLY, value=False)

    assert purge_if_due(secret_key=SECRET_KEY, read_only=False) is not None
    assert _zoe().state is PersonState.PURGED
    _leave(company, "p1")
    assert purge_if_due(secret_key=SECRET_KEY, read_only=False) is None
    with transaction():
        db.session.execute(update(Run).values(started_at=clock.now() - timedelta(days=1)))
    assert purge_if_due(secret_key=SECRET_KEY, read_only=False) is not None


def test_many_at_once_wait_until_somebody_names_their_number(
    company: FakeDirectory, run: Callable[..., Result]
) -> None:
    _leave_all(company)

    assert f"{MANY} people would be cleared" in run("--dry-run").output
    refused = run()
    assert (refused.exit_code, _missing()) == (1, MANY)
    assert f"lupweb people purge --agree {MANY}" in refused.output
    assert run("--agree", str(MANY - 1)).exit_code == 1
    assert _missing() == MANY

    assert run("--agree", str(MANY)).exit_code == 0
    assert _missing() == 0


def test_an_undo_brings_nobody_back_of_whom_nothing_is_left(company: FakeDirectory) -> None:
    hidden = db.session.scalars(
        select(History.run_id).where(History.new == str(PersonState.MISSING))
    ).one()
    _purged()

    undone = record(undo(int(hidden or 0), trigger="test"))

    assert (undone["state"], _zoe().state) == ("done", PersonState.PURGED)


def test_administrators_see_that_somebody_was_cleared_and_why(company: FakeDirectory) -> None:
    _purged()
    chosen = options()

    found = everybody(OPERATOR, load_layout(chosen["phone_region"]), chosen, ("purged", "", 1))

    (person,) = found.people
    (reason,) = found.reasons[person.id]
    assert person.name.startswith(PREFIX)
    assert "cleared for good" in str(reason.sentence)
    counts = {each.key: each.count for each in found.states}
    assert (counts["purged"], counts["missing"], counts["local"]) == (1, 0, 0)


@pytest.fixture
def run(in_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs `lupweb people purge`."""
    monkeypatch.setattr("lupweb.cli.application.create_app", lambda: in_app)
    return lambda *words: CliRunner().invoke(main, ["people", "purge", *words])


def _leave_all(company: FakeDirectory) -> None:
    """Let so many be missing that more than the limit are due; Zoe is one of them."""
    ids = select(Person.id).where(Person.login.in_([f"p{each}" for each in range(MANY - 1)]))
    with transaction():
        left = list(db.session.scalars(ids))
        people = update(Person).where(Person.id.in_(left))
        db.session.execute(people.values(state=PersonState.MISSING))
        at = clock.now() - timedelta(days=100)
        db.session.add_all(
            History(person_id=each, field_key="@state", old="active", new="missing",
                    source="ldap", at=at)
            for each in left
        )  # fmt: skip
        db.session.execute(text("UPDATE identity SET is_gone = 1"))


def _missing() -> int:
    db.session.rollback()
    return len(find_due(options()).ids)
