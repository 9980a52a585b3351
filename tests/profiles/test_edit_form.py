"""What of a profile a viewer may edit; what else a form sends is refused, and nothing is lost."""

import pytest

from lupweb.accounts.roles import Role
from lupweb.database import transaction
from lupweb.errors import Forbidden, InvalidForm, NotFound, ReadOnlyMode
from lupweb.options.registry import READ_ONLY
from lupweb.options.service import set_option
from lupweb.profiles.editing import edit_form
from lupweb.profiles.editor import define_field, restrict_category
from lupweb.profiles.sources import Source
from tests.profiles.editing import (
    ADMIN,
    OpenForm,
    fields_of,
    layout,
    set_field,
    value_of,
    viewer_named,
)

pytestmark = pytest.mark.usefixtures("office")


def ada_opens() -> OpenForm:
    return OpenForm.of(viewer_named("ada"), "ada")


@pytest.mark.parametrize("key", ["emergency2", "nonsense", "", "a\0b"])
def test_b24_a_field_that_is_not_in_the_form_is_refused_and_nothing_is_written(key: str) -> None:
    with transaction():
        define_field("emergency2", "Second", category="safety", visible_to=["safety"])
        restrict_category("safety", applies_to=["safety"], visible_to=["safety"])

    with pytest.raises(Forbidden, match="holds a field that you may not edit"):
        ada_opens().type("position", "Mine").type(key, "x").save()

    assert value_of("ada", "position") == "Countess"


def test_b25_a_locked_field_is_refused_with_another_value_and_ignored_with_its_own() -> None:
    set_field("position", source=Source.LDAP_ONLY, attribute="title")
    opened = ada_opens()
    lock = opened.field("position").lock

    assert lock
    assert str(lock.sentence).startswith("Always comes from LDAP (attribute title).")
    assert opened.type("position", "Countess").save().changed == []
    with pytest.raises(Forbidden):
        ada_opens().type("position", "Queen").save()
    assert value_of("ada", "position") == "Countess"


def test_a_field_that_was_locked_while_the_form_was_open_loses_nothing_that_was_typed() -> None:
    opened = ada_opens().type("position", "Queen").type("location", "Porto")
    set_field("position", source=Source.LDAP_ONLY, attribute="title")

    with pytest.raises(InvalidForm) as refused:
        opened.save()

    (field,) = refused.value.form.problems
    assert "You typed “Queen”." in str(field.problem)
    assert opened.goes_on(refused.value.form).save().changed == ["location"]


def test_a_field_that_went_while_the_form_was_open_gives_back_what_was_typed() -> None:
    opened = OpenForm.of(viewer_named("ada"), "ada").type("emergency", "Mother")
    with transaction():
        restrict_category("safety", applies_to=["safety"], visible_to=["safety"])

    with pytest.raises(InvalidForm) as refused:
        opened.save()

    assert list(refused.value.form.lost) == ["Mother"]


def test_b41_one_s_own_values_are_edited_exactly_where_the_category_applies() -> None:
    assert "emergency" in fields_of(edit_form(viewer_named("ben"), layout(), "ben"))
    assert "emergency" not in fields_of(edit_form(ADMIN, layout(), "ben"))
    safety = viewer_named("sam", Role.ADMINISTRATOR)
    assert "emergency" in fields_of(edit_form(safety, layout(), "ben"))
    with transaction():
        restrict_category("safety", applies_to=["safety"], visible_to=["safety"])
    assert "emergency" not in fields_of(edit_form(viewer_named("ben"), layout(), "ben"))


def test_b33_the_form_of_somebody_else_holds_nothing_of_a_restricted_field() -> None:
    form = edit_form(ADMIN, layout(), "ben")

    assert "ZQX-SECRET-7" not in repr(form)
    assert "emergency" not in form.revision


def test_b110_nothing_is_edited_in_read_only_mode() -> None:
    opened = ada_opens().type("position", "Mine")
    with transaction():
        set_option(READ_ONLY, value=True)

    with pytest.raises(ReadOnlyMode):
        opened.save()
    assert value_of("ada", "position") == "Countess"


def test_b24_somebody_else_s_profile_cannot_be_edited_and_a_missing_one_is_not_there() -> None:
    with pytest.raises(Forbidden, match="You may not edit this profile"):
        edit_form(viewer_named("cem"), layout(), "ada")
    with pytest.raises(NotFound):
        edit_form(viewer_named("cem"), layout(), "nobody")
