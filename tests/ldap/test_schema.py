"""What a subschema says about attributes: of one made here, and of real servers."""

from lupweb.ldap.entry import Entry
from lupweb.ldap.schema import Schema
from lupweb.ldap.session import Directory
from tests.ldap.conftest import Company

DEFINITIONS = [
    b"( 2.5.4.41 NAME 'name' EQUALITY caseIgnoreMatch"
    b" SYNTAX 1.3.6.1.4.1.1466.115.121.1.15{32768} )",
    b"( 2.5.4.12 NAME 'title' SUP name )",
    b"( 2.5.4.23 NAME ( 'facsimileTelephoneNumber' 'fax' ) SYNTAX 1.3.6.1.4.1.1466.115.121.1.22 )",
    b"( 0.9.60 NAME 'jpegPhoto' SYNTAX 1.3.6.1.4.1.1466.115.121.1.28 )",
    b"( 1.3.6.1.1.16.4 NAME 'entryUUID' EQUALITY UUIDMatch SYNTAX 1.3.6.1.1.16.1"
    b" SINGLE-VALUE NO-USER-MODIFICATION USAGE directoryOperation )",
    b"( 1.1 NAME 'circle' SUP circle )",
]
CLASSES = [
    b"( 2.6 NAME 'person' SUP top STRUCTURAL MUST ( sn $ cn ) MAY ( title ) )",
    b"( 2.7 NAME 'inetOrgPerson' SUP person STRUCTURAL MAY ( jpegPhoto ) )",
]
RULES = [b"( 2.7 NAME 'inetOrgPerson' AUX mailbox MAY fax )"]
EXTENDED = [
    b"( 2.5.4.12 NAME 'title' RANGE-LOWER '1' RANGE-UPPER '128' PROPERTY-GUID 'x' )",
    b"( 0.9.60 NAME 'jpegPhoto' )",
]


def a_schema(**more: list[bytes]) -> Schema:
    return Schema.of(Entry("cn=Subschema", {"attributeTypes": DEFINITIONS, **more}))


def test_an_attribute_has_what_its_superior_has() -> None:
    schema = a_schema()

    assert schema.syntax("TITLE") == "1.3.6.1.4.1.1466.115.121.1.15"
    assert schema.equality_rule("title;lang-de") == "caseIgnoreMatch"
    assert schema.suggested_length("title") == 32_768
    assert schema.is_text("title")
    assert schema.syntax("circle") == ""


def test_an_attribute_without_a_rule_has_none() -> None:
    schema = a_schema()

    assert schema.tells_rules
    assert schema.equality_rule("fax") == schema.equality_rule("jpegPhoto") == ""
    assert schema.is_binary("jpegPhoto")
    assert not schema.is_binary("title")
    assert not schema.is_text("fax")
    assert not Schema.read([b"( 1.2.3 NAME 'title' )"]).tells_rules


def test_the_server_s_own_configuration_is_never_meant_by_a_name() -> None:
    definitions = [b"( 1.1 NAME 'olcAttributeTypes' )", b"( 1.2 NAME 'attributeKinds' )"]
    schema = Schema.of(Entry("cn=Subschema", {"attributeTypes": definitions}))

    assert schema.nearest("attributeTypes") == "attributeKinds"


def test_b105_what_the_server_keeps_is_not_modifiable() -> None:
    schema = a_schema()

    assert not schema.is_modifiable("entryUUID")
    assert schema.is_modifiable("title")
    assert schema.is_modifiable("noSuchAttribute")  # nothing is known of it


def test_a_limit_is_what_the_server_enforces_and_not_what_it_suggests() -> None:
    """RFC 4512, 4.1.2: `{n}` is what a server must take at least."""
    assert a_schema().longest("title") is None
    limited = a_schema(extendedAttributeInfo=EXTENDED)

    assert limited.longest("title") == 128
    assert limited.longest("2.5.4.12") == 128
    assert limited.longest("jpegPhoto") is None
    assert limited.longest("thumbnailPhoto") == 102_400


def test_an_entry_may_hold_what_its_classes_allow() -> None:
    schema = a_schema(objectClasses=CLASSES, dITContentRules=RULES)

    for name in ("title", "jpegPhoto", "facsimileTelephoneNumber", "2.5.4.12"):
        assert schema.allows(["top", "inetOrgPerson"], name)
    assert schema.allows(["person"], "jpegPhoto") is False
    assert schema.allows(["noSuchClass"], "title") is False
    assert schema.allows(["extensibleObject"], "entryUUID")
    assert a_schema().allows(["person"], "title") is None


def test_every_name_of_an_attribute_is_told() -> None:
    schema = a_schema()

    assert schema.names_of("FAX;x-a") == ("facsimileTelephoneNumber", "fax", "2.5.4.23")
    assert schema.names_of("unknown;x-a") == ("unknown",)


def test_a_server_tells_about_the_attributes_of_people(
    company: Company, directory: Directory
) -> None:
    schema, is_ad = directory.traits().schema, company.is_active_directory
    classes = ["top", "person", "organizationalPerson", "user" if is_ad else "inetOrgPerson"]

    assert schema.is_text("displayName")
    assert schema.is_binary("thumbnailPhoto" if is_ad else "jpegPhoto")
    assert schema.is_modifiable("displayName")
    assert not schema.is_modifiable("objectGUID" if is_ad else "entryUUID")
    assert schema.longest("telephoneNumber") == (64 if is_ad else None)
    assert schema.tells_rules is not is_ad
    for name in ("displayName", "telephoneNumber", "mail"):
        assert schema.allows(classes, name), name
    assert not schema.allows(classes, "dc")


def test_what_a_server_says_otherwise_than_before_is_read_anew() -> None:
    before = a_schema()
    after = Schema.of(Entry("cn=Subschema", {"attributeTypes": DEFINITIONS[:-1]}))

    assert before.knows("circle")
    assert not after.knows("circle")
    assert a_schema().knows("circle")
