"""Another attribute tells people apart: everybody who is known stays who they are."""

from typing import Any

import pytest

from lupweb.database import db, transaction
from lupweb.directories.models import Identity, NamedEntry
from lupweb.directories.service import get_directory
from lupweb.errors import AlreadyRunning, Forbidden, InvalidValue
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.service import promise
from lupweb.outbox.values import Place, Wanted
from lupweb.people.queries import get_person
from lupweb.runs.leases import name_run, take
from lupweb.runs.service import get_run, start
from lupweb.sync.holding import refuse_outdated
from lupweb.sync.rekeying import Rekeying, plan_rekeying, read_keys
from lupweb.sync.retying import RekeyingChanged, rekey
from lupweb.sync.service import plan_only
from tests.factories import SECRET_KEY, an_entry
from tests.fakes import FakeDirectory
from tests.sync.observing import changes_read, synchronized, values

NAMES = ("ada", "ben", "cem", "dea", "eve")


@pytest.fixture
def numbered(company: FakeDirectory) -> FakeDirectory:
    """The company, whose people have numbers; everybody is known by entryUUID."""
    for number, login in enumerate(NAMES, start=100):
        company.set(login, "employeeNumber", [str(number).encode()])
    synchronized(company)
    return company


def shown(company: FakeDirectory, attribute: str) -> Rekeying:
    found = plan_rekeying(read_keys("main", attribute, SECRET_KEY, company.connect))
    db.session.rollback()
    return found


def changed(company: FakeDirectory, attribute: str, digest: str = "") -> tuple[Rekeying, int]:
    digest = digest or shown(company, attribute).digest
    read = read_keys("main", attribute, SECRET_KEY, company.connect)
    with transaction():
        return rekey(read, digest, "test")


def ids() -> dict[str, int]:
    """Return unique id -> person."""
    db.session.rollback()
    return dict(db.session.execute(db.select(Identity.unique_id, Identity.person_id)).all())


def lose(company: FakeDirectory, login: str, attribute: str) -> None:
    company.server.entries[f"uid={login},ou=people,dc=example,dc=com"].values[attribute] = []


def test_everybody_keeps_who_they_are_and_the_next_run_reads_them_unchanged(
    numbered: FakeDirectory,
) -> None:
    before = {login: get_person(login).id for login in NAMES}
    found, number = changed(numbered, "employeeNumber")
    after = changes_read(numbered)

    assert found.counts == {"key": 5}
    assert ids() == {str(100 + place): before[login] for place, login in enumerate(NAMES)}
    assert (after["mode"], after["unchanged"], after["new"], after["missing"]) == ("full", 5, 0, 0)
    numbered.set("cem", "l", [b"Kiel"])
    swept = changes_read(numbered)
    assert (swept["mode"], swept["changed"], values("cem")["location"]) == ("changes", 1, "Kiel")
    directory = get_directory("main")
    assert (directory.id_attribute, directory.keyed_by) == ("employeeNumber", "employeeNumber")
    assert not directory.is_keyed_by_value
    assert number


def test_whom_entries_named_by_what_they_were_called_is_forgotten(
    numbered: FakeDirectory,
) -> None:
    ada, ben = (each for each in ids() if ids()[each] in {1, 2})
    with transaction():
        named = {"unique_id": ben, "dn_folded": "uid=ada,dc=x", "named_id": ada}
        db.session.add(NamedEntry(directory_id=get_directory("main").id, **named))

    changed(numbered, "employeeNumber")

    assert db.session.scalars(db.select(NamedEntry)).all() == []


def test_it_can_be_changed_back_to_what_the_server_gives(numbered: FakeDirectory) -> None:
    before = ids()
    changed(numbered, "employeeNumber")
    changed(numbered, "")

    assert ids() == before
    assert (get_directory("main").id_attribute, get_directory("main").keyed_by) == ("", "entryUUID")
    assert changes_read(numbered)["unchanged"] == 5


def test_two_may_change_places(numbered: FakeDirectory) -> None:
    changed(numbered, "employeeNumber")
    ada, ben = get_person("ada").id, get_person("ben").id
    numbered.set("ada", "mail", [b"101"])
    numbered.set("ben", "mail", [b"100"])
    for login in ("cem", "dea", "eve"):
        numbered.set(login, "mail", [login.encode()])
    changed(numbered, "mail")

    found = ids()
    assert (found["101"], found["100"]) == (ada, ben)


def test_where_the_old_one_is_not_shown_any_more_the_dn_and_the_login_tell(
    numbered: FakeDirectory,
) -> None:
    for login in NAMES:
        lose(numbered, login, "entryUUID")
    numbered.rename("ben", "uid=ben,ou=groups,dc=example,dc=com")
    numbered.rename("ben", "cn=ben,ou=people,dc=example,dc=com")
    found = shown(numbered, "employeeNumber")

    assert found.counts == {"dn": 4, "login": 1}
    assert (found.left, found.strangers) == ([], [])
    assert found.read.is_value


def test_an_entry_with_another_id_at_the_same_place_is_somebody_else(
    numbered: FakeDirectory,
) -> None:
    numbered.delete("dea")
    an_entry(numbered, "dea", "Dea the second", employeeNumber="999")
    found = shown(numbered, "employeeNumber")

    assert found.counts == {"key": 4}
    assert [each.name for each in found.left] == ["Dea"]
    assert found.strangers == ["uid=dea,ou=people,dc=example,dc=com"]
    old = get_person("dea").id
    changed(numbered, "employeeNumber")
    after = synchronized(numbered)
    assert (after["new"], after["missing"], after["unchanged"]) == (1, 1, 4)
    assert ids()["999"] != old


@pytest.mark.parametrize(
    ("values", "said"),
    [([], "has not exactly one usable employeeNumber"), ([b"100"], "have the employeeNumber of")],
    ids=["none", "another's"],
)
def test_an_attribute_that_cannot_tell_apart_is_refused_with_the_entries(
    numbered: FakeDirectory, values: list[bytes], said: str
) -> None:
    before = ids()
    numbered.set("eve", "employeeNumber", values)
    with pytest.raises(InvalidValue, match=said) as refused:
        shown(numbered, "employeeNumber")

    assert "uid=eve" in str(refused.value)
    assert ids() == before


def test_nothing_is_done_that_was_not_shown(numbered: FakeDirectory) -> None:
    digest, before = shown(numbered, "employeeNumber").digest, ids()
    an_entry(numbered, "fay", "Fay", employeeNumber="777")
    with pytest.raises(RekeyingChanged) as refused:
        changed(numbered, "employeeNumber", digest)

    assert len(refused.value.now.strangers) == 1
    assert ids() == before
    assert get_directory("main").id_attribute == ""


def test_it_waits_for_a_run_that_is_at_work(numbered: FakeDirectory) -> None:
    digest = shown(numbered, "employeeNumber").digest
    with transaction():
        lease = take("directory:main", "Ada")
        name_run(lease, start("directory:main", trigger="Ada", mode="full", reason=""))

    with pytest.raises(AlreadyRunning):
        changed(numbered, "employeeNumber", digest)


def test_what_an_earlier_run_planned_is_out_of_date(numbered: FakeDirectory) -> None:
    given: dict[str, Any] = {"secret_key": SECRET_KEY, "connect": numbered.connect}
    planned = plan_only("main", trigger="test", **given)
    changed(numbered, "employeeNumber")

    with pytest.raises(Forbidden, match="has read the directory since"):
        refuse_outdated(get_run(planned))


def test_what_waits_to_be_saved_names_the_same_entry_as_before(numbered: FakeDirectory) -> None:
    ben, directory_id = get_person("ben").id, get_directory("main").id
    old = next(unique_id for unique_id, person_id in ids().items() if person_id == ben)
    with transaction():
        place = Place(directory_id, old, ben, None, "picture", "jpegPhoto")
        promise(place, Wanted("", "x", (), (b"x",), ""))
    changed(numbered, "employeeNumber")

    assert db.session.scalars(db.select(OutboxMessage.unique_id)).all() == ["101"]
