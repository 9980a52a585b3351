"""What is sent, and what is not: seen at the fake server, which keeps every change."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from lupweb.errors import (
    ChangedMeanwhile,
    DirectoryReadOnly,
    DirectoryUnavailable,
    EntryNotFound,
    OutcomeUnknown,
    WriteRefused,
)
from lupweb.ldap.cas import condition_of
from lupweb.ldap.entry import Entry
from lupweb.ldap.writing import Act, Change, Wish
from tests.fakes import FakeDirectory
from tests.ldap.writing.people import DN, Writable, a_fake

OURS = [Wish("displayName", (b"Before",), (b"Ours",))]


@pytest.fixture(params=["fake-assertion", "fake-values"])
def writable(request: pytest.FixtureRequest) -> Iterator[Writable]:
    with a_fake(request.param) as person:
        yield person


@pytest.fixture
def fake(writable: Writable) -> FakeDirectory:
    directory = writable.signed_in()
    assert isinstance(directory, FakeDirectory)
    return directory


def sent(fake: FakeDirectory) -> list[Change]:
    return fake.server.changing.changes


def test_a_value_is_never_replaced_without_a_condition(
    writable: Writable, fake: FakeDirectory
) -> None:
    fake.compare_and_set(writable.entry(fake, "displayName"), OURS)

    [change] = sent(fake)
    acts = [part.act for part in change.parts]
    if writable.compares_by_values:
        assert (acts, change.assertion) == ([Act.DELETE, Act.ADD], "")
        assert change.parts[0].values == (b"Before",)
    else:
        assert acts == [Act.REPLACE]
        assert writable.unique_id in change.assertion
        assert "entryCSN=" in change.assertion


@pytest.mark.parametrize("writable", ["fake-values"], indirect=True)
def test_x14_a_server_that_speaks_of_classes_where_a_value_came_first_is_read_again(
    writable: Writable, fake: FakeDirectory
) -> None:
    """389 answers 65 to a second value; where nobody was faster, the same answer is a refusal."""
    writable.set("displayName", [])
    entry = writable.entry(fake, "displayName")
    fake.refuse_attribute("displayName", 65, "has multiple values")
    ours = [Wish("displayName", (), (b"Ours",))]
    with pytest.raises(WriteRefused):
        fake.compare_and_set(entry, ours)
    writable.set("displayName", [b"Theirs"])

    with pytest.raises(ChangedMeanwhile):
        fake.compare_and_set(entry, ours)


def test_nothing_is_sent_for_an_entry_that_holds_something_else(
    writable: Writable, fake: FakeDirectory
) -> None:
    entry = writable.entry(fake, "displayName")

    with pytest.raises(ChangedMeanwhile):
        fake.compare_and_set(entry, [replace(OURS[0], expected=(b"before",))])
    assert sent(fake) == []


def test_x15_somebody_between_the_reading_and_the_change_wins(
    writable: Writable, fake: FakeDirectory
) -> None:
    entry = writable.entry(fake, "displayName")
    fake.meanwhile(lambda: writable.set("displayName", [b"Theirs"]))

    with pytest.raises(ChangedMeanwhile):
        fake.compare_and_set(entry, OURS)
    assert fake.get(DN, "displayName") == [b"Theirs"]


def test_x14_ours_is_taken_back_from_beside_a_value_that_came_meanwhile(
    writable: Writable, fake: FakeDirectory
) -> None:
    writable.set("telephoneNumber", [])
    entry = writable.entry(fake, "telephoneNumber")
    fake.meanwhile(lambda: writable.set("telephoneNumber", [b"+49 7"]))

    with pytest.raises(ChangedMeanwhile):
        fake.compare_and_set(entry, [Wish("telephoneNumber", (), (b"+49 8",))])
    assert fake.get(DN, "telephoneNumber") == [b"+49 7"]


@pytest.mark.parametrize("acted", [True, False])
def test_x16_a_lost_answer_leaves_the_outcome_open(
    writable: Writable, fake: FakeDirectory, acted: bool
) -> None:
    entry = writable.entry(fake, "displayName")
    fake.lose_answer(acted=acted)

    with pytest.raises(OutcomeUnknown):
        fake.compare_and_set(entry, OURS)
    assert fake.get(DN, "displayName") == [b"Ours" if acted else b"Before"]
    with pytest.raises(DirectoryUnavailable):
        fake.compare_and_set(entry, OURS)


def test_a_server_that_is_away_or_takes_no_changes_is_told_apart(
    writable: Writable, fake: FakeDirectory
) -> None:
    entry = writable.entry(fake, "displayName")
    fake.be_read_only()
    with pytest.raises(DirectoryReadOnly):
        fake.compare_and_set(entry, OURS)
    fake.go_down()
    with pytest.raises(DirectoryUnavailable):
        fake.compare_and_set(entry, OURS)

    assert fake.get(DN, "displayName") == [b"Before"]


def test_what_the_server_refuses_is_told_with_its_code_and_words(
    writable: Writable, fake: FakeDirectory
) -> None:
    fake.limit_length("displayName", 3)
    entry = writable.entry(fake, "displayName")

    with pytest.raises(WriteRefused) as refused:
        fake.compare_and_set(entry, OURS)

    assert (refused.value.code, refused.value.reply) == (19, "displayName: value too long")


def test_x13_another_entry_in_the_same_place_is_not_touched(
    writable: Writable, fake: FakeDirectory
) -> None:
    entry = writable.entry(fake, "displayName")
    fake.delete(DN)
    held = {"cn": entry.values("cn") or [b"x"], "sn": [b"y"], "displayName": [b"Other"]}
    fake.add(DN, {"objectClass": [b"inetOrgPerson"], **held})

    with pytest.raises((ChangedMeanwhile, EntryNotFound)):
        fake.compare_and_set(entry, OURS)
    assert fake.get(DN, "displayName") == [b"Other"]


def test_stamps_of_whole_seconds_are_helped_by_the_old_value(fake: FakeDirectory) -> None:
    traits = replace(fake.traits(), stamp_attribute="modifyTimestamp")
    entry = Entry(DN, {"entryUUID": [b"u"], "modifyTimestamp": [b"20260101000000Z"]})

    wishes = [OURS[0], Wish("title", (), (b"x",)), Wish("jpegPhoto", (b"\xff",), ())]
    assert condition_of(traits, entry, wishes) == (
        "(&(entryUUID=u)(modifyTimestamp=20260101000000Z)(displayName=Before)(!(title=*)))"
    )


def test_an_account_that_may_not_read_stamps_compares_by_values(
    writable: Writable, fake: FakeDirectory
) -> None:
    entry = writable.entry(fake, "displayName")
    kept = {name: each for name, each in entry.attributes.items() if name != "entryCSN"}

    fake.compare_and_set(Entry(entry.dn, kept), OURS)

    assert [part.act for part in sent(fake)[0].parts] == [Act.DELETE, Act.ADD]
