"""One key of the configuration file: its type, default, allowed values. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lupweb.errors import InvalidValue
from lupweb.texts import Text, _

Value = str | bool | int | tuple[str, ...] | dict[str, Any]
Entry = Mapping[str, Any]
"""One entry of a kind: each of its keys with a value, defaults filled in."""

LONGEST = 1_048_576  # characters of one text: the form limit of hostile-input.md B45
UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
STABLE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")


@dataclass(frozen=True)
class Key:
    """A key that exists. Its type is that of its default.

    :param default: what counts where the key is left out; `defaults` of the kind goes before
    :param shown: what the documentation says instead of the default
    :param takes_one: one text may stand where a list is meant
    :param is_set: a list whose order means nothing
    """

    name: str
    default: Value
    help: Text
    choices: tuple[str, ...] = ()
    shown: str = ""
    required: bool = False
    takes_one: bool = False
    is_set: bool = False

    def read(self, raw: Any) -> Value:
        """Return what stands in the file in the form in which it is compared.

        :raises InvalidValue: if it has another type, or is none of the choices
        """
        value = _READERS[type(self.default)](self, raw)
        if self.choices and value not in self.choices:
            raise InvalidValue(
                _(
                    "“%(value)s” is not known here. It may be %(choices)s.",
                    value=str(value)[:200],
                    choices=", ".join(f"“{choice}”" for choice in self.choices),
                )
            )
        return value


@dataclass(frozen=True)
class Kind:
    """A kind of thing in the file: one table, or a list of entries with a stable name each.

    :param identity: the key that is the stable name; "" for a kind that is one table
    :param label: makes a name of an entry that has no key of its own: of what it says; another
        name is another entry
    :param defaults: defaults that depend on what the entry says
    """

    name: str
    keys: tuple[Key, ...]
    identity: str = ""
    defaults: Callable[[Mapping[str, Any]], Mapping[str, Value]] = lambda _given: {}
    label: Callable[[Mapping[str, Any]], str] | None = None

    @property
    def is_list(self) -> bool:
        """Return whether there may be several of it."""
        return bool(self.identity or self.label)

    @property
    def head(self) -> str:
        """Return how it is written in the file."""
        return f"[[{self.name}]]" if self.is_list else f"[{self.name}]"

    def find_key(self, name: str) -> Key | None:
        """Return the key of this name, or None."""
        return next((key for key in self.keys if key.name == name), None)

    def complete(self, given: Mapping[str, Value]) -> dict[str, Any]:
        """Return an entry with a value for every key."""
        plain = {key.name: key.default for key in self.keys}
        return {**plain, **self.defaults(given), **given}


def stable_name(key: str) -> Key:
    """Return the key under which entries of a kind are known."""
    return Key(
        key,
        "",
        _("The stable name, by which others know it: letters, digits, “-” and “_”."),
        required=True,
    )


def checked_name(name: str) -> str:
    """Return `name` if it can be a stable name.

    :raises InvalidValue: otherwise
    """
    if not STABLE_NAME.fullmatch(name):
        raise InvalidValue(
            _(
                "“%(name)s” cannot be a key: it takes letters without accents, digits, “-” and “_”,"
                " at most 63 of them.",
                name=name[:63],
            )
        )
    return name


def _text(_key: Key, raw: Any) -> str:
    if not isinstance(raw, str):
        raise InvalidValue(_("A text in quotes is expected here."))
    if UNWANTED.search(raw):
        raise InvalidValue(_("This text holds invisible control characters. Take them out."))
    if len(raw) > LONGEST:
        raise InvalidValue(_("This text is longer than %(most)s characters.", most=LONGEST))
    return raw


def _yes_or_no(_key: Key, raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise InvalidValue(_("Write true or false here, without quotes."))
    return raw


def _number(_key: Key, raw: Any) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 <= raw <= LONGEST:
        raise InvalidValue(_("A whole number is expected here, from 0 on."))
    return raw


def _texts(key: Key, raw: Any) -> tuple[str, ...]:
    if key.takes_one and isinstance(raw, str):
        raw = [raw]
    if not isinstance(raw, list):
        raise InvalidValue(_('A list of texts is expected here, such as ["one", "two"].'))
    found = dict.fromkeys(_text(key, each) for each in raw)
    return tuple(sorted(found)) if key.is_set else tuple(found)


def _table(key: Key, raw: Any) -> dict[str, Any]:
    """Return a small table; what its names mean is checked where they are known."""
    if not isinstance(raw, dict):
        raise InvalidValue(_('A table is expected here, such as { name = "value" }.'))
    return {
        name: _text(key, value) if isinstance(value, str) else value for name, value in raw.items()
    }


_READERS: Mapping[type, Callable[[Key, Any], Value]] = {
    str: _text,
    bool: _yes_or_no,
    int: _number,
    tuple: _texts,
    dict: _table,
}
