"""“Test writing”: each thing that can be wrong has its own sentence, and nothing is written."""

from typing import Any

import pytest

from lupweb.accounts.roles import Role
from lupweb.accounts.service import create_admin
from lupweb.accounts.viewers import OPERATOR, Viewer
from lupweb.audit.models import AuditEvent
from lupweb.database import db, end_reading, transaction
from lupweb.directories.service import get_directory
from lupweb.errors import Forbidden, InvalidValue, ReadOnlyMode
from lupweb.ldap.schema import Schema
from lupweb.ldap.server import ServerTraits
from lupweb.options.registry import PICTURE_ATTRIBUTE, PICTURE_SOURCE, READ_ONLY
from lupweb.options.service import set_option
from lupweb.people.models import Person
from lupweb.people.names import fold_login
from lupweb.people.states import PersonState
from lupweb.writeback.access_rules import access_rule
from lupweb.writeback.access_steps import AccessState, AccessTest
from lupweb.writeback.trials import (
    Asked,
    Outside,
    kept_tests,
    last_tested,
    note_tests,
    try_access,
    try_access_of,
)
from tests.factories import READER, SECRET_KEY, SUFFIX
from tests.fakes import FakeDirectory
from tests.writeback.world import person_of

ADMINISTRATOR = Viewer(role=Role.ADMINISTRATOR)


def tried(
    company: FakeDirectory, attribute: str = "telephoneNumber", login: str = "anna", **how: Any
) -> AccessTest:
    person_id = person_of(login).id
    end_reading()
    outside = Outside(SECRET_KEY, company.connect, how.get("read_only", False))
    asked = Asked([person_id], [attribute], writes=how.get("writes", False))
    return try_access(OPERATOR, "main", asked, outside)[0]


def failed(test: AccessTest) -> tuple[str, str]:
    """Return the step that failed, and its sentence; those behind it are not done."""
    ids = [each.id for each in test.steps]
    assert test.failed is not None
    behind = test.steps[ids.index(test.failed.id) + 1 :]
    assert {each.state for each in behind} <= {AccessState.SKIPPED}
    assert not test.is_well
    return test.failed.id, str(test.failed.text)


def a_local_person() -> None:
    with transaction():
        db.session.add(
            Person(
                login="local", login_folded=fold_login("local"), name="Lo Cal", sort_name="cal",
                email="", state=PersonState.ACTIVE,
            )
        )  # fmt: skip


def test_without_writing_the_change_stamp_stays(company: FakeDirectory) -> None:
    before = company.get("anna", "entryCSN")

    test = tried(company)

    assert test.is_well, test
    assert {each.state for each in test.steps} == {AccessState.OK}
    assert "uid=anna,ou=people" in str(test.steps[2].text)
    assert company.get("anna", "entryCSN") == before
    assert "Nothing was written." in str(test.steps[-1].text)


def test_by_writing_the_same_value_is_read_back(company: FakeDirectory) -> None:
    before = company.get("anna", "entryCSN")

    test = tried(company, writes=True)

    assert test.is_well, test
    assert [each.id for each in test.steps][-2:] == ["write", "read_back"]
    assert "Nothing was written" not in " ".join(str(each.text) for each in test.steps)
    assert company.get("anna", "telephoneNumber") == [b"+49 30 1"]
    assert company.get("anna", "entryCSN") != before


@pytest.mark.parametrize(
    ("attribute", "step", "said"),
    [
        ("userPassword", "attribute", "never written"),
        ("UID", "attribute", "never written"),
        ("memberOf", "attribute", "never written"),
        ("telefone", "attribute", "knows no attribute telefone"),
        ("userCertificate", "value", "holds no text"),
    ],
)
def test_each_attribute_that_cannot_be_written_has_its_own_sentence(
    company: FakeDirectory, attribute: str, step: str, said: str
) -> None:
    test = tried(company, attribute, writes=True)

    assert failed(test)[0] == step
    assert said in failed(test)[1]
    assert test.failed
    assert test.failed.fix


def test_a_forbidden_attribute_comes_with_the_rule_that_allows_it(company: FakeDirectory) -> None:
    company.refuse_attribute("title", 50, "no write access to parent")

    test = tried(company, "title")

    assert failed(test)[0] == "right"
    assert "result 50" in failed(test)[1]
    assert f'dn.exact="{READER}" write' in test.rule
    assert "attrs=title" in test.rule


def test_a_right_that_cannot_be_asked_for_is_not_checked_and_writing_shows_it(
    company: FakeDirectory,
) -> None:
    company.compare_by("values")
    company.refuse_attribute("title", 50)

    looked = tried(company, "title")
    wrote = tried(company, "title", writes=True)

    assert looked.is_well
    assert looked.steps[-1].state is AccessState.LOOK
    assert failed(wrote)[0] == "write"
    assert "attrs=title" in wrote.rule


def test_the_picture_is_tested_like_any_value_where_pictures_come_from_ldap(
    company: FakeDirectory,
) -> None:
    picture = b"\xff\xd8\xff\x00"
    company.set("anna", "jpegPhoto", [picture])
    with transaction():
        set_option(PICTURE_ATTRIBUTE, "JPEGPhoto")
        set_option(PICTURE_SOURCE, "ldap")

    looked = tried(company, "jpegPhoto")
    wrote = tried(company, "jpegPhoto", writes=True)

    assert (looked.is_well, wrote.is_well) == (True, True), (looked, wrote)
    assert str(looked.steps[4].text) == "Pictures."
    assert company.get("anna", "jpegPhoto") == [picture]
    with transaction():
        set_option(PICTURE_SOURCE, "user")
    assert failed(tried(company, "jpegPhoto"))[0] == "value"


def test_a_local_person_belongs_to_no_directory(company: FakeDirectory) -> None:
    a_local_person()
    outside = Outside(SECRET_KEY, company.connect)

    here = tried(company, login="local")
    anywhere = try_access_of(OPERATOR, person_of("local").id, "title", outside, writes=True)

    for test in (here, anywhere):
        assert failed(test) == ("person", "Lo Cal belongs to no directory, as local people do.")


def test_an_entry_that_is_not_found_tells_of_base_and_real_dn(company: FakeDirectory) -> None:
    company.delete("anna")

    test = tried(company)

    assert failed(test)[0] == "entry"
    assert test.failed
    assert "real DN" in str(test.failed.fix)


def test_a_refused_sign_in_is_tried_once_for_all_pairs(company: FakeDirectory) -> None:
    company.refuse_credentials()
    people = [person_of("anna").id, person_of("bert").id]
    end_reading()

    tests = try_access(
        OPERATOR, "main", Asked(people, ["l", "title"]), Outside(SECRET_KEY, company.connect)
    )

    assert [failed(each)[0] for each in tests] == ["connection"] * 4
    assert "network" in str(tests[0].failed and tests[0].failed.fix)


def test_an_empty_attribute_is_not_tested_by_writing(company: FakeDirectory) -> None:
    before = company.get("anna", "entryCSN")

    test = tried(company, "roomNumber", writes=True)

    assert failed(test)[0] == "write"
    assert "empty" in failed(test)[1]
    assert company.get("anna", "entryCSN") == before


def test_somebody_else_who_is_faster_keeps_what_they_wrote(company: FakeDirectory) -> None:
    def somebody_else() -> None:
        company.set("anna", "telephoneNumber", [b"+49 30 77"])

    company.meanwhile(lambda: None)  # the trial of the right
    company.meanwhile(somebody_else)

    test = tried(company, writes=True)

    assert test.is_well, test
    assert company.get("anna", "telephoneNumber") == [b"+49 30 77"]


def test_nothing_is_written_where_writing_is_off_or_the_site_is_read_only(
    company: FakeDirectory,
) -> None:
    with pytest.raises(ReadOnlyMode):
        tried(company, writes=True, read_only=True)
    with transaction():
        get_directory("main").writes = False
    with pytest.raises(InvalidValue, match="is off"):
        tried(company, writes=True)
    with transaction():
        get_directory("main").writes = True
        set_option(READ_ONLY, True)
    with pytest.raises(ReadOnlyMode):
        tried(company, writes=True)


def test_only_system_administrators_test_writing(company: FakeDirectory) -> None:
    outside = Outside(SECRET_KEY, company.connect)
    for viewer in (Viewer(), ADMINISTRATOR):
        with pytest.raises(Forbidden):
            try_access(viewer, "main", Asked([1], ["l"]), outside)
        with pytest.raises(Forbidden):
            try_access_of(viewer, 1, "l", outside, writes=False)
        with pytest.raises(Forbidden):
            kept_tests(viewer, "main")


def test_every_use_is_kept_with_time_and_account_and_without_values(
    company: FakeDirectory,
) -> None:
    with transaction():
        user = create_admin("root", "a password for root")
    root = Viewer(role=Role.SYSTEM_ADMINISTRATOR, account_id=user.id)
    company.refuse_attribute("title", 50)
    for attribute in ("title", "telephoneNumber", "telephoneNumber"):
        test = tried(company, attribute, writes=True)
        with transaction():
            note_tests(root, [test])

    kept = kept_tests(root, "main")

    assert [(each.test.attribute, each.test.is_well) for each in kept] == [
        ("telephoneNumber", True), ("title", False),
    ]  # fmt: skip
    assert {each.by for each in kept} == {"root"}
    assert kept[1].test.rule
    assert last_tested("telephonenumber", ["main"]).keys() == {"main"}
    assert not last_tested("title", ["main"])
    events = db.session.scalars(db.select(AuditEvent)).all()
    assert [each.kind for each in events].count("writeback.tested") == 3
    assert "+49 30" not in str([each.changes for each in events])


def test_the_rule_is_in_the_words_of_each_kind_of_server() -> None:
    def traits(vendor: str, unique_id: str, stamp: str) -> ServerTraits:
        return ServerTraits(
            vendor=vendor,
            naming_contexts=(SUFFIX,),
            controls=frozenset(),
            extensions=frozenset(),
            unique_id_attribute=unique_id,
            stamp_attribute=stamp,
            schema=Schema(),
        )

    people = f"ou=people,{SUFFIX}"
    active_directory = access_rule(
        traits("Active Directory", "objectGUID", "uSNChanged"), READER, people, "title"
    )
    other = access_rule(traits("389 Project", "nsUniqueId", "entryUSN"), READER, people, "title")
    openldap = access_rule(traits("OpenLDAP", "entryUUID", "entryCSN"), READER, people, "title")

    assert active_directory == f'dsacls "{people}" /I:S /G "{READER}:RPWP;title;user"'
    assert other.startswith('aci: (targetattr = "title")')
    assert openldap.startswith(f'olcAccess: to dn.subtree="{people}" attrs=title')
