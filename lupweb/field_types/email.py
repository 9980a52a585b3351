"""A mail address."""

from email_validator import EmailNotValidError, validate_email
from markupsafe import Markup, escape

from lupweb.field_types.base import FieldType, PersonLink
from lupweb.field_types.linking import mail_link
from lupweb.texts import _


class EmailType(FieldType):
    """A mail address."""

    key = "email"
    label = _("Email address")

    def render(self, value: str, person: PersonLink | None = None) -> Markup:
        """Return the address as a link to write to it; a text that is no address stays text."""
        return mail_link(value) if is_address(value) else escape(value)


def is_address(text: str) -> bool:
    """Return whether `text` is one mail address.

    `test_environment` keeps names such as `corp.local`, which many companies use inside.
    """
    try:
        validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return text.rpartition("@")[2].endswith(".local") and _is_local_address(text)
    return True


def _is_local_address(text: str) -> bool:
    try:
        validate_email(text.removesuffix(".local") + ".example.com", check_deliverability=False)
    except EmailNotValidError:
        return False
    return True
