"""One of the administrator's options. Another value from a directory is kept and shown."""

from lupweb.field_types.base import FieldType
from lupweb.texts import _


class SelectType(FieldType):
    """One option of a list; `options["choices"]` holds them in their order."""

    key = "select"
    label = _("One option of a list")

    def read_one(self, value: bytes) -> str:
        """Return the option as the administrator spells it; an unknown one as delivered."""
        text = super().read_one(value)
        spelled: dict[str, str] = {
            choice.casefold(): choice for choice in self.options.get("choices", ())
        }
        return spelled.get(text.casefold(), text)
