import uuid

import pytest

from lupweb.errors import InvalidValue
from lupweb.ldap.entry import Entry
from lupweb.ldap.schema import Schema
from lupweb.ldap.server import ServerTraits, read_traits, unique_id_of, unique_ids_of

GUID = uuid.UUID("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0")
TEXT = b"8E37D3D4-6CC8-103F-8D37-07C7A3D4A3F5"


def a_schema(*names: str) -> Schema:
    definitions = [
        f"( 1.2.3.{place} NAME '{name}' SINGLE-VALUE )".encode() for place, name in enumerate(names)
    ]
    return Schema.read(definitions)


def traits_of(*known: str, **root: list[bytes]) -> ServerTraits:
    return read_traits(Entry("", root), a_schema(*known))


@pytest.mark.parametrize(
    ("known", "chosen"),
    [
        (["entryUUID", "nsUniqueId", "objectGUID"], "entryUUID"),
        (["ENTRYUUID"], "entryUUID"),
        (["nsUniqueId", "ipaUniqueID"], "nsUniqueId"),
        (["ipaUniqueID"], "ipaUniqueID"),
        (["objectGUID"], "objectGUID"),
        (["uid"], None),
    ],
)
def test_the_unique_id_is_what_the_schema_knows(known: list[str], chosen: str | None) -> None:
    assert traits_of(*known).unique_id_attribute == chosen


def test_active_directory_has_its_own_id_and_stamp() -> None:
    traits = traits_of("entryUUID", "objectGUID", supportedCapabilities=[b"1.2.840.113556.1.4.800"])

    assert traits.unique_id_attribute == "objectGUID"
    assert traits.stamp_attribute == "uSNChanged"
    assert traits.vendor == "Active Directory"


def test_openldap_that_lists_objectguid_in_its_schema_is_no_active_directory() -> None:
    """OpenLDAP's msuser.schema knows objectGUID, and no entry has it."""
    traits = traits_of("objectGUID", "entryUUID", "entryCSN", objectClass=[b"OpenLDAProotDSE"])

    assert traits.unique_id_attribute == "entryUUID"
    assert traits.stamp_attribute == "entryCSN"
    assert traits.vendor == "OpenLDAP"


def test_without_entrycsn_the_stamp_is_the_time_of_change() -> None:
    assert traits_of("entryUUID").stamp_attribute == "modifyTimestamp"


def test_a_server_that_hides_its_schema_is_taken_for_a_standard_one() -> None:
    traits = traits_of()

    assert not traits.schema.is_readable
    assert traits.unique_id_attribute == "entryUUID"
    assert traits.schema.nearest("mail") is None


def test_what_the_rootdse_says_is_kept() -> None:
    traits = traits_of(
        vendorName=[b"389 Project\x00\n"],
        namingContexts=[b"dc=example", b"o=other"],
        supportedControl=[b"1.2.840.113556.1.4.319"],
        supportedExtension=[b"1.3.6.1.4.1.4203.1.11.3"],
    )

    assert traits.vendor == "389 Project"
    assert traits.naming_contexts == ("dc=example", "o=other")
    assert traits.pages
    assert traits.says_who_am_i


def test_a_schema_knows_every_name_and_number_of_an_attribute() -> None:
    schema = Schema.read(
        [
            b"( 0.9.2342.19200300.100.1.1 NAME ( 'uid' 'userid' ) EQUALITY caseIgnoreMatch )",
            b"( 2.16.840.1.113730.3.1.241 NAME 'displayName' SINGLE-VALUE )",
            b"( 1.2.3.4 )",
        ]
    )

    for name in ("UserID", "UID;lang-de", "0.9.2342.19200300.100.1.1", "1.2.3.4"):
        assert schema.knows(name)
    assert schema.nearest("userld") == "uid"
    assert schema.is_single_valued("DISPLAYNAME")
    assert not schema.is_single_valued("userid")
    assert not schema.is_single_valued("unheardOf")


@pytest.mark.parametrize("broken", [b"", b"(", b"NAME 'x'", b"\xff", b"( 1.2 NAME ", b"'"])
def test_a_definition_that_cannot_be_read_is_left_out(broken: bytes) -> None:
    schema = Schema.read([broken, b"( 1.2.3 NAME 'mail' )"])

    assert schema.knows("mail")


def test_an_objectguid_is_told_in_its_usual_order() -> None:
    entry = Entry("", {"objectGUID": [GUID.bytes_le]})

    assert unique_id_of(entry, "objectguid") == str(GUID)


@pytest.mark.parametrize(
    ("attribute", "value", "kept"),
    [
        ("entryUUID", TEXT, TEXT.decode().lower()),
        ("ipaUniqueID", TEXT, TEXT.decode().lower()),
        (
            "nsUniqueId",
            b"66446001-1DD211B2-66225011-2EE211DB",
            "66446001-1dd211b2-66225011-2ee211db",
        ),
        ("employeeNumber", b" A-17 ", "a-17"),
    ],
)
def test_a_unique_id_is_kept_in_small_letters(attribute: str, value: bytes, kept: str) -> None:
    assert unique_id_of(Entry("", {attribute: [value]}), attribute) == kept
    assert unique_ids_of([[value], [value]], attribute) in ([kept, kept], None)


@pytest.mark.parametrize(
    ("attribute", "values"),
    [
        ("objectGUID", [b"abc"]),
        ("objectGUID", [b"x" * 17]),
        ("entryUUID", [b"{" + TEXT + b"}"]),
        ("entryUUID", [TEXT + b"\n"]),
        ("entryUUID", [b""]),
        ("entryUUID", []),
        ("entryUUID", [TEXT, TEXT[::-1]]),
        ("nsUniqueId", [TEXT]),
        ("employeeNumber", [b"\xff"]),
        ("employeeNumber", [b" "]),
        ("employeeNumber", [b"x" * 256]),
    ],
)
def test_b87_a_malformed_id_is_refused(attribute: str, values: list[bytes]) -> None:
    with pytest.raises(InvalidValue, match="left out"):
        unique_id_of(Entry("", {attribute: values}), attribute)
    assert unique_ids_of([[TEXT], values], attribute) is None


def test_ids_of_many_are_read_together() -> None:
    assert unique_ids_of([[TEXT], [TEXT]], "entryUUID") == [TEXT.decode().lower()] * 2
