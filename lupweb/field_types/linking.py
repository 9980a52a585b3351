"""Which addresses become links: http, https, mailto and tel, and nothing else."""

import re
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit

from email_validator import EmailNotValidError, validate_email
from markupsafe import Markup, escape

LINKED = frozenset({"http", "https"})
LONGEST_ADDRESS = 254
"""Characters of a mail address (RFC 5321, section 4.5.3.1.3)."""
MOST_LINKS = 20
"""In one line; what follows stays text."""
PLAIN_ADDRESS = re.compile(r"(?=.{1,64}@)[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*@([A-Za-z0-9.-]+)")
"""An address of which only the domain needs a closer look."""
REMEMBERED = 1_024
TELEPHONE = re.compile(r"tel:(\+?[0-9][0-9 ().-]{1,40})", re.IGNORECASE)
BEFORE, BEHIND = "(<[“\"'", ".,;:!?)>]”\"'"
"""Signs around an address in a sentence that do not belong to it."""


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


def link_address(text: str) -> str | None:
    """Return the address that `text` leads to: of the web, to write to, or to call; else None."""
    scheme, _colon, rest = text.partition(":")
    if scheme.lower() == "mailto":
        address = unquote(rest)
        return "mailto:" + quote(address, safe="@") if is_address(address) else None
    number = TELEPHONE.fullmatch(text)
    if number:
        return "tel:" + re.sub("[ ()]", "", number[1])
    return web_address(text)


def link(address: str | None, shown: str) -> Markup:
    """Return `shown` as a link to `address`; as text if there is none."""
    if address is None:
        return escape(shown)
    return Markup('<a href="{}" rel="noopener noreferrer nofollow">{}</a>').format(address, shown)


def web_link(text: str) -> Markup:
    """Return `text` as a link if it is an address that may become one, else as text."""
    return link(link_address(text), text)


def linked_text(text: str) -> Markup:
    """Return a line in which web and mail addresses are links."""
    if "//" not in text and "@" not in text:
        return escape(text)
    shown: list[Markup] = []
    links = 0
    for word in text.split(" "):
        linked = _linked_word(word) if links < MOST_LINKS else None
        links += linked is not None
        shown.append(escape(word) if linked is None else linked)
    return Markup(" ").join(shown)


def mail_link(address: str) -> Markup:
    """Return a mail address as a link to write to it."""
    return Markup('<a href="mailto:{}">{}</a>').format(quote(address, safe="@"), address)


def is_address(text: str) -> bool:
    """Return whether `text` is one mail address.

    Names such as `corp.local`, which many companies use inside, are taken as well.
    """
    if "@" not in text or len(text) > LONGEST_ADDRESS:
        return False
    plain = PLAIN_ADDRESS.fullmatch(text)
    return _is_at_domain(plain[1]) if plain else _is_whole_address(text)


@lru_cache(REMEMBERED)
def _is_at_domain(domain: str) -> bool:
    """Return whether there may be an address at `domain`; many people share one."""
    return _is_whole_address(f"somebody@{domain}")


def _is_whole_address(text: str) -> bool:
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


def _linked_word(word: str) -> Markup | None:
    core = word.lstrip(BEFORE).rstrip(BEHIND)
    start = word.find(core)
    if web_address(core):
        linked = link(core, core)
    elif "." in core and is_address(core):
        linked = mail_link(core)
    else:
        return None
    return escape(word[:start]) + linked + escape(word[start + len(core) :])
