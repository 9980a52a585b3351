"""What a verdict shows for itself, and what its button does, where another source decides."""

import pytest

from lupweb.database import db, transaction
from lupweb.diagnosis.findings import Act, Reason, State
from lupweb.options.registry import XML_FILE
from lupweb.options.service import set_option
from lupweb.people.queries import get_person
from lupweb.profiles.editor import define_field
from lupweb.profiles.sources import Source
from lupweb.runs import service as runs
from lupweb.runs.models import PlanItem
from lupweb.runs.states import FULL, RunState
from tests.diagnosis.conftest import Ask
from tests.diagnosis.faults import change
from tests.factories import a_local_person, a_run
from tests.fakes import FakeDirectory


def test_the_directories_that_were_asked_for_somebody_unknown_are_named(
    why: Ask, company: FakeDirectory
) -> None:
    asked = [str(each) for each in why("zoe", "phone").decisive.evidence]
    company.go_down()
    away = [str(each) for each in why("zoe", "phone").decisive.evidence]

    assert asked == ["“Main LDAP” shows no such entry now."]
    assert len(away) == 1
    assert away[0].startswith("“Main LDAP” could not be asked: ")


def badge(source: Source) -> None:
    with transaction():
        define_field("badge", "Badge", category="work", source=source, attribute="badge")


def test_an_import_that_was_refused_is_shown_and_another_one_offered(why: Ask) -> None:
    badge(Source.XML)
    with transaction():
        set_option(XML_FILE, "people.xml")
        number = runs.start("xml", trigger="test", mode=FULL, reason="")
        runs.finish(number, RunState.REFUSED, "The file has no end.")

    found = why("ben", "badge").decisive

    assert found.reason is Reason.OTHER_SOURCE_WINS
    assert f"Run {number} read it last" in str(found.evidence[0])
    assert "The file has no end." in str(found.evidence[0])
    acts = [(each.act, each.target) for each in found.fixes]
    assert acts[:2] == [(Act.READ_SOURCE, "xml"), (Act.SHOW_SOURCES, "")]


@pytest.mark.parametrize("source", [Source.XML, Source.ALTERNATIVE_LDAP])
def test_a_source_that_is_not_set_up_is_said_to_be_none(why: Ask, source: Source) -> None:
    badge(source)

    found = why("ben", "badge").decisive

    assert [str(each) for each in found.evidence] == ["This source is not set up."]
    assert found.fixes[0].act is Act.SHOW_SOURCES


def test_the_other_ldap_is_read_by_its_key(why: Ask) -> None:
    badge(Source.ALTERNATIVE_LDAP)
    change("main", role="alternative")

    found = why("ben", "badge")

    assert (Act.READ_SOURCE, "directory:main") in [
        (each.act, each.target) for check in found.checks for each in check.fixes
    ]


def test_whoever_is_missing_is_looked_for_where_they_were(why: Ask, company: FakeDirectory) -> None:
    entry = company.server.find("uid=sam,ou=people,dc=example,dc=com")
    assert entry
    company.delete("sam")
    a_run(company)
    gone = [str(each) for each in why("sam", "phone").decisive.evidence]
    company.server.entries["uid=sam,ou=people,dc=example,dc=com"] = entry
    back = why("sam", "phone").decisive

    assert "the entry uid=sam,ou=people,dc=example,dc=com is gone" in gone[0]
    assert gone[1] == "“Main LDAP” shows no such entry now."
    assert (back.reason, back.fixes[0].act) == (Reason.PERSON_INACTIVE, Act.READ_CHANGES)
    assert "has the entry uid=sam" in str(back.evidence[-1])
    assert any("searched below ou=people" in each for each in gone)
    assert any("(objectClass=inetOrgPerson)" in each for each in gone)


def test_a_value_whose_end_a_run_holds_back_is_held_and_not_missing(
    why: Ask, company: FakeDirectory
) -> None:
    company.set("ben", "title", [])
    assert why("ben", "position").reason is Reason.ENTRY_HAS_NO_VALUE
    with transaction():
        number = runs.start("directory:main", trigger="test", mode=FULL, reason="")
        runs.finish(number, RunState.HELD, "Many values would go.")
        db.session.add(
            PlanItem(
                run_id=number,
                person_id=get_person("ben").id,
                action="change",
                guard="clear",
                changes={"position": ["Engineer", ""]},
            )
        )

    found = why("ben", "position")

    assert found.reason is Reason.FIELD_HELD
    assert {each.id: each.state for each in found.checks}["value"] is State.LOOK


@pytest.mark.parametrize("live", [True, False])
def test_every_problem_has_evidence(why: Ask, live: bool) -> None:
    with transaction():
        define_field("motto", "Motto", category="work")
    a_local_person("local")
    badge(Source.XML)
    cases = [("zoe", "phone"), ("local", "phone"), ("ben", "motto"), ("ben", "badge")]
    for login, field in cases:
        found = why(login, field, live=live).decisive
        assert found.evidence or (login == "zoe" and not live), (login, field, found)
