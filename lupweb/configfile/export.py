"""The whole set-up as a configuration file. Applying it again changes nothing."""

from collections.abc import Mapping
from typing import Any

import tomlkit
from tomlkit.items import AoT, Table

from lupweb.configfile.keys import Key, Kind
from lupweb.configfile.kinds import KINDS

HEAD = (
    "The set-up of lupweb. What an entry leaves out has its default: docs/configuration-file.md.",
    "Passwords never stand here.",
)


def export_text(setup: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the set-up as TOML.

    Tables of options are written whole; entries of a list without what is at its default.
    """
    document = tomlkit.document()
    for line in HEAD:
        document.add(tomlkit.comment(line))
    for name, kind in KINDS.items():
        if kind.is_list and not setup[name]:
            document.add(name, tomlkit.array())
    document.add(tomlkit.nl())
    for name, kind in KINDS.items():
        if not kind.is_list:
            document.add(name, _table(kind, setup[name][""], whole=True))
        elif setup[name]:
            document.add(name, _tables(kind, setup[name]))
    return tomlkit.dumps(document)


def _tables(kind: Kind, entries: Mapping[str, Any]) -> AoT:
    tables = tomlkit.aot()
    for entry in entries.values():
        tables.append(_table(kind, entry, whole=False))
    return tables


def _table(kind: Kind, entry: Mapping[str, Any], *, whole: bool) -> Table:
    table = tomlkit.table()
    plain = kind.complete({name: entry[name] for name in (kind.identity, "kind") if name in entry})
    for key in kind.keys:
        default = key.default if key.name == "kind" else plain[key.name]
        if whole or key.required or entry[key.name] != default:
            table.add(key.name, _written(key, entry[key.name]))
    return table


def _written(key: Key, value: Any) -> Any:
    if isinstance(value, dict):
        table = tomlkit.inline_table()
        table.update(value)
        return table
    if not isinstance(value, tuple):
        return value
    return value[0] if key.takes_one and len(value) == 1 else list(value)
