"""Options of the site: typed, with defaults, chosen by administrators."""

import pytest

from lupweb.database import db, transaction
from lupweb.options.models import Option
from lupweb.options.registry import CARD_EXTRA, LOGIN_SYNC, OPTIONS, SITE_NAME
from lupweb.options.service import options, set_option
from tests.databases import both_databases, counted_queries

pytestmark = pytest.mark.usefixtures("in_app")


def test_what_nobody_chose_is_at_its_default_in_one_query() -> None:
    with counted_queries() as sent:
        found = options()

    assert found == {key: kind.default for key, kind in OPTIONS.items()}
    assert len(sent) == 1


@both_databases
def test_a_choice_comes_back_in_the_type_of_its_option() -> None:
    with transaction():
        set_option(SITE_NAME, "Nordhafen people")
        set_option(LOGIN_SYNC, True)
        set_option(CARD_EXTRA, ("phone", "im"))

    found = options()

    assert found["site_name"] == "Nordhafen people"
    assert found["login_sync"] is True
    assert found["card_extra"] == ("phone", "im")


def test_a_default_is_not_kept_so_that_a_later_one_counts() -> None:
    with transaction():
        set_option(SITE_NAME, "Nordhafen people")
    with transaction():
        set_option(SITE_NAME, SITE_NAME.default)

    assert db.session.get(Option, SITE_NAME.key) is None
