"""Who may edit whose profile, as administrators set it in the browser."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from lupweb.accounts.viewers import Viewer
from lupweb.configfile.changing import RefusedChange, change_setup, open_setup
from lupweb.configfile.keys import Entry
from lupweb.configfile.profile_keys import right_label
from lupweb.configfile.recording import note_changes
from lupweb.configfile.stored import Setup
from lupweb.database import db
from lupweb.errors import InvalidForm, InvalidValue, NotFound
from lupweb.people.models import Person
from lupweb.people.names import fold_login
from lupweb.people.queries import groups_listed, number_in, own_logins
from lupweb.profiles.choosing import PersonChoice, SeveralMeant, register
from lupweb.texts import Text, _

RIGHTS = "edit_rights"
SIDES = ("profiles_of", "editor")


@dataclass(frozen=True)
class Named:
    """One of those whom a right names.

    :param known: False for a login that nobody has, or several people have: it gives nothing
    """

    name: str
    login: str = ""
    known: bool = True


@dataclass(frozen=True)
class RightLine:
    """A right as the page shows it; `label` names it where it is taken away."""

    label: str
    profiles: tuple[Named, ...]
    editors: tuple[Named, ...]


@dataclass(frozen=True)
class RightForm:
    """What was typed about a new right: of each side a group, a person, or both.

    :param groups: side -> key of a group, or ""
    :param people: side -> what was typed for a person
    :param meant: side -> who may be meant, where it may be several
    """

    groups: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    meant: Mapping[str, tuple[PersonChoice, ...]] = field(default_factory=dict)
    problems: Mapping[str, Text | str] = field(default_factory=dict)


def rights_listed(viewer: Viewer, secret_key: str) -> list[RightLine]:
    """Return every right, with names; a constant number of queries.

    :raises Forbidden: if `viewer` is no administrator
    """
    stored = open_setup(viewer, secret_key)[RIGHTS]
    groups = dict(groups_listed())
    people = _people_named(
        login for entry in stored.values() for side in SIDES for login in entry[f"{side}_people"]
    )
    return [
        RightLine(label, *(_named(entry, side, groups, people) for side in SIDES))
        for label, entry in stored.items()
    ]


def give_right(viewer: Viewer, form: RightForm, secret_key: str) -> None:
    """Let people edit profiles, at once; call inside a transaction.

    :raises Forbidden: if `viewer` is no administrator
    :raises InvalidForm: with the form and everything that was typed
    """
    stored = open_setup(viewer, secret_key)
    entry = _entry(form)
    label = right_label(entry)
    if label in stored[RIGHTS]:
        _refuse(form, {"": _("This right is there already.")})
    try:
        _change(viewer, stored, {**stored[RIGHTS], label: entry}, secret_key)
    except RefusedChange as refused:
        found = {_input(place[2]): sentence for place, sentence in refused.problems.items()}
        _refuse(form, found)


def take_right(viewer: Viewer, label: str, secret_key: str) -> None:
    """Take a right away, at once; call inside a transaction.

    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such right
    """
    stored = open_setup(viewer, secret_key)
    if label not in stored[RIGHTS]:
        raise NotFound(_("There is no such right any more."))
    rest = {key: entry for key, entry in stored[RIGHTS].items() if key != label}
    _change(viewer, stored, rest, secret_key)


def _change(viewer: Viewer, stored: Setup, rights: dict[str, Entry], secret_key: str) -> None:
    changes = {RIGHTS: rights}
    comparison = change_setup(viewer, stored, changes, secret_key)
    note_changes(viewer.actor, stored, {**stored, **changes}, comparison)


def _refuse(form: RightForm, problems: Mapping[str, Text | str]) -> None:
    told = RightForm(form.groups, form.people, form.meant, {**form.problems, **problems})
    raise InvalidForm(next(iter(told.problems.values())), told)


def _entry(form: RightForm) -> dict[str, Any]:
    """Return the right that was typed.

    :raises InvalidForm: if one of the people is nobody, or several
    """
    entry: dict[str, Any] = {}
    problems: dict[str, Text | str] = {}
    meant: dict[str, tuple[PersonChoice, ...]] = {}
    for side in SIDES:
        group = form.groups.get(side, "")
        entry[f"{side}_groups"] = (group,) if group else ()
        try:
            entry[f"{side}_people"] = _logins(form.people.get(side, ""))
        except SeveralMeant as several:
            meant[side], problems[f"{side}_people"] = tuple(several.people), several.message
        except InvalidValue as error:
            problems[f"{side}_people"] = error.message
    if problems:
        _refuse(RightForm(form.groups, form.people, meant), problems)
    return entry


def _logins(text: str) -> tuple[str, ...]:
    """Return the login of the person who was typed; none for "".

    :raises InvalidValue: if nobody is called so, or the login is not theirs alone
    """
    if not text:
        return ()
    found = register([text])
    person = found.by_id[int(found.stored(text).removeprefix("id:"))]
    if person.login_folded not in own_logins([person.id])[person.id]:
        raise InvalidValue(
            _("Several people have the login “%(login)s”. Use a group.", login=person.login)
        )
    return (person.login,)


def _people_named(logins: Iterable[str]) -> dict[str, str]:
    """Return folded login -> name, of those who are alone with it, or named by number."""
    wanted = {fold_login(login) for login in logins}
    numbers = {login: number for login in wanted if (number := number_in(login)) is not None}
    rows = (
        select(Person.login_folded, func.min(Person.name))
        .where(Person.login_folded.in_(wanted - numbers.keys()))
        .group_by(Person.login_folded)
        .having(func.count() == 1)
    )
    if not wanted:
        return {}
    by_number = select(Person.id, Person.name).where(Person.id.in_(numbers.values()))
    names = dict(db.session.execute(by_number).all()) if numbers else {}
    numbered = {login: names[number] for login, number in numbers.items() if number in names}
    return dict(db.session.execute(rows).all()) | numbered


def _named(
    entry: Entry, side: str, groups: Mapping[str, str], people: Mapping[str, str]
) -> tuple[Named, ...]:
    found = [Named(groups.get(key, key)) for key in entry[f"{side}_groups"]]
    for login in entry[f"{side}_people"]:
        name = people.get(fold_login(login), "")
        found.append(Named(name or login, login, known=bool(name)))
    return tuple(found)


def _input(name: str) -> str:
    return name if name.startswith(SIDES) else ""
