"""Which addresses become links: http, https, mailto and tel, and nothing else."""

from urllib.parse import quote, urlsplit

from markupsafe import Markup, escape

LINKED = frozenset({"http", "https"})


def web_address(text: str) -> str | None:
    """Return `text` if it is a web address that may become a link, else None.

    Credentials in an address (`https://bank@evil`) hide where it leads, so it stays text.
    """
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return None
    clean = text.isprintable() and " " not in text and "@" not in parts.netloc
    return text if clean and host and parts.scheme.lower() in LINKED else None


def web_link(text: str) -> Markup:
    """Return `text` as a link if it is a web address, else as text."""
    address = web_address(text)
    if address is None:
        return escape(text)
    return Markup('<a href="{}" rel="noopener noreferrer nofollow">{}</a>').format(address, text)


def mail_link(address: str) -> Markup:
    """Return a mail address as a link to write to it."""
    return Markup('<a href="mailto:{}">{}</a>').format(quote(address, safe="@"), address)
