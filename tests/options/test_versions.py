"""Every change of the set-up makes another token, and what is rolled back was never there."""

import pytest
from flask import Flask
from sqlalchemy import delete, update

from lupweb.database import db, transaction
from lupweb.options.models import Option
from lupweb.options.registry import SITE_NAME
from lupweb.options.service import options, set_option
from lupweb.options.versions import setup_token
from lupweb.people.models import Group, Person
from lupweb.profiles.models import Category, CategoryGroup, FieldGroup, ProfileField
from lupweb.web.layouts import page_layout, site_options
from tests.databases import both_databases


@both_databases
@pytest.mark.parametrize("table", [Option, Category, CategoryGroup, ProfileField, FieldGroup])
def test_each_table_of_the_set_up_counts(app: Flask, table: type[db.Model]) -> None:  # type: ignore[name-defined]
    with app.app_context():
        tokens = {setup_token()}
        with transaction():
            db.session.execute(delete(table).where(db.false()))
        tokens.add(setup_token())
        with transaction():
            db.session.connection().execute(
                update(table.__table__).where(db.false()).values(dict.fromkeys(_some_column(table)))
            )
        tokens.add(setup_token())

        assert len(tokens) == 3


def _some_column(table: type[db.Model]) -> list[str]:  # type: ignore[name-defined]
    return [next(iter(table.__table__.c)).name]


def test_people_are_no_part_of_it(app: Flask) -> None:
    with app.app_context():
        before = setup_token()
        with transaction():
            for table in (Person, Group):
                db.session.execute(delete(table).where(db.false()))

        assert setup_token() == before


def test_the_token_is_no_option(app: Flask) -> None:
    with app.app_context():
        before = options().keys()
        with transaction():
            set_option(SITE_NAME, "Ours")

        assert options().keys() == before


def change_nothing(app: Flask) -> None:
    with app.test_request_context(), transaction():
        set_option(SITE_NAME, "Never")
        assert site_options()["site_name"] == options()["site_name"] == "Never"
        raise KeyError


def test_what_was_rolled_back_is_not_kept(app: Flask) -> None:
    with pytest.raises(KeyError):
        change_nothing(app)

    with app.test_request_context():
        assert site_options()["site_name"] == SITE_NAME.default


def test_a_change_counts_at_the_next_request_and_else_the_same_is_used_again(app: Flask) -> None:
    with app.test_request_context():
        first = page_layout()
    with app.test_request_context():
        again = page_layout()
    with app.app_context(), transaction():
        db.session.execute(update(ProfileField).values(name="Changed"))
    with app.test_request_context():
        changed = page_layout()

    assert again is first
    assert {field.name for field in changed.fields()} <= {"Changed"}
    assert changed.version != first.version
