"""A name in a chat. The protocol says which address opens a conversation."""

from urllib.parse import quote

from markupsafe import Markup, escape

from lupweb.field_types.base import FieldType, PersonLink
from lupweb.texts import _

ADDRESSES = {
    "teams": "https://teams.microsoft.com/l/chat/0/0?users={handle}",
    "teams_call": "https://teams.microsoft.com/l/call/0/0?users={handle}",
    "xmpp": "xmpp:{handle}",
    "matrix": "https://matrix.to/#/{handle}",
    "signal": "https://signal.me/#p/{handle}",
}


class InstantMessengerType(FieldType):
    """A handle; `options["protocol"]` is a key of `ADDRESSES`, or none."""

    key = "instant_messenger"
    label = _("Chat name")

    def address(self, value: str) -> str:
        """Return the address that opens a chat, or "" if the field has no protocol."""
        pattern = ADDRESSES.get(self.options.get("protocol", ""), "")
        return pattern.replace("{handle}", quote(value, safe="@+:.")) if pattern else ""

    def render(self, value: str, person: PersonLink | None = None) -> Markup:
        """Return the handle, as a link where the protocol has addresses."""
        address = self.address(value)
        if not address:
            return escape(value)
        return Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(address, value)
