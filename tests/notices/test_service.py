"""People are told, the newest first, until they have read it."""

from flask import Flask

from lupweb.accounts.viewers import Viewer
from lupweb.database import transaction
from lupweb.notices.models import NoticeKind
from lupweb.notices.service import MOST_UNREAD, mark_read, tell, unread
from tests.databases import both_databases
from tests.factories import a_local_person


def told(person_id: int, *bys: str) -> None:
    with transaction():
        for by in bys:
            tell(person_id, NoticeKind.PROFILE_EDITED, {"by": by, "fields": ["phone"]})


@both_databases
def test_what_was_told_waits_for_the_person_alone_the_newest_first(in_app: Flask) -> None:
    ada, ben = a_local_person("ada"), a_local_person("ben")
    told(ada, "person:7", "account:1")

    assert [each.about["by"] for each in unread(Viewer(ada))] == ["account:1", "person:7"]
    assert unread(Viewer(ben)) == []
    assert unread(Viewer()) == ()


@both_databases
def test_only_what_was_shown_is_marked_as_read_and_of_nobody_else(in_app: Flask) -> None:
    ada, ben = a_local_person("ada"), a_local_person("ben")
    told(ada, "person:7")
    told(ben, "person:7")
    shown = unread(Viewer(ada))[0].id
    told(ada, "person:8")

    with transaction():
        mark_read(Viewer(ada), shown)
        mark_read(Viewer(), 10**6)

    assert [each.about["by"] for each in unread(Viewer(ada))] == ["person:8"]
    assert len(unread(Viewer(ben))) == 1


def test_a_page_is_not_flooded(in_app: Flask) -> None:
    ada = a_local_person("ada")
    told(ada, *["person:7"] * (MOST_UNREAD + 5))

    assert len(unread(Viewer(ada))) == MOST_UNREAD
