"""A name in a chat. The protocol says which address opens a conversation."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from markupsafe import Markup, escape

from lupweb.errors import InvalidValue
from lupweb.field_types.base import (
    NOBODY,
    Choice,
    Control,
    FieldType,
    People,
    PersonLink,
    typed_text,
)
from lupweb.field_types.linking import web_address
from lupweb.field_types.options import OptionKind, TypeOption
from lupweb.texts import _

CUSTOM = "custom"
ADDRESSES = {
    "teams": "https://teams.microsoft.com/l/chat/0/0?users={handle}",
    "teams_call": "https://teams.microsoft.com/l/call/0/0?users={handle}",
    "xmpp": "xmpp:{handle}",
    "matrix": "https://matrix.to/#/{handle}",
    "signal": "https://signal.me/#p/{handle}",
}
NAMES = {
    "teams": _("Teams chat"), "teams_call": _("Teams call"), "xmpp": _("XMPP"),
    "matrix": _("Matrix"), "signal": _("Signal"), CUSTOM: _("Another one"),
}  # fmt: skip
HOST_BEHIND = {"xmpp": "@", "matrix": ":"}
"""Protocol -> the sign between a name and its server, where names have servers."""


class InstantMessengerType(FieldType):
    """A handle. Its protocol is the field's, else the person's own: stored as `matrix:@ada:host`.

    A handle without a protocol is shown and opens nothing.
    """

    key = "instant_messenger"
    label = _("Chat name")
    explanation = _("A name in a chat; a click opens Teams, XMPP, Matrix, Signal or your own.")
    examples = ("@ada:example.com", "matrix:@ada:example.com")
    option_list = (
        TypeOption(
            "protocol",
            OptionKind.TEXT,
            "",
            _("Protocol"),
            _("The chat that all names belong to. Empty: each person says which."),
            ("", *NAMES),
        ),
        TypeOption(
            "address",
            OptionKind.TEXT,
            "",
            _("Address"),
            _("For custom: the address that opens a chat, with {handle}, and {host} if needed."),
        ),
        TypeOption(
            "host",
            OptionKind.TEXT,
            "",
            _("Server"),
            _("Put behind names of XMPP and Matrix that have none."),
        ),
        TypeOption(
            "link_text", OptionKind.TEXT, "", _("Text of the link"), _("Empty: the name itself.")
        ),
    )
    control = Control.HANDLE
    is_facet = False

    @classmethod
    def check_together(cls, options: Mapping[str, Any]) -> None:
        """Refuse an address that opens nothing, or whose server a person could choose."""
        address = options.get("address", "")
        if options.get("protocol") == CUSTOM and not address:
            raise InvalidValue(_("The protocol custom needs an address with {handle}."))
        if address and not _opens_chat(address):
            raise InvalidValue(
                _("The address begins with https:// and has {handle} behind the server's name.")
            )

    def choices(self, value: str = "") -> list[Choice]:
        """Return the protocols that a person may choose from; none if the field has one."""
        if self.option("protocol"):
            return []
        return [Choice(key, str(name)) for key, name in NAMES.items() if self._template(key)]

    def parse_all(self, typed: Sequence[str], stored: str) -> str:
        """Return protocol and handle.

        :param typed: the handle, or the protocol and the handle
        """
        texts = [typed_text(text) for text in typed][:2]
        handle = texts[-1] if texts else ""
        protocol = texts[0] if len(texts) > 1 else ""
        if protocol and not self._template(protocol):
            raise InvalidValue(_("There is no such chat here. Choose one of the list."))
        if not handle or protocol in {"", self.option("protocol")}:
            return handle
        return f"{protocol}:{handle}"

    def form_values(self, value: str) -> list[str]:
        """Return protocol and handle."""
        return list(self._parts(value)) if value else []

    def address(self, value: str) -> str:
        """Return the address that opens a chat, or "" if there is no protocol."""
        protocol, handle = self._parts(value)
        template = self._template(protocol)
        if not (template and handle):
            return ""
        sign, host = HOST_BEHIND.get(protocol, ""), self.option("host")
        if sign and host and sign not in handle:
            handle = f"{handle}{sign}{host}"
        filled = template.replace("{host}", quote(host, safe=":"))
        return str(filled.replace("{handle}", quote(handle, safe="@+:.")))

    def render(
        self, value: str, person: PersonLink | None = None, people: People = NOBODY
    ) -> Markup:
        """Return the handle, as a link where its protocol has addresses."""
        address = self.address(value)
        if not address:
            return escape(self.text(value))
        return Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(
            address, self.text(value)
        )

    def text(self, value: str, person: PersonLink | None = None, people: People = NOBODY) -> str:
        """Return the handle, or the text of its link."""
        if self.option("link_text") and self.address(value):
            return str(self.option("link_text"))
        return self._parts(value)[1]

    def words(self, value: str, person: PersonLink | None = None, people: People = NOBODY) -> str:
        """Return the handle, whatever the text of the link is."""
        return self._parts(value)[1]

    def _parts(self, value: str) -> tuple[str, str]:
        """Return protocol and handle; a handle without a protocol has the field's."""
        protocol, colon, handle = value.partition(":")
        if colon and handle and self._template(protocol):
            return protocol, handle
        return str(self.option("protocol")), value

    def _template(self, protocol: str) -> str:
        return str(self.option("address")) if protocol == CUSTOM else ADDRESSES.get(protocol, "")


def _opens_chat(address: str) -> bool:
    try:
        server = urlsplit(address).netloc
    except ValueError:
        return False
    filled = address.replace("{handle}", "ada").replace("{host}", "example.com")
    return "{handle}" in address and "{handle}" not in server and web_address(filled) is not None
