"""“Test writing” on the page of a directory: who and what is tried, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app, request

from lupweb.accounts.giving import is_system_administrator
from lupweb.blueprints.admin.parts import connect, secret_key
from lupweb.database import transaction
from lupweb.directories.models import DirectoryRole
from lupweb.directories.service import find_directory, get_directory
from lupweb.errors import InvalidValue
from lupweb.people.models import Person
from lupweb.people.queries import find_person
from lupweb.profiles.choosing import LOGIN_BEHIND
from lupweb.profiles.field_preview import chosen_person
from lupweb.texts import Text, _
from lupweb.web.access import viewer
from lupweb.web.layouts import page_layout, site_options
from lupweb.writeback.access_steps import AccessState, AccessStep
from lupweb.writeback.directory_changes import try_again_now
from lupweb.writeback.trials import (
    Asked,
    KeptTest,
    Outside,
    kept_tests,
    note_tests,
    proposed_person,
    require_tester,
    try_access,
)

STEP_NAMES: Mapping[str, Text] = {
    "person": _("The person in this directory"),
    "connection": _("Sign in"),
    "entry": _("Find the entry"),
    "attribute": _("The attribute in the schema"),
    "value": _("The kind of attribute"),
    "right": _("The right to write"),
    "write": _("Write the same value"),
    "read_back": _("Read it back"),
}
FAILURES: Mapping[str, Text] = {
    "person": _("The person is not in this directory"),
    "connection": _("Signing in failed"),
    "entry": _("The entry could not be read"),
    "attribute": _("The attribute cannot be written"),
    "value": _("The attribute holds no text"),
    "right": _("The right to write is missing"),
    "write": _("The value was not written"),
    "read_back": _("Another value was read back"),
}
"""How a step is headed that failed."""
ONE_USE = timedelta(seconds=1)
"""Tests of one use are noted together."""
LONGEST = 2_000
"""Characters that are read of what was typed."""


@dataclass(frozen=True)
class WritePanel:
    """What stands below “Writing to this directory”.

    :param fields: names of the fields that save to a directory
    :param known: attributes of all fields, as suggestions
    :param tests: the last one of each pair, the newest first
    """

    fields: Sequence[str]
    known: Sequence[str]
    people: str
    attributes: str
    tests: Sequence[KeptTest]
    problem: Text | str = ""

    @property
    def opened(self) -> int:
        """Return the number of the test that lies open: of the last use the first that failed."""
        last = _of_last_use(self.tests)
        failed = (n for n, each in enumerate(last) if not each.test.is_well)
        return next(failed, 0)

    @property
    def columns(self) -> list[str]:
        """Return the attributes that were tried, in their order."""
        return sorted({each.test.attribute for each in self.tests}, key=str.casefold)

    @property
    def rows(self) -> list[tuple[str, list[tuple[int, KeptTest] | None]]]:
        """Return people with what became of each attribute, and the number of that test."""
        numbered = {
            (each.test.subject.person_id, each.test.attribute): (number, each)
            for number, each in enumerate(self.tests)
        }
        people = {each.test.subject.person_id: each.test.subject.name for each in self.tests}
        return [
            (name, [numbered.get((id_, attribute)) for attribute in self.columns])
            for id_, name in people.items()
        ]


def name_of_step(step: AccessStep) -> Text:
    """Return how a step is headed: one that failed says so."""
    return (FAILURES if step.state is AccessState.PROBLEM else STEP_NAMES)[step.id]


def write_panel(key: str, problem: Text | str = "") -> WritePanel | None:
    """Return the panel of a directory; None where nothing can be tried, or not by this viewer."""
    directory = find_directory(key) if key and is_system_administrator(viewer()) else None
    if directory is None or not directory.writes or directory.role == DirectoryRole.ALTERNATIVE:
        return None
    mapped = [each for each in page_layout().fields() if each.source.is_directory]
    saved = [each for each in mapped if each.writes_back]
    attributes, names = [each.attribute for each in saved], [each.name for each in saved]
    if site_options()["picture_write_back"]:
        attributes.append(site_options()["picture_attribute"])
        names.append(str(_("Picture")))
    proposed, tests = proposed_person(key), kept_tests(viewer(), key)
    typed = request.form if problem else _tested_last(tests)
    return WritePanel(
        fields=names,
        known=sorted({each.attribute for each in mapped}, key=str.casefold),
        people=typed.get("people") or (proposed.login if proposed else ""),
        attributes=typed.get("attributes") or "\n".join(dict.fromkeys(attributes)),
        tests=tests,
        problem=problem,
    )


def _tested_last(tests: Sequence[KeptTest]) -> Mapping[str, str]:
    """Return who and what was tried together last, as it is typed: the test may be repeated."""
    last = [each.test for each in _of_last_use(tests)]
    people = dict.fromkeys(each.subject.login for each in reversed(last))
    attributes = dict.fromkeys(each.attribute for each in reversed(last))
    return {"people": "\n".join(people), "attributes": "\n".join(attributes)}


def _of_last_use(tests: Sequence[KeptTest]) -> list[KeptTest]:
    return [each for each in tests if tests[0].at - each.at < ONE_USE]


def try_writing(key: str) -> None:
    """Try what the form names, and keep what becomes of it.

    :raises Forbidden: for everybody but system administrators
    :raises NotFound: if there is no such directory
    :raises InvalidValue: if it cannot be tried like this; nothing was asked then
    :raises ReadOnlyMode: if it is to write, and nothing may be written now
    """
    require_tester(viewer())
    is_read_only = bool(current_app.extensions["lupweb"].settings.read_only)
    outside = Outside(secret_key(), connect(), is_read_only)
    people = [_person(line).id for line in _lines("people")]
    asked = Asked(people, _lines("attributes"), writes=request.form.get("write") == "1")
    tests = try_access(viewer(), key, asked, outside)
    with transaction():
        note_tests(viewer(), tests)
        if any(each.has_signed_in for each in tests):
            try_again_now(get_directory(key).id)


def _lines(name: str) -> list[str]:
    typed = request.form.get(name, "")[:LONGEST]
    return [line.strip() for line in typed.splitlines() if line.strip()]


def _person(text: str) -> Person:
    """Return whom a line means: a name, a login, an address; also local people, and hidden ones.

    :raises InvalidValue: if it means nobody, or several people
    """
    behind = LOGIN_BEHIND.search(text)
    found = find_person(behind[1] if behind else text)
    if found is not None:
        return found
    chosen = chosen_person(viewer(), text)
    if chosen.person is not None:
        return chosen.person
    if chosen.people:
        logins = ", ".join(each.login for each in chosen.people)
        raise InvalidValue(
            _("Several people are called “%(name)s”: %(logins)s.", name=text[:100], logins=logins)
        )
    raise InvalidValue(_("Nobody here is called “%(name)s”.", name=text[:100]))
