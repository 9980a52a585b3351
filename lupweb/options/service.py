"""Read and set the options of the site."""

from sqlalchemy import select

from lupweb.database import db
from lupweb.options.models import Option
from lupweb.options.registry import OPTIONS, OptionKind


def options() -> dict[str, str]:
    """Return every option's value by its key, defaults included; one query."""
    chosen = {option.key: option.value["value"] for option in db.session.scalars(select(Option))}
    return {key: chosen.get(key, kind.default) for key, kind in OPTIONS.items()}


def set_option(kind: OptionKind, value: str) -> None:
    """Choose `value` for the whole site."""
    db.session.merge(Option(key=kind.key, value={"value": value}))
