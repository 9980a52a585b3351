"""The same faults in runs of every mode: what breaks is said, and nothing of it is lost or hidden.

X01, X04, X05, X08 and X36 of faults.md, for everything, changes, new fields, groups, one person
and the other LDAP; tests/faults has them against a real server.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from lupweb.database import transaction
from lupweb.profiles.editor import define_field
from lupweb.profiles.sources import Source
from lupweb.runs import service as runs
from lupweb.sync.one_person import read_person
from lupweb.sync.records import record
from lupweb.sync.service import run
from tests.factories import SECRET_KEY
from tests.fakes import FakeDirectory
from tests.sources.conftest import values as source_values
from tests.sources.other import Other, other
from tests.sync.observing import active_people, synchronized, values

__all__ = ["other"]
MODES = ["full", "changes", "fill", "groups", "person"]
NOT_A_LIST = {"x01 down", "x08 credentials"}
SAID = {
    "x01 down": "",
    "x04 page": "",
    "x05 limit": "size limit",
    "x08 credentials": "",
}


def faults(server: FakeDirectory) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what may break, with what breaks it; it is whole again behind each."""
    yield "x01 down", server.go_down
    server.come_up()
    yield "x04 page", lambda: server.fail_at_page(1)
    server.fail_at_page(0)
    yield "x05 limit", lambda: server.limit_size(1)
    server.limit_size(0)
    yield "x08 credentials", server.refuse_credentials
    server.refuse_credentials(refuse=False)


def begin(company: FakeDirectory, mode: str) -> Mapping[str, Any]:
    """Do a run of a mode; return its record."""
    given = {"secret_key": SECRET_KEY, "connect": company.connect, "trigger": "test"}
    if mode == "person":
        return record(read_person("ada", **given))  # type: ignore[arg-type] # all are named
    asked = "changes" if mode == "fill" else mode
    return record(run("main", mode=asked, **given))  # type: ignore[arg-type]


def prepare(mode: str) -> None:
    """Let a run of changes become one that fills a new field."""
    if mode == "fill":
        with transaction():
            define_field("room", "Room", category="work", source=Source.LDAP, attribute="l")


@pytest.mark.parametrize("mode", MODES)
def test_what_breaks_is_said_and_the_next_run_brings_the_change(
    company: FakeDirectory, mode: str
) -> None:
    synchronized(company)
    prepare(mode)
    company.set("ada", "telephoneNumber", [b"+49 611 8"])
    for name, break_it in faults(company):
        break_it()
        if mode in {"groups", "person"} and name not in NOT_A_LIST:
            continue  # neither is a list of people
        document = begin(company, mode)
        assert (document["state"], document["missing"]) == ("failed", 0), name
        assert SAID[name] in document["message"], document["message"]
        assert (active_people(), values("ada")["phone"]) == (5, "+49 611 20570"), name

    document = begin(company, mode)

    assert document["state"] == "done", document["message"]
    is_read = mode != "groups"
    assert values("ada")["phone"] == ("+49 611 8" if is_read else "+49 611 20570")
    assert mode in {document["mode"], "groups"}


@pytest.mark.parametrize("mode", ["full", "fill", "person"])
def test_x36_a_bad_value_is_listed_and_everything_else_of_the_person_comes(
    company: FakeDirectory, mode: str
) -> None:
    synchronized(company)
    prepare(mode)
    company.set("ada", "telephoneNumber", [b"+49\xff\xfe"])
    company.set("ada", "title", [b"Countess"])

    document = begin(company, mode)

    assert [(each["login"], each["field"]) for each in document["errors"][:1]] == [("ada", "phone")]
    assert (values("ada")["phone"], values("ada")["position"]) == ("+49 611 20570", "Countess")
    assert active_people() == 5


def test_what_breaks_in_the_other_ldap_is_said_and_changes_nothing(other: Other) -> None:
    other.run()
    other.server.set("uid=ADA,dc=other,dc=test", "roomNumber", [b"2.02"])
    for name, break_it in faults(other.server):
        break_it()
        document = record(other.run().id)
        assert (document["state"], document["values_changed"]) == ("failed", 0), name
        assert SAID[name] in document["message"], document["message"]
        assert source_values("ada") == {"room": "1.01"}

    good = other.run()

    assert (str(good.state), source_values("ada")) == ("done", {"room": "2.02"})
    assert runs.problems(good.id) == []
