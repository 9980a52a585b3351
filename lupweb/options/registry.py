"""Each option of the site: its key, default and what it means."""

from dataclasses import dataclass

from lupweb.texts import Text, _


@dataclass(frozen=True)
class OptionKind:
    """An option that exists."""

    key: str
    default: str
    help: Text


SITE_NAME = OptionKind("site_name", "People", _("The name of the site, in the page's head."))
PHONE_REGION = OptionKind(
    "phone_region", "DE", _("Country (ISO 3166) of telephone numbers that begin without “+”.")
)
OPTIONS = {kind.key: kind for kind in (SITE_NAME, PHONE_REGION)}
