"""Addresses of pictures: a template, filled in with values of a person. Pure."""

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote, urlsplit

from lupweb.texts import Text, _

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
OF_EVERYBODY = frozenset({"login", "email"})
"""What a template may name besides fields; a field of the same key goes first."""
HOST = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9])?|[0-9a-f:.]*:[0-9a-f:.]*")
LONGEST_VALUE = 200
BETWEEN_FOLDERS = re.compile(r"[/\\]")


def keys_of(template: str) -> tuple[str, ...]:
    """Return what the template names in braces, each once."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(template)))


def fault_of(template: str) -> Text | None:
    """Return what is wrong with a template, or None.

    Which server is asked must not depend on a value: whoever can change one could choose it.
    """
    if not template.startswith(("http://", "https://")):
        return _("The address of pictures begins with https:// or http://.")
    if not _names_a_server(template):
        return _(
            "The name of the server stands in the address itself, without braces and without a"
            " password. {field key} may stand behind it only."
        )
    rest = PLACEHOLDER.sub("", template)
    is_plain = rest.isascii() and rest.isprintable() and not set(rest) & set(' {}\\#"<>')
    if not is_plain:
        return _(
            "The address has signs that no address has, or a brace too many. Write others as %%XX."
        )
    return None


def address_of(template: str, values: Mapping[str, str]) -> str:
    """Return the address of one person's picture; "" if a value is missing or cannot stand in it.

    :param values: field key -> value, for everything that the template names
    """
    if not all(_can_stand_in(values.get(key, "")) for key in keys_of(template)):
        return ""
    return PLACEHOLDER.sub(lambda found: quote(values[found[1]], safe=""), template)


def _names_a_server(template: str) -> bool:
    try:
        parts = urlsplit(template)
        is_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    is_host = HOST.fullmatch(parts.hostname or "") is not None
    return is_port and is_host and not set(parts.netloc) & set("{}@\\%")


def _can_stand_in(value: str) -> bool:
    """Return whether a value stays at its place: “..” would climb into another folder."""
    if not value.isprintable() or not 0 < len(value) <= LONGEST_VALUE:
        return False
    folders = BETWEEN_FOLDERS.split(unquote(value))
    return not any(each.strip() in {".", ".."} for each in folders)
