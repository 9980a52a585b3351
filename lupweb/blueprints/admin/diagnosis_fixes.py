"""What the buttons of a diagnosis do: each calls the function that another page calls as well."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from flask import current_app

from lupweb.accounts.viewers import Viewer
from lupweb.configfile.directory_editing import (
    directory_draft,
    move_directory,
    save_directory,
    switch_directory,
)
from lupweb.configfile.field_editing import field_draft, save_field
from lupweb.database import end_reading, transaction
from lupweb.diagnosis.findings import Act
from lupweb.directories.service import enabled_directories, get_directory
from lupweb.errors import InvalidValue, ReadOnlyMode
from lupweb.people.queries import find_person
from lupweb.profiles.layout import Layout
from lupweb.runs.service import request
from lupweb.runs.states import CHANGES, FULL
from lupweb.sources import xml_file
from lupweb.sources.alternative import PREFIX, alternative
from lupweb.sources.overview import start
from lupweb.sync.refresh import Freshness, refresh
from lupweb.texts import Text, _

LIMIT_S = 4.0
"""How long a button waits for the directory, in all."""
OF_SYSTEM_ADMINISTRATORS = frozenset(
    {Act.ENABLE_DIRECTORY, Act.ASK_FIRST, Act.RECOGNISE_STAMPS, Act.SHOW_DIRECTORY}
)


@dataclass(frozen=True)
class Wish:
    """What somebody wants mended.

    :param who: in words, for the record of runs
    :param handle: the person
    :param is_read_only: the site is in read-only mode
    """

    viewer: Viewer
    who: str
    layout: Layout
    secret_key: str
    handle: str
    field: str
    target: str
    value: str
    is_read_only: bool


def mend(act: Act, wish: Wish) -> Text:
    """Do what a button says; return what was done, in words.

    :raises ReadOnlyMode: if the site is in read-only mode
    :raises Forbidden: if `wish.viewer` may not do it
    :raises NotFound: if what it is about is not there any more
    :raises InvalidValue: if there is no such button, or it cannot be done; nothing was changed
    """
    if act not in _ACTS:
        raise InvalidValue(_("There is nothing like this to be done. Nothing was changed."))
    if wish.is_read_only:
        raise ReadOnlyMode(_("The site is in read-only mode. Nothing was read, nothing changed."))
    return _ACTS[act](wish)


def _read_person(wish: Wish) -> Text:
    person = find_person(wish.handle)
    if person is None:
        raise InvalidValue(_("Nobody here is called that any more. Nothing was changed."))
    id_, name = person.id, person.name
    end_reading()
    connect = current_app.extensions["lupweb"].connect
    found = refresh(id_, wish.layout, wish.secret_key, connect, limit_s=LIMIT_S)
    if found is Freshness.READ:
        return _("%(name)s was read just now.", name=name)
    if found is Freshness.NOWHERE:
        raise InvalidValue(_("No directory in use supplies %(name)s.", name=name))
    raise InvalidValue(
        _("%(name)s could not be read from the directory now. What is stored stays.", name=name)
    )


def _read_changes(wish: Wish) -> Text:
    return _requested(wish, CHANGES)


def _read_everything(wish: Wish) -> Text:
    return _requested(wish, FULL)


def _read_source(wish: Wish) -> Text:
    """Let the XML file, or the other LDAP, be read."""
    other = alternative()
    known = {xml_file.SUBJECT, PREFIX + other.key} if other else {xml_file.SUBJECT}
    if wish.target not in known:
        raise InvalidValue(_("There is no such source any more. Nothing was read."))
    end_reading()
    with transaction():
        number = start(wish.viewer, wish.target)
    return _("Run %(run)s reads it.", run=number)


def _requested(wish: Wish, mode: str) -> Text:
    with transaction():
        name = get_directory(wish.target).name
        number = _ask_for_run(wish, wish.target, mode)
    return _("Run %(run)s reads “%(directory)s”.", run=number, directory=name)


def _ask_for_run(wish: Wish, key: str, mode: str) -> int:
    reason = _("it was asked for on the page of a diagnosis")
    return request(f"directory:{key}", trigger=wish.who, mode=mode, reason=reason)


def _switch_attribute(wish: Wish) -> Text:
    """Read the field from another attribute; this person at once, everybody in the next run."""
    with transaction():
        draft = field_draft(wish.viewer, wish.field, wish.secret_key)
        entry = {**draft.entry, "attribute": wish.value}
        save_field(wish.viewer, wish.layout, replace(draft, entry=entry), wish.secret_key)
        for each in enabled_directories():
            _ask_for_run(wish, each.key, CHANGES)
    return _("It is read from %(attribute)s from now on, for everybody.", attribute=wish.value)


def _enable_directory(wish: Wish) -> Text:
    with transaction():
        name = switch_directory(wish.viewer, wish.target, wish.secret_key, is_on=True)
        _ask_for_run(wish, wish.target, CHANGES)
    return _("“%(directory)s” is switched on, and is read now.", directory=name)


def _ask_first(wish: Wish) -> Text:
    """Let a directory go before the one that supplies now."""
    with transaction():
        before = get_directory(wish.value)
        while get_directory(wish.target).position > before.position:
            name, _place, _count = move_directory(wish.viewer, wish.target, "up", wish.secret_key)
        name = get_directory(wish.target).name
        _ask_for_run(wish, wish.target, CHANGES)
    return _("“%(directory)s” goes first now, and is read.", directory=name)


def _take_from(wish: Wish) -> Text:
    """Let one directory supply the field alone, of everybody."""
    with transaction():
        name = get_directory(wish.target).name
        draft = field_draft(wish.viewer, wish.field, wish.secret_key)
        entry = {**draft.entry, "directory": wish.target}
        save_field(wish.viewer, wish.layout, replace(draft, entry=entry), wish.secret_key)
        _ask_for_run(wish, wish.target, CHANGES)
    return _("“%(directory)s” alone supplies the field now, and is read.", directory=name)


def _fall_through(wish: Wish) -> Text:
    """Let the next directory supply the field where the one that goes first has no value."""
    with transaction():
        draft = field_draft(wish.viewer, wish.field, wish.secret_key)
        entry = {**draft.entry, "fall_through": True}
        save_field(wish.viewer, wish.layout, replace(draft, entry=entry), wish.secret_key)
        for each in enabled_directories():
            _ask_for_run(wish, each.key, CHANGES)
    return _("The field falls through to the next directory now, and is read.")


def _recognise_stamps(wish: Wish) -> Text:
    with transaction():
        draft = directory_draft(wish.viewer, wish.target, wish.secret_key)
        entry = {**draft.entry, "timestamp_pattern": ""}
        save_directory(wish.viewer, replace(draft, entry=entry), wish.secret_key)
    return _("The timestamp pattern was taken out. lupweb recognises it by itself.")


_ACTS: dict[Act, Callable[[Wish], Text]] = {
    Act.READ_PERSON: _read_person,
    Act.READ_CHANGES: _read_changes,
    Act.READ_EVERYTHING: _read_everything,
    Act.READ_SOURCE: _read_source,
    Act.SWITCH_ATTRIBUTE: _switch_attribute,
    Act.ENABLE_DIRECTORY: _enable_directory,
    Act.ASK_FIRST: _ask_first,
    Act.TAKE_FROM: _take_from,
    Act.FALL_THROUGH: _fall_through,
    Act.RECOGNISE_STAMPS: _recognise_stamps,
}
