"""People of a directory that takes what they enter, and what tests do with it."""

from dataclasses import replace

from sqlalchemy import select

from lupweb.database import db, end_reading, transaction
from lupweb.directories.models import Directory, Identity
from lupweb.options.registry import PICTURE_ATTRIBUTE, PICTURE_SOURCE, PICTURE_WRITE_BACK
from lupweb.options.service import set_option
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.service import claim, settle
from lupweb.outbox.states import OutboxState
from lupweb.outbox.values import Claimed, Verdict
from lupweb.people.queries import get_person
from lupweb.profiles.confirming import confirm
from lupweb.profiles.models import ProfileField
from tests.factories import a_connection, a_local_person, a_profile, a_run, an_entry
from tests.fakes import FakeDirectory
from tests.profiles.editing import OpenForm, layout, viewer_named

WRITTEN = ("position", "phone", "location", "manager")


def make_company(directory: FakeDirectory) -> None:
    """Ada, Ben and Cem, of a directory that takes four fields; Lea, whom no directory holds."""
    an_entry(directory, "ada", "Ada Lovelace", title="Countess", telephoneNumber="0611-20570")
    an_entry(directory, "ben", "Ben Özgür", title="Clerk", l="Porto")
    an_entry(directory, "cem", "Cem Groß", l="Faro")
    a_connection(directory)
    a_profile()
    with transaction():
        db.session.scalars(select(Directory)).one().writes = True
        for field in db.session.scalars(select(ProfileField)):
            field.writes_back = field.key in WRITTEN
    a_run(directory)
    a_local_person("lea", position="Trainee")


def opens(login: str) -> OpenForm:
    """Open one's own form."""
    return OpenForm.of(viewer_named(login), login)


def enters(login: str, key: str, value: str) -> int:
    """Save one value in one's own profile; return the number of its open message."""
    opens(login).type(key, value).save()
    found = open_message(login, key)
    assert found is not None
    return found.id


def message(number: int) -> OutboxMessage:
    """Return a message as it stands; it may be looked at outside of transactions."""
    end_reading()
    found = db.session.get_one(OutboxMessage, number, populate_existing=True)
    db.session.expunge(found)
    end_reading()
    return found


def messages_of(login: str) -> list[OutboxMessage]:
    """Return all messages about a person, the first one first."""
    end_reading()
    db.session.expire_all()
    rows = select(OutboxMessage).where(OutboxMessage.person_id == get_person(login).id)
    found = list(db.session.scalars(rows.order_by(OutboxMessage.id)))
    for each in found:
        db.session.expunge(each)
    end_reading()
    return found


def open_message(login: str, key: str) -> OutboxMessage | None:
    """Return the open message about one field, or None."""
    ended = {"written", "rejected", "dead", "cancelled", "superseded"}
    about = [each for each in messages_of(login) if each.field_key == key]
    return next((each for each in about if each.state not in ended), None)


def takes() -> list[Claimed]:
    """Claim what is due, as a worker does."""
    with transaction():
        return claim(1)


def answers(claimed: Claimed, state: OutboxState, **said: object) -> OutboxMessage:
    """Settle a claimed message, as a worker does; confirm it if it was written."""
    verdict = replace(Verdict(state), **said)  # type: ignore[arg-type]
    with transaction():
        found = settle(claimed.id, claimed.token, verdict)
        if state is OutboxState.WRITTEN:
            confirm(layout(), found, claimed.wanted.desired)
    return message(claimed.id)


def delivers(directory: FakeDirectory, login: str, claimed: Claimed) -> OutboxMessage:
    """Write a claimed message into the fake, and settle it."""
    directory.set(login, claimed.place.attribute, list(claimed.wanted.desired))
    return answers(claimed, OutboxState.WRITTEN)


def stamp_of(login: str) -> str:
    """Return the stamp under which a person was read last."""
    end_reading()
    rows = select(Identity.stamp).where(Identity.person_id == get_person(login).id)
    found = db.session.scalars(rows).one()
    end_reading()
    return found


def write_pictures_back() -> None:
    """Let pictures come from the directory, and go there."""
    with transaction():
        set_option(PICTURE_SOURCE, "ldap")
        set_option(PICTURE_ATTRIBUTE, "jpegPhoto")
        set_option(PICTURE_WRITE_BACK, True)
