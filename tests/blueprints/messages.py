"""Values on their way to the directory, put where a test needs them."""

from datetime import timedelta
from typing import Any

from flask import Flask

from lupweb import clock
from lupweb.database import db, transaction
from lupweb.directories.models import Identity
from lupweb.directories.service import get_directory
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.states import OutboxState
from lupweb.people.queries import get_person
from lupweb.profiles.models import ProfileField


def switch_writing_on(app: Flask, *keys: str) -> None:
    """Let these fields be saved to the directory."""
    with app.app_context(), transaction():
        get_directory("main").writes = True
        for field in db.session.query(ProfileField).where(ProfileField.key.in_(keys)):
            field.writes_back = True


def a_message(
    app: Flask,
    login: str,
    key: str,
    new: str,
    state: OutboxState = OutboxState.QUEUED,
    **settings: Any,
) -> int:
    """Put a value of a person into the outbox; return the number of its message."""
    with app.app_context(), transaction():
        person = get_person(login)
        field = db.session.query(ProfileField).filter_by(key=key).one_or_none()
        identity = db.session.query(Identity).filter_by(person_id=person.id).one()
        now = clock.now()
        kept = {
            "directory_id": identity.directory_id,
            "unique_id": identity.unique_id,
            "person_id": person.id,
            "field_id": field.id if field else None,
            "field_key": key,
            "attribute": field.attribute if field else "jpegPhoto",
            "old_value": person.document["values"].get(key, ""),
            "new_value": new,
            "state": state,
            "not_before": now + timedelta(minutes=9),
            "created_by": f"person:{person.id}",
            "created_at": now - timedelta(minutes=30),
        }
        message = OutboxMessage(**{**kept, **settings})
        db.session.add(message)
        db.session.flush()
        return message.id


def state_of(app: Flask, number: int) -> OutboxState:
    """Return where a message stands."""
    with app.app_context():
        return OutboxState(db.session.get_one(OutboxMessage, number).state)
