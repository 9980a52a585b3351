"""The XML file: whole or not at all, values locked or free, nobody made, nobody hidden."""

from typing import NoReturn

import pytest
from flask import Flask
from sqlalchemy import func, select

from lupweb.audit.models import History
from lupweb.database import db, transaction
from lupweb.errors import Forbidden
from lupweb.people.models import Person
from lupweb.people.states import PersonState
from lupweb.profiles.editor import define_field
from lupweb.profiles.sources import Source
from lupweb.runs import service as runs
from lupweb.runs.models import PlanItem
from lupweb.runs.states import FULL, RunState
from lupweb.sources import xml_file
from lupweb.sources.xml_file import SUBJECT, perform
from lupweb.sync import service
from lupweb.sync.records import record, status
from lupweb.undo.service import undo
from tests.factories import SECRET_KEY, a_local_person
from tests.sources.conftest import (
    XmlFile,
    adds_up,
    everything,
    history,
    is_locked,
    no_wait,
    noted,
    person,
    values,
)


def test_values_come_from_the_file_and_are_told_with_their_run(xml: XmlFile) -> None:
    run = xml.imported()

    assert (run.state, run.subject, run.mode) == (RunState.DONE, SUBJECT, FULL)
    assert run.counters == {"seen": 2, "changed": 2, "values_changed": 2}
    assert values("ada") == {"room": "1.01"}
    assert values("cem") == {}
    assert person("ada").provenance["room"]["source"] == "xml"
    assert person("ada").provenance["room"]["run"] == str(run.id)
    (line,) = db.session.scalars(select(History).where(History.person_id == person("ada").id))
    assert (line.old, line.new, line.source, line.run_id) == ("", "1.01", "xml", run.id)


def test_the_same_file_again_changes_nothing_and_says_so(xml: XmlFile) -> None:
    xml.imported()
    before, lines = everything(), history()

    run = xml.imported()

    assert (run.state, run.counters) == (RunState.DONE, {"seen": 2, "unchanged": 2})
    assert "0 of 2 people" in run.message
    assert (everything(), history()) == (before, lines)


def test_a_node_with_text_sets_one_that_is_empty_clears_and_both_lock(xml: XmlFile) -> None:
    xml.imported()
    xml.people = {"ada": "<room>  </room>", "ben": "<room>2</room>", "cem": "<room/>"}

    assert xml.imported().counters["changed"] == 2
    assert [values(login) for login in ("ada", "ben", "cem")] == [{}, {"room": "2"}, {}]
    assert [is_locked(login) for login in ("ada", "ben", "cem")] == [True, True, True]


def test_an_absent_node_and_an_absent_person_keep_their_values_which_are_free(
    xml: XmlFile,
) -> None:
    xml.imported()
    xml.people = {"ada": "", "cem": "<room>3</room>"}

    assert xml.imported().counters == {"seen": 2, "changed": 1, "unchanged": 1, "values_changed": 1}
    assert [values(login)["room"] for login in ("ada", "ben", "cem")] == ["1.01", "1.02", "3"]
    assert [is_locked(login) for login in ("ada", "ben", "cem")] == [False, False, True]
    xml.people["ada"] = "<room>1.01</room>"
    xml.imported()
    assert is_locked("ada")


def test_a_login_is_compared_folded_and_unknown_ones_are_counted_and_listed(
    xml: XmlFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xml_file, "LISTED", 2)
    xml.people = {" ADA ": "<room>7</room>", "x1": "", "x2": "", "x3": "<room>1</room>"}

    run = xml.imported()

    assert run.counters == {"seen": 4, "changed": 1, "skipped": 3, "values_changed": 1}
    assert noted(run).keys() == {"x1", "x2"}
    assert values("ada") == {"room": "7"}
    assert db.session.scalar(select(func.count()).select_from(Person)) == 3


def test_b64_who_stands_there_twice_is_left_out_and_listed_and_the_rest_is_taken(
    xml: XmlFile,
) -> None:
    xml.write(
        "<p><person><login>ada</login><room>1</room></person>"
        "<person><login>ben</login><room>2</room></person>"
        "<person><login>Ada</login><room>3</room></person>"
        "<person><room>4</room></person>"
        "<person><login>ben</login><login>cem</login><room>5</room></person></p>"
    )

    run = xml.imported_as_it_is()

    assert run.counters == {"seen": 5, "changed": 1, "skipped": 4, "values_changed": 1}
    assert adds_up(run)
    assert noted(run)["ada"] == "It stands in the file 2 times. None of them was taken."
    assert noted(run)[""].startswith("2 records have no user name")
    assert [values(login) for login in ("ada", "ben", "cem")] == [{}, {"room": "2"}, {}]


def test_two_people_of_one_login_are_nobody_and_who_is_not_active_stays_as_is(
    xml: XmlFile,
) -> None:
    a_local_person("ada")
    with transaction():
        person("ben").state = PersonState.DISABLED

    run = xml.imported()

    assert run.counters == {"seen": 2, "skipped": 2}
    assert noted(run).keys() == {"ada", "ben"}
    assert values("ben") == {}


def test_a_value_that_does_not_fit_is_listed_and_the_one_of_before_stays(xml: XmlFile) -> None:
    xml.imported()
    xml.people["ada"] = f"<room>{'x' * 10_001}</room>"

    run = xml.imported()

    assert run.counters == {"seen": 2, "unchanged": 2}
    assert "too long" in noted(run)["ada"]
    assert values("ada") == {"room": "1.01"}
    assert is_locked("ada")


def test_people_of_fields_are_named_by_login_and_kept_by_number(xml: XmlFile) -> None:
    with transaction():
        define_field(
            "mentor", "Mentor", category="work", type_key="user_select", source=Source.XML,
            attribute="mentor",
        )  # fmt: skip
        define_field(
            "team", "Team", category="work", type_key="multi_user_select", source=Source.XML,
            attribute="team",
        )  # fmt: skip
    xml.people = {"ada": "<mentor>BEN</mentor><team>cem</team><team>ben</team><team>zoe</team>"}

    xml.imported()

    ben, cem = person("ben").id, person("cem").id
    assert values("ada")["mentor"] == f"id:{ben}"
    assert set(values("ada")["team"].split("\n")) == {f"id:{ben}", f"id:{cem}", "zoe"}
    assert xml.imported().counters == {"seen": 1, "unchanged": 1}


def test_what_follows_from_a_value_follows_the_file(xml: XmlFile) -> None:
    with transaction():
        define_field(
            "address", "Address", category="work", type_key="dependent",
            options={"source": "room", "choices": ["1.01 -> First floor"]},
        )  # fmt: skip

    xml.imported()

    assert values("ada")["address"] == "First floor"


def test_a_dry_run_writes_nothing_but_itself_and_its_plan(xml: XmlFile) -> None:
    before = everything()

    run = xml.imported(is_dry_run=True)

    assert (run.state, run.dry_run) == (RunState.DONE, True)
    assert run.counters == {"seen": 2, "changed": 2, "values_changed": 2}
    assert (everything(), history()) == (before, 0)
    items = db.session.scalars(select(PlanItem).where(PlanItem.run_id == run.id)).all()
    assert {(each.login, *each.changes["room"]) for each in items} == {
        ("ada", "", "1.01"), ("ben", "", "1.02"),
    }  # fmt: skip
    assert xml_file.last_seen() == 0


def test_a_run_that_waits_is_done_by_one_worker(xml: XmlFile, in_app: Flask) -> None:
    xml.write_people()
    with transaction():
        run_id = runs.request(SUBJECT, trigger="test", mode=FULL, reason="")

    perform(run_id, xml.folder, wait=no_wait)
    perform(run_id, xml.folder, wait=no_wait)

    db.session.rollback()
    assert runs.get_run(run_id).state == RunState.DONE
    assert runs.get_run(run_id).counters["seen"] == 2


def test_the_plan_of_a_dry_run_is_done_by_an_import_only(xml: XmlFile) -> None:
    run = xml.imported(is_dry_run=True)

    with pytest.raises(Forbidden, match="lupweb import xml"):
        service.apply_plan(run.id, secret_key=SECRET_KEY, connect=no_connection, trigger="test")


def no_connection(_server: object) -> NoReturn:
    pytest.fail("a directory was asked")


def test_the_run_is_told_as_that_of_the_file_wherever_runs_are(xml: XmlFile) -> None:
    run_id = xml.imported().id

    assert record(run_id)["directory"] == "xml"
    assert [each["run"] for each in status()["last"]] == [run_id]


def test_after_its_undo_an_import_is_a_dry_run_first(xml: XmlFile) -> None:
    first = xml.imported()
    undo(first.id, trigger="test")
    looked, written = xml.imported(), xml.imported()

    assert (first.dry_run, looked.dry_run, written.dry_run) == (False, True, False)
