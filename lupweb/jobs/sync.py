"""Synchronize a directory because a run of it waits."""

from flask import current_app

from lupweb.sync import service


def perform(run_id: int) -> None:
    """Do what a queued run asks for; nothing if another worker has taken it."""
    parts = current_app.extensions["lupweb"]
    service.perform(
        run_id,
        secret_key=parts.settings.secret_key,
        connect=parts.connect,
        read_only=parts.settings.read_only,
    )
