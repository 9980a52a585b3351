"""The keys of [[directories]]."""

from collections.abc import Mapping
from typing import Any

from lupweb.configfile.keys import Key, Kind, Value, stable_name
from lupweb.directories.models import DirectoryRole
from lupweb.directories.nesting import NestedGroups
from lupweb.ldap.connection import Tls
from lupweb.ldap.dialects import DIALECTS, defaults_of
from lupweb.texts import _

FROM_DIALECT = (
    "user_filter", "group_filter", "login_attribute", "name_attribute", "email_attribute",
)  # fmt: skip
BY_KIND = "by kind"


def _defaults(given: Mapping[str, Any]) -> Mapping[str, Value]:
    dialect = defaults_of(given.get("kind", "generic"))
    by_kind = {name: getattr(dialect, name) for name in FROM_DIALECT}
    return {"name": given.get("key", ""), **by_kind}


DIRECTORIES = Kind(
    "directories",
    (
        stable_name("key"),
        Key("name", "", _("What people read."), shown="the key"),
        Key(
            "kind",
            "generic",
            _("What server it is. Only chooses defaults of other keys; what it can do is asked."),
            tuple(DIALECTS),
        ),
        Key(
            "role",
            str(DirectoryRole.CONNECTOR),
            _(
                "connector: people are read from it. delegated: it checks passwords, people are"
                " made at their first sign-in. alternative: only a source of values."
            ),
            tuple(map(str, DirectoryRole)),
        ),
        Key(
            "uri",
            (),
            _("Address of the server, ldaps:// or ldap://. A list is tried in its order."),
            required=True,
            takes_one=True,
        ),
        Key(
            "tls",
            str(Tls.LDAPS),
            _("How the connection is protected. ldaps goes with ldaps://, the others with ldap://"),
            (str(Tls.LDAPS), str(Tls.STARTTLS), str(Tls.NONE)),
        ),
        Key(
            "allow_cleartext",
            False,
            _("Allow passwords to travel in clear with tls = none. This machine needs no consent."),
        ),
        Key(
            "ca_file",
            "",
            _("Certificates (PEM) of whom to trust, from this file's folder. Empty: the system's."),
        ),
        Key("bind_dn", "", _("The account that reads."), required=True),
        Key("bind_password_env", "", _("Variable of the environment that holds its password.")),
        Key("bind_password_file", "", _("File that holds its password, from this file's folder.")),
        Key("base_dn", "", _("Everything lies below this DN."), required=True),
        Key("additional_user_dn", "", _("People lie below this DN, put in front of base_dn.")),
        Key("additional_group_dn", "", _("Groups lie below this DN, put in front of base_dn.")),
        Key("user_filter", "", _("Search filter: who is read."), shown=BY_KIND),
        Key(
            "person_filter",
            "",
            _("Which of them are shown as people; others are rooms and computers. Empty: all."),
        ),
        Key(
            "update_filter",
            "",
            _("Role alternative: filter with [last_sync_timestamp] for those who changed."),
        ),
        Key("group_filter", "", _("Search filter: what is a group."), shown=BY_KIND),
        Key(
            "nested_groups",
            str(NestedGroups.EXPAND),
            _(
                "Groups inside groups. expand: read one after the other. chain: Active Directory"
                " finds who is in any of them. off: left out."
            ),
            tuple(map(str, NestedGroups)),
        ),
        Key("login_attribute", "", _("Attribute of the login."), shown=BY_KIND),
        Key(
            "name_attribute",
            "",
            _("Attribute of the name. Without a value: cn, then the login."),
            shown=BY_KIND,
        ),
        Key("email_attribute", "", _("Attribute of the mail address."), shown=BY_KIND),
        Key(
            "disabled_attribute",
            "",
            _("Attribute that says who is switched off, beside what servers say. Empty: none."),
        ),
        Key(
            "disabled_value",
            "",
            _("Its value for people who are switched off, in upper or lower case."),
        ),
        Key(
            "id_attribute",
            "",
            _("Attribute that tells people apart. Empty: the unique id that the server gives."),
        ),
        Key("enabled", True, _("Ask this directory at all.")),
        Key(
            "incremental",
            True,
            _("Scheduled runs may read changes only. false: each reads everything."),
        ),
        Key(
            "last_sync_date",
            "",
            _(
                "Read once what changed since this time, as in 23-05-2016 15:30:00. Taken when it"
                " is new; empty leaves the date alone."
            ),
        ),
        Key(
            "timestamp_pattern",
            "",
            _("Java pattern of its times, as in yyyyMMddHHmmssZ. Empty: recognised."),
        ),
        Key(
            "marks",
            False,
            _(
                "Look only at what was written since the last time, as the server or its stamps"
                " say. Everybody is compared every hour all the same."
            ),
        ),
        Key(
            "most_missing",
            10,
            _("So many people are hidden or switched off in one run without being asked."),
        ),
        Key(
            "most_missing_percent",
            5,
            _("Or this share of the people of the directory, if that is more. 100: never asked."),
        ),
        Key("schedule_full", "", _("Cron text of its own. Empty: as in [schedules]. off: never.")),
        Key(
            "schedule_changes", "", _("Cron text of its own. Empty: as in [schedules]. off: never.")
        ),
        Key("write", False, _("Enable write to LDAP, step one: what fields save goes there.")),
    ),
    identity="key",
    defaults=_defaults,
)
