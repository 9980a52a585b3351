"""B105: what the directory could not hold is refused beside its field, before it is queued."""

import pytest
from sqlalchemy import select, update

from lupweb.database import db, end_reading, transaction
from lupweb.directories.models import Directory
from lupweb.errors import InvalidForm
from lupweb.options.registry import NEVER_WRITTEN
from lupweb.options.service import set_option
from lupweb.sync.refresh import Freshness, refresh
from tests.factories import SECRET_KEY, a_run
from tests.fakes import FakeDirectory
from tests.outbox.company import messages_of, open_message, opens
from tests.profiles.editing import fields_of, layout, set_field, value_of, viewer_named

pytestmark = pytest.mark.usefixtures("company")


def refused(key: str, text: str) -> str:
    """Return what stands beside a field that was filled like this; everything typed is kept."""
    with pytest.raises(InvalidForm) as found:
        opens("ada").type(key, text).type("im", "@ada").save()
    form = fields_of(found.value.form)
    assert form[key].values == [text]
    assert form["im"].values == ["@ada"]
    assert value_of("ada", "im") == ""
    assert messages_of("ada") == []
    return str(form[key].problem)


def known() -> dict[str, object]:
    end_reading()
    found = dict(db.session.scalars(select(Directory.attributes)).one())
    end_reading()
    return found


def test_b105_what_has_another_form_is_refused_beside_the_field_and_nothing_is_saved() -> None:
    set_field("position", attribute="telephoneNumber")  # it is known since the run

    assert "these characters here: ü" in refused("position", "üü")


def test_b105_an_attribute_that_names_the_entry_or_is_unknown_is_refused(
    company: FakeDirectory,
) -> None:
    set_field("position", attribute="noSuchThing")
    a_run(company)

    assert refused("position", "x") == "The directory does not know noSuchThing for your entry."


def test_b105_what_an_administrator_barred_meanwhile_is_refused() -> None:
    with transaction():
        set_option(NEVER_WRITTEN, ("TITLE",))

    assert "never saved to a directory" in refused("position", "Director")


def test_b105_blanks_empty_the_field_and_clear_the_attribute() -> None:
    opens("ada").type("position", " ").save()

    message = open_message("ada", "position")
    assert message is not None
    assert (message.new_value, message.desired) == ("", [])


def test_b105_nothing_is_asked_when_a_value_is_saved(company: FakeDirectory) -> None:
    opened = opens("ada").type("position", "Director")
    company.go_down()

    assert opened.save().promised == ["position"]


def test_what_the_directory_says_is_kept_by_runs_and_by_opening_the_form(
    company: FakeDirectory,
) -> None:
    assert {"title", "telephonenumber", "l", "manager"} <= known().keys()
    with transaction():
        db.session.execute(update(Directory).values(attributes={}))
    person_id = viewer_named("ada").person_id
    end_reading()
    assert person_id is not None

    found = refresh(person_id, layout(), SECRET_KEY, company.connect)

    assert found is Freshness.READ
    assert {"title", "telephonenumber", "l", "manager"} <= known().keys()
