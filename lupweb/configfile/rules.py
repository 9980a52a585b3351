"""What one entry by itself must keep to, whatever else there is."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import phonenumbers

from lupweb.configfile.directory_rules import directory_rules, told_attribute
from lupweb.configfile.faults import Place
from lupweb.configfile.keys import Entry
from lupweb.configfile.list_keys import host_rules, list_rules, start_rules
from lupweb.configfile.profile_rules import (
    category_rules,
    edit_right_rules,
    field_rules,
    group_rules,
    never_written,
    org_chart_rules,
    refused_attribute,
    refused_node,
)
from lupweb.directories.attributes import is_never_written
from lupweb.errors import InvalidValue
from lupweb.ldap.filters import checked_attribute
from lupweb.profiles.picture_address import fault_of
from lupweb.runs import schedules
from lupweb.runs.quiet import quiet_time
from lupweb.sources.files import check_name
from lupweb.texts import Text, _

Broken = Iterator[tuple[str, Text | str]]
"""Name of a key, and what is wrong with it."""
MOST_EXTRA = 4
LIMITS = {"picture_max_mb": 8, "picture_max_megapixels": 40, "writes_per_second": 1000}
"""What forms, memory and time are good for."""
MOST_MINUTES = 1440
"""How long a reading is new enough for those who sign in, at most."""
LEAST_DAYS, MOST_DAYS = 7, 3650
"""How long people are missing at least before what is known of them is cleared, if it is at all."""


def broken_rules(
    kinds: Mapping[str, Mapping[str, Mapping[str, Any]]],
) -> Iterator[tuple[Place, Text | str]]:
    """Yield what is wrong with each entry, seen by itself."""
    for kind, entries in kinds.items():
        rule = RULES.get(kind)
        for label, entry in entries.items() if rule else ():
            for name, sentence in rule(entry) if rule else ():
                yield (kind, label, name), sentence


def _site(entry: Entry) -> Broken:
    if not entry["name"].strip():
        yield "name", _("The site needs a name.")
    try:
        if entry["match_people_by"]:
            told_attribute(entry["match_people_by"])
    except InvalidValue as error:
        yield "match_people_by", error.message
    if entry["phone_region"] not in phonenumbers.SUPPORTED_REGIONS:
        yield "phone_region", _("This is no country code (ISO 3166). Germany is DE.")
    try:
        schedules.check("", entry["time_zone"])
    except InvalidValue as error:
        yield "time_zone", error.message
    for sentence in host_rules(entry["embed_hosts"]):
        yield "embed_hosts", sentence


def _policies(entry: Entry) -> Broken:
    days = entry["purge_after_days"]
    if days and not LEAST_DAYS <= days <= MOST_DAYS:
        yield (
            "purge_after_days",
            _("Write 0, or a number from %(least)s to %(most)s.", least=LEAST_DAYS, most=MOST_DAYS),
        )
    minutes = entry["login_sync_after_minutes"]
    if not 0 <= minutes <= MOST_MINUTES:
        yield (
            "login_sync_after_minutes",
            _("Write a whole number from %(least)s to %(most)s.", least=0, most=MOST_MINUTES),
        )
    for name, most in LIMITS.items():
        if not 1 <= entry[name] <= most:
            yield name, _("Write a whole number from %(least)s to %(most)s.", least=1, most=most)
    for attribute in entry["never_written"]:
        try:
            checked_attribute(attribute)
        except InvalidValue as error:
            yield "never_written", error.message


def _schedules(entry: Entry) -> Broken:
    for name in ("full", "changes"):
        try:
            schedules.check(entry[name], "UTC")
        except InvalidValue as error:
            yield name, error.message
    try:
        quiet_time(entry["full_not_between"])
    except InvalidValue as error:
        yield "full_not_between", error.message


def _picture(entry: Entry) -> Broken:
    if entry["source"] == "ldap" and not entry["attribute"]:
        yield "attribute", _("Pictures from LDAP need an attribute, such as jpegPhoto.")
    elif entry["attribute"]:
        sentence = refused_attribute(entry["attribute"])
        if sentence:
            yield "attribute", sentence
    sentence = fault_of(entry["url"]) if entry["url"] else None
    if sentence:
        yield "url", sentence
    elif entry["source"] == "url" and not entry["url"]:
        yield "url", _("Pictures from an address need one.")
    if entry["write_back"] and entry["source"] != "ldap":
        yield "write_back", _("Only pictures from LDAP can be saved to LDAP.")
    elif entry["write_back"] and is_never_written(entry["attribute"]):
        yield "write_back", never_written(entry["attribute"])


def _card(entry: Entry) -> Broken:
    if len(entry["extra"]) > MOST_EXTRA:
        yield "extra", _("The card has room for %(most)s more fields.", most=MOST_EXTRA)


def _xml(entry: Entry) -> Broken:
    for name in ("user_tag", "username_tag"):
        sentence = refused_node(entry[name])
        if sentence:
            yield name, sentence
    for name, check in (("file", _file), ("schedule", _cron)):
        try:
            check(entry[name])
        except InvalidValue as error:
            yield name, error.message


def _file(name: str) -> None:
    if name:
        check_name(name)


def _cron(text: str) -> None:
    schedules.check(text, "UTC")


RULES: Mapping[str, Callable[[Entry], Broken]] = {
    "site": _site,
    "policies": _policies,
    "schedules": _schedules,
    "directories": directory_rules,
    "groups": group_rules,
    "categories": category_rules,
    "fields": field_rules,
    "edit_rights": edit_right_rules,
    "org_charts": org_chart_rules,
    "lists": list_rules,
    "start_pages": start_rules,
    "picture": _picture,
    "card": _card,
    "xml": _xml,
}
