"""A process that is older or newer than the tables writes nothing (faults.md X37)."""

from flask import Flask, request

from lupweb.errors import OtherVersion
from lupweb.tables import is_of_other_version
from lupweb.texts import _

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def init_app(app: Flask) -> None:
    """Let `app` store nothing while the database is of another version."""
    app.before_request(_refuse_to_write)


def _refuse_to_write() -> None:
    """Refuse what would be stored in tables that this process does not know.

    :raises OtherVersion: while somebody upgrades, or this process waits to be started again
    """
    if request.method not in SAFE and is_of_other_version():
        raise OtherVersion(
            _(
                "lupweb is being brought to another version. Nothing was changed. Keep this page"
                " open, and send it once more in a minute."
            )
        )
