"""Change the set-up from a page: a few entries at a time, by the same rules as from a file."""

from collections.abc import Iterator, Mapping
from typing import Any

from lupweb.accounts.grants import ensure_an_administrator_remains
from lupweb.accounts.viewers import Viewer, require_administrator
from lupweb.configfile.apply import SetupChange, has_administrator
from lupweb.configfile.compare import Comparison, compare
from lupweb.configfile.faults import Place
from lupweb.configfile.key_rules import other_keys
from lupweb.configfile.keys import Entry
from lupweb.configfile.kinds import KINDS
from lupweb.configfile.power import refuse_more_power
from lupweb.configfile.references import broken_references
from lupweb.configfile.rules import broken_rules
from lupweb.configfile.stored import Setup, read_setup
from lupweb.configfile.wanted import Wanted
from lupweb.errors import InvalidValue
from lupweb.texts import Text, _

Problems = Mapping[Place, Text | str]


class RefusedChange(InvalidValue):
    """The set-up cannot be changed like this. `problems` says what is wrong, each at its place."""

    def __init__(self, problems: Problems) -> None:
        super().__init__(next(iter(problems.values())))
        self.problems = problems


def open_setup(viewer: Viewer, secret_key: str) -> Setup:
    """Return the set-up as it is, to be changed; a dozen queries.

    :raises Forbidden: if `viewer` is no administrator
    """
    require_administrator(viewer)
    return read_setup(secret_key)


def change_setup(
    viewer: Viewer, stored: Setup, changes: Mapping[str, Mapping[str, Entry]], secret_key: str
) -> Comparison:
    """Let some kinds of the set-up be as given; call inside a transaction.

    :param stored: what `open_setup` returned in the same transaction
    :param changes: kind -> all its entries by key, in their order
    :raises Forbidden: if `viewer` is no administrator, or others would be system administrators
        and the viewer is none
    :raises RefusedChange: if something is wrong with what changes; nothing is written then
    :raises InvalidValue: if nobody would be an administrator any more
    """
    require_administrator(viewer)
    setup: Setup = {**stored, **{kind: dict(entries) for kind, entries in changes.items()}}
    refuse_more_power(viewer, stored, setup)
    comparison = compare(stored, setup, list(changes))
    problems = dict(_problems(stored, setup, comparison))
    if problems:
        raise RefusedChange(problems)
    if not comparison.is_empty:
        wanted = Wanted(setup, tuple(changes), ())
        had_administrator = has_administrator()
        SetupChange(stored, wanted, comparison, secret_key, viewer.actor).write()
        if had_administrator:
            ensure_an_administrator_remains()
    return comparison


def _problems(
    stored: Setup, setup: Setup, comparison: Comparison
) -> Iterator[tuple[Place, Text | str]]:
    """Yield what is wrong; the last of several sentences about one place is the one to show."""
    named = _entries(setup, (*comparison.created, *comparison.changed))
    known = {place for place, _sentence in broken_references(stored, {})}
    for place, sentence in broken_references(setup, named):
        if place not in known:
            yield place, _in_use(place) if place[1] not in named.get(place[0], {}) else sentence
    yield from broken_rules(named)
    yield from other_keys(stored, setup)
    for kind, entries in named.items():
        for label, entry in entries.items():
            yield from _unreadable(kind, label, entry)


def _entries(setup: Setup, names: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name in names:
        kind, _dot, label = name.partition(".")
        found.setdefault(kind, {})[label] = setup[kind][label]
    return found


def _unreadable(kind: str, label: str, entry: Entry) -> Iterator[tuple[Place, Text | str]]:
    """Yield the texts that no file could hold either."""
    for key in KINDS[kind].keys:
        value = entry[key.name]
        if not isinstance(value, tuple):
            try:
                key.read(value)
            except InvalidValue as error:
                yield (kind, label, key.name), error.message


def _in_use(place: Place) -> Text:
    kind, label, name = place
    if (kind, name) == ("fields", "directory"):
        return _(
            "The field “%(label)s” takes its values from this directory alone. Choose another one"
            " there first.",
            label=label,
        )
    return {
        "start_pages": _("People start on it. Let them start elsewhere first."),
        "org_charts": _("The org chart “%(label)s” needs it. Change that first.", label=label),
        "fields": _("The field “%(label)s” is made of it. Change that first.", label=label),
        "card": _("The head of profiles and the card show it. Choose another field there first."),
        "picture": _("The address of pictures is made of it. Change that first."),
    }.get(kind) or _("“%(label)s” needs it. Change that first.", label=label or kind)
