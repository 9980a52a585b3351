"""What a directory will not have is refused with its reason, and holds up nothing else."""

import pytest

from lupweb.database import db, transaction
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.states import OutboxState
from lupweb.profiles.models import ProfileField
from tests.factories import SUFFIX, an_entry
from tests.fakes import FakeDirectory
from tests.writeback.world import (
    drain,
    enter,
    held,
    message,
    state,
)

ANNA = f"uid=anna,ou=people,{SUFFIX}"


def changes(company: FakeDirectory) -> int:
    return len(company.server.changing.changes)


def test_x13_an_entry_that_is_gone_refuses_what_was_meant_for_it(company: FakeDirectory) -> None:
    number = enter("anna", "position", "Chef")
    company.delete("anna")

    drain(company)

    found = message(number)
    assert (found.state, found.reason) == ("rejected", "gone")


def test_x13_an_entry_of_the_same_dn_is_another_person(company: FakeDirectory) -> None:
    number = enter("anna", "position", "Chef")
    company.delete("anna")
    an_entry(company, "anna", "Anna the second", title="Cook")

    drain(company)

    assert state(number) is OutboxState.REJECTED
    assert held(company, "anna", "title") == [b"Cook"]


def test_x13_an_entry_that_was_moved_is_followed(company: FakeDirectory) -> None:
    number = enter("anna", "position", "Chef")
    company.add(f"ou=kitchen,ou=people,{SUFFIX}", {"objectClass": [b"organizationalUnit"]})
    company.rename(ANNA, f"uid=anna.b,ou=kitchen,ou=people,{SUFFIX}")

    drain(company)

    assert state(number) is OutboxState.WRITTEN
    assert held(company, "anna.b", "title") == [b"Chef"]


def test_x11_one_refused_field_does_not_hold_up_the_others(company: FakeDirectory) -> None:
    company.refuse_attribute("title", 50, "no write access to parent")
    refused = enter("anna", "position", "Chef")
    written = enter("anna", "location", "Faro")

    drain(company)

    found = message(refused)
    assert (found.state, found.reason, found.last_code) == ("rejected", "no_right", 50)
    assert found.last_info == "no write access to parent"
    assert state(written) is OutboxState.WRITTEN
    assert held(company, "anna", "l") == [b"Faro"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (17, "not_known"),
        (65, "not_known"),
        (21, "not_accepted"),
        (67, "names_entry"),
        (80, "refused"),
    ],
)
def test_x11_a_refusal_is_kept_with_its_reason(
    company: FakeDirectory, code: int, reason: str
) -> None:
    company.refuse_attribute("title", code)
    number = enter("anna", "position", "Chef")

    drain(company)

    found = message(number)
    assert (found.state, found.reason, found.last_code) == ("rejected", reason, code)


@pytest.mark.parametrize(
    "attribute", ["userPassword", "unicodePwd", "member", "userAccountControl"]
)
def test_b104_what_may_never_be_written_is_refused_here_too(
    company: FakeDirectory, attribute: str
) -> None:
    number = enter("anna", "position", "Chef")
    with transaction():
        db.session.query(ProfileField).filter_by(key="position").one().attribute = attribute
        db.session.get_one(OutboxMessage, number).attribute = attribute

    drain(company)

    found = message(number)
    assert (found.state, found.reason) == ("rejected", "never_written")
    assert changes(company) == 0


@pytest.mark.parametrize(
    ("attribute", "reason"),
    [("entryCSN", "never_written"), ("uid", "never_written"), ("cn", "names_entry")],
)
def test_b105_what_names_an_entry_or_is_the_servers_own_is_refused(
    company: FakeDirectory, attribute: str, reason: str
) -> None:
    company.rename(ANNA, f"cn=Anna,ou=people,{SUFFIX}")
    company.set(f"cn=Anna,ou=people,{SUFFIX}", "cn", [b"Anna"])
    number = enter("anna", "position", "Chef")
    with transaction():
        db.session.query(ProfileField).filter_by(key="position").one().attribute = attribute
        db.session.get_one(OutboxMessage, number).attribute = attribute

    drain(company)

    found = message(number)
    assert (found.state, found.reason) == ("rejected", reason)
    assert changes(company) == 0
