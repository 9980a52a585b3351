"""Set an empty installation up for the invented company, as an administrator would."""

from collections.abc import Mapping
from dataclasses import dataclass

from lupweb.accounts.passwords import hash_password
from lupweb.accounts.service import create_admin, find_local_account
from lupweb.database import db
from lupweb.demo.company import EDITOR, Company
from lupweb.demo.groups import HR, SAFETY
from lupweb.demo.ldif import PEOPLE_BASE, READER, SUFFIX, WRITER, dn_of_group
from lupweb.directories.models import Directory
from lupweb.directories.secrets import lock
from lupweb.directories.service import add_directory, find_directory
from lupweb.ldap.connection import Tls
from lupweb.lists.models import SavedList
from lupweb.options.registry import SITE_NAME
from lupweb.options.service import set_option
from lupweb.orgchart.models import OrgChart
from lupweb.people.models import Group
from lupweb.profiles.editor import (
    define_category,
    define_field,
    fill_from_directory,
    show_in_directory,
)
from lupweb.profiles.rights import EditRight, store_edit_right
from lupweb.profiles.sources import Source

KEY = "main"
ADMINISTRATOR = "admin"
NAME = "Nordhafen people"
BRANCH = PEOPLE_BASE.removesuffix("," + SUFFIX)


@dataclass(frozen=True, kw_only=True)
class Access:
    """How the demo reaches its directory, and how its administrator signs in.

    :param writer_password: of the account that may change entries; "": nothing is saved to LDAP
    """

    uri: str
    reader_password: str
    writer_password: str = ""
    administrator_password: str
    secret_key: str


@dataclass(frozen=True)
class _Field:
    key: str
    name: str
    category: str
    attribute: str = ""
    type_key: str = "text"
    help_text: str = ""
    searchable: bool = True
    facet: bool = False
    in_table: bool = False
    on_card: bool = False


FROM_LDAP: Mapping[str, tuple[str, str]] = {
    "phone": ("telephoneNumber", "Your desk phone with country code.\nExample: +49 40 555 0123"),
    "im": ("nordhafenChat", "Your name in the company chat."),
    "position": ("title", ""),
    "department": ("departmentNumber", ""),
    "location": ("l", ""),
}
"""The standard fields that this directory fills: attribute and help text."""
FACETS = frozenset({"department", "location"})
COLUMNS = frozenset({"department", "location", "phone"})
"""Which of them people are chosen by, and which are columns of the table."""
SAVED_TO_LDAP = frozenset({"phone", "mobile", "room", "about", "skills"})
"""What people enter here goes to the directory, which lets its writer change it."""
TAKEN_ALONG = frozenset({"mobile", "street"})
"""What stands in vCards beside the standard fields."""
OPTIONS = {"birthday": {"anniversary": "day"}, "start": {"anniversary": "years"}}
"""On which dates people congratulate each other, and whether years are counted."""
FIELDS = (
    _Field("email", "Email", "contact", "mail", "email"),
    _Field("mobile", "Mobile", "contact", "mobile", "phone"),
    _Field("street", "Street", "contact", "street"),
    _Field("room", "Room", "work", "roomNumber"),
    _Field("team", "Team", "work", "ou", facet=True),
    _Field(
        "manager", "Reports to", "work", "manager", "user_select", searchable=False, in_table=True
    ),
    _Field("hours", "Working hours", "work", "nordhafenHours", on_card=True),
    _Field(
        "deputy", "Deputy", "work", type_key="user_select",
        help_text="Who answers for you while you are away.",
    ),
    _Field(
        "start", "At Nordhafen since", "work", "nordhafenStart", "date", searchable=False
    ),
    _Field(
        "about", "About me", "about", "description", "multiline",
        "What people can ask you about. Two or three sentences are enough.",
    ),
    _Field(
        "skills", "Skills", "about", "nordhafenSkill", "tags", "What you are asked about.",
        facet=True,
    ),
    _Field(
        "birthday", "Birthday", "about", type_key="date",
        help_text="Without a year, if you like.",
    ),
    _Field("first_aid", "First aider", "safety", "employeeType"),
    _Field(
        "emergency", "Emergency contact", "safety", "homePhone", "phone",
        "Whom to call when something has happened. Only safety officers see it.",
    ),
)  # fmt: skip


def fill(company: Company, access: Access) -> None:
    """Configure directory, groups, profile and administrator; call in a transaction.

    Done again, it only brings the address and the passwords up to date.
    """
    directory = find_directory(KEY)
    if directory is None:
        set_option(SITE_NAME, NAME)
        directory = _add_directory(access)
        _add_groups(company, directory.id)
        _add_profile()
        _add_chart_and_list()
        store_edit_right(EditRight(profiles_of_groups=(HR,), editor_people=(EDITOR[0],)))
    directory.uris = [access.uri]
    directory.bind_password = lock(_password(directory.bind_dn, access), access.secret_key)
    _set_administrator(access.administrator_password)


def _password(bind_dn: str, access: Access) -> str:
    return access.writer_password if bind_dn == WRITER else access.reader_password


def _add_directory(access: Access) -> Directory:
    bind_dn = WRITER if access.writer_password else READER
    directory = add_directory(
        KEY,
        "Nordhafen LDAP",
        uris=[access.uri],
        tls=Tls.NONE,
        bind_dn=bind_dn,
        bind_password=_password(bind_dn, access),
        base_dn=SUFFIX,
        additional_user_dn=BRANCH,
        secret_key=access.secret_key,
    )
    directory.writes = bool(access.writer_password)
    return directory


def _add_groups(company: Company, directory_id: int) -> None:
    db.session.add_all(
        Group(key=group.key, name=group.name, directory_id=directory_id, dn=dn_of_group(group))
        for group in company.groups
    )
    db.session.flush()


def _add_profile() -> None:
    for key, (attribute, help_text) in FROM_LDAP.items():
        standard = fill_from_directory(key, attribute, help_text=help_text)
        standard.writes_back = key in SAVED_TO_LDAP
        show_in_directory(standard, facet=key in FACETS, in_table=key in COLUMNS)
    define_category("about", "About")
    define_category("safety", "First aid and safety", visible_to=[SAFETY])
    for field in FIELDS:
        defined = define_field(
            field.key,
            field.name,
            category=field.category,
            type_key=field.type_key,
            options=OPTIONS.get(field.key),
            help_text=field.help_text,
            source=Source.LDAP if field.attribute else Source.USER,
            attribute=field.attribute,
            searchable=field.searchable,
            facet=field.facet,
            in_table=field.in_table,
            on_card=field.on_card,
        )
        defined.writes_back = field.key in SAVED_TO_LDAP
        defined.in_vcard = field.key in TAKEN_ALONG


def _add_chart_and_list() -> None:
    db.session.add(
        OrgChart(
            key="line", name="Reporting line", manager_field="manager", dotted_fields=["deputy"]
        )
    )
    db.session.add(
        SavedList(
            key="newcomers", name="New this year", query='start:"last 12 months"', view="gallery",
            position=2,
        )
    )  # fmt: skip
    db.session.add(
        SavedList(key="porto", name="Colleagues in Porto", query="location:Porto", view="list")
    )


def _set_administrator(password: str) -> None:
    account = find_local_account(ADMINISTRATOR)
    if account is None:
        create_admin(ADMINISTRATOR, password)
    else:
        account.password_hash = hash_password(password)
