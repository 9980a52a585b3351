"""Saving a profile: only what was touched, nothing unseen, nothing typed is lost."""

import pytest
from flask import Flask

from lupweb.audit.models import History
from lupweb.database import db, transaction
from lupweb.errors import InvalidForm, ProfileChanged
from lupweb.people.queries import get_person
from lupweb.profiles.edit_form import Sent
from lupweb.profiles.editing import edit_form, save_profile
from lupweb.profiles.editor import define_field
from tests.databases import counted_queries, sqlite_first
from tests.profiles.editing import (
    ADMIN,
    OpenForm,
    fields_of,
    layout,
    origin_of,
    set_field,
    set_value,
    value_of,
    viewer_named,
)

pytestmark = pytest.mark.usefixtures("office")


def ada_opens() -> OpenForm:
    return OpenForm.of(viewer_named("ada"), "ada")


@sqlite_first
def test_what_was_typed_is_stored_with_who_and_when_and_its_history(in_app: Flask) -> None:
    ada = get_person("ada").id

    saved = ada_opens().type("position", "  Analyst ").type("phone", "0611 20570").save()

    assert saved.changed == ["position"]
    assert value_of("ada", "position") == "Analyst"
    assert value_of("ada", "phone") == "0611 20570"  # nobody touched it: not even its form changes
    origin = origin_of("ada", "position")
    assert (origin["source"], origin["by"], origin["rev"]) == ("user", f"person:{ada}", 1)
    (line,) = db.session.scalars(db.select(History)).all()
    assert (line.old, line.new, line.actor) == ("Countess", "Analyst", f"person:{ada}")
    assert get_person("ada").rev == 2


def test_a_form_that_nobody_touched_changes_nothing() -> None:
    assert ada_opens().save().changed == []
    assert get_person("ada").rev == 1


def test_an_emptied_control_takes_the_value_away_and_a_missing_one_does_not() -> None:
    opened = ada_opens().type("position", "")
    with transaction():
        sent = opened.sent()
        typed = {"position": sent.typed["position"]}
        save_profile(opened.viewer, layout(), "ada", Sent(typed, sent.revision))

    assert value_of("ada", "position") == ""
    assert value_of("ada", "phone") == "0611 20570"


@sqlite_first
def test_b96_a_double_click_changes_nothing_more(in_app: Flask) -> None:
    opened = ada_opens().type("position", "Analyst")

    first, second = opened.save(), opened.save()

    assert (first.changed, second.changed) == (["position"], [])
    assert len(db.session.scalars(db.select(History)).all()) == 1


def test_b97_a_form_left_open_keeps_what_others_changed_in_fields_it_did_not_touch() -> None:
    opened = ada_opens().type("location", "Porto")
    set_value("ada", "position", "Director")

    saved = opened.save()

    assert saved.changed == ["location"]
    assert [told.key for told in saved.told] == ["position"]
    assert value_of("ada", "position") == "Director"


@sqlite_first
def test_b97_the_same_field_changed_on_both_sides_is_asked_and_nothing_is_stored(
    in_app: Flask,
) -> None:
    opened = ada_opens().type("position", "Mine").type("location", "Porto")
    OpenForm.of(ADMIN, "ada").type("position", "Theirs").save()

    with pytest.raises(ProfileChanged) as clash:
        opened.save()

    form = clash.value.form
    (asked,) = form.clashes
    assert (asked.name, asked.mine, asked.theirs, asked.was, asked.choice) == (
        "choice-position", "Mine", "Theirs", "Countess", "mine",
    )  # fmt: skip
    assert (asked.source, asked.at is not None) == ("user", True)
    assert fields_of(form)["location"].values == ["Porto"]
    assert value_of("ada", "location") == ""


@pytest.mark.parametrize(
    ("side", "stored", "changed"),
    [("mine", "Mine", ["position", "location"]), ("theirs", "Theirs", ["location"])],
)
def test_a_choice_settles_a_clash_and_stores_the_rest(
    side: str, stored: str, changed: list[str]
) -> None:
    opened = ada_opens().type("position", "Mine").type("location", "Porto")
    set_value("ada", "position", "Theirs")
    with pytest.raises(ProfileChanged) as clash:
        opened.save()

    saved = opened.goes_on(clash.value.form).choose("position", side).save()

    assert sorted(saved.changed) == sorted(changed)
    assert (value_of("ada", "position"), value_of("ada", "location")) == (stored, "Porto")


def test_a_clash_without_a_choice_or_with_a_newer_value_is_asked_again() -> None:
    opened = ada_opens().type("position", "Mine")
    set_value("ada", "position", "Theirs")
    with pytest.raises(ProfileChanged) as first:
        opened.save()
    with pytest.raises(ProfileChanged) as second:
        opened.goes_on(first.value.form).save()
    set_value("ada", "position", "Newer")

    with pytest.raises(ProfileChanged) as third:
        opened.goes_on(second.value.form).choose("position", "mine").save()

    assert third.value.form.clashes[0].theirs == "Newer"
    assert value_of("ada", "position") == "Newer"
    opened.goes_on(third.value.form).choose("position", "mine").save()
    assert value_of("ada", "position") == "Mine"


@pytest.mark.parametrize("revision", ["", "nonsense", "1.999.", "[" * 5000, "\0"])
def test_b89_a_form_with_a_broken_revision_overwrites_nothing_unasked(revision: str) -> None:
    viewer = viewer_named("ada")
    sent = Sent({"position": ["Mine"], "phone": ["0611 20570"]}, revision)

    with pytest.raises(ProfileChanged) as clash, transaction():
        save_profile(viewer, layout(), "ada", sent)

    assert [each.key for each in clash.value.form.clashes] == ["position"]
    OpenForm(viewer, "ada", clash.value.form).choose("position", "mine").save()
    assert value_of("ada", "position") == "Mine"


def test_a_broken_revision_and_a_typing_mistake_do_not_overwrite_at_the_second_try() -> None:
    viewer = viewer_named("ada")
    with pytest.raises(InvalidForm) as refused, transaction():
        save_profile(viewer, layout(), "ada", Sent({"phone": ["none"]}, "nonsense"))

    with pytest.raises(ProfileChanged):
        OpenForm(viewer, "ada", refused.value.form).type("phone", "0611 20571").save()


def test_what_does_not_fit_is_said_beside_the_field_and_everything_typed_is_kept() -> None:
    set_field("location", required=True)
    set_field("position", max_length=5)
    set_field("department", pattern="[A-Z]+-[0-9]+")
    opened = ada_opens().type("position", "Director").type("department", "sales").type("im", "@ada")

    with pytest.raises(InvalidForm) as refused:
        opened.save()

    form = refused.value.form
    assert {each.key: str(each.problem) for each in form.problems} == {
        "position": "This is 8 characters long; there is room for 5. Shorten it.",
        "department": "“sales” does not have the form that is asked for here.",
        "location": "Fill this in: it cannot be empty.",
    }
    assert fields_of(form)["im"].values == ["@ada"]
    assert [section.problems for section in form.sections] == [0, 3, 0][: len(form.sections)]
    opened.goes_on(form).type("position", "Me").type("department", "A-1").type(
        "location", "X"
    ).save()
    assert value_of("ada", "im") == "@ada"


def test_b93_a_pattern_that_would_take_endless_time_takes_none() -> None:
    set_field("position", pattern="(a+)+$")

    with pytest.raises(InvalidForm):
        ada_opens().type("position", "a" * 5_000 + "!").save()


def test_a_default_is_offered_where_nobody_entered_anything_and_stored_on_save() -> None:
    set_field("location", default_value="Wiesbaden")

    opened = ada_opens()

    assert opened.field("location").values == ["Wiesbaden"]
    assert opened.save().changed == ["location"]
    ada_opens().type("location", "").save()
    assert list(ada_opens().field("location").values) == []


@sqlite_first
def test_saving_sixty_fields_takes_as_many_queries_as_saving_six(in_app: Flask) -> None:
    with transaction():
        for number in range(60):
            kind = "user_select" if number % 10 == 0 else "text"
            define_field(f"f{number}", f"Field {number}", category="work", type_key=kind)

    def queries(keys: list[str]) -> int:
        opened = ada_opens()
        for key in keys:
            opened.type(key, "Ben Özgür" if key in {"f0", "f10", "f20", "f30"} else "text")
        with counted_queries() as sent:
            assert sorted(opened.save().changed) == sorted(keys)
        return len(sent)

    queries(["f0"])  # from now on a value names somebody
    few = queries(["f10", "f1", "f2"])
    many = queries([f"f{number}" for number in range(3, 60) if number not in {10, 40, 50}])

    assert many == few
    assert few <= 42


def test_opening_the_form_takes_as_many_queries_whatever_the_number_of_fields() -> None:
    viewer, before = viewer_named("ada"), layout()
    with counted_queries() as few:
        edit_form(viewer, before, "ada")
    with transaction():
        for number in range(40):
            define_field(f"f{number}", f"Field {number}", category="work", type_key="user_select")
    after = layout()

    with counted_queries() as many:
        edit_form(viewer, after, "ada")

    assert len(many) == len(few) < 15
