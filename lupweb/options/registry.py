"""Each option of the site: where it stands in the configuration file, its default, its help."""

from dataclasses import dataclass
from typing import Any

from lupweb.texts import Text, _

Value = str | bool | int | tuple[str, ...]


@dataclass(frozen=True)
class OptionKind:
    """An option that exists. Its type is that of its default.

    :param key: its name in the database and in `options()`
    :param table: the table of the configuration file that it stands in
    :param name: its name in that table
    :param choices: what it may be; none: any value of its type
    """

    key: str
    table: str
    name: str
    default: Value
    help: Text
    choices: tuple[str, ...] = ()


SITE_NAME = OptionKind(
    "site_name", "site", "name", "People", _("The name of the site, in the page's head.")
)
MATCH_PEOPLE_BY = OptionKind(
    "match_people_by",
    "site",
    "match_people_by",
    "login",
    _(
        "What tells that people of two directories are the same one: login, email, or the name of"
        " an attribute. Empty: nothing does."
    ),
)
LANGUAGE = OptionKind(
    "language",
    "site",
    "language",
    "en",
    _("The language of those whose browser asks for neither."),
    ("en", "de"),
)
PHONE_REGION = OptionKind(
    "phone_region",
    "site",
    "phone_region",
    "DE",
    _("Country (ISO 3166) of telephone numbers that begin without “+”."),
)
TIME_ZONE = OptionKind(
    "time_zone",
    "site",
    "time_zone",
    "UTC",
    _("The time zone of schedules and of the times on pages, as in Europe/Berlin."),
)
ACTIVE_USERS = OptionKind(
    "active_users",
    "policies",
    "active_users",
    "visible",
    _("Who counts: people that the directory shows, or all that any directory delivered."),
    ("visible", "all"),
)
UNLICENSED_USERS = OptionKind(
    "unlicensed_users",
    "policies",
    "unlicensed_users",
    "show",
    _("Whether people without a licence are shown among people and in lists."),
    ("show", "hide"),
)
LICENCE_GROUP = OptionKind(
    "licence_group",
    "policies",
    "licence_group",
    "",
    _("Key of the group whose people have a licence. Empty: everybody has one."),
)
LOCKOUT_THRESHOLD = OptionKind(
    "directory_lockout_threshold",
    "policies",
    "directory_lockout_threshold",
    "0",
    _("After how many failures a directory locks an account; ours is that minus 2. 0: unknown."),
    ("0", "3", "4", "5", "6", "7", "8", "9", "10", "15", "20", "30", "50"),
)
LOGIN_SYNC = OptionKind(
    "login_sync", "policies", "login_sync", False, _("Read a person when signing in.")
)
LOGIN_SYNC_AFTER_MINUTES = OptionKind(
    "login_sync_after_minutes",
    "policies",
    "login_sync_after_minutes",
    0,
    _("Only who was last read so many minutes ago is read when signing in: 0 (always) to 1440."),
)
READ_ONLY = OptionKind(
    "read_only",
    "policies",
    "read_only",
    False,
    _("People are neither synchronized nor edited; reading and signing in go on."),
)
PICTURE_MAX_MB = OptionKind(
    "picture_max_mb",
    "policies",
    "picture_max_mb",
    8,
    _("Largest file of a picture that people upload, in MB: 1 to 8."),
)
PICTURE_MAX_MEGAPIXELS = OptionKind(
    "picture_max_megapixels",
    "policies",
    "picture_max_megapixels",
    40,
    _("Most pixels of a picture that people upload, in millions: 1 to 40."),
)
WRITES_PER_SECOND = OptionKind(
    "writes_per_second",
    "policies",
    "writes_per_second",
    20,
    _("How many changes a second a directory gets at most, for what people enter: 1 to 1000."),
)
NEVER_WRITTEN = OptionKind(
    "never_written",
    "policies",
    "never_written",
    (),
    _("More attributes that are never written to a directory, beside those that never are."),
)
PURGE_AFTER_DAYS = OptionKind(
    "purge_after_days",
    "policies",
    "purge_after_days",
    0,
    _("After how many days the values of missing people are cleared for good: 7 to 3650. 0: never"),
)
SCHEDULE_FULL = OptionKind(
    "schedule_full",
    "schedules",
    "full",
    "11 1 * * *",
    _("When everything is read, as cron text. Empty: never."),
)
SCHEDULE_CHANGES = OptionKind(
    "schedule_changes",
    "schedules",
    "changes",
    "*/15 * * * *",
    _("When changes are read, as cron text. Empty: never."),
)
FULL_NOT_BETWEEN = OptionKind(
    "full_not_between",
    "schedules",
    "full_not_between",
    "",
    _("When no schedule reads everything, as 08:00-18:00: it waits for the end. Empty: no time."),
)
PICTURE_SOURCE = OptionKind(
    "picture_source",
    "picture",
    "source",
    "ldap",
    _("Where profile pictures come from: people, a directory, or an address."),
    ("user", "ldap", "url"),
)
PICTURE_ATTRIBUTE = OptionKind(
    "picture_attribute",
    "picture",
    "attribute",
    "jpegPhoto",
    _("The attribute that holds the picture: jpegPhoto or thumbnailPhoto."),
)
PICTURE_URL = OptionKind(
    "picture_url",
    "picture",
    "url",
    "",
    _("The address of a picture, with {field key} for values of the person."),
)
PICTURE_WRITE_BACK = OptionKind(
    "picture_write_back",
    "picture",
    "write_back",
    False,
    _("Save pictures that people choose to the directory."),
)
CARD_SUBLINE = OptionKind(
    "card_subline", "card", "subline", "position", _("The field below the name. Empty: none.")
)
CARD_PLACE = OptionKind(
    "card_place", "card", "place", "location", _("The field that says where. Empty: none.")
)
CARD_PRONOUNS = OptionKind(
    "card_pronouns", "card", "pronouns", "", _("The field that holds pronouns. Empty: none.")
)
CARD_TIME_ZONE = OptionKind(
    "card_time_zone", "card", "time_zone", "", _("The field that holds a time zone. Empty: none.")
)
CARD_EXTRA = OptionKind("card_extra", "card", "extra", (), _("Up to four more fields of the card."))
XML_FILE = OptionKind(
    "xml_file",
    "xml",
    "file",
    "",
    _("The file, inside the folder of the setting XML_FOLDER. Empty: none is imported."),
)
XML_USER_TAG = OptionKind(
    "xml_user_tag", "xml", "user_tag", "person", _("The element around each person.")
)
XML_USERNAME_TAG = OptionKind(
    "xml_username_tag", "xml", "username_tag", "login", _("Inside it, the one with the user name.")
)
XML_SCHEDULE = OptionKind(
    "xml_schedule",
    "xml",
    "schedule",
    "41 0 * * *",
    _("When the file is imported, as cron text. Empty or off: never."),
)
EMBED_HOSTS = OptionKind(
    "embed_hosts",
    "site",
    "embed_hosts",
    (),
    _("Hosts whose pages may show a list in a frame, as intranet.example.com. Empty: none."),
)

_KINDS = (
    SITE_NAME, MATCH_PEOPLE_BY, LANGUAGE, PHONE_REGION, TIME_ZONE, EMBED_HOSTS,
    ACTIVE_USERS, UNLICENSED_USERS, LICENCE_GROUP, LOGIN_SYNC, READ_ONLY, LOCKOUT_THRESHOLD,
    LOGIN_SYNC_AFTER_MINUTES, PICTURE_MAX_MB, PICTURE_MAX_MEGAPIXELS, WRITES_PER_SECOND,
    NEVER_WRITTEN, PURGE_AFTER_DAYS,
    SCHEDULE_FULL, SCHEDULE_CHANGES, FULL_NOT_BETWEEN,
    PICTURE_SOURCE, PICTURE_ATTRIBUTE, PICTURE_URL, PICTURE_WRITE_BACK,
    CARD_SUBLINE, CARD_PLACE, CARD_PRONOUNS, CARD_TIME_ZONE, CARD_EXTRA,
    XML_FILE, XML_USER_TAG, XML_USERNAME_TAG, XML_SCHEDULE,
)  # fmt: skip
OPTIONS: dict[str, OptionKind] = {kind.key: kind for kind in _KINDS}


def typed(kind: OptionKind, value: Any) -> Value:
    """Return a value as it comes out of the database in the type of its option."""
    return tuple(value) if isinstance(kind.default, tuple) else value
