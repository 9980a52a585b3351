"""Whom an account looked at: bounded, the last first, on both databases."""

from datetime import timedelta

import pytest
from flask import Flask

from lupweb import clock
from lupweb.accounts.models import User
from lupweb.accounts.viewers import Viewer
from lupweb.contacts.models import RecentView
from lupweb.contacts.recent import MOST, keep_views, note_view, recent_people, standing_of
from lupweb.database import db, transaction
from lupweb.options.service import options
from lupweb.profiles.layout import load_layout
from tests.databases import sqlite_first
from tests.factories import a_local_person


@sqlite_first
def test_the_last_twenty_are_kept_and_seen_again_comes_first(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    ids = [a_local_person(f"x{number}") for number in range(MOST + 3)]
    with transaction():
        db.session.add(User(person_id=ids[0]))
    viewer = Viewer(ids[0], account_id=1)

    for place, person_id in enumerate([*ids[1:], ids[5]]):
        monkeypatch.setattr(clock, "now", lambda place=place: now + timedelta(minutes=place))
        assert standing_of(viewer, person_id).is_to_note
        with transaction():
            note_view(viewer, person_id)

    found = recent_people(viewer, load_layout(), options())
    assert [card.id for card in found.cards] == [ids[5], *reversed([*ids[3:5], *ids[6:]])]
    assert not standing_of(viewer, ids[5]).is_to_note
    assert not standing_of(viewer, ids[0]).is_to_note
    with transaction():
        keep_views(viewer, wanted=False)
    assert db.session.scalars(db.select(RecentView)).all() == []
    assert not standing_of(viewer, ids[6]).is_to_note
