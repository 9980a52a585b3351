"""A stored value under another type: what changing a field's type would make of it. Pure."""

from lupweb.errors import InvalidValue
from lupweb.field_types.base import FieldType
from lupweb.texts import _


def converted(value: str, old: FieldType, new: FieldType) -> str:
    """Return what `value` becomes when its field changes its type.

    :raises InvalidValue: if it does not fit; it is kept as it is then, and listed
    """
    items = old.split(value)
    if len(items) > 1 and not new.is_multiple:
        raise InvalidValue(
            _("These are %(count)s values, and the new type holds one.", count=len(items))
        )
    result = new.read([item.encode() for item in items])
    if not new.fits(result):
        raise InvalidValue(_("“%(text)s” does not fit the new type.", text=value[:200]))
    return result
