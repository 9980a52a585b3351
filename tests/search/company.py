"""An invented company in a database, and as the reference sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sqlalchemy import insert

from lupweb.database import db, transaction
from lupweb.demo import person as invented
from lupweb.demo.company import Company, make_company
from lupweb.people.models import Group, Membership, Person
from lupweb.people.names import fold_login
from lupweb.profiles.editor import define_category, define_field
from lupweb.profiles.service import tell_everybody_changed
from tests.search.reference import Found, text_of

PEOPLE = 1_500
FIELDS = {
    "phone": "phone", "position": "title", "department": "department", "location": "location",
    "im": "chat", "mobile": "mobile", "room": "room", "team": "team", "about": "about",
    "first_aid": "first_aid", "emergency": "emergency_phone",
}  # fmt: skip
"""Key of a field -> attribute of an invented person."""
PHONES = ("phone", "mobile")
RESTRICTED = ("first_aid", "emergency")
SAFETY = "safety"


@dataclass(frozen=True)
class Loaded:
    """What tests ask about the company that is in the database.

    :param fields: id of each field by its key
    """

    fields: Mapping[str, int]
    safety_group: int
    safety_fields: tuple[int, ...]


@cache
def company() -> Company:
    """Return the company; the same one each time."""
    return make_company(PEOPLE)


@cache
def found_people() -> tuple[Found, ...]:
    """Return everybody as the reference sees them; a person's id is the place in the company.

    The ids of restricted fields are 1 and 2 here: see `restricted_ids`.
    """
    return tuple(_found(number, person) for number, person in enumerate(company().people, 1))


def values_of(person: invented.Person) -> dict[str, str]:
    """Return the values of an invented person by the keys of the fields."""
    read = {key: getattr(person, attribute) for key, attribute in FIELDS.items()}
    return {key: value for key, value in read.items() if value}


def load() -> Loaded:
    """Write the company and its profile; in an application, on an empty database."""
    with transaction():
        fields = _profile()
        rows = [
            {
                "id": number,
                "login": person.uid,
                "login_folded": fold_login(person.uid),
                "name": person.display_name,
                "sort_name": person.display_name,
                "email": person.mail or "",
                "document": {"values": values_of(person)},
            }
            for number, person in enumerate(company().people, 1)
        ]
        db.session.execute(insert(Person), rows)
        group = _safety_group()
        tell_everybody_changed()
    return Loaded(fields, group, tuple(fields[key] for key in RESTRICTED))


def _profile() -> dict[str, int]:
    define_category("about", "About")
    define_field("mobile", "Mobile", category="contact", type_key="phone")
    for key in ("room", "team"):
        define_field(key, key.title(), category="work")
    define_field("about", "About me", category="about", type_key="multiline")
    db.session.add(Group(key=SAFETY, name="Safety officers"))
    db.session.flush()
    define_category(SAFETY, "First aid and safety", visible_to=[SAFETY])
    define_field("first_aid", "First aider", category=SAFETY)
    define_field("emergency", "Emergency contact", category=SAFETY, type_key="phone")
    db.session.flush()
    from_table = db.session.execute(db.text("SELECT key, id FROM profile_field"))
    return dict(from_table.all())


def _safety_group() -> int:
    group = db.session.scalars(db.select(Group).where(Group.key == SAFETY)).one()
    members = next(each for each in company().groups if each.key == SAFETY).members
    rows = [
        {"group_id": group.id, "person_id": number}
        for number, person in enumerate(company().people, 1)
        if person.uid in members
    ]
    db.session.execute(insert(Membership), rows)
    return group.id


def _found(number: int, person: invented.Person) -> Found:
    values = values_of(person)
    few = {
        1: text_of(values.get("first_aid", "")),
        2: text_of(phones=[values["emergency"]]),
    }
    plain = [value for key, value in values.items() if key not in (*PHONES, *RESTRICTED)]
    phones = [values[key] for key in PHONES if key in values]
    public = text_of(person.display_name, person.uid, person.mail or "", *plain, phones=phones)
    return Found(number, person.display_name, public, few)
