"""Read and set the options of the site."""

from typing import Any

from sqlalchemy import delete, select

from lupweb.database import db
from lupweb.options.models import Option
from lupweb.options.registry import OPTIONS, OptionKind, Value, typed


def options() -> dict[str, Any]:
    """Return every option's value by its key, defaults included; one query.

    A value has the type of its default: text, yes or no, or a tuple of texts.
    """
    chosen = {option.key: option.value["value"] for option in db.session.scalars(select(Option))}
    return {
        key: typed(kind, chosen[key]) if key in chosen else kind.default
        for key, kind in OPTIONS.items()
    }


def set_option(kind: OptionKind, value: Value) -> None:
    """Choose `value` for the whole site; a default is not kept, so that a later one counts."""
    if value == kind.default:
        db.session.execute(delete(Option).where(Option.key == kind.key))
        return
    kept = list(value) if isinstance(value, tuple) else value
    db.session.merge(Option(key=kind.key, value={"value": kept}))
