"""Do what a run that waits is about: a directory, pictures, a file, people who left."""

from flask import current_app

from lupweb.fetching.server import open_server
from lupweb.purging import service as purging
from lupweb.runs.service import get_run
from lupweb.runs.undone import UNDO
from lupweb.sources import xml_file
from lupweb.sync import fetched_pictures, service
from lupweb.undo import service as undo


def perform(run_id: int) -> None:
    """Do what a queued run asks for; nothing if another worker has taken it."""
    if get_run(run_id).mode == UNDO:
        undo.perform(run_id)
        return
    parts = current_app.extensions["lupweb"]
    subject = get_run(run_id).subject
    if subject == xml_file.SUBJECT:
        xml_file.perform(run_id, parts.settings.imports, read_only=parts.settings.read_only)
        return
    if subject == fetched_pictures.SUBJECT:
        fetched_pictures.perform(run_id, open_server, read_only=parts.settings.read_only)
        return
    if subject == purging.SUBJECT:
        settings = parts.settings
        purging.perform(run_id, secret_key=settings.secret_key, read_only=settings.read_only)
        return
    service.perform(
        run_id,
        secret_key=parts.settings.secret_key,
        connect=parts.connect,
        read_only=parts.settings.read_only,
    )
