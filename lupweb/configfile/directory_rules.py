"""What one entry of [[directories]] must keep to."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from lupweb.configfile.keys import Entry
from lupweb.configfile.profile_rules import refused_attribute
from lupweb.directories.models import DirectoryRole
from lupweb.directories.switching import folded_value
from lupweb.errors import InvalidValue, LupwebError
from lupweb.ldap.connection import Server, Tls, check_server
from lupweb.ldap.dn import DN
from lupweb.ldap.filters import given
from lupweb.ldap.patterns import check_pattern
from lupweb.runs import schedules
from lupweb.texts import Text, _

Broken = Iterator[tuple[str, Text | str]]
LIMITS = {"most_missing": (1, 1_000_000), "most_missing_percent": (0, 100)}
SYNC_DATE = "%d-%m-%Y %H:%M:%S"


def directory_rules(entry: Entry) -> Broken:
    """Yield what is wrong with one directory."""
    yield from _address(entry)
    for name, check, may_be_empty in _CHECKS:
        if entry[name] or not may_be_empty:
            try:
                check(entry[name])
            except LupwebError as error:
                yield name, error.message
    yield from _limits(entry)
    yield from _switch(entry)
    if entry["bind_password_env"] and entry["bind_password_file"]:
        yield (
            "bind_password_file",
            _("The password comes from a variable or from a file, not from both. Take one out."),
        )
    if entry["write"] and entry["role"] == DirectoryRole.ALTERNATIVE:
        yield "write", _("The alternative LDAP is only read, never written.")


def _limits(entry: Entry) -> Broken:
    for name, (least, most) in LIMITS.items():
        value = entry[name]
        if not isinstance(value, int) or not least <= value <= most:
            yield name, _("A whole number from %(least)s to %(most)s.", least=least, most=most)


def _switch(entry: Entry) -> Broken:
    """Yield what is missing of the attribute and the value that switch people off."""
    attribute, value = entry["disabled_attribute"], entry["disabled_value"]
    if attribute and not folded_value(value):
        yield (
            "disabled_value",
            _("Write the value of %(name)s that switches people off.", name=attribute[:63]),
        )
    if value and not attribute:
        yield "disabled_attribute", _("Name the attribute that holds this value, or take it out.")


def sync_date(text: str) -> str:
    """Return a “last sync date” in its usual form, dd-MM-yyyy HH:mm:ss.

    :raises InvalidValue: if it is no such date
    """
    try:
        # a wall-clock time: its zone is the site's, and said elsewhere
        return datetime.strptime(text.replace(";", ""), SYNC_DATE).strftime(SYNC_DATE)  # noqa: DTZ007
    except ValueError as error:
        raise InvalidValue(
            _("“%(text)s” is no date. An example: 23-05-2016 15:30:00.", text=text[:63])
        ) from error


def _address(entry: Entry) -> Broken:
    if not entry["uri"]:
        return  # said already: the key is needed
    server = Server(
        uris=entry["uri"],
        tls=Tls(entry["tls"]),
        allow_cleartext=entry["allow_cleartext"],
        ca_file=entry["ca_file"],
    )
    try:
        check_server(server)
    except LupwebError as error:
        yield "uri", error.message


def _cron(text: str) -> None:
    schedules.check(text, "UTC")


def told_attribute(name: str) -> None:
    """Refuse what is no attribute, and what holds secrets: its values would be shown (B104)."""
    sentence = refused_attribute(name)
    if sentence is not None:
        raise InvalidValue(sentence)


_CHECKS: tuple[tuple[str, Callable[[str], Any], bool], ...] = (
    ("base_dn", DN.parse, True),
    ("additional_user_dn", DN.parse, True),
    ("additional_group_dn", DN.parse, True),
    ("user_filter", given, False),
    ("person_filter", given, True),
    ("update_filter", given, True),
    ("group_filter", given, True),
    ("login_attribute", told_attribute, False),
    ("name_attribute", told_attribute, True),
    ("email_attribute", told_attribute, True),
    ("disabled_attribute", told_attribute, True),
    ("id_attribute", told_attribute, True),
    ("last_sync_date", sync_date, True),
    ("timestamp_pattern", check_pattern, True),
    ("schedule_full", _cron, True),
    ("schedule_changes", _cron, True),
)
