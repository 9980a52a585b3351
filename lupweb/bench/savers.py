"""The parts of the write-back bench that run beside each other, each in a process of its own."""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from lupweb.accounts.viewers import viewer_as
from lupweb.bench.company import application, parts_of
from lupweb.bench.promises import (
    is_anything_open,
    states_of_messages,
    steps_of_messages,
    written_twice,
)
from lupweb.database import db, end_reading, transaction
from lupweb.demo.ldif import WRITER
from lupweb.directories.models import Directory, Identity
from lupweb.errors import LupwebError, ProfileChanged
from lupweb.ldap.client import LdapDirectory
from lupweb.ldap.connection import Server, Tls
from lupweb.ldap.session import Directory as LdapSession
from lupweb.options.registry import LOGIN_SYNC, WRITES_PER_SECOND
from lupweb.options.service import set_option
from lupweb.outbox.states import OutboxState
from lupweb.people.models import Person
from lupweb.profiles.edit_form import Sent
from lupweb.profiles.editing import edit_form, save_profile
from lupweb.profiles.layout import Layout, load_layout
from lupweb.texts import _
from lupweb.writeback import service

ROOM, ATTRIBUTE = "room", "roomNumber"
AT_MOST_S = 60.0
"""So long a single value may take before the bench gives up."""
SETTLED_WITHIN_S = 600.0
PAUSE_S = 0.005


def prompt_saves(uri: str, password: str, saves: int) -> list[tuple[float, float]]:
    """Save one room after the other; return when each was saved, and when the directory had it.

    In seconds. The clock begins before the form is opened, and ends with a reading that finds the
    value.
    """
    with application(), signed_in(uri, password) as directory:
        layout, people = load_layout(), _people(saves)
        end_reading()
        return [
            _prompt_save(directory, layout, person_id, dn, f"Room {number}")
            for number, (person_id, dn) in enumerate(people)
        ]


def read_at_sign_in() -> None:
    """Let whoever signs in be read from the directory."""
    with application(), transaction():
        set_option(LOGIN_SYNC, True)


def save_on(logins: Sequence[str], fields: Sequence[str], saves: int, seed: int) -> None:
    """Save so many values that are all different, to a few places, as fast as it goes."""
    chance = random.Random(seed)  # noqa: S311 the same seed, the same history
    with application():
        with transaction():
            set_option(WRITES_PER_SECOND, 1000)
        layout = load_layout()
        rows = select(Person.login, Person.id).where(Person.login.in_(logins))
        ids = {row.login: row.id for row in db.session.execute(rows)}
        end_reading()
        for number in range(1, saves + 1):
            place = (ids[chance.choice(logins)], chance.choice(fields))
            _keep_saving(layout, *place, f"ours {number}")


def drain_on(until: str) -> None:
    """Save to the directory what is due, over and over, until the file `until` is there."""
    with application() as app:
        parts = parts_of(app)
        directory_id = db.session.scalars(select(Directory.id)).one()
        end_reading()
        while not Path(until).exists():
            with suppress(OperationalError):  # as the scheduler does: the next one goes on
                service.drain(
                    directory_id, secret_key=parts.settings.secret_key, connect=parts.connect
                )
            db.session.rollback()
            time.sleep(PAUSE_S)


def what_became() -> dict[str, Any]:
    """Wait until nothing is on its way; return what became of everything."""
    until = time.monotonic() + SETTLED_WITHIN_S
    with application():
        while is_anything_open() and time.monotonic() < until:
            time.sleep(PAUSE_S)
        seen, sure = steps_of_messages()
        states = states_of_messages()
        return {
            "places": [
                {
                    "login": login,
                    "field": field,
                    "seen": {value: sorted(before) for value, before in each.items()},
                    "sure": sorted(sure.get((login, field), ())),
                }
                for (login, field), each in seen.items()
            ],
            "states": {str(state): states.get(str(state), 0) for state in OutboxState},
            "twice": written_twice(),
        }


@contextmanager
def signed_in(uri: str, password: str, dn: str = WRITER) -> Iterator[LdapSession]:
    """Give a connection of an account; by default of the one that lupweb writes with."""
    directory = LdapDirectory(Server((uri,), Tls.NONE))
    directory.bind(dn, password)
    try:
        yield directory
    finally:
        directory.close()


def save(layout: Layout, person_id: int, field: str, value: str) -> None:
    """Save a value as its person does in the form; theirs stays where the directory has another."""
    viewer, handle = viewer_as(person_id), f"id:{person_id}"
    form = edit_form(viewer, layout, handle)
    end_reading()
    while True:
        sent = Sent({field: [value]}, form.revision, {field: "mine"})
        try:
            with transaction():
                save_profile(viewer, layout, handle, sent)
        except ProfileChanged as changed:
            form = changed.form
        else:
            return


def _keep_saving(layout: Layout, person_id: int, field: str, value: str) -> None:
    """Save a value; again while others hold the database for too long, as a person would."""
    while True:
        try:
            save(layout, person_id, field, value)
        except OperationalError:
            db.session.rollback()
        else:
            return


def _prompt_save(
    directory: LdapSession, layout: Layout, person_id: int, dn: str, value: str
) -> tuple[float, float]:
    began = time.perf_counter()
    save(layout, person_id, ROOM, value)
    saved = time.perf_counter()
    while directory.read(dn, [ATTRIBUTE]).values(ATTRIBUTE) != [value.encode()]:
        if time.perf_counter() - began > AT_MOST_S:
            raise LupwebError(_("A value does not reach the directory. Nothing was measured."))
        time.sleep(PAUSE_S)
    return saved - began, time.perf_counter() - began


def _people(count: int) -> list[tuple[int, str]]:
    rows = select(Identity.person_id, Identity.dn).order_by(Identity.person_id).limit(count)
    found = [(id_, dn) for id_, dn in db.session.execute(rows)]
    return [found[number % len(found)] for number in range(count)]
