"""What the pages of the administration take from the request and the application."""

from collections.abc import Mapping

from flask import current_app, request

from lupweb.directories.connect import Connect
from lupweb.directories.schemas import SchemaShelf


def posted() -> Mapping[str, list[str]]:
    """Return what the form sent: name -> values."""
    return request.form.to_dict(flat=False)


def secret_key() -> str:
    """Return the key with which passwords of directories are locked."""
    return str(current_app.extensions["lupweb"].settings.secret_key)


def connect() -> Connect:
    """Return how directories are reached."""
    found: Connect = current_app.extensions["lupweb"].connect
    return found


def shelf() -> SchemaShelf:
    """Return the schemas that this process read lately."""
    found: SchemaShelf = current_app.extensions.setdefault("schemas", SchemaShelf())
    return found
