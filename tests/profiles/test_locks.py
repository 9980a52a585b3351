"""Source x found in the directory x mapped x write-back: who may edit a field (product.md 2)."""

from dataclasses import dataclass

import pytest

from lupweb.profiles.locks import (
    LockReason,
    Standing,
    is_saved_to_directory,
    lock_of,
)
from lupweb.profiles.sources import Source

HERE = Standing(in_directory=True)
NOT_HERE = Standing()
DELIVERED = Standing(in_directory=True, delivered={"room"})
WRITTEN_TO = Standing(in_directory=True, takes_writes=True)


@dataclass(frozen=True)
class AField:
    source: Source
    key: str = "room"
    attribute: str = "roomNumber"
    writes_back: bool = False
    directory: str = ""
    falls_through: bool = False


@pytest.mark.parametrize(
    ("source", "standing", "reason"),
    [
        (Source.USER, HERE, None),
        (Source.USER, NOT_HERE, None),
        (Source.LDAP, HERE, LockReason.LDAP),
        (Source.LDAP, NOT_HERE, None),
        (Source.LDAP_ONLY, HERE, LockReason.ALWAYS_LDAP),
        (Source.LDAP_ONLY, NOT_HERE, LockReason.ALWAYS_LDAP),
        (Source.ALTERNATIVE_LDAP, DELIVERED, LockReason.ALTERNATIVE_LDAP),
        (Source.ALTERNATIVE_LDAP, HERE, None),
        (Source.XML, DELIVERED, LockReason.XML),
        (Source.XML, HERE, None),
    ],
)
def test_b25_a_source_locks_a_field_as_the_product_says(
    source: Source, standing: Standing, reason: LockReason | None
) -> None:
    lock = lock_of(AField(source), standing)

    assert (lock and lock.reason) == reason


@pytest.mark.parametrize(
    ("standing", "is_locked", "is_saved"),
    [
        (Standing(in_directory=True, takes_writes=True, held_by={"main"}), False, False),
        (Standing(in_directory=True, takes_writes=True, held_by={"main", "hr"}), True, False),
        (Standing(in_directory=True, held_by={"hr"}, written_by={"hr"}), False, True),
    ],
)
def test_b78_a_field_of_one_directory_goes_by_that_directory_alone(
    standing: Standing, is_locked: bool, is_saved: bool
) -> None:
    field = AField(Source.LDAP, writes_back=True, directory="hr")

    assert (lock_of(field, standing) is not None) is is_locked
    assert is_saved_to_directory(field, standing) is is_saved


@pytest.mark.parametrize(
    ("directory", "standing", "is_locked", "is_saved"),
    [
        ("", Standing(in_directory=True, held_by={"main", "hr"}, written_by={"hr"}), True, False),
        ("", Standing(in_directory=True, takes_writes=True, held_by={"main"}), False, True),
        ("hr", Standing(in_directory=True, takes_writes=True, held_by={"main"}), False, True),
        (
            "hr",
            Standing(in_directory=True, takes_writes=True, held_by={"main", "hr"}, used_by={"hr"}),
            True,
            False,
        ),
    ],
)
def test_a_field_that_falls_through_goes_by_the_directory_that_is_asked_first(
    directory: str, standing: Standing, is_locked: bool, is_saved: bool
) -> None:
    field = AField(Source.LDAP, writes_back=True, directory=directory, falls_through=True)

    assert (lock_of(field, standing) is not None) is is_locked
    assert is_saved_to_directory(field, standing) is is_saved


def test_a_mapping_that_was_taken_away_frees_the_field() -> None:
    assert lock_of(AField(Source.LDAP, attribute=""), HERE) is None


@pytest.mark.parametrize(
    ("writes_back", "standing", "is_free"),
    [
        (True, WRITTEN_TO, True),
        (True, HERE, False),
        (False, WRITTEN_TO, False),
        (True, NOT_HERE, True),
    ],
)
def test_write_back_frees_a_field_only_with_both_of_its_switches(
    writes_back: bool, standing: Standing, is_free: bool
) -> None:
    field = AField(Source.LDAP, writes_back=writes_back)

    assert (lock_of(field, standing) is None) is is_free
    assert is_saved_to_directory(field, standing) is (standing == WRITTEN_TO and writes_back)


@pytest.mark.parametrize("source", [each for each in Source if each is not Source.LDAP])
def test_nothing_but_the_source_ldap_is_saved_to_the_directory(source: Source) -> None:
    assert not is_saved_to_directory(AField(source, writes_back=True), WRITTEN_TO)


def test_a_value_that_follows_from_another_is_never_edited() -> None:
    lock = lock_of(AField(Source.USER), NOT_HERE, is_computed=True)

    assert lock
    assert lock.reason is LockReason.COMPUTED


def test_the_sentence_names_where_the_value_comes_from() -> None:
    lock = lock_of(AField(Source.LDAP), HERE)

    assert lock
    assert str(lock.sentence) == (
        "Comes from LDAP (attribute roomNumber). The IT service changes it."
    )
