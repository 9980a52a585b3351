"""The peer, run by the Python of a venv that has it: python -I peer_program.py SETTINGS

Prints the seconds that one `ldap_sync_users` took; its start-up does not count. SETTINGS is the
JSON of `peers.py`. Nothing of lupweb is imported here.
"""

import json
import sys
import time

import django
from django.conf import settings
from django.core.management import call_command

GIVEN = json.loads(sys.argv[1])
PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"


def reader_name(_fields: object) -> str:
    """Return the DN of the account that reads, whoever is asked for."""
    return str(GIVEN["bind_dn"])


settings.configure(
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django_python3_ldap",
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": GIVEN["database"],
            "OPTIONS": {"init_command": PRAGMAS},
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    SECRET_KEY="-",  # noqa: S106 - nothing is signed here
    USE_TZ=True,
    LDAP_AUTH_URL=[GIVEN["uri"]],
    LDAP_AUTH_USE_TLS=False,
    LDAP_AUTH_SEARCH_BASE=GIVEN["base"],
    LDAP_AUTH_OBJECT_CLASS="inetOrgPerson",
    LDAP_AUTH_USER_FIELDS={
        "username": "uid",
        "first_name": "givenName",
        "last_name": "sn",
        "email": "mail",
    },
    LDAP_AUTH_USER_LOOKUP_FIELDS=("username",),
    LDAP_AUTH_CONNECTION_USERNAME="reader",
    LDAP_AUTH_CONNECTION_PASSWORD=GIVEN["password"],
    LDAP_AUTH_FORMAT_USERNAME="__main__.reader_name",
)
django.setup()
call_command("migrate", verbosity=0)
began = time.perf_counter()
call_command("ldap_sync_users", verbosity=0)
sys.stdout.write(json.dumps(time.perf_counter() - began))
