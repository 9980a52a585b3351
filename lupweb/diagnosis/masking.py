"""Filters and DNs with their shape, and without the people who may stand in them. Pure."""

import re

from lupweb.errors import LupwebError
from lupweb.ldap.dn import DN

HIDDEN = "…"
ABOUT_KINDS = frozenset(
    {
        "objectclass", "objectcategory", "samaccounttype", "useraccountcontrol", "grouptype",
        "structuralobjectclass",
    }
)  # fmt: skip
"""Attributes whose values say what kind an entry is, and never who."""
OF_PLACES = frozenset({"ou", "dc", "o", "c", "l", "st"})
"""Parts of a DN that name a place in the tree."""
SHAPE = re.compile(r"[*0-9]+|\[last_sync_timestamp\]")
CONDITION = re.compile(r"\(\s*([^()&|!=<>~:]+)((?::[^()=]*)?[<>~:]?=)((?:[^()\\]|\\.)*)\)")


def masked_filter(text: str) -> str:
    """Return a search filter in which no value could be a person's.

    Numbers, presence and kinds of entries stay; any other value becomes one sign.
    """
    found = CONDITION.sub(_condition, text)
    return found if _is_shape_only(found) else HIDDEN


def masked_dn(text: str) -> str:
    """Return a DN in which names are hidden: `cn=…,ou=services,dc=example,dc=com`."""
    if not text:
        return ""
    try:
        dn = DN.parse(f"cn=x,{text}").parent  # its parts are written in one way from here on
    except LupwebError:
        return HIDDEN  # a name of Windows, or an address
    parts = []
    while dn is not None and dn.text:
        above = dn.parent
        own = dn.text.removesuffix(above.text if above else "").removesuffix(",")
        kind = own.partition("=")[0].strip()
        parts.append(own if kind.casefold() in OF_PLACES else f"{kind}={HIDDEN}")
        dn = above
    return ",".join(parts)


def _condition(match: re.Match[str]) -> str:
    attribute, comparison, value = match[1].strip(), match[2], match[3]
    is_kind = attribute.partition(";")[0].casefold() in ABOUT_KINDS
    kept = value if is_kind or SHAPE.fullmatch(value) else HIDDEN
    return f"({attribute}{comparison}{kept})"


def _is_shape_only(text: str) -> bool:
    """Return whether nothing stands outside of the conditions but what combines them."""
    return not CONDITION.sub("", text).strip("()&|! \t\r\n")
