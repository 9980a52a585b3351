"""Every type that is written, on real servers: set, changed, cleared, exactly as profiles show it.

One entry with an odd name, one server, one test for all types: see `TYPES`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lupweb import clock
from lupweb.field_types import FIELD_TYPES
from lupweb.field_types.base import FieldType
from lupweb.ldap.session import Directory
from lupweb.outbox.states import OutboxState
from lupweb.outbox.values import Claimed, Place, Wanted
from lupweb.profiles.picture_writing import PICTURE_VALUES
from lupweb.writeback.carrying import Carrier, Outcome, Parcel
from tests.ldap.company import SUFFIX
from tests.ldap.writing.people import DN, Writable

CHOICES = {"choices": ["Köln", "Zürich", "Sales & Co"]}
PICTURES = (b"\xff\xd8\xff\x00" * 900, b"\xff\xd8\xff\x01" * 1_000)


@dataclass(frozen=True)
class Written:
    """One type, and what somebody types into its field, first and then.

    :param attribute: in OpenLDAP
    :param of_ad: in Active Directory, where that is another one
    :param held: what the directory holds then, where that is not the text itself
    """

    key: str
    attribute: str
    first: Sequence[str]
    then: Sequence[str]
    held: Sequence[str] = ()
    options: Mapping[str, Any] | None = None
    of_ad: str = ""


TYPES = (
    Written("text", "displayName", ["Zoë O’Neil"], ["Jürgen, “Jo” + Söhne = x; #1"]),
    Written("multiline", "description", ["One\nTwo"], ["Straße 1\nKöln"], of_ad="info"),
    Written("multiline", "postalAddress", ["A\nB"], ["Cost: 5$ \\ x\nRoad"],
            ["Cost: 5\\24 \\5C x$Road"], {"postal_address": True}),
    Written("select", "title", ["Köln"], ["Sales & Co"], options=CHOICES),
    Written("multi_select", "businessCategory", ["Köln"], ["Köln", "Zürich"], options=CHOICES,
            of_ad="otherTelephone"),
    Written("tags", "departmentNumber", ["red"], ["red", "grün, blau"], ["red", "grün", "blau"]),
    Written("phone", "telephoneNumber", ["+49 30 1234567"], ["+49 40 5550123"], ["+49 40 5550123"]),
    Written("email", "mail", ["zoe@example.com"], ["jo+x@example.com"]),
    Written("url", "labeledURI", ["https://a.example/"], ["https://b.example/x?y=1#z"],
            of_ad="wWWHomePage"),
    Written("number", "roomNumber", ["12"], ["12.5"], of_ad="employeeNumber"),
    Written("instant_messenger", "pager", ["zoe"], ["jo-1"], options={"protocol": "matrix"}),
    Written("country", "st", ["DE"], ["FR"]),
    Written("language", "preferredLanguage", ["de"], ["fr"]),
    Written("date", "employeeType", ["2018-03-01"], ["2020-02-29"], ["20200229000000Z"],
            {"ldap_format": "generalized_time"}),
    Written("checkbox", "carLicense", ["on"], ["off"], ["FALSE"]),
    Written("user_select", "manager", ["id:1"], ["id:2"], [DN]),
    Written("multi_user_select", "seeAlso", ["id:1"], ["id:1", "id:2"]),
)  # fmt: skip


@dataclass(frozen=True)
class Desk:
    """What a drain does for one field of the person."""

    directory: Directory
    person: Writable
    kind: FieldType
    attribute: str
    dns: Mapping[str, str]

    def save(self, old: str, new: str) -> Outcome:
        """Bring a value to the directory, as documents store it."""
        wanted = Wanted(
            old, new, self.kind.write(old, self.dns), self.kind.write(new, self.dns), ""
        )
        return self.bring(wanted)

    def bring(self, wanted: Wanted) -> Outcome:
        """Bring values to the directory as they are."""
        now = clock.now()
        place = Place(1, self.person.unique_id, 1, 1, "field", self.attribute)
        claimed = Claimed(1, "token", place, wanted, (), False, 0, "", now, now)
        carrier = Carrier(self.directory, SUFFIX, (), lambda: None)
        (outcome,) = carrier.deliver(
            [Parcel(claimed, self.kind, may_replace=self.kind is PICTURE_VALUES)]
        )
        return outcome

    def held(self) -> list[str]:
        """Return what the directory holds, as ldapsearch shows it."""
        return sorted(each.decode() for each in self._values())

    def shown(self) -> str:
        """Return what the profile shows of it: what a run reads."""
        return self.kind.read(self._values())

    def _values(self) -> Sequence[bytes]:
        return self.person.entry(self.directory, self.attribute).values(self.attribute)


def desk_of(directory: Directory, person: Writable, each: Written) -> Desk:
    attribute = each.of_ad if person.is_active_directory and each.of_ad else each.attribute
    kind_of = FIELD_TYPES[each.key]
    kind = kind_of(kind_of.check_options(each.options or {}))
    entries = directory.search(SUFFIX, "(objectClass=person)", ["cn"], limit=200)
    other = next(entry.dn for entry in entries if "Person 1," in entry.dn)
    own = person.entry(directory, "cn").dn
    return Desk(directory, person, kind, attribute, {"id:1": other, "id:2": own})


def stored(desk: Desk, typed: Sequence[str]) -> str:
    """Return what a document stores of what was typed; people are numbers there."""
    return "\n".join(typed) if desk.dns.keys() & set(typed) else desk.kind.parse(typed)


def what_is_wrong(desk: Desk, each: Written) -> list[str]:
    """Set, change and clear one value; return what did not come out as it should."""
    first, then = stored(desk, each.first), stored(desk, each.then)
    wrong = []
    desk.person.set(desk.attribute, [])
    for old, new in (("", first), (first, then), (then, then), (then, "")):
        outcome = desk.save(old, new)
        wanted = sorted(value.decode() for value in desk.kind.write(new, desk.dns))
        if outcome.verdict.state is not OutboxState.WRITTEN or desk.held() != wanted:
            wrong.append(f"{each.key} {desk.attribute} {new!r}: {outcome.verdict} {desk.held()}")
        if not desk.dns.keys() & set(each.first) and desk.shown() != new:
            wrong.append(f"{each.key} {desk.attribute}: shown as {desk.shown()!r}")
        if new == then and each.held and not desk.dns.keys() & set(each.first):
            wrong += [] if desk.held() == sorted(each.held) else [f"{each.key}: {desk.held()}"]
    return wrong


def test_every_type_that_is_written_is_tried() -> None:
    written = {key for key, kind in FIELD_TYPES.items() if kind.can_write}

    assert {each.key for each in TYPES} == written


def test_every_type_arrives_exactly_as_the_profile_shows_it(master: Writable) -> None:
    with master.signed_in() as directory:
        wrong = [
            line for each in TYPES for line in what_is_wrong(desk_of(directory, master, each), each)
        ]

    assert wrong == []


def test_a_picture_arrives_byte_by_byte_and_is_taken_away(master: Writable) -> None:
    attribute = "thumbnailPhoto" if master.is_active_directory else "jpegPhoto"
    held: list[bytes] = []
    with master.signed_in() as directory:
        desk = Desk(directory, master, PICTURE_VALUES, attribute, {})
        for values in ([PICTURES[0]], [PICTURES[1]], []):
            old, new = PICTURE_VALUES.read(held), PICTURE_VALUES.read(values)
            outcome = desk.bring(Wanted(old, new, held, values, ""))
            assert outcome.verdict.state is OutboxState.WRITTEN, outcome.verdict
            held = values
            assert master.entry(directory, attribute).values(attribute) == values


def test_b105_what_a_server_will_not_have_is_refused_and_the_value_of_before_stays(
    master: Writable,
) -> None:
    """Too long or of another form, a second value, what names the entry, what it does not know."""
    text = FIELD_TYPES["text"]({})
    too_long = b"9" * 65 if master.is_active_directory else "ä".encode()
    tried = (
        ("telephoneNumber", [b"+4930999"], [too_long], {"not_accepted", "not_accepted:64"}),
        ("displayName", [b"Before"], [b"a", b"b"], {"one_value"}),
        ("cn", None, [b"Somebody else"], {"names_entry"}),
        ("sAMAccountName", None, [b"x"], {"never_written"}),
        ("noSuchAttribute", [], [b"x"], {"not_known"}),
    )
    found = []
    with master.signed_in() as directory:
        for attribute, before, desired, reasons in tried:
            desk = Desk(directory, master, text, attribute, {})
            held = (
                master.entry(directory, attribute).values(attribute) if before is None else before
            )
            outcome = desk.bring(Wanted("old", "new", held, desired, ""))
            is_kept = master.entry(directory, attribute).values(attribute) == list(held)
            refused = outcome.verdict.state is OutboxState.REJECTED
            if not (refused and is_kept and outcome.verdict.reason in reasons):
                found.append((attribute, outcome.verdict, is_kept))

    assert found == []
