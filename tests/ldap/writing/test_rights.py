"""Whether an account may write, found out without writing: the contract of may_write()."""

import pytest

from lupweb.ldap.session import Directory
from lupweb.ldap.writing import Right
from tests.fakes import FakeDirectory
from tests.ldap.company import PASSWORD, READER_DN
from tests.ldap.writing.people import Writable

CAN_TELL = ("fake-assertion", "slapd", "samba")


def stamp(writable: Writable, directory: Directory) -> bytes | None:
    name = directory.traits().stamp_attribute
    return writable.entry(directory, name).first(name)


@pytest.mark.parametrize("writable", CAN_TELL, indirect=True)
def test_b103_an_allowed_attribute_is_told_and_nothing_is_written(
    writable: Writable, directory: Directory
) -> None:
    before = stamp(writable, directory)

    for attribute in ("displayName", "mobile"):  # one with a value, one without
        entry = writable.entry(directory, attribute)
        assert directory.may_write(entry, attribute) == (Right.ALLOWED, "")

    assert stamp(writable, directory) == before


@pytest.mark.parametrize("writable", CAN_TELL, indirect=True)
def test_b103_a_forbidden_attribute_is_told_and_nothing_is_written(writable: Writable) -> None:
    with writable.connect() as directory:
        directory.bind(READER_DN, PASSWORD)
        before = stamp(writable, directory)
        for attribute in ("title", "noSuchAttribute"):
            entry = writable.entry(directory, attribute)
            right, _words = directory.may_write(entry, attribute)
            assert right is Right.REFUSED

        assert stamp(writable, directory) == before


@pytest.mark.parametrize("writable", ["fake-values", "slapd-values"], indirect=True)
def test_a_server_that_cannot_tell_is_not_asked(writable: Writable, directory: Directory) -> None:
    entry = writable.entry(directory, "displayName")

    assert directory.may_write(entry, "displayName") == (Right.NOT_CHECKED, "")


@pytest.mark.parametrize("writable", ["fake-assertion"], indirect=True)
def test_the_server_says_why_in_its_own_words(writable: Writable, directory: Directory) -> None:
    entry = writable.entry(directory, "title")

    right, words = directory.may_write(entry, "title")

    assert (right, words) == (Right.REFUSED, "no write access to attribute title")


@pytest.mark.parametrize("writable", ["fake-assertion"], indirect=True)
def test_a_change_of_somebody_else_meanwhile_is_no_answer(
    writable: Writable, directory: Directory
) -> None:
    entry = writable.entry(directory, "displayName")
    writable.set("telephoneNumber", [b"+49 5"])

    assert directory.may_write(entry, "displayName") == (Right.ALLOWED, "")


@pytest.mark.parametrize("writable", ["fake-assertion"], indirect=True)
def test_a_server_whose_trial_moves_the_entry_is_not_trusted(
    writable: Writable, directory: Directory
) -> None:
    assert isinstance(directory, FakeDirectory)
    directory.server.changing.honours_trials = False
    entry = writable.entry(directory, "displayName")

    assert directory.may_write(entry, "displayName") == (Right.NOT_CHECKED, "")
    assert directory.get("writable", "displayName") == [b"Before"]
