"""Ines was deleted in the directory and made again under another login: two records of her."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask

from lupweb import clock
from lupweb.accounts.roles import Role
from lupweb.accounts.viewers import Viewer
from lupweb.database import db, transaction
from lupweb.duplicates.comparing import compare
from lupweb.duplicates.merging import MergeRequest, merge
from lupweb.duplicates.models import Merge
from lupweb.options.service import options
from lupweb.people.models import Person
from lupweb.people.queries import get_person
from lupweb.profiles.editor import define_field
from lupweb.profiles.layout import Layout, load_layout
from lupweb.profiles.writing import Hand, store_values
from tests.factories import a_connection, a_group, a_local_group, a_profile, a_run, an_entry
from tests.fakes import FakeDirectory

ADMIN = Viewer(role=Role.ADMINISTRATOR, account_id=99)
SYSTEM = Viewer(role=Role.SYSTEM_ADMINISTRATOR, account_id=98)


@dataclass
class Two:
    """The two records, by number: `new` is in the directory, `old` no more."""

    new: int
    old: int
    directory: FakeDirectory

    def run(self) -> int:
        """Synchronize; return the run's number."""
        return a_run(self.directory)


@pytest.fixture
def two(in_app: Flask, directory: FakeDirectory) -> Two:
    """`old` reported to by Ben, with values of her own; `new` fresh from the directory."""
    old = an_entry(directory, "ines.old", "Ines Moreau", homePhone="ZQX-SECRET-7")
    an_entry(directory, "ben", "Ben Özgür", manager=old)
    directory_id = a_connection(directory)
    a_group(directory, directory_id, "safety", ["ben"])
    a_profile(restricted={"visible_to": ["safety"]})
    a_local_group("climbers")
    with transaction():
        define_field("about", "About", category="work", type_key="text")
        define_field("deputy", "Deputy", category="work", type_key="user_select")
    a_run(directory)
    write("ines.old", about="Likes boats.", phone="+49 611 1")
    with transaction():
        old_id = get_person("ines.old").id
    write("ben", deputy=f"id:{old_id}")
    directory.set("ines.old", "objectClass", [b"person"])  # the filter leaves her out
    an_entry(directory, "ines", "Ines Moreau", telephoneNumber="+49 611 2")
    a_run(directory)
    with transaction():
        new_id = get_person("ines").id
    return Two(new_id, old_id, directory)


def write(login: str, **values: str) -> None:
    """Let a person enter values."""
    with transaction():
        person = get_person(login)
        hand = Hand("user", f"person:{person.id}", clock.now())
        store_values(load_layout(), person, values, hand)


@pytest.fixture
def put_together(in_app: Flask) -> Callable[..., Merge]:
    """Merges two records, as an administrator does who has just seen them."""

    def act(kept: int, other: int, viewer: Viewer = ADMIN, **chosen: str) -> Merge:
        found = compare(viewer, load_layout(), options(), (kept, other))
        request = MergeRequest(kept, other, chosen, found.revision)
        with transaction():
            return merge(viewer, load_layout(), options(), request)

    return act


def person(number: int) -> Person:
    """Return a record as it is stored now."""
    db.session.expire_all()
    return db.session.get_one(Person, number)


def layout() -> Layout:
    """Return the profile."""
    return load_layout()
