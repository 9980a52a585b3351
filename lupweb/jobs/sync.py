"""Synchronize a directory, or fetch pictures, because a run of it waits."""

from flask import current_app

from lupweb.fetching.server import open_server
from lupweb.runs.service import get_run
from lupweb.sync import fetched_pictures, service


def perform(run_id: int) -> None:
    """Do what a queued run asks for; nothing if another worker has taken it."""
    parts = current_app.extensions["lupweb"]
    if get_run(run_id).subject == fetched_pictures.SUBJECT:
        fetched_pictures.perform(run_id, open_server, read_only=parts.settings.read_only)
        return
    service.perform(
        run_id,
        secret_key=parts.settings.secret_key,
        connect=parts.connect,
        read_only=parts.settings.read_only,
    )
