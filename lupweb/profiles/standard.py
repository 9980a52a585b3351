"""The six standard fields: there from the start, never removed (product.md section 2)."""

from dataclasses import dataclass

from sqlalchemy import select

from lupweb.database import db
from lupweb.profiles.editor import define_category, define_field
from lupweb.profiles.models import Category, ProfileField
from lupweb.texts import Text, _


@dataclass(frozen=True)
class StandardField:
    """A field that every profile has; its name and place may change, its key does not."""

    key: str
    name: Text
    category: str
    type_key: str


CATEGORIES = {"contact": _("Contact"), "work": _("Work")}
STANDARD_FIELDS = (
    StandardField("phone", _("Phone"), "contact", "phone"),
    StandardField("im", _("Chat"), "contact", "instant_messenger"),
    StandardField("website", _("Website"), "contact", "url"),
    StandardField("position", _("Position"), "work", "text"),
    StandardField("department", _("Department"), "work", "text"),
    StandardField("location", _("Location"), "work", "text"),
)


def ensure_standard_fields() -> None:
    """Add those of the six that are not there, with their categories; in a transaction."""
    present = set(db.session.scalars(select(ProfileField.key)))
    categories = set(db.session.scalars(select(Category.key)))
    for field in STANDARD_FIELDS:
        if field.key in present:
            continue
        if field.category not in categories:
            define_category(field.category, str(CATEGORIES[field.category]))
            categories.add(field.category)
        define_field(field.key, str(field.name), category=field.category, type_key=field.type_key)
