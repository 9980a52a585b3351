"""Configuration files as text, and the way from one to the database."""

from pathlib import Path

from lupweb.configfile.apply import Outcome, apply, preview
from lupweb.configfile.document import Document, read_document
from lupweb.configfile.export import export_text
from lupweb.configfile.faults import InvalidConfiguration
from lupweb.configfile.secrecy import fetch
from lupweb.configfile.stored import read_setup, untouched_setup
from lupweb.configfile.wanted import wanted_setup
from lupweb.database import transaction
from tests.factories import SECRET_KEY

ENVIRON = {"READER_PASSWORD": "reader's password"}
NOWHERE = Path("/nowhere")

DIRECTORY = """
[[directories]]
key = "main"
uri = "ldap://127.0.0.1:389"
tls = "none"
bind_dn = "cn=reader,dc=example,dc=com"
bind_password_env = "READER_PASSWORD"
base_dn = "dc=example,dc=com"
"""

RICH = """
[site]
name = "Nordhafen people"
time_zone = "Europe/Berlin"

[policies]
licence_group = "staff"
login_sync = true

[schedules]
full = ""

[[directories]]
key = "main"
name = "Main LDAP"
kind = "openldap"
uri = ["ldap://127.0.0.1:389", "ldap://127.0.0.2:389"]
tls = "none"
bind_dn = "cn=reader,dc=example,dc=com"
bind_password_env = "READER_PASSWORD"
base_dn = "dc=example,dc=com"
additional_user_dn = "ou=people"
last_sync_date = "23-05-2016; 15:30:00"
schedule_changes = "off"

[[directories]]
key = "ad"
kind = "active_directory"
role = "delegated"
uri = "ldaps://ad.example.com"
bind_dn = "reader@example.com"
bind_password_env = "READER_PASSWORD"
base_dn = "dc=ad,dc=example,dc=com"
person_filter = "(mail=*)"

[[groups]]
key = "hr"
name = "Human resources"
directory = "main"
dn = "cn=HR,ou=groups,dc=example,dc=com"

[[groups]]
key = "staff"
members = ["kate", "nobody.yet"]

[[categories]]
key = "safety"
name = "First aid and safety"
applies_to = ["staff", "hr"]
visible_to = ["hr"]
searchable_when_restricted = true

[[categories]]
key = "work"
name = "At work"

[[fields]]
key = "phone"
name = "Telephone"
help_text = "With country code.\\nNo \\"internal\\" numbers: \\\\ is fine, ü and 日本 are."
source = "ldap"
attribute = "telephoneNumber"
write_back = true
on_card = true

[[fields]]
key = "location"
category = "work"
type = "select"
options = ["Hamburg", "Bremen"]
facet = true

[[fields]]
key = "manager"
category = "work"
type = "user_select"
source = "ldap"
attribute = "manager"
searchable = false
visible_to = ["hr"]

[[fields]]
key = "emergency"
category = "safety"
pattern = "[0-9 ]+"
max_length = 40
required = true
default = "112"

[[roles]]
role = "administrator"
groups = ["hr"]
people = ["kate"]

[[roles]]
role = "system_administrator"
people = ["root"]

[[edit_rights]]
profiles_of_groups = ["staff"]
editor_groups = ["hr"]
editor_people = ["kate"]

[[edit_rights]]
profiles_of_people = ["root"]
editor_people = ["kate"]

[[org_charts]]
key = "line"
name = "Reporting line"
manager_field = "manager"
top = ["kate"]

[picture]
source = "url"
url = "https://pictures.example.com/{position}.jpg"

[card]
subline = "department"
extra = ["emergency", "phone"]
"""


def document_of(text: str, folder: Path = NOWHERE, **environ: str) -> Document:
    """Return a file as it is read; the reader's password is in the environment."""
    return fetch(read_document(text), folder, {**ENVIRON, **environ})


def applied(text: str, **environ: str) -> Outcome:
    """Apply a file."""
    document = document_of(text, **environ)
    with transaction():
        return apply(document, SECRET_KEY)


def previewed(text: str) -> Outcome:
    """Return what applying a file would do."""
    return preview(document_of(text), SECRET_KEY)


def exported() -> str:
    """Return the whole set-up as a file."""
    return export_text(read_setup(SECRET_KEY))


def sentences(text: str, folder: Path = NOWHERE) -> list[str]:
    """Return what is wrong with a file on a site where nothing was chosen yet."""
    try:
        wanted_setup(document_of(text, folder), untouched_setup())
    except InvalidConfiguration as error:
        return [str(fault) for fault in error.faults]
    return []
