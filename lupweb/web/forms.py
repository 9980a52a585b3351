"""What our forms share."""

from typing import cast

from lupweb.texts import Text


def label(text: Text) -> str:
    """Return `text` for a WTForms field, which takes a lazy text for a label without knowing it."""
    return cast(str, text)
