"""Save to a directory what people have entered, because something of it is due."""

import structlog
from flask import current_app

from lupweb.errors import ReadOnlyMode
from lupweb.writeback import service

log = structlog.get_logger()


def drain(directory_id: int) -> None:
    """Bring to one directory what is due; nothing in read-only mode, where it waits."""
    parts = current_app.extensions["lupweb"]
    try:
        service.drain(
            directory_id,
            secret_key=parts.settings.secret_key,
            connect=parts.connect,
            read_only=parts.settings.read_only,
        )
    except ReadOnlyMode as error:
        log.info("what is to be saved waits", directory=directory_id, why=str(error))
