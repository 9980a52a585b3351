"""A change of the set-up that concerns many holds at the next search, before words are renewed.

Two people are many here, and two of them are renewed at a time.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask

from lupweb.accounts.viewers import OPERATOR, Viewer
from lupweb.configfile.changing import change_setup, open_setup
from lupweb.configfile.stored import Setup
from lupweb.database import db, transaction
from lupweb.jobs.renewing import renew_outdated
from lupweb.jobs.scheduler import Scheduler
from lupweb.options.service import options
from lupweb.people.models import Membership
from lupweb.people.queries import get_person
from lupweb.profiles import service
from lupweb.profiles.document import values_of
from lupweb.profiles.editor import define_category, define_field, show_in_directory
from lupweb.profiles.layout import load_layout
from lupweb.profiles.models import IndexedValue, ProfileField
from lupweb.profiles.service import changed, tell_everybody_changed
from lupweb.search import outdated
from lupweb.search.index import outdated_after
from lupweb.search.matching import match
from lupweb.search.outdated import renew_next
from lupweb.search.queries import people_page
from lupweb.search.request import PeoplePage, SearchRequest
from tests.databases import counted_queries, sqlite_first
from tests.embedded.processes import until
from tests.factories import SECRET_KEY, a_local_group, a_local_person
from tests.profiles.editing import ADMIN

pytestmark = sqlite_first
QUERIES = (
    "zqx", "zqx ada", "adda", "20570", "611 99887766", "green", "porto zqx", "lin zqx", "driver",
)  # fmt: skip
STRANGER = Viewer(None)
LONG = 60.0
"""Seconds; nothing here takes so long."""


@pytest.fixture(autouse=True)
def _company(in_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(outdated, "BLOCK", 2)
    a_local_group("officers", "drivers")
    with transaction():
        define_category("apart", "Apart")
        define_category("open", "Open")
        for key, kind in (("secret", "text"), ("hidden_phone", "phone"), ("boss", "user_select")):
            define_field(key, key.title(), category="apart", type_key=kind)
        colours = {"choices": ["Green", "Red"]}
        define_field("colour", "Colour", category="apart", type_key="select", options=colours)
        show_in_directory(db.session.scalars(db.select(ProfileField).filter_by(key="colour")).one(),
                          facet=True, in_table=True)  # fmt: skip
    kept = {"secret": "ZQX Driver", "hidden_phone": "+49 611 99887766", "colour": "Green"}
    lin = a_local_person("lin", "Lin Zqxfield", groups=["officers"], colour="Red", secret="none")
    a_local_person("ada", "Ada Byron", location="Porto", boss="lin", **kept)
    a_local_person("ben", "Ben Byron", groups=["drivers"], location="Porto", boss="lin", **kept)
    a_local_person("cem", "Cem Green", location="Porto", phone="+49 611 20570", secret="Porto")
    a_local_person("dan", "Dan Driver", secret="ZQX", colour="Green")
    _name_boss(lin, "ada", "ben")


def _name_boss(boss: int, *logins: str) -> None:
    with transaction():
        field = load_layout().find_field("boss")
        assert field
        people = [get_person(login).id for login in logins]
        row = {"field_id": field.id, "value": "lin", "key": "lin", "is_dn": False}
        rows = [{**row, "person_id": each, "referred_id": boss} for each in people]
        db.session.execute(db.insert(IndexedValue), rows)
        tell_everybody_changed()
        changed.send(people, only_references=True)


def change(kind: str, key: str, **settings: Any) -> None:
    """Change one entry of the set-up, as the pages of the administration do."""
    _change(lambda stored: {kind: {**stored[kind], key: {**stored[kind][key], **settings}}})


def _change(made: Callable[[Setup], Mapping[str, Any]]) -> None:
    with transaction():
        stored = open_setup(ADMIN, SECRET_KEY)
        change_setup(ADMIN, stored, made(stored), SECRET_KEY)


def viewers() -> dict[str, Viewer]:
    """Return who looks: a stranger, people of each group and of none, and the command line."""
    found = {"a stranger": Viewer(None), "the operator": OPERATOR}
    for login in ("ada", "ben", "lin"):
        person = get_person(login).id
        groups = db.select(Membership.group_id).filter_by(person_id=person)
        found[login] = Viewer(person, frozenset(db.session.scalars(groups)))
    return found


def found(query: str, viewer: Viewer = STRANGER) -> set[str]:
    ids = match(viewer, load_layout(options()["phone_region"]), query).ids or ()
    names = db.session.execute(db.text("SELECT id, login FROM person")).all()
    return {login for id_, login in names if id_ in set(ids)}


def page_of(viewer: Viewer, **asked: Any) -> PeoplePage:
    return people_page(viewer, load_layout(), options(), SearchRequest(**asked))


def answers() -> dict[tuple[str, str], set[str]]:
    everybody = viewers()
    return {(who, query): found(query, everybody[who]) for who in everybody for query in QUERIES}


def colours(viewer: Viewer) -> dict[str, int] | None:
    """Return the counts of the facet; None if there is none."""
    facets = [each for each in page_of(viewer).facets if each.key == "colour"]
    return {each.label: each.count for each in facets[0].options} if facets else None


BOTH = {"applies_to": ("officers",), "visible_to": ("officers",)}
CHANGES: dict[str, Callable[[], None]] = {
    "restricted": lambda: change("categories", "apart", **BOTH),
    "read by few": lambda: change("categories", "apart", visible_to=("officers",)),
    "had by few": lambda: change("categories", "apart", applies_to=("drivers",)),
    "a field read by few": lambda: change("fields", "secret", visible_to=("drivers",)),
    "not searched": lambda: change("fields", "secret", searchable=False),
    "moved": lambda: change("fields", "hidden_phone", category="contact"),
    "deleted": lambda: _change(
        lambda stored: {"fields": {k: v for k, v in stored["fields"].items() if k != "secret"}}
    ),
}


def test_b40_whoever_is_found_at_once_is_found_when_all_is_renewed() -> None:
    before, first = open_setup(ADMIN, SECRET_KEY), answers()
    for what, make in CHANGES.items():
        make()

        at_once, counts = answers(), {who: colours(each) for who, each in viewers().items()}
        assert outdated_after() == 0, what
        renew_outdated(LONG)

        assert outdated_after() is None
        assert at_once == answers(), what
        assert (at_once != first) == (what != "moved"), what
        for who, each in viewers().items():
            assert counts[who] in (None, colours(each)), (what, who)
        _change(lambda _stored: {kind: before[kind] for kind in ("categories", "fields")})
        renew_outdated(LONG)
        assert answers() == first, what


def test_whoever_may_be_found_again_is_found_when_all_is_renewed_at_the_latest() -> None:
    first = answers()
    for what in list(CHANGES)[:3]:
        CHANGES[what]()
        renew_outdated(LONG)

        change("categories", "apart", applies_to=(), visible_to=())

        at_once = answers()
        assert all(at_once[asked] <= first[asked] for asked in first)
        assert (at_once == first) == (what == "read by few")
        renew_outdated(LONG)
        assert answers() == first


def test_b40_what_was_restricted_is_in_no_result_count_or_facet_before_words_are_renewed() -> None:
    CHANGES["restricted"]()

    stranger = Viewer(None)
    assert found("zqx") == {"lin"}
    assert found("driver") == {"dan"}
    assert found("99887766") == found("porto zqx") == set()
    assert (page_of(stranger, query="zqx").total, page_of(stranger, query="green").total) == (1, 1)
    assert colours(stranger) is None
    assert page_of(stranger, chosen={"colour": ("Green",)}).total == 5
    assert outdated_after() == 0


def test_nobody_is_lost_who_is_written_while_words_are_renewed() -> None:
    CHANGES["restricted"]()
    with transaction():
        assert renew_next()  # the columns
    with transaction():
        assert renew_next()
    for login in ("lin", "dan"):
        with transaction():
            person = get_person(login)
            person.document = {"values": {**values_of(person.document), "location": "Madrid"}}
            db.session.flush()
            service.tell_changed([person.id])

    assert outdated_after()
    assert found("madrid") == {"lin", "dan"}
    assert found("zqx") == {"lin"}
    renew_outdated(LONG)

    assert found("madrid") == {"lin", "dan"}
    assert found("zqx") == {"lin"}
    assert not renew_next()


def test_a_change_while_words_are_renewed_begins_anew() -> None:
    CHANGES["read by few"]()
    for _part in range(3):
        with transaction():
            renew_next()
    assert outdated_after()

    change("categories", "apart", visible_to=("drivers",))

    assert outdated_after() == 0
    at_once = answers()
    renew_outdated(LONG)
    assert answers() == at_once


def test_who_left_a_group_is_not_found_by_what_only_its_people_have() -> None:
    CHANGES["had by few"]()
    renew_outdated(LONG)
    assert found("zqx", OPERATOR) == {"ben", "lin"}

    with transaction():
        db.session.execute(db.delete(Membership))
    change("categories", "apart", searchable_when_restricted=True)

    assert found("zqx", OPERATOR) == {"lin"}
    assert colours(OPERATOR) is None
    renew_outdated(LONG)
    assert found("zqx", OPERATOR) == {"lin"}
    assert colours(OPERATOR) is None


def test_the_scheduler_renews_them(in_app: Flask) -> None:
    CHANGES["restricted"]()
    scheduler = Scheduler(in_app)

    until(lambda: _is_renewed_after_a_turn(scheduler), "the words are not renewed")

    assert found("zqx") == {"lin"}


def _is_renewed_after_a_turn(scheduler: Scheduler) -> bool:
    scheduler.turn()
    db.session.rollback()
    return outdated_after() is None


def test_few_people_are_renewed_with_the_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_AT_ONCE", 5)

    CHANGES["restricted"]()

    assert outdated_after() is None
    assert found("99887766") == set()


def test_how_often_a_change_asks_does_not_depend_on_how_many_people_it_concerns() -> None:
    with counted_queries() as few:
        change("categories", "apart", visible_to=("officers",))
    renew_outdated(LONG)
    for number in range(20):
        a_local_person(f"n{number}", secret="ZQX")

    with counted_queries() as many:
        change("categories", "apart", visible_to=("drivers",))

    assert len(many) == len(few)
