"""A configuration file as it was read: which kinds it names, and what it says of each."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from lupweb.configfile.faults import Fault, Faults, InvalidConfiguration, Place
from lupweb.configfile.keys import Kind, checked_name
from lupweb.configfile.kinds import KINDS
from lupweb.configfile.lines import Position, positions
from lupweb.configfile.rules import broken_rules
from lupweb.errors import InvalidValue
from lupweb.texts import Text, _

Entries = Mapping[str, Mapping[str, Any]]
"""Entries of one kind by their key, in their order; "" for a kind that is one table."""


@dataclass(frozen=True)
class Document:
    """What a file says. `kinds` holds those that it names, each entry with all its keys."""

    kinds: Mapping[str, Entries]
    faults: Faults


def read_document(text: str) -> Document:
    """Read the text of a configuration file. What is wrong inside it is collected, not raised.

    :raises InvalidConfiguration: if it is no TOML
    """
    try:
        written = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise InvalidConfiguration([_no_toml(error)]) from error
    except RecursionError as error:
        raise InvalidConfiguration([_no_toml(ValueError("too many brackets"))]) from error
    labels = {name: list(_labels(name, tables)) for name, tables in written.items()}
    faults = Faults(_places(positions(text), labels))
    kinds: dict[str, Entries] = {}
    for name, tables in written.items():
        kind = KINDS.get(name)
        if kind is None:
            faults.add((name, "", ""), _unknown_kind(name))
        elif isinstance(tables, list) != kind.is_list or not _are_tables(tables):
            faults.add((name, "", ""), _("This is written %(head)s.", head=kind.head))
        else:
            kinds[name] = _entries(kind, zip(labels[name], _listed(tables), strict=True), faults)
    for place, sentence in broken_rules(kinds):
        faults.add(place, sentence)
    return Document(kinds, faults)


def _no_toml(error: ValueError) -> Fault:
    return Fault("", 0, _("The file is not written in TOML: %(why)s.", why=str(error)[:200]))


def _unknown_kind(name: str) -> Text:
    near = get_close_matches(name, KINDS, n=1)
    if near:
        return _("There is no such kind of thing. Is %(head)s meant?", head=KINDS[near[0]].head)
    return _(
        "There is no such kind of thing. The file may name %(heads)s.",
        heads=", ".join(kind.head for kind in KINDS.values()),
    )


def _are_tables(tables: Any) -> bool:
    return all(isinstance(table, dict) for table in _listed(tables))


def _listed(tables: Any) -> list[Any]:
    return tables if isinstance(tables, list) else [tables]


def _labels(name: str, tables: Any) -> Iterator[str]:
    """Yield by what each table of a kind is known: its key, else its number."""
    kind = KINDS.get(name)
    for number, table in enumerate(_listed(tables), start=1):
        if kind and not kind.is_list:
            yield ""
        else:
            yield (_label(kind, table) if kind and isinstance(table, dict) else "") or f"#{number}"


def _label(kind: Kind, table: Mapping[str, Any]) -> str:
    if kind.label:
        return kind.label(table)
    key = table.get(kind.identity)
    return key if isinstance(key, str) else ""


def _places(found: Mapping[Position, int], labels: Mapping[str, list[str]]) -> dict[Place, int]:
    """Return the lines by the entry's key instead of its number; the first of two equal keys."""
    places: dict[Place, int] = {}
    for (kind, number, name), line in found.items():
        known = labels.get(kind, [])
        places.setdefault((kind, known[number] if number < len(known) else "", name), line)
        places.setdefault((kind, "", ""), line)
    return places


def _entries(kind: Kind, labelled: Iterator[tuple[str, Any]], faults: Faults) -> Entries:
    entries: dict[str, Mapping[str, Any]] = {}
    for label, table in labelled:
        entry = _entry(kind, label, table, faults)
        if label in entries and kind.name == "roles":
            entries[label] = _both(entries[label], entry)
        elif label in entries and kind.identity:
            faults.add(
                (kind.name, label, kind.identity), _("This key is there twice. Rename one of them.")
            )
        else:
            entries[label] = entry
    if kind.identity:
        _refuse_lookalikes(kind, entries, faults)
    return entries


def _entry(kind: Kind, label: str, table: Mapping[str, Any], faults: Faults) -> dict[str, Any]:
    given = {}
    for name, raw in table.items():
        key = kind.find_key(name)
        place = (kind.name, label, name)
        if key is None:
            faults.add(place, _unknown_key(kind, name))
            continue
        try:
            given[name] = key.read(raw)
            if name == kind.identity == "key":
                checked_name(raw)
        except InvalidValue as error:
            faults.add(place, error.message)
    entry = kind.complete(given)
    for key in kind.keys:
        if key.required and not entry[key.name]:
            faults.add((kind.name, label, key.name), _("This key is needed and is not there."))
    return entry


def _unknown_key(kind: Kind, name: str) -> Text:
    near = get_close_matches(name, [key.name for key in kind.keys], n=1)
    if near:
        return _(
            "%(head)s has no key “%(name)s”. Is “%(near)s” meant?",
            head=kind.head,
            name=name[:63],
            near=near[0],
        )
    return _("%(head)s has no key “%(name)s”.", head=kind.head, name=name[:63])


def _both(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Return one role that two entries give."""
    return {
        "role": first["role"],
        "groups": tuple(sorted({*first["groups"], *second["groups"]})),
        "people": tuple(sorted({*first["people"], *second["people"]})),
    }


def _refuse_lookalikes(kind: Kind, entries: Entries, faults: Faults) -> None:
    seen: dict[str, str] = {}
    for label in entries:
        other = seen.setdefault(label.casefold(), label)
        if other != label:
            faults.add(
                (kind.name, label, kind.identity),
                _("This key differs from “%(other)s” by case only. Rename one.", other=other),
            )
