"""What an entry says, in whichever process it is asked; and how people are found by their DNs."""

import marshal
from datetime import UTC, datetime
from itertools import chain

import pytest

from lupweb.errors import InvalidValue
from lupweb.field_types import field_type
from lupweb.ldap.entry import Entry
from lupweb.people.states import PersonState
from lupweb.profiles.document import as_json, documents_of
from lupweb.sync.delivered import (
    Delivered,
    Naming,
    Surroundings,
    delivered_page,
    nobody_of,
    people_of,
)
from lupweb.sync.fields import MappedField, Table
from lupweb.sync.finding import Everybody
from lupweb.sync.handing import packed, unpacked
from lupweb.sync.plan import Known, plan

NAMING = Naming("entryUUID", "entryCSN", "uid", "displayName", "mail", "uid")
FIELDS = [MappedField("start", "startDay", field_type("date").read)]
AROUND = Surroundings(NAMING, FIELDS, datetime(2026, 1, 1, tzinfo=UTC))
ONE = "5f0c2f7e-0000-4000-8000-000000000001"
ANNA = {
    "entryUUID": [ONE.encode()],
    "uid": [b"Anna"],
    "displayName": ["Anna Šmíd".encode()],
    "sn": ["Šmíd".encode()],
    "mail": [b"anna@example.com"],
    "startDay": [b"20200131000000Z"],
}
STORED = Known(
    identity_id=1, person_id=7, dn="uid=anna", stamp="", match="anna", disabled_reason="",
    is_gone=False, is_shadowed=False, is_new=False, login="Anna", name="Anna Smith",
    sort_name="smith anna smith", email="a@example.com", state=PersonState.ACTIVE,
    is_listed=True, content_hash=b"",
)  # fmt: skip


def said_by(**attributes: list[bytes]) -> Delivered:
    """Return what Anna's entry says with other attributes."""
    page = delivered_page([Entry("uid=anna", {**ANNA, **attributes})], AROUND)
    passed = marshal.loads(marshal.dumps(page))  # noqa: S302 - our own
    assert nobody_of(passed) == []
    return next(people_of(passed))


def test_what_an_entry_says_passes_from_one_process_to_another() -> None:
    said = said_by()

    assert (said.unique_id, said.login, said.login_folded) == (ONE, "Anna", "anna")
    assert (said.sort_name, said.values) == ("smid anna smid", {"start": "2020-01-31"})
    assert said.document == '{"values":{"start":"2020-01-31"}}'


def test_an_entry_without_a_proper_unique_id_stops_nobody_else() -> None:
    entries = [Entry("uid=x", {**ANNA, "entryUUID": [b"?"]}), Entry("uid=anna", ANNA)]

    page = delivered_page(entries, AROUND)

    assert [person.unique_id for person in people_of(page)] == [ONE]
    assert [dn for dn, _why in nobody_of(page)] == ["uid=x"]


def test_a_person_without_a_login_cannot_be_named() -> None:
    with pytest.raises(InvalidValue, match="no login"):
        plan(said_by(uid=[b" "]), None, NAMING)


def test_names_that_cannot_be_read_stay_as_they_are_stored() -> None:
    planned = plan(said_by(displayName=[b"\xff"], mail=[b"\xff"]), STORED, NAMING)

    assert planned.renames == {}
    assert [field for field, _why in planned.problems] == ["displayName", "mail"]


def test_of_somebody_new_the_login_serves_where_the_name_cannot_be_read() -> None:
    planned = plan(said_by(displayName=[b"\xff"], mail=[b"\xff"]), None, NAMING)

    assert (planned.name, planned.email) == ("Anna", "")


def test_what_one_entry_says_does_not_depend_on_the_others_of_its_page() -> None:
    fields = [
        MappedField.of("about", "description", field_type("multiline")),
        MappedField.of("phone", "telephoneNumber", field_type("phone")),
        MappedField.of("skills", "keywords", field_type("tags")),
        MappedField.of("start", "startDay", field_type("date")),
    ]
    around = Surroundings(NAMING, fields, AROUND.now)
    others = [
        {},
        {"telephoneNumber": [b'+1 "2"'], "description": [b"a\nb"], "keywords": [b"x", b"y"]},
        {"telephoneNumber": [b"\xff"], "mail": [b"b@example.com", b"a@example.com"]},
        {"telephoneNumber": [b" 7  8 "], "displayName": ["Jörg".encode()], "sn": []},
        {"telephoneNumber": [b"a\x7fb"], "startDay": [b"no day"], "displayName": [b"\xff"]},
    ]
    entries = [Entry(f"uid=n{place}", {**ANNA, **other}) for place, other in enumerate(others)]

    together = [*people_of(delivered_page(entries, around))]

    assert together == [*people_of([*chain(*(delivered_page([one], around) for one in entries))])]
    assert '"phone":"+1 \\"2\\""' in together[1].document


def test_one_attribute_under_two_names_is_one_of_each_entry() -> None:
    entries = [Entry("uid=a", {"Mail": [b"1"]}), Entry("uid=b", {"mail": [b"2"], "MAIL": [b"3"]})]

    assert Table(entries).column("mail") == [[b"1"], [b"2", b"3"]]
    assert Table(entries).column("sn") == [(), ()]


def test_documents_of_many_are_those_of_each() -> None:
    fields = [MappedField.of(key, key, field_type("text")) for key in ("a", "b", "c")]
    people = [("x", "", '"}},{'), ("", "", ""), ("", '\\,"a":""', ""), ("1", "2", "3\x7f")]
    entries = [
        Entry("", {key: [text.encode()] for key, text in zip("abc", texts, strict=True) if text})
        for texts in people
    ]
    table = Table(entries)
    columns = [field.column(table.column(field.attribute)) for field in fields]

    documents = documents_of([column.members for column in columns], len(entries))

    kept = zip(*(column.texts for column in columns), strict=True)
    wanted = [{k: v for k, v in zip("abc", row, strict=True) if v} for row in kept]
    assert documents == [as_json(values) for values in wanted]


def test_texts_pass_whatever_is_in_them() -> None:
    for texts in ([], [""], ["a", "", "b"], ["a\x7fb", "c"]):
        assert unpacked(packed(texts)) == texts


def test_people_are_found_by_their_dns_unless_two_share_one() -> None:
    people = Everybody([("uid=a", 1), ("uid=b", 2), ("uid=b", 3), ("uid=c", 4), ("uid=c", 4)])

    assert [people.get(f"uid={name}") for name in "abcd"] == [1, None, 4, None]
