"""Changes of entries: the contract of entry_of() and compare_and_set(), on every kind of server."""

import pytest

from lupweb.errors import ChangedMeanwhile, EntryNotFound, WriteRefused
from lupweb.ldap.entry import Entry
from lupweb.ldap.session import Directory
from lupweb.ldap.writing import Wish
from tests.ldap.company import PASSWORD, READER_DN, SUFFIX
from tests.ldap.writing.people import PHONE, Writable

BLIND_ON_PICTURES = ("fake-values", "slapd-values")
HAS_SECONDS = "ds389"
"""Its stamp counts whole seconds: two changes may have the same one."""
NOBODY = "00000000-0000-4000-8000-000000000000"


def wish(entry: Entry, attribute: str, *desired: bytes, may_replace: bool = False) -> Wish:
    return Wish(attribute, tuple(entry.values(attribute)), desired, may_replace)


def test_an_entry_is_found_by_its_unique_id(writable: Writable, directory: Directory) -> None:
    entry = writable.entry(directory, "displayName")

    traits = directory.traits()
    assert entry.values("displayName") == [b"Before"]
    assert traits.unique_id_attribute in entry
    assert traits.stamp_attribute in entry
    with pytest.raises(EntryNotFound):
        directory.entry_of(SUFFIX, NOBODY, ["displayName"])


def test_a_value_is_changed_and_read_back(writable: Writable, directory: Directory) -> None:
    entry = writable.entry(directory, "displayName", "telephoneNumber")
    new = "Müller & Söhne, Köln".encode()
    phone = b"+49 221 1"
    written = directory.compare_and_set(
        entry, [wish(entry, "displayName", new), wish(entry, "telephoneNumber", phone)]
    )

    now = writable.entry(directory, "displayName", "telephoneNumber")
    assert written.values == {"displayName": (new,), "telephoneNumber": (phone,)}
    assert now.values("displayName") == [new]
    assert now.values("telephoneNumber") == [phone]
    stamp = directory.traits().stamp_attribute
    assert written.stamp == (now.first(stamp) or b"").decode()
    has_moved = now.first(stamp) != entry.first(stamp)
    assert has_moved or writable.kind == HAS_SECONDS


def test_b105_a_value_is_cleared(writable: Writable, directory: Directory) -> None:
    entry = writable.entry(directory, "displayName")

    written = directory.compare_and_set(entry, [wish(entry, "displayName")])

    assert written.values == {"displayName": ()}
    assert "displayName" not in writable.entry(directory, "displayName")


def test_b103_the_value_that_is_there_can_be_written(
    writable: Writable, directory: Directory
) -> None:
    for attribute in ("displayName", "telephoneNumber"):
        entry = writable.entry(directory, attribute)
        written = directory.compare_and_set(
            entry, [wish(entry, attribute, *entry.values(attribute))]
        )
        assert written.values == {attribute: tuple(entry.values(attribute))}


@pytest.mark.parametrize("attribute", ["displayName", "mobile"])
def test_an_empty_attribute_gets_a_value(
    writable: Writable, directory: Directory, attribute: str
) -> None:
    """One that holds one value, and one that holds many on most servers."""
    writable.set(attribute, [])
    entry = writable.entry(directory, attribute)

    written = directory.compare_and_set(entry, [wish(entry, attribute, b"+49 1")])

    assert written.values == {attribute: (b"+49 1",)}
    assert writable.entry(directory, attribute).values(attribute) == [b"+49 1"]


def test_x15_a_newer_value_of_somebody_else_is_not_overwritten(
    writable: Writable, directory: Directory
) -> None:
    for old, new in (([b"Before"], [b"Theirs"]), ([], [b"Theirs"]), ([b"Before"], [])):
        writable.set("displayName", old)
        entry = writable.entry(directory, "displayName")
        writable.set("displayName", new)

        with pytest.raises(ChangedMeanwhile):
            directory.compare_and_set(entry, [wish(entry, "displayName", b"Ours")])

        assert writable.entry(directory, "displayName").values("displayName") == new


def test_x15_a_newer_value_is_not_cleared(writable: Writable, directory: Directory) -> None:
    entry = writable.entry(directory, "displayName")
    writable.set("displayName", [b"Theirs"])

    with pytest.raises(ChangedMeanwhile):
        directory.compare_and_set(entry, [wish(entry, "displayName")])

    assert writable.entry(directory, "displayName").values("displayName") == [b"Theirs"]


def test_x14_a_second_value_is_never_added(writable: Writable, directory: Directory) -> None:
    """The attribute holds many values, and was empty when it was read."""
    attribute = "otherTelephone" if writable.is_active_directory else "telephoneNumber"
    writable.set(attribute, [])
    entry = writable.entry(directory, attribute)
    writable.set(attribute, [b"+49 7"])

    with pytest.raises(ChangedMeanwhile):
        directory.compare_and_set(entry, [wish(entry, attribute, b"+49 8")])

    assert writable.entry(directory, attribute).values(attribute) == [b"+49 7"]


def test_a_value_that_is_not_the_one_expected_is_compared_by_its_bytes(
    writable: Writable, directory: Directory
) -> None:
    """For the server, `+4930999` and `+49 30 999` are one number."""
    entry = writable.entry(directory, "telephoneNumber")
    expected = Wish("telephoneNumber", (b"+49 30 999",), (b"+49 1",))

    with pytest.raises(ChangedMeanwhile):
        directory.compare_and_set(entry, [expected])
    written = directory.compare_and_set(entry, [wish(entry, "telephoneNumber", b"+49 30 999")])

    assert entry.values("telephoneNumber") == [PHONE]
    assert written.values == {"telephoneNumber": (b"+49 30 999",)}


def test_several_values_become_others(writable: Writable, directory: Directory) -> None:
    attribute = "otherTelephone" if writable.is_active_directory else "telephoneNumber"
    writable.set(attribute, [b"+49 1", b"+49 2"])
    entry = writable.entry(directory, attribute)

    written = directory.compare_and_set(entry, [wish(entry, attribute, b"+49 2", b"+49 3")])

    assert sorted(written.values[attribute]) == [b"+49 2", b"+49 3"]


def test_a_forbidden_attribute_is_refused_and_nothing_of_the_request_is_written(
    writable: Writable,
) -> None:
    """In Active Directory this account may write nothing of other people."""
    directory = writable.connect()
    directory.bind(READER_DN, PASSWORD)
    entry = writable.entry(directory, "displayName", "title")

    with pytest.raises(WriteRefused) as refused:
        directory.compare_and_set(
            entry, [wish(entry, "displayName", b"Ours"), wish(entry, "title", b"Boss")]
        )

    assert refused.value.code == 50
    assert writable.entry(directory, "displayName").values("displayName") == [b"Before"]


def test_an_unknown_attribute_is_not_taken_for_a_change_of_somebody_else(
    writable: Writable, directory: Directory
) -> None:
    """Samba answers 16, which elsewhere means: the old value is gone; 389 asks for rights first."""
    entry = writable.entry(directory, "noSuchAttribute")

    with pytest.raises(WriteRefused) as refused:
        directory.compare_and_set(entry, [wish(entry, "noSuchAttribute", b"x")])

    assert refused.value.code == (50 if writable.kind == "ds389" else 17)


def test_b105_a_value_that_the_server_will_not_have_is_refused(
    writable: Writable, directory: Directory
) -> None:
    entry = writable.entry(directory, "telephoneNumber", "displayName")
    is_fake = writable.kind.startswith("fake")
    value = b"9" * 65 if writable.is_active_directory else "ä".encode()
    for each in (b"",) if is_fake else (value, b""):
        with pytest.raises(WriteRefused) as refused:
            directory.compare_and_set(entry, [wish(entry, "telephoneNumber", each)])
        assert refused.value.code in (19, 21)

    with pytest.raises(WriteRefused) as refused:
        directory.compare_and_set(entry, [wish(entry, "displayName", b"a", b"b")])
    assert refused.value.code in (19, 20, 65)
    assert writable.entry(directory, "displayName").values("displayName") == [b"Before"]


def test_a_picture_is_changed(writable: Writable, directory: Directory) -> None:
    """OpenLDAP has no rule to compare pictures with: its stamp compares, or nothing does."""
    attribute = "thumbnailPhoto" if writable.is_active_directory else "jpegPhoto"
    is_blind = writable.kind in (*BLIND_ON_PICTURES, "ds389")
    for picture in (b"\xff\xd8\xff\x00", b"\xff\xd8\xff\x01" * 5_000):
        entry = writable.entry(directory, attribute)
        written = directory.compare_and_set(
            entry, [wish(entry, attribute, picture, may_replace=is_blind)]
        )
        assert written.values == {attribute: (picture,)}

    entry = writable.entry(directory, attribute)
    cleared = directory.compare_and_set(entry, [wish(entry, attribute, may_replace=is_blind)])
    assert cleared.values == {attribute: ()}


@pytest.mark.parametrize("writable", BLIND_ON_PICTURES, indirect=True)
def test_what_nothing_compares_is_replaced_only_where_the_last_writer_may_win(
    writable: Writable, directory: Directory
) -> None:
    fax = "facsimileTelephoneNumber"
    writable.set(fax, [b"+49 1"])
    entry = writable.entry(directory, fax)

    with pytest.raises(WriteRefused, match="What the person entered replaces it"):
        directory.compare_and_set(entry, [wish(entry, fax, b"+49 2")])
    writable.set("displayName", [b"Theirs"])  # the stamp moves
    with pytest.raises(ChangedMeanwhile):
        directory.compare_and_set(entry, [wish(entry, fax, b"+49 2", may_replace=True)])

    entry = writable.entry(directory, fax)
    written = directory.compare_and_set(entry, [wish(entry, fax, b"+49 2", may_replace=True)])
    assert written.values == {fax: (b"+49 2",)}
