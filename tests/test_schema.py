"""The steps of the database: both databases, safe to run twice, and nothing forgotten."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from lupweb.cli.setup import upgrade_database
from lupweb.database import db
from lupweb.profiles.layout import load_layout
from lupweb.search.engine import is_kept_by_hand
from lupweb.tables import schema_is_current
from tests.databases import both_databases

COMPARED = {
    "compare_type": False,
    "include_name": lambda name, kind, _parents: kind != "table" or not is_kept_by_hand(name),
}
STANDARD = ["phone", "im", "website", "position", "department", "location"]


@both_databases
def test_the_tables_are_those_of_the_models(in_app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=COMPARED)
        assert compare_metadata(context, db.metadata) == []
    assert schema_is_current()


@both_databases
def test_the_steps_go_down_and_up_again(in_app: Flask) -> None:
    downgrade(revision="base")
    assert inspect(db.engine).get_table_names() == ["alembic_version"]
    assert not schema_is_current()

    upgrade()
    assert schema_is_current()


def test_upgrading_twice_changes_nothing_and_the_standard_fields_are_there(app: Flask) -> None:
    upgrade_database(app)

    with app.app_context():
        assert [field.key for field in load_layout().fields()] == STANDARD
