"""B105: could a directory hold a value, by what it said about its attributes? Nothing is asked."""

import pytest

from lupweb.directories.attributes import barred_attributes
from lupweb.directories.fitting import Document, Target, describe, most_bytes
from lupweb.ldap.entry import Entry
from lupweb.ldap.schema import Schema

SYNTAX = "1.3.6.1.4.1.1466.115.121.1"
DN = "cn=Amy Wong,ou=people,dc=example,dc=com"
TYPES = {
    "title": "15", "mail": "26", "telephoneNumber": "50", "pager": "44", "count": "27",
    "flag": "7", "since": "24", "country": "11", "boss": "12", "digits": "36",
    "photo": "28", "blob": "40",
}  # fmt: skip


def known(*, tells_rules: bool = True) -> Document:
    rule = " EQUALITY caseIgnoreMatch" if tells_rules else ""
    definitions = [
        f"( 1.2.{number} NAME '{name}'{rule} SYNTAX {SYNTAX}.{syntax} )"
        for number, (name, syntax) in enumerate(TYPES.items())
    ]
    definitions += [
        f"( 1.3.1 NAME ( 'sn' 'surname' ) SYNTAX {SYNTAX}.15 )",
        f"( 1.3.2 NAME 'cn' SYNTAX {SYNTAX}.15 )",
        f"( 1.3.3 NAME 'room' SYNTAX {SYNTAX}.15 SINGLE-VALUE )",
        f"( 1.3.4 NAME 'modifyTimestamp' SYNTAX {SYNTAX}.24 NO-USER-MODIFICATION )",
        f"( 1.3.5 NAME 'quota' SYNTAX {SYNTAX}.27 USAGE dSAOperation )",
    ]
    limits = [b"( 1.3.3 NAME 'room' RANGE-UPPER '4' )", b"( 1.2.11 NAME 'blob' RANGE-UPPER '3' )"]
    said = {
        "attributeTypes": [each.encode() for each in definitions],
        "extendedAttributeInfo": limits,
    }
    names = [*TYPES, "surname", "cn", "room", "modifyTimestamp", "quota", "nowhere"]
    return describe(Schema.of(Entry("cn=Subschema", said)), names)


def refused(attribute: str, *values: str, **how: bool) -> str:
    found = Target(known(**how), DN, ["employeeNumber", "sn"]).refusal(
        attribute, [each.encode() for each in values]
    )
    return str(found or "")


@pytest.mark.parametrize(
    ("attribute", "good", "bad", "sentence"),
    [
        ("mail", "amy@example.com", "ämy@example.com", "these characters here: ä"),
        ("telephoneNumber", "+49 (0)30 1-2/3", "+49 30; 1 ☎ ☎", "these characters here: ; ☎"),
        ("pager", "O'Neill", "a@b", "these characters here: @"),
        ("digits", "30 1", "+30", "these characters here: +"),
        ("count", "-12", "1.5", "a whole number"),
        ("flag", "TRUE", "true", "TRUE or FALSE"),
        ("since", "20260131120000Z", "2026-01-31", "a time here, as in 20260131120000Z"),
        ("country", "DE", "Germany", "two letters of a country"),
        ("boss", "uid=a,dc=x", "Amy", "the name of an entry"),
        ("room", "A 12", "A 123", "at most 4 characters"),
        ("blob", "abc", "abcd", "at most 3 characters"),
        ("title", "Köchin ☎", "", ""),
    ],
)
def test_b105_a_value_has_to_have_the_form_that_the_attribute_has(
    attribute: str, good: str, bad: str, sentence: str
) -> None:
    assert refused(attribute, good) == ""
    assert sentence in refused(attribute, bad)
    assert bool(sentence) == bool(refused(attribute, bad))
    assert refused(attribute) == ""  # none at all clears it


def test_b105_one_value_where_there_is_room_for_one() -> None:
    assert refused("room", "1") == ""
    assert refused("room", "1", "2") == "The directory allows only one value here."
    assert refused("title", "1", "2") == ""


@pytest.mark.parametrize("attribute", ["modifyTimestamp", "QUOTA", "uid", "employeenumber", "sn"])
def test_b105_what_the_server_or_an_administrator_keeps_is_never_saved(attribute: str) -> None:
    assert "never saved to a directory" in refused(attribute, "20260131120000Z")


def test_b105_another_name_of_a_barred_attribute_is_barred_too() -> None:
    assert "never saved to a directory" in refused("surname", "Wong")


def test_b105_what_names_the_entry_is_not_changed() -> None:
    assert "part of your directory name" in refused("cn", "Amy W.")
    assert "part of your directory name" in refused("commonName", "Amy W.")


def test_b105_what_the_directory_does_not_know_is_not_sent() -> None:
    assert refused("nowhere", "x") == "The directory does not know nowhere for your entry."
    assert "no text" in refused("photo", "x")


@pytest.mark.parametrize(
    ("attribute", "sentence"),
    [
        ("photo", ""),
        ("blob", ""),
        ("title", "The directory holds text in title, and no pictures. Administrators mend that."),
        ("sn", "This value is never saved to a directory. Administrators see it."),
        ("nowhere", "The directory does not know nowhere for your entry."),
        ("roomNumber", ""),  # nobody has said anything
    ],
)
def test_b105_a_picture_needs_an_attribute_that_holds_one(attribute: str, sentence: str) -> None:
    target = Target(known(), DN, ["employeeNumber", "sn"])

    assert str(target.refusal_of_picture(attribute) or "") == sentence
    assert (most_bytes(target.known, attribute) == 3) == (attribute == "blob")


def test_what_nothing_is_known_of_is_left_to_the_directory() -> None:
    """A field that was mapped just now, or a server that hides its schema."""
    assert refused("roomNumber", "é☎") == ""
    assert describe(Schema(), ["title"]) == {}
    assert Target({}, DN).refusal("mail", ["ä".encode()]) is None


def test_active_directory_counts_no_characters_and_is_not_judged_by_them() -> None:
    assert refused("mail", "ämy@example.com", tells_rules=False) == ""
    assert refused("count", "many", tells_rules=False) != ""


@pytest.mark.parametrize(
    ("by", "barred"),
    [("login", ["uid", "uid"]), ("email", ["uid", "mail"]), ("staff", ["uid", "staff"])],
)
def test_what_tells_who_somebody_is_and_what_administrators_add_is_barred(
    by: str, barred: list[str]
) -> None:
    chosen = {"match_people_by": by, "never_written": ("l",)}

    assert barred_attributes("uid", "mail", chosen) == [*barred, "l"]
