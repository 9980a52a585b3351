"""Change what tells the people of a directory apart: read and shown first, then done as shown."""

from lupweb.accounts.viewers import Viewer
from lupweb.audit.events import note_event
from lupweb.configfile.directory_editing import require_system_administrator
from lupweb.configfile.directory_rules import told_attribute
from lupweb.configfile.key_rules import NAME
from lupweb.database import db, end_reading
from lupweb.directories.connect import Connect
from lupweb.directories.models import Directory
from lupweb.errors import InvalidValue, ReadOnlyMode
from lupweb.options.service import options
from lupweb.profiles.layout import load_layout
from lupweb.profiles.visibility import may_read
from lupweb.sync.rekeying import Read, read_keys
from lupweb.sync.retying import rekey
from lupweb.texts import _


def read_for_rekeying(
    viewer: Viewer, key: str, attribute: str, secret_key: str, connect: Connect
) -> Read:
    """Ask a directory what everybody is called; call outside transactions. Stores nothing.

    :param attribute: "" for the unique id of the server
    :raises Forbidden: if `viewer` is no system administrator
    :raises NotFound: if there is no such directory
    :raises InvalidValue: if the attribute cannot tell people apart
    :raises DirectoryError: if the directory does not answer
    """
    require_system_administrator(viewer)
    if attribute:
        told_attribute(attribute)
        _refuse_what_is_kept_from(viewer, attribute)
    return read_keys(key, attribute, secret_key, connect)


def _refuse_what_is_kept_from(viewer: Viewer, attribute: str) -> None:
    """Refuse what only some groups may read: the values are shown beside the names."""
    same = [
        each for each in load_layout().fields() if each.attribute.casefold() == attribute.casefold()
    ]
    end_reading()
    if not all(may_read(viewer, each) for each in same):
        raise InvalidValue(
            _(
                "A field that only some groups may read is filled from %(name)s. You are in none of"
                " them, and would be shown its values. Choose another attribute.",
                name=attribute,
            )
        )


def change_key(viewer: Viewer, read: Read, digest: str, *, trigger: str, read_only: bool) -> int:
    """Do what was shown, if it is still the same; return the number of its record.

    Call inside a transaction.

    :param digest: of the set that was shown
    :raises Forbidden: if `viewer` is no system administrator
    :raises RekeyingChanged: if it is another set by now
    :raises AlreadyRunning: if a run of the directory is at work
    :raises ReadOnlyMode: in read-only mode
    """
    require_system_administrator(viewer)
    if read_only or options()["read_only"]:
        raise ReadOnlyMode(_("The site is in read-only mode. Nothing was changed."))
    directory = db.session.get_one(Directory, read.directory_id)
    key, before = directory.key, directory.id_attribute
    _found, run_id = rekey(read, digest, trigger)
    note_event(viewer.actor, "directory.changed", key, {NAME: before}, {NAME: read.chosen})
    return run_id
