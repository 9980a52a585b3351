"""“Test writing” on real servers: nothing moves, and each fault has a sentence of its own."""

from dataclasses import replace

from lupweb.directories.service import DirectoryFacts
from lupweb.ldap.connection import Server, Tls
from lupweb.writeback.access import tried_access
from lupweb.writeback.access_contact import Contact
from lupweb.writeback.access_steps import AccessTest, Subject
from tests.ldap.company import PASSWORD, PEOPLE, READER_DN, SUFFIX
from tests.ldap.writing.people import Writable

NOBODY = "00000000-0000-4000-8000-000000000000"
PICTURE = b"\xff\xd8\xff\x00" * 700


def facts(person: Writable, **changes: str) -> DirectoryFacts:
    found = DirectoryFacts(
        id=1, key="main", server=Server(("ldap://127.0.0.1:1",), Tls.NONE),
        bind_dn=person.account, password=person.password, user_base_dn=SUFFIX,
        user_filter="(objectClass=person)", login_attribute="uid", name_attribute="displayName",
        email_attribute="mail",
    )  # fmt: skip
    return replace(found, **changes)  # type: ignore[arg-type]


def looked(
    person: Writable, attribute: str, *, writes: bool = False, id_: str = "", **changes: str
) -> AccessTest:
    subject = Subject(1, "Zoë", "zoe", id_ or person.unique_id)
    picture = "thumbnailPhoto" if person.is_active_directory else "jpegPhoto"
    with Contact(
        facts(person, **changes), lambda _server: person.connect(), (), picture
    ) as contact:
        return tried_access(contact, "Main", subject, attribute, writes=writes)


def said(test: AccessTest) -> tuple[str, str]:
    """Return the step that failed, and its sentence."""
    return (test.failed.id, str(test.failed.text)) if test.failed else ("", "")


def stamp(person: Writable) -> bytes | None:
    with person.signed_in() as directory:
        name = directory.traits().stamp_attribute
        return person.entry(directory, name).first(name)


def test_b103_looking_moves_nothing_and_each_fault_has_its_own_sentence(person: Writable) -> None:
    before = stamp(person)
    stranger = {"bind_dn": READER_DN, "password": PASSWORD}

    assert looked(person, "displayName").is_well
    found = [
        said(looked(person, "title", **stranger)),
        said(looked(person, "noSuchAttribute")),
        said(looked(person, "userCertificate")),
        said(looked(person, "cn")),
        said(looked(person, "displayName", id_=NOBODY)),
        said(looked(person, "displayName", password="another one")),
    ]

    expected = [
        ("right", "refuses it"), ("attribute", "knows no attribute"), ("value", "no text"),
        ("attribute", "never written"), ("entry", "not found"), ("connection", ""),
    ]  # fmt: skip
    if person.kind == "ds389":
        expected[0] = ("", "")  # it cannot be asked
    assert [step for step, _text in found] == [step for step, _part in expected]
    assert all(part in text for (_, text), (_, part) in zip(found, expected, strict=True))
    assert len({text for _step, text in found}) == len(found)
    assert stamp(person) == before


def test_a_narrower_base_than_where_the_person_is_finds_nobody_on_openldap(
    person: Writable,
) -> None:
    """Active Directory finds an entry by its id, wherever it is."""
    elsewhere = f"cn=Person 1,{PEOPLE}"

    test = looked(person, "displayName", user_base_dn=elsewhere)

    if person.is_active_directory:
        assert test.is_well
    else:
        assert said(test)[0] == "entry"
        assert test.failed
        assert "Compare base DN" in str(test.failed.fix)


def test_b103_writing_writes_the_value_that_is_there_pictures_included(person: Writable) -> None:
    picture = "thumbnailPhoto" if person.is_active_directory else "jpegPhoto"
    person.set(picture, [PICTURE])
    held = {"displayName": [b"Before"], picture: [PICTURE]}

    for attribute in held:
        test = looked(person, attribute, writes=True)
        assert test.is_well, test
    empty = looked(person, "mobile", writes=True)

    assert said(empty)[0] == "write"
    assert "is empty" in said(empty)[1]
    with person.signed_in() as directory:
        entry = person.entry(directory, *held)
        assert {name: entry.values(name) for name in held} == held
