"""Links that write to many people at once. Pure."""

from collections.abc import Iterable, Sequence
from urllib.parse import quote

LONGEST_LINK = 1_800
"""Characters; mail programs and browsers begin to cut links off at about 2,000."""
LINK = "mailto:"


def mail_links(addresses: Iterable[str]) -> Sequence[str]:
    """Return links that write to all of `addresses`, in as few parts as fit (RFC 6068).

    An address that occurs twice is written to once; "" is nobody's. What looks like another
    header of the mail stays a part of the address.
    """
    parts: list[str] = []
    for address in dict.fromkeys(filter(None, addresses)):
        written = quote(address, safe="@")
        if parts and len(parts[-1]) + 1 + len(written) <= LONGEST_LINK:
            parts[-1] += "," + written
        else:
            parts.append(LINK + written)
    return parts
