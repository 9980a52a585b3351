"""In read-only mode lists are opened, and neither saved nor changed (hostile-input.md B110)."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from lupweb.accounts.models import User
from lupweb.database import db, transaction
from lupweb.lists.models import SavedList
from lupweb.options.registry import READ_ONLY
from lupweb.options.service import set_option
from tests.blueprints.test_lists import names, saved
from tests.browsing import Browser
from tests.fakes import FakeDirectory


def test_b110_in_read_only_mode_no_list_changes_and_all_can_be_opened(
    company: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    ada = as_person("ada")
    path = saved(ada, "q=ben&view=table", "Who builds")
    with app.app_context(), transaction():
        set_option(READ_ONLY, True)
        before = _stored()

    for address, form in (
        ("/lists/new", {"state": "q=ada", "name": "Another", "who": "me"}),
        ("/lists/look", {"state": "view=table"}),
        (f"{path}/change", {"state": "q=ada"}),
        (f"{path}/edit", {"name": "Another"}),
        (f"{path}/remove", {}),
    ):
        ada.get(path)
        ada.post(address, **form)
        assert (address, ada.response.status_code) == (address, 403)
        assert "Nothing was changed" in ada.text

    with app.app_context():
        assert _stored() == before
    ada.get(path)
    assert names(ada) == ["Ben Özgür"]


def _stored() -> list[object]:
    """Return the lists as they stand, and how people like to see people."""
    lists = db.session.execute(select(SavedList.key, SavedList.name, SavedList.query)).all()
    return [lists, db.session.scalars(select(User.look).order_by(User.id)).all()]
