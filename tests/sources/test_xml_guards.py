"""A file that is cut off, empty, replaced or odd changes nothing; much at once waits."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from lupweb.database import db, transaction
from lupweb.errors import Forbidden
from lupweb.options.registry import READ_ONLY, XML_FILE
from lupweb.options.service import set_option
from lupweb.profiles.editor import define_field
from lupweb.profiles.sources import Source
from lupweb.runs import service as runs
from lupweb.runs.models import PlanItem
from lupweb.runs.states import RunState
from lupweb.sources import delivery, xml_content
from lupweb.sync import service
from tests.sources.conftest import (
    XmlFile,
    everything,
    is_locked,
    noted,
    person,
    values,
)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("<people/>", "nobody is in it"),
        ("<people><member><login>ada</login></member></people>", "nobody is in it"),
        ("<people><person><id>ada</id></person></people>", "nobody is known by a user name"),
        ("<people><person><login>ada</login><room>9</room></person>", "not well-formed"),
        ("<!DOCTYPE p><people/>", "DOCTYPE"),
        ("", "empty"),
    ],
)
def test_b64_x40_a_file_without_people_or_end_is_refused_and_everything_stays(
    xml: XmlFile, content: str, why: str
) -> None:
    xml.imported()
    before = everything()
    xml.write(content)

    run = xml.imported_as_it_is()

    assert run.state == RunState.REFUSED
    assert why in run.message
    assert "Stored values stay." in run.message
    assert everything() == before


def test_b64_far_fewer_people_than_last_time_are_refused_until_somebody_says_that_it_is_right(
    xml: XmlFile,
) -> None:
    everybody = {f"p{number}": "" for number in range(9)}
    xml.people |= everybody
    assert xml.imported().counters["seen"] == 11
    before = everything()
    xml.people = {"ada": "<room/>", **dict(list(everybody.items())[:5])}

    run = xml.imported()

    assert run.state == RunState.REFUSED
    assert "The file has 6 people; last time there were 11." in run.message
    assert everything() == before
    assert xml.imported().state == RunState.REFUSED  # a refused one is no last time
    xml.people["ben"] = "<room>1.02</room>"
    assert xml.imported().state == RunState.DONE  # 7 of 11 are not more than 40 % fewer
    xml.people = {"ada": "<room/>"}
    assert xml.imported(accept_fewer=True).state == RunState.DONE
    assert xml.imported().state == RunState.DONE


def test_x40_a_file_that_changes_while_it_is_read_is_refused(
    xml: XmlFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = xml_content.Content.add

    def add_and_replace(content: xml_content.Content, record: object) -> None:
        add(content, record)  # type: ignore[arg-type]
        xml.write("<people/>")

    monkeypatch.setattr(xml_content.Content, "add", add_and_replace)

    run = xml.imported()

    assert run.state == RunState.REFUSED
    assert "changed while it was read" in run.message
    assert values("ada") == {}


def test_a_field_that_would_become_empty_for_many_is_held_and_the_others_are_written(
    xml: XmlFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "LEAST_CLEARED", 1)
    with transaction():
        define_field("desk", "Desk", category="work", source=Source.XML, attribute="desk")
    xml.people["cem"] = "<room>1.03</room>"
    xml.imported()
    xml.people = {
        "ada": "<room/><desk>7</desk>",
        "ben": "<room/>",
        "cem": "<room>1.03</room><desk>8</desk>",
    }

    run = xml.imported()

    assert run.state == RunState.HELD
    assert run.counters == {
        "seen": 3, "changed": 1, "skipped": 2, "held": 2, "values_changed": 2,
    }  # fmt: skip
    assert run.guards == [{"guard": "clear", "field": "room", "count": 2, "limit": 1, "of": 3}]
    assert values("ada") == {"room": "1.01", "desk": "7"}
    assert is_locked("ada")
    items = db.session.scalars(select(PlanItem).where(PlanItem.run_id == run.id)).all()
    assert {(each.login, each.guard) for each in items} == {("ada", "clear"), ("ben", "clear")}
    assert items[0].changes == {"room": ["1.01", ""]}
    monkeypatch.setattr(delivery, "LEAST_CLEARED", 2)
    assert xml.imported().state == RunState.DONE
    assert values("ada") == {"desk": "7"}


@pytest.mark.parametrize("by_option", [True, False])
def test_in_read_only_mode_it_is_refused_before_the_file_is_opened(
    xml: XmlFile, *, by_option: bool
) -> None:
    with transaction():
        set_option(READ_ONLY, by_option)

    run = xml.imported_as_it_is(read_only=not by_option)

    assert run.state == RunState.REFUSED
    assert "read-only mode" in run.message


def test_without_a_file_in_the_set_up_it_is_refused(xml: XmlFile) -> None:
    with transaction():
        set_option(XML_FILE, "")

    assert xml.imported().state == RunState.REFUSED


def test_a_person_whom_the_database_refuses_stops_nobody_else(
    xml: XmlFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_whoever_has(monkeypatch, person("ada").id)

    run = xml.imported()

    assert run.state == RunState.PARTIAL
    assert run.counters == {"seen": 2, "changed": 1, "failed": 1, "values_changed": 1}
    assert "refused the values" in noted(run)["ada"]
    assert values("ben") == {"room": "1.02"}


def refuse_whoever_has(monkeypatch: pytest.MonkeyPatch, person_id: int) -> None:
    """Let the database refuse blocks with this person."""
    store: Callable[..., object] = delivery.store_delivered

    def refuse(layout: object, said: dict[int, object], by: object) -> object:
        if person_id in said:
            db.session.execute(select(func.no_such_function()))
        return store(layout, said, by)

    monkeypatch.setattr(delivery, "store_delivered", refuse)


def test_what_was_held_is_released_once_and_not_when_the_file_was_imported_since(
    xml: XmlFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "LEAST_CLEARED", 1)
    xml.imported()
    xml.people = {"ada": "<room/>", "ben": "<room/>"}
    first, second = xml.imported(), xml.imported()

    with pytest.raises(Forbidden, match=f"Run {second.id} has read the source since"):
        service.approve(first.id)
    with pytest.raises(Forbidden, match="has changed since"):
        service.approve(second.id, "another set")
    service.approve(second.id, second.held_digest)
    db.session.rollback()
    assert (values("ada"), values("ben")) == ({}, {})
    assert runs.get_run(second.id).state == RunState.DONE
    assert runs.get_run(second.id).counters == {"seen": 2, "changed": 2, "values_changed": 2}
    with pytest.raises(Forbidden, match="holds nothing"):
        service.approve(second.id)
